"""People: invited by a token that works once, known by a password, logged in for a while. Only hashes are kept."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from tvec_pv.actions.runs import utc_now
from tvec_pv.domain.access import Role
from tvec_pv.domain.errors import NotFound, Refused
from tvec_pv.store import changes, user_changes, user_reads
from tvec_pv.store.database import PEOPLE, Store, in_turn, reading, writing
from tvec_pv.store.user_reads import Person

INVITED_FOR = timedelta(hours=24)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
FAILURES, WITHIN = 5, timedelta(minutes=15)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000
_SEEN = timedelta(minutes=1)
_NOBODY = "unknown"
_KEY = 8  # letters of a hash: people type passwords where a name belongs, so what they typed is not kept


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in; `csrf` is what their own forms carry."""

    user_id: int
    name: str
    role: Role
    csrf: str


def invite(store: Store, name: str, role: Role, actor: str) -> str:
    """Add a person, or give one another role and a new password: a token that works once, for a day."""
    name = _name(name)
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise Refused("a name has 1 to 100 letters")
    token, now = secrets.token_urlsafe(32), utc_now()
    with _changing(store) as transaction:
        known = user_reads.find_person(transaction, name)
        user_id = known.id if known else user_changes.add_user(transaction, name, now)
        state_id = user_changes.add_state(transaction, user_id, role, actor, now)
        user_changes.end_sessions_of(transaction, user_id, now)
        user_changes.add_invitation(transaction, state_id, _hash(token), now + INVITED_FOR, now)
        _audit(transaction, actor, "user invited", name, now, role=role.value)
    return token


def set_password(store: Store, token: str, password: str, now: datetime | None = None) -> None:
    """Choose a password, by the token of an invitation; `Refused` where it is too weak or the token is spent."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(f"a password has at least {SHORTEST_PASSWORD} letters, and at most {LONGEST_PASSWORD}")
    now, password_hash = now or utc_now(), _hasher().hash(_bytes(password))
    with _changing(store) as transaction:
        person = user_reads.find_invited(transaction, _hash(token), now)
        if person is None:
            raise Refused("this token was used, replaced, or is older than a day: ask an administrator for a new one")
        if person.name in password.casefold():
            raise Refused("a password does not hold the name of its owner")
        user_changes.add_state(transaction, person.id, Role(person.role), person.name, now, password_hash=password_hash)
        _audit(transaction, person.name, "password chosen", person.name, now)


def log_in(store: Store, name: str, password: str, now: datetime | None = None) -> str:
    """The token of a new session; `Refused` alike for a name that nobody has and for a wrong password."""
    now, token = now or utc_now(), secrets.token_urlsafe(32)
    person = _known(store, _name(name), password, now)
    with writing(store) as transaction:
        user_changes.add_session(transaction, person.id, _hash(token), secrets.token_urlsafe(32), now)
        _audit(transaction, person.name, "logged in", person.name, now)
    return token


def check_password(store: Store, user_id: int, password: str, now: datetime | None = None) -> None:
    """What a signature asks for again; a wrong one counts as one at the door (21 CFR 11.200)."""
    with reading(store) as connection:
        name = user_reads.get_person(connection, user_id).name
    _known(store, name, password, now or utc_now())


def _known(store: Store, name: str, password: str, now: datetime) -> Person:
    """Whose name and password fit. An attempt counts as a wrong one from before it is tried until it was right, so
    that guesses at the same moment are counted too."""
    key = _hash(name)[:_KEY]
    with _changing(store) as transaction:
        failures = user_reads.failures_since(transaction, key, now - WITHIN)
        if failures >= FAILURES:
            raise Refused(f"too many wrong passwords: wait {WITHIN.seconds // 60} minutes, then try again")
        person = user_reads.find_person(transaction, name) if name.isprintable() else None
        user_changes.add_attempt(transaction, key, now, succeeded=False)
    fits = _fits(person, password)
    if person is None or not fits:
        with writing(store) as transaction:
            who = person.name if person else _NOBODY
            _audit(transaction, who, "password refused", who, now)
        raise Refused("name and password do not fit")
    with writing(store) as transaction:
        user_changes.add_attempt(transaction, key, now, succeeded=True)
    return person


def _fits(person: Person | None, password: str) -> bool:
    """Takes as long for a name that nobody has, and for somebody who has no password."""
    password_hash = person.password_hash if person and person.is_active else None
    try:
        _hasher().verify(password_hash or _hash_of_nobody(), _bytes(password))
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash is not None


def find_session(store: Store, token: str, now: datetime | None = None) -> Session | None:
    """Who is behind a token, unless they were away too long, are logged in too long, or may no longer come in."""
    now = now or utc_now()
    with reading(store) as connection:
        row = user_reads.find_session(connection, _hash(token))
        if row is None or now - row.seen_at > IDLE or now - row.started_at > LONGEST:
            return None
        person = user_reads.get_person(connection, row.user_id)
    if not person.is_active:
        return None
    if now - row.seen_at > _SEEN:
        with writing(store) as transaction:
            user_changes.see_session(transaction, row.id, now)
    return Session(person.id, person.name, Role(person.role), row.csrf)


def log_out(store: Store, token: str) -> None:
    with writing(store) as transaction:
        row = user_reads.find_session(transaction, _hash(token))
        if row is None:
            return
        name, now = user_reads.get_person(transaction, row.user_id).name, utc_now()
        user_changes.end_session(transaction, row.id, now)
        _audit(transaction, name, "logged out", name, now)


def deactivate(store: Store, name: str, actor: str) -> None:
    """Let somebody in no longer, from now on. What they decided stays theirs."""
    name, now = _name(name), utc_now()
    with _changing(store) as transaction:
        person = user_reads.find_person(transaction, name) if name.isprintable() else None
        if person is None:
            raise NotFound("nobody has this name; `tvec-pv users list` shows those that there are")
        user_changes.add_state(transaction, person.id, Role(person.role), actor, now, is_active=False)
        user_changes.end_sessions_of(transaction, person.id, now)
        _audit(transaction, actor, "user deactivated", name, now)


@contextmanager
def _changing(store: Store) -> Iterator[Any]:
    """A transaction that reads how people stand and adds to it: one at a time, so that a token works once."""
    with writing(store) as transaction:
        in_turn(transaction, PEOPLE)
        yield transaction


def _name(text: str) -> str:
    return text.strip().casefold()


def _bytes(text: str) -> bytes:
    """Of any text, also of one that no keyboard writes."""
    return text.encode("utf-8", "surrogatepass")


def _hash(text: str) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


def _audit(transaction: Any, actor: str, action: str, name: str, at: datetime, **detail: str) -> None:
    changes.append_audit(transaction, actor[:100], [changes.AuditEntry(action, f"user {name}", detail)], at)
