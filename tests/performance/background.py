"""From a million generated reports to every statistic of every pair: `python -m tests.performance.background`.

The reports are generated as they are after loading, so that loading is not measured here. What is measured runs in a
process of its own, whose processor time, all stages together, and peak of memory are the figures. Peers were measured
once, on the same size of problem (4.71 million pairs): their processor time stands here, because neither R nor vigipy
is a dependency of this product.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median

from tests.generated_background import a_world, write_loaded
from tests.performance.figures import Figure

REPORTS, SMALLER, SEED, ROUNDS = 1_000_000, 100_000, 1, 3
PEERS = {"openEBGM 0.9.1": (360, 50), "vigipy 3.5.1": (725, 100)}  # CPU seconds as last measured, and the goal
PEERS_PAIRS = 4_714_354


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large", Path(folder) / "small"
        for target, reports in ((large, REPORTS), (small, SMALLER)):
            write_loaded(target, a_world(SEED), reports, SEED)
            _in_a_process("current", target)
        rounds = [_in_a_process("score", large) for _ in range(ROUNDS)]
        of_small = median(sum(_in_a_process("score", small)["stages"].values()) for _ in range(ROUNDS))
        seconds = median(sum(one["stages"].values()) for one in rounds)
        pairs = rounds[0]["pairs"]
        if not 4_000_000 <= pairs <= 5_000_000:
            raise AssertionError(f"{pairs} pairs were generated, and between four and five million were wanted")
        for stage in rounds[0]["stages"]:
            sys.stdout.write(f"  {stage}: {median(one['stages'][stage] for one in rounds):.2f} CPU s\n")
        sys.stdout.write(f"  {pairs} pairs of {REPORTS} reports: {seconds:.2f} CPU s in all\n")
        for peer, (theirs, goal) in PEERS.items():
            ratio = theirs * pairs / PEERS_PAIRS / seconds
            yield Figure(
                f"All statistics of a million reports, as fast as {peer} as last measured, per pair", ratio, goal
            )
        peak = max(one["megabytes"] for one in rounds)
        yield Figure("All statistics of a million reports, memory", peak, 2_000, " MB", at_most=True)
        yield Figure("All statistics, time of a million by that of 100,000", seconds / of_small, 10, at_most=True)
        product = median(_in_a_process("product", large)["seconds"] for _ in range(ROUNDS))
        yield Figure("The product alone against a million reports", product, 5, " s", at_most=True)


def _in_a_process(what: str, folder: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.performance.background", what, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _current(folder: Path) -> dict[str, object]:
    from tvec_pv.background.current import current_reports

    current = current_reports(folder)
    assert current is not None
    return {"reports": current.summary.cases}


def _score(folder: Path) -> dict[str, object]:
    """Everything that `tvec-pv background score` does, stage by stage."""
    from tvec_pv.background import scores
    from tvec_pv.background.current import current_reports
    from tvec_pv.background.pairs import count_pairs

    stages, began = {}, time.process_time()

    def ended(stage: str) -> None:
        nonlocal began
        stages[stage] = time.process_time() - began
        began = time.process_time()

    current = current_reports(folder)
    assert current is not None
    incidences = list(scores.incidences(current))
    ended("read")
    pairs = count_pairs(incidences)
    ended("count")
    stored = scores.fit(pairs, current.summary.release)
    ended("fit the prior, with zero cells")
    scores.write_scores(pairs, stored, folder / "scores.parquet")
    ended("score and write")
    assert stored.usable is not None
    return {"stages": stages, "pairs": len(pairs), "megabytes": getrusage(RUSAGE_SELF).ru_maxrss / 1024}


def _product(folder: Path) -> dict[str, object]:
    """What a night does: count the product's reactions in the background, and shrink with the prior that is stored."""
    began = time.perf_counter()
    from tvec_pv.background.counts import count
    from tvec_pv.background.scores import prior_of, score
    from tvec_pv.domain.statistics.posterior import shrink
    from tvec_pv.domain.terms import normalise
    from tvec_pv.reference_files import safety_profile

    if prior_of(folder) is None:
        score(folder)
        began = time.perf_counter()
    stored = prior_of(folder)
    reactions = [normalise(one.terms[0]) for one in safety_profile().concepts if one.terms]
    background = count(folder, reactions)
    assert stored is not None
    assert background is not None
    counts = [background.with_reaction.get(reaction, 0) for reaction in reactions]
    own = 400
    expected = [own * (with_reaction + 3) / (background.reports + own) for with_reaction in counts]
    shrunk = shrink([3] * len(reactions), expected, stored.prior)
    return {"seconds": time.perf_counter() - began, "eb05": float(shrunk.eb05.max())}


_STEPS = {"current": _current, "score": _score, "product": _product}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(_STEPS[sys.argv[1]](Path(sys.argv[2]))))
    else:
        for figure in measure():
            sys.stdout.write(f"{figure.line}\n")
            sys.stdout.flush()
