"""How far long work is, for whoever watches: nobody, a terminal, a page. Work reports; it never knows to whom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[str, str, int], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(step: str, item: str, done: int) -> None:
    """Say that `done` records of an item were worked through in a step; names only, no case content."""
    if listener := _listener.get():
        listener(step, item, done)


@contextmanager
def watched_by(listener: Listener) -> Iterator[None]:
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
