"""What to ask the reporter first: the gaps whose filling raises the completeness of the case most."""

from collections.abc import Sequence
from dataclasses import dataclass

from tvec_pv.domain.completeness import OF_A_REACTION, Completeness, Penalties, score


@dataclass(frozen=True, slots=True)
class Question:
    """A question for a follow-up. `gain` is what its answer adds to the completeness; `reactions` are those it is
    about, by number, and empty where it is about the case."""

    text: str
    gain: float
    elements: tuple[str, ...]
    reactions: tuple[int, ...] = ()
    why: str = ""


def follow_up_questions(
    completeness: Completeness, penalties: Penalties, further: Sequence[Question] = ()
) -> tuple[Question, ...]:
    """The questions by gain, largest first; then `further`, which add nothing to the score, in the order given."""
    asked: dict[tuple[str, str, int], float] = {}
    for pair in completeness.pairs:
        for gap in pair.gaps:
            about = pair.reaction if gap.dimension in OF_A_REACTION else 0
            filled = score([other for other in pair.gaps if other is not gap])
            gain = (filled - pair.score) / len(completeness.pairs)
            at = (gap.dimension, gap.state, about)
            asked[at] = asked.get(at, 0.0) + gain
    ranked = sorted(asked.items(), key=lambda item: -round(item[1], 9))
    own = []
    for (dimension, state, about), gain in ranked:
        row = penalties[dimension, state]
        why = f"raises the completeness from {completeness.score:.2f} to {completeness.score + gain:.2f}"
        own.append(Question(row.question, round(gain, 4), row.elements, (about,) if about else (), why))
    return (*own, *further)
