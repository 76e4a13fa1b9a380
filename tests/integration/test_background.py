"""The background: extracts of FAERS in any order, each case once, without the product's own reports."""

import csv
import io
import re
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from tests.factories import a_case, a_reaction, deleted_list, e2b_batch, e2b_message, faers_quarter, zipped
from tests.real_data import REAL_DATA, needs_real_data
from tests.samples import FOLDER
from tests.stored import asked, number
from tvec_pv.actions.background import load_background
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.runs import open_house
from tvec_pv.background.counts import count, count_by_substance
from tvec_pv.background.manifest import status
from tvec_pv.background.standing import standing
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.icsr import Identifier
from tvec_pv.settings import Settings
from tvec_pv.store.database import reading
from tvec_pv.store.reads import own_numbers

REAL_EXTRACT = REAL_DATA / "faers" / "faers_ascii_2017q2.zip"


@pytest.fixture
def house(tmp_path):
    """The background stands beside the database: one database is enough here."""
    house = open_house(Settings(home=tmp_path / "home"))
    yield house
    house.store.engine.dispose()


def report(caseid, *reactions, drugs=("OPDIVO",), version=1, received="20260401"):
    return {"caseid": caseid, "caseversion": version, "received": received, "reactions": reactions, "drugs": drugs}


def quarter(*reports, name="26Q1"):
    """An extract with these reports."""
    numbers = [{"caseid": one["caseid"], "caseversion": one["caseversion"]} for one in reports]
    both = list(zip(numbers, reports, strict=True))
    return faers_quarter(
        quarter=name,
        demo=[given | {"fda_dt": one["received"]} for given, one in both],
        drug=[
            given | {"drug_seq": place, "role_cod": "PS", "drugname": drug}
            for given, one in both
            for place, drug in enumerate(one["drugs"], 1)
        ],
        reac=[given | {"pt": reaction} for given, one in both for reaction in one["reactions"]],
    )


def loaded(house, folder, **extracts):
    """Load extracts, in the order in which they are named."""
    folder.mkdir(exist_ok=True)
    found = []
    for name, content in extracts.items():
        (folder / f"{name}.zip").write_bytes(content)
        found.extend(load_background(house, [folder / f"{name}.zip"]))
    return found


def counted(house, *reactions):
    background = count(house.settings.background, list(reactions))
    return background.reports, dict(background.with_reaction)


def test_an_extract_is_told_by_its_rows_its_dates_and_its_hash(house, tmp_path):
    content = quarter(report(1, "Fatigue"), report(2, "Nausea", drugs=("IMLYGIC",), received="20260630"))

    [(one, is_new)] = loaded(house, tmp_path / "faers", a=content)

    assert is_new
    assert (one.name, one.reports, one.product_reports) == ("a.zip", 2, 1)
    assert (one.first_received, one.last_received) == ("2026-04-01", "2026-06-30")
    assert [kept.read_bytes() for kept in house.settings.raw.glob(f"*/{one.sha256}")] == [content]


def test_the_same_bytes_are_loaded_once_under_whatever_name(house, tmp_path):
    content = quarter(report(1, "Fatigue"), report(2, "Nausea"))

    found = loaded(house, tmp_path / "faers", a=content, b=content)

    assert [is_new for _, is_new in found] == [True, False]
    assert len(status(house.settings.background)) == 1
    assert counted(house, "fatigue") == (2, {"fatigue": 1})
    assert number(house, "SELECT count(*) FROM audit WHERE action = 'background loaded'") == 1


def test_an_unpacked_extract_counts_like_the_zip(house, tmp_path):
    with zipfile.ZipFile(io.BytesIO(quarter(report(1, "Fatigue"), report(2, "Nausea")))) as archive:
        archive.extractall(tmp_path / "unpacked")

    load_background(house, [tmp_path / "unpacked"])

    assert counted(house, "fatigue") == (2, {"fatigue": 1})


def test_extracts_in_any_order_are_the_same_release_with_the_same_counts(house, tmp_path):
    """Case 1 has a second version in the later quarter, case 2 stands in both with the same number."""
    first = quarter(report(1, "Fatigue"), report(2, "Nausea"), report(3, "Fatigue"))
    second = quarter(report(1, "Rash", version=2), report(2, "Nausea"), report(4, "Rash"), name="26Q2")
    other = open_house(Settings(home=tmp_path / "other"))

    loaded(house, tmp_path / "faers", a=first, b=second)
    loaded(other, tmp_path / "faers", b=second, a=first)

    assert counted(house, "fatigue", "nausea", "rash") == (4, {"fatigue": 1, "nausea": 1, "rash": 2})
    assert counted(other, "fatigue", "nausea", "rash") == counted(house, "fatigue", "nausea", "rash")
    assert count(other.settings.background, []).release == count(house.settings.background, []).release
    other.store.engine.dispose()


@pytest.mark.parametrize(
    ("versions", "current"),
    [
        ([(1, "20260401"), (2, "20260402")], 2),
        ([(2, "20260402"), (1, "20260401")], 2),
        ([(9, "20260401"), (10, "20260401")], 10),  # by number, not by letter
        ([(2, "20260401"), (1, "20260501")], 2),  # the number, not the date
    ],
)
def test_the_newest_version_of_a_case_counts(house, tmp_path, versions, current):
    reports = [report(1, f"Reaction {version}", version=version, received=day) for version, day in versions]

    loaded(house, tmp_path / "faers", a=quarter(*reports))

    names = [f"reaction {version}" for version, _ in versions]
    assert counted(house, *names) == (1, {f"reaction {current}": 1})


def test_a_drug_listed_once_per_dose_and_a_reaction_named_twice_count_once(house, tmp_path):
    one = report(1, "Fatigue", "FATIGUE", "Fatigue ", drugs=("OPDIVO", "OPDIVO", "Opdivo"))

    loaded(house, tmp_path / "faers", a=quarter(one, report(2, "Nausea")))

    assert counted(house, "fatigue") == (2, {"fatigue": 1})


@pytest.mark.parametrize(
    "name", ["IMLYGIC", "talimogene laherparepvec", "T-VEC", "Oncovex GM-CSF", "talimogen laherparepvek"]
)
def test_reports_of_the_product_are_no_background(house, tmp_path, name):
    reports = (report(1, "Fatigue"), report(2, "Fatigue", drugs=("OPDIVO", name)))

    [(one, _)] = loaded(house, tmp_path / "faers", a=quarter(*reports))

    assert one.product_reports == 1
    assert counted(house, "fatigue") == (1, {"fatigue": 1})


def test_another_oncolytic_virus_is_background(house, tmp_path):
    loaded(house, tmp_path / "faers", a=quarter(report(1, "Fatigue", drugs=("VUSOLIMOGENE ODERPAREPVEC",))))

    assert counted(house, "fatigue") == (1, {"fatigue": 1})


def test_a_case_whose_newest_version_names_the_product_is_no_background(house, tmp_path):
    versions = (report(1, "Fatigue"), report(1, "Fatigue", version=2, drugs=("IMLYGIC",)))

    loaded(house, tmp_path / "faers", a=quarter(*versions, report(2, "Fatigue")))

    assert counted(house, "fatigue") == (1, {"fatigue": 1})


def test_nothing_loaded_is_no_background(house):
    assert count(house.settings.background, ["fatigue"]) is None
    assert status(house.settings.background) == []


def test_a_reaction_that_nobody_reported_counts_nothing(house, tmp_path):
    loaded(house, tmp_path / "faers", a=quarter(report(1, "Fatigue")))

    assert counted(house, "'; DROP VIEW all_reports; --", "rash") == (1, {})


BROKEN = {
    "not a zip": b"nothing of the kind",
    "half a zip": quarter(report(1, "Fatigue"))[:-200],
    "a zip of something else": zipped({"letter.txt": b"Dear Sir"}),
    "tables without rows or columns": zipped({"DEMO26Q1.txt": b"", "DRUG26Q1.txt": b"", "REAC26Q1.txt": b""}),
    "no table of drugs": zipped({"DEMO26Q1.txt": b"primaryid$caseid$fda_dt\n11$1$20260401\n"}),
    "no table of reactions": zipped(
        {
            "DEMO26Q1.txt": b"primaryid$caseid$caseversion$fda_dt\n11$1$1$20260401\n",
            "DRUG26Q1.txt": b"primaryid$drugname\n11$OPDIVO\n",
        }
    ),
    "a table of something else": zipped(
        {"DEMO26Q1.txt": b"a$b\n1$2\n", "DRUG26Q1.txt": b"a$b\n1$2\n", "REAC26Q1.txt": b"a$b\n1$2\n"}
    ),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_a_broken_extract_is_refused_and_leaves_what_was_loaded(house, tmp_path, flaw):
    loaded(house, tmp_path / "faers", good=quarter(report(1, "Fatigue")))

    with pytest.raises(UnreadableFile):
        loaded(house, tmp_path / "faers", broken=BROKEN[flaw])

    assert [one.name for one in status(house.settings.background)] == ["good.zip"]
    assert counted(house, "fatigue") == (1, {"fatigue": 1})
    assert [row["outcome"] for row in asked(house, "SELECT outcome FROM runs ORDER BY id")] == ["done", "failed"]


def test_a_file_that_is_refused_is_shown_and_the_others_are_loaded(house, tmp_path):
    folder = tmp_path / "faers"
    folder.mkdir()
    (folder / "b.zip").write_bytes(quarter(report(1, "Fatigue")))
    (folder / "a.zip").write_bytes(b"nothing of the kind")

    with pytest.raises(UnreadableFile, match=r"refused: a\.zip: .*; the other 1 of 2 files are loaded"):
        load_background(house, [folder])

    said = standing(house.settings.background)
    assert [one.name for one in said.loaded] == ["b.zip"]
    assert [(one.name, one.reason) for one in said.refused] == [
        ("a.zip", "neither a FAERS extract (a zip, or a folder of its tables) nor a list of deleted cases")
    ]
    assert said.lines[-1].startswith("refused: a.zip: neither a FAERS extract")
    assert counted(house, "fatigue") == (1, {"fatigue": 1})


def test_a_list_of_deleted_cases_beside_the_extracts_is_applied(house, tmp_path):
    folder = tmp_path / "faers"
    folder.mkdir()
    (folder / "b.zip").write_bytes(quarter(report(20_000_001, "Fatigue"), report(20_000_002, "Fatigue")))
    (folder / "DELETE26Q2.txt").write_bytes(deleted_list([20_000_001]))

    found = load_background(house, [folder])

    assert [(one.kind, one.deleted) for one, _ in found] == [("deleted cases", 1), ("extract", 0)]
    assert counted(house, "fatigue") == (1, {"fatigue": 1})


@pytest.mark.parametrize(
    ("changes", "certain", "possible"),
    [
        ({}, 1, 0),
        ({"worldwide_id": "US-OTHERS-1", "sender_case_id": "us-tests 1001"}, 1, 0),
        ({"worldwide_id": "US-OTHERS-1", "other_ids": (Identifier(source="FDA", number="US-TESTS-1001"),)}, 1, 0),
        ({"worldwide_id": "US-OTHERS-1", "linked_reports": ("US-TESTS-1001",)}, 1, 0),
        ({"worldwide_id": "CA-TESTS-1001"}, 0, 1),
        ({"worldwide_id": "US-OTHERS-1"}, 0, 0),
    ],
)
def test_detection_does_not_count_a_case_here_and_in_the_background(house, tmp_path, changes, certain, possible):
    """The FDA's copy of a case does not name the product; by its number it is one of ours."""
    given = {"worldwide_id": "US-TESTS-1001", "sender_case_id": None} | changes
    case = replace(a_case("US-TESTS-1001", reactions=(a_reaction("Chills"),)), **given)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "one.xml").write_bytes(e2b_batch(e2b_message(case)))
    take_in(house, [inbox])
    reports = [report(1, "Chills"), report(2, "Chills"), report(3, "Nausea")]
    copy = faers_quarter(
        demo=[{"caseid": 9, "fda_dt": "20260401", "mfr_num": "US-TESTS-1001"}],
        drug=[{"caseid": 9, "drug_seq": 1, "role_cod": "PS", "drugname": "VIRUS, UNSPECIFIED"}],
        reac=[{"caseid": 9, "pt": "Chills"}],
    )
    loaded(house, tmp_path / "faers", a=quarter(*reports), b=copy)

    [chills] = [pair for pair in detect_signals(house).pairs if pair.key == "chills"]
    with reading(house.store) as connection:
        own = own_numbers(connection)

    found = count(house.settings.background, ["chills"], own=own)
    assert (found.overlap_certain, found.overlap_possible) == (certain, possible)
    assert (chills.statistics.a, chills.statistics.c) == (1, 3 - certain - possible)
    assert chills.statistics.c + chills.statistics.d == 4 - certain - possible


# --- extracts of a size, counted a second time ---------------------------------------------------------------------


def rows(archive, table):
    [name] = [name for name in archive.namelist() if re.search(rf"{table}\d\dQ\d", name, re.IGNORECASE)]
    text = archive.read(name).decode("latin-1")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="$", quoting=csv.QUOTE_NONE))


@cache
def counted_again(path):
    """Cases without the product, in all and by reaction, and the number of rows of DEMO."""
    with zipfile.ZipFile(path) as archive:
        demo, drug, reac = (rows(archive, table) for table in ("DEMO", "DRUG", "REAC"))
    newest = {}
    for row in demo:
        if row["caseid"] not in newest or int(row["caseversion"]) > int(newest[row["caseid"]]["caseversion"]):
            newest[row["caseid"]] = row
    named = {
        row["primaryid"]
        for row in drug
        if re.search("imlygic|talimogene|t-vec", f"{row['drugname']} {row['prod_ai']}".lower())
    }
    wanted = {row["primaryid"]: caseid for caseid, row in newest.items() if row["primaryid"] not in named}
    pairs = {
        (wanted[row["primaryid"]], " ".join(re.findall(r"\w+", row["pt"].lower())))
        for row in reac
        if row["primaryid"] in wanted
    }
    return len(wanted), Counter(reaction for _, reaction in pairs), len(demo)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(next((FOLDER / "background").iterdir()), id="generated"),
        pytest.param(REAL_EXTRACT, id="real", marks=needs_real_data),
    ],
)
def test_every_reaction_of_an_extract_has_the_count_that_the_tables_give(house, path):
    [(one, _)] = load_background(house, [path])
    reports, with_reaction, lines = counted_again(path)

    assert (one.reports, reports > 50, len(with_reaction) > 50) == (lines, True, True)
    assert counted(house, *with_reaction) == (reports, dict(with_reaction))


def test_other_medicines_are_counted_by_distinct_reports_without_the_product_and_ours(house, tmp_path):
    loaded(
        house,
        tmp_path / "faers",
        a=quarter(
            report(1, "Fatigue", "Nausea", drugs=("OPDIVO", "OPDIVO", "YERVOY")),
            report(2, "Fatigue", drugs=("OPDIVO",)),
            report(3, "Rash", drugs=("OPDIVO",)),
            report(4, "Fatigue", drugs=("IMLYGIC", "OPDIVO")),
            report(5, "Fatigue", drugs=("YERVOY",)),
        ),
        b=quarter(report(5, "Rash", drugs=("YERVOY",), version=2)),
    )

    found = count_by_substance(house.settings.background, ["fatigue", "rash", "gout"], own=["FAERS-2"])

    by_name = dict(zip(found.substances, found.reports, strict=True))
    assert {name: by_name[name] for name in ("opdivo", "yervoy")} == {"opdivo": 2, "yervoy": 2}
    counts = {name: dict(zip(found.substances, of_it, strict=True)) for name, of_it in found.with_reaction.items()}
    assert {name: (of_it["opdivo"], of_it["yervoy"]) for name, of_it in counts.items()} == {
        "fatigue": (1, 1),
        "rash": (1, 1),
    }
