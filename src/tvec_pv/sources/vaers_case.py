"""One VAERS report as a case: its columns and codes in the words of E2B(R3)."""

import re
from collections.abc import Callable

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import (
    Case,
    Dose,
    Drug,
    DrugRole,
    Identifier,
    NullFlavor,
    Outcome,
    Patient,
    Quantity,
    Reaction,
    Reporter,
    Sender,
    Seriousness,
    Sex,
    Term,
    TestResult,
)
from tvec_pv.sources.joined_tables import Row, Rows
from tvec_pv.sources.reading import Reading

SEXES: dict[str, str | NullFlavor] = {"M": Sex.MALE, "F": Sex.FEMALE, "U": NullFlavor.UNK}
OUTCOMES = {"Y": Outcome.RECOVERED, "N": Outcome.NOT_RECOVERED, "U": Outcome.UNKNOWN}
CRITERIA = {
    "DIED": "death",
    "L_THREAT": "life_threatening",
    "HOSPITAL": "hospitalisation",
    "X_STAY": "hospitalisation",
    "DISABLE": "disability",
    "BIRTH_DEFECT": "congenital_anomaly",
}
ROUTES: dict[str, str | NullFlavor] = {
    "ID": "Intradermal",
    "IM": "Intramuscular",
    "IN": "Intranasal",
    "PO": "Oral",
    "SC": "Subcutaneous",
    "UN": NullFlavor.UNK,
}
HISTORY = {
    "HISTORY": "history",
    "CUR_ILL": "illness when vaccinated",
    "ALLERGIES": "allergies",
    "PRIOR_VAX": "reactions to earlier vaccinations",
    "OTHER_MEDS": "other medicines",
}
_FOREIGN = "FR"
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def read_case(data: Row, rows: Rows, is_product: Callable[[str], bool]) -> tuple[Case, tuple[Finding, ...]]:
    """The case of one report, given its row of DATA and its rows of VAX and SYMPTOMS."""
    read = Reading()
    received = _date(read, data.get("RECVDATE"), "C.1.5")
    manufacturers_number = data.get("SPLTTYPE")
    results = data.get("LAB_DATA")
    country = None if data.get("STATE") in (None, _FOREIGN) else "US"
    case = Case(
        sender_case_id=f"VAERS-{data['VAERS_ID']}",
        first_received=received,
        latest_received=received,
        other_ids=(Identifier(source="manufacturer", number=manufacturers_number),) if manufacturers_number else (),
        reporters=(Reporter(country=country, is_primary=True),) if country else (),
        sender=Sender(organisation="VAERS"),
        patient=_patient(read, data),
        reactions=_reactions(read, data, rows["SYMPTOMS"], country),
        tests=(TestResult(text=results),) if results else (),
        drugs=_drugs(read, data, rows["VAX"], is_product),
        narrative=data.get("SYMPTOM_TEXT"),
    )
    return case, tuple(read.findings)


def _patient(read: Reading, data: Row) -> Patient:
    age = read.decimal(data.get("AGE_YRS"), "D.2.2")
    if age is None:
        years, months = (read.decimal(data.get(name), "D.2.2") for name in ("CAGE_YR", "CAGE_MO"))
        age = None if years is None else years + (months or 0.0)  # CAGE_MO is the part of a year, .1 to 1
    told = [f"{words}: {text}" for name, words in HISTORY.items() if (text := data.get(name))]
    return Patient(
        age=None if age is None else Quantity(value=age, unit="a"),
        sex=read.meaning(data.get("SEX"), SEXES, "D.5"),
        history_text="\n".join(told) or None,
        death_date=_date(read, data.get("DATEDIED"), "D.9.1"),
    )


def _reactions(read: Reading, data: Row, symptoms: list[Row], country: str | None) -> tuple[Reaction, ...]:
    """VAERS gives one date of onset, one outcome and one set of criteria per report; each reaction carries them."""
    start = _date(read, data.get("ONSET_DATE"), "E.i.4")
    outcome = read.meaning(data.get("RECOVD"), OUTCOMES, "E.i.7")
    seriousness = _seriousness(read, data)
    terms = [
        Term(name=name, version=row.get(f"SYMPTOMVERSION{number}"))
        for row in symptoms
        for number in range(1, 6)
        if (name := row.get(f"SYMPTOM{number}"))
    ]
    return tuple(
        Reaction(id=str(number), term=term, seriousness=seriousness, start=start, outcome=outcome, country=country)
        for number, term in enumerate(terms, 1)
    )


def _seriousness(read: Reading, data: Row) -> Seriousness:
    """A visit to a doctor or an emergency room is no criterion (21 CFR 600.80(a))."""
    answers = {column: (data.get(column) or "").upper() for column in CRITERIA}
    if not set(answers.values()) <= {"Y", "N", ""}:
        read.problem(
            "READ-CODE",
            "an answer about seriousness was neither Y nor N: held, lest a serious reaction be taken for another",
            "E.i.3.2",
            Severity.CRITICAL,
        )
    met = {CRITERIA[column]: True for column, answer in answers.items() if answer == "Y"}
    denied = {CRITERIA[column]: False for column, answer in answers.items() if answer == "N"}
    return Seriousness(is_case_level=True, **denied | met)


def _drugs(read: Reading, data: Row, vaccines: list[Row], is_product: Callable[[str], bool]) -> tuple[Drug, ...]:
    """The vaccines as suspects; the product as a concomitant where the text on other medicines names it."""
    given_on = _date(read, data.get("VAX_DATE"), "G.k.4.r.4")
    drugs = [_vaccine(row, str(number), given_on) for number, row in enumerate(vaccines, 1)]
    others = data.get("OTHER_MEDS")
    if others and is_product(others):
        drugs.append(Drug(id=str(len(drugs) + 1), role=DrugRole.CONCOMITANT, name=others))
    return tuple(drugs)


def _vaccine(row: Row, number: str, given_on: PartialDate | None) -> Drug:
    route = row.get("VAX_ROUTE")
    told = (("dose", row.get("VAX_DOSE_SERIES")), ("site", row.get("VAX_SITE")))
    dose = Dose(
        start=given_on,
        lot=row.get("VAX_LOT"),
        text=", ".join(f"{words} {text}" for words, text in told if text) or None,
        route=ROUTES.get(route.upper(), route) if route else None,
    )
    return Drug(
        id=number,
        role=DrugRole.SUSPECT,
        name=row.get("VAX_NAME"),
        holder=row.get("VAX_MANU"),
        doses=(dose,) if dose != Dose() else (),
        additional_text=f"VAX_TYPE {kind}" if (kind := row.get("VAX_TYPE")) else None,
    )


def _date(read: Reading, text: str | None, element: str) -> PartialDate | None:
    """A date as VAERS writes it, MM/DD/YYYY."""
    if text is None:
        return None
    if not (match := _DATE.fullmatch(text)):
        read.problem("READ-DATE", "the date could not be read: not of the form MM/DD/YYYY", element)
        return None
    return read.date(f"{match[3]}{match[1]:0>2}{match[2]:0>2}", element)
