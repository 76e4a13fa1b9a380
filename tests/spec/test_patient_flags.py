"""What the patient has, takes or is: contraindications, pregnancy, interacting medicines, what else explains it."""

from typing import NamedTuple

import pytest

from tests.factories import a_drug, a_patient, a_reaction, another_drug, day
from tests.spec.flagged import flags_of, said
from tests.spec.tables import each
from tvec_pv.domain.icsr import (
    Dose,
    DrugRole,
    MedicalHistory,
    NullFlavor,
    PastDrug,
    Patient,
    Quantity,
    Term,
    TestResult,
)


class Condition(NamedTuple):
    """A condition of the history in the words of the report, the country, and the flags that follow."""

    history: str
    country: str
    compromised: str
    contraindicated: bool


class OtherMedicine(NamedTuple):
    """A medicine, when it was taken, what for, and the flag that is asked for. Treatment 3 to 24 August, reaction
    7 September 2026."""

    name: str
    start: str | None
    end: str | None
    purpose: str
    flag: str
    found: str


class Sequence(NamedTuple):
    """When a medicine was started, the reactions by name and day, and the flag that is asked for. Treatment 3 to 24
    August 2026."""

    name: str
    start: str
    reactions: tuple[tuple[str, str], ...]
    flag: str
    found: str


class Taper(NamedTuple):
    """Courses of a steroid: mg a day, from and to; and the flag of a high dose. Treatment begins on 3 August 2026."""

    courses: tuple[tuple[float, str, str], ...]
    high: str


class Steroid(NamedTuple):
    """A steroid: mg a day, days, when it was started, and the flag of a high dose."""

    name: str
    daily: float
    days: int | None
    start: str
    high: str


class Pregnancy(NamedTuple):
    """What says that the patient is pregnant, where, and the flags of pregnancy and of a contraindication."""

    what: str
    country: str
    pregnant: str
    contraindicated: bool
    follow_up: bool


INFO_BESIDE = "context established"
CRITICAL, MAJOR, SUGGESTED = "critical established", "major established", "critical suggested"

CONDITIONS = [
    Condition("Chronic lymphocytic leukaemia", "US", CRITICAL, True),
    Condition("CLL", "DE", CRITICAL, True),
    Condition("HIV infection", "DE", CRITICAL, True),
    Condition("Allogeneic bone marrow transplantation", "DE", CRITICAL, True),
    Condition("Hypogammaglobulinaemia", "US", CRITICAL, True),
    Condition("Hypogammaglobulinaemia", "DE", MAJOR, False),
    Condition("Hypogammaglobulinaemia", "JP", CRITICAL, True),
    Condition("HIV test negative", "US", "", False),
    Condition("No history of leukaemia", "US", "", False),
    Condition("Hypertension", "US", "", False),
    Condition("Hypertension, leukaemia", "US", CRITICAL, True),
]

OTHER_MEDICINES = [
    OtherMedicine("Valaciclovir", "2026-07-01", None, "", "DDI_ANTIVIRAL", MAJOR),
    OtherMedicine("Acyclovir", "2026-07-01", None, "", "DDI_ANTIVIRAL", MAJOR),
    OtherMedicine("Valaciclovir", None, None, "Herpes prophylaxis", "DDI_ANTIVIRAL", MAJOR),
    OtherMedicine("Valaciclovir", None, None, "", "DDI_ANTIVIRAL", "major suggested"),
    OtherMedicine("Valaciclovir", "2026-09-06", None, "", "DDI_ANTIVIRAL", MAJOR),
    OtherMedicine("Valaciclovir", "2026-09", None, "", "DDI_ANTIVIRAL", "major suggested"),
    OtherMedicine("Valaciclovir", "2026-08", None, "", "DDI_ANTIVIRAL", MAJOR),
    OtherMedicine("Valaciclovir", "2026-09-07", None, "", "DDI_ANTIVIRAL", ""),
    OtherMedicine("Valaciclovir", "2026-09-08", None, "Herpes prophylaxis", "DDI_ANTIVIRAL", MAJOR),
    OtherMedicine("Valaciclovir", "2026-09-08", None, "", "DDI_ANTIVIRAL", ""),
    OtherMedicine("Valaciclovir", None, None, "Oral herpes", "DDI_ANTIVIRAL", ""),
    OtherMedicine("Valaciclovir", "2026-05-01", "2026-07-01", "", "DDI_ANTIVIRAL", ""),
    OtherMedicine("Pembrolizumab", "2026-01-05", "2026-03-11", "", "CONFOUND_ICI", "context established"),
    OtherMedicine("Pembrolizumab", "2026-01-05", "2026-03-10", "", "CONFOUND_ICI", ""),
    OtherMedicine("Pembrolizumab", "2026-01-05", "2026-03", "", "CONFOUND_ICI", "context established"),
    OtherMedicine("Pembrolizumab", None, None, "", "CONFOUND_ICI", "context established"),
    OtherMedicine("Keytruda", "2026-09-08", None, "", "CONFOUND_ICI", ""),
    OtherMedicine("Tacrolimus", "2024", None, "", "DDI_IMMUNOSUPPRESSANT", MAJOR),
    OtherMedicine("Tacrolimus", "2024", "2026-05-05", "", "DDI_IMMUNOSUPPRESSANT", MAJOR),
    OtherMedicine("Tacrolimus", "2024", "2026-05-04", "", "DDI_IMMUNOSUPPRESSANT", ""),
    OtherMedicine("Tacrolimus", "2026-09-08", None, "", "DDI_IMMUNOSUPPRESSANT", ""),
    OtherMedicine("Ibrutinib", "2025", None, "", "DDI_IMMUNOSUPPRESSANT", ""),
    OtherMedicine("Ibrutinib", "2025", None, "", "CI_IMMUNOCOMPROMISED", CRITICAL),
    OtherMedicine("Vemurafenib", "2026-07", None, "", "CONFOUND_OTHER", "info established"),
    OtherMedicine("Shingrix", "2026-06-01", "2026-06-01", "", "CONFOUND_OTHER", "info established"),
    OtherMedicine("Metformin", "2020", None, "", "CONFOUND_OTHER", ""),
]

NAUSEA, HERPES = ("Nausea", "2026-08-04"), ("Oral herpes", "2026-08-20")
SEQUENCES = [
    Sequence("Valaciclovir", "2026-08-10", (NAUSEA,), "DDI_ANTIVIRAL", MAJOR),
    Sequence("Valaciclovir", "2026-08-10", (NAUSEA, HERPES), "DDI_ANTIVIRAL", MAJOR),
    Sequence("Valaciclovir", "2026-08-19", (NAUSEA, HERPES), "DDI_ANTIVIRAL", MAJOR),
    Sequence("Valaciclovir", "2026-08-20", (NAUSEA, HERPES), "DDI_ANTIVIRAL", ""),
    Sequence("Valaciclovir", "2026-08-21", (NAUSEA, ("Herpes zoster", "2026-08-20")), "DDI_ANTIVIRAL", ""),
    Sequence("Pembrolizumab", "2026-08-10", (NAUSEA, ("Pneumonitis", "2026-10-01")), "CONFOUND_ICI", INFO_BESIDE),
    Sequence("Pembrolizumab", "2026-10-01", (NAUSEA, ("Pneumonitis", "2026-10-01")), "CONFOUND_ICI", INFO_BESIDE),
    Sequence("Pembrolizumab", "2026-10-02", (NAUSEA, ("Pneumonitis", "2026-10-01")), "CONFOUND_ICI", ""),
    Sequence("Tacrolimus", "2026-08-10", (NAUSEA,), "CI_IMMUNOCOMPROMISED", CRITICAL),
    Sequence("Tacrolimus", "2026-08-10", (NAUSEA,), "CONTRAINDICATED_PRODUCT_ADMINISTERED", MAJOR),
    Sequence("Tacrolimus", "2026-08-25", (NAUSEA,), "CI_IMMUNOCOMPROMISED", ""),
    Sequence("Tacrolimus", "2026-08-25", (("Oral herpes", "2026-09-10"),), "CI_IMMUNOCOMPROMISED", CRITICAL),
    Sequence("Tacrolimus", "2026-08-25", (("Oral herpes", "2026-09-10"),), "CONTRAINDICATED_PRODUCT_ADMINISTERED", ""),
]

TAPERS = [
    Taper(((40, "2026-07-20", "2026-07-26"), (20, "2026-07-27", "2026-08-02")), MAJOR),
    Taper(((40, "2026-07-20", "2026-07-26"), (20, "2026-07-27", "2026-08-01")), ""),
    Taper(((40, "2026-07-20", "2026-07-26"), (20, "2026-07-28", "2026-08-03")), ""),
    Taper(((40, "2026-07-20", "2026-07-26"), (19, "2026-07-27", "2026-08-30")), ""),
    Taper(((60, "2026-03-01", "2026-05-04"),), ""),
    Taper(((60, "2026-03-01", "2026-05-05"),), MAJOR),
    Taper(((60, "2019-03-01", "2019-05-05"), (5, "2019-05-06", "2026-08-30")), ""),
]

STEROIDS = [
    Steroid("Prednisone", 20, 14, "2026-08-01", MAJOR),
    Steroid("Prednisone", 19.9, 14, "2026-08-01", ""),
    Steroid("Prednisone", 20, 13, "2026-08-01", ""),
    Steroid("Prednisone", 20, 15, "2026-08-01", MAJOR),
    Steroid("Prednisone", 20, None, "2026-08-01", "major suggested"),
    Steroid("Prednisone", 80, 30, "2026-09-08", ""),
    Steroid("Dexamethasone", 3, 14, "2026-08-01", MAJOR),
    Steroid("Dexamethasone", 2.9, 14, "2026-08-01", ""),
    Steroid("Hydrocortisone", 80, 14, "2026-08-01", MAJOR),
    Steroid("Hydrocortisone", 79, 14, "2026-08-01", ""),
]

PREGNANCIES = [
    Pregnancy("a positive test", "US", CRITICAL, True, True),
    Pregnancy("a positive test", "FR", MAJOR, False, True),
    Pregnancy("a negative test", "US", "", False, False),
    Pregnancy("exposure during pregnancy", "US", CRITICAL, True, True),
    Pregnancy("a miscarriage", "US", CRITICAL, True, False),
    Pregnancy("a miscarriage", "FR", MAJOR, False, False),
    Pregnancy("a last period before a dose", "US", SUGGESTED, True, False),
    Pregnancy("a last period a year before", "US", "", False, False),
    Pregnancy("nothing", "US", "", False, False),
]


@each(CONDITIONS)
def test_an_immunodeficiency_contraindicates_in_the_us_and_a_severe_one_in_the_eu(row):
    patient = a_patient(history=(MedicalHistory(term=Term(name=row.history)),))
    flags = flags_of(patient=patient, reactions=(a_reaction(country=row.country),))

    assert said(flags, "CI_IMMUNOCOMPROMISED") == row.compromised
    assert ("CONTRAINDICATED_PRODUCT_ADMINISTERED" in flags) is row.contraindicated


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"history": (MedicalHistory(term=Term(name="Leukaemia"), continuing=False),)}, "suggested"),
        ({"history": (MedicalHistory(term=Term(name="Leukaemia"), end=day("2001")),)}, "suggested"),
        ({"history": (MedicalHistory(term=Term(name="Anaemia"), comment="after leukaemia"),)}, "suggested"),
        ({"history": (MedicalHistory(term=Term(name="Leukaemia"), is_family_history=True),)}, ""),
        ({"history_text": "Chronic lymphocytic leukaemia since 2019"}, "suggested"),
        ({"history_text": NullFlavor.ASKU}, ""),
        ({"history": (MedicalHistory(term=Term(name="Leukaemia"), continuing=NullFlavor.UNK),)}, "established"),
    ],
)
def test_what_is_over_or_told_in_free_text_is_only_suggested(changes, status):
    flag = flags_of(patient=a_patient(**changes)).get("CI_LEUKAEMIA")

    assert (flag.status if flag else "") == status


def test_what_another_medicine_was_given_for_is_a_condition_too():
    drug = another_drug("Ibrutinib", indications=(Term(name="Chronic lymphocytic leukaemia"),))

    assert said(flags_of(drugs=(a_drug(), drug)), "CI_LEUKAEMIA") == "critical established"


@each(OTHER_MEDICINES)
def test_other_medicines_count_by_the_time_at_which_they_were_taken(row):
    dose = Dose(start=day(row.start) if row.start else None, end=day(row.end) if row.end else None)
    other = another_drug(row.name, doses=(dose,), indications=(Term(name=row.purpose),) if row.purpose else ())

    assert said(flags_of(drugs=(a_drug(), other)), row.flag) == row.found


@each(SEQUENCES)
def test_a_medicine_counts_by_the_doses_and_by_the_reaction_that_it_is_about(row):
    other = another_drug(row.name, doses=(Dose(start=day(row.start)),))
    reactions = tuple(a_reaction(name, start=day(when)) for name, when in row.reactions)

    assert said(flags_of(drugs=(a_drug(), other), reactions=reactions), row.flag) == row.found


@each(TAPERS)
def test_a_steroid_that_is_tapered_counts_as_one_and_not_years_later(row):
    doses = tuple(
        Dose(
            dose=Quantity(value=float(daily), unit="mg"),
            interval=Quantity(value=1.0, unit="d"),
            start=day(start),
            end=day(end),
        )
        for daily, start, end in row.courses
    )

    assert (
        said(flags_of(drugs=(a_drug(), another_drug("Prednisone", doses=doses))), "DDI_HIGH_DOSE_STEROID") == row.high
    )


@pytest.mark.parametrize("name", ["Humira", "MabThera", "Imbruvica", "Jakafi", "Neoral", "Xeljanz", "Leflunomide"])
def test_a_medicine_counts_by_its_brand_too(name):
    assert said(flags_of(drugs=(a_drug(), another_drug(name))), "CI_IMMUNOCOMPROMISED") == CRITICAL


@pytest.mark.parametrize(
    ("end", "found"), [("1999", ""), ("2026-08-02", ""), ("2026-08-03", SUGGESTED), (None, CRITICAL)]
)
def test_a_pregnancy_that_ended_before_the_first_dose_is_none(end, found):
    past = MedicalHistory(term=Term(name="Pregnancy"), end=day(end) if end else None)

    assert said(flags_of(patient=a_patient(history=(past,))), "CI_PREGNANCY") == found


def test_nothing_is_contraindicated_for_a_person_who_was_not_treated():
    flags = flags_of(
        patient=a_patient(history=(MedicalHistory(term=Term(name="Pregnancy")),)),
        reactions=(a_reaction("Needle stick injury"),),
    )

    assert said(flags, "EXP_HCP_OCCUPATIONAL") == CRITICAL
    assert "CONTRAINDICATED_PRODUCT_ADMINISTERED" not in flags


def test_a_past_medicine_counts_by_its_end_and_one_that_was_not_given_does_not():
    recent = PastDrug(name="Nivolumab", start=day("2026-01"), end=day("2026-06"))
    old = PastDrug(name="Nivolumab", start=day("2019"), end=day("2020"))
    not_given = another_drug("Nivolumab", DrugRole.NOT_ADMINISTERED)

    assert "CONFOUND_ICI" in flags_of(patient=a_patient(past_drugs=(recent,)))
    assert "CONFOUND_ICI" not in flags_of(patient=a_patient(past_drugs=(old,)))
    assert "CONFOUND_ICI" not in flags_of(drugs=(a_drug(), not_given))


@each(STEROIDS)
def test_a_steroid_suppresses_from_20_mg_a_day_for_14_days(row):
    start = day(row.start)
    dose = Dose(
        dose=Quantity(value=row.daily, unit="mg"),
        interval=Quantity(value=1.0, unit="d"),
        start=start,
        duration=Quantity(value=float(row.days), unit="d") if row.days else None,
    )

    flags = flags_of(drugs=(a_drug(), another_drug(row.name, doses=(dose,))))

    assert said(flags, "DDI_HIGH_DOSE_STEROID") == row.high
    assert ("CI_IMMUNOCOMPROMISED" in flags) is bool(row.high)


def test_a_steroid_on_the_skin_suppresses_nothing():
    dose = Dose(dose=Quantity(value=40.0, unit="mg"), start=day("2026-07-01"), route="Topical")

    assert "DDI_HIGH_DOSE_STEROID" not in flags_of(drugs=(a_drug(), another_drug("Prednisolone", doses=(dose,))))


@each(PREGNANCIES)
def test_pregnancy_contraindicates_in_the_us_and_its_outcome_is_asked_for(row):
    test = {"a positive test": "positive", "a negative test": "negative"}.get(row.what)
    period = {"a last period before a dose": "2026-07-20", "a last period a year before": "2025-07-20"}.get(row.what)
    reported = {"exposure during pregnancy": "Exposure during pregnancy", "a miscarriage": "Abortion spontaneous"}
    flags = flags_of(
        patient=a_patient(last_menstrual_period=day(period) if period else None),
        tests=(TestResult(name=Term(name="Pregnancy test"), text=test),) if test else (),
        reactions=(a_reaction(reported.get(row.what, "Nausea"), country=row.country),),
    )

    assert said(flags, "CI_PREGNANCY") == row.pregnant
    assert ("CONTRAINDICATED_PRODUCT_ADMINISTERED" in flags) is row.contraindicated
    assert ("FOLLOW_UP_OUTCOME" in flags) is row.follow_up


@pytest.mark.parametrize(
    ("history", "flag"),
    [
        ("Smoldering multiple myeloma", "RISK_MULTIPLE_MYELOMA"),
        ("Rheumatoid arthritis", "AUTOIMMUNE_HX"),
        ("Radiotherapy", "RISK_RADIATED_SITE"),
        ("Shingles", "MIMIC_VZV_IN_HISTORY"),
    ],
)
def test_what_the_patient_had_stands_beside_the_reaction(history, flag):
    told = {
        one: flags_of(patient=Patient(name="A.B.", history=(MedicalHistory(term=Term(name=one)),)))
        for one in (history, "Hypertension")
    }

    assert flag in told[history]
    assert flag not in told["Hypertension"]
