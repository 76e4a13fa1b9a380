"""Nights that are killed, short of room, or lose their database: run again, and the store is as after a clean night.

Real processes, really killed. `python -m tests.faults` does more of it, on all the samples.
"""

import os
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random

import psycopg
import pytest

from tests import postgresql
from tests.faults.night import FULL, HALT, KILL, STEPS, night, run
from tests.faults.places import Places
from tests.samples import FOLDER
from tests.stored import asked, number

SOME = ("faers*.zip", "*batch.xml", "*nullification.xml", "*r2.xml", "partner_listing*")
CHANCE = Random(20261122)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
IN_A_BATCH = ("tvec_pv.store.changes", "add_findings", 4)
BETWEEN_BATCHES = ("tvec_pv.actions.intake", "store_batch", 6)
FIRST_BATCH = ("tvec_pv.actions.intake", "store_batch", 1)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    """Some of the samples."""
    folder = tmp_path_factory.mktemp("some") / "inbox"
    folder.mkdir()
    for pattern in SOME:
        [file] = (FOLDER / "inbox").glob(pattern)
        shutil.copy(file, folder)
    return folder


@pytest.fixture(scope="module")
def places(database, tmp_path_factory, request):
    server = request.getfixturevalue("postgresql_server") if database == "postgresql" else None
    with Places(tmp_path_factory.mktemp("places"), server).migrated() as made:
        yield made


@pytest.fixture
def place(places):
    with places.place() as one:
        yield one


@pytest.fixture(scope="module")
def clean(places, inbox):
    """What is known after a night in which nothing happens, and the seconds that it took."""
    with places.place() as one, night(one.folder, ["intake", inbox], one.settings) as under_way:
        under_way.wait_for("started")
        began = time.monotonic()
        assert under_way.end().code == 0
        seconds = time.monotonic() - began
        return one.knowledge(), seconds


def intake(place, inbox, **faults):
    return run(place.folder, ["intake", inbox], place.settings, **faults)


def check_ends_like(place, inbox, clean):
    """Run again, and the store is as after one clean night: nothing lost, nothing twice, nothing half-written."""
    place.check()
    again = intake(place, inbox)
    assert again.code == 0, again.said
    assert "difference 0" in again.said
    assert place.knowledge() == clean[0]
    place.check()
    assert place.unfinished() == []


def is_plain(answer):
    """One line that says what happened, and nothing of Python."""
    last = answer.said.splitlines()[-1]
    return answer.code == 1 and last.startswith("tvec-pv: ") and "Traceback" not in answer.said


# --- killed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_a_night_killed_at_any_step_is_completed_by_the_next(step, place, inbox, clean):
    killed = intake(place, inbox, happens=(KILL, STEPS[step]))

    assert killed.code == -9
    check_ends_like(place, inbox, clean)


@pytest.mark.parametrize("part", [round(CHANCE.random(), 3) for _ in range(5)])
def test_a_night_killed_at_a_random_moment_is_completed_by_the_next(part, place, inbox, clean):
    with night(place.folder, ["intake", inbox], place.settings) as under_way:
        under_way.wait_for("started")
        time.sleep(part * clean[1])
        under_way.kill()
        assert under_way.end().code in (-9, 0)

    check_ends_like(place, inbox, clean)


@pytest.mark.parametrize("table", [1, 7])
def test_a_first_night_killed_while_the_tables_are_made_is_completed_by_the_next(table, places, inbox, clean):
    with places.without_tables() as place:
        killed = intake(place, inbox, happens=(KILL, ("alembic.op", "create_table", table)))

        assert killed.code == -9
        check_ends_like(place, inbox, clean)


# --- no room --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most_bytes", [30_000, 100_000, 300_000, 450_000, 700_000])
def test_a_night_without_room_says_so_and_is_completed_when_there_is(most_bytes, place, inbox, clean):
    """No file may grow beyond a limit: the system refuses what is written, as on a full disk."""
    full = intake(place, inbox, most_bytes=most_bytes)

    assert full.code == 0 or is_plain(full), full.said
    assert place.unfinished() == []
    check_ends_like(place, inbox, clean)


def test_no_room_for_the_bytes_of_a_file_is_said_before_anything_is_read_from_it(place, inbox, clean):
    full = intake(place, inbox, happens=(FULL, ("tvec_pv.store.raw_files", "_settle", 2)))

    assert is_plain(full)
    assert "No space left on device" in full.said
    with place.house() as house:
        assert [row["outcome"] for row in asked(house, "SELECT outcome FROM runs")] == ["failed"]
        assert number(house, "SELECT count(*) FROM source_files") == 0
    check_ends_like(place, inbox, clean)


def test_a_database_without_room_stores_nothing_of_a_batch(place, inbox, clean, database):
    if database == "sqlite":
        full = intake(place, inbox, most_bytes=420_000)  # the longest file of the inbox has room, the database has not
    else:
        with psycopg.connect(place.server, autocommit=True) as connection:
            connection.execute(NO_ROOM)
            full = intake(place, inbox)
            connection.execute("DROP TRIGGER no_room ON source_records; DROP FUNCTION no_room()")

    assert is_plain(full)
    assert "run again" in full.said
    assert 0 < len(place.knowledge()["records"]) < len(clean[0]["records"])
    check_ends_like(place, inbox, clean)


# What PostgreSQL says on a full disk, from the tenth record on.
NO_ROOM = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM source_records) >= 10 THEN
            RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER no_room AFTER INSERT ON source_records EXECUTE FUNCTION no_room()
"""


@on_postgresql
def test_no_room_for_the_workbook_leaves_none_and_the_next_export_writes_it(place, inbox, clean):
    assert intake(place, inbox).code == 0
    out = place.folder / "out"
    full = run(place.folder, ["export", "--out", out], place.settings, most_bytes=12_000)
    left = list(out.iterdir())
    again = run(place.folder, ["export", "--out", out], place.settings)

    assert is_plain(full)
    assert "the workbook cannot be written" in full.said
    assert "File too large" in full.said
    assert left == []
    assert again.code == 0
    assert [path.suffix for path in out.iterdir()] == [".xlsx"]
    check_ends_like(place, inbox, clean)


def test_an_export_killed_while_it_writes_leaves_no_workbook_and_the_next_writes_it(place, inbox, clean):
    assert intake(place, inbox).code == 0
    out = place.folder / "out"
    writing = ("tvec_pv.exports.workbook", "add_table", 3)
    killed = run(place.folder, ["export", "--out", out], place.settings, happens=(KILL, writing))
    left = list(out.glob("*.xlsx"))
    again = run(place.folder, ["export", "--out", out], place.settings)

    assert killed.code == -9
    assert left == []
    assert again.code == 0
    assert len(list(out.glob("*.xlsx"))) == 1


# --- no database ----------------------------------------------------------------------------------------------------


@contextmanager
def halted(place, inbox, point, **faults):
    """A night that waits at a point until it is let go on."""
    with night(place.folder, ["intake", inbox], place.settings, happens=(HALT, point), **faults) as under_way:
        under_way.wait_for("halted")
        yield under_way


def end_connections(place):
    with psycopg.connect(place.server, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        assert ended.fetchall()


@on_postgresql
@pytest.mark.parametrize("point", [IN_A_BATCH, BETWEEN_BATCHES], ids=["in a batch", "between batches"])
def test_a_night_whose_connections_are_ended_says_so_or_makes_new_ones(point, place, inbox, clean):
    with halted(place, inbox, point) as under_way:
        end_connections(place)
        under_way.go_on()
        ended = under_way.end()

    assert is_plain(ended) if point == IN_A_BATCH else ended.code == 0, ended.said
    check_ends_like(place, inbox, clean)


@on_postgresql
def test_a_second_night_that_starts_when_the_first_lost_its_hold_harms_nothing(place, inbox, clean):
    """The lock is lost with its connection: both nights then store the same records, and one of them gives way."""
    with halted(place, inbox, BETWEEN_BATCHES) as first:
        end_connections(place)
        second = intake(place, inbox)
        first.go_on()
        ended = first.end()

    assert second.code == 0
    assert ended.code == 0 or is_plain(ended), ended.said
    check_ends_like(place, inbox, clean)


@pytest.mark.postgresql
def test_a_night_whose_server_stops_at_once_says_so_and_is_completed_when_it_is_back(tmp_path, inbox):
    with postgresql.own_server() as server, Places(tmp_path, server.url).migrated() as places:
        with places.place() as place:
            assert intake(place, inbox).code == 0
            clean = place.knowledge()
        with places.place() as place:
            with halted(place, inbox, IN_A_BATCH) as under_way:
                server.stop_at_once()
                under_way.go_on()
                gone = under_way.end()
            still_gone = intake(place, inbox)
            server.start()

            assert is_plain(gone), gone.said
            assert is_plain(still_gone), still_gone.said
            assert "does not answer" in gone.said
            assert "does not answer" in still_gone.said
            check_ends_like(place, inbox, (clean, 0))


@on_sqlite
def test_a_database_that_another_process_holds_too_long_ends_the_night_plainly(place, inbox, clean):
    with (
        halted(place, inbox, BETWEEN_BATCHES, patience=200) as under_way,
        closing(sqlite3.connect(place.home / "tvec-pv.sqlite", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        under_way.go_on()
        ended = under_way.end()

    assert is_plain(ended), ended.said
    assert "locked" in ended.said
    check_ends_like(place, inbox, clean)


# --- two at once ----------------------------------------------------------------------------------------------------


def test_of_two_nights_at_once_one_does_the_work_and_the_other_says_so(place, inbox, clean):
    with halted(place, inbox, IN_A_BATCH) as first:
        second = intake(place, inbox)
        first.go_on()
        ended = first.end()

    assert ended.code == 0, ended.said
    assert is_plain(second), second.said
    assert "another run is under way" in second.said
    check_ends_like(place, inbox, clean)


def test_two_first_nights_that_start_together_make_the_tables_once(places, inbox, clean):
    with places.without_tables() as place:
        with (
            night(place.folder, ["intake", inbox], place.settings) as one,
            night(place.folder, ["intake", inbox], place.settings) as other,
        ):
            ended = [one.end(), other.end()]

        assert 0 in [answer.code for answer in ended], [answer.said for answer in ended]
        assert all(answer.code == 0 or is_plain(answer) for answer in ended), [answer.said for answer in ended]
        check_ends_like(place, inbox, clean)


# --- worker processes -----------------------------------------------------------------------------------------------


def children_of(pid):
    """The processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux which processes a process started")


def with_workers(place):
    return dict(place.settings) | {"workers": 2}


def test_two_workers_store_what_one_does(place, inbox, clean):
    assert run(place.folder, ["intake", inbox], with_workers(place)).code == 0
    assert place.knowledge() == clean[0]


@on_linux
def test_a_worker_that_is_killed_ends_the_night_plainly_and_the_next_completes_it(place, inbox, clean):
    with night(place.folder, ["intake", inbox], with_workers(place), happens=(HALT, FIRST_BATCH)) as under_way:
        under_way.wait_for("halted")
        os.kill(children_of(under_way.process.pid)[0], signal.SIGKILL)
        under_way.go_on()
        ended = under_way.end()

    assert is_plain(ended), ended.said
    assert "TVEC_PV_WORKERS" in ended.said
    check_ends_like(place, inbox, clean)


@on_linux
def test_the_workers_of_a_night_that_is_killed_end_with_it(place, inbox, clean):
    with night(place.folder, ["intake", inbox], with_workers(place), happens=(HALT, FIRST_BATCH)) as under_way:
        under_way.wait_for("halted")
        workers = children_of(under_way.process.pid)
        under_way.kill()
        under_way.end()
        give_up = time.monotonic() + 20
        while any(map(is_running, workers)) and time.monotonic() < give_up:
            time.sleep(0.05)

    assert len(workers) == 2
    assert not any(map(is_running, workers))
    check_ends_like(place, inbox, clean)


def is_running(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
