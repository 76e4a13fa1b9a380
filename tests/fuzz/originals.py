"""The files that are changed: generated ones of every format, the samples, and real ones where they are."""

import json
from dataclasses import replace
from functools import cache

from tests.e2b_writer.r2 import r2_file, r2_report
from tests.factories import (
    a_case,
    a_patient,
    a_reaction,
    aers_quarter,
    deleted_list,
    e2b_batch,
    e2b_message,
    faers_quarter,
    faers_quarter_of_2013,
    judged,
    line_listing_csv,
    line_listing_xlsx,
    vaers_tables,
    zipped,
)
from tests.real_data import REAL_DATA
from tests.samples import FOLDER, mapped_listing
from tests.unit import test_eudravigilance as eudravigilance
from tests.unit import test_fhir as fhir

LARGEST = 64 * 1024  # of a file that is changed: small ones are read a hundred times a second

_CASES = [
    a_case(
        f"US-EXAMPLEBIO-202600000{number}",
        patient=a_patient(weight_kg=70.0),
        reactions=(a_reaction(), a_reaction("Chills")),
    )
    for number in range(1, 4)
]
_ROW = {
    "case_id": "DE-1",
    "reaction": "cold sore",
    "drug": "Imlygic",
    "role": "suspect",
    "latest_received": "2026-10-05",
}
_FAERS = {
    "demo": [{"caseid": 7, "fda_dt": "20240309", "age": "67", "age_cod": "YR"}, {"caseid": 8}],
    "drug": [
        {"caseid": 7, "drug_seq": 1, "role_cod": "PS", "drugname": "Imlygic"},
        {"caseid": 8, "drug_seq": 1, "role_cod": "PS", "drugname": "Other"},
    ],
    "reac": [{"caseid": 7, "pt": "Oral herpes"}, {"caseid": 8, "pt": "Chills"}],
    "outc": [{"caseid": 7, "outc_cod": "HO"}],
    "ther": [{"caseid": 7, "dsg_drug_seq": 1, "start_dt": "20240301"}],
    "indi": [{"caseid": 7, "indi_drug_seq": 1, "indi_pt": "Malignant melanoma"}],
}
_AERS = {
    "demo": [{"ISR": 70, "CASE": 7, "FDA_DT": "20080309"}, {"ISR": 80, "CASE": 8}],
    "drug": [
        {"ISR": 70, "DRUG_SEQ": 1, "ROLE_COD": "PS", "DRUGNAME": "IMLYGIC"},
        {"ISR": 80, "DRUG_SEQ": 2, "ROLE_COD": "PS", "DRUGNAME": "OTHER"},
    ],
    "reac": [{"ISR": 70, "PT": "Oral herpes"}],
}
_OPENFDA = {
    "meta": {"results": {"skip": 0, "limit": 3, "total": 3}},
    "results": [
        {
            "safetyreportid": str(number),
            "receivedate": "20240309",
            "serious": "1",
            "patient": {
                "patientonsetage": "67",
                "patientonsetageunit": "801",
                "drug": [{"medicinalproduct": name, "drugcharacterization": "1", "openfda": {"brand_name": [name]}}],
                "reaction": [{"reactionmeddrapt": "Chills", "reactionoutcome": "1"}],
            },
        }
        for number, name in enumerate(("IMLYGIC", "IMLYGIC", "OTHER"), 1)
    ],
}  # fmt: skip


@cache
def originals() -> dict[str, bytes]:
    """Files by name, in an order that is the same everywhere."""
    return {name: content for name, content in (generated() | _samples() | _real()).items() if len(content) <= LARGEST}


def generated() -> dict[str, bytes]:
    r2, openfda = r2_file(*map(r2_report, _CASES)), json.dumps(_OPENFDA).encode()
    rows = [_ROW | {"case_id": f"DE-{number}", "age": 67.0, "narrative": "Kältegefühl"} for number in range(3)]
    vaers = vaers_tables(
        data=[{"VAERS_ID": "0900001", "RECVDATE": "01/15/2026", "AGE_YRS": "67", "SYMPTOM_TEXT": 'a "cold\nsore"'}],
        vax=[{"VAERS_ID": "0900001", "VAX_NAME": "Imlygic"}],
        symptoms=[{"VAERS_ID": "0900001", "SYMPTOM1": "Oral herpes"}],
    )
    return {
        "E2B(R3)": e2b_batch(*map(e2b_message, _CASES)),
        "E2B(R3) with opinions": e2b_batch(e2b_message(_with_opinions())),
        "E2B(R2)": r2,
        "FAERS XML": r2.replace(b"Example Biologics", b"FDA-Public Use"),
        "openFDA": openfda,
        "openFDA in a zip": zipped({"drug-event-0001.json": openfda}),
        "FAERS": faers_quarter(**_FAERS, deleted=[7, 9, 11]),
        "FAERS of 2013": faers_quarter_of_2013(**_FAERS),
        "AERS": aers_quarter(**_AERS),
        "deleted cases": deleted_list(range(10_000_001, 10_000_200)),
        "VAERS": zipped(vaers),
        "listing as CSV": line_listing_csv(rows),
        "listing as XLSX": line_listing_xlsx(rows),
        "mapped listing": mapped_listing.listing(),
        "EudraVigilance as CSV": eudravigilance.as_csv(eudravigilance.ROW, eudravigilance.ROW),
        "EudraVigilance as XLSX": eudravigilance.as_xlsx(eudravigilance.ROW),
        **{f"FHIR {version}": json.dumps(fhir.bundle(*parts)).encode() for version, parts in fhir.OTHERS.items()},
    }


def _with_opinions():
    case = a_case("US-EXAMPLEBIO-2026000009")
    [drug] = case.drugs
    return replace(
        case, drugs=(replace(drug, reactions=(replace(judged(1, "related"), reaction_id=case.reactions[0].id),)),)
    )


def _samples() -> dict[str, bytes]:
    return {f"sample {path.name}": path.read_bytes() for path in sorted((FOLDER / "inbox").iterdir()) if path.is_file()}


def _real() -> dict[str, bytes]:
    alone = (
        "e2b_r3/fda/*.xml",
        "e2b_r3/ich/*.xml",
        "e2b_r2/*.xml",
        "faers/*.zip",
        "faers/DELETE*",
        "openfda/event*.json",
    )
    files = [path for pattern in (*alone, "fhir/*.json") for path in sorted(REAL_DATA.glob(pattern))]
    found = {f"real {path.name}": path.read_bytes() for path in files}
    if vaers := {path.name: path.read_bytes() for path in sorted(REAL_DATA.glob("vaers/*.csv"))}:
        found["real VAERS"] = zipped(vaers)
    return found
