"""How many planted duplicates are found, and how many of the pairs found are one: `make duplicates-measure`."""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.performance.patients import KINDS, Generated, generate
from tvec_pv.domain.duplicates import ProposedPair
from tvec_pv.domain.linkage_rows import LinkageRow, linkage_row
from tvec_pv.linkage.pairs import find_pairs
from tvec_pv.reference_files import knowledge, linkage_model


@dataclass(frozen=True)
class Measured:
    """Pairs planted and found by kind, and the number of pairs found that were not planted."""

    planted: Mapping[str, int]
    found: Mapping[str, int]
    false: int

    @property
    def precision(self) -> float:
        found = sum(self.found.values())
        return found / (found + self.false) if found else 0.0

    @property
    def recall(self) -> float:
        return sum(self.found.values()) / sum(self.planted.values())

    @property
    def lines(self) -> Iterator[str]:
        for kind in KINDS:
            planted, found = self.planted[kind], self.found[kind]
            yield f"  {kind:20} {found:6} of {planted:6}   recall {found / planted:.4f}"
        yield f"precision {self.precision:.4f} ({self.false} pairs that were not planted), recall {self.recall:.4f}"


def linkage_rows(generated: Generated) -> list[LinkageRow]:
    return [linkage_row(key, case, knowledge()) for key, case in generated.cases.items()]


def measure(generated: Generated, pairs: Sequence[ProposedPair]) -> Measured:
    found = {(pair.a, pair.b) for pair in pairs}
    hits = Counter(generated.planted[pair] for pair in found if pair in generated.planted)
    return Measured(Counter(generated.planted.values()), hits, len(found - generated.planted.keys()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261124)
    given = parser.parse_args()
    generated = generate(given.cases, given.seed)
    began, cpu_began = time.perf_counter(), time.process_time()
    rows = linkage_rows(generated)
    made, cpu_made = time.perf_counter(), time.process_time()
    measured = measure(generated, find_pairs(rows, linkage_model()))
    ended, cpu_ended = time.perf_counter(), time.process_time()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [
        f"{given.cases} generated cases, {len(generated.planted)} planted duplicates, seed {given.seed}",
        *measured.lines,
        f"rows in {made - began:.0f} s ({cpu_made - cpu_began:.0f} s of CPU), "
        f"pairs in {ended - made:.0f} s ({cpu_ended - cpu_made:.0f} s of CPU), {most:.0f} MB at most",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
