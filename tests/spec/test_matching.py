"""The tables of `matching`: what a report's words make of a reaction's term, and how surely."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import a_case, a_reaction
from tests.spec.matching import ALL_CATEGORIES, QUALIFIERS, SOMETHING_ELSE, SPELLING
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.icsr import Term
from tvec_pv.reference_files import knowledge, safety_profile

WORDS = sorted({word for name in safety_profile().by_name for word in name.split()} | {"not", "injected", "zoster"})


def judged(coded, written, of_another_person=None):
    reaction = a_reaction(written or None, term=Term(name=coded or None))
    case = a_case(reactions=(reaction,), narrative="The patient's plasmacytoma at the injection site got worse.")
    return assess(case, knowledge(), {"another-person": of_another_person}).reactions[0]


@each(QUALIFIERS)
def test_the_reporters_words_give_the_qualifier_that_a_label_asks_for(row):
    found = judged(row.coded, row.written)

    assert (found.concept, found.listed_in("US").value) == (row.concept, row.us)
    assert found.sure == "certain"


@pytest.mark.parametrize("coded", ["Psoriasis", "Plasmacytoma"])
def test_the_narrative_gives_no_qualifier(coded):
    assert judged(coded, coded).matched_by == "term"


def test_a_qualified_term_is_counted_under_the_term_that_was_coded():
    found = judged("Psoriasis", "psoriasis flare-up")

    assert (found.name, found.matched_by, found.matched_name) == ("Psoriasis", "qualifier", "Psoriasis")
    assert any("worsening" in reason and "LR4" in reason for reason in found.reasons)


@each(SPELLING)
def test_a_slip_of_the_pen_is_found_and_another_word_is_not(row):
    found = judged("", row.written)

    assert found.matched_name == row.taken_for
    if row.taken_for:
        assert (found.matched_by, found.sure) == ("spelling", "likely")
        assert found.listed_in("US").value in "UI"
        assert found.listed_in("EU").value in "UI"


def test_what_was_coded_is_never_taken_for_a_slip():
    coded = a_reaction(None, term=Term(name="Herpes labalis", code="10000000"))

    assert assess(a_case(reactions=(coded,)), knowledge()).reactions[0].matched_by == "no match"


def test_no_name_of_one_concept_is_a_slip_of_a_name_of_another():
    """Each name, when its own concept did not know it, must not be guessed to be another's."""
    from tvec_pv.domain.spelling import find_misspelt

    profile = safety_profile()
    for name, match in profile.by_name.items():
        others = {key: one for key, one in profile.by_name.items() if one.concept is not match.concept}
        assert find_misspelt(others, name, profile.spelling) is None, name


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)))
def test_whatever_was_written_only_what_is_certain_is_listed(written):
    found = judged("", written)

    assert found.sure == "certain" or "L" not in {one.listed for one in found.listedness}
    assert found.categories


@each(SOMETHING_ELSE)
def test_words_that_name_something_else_make_a_term_doubtful(row):
    found = judged(row.coded, row.written)

    assert (found.sure, found.listed_in("US").value) == (row.sure, row.us)


@each(ALL_CATEGORIES)
def test_a_reaction_is_kept_in_every_category_it_belongs_to(row):
    found = judged(row.coded, row.written, row.of_another_person)

    assert found.categories == row.categories
    assert found.category == row.categories[0]
