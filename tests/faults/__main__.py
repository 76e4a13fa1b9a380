"""`python -m tests.faults`: kills a night at every step and at fifty random moments, on SQLite and PostgreSQL.

Each time the night is run again, and its store compared with that of a night in which nothing happened.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from tests import postgresql
from tests.faults.night import KILL, STEPS, night, run
from tests.faults.places import Place, Places
from tests.samples import FOLDER

INBOX = FOLDER / "inbox"
SEED = 20261122


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder)) as databases:
        for name, places in databases.items():
            clean, seconds = _clean(places)
            for kind, kills in (("every step", _steps()), ("random moments", _moments(given, seconds))):
                began, outcomes = time.monotonic(), [_outcome(places, kill, clean) for kill in kills]
                failed += len(outcomes) - outcomes.count("")
                _say(name, kind, outcomes, time.monotonic() - began)
    return 1 if failed else 0


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, Places]]:
    with ExitStack() as stack:
        server = stack.enter_context(postgresql.server())
        sqlite, on_server = Places(folder / "sqlite"), Places(folder / "postgresql", server)
        yield {
            name: stack.enter_context(one.migrated()) for name, one in (("SQLite", sqlite), ("PostgreSQL", on_server))
        }


def _clean(places: Places) -> tuple[dict[str, list[str]], float]:
    """What a whole night knows, and the seconds that it takes."""
    with places.place() as place, night(place.folder, ["intake", INBOX], place.settings) as under_way:
        under_way.wait_for("started")
        began = time.monotonic()
        if under_way.end().code:
            raise SystemExit("a night in which nothing happens fails")
        return place.knowledge(), time.monotonic() - began


Kill = str | float  # the name of a step, or seconds after the start


def _steps() -> list[Kill]:
    return list(STEPS)


def _moments(given: argparse.Namespace, seconds: float) -> list[Kill]:
    chance = Random(given.seed)
    return [chance.uniform(0, seconds) for _ in range(given.moments)]


def _outcome(places: Places, kill: Kill, clean: dict[str, list[str]]) -> str:
    """Nothing, or what is wrong after a night was killed and run again."""
    with places.place() as place:
        code = _killed(place, kill)
        if code not in ((-9,) if isinstance(kill, str) else (-9, 0)):
            return f"{kill}: the night was not killed but ended with {code}"
        try:
            place.check()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is reported)
            return f"{kill}: after it was killed: {error}"
        again = run(place.folder, ["intake", INBOX], place.settings)
        if again.code or "difference 0" not in again.said:
            return f"{kill}: the next night ended with {again.code}: {again.said.splitlines()[-1]}"
        differing = [name for name, rows in place.knowledge().items() if rows != clean[name]]
        return f"{kill}: not as after a clean night: {', '.join(differing)}" if differing else ""


def _killed(place: Place, kill: Kill) -> int:
    if isinstance(kill, str):
        return run(place.folder, ["intake", INBOX], place.settings, happens=(KILL, STEPS[kill])).code
    with night(place.folder, ["intake", INBOX], place.settings) as under_way:
        under_way.wait_for("started")
        time.sleep(kill)
        under_way.kill()
        return under_way.end().code


def _say(database: str, kind: str, outcomes: list[str], seconds: float) -> None:
    well = outcomes.count("")
    sys.stdout.write(
        f"{database:<11}{kind:<16}{len(outcomes):>4} killed, {well:>4} like a clean night, {seconds:.0f} s\n"
    )
    for outcome in filter(None, outcomes):
        sys.stdout.write(f"  FAILED {outcome}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
