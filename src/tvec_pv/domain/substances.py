"""Which substances does a medicine's name say? Many spellings of one substance are folded into one name.

1. The active ingredients that FAERS adds are taken where they are given, else the name as reported.
2. Names are compared as `terms.normalise` writes them: no case, no punctuation, no trailing period.
3. FAERS writes `\\` between the ingredients of a combination: it is split, and each is a substance of the report. A
   reported name is split at `/`, `+` and `;` only where each part is a word that could be a name alone.
4. Of a reported name, what stands in brackets, doses and forms are left out. Forms only at the end.
5. Of both, a salt is left out at the end, unless what it is a salt of is an element: sodium chloride stays.
6. No rule takes the last word away: a name that says anything folds to at least one substance.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tvec_pv.domain.remembering import remembered
from tvec_pv.domain.terms import normalise


@dataclass(frozen=True, slots=True)
class NameWords:
    """The words that folding looks for, normalised, and the date of the table they stand in."""

    version: str
    salts: frozenset[str]
    elements: frozenset[str]
    forms: frozenset[str]
    units: frozenset[str]


@remembered(100_000)
def fold(words: NameWords, ingredients: str, name: str) -> tuple[str, ...]:
    """The substances of a medicine, in order of name; empty only where neither text says anything.

    >>> fold(WORDS, "", "TYLENOL (ACETAMINOPHEN) 500 MG TABLETS.")
    ('tylenol',)
    """
    found = {substance for part in ingredients.split("\\") if (substance := _moiety(words, normalise(part)))}
    if not found:
        found = {substance for part in _parts(words, name) if (substance := _reported(words, part))}
    if not found:
        found = {said for given in (ingredients, name) if (said := given.strip().casefold())}
    return tuple(sorted(found))


def _parts(words: NameWords, name: str) -> list[str]:
    parts = [part for part in _BETWEEN.split(_without_brackets(name)) if part.strip()]
    if len(parts) > 1 and all(_could_be_a_name(words, normalise(part)) for part in parts):
        return parts
    return name.split("\\")


def _could_be_a_name(words: NameWords, part: str) -> bool:
    first = part.split(" ", 1)[0]
    return len(first) >= _SHORTEST_NAME and first.isalpha() and first not in words.units | words.forms | words.salts


def _reported(words: NameWords, name: str) -> str:
    plain = normalise(_PERCENT.sub(" ", _without_brackets(name))) or normalise(name)
    left = list(_without_doses(words, plain.split()))
    return _moiety(words, " ".join(_without_end(left, words.forms)) or plain)


def _without_brackets(name: str) -> str:
    """The name without what stands in brackets, if there is a word besides."""
    outside = _BRACKETS.sub(" ", name)
    return outside if any(len(word) >= 3 for word in normalise(outside).split()) else name


def _without_doses(words: NameWords, name: list[str]) -> Iterator[str]:
    """A number with the unit behind it is a dose, also without a space, and so is a unit that stands alone."""
    for place, word in enumerate(name):
        following = name[place + 1] if place + 1 < len(name) else ""
        glued = _NUMBER_AND_UNIT.fullmatch(word)
        is_dose = word in words.units or (
            word.isdigit() and (following in words.units or _continues(words, name, place))
        )
        if not is_dose and not (glued and glued[1] in words.units):
            yield word


def _continues(words: NameWords, name: list[str], place: int) -> bool:
    """Whether the number is the first part of one with a decimal point: 2.5 mg is normalised to 2 5 mg."""
    return place + 2 < len(name) and name[place + 1].isdigit() and name[place + 2] in words.units


def _moiety(words: NameWords, name: str) -> str:
    left = name.split()
    while len(left) > 1 and left[-1] in words.salts and left[-2] not in words.elements:
        left.pop()
    return " ".join(left)


def _without_end(name: list[str], ends: frozenset[str]) -> list[str]:
    left = list(name)
    while len(left) > 1 and left[-1] in ends:
        left.pop()
    return left


_SHORTEST_NAME = 5
_BETWEEN = re.compile(r"[\\/+;]")
_BRACKETS = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]?")
_PERCENT = re.compile(r"\d+(?:[.,]\d+)*\s*%")
_NUMBER_AND_UNIT = re.compile(r"\d+([a-z]+)")
