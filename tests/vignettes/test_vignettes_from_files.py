"""Each vignette whole: written as a file of every kind, taken in, and judged and flagged as a physician expects.

`CHANGED` is all that becomes of a vignette where a kind of file cannot say what its flags rest on.
"""

from typing import NamedTuple

import pytest

from tests.spec.test_vignettes import CATEGORIES, EXTRA
from tests.spec.vignette_cases import case_of
from tests.spec.vignettes import VIGNETTES, Vignette
from tests.vignettes.dictionary import coded, write_dictionary
from tests.vignettes.files import FIRST_PUBLIC_NUMBER, KINDS
from tvec_pv.actions import preparation
from tvec_pv.actions.intake import take_in
from tvec_pv.store import reads, record_reads
from tvec_pv.store.database import reading

AT_INTAKE = {"REJECT_OTHER_PRODUCT": "out of scope", "HOLD_INVALID": "quarantined"}


class Change(NamedTuple):
    """Flags that lack, flags that stand instead or besides, and why."""

    lack: set[str]
    stand: set[str]
    because: str


NO_TESTS = "FAERS has no tests"
CHANGED = {
    "FAERS": {
        "V03": Change({"QPCR_PENDING"}, {"QPCR_NOT_DONE"}, NO_TESTS),
        "V04": Change({"QPCR_TVEC_NEGATIVE_WT_HSV"}, {"QPCR_NOT_DONE"}, NO_TESTS),
        "V05": Change({"QPCR_TVEC_POSITIVE_BLOOD_NONSPECIFIC"}, {"QPCR_NOT_DONE"}, NO_TESTS),
        "V09": Change(
            {"DUAL_CATEGORY_INJSITE", "QPCR_TVEC_POSITIVE_INJECTED_LESION_NONDIAGNOSTIC"},
            {"QPCR_NOT_DONE"},
            "FAERS has neither tests nor the reporter's own words, which say where the lesion was",
        ),
        "V18": Change({"QPCR_TVEC_POSITIVE_LESION"}, {"QPCR_NOT_DONE"}, NO_TESTS),
        "V19": Change(
            {"EXP_NEONATE", "MEDICAL_ESCALATION", "QPCR_PENDING"},
            {"QPCR_NOT_DONE"},
            "the age is not said, and FAERS has no tests",
        ),
        "V21": Change({"CI_TRANSPLANT"}, set(), "FAERS has no history"),
        "V35": Change({"RISK_MULTIPLE_MYELOMA"}, set(), "FAERS has no history"),
        "V43": Change({"TTO_IMPLAUSIBLE_TOO_EARLY"}, set(), "FAERS has no times of day"),
        "V45": Change({"SEROSTATUS_NEGATIVE"}, {"SEROSTATUS_UNKNOWN"}, NO_TESTS),
        "V50": Change(set(), {"OL_INDICATION"}, "FAERS does not tell the infant's age from the patient's"),
    },
}


@pytest.fixture(scope="module", params=KINDS)
def taken_in(request, tmp_path_factory, opened):
    """The stored assessments, and the classes of the records, by vignette; and the kind of file they came in."""
    name, write = KINDS[request.param]
    folder = tmp_path_factory.mktemp("vignettes")
    cases = [case_of(row) for row in VIGNETTES]
    codes = write_dictionary(folder, cases)
    (folder / name).write_bytes(write([coded(case, codes) for case in cases]))
    numbers = {
        f"FAERS-{number}" if request.param == "FAERS" else case.sender_case_id: row.id
        for number, case, row in zip(
            range(FIRST_PUBLIC_NUMBER, FIRST_PUBLIC_NUMBER + len(cases)), cases, VIGNETTES, strict=True
        )
    }
    with pytest.MonkeyPatch.context() as patch, opened(folder, f"sqlite:///{folder}/s.sqlite", meddra=folder) as house:
        patch.setattr(preparation, "check_cases", lambda given, *_: [() for _ in given])
        take_in(house, [folder / name])
        with reading(house.store) as connection:
            views = list(reads.case_views(connection, reads.current_versions(connection)))
            held = [one["case_key"] for one in record_reads.held_records(connection)]
    stored = {numbers[view.case_key]: view.assessment for view in views}
    classes = dict.fromkeys(stored, "stored") | {numbers[key]: "quarantined" for key in held}
    return request.param, stored, classes


@pytest.mark.parametrize("row", VIGNETTES, ids=lambda row: f"{row.id} {row.title}")
def test_a_vignette_is_judged_from_a_file_to_the_store(taken_in, row):
    kind, stored, classes = taken_in
    if row.us in AT_INTAKE:
        assert classes.get(row.id, "out of scope") == AT_INTAKE[row.us]
        return
    assessment = stored[row.id]
    lack, stand, _ = CHANGED.get(kind, {}).get(row.id, Change(set(), set(), ""))

    assert [one["category"] for one in assessment["reactions"]] == [CATEGORIES[one.category] for one in row.events]
    assert assessment["primary"] == CATEGORIES[row.primary]
    assert listed(assessment, row) == [(event.us, event.eu) for event in row.events]
    assert [one["verdict"] for one in assessment["verdicts"]] == [row.us, row.eu]
    assert {one["flag"] for one in assessment["flags"]} == (set(row.flags) | EXTRA.get(row.id, set())) - lack | stand


def listed(assessment, row: Vignette):
    """What is listed of each reaction in the US and the EU; where no label speaks of an event, the reference's n/a."""
    found = ({one["region"]: one["listed"] for one in reaction["listedness"]} for reaction in assessment["reactions"])
    return [
        tuple("n/a" if stated == "n/a" else of[region] for region, stated in (("US", event.us), ("EU", event.eu)))
        for of, event in zip(found, row.events, strict=True)
    ]
