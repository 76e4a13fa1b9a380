"""People: invited by a token that works once, known by a password, logged in for a while. Only hashes are kept."""

import hashlib
import secrets
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
from tvec_pv.store.database import Store, reading, writing
from tvec_pv.store.user_reads import Person

INVITED_FOR = timedelta(hours=24)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
FAILURES, WITHIN = 5, timedelta(minutes=15)
SHORTEST_PASSWORD = 12
_SEEN = timedelta(minutes=1)
_WRONG = "name and password do not fit"


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
    with writing(store) as transaction:
        known = user_reads.find_person(transaction, name)
        user_id = known.id if known else user_changes.add_user(transaction, name, now)
        state = user_changes.add_state(
            transaction, user_id=user_id, role=role.value, password_hash=None, is_active=True, actor=actor, at=now
        )
        user_changes.end_sessions(transaction, now, user_id=user_id)
        user_changes.add_invitation(
            transaction, user_id=user_id, state_id=state, token_hash=_hash(token), expires_at=now + INVITED_FOR, at=now
        )
        _audit(transaction, actor, "user invited", name, {"role": role.value}, now)
    return token


def set_password(store: Store, token: str, password: str) -> None:
    """Choose a password, by the token of an invitation; `Refused` where it is too weak or the link is spent."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"a password has at least {SHORTEST_PASSWORD} letters")
    now, digest = utc_now(), _hasher().hash(password)
    with writing(store) as transaction:
        person = user_reads.find_invited(transaction, _hash(token), now)
        if person is None:
            raise Refused("this token was used, replaced, or is older than a day: ask an administrator for a new one")
        if person.name in password.casefold():
            raise Refused("a password does not hold the name of its owner")
        user_changes.add_state(
            transaction,
            user_id=person.id,
            role=person.role,
            password_hash=digest,
            is_active=True,
            actor=person.name,
            at=now,
        )
        _audit(transaction, person.name, "password chosen", person.name, {}, now)


def log_in(store: Store, name: str, password: str, now: datetime | None = None) -> str:
    """The token of a new session; `Refused` alike for a name that nobody has and for a wrong password."""
    now = now or utc_now()
    name = _name(name)[:100]
    with reading(store) as connection:
        person = user_reads.find_person(connection, name)
    _check(store, name, person, password, now)
    token = secrets.token_urlsafe(32)
    with writing(store) as transaction:
        user_changes.add_session(
            transaction,
            user_id=person.id if person else 0,
            token_hash=_hash(token),
            csrf=secrets.token_urlsafe(32),
            started_at=now,
            seen_at=now,
        )
        _audit(transaction, name, "logged in", name, {}, now)
    return token


def check_password(store: Store, user_id: int, password: str, now: datetime | None = None) -> None:
    """What a signature asks for again; a wrong one counts as one at the door (21 CFR 11.200)."""
    with reading(store) as connection:
        person = user_reads.get_person(connection, user_id)
    _check(store, person.name, person, password, now or utc_now())


def _check(store: Store, name: str, person: Person | None, password: str, now: datetime) -> None:
    with reading(store) as connection:
        failures = user_reads.failures_since(connection, name, now - WITHIN)
    if failures >= FAILURES:
        raise Refused(f"too many wrong passwords: wait {WITHIN.seconds // 60} minutes, then try again")
    fits = _fits(person, password)
    with writing(store) as transaction:
        user_changes.add_attempt(transaction, name, now, succeeded=fits)
        if not fits:
            _audit(transaction, name, "password refused", name, {}, now)
    if not fits:
        raise Refused(_WRONG)


def _fits(person: Person | None, password: str) -> bool:
    """Takes as long for a name that nobody has."""
    has_one = person is not None and person.is_active and person.password_hash is not None
    try:
        _hasher().verify(person.password_hash if person and person.password_hash else _nobody(), password)
    except (Argon2Error, InvalidHashError):
        return False
    return has_one


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
        user_changes.end_sessions(transaction, utc_now(), token_hash=_hash(token))


def deactivate(store: Store, name: str, actor: str) -> None:
    """Let somebody in no longer, from now on. What they decided stays theirs."""
    name, now = _name(name), utc_now()
    with writing(store) as transaction:
        person = user_reads.find_person(transaction, name)
        if person is None:
            raise NotFound("nobody has this name; `tvec-pv users list` shows those that there are")
        user_changes.add_state(
            transaction,
            user_id=person.id,
            role=person.role,
            password_hash=None,
            is_active=False,
            actor=actor,
            at=now,
        )
        user_changes.end_sessions(transaction, now, user_id=person.id)
        _audit(transaction, actor, "user deactivated", name, {}, now)


def _name(text: str) -> str:
    return text.strip().casefold()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


def _audit(transaction: Any, actor: str, action: str, name: str, detail: dict[str, str], at: datetime) -> None:
    changes.append_audit(transaction, actor[:100], [changes.AuditEntry(action, f"user {name}", detail)], at)
