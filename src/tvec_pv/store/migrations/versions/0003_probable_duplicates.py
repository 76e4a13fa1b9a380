"""Pairs of cases that are probably one patient's, and what people decided about them

Revision: 0003, after: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from tvec_pv.store.migrations.append_only import refuse_changes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("duplicate_pairs", "duplicate_decisions")


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _document() -> sa.JSON[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")


def upgrade() -> None:
    pairs, decisions = APPEND_ONLY
    op.create_table(
        pairs,
        sa.Column("id", _key(), nullable=False),
        sa.Column("run_id", _key(), nullable=False),
        sa.Column("case_a_id", _key(), nullable=False),
        sa.Column("case_b_id", _key(), nullable=False),
        sa.Column("version_a_id", _key(), nullable=False),
        sa.Column("version_b_id", _key(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("evidence", _document(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        _reference(pairs, "run_id", "runs"),
        _reference(pairs, "case_a_id", "cases"),
        _reference(pairs, "case_b_id", "cases"),
        _reference(pairs, "version_a_id", "case_versions"),
        _reference(pairs, "version_b_id", "case_versions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pairs")),
        sa.UniqueConstraint("case_a_id", "case_b_id", "evidence_hash", name=op.f("uq_duplicate_pairs_case_a_id")),
    )
    op.create_table(
        decisions,
        sa.Column("id", _key(), nullable=False),
        sa.Column("case_a_id", _key(), nullable=False),
        sa.Column("case_b_id", _key(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("master_case_id", _key(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _reference(decisions, "case_a_id", "cases"),
        _reference(decisions, "case_b_id", "cases"),
        _reference(decisions, "master_case_id", "cases"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_decisions")),
    )
    op.create_index("ix_duplicate_decisions_case_a_id", decisions, ["case_a_id", "case_b_id"])
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.drop_table(table)
