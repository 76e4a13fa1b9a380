"""The partner's line listing of October 2026, as CSV. Nobody in here exists."""

from typing import Any

from tests.samples.hospital_listing import FATIGUE, NAUSEA
from tests.samples.kinds import DUPLICATE, FOLLOW_UP, NEW, OUT_OF_SCOPE, QUARANTINED, Listed, SampleFile, listing_file

Row = dict[str, Any]

IMLYGIC: Row = {
    "drug": "Imlygic",
    "substance": "talimogene laherparepvec",
    "role": "suspect",
    "dose": 3,
    "dose_unit": "mL",
    "dose_text": "10^8 PFU/mL into lesions",
    "route": "Intralesional",
    "indication": "Malignant melanoma",
    "action_taken": "unchanged",
}

NARRATIVE = (
    "Synthetic. A retired teacher of 72 years with melanoma of the scalp, stage IIIB, had nine satellite nodules "
    "injected every two weeks; pembrolizumab was given alongside from the second visit on. He takes ramipril and "
    "metformin and had a heart attack in 2018. In the night after the first visit on 13 July 2026 he shivered, ached "
    "all over and ran a temperature of 39.1, which he treated with paracetamol; the same happened, less each time, "
    "after the following two visits. On 21 August, four days after the third visit, he got up at night, felt sick, "
    "fainted and struck his brow; an electrocardiogram and a monitor overnight found no cause, the blood pressure was "
    "low on standing. While in hospital the skin around two nodules behind the ear became red, hot and tender, with a "
    "C-reactive protein of 96; amoxicillin with clavulanic acid was started by mouth and changed to the vein for "
    "three days. Blood cultures stayed sterile. He went home on 28 August, the redness gone, the brow stitched. "
    "Ramipril was halved. Treatment went on with the fourth visit on 7 September, sitting, with fluids before and "
    "after, and he did not faint again. The reporting dermatologist thinks that fever, little to drink and ramipril "
    "explain the faint together."
)

LONG_CASE: Row = {
    "case_id": "AT-EXAMPLEPARTNER-0031",
    "worldwide_id": "AT-EXAMPLEPARTNER-0031",
    "version": 1,
    "report_type": "spontaneous",
    "first_received": "2026-09-02",
    "latest_received": "2026-10-14",
    "reporter_qualification": "physician",
    "reporter_country": "AT",
    "patient_initials": "P.O.",
    "birth_date": "1954-01-09",
    "age": 72,
    "age_unit": "years",
    "sex": "male",
    "weight_kg": 88,
    "medical_history": "Malignant melanoma stage IIIB; Myocardial infarction 2018; Hypertension; Type 2 diabetes "
    "mellitus",
    "narrative": NARRATIVE,
}

LONG_ROWS: tuple[Row, ...] = (
    LONG_CASE
    | IMLYGIC
    | {
        "dose": 4,
        "dose_text": "10^6 PFU/mL into lesions, first dose",
        "lot": "TV26B001",
        "drug_start": "2026-07-13",
        "drug_end": "2026-07-13",
        "reaction": "Influenza like illness",
        "reaction_start": "2026-07-13",
        "reaction_end": "2026-08-18",
        "outcome": "recovered",
        "seriousness": "non-serious",
        "reaction_country": "AT",
        "test_name": "Electrocardiogram",
        "test_date": "2026-08-21",
        "test_result": "sinus rhythm, old inferior infarction",
    },
    IMLYGIC
    | {
        "lot": "TV26B002",
        "drug_start": "2026-08-03",
        "drug_end": "2026-08-03",
        "reaction": "Syncope",
        "reaction_start": "2026-08-21",
        "reaction_end": "2026-08-21",
        "outcome": "recovered",
        "seriousness": "hospitalisation",
        "reaction_country": "AT",
        "test_name": "C-reactive protein",
        "test_date": "2026-08-24",
        "test_result": "96 mg/L",
    },
    IMLYGIC
    | {
        "lot": "TV26B002",
        "drug_start": "2026-08-17",
        "drug_end": "2026-08-17",
        "reaction": "Injection site cellulitis",
        "reaction_start": "2026-08-23",
        "reaction_end": "2026-08-28",
        "outcome": "recovered",
        "seriousness": "hospitalisation; medically important",
        "reaction_country": "AT",
        "test_name": "Blood culture",
        "test_date": "2026-08-24",
        "test_result": "sterile after five days",
    },
    IMLYGIC
    | {
        "lot": "TV26B005",
        "drug_start": "2026-09-07",
        "drug_end": "2026-09-07",
        "reaction": "Nausea",
        "reaction_start": "2026-08-21",
        "reaction_end": "2026-08-21",
        "outcome": "recovered",
        "seriousness": "non-serious",
        "reaction_country": "AT",
    },
    {
        "drug": "Pembrolizumab",
        "substance": "pembrolizumab",
        "role": "concomitant",
        "dose": 400,
        "dose_unit": "mg",
        "dose_text": "every six weeks",
        "route": "Intravenous",
        "lot": "EXP7731",
        "drug_start": "2026-08-03",
        "indication": "Malignant melanoma",
        "action_taken": "unchanged",
    },
    {"drug": "Ramipril", "role": "concomitant", "dose": 10, "dose_unit": "mg", "action_taken": "reduced"},
    {"drug": "Metformin", "role": "concomitant", "drug_start": "2015", "action_taken": "unchanged"},
)


def _rows(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Each row with the number and version of its case."""
    return tuple({name: rows[0].get(name, "") for name in ("case_id", "version")} | row for row in rows)


def _report(number: str, country: str, latest: str, reaction: Row, **changes: Any) -> tuple[Row, ...]:
    """A report of one row, about one visit on 7 September."""
    case = {
        "case_id": f"{country}-EXAMPLEPARTNER-{number}",
        "version": 1,
        "report_type": "spontaneous",
        "first_received": latest,
        "latest_received": latest,
        "reporter_qualification": "physician",
        "reporter_country": country,
        "patient_initials": "MSK",
        "age_unit": "years",
        "sex": "female",
        "outcome": "recovered",
        "seriousness": "non-serious",
        "reaction_country": country,
    }
    given = {"lot": "TV26B005", "drug_start": "2026-09-07", "drug_end": "2026-09-07"}
    return (case | IMLYGIC | given | reaction | changes,)


WIFE = (
    *_report(
        "0039",
        "IT",
        "2026-10-12",
        {
            "reaction": "Oral herpes",
            "reaction_start": "2026-09-15",
            "reaction_end": "2026-09-23",
            "seriousness": "medically important",
        },
        age=51,
        dose="NI",
        dose_text="the husband was treated; she changed his dressings",
        route="Contact with the dressing of a treated person",
        indication="",
        action_taken="not applicable",
        reporter_qualification="consumer",
        narrative="Synthetic. The wife of a treated man got a cold sore eight days after changing his dressing "
        "without gloves. She never had one before. No swab was taken.",
    ),
    {
        "case_id": "IT-EXAMPLEPARTNER-0039",
        "version": 1,
        "reaction": "Secondary transmission",
        "reaction_start": "2026-09-07",
        "outcome": "unknown",
        "seriousness": "medically important",
        "reaction_country": "IT",
    },
)

REPORTS = (
    Listed(
        _rows(LONG_ROWS),
        NEW,
        "the long one in seven rows: 4 reactions, 4 doses with lots, 4 drugs, 3 tests, history; syncope unlisted, "
        "injection site cellulitis hospitalised",
    ),
    Listed(
        _report(
            "0032",
            "DE",
            "2026-10-01",
            {"reaction": "Herpes labialis", "reaction_start": "2026-09-16", "reaction_end": "2026-09-22"},
            age=66,
            narrative="Synthetic. Cold sore nine days after the visit, seen by the dermatologist; aciclovir cream; "
            "healed.",
        ),
        NEW,
        "herpetic: herpes labialis, a synonym; lot known",
    ),
    Listed(
        _report(
            "0033",
            "FR",
            "2026-10-05",
            {
                "reaction": "Glomerulonephritis",
                "reaction_start": "2026-09",
                "outcome": "recovering",
                "seriousness": "hospitalisation",
                "test_name": "Kidney biopsy",
                "test_date": "2026-09-24",
                "test_result": "immune complexes, few crescents",
            },
            age=59,
            sex="male",
            action_taken="withdrawn",
            narrative="Synthetic. Foaming urine and swollen ankles; the biopsy showed glomerulonephritis; "
            "prednisolone.",
        ),
        NEW,
        "immune-mediated: glomerulonephritis, hospitalised; onset known to the month",
    ),
    Listed(
        _report(
            "0034",
            "ES",
            "2026-10-06",
            {"reaction": "Injection site pain", "reaction_start": "2026-09-02", "reaction_end": "2026-08-30"},
            age=48,
            lot="",
            narrative="Synthetic. Pain of the treated nodule. The dates were copied in the wrong order.",
        ),
        NEW,
        "injection site pain; warnings: end before start, onset before the first dose, no lot",
    ),
    Listed(
        _report(
            "0035",
            "US",
            "2026-10-06",
            {"reaction": "Fatigue", "reaction_start": "2026-09-08", "reaction_end": "2026-09-10"},
            age=134,
            weight_kg=640,
            narrative="Synthetic. Tired for two days.",
        ),
        NEW,
        "systemic: fatigue; warnings: age 134, weight 640 kg",
    ),
    Listed(
        _report(
            "0036",
            "GB",
            "2026-10-07",
            {"reaction": "Influenza like illness", "reaction_start": "2026-09-07", "outcome": "improving"},
            age=55,
            seriousness="non-serious",
            narrative="Synthetic. Aches and shivering on the evening of the visit.",
        ),
        NEW,
        "systemic: influenza like illness; warning: an outcome in a word that is not documented",
    ),
    Listed(
        _report(
            "0037",
            "US",
            "2026-10-08",
            {"reaction": "Sepsis", "reaction_start": "2026-09-14", "outcome": "recovering", "seriousness": "death"},
            age="ASKU",
            sex="male",
            narrative="Synthetic. Blood poisoning a week after the visit; the cell says death, the text that he "
            "recovers.",
        ),
        NEW,
        "other labelled: sepsis; warning: criterion death without a fatal outcome; age asked but unknown",
    ),
    Listed(
        _report(
            "0038",
            "GB",
            "2026-10-19",
            {
                "reaction": "HSV encephalitis",
                "reaction_start": "2026-09-12",
                "reaction_end": "2026-10-16",
                "outcome": "recovered with sequelae",
                "seriousness": "life-threatening; hospitalisation; disability",
            },
            worldwide_id="GB-EXAMPLEBIO-2026000105",
            version=2,
            first_received="2026-09-17",
            patient_initials="G.H.",
            age=63,
            action_taken="withdrawn",
            narrative="Synthetic. Discharged to a rehabilitation unit with a weak left hand and gaps in memory.",
        ),
        FOLLOW_UP,
        "follow-up of the encephalitis in the E2B batch by way of another format: the same worldwide number",
    ),
    Listed(
        WIFE,
        NEW,
        "transmission to another person, herpetic: the wife of a treated man; two reactions in two rows",
    ),
    Listed((FATIGUE,), DUPLICATE, "the first row of the hospital's workbook once more: same report, other file"),
    Listed(
        (NAUSEA | {"outcome": "not recovered"},),
        QUARANTINED,
        "critical: same case, version and date as in the hospital's workbook, but another outcome",
    ),
    Listed(
        _report(
            "0040",
            "NL",
            "2026-10-15",
            {"reaction": "Colitis", "reaction_start": "2026-09-20", "seriousness": "hospitalisation"},
            age=70,
            drug="Nivolumab",
            substance="nivolumab",
            dose_text="",
            dose=240,
            dose_unit="mg",
            route="Intravenous",
            lot="EXN0032",
            narrative="Synthetic. Bloody diarrhoea under nivolumab alone.",
        ),
        OUT_OF_SCOPE,
        "another product: nivolumab alone",
    ),
)


def files() -> tuple[SampleFile, ...]:
    return (listing_file("partner_listing_2026-10.csv", REPORTS),)
