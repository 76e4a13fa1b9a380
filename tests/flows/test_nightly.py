"""The night as it is really run: the command, the flow, Prefect's own server, nothing but this machine."""

import ast
import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from tests.case_content import content_in
from tests.samples import FOLDER
from tvec_pv.store.database import open_store

CHECKOUT = Path(__file__).parents[2]
SENTENCE = (
    "received 124 = 47 new + 6 follow-up + 1 amendment + 2 nullification + 2 duplicate + 7 quarantined + "
    "59 out of scope; difference 0"
)
NOISE = r"warning|traceback|telemetry|analytics|posthog|great_expectations|prefect|https?://|\d\d:\d\d:\d\d"

# Every process of the night, Prefect's server among them, refuses to leave this machine and writes down what it tried.
GUARD = """
import os, socket

def guarded(original, address_of):
    def call(*arguments, **named):
        host = address_of(arguments)
        if host not in ("", None, "127.0.0.1", "::1", "localhost", b"127.0.0.1", b"localhost"):
            with open(os.environ["ATTEMPTS"], "a") as file:
                file.write(f"{host}\\n")
            raise OSError("this night does not leave the machine")
        return original(*arguments, **named)
    return call

def of_socket(arguments):
    one, address = arguments[:2]
    return None if one.family == socket.AF_UNIX else address[0]

for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name), of_socket))
socket.getaddrinfo = guarded(socket.getaddrinfo, lambda arguments: arguments[0])
"""


@dataclass(frozen=True)
class Run:
    """What the command said and left, in folders of its own."""

    code: int
    out: list[str]
    err: str
    folder: Path

    @property
    def home(self):
        return self.folder / "house"

    @property
    def attempts(self):
        return (self.folder / "attempts").read_text().splitlines()


def nightly(folder, *arguments):
    """`tvec-pv nightly` as an operator calls it, in an environment that holds nothing of the developer's."""
    for name in ("cwd", "user", "tmp", "guard"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "guard" / "sitecustomize.py").write_text(GUARD)
    (folder / "attempts").touch()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "user"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(folder / "guard"),
        "ATTEMPTS": str(folder / "attempts"),
        "TVEC_PV_HOME": str(folder / "house"),
    }
    ended = subprocess.run(
        [Path(sys.executable).parent / "tvec-pv", "nightly", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        cwd=folder / "cwd",
        env=environment,
    )
    return Run(ended.returncode, ended.stdout.splitlines(), ended.stderr, folder)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The first night in a home that does not exist yet."""
    return nightly(tmp_path_factory.mktemp("nightly"), FOLDER / "inbox")


@pytest.fixture(scope="module")
def second(first):
    """The night after, with the same inbox and a folder for the workbook."""
    return nightly(first.folder, FOLDER / "inbox", "--out", first.folder / "out")


@pytest.fixture(scope="module")
def out_of_balance(tmp_path_factory):
    """A night on a database that loses a row: the one with the 54 reports of other products."""
    folder = tmp_path_factory.mktemp("out of balance")
    (folder / "house").mkdir()
    database = folder / "house" / "tvec-pv.sqlite"
    open_store(f"sqlite:///{database}").engine.dispose()
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER source_records_no_delete")
        connection.execute(
            """CREATE TRIGGER losing AFTER INSERT ON source_records WHEN NEW.place = 'DEMO'
               BEGIN DELETE FROM source_records WHERE id = NEW.id; END"""
        )
    connection.close()
    return nightly(folder, FOLDER / "inbox" / "faers_ascii_2026q3.zip")


def noise(run):
    return [line for line in (*run.out, *run.err.splitlines()) if re.search(NOISE, line, re.IGNORECASE)]


@pytest.mark.prefect
def test_the_night_ends_with_its_balance_and_where_the_workbook_lies(first):
    *_, balance, workbook = first.out

    assert (first.code, balance) == (0, SENTENCE)
    assert workbook.startswith(f"workbook {first.home}/workbooks/IMLYGIC_SAFETY_NIGHTLY_")
    assert load_workbook(workbook.removeprefix("workbook "), read_only=True).sheetnames[0] == "Cover"


@pytest.mark.prefect
def test_the_night_names_each_file_with_what_became_of_it(first):
    said = [line.split(" (")[0] for line in first.out if re.search(r": received \d+: ", line)]

    assert said == sorted(path.name for path in (FOLDER / "inbox").iterdir())


@pytest.mark.prefect
def test_the_same_night_again_says_that_nothing_changed(second):
    *_, workbook = second.out

    assert second.code == 0
    assert "nothing changed: every file was taken in before" in second.out
    assert second.out[-2].startswith("received 124 = 0 new + ")
    assert second.out[-2].endswith("124 duplicate + 0 quarantined + 0 out of scope; difference 0")
    assert [Path(workbook.removeprefix("workbook "))] == list((second.folder / "out").iterdir())


@pytest.mark.prefect
def test_the_night_says_nothing_that_it_was_not_asked(first, second):
    assert noise(first) == []
    assert noise(second) == []


@pytest.mark.prefect
def test_the_night_does_not_leave_the_machine(first, second, out_of_balance):
    assert first.attempts + second.attempts + out_of_balance.attempts == []


@pytest.mark.prefect
def test_the_night_leaves_nothing_outside_its_home(second):
    left = [path for name in ("user", "cwd", "tmp") for path in (second.folder / name).rglob("*")]

    assert left == []
    assert {re.sub(r"^(tvec-pv\.sqlite).*", r"\1", path.name) for path in second.home.iterdir()} == {
        *("tvec-pv.sqlite", "raw", "workbooks", "quality", "prefect")
    }


@pytest.mark.prefect
def test_what_prefect_keeps_holds_no_case_content(second):
    kept = [path.read_bytes().decode(errors="replace") for path in second.home.glob("prefect/prefect.db*")]

    assert any("nightly" in text for text in kept)
    assert content_in(*kept, *second.out, second.err) == []


@pytest.mark.prefect
def test_prefect_shows_the_steps_as_completed_and_their_artifacts(second):
    with sqlite3.connect(second.home / "prefect" / "prefect.db") as connection:
        runs = connection.execute(
            "SELECT f.name, r.state_type FROM flow_run r JOIN flow f ON f.id = r.flow_id"
        ).fetchall()
        artifacts = dict(connection.execute("SELECT key, data FROM artifact ORDER BY created").fetchall())
    connection.close()

    steps = ("nightly", "intake", "duplicates", "detect", "export")
    assert sorted(runs) == sorted([(name, "COMPLETED") for name in steps] * 2)
    assert set(artifacts) == {"files", "balance", "flags", "workbook"}
    assert len(json.loads(json.loads(artifacts["files"]))) == 18


@pytest.mark.prefect
def test_a_night_that_does_not_balance_fails_and_publishes_nothing(out_of_balance):
    with sqlite3.connect(out_of_balance.home / "tvec-pv.sqlite") as connection:
        kinds = connection.execute("SELECT kind FROM runs").fetchall()
    connection.close()

    assert out_of_balance.code == 1
    assert list(out_of_balance.home.rglob("*.xlsx")) == []
    assert kinds == [("intake",)]


@pytest.mark.prefect
def test_a_night_that_does_not_balance_says_so_in_one_line(out_of_balance):
    [line] = [line for line in out_of_balance.err.splitlines() if line.startswith("tvec-pv: ")]

    assert out_of_balance.out == []
    assert "received 60 = 6 new + 0 follow-up" in line
    assert "difference 54" in line
    assert "Nothing was published" in line
    assert noise(out_of_balance) == []


# --- what does not need Prefect ------------------------------------------------------------------------------------

HEAVY = {
    *("prefect", "great_expectations", "pandas", "polars", "duckdb", "sqlalchemy"),
    *("lxml", "openpyxl", "scipy", "numpy", "pydantic_settings"),
}
IMPORTED = """
import sys
sys.argv = ["tvec-pv", *sys.argv[1:]]
from tvec_pv.cli import main
try:
    main()
finally:
    sys.stderr.write(" ".join(sys.modules))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nightly", "--help"], ["cases", "--help"]])
def test_help_imports_nothing_that_one_would_wait_for(arguments):
    ended = subprocess.run([sys.executable, "-c", IMPORTED, *arguments], capture_output=True, text=True, check=True)

    of_typer = set() if arguments == ["--help"] else {"pydantic"}  # Typer looks whether it is there
    assert "typer" in ended.stderr.split()
    assert (HEAVY | {"pydantic"}) & set(ended.stderr.split()) <= of_typer


@pytest.mark.parametrize("arguments", [["cases", "list"], ["intake", "--json"], ["background", "status"]])
def test_no_command_but_those_of_the_night_imports_prefect(arguments, tmp_path):
    inbox = [tmp_path] if arguments[0] == "intake" else []
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments, *inbox],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"TVEC_PV_HOME": str(tmp_path / "home")},
    )

    assert {"prefect", "great_expectations"} & set(ended.stderr.split()) == set()


def test_the_deployment_names_a_flow_that_exists_and_its_parameters():
    [deployment] = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text("utf-8"))["deployments"]
    path, name = deployment["entrypoint"].split(":")
    functions = {
        one.name: one
        for one in ast.parse((CHECKOUT / path).read_text("utf-8")).body
        if isinstance(one, ast.FunctionDef)
    }

    assert [ast.unparse(one) for one in functions[name].decorator_list] == [f"flow(name='{deployment['name']}')"]
    assert set(deployment["parameters"]) <= {one.arg for one in functions[name].args.args}
    assert all(len(schedule["cron"].split()) == 5 for schedule in deployment["schedules"])
    assert deployment["concurrency_limit"]["limit"] == 1
