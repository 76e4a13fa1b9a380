"""The long E2B(R3) report: five drugs, five reactions, six tests, a history, doses with lots. Nobody here exists."""

from tests.factories import (
    a_case,
    a_dose,
    a_drug,
    a_first_dose,
    a_patient,
    a_reaction,
    a_reporter,
    another_drug,
    day,
    judged,
    serious,
)
from tests.samples.kinds import NEW, Message
from tvec_pv.domain.icsr import (
    ActionTaken,
    Document,
    Dose,
    DrugRole,
    Identifier,
    MedicalHistory,
    NullFlavor,
    Outcome,
    PastDrug,
    Qualification,
    Quantity,
    Sex,
    Substance,
    Summary,
    Term,
    TestResult,
)

NARRATIVE = (
    "A woman of 64 years with melanoma of the left leg, stage IIIC, was treated for eleven in-transit metastases that "
    "could not be removed. She also took pembrolizumab every three weeks. History: psoriasis of both elbows for "
    "twenty years, type 2 diabetes, a deep inguinal dissection with radiotherapy of the groin in 2024, since then a "
    "swollen leg; shingles in 2011. No immune deficiency. The first visit on 6 July 2026 (4 mL of 10^6 PFU/mL) was "
    "followed by a night of chills and a temperature of 38.9, gone by the third day. After the second visit on 27 "
    "July the fever came back for a day. On 14 August, four days after the third visit, the lower leg turned red and "
    "painful around two nodules; she was admitted on 16 August with a C-reactive protein of 212, received "
    "flucloxacillin into the vein for eight days and went home on 24 August. During that stay her psoriasis, quiet "
    "for years, spread over elbows, knees and back; a dermatologist gave clobetasol ointment. On 29 August two "
    "vesicles stood at the corner of the mouth. The swab held HSV-1, and the test for the product's DNA was positive "
    "in the vesicle and negative in the mouth. Valaciclovir 1 g twice daily for seven days; dry on 5 September. The "
    "fourth visit was put off from 24 August to 14 September; the fever did not return with it, the nodules had "
    "shrunk by half. The largest one had opened by then and had not closed when this was written. Pembrolizumab was "
    "paused for one cycle because of the psoriasis. The reporter thinks the cellulitis was favoured by the "
    "irradiated, swollen leg."
)

TREATMENT = a_drug(
    "IMLYGIC",
    authorisation_number="EXAMPLE-000000",
    authorisation_country="US",
    holder="Example Biologics",
    country_obtained="US",
    substances=(Substance(name="talimogene laherparepvec", strength=Quantity(value=100000000.0, unit="[PFU]/mL")),),
    doses=(
        a_first_dose("2026-07-06", "TV26A003", dose=Quantity(value=4.0, unit="mL")),
        a_dose("2026-07-27", "TV26A007", dose=Quantity(value=4.0, unit="mL")),
        a_dose("2026-08-10", "TV26A007", dose=Quantity(value=3.5, unit="mL")),
        a_dose("2026-09-14", "TV26A021", dose=Quantity(value=2.0, unit="mL")),
    ),
    cumulative_dose=Quantity(value=4.0, unit="mL"),
    indications=(Term(name="Malignant melanoma stage IIIC"), Term(name="In-transit metastases")),
    reactions=(
        judged(
            1,
            "Related",
            from_first_dose=Quantity(value=8.0, unit="h"),
            from_last_dose=Quantity(value=8.0, unit="h"),
            rechallenge="1",
        ),
        judged(2, "Related", from_last_dose=Quantity(value=4.0, unit="d"), rechallenge="2"),
        judged(3, "Possible", from_first_dose=Quantity(value=44.0, unit="d")),
        judged(4, "Related", from_last_dose=Quantity(value=19.0, unit="d"), rechallenge="2"),
        judged(5, "Related"),
    ),
    additional_text="Vials thawed on the day of use; not refrozen.",
)

CHECKPOINT_INHIBITOR = another_drug(
    "Keytruda",
    DrugRole.INTERACTING,
    substances=(Substance(name="pembrolizumab", strength=Quantity(value=25.0, unit="mg/mL")),),
    doses=(
        Dose(
            dose=Quantity(value=200.0, unit="mg"),
            interval=Quantity(value=3.0, unit="wk"),
            start=day("2026-07-06"),
            end=day("2026-08-17"),
            lot="EXP7731",
            form="Concentrate for solution for infusion",
            route="Intravenous",
        ),
        Dose(dose=Quantity(value=200.0, unit="mg"), start=day("2026-09-28"), lot="EXP7802", route="Intravenous"),
    ),
    indications=(Term(name="Malignant melanoma stage IIIC"),),
    action_taken=ActionTaken.UNKNOWN,
    reactions=(judged(3, "Related"),),
)

CONCOMITANT = (
    another_drug(
        "Metformin",
        doses=(
            Dose(
                dose=Quantity(value=850.0, unit="mg"),
                interval=Quantity(value=12.0, unit="h"),
                start=day("2019"),
                route="Oral",
            ),
        ),
        indications=(Term(name="Type 2 diabetes mellitus"),),
        action_taken=ActionTaken.UNCHANGED,
    ),
    another_drug(
        "Ramipril", doses=(Dose(dose=Quantity(value=5.0, unit="mg"), interval=Quantity(value=1.0, unit="d")),)
    ),
    another_drug(
        "Enoxaparin",
        doses=(Dose(start=day("2026-08-16"), end=day("2026-08-24"), text="40 mg once daily, subcutaneous"),),
    ),
)

REACTIONS = (
    a_reaction(
        "Pyrexia",
        start=day("2026-07-06"),
        end=day("2026-07-28"),
        medically_confirmed=True,
    ),
    a_reaction(
        "Injection site cellulitis",
        highlighted="3",
        seriousness=serious("hospitalisation"),
        start=day("2026-08-14"),
        end=day("2026-08-24"),
        duration=Quantity(value=10.0, unit="d"),
        medically_confirmed=True,
    ),
    a_reaction(
        "Psoriasis flare",
        start=day("2026-08-19"),
        outcome=Outcome.RECOVERING,
        medically_confirmed=True,
    ),
    a_reaction("Oral herpes", start=day("2026-08-29"), end=day("2026-09-05"), medically_confirmed=True),
    a_reaction("Injection site ulcer", start=day("2026-09"), outcome=Outcome.NOT_RECOVERED),
)

TESTS = (
    TestResult(
        date=day("2026-07-06"),
        name=Term(name="Body temperature"),
        value=Quantity(value=38.9, unit="Cel"),
        normal_high=Quantity(value=37.5, unit="Cel"),
    ),
    TestResult(
        date=day("2026-08-16"),
        name=Term(name="C-reactive protein"),
        value=Quantity(value=212.0, unit="mg/L"),
        normal_low=Quantity(value=0.0, unit="mg/L"),
        normal_high=Quantity(value=5.0, unit="mg/L"),
        comments="on admission",
        more_available=True,
    ),
    TestResult(date=day("2026-08-16"), name=Term(name="Blood culture"), result_code="2"),
    TestResult(
        date=day("2026-08-16"),
        name=Term(name="Neutrophil count"),
        low=Quantity(value=9.5, unit="10*9/L"),
        low_inclusive=True,
        high=NullFlavor.PINF,
    ),
    TestResult(date=day("2026-08-31"), name=Term(name="Vesicle swab HSV-1 PCR"), result_code="1"),
    TestResult(
        date=day("2026-09-02"),
        name=Term(name="T-VEC qPCR"),
        text="vesicle positive, oral mucosa negative, blood not done",
    ),
)

PATIENT = a_patient(
    name="Y.Z.",
    hospital_record_number="EX-2026-4471",
    birth_date=day("1962-05-30"),
    age=Quantity(value=64.0, unit="a"),
    age_group="5",
    weight_kg=71.5,
    height_cm=168.0,
    sex=Sex.FEMALE,
    history=(
        MedicalHistory(term=Term(name="Psoriasis"), start=day("2006"), continuing=True, comment="elbows only"),
        MedicalHistory(term=Term(name="Type 2 diabetes mellitus"), start=day("2019"), continuing=True),
        MedicalHistory(term=Term(name="Lymphadenectomy"), start=day("2024-02-12"), end=day("2024-02-12")),
        MedicalHistory(term=Term(name="Radiotherapy"), start=day("2024-04"), end=day("2024-05"), comment="left groin"),
        MedicalHistory(term=Term(name="Herpes zoster"), start=day("2011"), end=day("2011"), continuing=False),
        MedicalHistory(term=Term(name="Breast cancer"), continuing=NullFlavor.UNK, is_family_history=True),
    ),
    history_text="Never smoked. No herpes labialis before. HSV-1 antibodies not tested before treatment.",
    has_concomitant_therapies=True,
    past_drugs=(
        PastDrug(
            name="Dabrafenib",
            start=day("2025-03"),
            end=day("2025-11"),
            indication=Term(name="Malignant melanoma"),
            reaction=Term(name="Pyrexia"),
        ),
        PastDrug(name="Methotrexate", end=day("2015"), indication=Term(name="Psoriasis")),
    ),
    races=("C41261",),
    ethnicity="C41222",
)

BIG_CASE = a_case(
    "US-EXAMPLEBIO-2026000121",
    created=day("20261107050000+0000"),
    first_received=day("2026-08-18"),
    latest_received=day("2026-10-06"),
    has_more_documents=True,
    documents=(Document(title="Discharge letter"), Document(title="Photograph of the leg")),
    local_report_type="2",
    combination_product=False,
    has_other_ids=True,
    other_ids=(Identifier(source="EXAMPLEHOSPITAL", number="AE-2026-0815"),),
    reporters=(
        a_reporter(
            title="Dr",
            given_name=NullFlavor.MSK,
            family_name=NullFlavor.MSK,
            organisation="Example Cancer Center",
            department="Melanoma clinic",
            city="Springfield",
        ),
        a_reporter(qualification=Qualification.CONSUMER, is_primary=False),
    ),
    patient=PATIENT,
    reactions=REACTIONS,
    tests=TESTS,
    drugs=(TREATMENT, CHECKPOINT_INHIBITOR, *CONCOMITANT),
    narrative=NARRATIVE,
    reporter_comments="I would treat her again.",
    sender_comments="Pyrexia, cellulitis and oral herpes are listed. Worsening of psoriasis is listed; the checkpoint "
    "inhibitor is an equally good explanation of it.",
    sender_diagnoses=(Term(name="Cellulitis of an irradiated leg"),),
    summaries=(Summary(text="Fieber, Zellulitis, Psoriasisschub und Lippenherpes unter T-VEC.", language="deu"),),
)

MESSAGE = Message(
    BIG_CASE,
    NEW,
    "the long one: 5 drugs, 5 reactions, 6 tests, history, past drugs, 4 doses with lots; injection site cellulitis "
    "(hospitalised), psoriasis flare with pembrolizumab, oral herpes, pyrexia",
)
