"""People: a token that works once, passwords kept as hashes, sessions that end, and names that cannot be guessed at."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from tvec_pv.actions.runs import utc_now
from tvec_pv.actions.users import check_password, deactivate, find_session, invite, log_in, log_out, set_password
from tvec_pv.domain.access import Role
from tvec_pv.domain.errors import Refused, StoreRefused
from tvec_pv.store.database import reading, writing

NAME, PASSWORD = "A. Officer", "correct horse battery"


@pytest.fixture
def store(house):
    set_password(house.store, invite(house.store, NAME, Role.SAFETY_OFFICER, "tests"), PASSWORD)
    return house.store


def rows(store, query):
    with reading(store) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_who_logs_in_is_who_was_invited(store):
    session = find_session(store, log_in(store, "  a. OFFICER", PASSWORD))
    assert (session.name, session.role) == ("a. officer", Role.SAFETY_OFFICER)


def test_a_token_works_once(house):
    token = invite(house.store, NAME, Role.VIEWER, "tests")
    set_password(house.store, token, PASSWORD)
    with pytest.raises(Refused, match="was used"):
        set_password(house.store, token, "another good password")


def test_a_newer_invitation_replaces_the_one_before(house):
    first = invite(house.store, NAME, Role.VIEWER, "tests")
    invite(house.store, NAME, Role.AUDITOR, "tests")
    with pytest.raises(Refused, match="replaced"):
        set_password(house.store, first, PASSWORD)


@pytest.mark.parametrize("weak", ["elevenchars", "the a. officer herself"])
def test_a_weak_password_is_refused(house, weak):
    token = invite(house.store, NAME, Role.VIEWER, "tests")
    with pytest.raises(Refused, match="password"):
        set_password(house.store, token, weak)


def test_an_unknown_name_and_a_wrong_password_are_refused_alike(store):
    said = []
    for name in (NAME, "nobody"):
        with pytest.raises(Refused) as refused:
            log_in(store, name, "a wrong password")
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_after_five_failures_the_right_password_waits_too(store):
    now = utc_now()
    for _ in range(5):
        with pytest.raises(Refused, match="do not fit"):
            log_in(store, NAME, "a wrong password", now)
    with pytest.raises(Refused, match="too many"):
        log_in(store, NAME, PASSWORD, now)
    assert log_in(store, NAME, PASSWORD, now + timedelta(minutes=16))


def test_a_right_password_forgets_the_failures_before_it(store):
    now = utc_now()
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(Refused):
                log_in(store, NAME, "a wrong password", now)
        assert log_in(store, NAME, PASSWORD, now)


@pytest.mark.parametrize(("away", "stays"), [(30, True), (31, False)])
def test_a_session_ends_when_its_owner_is_away(store, away, stays):
    now = utc_now()
    token = log_in(store, NAME, PASSWORD, now)
    assert (find_session(store, token, now + timedelta(minutes=away)) is not None) is stays


def test_a_session_ends_after_twelve_hours_however_busy(store):
    now = utc_now()
    token = log_in(store, NAME, PASSWORD, now)
    for minutes in range(20, 12 * 60 + 1, 20):
        assert find_session(store, token, now + timedelta(minutes=minutes))
    assert find_session(store, token, now + timedelta(minutes=12 * 60 + 1)) is None


def test_who_logs_out_or_is_deactivated_is_out(store):
    first, second = log_in(store, NAME, PASSWORD), log_in(store, NAME, PASSWORD)
    log_out(store, first)
    assert find_session(store, first) is None
    assert find_session(store, second)
    deactivate(store, NAME, "tests")
    assert find_session(store, second) is None
    with pytest.raises(Refused, match="do not fit"):
        log_in(store, NAME, PASSWORD)


def test_a_signature_asks_for_the_password_again(store):
    session = find_session(store, log_in(store, NAME, PASSWORD))
    check_password(store, session.user_id, PASSWORD)
    with pytest.raises(Refused, match="do not fit"):
        check_password(store, session.user_id, "a wrong password")


def test_no_secret_is_kept_or_told(store):
    token = log_in(store, NAME, PASSWORD)
    kept = json.dumps(
        [rows(store, f"SELECT * FROM {table}") for table in ("audit", "user_states", "invitations", "sessions")],
        default=str,
    )
    assert PASSWORD not in kept
    assert token not in kept
    assert rows(store, "SELECT action FROM audit ORDER BY id") == [
        ("user invited",),
        ("password chosen",),
        ("logged in",),
    ]


@pytest.mark.parametrize("table", ["users", "user_states", "invitations", "login_attempts"])
def test_what_is_known_of_people_is_added_and_never_changed(store, table):
    log_in(store, NAME, PASSWORD)
    with pytest.raises(StoreRefused), writing(store) as transaction:
        transaction.execute(text(f"DELETE FROM {table}"))


def at_once(number, do):
    """What becomes of so many calls that begin at the same moment: a result, or what was refused."""
    together = Barrier(number)

    def one(_):
        together.wait(30)
        try:
            return do()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(number) as people:
        return list(people.map(one, range(number)))


def test_a_token_works_once_also_at_the_same_moment(house):
    token = invite(house.store, NAME, Role.VIEWER, "tests")
    said = at_once(4, lambda: set_password(house.store, token, PASSWORD))
    assert [one for one in said if one is None] == [None]
    assert all("was used" in str(one) for one in said if one is not None)


def test_guesses_at_the_same_moment_are_counted_each(store):
    said = [str(one) for one in at_once(12, lambda: log_in(store, NAME, "a wrong password"))]
    assert sum("do not fit" in one for one in said) == 5
    assert sum("too many" in one for one in said) == 7


def test_a_wrong_signature_counts_as_a_failure_at_the_door(store):
    session = find_session(store, log_in(store, NAME, PASSWORD))
    for _ in range(5):
        with pytest.raises(Refused, match="do not fit"):
            check_password(store, session.user_id, "a wrong password")
    with pytest.raises(Refused, match="too many"):
        log_in(store, NAME, PASSWORD)


@pytest.mark.parametrize(("hours", "works"), [(23, True), (24, False)])
def test_an_invitation_is_for_a_day(house, hours, works):
    token = invite(house.store, NAME, Role.VIEWER, "tests")
    later = utc_now() + timedelta(hours=hours)
    if works:
        set_password(house.store, token, PASSWORD, later)
    else:
        with pytest.raises(Refused, match="older than a day"):
            set_password(house.store, token, PASSWORD, later)


def test_a_password_that_was_typed_as_the_name_is_not_kept(store):
    with pytest.raises(Refused, match="do not fit"):
        log_in(store, PASSWORD, PASSWORD)
    kept = json.dumps([rows(store, f"SELECT * FROM {table}") for table in ("audit", "login_attempts")], default=str)
    assert PASSWORD not in kept
    assert rows(store, "SELECT actor, subject FROM audit ORDER BY id DESC LIMIT 1") == [("unknown", "user unknown")]


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ud800", "x" * 100_000])
def test_what_no_keyboard_writes_is_refused_in_plain_words(store, odd):
    for name, password in ((odd, PASSWORD), (NAME, odd)):
        with pytest.raises(Refused, match="do not fit"):
            log_in(store, name, password)
    with pytest.raises(Refused, match=r"was used|at most"):
        set_password(store, odd, PASSWORD)
    assert find_session(store, odd) is None


def test_logging_out_is_in_the_audit_trail(store):
    log_out(store, log_in(store, NAME, PASSWORD))
    assert rows(store, "SELECT actor, action FROM audit ORDER BY id DESC LIMIT 1") == [("a. officer", "logged out")]


def test_the_commands_invite_list_and_deactivate(house, command, monkeypatch):
    invited = command("users", "add", NAME, "--role", "safety officer", house=house)
    typed = {"Token": invited.out.strip().rpartition(" ")[2], "Password": PASSWORD}
    monkeypatch.setattr("typer.prompt", lambda question, **_: typed[question])
    answer = command("users", "password", house=house)
    assert answer.code == 0, answer.err
    [person] = json.loads(command("users", "list", "--json", house=house).out)
    assert person == {"name": "a. officer", "role": "safety officer", "active": True, "has_password": True}
    command("users", "deactivate", NAME, house=house)
    assert command("users", "list", house=house).out.strip() == "a. officer  safety officer  deactivated"
