"""The flags of an assessment, so that cases can be looked for by them

Revision: 0004, after: 0003
"""

import sqlalchemy as sa
from alembic import op

from tvec_pv.store.migrations.append_only import refuse_changes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "assessed_flags"


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", _key(), nullable=False),
        sa.Column("assessment_id", _key(), nullable=False),
        sa.Column("flag", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_assessed_flags_assessment_id_assessments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessed_flags")),
        sa.UniqueConstraint("assessment_id", "flag", name=op.f("uq_assessed_flags_assessment_id")),
    )
    op.create_index("ix_assessed_flags_flag", TABLE, ["flag"])
    refuse_changes((TABLE,))


def downgrade() -> None:
    op.drop_table(TABLE)
