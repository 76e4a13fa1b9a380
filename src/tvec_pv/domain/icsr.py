"""One individual case safety report (ICSR), in the words and numbering of ICH E2B(R3).

Every reader yields the same `Case`, whatever the format was. A field is in one of three states:

* a value,
* a `NullFlavor`: the sender said why there is no value (masked, asked but unknown, ...),
* `None`: the report does not mention it.

Codes stay the strings they were sent as; the enumerations name those that ICH allows, and the expectation
suites, not the type, say when another one was sent. Each field's E2B number stands in its metadata and is
the key under which it is stored and printed (`case_json`).
"""

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, TypeAlias, TypeVar

from tvec_pv.domain.dates import PartialDate


class NullFlavor(Enum):
    """Why a value is missing (HL7 null flavors, E2B(R3) implementation guide 3.3.6)."""

    NI = "no information"
    MSK = "masked for privacy"
    UNK = "unknown"
    ASKU = "asked but unknown"
    NASK = "not asked"
    NA = "not applicable"
    OTH = "other"
    NINF = "no lower limit"
    PINF = "no upper limit"


Text: TypeAlias = str | NullFlavor | None
Flag: TypeAlias = bool | NullFlavor | None
Day: TypeAlias = PartialDate | NullFlavor | None
Value = TypeVar("Value")


class ReportType(StrEnum):
    SPONTANEOUS = "1"
    STUDY = "2"
    OTHER = "3"
    NOT_AVAILABLE = "4"


class NullificationAmendment(StrEnum):
    NULLIFICATION = "1"
    AMENDMENT = "2"


class Qualification(StrEnum):
    PHYSICIAN = "1"
    PHARMACIST = "2"
    OTHER_HEALTH_PROFESSIONAL = "3"
    LAWYER = "4"
    CONSUMER = "5"


class Sex(StrEnum):
    MALE = "1"
    FEMALE = "2"


class Outcome(StrEnum):
    UNKNOWN = "0"
    RECOVERED = "1"
    RECOVERING = "2"
    NOT_RECOVERED = "3"
    RECOVERED_WITH_SEQUELAE = "4"
    FATAL = "5"


class DrugRole(StrEnum):
    SUSPECT = "1"
    CONCOMITANT = "2"
    INTERACTING = "3"
    NOT_ADMINISTERED = "4"


class ActionTaken(StrEnum):
    UNKNOWN = "0"
    WITHDRAWN = "1"
    REDUCED = "2"
    INCREASED = "3"
    UNCHANGED = "4"
    NOT_APPLICABLE = "9"


def element(number: str, default: Any = None) -> Any:
    """A field with its E2B(R3) element number."""
    return field(default=default, metadata={"e2b": number})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit as sent: UCUM in E2B(R3)."""

    value: float = element("value", 0.0)
    unit: str | None = element("unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A medical term: by MedDRA code (E2B), by name (FAERS, listings), or in words only."""

    name: str | None = element("name")
    code: str | None = element("code")
    version: str | None = element("version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """C.1.9.1.r: another number of the same case."""

    source: str | None = element("C.1.9.1.r.1")
    number: str | None = element("C.1.9.1.r.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """C.1.6.1.r, C.4.r.2: a document that the sender holds or has included; an included one is kept under its hash.

    `size` is in bytes. An included document without a hash could not be decoded.
    """

    title: str | None = element("C.1.6.1.r.1")
    media_type: str | None = element("media_type")
    included: bool = element("included", False)
    sha256: str | None = element("sha256")
    size: int | None = element("size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """C.2.r: a primary source of the information."""

    title: Text = element("C.2.r.1.1")
    given_name: Text = element("C.2.r.1.2")
    middle_name: Text = element("C.2.r.1.3")
    family_name: Text = element("C.2.r.1.4")
    organisation: Text = element("C.2.r.2.1")
    department: Text = element("C.2.r.2.2")
    street: Text = element("C.2.r.2.3")
    city: Text = element("C.2.r.2.4")
    state: Text = element("C.2.r.2.5")
    postcode: Text = element("C.2.r.2.6")
    telephone: Text = element("C.2.r.2.7")
    email: Text = element("FDA.C.2.r.2.8")
    country: Text = element("C.2.r.3")
    qualification: Text = element("C.2.r.4")
    is_primary: bool = element("C.2.r.5", False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """C.3: who sent the report."""

    type: Text = element("C.3.1")
    organisation: Text = element("C.3.2")
    department: Text = element("C.3.3.1")
    title: Text = element("C.3.3.2")
    given_name: Text = element("C.3.3.3")
    middle_name: Text = element("C.3.3.4")
    family_name: Text = element("C.3.3.5")
    street: Text = element("C.3.4.1")
    city: Text = element("C.3.4.2")
    state: Text = element("C.3.4.3")
    postcode: Text = element("C.3.4.4")
    country: Text = element("C.3.4.5")
    telephone: Text = element("C.3.4.6")
    fax: Text = element("C.3.4.7")
    email: Text = element("C.3.4.8")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRegistration:
    """C.5.1.r"""

    number: Text = element("C.5.1.r.1")
    country: Text = element("C.5.1.r.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """C.5: the study in which the reaction was observed."""

    registrations: tuple[StudyRegistration, ...] = element("C.5.1.r", ())
    name: Text = element("C.5.2")
    sponsor_number: Text = element("C.5.3")
    type: Text = element("C.5.4")
    ind_number: Text = element("FDA.C.5.5a")
    pre_anda_number: Text = element("FDA.C.5.5b")
    cross_reported_inds: tuple[Text, ...] = element("FDA.C.5.6.r", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicalHistory:
    """D.7.1.r: an earlier or concurrent condition."""

    term: Term = element("D.7.1.r.1", Term())
    start: Day = element("D.7.1.r.2")
    continuing: Flag = element("D.7.1.r.3")
    end: Day = element("D.7.1.r.4")
    comment: str | None = element("D.7.1.r.5")
    is_family_history: Flag = element("D.7.1.r.6")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDrug:
    """D.8.r: a medicine of the past that is not suspected. `code_system` tells an MPID, a PhPID and others apart."""

    name: Text = element("D.8.r.1")
    code: str | None = element("D.8.r.2-3")
    code_version: str | None = element("D.8.r.2-3 version")
    code_system: str | None = element("D.8.r.2-3 system")
    start: Day = element("D.8.r.4")
    end: Day = element("D.8.r.5")
    indication: Term | None = element("D.8.r.6")
    reaction: Term | None = element("D.8.r.7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """D.10: the parent, in a parent-child report."""

    identification: Text = element("D.10.1")
    birth_date: Day = element("D.10.2.1")
    age: Quantity | None = element("D.10.2.2")
    last_menstrual_period: Day = element("D.10.3")
    weight_kg: float | None = element("D.10.4")
    height_cm: float | None = element("D.10.5")
    sex: Text = element("D.10.6")
    history: tuple[MedicalHistory, ...] = element("D.10.7.1.r", ())
    history_text: Text = element("D.10.7.2")
    past_drugs: tuple[PastDrug, ...] = element("D.10.8.r", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """D: the person to whom it happened."""

    name: Text = element("D.1")
    record_numbers: tuple[str, ...] = element("D.1.1", ())  # of a source that the report does not say
    gp_record_number: Text = element("D.1.1.1")
    specialist_record_number: Text = element("D.1.1.2")
    hospital_record_number: Text = element("D.1.1.3")
    investigation_number: Text = element("D.1.1.4")
    birth_date: Day = element("D.2.1")
    age: Quantity | NullFlavor | None = element("D.2.2")
    gestation: Quantity | None = element("D.2.2.1")
    age_group: Text = element("D.2.3")
    weight_kg: float | None = element("D.3")
    height_cm: float | None = element("D.4")
    sex: Text = element("D.5")
    last_menstrual_period: Day = element("D.6")
    history: tuple[MedicalHistory, ...] = element("D.7.1.r", ())
    history_text: Text = element("D.7.2")
    has_concomitant_therapies: Flag = element("D.7.3")
    past_drugs: tuple[PastDrug, ...] = element("D.8.r", ())
    death_date: Day = element("D.9.1")
    causes_of_death: tuple[Term, ...] = element("D.9.2.r", ())
    autopsy: Flag = element("D.9.3")
    autopsy_causes: tuple[Term, ...] = element("D.9.4.r", ())
    parent: Parent | None = element("D.10")
    races: tuple[Text, ...] = element("FDA.D.11.r", ())
    ethnicity: Text = element("FDA.D.12")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seriousness:
    """E.i.3.2: the criteria of seriousness, each as reported.

    E2B(R3) gives them per reaction, FAERS and E2B(R2) per case: `is_case_level` says that they were spread
    from the case to each of its reactions, so that "serious" is surer of the case than of this reaction.
    """

    death: Flag = element("E.i.3.2a")
    life_threatening: Flag = element("E.i.3.2b")
    hospitalisation: Flag = element("E.i.3.2c")
    disability: Flag = element("E.i.3.2d")
    congenital_anomaly: Flag = element("E.i.3.2e")
    other_important: Flag = element("E.i.3.2f")
    required_intervention: Flag = element("FDA.E.i.3.2h")
    is_case_level: bool = element("is_case_level", False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """E.i: one reaction or event."""

    id: str | None = element("E.i.0")
    reported: Text = element("E.i.1.1a")
    language: str | None = element("E.i.1.1b")
    translation: Text = element("E.i.1.2")
    term: Term = element("E.i.2.1", Term())
    highlighted: Text = element("E.i.3.1")
    seriousness: Seriousness = element("E.i.3.2", Seriousness())
    start: Day = element("E.i.4")
    end: Day = element("E.i.5")
    duration: Quantity | None = element("E.i.6")
    outcome: Text = element("E.i.7")
    medically_confirmed: Flag = element("E.i.8")
    country: Text = element("E.i.9")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """F.r: a test or procedure and its result."""

    __test__ = False  # the name of the field, not a test of this project

    date: Day = element("F.r.1")
    name: Term = element("F.r.2", Term())
    result_code: Text = element("F.r.3.1")
    low: Quantity | NullFlavor | None = element("F.r.3.2 low")
    high: Quantity | NullFlavor | None = element("F.r.3.2 high")
    value: Quantity | NullFlavor | None = element("F.r.3.2")
    low_inclusive: bool | None = element("F.r.3.2 low inclusive")
    high_inclusive: bool | None = element("F.r.3.2 high inclusive")
    text: Text = element("F.r.3.4")
    normal_low: Quantity | None = element("F.r.4")
    normal_high: Quantity | None = element("F.r.5")
    comments: str | None = element("F.r.6")
    more_available: Flag = element("F.r.7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """G.k.2.3.r: an active substance and its strength."""

    name: Text = element("G.k.2.3.r.1")
    term_version: str | None = element("G.k.2.3.r.2a")
    term_id: str | None = element("G.k.2.3.r.2b")
    term_system: str | None = element("G.k.2.3.r.2 system")
    strength: Quantity | None = element("G.k.2.3.r.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """G.k.4.r: one dosage. `dose` is an amount, `interval` the time between two administrations."""

    dose: Quantity | NullFlavor | None = element("G.k.4.r.1")
    interval: Quantity | None = element("G.k.4.r.2-3")
    start: Day = element("G.k.4.r.4")
    end: Day = element("G.k.4.r.5")
    duration: Quantity | None = element("G.k.4.r.6")
    lot: Text = element("G.k.4.r.7")
    text: Text = element("G.k.4.r.8")
    form: Text = element("G.k.4.r.9.1")
    form_version: str | None = element("G.k.4.r.9.2a")
    form_code: str | None = element("G.k.4.r.9.2b")
    route: Text = element("G.k.4.r.10.1")
    route_version: str | None = element("G.k.4.r.10.2a")
    route_code: str | None = element("G.k.4.r.10.2b")
    parent_route: Text = element("G.k.4.r.11.1")
    parent_route_version: str | None = element("G.k.4.r.11.2a")
    parent_route_code: str | None = element("G.k.4.r.11.2b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalityOpinion:
    """G.k.9.i.2.r: what somebody thought of this drug and this reaction."""

    source: Text = element("G.k.9.i.2.r.1")
    method: Text = element("G.k.9.i.2.r.2")
    result: Text = element("G.k.9.i.2.r.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugReaction:
    """G.k.9.i: one drug against one reaction; `reaction_id` is E.i.0, which may name no reaction of the case."""

    reaction_id: str | None = element("G.k.9.i.1")
    opinions: tuple[CausalityOpinion, ...] = element("G.k.9.i.2.r", ())
    from_first_dose: Quantity | None = element("G.k.9.i.3.1")
    from_last_dose: Quantity | None = element("G.k.9.i.3.2")
    rechallenge: Text = element("G.k.9.i.4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """FDA.G.k.12.r: a device that is part of the medicine, in a report on a combination product."""

    malfunction: Flag = element("FDA.G.k.12.r.1")
    follow_up_types: tuple[Text, ...] = element("FDA.G.k.12.r.2.r", ())
    problems: tuple[Text, ...] = element("FDA.G.k.12.r.3.r", ())
    brand_name: Text = element("FDA.G.k.12.r.4")
    common_name: Text = element("FDA.G.k.12.r.5")
    product_code: str | None = element("FDA.G.k.12.r.6")
    manufacturer: Text = element("FDA.G.k.12.r.7.1a")
    manufacturer_street: Text = element("FDA.G.k.12.r.7.1b")
    manufacturer_city: Text = element("FDA.G.k.12.r.7.1c")
    manufacturer_state: Text = element("FDA.G.k.12.r.7.1d")
    manufacturer_country: Text = element("FDA.G.k.12.r.7.1e")
    usage: Text = element("FDA.G.k.12.r.8")
    lot: Text = element("FDA.G.k.12.r.9")
    operator: str | None = element("FDA.G.k.12.r.10")
    remedial_actions: tuple[Text, ...] = element("FDA.G.k.12.r.11.r", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """G.k: one medicine of the case, with its role. `product_system` tells an MPID, a PhPID and others apart."""

    id: str | None = element("G.k.0")
    role: Text = element("G.k.1")
    fda_other_role: str | None = element("FDA.G.k.1.a")
    product_code: str | None = element("G.k.2.1")
    product_version: str | None = element("G.k.2.1 version")
    product_system: str | None = element("G.k.2.1 system")
    name: Text = element("G.k.2.2")
    substances: tuple[Substance, ...] = element("G.k.2.3.r", ())
    country_obtained: Text = element("G.k.2.4")
    is_blinded: Flag = element("G.k.2.5")
    authorisation_number: Text = element("G.k.3.1")
    authorisation_country: Text = element("G.k.3.2")
    holder: Text = element("G.k.3.3")
    doses: tuple[Dose, ...] = element("G.k.4.r", ())
    cumulative_dose: Quantity | None = element("G.k.5")
    gestation_at_exposure: Quantity | None = element("G.k.6")
    indications: tuple[Term, ...] = element("G.k.7.r", ())
    action_taken: Text = element("G.k.8")
    reactions: tuple[DrugReaction, ...] = element("G.k.9.i", ())
    additional_codes: tuple[str, ...] = element("G.k.10.r", ())
    fda_additional_codes: tuple[Text, ...] = element("FDA.G.k.10a", ())
    product_category: Text = element("FDA.G.k.10.1")
    additional_text: str | None = element("G.k.11")
    devices: tuple[Device, ...] = element("FDA.G.k.12.r", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """H.5.r: the case in another language."""

    text: str | None = element("H.5.r.1a")
    language: str | None = element("H.5.r.1b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One version of one ICSR."""

    sender_case_id: str | None = element("C.1.1")
    version: int | None = element("version")
    created: Day = element("C.1.2")
    report_type: Text = element("C.1.3")
    first_received: Day = element("C.1.4")
    latest_received: Day = element("C.1.5")
    has_more_documents: Flag = element("C.1.6.1")
    documents: tuple[Document, ...] = element("C.1.6.1.r", ())
    expedited: Flag = element("C.1.7")
    local_report_type: Text = element("FDA.C.1.7.1")
    worldwide_id: str | None = element("C.1.8.1")
    first_sender: Text = element("C.1.8.2")
    has_other_ids: Flag = element("C.1.9.1")
    other_ids: tuple[Identifier, ...] = element("C.1.9.1.r", ())
    linked_reports: tuple[str, ...] = element("C.1.10.r", ())
    nullification_amendment: str | None = element("C.1.11.1")
    nullification_amendment_reason: Text = element("C.1.11.2")
    combination_product: Flag = element("FDA.C.1.12")
    reporters: tuple[Reporter, ...] = element("C.2.r", ())
    sender: Sender | None = element("C.3")
    literature: tuple[Text, ...] = element("C.4.r", ())
    literature_documents: tuple[Document, ...] = element("C.4.r.2", ())
    study: Study | None = element("C.5")
    patient: Patient = element("D", Patient())
    reactions: tuple[Reaction, ...] = element("E.i", ())
    tests: tuple[TestResult, ...] = element("F.r", ())
    drugs: tuple[Drug, ...] = element("G.k", ())
    narrative: Text = element("H.1")
    narrative_language: str | None = element("H.1 language")
    reporter_comments: str | None = element("H.2")
    reporter_comments_language: str | None = element("H.2 language")
    sender_diagnoses: tuple[Term, ...] = element("H.3.r", ())
    sender_comments: str | None = element("H.4")
    sender_comments_language: str | None = element("H.4 language")
    summaries: tuple[Summary, ...] = element("H.5.r", ())


def known(value: Value | NullFlavor | None) -> Value | None:
    """The value, or None where there is none, for whatever reason."""
    return None if isinstance(value, NullFlavor) else value


def case_key(case: Case) -> str | None:
    """What makes two reports the same case: the worldwide unique number (C.1.8.1), else the sender's (C.1.1)."""
    for number in (case.worldwide_id, case.sender_case_id):
        if number and number.strip():
            return number.strip().upper()
    return None


PUBLIC_NUMBER = "FAERS-"  # before the number that a regulator gives the cases it publishes (FAERS)


def is_public_copy(case: Case) -> bool:
    """Whether a regulator published the case: stripped of the reporter, and in several forms that differ."""
    return case.worldwide_id is None and (case.sender_case_id or "").startswith(PUBLIC_NUMBER)


def is_suspect(drug: Drug) -> bool:
    """Suspect or interacting: the roles that count in every 2x2 table and listing."""
    return drug.role in (DrugRole.SUSPECT, DrugRole.INTERACTING)
