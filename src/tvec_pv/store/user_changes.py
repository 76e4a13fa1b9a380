"""What is added about people, and what changes of their sessions. Only `actions` calls this."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from tvec_pv.domain.access import Role
from tvec_pv.store.user_tables import Invitation, LoginAttempt, StoredSession, User, UserState


def add_user(connection: Connection, name: str, at: datetime) -> int:
    return _added(connection, User, name=name, added_at=at)


def add_state(
    connection: Connection,
    user_id: int,
    role: Role,
    actor: str,
    at: datetime,
    *,
    password_hash: str | None = None,
    is_active: bool = True,
) -> int:
    """What holds for a person from now on."""
    return _added(
        connection,
        UserState,
        user_id=user_id,
        role=role.value,
        password_hash=password_hash,
        is_active=is_active,
        actor=actor[:100],
        at=at,
    )


def add_invitation(connection: Connection, state_id: int, token_hash: str, expires_at: datetime, at: datetime) -> int:
    """An invitation into the state that a person has now."""
    return _added(connection, Invitation, state_id=state_id, token_hash=token_hash, expires_at=expires_at, at=at)


def add_attempt(connection: Connection, name_key: str, at: datetime, *, succeeded: bool) -> None:
    connection.execute(insert(LoginAttempt).values(name_key=name_key, at=at, succeeded=succeeded))


def add_session(connection: Connection, user_id: int, token_hash: str, csrf: str, at: datetime) -> int:
    return _added(
        connection, StoredSession, user_id=user_id, token_hash=token_hash, csrf=csrf, started_at=at, seen_at=at
    )


def see_session(connection: Connection, session_id: int, at: datetime) -> None:
    connection.execute(update(StoredSession).where(StoredSession.id == session_id).values(seen_at=at))


def end_session(connection: Connection, session_id: int, at: datetime) -> None:
    connection.execute(update(StoredSession).where(StoredSession.id == session_id).values(ended_at=at))


def end_sessions_of(connection: Connection, user_id: int, at: datetime) -> None:
    """End every session of a person that was not ended yet."""
    theirs = update(StoredSession).where(StoredSession.user_id == user_id, StoredSession.ended_at.is_(None))
    connection.execute(theirs.values(ended_at=at))


def _added(connection: Connection, table: type[Any], **values: Any) -> int:
    key: int = connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()
    return key
