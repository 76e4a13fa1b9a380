"""What is loaded of extracts of every era, what is refused, and what is counted, beside counts of the tests' own."""

import csv
import hashlib
import io
import json
import re
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import permutations

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import aers_quarter, deleted_list, faers_quarter, faers_quarter_of_2013, zipped
from tests.real_data import REAL_DATA, needs_real_data
from tests.samples import FOLDER
from tvec_pv.background import current as current_module
from tvec_pv.background import extracts
from tvec_pv.background.counts import PRODUCT, REST, count, prepare
from tvec_pv.background.current import current_reports, find_current, parquet
from tvec_pv.background.manifest import clear_unfinished, release, status
from tvec_pv.background.quarters import load
from tvec_pv.background.standing import standing
from tvec_pv.domain.background import Among
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.product_names import Verdict, match_case
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.reference_files import background_codes, product
from tvec_pv.sources import formats

REAL_EXTRACT = REAL_DATA / "faers" / "faers_ascii_2017q2.zip"
REAL_LIST = REAL_DATA / "faers" / "DELETE22Q4.txt"


def put(folder, content, name="a.zip", codes=None):
    """Load bytes into a background, as a file of that name; the entry of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    path = folder.parent / f"{folder.name}-{digest}"
    path.write_bytes(content)
    try:
        return load(path, name, digest, folder, product(), codes or background_codes(), "2026-11-25T00:00:00+00:00")[0]
    finally:
        path.unlink()


def report(caseid=1, *, reactions=("Fatigue",), drugs=("OPDIVO",), outcomes=(), sources=(), version=1, **demo):
    """The rows of one report, by table; drugs as names, or as whole rows."""
    number = {"caseid": caseid, "caseversion": version}
    rows = [drug if isinstance(drug, dict) else {"drugname": drug} for drug in drugs]
    return {
        "demo": [number | {"fda_dt": "20260401"} | demo],
        "drug": [number | {"drug_seq": place, "role_cod": "PS"} | row for place, row in enumerate(rows, 1)],
        "reac": [number | {"pt": reaction} for reaction in reactions],
        "outc": [number | {"outc_cod": code} for code in outcomes],
        "rpsr": [number | {"rpsr_cod": code} for code in sources],
    }


def quarter(*reports, make=faers_quarter, **given):
    tables = {}
    for one in reports:
        for table, rows in one.items():
            tables.setdefault(table, []).extend(rows)
    return make(**given, **tables)


def stored(folder, table):
    """The rows of the only extract's table, without what the place of a report is."""
    [entry] = status(folder)
    return pl.read_parquet(folder / entry.folder / f"{table}.parquet").to_dicts()


def counted(folder, *reactions, **given):
    found = count(folder, list(reactions), **given)
    return found.reports, dict(found.with_reaction)


# --- what a report is kept as --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "column", "kept"),
    [
        ({"sex": "F"}, "sex", "female"),
        ({"sex": " m "}, "sex", "male"),
        ({"sex": "UNK"}, "sex", None),
        ({"age_grp": "E", "age": "17", "age_cod": "YR"}, "age_group", "elderly"),  # as given, not as worked out
        ({"age": "0", "age_cod": "DY"}, "age_group", "neonate"),
        ({"age": "27", "age_cod": "DY"}, "age_group", "neonate"),
        ({"age": "28", "age_cod": "DY"}, "age_group", "infant"),
        ({"age": "23", "age_cod": "MON"}, "age_group", "infant"),
        ({"age": "2", "age_cod": "YR"}, "age_group", "child"),
        ({"age": "11", "age_cod": "YR"}, "age_group", "child"),
        ({"age": "12", "age_cod": "YR"}, "age_group", "adolescent"),
        ({"age": "17", "age_cod": "YR"}, "age_group", "adolescent"),
        ({"age": "18", "age_cod": "YR"}, "age_group", "adult"),
        ({"age": "64.9", "age_cod": "YR"}, "age_group", "adult"),
        ({"age": "65", "age_cod": "YR"}, "age_group", "elderly"),
        ({"age": "7", "age_cod": "DEC"}, "age_group", "elderly"),
        ({"age": "65"}, "age_group", None),  # of what?
        ({"age": "-3", "age_cod": "YR"}, "age_group", None),
        ({"age": "700", "age_cod": "YR"}, "age_group", None),
        ({"age": "old", "age_cod": "YR"}, "age_group", None),
        ({"reporter_country": "DE", "occr_country": "JP"}, "country", "DE"),
        ({"occr_country": "JP"}, "country", "JP"),
        ({"reporter_country": "UNITED STATES"}, "country", "US"),
        ({"reporter_country": "COUNTRY NOT SPECIFIED"}, "country", None),
        ({"reporter_country": "QQ"}, "country", "QQ"),
        ({"reporter_country": "QQ"}, "region", None),
        ({"reporter_country": "DE"}, "region", "Europe"),
        ({"reporter_country": "JAPAN"}, "region", "Japan"),
        ({"reporter_country": "AU"}, "region", "Rest of the world"),
        ({"occp_cod": "CN"}, "reporter", "consumer"),
        ({"occp_cod": "MD"}, "reporter", "physician"),
        ({"occp_cod": "ZZ"}, "reporter", None),
        ({"lit_ref": "A paper"}, "source", "literature"),
        ({"sources": ("HP", "LIT")}, "source", "literature"),
        ({"sources": ("HP",)}, "source", None),
        ({"outcomes": ()}, "serious", False),
        ({"outcomes": ("OT",)}, "serious", True),
        ({"outcomes": ("HO",)}, "fatal", False),
        ({"outcomes": ("HO", "de")}, "fatal", True),
        ({"mfr_num": "us-Example Bio-2026/17"}, "own_key", "USEXAMPLEBIO202617"),
        ({"auth_num": "--"}, "authority_key", None),
        ({"fda_dt": "202604"}, "received", None),
        ({"version": "x"}, "version", 0),
    ],
)
def test_a_report_is_kept_as(tmp_path, given, column, kept):
    put(tmp_path / "b", quarter(report(**given)))

    [row] = stored(tmp_path / "b", "reports")
    assert row[column] == kept


def test_roles_and_substances_are_kept_once_each(tmp_path):
    drugs = (
        {"drugname": "OPDIVO", "prod_ai": "NIVOLUMAB", "role_cod": "PS"},
        {"drugname": "Opdivo 40 mg", "prod_ai": "NIVOLUMAB", "role_cod": "PS"},  # once per dose
        {"drugname": "OPDIVO", "prod_ai": "NIVOLUMAB", "role_cod": "C"},
        {"drugname": "BACTRIM", "prod_ai": "SULFAMETHOXAZOLE\\TRIMETHOPRIM", "role_cod": "I"},
        {"drugname": "ASPIRIN.", "prod_ai": "", "role_cod": "??"},
    )

    put(tmp_path / "b", quarter(report(drugs=drugs)))

    assert Counter((row["substance"], row["role"]) for row in stored(tmp_path / "b", "drugs")) == Counter(
        [
            ("nivolumab", "PS"),
            ("nivolumab", "C"),
            ("sulfamethoxazole", "I"),
            ("trimethoprim", "I"),
            ("aspirin", None),
        ]
    )


@pytest.mark.parametrize(
    ("content", "quarter_of"),
    [
        (
            aers_quarter(
                demo=[{"ISR": "4500001", "CASE": "3500001", "FDA_DT": "20080901", "GNDR_COD": "F", "MFR_NUM": "X-1"}],
                drug=[{"ISR": "4500001", "DRUG_SEQ": "1", "ROLE_COD": "PS", "DRUGNAME": "ASPIRIN"}],
                reac=[{"ISR": "4500001", "PT": "NAUSEA"}],
                outc=[{"ISR": "4500001", "OUTC_COD": "HO"}],
            ),
            "2008Q3",
        ),
        (
            faers_quarter_of_2013(
                demo=[{"caseid": "3500001", "fda_dt": "20130201", "gndr_cod": "F", "mfr_num": "X-1"}],
                drug=[{"caseid": "3500001", "drug_seq": "1", "role_cod": "PS", "drugname": "ASPIRIN"}],
                reac=[{"caseid": "3500001", "pt": "Nausea"}],
                outc=[{"caseid": "3500001", "outc_code": "HO"}],
            ),
            "2013Q1",
        ),
    ],
    ids=["AERS", "2013"],
)
def test_older_eras_are_read_by_their_own_columns(tmp_path, content, quarter_of):
    entry = put(tmp_path / "b", content)

    [row] = stored(tmp_path / "b", "reports")
    assert (entry.quarter, entry.refused) == (quarter_of, {})
    assert (row["case"], row["sex"], row["serious"], row["own_key"]) == ("3500001", "female", True, "X1")
    assert [one["substance"] for one in stored(tmp_path / "b", "drugs")] == ["aspirin"]
    assert counted(tmp_path / "b", "nausea") == (1, {"nausea": 1})


def test_a_case_goes_on_from_aers_to_faers(tmp_path):
    old = aers_quarter(
        demo=[
            {"ISR": "4500001", "CASE": "3500001", "FDA_DT": "20080701"},
            {"ISR": "4500009", "CASE": "3500001", "FDA_DT": "20080901"},
            {"ISR": "3500001", "CASE": "", "FDA_DT": "20080901"},  # its number is another's case: it is its own
        ],
        drug=[{"ISR": isr, "ROLE_COD": "PS", "DRUGNAME": "ASPIRIN"} for isr in ("4500001", "4500009", "3500001")],
        reac=[
            {"ISR": "4500001", "PT": "CHILLS"},
            {"ISR": "4500009", "PT": "NAUSEA"},
            {"ISR": "3500001", "PT": "RASH"},
        ],
    )
    put(tmp_path / "b", old)
    assert counted(tmp_path / "b", "chills", "nausea", "rash") == (2, {"nausea": 1, "rash": 1})

    put(tmp_path / "b", quarter(report(3500001, reactions=("Pain",), fda_dt="20080101")))
    assert counted(tmp_path / "b", "chills", "nausea", "rash", "pain") == (2, {"pain": 1, "rash": 1})


# --- what is not read ----------------------------------------------------------------------------------------------


def broken(table, lines, *reports, deleted=()):
    """An extract with more lines at the end of a table."""
    archive = zipfile.ZipFile(io.BytesIO(quarter(*reports, deleted=deleted)))
    files = {name: archive.read(name) for name in archive.namelist()}
    [name] = [name for name in files if table in name]
    files[name] += lines
    return zipped(files)


@pytest.mark.parametrize(
    ("table", "lines", "refused"),
    [
        ("DEMO", b"21$2$1\r\n", {"DEMO: more or fewer cells than the table has columns": 1}),
        ("DEMO", b"$2$1" + b"$" * 22 + b"\r\n", {"DEMO: no report number, or one that is too long to be one": 1}),
        (
            "DEMO",
            b"11$1$1" + b"$" * 22 + b"\r\n",
            {"DEMO: the report stands in the main table more than once: the first row was taken": 1},
        ),
        ("REAC", b"11$1$Rash\nof the arm$\r\n", {"REAC: more or fewer cells than the table has columns": 2}),
        ("REAC", b"$1$Rash$\r\n", {"REAC: no report number, or one that is too long to be one": 1}),
        ("REAC", b"7" * 101 + b"$1$Rash$\n", {"REAC: no report number, or one that is too long to be one": 1}),
        ("REAC", b"99$9$Rash$\r\n99$9$Chills$\r\n", {"REAC: belongs to no report of the main table": 2}),
        ("REAC", b"11$1$ $\r\n", {"REAC: names no reaction": 1}),
        ("DRUG", b"11$1$1$C$ $" + b"$" * 14 + b"\r\n", {"DRUG: names no medicine": 1}),
        ("DELETE", b"nobody\r\n", {"deleted cases: from some line on, not only case numbers": 1}),
        ("REAC", b"\r\n11$1$Chills$$ $\r\n", {}),
    ],
)
def test_a_row_that_is_not_read_is_counted_by_its_reason(tmp_path, table, lines, refused):
    entry = put(tmp_path / "b", broken(table, lines, report(1), deleted=[8]))

    assert entry.refused == refused
    assert counted(tmp_path / "b", "fatigue") == (1, {"fatigue": 1})
    assert [line for line in standing(tmp_path / "b").lines if line.startswith("not read")] == [
        f"not read: {rows} rows of {reason}" for reason, rows in refused.items()
    ]


def test_where_a_row_is_broken_any_cell_may_be_the_product(tmp_path):
    put(tmp_path / "b", broken("DRUG", b"11$1$2$SS$IMLYGIC\r\n", report(1), report(2)))

    found = count(tmp_path / "b", ["fatigue"])
    assert (found.reports, found.overlap_possible, dict(found.possible_with_reaction)) == (1, 1, {"fatigue": 1})


@pytest.mark.parametrize("lacking", ["DRUG", "REAC", "OUTC"])
def test_an_extract_without_a_table_that_counts_is_refused(tmp_path, lacking):
    archive = zipfile.ZipFile(io.BytesIO(quarter(report(1))))
    files = {name: archive.read(name) for name in archive.namelist() if lacking not in name}

    with pytest.raises(UnreadableFile, match="lacks its"):
        put(tmp_path / "b", zipped(files))

    assert list((tmp_path / "b").iterdir()) == []


def test_more_reports_than_any_quarter_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(extracts, "MOST_REPORTS", 2)

    put(tmp_path / "b", quarter(report(1), report(2)))
    with pytest.raises(UnreadableFile, match="more than two million reports"):
        put(tmp_path / "b", quarter(report(1), report(2), report(3)))


@pytest.mark.parametrize("given", [{"drugs": ()}, {"reactions": ()}, {"drugs": (), "reactions": ()}])
def test_a_report_without_a_medicine_or_a_reaction_is_a_report(tmp_path, given):
    put(tmp_path / "b", quarter(report(**given)))

    found = count(tmp_path / "b", ["fatigue"])
    assert (found.reports, sum(found.with_reaction.values())) == (1, len(given.get("reactions", ("Fatigue",))))


def test_an_extract_without_reports_counts_none(tmp_path):
    put(tmp_path / "b", faers_quarter())

    assert counted(tmp_path / "b", "fatigue") == (0, {})


# --- the newest version of each case, without deleted ones ---------------------------------------------------------

REACTIONS = ("Alpha", "Beta", "Gamma")
WRITTEN = st.builds(
    report,
    st.integers(1, 5),
    version=st.integers(1, 3),
    reactions=st.sets(st.sampled_from(REACTIONS), min_size=1).map(sorted).map(tuple),
    drugs=st.sampled_from([("OPDIVO",), ("OPDIVO", "OPDIVO"), ("IMLYGIC",), ("ASPIRIN", "opdivo.")]),
    fda_dt=st.sampled_from(["20260401", "20260630", ""]),
)
QUARTERS = st.lists(
    st.tuples(
        st.lists(
            WRITTEN,
            min_size=1,
            max_size=6,
            unique_by=lambda one: (one["demo"][0]["caseid"], one["demo"][0]["caseversion"]),
        ),
        st.sets(st.integers(1, 5), max_size=2),
    ),
    min_size=1,
    max_size=3,
)


def by_hand(quarters):
    """Cases without the product, in all and with each reaction, by the rules of the page and nothing else."""
    newest, deleted = {}, {}
    for place, (reports, gone) in enumerate(quarters):
        for one in reports:
            demo = one["demo"][0]
            order = (demo["caseversion"], demo["fda_dt"], place)
            if order > newest.get(demo["caseid"], ((), None))[0]:
                newest[demo["caseid"]] = (order, one)
        for case in gone:
            deleted[case] = f"2026{('0331', '0630', '0930')[place]}"
    counts, total = Counter(), 0
    for case, (_, one) in newest.items():
        is_product = any(drug["drugname"] == "IMLYGIC" for drug in one["drug"])
        if not is_product and not (case in deleted and one["demo"][0]["fda_dt"] <= deleted[case]):
            total += 1
            counts.update(row["pt"].lower() for row in one["reac"])
    return total, dict(counts)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quarters=QUARTERS, order=st.randoms(use_true_random=False))
def test_quarters_in_any_order_give_what_is_counted_by_hand(tmp_path_factory, quarters, order):
    files = [quarter(*reports, deleted=gone, quarter=f"26Q{n}") for n, (reports, gone) in enumerate(quarters, 1)]
    folder, other = tmp_path_factory.mktemp("b") / "b", tmp_path_factory.mktemp("o") / "o"
    mixed = [*files]
    order.shuffle(mixed)

    for content in files:
        put(folder, content)
    for content in [*mixed, *mixed]:  # and each a second time
        put(other, content)

    expected = by_hand(quarters)
    assert counted(folder, "alpha", "beta", "gamma") == expected
    assert counted(other, "alpha", "beta", "gamma") == expected
    assert release(status(folder)) == release(status(other))
    ours, theirs = current_reports(folder), current_reports(other)
    assert ours.summary == theirs.summary
    assert ours.substances == theirs.substances
    assert [one.equals(two) for one, two in zip(ours.reports(), theirs.reports(), strict=True)] == [True] * len(files)


@settings(max_examples=15, deadline=None)
@given(quarters=QUARTERS, size=st.sampled_from([3, 40, 200]), cases=st.sampled_from([1, 2]))
def test_pieces_of_any_size_give_the_same_counts(tmp_path_factory, quarters, size, cases):
    files = [quarter(*reports, deleted=gone, quarter=f"26Q{n}") for n, (reports, gone) in enumerate(quarters, 1)]
    folder = tmp_path_factory.mktemp("b") / "b"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extracts, "read_blocks", partial(extracts.read_blocks, size=size))
        patch.setattr(current_module, "CASES_AT_A_TIME", cases)
        for content in files:
            put(folder, content)

        assert counted(folder, "alpha", "beta", "gamma") == by_hand(quarters)


def test_a_list_of_deleted_cases_by_itself_holds_for_earlier_and_later_loads(tmp_path):
    one, two, three = 20_000_001, 20_000_002, 20_000_003
    content = quarter(*(report(case, fda_dt="20221231") for case in (one, two, three)), quarter="22Q4")
    late = quarter(report(two, version=2, fda_dt="20230101"), quarter="23Q1")
    gone = deleted_list([one, two, 30_000_000])

    for number, order in enumerate(permutations([content, gone, late])):
        folder = tmp_path / f"b{number}"
        for written in order:
            put(folder, written, name="DELETE22Q4.txt" if written is gone else "a.zip")
        assert counted(folder, "fatigue") == (2, {"fatigue": 2}), "two came back after the list, three was never on it"
        assert find_current(folder).summary.deleted_cases == 1
    assert release(status(folder)).startswith("FAERS 2 extract(s) and 1 list(s) of deleted cases, 2022Q4 to 2023Q1, ")


def test_a_list_of_deleted_cases_alone_is_no_background(tmp_path):
    put(tmp_path / "b", deleted_list([20_000_001]), name="DELETE22Q4.txt")

    said = standing(tmp_path / "b").lines
    assert (said[0].startswith("no background is loaded"), said[1:]) == (
        True,
        ["DELETE22Q4.txt: 2022Q4, a list of 1 deleted cases"],
    )
    assert count(tmp_path / "b", ["fatigue"]) is None


@needs_real_data
def test_a_real_list_of_deleted_cases_takes_out_those_cases_alone(tmp_path):
    numbers = [line.strip() for line in REAL_LIST.read_text("latin-1").splitlines() if line.strip(" $")]
    some = numbers[::500]
    content = quarter(*(report(int(case), fda_dt="20221101") for case in [*some, 999_999_999]), quarter="22Q4")

    put(tmp_path / "b", content)
    entry = put(tmp_path / "b", REAL_LIST.read_bytes(), name=REAL_LIST.name)

    assert (entry.deleted, entry.quarter, entry.refused) == (len(numbers), "2022Q4", {})
    assert counted(tmp_path / "b", "fatigue") == (1, {"fatigue": 1})


# --- a load that is cut off ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["write_extract", "add"])
def test_a_load_that_was_cut_off_counts_nothing_and_is_taken_up_again(tmp_path, monkeypatch, step):
    folder, content = tmp_path / "b", quarter(report(1), report(2))
    put(folder, quarter(report(3), quarter="26Q2"))

    def killed(*given, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"tvec_pv.background.quarters.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            put(folder, content)
    assert [one.quarter for one in status(folder)] == ["2026Q2"]
    assert counted(folder, "fatigue") == (1, {"fatigue": 1})

    put(folder, content)
    assert counted(folder, "fatigue") == (3, {"fatigue": 3})
    clear_unfinished(folder)
    names = {one.folder for one in status(folder)} | {find_current(folder).folder.name, "manifest.json"}
    assert {child.name for child in folder.iterdir()} == names


def test_putting_the_newest_together_is_taken_up_again(tmp_path, monkeypatch):
    folder = tmp_path / "b"
    put(folder, quarter(report(1), report(2)))

    def killed(*given, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(current_module, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            current_reports(folder)
    assert find_current(folder) is None
    assert "not put together yet" in standing(folder).lines[1]
    assert counted(folder, "fatigue") == (2, {"fatigue": 2})


KILLED = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from tvec_pv.background.current import current_reports
from tvec_pv.background.quarters import load
from tvec_pv.reference_files import background_codes, product
from tvec_pv.sources import formats

module, name, path, folder = sys.argv[1:]
setattr(import_module(module), name, lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL))
load(Path(path), "b.zip", "b" * 64, Path(folder), product(), background_codes(), "")
current_reports(Path(folder))
"""


@pytest.mark.parametrize(
    "step",
    ["extracts._drugs", "extracts._deleted", "quarters.add", "manifest._write", "current._newest", "current._write"],
)
def test_a_process_that_is_killed_while_it_loads_leaves_nothing_that_counts_wrongly(tmp_path, step):
    module, _, name = step.rpartition(".")
    folder = tmp_path / "b"
    content = quarter(report(20_000_001), report(20_000_002), deleted=[20_000_002], quarter="26Q2")
    put(folder, quarter(report(20_000_003), quarter="26Q1"))
    (tmp_path / "b.zip").write_bytes(content)

    command = [sys.executable, "-c", KILLED, f"tvec_pv.background.{module}", name, tmp_path / "b.zip", folder]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    loaded = len(status(folder))
    assert loaded == (2 if module == "current" else 1)
    assert counted(folder, "fatigue") == (loaded, {"fatigue": loaded})

    load(tmp_path / "b.zip", "b.zip", "b" * 64, folder, product(), background_codes(), "")
    assert counted(folder, "fatigue") == (2, {"fatigue": 2})
    assert {child.name for child in folder.iterdir()} == {
        *(one.folder for one in status(folder)),
        find_current(folder).folder.name,
        "manifest.json",
    }


def test_the_manifest_has_the_hash_of_every_file(tmp_path):
    entry = put(tmp_path / "b", quarter(report(1)))

    written = json.loads((tmp_path / "b" / "manifest.json").read_text("utf-8"))["loaded"][0]
    files = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (tmp_path / "b" / entry.folder).iterdir()
    }
    assert written["files"] == files
    assert set(files) == {"reports.parquet", "drugs.parquet", "reactions.parquet", "deleted.parquet"}


def test_bytes_are_read_again_when_the_tables_changed(tmp_path):
    content = quarter(report(1))
    put(tmp_path / "b", content)
    before = release(status(tmp_path / "b"))

    put(tmp_path / "b", content, codes=replace(background_codes(), version="2027-01-01"))

    assert [one.codes_version for one in status(tmp_path / "b")] == ["2027-01-01"]
    assert release(status(tmp_path / "b")) != before
    assert counted(tmp_path / "b", "fatigue") == (1, {"fatigue": 1})


def test_a_background_of_another_layout_is_not_misread(tmp_path):
    (tmp_path / "manifest.json").write_text("[]\n", "utf-8")

    with pytest.raises(UnreadableFile, match="remove the folder and load it again"):
        status(tmp_path)


# --- the product, the cases stored here, and restrictions ----------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "counts"),
    [
        ({"drugname": "IMLYGIC"}, (0, 1, 0)),
        ({"drugname": "talimogen laherparepvek", "role_cod": "C"}, (0, 1, 0)),
        ({"drugname": "X", "prod_ai": "TALIMOGENE LAHERPAREPVEC"}, (0, 1, 0)),
        ({"drugname": "X", "nda_num": "BLA125518"}, (0, 0, 1)),  # the source of this number was not read
        ({"drugname": "IMLYGIC/RP1"}, (0, 0, 1)),
        ({"drugname": "RP1"}, (1, 0, 0)),
        ({"drugname": "OPDIVO"}, (1, 0, 0)),
    ],
)
def test_a_report_is_the_rest_s_the_product_s_or_undecided(tmp_path, drug, counts):
    put(tmp_path / "b", quarter(report(drugs=(drug,))))

    found = count(tmp_path / "b", ["fatigue"])
    assert (found.reports, found.product_reports, found.overlap_possible) == counts
    assert dict(found.with_reaction).get("fatigue", 0) == counts[0]
    assert dict(found.possible_with_reaction).get("fatigue", 0) == counts[2]


@pytest.mark.parametrize(
    ("own", "counts"),
    [
        ((), (3, 0, 0)),
        (("US-EXAMPLEBIO-2026001",), (2, 1, 0)),
        (("us examplebio/2026001",), (2, 1, 0)),
        (("FAERS-12",), (2, 1, 0)),  # a case taken in from FAERS itself
        (("AUTH-77",), (2, 1, 0)),
        (("DE-EXAMPLEBIO-2026001",), (2, 0, 1)),  # another country before the same number
        (("12",), (3, 0, 0)),
        (("US-EXAMPLEBIO-2026001", "FAERS-12", "AUTH-77", "", "-"), (0, 3, 0)),
    ],
)
def test_a_case_that_is_stored_here_is_not_counted_twice(tmp_path, own, counts):
    reports = (report(11, mfr_num="US-EXAMPLEBIO-2026001"), report(12), report(13, auth_num="AUTH77"))
    put(tmp_path / "b", quarter(*reports))

    found = count(tmp_path / "b", ["fatigue"], own=own)
    assert (found.reports, found.overlap_certain, found.overlap_possible) == counts
    assert (dict(found.with_reaction).get("fatigue", 0), sum(found.possible_with_reaction.values())) == (
        counts[0],
        counts[2],
    )


@pytest.mark.parametrize(
    ("among", "cases"),
    [
        (Among(), {1, 2, 3, 4}),
        (Among(serious_only=True), {2, 3}),
        (Among(without_literature=True), {1, 2, 4}),
        (Among(without_reporters=frozenset({"consumer"})), {2, 3, 4}),
        (Among(without_countries=frozenset({"US"})), {3, 4}),
        (Among(sex="female"), {1, 2}),
        (Among(age_group="elderly"), {2}),
        (Among(region="Japan"), {3}),
        (Among(substances=frozenset({"nivolumab"})), {1, 3}),
        (Among(substances=frozenset({"nivolumab", "ipilimumab"})), {1, 2, 3}),
        (Among(substances=frozenset({"aspirin"})), set()),  # concomitant only
        (Among(substances=frozenset()), set()),
        (Among(sex="female", serious_only=True, substances=frozenset({"ipilimumab"})), {2}),
    ],
)
def test_a_count_can_be_restricted(tmp_path, among, cases):
    nivolumab = {"drugname": "OPDIVO", "prod_ai": "NIVOLUMAB"}
    ipilimumab = {"drugname": "YERVOY", "prod_ai": "IPILIMUMAB", "role_cod": "SS"}
    aspirin = {"drugname": "ASPIRIN", "role_cod": "C"}
    reports = {
        1: {"sex": "F", "occp_cod": "CN", "reporter_country": "US", "drugs": (nivolumab, aspirin)},
        2: {"sex": "F", "age": "70", "age_cod": "YR", "occr_country": "US", "outcomes": ["HO"], "drugs": (ipilimumab,)},
        3: {"lit_ref": "A paper", "reporter_country": "JP", "outcomes": ["DE"], "drugs": (nivolumab, ipilimumab)},
        4: {},
    }
    put(tmp_path / "b", quarter(*(report(case, reactions=(f"R{case}",), **given) for case, given in reports.items())))

    found = count(tmp_path / "b", ["r1", "r2", "r3", "r4"], among)
    assert (found.reports, set(found.with_reaction)) == (len(cases), {f"r{case}" for case in cases})
    assert (found.left_out, found.among) == (4 - len(cases), among)


def test_what_scores_are_counted_from_is_each_suspect_pair_once(tmp_path):
    reports = [
        report(1, drugs=("OPDIVO", "opdivo", {"drugname": "ASPIRIN", "role_cod": "C"}), reactions=("Rash", "Pain")),
        report(2, drugs=({"drugname": "ASPIRIN", "role_cod": "SS"},), reactions=("Pain",)),
    ]
    put(tmp_path / "b", quarter(*reports))
    put(tmp_path / "b", quarter(report(3, drugs=("YERVOY",), reactions=("Rash",)), quarter="26Q2"))

    current = current_reports(tmp_path / "b")

    def pairs(**given):
        found = set()
        for part in current.parts(**given):
            found |= {(int(one), current.substances[code]) for one, code in zip(*part.drugs, strict=True)}
            found |= {(int(one), current.reactions[code]) for one, code in zip(*part.reactions, strict=True)}
        return found

    suspect = {(0, "opdivo"), (1, "aspirin"), (2, "yervoy")}
    happened = {(0, "rash"), (0, "pain"), (1, "pain"), (2, "rash")}
    assert [(part.first, part.reports) for part in current.parts()] == [(0, 2), (2, 1)]
    assert pairs() == suspect | happened
    assert pairs(suspect_only=False) == suspect | happened | {(0, "aspirin")}
    assert [list(frame["case"]) for frame in current.reports(["case"])] == [["1", "2"], ["3"]]


# --- a real extract, counted a second time -------------------------------------------------------------------------


def rows(archive, table):
    [name] = [name for name in archive.namelist() if re.search(rf"{table}\d\dQ\d", name)]
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("latin-1"), newline=""), delimiter="$"))


@needs_real_data
def test_a_real_extract_is_kept_as_its_tables_say(tmp_path):
    put(tmp_path / "b", REAL_EXTRACT.read_bytes())
    [entry] = status(tmp_path / "b")
    folder = tmp_path / "b" / entry.folder
    with zipfile.ZipFile(REAL_EXTRACT) as archive:
        demo, drug, reac, outc = (rows(archive, table) for table in ("DEMO", "DRUG", "REAC", "OUTC"))
    by_report = {row["primaryid"]: row for row in demo}

    kept = duckdb.sql(f"SELECT * FROM '{folder}/reports.parquet'").pl()
    assert set(kept["report"]) == set(by_report)
    assert kept["serious"].sum() == len({row["primaryid"] for row in outc})
    assert kept["fatal"].sum() == len({row["primaryid"] for row in outc if row["outc_cod"] == "DE"})
    sexes = Counter({"M": "male", "F": "female"}.get(row["sex"]) for row in demo)
    assert dict(duckdb.sql("SELECT sex, count(*) FROM kept GROUP BY sex").fetchall()) == dict(sexes)
    countries = Counter(
        row["occr_country"] if row["reporter_country"] in ("", "COUNTRY NOT SPECIFIED") else row["reporter_country"]
        for row in demo
    )
    assert dict(duckdb.sql("SELECT country, count(*) FROM kept GROUP BY country").fetchall()) == dict(countries)
    assert kept["age_group"].null_count() == sum(not row["age_grp"] and not row["age"] for row in demo)
    assert kept["source"].count() == sum(bool(row["lit_ref"]) for row in demo)

    named = {(row["primaryid"], row["role_cod"]) for row in drug}
    joined = duckdb.sql(
        f"""SELECT DISTINCT report, role FROM '{folder}/drugs.parquet'
            JOIN (SELECT *, file_row_number AS place FROM read_parquet('{folder}/reports.parquet',
            file_row_number = true)) USING (place)"""
    )
    assert set(joined.fetchall()) == named
    assert {row["primaryid"] for row in drug} == {report for report, _ in named}
    reactions = {(row["primaryid"], " ".join(re.findall(r"\w+", row["pt"].lower()))) for row in reac}
    assert sum(1 for _ in stored(tmp_path / "b", "reactions")) == len(reactions)


def test_who_is_asked_can_be_joined_in_sql(tmp_path):
    put(tmp_path / "b", quarter(report(1), report(2, drugs=("YERVOY",)), report(3, drugs=("IMLYGIC",))))
    current = current_reports(tmp_path / "b")

    with duckdb.connect() as database:
        prepare(database, current, Among(substances=frozenset({"yervoy", "imlygic"})), ())
        rows = database.execute(
            f"""SELECT "case", kind FROM asked JOIN read_parquet({parquet(current.files("reports"))}) USING (number)"""
        ).fetchall()

    assert set(rows) == {("2", REST), ("3", PRODUCT)}


# --- the same verdicts as the intake's ------------------------------------------------------------------------------


def by_the_intake(path):
    """The reports that are or may be the product's, those that are held, and how many rows of DRUG it did not read."""
    items = list(formats.read(path, formats.Format.FAERS_ASCII, formats.Options(product())))
    said = [one for item in items if isinstance(item, OtherProducts) for one in item.findings]
    not_read = sum(int(one.message.split()[0]) for one in said if (one.where, one.check) == ("DRUG", "TABLE-CELLS"))
    cases = {one.where.removeprefix("primaryid "): one.case for one in items if isinstance(one, Record)}
    ours = {one for one, case in cases.items() if case and match_case(product(), case).verdict is not Verdict.OTHER}
    return ours, {one for one, case in cases.items() if not case}, not_read


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*faers*.zip")), ids=lambda path: path.name)
def test_the_intake_and_the_background_find_the_same_reports_of_the_product(tmp_path, path):
    put(tmp_path / "b", path.read_bytes())

    ours, held, _ = by_the_intake(path)
    kept = {row["report"] for row in stored(tmp_path / "b", "reports") if row["product"] != "no"}
    assert kept == ours | held
    assert len(kept) > 1


CELL = st.sampled_from(
    ["IMLYGIC", "OPDIVO", "T-VEC", "talimogen", "RP1 IMLYGIC", "BLA125518", "", " ", "x$y", "Fièvre"]
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["11", "21", "31", "99", ""]), CELL, CELL, CELL).map("$".join), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None)
@given(lines=ROWS)
def test_of_any_rows_the_intake_and_the_background_say_the_same(tmp_path_factory, lines):
    files = {
        "DEMO26Q1.txt": "primaryid$caseid$fda_dt\r\n" + "".join(f"{n}1${n}$20260101\r\n" for n in (1, 2, 3)),
        "DRUG26Q1.txt": "primaryid$drugname$prod_ai$nda_num$role_cod\r\n" + "".join(f"{row}$PS\r\n" for row in lines),
        "REAC26Q1.txt": "primaryid$pt\r\n11$Rash\r\n",
        "OUTC26Q1.txt": "primaryid$outc_cod\r\n",
    }
    content = zipped({name: text.encode() for name, text in files.items()})
    folder = tmp_path_factory.mktemp("b")
    path = folder / "a.zip"
    path.write_bytes(content)

    entry = put(folder / "b", content)
    ours, held, not_read = by_the_intake(path)

    kept = {row["report"] for row in stored(folder / "b", "reports") if row["product"] != "no"}
    assert ours <= kept <= ours | held, "what is held may be for another row of the report"
    cells = entry.refused.get("DRUG: more or fewer cells than the table has columns", 0)
    assert cells == not_read
