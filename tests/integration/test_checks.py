"""The expectation suites, run: what fails each check, what just passes it, and where the finding says it is."""

import json
import re
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from tests.check_rows import ROWS
from tests.factories import a_case, a_dose, a_drug, a_patient, a_reaction, a_reporter, another_drug, day
from tvec_pv.checks.suites import TABLES, check_cases, read_checks, read_suites, suites_version
from tvec_pv.domain.errors import CheckRaised, ReferenceDataError
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.icsr import Quantity
from tvec_pv.reference_files import case_rules, product

TODAY = date(2026, 11, 22)
FOLDER = Path(__file__).resolve().parents[2] / "expectations"
PREFIXES = {
    "cases": "CASE",
    "reporters": "REPO",
    "identifiers": "IDEN",
    "history": "HIST",
    "past_drugs": "PAST",
    "causes_of_death": "CAUS",
    "reactions": "REAC",
    "tests": "TEST",
    "drugs": "DRUG",
    "doses": "DOSE",
    "assessed": "ASSE",
    "opinions": "OPIN",
    "dates": "DATE",
    "amounts": "AMOU",
    "terms": "TERM",
    "texts": "TEXT",
}
OF_ELEMENTS = ("dates", "amounts", "terms", "texts")
KAHN = {"conformance", "completeness", "plausibility"}


def run(cases):
    return check_cases(cases, product(), FOLDER, TODAY)


@pytest.fixture(scope="module")
def checked():
    """All changed cases in one batch, each between two good ones: (findings of the rows, findings of the good)."""
    cases = [a_case(f"US-GOOD-{0:04}")]
    for number, row in enumerate(ROWS, 1):
        cases += [a_case(f"US-CHANGED-{number:04}", **row.fields), a_case(f"US-GOOD-{number:04}")]
    findings = run(cases)
    return findings[1::2], findings[0::2]


CHECKS = {check.id: check for check in read_checks(FOLDER)}


# --- each check ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(len(ROWS)), ids=[f"{row.check} {row.change}" for row in ROWS])
def test_a_check_fails_on_what_it_is_about_and_just_passes_its_neighbour(checked, place):
    row, findings = ROWS[place], [one for one in checked[0][place] if one.check == ROWS[place].check]

    assert tuple(finding.where for finding in findings) == row.found_at


def test_good_cases_have_no_finding_whatever_stands_beside_them_in_the_batch(checked):
    assert [findings for findings in checked[1] if findings] == []


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_of_the_suites_has_a_case_that_fails_it_and_one_that_passes(check):
    rows = [row for row in ROWS if row.check == check]

    assert any(row.found_at for row in rows)
    assert any(not row.found_at for row in rows)


def test_a_finding_has_the_severity_the_element_and_the_sentence_of_its_suite(checked):
    found = {finding.check: finding for findings in checked[0] for finding in findings}

    assert found.keys() == CHECKS.keys()
    for check, finding in found.items():
        expectation = next(
            one
            for table in TABLES
            for one in json.loads((FOLDER / f"{table}.json").read_text("utf-8"))["expectations"]
            if one["meta"]["check_id"] == check
        )
        assert (str(finding.severity), finding.message) == (expectation["severity"], expectation["meta"]["sentence"])
        if CHECKS[check].table not in OF_ELEMENTS:
            assert finding.element == expectation["meta"]["element"]


def test_a_finding_on_an_element_says_which_and_where():
    """The tables of every date, amount, term and text speak of many elements: each finding names its own."""
    late = a_drug(doses=(a_dose(), a_dose(start=day("2027"), end=None, dose=Quantity(value=3.0))))
    (findings,) = run([a_case(drugs=(late,), latest_received=day("2027"))])

    assert {
        (one.check, one.element, one.where) for one in findings if one.check in ("DATE-01", "DATE-04", "AMOU-01")
    } == {
        ("DATE-01", "G.k.4.r.4", "drug 1, dose 2"),
        ("DATE-04", "C.1.5", ""),
        ("AMOU-01", "G.k.4.r.1", "drug 1, dose 2"),
    }


def test_no_finding_repeats_a_value_of_the_report():
    (findings,) = run([a_case(reporters=(a_reporter(country="Secretland"),), patient=a_patient(sex="Secretsex"))])

    assert {finding.check for finding in findings} == {"CASE-11", "CASE-12"}
    assert not any("Secret" in text for finding in findings for text in (finding.message, finding.where))


def test_a_case_with_several_faults_has_all_of_them_in_the_order_of_the_suites():
    faulty = a_case(
        report_type="9",
        patient=a_patient(sex="9"),
        reactions=(a_reaction(outcome="9"), a_reaction("Chills", country="USA")),
        drugs=(a_drug(action_taken="7", indications=()),),
    )
    (findings,) = run([faulty])

    assert [(finding.check, finding.where) for finding in findings] == [
        ("CASE-09", ""),
        ("CASE-12", ""),
        ("REAC-03", "reaction 1"),
        ("REAC-10", "reaction 2"),
        ("DRUG-10", "drug 1"),
        ("DRUG-11", "drug 1"),
    ]


def test_a_medicine_that_is_not_the_product_needs_neither_lot_nor_route_nor_indication():
    (findings,) = run([a_case(drugs=(a_drug(), another_drug("nivolumab", "1")))])

    assert findings == ()


def test_cases_without_reactions_or_medicines_are_checked_too():
    (findings,) = run([a_case(reactions=(), drugs=())])

    assert [finding.check for finding in findings] == ["CASE-21"]


def test_the_findings_of_a_case_do_not_depend_on_its_batch(checked):
    place = next(number for number, row in enumerate(ROWS) if row.check == "REAC-11" and row.found_at)

    (alone,) = run([a_case(f"US-CHANGED-{place + 1:04}", **ROWS[place].fields)])
    assert alone == checked[0][place]


def test_no_cases_have_no_findings():
    assert run([]) == []


# --- suites that cannot be run -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A folder of suites that has the expectations given for cases, and no other. Each is read once, so each is new."""
    made = count()

    def of(*expectations):
        new = tmp_path / str(next(made))
        new.mkdir()
        for table in TABLES:
            suite = {"name": table, "expectations": list(expectations) if table == "cases" else []}
            (new / f"{table}.json").write_text(json.dumps(suite))
        return new

    return of


def an_expectation(kind="expect_column_values_to_not_be_null", severity="critical", meta=None, **arguments):
    good = {"check_id": "CASE-90", "kahn": "completeness", "element": "C.1.1", "sentence": "Words.", "source": "Words."}
    return {"type": kind, "kwargs": arguments, "severity": severity, "meta": good if meta is None else meta}


def test_a_check_of_a_column_that_is_not_there_stops_the_batch(folder):
    with pytest.raises(CheckRaised, match="CASE-90 of cases could not be evaluated"):
        check_cases([a_case()], product(), folder(an_expectation(column="no_such_column")), TODAY)


def test_a_check_of_a_value_that_cannot_be_compared_stops_the_batch(folder):
    unlike = an_expectation("expect_column_values_to_be_between", column="sex", min_value=0)

    with pytest.raises(CheckRaised, match="CASE-90"):
        check_cases([a_case()], product(), folder(unlike), TODAY)


def test_a_check_that_fails_without_naming_rows_stops_the_batch(folder):
    of_the_table = an_expectation("expect_table_row_count_to_equal", value=7)

    with pytest.raises(CheckRaised, match="without naming rows"):
        check_cases([a_case()], product(), folder(of_the_table), TODAY)


@pytest.mark.parametrize("lacking", ["check_id", "kahn", "element", "sentence", "source"])
def test_a_check_without_its_reasons_is_refused(folder, lacking):
    meta = an_expectation()["meta"] | {lacking: ""}

    with pytest.raises(ReferenceDataError, match=rf"cases\.json: expectation 1 lacks {lacking}"):
        read_suites(folder(an_expectation(meta=meta, column="sex")))


def test_a_suite_that_is_missing_or_not_json_is_refused_with_its_name(folder):
    there = folder(an_expectation(column="sex"))
    (there / "drugs.json").write_text("{")
    with pytest.raises(ReferenceDataError, match=r"drugs\.json"):
        read_suites(there)
    (there / "drugs.json").unlink()  # what could not be read is read again
    with pytest.raises(ReferenceDataError, match=r"drugs\.json"):
        read_suites(there)


def test_the_version_of_the_suites_follows_from_every_check_of_them(folder):
    good = an_expectation(column="sex")
    version = suites_version(folder(good))

    assert suites_version(folder(good)) == version
    assert suites_version(folder(good | {"severity": "info"})) != version
    assert suites_version(folder(an_expectation(column="sex", mostly=0.9))) != version
    assert suites_version(folder(good, good)) != version
    assert re.fullmatch("[0-9a-f]{12}", suites_version(FOLDER))


# --- the files that ship -------------------------------------------------------------------------------------------


def shipped():
    return [
        pytest.param(table, expectation, id=expectation.get("meta", {}).get("check_id", f"{table} {number}"))
        for table in TABLES
        for number, expectation in enumerate(json.loads((FOLDER / f"{table}.json").read_text("utf-8"))["expectations"])
    ]


@pytest.mark.parametrize(("table", "expectation"), shipped())
def test_an_expectation_says_what_it_is_and_why(table, expectation):
    meta = expectation["meta"]

    assert meta["check_id"].startswith(f"{PREFIXES[table]}-")
    assert meta["kahn"] in KAHN
    assert expectation["severity"] in set(Severity)
    assert meta["element"]
    assert meta["source"]
    assert meta["sentence"].endswith(".")
    assert meta["sentence"][0].isupper()


# Checks that a physician signs and that therefore became flags of the assessment. Their ids are never used again.
NOW_FLAGS = {
    "CASE-41": "OL_INDICATION",
    "DOSE-02": "ME_OVERDOSE_VOLUME",
    "DOSE-03": "OL_ROUTE_OTHER",
    "DRUG-04": "BATCH_MISSING",
    "DRUG-18": "OL_INDICATION",
}


def test_the_checks_are_numbered_without_repetition_or_a_gap_that_is_not_explained():
    ids = [param.id for param in shipped()]

    assert len(ids) == len(set(ids)) >= 120
    assert set(ids).isdisjoint(NOW_FLAGS)
    assert set(NOW_FLAGS.values()) <= {row.flag for row in case_rules().flags.values()}
    for prefix in PREFIXES.values():
        numbers = sorted(one for one in (*ids, *NOW_FLAGS) if one.startswith(prefix))
        assert numbers == [f"{prefix}-{number:02}" for number in range(1, len(numbers) + 1)]


def test_only_what_makes_a_version_unusable_is_critical():
    assert [check.id for check in CHECKS.values() if check.severity is Severity.CRITICAL] == [
        "CASE-01",
        "CASE-02",
        "CASE-04",
        "CASE-05",
    ]
