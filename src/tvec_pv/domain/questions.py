"""What to ask the reporter first: what the flags ask, and the gaps whose filling raises the completeness most.

One list. What a critical, major or undecided flag asks comes first, in the order of the flags; then what is missing
(the follow-up flags, then the gaps by what they add to the completeness); then what only gives the case its context.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tvec_pv.domain.case_flags import Flag
from tvec_pv.domain.case_rules import Level
from tvec_pv.domain.completeness import OF_A_REACTION, Completeness, Penalties, score


@dataclass(frozen=True, slots=True)
class Question:
    """A question for a follow-up. `gain` is what its answer adds to the completeness; `reactions` are those it is
    about, by number, and empty where it is about the case; `flags` are those that ask it."""

    text: str
    gain: float
    elements: tuple[str, ...]
    reactions: tuple[int, ...] = ()
    why: str = ""
    flags: tuple[str, ...] = ()


_AFTER_THE_GAPS = (Level.CONTEXT, Level.INFO)


def follow_up_questions(
    completeness: Completeness, penalties: Penalties, flags: Sequence[Flag] = ()
) -> tuple[Question, ...]:
    """Every question once, the first to be asked first; `flags` come gravest first."""
    asked: dict[tuple[str, tuple[int, ...]], Question] = {}
    first = [_of_flag(one) for one in flags if one.question and one.level not in _AFTER_THE_GAPS]
    last = [_of_flag(one) for one in flags if one.question and one.level in _AFTER_THE_GAPS]
    for one in (*first, *_gaps(completeness, penalties), *last):
        known = asked.get((one.text, one.reactions))
        asked[one.text, one.reactions] = _both(known, one) if known else one
    return tuple(asked.values())


def _of_flag(flag: Flag) -> Question:
    places = (one.where.removeprefix("reaction ") for one in flag.basis if one.where.startswith("reaction "))
    return Question(
        text=flag.question,
        gain=0.0,
        elements=tuple(dict.fromkeys(one.element for one in flag.basis)),
        reactions=tuple(sorted(map(int, dict.fromkeys(places)))),
        why=f"{flag.flag}, {flag.level}",
        flags=(flag.flag,),
    )


def _both(one: Question, other: Question) -> Question:
    """A question that two ask."""
    return replace(
        one,
        gain=one.gain + other.gain,
        elements=tuple(dict.fromkeys(one.elements + other.elements)),
        why=f"{one.why}; {other.why}",
        flags=one.flags + other.flags,
    )


def _gaps(completeness: Completeness, penalties: Penalties) -> list[Question]:
    """The gaps by gain, largest first."""
    asked: dict[tuple[str, str, int], float] = {}
    for pair in completeness.pairs:
        for gap in pair.gaps:
            about = pair.reaction if gap.dimension in OF_A_REACTION else 0
            filled = score([other for other in pair.gaps if other is not gap])
            gain = (filled - pair.score) / len(completeness.pairs)
            at = (gap.dimension, gap.state, about)
            asked[at] = asked.get(at, 0.0) + gain
    own = []
    for (dimension, state, about), gain in sorted(asked.items(), key=lambda item: -round(item[1], 9)):
        row = penalties[dimension, state]
        why = f"raises the completeness from {completeness.score:.2f} to {completeness.score + gain:.2f}"
        own.append(Question(row.question, round(gain, 4), row.elements, (about,) if about else (), why))
    return own
