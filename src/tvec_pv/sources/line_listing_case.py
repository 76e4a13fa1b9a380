"""The rows of one report in a line listing as a case."""

import re
from collections.abc import Mapping
from dataclasses import replace

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import (
    ActionTaken,
    Case,
    Day,
    Dose,
    Drug,
    DrugRole,
    MedicalHistory,
    NullFlavor,
    NullificationAmendment,
    Outcome,
    Patient,
    Qualification,
    Quantity,
    Reaction,
    Reporter,
    ReportType,
    Seriousness,
    Sex,
    Substance,
    Term,
    TestResult,
    Text,
    known,
)
from tvec_pv.sources.reading import Reading
from tvec_pv.sources.table import Row

# Every column that is read, with its E2B(R3) element.
COLUMNS = {
    "case_id": "C.1.1",
    "worldwide_id": "C.1.8.1",
    "version": "version",
    "report_type": "C.1.3",
    "action": "C.1.11.1",
    "action_reason": "C.1.11.2",
    "first_received": "C.1.4",
    "latest_received": "C.1.5",
    "reporter_qualification": "C.2.r.4",
    "reporter_country": "C.2.r.3",
    "patient_initials": "D.1",
    "birth_date": "D.2.1",
    "age": "D.2.2a",
    "age_unit": "D.2.2b",
    "sex": "D.5",
    "weight_kg": "D.3",
    "medical_history": "D.7.1.r.1",
    "death_date": "D.9.1",
    "cause_of_death": "D.9.2.r.2",
    "reaction": "E.i.1.1a",
    "meddra_code": "E.i.2.1b",
    "meddra_version": "E.i.2.1a",
    "reaction_start": "E.i.4",
    "reaction_end": "E.i.5",
    "outcome": "E.i.7",
    "seriousness": "E.i.3.2",
    "reaction_country": "E.i.9",
    "drug": "G.k.2.2",
    "substance": "G.k.2.3.r.1",
    "role": "G.k.1",
    "dose": "G.k.4.r.1a",
    "dose_unit": "G.k.4.r.1b",
    "dose_text": "G.k.4.r.8",
    "route": "G.k.4.r.10.1",
    "lot": "G.k.4.r.7",
    "drug_start": "G.k.4.r.4",
    "drug_end": "G.k.4.r.5",
    "indication": "G.k.7.r.1",
    "action_taken": "G.k.8",
    "test_name": "F.r.2.1",
    "test_date": "F.r.1",
    "test_result": "F.r.3.4",
    "narrative": "H.1",
}
_ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?)?)?|\d{8}", re.ASCII)
NULL_FLAVORS = {flavor.name: flavor for flavor in NullFlavor}
_COUNTRIES = {"reporter_country": ("NA", "NI"), "reaction_country": ("NA", "NI")}  # Namibia, Nicaragua
REPORT_TYPES = {
    "spontaneous": ReportType.SPONTANEOUS,
    "study": ReportType.STUDY,
    "other": ReportType.OTHER,
    "not available": ReportType.NOT_AVAILABLE,
}
ACTIONS = {
    "nullification": NullificationAmendment.NULLIFICATION,
    "amendment": NullificationAmendment.AMENDMENT,
}
QUALIFICATIONS = {
    "physician": Qualification.PHYSICIAN,
    "pharmacist": Qualification.PHARMACIST,
    "other health professional": Qualification.OTHER_HEALTH_PROFESSIONAL,
    "lawyer": Qualification.LAWYER,
    "consumer": Qualification.CONSUMER,
}
AGE_UNITS = {"years": "a", "months": "mo", "weeks": "wk", "days": "d", "hours": "h", "decades": "10.a"}
SEXES = {"male": Sex.MALE, "female": Sex.FEMALE}
OUTCOMES = {
    "unknown": Outcome.UNKNOWN,
    "recovered": Outcome.RECOVERED,
    "recovering": Outcome.RECOVERING,
    "not recovered": Outcome.NOT_RECOVERED,
    "recovered with sequelae": Outcome.RECOVERED_WITH_SEQUELAE,
    "fatal": Outcome.FATAL,
}
CRITERIA = {
    "death": "death",
    "life-threatening": "life_threatening",
    "hospitalisation": "hospitalisation",
    "disability": "disability",
    "congenital anomaly": "congenital_anomaly",
    "medically important": "other_important",
}
SERIOUS, NON_SERIOUS = "serious", "non-serious"
_SERIOUS_TERM = "4"  # E.i.3.1: serious, and not highlighted
ROLES = {
    "suspect": DrugRole.SUSPECT,
    "concomitant": DrugRole.CONCOMITANT,
    "interacting": DrugRole.INTERACTING,
    "not administered": DrugRole.NOT_ADMINISTERED,
}
ACTIONS_TAKEN = {
    "unknown": ActionTaken.UNKNOWN,
    "withdrawn": ActionTaken.WITHDRAWN,
    "reduced": ActionTaken.REDUCED,
    "increased": ActionTaken.INCREASED,
    "unchanged": ActionTaken.UNCHANGED,
    "not applicable": ActionTaken.NOT_APPLICABLE,
}


class _Cells(Reading):
    """Reads the cells of one report by column."""

    def text(self, row: Row, column: str) -> Text:
        cell = row.get(column, "")
        if cell in _COUNTRIES.get(column, ()):
            return cell
        return NULL_FLAVORS.get(cell, cell) or None

    def words(self, row: Row, column: str) -> str | None:
        """The text of a column that E2B gives no null flavor."""
        return known(self.text(row, column))

    def code(self, row: Row, column: str, codes: Mapping[str, str]) -> Text:
        """One of the documented words; another is kept as it stands and is a finding."""
        given = self.text(row, column)
        if not isinstance(given, str):
            return given
        if given.lower() not in codes:
            self.flag("LIST-WORD", "not one of the documented words of this column", column)
        return codes.get(given.lower(), given)

    def day(self, row: Row, column: str) -> Day:
        given = self.text(row, column)
        if not isinstance(given, str):
            return given
        if not _ISO_DATE.fullmatch(given):
            self.flag("READ-DATE", "the date could not be read: not of the form 2026-11-02, 2026-11 or 2026", column)
            return None
        self.where = column
        return self.date(re.sub(r"[-:T ]", "", given), COLUMNS[column])

    def number(self, row: Row, column: str) -> float | None:
        self.where = column
        return self.decimal(self.words(row, column), COLUMNS[column])

    def quantity(self, row: Row, column: str, unit: str | None) -> Quantity | NullFlavor | None:
        given = self.text(row, column)
        if isinstance(given, NullFlavor):
            return given
        value = self.number(row, column)
        return None if value is None else Quantity(value=value, unit=unit)

    def flag(self, check: str, message: str, column: str, severity: Severity = Severity.WARNING) -> None:
        self.where = column
        self.problem(check, message, COLUMNS[column], severity)


def read_case(rows: list[Row]) -> tuple[Case, tuple[Finding, ...]]:
    """The case that the rows of one report describe."""
    read = _Cells()
    first = rows[0]
    action = read.code(first, "action", ACTIONS)
    read.where = "version"
    version = read.whole(read.words(first, "version"), COLUMNS["version"])
    case = Case(
        sender_case_id=read.words(first, "case_id"),
        worldwide_id=read.words(first, "worldwide_id"),
        version=version,
        report_type=read.code(first, "report_type", REPORT_TYPES),
        nullification_amendment=action if isinstance(action, str) else None,
        nullification_amendment_reason=read.text(first, "action_reason"),
        first_received=read.day(first, "first_received"),
        latest_received=read.day(first, "latest_received"),
        reporters=_reporters(read, first),
        patient=_patient(read, first),
        reactions=tuple(_reaction(read, row, number) for number, row in enumerate(_with(rows, "reaction"), 1)),
        tests=tuple(_test(read, row) for row in _with(rows, "test_name")),
        drugs=_drugs(read, rows),
        narrative=read.text(first, "narrative"),
    )
    return case, tuple(read.findings)


def _with(rows: list[Row], column: str) -> list[Row]:
    return [row for row in rows if row.get(column)]


def _reporters(read: _Cells, row: Row) -> tuple[Reporter, ...]:
    qualification, country = (
        read.code(row, "reporter_qualification", QUALIFICATIONS),
        read.text(row, "reporter_country"),
    )
    if qualification is None and country is None:
        return ()
    return (Reporter(qualification=qualification, country=country, is_primary=True),)


def _patient(read: _Cells, row: Row) -> Patient:
    unit = read.code(row, "age_unit", AGE_UNITS)
    cause = read.words(row, "cause_of_death")
    history = (item.strip() for item in row.get("medical_history", "").split(";"))
    return Patient(
        name=read.text(row, "patient_initials"),
        birth_date=read.day(row, "birth_date"),
        age=read.quantity(row, "age", unit if isinstance(unit, str) else None),
        sex=read.code(row, "sex", SEXES),
        weight_kg=read.number(row, "weight_kg"),
        history=tuple(MedicalHistory(term=Term(name=item)) for item in history if item),
        death_date=read.day(row, "death_date"),
        causes_of_death=(Term(name=cause),) if cause else (),
    )


def _reaction(read: _Cells, row: Row, number: int) -> Reaction:
    given = [item.strip().lower() for item in row.get("seriousness", "").split(";") if item.strip()]
    return Reaction(
        id=str(number),
        reported=read.text(row, "reaction"),
        term=Term(code=read.words(row, "meddra_code"), version=read.words(row, "meddra_version")),
        highlighted=_SERIOUS_TERM if SERIOUS in given else None,
        seriousness=_seriousness(read, given),
        start=read.day(row, "reaction_start"),
        end=read.day(row, "reaction_end"),
        outcome=read.code(row, "outcome", OUTCOMES),
        country=read.text(row, "reaction_country"),
    )


def _seriousness(read: _Cells, given: list[str]) -> Seriousness:
    """The criteria named are true; "non-serious" says that none of them holds, "serious" not which of them does."""
    if given == [NON_SERIOUS]:
        return Seriousness(**dict.fromkeys(CRITERIA.values(), False))
    if any(item not in CRITERIA and item != SERIOUS for item in given):
        message = "a word about seriousness was not understood: held, lest a serious reaction be taken for another"
        read.flag("LIST-WORD", message, "seriousness", Severity.CRITICAL)
    return Seriousness(**{CRITERIA[item]: True for item in given if item in CRITERIA})


def _drugs(read: _Cells, rows: list[Row]) -> tuple[Drug, ...]:
    """A drug named again, in the same role, adds a dose to the drug it names."""
    drugs: dict[tuple[str, str], Drug] = {}
    for row in _with(rows, "drug"):
        drug = _drug(read, row)
        key = (row["drug"], row.get("role", ""))
        if key in drugs:
            drug = replace(drugs[key], doses=drugs[key].doses + drug.doses)
        drugs[key] = drug
    return tuple(drugs.values())


def _drug(read: _Cells, row: Row) -> Drug:
    substance, indication = read.text(row, "substance"), read.words(row, "indication")
    dose = Dose(
        dose=read.quantity(row, "dose", read.words(row, "dose_unit")),
        start=read.day(row, "drug_start"),
        end=read.day(row, "drug_end"),
        lot=read.text(row, "lot"),
        text=read.text(row, "dose_text"),
        route=read.text(row, "route"),
    )
    return Drug(
        role=read.code(row, "role", ROLES),
        name=read.text(row, "drug"),
        substances=(Substance(name=substance),) if substance else (),
        doses=(dose,) if dose != Dose() else (),
        indications=(Term(name=indication),) if indication else (),
        action_taken=read.code(row, "action_taken", ACTIONS_TAKEN),
    )


def _test(read: _Cells, row: Row) -> TestResult:
    return TestResult(
        date=read.day(row, "test_date"),
        name=Term(name=read.words(row, "test_name")),
        text=read.text(row, "test_result"),
    )
