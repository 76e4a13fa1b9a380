"""What people decide where a label leaves listedness open (LR5)

Revision: 0006, after: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from tvec_pv.store.migrations.append_only import refuse_changes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE = "listedness_decisions"


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _document() -> sa.JSON[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", _key(), nullable=False),
        sa.Column("case_id", _key(), nullable=False),
        sa.Column("reaction", sa.String(length=300), nullable=False),
        sa.Column("region", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("ground", _document(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_listedness_decisions_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listedness_decisions")),
    )
    op.create_index("ix_listedness_decisions_case_id", TABLE, ["case_id"])
    refuse_changes((TABLE,))


def downgrade() -> None:
    op.drop_table(TABLE)
