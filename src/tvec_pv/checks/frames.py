"""Cases as tables, one row per case, reaction or drug: the columns that the expectation suites speak of.

Days between partial dates are the most that they can be, so that a check fails only on what cannot be true.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from tvec_pv.domain.icsr import Case, Day, Drug, NullFlavor, Quantity, Reaction, case_key, known
from tvec_pv.domain.product_names import Product, Verdict, match_drug
from tvec_pv.domain.seriousness import is_fatal, is_stated
from tvec_pv.domain.terms import normalise

DAYS_PER_YEAR = 365.25
_YEARS = {
    "a": 1.0,
    "mo": 1 / 12,
    "wk": 7 / DAYS_PER_YEAR,
    "d": 1 / DAYS_PER_YEAR,
    "h": 1 / DAYS_PER_YEAR / 24,
    "10.a": 10.0,
}

CASE_COLUMNS = {
    "case": "Int64",
    "case_key": "string",
    "report_type": "string",
    "nullification_amendment": "string",
    "days_since_received": "Float64",
    "days_licence_to_received": "Float64",
    "days_first_to_latest": "Float64",
    "reporter_qualification": "string",
    "reporter_country": "string",
    "sex": "string",
    "age_years": "Float64",
    "weight_kg": "Float64",
    "days_birth_to_received": "Float64",
    "years_age_against_birth": "Float64",
    "patient_name_masked": "boolean",
    "narrative_letters": "Int64",
    "death_is_consistent": "boolean",
    "product_is_suspect": "boolean",
}
REACTION_COLUMNS = {
    "case": "Int64",
    "number": "Int64",
    "name": "string",
    "same_name": "string",
    "meddra_code": "string",
    "outcome": "string",
    "seriousness_is_stated": "boolean",
    "death": "boolean",
    "days_start_to_end": "Float64",
    "days_first_dose_to_start": "Float64",
    "days_start_to_received": "Float64",
    "country": "string",
}
DRUG_COLUMNS = {
    "case": "Int64",
    "number": "Int64",
    "name": "string",
    "role": "string",
    "is_product": "boolean",
    "lot": "string",
    "route": "string",
    "start": "string",
    "days_start_to_end": "Float64",
    "days_start_to_received": "Float64",
    "smallest_dose": "Float64",
    "action_taken": "string",
    "indication": "string",
}


def frames(cases: Sequence[Case], product: Product, today: date) -> dict[str, pd.DataFrame]:
    """The tables of a batch by suite name; column `case` is the case's place in the batch."""
    reactions: list[dict[str, Any]] = []
    drugs: list[dict[str, Any]] = []
    rows = []
    for position, case in enumerate(cases):
        of_product = [match_drug(product, drug).verdict is Verdict.PRODUCT for drug in case.drugs]
        first_dose = _first_dose([drug for drug, is_it in zip(case.drugs, of_product, strict=True) if is_it])
        received = known(case.latest_received) or known(case.first_received)
        rows.append({"case": position, **_case_row(case, product, of_product, today)})
        for number, reaction in enumerate(case.reactions, 1):
            reactions.append({"case": position, "number": number, **_reaction_row(reaction, first_dose, received)})
        for number, (drug, is_it) in enumerate(zip(case.drugs, of_product, strict=True), 1):
            drugs.append({"case": position, "number": number, "is_product": is_it, **_drug_row(drug, received)})
    return {
        "cases": _frame(rows, CASE_COLUMNS),
        "reactions": _frame(reactions, REACTION_COLUMNS),
        "drugs": _frame(drugs, DRUG_COLUMNS),
    }


def _frame(rows: list[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _case_row(case: Case, product: Product, of_product: list[bool], today: date) -> dict[str, Any]:
    patient = case.patient
    received = known(case.latest_received) or known(case.first_received)
    reporter = next((one for one in case.reporters if one.is_primary), next(iter(case.reporters), None))
    narrative = known(case.narrative) or ""
    age = _years(known(patient.age))
    onset = next((day for reaction in case.reactions if (day := known(reaction.start))), received)
    died = known(patient.death_date) is not None or bool(patient.causes_of_death)
    first_licence = min(day for _, day in product.licences)
    return {
        "case_key": case_key(case),
        "report_type": known(case.report_type),
        "nullification_amendment": case.nullification_amendment,
        "days_since_received": (today - received.earliest).days if received else None,
        "days_licence_to_received": (received.latest - first_licence).days if received else None,
        "days_first_to_latest": _most_days(case.first_received, case.latest_received),
        "reporter_qualification": known(reporter.qualification) if reporter else None,
        "reporter_country": known(reporter.country) if reporter else None,
        "sex": known(patient.sex),
        "age_years": age,
        "weight_kg": patient.weight_kg,
        "days_birth_to_received": _most_days(patient.birth_date, received),
        "years_age_against_birth": _years_apart(age, patient.birth_date, onset),
        "patient_name_masked": patient.name is NullFlavor.MSK,
        "narrative_letters": len(narrative),
        "death_is_consistent": not died or any(is_fatal(reaction) for reaction in case.reactions),
        "product_is_suspect": any(
            is_it and drug.role in ("1", "3") for drug, is_it in zip(case.drugs, of_product, strict=True)
        ),
    }


def _reaction_row(reaction: Reaction, first_dose: Day, received: Day) -> dict[str, Any]:
    words = reaction.term.name or known(reaction.translation) or known(reaction.reported)
    return {
        "name": words or reaction.term.code,
        "same_name": normalise(words) if words else reaction.term.code,
        "meddra_code": reaction.term.code,
        "outcome": known(reaction.outcome),
        "seriousness_is_stated": is_stated(reaction.seriousness),
        "death": reaction.seriousness.death is True,
        "days_start_to_end": _most_days(reaction.start, reaction.end),
        "days_first_dose_to_start": _most_days(first_dose, reaction.start),
        "days_start_to_received": _most_days(reaction.start, received),
        "country": known(reaction.country),
    }


def _drug_row(drug: Drug, received: Day) -> dict[str, Any]:
    starts = [day for dose in drug.doses if (day := known(dose.start))]
    spans = [days for dose in drug.doses if (days := _most_days(dose.start, dose.end)) is not None]
    amounts = [amount.value for dose in drug.doses if (amount := known(dose.dose))]
    first = min(starts, key=lambda day: day.earliest) if starts else None
    return {
        "name": known(drug.name) or next((known(one.name) for one in drug.substances), None),
        "role": known(drug.role),
        "lot": _any_of(drug, lambda dose: known(dose.lot)),
        "route": _any_of(drug, lambda dose: known(dose.route) or dose.route_code),
        "start": first.text if first else None,
        "days_start_to_end": min(spans, default=None),
        "days_start_to_received": _most_days(first, received),
        "smallest_dose": min(amounts, default=None),
        "action_taken": known(drug.action_taken),
        "indication": next((term.name or term.code for term in drug.indications if term.name or term.code), None),
    }


def _any_of(drug: Drug, value: Callable[[Any], str | None]) -> str | None:
    """The first value of the drug's doses that says something."""
    return next(
        (given for dose in drug.doses if (given := value(dose)) and given.strip().lower() not in _SAYS_NOTHING), None
    )


_SAYS_NOTHING = ("unknown", "unk", "n/a", "na", "none", "not known", "not available")


def _first_dose(drugs: list[Drug]) -> Day:
    starts = [day for drug in drugs for dose in drug.doses if (day := known(dose.start))]
    return min(starts, key=lambda day: day.earliest) if starts else None


def _most_days(earlier: Day, later: Day) -> int | None:
    """The most days that can lie between two dates: negative only when their order is surely wrong."""
    start, end = known(earlier), known(later)
    return None if start is None or end is None else (end.latest - start.earliest).days


def _years_apart(age: float | None, born: Day, onset: Day) -> float | None:
    """How far the stated age lies from the ages that the dates allow, in years; 0 when they allow it."""
    youngest, oldest = _most_days(onset, born), _most_days(born, onset)
    if age is None or youngest is None or oldest is None:
        return None
    return age - min(max(age, -youngest / DAYS_PER_YEAR), oldest / DAYS_PER_YEAR)


def _years(age: Quantity | None) -> float | None:
    factor = _YEARS.get(age.unit or "") if age else None
    return None if age is None or factor is None else age.value * factor
