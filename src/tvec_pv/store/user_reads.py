"""What is read of people and their sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tvec_pv.store.user_tables import Invitation, LoginAttempt, StoredSession, User, UserState


@dataclass(frozen=True, slots=True)
class Person:
    """A person as they stand now; `state_id` is the row that says so."""

    id: int
    name: str
    state_id: int
    role: str
    password_hash: str | None
    is_active: bool


def _people() -> Any:
    newest = select(func.max(UserState.id)).group_by(UserState.user_id)
    return (
        select(User.id, User.name, UserState.id, UserState.role, UserState.password_hash, UserState.is_active)
        .join(UserState, UserState.user_id == User.id)
        .where(UserState.id.in_(newest))
        .order_by(User.name)
    )


def people(connection: Connection) -> list[Person]:
    return [Person(*row) for row in connection.execute(_people())]


def find_person(connection: Connection, name: str) -> Person | None:
    row = connection.execute(_people().where(User.name == name)).one_or_none()
    return None if row is None else Person(*row)


def get_person(connection: Connection, user_id: int) -> Person:
    return Person(*connection.execute(_people().where(User.id == user_id)).one())


def find_invited(connection: Connection, token_hash: str, at: datetime) -> Person | None:
    """Whom an invitation is for: not one that has run out, nor one that was spent or replaced."""
    row = connection.execute(
        select(Invitation.user_id, Invitation.state_id).where(
            Invitation.token_hash == token_hash, Invitation.expires_at > at
        )
    ).one_or_none()
    if row is None:
        return None
    person = get_person(connection, row.user_id)
    return person if person.state_id == row.state_id and person.is_active else None


def failures_since(connection: Connection, name: str, since: datetime) -> int:
    """Wrong passwords for a name since a moment, and since the last right one."""
    right = select(func.max(LoginAttempt.id)).where(LoginAttempt.name == name, LoginAttempt.succeeded)
    last = connection.scalar(right) or 0
    count = select(func.count()).select_from(LoginAttempt)
    found = count.where(LoginAttempt.name == name, LoginAttempt.at > since, LoginAttempt.id > last)
    return connection.scalar(found) or 0


def find_session(connection: Connection, token_hash: str) -> Any:
    """The row of a session that was not ended, or None."""
    query = select(StoredSession).where(StoredSession.token_hash == token_hash, StoredSession.ended_at.is_(None))
    return connection.execute(query).one_or_none()
