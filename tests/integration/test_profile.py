"""A new version of the safety profile: compared before it is in force, and then applied, with what changed."""

import json
import shutil
from dataclasses import replace

import pytest

from tests.profile_folder import SHIPPED, UNLISTED, write_draft
from tests.stored import asked, document, number, tables
from tvec_pv.actions import profile
from tvec_pv.actions.profile import assess_again, profile_difference
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.terms import NO_DICTIONARY
from tvec_pv.reference_files import find_profile, read_knowledge

CONCEPT = "hsv_oral"


@pytest.fixture
def draft(tmp_path):
    return write_draft(tmp_path, UNLISTED)


def with_the_concept(house):
    """The newest assessment of each current case that has a reaction of the concept, by case number."""
    rows = asked(
        house,
        """SELECT c.case_key, a.document FROM assessments a JOIN case_versions v ON v.id = a.case_version_id
           JOIN cases c ON c.id = v.case_id ORDER BY v.latest_received, v.id""",
    )
    newest = {row["case_key"]: document(row["document"]) for row in rows}
    return {key: one for key, one in newest.items() if any(at["concept"] == CONCEPT for at in one["reactions"])}


def test_a_draft_is_compared_case_by_case_and_nothing_is_stored(morning, draft):
    before = tables(morning, "assessments", "assessed_reactions", "audit", "runs")
    concerned = with_the_concept(morning)
    listed = {
        key
        for key, one in concerned.items()
        for at in one["reactions"]
        if at["concept"] == CONCEPT and at["listedness"][0]["listed"] == "L"
    }

    found = profile_difference(morning, SHIPPED.name, str(draft))

    assert listed
    assert found.changed.keys() == listed
    assert {(one.what, one.was, one.now) for of_case in found.changed.values() for one in of_case} >= {
        ("US listedness", "L", "U")
    }
    assert {one.what for of_case in found.changed.values() for one in of_case} <= {
        "US listedness",
        "US verdict",
        "flags",
    }
    assert tables(morning, "assessments", "assessed_reactions", "audit", "runs") == before


def test_a_serious_reaction_that_is_no_longer_listed_changes_the_verdict(morning, draft):
    serious = {
        key
        for key, one in with_the_concept(morning).items()
        if any(at["concept"] == CONCEPT and at["serious"] for at in one["reactions"])
        and one["verdicts"][0]["verdict"] == "PERIODIC"
    }
    found = profile_difference(morning, SHIPPED.name, str(draft))

    verdicts = {key for key, of_case in found.changed.items() if any(one.what == "US verdict" for one in of_case)}
    assert verdicts == serious
    assert found.counts["US verdict"] == len(serious)


def test_a_profile_is_no_other_than_itself(morning):
    assert profile_difference(morning, SHIPPED.name, str(SHIPPED)).changed == {}


def test_what_is_stored_stands_for_the_old_profile(morning, draft, monkeypatch):
    """A copy of the shipped folder says the same, though nothing was assessed under it."""
    under_which = []
    assessed = profile.assess

    def assess_and_tell(case, knowledge, **given):
        under_which.append(knowledge.profile.version)
        return assessed(case, knowledge, **given)

    monkeypatch.setattr(profile, "assess", assess_and_tell)
    by_what_is_stored = profile_difference(morning, SHIPPED.name, str(draft))
    assert set(under_which) == {"2027-01-01"}

    copied = draft.parent / "copy" / SHIPPED.name
    shutil.copytree(SHIPPED, copied)
    assert profile_difference(morning, str(copied), str(draft)).changed == by_what_is_stored.changed
    assert set(under_which) == {"2027-01-01", SHIPPED.name}


def test_the_command_says_what_changes_in_words_and_in_json(morning, draft, command):
    said = command("profile", "diff", SHIPPED.name, draft, house=morning)
    printed = json.loads(command("profile", "diff", SHIPPED.name, draft, "--json", house=morning).out)

    assert said.code == 0
    assert said.out.startswith(
        f"profile 2027-01-01 against {SHIPPED.name}: {printed['changed']} of {printed['cases']} "
    )
    assert "US listedness: L -> U" in said.out
    assert said.out.endswith("nothing was stored\n")
    assert printed["changed"] == len(printed["changes"]) > 0


@pytest.mark.parametrize("version", ["2001-01-01", "no/such/folder"])
def test_a_version_that_is_not_there_is_named_with_those_that_are(version):
    with pytest.raises(ReferenceDataError, match=SHIPPED.name):
        find_profile(version)


def under(house, folder):
    return replace(house, knowledge=read_knowledge(folder, NO_DICTIONARY))


def test_what_changed_is_said_when_cases_are_assessed_again(morning, draft):
    expected = profile_difference(morning, SHIPPED.name, str(draft))
    before = asked(morning, "SELECT * FROM assessments ORDER BY id")
    again = assess_again(under(morning, draft))

    assert (again.changed, again.counts) == (len(expected.changed), expected.counts)
    assert f"{again.changed} of them changed" in again.lines[0]
    assert asked(morning, "SELECT * FROM assessments ORDER BY id")[: len(before)] == before
    assert assess_again(under(morning, draft)).cases == 0
    assert assess_again(under(morning, draft)).lines == []


def test_an_interrupted_batch_is_done_again_and_the_others_are_not(morning, draft, monkeypatch):
    class Killed(Exception):
        pass

    batches = []
    add = profile.changes.add_assessments

    def add_until_the_third(*given):
        batches.append(given)
        if len(batches) == 3:
            raise Killed
        add(*given)

    monkeypatch.setattr(profile, "_AT_ONCE", 5)
    monkeypatch.setattr(profile.changes, "add_assessments", add_until_the_third)
    house = under(morning, draft)
    current = number(morning, "SELECT count(*) FROM cases")

    with pytest.raises(Killed):
        assess_again(house)
    stored = "SELECT count(DISTINCT case_version_id) AS n FROM assessments WHERE profile_version = '2027-01-01'"
    assert number(morning, stored) == 10
    assert assess_again(house).cases == current - 10
    assert number(morning, stored) == current
    assert number(morning, "SELECT count(*) FROM audit WHERE action = 'assessed again'") == 2 + -(-(current - 10) // 5)
