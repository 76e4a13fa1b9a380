"""Generated quarters: what they hold, counted from the files themselves, and what is planted in them."""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from hashlib import sha256

import numpy as np
import pytest

from tests.factories import FAERS_COLUMNS
from tests.generated_background import a_world, counted
from tvec_pv.background.generated_files import TRUTH, write_quarters
from tvec_pv.background.planted import plant
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.product_names import Verdict, match_name
from tvec_pv.domain.records import Deletions, OtherProducts, Record
from tvec_pv.domain.statistics.contingency import from_margins
from tvec_pv.domain.statistics.disproportionality import prr
from tvec_pv.reference_files import generation, product, safety_profile
from tvec_pv.sources.faers_ascii import read

SIZE, SEED = 6_000, 11


def written(folder, seed=SEED, reports=SIZE):
    world = a_world(seed)
    return write_quarters(world, plant(world, reports, seed), reports, seed, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "quarters"
    written(folder)
    return folder


@pytest.fixture(scope="module")
def truth(folder):
    return json.loads((folder / TRUTH).read_text("utf-8"))


@pytest.fixture(scope="module")
def rows(folder):
    """The rows of each table over all quarters, as the csv module reads them."""
    found = {table: [] for table in FAERS_COLUMNS}
    for path in sorted(folder.glob("quarters/*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if match := re.fullmatch(r"ascii/([A-Z]{4})\d\dQ\d\.txt", name):
                    text = io.StringIO(archive.read(name).decode("utf-8"), newline="")
                    found[match[1]] += csv.DictReader(text, delimiter="$", quoting=csv.QUOTE_NONE)
    return found


def test_the_tables_have_the_columns_of_fda(folder):
    for path in folder.glob("quarters/*.zip"):
        with zipfile.ZipFile(path) as archive:
            headers = {
                name[6:10]: archive.read(name).split(b"\r\n", 1)[0].decode()
                for name in archive.namelist()
                if name.startswith("ascii/")
            }
        assert headers == FAERS_COLUMNS


def test_there_are_as_many_reports_as_were_asked_for_each_with_its_own_number(rows):
    numbers = [row["primaryid"] for row in rows["DEMO"]]

    assert len(numbers) == len(set(numbers)) == SIZE
    assert all(row["primaryid"] == row["caseid"] + row["caseversion"] for row in rows["DEMO"])


def test_every_report_has_medicines_one_primary_suspect_and_reactions(rows):
    numbers = {row["primaryid"] for row in rows["DEMO"]}
    suspects = Counter(row["primaryid"] for row in rows["DRUG"] if (row["role_cod"], row["drug_seq"]) == ("PS", "1"))

    assert suspects.keys() == numbers
    assert set(suspects.values()) == {1}
    assert {row["primaryid"] for row in rows["REAC"]} == numbers


def test_a_follow_up_comes_after_the_version_that_it_follows(rows):
    by_case = {}
    for row in rows["DEMO"]:
        by_case.setdefault(row["caseid"], []).append((row["fda_dt"], row["caseversion"]))

    assert {tuple(version for _, version in sorted(versions)) for versions in by_case.values()} == {("1",), ("1", "2")}
    assert 0.05 < sum(len(versions) == 2 for versions in by_case.values()) / len(by_case) < 0.11


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(folder, tmp_path):
    def hashes(where):
        return {path.name: sha256(path.read_bytes()).hexdigest() for path in where.rglob("*.*")}

    written(tmp_path / "same")
    written(tmp_path / "other", seed=SEED + 1)

    assert hashes(tmp_path / "same") == hashes(folder)
    assert not set(hashes(tmp_path / "other").values()) & set(hashes(folder).values())


def test_every_file_says_that_it_is_generated(folder, truth):
    assert truth["notice"].startswith("GENERATED.")
    for path in folder.glob("quarters/*.zip"):
        assert "generated" in path.name
        with zipfile.ZipFile(path) as archive:
            assert archive.read("README.txt").startswith(b"GENERATED.")


def test_no_name_can_be_taken_for_a_real_one_but_those_of_the_product_and_its_profile(rows):
    terms = {term for concept in safety_profile().concepts for term in concept.terms}
    names = {row["drugname"] for row in rows["DRUG"]} | {row["prod_ai"] for row in rows["DRUG"]} - {""}

    assert {row["pt"] for row in rows["REAC"] if not row["pt"].startswith("Generated reaction ")} <= terms
    for name in names:
        is_product = match_name(product(), name).verdict is Verdict.PRODUCT
        assert is_product or re.match(r"\s*(generated|genbrand) ", name, re.IGNORECASE), name
    assert {row["mfr_sndr"] for row in rows["DEMO"]} == {"GENERATED SENDER"}
    assert all("GENERATED" in row["mfr_num"] for row in rows["DEMO"])


def test_a_medicine_is_written_in_many_ways_and_listed_again(rows):
    names = {row["drugname"].strip() for row in rows["DRUG"] if row["prod_ai"] == "GENERATED BABABABA"}
    listed = Counter((row["primaryid"], row["drugname"], row["prod_ai"]) for row in rows["DRUG"])

    assert len(names) >= 5
    assert sum(count > 1 for count in listed.values()) > 0.1 * len(listed)
    assert any(row["prod_ai"] == "" for row in rows["DRUG"])


def test_deleted_cases_are_listed_in_the_quarter_after_and_in_the_truth(folder, truth, rows):
    cases = {row["caseid"] for row in rows["DEMO"]}
    in_truth = {str(case) for quarter in truth["quarters"] for case in quarter["deleted_cases"]}
    listed = set()
    for path in folder.glob("quarters/*.zip"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("deleted/"):
                    listed |= set(archive.read(name).decode().split())

    assert listed == in_truth
    assert listed < cases
    assert len(listed) >= 3


def test_known_duplicates_say_the_same_under_two_case_numbers(truth, rows):
    def said(case):
        number = f"{case}1"
        [demo] = [row for row in rows["DEMO"] if row["primaryid"] == number]
        return (
            demo["sex"], demo["age"], demo["fda_dt"], demo["reporter_country"],
            {row["pt"] for row in rows["REAC"] if row["primaryid"] == number},
        )  # fmt: skip

    pairs = [pair for quarter in truth["quarters"] for pair in quarter["duplicate_cases"]]

    assert len(pairs) == pytest.approx(SIZE * 0.01, abs=5)
    assert all(said(one) == said(other) and one != other for one, other in pairs)


def test_the_reader_of_faers_takes_every_report_and_finds_the_product(folder):
    items = [
        item
        for path in folder.glob("quarters/*.zip")
        for item in read(path, lambda name: match_name(product(), name).verdict is Verdict.PRODUCT)
    ]
    records = [item for item in items if isinstance(item, Record)]

    assert len(records) >= generation()["product"]["at_least"] / 2
    assert all(record.case is not None for record in records)
    assert len(records) + sum(item.count for item in items if isinstance(item, OtherProducts)) == SIZE
    assert any(isinstance(item, Deletions) for item in items)


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(Refused, match="holds something"):
        written(tmp_path)

    assert (tmp_path / "letter.txt").read_text() == "mine"
    assert not list(tmp_path.rglob("*.zip"))


def test_planted_pairs_are_reported_as_often_as_the_truth_says():
    """Pooled over the signals of each ratio, which the PRR of so many reports gives within its own uncertainty."""
    pooled = {}
    for seed in range(3):
        world = a_world(
            seed, even=True, substances=800, reactions=2_000, planted=generation()["planted"] | {"at_least": 150}
        )
        pairs, signals = counted(world, 60_000, seed)
        substances = {name: place for place, name in enumerate(pairs.substances)}
        reactions = {name: place for place, name in enumerate(pairs.reactions)}
        cells = dict(
            zip(zip(pairs.substance.tolist(), pairs.reaction.tolist(), strict=True), pairs.n.tolist(), strict=True)
        )
        for signal in signals:
            substance = substances[world.substances[signal.substance]]
            reaction = reactions[world.reactions[signal.reaction]]
            n = cells.get((substance, reaction), 0)
            of_substance = int(pairs.with_substance[:, substance].sum())
            others = int(pairs.with_reaction[:, reaction].sum()) - n
            expected = of_substance * others / (pairs.total - of_substance)
            before = pooled.get(signal.ratio, (0, 0.0))
            pooled[signal.ratio] = (before[0] + n, before[1] + expected)

    assert pooled.keys() == set(generation()["planted"]["ratios"])
    for ratio, (n, expected) in pooled.items():
        assert n / expected == pytest.approx(ratio, rel=4 / np.sqrt(n) + 0.03), (ratio, n, expected)


def test_the_products_known_reactions_are_reported_more_often():
    world = a_world(2, product=generation()["product"] | {"at_least": 3_000})
    pairs, _ = counted(world, 30_000, 2)
    mine = pairs.substance == pairs.substances.index(product().name)
    reactions = pairs.reaction[mine]
    cells = from_margins(
        pairs.n[mine], mine_reports := int(pairs.with_substance.sum(axis=0)[pairs.substances.index(product().name)]),
        pairs.with_reaction.sum(axis=0)[reactions] - pairs.n[mine], pairs.total - mine_reports,
    )  # fmt: skip
    ratios = dict(zip([pairs.reactions[place] for place in reactions], prr(cells).estimate, strict=True))
    very_common = [one.terms[0] for one in safety_profile().concepts if one.frequency_eu == "very common" and one.terms]
    named = [ratios[name] for name in very_common if name in ratios]

    assert len(named) >= 10
    assert np.median(named) == pytest.approx(generation()["product"]["ratios"]["very common"], rel=0.25)
