"""One row of a EudraVigilance line listing as a case."""

import re
from collections.abc import Mapping

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import (
    Case,
    Dose,
    Drug,
    DrugRole,
    NullFlavor,
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
    Text,
)
from tvec_pv.sources.eudravigilance_cells import (
    ACTIONS_TAKEN,
    CRITERIA,
    OUTCOMES,
    ROLES,
    MedicineEntry,
    ReactionEntry,
    has_two_entries,
    is_nothing,
    read_medicines,
    read_reactions,
)
from tvec_pv.sources.reading import Reading
from tvec_pv.sources.table import Row

LOCAL_NUMBER = "eu local number"
WORLDWIDE = "worldwide unique case identification"
REACTIONS = "reaction list pt"
SUSPECTS = "suspect/interacting drug list"
OTHERS = "concomitant/not administered drug list"
FORM = "icsr form"

# Every column that is read, with its E2B(R3) element; the form is a link, and is not followed.
COLUMNS = {
    LOCAL_NUMBER: "C.1.1",
    WORLDWIDE: "C.1.8.1",
    "report type": "C.1.3",
    "ev gateway receipt date": "C.1.5",
    "primary source qualification": "C.2.r.4",
    "primary source country for regulatory purposes": "C.2.r.3",
    "literature reference": "C.4.r",
    "patient age group": "D.2.3",
    "patient age group (as per reporter)": "D.2.3",
    "parent child report": "D.10",
    "patient sex": "D.5",
    REACTIONS: "E.i",
    SUSPECTS: "G.k",
    OTHERS: "G.k",
    FORM: "",
}
REPORT_TYPES = {
    "spontaneous": ReportType.SPONTANEOUS,
    "report from study": ReportType.STUDY,
    "other": ReportType.OTHER,
    "not available to sender (unknown)": ReportType.NOT_AVAILABLE,
    "not available to sender": ReportType.NOT_AVAILABLE,
}
QUALIFICATIONS = {
    "healthcare professional": Qualification.OTHER_HEALTH_PROFESSIONAL,
    "non healthcare professional": Qualification.CONSUMER,
    "physician": Qualification.PHYSICIAN,
    "pharmacist": Qualification.PHARMACIST,
    "other health professional": Qualification.OTHER_HEALTH_PROFESSIONAL,
    "lawyer": Qualification.LAWYER,
    "consumer or other non health professional": Qualification.CONSUMER,
}
SEXES = {"male": Sex.MALE, "female": Sex.FEMALE}
AGE_GROUPS = {
    "foetus": "0",
    "neonate": "1",
    "0-1 month": "1",
    "infant": "2",
    "2 months - 2 years": "2",
    "child": "3",
    "3-11 years": "3",
    "adolescent": "4",
    "12-17 years": "4",
    "adult": "5",
    "18-64 years": "5",
    "elderly": "6",
    "65-85 years": "6",
    "more than 85 years": "6",
}
DURATION_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "wk", "week", "weeks"), "wk"),
    **dict.fromkeys(("mo", "month", "months"), "mo"),
    **dict.fromkeys(("y", "a", "year", "years"), "a"),
}
_REGIONS = ("european economic area", "non european economic area")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?)?", re.ASCII)
_EUROPEAN_DAY = re.compile(r"(\d\d)[/.](\d\d)[/.](\d{4})", re.ASCII)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.ASCII)


class _Cells(Reading):
    """Reads the cells of one report by column."""

    def code(self, row: Row, column: str, codes: Mapping[str, str]) -> Text:
        """One of the words that EudraVigilance writes; another is kept as it stands and is a finding."""
        given = row.get(column, "")
        if given.lower() == "not specified":
            return NullFlavor.NI
        if is_nothing(given):
            return None
        if given.lower() not in codes:
            self.flag("EV-WORD", "not one of the words that EudraVigilance writes in this column", column)
        return codes.get(given.lower(), given)

    def day(self, given: str, element: str) -> PartialDate | None:
        """A day as EVDAS (2020-01-31 00:00:00) and the trial listing (31/01/2020) write it."""
        if is_nothing(given):
            return None
        if match := _DAY.fullmatch(given):
            return self.date("".join(match.groups()), element)
        if match := _EUROPEAN_DAY.fullmatch(given):
            return self.date("".join(reversed(match.groups())), element)
        self.problem("READ-DATE", "the date could not be read: not of the form 2020-01-31 or 31/01/2020", element)
        return None

    def duration(self, given: str, element: str) -> Quantity | None:
        if is_nothing(given):
            return None
        match = _DURATION.fullmatch(given.lower())
        if match is None or match[2] not in DURATION_UNITS:
            self.problem("EV-DURATION", "the duration could not be read: not a number and a unit", element)
            return None
        value = self.decimal(match[1], element)
        return None if value is None else Quantity(value=value, unit=DURATION_UNITS[match[2]])

    def flag(self, check: str, message: str, column: str) -> None:
        self.where = column
        self.problem(check, message, COLUMNS[column])


def read_case(row: Row) -> tuple[Case, tuple[Finding, ...]]:
    """The case of one row, its list cells whole."""
    read = _Cells()
    literature = row.get("literature reference", "")
    if row.get("parent child report", "").lower() == "yes":
        message = "a parent-child report, but the listing says nothing of the parent"
        read.flag("EV-PARENT", message, "parent child report")
    read.where = "ev gateway receipt date"
    received = read.day(row.get("ev gateway receipt date", ""), "C.1.5")
    case = Case(
        sender_case_id=row.get(LOCAL_NUMBER),
        worldwide_id=row.get(WORLDWIDE),
        report_type=read.code(row, "report type", REPORT_TYPES),
        latest_received=received,
        reporters=_reporters(read, row),
        literature=() if is_nothing(literature) else (literature,),
        patient=Patient(age_group=_age_group(read, row), sex=read.code(row, "patient sex", SEXES)),
        reactions=tuple(
            _reaction(read, entry, number)
            for number, entry in enumerate(read_reactions(row.get(REACTIONS, "")), 1)
            if not is_nothing(entry.term)
        ),
        drugs=(
            *(_drug(read, entry, DrugRole.SUSPECT) for entry in read_medicines(row.get(SUSPECTS, ""))),
            *(_drug(read, entry, DrugRole.CONCOMITANT) for entry in read_medicines(row.get(OTHERS, ""))),
        ),
    )
    return case, tuple(read.findings)


def _reporters(read: _Cells, row: Row) -> tuple[Reporter, ...]:
    qualification, country = read.code(row, "primary source qualification", QUALIFICATIONS), _country(read, row)
    if qualification is None and country is None:
        return ()
    return (Reporter(qualification=qualification, country=country, is_primary=True),)


def _country(read: _Cells, row: Row) -> Text:
    """The public listing hides the country and says on which side of the border of the EEA it lies."""
    column = "primary source country for regulatory purposes"
    given = row.get(column, "")
    if given.lower() in _REGIONS:
        message = "the country is hidden: the listing says only whether it lies in the European Economic Area"
        read.flag("EV-COUNTRY", message, column)
        return NullFlavor.MSK
    return None if is_nothing(given) else given


def _age_group(read: _Cells, row: Row) -> Text:
    """The group that the reporter named, else the one that EudraVigilance computed from the age."""
    columns = ("patient age group (as per reporter)", "patient age group")
    said = [group for column in columns if (group := read.code(row, column, AGE_GROUPS)) is not None]
    return next((group for group in said if isinstance(group, str)), said[0] if said else None)


def _reaction(read: _Cells, entry: ReactionEntry, number: int) -> Reaction:
    read.where = f"reaction {number}"
    if entry.is_cut:
        message = "the cell breaks off, or its last reaction has no details: what was there is not known"
        read.problem("EV-CUT", message, "E.i")
    if has_two_entries(entry.term):
        message = "two reactions in one cell could not be told apart: held, lest one of them be lost"
        read.problem("EV-CELL", message, "E.i", Severity.CRITICAL)
    outcome = entry.outcome.lower()
    if outcome not in OUTCOMES and not is_nothing(outcome):
        read.problem("EV-WORD", "not one of the outcomes that EudraVigilance writes", "E.i.7")
    if any(one.lower() not in CRITERIA for one in entry.criteria):
        message = "a criterion of seriousness was not understood: held, lest a serious reaction be taken for another"
        read.problem("EV-WORD", message, "E.i.3.2", Severity.CRITICAL)
    return Reaction(
        id=str(number),
        term=Term(name=entry.term),
        seriousness=Seriousness(
            **{CRITERIA[one.lower()]: True for one in entry.criteria if one.lower() in CRITERIA},
        ),
        start=read.day(entry.start, "E.i.4"),
        duration=read.duration(entry.duration, "E.i.6"),
        outcome=None if is_nothing(outcome) else OUTCOMES.get(outcome, entry.outcome),
    )


def _drug(read: _Cells, entry: MedicineEntry, role_of_column: DrugRole) -> Drug:
    """A medicine whose details were cut off has the role of its column, which counts alike."""
    read.where = "a medicine"
    if entry.is_cut:
        message = "the cell breaks off, or its last medicine has no details: what was there is not known"
        read.problem("EV-CUT", message, "G.k")
    role = ROLES.get(entry.role)
    if role is None and entry.role:
        read.problem("EV-WORD", "not one of the roles that EudraVigilance writes", "G.k.1")
    action = entry.action_taken.lower()
    if action not in ACTIONS_TAKEN and not is_nothing(action):
        read.problem("EV-WORD", "not one of the actions that EudraVigilance writes", "G.k.8")
    return Drug(
        role=role or entry.role or role_of_column,
        name=entry.name or None,
        substances=tuple(Substance(name=name) for name in entry.substances),
        doses=tuple(dose for given in entry.doses if (dose := _dose(read, given)) != Dose()),
        indications=() if is_nothing(entry.indication) else (Term(name=entry.indication),),
        action_taken=None if is_nothing(action) else ACTIONS_TAKEN.get(action, entry.action_taken),
    )


def _dose(read: _Cells, given: tuple[str, str, str]) -> Dose:
    duration, text, route = given
    return Dose(
        duration=read.duration(duration, "G.k.4.r.6"),
        text=None if is_nothing(text) else text,
        route=None if is_nothing(route) else route,
    )
