"""How complete is a report, by the published penalties, and what is asked first."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from tests.factories import a_case, a_dose, a_drug, a_patient, a_reaction, a_reporter, day
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.case_facts import Basis
from tvec_pv.domain.case_flags import Flag, Status
from tvec_pv.domain.case_rules import Level
from tvec_pv.domain.icsr import DrugReaction, NullFlavor, Quantity, Term
from tvec_pv.domain.questions import follow_up_questions
from tvec_pv.reference_files import knowledge, scales


class Golden(NamedTuple):
    """What is missing from a full report with one reaction, and the published completeness."""

    missing: tuple[str, ...]
    completeness: float


class Without(NamedTuple):
    """A field, what the sender wrote into it, and the completeness of a report that is full otherwise."""

    field: str
    written: object
    completeness: float


class Onset(NamedTuple):
    """When the first dose and the reaction were, and the completeness of a report that is full otherwise."""

    first_dose: str | None
    began: str | None
    completeness: float
    why: str


class Asked(NamedTuple):
    """What is missing, and what is asked, first things first."""

    missing: tuple[str, ...]
    asked: tuple[str, ...]


class Flagged(NamedTuple):
    """The level of a flag and what it asks, and what is asked of a report that lacks the dose, first things first."""

    level: str
    question: str
    asked: tuple[str, ...]


GOLDEN = [
    Golden((), 1.0),
    Golden(("dose", "comments"), 0.810),
    Golden(("onset",), 0.500),
    Golden(("age", "sex"), 0.490),
    Golden(("age, but the group",), 0.900),
    Golden(("onset", "outcome", "dose"), 0.315),
    Golden(("indication", "dose"), 0.630),
    Golden(
        ("onset", "indication", "outcome", "sex", "age", "dose", "country", "reporter", "report type", "comments"),
        0.0709,
    ),
]

WITHOUT = [
    Without("outcome", "0", 0.7),
    Without("outcome", NullFlavor.UNK, 0.7),
    Without("outcome", None, 0.7),
    Without("outcome", "5", 1.0),
    Without("sex", NullFlavor.MSK, 0.7),
    Without("sex", "0", 0.7),
    Without("age", NullFlavor.ASKU, 0.7),
    Without("indication", (), 0.7),
    Without("indication", (Term(name="Product used for unknown indication"),), 0.7),
    Without("indication", (Term(name="Drug use for unknown indication"),), 0.7),
    Without("indication", (Term(name="Unknown"), Term(name="Malignant melanoma")), 1.0),
    Without("indication", (Term(code="1"),), 1.0),
    Without("dose", NullFlavor.UNK, 0.9),
    Without("country", NullFlavor.MSK, 0.9),
    Without("reporter", NullFlavor.UNK, 0.9),
    Without("report type", "4", 0.9),
    Without("report type", "3", 1.0),
    Without("comments", NullFlavor.MSK, 0.9),
]

ONSETS = [
    Onset("2026-01-01", "2026-01-10", 1.0, "two full days"),
    Onset("2026-01-01", "2026-01-01", 1.0, "one and the same day"),
    Onset("2026-01-01", "2026-02", 0.9, "a month, surely after"),
    Onset("2025", "2026-02-10", 0.9, "a year, surely before"),
    Onset("2026-01-10", "2026-01", 0.9, "the order is open, within a month"),
    Onset("2026-01", "2026-01", 0.7, "the order is open, over more than a month"),
    Onset("2026", "2026-06-10", 0.7, "the order is open, over more than a month"),
    Onset(None, "2026-06-10", 0.5, "no dose is dated"),
    Onset("2026-01-01", None, 0.5, "the reaction is not dated"),
]

ASKED = [
    Asked((), ()),
    Asked(("dose", "onset"), ("onset", "dose")),
    Asked(("comments", "outcome", "dose"), ("outcome", "dose", "comments")),
    Asked(("age, but the group", "sex"), ("sex", "age, but the group")),
    Asked(("country", "indication", "age", "onset"), ("onset", "indication", "age", "country")),
]
QUESTIONS = {
    "onset": "When did the reaction begin",
    "indication": "For which disease",
    "outcome": "What became of",
    "sex": "Is the patient a woman",
    "age": "How old was",
    "age, but the group": "How old exactly",
    "dose": "How much of the product",
    "country": "In which country",
    "comments": "How does the reporter describe",
}


def full(*missing, **written):
    """A report that holds all that counts, without what is named, or with something else written into a field."""
    lacks = {name: written.get(name) for name in (*missing, *written)}
    given = {"outcome": "1", "sex": "2", "age": Quantity(value=67.0, unit="a"), "country": "US", "reporter": "1",
             "report type": "1", "comments": "A cold sore.", "dose": Quantity(value=3.0, unit="mL"),
             "indication": (Term(name="Malignant melanoma"),)} | lacks  # fmt: skip
    group = "5" if "age, but the group" in missing else None
    age = None if group else given["age"]
    return a_case(
        report_type=given["report type"],
        reporters=(a_reporter(qualification=given["reporter"], country=given["country"]),),
        patient=a_patient(sex=given["sex"], age=age, age_group=group),
        reactions=(
            a_reaction(
                outcome=given["outcome"],
                country=given["country"],
                start=None if "onset" in missing else day("2026-09-07"),
            ),
        ),
        drugs=(a_drug(indications=given["indication"] or (), doses=(a_dose(dose=given["dose"]),)),),
        narrative=given["comments"],
    )


def asked_for(case):
    """The questions that raise the completeness; those of flags raise nothing."""
    return [one for one in assess(case, knowledge()).questions if one.gain]


def completeness(case):
    return assess(case, knowledge()).completeness


@each(GOLDEN)
def test_the_published_numbers(row):
    given = completeness(full(*row.missing))

    assert given.score == row.completeness
    assert given.is_well_documented is (row.completeness > 0.8)


def test_a_case_is_the_mean_of_its_pairs():
    """The published one: a full pair and one of .63, here by an outcome (.7) and a day (.9) that are not known."""
    case = full()
    less_known = replace(case.reactions[0], id="2", outcome=None, start=day("2026-09"))
    given = completeness(replace(case, reactions=(case.reactions[0], less_known)))

    assert [pair.score for pair in given.pairs] == pytest.approx([1.0, 0.63])
    assert given.score == 0.815


def test_a_case_without_a_reaction_has_nothing_to_judge():
    assert completeness(a_case(reactions=())).score == 0.0


@each(WITHOUT)
def test_unknown_and_a_reason_for_nothing_are_nothing(row):
    assert completeness(full(**{row.field: row.written})).score == row.completeness


@each(ONSETS)
def test_an_uncertain_time_to_onset_costs_by_what_it_leaves_open(row):
    doses = (a_dose(row.first_dose),) if row.first_dose else ()
    case = full()
    drugs = (replace(case.drugs[0], doses=doses, cumulative_dose=Quantity(value=3.0, unit="mL")),)
    reactions = (replace(case.reactions[0], start=day(row.began) if row.began else None),)

    assert completeness(replace(case, drugs=drugs, reactions=reactions)).score == row.completeness


def test_the_senders_own_time_to_onset_counts():
    case = full("onset")
    pair = DrugReaction(reaction_id=case.reactions[0].id, from_first_dose=Quantity(value=9, unit="d"))

    assert completeness(replace(case, drugs=(replace(case.drugs[0], reactions=(pair,)),))).score == 1.0


def test_an_age_beside_its_group_is_an_age():
    case = full()

    assert completeness(replace(case, patient=replace(case.patient, age_group="5"))).score == 1.0


def test_a_birth_date_is_an_age():
    case = full("age")

    assert completeness(replace(case, patient=replace(case.patient, birth_date=day("1959-03")))).score == 1.0


@each(ASKED)
def test_what_raises_the_completeness_most_is_asked_first(row):
    asked = asked_for(full(*row.missing))

    assert len(asked) == len(row.asked)
    assert all(one.text.startswith(QUESTIONS[name]) for one, name in zip(asked, row.asked, strict=True))
    assert [one.gain for one in asked] == sorted((one.gain for one in asked), reverse=True)


def test_the_gain_is_what_the_answer_adds():
    onset, dose = asked_for(full("onset", "dose"))

    assert (onset.gain, dose.gain) == (0.45, 0.05)  # .45 -> .90 and .45 -> .50
    assert onset.why == "raises the completeness from 0.45 to 0.90"
    assert onset.elements == ("E.i.4", "G.k.4.r.4")


def test_a_question_about_one_reaction_names_it_and_one_about_the_case_counts_for_all():
    case = full("sex")
    reactions = (case.reactions[0], replace(case.reactions[0], id="2", outcome=None))
    sex, outcome = asked_for(replace(case, reactions=reactions))

    assert (sex.reactions, outcome.reactions) == ((), (2,))
    assert sex.gain == pytest.approx(0.255)  # (.7 + .49) / 2 -> (1 + .7) / 2
    assert outcome.gain == pytest.approx(0.105)  # -> (.7 + .7) / 2


FLAGGED = [
    Flagged("critical", "What happened?", ("What happened?", "How much")),
    Flagged("major", "What happened?", ("What happened?", "How much")),
    Flagged("review", "What happened?", ("What happened?", "How much")),
    Flagged("follow-up", "Which lot?", ("Which lot?", "How much")),
    Flagged("context", "When was it?", ("How much", "When was it?")),
    Flagged("info", "When was it?", ("How much", "When was it?")),
    Flagged("critical", "", ("How much",)),
]


def a_flag(level, question, name="SOME", where="reaction 2"):
    return Flag(
        name, "", Level(level), Status.ESTABLISHED, "", question, ("read",), (Basis("E.i.2.1", where),), "flags.csv"
    )


@each(FLAGGED)
def test_what_a_grave_flag_asks_comes_before_what_is_missing_and_what_gives_context_after_it(row):
    asked = follow_up_questions(completeness(full("dose")), scales().penalties, [a_flag(row.level, row.question)])

    assert [one.text.startswith(text) for one, text in zip(asked, row.asked, strict=True)] == [True] * len(row.asked)


def test_a_question_of_a_flag_says_which_flag_and_which_reaction_it_is_about():
    [one] = follow_up_questions(completeness(full()), scales().penalties, [a_flag("major", "What happened?")])

    assert (one.flags, one.reactions, one.elements, one.gain) == (("SOME",), (2,), ("E.i.2.1",), 0.0)
    assert one.why == "SOME, major"


def test_what_two_ask_is_asked_once_where_the_first_asks_it():
    flags = [a_flag("major", "Who?"), a_flag("major", "When?"), a_flag("info", "Who?", "OTHER")]
    asked = follow_up_questions(completeness(full()), scales().penalties, flags)

    assert [(one.text, one.flags) for one in asked] == [("Who?", ("SOME", "OTHER")), ("When?", ("SOME",))]
