"""What a mention is told as, by the cues of its sentence (ConText: Harkema, Dowling, Thornblade and Chapman 2009)."""

from collections.abc import Iterator
from dataclasses import dataclass

from tvec_pv.domain.narrative_cues import ENDS, TOLD_AS, Cue, CueKind, Direction, Kind
from tvec_pv.domain.narrative_words import Text


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
class Name:
    name: str
    concept: str
    in_capitals: bool


class Sentence:
    """The mentions of one sentence, and the cues that are heard at the place reached."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._found: list[tuple[Name | Cue, int, int]] = []
        self._said: list[dict[CueKind, str]] = []
        self._heard: dict[CueKind, tuple[Cue, int, bool]] = {}
        self._closed = 0

    def mention(self, name: Name, at: int, after: int) -> None:
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
        elif ends := ENDS.get(cue.kind):
            for kind in ends:
                self._heard.pop(kind, None)
            if cue.kind is CueKind.END:
                self._closed = len(self._found)
        elif cue.kind in TOLD_AS:
            if cue.direction in (Direction.BACKWARD, Direction.BOTH):
                self._look_back(cue, at)
            elif cue.kind is CueKind.OTHER_PERSON and (beside := self._beside(at)):
                self._look_back(cue, beside)
            if cue.direction in (Direction.FORWARD, Direction.BOTH) and not self._hears_on(cue.kind):
                self._heard[cue.kind] = cue, after, False

    def close(self) -> Iterator[Mention]:
        """The mentions of the sentence; the next one begins with none, and with no cue heard."""
        for (entry, at, after), said in zip(self._found, self._said, strict=True):
            start, end = self._text.places[at].start(), self._text.places[after - 1].end()
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

    def _beside(self, at: int) -> int:
        """Where "in her" or "of a" begins, which ties what stands before it to a person; 0 where nothing does."""
        for place in (at - 1, at - 2):
            if place > 0 and self._text.words[place] in _OF:
                return place
            if place <= 0 or self._text.words[place] not in _WHOSE:
                return 0
        return 0

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


_OR = ("or", "nor")
_OF = ("in", "of")
_WHOSE = ("the", "a", "an", "his", "her", "their", "another", "one")
_LISTING = (",", "and", "or", "nor")
_LIST_GAP = 3
_LIST_AHEAD = 20
_BACK = 8
