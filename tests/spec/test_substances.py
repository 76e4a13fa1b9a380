"""A medicine's name is folded to its substances: spelling, dose, form, brackets and salt make no other substance."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tests.spec.tables import each
from tvec_pv.domain.substances import fold
from tvec_pv.reference_files import background_codes

WORDS = background_codes().names


class Medicine(NamedTuple):
    """What FAERS says are the active ingredients, the name as reported, and the substances that are counted."""

    ingredients: str
    name: str
    substances: tuple[str, ...]
    why: str


FOLDED = [
    Medicine("NIVOLUMAB", "OPDIVO", ("nivolumab",), "the active ingredient where it is given"),
    Medicine("", "OPDIVO", ("opdivo",), "else the name as reported: nothing here says what a brand holds"),
    Medicine(" ", "OPDIVO", ("opdivo",), "spaces say nothing"),
    Medicine("", "Prednisone.", ("prednisone",), "a trailing period"),
    Medicine("", "  peg-INTERFERON  alfa-2b ", ("peg interferon alfa 2b",), "capitals, hyphens and spaces"),
    Medicine("", "Opdivo®", ("opdivo",), "marks"),
    Medicine("NIVOLUMAB\\RELATLIMAB", "OPDUALAG", ("nivolumab", "relatlimab"), "a combination is both substances"),
    Medicine("NIVOLUMAB\\NIVOLUMAB", "OPDIVO", ("nivolumab",), "one substance twice is one"),
    Medicine("", "AMLODIPINE/ATORVASTATIN", ("amlodipine", "atorvastatin"), "two words that could be names alone"),
    Medicine("", "TYLENOL/COD", ("tylenol cod",), "COD is too short to be one: kept together"),
    Medicine("", "HUMIRA 40 MG/0.8 ML", ("humira",), "a unit is no name"),
    Medicine("DOXORUBICIN HYDROCHLORIDE", "", ("doxorubicin",), "a salt"),
    Medicine("LEVOTHYROXINE SODIUM ANHYDROUS", "", ("levothyroxine",), "a salt and its water"),
    Medicine("SODIUM CHLORIDE", "", ("sodium chloride",), "of an element the salt is the substance"),
    Medicine("ZINC ACETATE DIHYDRATE", "", ("zinc acetate",), "of an element, without the water"),
    Medicine("POTASSIUM", "", ("potassium",), "a salt alone stays"),
    Medicine("", "TYLENOL (ACETAMINOPHEN)", ("tylenol",), "brackets, where a word stands outside"),
    Medicine("", "(ASPIRIN)", ("aspirin",), "brackets alone stay"),
    Medicine("", "METFORMIN 500 MG TABLETS", ("metformin",), "a dose and a form at the end"),
    Medicine("", "METFORMIN 500MG", ("metformin",), "a dose without a space"),
    Medicine("", "METHOTREXATE 2.5 MG", ("methotrexate",), "a dose with a decimal point"),
    Medicine("", "SODIUM CHLORIDE 0.9%", ("sodium chloride",), "a strength"),
    Medicine("", "VITAMIN B12", ("vitamin b12",), "a number that is part of a name"),
    Medicine("", "INTERFERON ALFA-2B", ("interferon alfa 2b",), "a number that is part of a name"),
    Medicine("", "PENICILLIN G", ("penicillin g",), "a letter is a unit behind a number only"),
    Medicine("", "CEFTRIAXONE 2 G", ("ceftriaxone",), "a letter is a unit behind a number"),
    Medicine("", "PATCH TEST", ("patch test",), "a form that is not at the end"),
    Medicine("", "TABLETS", ("tablets",), "a form alone stays"),
    Medicine("", "100 MG", ("100 mg",), "a dose alone stays"),
    Medicine("", "***", ("***",), "what is no word stays as it is"),
    Medicine("", "", (), "nothing"),
]


@each(FOLDED)
def test_a_medicine_is_counted_as(row):
    assert fold(WORDS, row.ingredients, row.name) == row.substances


LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PARTS = st.sampled_from(["\\", "/", "(", ")", "%", "MG", "500", "SODIUM", "CHLORIDE", "TABLET", "ALPHA", ".", " "])
NAMES = st.one_of(LETTERS, st.lists(PARTS, max_size=8).map(" ".join))


@given(ingredients=NAMES, name=NAMES)
def test_folding_loses_no_medicine(ingredients, name):
    substances = fold(WORDS, ingredients, name)

    assert bool(substances) == bool(ingredients.strip() or name.strip())
    assert all(substances)


@given(name=st.lists(st.sampled_from(["alphadrug", "betadrug", "SODIUM", "HCL", "TABLETS", "50 MG"]), max_size=5))
def test_folding_what_is_folded_changes_nothing(name):
    for substance in fold(WORDS, "", " ".join(name)):
        assert fold(WORDS, "", substance) == (substance,)


@given(name=NAMES)
def test_capitals_and_spaces_around_make_no_other_substance(name):
    assert fold(WORDS, "", f"  {name.upper()} ") == fold(WORDS, "", name.upper())
