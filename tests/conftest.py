"""What tests share: an environment without the developer's own settings, and stores on both databases.

`house` is an empty store, `night` the sample inbox taken in, looked at and exported once (only to be read), `morning`
a copy of it that a test may change. Tests that use one of them run on SQLite and on PostgreSQL.
"""

import os

_OF_THE_TESTS = ("TVEC_PV_TEST_POSTGRESQL_URL", "TVEC_PV_REAL_DATA")
for _name in [name for name in os.environ if name.startswith("TVEC_PV_") and name not in _OF_THE_TESTS]:
    del os.environ[_name]
# A test that forgets to say where its home is fails, and leaves nothing behind.
os.environ["TVEC_PV_HOME"] = f"{os.devnull}/no-home-in-tests"

import logging  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from io import StringIO  # noqa: E402

import pytest  # noqa: E402

from tests import postgresql  # noqa: E402
from tests.samples import FOLDER  # noqa: E402
from tvec_pv import settings as settings_module  # noqa: E402
from tvec_pv.actions.background import load_background  # noqa: E402
from tvec_pv.actions.detection import DetectionResult, detect_signals  # noqa: E402
from tvec_pv.actions.intake import IntakeResult, take_in  # noqa: E402
from tvec_pv.actions.publication import ExportResult, publish  # noqa: E402
from tvec_pv.actions.runs import House, open_house  # noqa: E402
from tvec_pv.settings import Settings  # noqa: E402


def pytest_configure(config):
    """Groups of tests start in the order of collection, not by their size."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The slow flows first, so that no worker waits for them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("prefect") is None)


@dataclass(frozen=True)
class Night:
    """The samples after one night with a background; `said` is all that was printed and logged meanwhile."""

    house: House
    taken: IntakeResult
    found: DetectionResult
    exported: ExportResult
    said: str


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


# Each database's tests stay on one worker, so that what they share is made once.
@pytest.fixture(
    scope="session",
    params=[
        pytest.param("sqlite", marks=pytest.mark.xdist_group("sqlite")),
        pytest.param("postgresql", marks=[pytest.mark.xdist_group("postgresql"), pytest.mark.postgresql]),
    ],
)
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

    @contextmanager
    def house_at(home, url, **settings):
        house = open_house(Settings(home=home, database_url=url, **settings))
        try:
            yield house
        finally:
            house.store.engine.dispose()

    return house_at


@pytest.fixture
def house(store_url, tmp_path, opened):
    with opened(tmp_path / "home", store_url) as house:
        yield house


@pytest.fixture(scope="session")
def night(new_store, opened, tmp_path_factory):
    home, said = tmp_path_factory.mktemp("night"), StringIO()
    with ExitStack() as stack:
        with _everything_said_into(said):
            house = stack.enter_context(opened(home, stack.enter_context(new_store(home))))
            load_background(house, [FOLDER / "background"])
            taken, found, exported = take_in(house, [FOLDER / "inbox"]), detect_signals(house), publish(house)
        yield Night(house, taken, found, exported, said.getvalue())


@pytest.fixture
def morning(night, opened, tmp_path, request):
    """The house as the night left it. PostgreSQL copies only a database that nobody is connected to."""
    was, home = night.house.settings, tmp_path / "morning"
    night.house.store.engine.dispose()
    shutil.copytree(was.home, home)
    with ExitStack() as stack:
        if was.url.startswith("sqlite"):
            url = f"sqlite:///{home / 'tvec-pv.sqlite'}"
        else:
            server = request.getfixturevalue("postgresql_server")
            url = stack.enter_context(postgresql.database(server, template=was.url.rpartition("/")[2]))
        yield stack.enter_context(opened(home, url))


@pytest.fixture
def command(monkeypatch, tmp_path):
    """The `tvec-pv` command in this process, on a house or on an empty home."""

    def run(*arguments, house=None):
        from tvec_pv.cli import main

        monkeypatch.setattr(sys, "argv", ["tvec-pv", *map(str, arguments)])
        monkeypatch.setenv("TVEC_PV_HOME", str(house.settings.home if house else tmp_path / "home"))
        if house:
            monkeypatch.setenv("TVEC_PV_DATABASE_URL", house.settings.url)
        settings_module.settings.cache_clear()
        code, out, err = 0, StringIO(), StringIO()
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            settings_module.settings.cache_clear()
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
