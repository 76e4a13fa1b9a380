"""What of a case is compared: the same thing said in two ways must come out equal, and what is withheld as nothing."""

from datetime import date

import pytest

from tests.factories import a_case, a_drug, a_patient, a_reaction, another_drug, day
from tvec_pv.domain.icsr import Identifier, NullFlavor, Quantity, Study, Substance, Term
from tvec_pv.domain.linkage_rows import Days, linkage_row
from tvec_pv.domain.terms import Dictionary
from tvec_pv.reference_files import knowledge

ONSET = "2026-09-07"


def row(**changes):
    return linkage_row("KEY", a_case("US-ROWS-000001", **changes), knowledge())


def born(**patient):
    reaction = a_reaction(start=day(ONSET))
    return row(patient=a_patient(**{"age": None} | patient), reactions=(reaction,)).born


@pytest.mark.parametrize(
    ("patient", "earliest", "latest"),
    [
        ({"birth_date": day("1959-03-14")}, date(1959, 3, 14), date(1959, 3, 14)),
        ({"birth_date": day("1959-03")}, date(1959, 3, 1), date(1959, 3, 31)),
        ({"age": Quantity(value=67.0, unit="a")}, date(1958, 9, 7), date(1959, 9, 8)),
        ({"age": Quantity(value=6.0, unit="10.a")}, date(1956, 9, 7), date(1966, 9, 7)),
        ({"age": Quantity(value=3.0, unit="mo")}, date(2026, 5, 9), date(2026, 6, 8)),
        ({"age": Quantity(value=10.0, unit="d")}, date(2026, 8, 27), date(2026, 8, 28)),
        ({"age_group": "6"}, date(1916, 9, 7), date(1961, 9, 7)),
        ({"birth_date": day("1959"), "age": Quantity(value=30.0, unit="a")}, date(1959, 1, 1), date(1959, 12, 31)),
    ],
)  # fmt: skip
def test_ages_and_birth_dates_are_the_days_between_which_the_patient_was_born(patient, earliest, latest):
    found = born(**patient)

    assert abs((found.earliest - earliest).days) <= 1
    assert abs((found.latest - latest).days) <= 1


@pytest.mark.parametrize(
    "patient",
    [
        {},
        {"age": NullFlavor.MSK, "birth_date": NullFlavor.MSK},
        {"age": Quantity(value=3.0, unit="furlong")},
        {"age": Quantity(value=-3.0, unit="a")},
        {"age_group": "99"},
    ],
)
def test_an_age_that_is_withheld_or_none_is_no_age(patient):
    assert born(**patient) is None


def test_an_age_that_no_calendar_holds_is_as_early_as_it_goes():
    assert born(age=Quantity(value=1e300, unit="a")).earliest == date(1, 1, 1)


def test_the_first_onset_is_a_whole_day_where_one_is_known():
    reactions = (a_reaction(start=day("2026-08")), a_reaction("Chills", start=day("2026-09-07")))

    assert row(reactions=reactions).onset == Days(date(2026, 9, 7), date(2026, 9, 7))
    assert row(reactions=reactions[:1]).onset == Days(date(2026, 8, 1), date(2026, 8, 31))
    assert row(reactions=(a_reaction(start=NullFlavor.UNK),)).onset is None


def test_numbers_are_equal_however_they_are_written_and_placeholders_are_none():
    others = tuple(Identifier(source="x", number=text) for text in ("de-77/00 12", "UNKNOWN", "12", None))
    found = row(other_ids=others, linked_reports=("FR-LINKED-000009",))

    assert found.numbers == ("DE770012", "USROWS000001")
    assert found.linked == ("FRLINKED000009",)


def test_a_trial_number_of_a_patient_counts_only_with_its_trial():
    patient = a_patient(hospital_record_number="H-123456", investigation_number="1001-0007")

    assert row(patient=patient).record_numbers == ("hospital H123456",)
    in_trial = row(patient=patient, study=Study(sponsor_number="STUDY-9"))
    assert in_trial.record_numbers == ("hospital H123456", "trial STUDY-9 10010007")


def test_a_number_of_the_patient_whose_source_is_not_told_is_a_number_of_its_own_kind():
    assert row(patient=a_patient(record_numbers=("MRN-000007",))).record_numbers == ("somebody MRN000007",)


def test_the_product_is_left_out_and_other_medicines_go_by_their_substances():
    brand = another_drug("Keytruda", substances=(Substance(name="PEMBROLIZUMAB"),))

    assert row(drugs=(a_drug(), brand)).drugs == row(drugs=(a_drug(), another_drug("Pembrolizumab"))).drugs
    assert row(drugs=(a_drug(),)).drugs == ()


def test_reactions_go_by_the_preferred_term_where_a_dictionary_knows_their_code():
    from dataclasses import replace

    dictionary = Dictionary("made up", {"901": "Feeling hot", "900": "Pyrexia"}, {"901": "900", "900": "900"})
    known = replace(knowledge(), dictionary=dictionary)
    german = a_case(reactions=(a_reaction("Fieber", language="deu", term=Term(code="901")),))
    english = a_case(reactions=(a_reaction("fever", term=Term(code="900")),))
    found = [linkage_row("KEY", case, known) for case in (german, english)]

    assert [(one.reactions, one.reaction_codes) for one in found] == [(("pyrexia",), ("900",))] * 2


def test_a_narrative_is_kept_as_hashes_that_a_copy_shares_and_another_text_does_not():
    text = "The patient, a gardener from the north, felt chills two days after the third visit and went to bed early."
    whole, cut = row(narrative=text).wording, row(narrative=f"Reported again: {text}").wording
    other = row(narrative="Nothing of this was said by the pharmacist who called about a cold sore in March.").wording

    assert len({*whole} & {*cut}) >= len(whole) - 1
    assert not {*whole} & {*other}
    assert all(isinstance(one, int) for one in whole)
    assert len(row(narrative=text * 500).wording) <= 32


def test_completeness_counts_what_is_said():
    said = row()
    less = row(narrative=NullFlavor.MSK, patient=a_patient(name=NullFlavor.MSK))

    assert less.completeness == said.completeness - 2


def test_a_million_reactions_are_compared_by_a_few():
    many = tuple(a_reaction(f"Reaction {number}", id=str(number)) for number in range(2000))

    assert len(row(reactions=many).reactions) == 200
