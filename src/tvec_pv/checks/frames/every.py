"""The tables of every date, amount, coded term and text of a case, wherever it stands: rows are elements."""

from tvec_pv.checks.frames.rows import Columns, Row
from tvec_pv.checks.frames.spans import most_days

_NUMBER = ("string", lambda row: row.item.number)
UNREADABLE = "\ufffd"


def _days_birth_to(row: Row) -> int | None:
    """From the patient's birth; nothing where the date is of somebody else or is the birth itself."""
    number = row.item.number
    if number == "D.2.1" or number.startswith("D.10.") or "parent" in row.where:
        return None
    return most_days(row.of.patient.birth_date, row.item.value)


DATES: Columns = {
    "element": _NUMBER,
    "days_to_today": ("Float64", lambda row: (row.of.today - row.item.value.earliest).days),
    "days_birth_to": ("Float64", _days_birth_to),
    "latest_year": ("Int64", lambda row: row.item.value.latest.year),
    "is_full_day": ("boolean", lambda row: row.item.value.is_full_day),
}

AMOUNTS: Columns = {
    "element": _NUMBER,
    "value": ("Float64", lambda row: row.item.value.value),
    "unit": ("string", lambda row: row.item.value.unit or None),
}

TERMS: Columns = {
    "element": _NUMBER,
    "code": ("string", lambda row: row.item.value.code or None),
    "version": ("string", lambda row: row.item.value.version or None),
}

TEXTS: Columns = {
    "element": _NUMBER,
    "letters": ("Int64", lambda row: len(row.item.value)),
    "is_legible": ("boolean", lambda row: UNREADABLE not in row.item.value),
}
