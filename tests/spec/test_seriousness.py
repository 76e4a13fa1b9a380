"""A reaction is serious by any one criterion, by a fatal outcome, or because the reporter says so; never less."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from tests.factories import NOT_SERIOUS, a_case, a_reaction, serious
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.icsr import NullFlavor, Seriousness
from tvec_pv.domain.seriousness import criteria, is_fatal, is_serious, is_stated
from tvec_pv.reference_files import knowledge

CRITERIA = (
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "other_important",
    "required_intervention",
)


class Answer(NamedTuple):
    """What the reporter may say to one criterion (E.i.3.2), and whether that makes the reaction serious."""

    answer: object
    serious: bool


ANSWERS = [
    Answer(True, True),
    Answer(False, False),
    Answer(None, False),
    Answer(NullFlavor.NI, False),
    Answer(NullFlavor.MSK, False),
    Answer(NullFlavor.UNK, False),
    Answer(NullFlavor.ASKU, False),
    Answer(NullFlavor.NASK, False),
]


class Highlighted(NamedTuple):
    """E.i.3.1: 1 highlighted, not serious; 2 neither; 3 highlighted, serious; 4 not highlighted, serious."""

    code: object
    serious: bool


HIGHLIGHTED = [
    Highlighted("1", False),
    Highlighted("2", False),
    Highlighted("3", True),
    Highlighted("4", True),
    Highlighted("5", False),
    Highlighted(None, False),
    Highlighted(NullFlavor.NI, False),
]


class ByOutcome(NamedTuple):
    """E.i.7: only a fatal outcome makes a reaction serious, by the criterion of death."""

    outcome: object
    serious: bool
    criteria: tuple[str, ...]


OUTCOMES = [
    ByOutcome("0", False, ()),
    ByOutcome("1", False, ()),
    ByOutcome("2", False, ()),
    ByOutcome("3", False, ()),
    ByOutcome("4", False, ()),
    ByOutcome("5", True, ("death",)),
    ByOutcome("6", False, ()),
    ByOutcome(None, False, ()),
    ByOutcome(NullFlavor.UNK, False, ()),
]


class Contradiction(NamedTuple):
    """Two statements that disagree: the one that says serious stands."""

    statement: str
    against: str
    criteria: tuple[str, ...]


CONTRADICTIONS = [
    Contradiction("hospitalisation", "highlighted as not serious", ("hospitalisation",)),
    Contradiction("highlighted as serious", "every criterion answered no", ()),
    Contradiction("fatal outcome", "death answered no", ("death",)),
    Contradiction("life_threatening", "recovered", ("life_threatening",)),
]
_STATED = {
    "hospitalisation": {"seriousness": serious("hospitalisation")},
    "life_threatening": {"seriousness": serious("life_threatening")},
    "highlighted as serious": {"highlighted": "3"},
    "fatal outcome": {"outcome": "5"},
}
_AGAINST = {
    "highlighted as not serious": {"highlighted": "1"},
    "every criterion answered no": {"seriousness": Seriousness(**dict.fromkeys(CRITERIA, False))},
    "death answered no": {"seriousness": replace(NOT_SERIOUS, death=False)},
    "recovered": {"outcome": "1"},
}


class Proposal(NamedTuple):
    """Not serious as reported, yet medically important by the profile: proposed to a physician, never set."""

    reported: str
    criterion: str
    serious: bool
    proposed: bool


PROPOSALS = [
    Proposal("Ophthalmic herpes simplex", "", False, True),
    Proposal("Ophthalmic herpes simplex", "other_important", True, False),
    Proposal("Disseminated herpes simplex", "", False, True),
    Proposal("Myocarditis", "", False, True),
    Proposal("Acute kidney injury", "", False, True),
    Proposal("Agranulocytosis", "", False, True),  # a designated medical event that is no concept of the profile
    Proposal("Agranulocytosis", "life_threatening", True, False),
    Proposal("Pyrexia", "", False, False),
    Proposal("Pyrexia", "hospitalisation", True, False),
    Proposal("Tinnitus", "", False, False),
]


def quiet_reaction(**changes):
    """A reaction of which nothing is said that could make it serious."""
    return a_reaction(**{"outcome": None, "highlighted": None, "seriousness": Seriousness()} | changes)


@pytest.mark.parametrize("criterion", CRITERIA)
@each(ANSWERS)
def test_each_criterion_alone_makes_serious_and_only_a_yes_counts(criterion, row):
    reaction = quiet_reaction(seriousness=Seriousness(**{criterion: row.answer}))

    assert is_serious(reaction) is row.serious
    assert criteria(reaction) == ((criterion,) if row.serious else ())


@each(HIGHLIGHTED)
def test_a_term_highlighted_as_serious_is_serious(row):
    assert is_serious(quiet_reaction(highlighted=row.code)) is row.serious


@each(OUTCOMES)
def test_a_fatal_outcome_is_the_criterion_of_death(row):
    reaction = quiet_reaction(outcome=row.outcome)

    assert (is_serious(reaction), criteria(reaction)) == (row.serious, row.criteria)
    assert is_fatal(reaction) is ("death" in row.criteria)


@each(CONTRADICTIONS)
def test_a_reporters_serious_is_never_downgraded(row):
    reaction = quiet_reaction(**_AGAINST[row.against] | _STATED[row.statement])
    if row.statement == "highlighted as serious":
        reaction = replace(reaction, seriousness=_AGAINST[row.against]["seriousness"])

    assert is_serious(reaction)
    assert criteria(reaction) == row.criteria


def test_criteria_stand_in_the_order_of_the_standard_and_death_only_once():
    reaction = quiet_reaction(
        seriousness=serious("other_important", "death", "hospitalisation", "life_threatening"), outcome="5"
    )

    assert criteria(reaction) == ("death", "life_threatening", "hospitalisation", "other_important")


def test_death_by_outcome_stands_before_the_criteria_that_were_ticked():
    reaction = quiet_reaction(seriousness=serious("hospitalisation"), outcome="5")

    assert criteria(reaction) == ("death", "hospitalisation")


@each(PROPOSALS)
def test_the_profile_proposes_and_never_decides(row):
    given = serious(row.criterion) if row.criterion else NOT_SERIOUS
    (judged,) = assess(a_case(reactions=(a_reaction(row.reported, seriousness=given),)), knowledge()).reactions

    assert judged.serious is row.serious
    assert bool(judged.proposal) is row.proposed


def test_a_case_is_serious_when_one_of_its_reactions_is():
    mild, hard = a_reaction("Pyrexia"), a_reaction("Chills", seriousness=serious("hospitalisation"))

    assert not assess(a_case(reactions=(mild, mild)), knowledge()).serious
    assert assess(a_case(reactions=(mild, hard)), knowledge()).serious


def test_seriousness_given_for_the_whole_case_says_so():
    of_case = replace(serious("hospitalisation"), is_case_level=True)
    by_case, by_reaction = (
        assess(a_case(reactions=(a_reaction("Chills", seriousness=given),)), knowledge()).reactions[0].reasons[-1]
        for given in (of_case, serious("hospitalisation"))
    )

    assert "whole case" in by_case
    assert "whole case" not in by_reaction


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize(("answer", "stated"), [(True, True), (False, True), (NullFlavor.NI, True), (None, False)])
def test_no_information_is_a_statement_and_silence_is_none(criterion, answer, stated):
    assert is_stated(Seriousness(**{criterion: answer})) is stated
