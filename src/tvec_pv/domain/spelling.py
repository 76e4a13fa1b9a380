"""Is a reported name one that the profile knows, with a slip of the pen?

One word may differ, and only a long one: by one letter or by two, a swapped pair of letters counting as one. Where two
concepts are as near, or the slip is what tells two medical words apart, there is no answer.
"""

from collections.abc import Collection, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tvec_pv.domain.safety_profile import Match, Spelling

_MOST = 2


def find_misspelt(by_name: Mapping[str, Match], name: str, spelling: Spelling) -> Match | None:
    """The one concept whose name, of those in normal form, is nearest to a reported one that none of them equals."""
    if len(name) < spelling.minimum_letters - _MOST:
        return None
    near = process.extract(name, by_name.keys(), processor=None, scorer=OSA.distance, score_cutoff=_MOST, limit=None)
    slips = [(distance, known) for known, distance, _ in near if _is_slip(known, name, spelling)]
    nearest = [by_name[known] for distance, known in slips if distance == min(slips)[0]]
    return nearest[0] if len({match.concept.id for match in nearest}) == 1 else None


def _is_slip(known: str, given: str, spelling: Spelling) -> bool:
    if len(known.replace(" ", "")) < spelling.minimum_letters:
        return False
    words, others = known.split(), given.split()
    differing = [pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]]
    if len(words) != len(others) or len(differing) != 1:
        return False
    [(word, other)] = differing
    letters = spelling.letters_for_one if OSA.distance(word, other) == 1 else spelling.letters_for_two
    return len(word) >= letters and not _is_apart(word, other, spelling.apart)


def _is_apart(word: str, other: str, pairs: Collection[tuple[str, str]]) -> bool:
    """Whether the words differ by what makes them two words: hyper and hypo."""
    return any(
        (one in word and two in other and two not in word) or (two in word and one in other and one not in word)
        for one, two in pairs
    )
