"""Opening the store: the same code on SQLite (WAL) and PostgreSQL, always at the newest migration."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from tvec_pv.domain.errors import AlreadyRunning, StoreRefused, StoreUnavailable, refusal

_RUN, _MIGRATION = 0x74766563, 0x74766564  # the locks of a run and of a migration
AUDIT, PEOPLE = 0x74766565, 0x74766566  # what transactions of several people do in turn


@dataclass(frozen=True, slots=True)
class Store:
    """The open store. `name` says where it is without a password."""

    engine: Engine

    @property
    def name(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)


def open_store(url: str) -> Store:
    """The store at a URL, created or brought to the newest migration."""
    from tvec_pv.store.migrate import upgrade

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed)
        engine = create_engine(parsed, hide_parameters=True, json_serializer=_json)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        driver = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(driver, pool_pre_ping=True, hide_parameters=True, json_serializer=_json)
    with _answering(), _held(engine, _MIGRATION, wait=True):
        upgrade(engine)
    return Store(engine)


def _json(document: Any) -> str:
    return orjson.dumps(document).decode()


@contextmanager
def reading(store: Store) -> Iterator[Connection]:
    """A connection that sees one state of the store and changes nothing."""
    with _answering(), store.engine.connect() as connection:
        yield connection


@contextmanager
def writing(store: Store) -> Iterator[Connection]:
    """One transaction: all of it, or nothing."""
    with _answering(), store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def in_turn(transaction: Connection, lock: int) -> None:
    """Wait until no other transaction holds this lock, then hold it to the end; on SQLite all writers are in turn."""
    if transaction.dialect.name == "postgresql":
        transaction.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})


@contextmanager
def _answering() -> Iterator[None]:
    """Say in plain words what the database did. Its own message may quote a report, so only the kind is kept."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        if isinstance(error.orig, sqlite3.Error) and not any(word in reason for word in _MAY_PASS):
            raise
        raise StoreUnavailable(f"the database does not answer ({reason}); nothing was lost, run again") from error
    except DBAPIError as error:
        kind = f"{type(error).__name__}, {type(error.orig).__name__}"
        raise StoreRefused(f"the database refused a change ({kind}); nothing of it was stored") from None


@contextmanager
def exclusively(store: Store) -> Iterator[None]:
    """Hold the store against a second run; `AlreadyRunning` when one is under way."""
    with _answering(), _held(store.engine, _RUN, wait=False):
        yield


@contextmanager
def _held(engine: Engine, lock: int, *, wait: bool) -> Iterator[None]:
    """A lock between processes: an advisory one in PostgreSQL, a lock file beside SQLite."""
    if engine.dialect.name == "postgresql":
        ask = "SELECT pg_advisory_lock(:key) IS NULL" if wait else "SELECT pg_try_advisory_lock(:key)"
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(text(ask), {"key": lock}) and not wait:
                raise AlreadyRunning(_RUNNING)
            try:
                yield
            finally:
                with suppress(OperationalError):  # with a connection that was lost, so was its lock
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": lock})
        return
    with _lock_file(Path(f"{engine.url.database}.{lock:x}.lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(_RUNNING) from error
        yield


def _lock_file(path: Path) -> IO[str]:
    try:
        return path.open("w")
    except OSError as error:
        raise StoreUnavailable(
            f"the database's folder cannot be written to ({refusal(error)}); nothing was done"
        ) from error


_MAY_PASS = ("locked", "unable to open", "disk", "readonly")  # what SQLite says of its surroundings
_RUNNING = "another run is under way on this store; nothing was done. Wait for it to end, then run again."


def _make_folder(url: URL) -> None:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"the database's folder cannot be made ({refusal(error)}); nothing was done"
            ) from error


def _configure_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once, so that two writers wait for each other instead of failing half-way."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
