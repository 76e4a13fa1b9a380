"""The `tvec-pv` command in a process of its own, and what can be done to it: killed, halted, or short of room.

A fork server imports the product once, so that each process is real and starts in milliseconds. Great Expectations
would cost each of them seconds, and has no part in what is tested: the checks find nothing here.
"""

import importlib
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

KILL, HALT, FULL = "kill", "halt", "full"
SECONDS = 120  # in which whatever was started has to end
_IMPORTED_ONCE = (
    *("tvec_pv.cli", "tvec_pv.cli.views", "tvec_pv.actions.publication", "tvec_pv.store.migrate", "sqlite3", "psycopg"),
    *(
        "sqlalchemy.dialects.sqlite",
        "sqlalchemy.dialects.postgresql",
        "lxml.etree",
        "ijson",
        "openpyxl",
        "rich.progress",
    ),
    *("tvec_pv.sources.e2b_r3", "tvec_pv.sources.e2b_r2", "tvec_pv.sources.line_listing", "tvec_pv.sources.vaers"),
)

Point = tuple[str, str, int]  # module, name of a function in it, and the call of it at which something happens

# Every step of an intake. They are passed in this order, with batches of five on the samples.
STEPS: dict[str, Point] = {
    "before the run is recorded": ("tvec_pv.actions.runs", "start_run", 1),
    "when the run is recorded": ("tvec_pv.actions.intake", "clear_unfinished", 1),
    "before a file is copied": ("tvec_pv.actions.intake", "keep", 2),
    "when a file is copied, before it is in its place": ("tvec_pv.store.raw_files", "_settle", 2),
    "when a file is in its place": ("tvec_pv.store.raw_files", "_sync", 3),
    "before a file has its row": ("tvec_pv.store.changes", "add_file", 3),
    "before a file's format is told": ("tvec_pv.actions.intake", "contents_of", 3),
    "before a file's format is stored": ("tvec_pv.store.changes", "describe_file", 3),
    "before a batch is checked": ("tvec_pv.actions.workers", "prepare", 6),
    "before a batch": ("tvec_pv.actions.intake", "store_batch", 9),
    "in a batch, before its versions": ("tvec_pv.store.changes", "add_case_versions", 5),
    "in a batch, before its assessments": ("tvec_pv.store.changes", "add_assessments", 6),
    "in a batch, before its records": ("tvec_pv.store.changes", "add_records", 5),
    "in a batch, before its findings": ("tvec_pv.store.changes", "add_findings", 9),
    "in a batch, before its attachments": ("tvec_pv.store.changes", "add_attachments", 2),
    "in a batch, before its audit rows": ("tvec_pv.actions.storing", "_entries", 30),
    "when all records of a file are stored": ("tvec_pv.store.changes", "complete_file", 2),
    "before a file's receipt": ("tvec_pv.store.changes", "add_receipt", 2),
    "before the run is said to be done": ("tvec_pv.actions.runs", "finish_run", 1),
    "when all is done": ("tvec_pv.cli", "print_lines", 1),
}


@dataclass(frozen=True)
class Answer:
    """How a process ended and what it said; a killed one has a negative code."""

    code: int
    said: str


@dataclass
class Night:
    """A process under way."""

    process: BaseProcess
    gate: Connection
    log: Path
    started: float = field(default_factory=time.monotonic)

    def wait_for(self, word: str) -> None:
        """Until it says that it is there; an error where it ends before."""
        while self.gate.poll(SECONDS):
            if self.gate.recv() == word:
                return
        raise AssertionError(f"the night never came to {word}")

    def go_on(self) -> None:
        self.gate.send("go on")

    def kill(self) -> None:
        self.process.kill()

    def end(self) -> Answer:
        self.process.join(SECONDS)
        code = self.process.exitcode
        assert code is not None, "the night does not end"
        return Answer(code, self.log.read_text(errors="replace"))


@contextmanager
def night(
    folder: Path,
    arguments: Sequence[object],
    settings: Mapping[str, object],
    *,
    happens: tuple[str, Point] | None = None,
    most_bytes: int | None = None,
    patience: int | None = None,
) -> Iterator[Night]:
    """Start a command; `happens` says what at which point.

    `most_bytes` is how long a file may become, `patience` the milliseconds that SQLite waits for another process.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.night", *_IMPORTED_ONCE])
    mine, its = context.Pipe()
    log = folder / f"said-{time.monotonic_ns()}.txt"
    given = {f"TVEC_PV_{name.upper()}": str(value) for name, value in settings.items()}
    words = [str(one) for one in arguments]
    process = context.Process(target=_run, args=(words, given, log, its, happens, most_bytes, patience))
    process.start()
    its.close()
    under_way = Night(process, mine, log)
    try:
        yield under_way
    finally:
        if process.is_alive():
            process.kill()
        process.join()
        mine.close()


def run(folder: Path, arguments: Sequence[object], settings: Mapping[str, object], **faults: Any) -> Answer:
    """A command from its start to its end."""
    with night(folder, arguments, settings, **faults) as under_way:
        return under_way.end()


def _run(
    arguments: list[str],
    settings: dict[str, str],
    log: Path,
    gate: Connection,
    happens: tuple[str, Point] | None,
    most_bytes: int | None,
    patience: int | None,
) -> None:
    """In the process itself."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ.update(settings)
    _without_checks()
    if happens:
        _arrange(*happens, gate)
    if patience is not None:
        _wait_for_others(patience)
    if most_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    sys.argv = ["tvec-pv", *arguments]
    from tvec_pv.cli import main

    gate.send("started")
    main()


def _without_checks() -> None:
    """Also in worker processes: they are forked from this one."""
    from tvec_pv.actions import preparation, workers

    preparation.check_cases = lambda cases, *_: [() for _ in cases]
    workers.get_context = lambda _: multiprocessing.get_context("fork")


def _wait_for_others(milliseconds: int) -> None:
    from tvec_pv.store import database

    configure = database._configure_sqlite

    def configured(connection: Any, record: object) -> None:
        configure(connection, record)
        connection.execute(f"PRAGMA busy_timeout={milliseconds}")

    database._configure_sqlite = configured


def _arrange(what: str, point: Point, gate: Connection) -> None:
    module, name, calls = point
    where = importlib.import_module(module)
    original: Callable[..., Any] = getattr(where, name)
    left = calls

    def arranged(*given: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            _happen(what, gate)
        return original(*given, **named)

    setattr(where, name, arranged)


def _happen(what: str, gate: Connection) -> None:
    if what == KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == FULL:
        raise OSError(28, "No space left on device")
    else:
        gate.send("halted")
        gate.recv()
