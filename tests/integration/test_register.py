"""The register of regulators' rules: complete against their own lists, and true of the checks it names."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from tests.real_data import REAL_DATA, needs_real_data
from tests.reference_pages.findings_in_code import findings_in_code
from tvec_pv.checks.register import read_register
from tvec_pv.checks.suites import read_checks
from tvec_pv.domain.errors import ReferenceDataError

FOLDER = Path(__file__).resolve().parents[2] / "expectations"
SPECS = REAL_DATA / "e2b_r3" / "specs"
RULES = read_register(FOLDER)
CHECKS = {check.id: check for check in read_checks(FOLDER)}


def rows(name):
    with (SPECS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(regulator):
    return {(rule.id, rule.element) for rule in RULES if rule.regulator == regulator}


@needs_real_data
def test_every_rule_of_the_fda_is_in_the_register_and_none_is_invented():
    listed = {(row["error_id"], row["element"]) for row in rows("fda_reject_warn_rules_clean.csv")}

    assert len(listed) == 121
    assert of("FDA") == listed


@needs_real_data
def test_every_rule_of_ich_that_its_elements_state_is_in_the_register_and_none_is_invented():
    listed = set()
    for row in rows("fda_e2br3_elements_clean.csv"):
        if row["source"] != "ICH":
            continue
        element = row["element"]
        if row["ich_conf"] == "Required":
            listed.add((f"ICH-{element}-required", element))
        if row["ich_conf"] == "Conditional-Required":
            listed.add((f"ICH-{element}-condition", element))
        if row["nullflavors"]:
            listed.add((f"ICH-{element}-null", element))

    assert len(listed) > 150
    assert of("ICH") == listed


@needs_real_data
def test_the_register_says_which_null_flavors_ich_allows():
    allowed = {row["element"]: set(row["nullflavors"].split("|")) for row in rows("fda_e2br3_elements_clean.csv")}
    said = {rule.element: set(re.findall(r"[A-Z]{2,}", rule.says)) for rule in RULES if rule.id.endswith("-null")}

    assert said == {element: allowed[element] for element in said}


@needs_real_data
def test_no_sentence_of_a_regulator_is_copied():
    theirs = {
        " ".join(row[name].lower().split())
        for row in rows("fda_reject_warn_rules_clean.csv")
        for name in ("rule", "message")
    }

    assert {rule.id for rule in RULES if rule.says.lower().rstrip(".") in {one.rstrip(".") for one in theirs}} == set()


def test_every_finding_that_answers_a_rule_is_made_somewhere():
    made = {one.check for one in findings_in_code()}

    assert {name for rule in RULES for name in rule.findings} - made == set()


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_a_check_that_cites_the_fda_answers_the_rules_it_cites_and_no_others(check):
    cited = set(re.findall(r"\b[RW]\d{4}\b", check.source))

    assert {rule.id for rule in RULES if rule.regulator == "FDA" and check.id in rule.checks} == cited


def test_a_check_that_calls_an_element_required_answers_a_rule_of_ich():
    answering = {name for rule in RULES if rule.regulator == "ICH" for name in rule.checks}
    required = {check.id for check in CHECKS.values() if "ICH" in check.source and "required" in check.source}

    assert len(required) > 30
    assert required - answering == set()


# --- a register that is wrong


@pytest.fixture
def register(tmp_path):
    """Reads a register of the entries given, beside the suites that ship."""
    shutil.copytree(FOLDER, tmp_path / "expectations")

    def read(text):
        (tmp_path / "expectations" / "regulator_rules.toml").write_text(text)
        return read_register(tmp_path / "expectations")

    return read


def entry(**changes):
    good = {"id": "R9999", "regulator": "FDA", "element": "C.1.1", "says": "Words.", "checks": ["CASE-01"]}
    given = {name: value for name, value in (good | changes).items() if value is not None}
    return "[[rule]]\n" + "".join(f"{name} = {value!r}\n" for name, value in given.items())


def test_a_register_that_is_right_is_read(register):
    (rule,) = register(entry(reason="Partly: of the first only."))

    assert (rule.id, rule.checks, rule.is_answered) == ("R9999", ("CASE-01",), True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"checks": ["CASE-999"]}, "rule R9999: CASE-999 is not a check"),
        ({"checks": []}, "rule R9999: no check answers it"),
        ({"checks": None, "reason": "Later."}, "rule R9999: no check answers it"),
        ({"reason": "Deferred: later."}, "rule R9999: a check answers it"),
        ({"says": None}, "rule R9999: says is missing"),
        ({"id": None}, r"rule \(without id\): id is missing"),
        ({"regulator": "EMA"}, "rule R9999: regulator is not one of"),
        ({"colour": "red"}, "rule R9999: colour is not a field"),
    ],
)
def test_an_entry_that_is_wrong_is_named(register, wrong, said):
    with pytest.raises(ReferenceDataError, match=said):
        register(entry(**wrong))


def test_a_rule_that_stands_twice_is_named(register):
    with pytest.raises(ReferenceDataError, match="rule R9999 stands twice"):
        register(entry() + entry())


def test_a_register_that_cannot_be_read_is_named(register):
    with pytest.raises(ReferenceDataError, match=r"regulator_rules\.toml: not a readable register"):
        register("[[rule")
