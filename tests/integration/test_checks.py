"""The expectation suites, run: what fails each check, what just passes it, and where the finding says it is."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.factories import NOT_SERIOUS, a_case, a_dose, a_drug, a_patient, a_reaction, a_reporter, another_drug, day
from tests.factories import serious as serious_by
from tvec_pv.checks.suites import TABLES, check_cases, read_checks, read_suites, suites_version
from tvec_pv.domain.errors import CheckRaised, ReferenceDataError
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.icsr import NullFlavor, Quantity, Seriousness, Substance, Term
from tvec_pv.reference_files import product

TODAY = date(2026, 11, 22)
FOLDER = Path(__file__).resolve().parents[2] / "expectations"
KAHN = {"conformance", "completeness", "plausibility"}


class Row(NamedTuple):
    """A change to a good case, in words and as fields, and where the check finds it; nowhere when it just passes."""

    check: str
    change: str
    fields: dict[str, Any]
    found_at: tuple[str, ...] = ()


def case_(check, change, *, fails=False, **fields):
    return Row(check, change, fields, ("",) if fails else ())


def patient(check, change, *, fails=False, **fields):
    return case_(check, change, fails=fails, patient=a_patient(**fields))


def reaction(check, change, *, fails=False, **fields):
    """A second reaction of the case, changed."""
    changed = a_reaction(**{"reported": "Chills"} | fields)
    return Row(check, change, {"reactions": (a_reaction(), changed)}, ("reaction 2",) if fails else ())


def drug(check, change, *, fails=False, **fields):
    """The product, as the second of the case's medicines, changed."""
    changed = a_drug(**fields)
    return Row(check, change, {"drugs": (another_drug("nivolumab"), changed)}, ("drug 2",) if fails else ())


def dose(check, change, *, fails=False, **fields):
    return drug(check, change, fails=fails, doses=(a_dose(**fields),))


def named(letters):
    return {"sender_case_id": "X" * letters, "worldwide_id": "X" * letters}


ROWS = [
    case_("CASE-01", "no case number", fails=True, sender_case_id=None, worldwide_id=None),
    case_("CASE-01", "a blank case number", fails=True, sender_case_id="  ", worldwide_id=None),
    case_("CASE-01", "the sender's number alone", worldwide_id=None),
    case_("CASE-02", "a case number of 201 letters", fails=True, **named(201)),
    case_("CASE-02", "a case number of 200 letters", **named(200)),
    case_("CASE-03", "a case number of 101 letters", fails=True, **named(101)),
    case_("CASE-03", "a case number of 100 letters", **named(100)),
    case_("CASE-04", "no date of receipt", fails=True, first_received=None, latest_received=NullFlavor.NI),
    case_("CASE-04", "the first receipt alone", latest_received=None),
    case_("CASE-05", "received the day after tomorrow", fails=True, latest_received=day("2026-11-24")),
    case_("CASE-05", "received next month", fails=True, latest_received=day("2026-12")),
    case_("CASE-05", "received tomorrow, where it is tomorrow already", latest_received=day("2026-11-23")),
    case_("CASE-05", "received this month", latest_received=day("2026-11")),
    case_("CASE-06", "received the day before the licence", fails=True, latest_received=day("2015-10-26")),
    case_("CASE-06", "received on the day of the licence", latest_received=day("2015-10-27")),
    case_("CASE-06", "received in the month of the licence", latest_received=day("2015-10")),
    case_("CASE-07", "the newest older than the first", fails=True, first_received=day("2026-10-06")),
    case_("CASE-07", "the newest as old as the first", first_received=day("2026-10-05")),
    case_("CASE-07", "the first in the same month", first_received=day("2026-10")),
    case_("CASE-08", "no type of report", fails=True, report_type=None),
    case_("CASE-08", "a type of report", report_type="3"),
    case_("CASE-09", "type of report 5", fails=True, report_type="5"),
    case_("CASE-09", "type of report 0", fails=True, report_type="0"),
    case_("CASE-09", "type of report 4", report_type="4"),
    case_("CASE-10", "qualification 6", fails=True, reporters=(a_reporter(qualification="6"),)),
    case_("CASE-10", "qualification 5", reporters=(a_reporter(qualification="5"),)),
    case_("CASE-10", "qualification asked for", reporters=(a_reporter(qualification=NullFlavor.ASKU),)),
    case_("CASE-11", "reporter in DEU", fails=True, reporters=(a_reporter(country="DEU"),)),
    case_("CASE-11", "reporter in de", fails=True, reporters=(a_reporter(country="de"),)),
    case_("CASE-11", "reporter in D", fails=True, reporters=(a_reporter(country="D"),)),
    case_("CASE-11", "reporter in DE", reporters=(a_reporter(country="DE"),)),
    patient("CASE-12", "sex 3", fails=True, sex="3"),
    patient("CASE-12", "sex 0", fails=True, sex="0"),
    patient("CASE-12", "sex 1", sex="1"),
    patient("CASE-12", "sex masked", sex=NullFlavor.MSK),
    patient("CASE-13", "121 years", fails=True, age=Quantity(value=121.0, unit="a")),
    patient("CASE-13", "120 years", age=Quantity(value=120.0, unit="a")),
    patient("CASE-13", "1,441 months", fails=True, age=Quantity(value=1441.0, unit="mo")),
    patient("CASE-13", "1,440 months", age=Quantity(value=1440.0, unit="mo")),
    patient("CASE-13", "13 decades", fails=True, age=Quantity(value=13.0, unit="10.a")),
    patient("CASE-13", "minus one day", fails=True, age=Quantity(value=-1.0, unit="d")),
    patient("CASE-13", "no day old", age=Quantity(value=0.0, unit="d")),
    patient("CASE-14", "0.29 kg", fails=True, weight_kg=0.29),
    patient("CASE-14", "0.3 kg", weight_kg=0.3),
    patient("CASE-14", "350 kg", weight_kg=350.0),
    patient("CASE-14", "350.1 kg", fails=True, weight_kg=350.1),
    patient("CASE-15", "born the day after the receipt", fails=True, birth_date=day("2026-10-06")),
    patient("CASE-15", "born on the day of the receipt", birth_date=day("2026-10-05")),
    patient("CASE-15", "born in the month of the receipt", birth_date=day("2026-10")),
    patient("CASE-16", "67 years at onset, born 64.8 years before", fails=True, birth_date=day("1961-11-01")),
    patient("CASE-16", "67 years at onset, born 65.1 years before", birth_date=day("1961-08-01")),
    patient("CASE-16", "67 years at onset, born 68.9 years before", birth_date=day("1957-11-01")),
    patient("CASE-16", "67 years at onset, born 69.3 years before", fails=True, birth_date=day("1957-06-01")),
    patient("CASE-16", "67 years at onset, born in a year that allows 68.7", birth_date=day("1957")),
    patient("CASE-16", "67 years at onset, born in a year that allows 65.7 at most", birth_date=day("1961")),
    patient(
        "CASE-16", "67 years at onset, born in a year that allows 64.7 at most", fails=True, birth_date=day("1962")
    ),
    patient("CASE-17", "initials masked", fails=True, name=NullFlavor.MSK),
    patient("CASE-17", "initials unknown", name=NullFlavor.UNK),
    case_("CASE-18", "a narrative of 39 letters", fails=True, narrative="x" * 39),
    case_("CASE-18", "a narrative of 40 letters", narrative="x" * 40),
    case_("CASE-18", "no narrative", fails=True, narrative=None),
    case_("CASE-18", "a masked narrative", fails=True, narrative=NullFlavor.MSK),
    case_("CASE-19", "nullification or amendment 3", fails=True, nullification_amendment="3"),
    case_("CASE-19", "nullification", nullification_amendment="1"),
    case_("CASE-19", "amendment", nullification_amendment="2"),
    patient("CASE-20", "a date of death and no fatal reaction", fails=True, death_date=day("2026-09-30")),
    patient("CASE-20", "a cause of death and no fatal reaction", fails=True, causes_of_death=(Term(name="sepsis"),)),
    case_(
        "CASE-20",
        "a date of death and a fatal outcome",
        patient=a_patient(death_date=day("2026-09-30")),
        reactions=(a_reaction(outcome="5"),),
    ),
    case_(
        "CASE-20",
        "a date of death and the criterion of death",
        patient=a_patient(death_date=day("2026-09-30")),
        reactions=(a_reaction(seriousness=serious_by("death")),),
    ),
    case_("CASE-21", "the product concomitant", fails=True, drugs=(a_drug(role="2"),)),
    case_("CASE-21", "the product not administered", fails=True, drugs=(a_drug(role="4"),)),
    case_("CASE-21", "the product interacting", drugs=(a_drug(role="3"),)),
    case_("CASE-21", "the product suspect beside another", drugs=(another_drug("nivolumab"), a_drug())),
    reaction("REAC-01", "neither a code nor words", fails=True, reported=None),
    reaction("REAC-01", "a code alone", reported=None, term=Term(code="90000001")),
    reaction("REAC-01", "a translation alone", reported=NullFlavor.NI, translation="chills"),
    reaction("REAC-02", "a code of seven digits", fails=True, term=Term(code="9000001")),
    reaction("REAC-02", "a code of nine digits", fails=True, term=Term(code="900000001")),
    reaction("REAC-02", "a code with a letter", fails=True, term=Term(code="9000000A")),
    reaction("REAC-02", "a code of eight digits", term=Term(code="90000001")),
    reaction("REAC-03", "outcome 6", fails=True, outcome="6"),
    reaction("REAC-03", "outcome 5", outcome="5"),
    reaction("REAC-03", "outcome 0", outcome="0"),
    reaction("REAC-04", "no outcome", fails=True, outcome=None),
    reaction("REAC-04", "outcome not asked", fails=True, outcome=NullFlavor.NASK),
    reaction("REAC-04", "outcome unknown, by its code", outcome="0"),
    reaction("REAC-05", "not a word on seriousness", fails=True, seriousness=Seriousness()),
    reaction("REAC-05", "no information on each criterion", seriousness=NOT_SERIOUS),
    reaction("REAC-05", "one criterion denied", seriousness=Seriousness(death=False)),
    reaction("REAC-06", "death, yet recovered", fails=True, seriousness=serious_by("death"), outcome="1"),
    reaction("REAC-06", "death, and fatal", seriousness=serious_by("death"), outcome="5"),
    reaction("REAC-06", "no death, and recovered", seriousness=serious_by("hospitalisation"), outcome="1"),
    reaction("REAC-07", "ended the day before it began", fails=True, end=day("2026-09-06")),
    reaction("REAC-07", "ended on the day it began", end=day("2026-09-07")),
    reaction("REAC-07", "ended in the month it began", end=day("2026-09")),
    reaction("REAC-08", "began the day before the first dose", fails=True, start=day("2026-08-02")),
    reaction("REAC-08", "began on the day of the first dose", start=day("2026-08-03")),
    reaction("REAC-08", "began in the month of the first dose", start=day("2026-08")),
    reaction("REAC-09", "began the day after the receipt", fails=True, start=day("2026-10-06")),
    reaction("REAC-09", "began on the day of the receipt", start=day("2026-10-05")),
    reaction("REAC-09", "began in the month of the receipt", start=day("2026-10")),
    reaction("REAC-10", "occurred in USA", fails=True, country="USA"),
    reaction("REAC-10", "occurred in us", fails=True, country="us"),
    reaction("REAC-10", "occurred in US", country="US"),
    Row(
        "REAC-11",
        "the same reaction twice",
        {"reactions": (a_reaction("Chills"), a_reaction(), a_reaction("CHILLS."))},
        ("reaction 1", "reaction 3"),
    ),
    Row("REAC-11", "two reactions", {"reactions": (a_reaction("Chills"), a_reaction())}),
    drug("DRUG-01", "no name", fails=True, name=None, substances=()),
    drug("DRUG-01", "the substance alone", name=None, substances=(Substance(name="talimogene laherparepvec"),)),
    drug("DRUG-02", "no role", fails=True, role=None),
    drug("DRUG-02", "a role", role="2"),
    drug("DRUG-03", "role 5", fails=True, role="5"),
    drug("DRUG-03", "role 0", fails=True, role="0"),
    drug("DRUG-03", "role 4", role="4"),
    dose("DRUG-04", "no lot", fails=True, lot=None),
    dose("DRUG-04", "lot asked but unknown", fails=True, lot=NullFlavor.ASKU),
    dose("DRUG-04", "lot 'Unknown'", fails=True, lot="Unknown"),
    dose("DRUG-04", "lot 'n/a'", fails=True, lot="n/a"),
    dose("DRUG-04", "a lot", lot="TV1"),
    drug("DRUG-04", "a lot of one dose of two", doses=(a_dose(lot=None), a_dose(lot="TV1"))),
    dose("DRUG-05", "no route", fails=True, route=None, route_code=None),
    dose("DRUG-05", "the route by its code", route=None),
    dose("DRUG-06", "no date of administration", fails=True, start=None),
    dose("DRUG-06", "the year of administration", start=day("2026"), end=None),
    dose("DRUG-07", "stopped the day before it was started", fails=True, end=day("2026-08-02")),
    dose("DRUG-07", "stopped on the day it was started", end=day("2026-08-03")),
    dose("DRUG-07", "stopped in the month it was started", end=day("2026-08")),
    dose("DRUG-08", "started the day after the receipt", fails=True, start=day("2026-10-06"), end=None),
    dose("DRUG-08", "started on the day of the receipt", start=day("2026-10-05"), end=None),
    dose("DRUG-09", "a dose of nothing", fails=True, dose=Quantity(value=0.0, unit="mL")),
    dose("DRUG-09", "a dose of less than nothing", fails=True, dose=Quantity(value=-1.0, unit="mL")),
    dose("DRUG-09", "a dose of a microlitre", dose=Quantity(value=0.001, unit="mL")),
    drug("DRUG-10", "action taken 5", fails=True, action_taken="5"),
    drug("DRUG-10", "action taken 8", fails=True, action_taken="8"),
    drug("DRUG-10", "action taken 9", action_taken="9"),
    drug("DRUG-10", "action taken 4", action_taken="4"),
    drug("DRUG-11", "no indication", fails=True, indications=()),
    drug("DRUG-11", "an indication by its code", indications=(Term(code="90000005"),)),
]


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
        assert (str(finding.severity), finding.element, finding.message) == (
            expectation["severity"],
            expectation["meta"]["element"],
            expectation["meta"]["sentence"],
        )


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
    """A copy of the suites in which expectations of the cases may be changed."""

    def of(*expectations):
        for table in TABLES:
            suite = {"name": table, "expectations": list(expectations) if table == "cases" else []}
            (tmp_path / f"{table}.json").write_text(json.dumps(suite))
        return tmp_path

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
    (there / "drugs.json").unlink()
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

    assert meta["check_id"].startswith({"cases": "CASE-", "reactions": "REAC-", "drugs": "DRUG-"}[table])
    assert meta["kahn"] in KAHN
    assert expectation["severity"] in set(Severity)
    assert meta["element"]
    assert meta["source"]
    assert meta["sentence"].endswith(".")
    assert meta["sentence"][0].isupper()


def test_the_checks_are_numbered_without_gap_or_repetition():
    ids = [param.id for param in shipped()]

    assert len(ids) == len(set(ids)) >= 25
    for prefix in ("CASE", "REAC", "DRUG"):
        numbers = [one for one in ids if one.startswith(prefix)]
        assert numbers == [f"{prefix}-{number:02}" for number in range(1, len(numbers) + 1)]


def test_only_what_makes_a_version_unusable_is_critical():
    assert [check.id for check in CHECKS.values() if check.severity is Severity.CRITICAL] == [
        "CASE-01",
        "CASE-02",
        "CASE-04",
        "CASE-05",
    ]
