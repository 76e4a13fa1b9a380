"""People, their roles and passwords, their invitations and sessions

Revision: 0007, after: 0006
"""

import sqlalchemy as sa
from alembic import op

from tvec_pv.store.migrations.append_only import refuse_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("users", "user_states", "invitations", "login_attempts")


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _make(table: str, *rest: sa.schema.SchemaItem) -> None:
    key = sa.Column("id", _key(), nullable=False)
    op.create_table(table, key, *rest, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")))


def _unique(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}"))


def upgrade() -> None:
    _make("users", _text("name", 100), _moment("added_at"), _unique("users", "name"))
    _make(
        "user_states",
        sa.Column("user_id", _key(), nullable=False),
        _text("role", 30),
        _text("password_hash", 200, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _text("actor", 100),
        _moment("at"),
        _of("user_states", "user_id", "users"),
    )
    op.create_index("ix_user_states_user_id", "user_states", ["user_id"])
    _make(
        "invitations",
        sa.Column("state_id", _key(), nullable=False),
        _text("token_hash", 64),
        _moment("expires_at"),
        _moment("at"),
        _of("invitations", "state_id", "user_states"),
        _unique("invitations", "token_hash"),
    )
    _make("login_attempts", _text("name_key", 8), sa.Column("succeeded", sa.Boolean(), nullable=False), _moment("at"))
    op.create_index("ix_login_attempts_name_key", "login_attempts", ["name_key"])
    _make(
        "sessions",
        sa.Column("user_id", _key(), nullable=False),
        _text("token_hash", 64),
        _text("csrf", 64),
        _moment("started_at"),
        _moment("seen_at"),
        _moment("ended_at", nullable=True),
        _of("sessions", "user_id", "users"),
        _unique("sessions", "token_hash"),
    )
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    for table in ("sessions", "login_attempts", "invitations", "user_states", "users"):
        op.drop_table(table)
