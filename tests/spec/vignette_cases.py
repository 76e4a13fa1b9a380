"""The vignettes as cases: what each narrative says, in the fields in which a report would say it.

Treatment begins on 3 August 2026, a Monday; "day 12" is 12 days after it. Nobody in these reports exists.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from tests.factories import (
    NOT_SERIOUS,
    a_case,
    a_dose,
    a_drug,
    a_first_dose,
    a_patient,
    a_reaction,
    a_reporter,
    another_drug,
    day,
    serious,
)
from tests.spec.vignettes import Event, Vignette
from tvec_pv.domain.icsr import (
    Case,
    Dose,
    Drug,
    MedicalHistory,
    NullFlavor,
    Outcome,
    Parent,
    Patient,
    Qualification,
    Quantity,
    Sex,
    Term,
    TestResult,
)
from tvec_pv.reference_files import safety_profile

CRITERIA = {"DE": "death", "LT": "life_threatening", "HO": "hospitalisation", "IME": "other_important"}


class Facts(NamedTuple):
    """What a narrative says beyond its reactions. The product's lot is not given, as in nearly all of them."""

    patient: Patient
    doses: tuple[Dose, ...] = (a_first_dose("2026-08-03", None), a_dose("2026-08-24", None))
    onset: str = "2026-09-02"
    words: dict[str, str] = {}  # noqa: RUF012  a concept's own words, where the narrative says more than its name
    tests: tuple[TestResult, ...] = ()
    others: tuple[Drug, ...] = ()
    indication: str = "Malignant melanoma"
    outcome: Any = NullFlavor.UNK
    reporter: str = Qualification.PHYSICIAN


def man(years: float, **changes: Any) -> Patient:
    return a_patient(age=Quantity(value=float(years), unit="a"), sex=Sex.MALE, **changes)


def woman(years: float, **changes: Any) -> Patient:
    return a_patient(age=Quantity(value=float(years), unit="a"), sex=Sex.FEMALE, **changes)


def of_days(days: float) -> Quantity:
    return Quantity(value=float(days), unit="d")


def had(*names: str, **changes: Any) -> tuple[MedicalHistory, ...]:
    return tuple(MedicalHistory(term=Term(name=name), continuing=True, **changes) for name in names)


def tested(name: str, result: str, **changes: Any) -> TestResult:
    return TestResult(name=Term(name=name), text=result, **changes)


FIRST = a_first_dose("2026-08-03", None)
COLD_SORE = Facts(woman(72), onset="2026-09-02", indication="Malignant melanoma stage IIIC", reporter="5")
NEEDLESTICK = {"exp_needle": "Nurse pricked her finger while preparing the product"}

FACTS = {
    "V01": COLD_SORE,
    "V02": COLD_SORE._replace(doses=(FIRST, a_dose("2026-08-24", "1123456")), reporter=Qualification.PHYSICIAN),
    "V03": Facts(
        man(61),
        onset="2026-08-15",
        words={"hsv_eye": "Herpetic keratitis, dendritic ulcer"},
        tests=(tested("T-VEC qPCR of corneal swab", "pending"),),
    ),
    "V04": Facts(
        man(58),
        onset="2026-09-12",
        tests=(tested("HSV-1 PCR in CSF", "positive"), tested("T-VEC-specific qPCR in CSF", "negative")),
    ),
    "V05": Facts(
        man(66, history=had("CLL")),
        onset="2026-08-19",
        tests=(tested("T-VEC DNA in blood", "positive"),),
        others=(another_drug("Ibrutinib", doses=(Dose(start=day("2025-11-03")),), indications=(Term(name="CLL"),)),),
        outcome=Outcome.FATAL,
    ),
    "V07": Facts(man(77), tests=(tested("VZV PCR", "positive"), tested("HSV PCR", "negative"))),
    "V08": Facts(
        woman(70, history=(*had("Post herpetic neuralgia"), *had("Shingles", start=day("2019")))),
        doses=(FIRST, a_dose("2026-08-24", None), a_dose("2026-09-07", None)),
        onset="2026-09-08",
        others=(another_drug("Gabapentin", indications=(Term(name="Post herpetic neuralgia"),)),),
    ),
    "V09": Facts(
        man(64),
        doses=(FIRST,),
        onset="2026-08-07",
        words={"hsv_nos": "Herpes vesicles confined to the injected nodule of the thigh"},
        tests=(tested("T-VEC DNA, swab of the lesion", "positive", comments="Virus culture not done"),),
    ),
    "V10": Facts(woman(55), doses=(FIRST,), onset="2026-08-09", others=(another_drug("Cefazolin"),)),
    "V12": Facts(
        man(68),
        onset="2026-10-05",
        others=(
            another_drug("Pembrolizumab", "1", doses=(Dose(start=day("2026-07-20")),)),
            another_drug(
                "Prednisolone",
                doses=(
                    Dose(
                        dose=Quantity(value=80.0, unit="mg"),
                        interval=of_days(1),
                        start=day("2026-10-06"),
                        end=day("2026-10-30"),
                    ),
                ),
            ),
        ),
    ),
    "V14": Facts(man(45), onset="2026-12"),
    "V17": Facts(a_patient(age=None, sex=Sex.FEMALE), doses=(), onset="2026-08-03", words=NEEDLESTICK, indication=""),
    "V18": Facts(
        a_patient(age=None, sex=Sex.FEMALE),
        doses=(),
        onset="2026-08-09",
        words=NEEDLESTICK,
        tests=(tested("T-VEC DNA, vesicle fluid of fingertip", "positive"),),
        others=(
            another_drug(
                "Valaciclovir",
                doses=(Dose(start=day("2026-08-10"), end=day("2026-08-17")),),
                indications=(Term(name="Herpetic whitlow"),),
            ),
        ),
        indication="",
        outcome=Outcome.RECOVERED,
    ),
    "V19": Facts(
        Patient(name="N.N.", age=of_days(16), sex=Sex.MALE),
        doses=(),
        onset="2026-08-29",
        words={"exp_transmit": "Grandson was kissed by the patient, whose dressing leaked"},
        tests=(tested("HSV-1 PCR", "positive"), tested("T-VEC typing", "pending")),
        others=(another_drug("Aciclovir", doses=(Dose(start=day("2026-08-30")),)),),
        indication="",
    ),
    "V21": Facts(
        man(52, history=had("Allogeneic bone marrow transplantation", start=day("2024"))),
        others=(another_drug("Tacrolimus", doses=(Dose(start=day("2024")),)),),
    ),
    "V22": Facts(
        woman(67),
        doses=(a_dose("2026-08-24", None, text="10^8 PFU/mL into a liver metastasis, guided by ultrasound"),),
        onset="20260824220000",
        indication="Malignant melanoma metastatic",
        outcome=Outcome.FATAL,
    ),
    "V24": Facts(man(60), onset="2026-08-29", outcome=Outcome.FATAL),
    "V25": Facts(woman(58)),
    "V26": Facts(man(63), reporter=Qualification.PHYSICIAN),
    "V27": Facts(man(59)),
    "V28": Facts(
        woman(61),
        doses=(
            FIRST,
            a_dose(
                "2026-08-24",
                None,
                dose=Quantity(value=2.0, unit="mL"),
                text="10^8 PFU/mL, by mistake into a vein",
                route="Intravenous",
                route_code="20045000",
            ),
        ),
        onset="2026-08-24",
    ),
    "V30": Facts(
        woman(64),
        doses=(FIRST, a_dose("2026-08-13", None)),
        onset="2026-08-13",
        words={"med_error": "Second dose given on day 10"},
    ),
    "V31": Facts(
        man(70),
        doses=(FIRST, a_dose("2026-08-24", None), a_dose("2026-09-07", None, dose=Quantity(value=6.0, unit="mL"))),
        onset="2026-09-08",
    ),
    "V32": Facts(
        woman(66),
        onset="2026-11-01",
        words={"ot_loe": "Drug ineffective"},
        others=(
            another_drug(
                "Valaciclovir",
                doses=(Dose(start=day("2026-01"), interval=Quantity(value=12.0, unit="h")),),
                indications=(Term(name="Herpes prophylaxis"),),
            ),
        ),
    ),
    "V33": Facts(woman(31, last_menstrual_period=day("2026-08-03")), onset="2026-10-05"),
    "V34": Facts(woman(29), doses=(FIRST,), onset="2026-08-20", tests=(tested("Pregnancy test", "positive"),)),
    "V35": Facts(
        man(69, history=had("Smouldering multiple myeloma")),
        onset="2027-01",
        words={"is_plasma": "Plasmacytoma 2 cm from the injected nodule"},
    ),
    "V37": Facts(
        woman(63),
        onset="2026-09-02",
        others=(
            another_drug("Ipilimumab", "1", doses=(Dose(start=day("2026-08-03")),)),
            another_drug("Nivolumab", "1", doses=(Dose(start=day("2026-08-03")),)),
        ),
    ),
    "V41": Facts(man(74), onset="2026-09-07"),
    "V42": Facts(
        man(57),
        doses=(FIRST, a_dose("2026-08-24", None, text="10^8 PFU/mL into a supraclavicular node")),
        onset="2026-08-25",
    ),
    "V43": Facts(
        woman(60),
        doses=(a_first_dose("2026-08-03", None, start=day("20260803100000"), end=day("20260803100000")),),
        onset="20260803102000",
    ),
    "V45": Facts(
        man(62),
        doses=(
            replace(FIRST, text="10^6 PFU/mL, first dose; the vial was kept 22 hours at 5 C after it was thawed"),
            a_dose("2026-08-24", None),
        ),
        onset="20260824180000",
        tests=(tested("HSV-1 IgG", "negative", date=day("2026-07-28")),),
    ),
    "V46": Facts(Patient(name=NullFlavor.UNK), reporter="5"),
    "V50": Facts(
        Patient(name="B.B.", age=Quantity(value=6.0, unit="wk"), parent=Parent(sex=Sex.FEMALE)),
        doses=(),
        indication="",
        words={"bf_exposure": "Exposure via breast milk"},
    ),
}


def first_term(concept: str) -> str:
    """The name under which a report would give it; what the profile does not know is given by its own name."""
    return next((one.terms[0] for one in safety_profile().concepts if one.id == concept), concept.capitalize())


def reaction_of(event: Event, row: Vignette) -> Any:
    facts, criteria = FACTS[row.id], [CRITERIA[one] for one in event.criteria.split(",") if one in CRITERIA]
    name = first_term(event.concept)
    return a_reaction(
        facts.words.get(event.concept, name),
        term=Term(name=name),
        seriousness=serious(*criteria) if criteria else NOT_SERIOUS,
        outcome=facts.outcome,
        start=day(facts.onset),
        country=row.country,
    )


def case_of(row: Vignette) -> Case:
    facts = FACTS[row.id]
    product = a_drug(
        row.product,
        substances=(),
        doses=facts.doses,
        indications=(Term(name=facts.indication),) if facts.indication else (),
    )
    return a_case(
        f"{row.country}-VIGNETTE-{row.id}",
        reporters=(a_reporter(country=row.country, qualification=facts.reporter),),
        patient=facts.patient,
        reactions=tuple(reaction_of(event, row) for event in row.events),
        tests=facts.tests,
        drugs=(product, *facts.others),
        narrative=None,
    )
