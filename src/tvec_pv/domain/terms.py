"""Names of medical terms and medicines, so written that two spellings of one name are equal."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_MARKS = str.maketrans(
    dict.fromkeys("™®©℠Ⓡ¹²³", " ")
)  # marks and footnotes, which compatibility forms turn into letters
_NOT_A_WORD = re.compile(r"[^\w]+|_")


def normalise(name: str) -> str:
    """Lower case, no punctuation, one space between words; letters keep their accents.

    >>> normalise("Injection-site  PAIN.")
    'injection site pain'
    """
    visible = "".join(letter for letter in name.translate(_MARKS) if unicodedata.category(letter) != "Cf")
    plain = unicodedata.normalize("NFKC", visible)
    return " ".join(_NOT_A_WORD.sub(" ", plain.casefold()).split())


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
class Dictionary:
    """MedDRA as its licence holder put it beside the product: names by code, and each term's preferred term.

    The product ships no MedDRA. Without it, reports are matched by the names they carry.
    """

    version: str
    name_of: Mapping[str, str]
    preferred_of: Mapping[str, str]

    def preferred_name(self, code: str) -> str | None:
        """The preferred term's name for the code of a lowest level or preferred term."""
        return self.name_of.get(self.preferred_of.get(code, code))


NO_DICTIONARY = Dictionary("", {}, {})
