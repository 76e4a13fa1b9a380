"""The facts of a case: visits with day, volume and number, and how near two of them may lie."""

import time

import pytest

from tests.factories import a_case, a_dose, a_drug, day
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.icsr import Dose, Drug, DrugRole, NullFlavor, Patient, Quantity, Reaction, Term, TestResult
from tvec_pv.domain.visits import exponent_in, gaps, visits_of
from tvec_pv.reference_files import knowledge


def ml(millilitres):
    return Quantity(value=millilitres, unit="mL")


def visits(*drugs):
    return visits_of(enumerate(drugs, 1))


@pytest.mark.parametrize(
    ("text", "exponent"),
    [
        ("10^6 PFU/mL", 6),
        ("10E6", 6),
        ("10**8 PFU/ml", 8),
        ("10*8", 8),
        ("10⁶ PFU/mL", 6),
        ("1x10^8", 8),
        ("1E6", 6),
        ("1e+08 PFU", 8),
        ("10(6) PFU", 6),
        ("1,000,000 PFU/mL", 6),
        ("1 000 000 PFU/mL", 6),
        ("100000000 PFU", 8),
        ("one million PFU", 6),
        ("100 million PFU", 8),
        ("10^6 and then 10^8", None),
        ("10,000,000", None),
        ("10^7", None),
        ("3 mL", None),
        ("", None),
    ],
)
def test_a_concentration_is_read_however_it_is_written(text, exponent):
    assert exponent_in(text) == exponent


def test_a_visit_is_a_day_and_its_doses_are_added():
    (visit,) = visits(a_drug(doses=(a_dose("2026-08-24", "A", dose=ml(1.0)), a_dose("2026-08-24", "B", dose=ml(2.0)))))

    assert (visit.volume.least, visit.volume.most) == (3.0, 3.0)
    assert visit.places == ("drug 1, dose 1", "drug 1, dose 2")


@pytest.mark.parametrize(
    ("first", "second", "least", "most"),
    [
        ((3.0, None), (3.0, None), 3.0, 3.0),
        ((3.0, "A"), (3.0, "A"), 3.0, 3.0),
        ((3.0, "A"), (3.0, "B"), 6.0, 6.0),
        ((3.0, None), (2.0, None), 3.0, 5.0),
        ((3.0, "A"), (2.0, None), 3.0, 5.0),
    ],
)
def test_two_mentions_of_the_product_may_be_one_dose_unless_their_lots_tell_them_apart(first, second, least, most):
    drugs = (a_drug(doses=(a_dose("2026-08-24", lot, dose=ml(volume)),)) for volume, lot in (first, second))
    (visit,) = visits(*drugs)

    assert (visit.volume.least, visit.volume.most) == (least, most)


def test_a_row_over_several_days_is_no_visit_of_that_volume():
    (visit,) = visits(a_drug(doses=(a_dose("2026-08-03", end=day("2026-10-12"), dose=ml(8.0)),)))

    assert (visit.volume.least, visit.volume.most) == (0, 8.0)


def test_what_was_not_given_is_no_visit():
    assert visits(a_drug(role=DrugRole.NOT_ADMINISTERED)) == ()


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("2026-08-03", "2026-08-24", 21, 21),
        ("2026-08", "2026-09-10", 10, 40),
        ("2026-08-20", "2026-09", 12, 41),
        ("2026-08", "2026-08-20", 0, 19),
        ("2026", "2026-02", 0, 333),
        ("2024-02-20", "2024-03-06", 15, 15),
    ],
)
def test_an_interval_lies_between_the_least_and_the_most_that_its_dates_allow(one, other, low, high):
    drug = a_drug(doses=(a_dose(one, text=None), a_dose(other, text=None)))
    (gap,) = gaps(visits(drug))

    assert (gap.low, gap.high) == (low, high)


def test_doses_without_a_day_have_no_interval():
    assert gaps(visits(a_drug(doses=(a_dose(None), a_dose(None))))) == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("first dose", 1),
        ("Dose 1", 1),
        ("2nd dose", 2),
        ("visit 3", 3),
        ("dose 3 mL", None),
        ("dose 1.5 mL", None),
        ("dose 10^8", None),
        ("first or second dose", None),
        ("dose 1 of 10^6", 1),
    ],
)
def test_the_number_of_a_dose_is_read_from_its_words(text, number):
    (visit,) = visits(a_drug(doses=(a_dose("2026-08-24", text=text),)))

    assert visit.number == number


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1.0, 0.0, 1e300])
def test_a_number_that_cannot_be_true_stops_nothing(value):
    amount = [Quantity(value=value, unit=unit) for unit in ("mL", "[PFU]", "mg", "wk")]
    doses = tuple(Dose(dose=one, interval=amount[3], duration=amount[3]) for one in amount)
    age = Quantity(value=value, unit="a")
    case = a_case(
        patient=Patient(age=age, weight_kg=value), drugs=(a_drug(doses=doses), Drug(name="Prednisone", doses=doses))
    )

    assert assess(case, knowledge()).flags


@pytest.mark.parametrize("nothing", [None, *NullFlavor])
def test_a_case_that_says_nothing_but_why_is_assessed(nothing):
    case = a_case(
        patient=Patient(name=nothing, age=nothing, birth_date=nothing, history_text=nothing, death_date=nothing),
        reactions=(Reaction(reported=nothing, translation=nothing, start=nothing, outcome=nothing),),
        tests=(TestResult(name=Term(name="T-VEC qPCR"), text=nothing, result_code=nothing, date=nothing),),
        drugs=(
            a_drug(doses=(Dose(dose=nothing, start=nothing, end=nothing, lot=nothing, text=nothing, route=nothing),)),
            Drug(name="Prednisone", doses=(Dose(dose=nothing, start=nothing, route=nothing),), role=nothing),
        ),
    )
    flags = {flag.flag for flag in assess(case, knowledge()).flags}

    assert "BATCH_MISSING" in flags
    assert {flag for flag in flags if flag.startswith(("ME_", "OL_", "EXP_", "CI_"))} == set()


@pytest.mark.parametrize(
    "text", ["dose" + " " * 50_000, "1" * 50_000, "10 " * 20_000, "first " * 10_000, "1." * 20_000]
)
def test_a_long_text_of_a_dose_takes_no_time(text):
    before = time.process_time()
    visits(a_drug(doses=(a_dose("2026-08-24", text=text, dose=None),)))

    assert time.process_time() - before < 1
