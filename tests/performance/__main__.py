"""`make bench`: how fast the house is, each figure beside its goal. Exit code 1 where one is missed."""

import sys
from collections.abc import Iterable

from tests.performance import assessing, background, intake, loading, reading, shrinkage
from tests.performance.figures import Figure


def figures() -> Iterable[Figure]:
    yield from reading.measure()
    yield from intake.measure()
    yield from assessing.measure()
    yield from loading.measure()
    yield from shrinkage.measure()
    yield from background.measure()


missed = 0
for figure in figures():
    sys.stdout.write(figure.line + "\n")
    sys.stdout.flush()
    missed += not figure.is_met
sys.exit(1 if missed else 0)
