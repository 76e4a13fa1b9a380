"""`tvec-pv self-test`: every golden number live, the formula beside it, and exit code 1 when one is off."""

import json
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import nbinom

from tests.real_data import REAL_DATA
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.golden_numbers import Golden, allowed_difference, compare
from tvec_pv.reference_files import golden_numbers
from tvec_pv.self_test import run as self_test
from tvec_pv.self_test.methods import METHODS, _probability
from tvec_pv.self_test.tables import TABLES, read_columns

SHIPPED = max(Path(str(files("tvec_pv") / "reference" / "golden")).glob("*.toml"))
GOLDEN = REAL_DATA / "golden"
needs_golden = pytest.mark.skipif(not GOLDEN.is_dir(), reason="golden files are not here: set TVEC_PV_REAL_DATA")

A_NUMBER = Golden("PRR", "a case", {"estimate": "7.044"}, "a source", True)


@pytest.fixture
def without_tables(monkeypatch):
    monkeypatch.delenv("TVEC_PV_REAL_DATA", raising=False)


def with_a_wrong_digit(number):
    name, digits = next(iter(number.expected.items()))
    wrong = digits[:-1] + str((int(digits[-1]) + 3) % 10)
    return replace(number, expected=dict(number.expected) | {name: wrong})


def test_every_golden_number_agrees_and_carries_formula_convention_and_source(command, without_tables):
    answer = command("self-test")
    shipped = tomllib.loads(SHIPPED.read_text("utf-8"))["number"]
    numbers = sum(len(entry["expected"]) for entry in shipped if "files" not in entry)

    assert (answer.code, answer.err) == (0, "")
    assert f"{numbers} golden numbers of {SHIPPED.stem}: all agree" in answer.out
    assert len([line for line in answer.out.splitlines() if line.endswith("  agrees")]) == numbers
    for method in METHODS.values():
        assert f"\n{method.name}\n  formula     {method.formula}\n  convention  {method.convention}\n" in answer.out


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_a_method_says_its_formula_its_convention_and_its_source(method):
    assert all(len(words) >= 10 for words in (method.formula, method.convention, method.source))


def test_every_method_has_a_golden_number_and_every_number_a_method():
    _, numbers = golden_numbers()
    assert {number.method for number in numbers} == {*METHODS, *TABLES}
    assert {number.method for number in numbers if number.files} == set(TABLES)


@pytest.mark.parametrize("place", range(0, 30, 7))
def test_a_number_that_is_off_is_said_and_ends_with_1(place, command, without_tables, monkeypatch):
    version, numbers = golden_numbers()
    wrong = [*numbers[:place], with_a_wrong_digit(numbers[place]), *numbers[place + 1 :]]
    monkeypatch.setattr(self_test, "golden_numbers", lambda: (version, tuple(wrong)))

    answer = command("self-test")
    assert answer.code == 1
    assert answer.out.splitlines()[-1].endswith("1 are off")
    assert [line for line in answer.out.splitlines() if line.endswith("OFF")] != []
    said = json.loads(command("self-test", "--json").out)
    assert (said["agrees"], [one["method"] for one in said["numbers"] if not one["agrees"]]) == (
        False,
        [numbers[place].method],
    )


def test_what_is_not_defined_agrees_with_nothing():
    (one,) = compare(A_NUMBER, {"estimate": float("nan")})
    assert not one.agrees


@pytest.mark.parametrize(
    ("digits", "got", "agrees"),
    [
        ("7.044", 7.0444, True),
        ("7.044", 7.0446, False),
        ("9.34e-6", 9.336e-6, True),
        ("9.34e-6", 9.33e-6, False),
        ("131", 131, True),
        ("131", 132, False),
        ("-0.2449", -0.24494, True),
    ],
)
def test_a_number_agrees_where_it_rounds_to_the_digits_of_its_source(digits, got, agrees):
    (one,) = compare(replace(A_NUMBER, expected={"estimate": digits}), {"estimate": got})
    assert one.agrees is agrees


def test_an_entry_may_allow_a_share_or_a_difference_of_its_own():
    assert allowed_difference(replace(A_NUMBER, relative=1e-4), "-20.0") == pytest.approx(2e-3)
    assert allowed_difference(replace(A_NUMBER, within=1e-8), "0") == 1e-8


def test_a_number_of_no_method_is_a_mistake_of_the_file(monkeypatch):
    monkeypatch.setattr(self_test, "golden_numbers", lambda: ("today", (replace(A_NUMBER, method="PPR"),)))
    with pytest.raises(ReferenceDataError, match="PPR is no method"):
        self_test.run_self_test()


def test_a_folder_that_is_not_there_is_wrong_usage(command, tmp_path):
    assert command("self-test", "--data", tmp_path / "nowhere").code == 2


def test_a_folder_without_the_tables_leaves_their_numbers_out(command, tmp_path):
    answer = command("self-test", "--data", tmp_path, "--json")
    _, numbers = golden_numbers()
    assert answer.code == 0
    assert [one["method"] for one in json.loads(answer.out)["not_run"]] == [
        number.method for number in numbers if number.files
    ]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1\n"], ids=["empty", "no text", "ragged"])
def test_a_table_that_cannot_be_read_is_named_without_its_content(content, tmp_path):
    file = tmp_path / "pvda_ic.csv"
    file.write_bytes(content)
    with pytest.raises(ReferenceDataError, match=r"^pvda_ic\.csv: not a readable table \(\w+\)$"):
        read_columns(file)


def test_the_tables_that_are_fitted_are_as_their_theta_makes_them():
    """The weights are written otherwise than the likelihood: here they are held against scipy's distribution."""
    n = np.arange(50)
    for shape, share in ((0.2, 0.3), (3.26, 0.9), (25.0, 0.5)):
        assert _probability(n, shape, np.full(50, share)) == pytest.approx(nbinom.pmf(n, shape, share), rel=1e-10)


@needs_golden
def test_the_tables_of_the_reference_implementations_agree_whole(command):
    answer = command("self-test", "--data", REAL_DATA, "--json")
    said = json.loads(answer.out)
    got = {(one["method"], one["name"]): one["got"] for one in said["numbers"]}

    assert (answer.code, said["agrees"], said["not_run"]) == (0, True, [])
    assert got["EBGM of caers", "pairs"] == got["expected counts of caers, by sex", "pairs"] == 17_189
    assert got["EBGM of caers", "pairs with EB05 over 2"] == 131
    assert (got["pvda's reports", "pairs"], got["pvda's reports", "pairs with IC025 over 0"]) == (1_306, 5)
    assert got["prior of caers", "log likelihood"] == pytest.approx(-4162.45571, abs=1e-4)
    assert got["prior with zero cells", "log likelihood"] == pytest.approx(-15_005_702.52, abs=0.01)
