"""How much memory a gigabyte of each format takes, and files made to fill it: `python -m tests.performance.memory`.

Everything is generated. Each file is read in a process of its own, whose peak is what counts. Arguments name some of
the files by how their names begin: `python -m tests.performance.memory E2B FHIR`.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.performance.figures import Figure
from tests.performance.harmful_files import HARMFUL
from tests.performance.large_files import LARGE, write
from tests.samples import FOLDER

SIZE = 10**9
MOST_MEGABYTES = 500


@dataclass(frozen=True)
class Found:
    """Cases that were read, reports of other products and deletions, the checks of what was held back, and the peak."""

    cases: int
    others: int
    held: list[str]
    megabytes: float


def read_in_a_process(*paths: Path) -> list[Found]:
    """What is found in each of the files, and the peak of memory, in megabytes, of the process that read it alone."""
    command = [sys.executable, "-m", "tests.performance.read_files", FOLDER / "mappings", *paths]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Found(**json.loads(line)) for line in done.stdout.splitlines()]


def measure(kinds: tuple[str, ...] = ("",)) -> Iterator[Figure]:
    """A figure for each file whose name begins with one of the kinds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for kind, large in LARGE.items():
            if not kind.startswith(kinds):
                continue
            reports = large(path, SIZE)
            figure, found = _figure(f"{kind}, {SIZE // 10**6} MB", path)
            if found.cases + found.others != reports or found.held:
                raise AssertionError(f"{kind}: {reports} reports were written, {found} came out")
            yield figure
        for kind, (pieces, checks) in HARMFUL.items():
            if not kind.startswith(kinds):
                continue
            size = write(path, pieces())
            figure, found = _figure(f"{kind}, {size // 10**6} MB", path)
            if set(found.held) != checks:
                raise AssertionError(f"{kind}: {checks} should have held something back, {found.held} did")
            yield figure


def _figure(what: str, path: Path) -> tuple[Figure, Found]:
    began = time.perf_counter()
    [found] = read_in_a_process(path)
    seconds = time.perf_counter() - began
    name = (
        f"{what}: {found.cases + found.others} reports read, {' '.join(found.held) or 'nothing'} held, {seconds:.0f} s"
    )
    return Figure(f"{name}: peak of memory", found.megabytes, MOST_MEGABYTES, " MB", at_most=True), found


if __name__ == "__main__":
    missed = 0
    for figure in measure(tuple(sys.argv[1:]) or ("",)):
        sys.stdout.write(figure.line + "\n")
        sys.stdout.flush()
        missed += not figure.is_met
    sys.exit(1 if missed else 0)
