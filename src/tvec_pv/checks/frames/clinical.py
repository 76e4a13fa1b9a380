"""The tables of what happened to the patient: history, reactions, causes of death, tests."""

from tvec_pv.checks.frames.rows import Columns, Row
from tvec_pv.checks.frames.spans import most_days
from tvec_pv.domain.icsr import Outcome, Quantity, Reaction, known
from tvec_pv.domain.seriousness import CRITERIA, is_stated
from tvec_pv.domain.terms import normalise

_HIGHLIGHTED = {"1": False, "2": False, "3": True, "4": True}


def _words(reaction: Reaction) -> str | None:
    return reaction.term.name or known(reaction.translation) or known(reaction.reported)


def _same_name(row: Row) -> str | None:
    words = _words(row.item)
    return normalise(words) if words else row.item.term.code


def _agrees_with_the_reporter(row: Row) -> bool | None:
    """Whether the criteria say what the reporter said when highlighting the term (E.i.3.1)."""
    highlighted = _HIGHLIGHTED.get(known(row.item.highlighted) or "")
    if highlighted is None:
        return None
    return highlighted is any(getattr(row.item.seriousness, name) is True for name, _ in CRITERIA)


REACTIONS: Columns = {
    "id": ("string", lambda row: row.item.id),
    "name": ("string", lambda row: _words(row.item) or row.item.term.code),
    "same_name": ("string", _same_name),
    "translation": ("string", lambda row: known(row.item.translation)),
    "language": ("string", lambda row: row.item.language),
    "meddra_code": ("string", lambda row: row.item.term.code),
    "highlighted": ("string", lambda row: known(row.item.highlighted)),
    "agrees_with_the_reporter": ("boolean", _agrees_with_the_reporter),
    "outcome": ("string", lambda row: known(row.item.outcome)),
    "seriousness_is_stated": ("boolean", lambda row: is_stated(row.item.seriousness)),
    "death": ("boolean", lambda row: row.item.seriousness.death is True),
    "is_fatal_by_outcome": ("boolean", lambda row: row.item.outcome == Outcome.FATAL),
    "has_end": ("boolean", lambda row: known(row.item.end) is not None),
    "days_start_to_end": ("Float64", lambda row: most_days(row.item.start, row.item.end)),
    "days_first_dose_to_start": ("Float64", lambda row: most_days(row.of.first_dose, row.item.start)),
    "days_start_to_received": ("Float64", lambda row: most_days(row.item.start, row.of.received)),
    "days_start_to_death": ("Float64", lambda row: most_days(row.item.start, row.of.patient.death_date)),
    "country": ("string", lambda row: known(row.item.country)),
}


def _fewest_days_end_to_received(row: Row) -> int | None:
    """Above nothing only where the end surely lies before the receipt."""
    end, received = known(row.item.end), known(row.of.received)
    return None if end is None or received is None else (received.earliest - end.latest).days


HISTORY: Columns = {
    "name": ("string", lambda row: row.item.term.name or row.item.term.code or row.item.comment),
    "is_continuing": ("boolean", lambda row: known(row.item.continuing)),
    "days_start_to_end": ("Float64", lambda row: most_days(row.item.start, row.item.end)),
    "fewest_days_end_to_received": ("Float64", _fewest_days_end_to_received),
}

PAST_DRUGS: Columns = {
    "name_is_stated": ("boolean", lambda row: row.item.name is not None),
    "days_start_to_end": ("Float64", lambda row: most_days(row.item.start, row.item.end)),
}

CAUSES: Columns = {
    "words": ("string", lambda row: row.item.name),
    "code": ("string", lambda row: row.item.code),
}


def _low_to_high(low: object, high: object) -> float | None:
    """How far up it is from one to the other, where both are numbers of one unit."""
    if not (isinstance(low, Quantity) and isinstance(high, Quantity)) or low.unit != high.unit:
        return None
    return high.value - low.value


def _has_result(row: Row) -> bool:
    test = row.item
    results = (test.result_code, test.value, test.low, test.high, test.text)
    return any(result is not None for result in results)


TESTS: Columns = {
    "name": ("string", lambda row: row.item.name.name or row.item.name.code),
    "date_is_stated": ("boolean", lambda row: row.item.date is not None),
    "has_result": ("boolean", _has_result),
    "result_code": ("string", lambda row: known(row.item.result_code)),
    "low_to_high": ("Float64", lambda row: _low_to_high(row.item.low, row.item.high)),
    "normal_low_to_high": ("Float64", lambda row: _low_to_high(row.item.normal_low, row.item.normal_high)),
}
