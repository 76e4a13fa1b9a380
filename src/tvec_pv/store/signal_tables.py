"""The tables of signals: pairs that met a rule, their flags, where they stood after each look, what people decided."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tvec_pv.store.tables import Base, Key


class Signal(Base):
    """A pair of product and reaction, or situation, that met a rule at least once."""

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


class SignalStanding(Base):
    """Where a signal stands since a look at it: open, decided or suppressed, why, and on what.

    A row is added when something of it changes; the newest holds. `document` has the case versions of the pair, the
    rules that it meets with the cases behind each, and what explains it. `evidence` is the hash of what it stands on,
    to which a decision is bound.
    """

    __tablename__ = "signal_standings"
    __table_args__ = (Index("ix_signal_standings_signal_id", "signal_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("signals.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    state: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class SignalDecision(Base):
    """What a person decided about a signal, by a reason code of a dated file, on which standing. The latest counts.

    `after_cases` and `on_day` say when a monitored signal comes back.
    """

    __tablename__ = "signal_decisions"
    __table_args__ = (Index("ix_signal_decisions_signal_id", "signal_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("signals.id"))
    standing_id: Mapped[int] = mapped_column(ForeignKey("signal_standings.id"))
    decision: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40))
    codes_version: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    after_cases: Mapped[int | None]
    on_day: Mapped[date | None]
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
