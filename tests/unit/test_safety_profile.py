"""The safety profile as data: every mistake in a file is named, and what ships says what the reference says."""

import json
from datetime import date

import pytest

from tests.profile_folder import GOOD, write_profile
from tests.real_data import REAL_DATA
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.safety_profile import Concept, LabelVersion, Listed, Statement, index
from tvec_pv.domain.terms import NO_DICTIONARY
from tvec_pv.profile_files import read_safety_profile
from tvec_pv.profile_settings import newest_profile
from tvec_pv.reference_files import product, read_knowledge, reporting_rules, safety_profile, thresholds

TERMS = REAL_DATA.parent / "reference" / "terms.json"


# --- a good folder -------------------------------------------------------------------------------------------------


def test_a_good_profile_is_read_with_its_defaults(tmp_path):
    read = read_safety_profile(write_profile(tmp_path))
    sore, hot = read.concepts
    first, second, _ = read.labels

    assert (sore.is_clinical, sore.serious_by_default, sore.dme, sore.ime, sore.case_rule) == (
        True,
        False,
        False,
        "",
        "",
    )
    assert sore.statements == (
        Statement(first, Listed.UNLISTED, "not in 5.2", until=second, source=("R2",), verified=True),
        Statement(second, Listed.LISTED, "5.2", fatal_if="weak", source=("R2",), verified=True),
    )
    assert (first, second.is_day_known) == (
        LabelVersion("US-1", "US", date(2015, 10, 27), True, "the first", ("R2",), True),
        False,
    )
    assert (hot.statements, hot.serious_if, hot.frequency_eu) == ((), "a stay in hospital", "very common")
    assert read.find("cold SORE").concept is sore
    assert (read.find("cold sore").how, read.find("oral herpes").how) == ("synonym", "term")
    assert read.find("shingles") is None
    assert read.is_designated("anaphylactic SHOCK")


def test_the_order_of_the_categories_is_their_precedence(tmp_path):
    read = read_safety_profile(write_profile(tmp_path))

    assert read.primary(["systemic", "herpetic"]) == "herpetic"
    assert read.primary(["systemic"]) == "systemic"
    assert read.primary([]) == ""
    assert (read.category_name("herpetic"), read.category_name("unheard of")) == ("Herpetic", "unheard of")


def test_a_statement_is_in_force_from_its_label_to_the_day_before_the_next():
    first = LabelVersion("1", "US", date(2015, 10, 27))
    second = LabelVersion("2", "US", date(2023, 2, 1))
    concept = Concept("x", "herpetic", ("X",), statements=(Statement(first, Listed.LISTED, "5.2", until=second),))
    days = [date(2015, 10, 26), date(2015, 10, 27), date(2023, 1, 31), date(2023, 2, 1)]

    assert [bool(concept.statements_in_force("US", day)) for day in days] == [False, True, True, False]
    assert concept.statements_in_force("EU", days[1]) == ()


def test_a_name_may_stand_twice_in_one_concept_and_not_in_two():
    twice = Concept("a", "herpetic", ("Oral herpes",), ("ORAL HERPES", "Oral-herpes"))

    assert index([twice]).keys() == {"oral herpes"}
    with pytest.raises(ValueError, match=r"'oral herpes' belongs to a and to b"):
        index([twice, Concept("b", "systemic", ("oral herpes",))])


def test_the_newest_folder_that_is_no_draft_is_in_force(tmp_path):
    for version, draft in (("2026-01-01", False), ("2026-02-01", False), ("2026-03-01", True)):
        write_profile(tmp_path, version, draft=draft)

    assert newest_profile(tmp_path).name == "2026-02-01"


def test_drafts_alone_are_no_profile(tmp_path):
    write_profile(tmp_path, draft=True)

    with pytest.raises(ReferenceDataError, match="no profile that is not a draft"):
        newest_profile(tmp_path)


# --- mistakes ------------------------------------------------------------------------------------------------------

# A file of the good folder, what is written in it, what is written instead, and what must be said.
MISTAKES = [
    (
        "profile.toml",
        'version = "2026-01-01"',
        'version = "2026-01-02"',
        "profile.toml: version is '2026-01-02' in folder '2026-01-01'; a change is a new folder",
    ),
    (
        "profile.toml",
        'regions = ["US", "EU"]',
        'regions = "US"',
        "profile.toml: regions must be a list, each of which is text",
    ),
    ("profile.toml", 'regions = ["US", "EU"]', "regions = []", "profile.toml: regions is empty"),
    ("profile.toml", 'regions = ["US", "EU"]', "", "profile.toml: regions is missing"),
    ("profile.toml", "approved_by", "aproved_by", "profile.toml: aproved_by is none of version, approved_by, draft"),
    (
        "profile.toml",
        'approved_by = ""',
        'approved_by = ""\ndraft = "no"',
        "profile.toml: draft must be true or false",
    ),
    (
        "profile.toml",
        'name = "Systemic"',
        'nam = "Systemic"',
        "profile.toml: category systemic: nam is none of id, name",
    ),
    (
        "profile.toml",
        "maximum_distance = 3",
        "maximum_distance = true",
        "profile.toml: [product]: maximum_distance must be a whole number",
    ),
    (
        "profile.toml",
        "us_licence = 2015-10-27",
        "us_licence = 2015-10-27T08:00:00",
        "profile.toml: [product]: us_licence must be a date",
    ),
    ("profile.toml", "us_alert_days = 15", "", "profile.toml: [reporting]: us_alert_days is missing"),
    ("labels.csv", "US-2,US,", "US-2,CH,", "labels.csv, row 3, column region: 'CH' is not in profile.toml"),
    (
        "labels.csv",
        "2015-10-27",
        "2015-10-26",
        "labels.csv, row 2, column start: lies before the licence of the region",
    ),
    ("labels.csv", "2023-02-01", "2023", "labels.csv, row 3, column start: must be a date such as 2023-02-01"),
    (
        "labels.csv",
        "2023-02-01",
        "2015-10-27",
        "labels.csv, row 3, column start: another label of the region begins on this day",
    ),
    ("labels.csv", "US-2,", "US-1,", "labels.csv, row 3, column id: US-1 stands in an earlier row too"),
    ("labels.csv", "R2,yes", "R9,yes", "labels.csv, row 2, column source: 'R9' is not in sources.csv"),
    ("labels.csv", "BK,no", "BK,yes", "labels.csv, row 4, column verified: yes needs a source that was read"),
    (
        "concepts.csv",
        "sore,herpetic",
        "sore,herpetik",
        "concepts.csv, row 2, column category: 'herpetik' is not in profile.toml",
    ),
    (
        "concepts.csv",
        "sore,herpetic,,yes",
        "sore,herpetic,,true",
        "concepts.csv, row 2, column is_clinical: must be yes or no",
    ),
    ("concepts.csv", "unverified", "perhaps", "concepts.csv, row 3, column ime: must be one of yes, unverified"),
    (
        "concepts.csv",
        "very common",
        "often",
        "concepts.csv, row 3, column frequency_eu: must be one of very common, common, uncommon",
    ),
    ("concepts.csv", "dme,", "DME,", "concepts.csv, row 1, column 8: 'DME' is none of id, category"),
    (
        "concepts.csv",
        "hot,systemic",
        "sore,systemic",
        "concepts.csv, row 3, column id: sore stands in an earlier row too",
    ),
    ("concepts.csv", ",R2,yes", ",,yes", "concepts.csv, row 2, column source: must not be empty"),
    ("concepts.csv", ",J,no", ",J,yes", "concepts.csv, row 3, column verified: yes needs a source that was read"),
    (
        "names.csv",
        "hot,Pyrexia,term",
        "hot,Pyrexia,synonym",
        "concepts.csv, row 3, column id: hot has no term in names.csv",
    ),
    (
        "names.csv",
        "sore,Cold sore",
        "soar,Cold sore",
        "names.csv, row 3, column concept: 'soar' is not in concepts.csv",
    ),
    ("names.csv", "sore,Cold sore", "sore,PYREXIA.", "names.csv, row 4, column name: 'Pyrexia' is a name of sore too"),
    ("names.csv", "sore,Cold sore", "sore,???", "names.csv, row 3, column name: has no letters"),
    ("names.csv", "synonym", "alias", "names.csv, row 3, column kind: must be one of term, synonym"),
    (
        "statements.csv",
        "sore,US-1",
        "soar,US-1",
        "statements.csv, row 2, column concept: 'soar' is not in concepts.csv",
    ),
    (
        "statements.csv",
        "sore,US-1,US-2",
        "sore,US-9,US-2",
        "statements.csv, row 2, column since: 'US-9' is not in labels.csv",
    ),
    (
        "statements.csv",
        "sore,US-1,US-2",
        "sore,US-1,US-9",
        "statements.csv, row 2, column until: 'US-9' is not in labels.csv",
    ),
    (
        "statements.csv",
        "sore,US-1,US-2",
        "sore,US-1,EU-1",
        "statements.csv, row 2, column until: must be a later label of the same region",
    ),
    (
        "statements.csv",
        "sore,US-1,US-2",
        "sore,US-1,US-1",
        "statements.csv, row 2, column until: must be a later label of the same region",
    ),
    (
        "statements.csv",
        "sore,US-1,US-2",
        "sore,US-1,",
        "statements.csv, row 3, column since: another statement on sore is in force then",
    ),
    ("statements.csv", ",U,", ",N,", "statements.csv, row 2, column listed: must be one of L, U, I"),
    ("statements.csv", ",L,", ",I,", "statements.csv, row 3, column listed: only what is listed has a condition"),
    ("statements.csv", ",weak,", ",frail,", "statements.csv, row 3, column fatal_if: 'frail' is not in profile.toml"),
    ("statements.csv", "not in 5.2", "", "statements.csv, row 2, column section: must not be empty"),
    (
        "profile.toml",
        "minimum_letters = 10\nletters",
        "minimum_letters = true\nletters",
        "profile.toml: [spelling]: minimum_letters must be a whole number",
    ),
    (
        "profile.toml",
        '[["hyper", "hypo"]]',
        '["hyper", "hypo"]',
        "profile.toml: [spelling]: apart must be a list, each of which is a list, each of which is text",
    ),
    ("profile.toml", '[["hyper", "hypo"]]', '[["hyper"]]', "profile.toml: [spelling]: apart holds pairs of words"),
    ("profile.toml", 'id = "systemic"', 'id = "herpetic"', "profile.toml: category herpetic: stands twice"),
    (
        "profile.toml",
        'name = "Herpetic"',
        'name = "H", of_another_person = "x"',
        "profile.toml: category herpetic: of_another_person is none of the categories",
    ),
    (
        "concepts.csv",
        "sore,herpetic,,",
        "sore,herpetic,systemik,",
        "concepts.csv, row 2, column also: 'systemik' is not in profile.toml",
    ),
    (
        "statements.csv",
        "not in 5.2,,",
        "not in 5.2,LR7,",
        "statements.csv, row 2, column rule: must be one of LR1, LR3, LR4, LR8, LR10",
    ),
    ("exclusions.csv", "sore,", "soar,", "exclusions.csv, row 2, column concept: 'soar' is not in concepts.csv"),
    ("exclusions.csv", "vzv", "cold", "exclusions.csv, row 2, column not_if: 'cold' stands in 'Cold sore'"),
    ("qualifiers.csv", ",sore,", ",soar,", "qualifiers.csv, row 2, column base: 'soar' is not in concepts.csv"),
    ("qualifiers.csv", ",systemic,", ",,", "qualifiers.csv, row 2, column qualified: either this or also is given"),
    (
        "qualifiers.csv",
        ",,systemic,",
        ",hot,systemic,",
        "qualifiers.csv, row 2, column qualified: either this or also is given",
    ),
    (
        "qualifiers.csv",
        ",systemic,",
        ",systemik,",
        "qualifiers.csv, row 2, column also: 'systemik' is not in profile.toml",
    ),
    ("designated.csv", "R2", "R9", "designated.csv, row 2, column source: 'R9' is not in sources.csv"),
    (
        "product_names.csv",
        "never,no",
        "never,yes",
        "product_names.csv, row 3, column may_be_misspelt: must be no where the kind is never",
    ),
    ("product_names.csv", "brand", "trademark", "product_names.csv, row 2, column kind: must be one of name, brand"),
    ("codes.csv", "undecided", "perhaps", "codes.csv, row 2, column decides: must be one of product, undecided"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES, ids=[one[3][:90] for one in MISTAKES])
def test_a_mistake_is_named_with_its_file_and_its_place(tmp_path, file, old, new, message):
    assert old in GOOD[file]
    folder = write_profile(tmp_path, **{file: GOOD[file].replace(old, new, 1)})

    with pytest.raises(ReferenceDataError) as refusal:
        read_knowledge(folder, NO_DICTIONARY)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("file", GOOD)
def test_a_file_that_is_not_there_is_named(tmp_path, file):
    folder = write_profile(tmp_path)
    (folder / file).unlink()

    with pytest.raises(ReferenceDataError, match=file):
        read_knowledge(folder, NO_DICTIONARY)


@pytest.mark.parametrize("content", [b"\xff", b"version = "])
def test_settings_that_are_no_toml_are_named(tmp_path, content):
    folder = write_profile(tmp_path)
    (folder / "profile.toml").write_bytes(content)

    with pytest.raises(ReferenceDataError, match=r"profile\.toml"):
        read_safety_profile(folder)


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
        stated = concept.statements_in_force(region, date(2026, 11, 1))
        letters.append(stated[0].listed.value if stated else "U")

    assert letters == [row["us"], row["eu"]]


@pytest.mark.skipif(not TERMS.is_file(), reason="the reference is not on this machine")
def test_at_least_forty_concepts_of_the_reference_are_compared_and_all_are_carried():
    rows = json.loads(TERMS.read_text("utf-8"))

    assert len(unqualified()) >= 40
    assert {row["concept"] for row in rows} <= {concept.id for concept in safety_profile().concepts}


def test_every_concept_says_where_it_comes_from():
    assert [concept.id for concept in safety_profile().concepts if not concept.source] == []


def test_the_labels_are_those_of_the_licences_and_of_the_changes_that_are_known():
    profile = safety_profile()
    licences = dict(product().licences)

    for region in profile.regions:
        assert min(label.start for label in profile.labels if label.region == region) == licences[region]
    assert [(label.start, label.is_day_known) for label in profile.labels if label.region == "US"] == [
        (date(2015, 10, 27), True),
        (date(2022, 6, 1), False),
        (date(2023, 2, 1), False),
    ]


@pytest.mark.parametrize(
    ("region", "on", "label"),
    [
        ("US", date(2015, 10, 26), None),
        ("US", date(2015, 10, 27), "US-2015-10"),
        ("US", date(2022, 5, 31), "US-2015-10"),
        ("US", date(2022, 6, 1), "US-2022-06"),
        ("US", date(2023, 1, 31), "US-2022-06"),
        ("US", date(2023, 2, 1), "US-2023-02"),
        ("US", date(2026, 11, 1), "US-2023-02"),
        ("EU", date(2015, 12, 15), None),
        ("EU", date(2015, 12, 16), "EU-2015-12"),
    ],
)
def test_the_label_in_force_on_a_day_is_the_newest_that_had_begun(region, on, label):
    found = safety_profile().in_force(region, on)

    assert (found and found.id) == label


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
    assert len(rules.eea - {"EU", "EL"}) == 30
