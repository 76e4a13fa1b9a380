"""The batch of 2 November: immune-mediated, injection-site, systemic and other reactions. Nobody here exists."""

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
from tests.samples.batch_herpetic import EUROPE, MELANOMA
from tests.samples.kinds import NEW, Message
from tvec_pv.domain.icsr import (
    ActionTaken,
    DrugRole,
    MedicalHistory,
    NullFlavor,
    Outcome,
    Qualification,
    Quantity,
    ReportType,
    Seriousness,
    Sex,
    Study,
    StudyRegistration,
    Term,
    TestResult,
)

TRIAL = Study(
    registrations=(StudyRegistration(number="2099-000000-00", country="AT"),),
    name="A made-up trial of T-VEC with pembrolizumab in advanced melanoma",
    sponsor_number="EXAMPLE-0042",
    type="1",
)

PNEUMONITIS = a_case(
    "AT-EXAMPLEBIO-2026000107",
    report_type=ReportType.STUDY,
    study=TRIAL,
    first_received=day("2026-10-06"),
    latest_received=day("2026-10-12"),
    expedited=True,
    sender=EUROPE,
    reporters=(a_reporter(country="AT", organisation="Example University Hospital", city="Graz"),),
    patient=a_patient(
        name="042-0007", birth_date=day("1958-03-17"), age=Quantity(value=68.0, unit="a"), sex=Sex.MALE, weight_kg=84.5
    ),
    reactions=(
        a_reaction(
            "Pneumonitis",
            highlighted="3",
            seriousness=serious("hospitalisation"),
            start=day("2026-10-02"),
            outcome=Outcome.RECOVERING,
            medically_confirmed=True,
            country="AT",
        ),
    ),
    drugs=(
        a_drug(
            "T-VEC",
            is_blinded=False,
            doses=(a_first_dose("2026-08-03"), a_dose("2026-08-24", "TV26B002"), a_dose("2026-09-07", "TV26B005")),
            action_taken=ActionTaken.WITHDRAWN,
            reactions=(judged(1, "Related", "Investigator"),),
        ),
        another_drug(
            "Pembrolizumab",
            DrugRole.SUSPECT,
            doses=(
                a_dose(
                    "2026-08-03",
                    None,
                    dose=Quantity(value=200.0, unit="mg"),
                    interval=Quantity(value=3.0, unit="wk"),
                    end=day("2026-09-14"),
                    text=None,
                    route="Intravenous",
                    route_code=None,
                ),
            ),
            action_taken=ActionTaken.WITHDRAWN,
            reactions=(judged(1, "Related", "Investigator"),),
        ),
        another_drug("Amlodipine"),
    ),
    tests=(
        TestResult(date=day("2026-10-03"), name=Term(name="Chest CT"), text="ground-glass opacities on both sides"),
    ),
    narrative="In the ninth week of the combination the patient became short of breath on stairs. CT showed inflamed "
    "lungs, cultures stayed sterile. He was admitted, both study medicines were stopped and prednisolone 1 mg/kg was "
    "given; five days later he breathed freely at rest. Each medicine could explain it.",
)

VITILIGO = a_case(
    "JP-EXAMPLEBIO-2026000108",
    report_type=ReportType.STUDY,
    study=Study(name="A made-up trial in Japanese patients", sponsor_number="EXAMPLE-0043", type="1"),
    first_received=day("2026-09-30"),
    latest_received=day("2026-09-30"),
    reporters=(a_reporter(country="JP"),),
    patient=a_patient(name="043-0002", birth_date=NullFlavor.MSK, age=Quantity(value=5.0, unit="10.a")),
    reactions=(
        a_reaction(
            "尋常性白斑",
            language="jpn",
            translation="Vitiligo",
            start=day("2026-06"),
            outcome=Outcome.NOT_RECOVERED,
            medically_confirmed=True,
            country="JP",
        ),
    ),
    drugs=(
        a_drug("T-VEC", doses=(a_first_dose("2026-02-02", "TV25K004"), a_dose("2026-02-23", "TV25K011", end=None))),
    ),
    narrative="White patches on hands and neck since June, in the fourth month of treatment, while the injected "
    "nodules were shrinking. No itch, no treatment; the study medicine goes on.",
)

CELLULITIS = a_case(
    "US-EXAMPLEBIO-2026000109",
    first_received=day("2026-09-18"),
    latest_received=day("2026-09-25"),
    patient=a_patient(name="I.J.", age=Quantity(value=77.0, unit="a"), sex=Sex.MALE),
    reactions=(
        a_reaction(
            "Injection site cellulitis",
            seriousness=serious("hospitalisation"),
            start=day("2026-09-13"),
            end=day("2026-09-24"),
            medically_confirmed=True,
        ),
        a_reaction("Injection site necrosis", start=day("2026-09-15"), outcome=Outcome.NOT_RECOVERED),
    ),
    drugs=(
        a_drug(doses=(a_first_dose("2026-08-17", "TV26A021"), a_dose("2026-09-07", "TV26A012"))),
        another_drug("Apixaban"),
    ),
    narrative="Six days after the second visit the skin around the treated nodule on the shin was hot, red and "
    "swollen to the knee. Four days in hospital with cefazolin into the vein. The nodule itself turned black and is "
    "being dressed.",
)

LIVER_BLEEDING = a_case(
    "US-EXAMPLEBIO-2026000110",
    first_received=day("2026-10-19"),
    latest_received=day("2026-10-20"),
    expedited=True,
    patient=a_patient(
        name="K.L.",
        age=Quantity(value=66.0, unit="a"),
        death_date=day("2026-10-13"),
        autopsy=True,
        autopsy_causes=(Term(name="Hepatic haemorrhage"),),
        history=(MELANOMA, MedicalHistory(term=Term(name="Metastases to liver"), continuing=True)),
    ),
    reactions=(
        a_reaction(
            "Hepatic haemorrhage",
            seriousness=serious("death", "life_threatening"),
            start=day("2026-10-12"),
            outcome=Outcome.FATAL,
            medically_confirmed=True,
        ),
    ),
    drugs=(
        a_drug(
            doses=(
                a_dose(
                    "2026-10-12",
                    "TV26C008",
                    text="2 mL of 10^8 PFU/mL through the skin into a liver metastasis",
                    dose=Quantity(value=2.0, unit="mL"),
                    route="Transcutaneous intrahepatic",
                    route_code=None,
                ),
            ),
            action_taken=ActionTaken.WITHDRAWN,
        ),
    ),
    narrative="A liver metastasis was injected under ultrasound, a use the label warns of. Ten hours later the "
    "patient collapsed; the liver had bled into the abdomen. She died in the night in spite of embolisation. The "
    "autopsy confirmed the bleeding as the cause of death.",
)

ANAPHYLAXIS = a_case(
    "DE-EXAMPLEBIO-2026000111",
    first_received=day("2026-10-07"),
    latest_received=day("2026-10-07"),
    expedited=True,
    sender=EUROPE,
    reporters=(a_reporter(country="DE"),),
    patient=a_patient(name="M.N.", age=Quantity(value=49.0, unit="a"), history=(MELANOMA,)),
    reactions=(
        a_reaction(
            "Anaphylaktische Reaktion",
            language="deu",
            translation="Anaphylactic reaction",
            highlighted="4",
            seriousness=serious("life_threatening", "hospitalisation"),
            start=day("202610051020"),
            end=day("202610061000"),
            medically_confirmed=True,
            country="DE",
        ),
    ),
    drugs=(
        a_drug(
            "Imlygic",
            doses=(
                a_first_dose("2026-08-31"),
                a_dose("2026-09-21", "TV26B005"),
                a_dose("202610051000", "TV26B009"),
            ),
            action_taken=ActionTaken.WITHDRAWN,
            reactions=(judged(1, "Related", from_last_dose=Quantity(value=20.0, unit="min"), rechallenge="4"),),
        ),
    ),
    narrative="Twenty minutes after the third visit the patient flushed, wheezed and her blood pressure fell to "
    "70/40. Adrenaline into the thigh, fluids, a night under observation; home the next morning. No further dose will "
    "be given.",
)

THROMBOSIS = a_case(
    "US-EXAMPLEBIO-2026000112",
    first_received=day("2026-10-08"),
    latest_received=day("2026-10-08"),
    patient=a_patient(name="O.P.", age=Quantity(value=74.0, unit="a"), sex=Sex.MALE),
    reactions=(
        a_reaction(
            "Deep vein thrombosis",
            seriousness=serious("hospitalisation"),
            start=day("2026-09-28"),
            outcome=Outcome.RECOVERING,
            medically_confirmed=True,
        ),
    ),
    drugs=(a_drug(doses=(a_first_dose("2026-08-24"), a_dose("2026-09-14", "TV26A021"))),),
    narrative="Swollen left calf two weeks after the second visit; ultrasound showed a clot in the popliteal vein. "
    "Two nights in hospital, apixaban since then.",
)

ZOSTER = a_case(
    "IT-EXAMPLEBIO-2026000113",
    first_received=day("2026-10-01"),
    latest_received=day("2026-10-01"),
    sender=EUROPE,
    reporters=(a_reporter(country="IT"),),
    patient=a_patient(name="Q.R.", age=Quantity(value=77.0, unit="a"), sex=Sex.MALE),
    reactions=(
        a_reaction(
            "Fuoco di Sant'Antonio",
            language="ita",
            translation="Herpes zoster",
            start=day("2026-09-03"),
            end=day("2026-09-27"),
            medically_confirmed=True,
            country="IT",
        ),
    ),
    drugs=(a_drug("Imlygic", doses=(a_first_dose("2026-08-04", NullFlavor.UNK),)),),
    tests=(TestResult(date=day("2026-09-04"), name=Term(name="Vesicle PCR"), text="VZV positive, HSV negative"),),
    narrative="A belt of painful vesicles on the right chest, one month after the first visit. The swab held "
    "varicella zoster virus and no herpes simplex. Valaciclovir for a week; a little pain remained until the end of "
    "the month.",
)

FLU_LIKE = a_case(
    "GB-EXAMPLEBIO-2026000114",
    first_received=day("2026-09-29"),
    latest_received=day("2026-09-29"),
    sender=EUROPE,
    reporters=(a_reporter(country="GB", qualification=Qualification.PHARMACIST),),
    patient=a_patient(name="S.T.", age=Quantity(value=61.0, unit="a")),
    reactions=tuple(
        a_reaction(words, seriousness=Seriousness(), start=day("2026-09-22"), end=day("2026-09-24"), country="GB")
        for words in ("Influenza like illness", "Shivering", "Fever")
    ),
    drugs=(a_drug("Imlygic", doses=(a_first_dose("2026-09-01"), a_dose("2026-09-22", "TV26B005"))),),
    narrative="On the evening of the second visit she shivered, ran a temperature of 38.7 and felt as with influenza. "
    "Paracetamol; well again after two days.",
)

NEEDLE_STICK = a_case(
    "NL-EXAMPLEBIO-2026000115",
    first_received=day("2026-10-14"),
    latest_received=day("2026-10-14"),
    sender=EUROPE,
    reporters=(a_reporter(country="NL", qualification=Qualification.PHARMACIST),),
    patient=a_patient(name=NullFlavor.MSK, age=Quantity(value=45.0, unit="a"), sex=Sex.MALE),
    reactions=(
        a_reaction(
            "Occupational exposure to product",
            term=Term(version="19.0"),
            start=day("2026-09-10"),
            end=day("2026-09-10"),
            country="NL",
        ),
    ),
    drugs=(
        a_drug(
            "Imlygic",
            doses=(a_dose("2026-09-10", "TV26B005", dose=None, text="needle stick while thawing", route=None),),
            indications=(),
            action_taken=ActionTaken.NOT_APPLICABLE,
        ),
    ),
    narrative="A pharmacist scratched himself with the needle of a prepared syringe, washed the spot and was well "
    "when asked again thirty days later. No reaction, only the exposure.",
)

MESSAGES = (
    Message(PNEUMONITIS, NEW, "immune-mediated: pneumonitis in a trial, pembrolizumab equally suspect, hospitalised"),
    Message(VITILIGO, NEW, "immune-mediated: vitiligo in a trial in Japan; Japanese words, age in decades, month only"),
    Message(CELLULITIS, NEW, "injection site: cellulitis, hospitalised, and necrosis"),
    Message(LIVER_BLEEDING, NEW, "other labelled: fatal hepatic haemorrhage after injection into the liver, autopsy"),
    Message(ANAPHYLAXIS, NEW, "unlisted, a designated medical event: anaphylactic reaction; times of day"),
    Message(THROMBOSIS, NEW, "other labelled (EU, not US): deep vein thrombosis, hospitalised"),
    Message(ZOSTER, NEW, "mimic: herpes zoster, not herpetic in the sense of the profile; lot unknown (warning)"),
    Message(FLU_LIKE, NEW, "systemic: influenza like illness, chills, fever; no word on seriousness (warning)"),
    Message(
        NEEDLE_STICK,
        NEW,
        "exposure without any reaction: needle stick only; names an old MedDRA version; no indication (info)",
    ),
)
