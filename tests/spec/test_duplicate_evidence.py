"""What each field of two cases says about their being one patient's. What one of them does not say weighs nothing."""

from dataclasses import fields, replace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import a_case, a_dose, a_drug, a_patient, a_reaction, another_drug, day
from tests.performance.patients import generate
from tests.spec.tables import each
from tvec_pv.domain.icsr import Identifier, NullFlavor, Outcome, Quantity, Sender
from tvec_pv.domain.linkage_rows import LinkageRow, linkage_row
from tvec_pv.linkage.pairs import find_pairs
from tvec_pv.reference_files import knowledge, linkage_model


class Compared(NamedTuple):
    """A field of two cases, the level that is met (none where one says nothing), and the sign of its weight."""

    field: str
    one: Any
    other: Any
    level: str
    weighs: int


MSK = NullFlavor.MSK
years = lambda value: Quantity(value=float(value), unit="a")  # noqa: E731

COMPARED = [
    Compared("country", "DE", "DE", "same", +1),
    Compared("country", "DE", "FR", "else", -1),
    Compared("country", "DE", MSK, "", 0),
    Compared("country", MSK, MSK, "", 0),
    Compared("country", "EU", "EU", "", 0),  # what authorities pass on instead of a country
    Compared("country", "DE", "EU", "", 0),
    Compared("country", None, None, "", 0),
    Compared("sex", "1", "1", "same", +1),
    Compared("sex", "1", "2", "else", -1),
    Compared("sex", "1", MSK, "", 0),
    Compared("sex", MSK, MSK, "", 0),
    Compared("sex", None, None, "", 0),
    Compared("born", day("1959-03-14"), day("1959-03-14"), "day", +1),
    Compared("born", day("1959-03-04"), day("1959-04-03"), "slip", +1),
    Compared("born", day("1959-03-14"), day("1959-08-14"), "slip", +1),
    Compared("born", day("1959-03-14"), day("1966-11-30"), "else", -1),
    Compared("born", day("1959"), day("1959-03-14"), "same", +1),
    Compared("born", years(67), years(67), "same", +1),
    Compared("born", years(67), Quantity(value=67.5 * 12, unit="mo"), "part", +1),
    Compared("born", years(67), day("1959-03-14"), "same", +1),
    Compared("born", years(67), day("1962-03-14"), "else", -1),
    Compared("born", years(67), years(68), "part", +1),
    Compared("born", years(67), years(70), "near", -1),
    Compared("born", years(67), years(76), "else", -1),
    Compared("born", years(67), "6", "group", +1),
    Compared("born", years(67), "5", "else", -1),
    Compared("born", years(67), MSK, "", 0),
    Compared("born", MSK, MSK, "", 0),
    Compared("born", None, None, "", 0),
    Compared("initials", "A.B.", "AB", "same", +1),
    Compared("initials", "A B", "Anna Berg", "same", +1),
    Compared("initials", "A.C.B.", "A.C.", "part", +1),
    Compared("initials", "A.B.", "C.D.", "else", -1),
    Compared("initials", "PRIVACY", "PRIVACY", "", 0),
    Compared("initials", MSK, MSK, "", 0),
    Compared("initials", "A.B.", MSK, "", 0),
    Compared("weight", 71.0, 71.6, "same", +1),
    Compared("weight", 71.0, 74.0, "near", 0),
    Compared("weight", 71.0, 74.1, "else", -1),
    Compared("weight", 71.0, None, "", 0),
    Compared("weight", None, None, "", 0),
    Compared("onset", "2026-09-07", "2026-09-07", "day", +1),
    Compared("onset", "2026-09-07", "2026-09-10", "near", +1),
    Compared("onset", "2026-09-07", "2026-07-09", "near", +1),
    Compared("onset", "2026-09-07", "2025-09-07", "near", +1),
    Compared("onset", "2026-09-07", "2026-09-21", "else", -1),
    Compared("onset", "2026-09-07", "2026-09", "month", +1),
    Compared("onset", "2026-09", "2026-09", "month", +1),
    Compared("onset", "2026-09", "2026", "year", +1),
    Compared("onset", "2026-09", "2026-08", "else", -1),
    Compared("onset", "2026-09-07", MSK, "", 0),
    Compared("onset", MSK, MSK, "", 0),
    Compared("onset", None, None, "", 0),
    Compared("start", "2026-08-03", "2026-08-03", "day", +1),
    Compared("start", "2026-08-03", "2026-08-06", "near", +1),
    Compared("start", "2026-08-03", "2026-08", "month", +1),
    Compared("start", "2026-08-03", "2026-05-20", "else", -1),
    Compared("start", MSK, MSK, "", 0),
    Compared("lots", "TV26A099", "tv-26a-099", "rare", +1),
    Compared("lots", "TV26A014", "TV26A015", "slip", 0),
    Compared("lots", "TV26A014", "ZZ99", "else", -1),
    Compared("lots", "TV26A014", MSK, "", 0),
    Compared("lots", MSK, MSK, "", 0),
    Compared("reactions", ("Chills", "Pyrexia"), ("Pyrexia", "Chills"), "all", +1),
    Compared("reactions", ("fever",), ("PYREXIA",), "all", +1),
    Compared("reactions", ("Chills", "Pyrexia", "Nausea"), ("Chills", "Pyrexia"), "most", +1),
    Compared("reactions", ("Kounis syndrome", "Nausea"), ("Chills", "Kounis syndrome"), "rare", +1),
    Compared("reactions", ("Chills",), ("Oral herpes",), "else", -1),
    Compared("reactions", ("Frissons du corps /fra",), ("Frissons du corps /fra",), "", 0),  # no name here, no code
    Compared("drugs", ("Metformin",), ("METFORMIN",), "all", +1),
    Compared("drugs", ("Metformin",), ("Ramipril",), "else", -1),
    Compared("drugs", ("Metformin",), (), "", 0),
    Compared("drugs", (), (), "", 0),
    Compared("outcomes", Outcome.FATAL, Outcome.FATAL, "same", +1),
    Compared("outcomes", Outcome.FATAL, Outcome.RECOVERED, "else", -1),
    Compared("outcomes", Outcome.UNKNOWN, Outcome.UNKNOWN, "", 0),
    Compared("qualification", "1", "1", "same", +1),
    Compared("qualification", "1", "5", "else", -1),
    Compared("qualification", MSK, MSK, "", 0),
    Compared("sender", "Example Biologics", "Example Partner", "else", +1),
    Compared("sender", "Example Biologics", "EXAMPLE BIOLOGICS", "same", -1),
    Compared("sender", None, None, "", 0),
]


def told(field, value, number, side):
    """A case that says nothing but what is compared, and the number by which it is compared at all."""
    reaction, dose, patient = {"outcome": None, "start": None, "country": None}, {"start": None}, {}
    lot, others, changes = None, (), {}
    reported: Any = ("Chills",) if side == "a" else ("Fatigue",)
    if field == "country":
        reaction["country"] = value
    elif field == "sex":
        patient["sex"] = value
    elif field == "initials":
        patient["name"] = value
    elif field == "weight":
        patient["weight_kg"] = value
    elif field == "born" and isinstance(value, str):
        patient["age_group"] = value
    elif field == "born" and isinstance(value, Quantity):
        patient["age"] = value
    elif field == "born":
        patient["birth_date"] = value
    elif field == "onset":
        reaction["start"] = day(value) if isinstance(value, str) else value
    elif field == "start":
        dose["start"] = day(value) if isinstance(value, str) else value
    elif field == "lots":
        lot = value
    elif field == "reactions":
        reported = value
    elif field == "drugs":
        others = tuple(another_drug(name) for name in value)
    elif field == "outcomes":
        reaction["outcome"] = value
    elif field == "qualification":
        changes["reporters"] = (replace(a_case().reporters[0], qualification=value, country=None),)
    elif field == "sender":
        changes["sender"] = Sender(organisation=value)
    nothing = {"sender": None, "reporters": (), "narrative": None, "first_received": day("2026-10-05")}
    return a_case(
        f"US-{field.upper()}-{number}-{side}",
        patient=a_patient(**{"name": MSK, "age": None, "sex": None} | patient),
        reactions=tuple(
            a_reaction(name.partition(" /")[0], language=name.partition(" /")[2] or "eng", **reaction)
            for name in reported
        ),
        drugs=(a_drug(doses=(a_dose(None, lot, **dose),)), *others),
        other_ids=(Identifier(source="tests", number=f"SHARED-{number:06}"),),
        **nothing | changes,
    )


@pytest.fixture(scope="module")
def evidence():
    """What the fields of each row of the table say: all rows compared at once, each pair by a number of its own.

    Beside them stand cases that make their values as rare as they are in general.
    """
    rows = [linkage_row(key, case, knowledge()) for key, case in generate(500, seed=1).cases.items()]
    for number, row in enumerate(COMPARED):
        for side, value in (("a", row.one), ("b", row.other)):
            case = told(row.field, value, number, side)
            rows.append(linkage_row(case.worldwide_id, case, knowledge()))
    found = find_pairs(rows, replace(linkage_model(), threshold=1e-6))
    return {pair.a.split("-")[2]: pair for pair in found if (pair.a[-2:], pair.b) == ("-a", f"{pair.a[:-1]}b")}


@each(COMPARED)
def test_a_field_weighs_by_how_it_compares(row, evidence):
    said = {one.field: one for one in evidence[str(COMPARED.index(row))].fields}

    if not row.level:
        assert row.field not in said
        return
    assert said[row.field].level == row.level
    assert (said[row.field].weight > 0.05) - (said[row.field].weight < -0.05) == row.weighs
    assert said[row.field].says


def test_a_shared_number_is_evidence_of_its_own(evidence):
    for pair in evidence.values():
        [numbers] = [one for one in pair.fields if one.field == "numbers"]
        assert (numbers.level, numbers.weight > 15) == ("same", True)


def two_alike(number="1"):
    """The same patient in two reports that say everything."""
    case = a_case(
        "US-ALIKE-0001",
        patient=a_patient(weight_kg=71.0, hospital_record_number="HOSP-778899"),
        reactions=(a_reaction("Chills"), a_reaction("Tinnitus")),
        drugs=(a_drug(), another_drug("Metformin")),
    )
    one = linkage_row("US-ALIKE-1", case, knowledge())
    other = replace(one, key="US-ALIKE-2", numbers=("ALIKE-000002",), sender="example partner")
    return replace(one, numbers=("ALIKE-000001",)), other


def weight_of(*rows):
    [pair] = find_pairs(rows, replace(linkage_model(), threshold=1e-12))
    return pair


BLANK = [one.name for one in fields(LinkageRow) if one.name not in ("key", "record_numbers", "numbers")]


def blanked(row, names):
    empty = {one.name: one.default for one in fields(LinkageRow)}
    return replace(row, **{name: empty[name] for name in names})


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sets(st.sampled_from(BLANK), min_size=1), st.sets(st.sampled_from(BLANK)))
def test_saying_less_of_cases_that_agree_never_raises_the_score(of_one, of_other):
    one, other = two_alike()
    whole, less = weight_of(one, other), weight_of(blanked(one, of_one), blanked(other, of_other))

    assert less.weight <= whole.weight + 1e-9
    attribute = {"weight": "weight_kg"}
    for said in less.fields:
        name = attribute.get(said.field, said.field)
        if name in ("numbers", "reactions"):
            continue
        assert name not in of_one | of_other


def test_two_cases_that_say_nothing_are_not_proposed():
    empty = [LinkageRow(key=f"US-EMPTY-{number}") for number in range(20)]

    assert find_pairs(empty, linkage_model()) == []


def test_every_level_of_the_file_has_its_condition_and_the_other_way_round():
    from tvec_pv.linkage.comparisons import CONDITIONS

    assert {field: [one.name for one in levels] for field, levels in linkage_model().fields.items()} == {
        field: list(levels) for field, levels in CONDITIONS.items()
    }
