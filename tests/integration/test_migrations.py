"""The migrations: from nothing to today's tables and back, on both databases."""

import subprocess
import sys

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from tests.stored import asked, knowledge
from tvec_pv.store.database import open_store
from tvec_pv.store.migrate import configuration, upgrade

TABLES = {
    "alembic_version",
    "assessed_flags",
    "assessed_reactions",
    "assessments",
    "audit",
    "case_versions",
    "cases",
    "duplicate_decisions",
    "duplicate_pairs",
    "findings",
    "flag_cases",
    "flags",
    "listedness_decisions",
    "receipts",
    "runs",
    "signal_decisions",
    "signal_standings",
    "signals",
    "source_files",
    "source_records",
    "record_steps",
    "held_documents",
    "attachments",
    "withdrawals",
    "source_profiles",
    "users",
    "user_states",
    "invitations",
    "login_attempts",
    "sessions",
}


@pytest.fixture
def store(store_url):
    store = open_store(store_url)
    yield store
    store.engine.dispose()


def tables(store):
    return set(inspect(store.engine).get_table_names())


def test_opening_an_empty_database_makes_all_tables(store):
    assert tables(store) == TABLES


def test_the_tables_are_what_the_models_say(store):
    """`alembic check` fails on any difference between the two."""
    command.check(configuration(store.engine))


def test_downgrading_removes_everything_and_upgrading_makes_it_again(store):
    command.downgrade(configuration(store.engine), "base")
    assert tables(store) == {"alembic_version"}

    upgrade(store.engine)

    assert tables(store) == TABLES
    command.check(configuration(store.engine))
    with store.engine.begin() as connection:
        connection.execute(text("INSERT INTO cases (id, case_key) VALUES (1, 'US-TESTS-1')"))
    with pytest.raises(DBAPIError, match="cases is append-only"), store.engine.begin() as connection:
        connection.execute(text("DELETE FROM cases"))


def test_opening_a_store_again_changes_nothing(night):
    before = knowledge(night.house)

    again = open_store(night.house.settings.url)
    again.engine.dispose()

    assert knowledge(night.house) == before
    assert len(asked(night.house, "SELECT * FROM alembic_version")) == 1


OPEN = """
import sys
from tvec_pv.store.database import open_store
import tvec_pv.store.migrate
print("ready", flush=True)
sys.stdin.readline()
open_store(sys.argv[1])
"""


def test_processes_that_open_an_empty_database_at_once_all_find_it_ready(store_url):
    """The first night, and people who look at it meanwhile."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    opening = [subprocess.Popen([sys.executable, "-c", OPEN, store_url], text=True, **pipes) for _ in range(4)]
    try:
        assert [process.stdout.readline() for process in opening] == ["ready\n"] * 4
        for process in opening:
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = [(process.communicate(timeout=60)[1][-300:], process.returncode) for process in opening]
    finally:
        for process in opening:
            process.kill()

    assert ended == [("", 0)] * 4
