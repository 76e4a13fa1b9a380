"""One changed file through the intake as far as the store: what came of it, or what was wrong with it."""

import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.changes import changed
from tests.fuzz.originals import originals
from tests.samples import FOLDER
from tvec_pv.actions import preparation
from tvec_pv.actions.contents import UNKNOWN, open_contents
from tvec_pv.actions.preparation import Judge, Prepared, prepare
from tvec_pv.checks.suites import check_cases
from tvec_pv.domain.case_json import decode_case, encode
from tvec_pv.domain.icsr import Case
from tvec_pv.domain.records import Record
from tvec_pv.reference_files import knowledge
from tvec_pv.settings import Settings
from tvec_pv.sources.formats import Options

SEED = 20261122
MOST_SECONDS = 5  # of the processor, for one small file
MOST_MEGABYTES = 200  # by which one small file may raise the peak of the process
CHECKED_TOGETHER = 1_000


class TooSlow(BaseException):
    """Not an `Exception`: the readers' guards must not take it for damage of the file."""


@dataclass(slots=True)
class Tally:
    """What came of the inputs so far; failures by what was wrong, each with the numbers of its inputs."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    failures: dict[str, list[int]] = field(default_factory=dict)
    slowest: float = 0.0

    def add(self, other: "Tally") -> None:
        for name, counts in other.counts.items():
            self.counts.setdefault(name, Counter()).update(counts)
        for failure, numbers in other.failures.items():
            self.failures.setdefault(failure, []).extend(numbers)
        self.slowest = max(self.slowest, other.slowest)


def input_of(number: int, seed: int = SEED) -> tuple[str, bytes]:
    """The changed file of that number, and the name of what it was made from."""
    random, files = Random(f"{seed}/{number}"), originals()
    name = random.choice(list(files))
    return name, changed(files[name], list(files.values()), random)


class Trial:
    """Reads inputs, one after the other; the cases that were read are checked together."""

    def __init__(self, folder: Path, seed: int = SEED, *, checked: bool = True) -> None:
        settings = Settings(home=folder)
        self._path, self._seed, self._checked = folder / "input", seed, checked
        self._judge = Judge(knowledge(None), settings.expectations, date(2026, 11, 22))
        self._options = Options(self._judge.knowledge.product, mappings=FOLDER / "mappings", name="DELETE24Q1.txt")
        self._cases: list[tuple[int, Case]] = []

    def run(self, number: int) -> Tally:
        """One input; with a failure where anything else comes of it than records or a refusal."""
        name, content = input_of(number, self._seed)
        tally = Tally({name: Counter(inputs=1)})
        self._path.write_bytes(content)
        peak, started = _peak_megabytes(), time.process_time()
        try:
            with _limited(4 * MOST_SECONDS):
                tally.counts[name].update(self._read(number))
        except (Exception, TooSlow):  # noqa: BLE001 (whatever it is, it is what is looked for)
            tally.failures[_place_of_failure()] = [number]
        tally.slowest = time.process_time() - started
        if tally.slowest > MOST_SECONDS:
            tally.failures[f"took more than {MOST_SECONDS} seconds"] = [number]
        if _peak_megabytes() - peak > MOST_MEGABYTES:
            tally.failures[f"took more than {MOST_MEGABYTES} megabytes"] = [number]
        return tally

    def _read(self, number: int) -> Counter[str]:
        contents = open_contents(self._path, self._options)
        received = [item for _, item in contents.numbered()]
        with without_checks():
            prepared = prepare(self._judge, received)
        assert received, "the file gave no item"
        assert contents.received == sum(one.reports for one in prepared), "a report was lost, or counted twice"
        for one in prepared:
            _check_prepared(one)
        cases = [item.case for item in received if isinstance(item, Record) and item.case is not None]
        self._cases.extend((number, case) for case in cases)
        is_refused = contents.format == UNKNOWN
        return Counter(
            refused=is_refused,
            broken_off=not is_refused
            and any(finding.check == "READ-FILE" for one in prepared for finding in one.findings),
            reports=contents.received,
            cases=len(cases),
            held=sum(one.is_held for one in prepared),
            findings=sum(len(one.findings) for one in prepared),
        )

    def check(self, least: int = CHECKED_TOGETHER) -> Tally:
        """The suites on the cases since the last time, when there are enough of them: no case may stop its batch."""
        tally = Tally()
        if len(self._cases) < least or not self._checked:
            return tally
        waiting, self._cases = self._cases, []
        try:
            self._check([case for _, case in waiting])
        except Exception:  # noqa: BLE001 (see above)
            for number, case in waiting:
                try:
                    self._check([case])
                except Exception:  # noqa: BLE001
                    tally.failures.setdefault(_place_of_failure(), []).append(number)
            assert tally.failures, "a batch stopped, and none of its cases alone does"
        return tally

    def _check(self, cases: list[Case]) -> None:
        known = self._judge
        check_cases(cases, known.knowledge.product, known.expectations, known.today)


@contextmanager
def without_checks() -> Iterator[None]:
    """Great Expectations costs half a second however small the batch is."""
    before = preparation.check_cases
    preparation.check_cases = lambda cases, *_: [() for _ in cases]
    try:
        yield
    finally:
        preparation.check_cases = before


def _check_prepared(one: Prepared) -> None:
    """That the database can hold all that would be stored, and gives back what was put in."""
    for text in (one.place, one.key or "", *one.withdrawn):
        _check_storable(text)
    for finding in one.findings:
        for text in (finding.check, finding.message, finding.element, finding.where):
            _check_storable(text)
    if one.document is not None:
        _check_storable(one.document)
        assert encode(decode_case(one.document)) == one.document, "a case is not what was stored of it"
    if one.version is not None:
        assert one.version.number is None or abs(one.version.number) < 2**31, "a version number fits no column"


def _check_storable(value: Any) -> None:
    """PostgreSQL takes no NUL and no surrogate, JSON no number that is none."""
    if isinstance(value, dict):
        for inner in value.values():
            _check_storable(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_storable(inner)
    elif isinstance(value, str):
        assert "\0" not in value, "a text has a NUL byte"
        value.encode()
    elif isinstance(value, float):
        assert abs(value) < float("inf"), "a number is infinite or none"


def _place_of_failure() -> str:
    """What was raised and where, in which many inputs may agree."""
    kind, error, trace = sys.exc_info()
    frames = [frame for frame in traceback.extract_tb(trace) if "site-packages" not in frame.filename]
    last = frames[-1]
    said = f": {error}" if isinstance(error, AssertionError) else ""
    return f"{kind.__name__ if kind else ''} in {Path(last.filename).name}:{last.lineno} {last.name}{said}"


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """`TooSlow` after so many seconds of the processor's time."""

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def work(connection: Connection, first: int, inputs: int, seed: int) -> None:
    """Send the tally of each input, with how many are done; an empty one at once, to say that the process started."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), seed)
        connection.send((first, Tally()))
        for number in range(first, inputs):
            tally = trial.run(number)
            tally.add(trial.check(least=1 if number + 1 == inputs else CHECKED_TOGETHER))
            connection.send((number + 1, tally))
