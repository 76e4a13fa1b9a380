"""A real PostgreSQL for the tests: started once per process on loopback, thrown away at the end.

TVEC_PV_TEST_POSTGRESQL_URL names a server that runs already; databases are made and dropped in it. Without it the
binaries of this machine are used. Where there are none, a developer's tests are skipped and those of CI fail.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

SECONDS_TO_START = 60
UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")
_NUMBERS = count(1)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a running server, of a user who may create databases."""
    if url := os.environ.get("TVEC_PV_TEST_POSTGRESQL_URL"):
        yield url.replace("postgresql+psycopg://", "postgresql://")
        return
    binaries = _binaries()
    if binaries is None:
        missing = "no PostgreSQL here: install it, or set TVEC_PV_TEST_POSTGRESQL_URL"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    folder = Path(tempfile.mkdtemp(prefix="tvec-pv-postgresql-"))
    try:
        with _started(binaries, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class OwnServer:
    """A server that may be stopped as if the power had failed, and started again."""

    url: str
    stop_at_once: Callable[[], None]
    start: Callable[[], None]


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server for one test alone; where no binaries are, the test is skipped, whatever server there is."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL's binaries here, so there is no server that may be stopped")
    folder = Path(tempfile.mkdtemp(prefix="tvec-pv-postgresql-"))
    processes: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        processes.append(_start(binaries, folder, port, as_user))

    def stop_at_once() -> None:
        processes[-1].send_signal(signal.SIGQUIT)
        processes[-1].wait()

    try:
        as_user, port = _made(binaries, folder), _free_port()
        start()
        yield OwnServer(_url(port), stop_at_once, start)
    finally:
        stop_at_once()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server_url: str, template: str = "template0") -> Iterator[str]:
    """The URL of a database of its own: empty, or a copy of another one, whose connections are ended for it."""
    name = f"tvec_pv_test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _binaries() -> Path | None:
    """Where `initdb` and `postgres` lie: on the path, else the newest that Debian has installed."""
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(installed, key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def _started(binaries: Path, folder: Path) -> Iterator[str]:
    as_user, port = _made(binaries, folder), _free_port()
    process = _start(binaries, folder, port, as_user)
    try:
        yield _url(port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _made(binaries: Path, folder: Path) -> dict[str, Any]:
    """A cluster in the folder; the user whom its processes run as."""
    as_user = _as_another_than_root(folder) | {"cwd": folder}
    initdb = [binaries / "initdb", "-D", folder / "data", "-U", "tests", "-A", "trust", "-N", "--locale=C.UTF-8"]
    subprocess.run(initdb, check=True, capture_output=True, **as_user)
    return as_user


def _start(binaries: Path, folder: Path, port: int, as_user: dict[str, Any]) -> "subprocess.Popen[bytes]":
    log = folder / "log"
    address = ["-h", "127.0.0.1", "-p", str(port), "-k", folder]
    settings = [option for setting in UNSAFE_AND_FAST for option in ("-c", setting)]
    with log.open("ab") as output:
        command = [binaries / "postgres", "-D", folder / "data", *address, *settings]
        process = subprocess.Popen(command, stdout=output, stderr=output, **as_user)
    _wait_for(_url(port), process, log)
    return process


def _url(port: int) -> str:
    return f"postgresql://tests@127.0.0.1:{port}/postgres"


def _as_another_than_root(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: the folder and the processes go to the user that it was installed with."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
