"""One case written as E2B(R2) and as E2B(R3) reads to the same case, but for what one of them cannot say.

`CANNOT_SAY` and `R3_CANNOT_SAY` are all of that: a sentence each, and what becomes of the case by it. The documentation
lists the sentences.
"""

from dataclasses import fields, is_dataclass, replace
from functools import reduce
from pathlib import Path

import pytest

from tests.e2b_writer.r2 import ROUTES, r2_file, r2_report
from tests.factories import (
    a_case,
    a_dose,
    a_drug,
    a_patient,
    a_reaction,
    a_reporter,
    another_drug,
    day,
    e2b_batch,
    e2b_message,
    judged,
    serious,
)
from tests.samples import files
from tvec_pv.domain.dates import PartialDate, read_date
from tvec_pv.domain.icsr import (
    CausalityOpinion,
    Document,
    DrugReaction,
    DrugRole,
    Identifier,
    MedicalHistory,
    NullFlavor,
    Parent,
    PastDrug,
    Quantity,
    Reporter,
    Sender,
    Seriousness,
    Sex,
    Study,
    StudyRegistration,
    Summary,
    Term,
    TestResult,
)
from tvec_pv.domain.records import Record
from tvec_pv.sources import e2b_r2, e2b_r3

FORMATS_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "formats.md"
CRITERIA = ("death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "other_important")
PEOPLE = {
    *("title", "given_name", "middle_name", "family_name", "organisation", "department", "city", "name"),
    *("gp_record_number", "specialist_record_number", "hospital_record_number", "investigation_number"),
}


def a_quantity(value, unit):
    return Quantity(value=value, unit=unit)


RICH = a_case(
    "FR-EXAMPLEBIO-2026000901",
    created=day("20261102050000+0000"),
    report_type="2",
    first_received=day("2026-10-05"),
    latest_received=day("2026-10-26"),
    has_more_documents=True,
    documents=(Document(title="Discharge letter"), Document(title="Histology")),
    expedited=True,
    first_sender="1",
    has_other_ids=True,
    other_ids=(
        Identifier(source="EXAMPLEPARTNER", number="FR-EXAMPLEPARTNER-7"),
        Identifier(source="EXAMPLEHOSPITAL", number="H-8"),
    ),
    linked_reports=("FR-EXAMPLEBIO-2026000900", "FR-EXAMPLEBIO-2026000899"),
    nullification_amendment="1",
    nullification_amendment_reason="Sent in error",
    reporters=(
        Reporter(family_name=NullFlavor.MSK, given_name=NullFlavor.UNK, city="Lyon", country="FR", qualification="2"),
        a_reporter(title="Dr", organisation="Example Hospital", department="Oncology", country="FR"),
    ),
    sender=Sender(
        type="1",
        organisation="Example Biologics",
        department="Safety",
        title="Dr",
        given_name="Anna",
        family_name="Example",
        street="1 Example Street",
        city="Lyon",
        state="Rhône",
        postcode="69000",
        country="FR",
        email="safety@example.org",
    ),
    literature=("Made-Up A. A made-up journal. 2026;1:1", "Made-Up B. A made-up journal. 2026;1:2"),
    study=Study(
        name="A made-up study",
        sponsor_number="EX-1",
        type="1",
        registrations=(StudyRegistration(number="2026-000000-00", country="EU"),),
    ),
    patient=a_patient(
        name=NullFlavor.MSK,
        gp_record_number=NullFlavor.MSK,
        hospital_record_number="H-123",
        investigation_number="007",
        birth_date=day("1959-04-10"),
        age=a_quantity(6.0, "10.a"),
        age_group="5",
        weight_kg=71.5,
        height_cm=168.0,
        sex=NullFlavor.UNK,
        last_menstrual_period=day("2009-05"),
        history=(
            MedicalHistory(
                term=Term(code="00000001", version="29.0"),
                start=day("2015"),
                continuing=True,
                comment="stable",
                is_family_history=True,
            ),
            MedicalHistory(term=Term(name="Kidney transplant"), end=day("2019-02"), continuing=NullFlavor.UNK),
        ),
        history_text="No allergies.",
        has_concomitant_therapies=True,
        past_drugs=(
            PastDrug(
                name="Interferon alfa",
                start=day("2018"),
                end=day("2019-03-01"),
                indication=Term(name="Melanoma"),
                reaction=Term(code="00000002", version="29.0"),
            ),
        ),
        death_date=day("2026-10-20"),
        causes_of_death=(Term(name="Sepsis"), Term(code="00000003", version="29.0")),
        autopsy=True,
        autopsy_causes=(Term(name="Sepsis"),),
        races=("C41261",),
    ),
    reactions=(
        a_reaction(
            "Septicémie",
            language="fra",
            translation="Sepsis",
            term=Term(code="00000004", version="29.0"),
            highlighted="3",
            seriousness=serious("death"),
            start=day("202610011530"),
            end=day("2026-10-20"),
            duration=a_quantity(19.0, "d"),
            outcome="5",
            medically_confirmed=True,
            country="FR",
        ),
        a_reaction("Cold sore", seriousness=serious("hospitalisation"), outcome="0", start=day("2026"), country="BE"),
        a_reaction("Chills", start=NullFlavor.ASKU, outcome="4", country="FR"),
    ),
    tests=(
        TestResult(date=day("2026-10-02"), name=Term(name="CRP"), value=a_quantity(120.0, "mg/L")),
        TestResult(
            date=day("202610"),
            name=Term(code="00000005"),
            low=NullFlavor.NINF,
            high=a_quantity(0.5, "ug/L"),
            high_inclusive=False,
            normal_low=a_quantity(0.1, "ug/L"),
            normal_high=a_quantity(0.4, "ug/L"),
            more_available=True,
        ),
        TestResult(
            name=Term(name="Ferritin"), low=a_quantity(2000.0, "ug/L"), high=NullFlavor.PINF, low_inclusive=True
        ),
        TestResult(name=Term(name="Blood culture"), result_code="1"),
        TestResult(name=Term(name="Lip swab"), text="HSV-1, wild type"),
        TestResult(comments="All tests were done at the hospital."),
    ),
    drugs=(
        a_drug(
            doses=(
                a_dose("2026-08-03", interval=a_quantity(3.0, "wk"), duration=a_quantity(1.0, "d")),
                a_dose("2026-08-24", form="Solution for injection", form_code="0000", parent_route="Transplacental"),
            ),
            country_obtained="FR",
            authorisation_number="EX/1/15/1064/001",
            authorisation_country="EU",
            holder="Example Biologics",
            cumulative_dose=a_quantity(4.0, "mL"),
            gestation_at_exposure=a_quantity(2.0, "{trimester}"),
            indications=(Term(name="Melanoma"), Term(name="Skin metastasis")),
            action_taken="0",
            additional_codes=("3",),
            additional_text="Kept at -80 °C until use.",
            reactions=(
                judged(1, "Possible", rechallenge="1", from_first_dose=a_quantity(59.0, "d")),
                judged(2, "Certain", source="Sender"),
            ),
        ),
        another_drug("PREDNISONE", action_taken="9", doses=(a_dose(None, NullFlavor.ASKU, route="Oral"),)),
        another_drug("NIVOLUMAB", DrugRole.INTERACTING),
    ),
    reporter_comments="The reporter suspects a catheter.",
    sender_diagnoses=(Term(name="Catheter sepsis"), Term(name="Immunosuppression")),
    sender_comments="A relation cannot be excluded.",
    summaries=(Summary(text="Septicémie mortelle.", language="fra"),),
)
PLAIN = a_case("US-EXAMPLEBIO-2026000902", reactions=(a_reaction(seriousness=Seriousness()),))
FULL_OF_NULLS = a_case(
    "US-EXAMPLEBIO-2026000903",
    patient=a_patient(name=NullFlavor.ASKU, birth_date=NullFlavor.MSK, age=NullFlavor.UNK, sex=NullFlavor.ASKU),
    reporters=(Reporter(country=NullFlavor.UNK, qualification=NullFlavor.UNK, family_name=NullFlavor.ASKU),),
    expedited=NullFlavor.NI,
    drugs=(a_drug(role=DrugRole.NOT_ADMINISTERED, doses=(a_dose(None, NullFlavor.UNK, dose=NullFlavor.UNK),)),),
    narrative=NullFlavor.UNK,
)
CASES = [RICH, PLAIN, FULL_OF_NULLS]
WRITTEN = CASES + [sample.case for file in files() for sample in file.samples if sample.case]


# --- what R2 cannot say ---------------------------------------------------------------------------------------------


def numbered(case):
    numbers = {one.id: str(number) for number, one in enumerate(case.reactions, 1)}
    drugs = tuple(
        replace(
            drug,
            id=str(number),
            reactions=tuple(replace(one, reaction_id=numbers.get(one.reaction_id)) for one in drug.reactions),
        )
        for number, drug in enumerate(case.drugs, 1)
    )
    reactions = tuple(replace(one, id=str(number)) for number, one in enumerate(case.reactions, 1))
    return replace(case, reactions=reactions, drugs=drugs)


def one_drug_a_dosage(case):
    drugs = (replace(drug, doses=(dose,) if dose else ()) for drug in case.drugs for dose in drug.doses or (None,))
    return replace(case, drugs=tuple(drugs))


def each(value, change):
    """The case with `change` made of every date, null flavor and text in it."""
    if isinstance(value, tuple):
        return tuple(each(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, PartialDate):
        given = {one.name: getattr(value, one.name) for one in fields(value)}
        return replace(value, **{name: each(change(value, name, one), change) for name, one in given.items()})
    return value


def dates_to_the_day(case):
    def change(of, name, value):
        if not isinstance(value, PartialDate):
            return value
        most = 12 if type(of).__name__ == "Reaction" else 8
        digits = value.text.partition("+")[0][:most]
        return read_date(digits if len(digits) in (4, 6, 8, 12) else digits[:8])

    return each(case, change)


def few_null_flavors(case):
    def change(of, name, value):
        if not isinstance(value, NullFlavor):
            return value
        kind = type(of).__name__
        is_said = (
            (kind in ("Reporter", "Sender", "Patient", "Parent") and name in PEOPLE and value in MASKED)
            or (name == "sex" and value is NullFlavor.UNK)
            or (name in ("continuing", "autopsy") and value is NullFlavor.UNK)
            or kind in ("Seriousness", "TestResult")
        )
        return value if is_said else None

    return each(case, change)


MASKED = (NullFlavor.MSK, NullFlavor.UNK)


def of_the_case(case):
    """Seriousness, country and confirmation are said once."""
    criteria = [[getattr(one.seriousness, name) for one in case.reactions] for name in CRITERIA]
    is_stated = any(value is not None for values in criteria for value in values)
    met = (True if True in values else NullFlavor.NI if is_stated else None for values in criteria)
    seriousness = Seriousness(is_case_level=True, **dict(zip(CRITERIA, met, strict=True)))
    country = next((one.country for one in case.reactions if one.country), None)
    confirmed = next((one.medically_confirmed for one in case.reactions), None)
    reactions = (
        replace(one, seriousness=seriousness, country=country, medically_confirmed=confirmed) for one in case.reactions
    )
    return replace(case, reactions=tuple(reactions))


def no_element_of_the_case(case):
    is_nullified = case.nullification_amendment == "1"
    return replace(
        case,
        documents=tuple(Document(title=one.title) for one in case.documents[:1]),
        nullification_amendment="1" if is_nullified else None,
        local_report_type=None,
        combination_product=None,
        study=case.study and replace(case.study, registrations=()),
        sender_diagnoses=case.sender_diagnoses[:1],
        summaries=(),
    )


def no_element_of_the_patient(case):
    history = tuple(replace(one, is_family_history=None) for one in case.patient.history)
    patient = replace(case.patient, history=history, has_concomitant_therapies=None, races=(), ethnicity=None)
    return replace(case, patient=patient)


def no_element_of_a_reaction(case):
    def without(reaction):
        is_coded = reaction.term.code or reaction.term.name
        return replace(reaction, translation=None, term=reaction.term if is_coded else Term())

    return replace(case, reactions=tuple(map(without, case.reactions)))


def no_element_of_a_drug(case):
    def without(drug):
        return replace(
            drug,
            fda_other_role=None,
            product_code=None,
            substances=tuple(replace(one, term_id=None, strength=None) for one in drug.substances),
            is_blinded=None,
            doses=tuple(
                replace(one, route_code=None, form_code=None, parent_route_code=None, route=known_route(one.route))
                for one in drug.doses
            ),
            indications=drug.indications[:1],
            additional_codes=(),
            fda_additional_codes=(),
        )

    return replace(case, drugs=tuple(map(without, case.drugs)))


def little_of_a_pair(case):
    """R2's answer on rechallenge is the medicine's, and has no code for "not given again"."""

    def without(drug):
        answer = next((one.rechallenge for one in drug.reactions if one.rechallenge in ("1", "2", "3")), None)
        pairs = (
            replace(
                one,
                rechallenge=answer if one.rechallenge in ("1", "2", "3") else None,
                from_first_dose=one.from_first_dose if one.reaction_id == "1" else None,
                from_last_dose=one.from_last_dose if one.reaction_id == "1" else None,
            )
            for one in drug.reactions
        )
        return replace(drug, reactions=tuple(one for one in pairs if one != DrugReaction(reaction_id=one.reaction_id)))

    return replace(case, drugs=tuple(map(without, case.drugs)))


def known_route(route):
    return route if route is None or route in ROUTES else "Other"


def primary_source_first(case):
    said = (one for one in case.reporters if replace(one, is_primary=False) != Reporter())
    in_order = sorted(said, key=lambda one: not one.is_primary)
    return replace(case, reporters=tuple(replace(one, is_primary=not at) for at, one in enumerate(in_order)))


def results_in_one_element(case):
    """A result is a number or words; words that are one of R3's codes become that code."""
    codes = {"positive": "1", "negative": "2", "borderline": "3", "inconclusive": "4"}

    def change(test):
        code = codes.get((test.text or "").lower())
        test = replace(test, text=None, result_code=code) if code else test
        return replace(test, comments=None) if test.name != Term() else test

    return replace(case, tests=tuple(map(change, case.tests)))


def with_version(case):
    return replace(case, version=1)


CANNOT_SAY = [
    ("A medicine with several dosages stands once for each of them.", one_drug_a_dosage),
    (
        "Reactions and medicines have no identifiers, so they are numbered; opinions name a reaction by its term.",
        numbered,
    ),
    ("Dates have no time of day, except a reaction's, and no time zone.", dates_to_the_day),
    (
        "Only masked and unknown can be said, and of people's names and numbers, sex, autopsy and continuing "
        "conditions alone; any other null flavor is an absent field.",
        few_null_flavors,
    ),
    (
        "Seriousness, the country of the reaction and its medical confirmation are said of the case and spread to all "
        "its reactions.",
        of_the_case,
    ),
    (
        "Amendments, study registrations, further documents and sender's diagnoses, summaries in other languages and "
        "US regional elements have no place.",
        no_element_of_the_case,
    ),
    ("Family history, concomitant therapies, race and ethnic group have no place.", no_element_of_the_patient),
    (
        "A translation of the reported words has no place, nor a MedDRA version without its term.",
        no_element_of_a_reaction,
    ),
    (
        "Codes of products, substances, forms and routes, strengths, blinding, further indications and coded remarks "
        "on a medicine have no place; a route that is not in R2's list is Other.",
        no_element_of_a_drug,
    ),
    (
        "A medicine has one answer on rechallenge, and the times from its doses to the first reaction.",
        little_of_a_pair,
    ),
    ("The primary source is the first of the reporters.", primary_source_first),
    (
        "A test result is one text: a number with its sign, one of four words that R3 has codes for, or words; "
        "a comment on it has no place.",
        results_in_one_element,
    ),
    ("A report carries the number of its version, which R3 does not.", with_version),
]


def reaction_codes_alone(case):
    reactions = (replace(one, term=replace(one.term, name=None)) for one in case.reactions)
    return replace(case, reactions=tuple(reactions))


R3_CANNOT_SAY = [("R3 has a reaction's term by its code alone, R2 by code or name.", reaction_codes_alone)]


def as_r2_can_say(case):
    return reduce(lambda said, one: one[1](said), CANNOT_SAY, case)


def as_r3_can_say(case):
    return reduce(lambda said, one: one[1](said), R3_CANNOT_SAY, case)


# --- the tests ------------------------------------------------------------------------------------------------------


@pytest.fixture
def both(tmp_path):
    """A case as it reads from R2 and from R3, and the findings of both."""

    def read(case):
        (tmp_path / "r2.xml").write_bytes(r2_file(r2_report(case)))
        (tmp_path / "r3.xml").write_bytes(e2b_batch(e2b_message(case)))
        found = [*e2b_r2.read(tmp_path / "r2.xml"), *e2b_r3.read(tmp_path / "r3.xml")]
        r2, r3 = (item for item in found if isinstance(item, Record))
        return r2, r3

    return read


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.sender_case_id)
def test_the_same_case_reads_the_same_but_for_what_one_of_them_cannot_say(case, both):
    r2, r3 = both(case)

    assert as_r3_can_say(r2.case) == as_r2_can_say(r3.case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sender_case_id)
def test_what_r2_can_say_reads_without_a_finding(case, both):
    r2, _ = both(case)

    assert r2.findings == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sender_case_id)
def test_the_comparison_rests_on_what_was_written(case, both):
    """R3 loses nothing on its way, so that the comparison is with the case itself."""
    _, r3 = both(case)

    assert r3.case == case


@pytest.mark.parametrize(
    ("sentence", "step"), CANNOT_SAY + R3_CANNOT_SAY, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_difference_is_one_that_occurs(sentence, step):
    assert any(step(case) != case for case in WRITTEN)


@pytest.mark.parametrize("sentence", [sentence for sentence, _ in CANNOT_SAY + R3_CANNOT_SAY])
def test_each_difference_is_documented(sentence):
    assert sentence in " ".join(FORMATS_PAGE.read_text("utf-8").split())


def test_a_parent_reads_as_it_was_written(tmp_path):
    """On its own, because the writer of R3 knows no parents."""
    parent = Parent(
        identification=NullFlavor.MSK,
        birth_date=day("1990-01-02"),
        age=Quantity(value=36.0, unit="a"),
        last_menstrual_period=day("2026-01-15"),
        weight_kg=62.0,
        height_cm=170.0,
        sex=Sex.FEMALE,
        history=(MedicalHistory(term=Term(name="Melanoma"), start=day("2024"), continuing=False, comment="excised"),),
        history_text="Never smoked.",
        past_drugs=(PastDrug(name="Folic acid", start=day("2025-12"), indication=Term(name="Pregnancy")),),
    )
    case = a_case(patient=a_patient(parent=parent))
    (tmp_path / "r2.xml").write_bytes(r2_file(r2_report(case)))
    _, record = e2b_r2.read(tmp_path / "r2.xml")

    assert record.case.patient == case.patient


def test_opinions_follow_the_reaction_that_they_name(both):
    twice = a_case(
        reactions=(a_reaction("Cold sore"), a_reaction("Chills")),
        drugs=(a_drug(doses=(), reactions=(judged(2, "Certain"), judged(1, "Unlikely", source="Sender"))),),
    )
    r2, _ = both(twice)

    assert r2.case.drugs[0].reactions == (
        DrugReaction(reaction_id="2", opinions=(opinion("Reporter", "Certain"),)),
        DrugReaction(reaction_id="1", opinions=(opinion("Sender", "Unlikely"),)),
    )


def opinion(source, result):
    return CausalityOpinion(source=source, method="Global introspection", result=result)
