"""How fast E2B(R3) is read to cases, beside the bare parse of the same bytes: `python -m tests.performance.reading`.

The messages are generated: of the size and the make-up that published ones have, and of nobody. Bare parse and full
read take turns, and each round gives a ratio of its own, so that what else the machine does weighs on both alike.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, cast

from lxml import etree

from tests.factories import (
    a_case,
    a_dose,
    a_drug,
    a_patient,
    a_reaction,
    a_reporter,
    another_drug,
    day,
    e2b_batch,
    e2b_message,
    judged,
    serious,
)
from tests.performance.figures import Figure
from tests.performance.memory import read_in_a_process
from tvec_pv.domain.icsr import Case, MedicalHistory, NullFlavor, Quantity, Sender, Term, TestResult
from tvec_pv.domain.records import Record
from tvec_pv.sources import e2b_r3

MESSAGES, ROUNDS = 400, 15
MEGABYTES = 200
MARK = "US-EXAMPLEBIO-0000000"
NARRATIVE = "On day 3 after the second injection the patient had fever and chills, and was seen at the clinic. " * 35
MESSAGE = "{urn:hl7-org:v3}PORR_IN049016UV"


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batch.xml"
        write_batch(path, MESSAGES)
        by_message, by_stream = _ratios(path)
        small, large = Path(folder) / "small.xml", Path(folder) / "large.xml"
        write_batch(small, 10)
        count = MEGABYTES * 10**6 // len(a_message(0))
        write_batch(large, count)
        base, peak = read_in_a_process(small, large)
    if peak.cases != count:
        raise AssertionError(f"{count} messages were written, {peak.cases} were read")
    size = len(a_message(0)) / 1_000
    return [
        Figure(f"E2B(R3) of {size:.0f} kB to cases, of the bare parse message by message", by_message, 0.4),
        Figure(f"E2B(R3) of {size:.0f} kB to cases, of the bare parse of the stream", by_stream, 0.4),
        Figure(
            f"E2B(R3) batch of {MEGABYTES} MB, memory above that of a small one",
            peak.megabytes - base.megabytes,
            50,
            " MB",
            at_most=True,
        ),
    ]


def _ratios(path: Path) -> tuple[float, float]:
    """Time of the bare parse, message by message and as a stream, by that of the full read: medians of the rounds."""
    root = etree.parse(path).getroot()
    messages = [etree.tostring(one) for one in root.iterchildren(MESSAGE)]
    found = []
    for _ in range(ROUNDS):
        singly = _seconds(lambda: _parse_singly(messages))
        stream = _seconds(lambda: _parse_stream(path))
        full = _seconds(lambda: _read(path))
        found.append((singly / full, stream / full))
    return median(one for one, _ in found), median(one for _, one in found)


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _parse_singly(messages: list[bytes]) -> None:
    for message in messages:
        etree.fromstring(message)


def _parse_stream(path: Path) -> None:
    for _, node in etree.iterparse(cast(Any, path), tag=MESSAGE):
        node.clear()
        while node.getprevious() is not None:
            del node.getparent()[0]


def _read(path: Path) -> None:
    records = sum(isinstance(item, Record) and item.case is not None for item in e2b_r3.read(path))
    assert records == MESSAGES


def write_batch(path: Path, count: int) -> None:
    envelope = e2b_batch("<messages/>").split(b"<messages/>")
    with path.open("wb") as file:
        file.write(envelope[0])
        for number in range(count):
            file.write(a_message(number))
        file.write(envelope[1])


def a_message(number: int) -> bytes:
    return _MESSAGE.replace(MARK, f"US-EXAMPLEBIO-{number:07}").encode()


def _case() -> Case:
    reactions = (
        a_reaction("Pyrexia", term=Term(code="00000001", version="29.0"), seriousness=serious("hospitalisation")),
        a_reaction("Chills", term=Term(code="00000002", version="29.0"), end=day("2026-09-09")),
        a_reaction("Cellulitis of the left leg", term=Term(code="00000003", version="29.0"), outcome="2"),
    )
    tests = tuple(
        TestResult(
            date=day("2026-09-08"),
            name=Term(name=name, code="00000004", version="29.0"),
            value=Quantity(value=number + 0.5, unit="10*9/L"),
            normal_low=Quantity(value=1.0, unit="10*9/L"),
            normal_high=Quantity(value=9.0, unit="10*9/L"),
        )
        for number, name in enumerate(("White blood cell count", "C-reactive protein", "Haemoglobin"))
    )
    history = tuple(
        MedicalHistory(term=Term(code="00000005", version="29.0"), start=day(year), continuing=True)
        for year in ("2011", "2015", "2019-04")
    )
    others = (
        another_drug("Metformin", doses=(a_dose("2026-08-01", None, text="500 mg twice a day", route="Oral"),)),
        another_drug("Ramipril", doses=(a_dose("2026-08-01", None, text="5 mg a day", route="Oral"),)),
    )
    return a_case(
        MARK,
        expedited=True,
        patient=a_patient(
            birth_date=day("1959-04-10"), weight_kg=71.5, height_cm=168.0, history=history, history_text=NullFlavor.UNK
        ),
        reporters=(a_reporter(title="Dr", given_name="A", family_name="Example", city="Exampleton", state="EX"),),
        sender=Sender(type="1", organisation="Example Biologics", department="Safety", city="Exampleton", country="US"),
        reactions=reactions,
        tests=tests,
        drugs=(a_drug(reactions=(judged(1, "Related"), judged(2, "Related"), judged(3, "Possible"))), *others),
        narrative=NARRATIVE,
        sender_comments="The sender holds the fever to be an expected effect of the virus.",
    )


# With line breaks and without indentation, as the programs of senders write.
_MESSAGE = "\n".join(line.strip() for line in e2b_message(_case()).splitlines())

if __name__ == "__main__":
    sys.stdout.writelines(f"{figure.line}\n" for figure in measure())
