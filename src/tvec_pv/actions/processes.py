"""Processes that work for this one.

Each has a pipe of its own, and here a thread that waits for its answer: when a process is ended from outside, its pipe
ends, and whoever waits is told. `ProcessPoolExecutor` shares its pipes among its processes; one that ends in the middle
of an answer leaves them open, and the night would wait for ever.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from tvec_pv.domain.errors import WorkerLost

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Processes:
    """As many as `most`, each started when there is work for it; `begin` is called first in each.

    What a function raises there is raised where its answer is asked for.
    """

    def __init__(self, context: BaseContext, most: int, begin: Callable[[], None]) -> None:
        self._context, self._most, self._begin = context, most, begin
        self._threads = ThreadPoolExecutor(most)
        self._started: list[tuple[BaseProcess, Connection]] = []
        self._idle: SimpleQueue[Connection] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        for _, connection in self._started:
            connection.close()
        for process, _ in self._started:
            process.join()

    def submit(self, function: Callable[P, Answer], *given: P.args, **named: P.kwargs) -> "Future[Answer]":
        if len(self._started) < self._most:
            self._start()
        return self._threads.submit(self._ask, function, given, named)

    def _start(self) -> None:
        here, there = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(here, there, self._begin), daemon=True)  # type: ignore[attr-defined]
        process.start()
        there.close()  # or the pipe would not end with the process
        self._started.append((process, here))
        self._idle.put(here)

    def _ask(self, function: Callable[..., Answer], given: tuple[Any, ...], named: dict[str, Any]) -> Answer:
        connection = self._idle.get()
        try:
            connection.send((function, given, named))
            answer, error = connection.recv()
        except (EOFError, OSError) as lost:
            raise WorkerLost(
                "a process that checks reports was ended from outside, or the memory did not suffice; nothing was "
                "lost. Run again, with fewer TVEC_PV_WORKERS or a smaller TVEC_PV_BATCH_SIZE if it happens again."
            ) from lost
        finally:
            self._idle.put(connection)
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return]


def _serve(theirs: Connection, connection: Connection, begin: Callable[[], None]) -> None:
    """In the process: until there is nobody any more who would ask."""
    theirs.close()  # or the pipe would not end with who asks
    begin()
    try:
        while True:
            function, given, named = connection.recv()
            try:
                answer, failed = function(*given, **named), None
            except Exception as error:  # noqa: BLE001 - it is raised where the answer is asked for
                answer, failed = None, error
            connection.send((answer, failed))
    except (EOFError, OSError, KeyboardInterrupt):
        return
