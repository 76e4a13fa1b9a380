"""Names of medical terms and medicines, so written that two spellings of one name are equal."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from tvec_pv.domain.remembering import remembered

_MARKS = str.maketrans(
    dict.fromkeys("™®©℠Ⓡ¹²³", " ")
)  # marks and footnotes, which compatibility forms turn into letters
_NOT_A_WORD = re.compile(r"[^\w]+|_")


@remembered(5_000)
def normalise(name: str) -> str:
    """Lower case, no punctuation, one space between words; letters keep their accents.

    >>> normalise("Injection-site  PAIN.")
    'injection site pain'
    """
    return " ".join(_NOT_A_WORD.sub(" ", (name if name.isascii() else _plain(name)).casefold()).split())


def _plain(name: str) -> str:
    """Letters of other alphabets in one form, without marks and what cannot be seen; ASCII has none of that."""
    visible = "".join(letter for letter in name.translate(_MARKS) if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", visible)


def said(text: str, phrases: tuple[str, ...]) -> str:
    """The first of the phrases that stands in a text as whole words; a star stands for the rest of a word.

    >>> said("Psoriasis: worse than ever", ("flare", "worse*"))
    'worse*'
    """
    normal = normalise(text)
    return next((phrase for phrase in phrases if _pattern(phrase).search(normal)), "")


@lru_cache(maxsize=10_000)
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(r"\b" + re.escape(normalise(phrase)) + ("" if phrase.endswith("*") else r"\b"))


@dataclass(frozen=True, slots=True)
class Query:
    """A standardised MedDRA query (SMQ) that holds a term, in its narrow scope or in the broad one alone."""

    name: str
    is_narrow: bool


@dataclass(frozen=True, slots=True)
class Dictionary:
    """MedDRA as its licence holder put it beside the product: names by code, and each term's preferred term.

    `organ_class_of`, `high_level_of` and `queries_of` are by code, and empty where the files that say so are not there.
    The product ships no MedDRA. Without it, reports are matched by the names they carry.
    """

    version: str
    name_of: Mapping[str, str]
    preferred_of: Mapping[str, str]
    code_of: Mapping[str, str] = field(default_factory=dict)
    organ_class_of: Mapping[str, str] = field(default_factory=dict)
    queries_of: Mapping[str, tuple[Query, ...]] = field(default_factory=dict)
    high_level_of: Mapping[str, str] = field(default_factory=dict)

    def preferred_name(self, code: str) -> str | None:
        """The preferred term's name for the code of a lowest level or preferred term."""
        return self.name_of.get(self.preferred_of.get(code, code))

    def code_named(self, name: str) -> str | None:
        """The code of a term by its name, in capital or small letters."""
        return self.code_of.get(name.casefold().strip())

    def organ_class(self, code: str) -> str:
        """The primary system organ class of a term; empty where it is not known."""
        return self.organ_class_of.get(self.preferred_of.get(code, code), "")

    def high_level_term(self, code: str) -> str:
        """The primary high level term (HLT) of a term; empty where it is not known."""
        return self.high_level_of.get(self.preferred_of.get(code, code), "")

    def queries(self, code: str) -> tuple[Query, ...]:
        """The queries that hold a term or its preferred term: each once, narrow where either is."""
        found: dict[str, bool] = {}
        for one in (code, self.preferred_of.get(code, code)):
            for query in self.queries_of.get(one, ()):
                found[query.name] = found.get(query.name, False) or query.is_narrow
        return tuple(Query(name, is_narrow) for name, is_narrow in sorted(found.items()))


NO_DICTIONARY = Dictionary("", {}, {})
