"""A short run of `python -m tests.fuzz`, and that it would notice."""

from collections import Counter

import pytest

from tests.fuzz import originals, trial
from tests.fuzz.trial import Tally, Trial, input_of
from tests.samples import FOLDER
from tvec_pv.domain.case_json import encode
from tvec_pv.domain.icsr import Case
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Format, Options

INPUTS = 400


def test_whatever_is_changed_in_a_file_reading_ends_in_records_or_a_refusal(tmp_path):
    fuzz, total = Trial(tmp_path), Tally()
    for number in range(INPUTS):
        total.add(fuzz.run(number))
    total.add(fuzz.check(least=1))
    counts = sum(total.counts.values(), Counter())

    assert total.failures == {}
    assert counts["inputs"] == INPUTS
    assert counts["cases"] > INPUTS / 2
    assert counts["refused"] > INPUTS / 20
    assert counts["held"] > INPUTS / 4


def test_every_format_is_among_the_files_that_are_changed(tmp_path):
    options, path, found = Options(product(), mappings=FOLDER / "mappings"), tmp_path / "file", set()
    for content in originals.generated().values():
        path.write_bytes(content)
        found.add(detect(path, options))

    assert found == set(Format)


def test_the_same_number_gives_the_same_input_and_another_gives_another():
    assert input_of(7) == input_of(7)
    assert len({input_of(number)[1] for number in range(50)}) > 45


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        (lambda *_: 1 / 0, "ZeroDivisionError in test_fuzz.py"),
        (lambda *_: [], "a report was lost, or counted twice"),
    ],
    ids=["an exception", "a lost report"],
)
def test_a_failure_is_noticed_and_named(flaw, said, tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "prepare", flaw)
    fuzz, total = Trial(tmp_path, checked=False), Tally()
    for number in range(5):
        total.add(fuzz.run(number))

    assert any(said in failure for failure in total.failures)


def test_what_no_database_holds_is_noticed():
    case = Case(sender_case_id="a\0b")

    with pytest.raises(AssertionError, match="NUL"):
        trial._check_storable(encode(case))
