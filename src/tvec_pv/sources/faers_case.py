"""One FAERS report as a case: FDA's columns and codes in the words of E2B(R3)."""

from collections.abc import Iterable

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import (
    PUBLIC_NUMBER,
    Case,
    Dose,
    Drug,
    DrugRole,
    Identifier,
    NullFlavor,
    Patient,
    Qualification,
    Quantity,
    Reaction,
    Reporter,
    ReportType,
    Sender,
    Seriousness,
    Sex,
    Substance,
    Term,
)
from tvec_pv.sources.joined_tables import Row, Rows
from tvec_pv.sources.reading import Reading

AGE_UNITS = {"DEC": "10.a", "YR": "a", "MON": "mo", "WK": "wk", "DY": "d", "HR": "h"}
AGE_GROUPS = {"N": "1", "I": "2", "C": "3", "T": "4", "A": "5", "E": "6"}
SEXES: dict[str, str | NullFlavor] = {"M": Sex.MALE, "F": Sex.FEMALE, "UNK": NullFlavor.UNK, "NS": NullFlavor.NI}
ROLES = {
    "PS": DrugRole.SUSPECT,
    "SS": DrugRole.SUSPECT,
    "C": DrugRole.CONCOMITANT,
    "I": DrugRole.INTERACTING,
    "DN": DrugRole.NOT_ADMINISTERED,
}
OCCUPATIONS = {
    "MD": Qualification.PHYSICIAN,
    "PH": Qualification.PHARMACIST,
    "OT": Qualification.OTHER_HEALTH_PROFESSIONAL,
    "HP": Qualification.OTHER_HEALTH_PROFESSIONAL,
    "RN": Qualification.OTHER_HEALTH_PROFESSIONAL,
    "LW": Qualification.LAWYER,
    "CN": Qualification.CONSUMER,
}
CRITERIA = {
    "DE": "death",
    "LT": "life_threatening",
    "HO": "hospitalisation",
    "DS": "disability",
    "CA": "congenital_anomaly",
    "OT": "other_important",
    "RI": "required_intervention",
}
KILOGRAMS = {"KG": 1.0, "LBS": 0.45359237, "GMS": 0.001}
EXPEDITED = {"EXP": True, "5DAY": True, "30DAY": True, "PER": False, "DIR": None}
DURATION_UNITS = AGE_UNITS | {"DAY": "d", "MIN": "min", "SEC": "s"}


def case_number(caseid: str) -> str:
    return f"{PUBLIC_NUMBER}{caseid}"


def read_case(demo: Row, rows: Rows) -> tuple[Case, tuple[Finding, ...]]:
    """The case of one report, given its row of DEMO and its rows of the other tables."""
    read = Reading()
    caseid = demo.get("caseid")
    sender = demo.get("mfr_sndr")
    is_study = any(row.get("rpsr_cod") == "SDY" for row in rows.get("RPSR", ()))
    literature = demo.get("lit_ref")
    case = Case(
        sender_case_id=case_number(caseid) if caseid else None,
        version=read.whole(demo.get("caseversion"), "version"),
        report_type=ReportType.STUDY if is_study else None,
        first_received=read.date(demo.get("init_fda_dt"), "C.1.4"),
        latest_received=read.date(demo.get("fda_dt"), "C.1.5"),
        expedited=read.meaning(demo.get("rept_cod"), EXPEDITED, "C.1.7"),
        other_ids=_other_ids(demo),
        reporters=_reporters(read, demo),
        sender=Sender(organisation=sender) if sender else None,
        literature=(literature,) if literature else (),
        patient=_patient(read, demo),
        reactions=_reactions(read, demo, rows),
        drugs=_drugs(read, rows),
    )
    return case, tuple(read.findings)


def _other_ids(demo: Row) -> tuple[Identifier, ...]:
    """The manufacturer's and another authority's number: by them the same case is found elsewhere.

    Before 2012Q4 a report had a number of its own (ISR); now it is the case number and the version.
    """
    given = (
        (demo.get("mfr_sndr"), demo.get("mfr_num")),
        ("authority", demo.get("auth_num")),
        ("FDA ISR", demo.get("isr")),
    )
    return tuple(Identifier(source=source, number=number) for source, number in given if number)


def _reporters(read: Reading, demo: Row) -> tuple[Reporter, ...]:
    qualification = read.meaning(demo.get("occp_cod"), OCCUPATIONS, "C.2.r.4")
    country = _country(demo.get("reporter_country"))
    if not qualification and not country:
        return ()
    return (Reporter(qualification=qualification, country=country, is_primary=True),)


def _patient(read: Reading, demo: Row) -> Patient:
    age, weight = read.decimal(demo.get("age"), "D.2.2"), read.decimal(demo.get("wt"), "D.3")
    kilograms = read.meaning(demo.get("wt_cod"), KILOGRAMS, "D.3")
    if weight is not None and demo.get("wt_cod") is None:
        read.problem("READ-UNIT", "the weight has no unit; it was not read", "D.3")
    return Patient(
        age=None if age is None else Quantity(value=age, unit=read.meaning(demo.get("age_cod"), AGE_UNITS, "D.2.2")),
        age_group=read.meaning(demo.get("age_grp"), AGE_GROUPS, "D.2.3"),
        sex=read.meaning(demo.get("sex"), SEXES, "D.5"),
        weight_kg=None if weight is None or kilograms is None else weight * kilograms,
        death_date=read.date(demo.get("death_dt"), "D.9.1"),
    )


def _country(name: str | None) -> str | None:
    return None if name == "COUNTRY NOT SPECIFIED" else name


def _reactions(read: Reading, demo: Row, rows: Rows) -> tuple[Reaction, ...]:
    """FAERS gives one event date and one set of outcomes per case; each reaction carries them."""
    start = read.date(demo.get("event_dt"), "E.i.4")
    seriousness = _seriousness(read, rows.get("OUTC", ()))
    return tuple(
        Reaction(
            id=str(number),
            term=Term(name=row.get("pt")),
            seriousness=seriousness,
            start=start,
            country=_country(demo.get("occr_country")),
        )
        for number, row in enumerate(rows.get("REAC", ()), 1)
    )


def _seriousness(read: Reading, outcomes: Iterable[Row]) -> Seriousness:
    codes = {code.upper() for row in outcomes if (code := row.get("outc_cod"))}
    if codes - CRITERIA.keys():
        read.problem(
            "READ-CODE",
            "an outcome code was not understood: held, lest a serious reaction be taken for another",
            "E.i.3.2",
            Severity.CRITICAL,
        )
    return Seriousness(is_case_level=True, **{CRITERIA[code]: True for code in codes & CRITERIA.keys()})


def _drugs(read: Reading, rows: Rows) -> tuple[Drug, ...]:
    therapies = _by_sequence(rows.get("THER", ()), "dsg_drug_seq")
    indications = _by_sequence(rows.get("INDI", ()), "indi_drug_seq")
    in_order = sorted(rows.get("DRUG", ()), key=lambda row: _sequence(row.get("drug_seq")))
    return tuple(
        _drug(
            read,
            row,
            therapies.get(row.get("drug_seq"), []),
            tuple(Term(name=one.get("indi_pt")) for one in indications.get(row.get("drug_seq"), [])),
        )
        for row in in_order
    )


def _drug(read: Reading, row: Row, therapies: list[Row], indications: tuple[Term, ...]) -> Drug:
    read.where = f"drug {row.get('drug_seq')}"
    return Drug(
        id=row.get("drug_seq"),
        role=ROLES.get(row.get("role_cod") or "", row.get("role_cod")),
        name=row.get("drugname"),
        substances=tuple(Substance(name=one) for one in (row.get("prod_ai") or "").split("\\") if one),
        authorisation_number=row.get("nda_num"),
        doses=_doses(read, row, therapies),
        indications=indications,
    )


def _doses(read: Reading, row: Row, therapies: list[Row]) -> tuple[Dose, ...]:
    """FAERS gives one dosage per drug row and any number of therapy dates; each date range is a dose."""
    amount = read.decimal(row.get("dose_amt"), "G.k.4.r.1")
    given = any(row.get(name) for name in ("route", "dose_vbm", "dose_amt", "lot_num", "dose_form"))
    if not given and not therapies:
        return ()
    return tuple(
        Dose(
            dose=None if amount is None else Quantity(value=amount, unit=row.get("dose_unit")),
            start=read.date(therapy.get("start_dt"), "G.k.4.r.4"),
            end=read.date(therapy.get("end_dt"), "G.k.4.r.5"),
            duration=_duration(read, therapy),
            lot=row.get("lot_num"),
            text=row.get("dose_vbm"),
            form=row.get("dose_form"),
            route=row.get("route"),
        )
        for therapy in therapies or [{}]
    )


def _duration(read: Reading, therapy: Row) -> Quantity | None:
    duration = read.decimal(therapy.get("dur"), "G.k.4.r.6")
    unit = read.meaning(therapy.get("dur_cod"), DURATION_UNITS, "G.k.4.r.6")
    return None if duration is None else Quantity(value=duration, unit=unit)


def _by_sequence(rows: Iterable[Row], column: str) -> dict[str | None, list[Row]]:
    found: dict[str | None, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get(column), []).append(row)
    return found


def _sequence(number: str | None) -> int:
    return int(number) if number and number.isascii() and number.isdigit() else 0
