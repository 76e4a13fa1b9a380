"""Is this the product? By name, brand, development name, abbreviation, code, and careful misspelling.

Short names must be equal after normalisation. Only long words may be misspelt, and a word that is as near to a
name on the must-not-match list as to the product's is left to a person.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tvec_pv.domain.icsr import Case, Drug, known
from tvec_pv.domain.remembering import remembered
from tvec_pv.domain.terms import normalise


class Verdict(StrEnum):
    PRODUCT = "product"
    OTHER = "other product"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Product:
    """The product by its names and codes. `exact`, `fuzzy` and `never` are normalised (`terms.normalise`).

    Of `exact`, `development` are names from before the licence and `misspellings` those that were seen misspelt.
    `codes` decide; `unsure_codes`, whose source was not read, leave it to a person where no name decides.
    """

    version: str
    name: str
    brand: str
    abbreviation: str
    licences: tuple[tuple[str, date], ...]
    exact: frozenset[str]
    fuzzy: frozenset[str]
    never: frozenset[str]
    minimum_letters: int
    maximum_distance: int
    codes: frozenset[str] = frozenset()
    unsure_codes: frozenset[str] = frozenset()
    development: frozenset[str] = frozenset()
    misspellings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NameMatch:
    """`how` is exact, development, misspelt, code, must-not-match or no-match; `name` what decided."""

    verdict: Verdict
    how: str
    name: str = ""


_NO_MATCH = NameMatch(Verdict.OTHER, "no-match")


@remembered(10_000)
def match_name(product: Product, text: str) -> NameMatch:
    """Whether a medicine's name as reported is the product."""
    words = normalise(text).split()
    is_product = _contained(product.exact, words)
    is_other = _contained(product.never, words)
    if is_product and is_other:
        return NameMatch(Verdict.UNDECIDED, "exact", is_product)
    if is_other:
        return NameMatch(Verdict.OTHER, "must-not-match", is_other)
    if is_product:
        return NameMatch(Verdict.PRODUCT, _how(product, words), is_product)
    long_words = [word for word in words if len(word) >= product.minimum_letters]
    distance, name = _nearest(product.fuzzy, long_words, product.maximum_distance)
    if not name:
        return _NO_MATCH
    never = [word for phrase in product.never for word in phrase.split() if len(word) >= product.minimum_letters]
    other_distance, other_name = _nearest(never, long_words, product.maximum_distance)
    if other_name and other_distance < distance:
        return NameMatch(Verdict.OTHER, "must-not-match", other_name)
    if other_name and other_distance == distance:
        return NameMatch(Verdict.UNDECIDED, "misspelt", name)
    return NameMatch(Verdict.PRODUCT, "misspelt", name)


def named_product(product: Product, names: Iterable[str]) -> dict[str, NameMatch]:
    """Of very many names, those that are or may be the product, as `match_name` says of each.

    Only a name that holds a word of the product's, rightly written or misspelt, can be one; the others are not asked.
    """
    said = {name: normalise(name).split() for name in names}
    words = sorted({word for given in said.values() for word in given})
    telling = {word for phrase in product.exact for word in phrase.split()} | _near(product, words)
    asked = {name: match_name(product, name) for name, given in said.items() if not telling.isdisjoint(given)}
    return {name: match for name, match in asked.items() if match.verdict is not Verdict.OTHER}


def _near(product: Product, words: list[str]) -> set[str]:
    long_words = [word for word in words if len(word) >= product.minimum_letters]
    names = sorted(product.fuzzy)
    limit = product.maximum_distance
    distances = process.cdist(long_words, names, scorer=Levenshtein.distance, score_cutoff=limit)
    return {
        word for word, near in zip(long_words, distances.min(axis=1, initial=limit + 1), strict=True) if near <= limit
    }


def _how(product: Product, words: list[str]) -> str:
    """How a name that holds one of the product's was written: rightly, by a name of its development, or misspelt."""
    name = _contained(product.exact - product.development - product.misspellings, words)
    if not name:
        return "development" if _contained(product.development, words) else "misspelt"
    others = [
        word
        for word in words
        if len(word) >= product.minimum_letters and word not in name.split() and word not in product.exact
    ]
    return "misspelt" if _nearest(product.fuzzy, others, product.maximum_distance)[1] else "exact"


def match_drug(product: Product, drug: Drug) -> NameMatch:
    """The strongest match among a drug's name, its substances and its codes."""
    names = [drug.name, *(substance.name for substance in drug.substances)]
    named = _strongest([match_name(product, name) for given in names if (name := known(given))])
    given = {
        normalise_code(code)
        for code in (
            drug.product_code,
            known(drug.authorisation_number),
            *map(known, drug.fda_additional_codes),
            *(substance.term_id for substance in drug.substances),
        )
        if code
    }
    if sure := given & product.codes:
        verdict = Verdict.UNDECIDED if named.how == "must-not-match" else Verdict.PRODUCT
        return named if named.verdict is Verdict.PRODUCT else NameMatch(verdict, "code", min(sure))
    if named.verdict is not Verdict.PRODUCT and (unsure := given & product.unsure_codes):
        return NameMatch(Verdict.UNDECIDED, "code", min(unsure))
    return named


def normalise_code(code: str) -> str:
    """Capital letters and digits alone, without what says which kind of licence a number is.

    >>> normalise_code("BLA 125518")
    '125518'
    """
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return _KIND_OF_LICENCE.sub("", plain)


_KIND_OF_LICENCE = re.compile(r"^(?:BLA|STN|NDA|NDC)(?=\d)")


def match_case(product: Product, case: Case) -> NameMatch:
    """The strongest match among all drugs of a case, in any role."""
    return _strongest([match_drug(product, drug) for drug in case.drugs])


def product_drugs(product: Product, case: Case) -> tuple[Drug, ...]:
    return tuple(drug for drug in case.drugs if match_drug(product, drug).verdict is Verdict.PRODUCT)


def _strongest(matches: list[NameMatch]) -> NameMatch:
    for verdict in (Verdict.PRODUCT, Verdict.UNDECIDED):
        for match in matches:
            if match.verdict is verdict:
                return match
    return matches[0] if matches else _NO_MATCH


def _contained(phrases: frozenset[str], words: list[str]) -> str:
    """The first phrase that stands in the words as whole words, one after another."""
    longest = max((phrase.count(" ") + 1 for phrase in phrases), default=0)
    for length in range(min(longest, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            if (phrase := " ".join(words[start : start + length])) in phrases:
                return phrase
    return ""


def _nearest(names: Iterable[str], words: list[str], limit: int) -> tuple[int, str]:
    best = (limit + 1, "")
    for word in words:
        for name in sorted(names):
            distance = Levenshtein.distance(word, name, score_cutoff=limit)
            if distance <= limit:
                best = min(best, (distance, name))
    return best
