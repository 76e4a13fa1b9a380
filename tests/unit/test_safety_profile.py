"""The safety profile as data: every mistake in the file is named, and what ships says what the reference says."""

import json
from copy import deepcopy
from datetime import date, datetime
from itertools import pairwise

import pytest

from tests.real_data import REAL_DATA
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.safety_profile import Concept, Label, Listed, index
from tvec_pv.reference_files import product, read_profile, reporting_rules, safety_profile, thresholds

TERMS = REAL_DATA.parent / "reference" / "terms.json"

GOOD_LABEL = {"region": "US", "from": date(2015, 10, 27), "listed": "L", "section": "5.2", "verified": True}
GOOD_CONCEPT = {
    "id": "sore",
    "category": "herpetic",
    "terms": ["Oral herpes"],
    "synonyms": ["Cold sore"],
    "source": ["R2"],
    "verified": True,
    "label": [GOOD_LABEL],
}
OTHER_CONCEPT = {"id": "hot", "category": "systemic", "terms": ["Pyrexia"], "source": ["R5"], "verified": True}
GOOD = {
    "version": "2026-01-01",
    "approved_by": "",
    "regions": ["US", "EU"],
    "category": [{"id": "herpetic", "name": "Herpetic"}, {"id": "systemic", "name": "Systemic"}],
    "concept": [GOOD_CONCEPT, OTHER_CONCEPT],
}


def profile(concept=None, label=None, without=(), **top):
    """A good profile with changes to its first concept, to that concept's label, or at the top."""
    data = deepcopy(GOOD)
    data["concept"][0]["label"][0].update(label or {})
    data["concept"][0].update(concept or {})
    data.update(top)
    for name in without:
        del data[name]
    return data


def refused(data):
    with pytest.raises(ReferenceDataError) as refusal:
        read_profile(data, "2026-01-01.toml")
    return str(refusal.value)


# --- a good file ---------------------------------------------------------------------------------------------------


def test_a_good_profile_is_read_with_its_defaults():
    read = read_profile(profile(), "2026-01-01.toml")
    sore, hot = read.concepts

    assert (sore.is_clinical, sore.serious_by_default, sore.dme, sore.ime, sore.case_rule) == (
        True,
        False,
        False,
        "",
        "",
    )
    assert sore.labels == (Label("US", date(2015, 10, 27), Listed.LISTED, "5.2", verified=True),)
    assert hot.labels == ()
    assert read.find("cold SORE").concept is sore
    assert (read.find("cold sore").how, read.find("oral herpes").how) == ("synonym", "term")
    assert read.find("shingles") is None


def test_the_order_of_the_categories_is_their_precedence():
    read = read_profile(profile(), "2026-01-01.toml")

    assert read.primary(["systemic", "herpetic"]) == "herpetic"
    assert read.primary(["systemic"]) == "systemic"
    assert read.primary([]) == ""
    assert (read.category_name("herpetic"), read.category_name("unheard of")) == ("Herpetic", "unheard of")


def test_a_label_is_in_force_from_its_first_day_to_its_last():
    label = Label("US", date(2015, 10, 27), Listed.LISTED, "5.2", end=date(2023, 1, 31))
    concept = Concept("x", "herpetic", ("X",), labels=(label,))
    days = [date(2015, 10, 26), date(2015, 10, 27), date(2023, 1, 31), date(2023, 2, 1)]

    assert [bool(concept.labels_in_force("US", day)) for day in days] == [False, True, True, False]
    assert concept.labels_in_force("EU", days[1]) == ()


def test_a_name_may_stand_twice_in_one_concept_and_not_in_two():
    twice = Concept("a", "herpetic", ("Oral herpes",), ("ORAL HERPES", "Oral-herpes"))

    assert index([twice]).keys() == {"oral herpes"}
    with pytest.raises(ValueError, match=r"'oral herpes' belongs to a and to b"):
        index([twice, Concept("b", "systemic", ("oral herpes",))])


# --- mistakes ------------------------------------------------------------------------------------------------------

MISTAKES = [
    pytest.param(profile({"category": "herpetik"}), ("sore", "category", "herpetik"), id="a category that is not one"),
    pytest.param(profile({"terms": []}), ("sore", "terms"), id="no term"),
    pytest.param(profile({"terms": "Oral herpes"}), ("sore", "terms", "list"), id="a term that is not in a list"),
    pytest.param(profile({"dme": "yes"}), ("sore", "dme", "bool"), id="a word where true or false belongs"),
    pytest.param(profile({"ime": True}), ("sore", "ime", "str"), id="true where a word belongs"),
    pytest.param(profile({"verified": 1}), ("sore", "verified", "bool"), id="a number where true or false belongs"),
    pytest.param(profile({"seriuos_by_default": True}), ("sore", "seriuos_by_default"), id="a misspelt field"),
    pytest.param(profile(label={"region": "CH"}), ("sore", "CH", "region"), id="a region that is not one"),
    pytest.param(profile(label={"listed": "Y"}), ("sore", "US", "listed"), id="a letter that is none of L, U, I"),
    pytest.param(profile(label={"from": "2015-10-27"}), ("sore", "US", "from", "date"), id="a date in quotes"),
    pytest.param(profile(label={"untill": date(2023, 1, 31)}), ("sore", "US", "untill"), id="a misspelt label field"),
    pytest.param(profile({"id": "hot"}), ("hot", "twice"), id="the same id twice"),
    pytest.param(profile({"synonyms": ["pyrexia"]}), ("Pyrexia", "sore", "hot"), id="a synonym in two concepts"),
    pytest.param(profile({"terms": ["PYREXIA."]}), ("sore", "hot"), id="a term in two concepts, spelt otherwise"),
]


@pytest.mark.parametrize(("data", "named"), MISTAKES)
def test_a_mistake_is_named_with_its_file_its_entry_and_its_field(data, named):
    message = refused(data)

    assert message.startswith("2026-01-01.toml: ")
    assert [word for word in named if word not in message] == []


@pytest.mark.parametrize("field", ["category", "terms", "source", "verified"])
def test_a_missing_field_of_a_concept_is_named(field):
    data = profile()
    del data["concept"][0][field]

    assert refused(data) == f"2026-01-01.toml: concept sore: {field} is missing"


def test_a_concept_without_an_id_is_named_as_such():
    data = profile()
    del data["concept"][0]["id"]

    assert refused(data) == "2026-01-01.toml: concept (without id): id is missing"


@pytest.mark.parametrize("field", ["region", "from", "listed", "section", "verified"])
def test_a_missing_field_of_a_label_is_named_with_its_concept(field):
    data = profile()
    del data["concept"][0]["label"][0][field]
    message = refused(data)

    assert message.startswith("2026-01-01.toml: concept sore: label ")
    assert message.endswith(f"{field} is missing")


@pytest.mark.parametrize("field", ["version", "approved_by", "regions", "category", "concept"])
def test_a_missing_field_of_the_file_is_named(field):
    assert field in refused(profile(without=(field,)))


UNREAD_MISTAKES = [
    pytest.param(profile({"terms": [1]}), ("sore", "terms"), id="a number among the terms"),
    pytest.param(profile({"synonyms": [""]}), ("sore", "synonyms"), id="an empty synonym, which every '?' would match"),
    pytest.param(profile({"label": ["US"]}), ("sore", "label"), id="a label that is not a table"),
    pytest.param(profile(concept=None) | {"concept": ["sore"]}, ("concept",), id="a concept that is not a table"),
    pytest.param(profile(category=[{"id": "herpetic"}]), ("category", "name"), id="a category without a name"),
    pytest.param(
        profile(label={"until": date(2015, 1, 1)}), ("sore", "until"), id="a label that ends before it begins"
    ),
    pytest.param(profile(label={"from": datetime(2015, 10, 27)}), ("sore", "from"), id="a time where a day belongs"),
    pytest.param(
        profile({"label": [GOOD_LABEL, GOOD_LABEL | {"listed": "U"}]}),
        ("sore", "US"),
        id="two statements of one label on one day",
    ),
]


@pytest.mark.parametrize(("data", "named"), UNREAD_MISTAKES)
def test_a_mistake_that_would_pass_or_break_later_is_named_when_the_file_is_read(data, named):
    message = refused(data)

    assert [word for word in ("2026-01-01.toml", *named) if word not in message] == []


# --- what ships ----------------------------------------------------------------------------------------------------


def unqualified():
    """Concepts of the reference whose US and EU letters stand alone, without a condition."""
    if not TERMS.is_file():
        return [pytest.param(None, id="no reference", marks=pytest.mark.skip("the reference is not on this machine"))]
    rows = json.loads(TERMS.read_text("utf-8"))
    return [pytest.param(row, id=row["concept"]) for row in rows if row["us"] in "LUI" and row["eu"] in "LUI"]


@pytest.mark.parametrize("row", unqualified())
def test_a_concept_carries_the_letters_of_the_reference(row):
    concept = next(one for one in safety_profile().concepts if one.id == row["concept"])
    letters = []
    for region in ("US", "EU"):
        labels = concept.labels_in_force(region, date(2026, 11, 1))
        letters.append(labels[0].listed.value if labels else "U")

    assert letters == [row["us"], row["eu"]]


@pytest.mark.skipif(not TERMS.is_file(), reason="the reference is not on this machine")
def test_at_least_forty_concepts_of_the_reference_are_compared_and_all_are_carried():
    rows = json.loads(TERMS.read_text("utf-8"))

    assert len(unqualified()) >= 40
    assert {row["concept"] for row in rows} <= {concept.id for concept in safety_profile().concepts}


def test_every_concept_says_where_it_comes_from():
    assert [concept.id for concept in safety_profile().concepts if not concept.source] == []


def test_labels_of_a_region_follow_each_other_without_overlap():
    for concept in safety_profile().concepts:
        for region in safety_profile().regions:
            labels = sorted((one for one in concept.labels if one.region == region), key=lambda one: one.start)
            for earlier, later in pairwise(labels):
                assert earlier.end is not None, concept.id
                assert earlier.end < later.start, concept.id
            assert all(label.end is None or label.start <= label.end for label in labels), concept.id


def test_no_label_is_older_than_the_licence():
    licences = dict(product().licences)
    too_old = [
        (concept.id, label.region)
        for concept in safety_profile().concepts
        for label in concept.labels
        if label.start < licences[label.region]
    ]

    assert too_old == []


def test_the_profile_says_that_nobody_approved_it_yet():
    assert safety_profile().approved_by == ""


@pytest.mark.parametrize(
    ("term", "designated"),
    [
        ("Acute kidney injury", True),
        ("acute renal failure", True),
        ("Anaphylactic shock", True),
        ("Autoimmune hepatitis", True),
        ("Erythema multiforme", True),
        ("Neutropenic sepsis", True),
        ("Optic ischaemic neuropathy", True),
        ("Agranulocytosis", True),
        ("Colitis", False),
        ("Encephalitis", False),
        ("Glomerulonephritis", False),
        ("Myocarditis", False),
        ("Oral herpes", False),
        ("Disseminated herpes simplex", False),
        ("Tinnitus", False),
    ],
)
def test_the_designated_medical_events_are_those_of_the_list(term, designated):
    assert safety_profile().is_designated(term) is designated


def test_every_reference_file_carries_a_date_as_its_version():
    for version in (product().version, safety_profile().version, thresholds().version, reporting_rules().version):
        date.fromisoformat(version)


def test_the_periods_are_those_of_the_regulations():
    rules = reporting_rules()

    assert (rules.us_alert_days, rules.eu_serious_days, rules.eu_non_serious_days) == (15, 15, 90)
    assert len(rules.eea) == 30
