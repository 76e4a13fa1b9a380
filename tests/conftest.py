"""What tests share: an environment without the developer's own settings, and stores on both databases.

`house` is an empty store, `night` the sample inbox taken in, looked at and exported once (only to be read), `morning`
a copy of it that a test may change. Tests that use one of them run on SQLite and on PostgreSQL. The product is
imported by the fixtures, so that a test of a single function does not wait for its libraries.
"""

import logging
import os
import re
import shutil
import sys
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import postgresql

SAMPLES = Path(__file__).resolve().parents[1] / "sample_reports"
OF_THE_TESTS = ("TVEC_PV_TEST_POSTGRESQL_URL", "TVEC_PV_REAL_DATA")


def pytest_configure():
    """Forget the developer's own settings. A test that does not say where its home is fails, and leaves nothing."""
    for name in [name for name in os.environ if name.startswith("TVEC_PV_") and name not in OF_THE_TESTS]:
        del os.environ[name]
    os.environ["TVEC_PV_HOME"] = f"{os.devnull}/no-home-in-tests"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The slow flows first, so that no worker waits for them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("prefect") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of one database on one worker, and the flows on another: what they share is then made once.

    Marks of `xdist_group` would say so too, but pytest-xdist 3.8 does not see them under pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByWhatTheyShare(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            shared = re.search(r"tests/flows/|\[sqlite\b|\[postgresql\b", nodeid)
            return shared[0] if shared else nodeid

    config.option.loadscopereorder = False
    return ByWhatTheyShare(config, log)


@dataclass(frozen=True)
class Night:
    """The samples after one night with a background; `said` is all that was printed and logged meanwhile."""

    house: Any
    taken: Any
    found: Any
    exported: Any
    said: str


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request):
    return request.param


@pytest.fixture(scope="session")
def postgresql_server():
    with postgresql.server() as url:
        yield url


@pytest.fixture(scope="session")
def new_store(database, request):
    """The URL of an empty database, for the time of a `with`."""

    @contextmanager
    def made(folder):
        if database == "sqlite":
            yield f"sqlite:///{folder / 'tvec-pv.sqlite'}"
            return
        with postgresql.database(request.getfixturevalue("postgresql_server")) as url:
            yield url

    return made


@pytest.fixture
def store_url(new_store, tmp_path):
    with new_store(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def opened():
    """A house on a database, closed after the `with`; settings by name."""

    from tvec_pv.actions.runs import open_house
    from tvec_pv.settings import Settings

    @contextmanager
    def house_at(home, url, **settings):
        house = open_house(Settings(home=home, database_url=url, **settings))
        try:
            yield house
        finally:
            house.store.engine.dispose()

    return house_at


@pytest.fixture
def without_checks(monkeypatch):
    """Great Expectations costs half a second per batch: where checks do not matter, they find nothing."""
    from tvec_pv.actions import preparation

    monkeypatch.setattr(preparation, "check_cases", lambda cases, *_: [() for _ in cases])


@pytest.fixture
def house(store_url, tmp_path, opened):
    with opened(tmp_path / "home", store_url) as house:
        yield house


@pytest.fixture(scope="session")
def night(new_store, opened, tmp_path_factory):
    from tvec_pv.actions.background import load_background
    from tvec_pv.actions.detection import detect_signals
    from tvec_pv.actions.intake import take_in
    from tvec_pv.actions.publication import publish

    home, said = tmp_path_factory.mktemp("night"), StringIO()
    with ExitStack() as stack:
        with _everything_said_into(said):
            house = stack.enter_context(opened(home, stack.enter_context(new_store(home))))
            load_background(house, [SAMPLES / "background"])
            taken, found, exported = take_in(house, [SAMPLES / "inbox"]), detect_signals(house), publish(house)
        yield Night(house, taken, found, exported, said.getvalue())


@pytest.fixture
def morning(night, opened, tmp_path, request):
    """The house as the night left it."""
    was, home = night.house.settings, tmp_path / "morning"
    night.house.store.engine.dispose()  # SQLite then has all in one file
    shutil.copytree(was.home, home)
    with ExitStack() as stack:
        if was.url.startswith("sqlite"):
            url = f"sqlite:///{home / 'tvec-pv.sqlite'}"
        else:
            server = request.getfixturevalue("postgresql_server")
            url = stack.enter_context(postgresql.database(server, template=urlsplit(was.url).path[1:]))
        yield stack.enter_context(opened(home, url))


@pytest.fixture
def command(monkeypatch, tmp_path):
    """The `tvec-pv` command in this process, on a house or on an empty home."""

    from tvec_pv.cli import main
    from tvec_pv.settings import settings

    def run(*arguments, house=None):
        monkeypatch.setattr(sys, "argv", ["tvec-pv", *map(str, arguments)])
        monkeypatch.setenv("TVEC_PV_HOME", str(house.settings.home if house else tmp_path / "home"))
        if house:
            monkeypatch.setenv("TVEC_PV_DATABASE_URL", house.settings.url)
        settings.cache_clear()
        code, out, err = 0, StringIO(), StringIO()
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            settings.cache_clear()
        return Answer(code, out.getvalue(), err.getvalue())

    return run


@contextmanager
def _everything_said_into(said):
    """Standard output, standard error, and the logs of all libraries down to the finest level."""
    root, handler = logging.getLogger(), logging.StreamHandler(said)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(said), redirect_stderr(said):
            yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
