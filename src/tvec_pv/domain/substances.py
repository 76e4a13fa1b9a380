"""Which substances does a medicine's name say? Many spellings of one substance are folded into one name.

1. The active ingredients that FAERS adds are taken where they are given, else the name as reported.
2. Names are compared as `terms.normalise` writes them: no case, no punctuation, no trailing period.
3. FAERS writes `\\` between the ingredients of a combination: it is split, and each is a substance of the report. A
   reported name is split at `/`, `+` and `;` only where each part is a word that could be a name alone.
4. Of a reported name, what stands in brackets, doses and forms are left out. Forms only at the end.
5. Of both, salts and their water are left out at the end; where only an element would be left, the salt stays: sodium
   chloride.
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
    waters: frozenset[str]
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
    left = " ".join(_without_doses(words, plain.split()))
    return _moiety(words, left or plain, words.forms)


def _without_brackets(name: str) -> str:
    """The name without what stands in brackets, if there is a word besides."""
    outside = _BRACKETS.sub(" ", name)
    return outside if any(len(word) >= 3 for word in normalise(outside).split()) else name


def _without_doses(words: NameWords, name: list[str]) -> Iterator[str]:
    """A number before a unit is a dose, also without a space between them, and so is a unit that stands alone.

    One letter is a unit behind a number only: penicillin G. 2.5 mg is normalised to 2 5 mg.
    """
    for place, word in enumerate(name):
        behind = next((other for other in name[place + 1 :] if not other.isdigit()), "")
        is_number = word.isdigit() and behind in words.units
        is_unit = word in words.units and (len(word) > 1 or name[max(place - 1, 0)].isdigit())
        glued = _NUMBER_AND_UNIT.fullmatch(word)
        if not (is_number or is_unit or (glued and glued[1] in words.units)):
            yield word


def _moiety(words: NameWords, name: str, forms: frozenset[str] = frozenset()) -> str:
    whole = _without_end(name.split(), forms | words.waters)
    left = _without_end(whole, forms | words.waters | words.salts)
    return " ".join(whole if words.elements.issuperset(left) else left)


def _without_end(name: list[str], ends: frozenset[str]) -> list[str]:
    """The words without those at the end that are `ends`; the last one stays."""
    left = list(name)
    while len(left) > 1 and left[-1] in ends:
        left.pop()
    return left


_SHORTEST_NAME = 5
_BETWEEN = re.compile(r"[\\/+;]")
_BRACKETS = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]?")
_PERCENT = re.compile(r"\d+(?:[.,]\d+)*\s*%")
_NUMBER_AND_UNIT = re.compile(r"\d+([a-z]+)")
