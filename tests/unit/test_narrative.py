"""Suggestions from narratives: their places, their limits, and that nothing else depends on them."""

from dataclasses import replace
from importlib.resources import files
from time import process_time

import pytest

from tests.factories import a_case, a_reaction, serious
from tvec_pv.cli.views import explanation_lines
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.case_flags import Status
from tvec_pv.domain.case_rules import Level
from tvec_pv.domain.documents import plain
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.icsr import NullFlavor, Term
from tvec_pv.domain.narrative import MOST_LETTERS, read_narrative
from tvec_pv.domain.narrative_cues import Kind
from tvec_pv.narrative_files import narrative_reader
from tvec_pv.reference_files import knowledge

TOLD = "She denied fever. Two days later a cold sore appeared. The COLD  SORE hurt. Hepatic enzymes were normal."


def read(text, language=None, coded=()):
    return read_narrative(knowledge().narratives, text, language, frozenset(coded))


def test_a_suggestion_holds_places_and_names_of_the_profile_and_not_the_text():
    fever, cold_sore, hepatic = read(TOLD, coded=["sy_pyrexia"]).suggestions

    assert (fever.kind, TOLD[fever.start : fever.end], fever.cue, fever.is_coded) == (
        Kind.NEGATED,
        "fever",
        "denied",
        True,
    )
    assert (cold_sore.kind, cold_sore.name, cold_sore.times, cold_sore.is_coded) == (
        Kind.REACTION,
        "cold sore",
        2,
        False,
    )
    assert TOLD[cold_sore.start : cold_sore.end] == "cold sore"
    assert (hepatic.kind, hepatic.name) == (Kind.NEAR_MISS, "hepatic")
    assert TOLD[hepatic.start : hepatic.end] == "Hepatic"


def test_places_are_those_of_the_letters_as_they_were_sent():
    text = "Ärztin: »cold\u00a0sore« – FÍEBER İ ﬁ 𝔣 cold-sore."

    assert [text[one.start : one.end] for one in read(text).suggestions] == ["cold\u00a0sore"]


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        (None, None, "there is no narrative"),
        ("", None, "there is no narrative"),
        (TOLD, None, "read to its end"),
        (TOLD, "eng", "read to its end"),
        (TOLD, "en-GB", "read to its end"),
        (TOLD, "ger", "not read: the report says that it is not in English"),
        ("Der Patient hatte kein fever und wurde nicht behandelt.", None, "not read: its words are not English"),
        ("La patiente a eu un herpes et une fièvre dans les jours après.", None, "not read: its words are not English"),
        ("患者は herpes を発症した。", None, "not read: its words are not English"),
        ("72F, melanoma. Cold sore day 9.", None, "read to its end"),
    ],
)
def test_what_was_read_is_said(text, language, said):
    found = read(text, language)

    assert found.read == said
    assert bool(found.suggestions) is said.startswith("read")


def test_more_than_a_narrative_may_hold_is_not_read_and_said():
    text = "Fever. " + "x" * MOST_LETTERS + " Chills."

    found = read(text)

    assert [one.concept for one in found.suggestions] == ["sy_pyrexia"]
    assert found.read == f"read up to letter {MOST_LETTERS} of {len(text)}"


def test_nothing_else_of_an_assessment_depends_on_what_a_narrative_says():
    frightening = (
        "Disseminated herpes, herpes simplex encephalitis, sepsis. The patient died. His wife got cold sores. No fever."
    )
    case = a_case(reactions=(a_reaction("Nausea"),), narrative=frightening)
    told = assess(case, knowledge())
    bland = assess(replace(case, narrative="The lesion was photographed at the visit."), knowledge())

    assert [one.kind for one in told.suggestions].count(Kind.REACTION) == 4
    assert bland.suggestions == ()
    raised = [flag for flag in told.flags if flag not in bland.flags]
    assert {(flag.flag, flag.level, flag.status) for flag in raised} == {
        ("NEGATED_TERM", Level.INFO, Status.SUGGESTED),
        ("THIRD_PARTY_MENTION", Level.INFO, Status.SUGGESTED),
    }
    more = [one for one in told.questions if one not in bland.questions]
    assert {flag for one in more for flag in one.flags} == {"NEGATED_TERM", "THIRD_PARTY_MENTION"}
    assert replace(told, suggestions=(), flags=bland.flags, questions=bland.questions) == bland


def test_the_words_of_a_reaction_that_the_profile_does_not_know_are_read_and_suggest_only():
    unknown = a_reaction("Had chills and ringing in the ears, no fever")
    case = a_case(reactions=(a_reaction("Nausea"), unknown), narrative=None)

    found = assess(case, knowledge())

    assert [(one.where, one.kind, one.concept) for one in found.suggestions] == [
        ("reaction 2", Kind.REACTION, "sy_chills"),
        ("reaction 2", Kind.NEGATED, "sy_pyrexia"),
    ]
    assert [one.concept for one in found.reactions] == ["sy_nausea", ""]
    assert found.reactions[1].category == "unlisted-other"


def test_the_words_of_a_reaction_that_is_known_are_not_read():
    case = a_case(reactions=(a_reaction("Nausea and chills", term=Term(name="Nausea")),), narrative=None)

    assert assess(case, knowledge()).suggestions == ()


def test_a_death_is_coded_where_a_reaction_is_fatal():
    def deaths(reaction):
        case = a_case(reactions=(reaction,), narrative="The patient died on day 16.")
        return [(one.concept, one.is_coded) for one in assess(case, knowledge()).suggestions]

    assert deaths(a_reaction("Disseminated herpes simplex", seriousness=serious("death"))) == [("ot_death", True)]
    assert deaths(a_reaction("Disseminated herpes simplex")) == [("ot_death", False)]


def test_a_narrative_that_was_withheld_is_none():
    assert assess(a_case(narrative=NullFlavor.MSK), knowledge()).narrative_read == "there is no narrative"


def test_the_stored_document_holds_no_word_of_the_narrative_beside_those_of_the_profile():
    told = "Mr Xylander of Zweibrücken had cold sores."
    document = str(plain(assess(a_case(narrative=told, reactions=(a_reaction("Nausea"),)), knowledge())))

    assert "cold sores" in document
    assert [word for word in ("Xylander", "Zweibr", "Mr ") if word in document] == []


@pytest.mark.parametrize(
    "words",
    [
        "no ", "fever ", "fever, ", "no fever, ", "injection site ", "herpes simplex ", "\n ", ". ", "\n", "\n\t", "a",
        "or ", "ruled out ", "fever negative ", "no fever or ", "-", "é", "fever and ", "fever, ruled out ", "no , or ",
        "if ", "\u0130", "2019 ", "worsening ", "s ", "; ", "could not be ruled ", "no evidence of ",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_and_not_faster(words):
    def seconds(letters):
        text = (words * (letters // len(words) + 1))[:letters]
        times = []
        for _ in range(3):
            start = process_time()
            read(text)
            times.append(process_time() - start)
        return min(times)

    assert seconds(64_000) < 24 * max(seconds(8_000), 0.001)


def test_two_thousand_letters_take_two_milliseconds_at_most():
    text = (TOLD * 30)[:2000]
    times = []
    for _ in range(20):
        start = process_time()
        read(text)
        times.append(process_time() - start)

    assert min(times) < 0.002


# --- the explanation -----------------------------------------------------------------------------------------------


class Stored:
    """As much of a stored case as its explanation reads."""

    clocks = ()
    case_key = "US-EXAMPLEBIO-2026000001"

    def __init__(self, case):
        self.assessment = plain(assess(case, knowledge()))


def narrative_lines(narrative, *reactions):
    lines = explanation_lines(Stored(a_case(reactions=tuple(map(a_reaction, reactions)), narrative=narrative)))
    start = next(number for number, line in enumerate(lines) if line.startswith("narrative"))
    return lines[start:]


def test_an_explanation_says_what_the_narrative_suggests():
    assert narrative_lines(TOLD, "Pyrexia", "Nausea") == [
        "narrative (H.1): read to its end; what is suggested below decides nothing",
        "  H.1, letters 12 to 16: 'fever' is told as absent, and is a reaction of the case: which is right? ('denied')",
        "  H.1, letters 36 to 44, 2 times: 'cold sore' is told as a reaction, and no reaction of the case is it: "
        "should it be coded?",
        "  H.1, letters 77 to 83: 'hepatic' only looks like a name of the profile",
    ]


def test_an_explanation_does_not_repeat_what_is_coded():
    assert narrative_lines("A cold sore on day 9.", "Oral herpes") == [
        "narrative (H.1): read to its end; what is suggested below decides nothing"
    ]


# --- the table -----------------------------------------------------------------------------------------------------

HEADER = "cue,kind,direction,reach,concept\n"


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        ("no,negation,,6,", "narrative.csv, row 2, column direction: must say where it is heard for negation"),
        ("but,end,forward,,", "narrative.csv, row 2, column direction: must be empty for end"),
        ("no,denial,forward,6,", "narrative.csv, row 2, column kind: must be one of product, negation, "),
        ("no,negation,sideways,6,", "narrative.csv, row 2, column direction: must be one of "),
        ("no,negation,forward,six,", "narrative.csv, row 2, column reach: must be a whole number"),
        ("no,negation,forward,0,", "narrative.csv, row 2, column reach: 1 to 20 words, and only beside a direction"),
        ("no,negation,forward,21,", "narrative.csv, row 2, column reach: 1 to 20 words, and only beside a direction"),
        ("but,end,,3,", "narrative.csv, row 2, column reach: 1 to 20 words, and only beside a direction"),
        ("hepatic,near miss,,,herpes", "narrative.csv, row 2, column concept: one of the profile for a near miss"),
        ("hepatic,near miss,,,", "narrative.csv, row 2, column concept: one of the profile for a near miss"),
        ("no,negation,forward,6,fever", "narrative.csv, row 2, column concept: one of the profile for a near miss"),
        ("pe,capitals,,,", "narrative.csv, row 2, column cue: must be a normalised name of the profile"),
        ("No,negation,forward,6,\nno,end,,,", "narrative.csv, row 3, column cue: another row has the same words"),
        ("Pyrexia,end,,,", "narrative.csv, row 2, column cue: is a name of the profile, which only too weak may hide"),
        ("...,end,,,", "narrative.csv, row 2, column cue: must hold a word"),
        ("no,negation,forward,6,\nno,negation,backward,,", "narrative.csv, row 3, column kind: no negation stands"),
    ],
)
def test_a_mistake_in_the_table_is_named_with_its_place(row, mistake, tmp_path):
    (tmp_path / "narrative.csv").write_text(HEADER + row + "\n", "utf-8")

    with pytest.raises(ReferenceDataError) as raised:
        narrative_reader(tmp_path, {"pyrexia": "fever"})

    assert str(raised.value).startswith(mistake)


def test_the_table_of_each_version_is_read():
    profile = files("tvec_pv") / "reference" / "profile"
    names = {name: match.concept.id for name, match in knowledge().profile.by_name.items()}

    versions = list(profile.iterdir())

    assert versions
    assert all("the" in narrative_reader(folder, names).english for folder in versions)
