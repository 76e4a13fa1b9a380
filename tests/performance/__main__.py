"""`make bench`: every figure of the house in one run, each beside its goal. Exit code 1 where one is missed."""

import sys
from collections.abc import Callable, Iterable

from tests.performance import assessing, faers, intake, listings, reading
from tests.performance.figures import Figure


def figures() -> Iterable[Figure]:
    yield from reading.measure()
    yield from intake.measure()
    yield from assessing.measure()
    large: tuple[Callable[[], Figure], ...] = (listings.measure_listing, faers.measure_faers)
    for measure in large:
        yield measure()


missed = 0
for figure in figures():
    sys.stdout.write(figure.line + "\n")
    sys.stdout.flush()
    missed += not figure.is_met
sys.exit(1 if missed else 0)
