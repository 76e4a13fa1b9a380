"""The store: what is known is added and never changed, and every change has its row in the audit trail."""

import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError

from tests.samples import FOLDER
from tests.stored import asked, document, number
from tvec_pv.actions.background import load_background
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.publication import publish
from tvec_pv.actions.runs import run
from tvec_pv.actions.users import invite, log_in, set_password
from tvec_pv.domain.access import Role
from tvec_pv.domain.errors import AlreadyRunning, AuditBroken, StoreUnavailable, UnreadableFile
from tvec_pv.store import changes, reads, record_reads, signal_reads
from tvec_pv.store.database import exclusively, open_store, reading, writing
from tvec_pv.store.decision_tables import StoredListednessDecision
from tvec_pv.store.duplicate_tables import DuplicateDecision, DuplicatePair
from tvec_pv.store.signal_tables import SignalDecision
from tvec_pv.store.tables import APPEND_ONLY

# Rows of these say how far something has come, so they may change.
MAY_CHANGE = {"runs", "source_files", "sessions", "alembic_version"}
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
def every_table(night):
    return set(inspect(night.house.store.engine).get_table_names())


@pytest.fixture
def filled(morning):
    """A house that has something in every table."""
    set_password(morning.store, invite(morning.store, "tester", Role.VIEWER, "tests"), "a good long password")
    log_in(morning.store, "tester", "a good long password")
    with writing(morning.store) as transaction:
        run_id = changes.start_run(transaction, "tests", {}, NOW)
        record = number(morning, "SELECT min(id) FROM source_records")
        file_id = number(morning, "SELECT min(id) FROM source_files")
        step = {"record_id": record, "run_id": run_id, "action": "assigned", "actor": "tests", "at": NOW}
        changes.add_steps(transaction, [step])
        changes.add_attachments(transaction, [{"record_id": record, "sha256": "0" * 64, "size": 1}])
        changes.add_withdrawals(transaction, file_id, ["TESTS-1"], NOW.date())
        one, other = (row["id"] for row in asked(morning, "SELECT id FROM cases ORDER BY id LIMIT 2"))
        version = number(morning, "SELECT min(id) FROM case_versions")
        two = {"case_a_id": one, "case_b_id": other}
        score = {"probability": 0.5, "weight": 1.0, "model_version": "tests", "evidence_hash": "0" * 64, "evidence": {}}
        proposed = {"run_id": run_id, "version_a_id": version, "version_b_id": version, "proposed_at": NOW}
        said = {"decision": "distinct", "reason": "of the tests", "actor": "tests", "at": NOW}
        transaction.execute(insert(DuplicatePair).values(**two, **score, **proposed))
        transaction.execute(insert(DuplicateDecision).values(**two, **said))
        standing = number(morning, "SELECT min(id) FROM signal_standings")
        decided = {"signal_id": 1, "standing_id": standing, "code": "tests", "codes_version": "tests"}
        transaction.execute(insert(SignalDecision).values(**decided, **said))
        said |= {"decision": "listed", "case_id": one, "reaction": "hsv_kve", "region": "US", "ground": {}}
        transaction.execute(insert(StoredListednessDecision).values(**said))
    return morning


def attempted(house, statement):
    """What the database says to a statement, whose effect is undone in any case."""
    with house.store.engine.connect() as connection:
        try:
            done = connection.execute(text(statement)).rowcount
        except DBAPIError as error:
            return str(error.orig)
        finally:
            connection.rollback()
    return f"{done} rows changed"


# --- added, never changed ------------------------------------------------------------------------------------------


def test_only_the_progress_of_runs_and_files_and_sessions_may_change(every_table):
    assert set(APPEND_ONLY) == every_table - MAY_CHANGE


@pytest.mark.parametrize("change", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_or_delete_what_is_known(filled, every_table, change):
    said = {}
    for table in every_table - MAY_CHANGE:
        assert number(filled, f"SELECT count(*) FROM {table}") > 0
        column = inspect(filled.store.engine).get_columns(table)[0]["name"]
        said[table] = attempted(filled, change.format(table=table, column=column))

    assert [table for table in said if f"{table} is append-only" not in said[table]] == []


def test_the_database_refuses_to_replace_what_is_known(filled, every_table):
    """Of SQLite's REPLACE no trigger on deletion hears by default."""
    sqlite = filled.store.engine.dialect.name == "sqlite"
    replace = "INSERT OR REPLACE INTO {table} SELECT * FROM {table}" if sqlite else "TRUNCATE {table} CASCADE"

    said = {table: attempted(filled, replace.format(table=table)) for table in every_table - MAY_CHANGE}

    assert [table for table in said if "is append-only" not in said[table]] == []


def test_the_flags_of_an_assessment_stand_as_rows_too(morning):
    rows = asked(morning, "SELECT assessment_id, flag, level, status FROM assessed_flags")
    documents = asked(morning, "SELECT id, CAST(document AS TEXT) AS document FROM assessments")

    told = [
        (row["id"], flag["flag"], flag["level"], flag["status"])
        for row in documents
        for flag in json.loads(row["document"])["flags"]
    ]
    assert told
    assert sorted(tuple(row.values()) for row in rows) == sorted(told)


def test_nothing_of_a_transaction_that_fails_is_stored(house):
    def fail_half_way():
        with writing(house.store) as transaction:
            changes.start_run(transaction, "intake", {}, NOW)
            changes.append_audit(transaction, "tests", [changes.AuditEntry("done", "nothing", {})], NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert (number(house, "SELECT count(*) FROM runs"), number(house, "SELECT count(*) FROM audit")) == (0, 0)


# --- the audit trail -----------------------------------------------------------------------------------------------


def own_hash(row):
    """The chain as the documentation says it: SHA-256 of the canonical JSON of what the row says."""
    said = [row["at"].isoformat(), *(row[name] for name in ("actor", "action", "subject", "detail", "previous"))]
    return hashlib.sha256(
        json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def trail(house):
    rows = asked(house, "SELECT * FROM audit ORDER BY id")
    for row in rows:
        at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
        row["at"] = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        row["detail"] = document(row["detail"])
    return rows


def verified(house):
    with reading(house.store) as connection:
        return reads.verify_audit(connection)


def test_writers_at_the_same_moment_chain_their_rows_in_turn(house):
    """A person logs in while the night stores its cases: neither may lose what it did."""
    together = Barrier(8)

    def write(number):
        with writing(house.store) as transaction:
            if house.store.engine.dialect.name == "postgresql":  # where all can have begun
                together.wait(30)
            changes.append_audit(transaction, "tests", [changes.AuditEntry("done", f"row {number}", {})], NOW)

    with ThreadPoolExecutor(8) as writers:
        assert list(writers.map(write, range(8))) == [None] * 8
    assert verified(house) == 8


def test_each_audit_row_is_chained_to_the_one_before(night):
    rows = trail(night.house)

    assert [row["hash"] for row in rows] == [own_hash(row) for row in rows]
    assert [row["previous"] for row in rows] == ["0" * 64, *(row["hash"] for row in rows[:-1])]
    assert verified(night.house) == len(rows) > 50


def unguarded(house, *statements):
    """What somebody does who has the rights to take the triggers away."""
    triggers = {"sqlite": ("audit_no_update", "audit_no_delete"), "postgresql": ("audit_append_only ON audit",)}
    with house.store.engine.begin() as connection:
        for trigger in triggers[connection.dialect.name]:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("UPDATE audit SET actor = 'somebody else' WHERE id = 20", 20),
        ("UPDATE audit SET action = 'case version read' WHERE id = 20", 20),
        ("UPDATE audit SET subject = 'case 7' WHERE id = 20", 20),
        ("UPDATE audit SET detail = '{}' WHERE id = 20", 20),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 20", 20),
        ("UPDATE audit SET hash = '" + "f" * 64 + "' WHERE id = 20", 20),
        ("DELETE FROM audit WHERE id = 20", 21),
        ("DELETE FROM audit WHERE id = 1", 2),
    ],
)
def test_a_row_that_was_tampered_with_is_named(morning, tampering, named):
    assert verified(morning) > 20
    unguarded(morning, tampering)

    with pytest.raises(AuditBroken, match=f"row {named} "):
        verified(morning)


def test_a_row_that_was_tampered_with_and_hashed_again_betrays_itself_in_the_next(morning):
    row = trail(morning)[19] | {"actor": "somebody else"}
    unguarded(morning, f"UPDATE audit SET actor = 'somebody else', hash = '{own_hash(row)}' WHERE id = {row['id']}")

    with pytest.raises(AuditBroken, match=f"row {row['id'] + 1} "):
        verified(morning)


def test_every_change_has_its_audit_row(night):
    rows = trail(night.house)

    def subjects(action):
        return sorted(row["subject"] for row in rows if row["action"] == action)

    def told(action, key):
        return sorted(row["detail"][key] for row in rows if row["action"] == action)

    def column(sql):
        return sorted(row["value"] for row in asked(night.house, sql))

    assert told("case version stored", "version") == column("SELECT id AS value FROM case_versions")
    assert told("case version stored", "record") == column(
        "SELECT id AS value FROM source_records WHERE case_version_id IS NOT NULL"
    )
    assert subjects("record held") == sorted(
        f"record {one}" for one in column("SELECT id AS value FROM source_records WHERE record_class = 'quarantined'")
    )
    assert subjects("file received") == sorted(
        f"file {one}" for one in column("SELECT sha256 AS value FROM source_files")
    )
    assert told("signal flagged", "flag") == column("SELECT id AS value FROM flags")
    assert subjects("workbook exported") == [night.exported.path.name]
    assert told("background loaded", "reports") == [4040]
    assert (
        subjects("run started")
        == subjects("run done")
        == sorted(f"{one['kind']} run {one['id']}" for one in asked(night.house, "SELECT id, kind FROM runs"))
    )


def test_a_reason_for_holding_a_record_is_in_its_audit_row(night):
    reasons = [row["detail"]["reasons"] for row in trail(night.house) if row["action"] == "record held"]

    assert {"READ-FILE": 1} in reasons
    assert {"VERSION-CONFLICT": 1} in reasons
    assert all(reasons)


def test_a_run_that_failed_has_its_audit_row_with_the_kind_of_error_alone(house, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"PK rubbish")

    with pytest.raises(UnreadableFile):
        load_background(house, [tmp_path / "broken.zip"])

    assert [(row["action"], row["detail"].get("error")) for row in trail(house)] == [
        ("run started", None),
        ("run failed", "UnreadableFile"),
    ]


def test_a_background_whose_audit_row_was_lost_gets_it_when_it_is_loaded_again(house, monkeypatch):
    """Its columns are files, which no transaction covers."""
    written, fail = changes.append_audit, True

    def lost(connection, actor, entries, at):
        if fail and any(entry.action == "background loaded" for entry in entries):
            raise ConnectionError
        written(connection, actor, entries, at)

    monkeypatch.setattr(changes, "append_audit", lost)
    with pytest.raises(ConnectionError):
        load_background(house, [FOLDER / "background"])
    fail = False
    load_background(house, [FOLDER / "background"])

    assert [row["action"] for row in trail(house)].count("background loaded") == 1


def test_the_actor_is_the_one_of_the_settings(store_url, tmp_path, opened):
    with opened(tmp_path / "home", store_url, actor="night watch") as house:
        take_in(house, [])
        assert {row["actor"] for row in trail(house)} == {"night watch"}


# --- time ----------------------------------------------------------------------------------------------------------


def test_moments_are_in_utc_whatever_the_zone_of_the_clock(house):
    tokyo = datetime(2026, 11, 22, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    with writing(house.store) as transaction:
        changes.start_run(transaction, "intake", {}, tokyo)
        changes.append_audit(transaction, "tests", [changes.AuditEntry("done", "nothing", {})], tokyo)

    with reading(house.store) as connection:
        [stored] = reads.runs(connection)
    assert stored["started_at"].isoformat() == "2026-11-21T23:30:00+00:00"
    assert [row["at"].isoformat() for row in trail(house)] == ["2026-11-21T23:30:00+00:00"]


def test_moments_are_in_utc_whatever_the_zone_of_the_machine(house, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        take_in(house, [])
        with reading(house.store) as connection:
            [stored] = reads.runs(connection)
        assert verified(house) == 2
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()

    assert abs(datetime.now(UTC) - stored["started_at"]) < timedelta(minutes=5)
    assert stored["started_at"].utcoffset() == stored["finished_at"].utcoffset() == timedelta(0)


def test_every_moment_that_is_read_is_aware(night):
    with reading(night.house.store) as connection:
        moments = [
            *(run["started_at"] for run in reads.runs(connection)),
            *(run["finished_at"] for run in reads.runs(connection)),
            *(receipt["started_at"] for receipt in record_reads.all_receipts(connection)),
            *(record["received_at"] for record in record_reads.held_records(connection)),
            *(signal["detected_at"] for signal in signal_reads.signals(connection)),
            *(flag["raised_at"] for signal in signal_reads.signals(connection) for flag in signal["flags"]),
            *(view.stored_at for view in reads.case_views(connection, reads.current_versions(connection))),
        ]

    assert len(moments) > 100
    assert {moment.utcoffset() for moment in moments} == {timedelta(0)}


# --- one run at a time ---------------------------------------------------------------------------------------------


def test_one_run_holds_the_store_and_another_is_refused_until_it_ends(store_url):
    store, other = open_store(store_url), open_store(store_url)

    with exclusively(store), pytest.raises(AlreadyRunning), exclusively(other):
        pass
    with exclusively(other):
        pass
    with pytest.raises(RuntimeError), exclusively(store):
        raise RuntimeError
    with exclusively(other):
        pass

    store.engine.dispose()
    other.engine.dispose()


HOLD = """
import sys
from tvec_pv.store.database import exclusively, open_store
with exclusively(open_store(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_run_of_another_process_holds_the_store_until_that_process_dies(house, store_url):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning):
            publish(house)
    finally:
        holder.kill()
        holder.wait()

    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        try:
            with run(house, "export"):
                break
        except AlreadyRunning:
            time.sleep(0.1)
    assert [row["outcome"] for row in asked(house, "SELECT outcome FROM runs")] == ["done"]


def test_a_run_leaves_no_transaction_idle(house):
    """Many servers end a transaction that idles, and with its connection would go the lock of the run."""
    idle = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    with run(house, "intake"):
        assert house.store.engine.dialect.name == "sqlite" or asked(house, idle) == []


def test_a_database_that_does_not_answer_is_said_in_plain_words_and_without_its_password(tmp_path):
    with pytest.raises(StoreUnavailable, match="the database does not answer") as raised:
        open_store("postgresql://officer:h4rdtoguess@127.0.0.1:9/pv?connect_timeout=2")

    assert "h4rdtoguess" not in str(raised.value)


def test_a_store_names_itself_without_its_password(house):
    assert ":***@" in house.store.name or "@" not in house.store.name or "tests@" in house.store.name
