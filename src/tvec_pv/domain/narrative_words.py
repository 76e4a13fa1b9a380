"""A text in words, commas and ends of sentences, each with its place. Time and memory grow with its length alone."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field

_MOST_REMEMBERED, _LONGEST = 20_000, 24


@dataclass(frozen=True, slots=True)
class Text:
    """Words, commas and colons in their order, with their places; an empty word is the end of a sentence."""

    words: list[str]
    places: list[re.Match[str]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of all phrases. How a short token is written as a word is remembered; of a long text it is not."""

    words: Container[str] = ()
    written: dict[str, str] = field(default_factory=dict)

    def split(self, text: str) -> Text:
        """A text in words; a plural that the vocabulary does not have is written as its singular."""
        written = self.written
        words: list[str] = []
        places: list[re.Match[str]] = []
        for found in _TOKEN.finditer(text):
            token = found[0]
            word = written.get(token)
            if word is None:
                word = self._word(token)
                if len(token) <= _LONGEST and len(written) < _MOST_REMEMBERED:
                    written[token] = word
            if word or (words and words[-1]):
                words.append(word)
                places.append(found)
        return Text(words, places)

    def _word(self, token: str) -> str:
        word = token.lower() if token.isascii() else unicodedata.normalize("NFKC", token).casefold()
        if not word[0].isalnum():
            return word if word in ",:" else ""
        if word not in self.words:
            if word[0].isdigit() and _YEAR.fullmatch(word):
                return "9999"
            if word[-1] == "s" and word[:-1] in self.words:
                return word[:-1]
        return word


_TOKEN = re.compile(r"""[^\W_]+|[.!?](?=["')\]]?(?:\s|$))|;|\n[ \t\r]*(?=[\n*•-])|[,:]""")
_YEAR = re.compile("(?:19|20)[0-9]{2}")


def words_of(phrase: str) -> tuple[str, ...]:
    """A name or a cue as it is looked for: two that are equal here are one."""
    return tuple(Vocabulary().split(phrase).words)
