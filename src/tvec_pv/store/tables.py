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
    """A file's bytes, known by their hash; kept under the raw folder before they are read."""

    __tablename__ = "source_files"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(500))
    size: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str] = mapped_column(String(40))
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
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("source_files.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    position: Mapped[int]
    place: Mapped[str] = mapped_column(String(200))
    case_key: Mapped[str | None] = mapped_column(String(200))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    record_class: Mapped[str] = mapped_column(String(20))
    reports: Mapped[int]
    case_version_id: Mapped[int | None] = mapped_column(ForeignKey("case_versions.id"))
    received_at: Mapped[datetime]


class RecordFinding(Base):
    """What readers, checks and rules said of a record."""

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_record_id", "record_id"), Index("ix_findings_check_id", "check_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_records.id"))
    check_id: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    message: Mapped[str] = mapped_column(Text)
    element: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(200))


class StoredCase(Base):
    """A case: one ICSR with all its versions, by its worldwide number or, without one, its sender's."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_key: Mapped[str] = mapped_column(String(200), unique=True)


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
    content_hash: Mapped[str] = mapped_column(String(64))
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
    case_version_id: Mapped[int] = mapped_column(ForeignKey("case_versions.id"))
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


class Signal(Base):
    """A pair of product and reaction that was flagged at least once."""

    __tablename__ = "signals"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    pair: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    category: Mapped[str] = mapped_column(String(40))
    detected_at: Mapped[datetime]
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))


class StoredFlag(Base):
    """One reason to look at a signal: the rule, what it was decided on, and the numbers then.

    `evidence` is the hash of all that; the same evidence flags once, however often the night runs.
    """

    __tablename__ = "flags"
    __table_args__ = (UniqueConstraint("signal_id", "rule", "evidence"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("signals.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    rule: Mapped[str] = mapped_column(String(60))
    sentence: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(String(64))
    raised_at: Mapped[datetime]
    versions: Mapped[dict[str, Any]]
    thresholds: Mapped[dict[str, Any]]
    statistics: Mapped[dict[str, Any]]


class FlagCase(Base):
    """A case version behind a flag."""

    __tablename__ = "flag_cases"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    case_version_id: Mapped[int] = mapped_column(ForeignKey("case_versions.id"), primary_key=True)


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
    "findings",
    "cases",
    "case_versions",
    "assessments",
    "assessed_reactions",
    "signals",
    "flags",
    "flag_cases",
    "audit",
)
