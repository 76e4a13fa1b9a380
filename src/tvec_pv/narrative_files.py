"""Reads the table of cues by which narratives are read; a mistake is named with file, row and column."""

from collections.abc import Mapping, Set
from importlib.resources.abc import Traversable
from typing import TypeAlias

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.narrative import Reader, reader
from tvec_pv.domain.narrative_cues import MOST_REACH, PHRASES, TOLD_AS, Cue, CueKind, Direction
from tvec_pv.domain.narrative_words import words_of
from tvec_pv.reference_tables import read_table

Words: TypeAlias = tuple[str, ...]


def narrative_reader(folder: Traversable, names: Mapping[str, str]) -> Reader:
    """The reader of one version of the profile: `names` are its normalised names, each with its concept."""
    file = folder / "narrative.csv"
    cues = read_table(file, Cue, ("cue", "kind"))
    concepts = frozenset(names.values())
    written = frozenset(map(words_of, names))
    seen: set[Words] = set()
    for number, cue in enumerate(cues.values(), 2):
        place = f"{file.name}, row {number}"
        _check(cue, concepts, names, place)
        words = words_of(cue.cue)
        if problem := _collision(cue, words, seen, written):
            raise ReferenceDataError(f"{place}, column cue: {problem}")
        if cue.kind in PHRASES:
            seen.add(words)
    return reader(names, cues.values())


def _collision(cue: Cue, words: Words, seen: Set[Words], names: Set[Words]) -> str:
    """Why the words of a cue cannot stand: one phrase means one thing, and no name is hidden unawares."""
    if not words:
        return "must hold a word"
    if cue.kind in PHRASES and words in seen:
        return "another row has the same words"
    if cue.kind in PHRASES - {CueKind.TOO_WEAK} and words in names:
        return f"is a name of the profile, which only {CueKind.TOO_WEAK} may hide"
    return ""


def _check(cue: Cue, concepts: frozenset[str], names: Mapping[str, str], place: str) -> None:
    speaks = cue.kind in TOLD_AS
    if (cue.direction is not Direction.NONE) is not speaks:
        wanted = "must say where it is heard" if speaks else "must be empty"
        raise ReferenceDataError(f"{place}, column direction: {wanted} for {cue.kind}")
    if cue.reach is not None and not (speaks and 1 <= cue.reach <= MOST_REACH):
        raise ReferenceDataError(f"{place}, column reach: 1 to {MOST_REACH} words, and only beside a direction")
    if (cue.concept not in concepts) if cue.kind is CueKind.NEAR_MISS else cue.concept:
        raise ReferenceDataError(f"{place}, column concept: one of the profile for a near miss, else empty")
    if cue.kind in (CueKind.CAPITALS, CueKind.OUTCOME, CueKind.TOO_WEAK) and cue.cue not in names:
        raise ReferenceDataError(f"{place}, column cue: must be a normalised name of the profile")
