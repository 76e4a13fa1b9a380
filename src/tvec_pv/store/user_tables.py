"""The tables of people: who they are, what they may, how they come in. Only sessions change; the rest is added."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tvec_pv.store.tables import Base, Key


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    added_at: Mapped[datetime]


class UserState(Base):
    """What holds for a person since a moment: the role, the hash of the password, whether they may come in."""

    __tablename__ = "user_states"
    __table_args__ = (Index("ix_user_states_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(String(30))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool]
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]


class Invitation(Base):
    """What lets a person choose a password, by the hash of its token; spent when they have a newer state than this."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    state_id: Mapped[int] = mapped_column(ForeignKey("user_states.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    at: Mapped[datetime]


class LoginAttempt(Base):
    """That somebody tried a password, and that it was right. `name_key` is the beginning of the hash of the name as
    it was typed, which may have been a password."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_name_key", "name_key"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name_key: Mapped[str] = mapped_column(String(8))
    succeeded: Mapped[bool]
    at: Mapped[datetime]


class StoredSession(Base):
    """Somebody who is logged in, by the hash of the token in their browser."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
