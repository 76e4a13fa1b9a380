"""Section D to F of an E2B(R3) message: the patient, the study, the reactions and the tests."""

from collections.abc import Iterable

from tests.e2b_writer.drugs import drug_history, drug_section
from tests.e2b_writer.parts import (
    NCIT,
    SEX,
    Lines,
    about,
    coded,
    country,
    flag,
    ich,
    identifier,
    interval,
    measured,
    observation,
    organizer,
    quantity,
    tag,
    term,
    text,
    timed,
)
from tvec_pv.domain.icsr import (
    Case,
    MedicalHistory,
    NullFlavor,
    Parent,
    Patient,
    Quantity,
    Reaction,
    Study,
    TestResult,
    Text,
)

CRITERIA = (
    ("death", "34"),
    ("life_threatening", "21"),
    ("hospitalisation", "33"),
    ("disability", "35"),
    ("congenital_anomaly", "12"),
    ("other_important", "26"),
)
FDA_IDS = "2.16.840.1.113883.3.989.5.1.2.2.1.2."
FDA_CRITERIA = "2.16.840.1.113883.3.989.5.1.2.2.1.3"


def primary_role(case: Case) -> Lines:
    return tag(
        "primaryRole",
        _person(case.patient),
        _study(case.study),
        *(tag("subjectOf2", node, typeCode="SBJ") for node in _about_patient(case) if node),
        classCode="INVSBJ",
    )


def _person(patient: Patient) -> Lines:
    return tag(
        "player1",
        text("name", patient.name),
        coded("administrativeGenderCode", patient.sex, SEX),
        timed("birthTime", patient.birth_date),
        timed("deceasedTime", patient.death_date),
        *(
            tag(
                "asIdentifiedEntity",
                identifier(number, str(code + 6)),
                tag("code", code=str(code), codeSystem=ich(4)),
                classCode="IDENT",
            )
            for code, number in enumerate(
                (
                    patient.gp_record_number,
                    patient.specialist_record_number,
                    patient.hospital_record_number,
                    patient.investigation_number,
                ),
                1,
            )
            if number is not None
        ),
        _parent(patient.parent) if patient.parent else [],
        classCode="PSN",
        determinerCode="INSTANCE",
    )


def _parent(parent: Parent) -> Lines:
    person = (
        text("name", parent.identification),
        coded("administrativeGenderCode", parent.sex, SEX),
        timed("birthTime", parent.birth_date),
    )
    said = [
        observation("3", quantity("value", parent.age, xsi_type="PQ")),
        observation("22", timed("value", parent.last_menstrual_period, xsi_type="TS")),
        observation("7", _size(parent.weight_kg, "kg")),
        observation("17", _size(parent.height_cm, "cm")),
        _history(parent.history, (observation("18", text("value", parent.history_text, xsi_type="ED")),)),
        drug_history(parent.past_drugs),
    ]
    return tag(
        "role",
        tag("code", code="PRN", codeSystem="2.16.840.1.113883.5.111"),
        tag("associatedPerson", *person, classCode="PSN", determinerCode="INSTANCE"),
        *(tag("subjectOf2", one, typeCode="SBJ") for one in said if one),
        classCode="PRS",
    )


def _size(value: float | None, unit: str) -> Lines:
    return quantity("value", None if value is None else Quantity(value=value, unit=unit), xsi_type="PQ")


def _study(study: Study | None) -> Lines:
    if study is None:
        return []
    registrations = (
        tag(
            "authorization",
            tag(
                "studyRegistration",
                identifier(one.number, "6"),
                _place("governingPlace", one.country),
                classCode="ACT",
                moodCode="EVN",
            ),
            typeCode="AUTH",
        )
        for one in study.registrations
    )
    fda_numbers = [("1", study.ind_number), ("2", study.pre_anda_number)]
    fda_numbers += [("3", number) for number in study.cross_reported_inds]
    known_to_fda = (
        tag(
            "authorization",
            tag("studyRegistration", identifier(number, root, FDA_IDS), classCode="ACT", moodCode="EVN"),
            typeCode="AUTH",
        )
        for root, number in fda_numbers
        if number is not None
    )
    content = (identifier(study.sponsor_number, "5"), coded("code", study.type, ich(8)), text("title", study.name))
    node = tag("researchStudy", *content, *registrations, *known_to_fda, classCode="CLNTRL", moodCode="EVN")
    return tag("subjectOf1", node, typeCode="SBJ")


def _place(name: str, code: str | NullFlavor | None) -> Lines:
    place = tag(name, country("code", code), classCode="COUNTRY", determinerCode="INSTANCE") if code else []
    authority = tag("territorialAuthority", place, classCode="TERR") if place else []
    return tag("author", authority, typeCode="AUT") if authority else []


def _about_patient(case: Case) -> Iterable[Lines]:
    patient = case.patient
    autopsy_causes = [about("8", term("value", cause), type_code="DRIV") for cause in patient.autopsy_causes]
    yield observation("3", measured("value", patient.age, xsi_type="PQ"))
    yield observation("16", quantity("value", patient.gestation, xsi_type="PQ"))
    yield observation("4", coded("value", patient.age_group, ich(9), xsi_type="CE"))
    yield observation("7", _size(patient.weight_kg, "kg"))
    yield observation("17", _size(patient.height_cm, "cm"))
    yield observation("22", timed("value", patient.last_menstrual_period, xsi_type="TS"))
    for race in patient.races:
        yield _fda_observation("C17049", race)
    if patient.ethnicity is not None:
        yield _fda_observation("C16564", patient.ethnicity)
    yield _history(
        patient.history,
        (
            observation("18", text("value", patient.history_text, xsi_type="ED")),
            observation("11", flag(patient.has_concomitant_therapies)),
        ),
    )
    yield drug_history(patient.past_drugs)
    for cause in patient.causes_of_death:
        yield observation("32", term("value", cause))
    yield observation("5", flag(patient.autopsy), *autopsy_causes)
    for reaction in case.reactions:
        yield _reaction(reaction)
    yield organizer("3", map(_test, case.tests))
    yield drug_section(case.drugs)


def _fda_observation(code: str, value: Text) -> Lines:
    content = (tag("code", code=code, codeSystem=NCIT), _concept(value))
    return tag("observation", *content, classCode="OBS", moodCode="EVN")


def _concept(value: Text) -> Lines:
    if isinstance(value, NullFlavor):
        return tag("value", xsi_type="CE", nullFlavor=value.name)
    return tag("value", xsi_type="CE", code=value, codeSystem=NCIT)


def _history(history: Iterable[MedicalHistory], remarks: Iterable[Lines]) -> Lines:
    conditions = [
        tag(
            "observation",
            term("code", one.term, xsi_type=None),
            interval(one.start, one.end),
            about("10", text("value", one.comment, xsi_type="ED")),
            about("38", flag(one.is_family_history), type_code="EXPL"),
            about("13", flag(one.continuing), type_code="REFR", name="inboundRelationship"),
            classCode="OBS",
            moodCode="EVN",
        )
        for one in history
    ]
    return organizer("1", [*conditions, *remarks])


def _reaction(reaction: Reaction) -> Lines:
    """The reaction's words stand beside a MedDRA code that the samples leave out: the codes are licensed."""
    criteria = (about(code, flag(getattr(reaction.seriousness, name))) for name, code in CRITERIA)
    required = flag(reaction.seriousness.required_intervention)
    place = country("code", reaction.country)
    located = tag("locatedPlace", place, classCode="COUNTRY", determinerCode="INSTANCE") if place else []
    return tag(
        "observation",
        tag("id", root=reaction.id) if reaction.id else [],
        tag("code", code="29", codeSystem=ich(19)),
        interval(reaction.start, reaction.end, reaction.duration),
        term("value", reaction.term, original=text("originalText", reaction.reported, language=reaction.language)),
        tag("location", tag("locatedEntity", located, classCode="LOCE"), typeCode="LOC") if located else [],
        about("30", text("value", reaction.translation, xsi_type="ED")),
        about("37", coded("value", reaction.highlighted, ich(10), xsi_type="CE")),
        *criteria,
        about("7", required, system=FDA_CRITERIA),
        about("27", coded("value", reaction.outcome, ich(11), xsi_type="CE")),
        about("24", flag(reaction.medically_confirmed)),
        classCode="OBS",
        moodCode="EVN",
    )


def _test(test: TestResult) -> Lines:
    center = measured("center", test.value)
    low = measured("low", test.low, inclusive=_inclusive(test.low_inclusive))
    high = measured("high", test.high, inclusive=_inclusive(test.high_inclusive))
    ranges = (("L", test.normal_low), ("H", test.normal_high))
    return tag(
        "observation",
        term("code", test.name, xsi_type=None),
        timed("effectiveTime", test.date),
        tag("value", center, low, high, xsi_type="IVL_PQ") if center or low or high else [],
        text("value", test.text, xsi_type="ED"),
        coded("interpretationCode", test.result_code, ich(12)),
        *(_normal(code, value) for code, value in ranges if value is not None),
        about("10", text("value", test.comments, xsi_type="ED")),
        about("25", flag(test.more_available), type_code="REFR"),
        classCode="OBS",
        moodCode="EVN",
    )


def _inclusive(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _normal(code: str, value: Quantity) -> Lines:
    content = (
        quantity("value", value, xsi_type="PQ"),
        tag("interpretationCode", code=code, codeSystem="2.16.840.1.113883.5.83"),
    )
    return tag(
        "referenceRange", tag("observationRange", *content, classCode="OBS", moodCode="EVN.CRT"), typeCode="REFV"
    )
