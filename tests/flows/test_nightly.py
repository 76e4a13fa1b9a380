"""The night as an operator runs it: the real command, the real flow, the embedded Prefect server."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "tvec-pv"
INBOX = ROOT / "sample_reports" / "inbox"

# Loaded by the command's interpreter before anything else: only this machine may be spoken to.
NO_NETWORK = """
import socket
from pathlib import Path

_connect = socket.socket.connect

def connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        with Path({log!r}).open("a") as log:
            log.write(f"{{address}}\\\\n")
        raise OSError("no network in this test")
    return _connect(self, address)

socket.socket.connect = connect
"""
# The store says that the rows of a file are not there, as if they had been lost.
A_LOST_ROW = """
from tvec_pv.store import reads

reads.file_classes = lambda connection, file_id: {}
"""


def run(home, *arguments, site=""):
    site_folder = home.parent / "site"
    site_folder.mkdir(exist_ok=True)
    (site_folder / "sitecustomize.py").write_text(site)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "TVEC_PV_HOME": str(home),
        "PYTHONPATH": str(site_folder),
    }
    return subprocess.run(
        [COMMAND, *arguments], env=environment, cwd=home.parent, capture_output=True, text=True, timeout=300
    )


@pytest.mark.prefect
def test_a_night_ends_with_its_balance_and_its_workbook_and_a_second_one_changes_nothing(tmp_path):
    log = tmp_path / "contacted"
    site = NO_NETWORK.format(log=str(log))

    first = run(tmp_path / "home", "nightly", str(INBOX), site=site)
    second = run(tmp_path / "home", "nightly", str(INBOX), site=site)

    assert first.returncode == 0, first.stderr
    *_, balance, workbook = first.stdout.splitlines()
    assert balance.startswith("received 112 = 41 new + 4 follow-up + 1 amendment + 1 nullification + 2 duplicate + ")
    assert balance.endswith("difference 0")
    path = Path(workbook.removeprefix("workbook "))
    assert path.is_file()
    assert path.is_relative_to(tmp_path)

    assert second.returncode == 0, second.stderr
    assert "nothing changed: every file was taken in before" in second.stdout
    assert "received 112 = 0 new + 0 follow-up + 0 amendment + 0 nullification + 112 duplicate" in second.stdout
    assert "0 of them new" in second.stdout

    assert not log.exists(), log.read_text()
    for said in (first, second):
        progress = re.compile(r"(reading|detecting|exporting) \d+ of \d+: \S+")
        assert [line for line in said.stderr.splitlines() if not progress.fullmatch(line)] == []
        assert not re.search("warning|telemetry|analytics|prefect", said.stdout, re.IGNORECASE)


@pytest.mark.prefect
def test_a_night_that_does_not_balance_publishes_nothing(tmp_path):
    said = run(tmp_path / "home", "nightly", str(INBOX / "rp1_2026-11-06.xml"), site=A_LOST_ROW)

    assert said.returncode == 1
    assert "tvec-pv: received 1 = 0 new" in said.stderr
    assert "difference 1" in said.stderr
    assert "Traceback" not in said.stderr
    assert not (tmp_path / "home" / "workbooks").exists()


def test_the_scheduler_of_the_locked_prefect_gives_the_night_its_dates():
    from prefect.server.schemas.schedules import CronSchedule
    from prefect.types._datetime import now

    deployment = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"][0]
    (schedule,) = deployment["schedules"]
    cron = CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])

    dates = asyncio.run(cron.get_dates(n=3, start=now("UTC")))

    assert [(one.hour, one.minute) for one in dates] == [(2, 0)] * 3
    assert len({one.date() for one in dates}) == 3


def test_the_deployment_names_a_flow_that_exists():
    deployment = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"][0]
    file, _, name = deployment["entrypoint"].partition(":")

    assert f"def {name}(" in (ROOT / file).read_text()
    assert deployment["concurrency_limit"]["limit"] == 1


def test_help_imports_nothing_heavy():
    script = (
        "import sys; sys.argv = ['tvec-pv', '--help']\n"
        "from tvec_pv.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('LOADED', *sorted(name.split('.')[0] for name in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(said.stdout.rsplit("LOADED", 1)[1].split())

    heavy = {"prefect", "great_expectations", "pandas", "polars", "duckdb", "sqlalchemy", "lxml", "openpyxl", "scipy"}
    assert not loaded & (heavy | {"numpy", "pydantic", "alembic"})
