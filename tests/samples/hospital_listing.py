"""A hospital's line listing of October 2026, as a workbook with real dates. Nobody in here exists."""

from datetime import date
from typing import Any

from tests.factories import LISTING_COLUMNS
from tests.samples.kinds import FOLLOW_UP, NEW, Listed, SampleFile, listing_file

Row = dict[str, Any]


def _row(number: str, country: str, latest: date, reaction: str, start: Any, **changes: Any) -> Row:
    row: Row = {
        "case_id": f"{country}-EXAMPLEHOSPITAL-{number}",
        "version": 1,
        "report_type": "spontaneous",
        "first_received": latest,
        "latest_received": latest,
        "reporter_qualification": "other health professional",
        "reporter_country": country,
        "patient_initials": "MSK",
        "age_unit": "years",
        "sex": "female",
        "reaction": reaction,
        "reaction_start": start,
        "outcome": "recovered",
        "seriousness": "non-serious",
        "reaction_country": country,
        "drug": "T-VEC",
        "substance": "talimogene laherparepvec",
        "role": "suspect",
        "dose": 2.5,
        "dose_unit": "mL",
        "dose_text": "10^8 PFU/mL into lesions",
        "route": "Intralesional",
        "lot": "TV26D001",
        "drug_start": date(2026, 9, 21),
        "drug_end": date(2026, 9, 21),
        "indication": "Malignant melanoma",
        "action_taken": "unchanged",
    }
    return row | changes


FATIGUE = _row(
    "0011",
    "GB",
    date(2026, 10, 2),
    "Fatigue",
    date(2026, 9, 21),
    age=57,
    reaction_end=date(2026, 9, 25),
    narrative="Synthetic. Tired for four days after the visit, no fever, worked half days.",
)

FATIGUE_FOLLOW_UP = FATIGUE | {
    "version": 2,
    "latest_received": date(2026, 10, 16),
    "reaction_end": date(2026, 9, 28),
    "narrative": "Synthetic. Tired for a week after the visit, not four days as first said.",
}

NAUSEA = _row(
    "0012", "US", date(2026, 10, 5), "Nausea", date(2026, 9, 22), age=63, sex="male", narrative="Synthetic. Nausea."
)

FEVER_AFTER_TRANSPLANT = _row(
    "0013",
    "DE",
    date(2026, 10, 5),
    "Pyrexia",
    date(2026, 9, 22),
    reaction_end=date(2026, 9, 23),
    age=52,
    sex="male",
    lot="UNK",
    medical_history="Malignant melanoma; Kidney transplant 2021",
    narrative="Synthetic. A kidney graft under tacrolimus; the product was given all the same. Fever for a day.",
)

TACROLIMUS: Row = {
    "case_id": "DE-EXAMPLEHOSPITAL-0013",
    "version": 1,
    "drug": "Tacrolimus",
    "role": "concomitant",
    "drug_start": 2021,
    "action_taken": "unchanged",
}

SYNCOPE = _row(
    "0014",
    "GB",
    date(2026, 10, 7),
    "Syncope",
    date(2026, 9, 21),
    reaction_end=date(2026, 9, 21),
    age=44,
    seriousness="hospitalisation",
    narrative="Synthetic. Fainted in the waiting room half an hour after the injections; kept overnight.",
)

MYOCARDITIS = _row(
    "0015",
    "DE",
    date(2026, 10, 8),
    "Myocarditis",
    date(2026, 10, 1),
    age=63,
    outcome="recovering",
    seriousness="life-threatening; hospitalisation",
    action_taken="withdrawn",
    test_name="Troponin T",
    test_date=date(2026, 10, 1),
    test_result="1480 ng/L",
    narrative="Synthetic. Ipilimumab and nivolumab besides T-VEC. Palpitations, complete heart block, pacing for two "
    "days.",
)

CHECKPOINT_INHIBITORS: tuple[Row, ...] = tuple(
    {"case_id": "DE-EXAMPLEHOSPITAL-0015", "version": 1, "drug": name, "role": "suspect", "route": "Intravenous"}
    for name in ("Ipilimumab", "Nivolumab")
)

TOO_SOON = _row(
    "0016",
    "NL",
    date(2026, 10, 9),
    "Inappropriate schedule of product administration",
    date(2026, 10, 1),
    age=69,
    reporter_qualification="pharmacist",
    dose_text="10^6 PFU/mL into lesions, first dose",
    narrative="Synthetic. The second dose was given ten days after the first by mistake. The patient felt well.",
)

SECOND_DOSE: Row = {
    "case_id": "NL-EXAMPLEHOSPITAL-0016",
    "version": 1,
    "drug": "T-VEC",
    "role": "suspect",
    "dose": 4,
    "dose_unit": "mL",
    "dose_text": "10^8 PFU/mL into lesions",
    "lot": "TV26D004",
    "drug_start": date(2026, 10, 1),
    "drug_end": date(2026, 10, 1),
}

SPLASH = _row(
    "0017",
    "US",
    date(2026, 10, 12),
    "Accidental exposure to product",
    date(2026, 9, 21),
    age=38,
    dose=None,
    dose_text="splash into the eye while injecting",
    route="Accidental exposure",
    indication=None,
    action_taken="not applicable",
    narrative="Synthetic. A splash into a nurse's eye, rinsed at once. Well on day 30. No reaction.",
)

SWOLLEN_NODES = _row(
    "0018",
    "US",
    date(2026, 10, 13),
    "Lymphadenopathy",
    2026,
    age="ASKU",
    sex="MSK",
    birth_date=1961,
    outcome="unknown",
    seriousness=None,
    narrative="Synthetic. Swollen glands in the groin at some time this year; little more is known.",
)

REPORTS = (
    Listed(
        (FATIGUE,),
        NEW,
        "systemic: fatigue; warning, as on every row of this file: the column `ward` is not a documented one",
    ),
    Listed((FATIGUE_FOLLOW_UP,), FOLLOW_UP, "follow-up of the row above: version 2 with a newer date"),
    Listed((NAUSEA,), NEW, "systemic: nausea; very short narrative (info)"),
    Listed(
        (FEVER_AFTER_TRANSPLANT, TACROLIMUS), NEW, "systemic: pyrexia after a kidney transplant; lot unknown (warning)"
    ),
    Listed((SYNCOPE,), NEW, "systemic, unlisted: syncope, hospitalised"),
    Listed(
        (MYOCARDITIS, *CHECKPOINT_INHIBITORS),
        NEW,
        "immune-mediated, unlisted: myocarditis, life-threatening, with two checkpoint inhibitors equally suspect",
    ),
    Listed((TOO_SOON, SECOND_DOSE), NEW, "medication error without a reaction: second dose after ten days"),
    Listed((SPLASH,), NEW, "exposure without any reaction: splash into a nurse's eye; no indication (info)"),
    Listed(
        (SWOLLEN_NODES,),
        NEW,
        "systemic, unlisted: lymphadenopathy; year only, sex masked, age not known; warning: no word on seriousness",
    ),
)


def files() -> tuple[SampleFile, ...]:
    """The hospital's own column `ward` is not one of the documented ones: a warning on each report."""
    return (listing_file("hospital_listing_2026-10.xlsx", REPORTS, (*LISTING_COLUMNS, "ward")),)
