"""How fast a whole intake is: read, check, classify, store; on SQLite and PostgreSQL, with one process and with two.

Each figure is the best of several rounds that take turns, so that what else the machine does weighs on all alike. What
it takes to start is counted: the engine of the checks alone takes seconds to import.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgresql
from tests.factories import a_case, a_drug, a_reaction, another_drug, e2b_batch, e2b_message
from tests.performance.figures import Figure

CASES = 16_000
ROUNDS = 2

# Prints the reports of the inbox, the seconds of the wall clock and of this process and its children, and those that
# Great Expectations and its tables took.
_TAKE_IN = """
import resource, sys, time
from pathlib import Path
from tvec_pv.actions import preparation
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.runs import open_house
from tvec_pv.settings import settings

def cpu():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

def main():
    checks, check_cases = [], preparation.check_cases
    def timed(*given):
        began = time.process_time()
        found = check_cases(*given)
        checks.append(time.process_time() - began)
        return found
    preparation.check_cases = timed
    house = open_house(settings())
    began, began_cpu = time.perf_counter(), cpu()
    result = take_in(house, [Path(sys.argv[1])])
    print(result.balance.received, time.perf_counter() - began, cpu() - began_cpu, sum(checks))

if __name__ == "__main__":
    main()
"""


def measure() -> list[Figure]:
    """Cases a second and core on both databases, two processes against one, and the share of the checks."""
    with tempfile.TemporaryDirectory() as folder, _databases() as databases:
        inbox = Path(folder) / "inbox"
        write_inbox(inbox, CASES)
        best: dict[tuple[str, int], tuple[float, float, float, float]] = {}
        for number in range(ROUNDS):
            for name, new_database in databases.items():
                for workers in (1, 2):
                    with new_database(Path(folder) / f"{name}{workers}{number}") as environment:
                        found = _take_in(inbox, environment | {"TVEC_PV_WORKERS": str(workers)})
                    best[name, workers] = min(best.get((name, workers), found), found, key=lambda one: one[1])
    figures = []
    for name in databases:
        received, wall_of_one, cpu, checks = best[name, 1]
        _, wall_of_two, _, _ = best[name, 2]
        figures += [
            Figure(f"intake on {name}, cases per second and core", received / cpu, 150),
            Figure(f"checks on {name}, share of the intake", checks / cpu, 1 / 3, at_most=True),
            Figure(f"two processes against one on {name}", wall_of_one / wall_of_two, 1.7),
        ]
    return figures


def write_inbox(folder: Path, cases: int) -> None:
    """Generated cases of the most common shape, in files of a thousand."""
    folder.mkdir()
    for first in range(0, cases, 1000):
        messages = [
            e2b_message(
                a_case(
                    f"US-EXAMPLEBENCH-{number:06}",
                    reactions=(a_reaction("Pyrexia"), a_reaction("Injection site pain"), a_reaction("Oral herpes")),
                    drugs=(a_drug(), another_drug("nivolumab"), another_drug("paracetamol")),
                    narrative="A generated narrative of some length. " * 20,
                )
            )
            for number in range(first, min(first + 1000, cases))
        ]
        content = e2b_batch(*messages, batch_id=f"BENCH{first}", created="20261102060000+0000")
        (folder / f"{first:06}.xml").write_bytes(content)


@contextmanager
def _databases() -> Iterator[dict[str, "object"]]:
    @contextmanager
    def sqlite(home: Path) -> Iterator[dict[str, str]]:
        yield {"TVEC_PV_HOME": str(home)}

    with postgresql.server() as server:

        @contextmanager
        def on_postgresql(home: Path) -> Iterator[dict[str, str]]:
            with postgresql.database(server) as url:
                yield {"TVEC_PV_HOME": str(home), "TVEC_PV_DATABASE_URL": url}

        yield {"SQLite": sqlite, "PostgreSQL": on_postgresql}


def _take_in(inbox: Path, environment: dict[str, str]) -> tuple[float, float, float, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
        program.write(_TAKE_IN)
        program.flush()
        command = [sys.executable, "-P", program.name, str(inbox)]
        done = subprocess.run(command, env=os.environ | environment, check=True, capture_output=True, text=True)
    received, wall, cpu, checks = map(float, done.stdout.split())
    if received != CASES:
        raise AssertionError(f"{CASES} cases were written, {received} were received")
    return received, wall, cpu, checks


if __name__ == "__main__":
    for figure in measure():
        sys.stdout.write(figure.line + "\n")
