"""What became of a held record, what came inside a report, and what a source usually sends

Revision: 0002, after: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from tvec_pv.store.migrations.append_only import refuse_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("record_steps", "held_documents", "attachments", "withdrawals", "source_profiles")


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _document() -> sa.JSON[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "record_steps",
        sa.Column("id", _key(), nullable=False),
        sa.Column("record_id", _key(), nullable=False),
        sa.Column("run_id", _key(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("record_class", sa.String(length=20), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("case_key", sa.String(length=200), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("reports", sa.Integer(), nullable=True),
        sa.Column("case_version_id", _key(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_records.id"], name=op.f("fk_record_steps_record_id_source_records")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_record_steps_run_id_runs")),
        sa.ForeignKeyConstraint(
            ["case_version_id"], ["case_versions.id"], name=op.f("fk_record_steps_case_version_id_case_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_steps")),
    )
    op.create_index("ix_record_steps_record_id", "record_steps", ["record_id"])
    op.create_index("ix_record_steps_case_version_id", "record_steps", ["case_version_id"])
    op.create_table(
        "held_documents",
        sa.Column("id", _key(), nullable=False),
        sa.Column("record_id", _key(), nullable=False),
        sa.Column("step_id", _key(), nullable=True),
        sa.Column("document", _document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_records.id"], name=op.f("fk_held_documents_record_id_source_records")
        ),
        sa.ForeignKeyConstraint(["step_id"], ["record_steps.id"], name=op.f("fk_held_documents_step_id_record_steps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_documents")),
    )
    op.create_index("ix_held_documents_record_id", "held_documents", ["record_id"])
    op.create_table(
        "attachments",
        sa.Column("id", _key(), nullable=False),
        sa.Column("record_id", _key(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_records.id"], name=op.f("fk_attachments_record_id_source_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_record_id", "attachments", ["record_id"])
    op.create_table(
        "withdrawals",
        sa.Column("id", _key(), nullable=False),
        sa.Column("case_key", sa.String(length=200), nullable=False),
        sa.Column("file_id", _key(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["source_files.id"], name=op.f("fk_withdrawals_file_id_source_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint("case_key", "file_id", name=op.f("uq_withdrawals_case_key")),
    )
    op.create_index("ix_withdrawals_file_id", "withdrawals", ["file_id"])
    op.create_table(
        "source_profiles",
        sa.Column("file_id", _key(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("profile", _document(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["source_files.id"], name=op.f("fk_source_profiles_file_id_source_files")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_source_profiles")),
    )
    op.create_index("ix_source_profiles_source", "source_profiles", ["source"])
    op.create_index("ix_source_records_case_key", "source_records", ["case_key"])
    op.create_index("ix_source_records_case_version_id", "source_records", ["case_version_id"])
    op.add_column("source_files", sa.Column("sender", sa.String(length=200), nullable=True))
    op.add_column("source_files", sa.Column("batch_number", sa.String(length=200), nullable=True))
    op.add_column("case_versions", sa.Column("precedence", sa.Integer(), nullable=False, server_default="0"))
    _add_step_to_findings()
    refuse_changes(APPEND_ONLY)


def _add_step_to_findings() -> None:
    """By hand on SQLite, where Alembic would copy the table and lose its triggers."""
    name = "fk_findings_step_id_record_steps"
    if op.get_context().dialect.name == "postgresql":
        op.add_column("findings", sa.Column("step_id", _key(), nullable=True))
        op.create_foreign_key(name, "findings", "record_steps", ["step_id"], ["id"])
        return
    op.execute(f"ALTER TABLE findings ADD COLUMN step_id INTEGER CONSTRAINT {name} REFERENCES record_steps (id)")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("fk_findings_step_id_record_steps", "findings", type_="foreignkey")
        op.drop_column("findings", "step_id")
    else:
        with op.batch_alter_table("findings") as batch:
            batch.drop_column("step_id")
    op.drop_column("case_versions", "precedence")
    op.drop_column("source_files", "batch_number")
    op.drop_column("source_files", "sender")
    op.drop_index("ix_source_records_case_version_id", "source_records")
    op.drop_index("ix_source_records_case_key", "source_records")
    for table in ("source_profiles", "withdrawals", "attachments", "held_documents", "record_steps"):
        op.drop_table(table)
