"""How long it takes to assess 10,000 stored cases again under a new safety profile, on one core, and to compare two.

Generated cases of several kinds: names that the profile knows, misspelt ones, and ones that it does not know. The
store is filled without the checks, which are no part of it.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from tests.factories import a_case, a_dose, a_drug, a_reaction, another_drug, e2b_batch, e2b_message, serious
from tests.performance.figures import Figure
from tests.profile_folder import SHIPPED, UNLISTED, write_draft
from tvec_pv.actions import preparation
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.profile import assess_again, profile_difference
from tvec_pv.actions.runs import House, open_house
from tvec_pv.domain.terms import NO_DICTIONARY
from tvec_pv.reference_files import read_knowledge
from tvec_pv.settings import Settings

Result = TypeVar("Result")

CASES = 10_000
GOAL = 60.0
REACTIONS = (
    ("Pyrexia", "Injection site pain", "Oral herpes"),
    ("Herpes labalis", "Tinnitus of the left ear", "Seizure"),
    ("Psoriasis flare", "Hepatic haemorrhage", "Something that nobody has a name for"),
)


def measure(cases: int = CASES) -> list[Figure]:
    """Seconds of one core for assessing again, and for comparing."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = open_house(Settings(home=home))
        _fill(house, home / "inbox", cases)
        draft = write_draft(home, UNLISTED)
        compared, found = _timed(lambda: profile_difference(house, SHIPPED.name, str(draft)))
        under_new = replace(house, knowledge=read_knowledge(draft, NO_DICTIONARY))
        assessed, again = _timed(lambda: assess_again(under_new))
        house.store.engine.dispose()
    if (again.cases, again.changed) != (cases, len(found.changed)):
        raise AssertionError(f"{again.cases} cases, {again.changed} changed, against {cases} and {len(found.changed)}")
    sys.stderr.write("\n".join((*again.lines, json.dumps(dict(found.counts)), "")))
    return [
        Figure(f"{cases} cases assessed again under a new profile", assessed, GOAL, " s", at_most=True),
        Figure(f"{cases} cases compared under two profiles", compared, GOAL, " s", at_most=True),
    ]


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds that one core works, with the database in them; those of the wall clock are said beside."""
    began, began_work = time.perf_counter(), time.process_time()
    result = work()
    wall, worked = time.perf_counter() - began, time.process_time() - began_work
    sys.stderr.write(f"{wall:.1f} s by the clock, {worked:.1f} s of work\n")
    return worked, result


def _fill(house: House, inbox: Path, cases: int) -> None:
    preparation.check_cases, checks = (lambda given, *_: [() for _ in given]), preparation.check_cases
    try:
        _write_inbox(inbox, cases)
        take_in(house, [inbox])
    finally:
        preparation.check_cases = checks


def _write_inbox(folder: Path, cases: int) -> None:
    folder.mkdir()
    for first in range(0, cases, 1000):
        messages = [e2b_message(_case(number)) for number in range(first, min(first + 1000, cases))]
        content = e2b_batch(*messages, batch_id=f"BENCH{first}", created="20261102060000+0000")
        (folder / f"{first:06}.xml").write_bytes(content)


def _case(number: int):
    of_kind = REACTIONS[number % len(REACTIONS)]
    given = {"seriousness": serious("hospitalisation")} if number % 4 == 0 else {}
    return a_case(
        f"US-EXAMPLEBENCH-{number:06}",
        reactions=tuple(a_reaction(name, **given) for name in of_kind),
        drugs=(
            a_drug(doses=tuple(a_dose(f"2026-0{month}-01") for month in range(1, 7))),
            another_drug("pembrolizumab"),
            another_drug("paracetamol"),
        ),
        narrative="A generated narrative of some length. " * 50,
    )


if __name__ == "__main__":
    for figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else CASES):
        sys.stdout.write(figure.line + "\n")
