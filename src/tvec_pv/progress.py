"""How far long work is, for whoever watches: nobody, a terminal, a page. Work reports; it never knows to whom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[str, int, int, str], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(step: str, done: int, total: int, item: str = "") -> None:
    """Say that `done` of `total` items of a step are finished, and which is under way; names only, no content."""
    if listener := _listener.get():
        listener(step, done, total, item)


@contextmanager
def watched_by(listener: Listener) -> Iterator[None]:
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
