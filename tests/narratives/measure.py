"""How well narratives are read: ours, and the libraries medspaCy and negspacy where they are installed.

    python -m tests.narratives.measure            the building half, and the vignettes where they are
    python -m tests.narratives.measure --held-out the held-out half too

The libraries are no dependency of the product. To compare: an environment of its own with `medspacy negspacy pytest`.
"""

import sys
import time
from importlib.resources import files
from importlib.util import find_spec

from tests.narratives.scoring import (
    HISTORY_AND_PERSONS,
    VIGNETTES,
    Reading,
    Taken,
    Truth,
    scores,
    sentences,
    traps,
    vignettes,
)
from tvec_pv.domain.narrative import mentions
from tvec_pv.domain.narrative_cues import Cue
from tvec_pv.narrative_files import narrative_reader
from tvec_pv.reference_files import safety_profile
from tvec_pv.reference_tables import read_table

REFERENCE = files("tvec_pv") / "reference" / "profile"
FOLDER = max(REFERENCE.iterdir(), key=lambda folder: folder.name)
NAMES = {name: match.concept.id for name, match in safety_profile().by_name.items()}
NEAR_MISSES = [one for one in read_table(FOLDER / "narrative.csv", Cue, ("cue", "kind")).values() if one.concept]
MASK = "near miss"


def ours() -> Reading:
    reader = narrative_reader(FOLDER, NAMES)
    return lambda text: frozenset(Taken(one.concept, one.kind.value) for one in mentions(reader, text))


def medspacy() -> Reading:
    """medspaCy's own sentences and context rules; names and near misses are those of the profile."""
    import medspacy as library
    from loguru import logger
    from medspacy.target_matcher import TargetRule

    logger.disable("PyRuSH")
    pipes = ["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"]
    pipeline = library.load(medspacy_enable=pipes)
    targets = [TargetRule(name, concept) for name, concept in NAMES.items()]
    pipeline.get_pipe("medspacy_target_matcher").add(
        targets + [TargetRule(_unhyphenated(one.cue), MASK) for one in NEAR_MISSES]
    )

    def kind(entity) -> str:
        told = entity._
        if told.is_negated:
            return "negated"
        if told.is_hypothetical:
            return "hypothetical"
        if told.is_family:
            return "other person"
        return "history" if told.is_historical else "reaction"

    def read(text: str) -> frozenset[Taken]:
        found = pipeline(_unhyphenated(text)).ents
        return frozenset(Taken(one.label_, kind(one)) for one in found if one.label_ != MASK)

    return read


def negspacy() -> Reading:
    """negspacy knows negation and nothing else: what it does not deny is told as a reaction."""
    import spacy
    from negspacy.negation import Negex  # noqa: F401  (registers the pipe)
    from negspacy.termsets import termset

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    patterns = [{"label": concept, "pattern": name} for name, concept in NAMES.items()]
    patterns += [{"label": MASK, "pattern": _unhyphenated(one.cue)} for one in NEAR_MISSES]
    pipeline.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"}).add_patterns(patterns)
    pipeline.add_pipe("negex", config={"neg_termset": termset("en_clinical").get_patterns()})

    def read(text: str) -> frozenset[Taken]:
        found = pipeline(_unhyphenated(text)).ents
        return frozenset(
            Taken(one.label_, "negated" if one._.negex else "reaction") for one in found if one.label_ != MASK
        )

    return read


def _unhyphenated(text: str) -> str:
    """The names of the profile are written without hyphens; to be fair, the libraries read texts without them."""
    return text.replace("-", " ")


def report(name: str, truth: Truth, reading: Reading) -> None:
    sys.stdout.write(f"\n{name}: {len(truth)} texts\n")
    for kind, score in scores(truth, reading).items():
        counts = f"right {score.right:3} wrong {score.wrong:3} missed {score.missed:3}"
        sys.stdout.write(f"  {kind:14}{counts}  precision {score.precision:.2f}  recall {score.recall:.2f}\n")
    laid, taken = traps(truth, reading)
    sys.stdout.write(f"  traps: {laid}, of which {taken} were taken for a reaction\n")


def milliseconds(reading: Reading) -> float:
    """For 2,000 letters made of the building half; the best of ten."""
    text = " ".join(sentences(held_out=False))[:2000]
    times = []
    for _ in range(10):
        start = time.process_time()
        reading(text)
        times.append(time.process_time() - start)
    return min(times) * 1000


def main() -> None:
    sets = {
        "building half": sentences(held_out=False),
        "past and persons: building half": sentences(False, HISTORY_AND_PERSONS),
    }
    if VIGNETTES.is_file():
        sets["vignettes"] = vignettes()
    if "--held-out" in sys.argv[1:]:
        sets["held-out half"] = sentences(held_out=True)
        sets["past and persons: held-out half"] = sentences(True, HISTORY_AND_PERSONS)
    installed = [one for one in (medspacy, negspacy) if find_spec(one.__name__)]
    for make in (ours, *installed):
        start = time.perf_counter()
        reading = make()
        sys.stdout.write(f"\n== {make.__name__}: ready after {time.perf_counter() - start:.2f} s, ")
        sys.stdout.write(f"{milliseconds(reading):.2f} ms for 2,000 letters\n")
        for name, truth in sets.items():
            report(name, truth, reading)


if __name__ == "__main__":
    main()
