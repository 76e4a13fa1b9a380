"""The VAERS reader against ten real reports, their tables read here a second time with the csv module."""

import csv
from collections import defaultdict
from datetime import datetime
from functools import cache

import pytest

from tests.real_data import REAL_DATA, needs_real_data
from tvec_pv.domain.icsr import known
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.sources import vaers
from tvec_pv.sources.formats import find_files

pytestmark = needs_real_data

FOLDER = REAL_DATA / "vaers"


@cache
def rows(name):
    with (FOLDER / f"vaers{name}10.csv").open(encoding="latin-1", newline="") as file:
        return list(csv.DictReader(file))


def by_report(name):
    found = defaultdict(list)
    for row in rows(name):
        found[row["VAERS_ID"]].append(row)
    return found


@cache
def read(word):
    return list(vaers.read(FOLDER, lambda name: word in name))


def cases(word=""):
    return {item.case.sender_case_id: item.case for item in read(word) if isinstance(item, Record)}


def reports():
    if not FOLDER.is_dir():
        return [pytest.param(None, id="no real file")]
    return [pytest.param(row, id=row["VAERS_ID"]) for row in rows("Data")]


every_report = pytest.mark.parametrize("report", reports())


def case_of(report):
    return cases()["VAERS-" + report["VAERS_ID"]]


def iso(text):
    return datetime.strptime(text, "%m/%d/%Y").date().isoformat() if text else None


def test_the_folder_is_one_source():
    assert find_files([FOLDER]) == [FOLDER]


def test_every_report_is_read_without_a_finding():
    assert len(rows("Data")) == 10
    assert list(cases()) == ["VAERS-" + row["VAERS_ID"] for row in rows("Data")]
    assert [item.findings for item in read("")] == [()] * 10


@pytest.mark.parametrize(("word", "count"), [("MODERNA", 8), ("FLUCELVAX", 1), ("TALIMOGENE", 0)])
def test_only_the_reports_of_a_product_are_cases_and_the_others_are_counted(word, count):
    named = {row["VAERS_ID"] for row in rows("Vaccine") if word in row["VAX_NAME"]}

    assert len(named) == count
    assert cases(word).keys() == {"VAERS-" + number for number in named}
    assert [item.count for item in read(word) if isinstance(item, OtherProducts)] == [10 - count]


@every_report
def test_the_report_says_what_its_row_says(report):
    case = case_of(report)
    (reporter,) = case.reporters

    assert case.narrative == report["SYMPTOM_TEXT"].strip()
    assert case.latest_received.iso == iso(report["RECVDATE"])
    assert known(case.patient.age).value == float(report["AGE_YRS"])
    assert case.patient.sex == {"M": "1", "F": "2"}[report["SEX"]]
    assert reporter.country == "US"
    assert [one.text for one in case.tests] == [text for text in (report["LAB_DATA"].strip(),) if text]


@every_report
def test_each_text_on_the_patient_is_in_the_history(report):
    told = known(case_of(report).patient.history_text) or ""

    for column in ("HISTORY", "CUR_ILL", "ALLERGIES", "OTHER_MEDS", "PRIOR_VAX"):
        assert report[column].strip() in told


@every_report
def test_the_reactions_are_the_symptoms_in_order(report):
    given = [
        (row[f"SYMPTOM{number}"], row[f"SYMPTOMVERSION{number}"])
        for row in by_report("Symptoms")[report["VAERS_ID"]]
        for number in range(1, 6)
        if row[f"SYMPTOM{number}"]
    ]
    reactions = case_of(report).reactions

    assert [(one.term.name, one.term.version) for one in reactions] == given
    assert {one.start.iso for one in reactions} == {iso(report["ONSET_DATE"])}
    assert {one.outcome for one in reactions} == {{"Y": "1", "N": "3", "U": "0", "": None}[report["RECOVD"]]}
    assert given


@every_report
def test_no_criterion_is_met_where_none_is_reported(report):
    columns = ("DIED", "L_THREAT", "HOSPITAL", "X_STAY", "DISABLE", "BIRTH_DEFECT")

    assert {report[column] for column in columns} == {""}
    for reaction in case_of(report).reactions:
        assert not any(getattr(reaction.seriousness, name) for name in vaers_criteria())


def vaers_criteria():
    return ("death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "other_important")


@every_report
def test_the_vaccines_are_suspects_with_lot_route_and_day(report):
    given = [
        (row["VAX_NAME"], row["VAX_MANU"], row["VAX_LOT"] or None, row["VAX_ROUTE"][:1] or None)
        for row in by_report("Vaccine")[report["VAERS_ID"]]
    ]
    drugs = [drug for drug in case_of(report).drugs if drug.role == "1"]  # here every text names the product

    assert [
        (drug.name, drug.holder, dose.lot, dose.route and dose.route[:1]) for drug in drugs for dose in drug.doses
    ] == given
    assert {dose.start.iso for drug in drugs for dose in drug.doses} == {iso(report["VAX_DATE"])}
