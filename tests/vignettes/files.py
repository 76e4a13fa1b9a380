"""Cases written as files: E2B(R3), E2B(R2), a line listing and a FAERS quarter. Each says of a case what it can."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from tests.e2b_writer.r2 import r2_file, r2_report
from tests.factories import e2b_batch, e2b_message, faers_quarter, line_listing_csv
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Case, Dose, Drug, NullFlavor, Reaction, TestResult, known
from tvec_pv.sources import line_listing_case as listing
from tvec_pv.sources.faers_case import CRITERIA, OCCUPATIONS, SEXES

Row = dict[str, Any]


def as_r3(cases: Sequence[Case]) -> bytes:
    return e2b_batch(*map(e2b_message, cases), batch_id="VIGNETTES", created="20261102060000+0000")


def as_r2(cases: Sequence[Case]) -> bytes:
    return r2_file(*map(r2_report, cases))


def as_listing(cases: Sequence[Case]) -> bytes:
    """Rows of a report stand below each other: one for each reaction, dose and test, whichever are most."""
    return line_listing_csv(row for case in cases for row in _listing_rows(case))


def _listing_rows(case: Case) -> Iterator[Row]:
    reporter, patient = case.reporters[0], case.patient
    age = known(patient.age)
    of_case = {
        "case_id": case.sender_case_id,
        "worldwide_id": case.worldwide_id,
        "version": case.version,
        "report_type": _word(listing.REPORT_TYPES, case.report_type),
        "first_received": _iso(case.first_received),
        "latest_received": _iso(case.latest_received),
        "reporter_qualification": _word(listing.QUALIFICATIONS, reporter.qualification),
        "reporter_country": _said(reporter.country),
        "patient_initials": _said(patient.name),
        "birth_date": _iso(patient.birth_date),
        "age": age.value if age else _said(patient.age),
        "age_unit": _word(listing.AGE_UNITS, age.unit) if age else None,
        "sex": _word(listing.SEXES, patient.sex),
        "weight_kg": patient.weight_kg if isinstance(patient.weight_kg, float) else None,
        "medical_history": "; ".join(one.term.name for one in patient.history if one.term.name),
        "death_date": _iso(patient.death_date),
        "cause_of_death": next((one.name for one in patient.causes_of_death), None),
        "narrative": _said(case.narrative),
    }
    doses = [(drug, dose) for drug in case.drugs for dose in drug.doses or (Dose(),)]
    for reaction, given, test in zip_longest(case.reactions, doses, case.tests):
        row = dict(of_case)
        row |= _listed_reaction(reaction) if reaction else {}
        row |= _listed_dose(*given) if given else {}
        row |= _listed_test(test) if test else {}
        yield {name: value for name, value in row.items() if value is not None}


def _listed_reaction(reaction: Reaction) -> Row:
    criteria = [word for word, field in listing.CRITERIA.items() if getattr(reaction.seriousness, field) is True]
    return {
        "reaction": _said(reaction.reported) or reaction.term.name,
        "meddra_code": reaction.term.code,
        "meddra_version": reaction.term.version,
        "reaction_start": _iso(reaction.start),
        "reaction_end": _iso(reaction.end),
        "outcome": _word(listing.OUTCOMES, reaction.outcome),
        "seriousness": "; ".join(criteria) or listing.NON_SERIOUS,
        "reaction_country": _said(reaction.country),
    }


def _listed_dose(drug: Drug, dose: Dose) -> Row:
    amount = known(dose.dose)
    return {
        "drug": _said(drug.name),
        "substance": next((_said(one.name) for one in drug.substances), None),
        "role": _word(listing.ROLES, drug.role),
        "dose": amount.value if amount else None,
        "dose_unit": amount.unit if amount else None,
        "dose_text": dose.text,
        "route": _said(dose.route),
        "lot": _said(dose.lot),
        "drug_start": _iso(dose.start),
        "drug_end": _iso(dose.end),
        "indication": next((one.name for one in drug.indications), None),
        "action_taken": _word(listing.ACTIONS_TAKEN, drug.action_taken),
    }


def _listed_test(test: TestResult) -> Row:
    said = [_said(test.text), _said(test.comments)]
    return {
        "test_name": test.name.name,
        "test_date": _iso(test.date),
        "test_result": "; ".join(one for one in said if one) or None,
    }


def as_faers(cases: Sequence[Case]) -> bytes:
    """A quarter of FAERS: no history, tests or narrative; one date of reactions and one set of outcomes per case."""
    tables: dict[str, list[Row]] = {name: [] for name in ("demo", "drug", "reac", "outc", "ther", "indi")}
    for number, case in enumerate(cases, FIRST_PUBLIC_NUMBER):
        for name, rows in _public_rows(case).items():
            tables[name].extend({"caseid": number} | row for row in rows)
    return faers_quarter(quarter="26Q3", **tables)


FIRST_PUBLIC_NUMBER = 27000001


def _public_rows(case: Case) -> Mapping[str, list[Row]]:
    age, starts = known(case.patient.age), [known(one.start) for one in case.reactions]
    demo = {
        "mfr_num": case.sender_case_id,
        "mfr_sndr": "EXAMPLEBIO",
        "init_fda_dt": _compact(case.first_received),
        "fda_dt": _compact(case.latest_received),
        "event_dt": next((_compact(start) for start in starts if start), ""),
        "age": age.value if age else "",
        "age_cod": "YR" if age else "",
        "sex": next((code for code, sex in SEXES.items() if sex == case.patient.sex), ""),
        "occp_cod": next((code for code, one in OCCUPATIONS.items() if one == case.reporters[0].qualification), ""),
        "reporter_country": _said(case.reporters[0].country) or "",
        "occr_country": next((_said(one.country) for one in case.reactions if one.country), None) or "",
    }
    outcomes = [
        code
        for code, field in CRITERIA.items()
        if any(getattr(one.seriousness, field) is True for one in case.reactions)
    ]
    of_drugs: dict[str, list[Row]] = {"drug": [], "ther": [], "indi": []}
    given = [(drug, dose) for drug in case.drugs for dose in drug.doses or (Dose(),)]
    for sequence, (drug, dose) in enumerate(given, 1):
        for name, rows in _public_drug(drug, dose, sequence).items():
            of_drugs[name].extend(rows)
    return {
        "demo": [demo],
        "reac": [{"pt": one.term.name or _said(one.reported)} for one in case.reactions],
        "outc": [{"outc_cod": code} for code in outcomes],
        **of_drugs,
    }


def _public_drug(drug: Drug, dose: Dose, sequence: int) -> Mapping[str, list[Row]]:
    role = {"1": "PS" if sequence == 1 else "SS", "2": "C", "3": "I"}.get(str(drug.role), "C")
    amount = known(dose.dose)
    row = {
        "drug_seq": sequence,
        "role_cod": role,
        "drugname": _said(drug.name) or "",
        "prod_ai": next((_said(one.name) or "" for one in drug.substances), ""),
        "route": _said(dose.route) or "",
        "dose_vbm": dose.text or "",
        "lot_num": known(dose.lot) or "",
        "dose_amt": amount.value if amount else "",
        "dose_unit": amount.unit if amount else "",
    }
    dates = {"dsg_drug_seq": sequence, "start_dt": _compact(dose.start), "end_dt": _compact(dose.end)}
    return {
        "drug": [row],
        "ther": [dates] if dates["start_dt"] or dates["end_dt"] else [],
        "indi": [{"indi_drug_seq": sequence, "indi_pt": one.name} for one in drug.indications if one.name],
    }


def _word(words: Mapping[str, Any], code: Any) -> str | None:
    """The documented word for a code; the name of a null flavor stands for itself."""
    if isinstance(code, NullFlavor):
        return code.name
    return next((word for word, one in words.items() if one == code), None)


def _said(value: Any) -> str | None:
    if isinstance(value, NullFlavor):
        return value.name
    return value if isinstance(value, str) else None


def _iso(value: Any) -> str | None:
    """A date to the minute, day, month or year that it has, as a listing writes it."""
    if isinstance(value, NullFlavor):
        return value.name
    if not isinstance(value, PartialDate):
        return None
    text = value.text
    date = "-".join(part for part in (text[:4], text[4:6], text[6:8]) if part)
    return f"{date}T{text[8:10]}:{text[10:12]}" if len(text) >= 12 else date


def _compact(value: Any) -> str:
    return value.text[:8] if isinstance(value, PartialDate) else ""


KINDS: Mapping[str, tuple[str, Callable[[Sequence[Case]], bytes]]] = {
    "E2B(R3)": ("vignettes_r3.xml", as_r3),
    "E2B(R2)": ("vignettes_r2.xml", as_r2),
    "line listing": ("vignettes_listing.csv", as_listing),
    "FAERS": ("vignettes_faers.zip", as_faers),
}
