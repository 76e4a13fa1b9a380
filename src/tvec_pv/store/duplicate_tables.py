"""The tables of probable duplicates: what the machine proposed, and what people decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tvec_pv.store.tables import Base, Key


class DuplicatePair(Base):
    """Two versions of two cases that are probably one patient's, and what each field says of it.

    `case_a_id` is the lower of the two. The same evidence (versions, model, what each field says) is proposed once.
    """

    __tablename__ = "duplicate_pairs"
    __table_args__ = (UniqueConstraint("case_a_id", "case_b_id", "evidence_hash"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    case_a_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    case_b_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    version_a_id: Mapped[int] = mapped_column(ForeignKey("case_versions.id"))
    version_b_id: Mapped[int] = mapped_column(ForeignKey("case_versions.id"))
    probability: Mapped[float]
    weight: Mapped[float]
    model_version: Mapped[str] = mapped_column(String(40))
    evidence_hash: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]


class DuplicateDecision(Base):
    """What a person said of two cases. The latest word on a pair counts; `master_case_id` is the case that is kept."""

    __tablename__ = "duplicate_decisions"
    __table_args__ = (Index("ix_duplicate_decisions_case_a_id", "case_a_id", "case_b_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_a_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    case_b_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    decision: Mapped[str] = mapped_column(String(20))
    master_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
