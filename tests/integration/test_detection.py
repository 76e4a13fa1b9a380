"""Detection: cells that can be counted again, measures that follow from them, and flags that say what they rest on."""

import math
import re
import tomllib
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from scipy.stats import gamma

import tvec_pv
from tests.factories import a_case, a_drug, a_reaction, another_drug, day, e2b_batch, e2b_message, serious
from tests.samples import FOLDER, background_rows
from tests.stored import asked, document, number, sample_cases, tables
from tvec_pv.actions.background import load_background
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.intake import take_in
from tvec_pv.domain.icsr import NullificationAmendment
from tvec_pv.store import reads
from tvec_pv.store.database import reading

THRESHOLDS = Path(tvec_pv.__file__).parent / "reference" / "thresholds"

CONCOMITANT_ONLY = "FAERS-99000006"

# The flags of the case rules among the samples, read off the reports: rule, reaction, cases. The fatal disseminated
# herpes of a patient with leukaemia is listed in both labels: it is flagged by its own rule, not as unlisted.
BY_CASE = {
    ("designated-medical-event", "Anaphylactic reaction", "DE-EXAMPLEBIO-2026000111"),
    ("disseminated-herpes", "Disseminated herpes simplex", "US-EXAMPLEBIO-2026000103"),
    ("disseminated-herpes", "Herpes simplex hepatitis", "US-EXAMPLEBIO-2026000103"),
    ("disseminated-herpes", "Herpes simplex encephalitis", "FAERS-99000003 GB-EXAMPLEBIO-2026000105"),
    ("transmission", "Neonatal herpes simplex", "ES-EXAMPLEBIO-2026000106"),
    ("transmission", "Transmission of an infectious agent via product", "ES-EXAMPLEBIO-2026000106"),
    ("transmission", "Secondary transmission", "IT-EXAMPLEPARTNER-0039"),
    ("serious-unlisted", "Anaphylactic reaction", "DE-EXAMPLEBIO-2026000111"),
    ("serious-unlisted", "Herpes simplex hepatitis", "US-EXAMPLEBIO-2026000103"),
    ("serious-unlisted", "Herpes simplex encephalitis", "FAERS-99000003 GB-EXAMPLEBIO-2026000105"),
    ("serious-unlisted", "Neonatal herpes simplex", "ES-EXAMPLEBIO-2026000106"),
    ("serious-unlisted", "Transmission of an infectious agent via product", "ES-EXAMPLEBIO-2026000106"),
    ("serious-unlisted", "Secondary transmission", "IT-EXAMPLEPARTNER-0039"),
    ("serious-unlisted", "Hepatic haemorrhage", "US-EXAMPLEBIO-2026000110"),  # fatal
    ("serious-unlisted", "Hypotension", "US-EXAMPLEBIO-2026000122"),
    ("serious-unlisted", "Myocarditis", "DE-EXAMPLEHOSPITAL-0015"),
    ("serious-unlisted", "Seizure", "FAERS-99000003"),
    ("serious-unlisted", "Sepsis", "US-EXAMPLEBIO-2026000120 US-EXAMPLEPARTNER-0037"),  # the criterion death
    ("serious-unlisted", "Syncope", "AT-EXAMPLEPARTNER-0031 GB-EXAMPLEHOSPITAL-0014"),
}
FATAL = {
    ("fatal", "Disseminated herpes simplex", "US-EXAMPLEBIO-2026000103"),
    ("fatal", "Herpes simplex hepatitis", "US-EXAMPLEBIO-2026000103"),
    ("fatal", "Hepatic haemorrhage", "US-EXAMPLEBIO-2026000110"),
    ("fatal", "Sepsis", "US-EXAMPLEBIO-2026000120 US-EXAMPLEPARTNER-0037"),
}
STATISTICAL = ("evans", "ror", "ic")


EBGM = ("ebgm", "eb05", "eb95")  # nobody has scored this background, so there is no prior


def limits():
    file = max(THRESHOLDS.glob("*.toml"))
    return tomllib.loads(file.read_text("utf-8"))


def words(name):
    return " ".join(re.findall(r"\w+", name.lower()))


def stored_flags(house):
    """Every flag with its signal, its JSON columns decoded."""
    rows = asked(house, "SELECT f.*, s.pair, s.name FROM flags f JOIN signals s ON s.id = f.signal_id ORDER BY f.id")
    for row in rows:
        row |= {name: document(row[name]) for name in ("versions", "thresholds", "statistics")}
        row["cases"] = asked(
            house,
            """SELECT c.case_key, v.id AS version FROM flag_cases y JOIN case_versions v ON v.id = y.case_version_id
               JOIN cases c ON c.id = v.case_id WHERE y.flag_id = :flag ORDER BY c.case_key""",
            flag=row["id"],
        )
    return rows


def rules_of(house):
    return {
        (row["rule"], row["name"], " ".join(one["case_key"] for one in row["cases"])) for row in stored_flags(house)
    }


# --- counted again -------------------------------------------------------------------------------------------------


def product_cells(house):
    """Cases by reaction, counted over the stored documents, and the number of cases."""
    counted = [one for key, one in sample_cases(house).items() if key != CONCOMITANT_ONLY]
    reactions = Counter()
    for one in counted:
        reactions.update({words(reaction["name"]) for reaction in one["assessment"]["reactions"]})
    return reactions, len(counted)


@cache
def background_cells():
    """Cases without the product by reaction, counted over the zip itself, and the number of cases."""

    newest = {}
    for row in background_rows("DEMO"):
        if row["caseid"] not in newest or int(row["caseversion"]) > int(newest[row["caseid"]]["caseversion"]):
            newest[row["caseid"]] = row
    named = {
        row["primaryid"]
        for row in background_rows("DRUG")
        if re.search("imlygic|talimogene", f"{row['drugname']} {row['prod_ai']}".lower())
    }
    wanted = {row["primaryid"]: caseid for caseid, row in newest.items() if row["primaryid"] not in named}
    pairs = {
        (wanted[row["primaryid"]], words(row["pt"])) for row in background_rows("REAC") if row["primaryid"] in wanted
    }
    return Counter(reaction for _, reaction in pairs), len(wanted)


def test_every_cell_equals_what_is_counted_over_the_documents_and_the_extract(night):
    with_reaction, cases = product_cells(night.house)
    elsewhere, reports = background_cells()
    expected = {name: (a, cases - a, elsewhere[name], reports - elsewhere[name]) for name, a in with_reaction.items()}

    assert (cases, reports) == (44, 3985)
    assert {
        pair.key: (pair.statistics.a, pair.statistics.b, pair.statistics.c, pair.statistics.d)
        for pair in night.found.pairs
    } == expected


def measures(a, b, c, d):
    """By the formulas: PRR, ROR and Yates' chi-square of the 2x2 table, IC with its exact gamma interval."""
    n, z = a + b + c + d, 1.959963984540054
    expected = (a + b) * (a + c) / n
    measured = {"expected": expected}
    if c:
        prr, error = (a / (a + b)) / (c / (c + d)), math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
        measured |= {"prr": prr, "prr_lower": prr * math.exp(-z * error), "prr_upper": prr * math.exp(z * error)}
        ror, error = a * d / (b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        measured |= {"ror": ror, "ror_lower": ror * math.exp(-z * error), "ror_upper": ror * math.exp(z * error)}
    else:
        measured |= dict.fromkeys(("prr", "prr_lower", "prr_upper", "ror", "ror_lower", "ror_upper"))
    observed_less_expected = max(0, abs(a * d - b * c) - n / 2)
    chi2 = n * observed_less_expected**2 / ((a + b) * (c + d) * (a + c) * (b + d))
    posterior = gamma(a + 0.5, scale=1 / (expected + 0.5))
    return measured | {
        "chi_square_yates": chi2,
        "ic": math.log2((a + 0.5) / (expected + 0.5)),
        "ic_lower": math.log2(posterior.ppf(0.025)),
        "ic_upper": math.log2(posterior.ppf(0.975)),
    }


def test_every_measure_of_a_flag_follows_from_its_cells(night):
    for row in stored_flags(night.house):
        numbers = row["statistics"]
        if row["rule"] == "case-flag":
            assert numbers == {}
            continue
        assert {numbers.pop(name) for name in EBGM} | {numbers["without_suspected"].pop(name) for name in EBGM} == {
            None
        }
        without = numbers.pop("without_suspected")
        assert numbers.pop("suspected") == 0
        assert without == numbers
        expected = measures(*(numbers.pop(cell) for cell in "abcd"))
        defined = {name: value for name, value in expected.items() if value is not None}
        assert {name: value for name, value in numbers.items() if value is not None} == pytest.approx(defined, rel=1e-9)
        assert numbers.keys() == expected.keys()


def test_the_pairs_that_statistics_flag_are_those_that_reach_the_limits(night):
    limit = limits()["statistics"]
    (with_reaction, cases), (elsewhere, reports) = product_cells(night.house), background_cells()
    expected = set()
    for name, a in with_reaction.items():
        one = measures(a, cases - a, elsewhere[name], reports - elsewhere[name])
        if a < limit["minimum_reports"]:
            continue
        if one["prr"] and one["prr"] >= limit["prr"] and one["chi_square_yates"] >= limit["chi_square_yates"]:
            expected.add(("evans", name))
        if one["ror_lower"] and one["ror_lower"] > limit["ror_lower"]:
            expected.add(("ror", name))
        if one["ic_lower"] > limit["ic_lower"]:
            expected.add(("ic", name))

    found = {(row["rule"], row["pair"]) for row in stored_flags(night.house) if row["rule"] in STATISTICAL}
    assert found == expected
    assert ("ic", "oral herpes") in expected


def test_the_case_rules_flag_what_is_read_off_the_reports(night):
    by_case = {one for one in rules_of(night.house) if one[0] not in (*STATISTICAL, "case-flag")}
    assert by_case == BY_CASE | FATAL


def test_flags_of_cases_that_alarm_are_those_of_the_current_assessments(night):
    alarming = {
        (flag["sentence"], key)
        for key, one in sample_cases(night.house).items()
        for flag in one["assessment"]["flags"]
        if key != CONCOMITANT_ONLY and (flag["level"], flag["status"]) == ("critical", "established")
    }

    found = {
        (row["name"], case["case_key"])
        for row in stored_flags(night.house)
        if row["rule"] == "case-flag"
        for case in row["cases"]
    }
    assert found == alarming
    assert "The product was given into a vein, which the label forbids." in {sentence for sentence, _ in found}


def test_a_flag_carries_what_it_was_made_on(night):
    reference = limits()
    sentences = {rule["name"]: rule["sentence"] for rule in reference["rule"]}
    release = night.found.background

    assert release.startswith("FAERS 1 extract(s), 2026Q2, ")
    for row in stored_flags(night.house):
        assert row["sentence"] == sentences[row["rule"]].format(**reference["statistics"])
        assert row["thresholds"] == reference["statistics"] | {"version": reference["version"]}
        assert row["versions"]["background"] == release
        assert row["versions"]["prior"] == "no prior"
        assert row["versions"]["thresholds"] == reference["version"]
        assert all(row["versions"][name] for name in ("code", "product", "safety_profile", "expectations", "meddra"))
        assert row["cases"]
        assert len(row["evidence"]) == 64


def test_a_case_in_which_the_product_is_concomitant_only_is_not_counted(night):
    assert {"colitis", "diarrhoea"}.isdisjoint(pair.key for pair in night.found.pairs)
    assert CONCOMITANT_ONLY not in {one["case_key"] for row in stored_flags(night.house) for one in row["cases"]}


# --- from night to night -------------------------------------------------------------------------------------------


def e2b(*cases):
    return e2b_batch(*map(e2b_message, cases), batch_id="TESTS", created="20261102060000+0000")


def received(house, folder, *cases):
    folder.mkdir()
    (folder / "a.xml").write_bytes(e2b(*cases))
    return take_in(house, [folder])


def a_fatigue(key, **changes):
    """A report of a reaction that no case rule flags."""
    return a_case(key, reactions=(a_reaction("Fatigue"),), **changes)


def test_the_same_night_again_flags_nothing_new(morning):
    before = tables(morning, "signals", "flags", "flag_cases")

    again = detect_signals(morning)

    assert (again.new_flags, len(again.flags)) == (0, len(stored_flags(morning)))
    assert again.lines[-1] == f"{len(again.flags)} flags stand, 0 of them new"
    assert tables(morning, "signals", "flags", "flag_cases") == before


def test_a_new_case_of_a_flagged_pair_flags_it_again(morning, tmp_path, without_checks):
    before = {row["id"] for row in stored_flags(morning)}
    received(morning, tmp_path / "inbox", a_case("US-TESTS-1"))

    again = detect_signals(morning)
    new = [row for row in stored_flags(morning) if row["id"] not in before]

    assert again.new_flags == len(new)
    assert {(row["rule"], row["name"]) for row in new} == {(rule, "Oral herpes") for rule in STATISTICAL}
    assert {(row["statistics"]["a"], row["statistics"]["b"]) for row in new} == {(5, 40)}
    assert all("US-TESTS-1" in {one["case_key"] for one in row["cases"]} for row in new)


def test_a_follow_up_of_a_flagged_case_flags_it_again_with_the_new_version(morning, tmp_path, without_checks):
    before = {row["id"]: {one["version"] for one in row["cases"]} for row in stored_flags(morning)}
    syncope = a_case(
        "GB-EXAMPLEHOSPITAL-0014",
        latest_received=day("2026-11-09"),
        reactions=(a_reaction("Syncope", seriousness=serious("hospitalisation")),),
    )
    received(morning, tmp_path / "inbox", syncope)

    detect_signals(morning)
    [new] = [row for row in stored_flags(morning) if row["id"] not in before]

    assert (new["rule"], new["name"]) == ("serious-unlisted", "Syncope")
    assert {one["case_key"] for one in new["cases"]} == {"AT-EXAMPLEPARTNER-0031", "GB-EXAMPLEHOSPITAL-0014"}
    assert not any({one["version"] for one in new["cases"]} == versions for versions in before.values())


def test_a_nullified_case_leaves_the_counts_of_the_next_night(house, tmp_path, without_checks):
    first = a_fatigue("US-TESTS-1")
    nullified = replace(
        first,
        latest_received=day("2026-10-12"),
        nullification_amendment=NullificationAmendment.NULLIFICATION,
        nullification_amendment_reason="A duplicate",
    )
    received(house, tmp_path / "first", first, a_fatigue("US-TESTS-2"))
    assert [(pair.key, len(pair.versions)) for pair in detect_signals(house).pairs] == [("fatigue", 2)]

    received(house, tmp_path / "second", nullified)

    assert [(pair.key, len(pair.versions)) for pair in detect_signals(house).pairs] == [("fatigue", 1)]


@pytest.mark.parametrize(("role", "cases"), [("1", 1), ("2", 0), ("3", 1), ("4", 0)])
def test_a_case_counts_when_the_product_is_suspect_or_interacting(house, tmp_path, without_checks, role, cases):
    suspect_besides = another_drug("Nivolumab", "1")
    received(house, tmp_path / "inbox", a_fatigue("US-TESTS-1", drugs=(a_drug(role=role), suspect_besides)))

    assert detect_signals(house).cases == cases


def test_a_reaction_named_twice_in_a_case_counts_once(house, tmp_path, without_checks):
    twice = a_case("US-TESTS-1", reactions=(a_reaction("Fatigue"), a_reaction("FATIGUE."), a_reaction("Nausea")))
    received(house, tmp_path / "inbox", twice)

    assert {pair.key: len(pair.versions) for pair in detect_signals(house).pairs} == {"fatigue": 1, "nausea": 1}


# --- without a background ------------------------------------------------------------------------------------------


def test_without_a_background_case_rules_flag_and_statistics_are_not_computed(house, tmp_path, without_checks):
    anaphylaxis = a_case("US-TESTS-0", reactions=(a_reaction("Anaphylactic reaction"),))
    received(house, tmp_path / "inbox", anaphylaxis, *(a_fatigue(f"US-TESTS-{one}") for one in range(1, 6)))

    found = detect_signals(house)

    assert {pair.statistics for pair in found.pairs} == {None}
    assert "no background" in found.lines[0]
    assert rules_of(house) == {("designated-medical-event", "Anaphylactic reaction", "US-TESTS-0")}
    assert [(row["statistics"], row["versions"]["background"]) for row in stored_flags(house)] == [
        ({}, "no background")
    ]


def test_a_background_that_comes_later_adds_flags_of_statistics_alone(house, tmp_path, without_checks):
    anaphylaxis = a_case("US-TESTS-0", reactions=(a_reaction("Anaphylactic reaction"),))
    cases = [a_case(f"US-TESTS-{one}") for one in range(1, 6)]
    received(house, tmp_path / "inbox", anaphylaxis, *cases)
    detect_signals(house)
    load_background(house, [FOLDER / "background"])

    detect_signals(house)

    assert [(row["rule"], row["name"]) for row in stored_flags(house)] == [
        ("designated-medical-event", "Anaphylactic reaction"),
        *((rule, "Oral herpes") for rule in STATISTICAL),
    ]


def test_an_empty_store_has_nothing_to_flag(house):
    found = detect_signals(house)

    assert (found.cases, found.pairs, found.flags) == (0, (), ())


# --- a new version of the profile ----------------------------------------------------------------------------------


def test_a_new_profile_assesses_current_versions_again_and_keeps_what_was_said(morning):
    before = asked(morning, "SELECT * FROM assessments ORDER BY id")
    profile = replace(morning.knowledge.profile, version="2027-01-01")
    later = replace(morning, knowledge=replace(morning.knowledge, profile=profile))
    with reading(morning.store) as connection:
        current = {version.version_id for version in reads.current_versions(connection)}

    detect_signals(later)
    detect_signals(later)

    after = asked(morning, "SELECT * FROM assessments ORDER BY id")
    assert after[: len(before)] == before
    assert {row["profile_version"] for row in after[len(before) :]} == {"2027-01-01"}
    assert sorted(row["case_version_id"] for row in after[len(before) :]) == sorted(current)
    assert number(morning, "SELECT count(*) FROM audit WHERE action = 'assessed again'") == 1
