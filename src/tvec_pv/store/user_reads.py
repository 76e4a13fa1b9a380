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
    query = (
        _people()
        .join(Invitation, Invitation.state_id == UserState.id)
        .where(Invitation.token_hash == token_hash, Invitation.expires_at > at, UserState.is_active)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Person(*row)


def failures_since(connection: Connection, name_key: str, since: datetime) -> int:
    """Attempts under a name since a moment, and since the last that was right."""
    of_name = LoginAttempt.name_key == name_key
    right = select(func.coalesce(func.max(LoginAttempt.id), 0)).where(of_name, LoginAttempt.succeeded)
    count = select(func.count()).select_from(LoginAttempt)
    after = LoginAttempt.id > right.scalar_subquery()
    return connection.scalar(count.where(of_name, LoginAttempt.at > since, after)) or 0


def find_session(connection: Connection, token_hash: str) -> Any:
    """The row of a session that was not ended, or None."""
    query = select(StoredSession).where(StoredSession.token_hash == token_hash, StoredSession.ended_at.is_(None))
    return connection.execute(query).one_or_none()
