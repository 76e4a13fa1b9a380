"""The tables. What is known of cases, assessments, signals and the audit trail is added, never changed.

The database itself refuses to update or delete rows of `APPEND_ONLY` tables (triggers made by the migrations).
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Document = JSON().with_variant(JSONB(), "postgresql")
Key = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, on databases that keep a time zone and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: Document, datetime: Moment()}  # noqa: RUF012


class Run(Base):
    """One execution of a step of the night; `finished_at` is empty while it goes on or when it was killed."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20))
    versions: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]


class SourceFile(Base):
    """A file's bytes, known by their hash; kept under the raw folder, and here, before they are read.

    `format` is empty until the file was opened; `sender` and `batch_number` are those of its envelope (N.1).
    """

    __tablename__ = "source_files"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(500))
    size: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str] = mapped_column(String(40))
    sender: Mapped[str | None] = mapped_column(String(200))
    batch_number: Mapped[str | None] = mapped_column(String(200))
    first_run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    completed_at: Mapped[datetime | None]


class Receipt(Base):
    """That a file was received in a run, and the classes of its records: what the balance adds up."""

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_run_id", "run_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("source_files.id"))
    name: Mapped[str] = mapped_column(String(500))
    received: Mapped[int]
    classes: Mapped[dict[str, Any]]
    is_repeat: Mapped[bool]


class SourceRecord(Base):
    """One record of a file: where it stands, what it says (by hash) and its one class.

    `reports` is 1, or the number of other products' reports of a bulk extract that are counted together.
    """

    __tablename__ = "source_records"
    __table_args__ = (
        UniqueConstraint("file_id", "position"),
        Index("ix_source_records_record_class", "record_class"),
        Index("ix_source_records_case_key", "case_key"),
        Index("ix_source_records_case_version_id", "case_version_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("source_files.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    position: Mapped[int] = mapped_column(insert_sentinel=True)
    place: Mapped[str] = mapped_column(String(200))
    case_key: Mapped[str | None] = mapped_column(String(200))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    record_class: Mapped[str] = mapped_column(String(20))
    reports: Mapped[int]
    case_version_id: Mapped[int | None] = mapped_column(ForeignKey("case_versions.id"))
    received_at: Mapped[datetime]


class RecordStep(Base):
    """What was done with a held record: given to somebody, replayed, accepted, rejected, or applied by itself.

    A step with a `record_class` gives the record another class; the newest of them holds.
    """

    __tablename__ = "record_steps"
    __table_args__ = (
        Index("ix_record_steps_record_id", "record_id"),
        Index("ix_record_steps_case_version_id", "case_version_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_records.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    action: Mapped[str] = mapped_column(String(20))
    record_class: Mapped[str | None] = mapped_column(String(20))
    place: Mapped[str | None] = mapped_column(String(200))
    case_key: Mapped[str | None] = mapped_column(String(200))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    reports: Mapped[int | None]
    case_version_id: Mapped[int | None] = mapped_column(ForeignKey("case_versions.id"))
    owner: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]


class HeldDocument(Base):
    """The case of a held record as it was read, so that it can be looked at and taken in; by record and step."""

    __tablename__ = "held_documents"
    __table_args__ = (Index("ix_held_documents_record_id", "record_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_records.id"))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("record_steps.id"))
    document: Mapped[dict[str, Any]]


class StoredAttachment(Base):
    """A document that came inside a report; its bytes are kept under their hash beside the files."""

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_record_id", "record_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_records.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)


class Withdrawal(Base):
    """A case that its keeper withdrew by a list: reports of `as_of` and before leave every count."""

    __tablename__ = "withdrawals"
    __table_args__ = (
        UniqueConstraint("case_key", "file_id"),
        Index("ix_withdrawals_file_id", "file_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_key: Mapped[str] = mapped_column(String(200))
    file_id: Mapped[int] = mapped_column(ForeignKey("source_files.id"))
    as_of: Mapped[date]


class SourceProfile(Base):
    """What a file of a source looked like, so that the next one can be compared with it."""

    __tablename__ = "source_profiles"
    __table_args__ = (Index("ix_source_profiles_source", "source"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("source_files.id"), primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    reports: Mapped[int]
    stored_at: Mapped[datetime]
    profile: Mapped[dict[str, Any]]


class RecordFinding(Base):
    """What readers, checks and rules said of a record, when it arrived or, with `step_id`, when it was replayed."""

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_record_id", "record_id"), Index("ix_findings_check_id", "check_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_records.id"))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("record_steps.id"))
    check_id: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    message: Mapped[str] = mapped_column(Text)
    element: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(200))


class StoredCase(Base):
    """A case: one ICSR with all its versions, by its worldwide number or, without one, its sender's."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_key: Mapped[str] = mapped_column(String(200), unique=True, insert_sentinel=True)


class CaseVersion(Base):
    """One version of a case, as E2B-keyed JSON. `received_at` is C.1.5 as sent, `latest_received` its day;
    `stored_at` is when it was known here.
    """

    __tablename__ = "case_versions"
    __table_args__ = (UniqueConstraint("case_id", "content_hash"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    record_class: Mapped[str] = mapped_column(String(20))
    latest_received: Mapped[date | None]
    received_at: Mapped[str] = mapped_column(String(40))
    number: Mapped[int | None]
    precedence: Mapped[int] = mapped_column(server_default="0")
    content_hash: Mapped[str] = mapped_column(String(64), insert_sentinel=True)
    is_nullification: Mapped[bool]
    is_amendment: Mapped[bool]
    product_is_suspect: Mapped[bool]
    stored_at: Mapped[datetime]
    document: Mapped[dict[str, Any]]


class StoredAssessment(Base):
    """What one version of the profile makes of a case version."""

    __tablename__ = "assessments"
    __table_args__ = (UniqueConstraint("case_version_id", "profile_version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_version_id: Mapped[int] = mapped_column(ForeignKey("case_versions.id"), insert_sentinel=True)
    profile_version: Mapped[str] = mapped_column(String(40))
    code_version: Mapped[str] = mapped_column(String(40))
    primary_category: Mapped[str] = mapped_column(String(40))
    serious: Mapped[bool]
    made_at: Mapped[datetime]
    document: Mapped[dict[str, Any]]


class AssessedReaction(Base):
    """One reaction of an assessment, as columns to count by."""

    __tablename__ = "assessed_reactions"
    __table_args__ = (Index("ix_assessed_reactions_assessment_id", "assessment_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    category: Mapped[str] = mapped_column(String(40))
    serious: Mapped[bool]
    serious_unlisted: Mapped[bool]
    fatal: Mapped[bool]
    designated: Mapped[bool]
    is_clinical: Mapped[bool]
    case_rule: Mapped[str] = mapped_column(String(60))


class AssessedFlag(Base):
    """One flag of an assessment, as columns to look for."""

    __tablename__ = "assessed_flags"
    __table_args__ = (
        UniqueConstraint("assessment_id", "flag"),
        Index("ix_assessed_flags_flag", "flag"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    flag: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))


class AuditRow(Base):
    """One change: who, when, what, and the hash that chains it to the row before."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


APPEND_ONLY = (
    "receipts",
    "source_records",
    "record_steps",
    "held_documents",
    "attachments",
    "withdrawals",
    "source_profiles",
    "findings",
    "cases",
    "case_versions",
    "assessments",
    "assessed_reactions",
    "assessed_flags",
    "signals",
    "flags",
    "flag_cases",
    "signal_standings",
    "signal_decisions",
    "duplicate_pairs",
    "duplicate_decisions",
    "listedness_decisions",
    "users",
    "user_states",
    "invitations",
    "login_attempts",
    "audit",
)
