"""The table of what people decided about the listedness of reactions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tvec_pv.store.tables import Base, Key


class StoredListednessDecision(Base):
    """What a person said of one reaction of a case in one region, and the ground: what the machine said of it then.

    The latest word counts. `reaction` is its concept, or its name where it has none.
    """

    __tablename__ = "listedness_decisions"
    __table_args__ = (Index("ix_listedness_decisions_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    reaction: Mapped[str] = mapped_column(String(300))
    region: Mapped[str] = mapped_column(String(10))
    decision: Mapped[str] = mapped_column(String(20))
    ground: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
