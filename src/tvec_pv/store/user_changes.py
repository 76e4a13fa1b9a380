"""What is added about people, and what changes of their sessions. Only `actions` calls this."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from tvec_pv.store.user_tables import Invitation, LoginAttempt, StoredSession, User, UserState


def add_user(connection: Connection, name: str, at: datetime) -> int:
    return _added(connection, User, name=name, added_at=at)


def add_state(connection: Connection, **values: Any) -> int:
    """What holds for a person from now on: `user_tables.UserState` names the values."""
    return _added(connection, UserState, **values)


def add_invitation(connection: Connection, **values: Any) -> int:
    return _added(connection, Invitation, **values)


def add_attempt(connection: Connection, name: str, at: datetime, *, succeeded: bool) -> None:
    connection.execute(insert(LoginAttempt).values(name=name, at=at, succeeded=succeeded))


def add_session(connection: Connection, **values: Any) -> int:
    return _added(connection, StoredSession, **values)


def see_session(connection: Connection, session_id: int, at: datetime) -> None:
    connection.execute(update(StoredSession).where(StoredSession.id == session_id).values(seen_at=at))


def end_sessions(connection: Connection, at: datetime, *, user_id: int | None = None, token_hash: str = "") -> None:
    """End one session by its token, or all of a person."""
    which = StoredSession.token_hash == token_hash if user_id is None else StoredSession.user_id == user_id
    connection.execute(update(StoredSession).where(which, StoredSession.ended_at.is_(None)).values(ended_at=at))


def _added(connection: Connection, table: type[Any], **values: Any) -> int:
    key: int = connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()
    return key
