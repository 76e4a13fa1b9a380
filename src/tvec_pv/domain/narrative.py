"""What a narrative mentions, and of whom: suggestions for a person, which decide nothing.

A mention is a name of the profile in the words of a narrative. What stands around it in its sentence says whether it is
told as having happened to the patient. Time and memory grow with the length of the text and with nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tvec_pv.domain.narrative_context import Mention, Name, Sentence
from tvec_pv.domain.narrative_cues import PHRASES, Cue, CueKind, Kind
from tvec_pv.domain.narrative_words import Text, Vocabulary, words_of

MOST_LETTERS = 100_000  # as many as ICH E2B(R3) gives H.1


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


@dataclass(slots=True)
class _Node:
    """A place in the tree of words: the words that may follow, and what the words so far mean."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    entry: Name | Cue | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """The names and cues, compiled once: a tree of words, in which the longest phrase at a place is found.

    `outcomes` are the concepts that a case has by a fatal reaction, though no reaction is called so.
    """

    phrases: _Node
    vocabulary: Vocabulary
    english: frozenset[str]
    others: frozenset[str]
    outcomes: frozenset[str]


def reader(names: Mapping[str, str], cues: Iterable[Cue]) -> Reader:
    """Compile normalised names, each with its concept, and cues; where both claim a phrase, it is the cue's."""
    cues = tuple(cues)
    capitals = {cue.cue for cue in cues if cue.kind is CueKind.CAPITALS}
    phrases = _Node()
    words: set[str] = set()
    entries: list[tuple[str, Name | Cue]] = [
        (name, Name(name, concept, name in capitals)) for name, concept in names.items()
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
    return Reader(phrases, Vocabulary(frozenset(words)), english, others, outcomes)


def read_narrative(
    reader: Reader, text: str | None, language: str | None, coded: frozenset[str], where: str = "H.1"
) -> NarrativeReading:
    """The suggestions of a text; `coded` are the concepts of the reactions that the case has."""
    if not text:
        return NarrativeReading("there is no narrative")
    if language and language.casefold().partition("-")[0] not in _ENGLISH_CODES:
        return NarrativeReading("not read: the report says that it is not in English")
    read = text[:MOST_LETTERS]
    split = reader.vocabulary.split(read)
    if not _is_english(reader, split):
        return NarrativeReading("not read: its words are not English")
    alike: dict[tuple[str, Kind], list[Mention]] = {}
    for mention in _mentions(reader, split):
        alike.setdefault((mention.concept, mention.kind), []).append(mention)
    how_far = f"read up to letter {MOST_LETTERS} of {len(text)}" if len(text) > MOST_LETTERS else "read to its end"
    return NarrativeReading(how_far, tuple(_suggestion(group, coded, where) for group in alike.values()))


def mentions(reader: Reader, text: str) -> list[Mention]:
    """Every mention in an English text, in its order."""
    return list(_mentions(reader, reader.vocabulary.split(text)))


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


def _is_english(reader: Reader, text: Text) -> bool:
    """By the small words of the beginning; where there are none, by the alphabet."""
    words = list(filter(str.isalpha, text.words[:_WORDS_OF_A_LANGUAGE]))
    english = sum(map(reader.english.__contains__, words))
    others = sum(map(reader.others.__contains__, words))
    latin = sum(map(_BEYOND_LATIN.__gt__, words))
    return others <= english and 2 * latin >= len(words)


def _mentions(reader: Reader, split: Text) -> Iterator[Mention]:
    sentence = Sentence(split)
    words, first = split.words, reader.phrases.following
    at = 0
    while at < len(words):
        if words[at] not in first:
            if not words[at]:
                yield from sentence.close()
            at += 1
            continue
        after, entry = _longest(reader, words, at)
        if isinstance(entry, Name):
            if not entry.in_capitals or split.places[at][0].isupper():
                sentence.mention(entry, at, after)
        elif entry:
            sentence.hear(entry, at, after)
        at = after
    yield from sentence.close()


def _longest(reader: Reader, words: list[str], at: int) -> tuple[int, Name | Cue | None]:
    """The longest phrase that begins at a word, and the word after it: after the first, where none begins."""
    node = reader.phrases
    found: tuple[int, Name | Cue | None] = at + 1, None
    for place in range(at, len(words)):
        following = node.following.get(words[place])
        if following is None:
            break
        node = following
        if node.entry:
            found = place + 1, node.entry
    return found


_ENGLISH_CODES = ("en", "eng")
_WORDS_OF_A_LANGUAGE = 300
_BEYOND_LATIN = "\u0250"
