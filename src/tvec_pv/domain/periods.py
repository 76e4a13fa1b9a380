"""Periods of time as reports give them, in days."""

from tvec_pv.domain.icsr import Quantity

DAYS = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0, "h": 1 / 24, "10.a": 3652.5, "decade": 3652.5}


def days_of(quantity: Quantity | None) -> float | None:
    """A period in days; None where its unit is not one of time."""
    unit = DAYS.get((quantity.unit or "").strip("{}")) if quantity else None
    return quantity.value * unit if quantity and unit else None
