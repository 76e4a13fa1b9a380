"""The tables of the case rules: what is in them is what the code asks for, and a mistake is named where it stands."""

import csv
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from tests.spec.vignettes import VIGNETTES
from tvec_pv.case_rule_files import read_case_rules
from tvec_pv.domain.case_rules import Phrases
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.flag_rules import JOINED_RULES, RULES
from tvec_pv.reference_files import case_rules, safety_profile

FOLDER = files("tvec_pv") / "reference" / "profile"
# Part B of the reference on the safety profile, row by row.
PART_B = (
    *("CI_IMMUNOCOMPROMISED", "DDI_HIGH_DOSE_STEROID", "CI_PREGNANCY", "SP_BREASTFEEDING", "EXP_HCP_OCCUPATIONAL"),
    *("EXP_CLOSE_CONTACT", "EXP_NEONATE", "EXP_INFANT_LT3MO", "THIRD_PARTY_PATIENT", "OL_ROUTE_IV"),
    *("OL_ROUTE_INTRAHEPATIC", "OL_ROUTE_VISCERAL", "OL_INDICATION", "ME_OVERDOSE_VOLUME"),
    *("ME_WRONG_FIRST_CONCENTRATION", "ME_LOW_LATER_CONCENTRATION", "ME_INTERVAL_TOO_SHORT", "ME_INTERVAL_LONG"),
    *("ME_THAW_STORAGE_GT18H", "SEROSTATUS_NEGATIVE", "SEROSTATUS_UNKNOWN", "DDI_ANTIVIRAL", "CONFOUND_ICI"),
    *("CONFOUND_OTHER", "AUTOIMMUNE_HX", "RISK_MULTIPLE_MYELOMA", "AIRWAY_PROXIMITY", "RISK_RADIATED_SITE"),
    *("BATCH_MISSING", "QPCR_NOT_DONE", "QPCR_PENDING", "QPCR_TVEC_POSITIVE", "QPCR_WT_HSV", "MIMIC_VZV"),
    *("HSV_VZV_UNRESOLVED", "HSV_TYPE_MISMATCH", "NEGATED_TERM", "HISTORY_TERM", "THIRD_PARTY_MENTION"),
    *("LEXICAL_NEAR_MISS", "LACK_OF_EFFICACY", "DEATH_DISEASE_PROGRESSION", "DEATH_CAUSE_UNKNOWN"),
    *("INVALID_ICSR_NO_PATIENT", "INVALID_ICSR_NO_REPORTER", "INVALID_ICSR_NO_PRODUCT", "INVALID_ICSR_NO_REACTION"),
    *("DUPLICATE_SUSPECT", "DRUG_NOT_TVEC", "DRUGNAME_FUZZY", "EU_INFECTIOUS_AGENT_RULE", "LISTEDNESS_INDETERMINATE"),
)


@pytest.fixture
def folder(tmp_path):
    """A copy of the tables in force, to make a mistake in."""
    newest = max((one for one in FOLDER.iterdir() if one.is_dir()), key=lambda one: one.name)
    with as_file(newest) as path:
        return Path(shutil.copytree(path, tmp_path / newest.name))


def rows_of(name):
    newest = max((one for one in FOLDER.iterdir() if one.is_dir()), key=lambda one: one.name)
    return list(csv.DictReader((newest / name).read_text("utf-8").splitlines()))


def test_every_rule_of_the_code_has_one_row_and_every_row_a_rule():
    rules = [row["rule"] for row in rows_of("flags.csv")]

    assert sorted(rules) == sorted([*RULES, *JOINED_RULES])


def test_every_flag_of_the_reference_has_a_row():
    there = {row["flag"] for row in rows_of("flags.csv")}

    assert set(PART_B) <= there
    assert {flag for row in VIGNETTES for flag in row.flags} <= there


def test_every_concept_that_a_rule_speaks_of_is_in_the_profile():
    assert {row["concept"] for row in rows_of("meanings.csv")} <= {one.id for one in safety_profile().concepts}


def test_every_herpetic_concept_of_the_profile_is_one_for_the_rules():
    herpetic = {one.id for one in safety_profile().concepts if one.category == "herpetic"}

    assert herpetic <= {one for one, meanings in case_rules().meanings.items() if "herpetic" in meanings}


def test_what_is_verified_was_read_in_a_source():
    for name in ("flags.csv", "limits.csv"):
        for row in rows_of(name):
            assert row["verified"] == "no" or any(mark.strip().startswith("R") for mark in row["source"].split(";"))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("flags.csv", "volume-per-visit", "volume-per-day", "flags.csv, column rule: volume-per-day is none of"),
        ("flags.csv", "ME_INTERVAL_LONG", "ME_INTERVAL_TOO_SHORT", "flags.csv, column flag: ME_INTERVAL_TOO_SHORT"),
        ("flags.csv", "ME_OVERDOSE_VOLUME,volume-per-visit,major", "X,volume-per-visit,high", "row 2, column level"),
        ("limits.csv", "visit-millilitres,4.0", "visit-millilitres,four", "limits.csv, row 2, column value"),
        ("limits.csv", "thawed-hours", "thawed", "limits.csv, column limit: thawed is none of"),
        ("medicines.csv", "antiviral,aciclovir", "antivirals,aciclovir", "column kind: antivirals is none of"),
        ("conditions.csv", "HIV infection,immunocompromised", "HIV infection,immune", "column kind: immune is none of"),
        ("samples.csv", "dna-in-blood", "dna-in-plasma", "samples.csv, sample blood, column rule: no such rule"),
        ("words.csv", "route-intravenous", "route-iv", "words.csv, column group: route-iv is none of"),
        ("meanings.csv", "hsv_oral,herpetic", "hsv_oral,herpes", "column meaning: herpes is none of"),
        ("meanings.csv", "concept,meaning,note", "concept,meaning", "meanings.csv, row 1: column note is missing"),
    ],
)
def test_a_mistake_is_named_where_it_stands(folder, name, old, new, message):
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ReferenceDataError) as caught:
        read_case_rules(folder)
    assert message in str(caught.value)


def test_a_number_of_the_table_takes_effect(folder):
    path = folder / "limits.csv"
    path.write_text(path.read_text("utf-8").replace("visit-millilitres,4.0", "visit-millilitres,5.0"), "utf-8")

    assert read_case_rules(folder).limits["visit-millilitres"] == 5.0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smouldering multiple myeloma", ["longer"]),
        ("Multiple-Myeloma.", ["shorter"]),
        ("no multiple myeloma", []),
        ("no fever, multiple myeloma", ["shorter"]),
        ("no fever but multiple myeloma", ["shorter"]),
        ("multiple myelomas", []),
        ("", []),
    ],
)
def test_a_name_is_found_as_whole_words_the_longest_first_and_not_where_it_is_denied(text, found):
    names = Phrases([("multiple myeloma", "shorter"), ("smouldering multiple myeloma", "longer")], denials=("no",))

    assert list(names.find(text)) == found
