"""A EudraVigilance line listing, a FHIR bundle and a list of deleted cases for the inbox. Nobody in them exists."""

import csv
import io
import json
from typing import Any

from tests.factories import deleted_list
from tests.samples.kinds import NEW, NULLIFICATION, OUT_OF_SCOPE, Sample, SampleFile

_COLUMNS = (
    *("EU Local Number", "Report Type", "EV Gateway Receipt Date", "Primary Source Qualification"),
    *("Primary Source Country for Regulatory Purposes", "Literature Reference", "Patient Age Group"),
    *("Patient Age Group (as per reporter)", "Parent Child Report", "Patient Sex"),
    "Reaction List PT (Duration \u2013 Outcome - Seriousness Criteria)",
    "Suspect/interacting Drug List (Drug Char - Indication PT - Action taken - [Duration - Dose - Route])",
    "Concomitant/Not Administered Drug List (Drug Char - Indication PT - Action taken - [Duration - Dose - Route])",
    "ICSR Form",
)
_GIVEN = "[n/a - 4ml - Intralesional use]"
_SUSPECT = f"IMLYGIC [TALIMOGENE LAHERPAREPVEC] (S - Malignant melanoma - Drug withdrawn - {_GIVEN})"
_ROWS = (
    (
        *("EU-EC-10099000001", "Spontaneous", "2026-10-21 00:00:00", "Healthcare Professional"),
        *("European Economic Area", "Not available", "65-85 Years", "Not Specified", "No", "Female"),
        "Cellulitis (9d - Recovered/Resolved - Caused/Prolonged Hospitalisation, Other Medically Important Condition),"
        "<BR><BR>Pyrexia (2d - Recovered/Resolved - )",
        _SUSPECT,
        "APIXABAN [APIXABAN] (C - Atrial fibrillation - n/a - [n/a - n/a - n/a])",
        "",
    ),
    (
        *("EU-EC-10099000002", "Spontaneous", "2026-10-23 00:00:00", "Non Healthcare Professional"),
        *("European Economic Area", "Not available", "18-64 Years", "Not Specified", "No", "Male"),
        "Chills (1d - Recovered/Resolved - )",
        _SUSPECT,
        "Not reported",
        "",
    ),
)


def _eudravigilance() -> SampleFile:
    written = io.StringIO(newline="")
    csv.writer(written).writerows((_COLUMNS, *_ROWS))
    shows = (
        "EudraVigilance: two reactions in one cell, one with two criteria; age and sex as groups, no dates of onset",
        "EudraVigilance: a consumer's report of chills, nothing said of seriousness",
    )
    samples = tuple(
        Sample(row[0], NEW, words, f"row {number}")
        for number, (row, words) in enumerate(zip(_ROWS, shows, strict=True), 2)
    )
    return SampleFile("eudravigilance_2026-11.csv", ("\ufeff\ufeff" + written.getvalue()).encode(), samples)


def _concept(code: str, display: str, system: str = "http://snomed.info/sct") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


_BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {
            "resource": {
                "resourceType": "AdverseEvent",
                "id": "event-1",
                "identifier": {"system": "https://example.org/safety", "value": "CH-EXAMPLECLINIC-0301"},
                "actuality": "actual",
                "event": _concept("386661006", "Fever"),
                "subject": {"reference": "Patient/patient-1"},
                "date": "2026-10-14",
                "recordedDate": "2026-10-16",
                "seriousness": _concept("Non-serious", "Non-serious"),
                "outcome": _concept("resolved", "Resolved"),
                "recorder": {"reference": "Practitioner/doctor-1"},
                "suspectEntity": [{"instance": {"reference": "Medication/medicine-1"}}],
            }
        },
        {"resource": {"resourceType": "Patient", "id": "patient-1", "gender": "male", "birthDate": "1951-03"}},
        {
            "resource": {
                "resourceType": "Practitioner",
                "id": "doctor-1",
                "address": [{"country": "CH"}],
                "qualification": [{"code": {"coding": [{"code": "MD"}]}}],
            }
        },
        {
            "resource": {
                "resourceType": "Medication",
                "id": "medicine-1",
                "code": _concept("n/a", "Imlygic"),
                "batch": {"lotNumber": "TV26B009"},
            }
        },
    ],
}


def _fhir() -> SampleFile:
    shows = "FHIR R4: a fever in a bundle, with its patient, reporter and medicine by reference"
    sample = Sample("CH-EXAMPLECLINIC-0301", NEW, shows, "entry 1")
    content = json.dumps(_BUNDLE, indent=2) + "\n"
    return SampleFile("fhir_bundle_2026-10.json", content.encode(), (sample,))


def _deleted() -> SampleFile:
    name = "faers_deleted_2026q3.txt"
    both = f"{name} cases 1 to 2"
    samples = (
        Sample(
            "FAERS-99000004", NULLIFICATION, "withdrawn by FDA's list of deleted cases: kept, in no count", f"{both}, 1"
        ),
        Sample("FAERS-99009999", OUT_OF_SCOPE, "on the same list: a case that was never here", both),
    )
    return SampleFile(name, deleted_list([99000004, 99009999]), samples)


def files() -> tuple[SampleFile, ...]:
    return (_eudravigilance(), _fhir(), _deleted())
