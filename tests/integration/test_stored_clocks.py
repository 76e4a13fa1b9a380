"""The clocks of a stored case: the same whichever version came first, shown with what a person has to decide."""

import json
from dataclasses import replace

import pytest

from tests.factories import NOT_SERIOUS, a_case, a_dose, a_drug, a_reaction, day, e2b_batch, e2b_message, serious
from tvec_pv.actions.intake import take_in

CASE = "DE-TESTS-1"
MILD = a_case(
    CASE,
    first_received=day("2025-03-01"),
    latest_received=day("2025-03-01"),
    reactions=(a_reaction("Tinnitus", country="DE", seriousness=NOT_SERIOUS),),
    drugs=(a_drug(doses=(a_dose("2025-02-01", None),)),),
)
SERIOUS = replace(
    MILD,
    latest_received=day("2025-05-20"),
    reactions=(replace(MILD.reactions[0], seriousness=serious("hospitalisation")),),
)
LOT_ONLY = replace(
    SERIOUS,
    latest_received=day("2025-05-28"),
    drugs=(replace(SERIOUS.drugs[0], doses=(a_dose("2025-02-01", "B2"),)),),
)


@pytest.fixture
def stored(house, tmp_path, without_checks):
    """Takes versions in, one night each."""

    def take(*versions):
        for number, version in enumerate(versions):
            file = tmp_path / f"{number}.xml"
            file.write_bytes(e2b_batch(e2b_message(version)))
            take_in(house, [file])
        return house

    return take


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_case_has_the_same_clocks_whichever_version_came_first(stored, command, order):
    house = stored(*((MILD, SERIOUS, LOT_ONLY)[number] for number in order))
    shown = json.loads(command("cases", "show", CASE, "--json", house=house).out)["clocks"]

    assert [
        (one["region"], one["verdict"], one["state"], one["day_0"], one["due"], one["version"]) for one in shown
    ] == [
        ("US", "15_DAY", "running", "2025-05-20", "2025-06-04", 2),
        ("EU", "90_DAY", "replaced", "2025-03-01", "2025-05-30", 1),
        ("EU", "15_DAY", "running", "2025-05-20", "2025-06-04", 2),
    ]
    assert [[(new["version"], new["due"]) for new in one["follow_ups"]] for one in shown] == [
        [(3, "2025-06-12")],
        [],
        [(3, "2025-06-12")],
    ]


def test_the_page_says_the_due_date_of_the_clock_and_not_that_of_the_newest_version(stored, command):
    house = stored(MILD, SERIOUS, LOT_ONLY)

    for words in (("cases", "show"), ("explain",)):
        said = command(*words, CASE, house=house).out
        assert "US: 15_DAY, due 2025-06-04: " in said
        assert "clock US 15_DAY, running: day 0 2025-05-20 of version 2, due 2025-06-04" in said
        assert "follow-up of version 3: due 2025-06-12" in said
        assert "version 2 asks for a report sooner" in said


def test_explain_gives_the_reasons_of_time_to_onset_causality_and_completeness(stored, command):
    said = command("explain", CASE, house=stored(LOT_ONLY)).out

    assert "time to onset: windows.csv has no window for this reaction" in said
    assert "causality, a proposal: WHO-UMC possible: " in said
    assert "Naranjo 3, possible; 7 of 10 items are not known" in said
    assert "completeness 1.00 (well documented above 0.8)" in said
