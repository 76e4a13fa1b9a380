"""The tables of the medicines, their doses, and what was thought of each medicine and reaction."""

from collections.abc import Callable, Iterable

from tvec_pv.checks.frames.rows import Columns, Row
from tvec_pv.checks.frames.spans import first, most_days
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Dose, Drug, DrugRole, ReportType, known

_SAYS_NOTHING = ("unknown", "unk", "n/a", "na", "none", "not known", "not available")
_ADDITIONAL = frozenset(map(str, range(1, 12)))


def _any_of(drug: Drug, value: Callable[[Dose], str | None]) -> str | None:
    """The first value of the drug's doses that says something."""
    return next(
        (given for dose in drug.doses if (given := value(dose)) and given.strip().lower() not in _SAYS_NOTHING), None
    )


def _start(row: Row) -> PartialDate | None:
    return first(dose.start for dose in row.item.doses)


def _smallest(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _value(dose: Dose) -> float | None:
    amount = known(dose.dose)
    return amount.value if amount else None


def _dangles(row: Row) -> bool | None:
    """Whether the reaction that is assessed is none of the case's; a case without ids has nothing to name."""
    ids = {reaction.id for reaction in row.of.case.reactions if reaction.id}
    return row.item.reaction_id not in ids if ids and row.item.reaction_id else None


DRUGS: Columns = {
    "id": ("string", lambda row: row.item.id),
    "name": (
        "string",
        lambda row: known(row.item.name) or next((known(one.name) for one in row.item.substances), None),
    ),
    "role": ("string", lambda row: known(row.item.role)),
    "fda_other_role": ("string", lambda row: row.item.fda_other_role),
    "may_be_a_similar_device": (
        "boolean",
        lambda row: row.of.case.combination_product is True and row.item.role == DrugRole.NOT_ADMINISTERED,
    ),
    "is_product": ("boolean", lambda row: row.is_product),
    "route": ("string", lambda row: _any_of(row.item, lambda dose: known(dose.route) or dose.route_code)),
    "start": ("string", lambda row: start.text if (start := _start(row)) else None),
    "days_start_to_end": (
        "Float64",
        lambda row: _smallest(most_days(dose.start, dose.end) for dose in row.item.doses),
    ),
    "days_start_to_received": ("Float64", lambda row: most_days(_start(row), row.of.received)),
    "smallest_dose": ("Float64", lambda row: _smallest(map(_value, row.item.doses))),
    "action_taken": ("string", lambda row: known(row.item.action_taken)),
    "indication": (
        "string",
        lambda row: next((term.name or term.code for term in row.item.indications if term.name or term.code), None),
    ),
    "authorisation_number": ("string", lambda row: known(row.item.authorisation_number)),
    "authorisation_country": ("string", lambda row: known(row.item.authorisation_country)),
    "country_obtained": ("string", lambda row: known(row.item.country_obtained)),
    "additional_codes_are_known": ("boolean", lambda row: _ADDITIONAL.issuperset(row.item.additional_codes)),
}

DOSES: Columns = {
    "is_product": ("boolean", lambda row: row.is_product),
    "is_described": ("boolean", lambda row: known(row.item.dose) is not None or bool(known(row.item.text))),
    "route_code": ("string", lambda row: row.item.route_code),
    "days_start_to_death": ("Float64", lambda row: most_days(row.item.start, row.of.patient.death_date)),
}

OPINIONS: Columns = {
    "source": ("string", lambda row: known(row.item.source)),
    "method": ("string", lambda row: known(row.item.method)),
    "result": ("string", lambda row: known(row.item.result)),
    "is_from_a_study": ("boolean", lambda row: row.of.case.report_type == ReportType.STUDY),
}

ASSESSED: Columns = {
    "names_no_reaction": ("boolean", _dangles),
    "rechallenge": ("string", lambda row: known(row.item.rechallenge)),
}
