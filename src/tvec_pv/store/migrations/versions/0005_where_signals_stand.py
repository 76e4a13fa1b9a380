"""Where signals stand after each look, and what people decided about them

Revision: 0005, after: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from tvec_pv.store.migrations.append_only import refuse_changes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STANDINGS, DECISIONS = "signal_standings", "signal_decisions"


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _document() -> sa.JSON[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        STANDINGS,
        sa.Column("id", _key(), nullable=False),
        sa.Column("signal_id", _key(), nullable=False),
        sa.Column("run_id", _key(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("document", _document(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signals.id"], name=op.f("fk_signal_standings_signal_id_signals")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_signal_standings_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_standings")),
    )
    op.create_index("ix_signal_standings_signal_id", STANDINGS, ["signal_id"])
    op.create_table(
        DECISIONS,
        sa.Column("id", _key(), nullable=False),
        sa.Column("signal_id", _key(), nullable=False),
        sa.Column("standing_id", _key(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("codes_version", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("after_cases", sa.Integer(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signals.id"], name=op.f("fk_signal_decisions_signal_id_signals")),
        sa.ForeignKeyConstraint(
            ["standing_id"], ["signal_standings.id"], name=op.f("fk_signal_decisions_standing_id_signal_standings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_decisions")),
    )
    op.create_index("ix_signal_decisions_signal_id", DECISIONS, ["signal_id"])
    refuse_changes((STANDINGS, DECISIONS))


def downgrade() -> None:
    op.drop_table(DECISIONS)
    op.drop_table(STANDINGS)
