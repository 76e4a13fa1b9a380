"""What a narrative mentions, and of whom: suggestions for a person, which decide nothing.

A mention is a name of the profile in the words of a narrative. What stands around it in its sentence says whether it is
told as having happened to the patient (after ConText: Harkema, Dowling, Thornblade and Chapman 2009). Time and memory
grow with the length of the text and with nothing else.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MOST_LETTERS = 100_000  # as many as ICH E2B(R3) gives H.1
MOST_REACH = 20  # words; it bounds the work at each mention


class Kind(StrEnum):
    """What a mention is told as."""

    REACTION = "reaction"
    NEGATED = "negated"
    HISTORY = "history"
    OTHER_PERSON = "other person"
    HYPOTHETICAL = "hypothetical"
    PRODUCT = "product"
    NEAR_MISS = "near miss"


class CueKind(StrEnum):
    """What a cue does to the mentions of its sentence: the first six say what they are told as.

    `turn` ends what was denied, past or hypothetical; `patient` ends what was another person's; `end` ends all.
    `near miss` is a phrase that only looks like a name; `capitals` is a name that is one only in capitals; `too weak`
    is a name that says too little in running text; `outcome` is a name that a fatal reaction of the case covers.
    `nothing` is a phrase that only looks like a cue.
    """

    PRODUCT = "product"
    NEGATION = "negation"
    HYPOTHETICAL = "hypothetical"
    OTHER_PERSON = "other person"
    WORSENING = "worsening"
    HISTORY = "history"
    TURN = "turn"
    PATIENT = "patient"
    END = "end"
    NOTHING = "nothing"
    NEAR_MISS = "near miss"
    CAPITALS = "capitals"
    TOO_WEAK = "too weak"
    OUTCOME = "outcome"
    ENGLISH = "English"
    OTHER_LANGUAGE = "other language"


class Direction(StrEnum):
    """Whether a cue speaks of what follows it, of what stands before it, or of both."""

    NONE = ""
    FORWARD = "forward"
    BACKWARD = "backward"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Cue:
    """One row of the table of cues. In a cue, 9999 stands for any year.

    `reach` is how many words on the cue is heard; a comma ends it too, unless a list follows. Without it the cue is
    heard to the end of the sentence. `concept` is what a near miss is taken for.
    """

    cue: str
    kind: CueKind
    direction: Direction = Direction.NONE
    reach: int | None = None
    concept: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of the profile in a text, from letter `start` to before letter `end`; `cue` is the row that decided."""

    kind: Kind
    concept: str
    name: str
    start: int
    end: int
    cue: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a text says of one concept, at its first place and how many times: for a person to look at.

    It holds places in the text (counted in letters from 0) and never the text. `where` is H.1, or the reaction whose
    own words (E.i.1.1a) were read. `is_coded` says whether the case has a reaction of that concept.
    """

    where: str
    kind: Kind
    concept: str
    name: str
    start: int
    end: int
    times: int
    cue: str
    is_coded: bool


@dataclass(frozen=True, slots=True)
class NarrativeReading:
    """How far a narrative was read, in words, and what was found."""

    read: str
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    name: str
    concept: str
    in_capitals: bool


@dataclass(slots=True)
class _Node:
    """A place in the tree of words: the words that may follow, and what the words so far mean."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    entry: _Name | Cue | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """The names and cues, compiled once: a tree of words, in which the longest phrase at a place is found.

    `outcomes` are the concepts that a case has by a fatal reaction, though no reaction is called so.
    """

    phrases: _Node
    words: frozenset[str]
    english: frozenset[str]
    others: frozenset[str]
    outcomes: frozenset[str]


def reader(names: Mapping[str, str], cues: Iterable[Cue]) -> Reader:
    """Compile normalised names, each with its concept, and cues; where both claim a phrase, it is the cue's."""
    cues = tuple(cues)
    capitals = {cue.cue for cue in cues if cue.kind is CueKind.CAPITALS}
    phrases = _Node()
    words: set[str] = set()
    entries: list[tuple[str, _Name | Cue]] = [
        (name, _Name(name, concept, name in capitals)) for name, concept in names.items()
    ]
    entries += [(cue.cue, cue) for cue in cues if cue.kind in PHRASES]
    for phrase, entry in entries:
        node = phrases
        for word in words_of(phrase):
            words.add(word)
            node = node.following.setdefault(word, _Node())
        node.entry = entry
    english, others = (
        frozenset(cue.cue for cue in cues if cue.kind is kind) for kind in (CueKind.ENGLISH, CueKind.OTHER_LANGUAGE)
    )
    outcomes = frozenset(names[cue.cue] for cue in cues if cue.kind is CueKind.OUTCOME)
    return Reader(phrases, frozenset(words), english, others, outcomes)


def read_narrative(
    reader: Reader, text: str | None, language: str | None, coded: frozenset[str], where: str = "H.1"
) -> NarrativeReading:
    """The suggestions of a text; `coded` are the concepts of the reactions that the case has."""
    if not text:
        return NarrativeReading("there is no narrative")
    if language and language.casefold().partition("-")[0] not in _ENGLISH_CODES:
        return NarrativeReading("not read: the report says that it is not in English")
    read = text[:MOST_LETTERS]
    split = _split(read, reader.words)
    if not _is_english(reader, split):
        return NarrativeReading("not read: its words are not English")
    alike: dict[tuple[str, Kind], list[Mention]] = {}
    for mention in _mentions(reader, read, split):
        alike.setdefault((mention.concept, mention.kind), []).append(mention)
    how_far = f"read up to letter {MOST_LETTERS} of {len(text)}" if len(text) > MOST_LETTERS else "read to its end"
    return NarrativeReading(how_far, tuple(_suggestion(group, coded, where) for group in alike.values()))


def mentions(reader: Reader, text: str) -> list[Mention]:
    """Every mention in an English text, in its order."""
    return list(_mentions(reader, text, _split(text, reader.words)))


def _suggestion(group: list[Mention], coded: frozenset[str], where: str) -> Suggestion:
    first = group[0]
    return Suggestion(
        where=where,
        kind=first.kind,
        concept=first.concept,
        name=first.name,
        start=first.start,
        end=first.end,
        times=len(group),
        cue=first.cue,
        is_coded=first.concept in coded,
    )


# --- words ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """Words, commas and colons in their order, with their places; an empty word is the end of a sentence."""

    words: list[str]
    places: list[tuple[int, int]]


def words_of(phrase: str) -> tuple[str, ...]:
    """A name or a cue as it is looked for: two that are equal here are one."""
    return tuple(_split(phrase, ()).words)


def _split(text: str, vocabulary: Container[str]) -> _Text:
    """A text in words; a plural that the vocabulary does not have is written as its singular."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for found in _TOKEN.finditer(text):
        token = found[0]
        word = token.lower() if token.isascii() else unicodedata.normalize("NFKC", token).casefold()
        if not word[0].isalnum():
            word = word if word in ",:" else ""
        elif word not in vocabulary:
            if word[0].isdigit() and _YEAR.fullmatch(word):
                word = "9999"
            elif word[-1] == "s" and word[:-1] in vocabulary:
                word = word[:-1]
        if word or (words and words[-1]):
            words.append(word)
            places.append(found.span())
    return _Text(words, places)


def _is_english(reader: Reader, text: _Text) -> bool:
    """By the small words of the beginning; where there are none, by the alphabet."""
    words = [word for word in text.words[:_WORDS_OF_A_LANGUAGE] if word.isalpha()]
    english = sum(word in reader.english for word in words)
    others = sum(word in reader.others for word in words)
    latin = sum(word[0] < _BEYOND_LATIN for word in words)
    return others <= english and 2 * latin >= len(words)


# --- sentences -----------------------------------------------------------------------------------------------------


def _mentions(reader: Reader, text: str, split: _Text) -> Iterator[Mention]:
    sentence = _Sentence(split)
    words, first = split.words, reader.phrases.following
    at = 0
    while at < len(words):
        if words[at] not in first:
            if not words[at]:
                yield from sentence.close()
            at += 1
            continue
        after, entry = _longest(reader, words, at)
        if isinstance(entry, _Name):
            if not entry.in_capitals or text[slice(*split.places[at])].isupper():
                sentence.mention(entry, at, after)
        elif entry:
            sentence.hear(entry, at, after)
        at = after
    yield from sentence.close()


def _longest(reader: Reader, words: list[str], at: int) -> tuple[int, _Name | Cue | None]:
    """The longest phrase that begins at a word, and the word after it: after the first, where none begins."""
    node = reader.phrases
    found: tuple[int, _Name | Cue | None] = at + 1, None
    for place in range(at, len(words)):
        following = node.following.get(words[place])
        if following is None:
            break
        node = following
        if node.entry:
            found = place + 1, node.entry
    return found


class _Sentence:
    """The mentions of one sentence, and the cues that are heard at the place reached."""

    def __init__(self, text: _Text) -> None:
        self._text = text
        self._found: list[tuple[_Name | Cue, int, int]] = []
        self._said: list[dict[CueKind, str]] = []
        self._heard: dict[CueKind, tuple[Cue, int, bool]] = {}
        self._closed = 0

    def mention(self, name: _Name, at: int, after: int) -> None:
        said = {}
        for kind, (cue, last, has_hit) in self._heard.items():
            if self._reaches(cue, last, at, has_hit):
                said[kind] = cue.cue
        for kind in said:
            cue, _, _ = self._heard[kind]
            self._heard[kind] = cue, after, True
        self._found.append((name, at, after))
        self._said.append(said)

    def hear(self, cue: Cue, at: int, after: int) -> None:
        if cue.kind is CueKind.NEAR_MISS:
            self._found.append((cue, at, after))
            self._said.append({})
        elif ends := _ENDS.get(cue.kind):
            for kind in ends:
                self._heard.pop(kind, None)
            if cue.kind is CueKind.END:
                self._closed = len(self._found)
        elif cue.kind in TOLD_AS:
            if cue.direction in (Direction.BACKWARD, Direction.BOTH):
                self._look_back(cue, at)
            if cue.direction in (Direction.FORWARD, Direction.BOTH) and not self._hears_on(cue.kind):
                self._heard[cue.kind] = cue, after, False

    def close(self) -> Iterator[Mention]:
        """The mentions of the sentence; the next one begins with none, and with no cue heard."""
        for (entry, at, after), said in zip(self._found, self._said, strict=True):
            start, end = self._text.places[at][0], self._text.places[after - 1][1]
            if isinstance(entry, Cue):
                if entry.concept:
                    yield Mention(Kind.NEAR_MISS, entry.concept, entry.cue, start, end)
            else:
                decided = next((kind for kind in TOLD_AS if kind in said), None)
                told_as, cue = (TOLD_AS[decided], said[decided]) if decided else (Kind.REACTION, "")
                yield Mention(told_as, entry.concept, entry.name, start, end, cue)
        self._found, self._said, self._heard, self._closed = [], [], {}, 0

    def _hears_on(self, kind: CueKind) -> bool:
        """Whether a cue of the kind is heard to the end of the sentence: a second, shorter one changes nothing."""
        return kind in self._heard and self._heard[kind][0].reach is None

    def _reaches(self, cue: Cue, last: int, at: int, has_hit: bool) -> bool:
        """Whether a cue, or a list of mentions that it began, comes as far as a token."""
        if cue.reach is None:
            return True
        between = self._text.words[last:at]
        if len(between) > (_LIST_GAP if has_hit else cue.reach):
            return False
        return "," not in between or self._list_goes_on(at)

    def _list_goes_on(self, at: int) -> bool:
        """Whether an `or` stands ahead in the sentence, or just before: `no fever, chills or nausea`."""
        ahead = self._text.words[at - 1 : at + _LIST_AHEAD]
        rest = ahead[: ahead.index("")] if "" in ahead else ahead
        return any(word in rest for word in _OR)

    def _look_back(self, cue: Cue, at: int) -> None:
        """A cue speaks of the mention before it, and of those that stand in one list with it."""
        reach = _BACK if cue.reach is None else cue.reach
        for place in range(len(self._found) - 1, self._closed - 1, -1):
            _, start, after = self._found[place]
            between = self._text.words[after:at]
            if len(between) > reach or (reach == _LIST_GAP and any(word not in _LISTING for word in between)):
                return
            self._said[place].setdefault(cue.kind, cue.cue)
            at, reach = start, _LIST_GAP


_TOKEN = re.compile(r"""[^\W_]+|[.!?](?=["')\]]?(?:\s|$))|;|\n[ \t\r]*(?=[\n*•-])|[,:]""")
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_ENGLISH_CODES = ("en", "eng")
_WORDS_OF_A_LANGUAGE = 300
_BEYOND_LATIN = "\u0250"
_OR = ("or", "nor")
_LISTING = (",", "and", "or", "nor")
_LIST_GAP = 3
_LIST_AHEAD = 20
_BACK = 8

# Each kind of cue that says what a mention is told as; where several are heard, the first decides.
TOLD_AS = {
    CueKind.PRODUCT: Kind.PRODUCT,
    CueKind.NEGATION: Kind.NEGATED,
    CueKind.HYPOTHETICAL: Kind.HYPOTHETICAL,
    CueKind.OTHER_PERSON: Kind.OTHER_PERSON,
    CueKind.WORSENING: Kind.REACTION,
    CueKind.HISTORY: Kind.HISTORY,
}
_ENDS = {
    CueKind.TURN: (CueKind.NEGATION, CueKind.HISTORY, CueKind.HYPOTHETICAL, CueKind.PRODUCT),
    CueKind.PATIENT: (CueKind.OTHER_PERSON,),
    CueKind.END: tuple(TOLD_AS),
}
# The kinds that are looked for among the names, each phrase in one of them only.
PHRASES = frozenset(CueKind) - {CueKind.CAPITALS, CueKind.OUTCOME, CueKind.ENGLISH, CueKind.OTHER_LANGUAGE}
