"""FAERS quarters of every era, whole and flawed: what is read of them, and what is said of what does not fit."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import aers_quarter, deleted_list, faers_quarter, faers_quarter_of_2013, zipped
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.icsr import NullFlavor
from tvec_pv.domain.records import Deletions, OtherProducts, Record
from tvec_pv.sources import archives, faers_ascii, faers_deleted, joined_tables

DEMO = {"caseid": 7, "caseversion": 2, "fda_dt": "20240309", "age": "67", "age_cod": "YR", "sex": "F", "mfr_sndr": "A"}
DRUG = {"caseid": 7, "caseversion": 2, "drug_seq": 1, "role_cod": "PS", "drugname": "Imlygic"}
OTHER = {"caseid": 8, "fda_dt": "20240310"}
OTHER_DRUG = {"caseid": 8, "drug_seq": 1, "role_cod": "PS", "drugname": "Opdivo"}
REAC = {"caseid": 7, "caseversion": 2, "pt": "Oral herpes"}


def is_product(name):
    return "imlygic" in name.lower()


def files_of(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


@pytest.fixture
def read(tmp_path):
    def of(content, asked=is_product):
        path = tmp_path / "quarter"
        path.write_bytes(content)
        return list(faers_ascii.read(path, asked))

    return of


def records(items):
    return [item for item in items if isinstance(item, Record)]


def case_in(items):
    (record,) = records(items)
    assert record.case is not None
    return record.case


def others(items):
    (item,) = [item for item in items if isinstance(item, OtherProducts)]
    return item


def checks(item):
    return [(finding.check, str(finding.severity), finding.where) for finding in item.findings]


def quarter(**tables):
    """A quarter with one report of the product and one of another, some of its tables given."""
    return faers_quarter(**{"demo": [DEMO, OTHER], "drug": [DRUG, OTHER_DRUG], "reac": [REAC]} | tables)


# --- eras -----------------------------------------------------------------------------------------------------------


def test_a_quarter_of_2013_is_read_by_its_own_column_names(read):
    content = faers_quarter_of_2013(
        demo=[DEMO | {"gndr_cod": "F", "wt": "154", "wt_cod": "LBS", "i_f_code": "F"}],
        drug=[DRUG | {"lot_nbr": "L77"}],
        reac=[REAC],
        outc=[{"caseid": 7, "caseversion": 2, "outc_code": "HO"}],
    )
    case = case_in(read(content))

    assert b"$ rept_dt$" in files_of(content)["ascii/DEMO13Q1.txt"]
    assert (case.sender_case_id, case.version, case.patient.sex) == ("FAERS-7", 2, "2")
    assert case.patient.weight_kg == pytest.approx(69.853, rel=1e-3)
    assert [dose.lot for dose in case.drugs[0].doses] == ["L77"]
    assert [(one.term.name, one.seriousness.hospitalisation) for one in case.reactions] == [("Oral herpes", True)]


def test_a_quarter_of_aers_is_read_by_its_own_column_names(read):
    content = aers_quarter(
        demo=[
            {"ISR": 4562564, "CASE": 5001, "I_F_COD": "I", "FDA_DT": "20080901", "GNDR_COD": "M", "AGE": 61,
             "AGE_COD": "YR", "DEATH_DT": "20080830", "REPORTER_COUNTRY": "UNITED STATES", "OCCP_COD": "MD",
             "MFR_NUM": "US-1", "MFR_SNDR": "ACME"},
            {"ISR": 4562565, "CASE": 5002, "FDA_DT": "20080902"},
        ],
        drug=[
            {"ISR": 4562564, "DRUG_SEQ": 1004711002, "ROLE_COD": "SS", "DRUGNAME": "IMLYGIC", "LOT_NUM": "B2"},
            {"ISR": 4562564, "DRUG_SEQ": 1004711001, "ROLE_COD": "PS", "DRUGNAME": "OPDIVO"},
            {"ISR": 4562565, "DRUG_SEQ": 1004711003, "ROLE_COD": "PS", "DRUGNAME": "OPDIVO"},
        ],
        reac=[{"ISR": 4562564, "PT": "DEATH"}, {"ISR": 4562565, "PT": "NAUSEA"}],
        outc=[{"ISR": 4562564, "OUTC_COD": "DE"}],
        rpsr=[{"ISR": 4562564, "RPSR_COD": "SDY"}],
        ther=[{"ISR": 4562564, "DRUG_SEQ": 1004711002, "START_DT": "200807", "DUR": 3, "DUR_COD": "DAY"}],
        indi=[{"ISR": 4562564, "DRUG_SEQ": 1004711002, "INDI_PT": "MALIGNANT MELANOMA"}],
    )  # fmt: skip
    items = read(content)
    case = case_in(items)

    assert files_of(content)["ascii/REAC08Q3.txt"] == b"ISR$PT\r\n4562564$DEATH$\r\n4562565$NAUSEA$\r\n"
    assert (case.sender_case_id, case.version) == ("FAERS-5001", None)
    assert [(one.source, one.number) for one in case.other_ids] == [("ACME", "US-1"), ("FDA ISR", "4562564")]
    assert (case.latest_received.iso, case.patient.death_date.iso) == ("2008-09-01", "2008-08-30")
    assert (case.report_type, case.patient.sex, case.patient.age.value) == ("2", "1", 61)
    assert [(one.term.name, one.seriousness.death) for one in case.reactions] == [("DEATH", True)]
    assert [drug.name for drug in case.drugs] == ["OPDIVO", "IMLYGIC"]
    (dose,) = case.drugs[1].doses
    assert (dose.lot, dose.start.iso, dose.duration.value, dose.duration.unit) == ("B2", "2008-07", 3, "d")
    assert [one.name for one in case.drugs[1].indications] == ["MALIGNANT MELANOMA"]
    assert records(items)[0].findings == ()
    assert (others(items).count, others(items).findings) == (1, ())


def test_the_renamed_demographic_table_of_2018_is_found(read):
    files = {name.replace("DEMO24Q1", "DEMO24Q1_new"): content for name, content in files_of(quarter()).items()}

    assert case_in(read(zipped(files))).sender_case_id == "FAERS-7"


# --- bytes ----------------------------------------------------------------------------------------------------------


def with_bytes(table, old, new, content=None):
    files = files_of(content or quarter())
    changed = files | {f"ascii/{table}24Q1.txt": files[f"ascii/{table}24Q1.txt"].replace(old, new)}
    assert changed != files
    return zipped(changed)


def test_every_line_is_read_in_its_own_encoding(read):
    drugs = [DRUG | {"drug_seq": number, "dose_vbm": "TEXT"} for number in range(1, 5)]
    files = files_of(quarter(drug=[*drugs, OTHER_DRUG]))
    lines = files["ascii/DRUG24Q1.txt"].split(b"\n")
    for place, written in enumerate(("größer".encode(), "größer".encode("latin-1"), b"S\x92", b"\x81"), 1):
        lines[place] = lines[place].replace(b"TEXT", written)
    case = case_in(read(zipped(files | {"ascii/DRUG24Q1.txt": b"\n".join(lines)})))

    assert [drug.doses[0].text for drug in case.drugs] == ["größer", "größer", "S\u2019", "\x81"]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"\r\n", b"\n"), (b"Imlygic", b"Imly\0gic"), (b"primaryid", b"\xef\xbb\xbfprimaryid"), (b"Imlygic", b" Imlygic "),
     (b"\r\n", b"\r\n\r\n")],
    ids=["no carriage returns", "a NUL", "a byte order mark", "spaces", "blank lines"],
)  # fmt: skip
def test_how_the_bytes_are_dressed_changes_nothing(read, old, new):
    assert read(with_bytes("DRUG", old, new)) == read(quarter())


def test_a_last_line_without_an_end_is_read(read):
    files = files_of(quarter())

    assert read(zipped({name: content.rstrip() for name, content in files.items()})) == read(quarter())


# --- rows that do not fit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["OUTC", "RPSR", "REAC", "THER", "INDI"])
def test_rows_of_no_report_are_counted_and_said_once_for_their_table(read, table):
    stray = {"REAC": {"pt": "Nausea"}, "OUTC": {"outc_cod": "DE"}}.get(table, {})
    rows = [{"caseid": number} | stray for number in (901, 902, 903)]
    items = read(quarter(**{table.lower(): [*([REAC] if table == "REAC" else []), *rows]}))

    assert checks(others(items)) == [("TABLE-ORPHAN", "warning", table)]
    assert others(items).findings[0].message.startswith("3 rows")
    assert case_in(items) == case_in(read(quarter()))


def test_the_product_of_a_report_that_is_not_there_is_held(read):
    items = read(quarter(drug=[DRUG, OTHER_DRUG, DRUG | {"caseid": 99}, DRUG | {"caseid": 99}]))

    assert [(one.where, one.case is None) for one in records(items)] == [
        ("primaryid 72", False),
        ("primaryid 992", True),
    ]
    assert checks(records(items)[1]) == [("TABLE-ORPHAN", "critical", "")]
    assert others(items).count == 1


@pytest.mark.parametrize("cells", [b"72$7$2", b"72$7$2" + b"$x" * 40], ids=["too few", "too many"])
def test_a_report_whose_row_has_another_number_of_cells_is_held_and_counted_once(read, cells):
    files = files_of(quarter())
    header, _, other, end = files["ascii/DEMO24Q1.txt"].split(b"\r\n")
    items = read(zipped(files | {"ascii/DEMO24Q1.txt": b"\r\n".join((header, cells, other, end))}))
    (record,) = records(items)

    assert (record.where, record.case, checks(record)) == ("DEMO row 2", None, [("TABLE-CELLS", "critical", "")])
    assert (others(items).count, others(items).findings) == (1, ())


def test_a_report_without_a_number_is_held(read):
    items = read(with_bytes("DEMO", b"81$8$", b"$8$"))

    assert [(one.where, one.case is None) for one in records(items)] == [("DEMO row 3", True), ("primaryid 72", False)]
    assert checks(records(items)[0]) == [("TABLE-NUMBER", "critical", "")]


@pytest.mark.parametrize(
    ("table", "row", "is_held"),
    [("DRUG", b"72$7$2$C$OXYCONTIN\r\n", True), ("REAC", b"72$7\r\n", True), ("OUTC", b"72$7$DE$x\r\n", True),
     ("THER", b"72$7$1\r\n", False), ("INDI", b"72$7$1$x$y\r\n", False), ("RPSR", b"72\r\n", False)],
)  # fmt: skip
def test_a_broken_row_of_the_product_holds_its_report_where_it_may_matter(read, table, row, is_held):
    files = files_of(quarter())
    items = read(zipped(files | {f"ascii/{table}24Q1.txt": files[f"ascii/{table}24Q1.txt"] + row}))
    (record,) = records(items)

    assert (record.case is None) == is_held
    assert checks(record) == [("TABLE-CELLS", "critical" if is_held else "warning", table)]
    assert ("TABLE-CELLS", "warning", table) in checks(others(items))


def test_the_product_is_found_in_a_row_whose_cells_have_slipped(read):
    """As where a line end is lost: two rows of DRUG in one."""
    items = read(with_bytes("DRUG", b"\r\n81$8$", b"81$8$"))
    (record,) = records(items)

    assert (record.where, record.case, others(items).count) == ("primaryid 72", None, 1)


def test_a_report_that_stands_twice_is_read_twice_and_said(read):
    items = read(quarter(demo=[DEMO, OTHER, DEMO | {"mfr_sndr": "B"}, OTHER]))

    assert [one.case.sender.organisation for one in records(items)] == ["A", "B"]
    assert [checks(one) for one in records(items)] == [[("TABLE-REPEATED", "warning", "")]] * 2
    assert [one.term.name for record in records(items) for one in record.case.reactions] == ["Oral herpes"] * 2
    assert (others(items).count, checks(others(items))) == (2, [("TABLE-REPEATED", "warning", "DEMO")])


def test_an_outcome_that_nobody_knows_holds_the_case(read):
    items = read(quarter(outc=[{"caseid": 7, "caseversion": 2, "outc_cod": "XX"}]))

    assert [(one.check, str(one.severity), one.element) for one in records(items)[0].findings] == [
        ("READ-CODE", "critical", "E.i.3.2")
    ]


@pytest.mark.parametrize(
    ("column", "element"),
    [("age_cod", "D.2.2"), ("age_grp", "D.2.3"), ("sex", "D.5"), ("occp_cod", "C.2.r.4"), ("rept_cod", "C.1.7")],
)
def test_a_code_that_nobody_knows_is_said(read, column, element):
    (record,) = records(read(quarter(demo=[DEMO | {column: "??"}])))

    assert [(one.check, one.element) for one in record.findings] == [("READ-CODE", element)]


def test_a_sex_that_the_sender_does_not_know_is_not_a_sex_that_is_not_mentioned(read):
    sexes = [case_in(read(quarter(demo=[DEMO | {"sex": code}]))).patient.sex for code in ("UNK", "NS", "")]

    assert sexes == [NullFlavor.UNK, NullFlavor.NI, None]


def test_a_weight_without_a_unit_is_said(read):
    (record,) = records(read(quarter(demo=[DEMO | {"wt": "70"}])))

    assert (record.case.patient.weight_kg, [one.check for one in record.findings]) == (None, ["READ-UNIT"])


@pytest.mark.parametrize(
    "changes",
    [
        {"ascii/DEMO24Q2.txt": b"primaryid$caseid\n11$1\n"},
        {"ascii/DEMO24Q1_new.txt": b"primaryid$caseid\n11$1\n"},
        {"ascii/DRUG24Q1.txt": b"primaryid$caseid$CASEID\n"},
        {"ascii/REAC24Q1.txt": b"pt\nNausea\n"},
        {"ascii/REAC24Q1.txt": b"primaryid$caseid$pt$drug_rec_act\n" + b"7" * 1_300_000 + b"\n"},
    ],
    ids=["two quarters", "a table twice", "a column twice", "no number", "a line without an end"],
)
def test_an_extract_that_cannot_be_told_apart_is_refused(read, changes):
    with pytest.raises(UnreadableFile):
        read(zipped(files_of(quarter()) | changes))


@pytest.mark.parametrize(("limit", "said"), [("_HARMLESS", "200 times"), ("MOST_BYTES", "8 GiB")])
def test_an_archive_that_unpacks_to_what_no_quarter_does_is_refused(read, monkeypatch, limit, said):
    files = files_of(quarter())
    content = zipped(files | {"ascii/RPSR24Q1.txt": b"primaryid$caseid$rpsr_cod\n" + b"72$7$HP\n" * 200_000})
    assert read(content)
    monkeypatch.setattr(archives, limit, 100_000)

    with pytest.raises(UnreadableFile, match=said):
        read(content)


def test_a_bomb_outside_the_tables_harms_nobody(read, monkeypatch):
    monkeypatch.setattr(archives, "_HARMLESS", 100_000)

    assert case_in(read(zipped(files_of(quarter()) | {"ascii/ASC_NTS.pdf": bytes(10_000_000)})))


# --- as many at a time as may be held -------------------------------------------------------------------------------

CASES = st.lists(
    st.tuples(st.booleans(), st.lists(st.sampled_from(["Nausea", "Chills", "Fatigue"]), max_size=3), st.integers(0, 2)),
    min_size=1,
    max_size=8,
)


def tables_of(drawn):
    tables = {"demo": [], "drug": [], "reac": [], "ther": [], "outc": []}
    for number, (is_of_product, terms, therapies) in enumerate(drawn, 1):
        case = {"caseid": 1000 + number}
        tables["demo"].append(case | {"fda_dt": "20240309", "age": number, "age_cod": "YR"})
        tables["drug"] += [case | {"drug_seq": 1, "role_cod": "C", "drugname": "Opdivo"}]
        if is_of_product:
            tables["drug"] += [case | {"drug_seq": 2, "role_cod": "PS", "drugname": "Imlygic"}]
        tables["reac"] += [case | {"pt": term} for term in terms]
        tables["ther"] += [case | {"dsg_drug_seq": 1, "start_dt": f"2024030{day + 1}"} for day in range(therapies)]
        tables["outc"] += [case | {"outc_cod": "HO"}] * (number % 2)
    return tables


def unordered(items):
    """Records by report, their reactions and doses without the order of the rows that they come from."""
    found = {}
    for record in records(items):
        reactions = sorted((replace(one, id=None) for one in record.case.reactions), key=repr)
        drugs = [replace(one, doses=tuple(sorted(one.doses, key=repr))) for one in record.case.drugs]
        found[record.where] = (replace(record.case, reactions=tuple(reactions), drugs=tuple(drugs)), record.findings)
    return found, sum(item.count for item in items if isinstance(item, OtherProducts))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_of_a_table_changes_nothing(read, drawn, random):
    tables = tables_of(drawn)
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in tables.items()}

    assert unordered(read(faers_quarter(**shuffled))) == unordered(read(faers_quarter(**tables)))
    assert len(records(read(faers_quarter(**shuffled)))) == sum(is_of_product for is_of_product, *_ in drawn)


def test_reports_come_in_the_order_of_the_demographic_table_however_many_are_held(read, monkeypatch):
    tables = tables_of([(number % 3 > 0, ["Nausea", "Chills"], 1) for number in range(50)])
    whole = read(faers_quarter(**tables))
    monkeypatch.setattr(joined_tables, "REPORTS_TOGETHER", 7)
    by_seven = read(faers_quarter(**tables))
    monkeypatch.setattr(joined_tables, "BYTES_TOGETHER", 5_000)

    assert by_seven == read(faers_quarter(**tables)) == whole
    assert [one.where for one in records(whole)] == [f"primaryid {1001 + n}1" for n in range(50) if n % 3 > 0]


def test_a_report_of_more_rows_than_may_be_held_is_held_back_alone(read, monkeypatch):
    tables = tables_of([(True, ["Nausea"], 1)] * 5)
    tables["reac"] += [{"caseid": 1003, "pt": f"Term {number}"} for number in range(500)]
    monkeypatch.setattr(joined_tables, "BYTES_TOGETHER", 20_000)
    items = read(faers_quarter(**tables))

    assert [one.case is None for one in records(items)] == [False, False, True, False, False]
    assert checks(records(items)[2]) == [("TABLE-SIZE", "critical", "")]


def test_an_extract_of_more_reports_than_any_is_refused(read, monkeypatch):
    monkeypatch.setattr(joined_tables, "MOST_REPORTS", 3)

    with pytest.raises(UnreadableFile, match="give each quarter"):
        read(faers_quarter(**tables_of([(False, [], 0)] * 4)))


def test_each_name_of_a_medicine_is_asked_for_once(read):
    asked = []

    def names_product(name):
        asked.append(name)
        return is_product(name)

    read(quarter(drug=[DRUG, OTHER_DRUG, OTHER_DRUG, DRUG | {"prod_ai": "Opdivo"}]), names_product)

    assert sorted(asked) == ["Imlygic", "Opdivo"]


# --- deleted cases --------------------------------------------------------------------------------------------------


def deletions(items):
    return [item for item in items if isinstance(item, Deletions)]


@pytest.mark.parametrize(
    "name",
    ["Deleted/DELETE24Q1.txt", "DELETED/ADR24Q1DeletedCases.txt", "deleted/24Q1DeletedCases.txt",
     "faers/deleted/AllDeletedCases.txt", "faers/Deleted/a list.txt"],
)  # fmt: skip
def test_the_list_of_a_quarter_is_read_under_each_name_that_fda_gave_it(read, name):
    items = read(zipped(files_of(quarter()) | {name: deleted_list([10153291, 10796583])}))

    (item,) = deletions(items)
    assert item.case_keys == ("FAERS-10153291", "FAERS-10796583")
    assert item.as_of == date(2024, 3, 31)
    assert items[:-1] == read(quarter())


@pytest.mark.parametrize(
    ("name", "last"),
    [("DELETE22Q4.txt", date(2022, 12, 31)), ("ADR19Q1DeletedCases.txt", date(2019, 3, 31)),
     ("20q2deletedcases.TXT", date(2020, 6, 30)), ("deleted 2021Q3.txt", date(2021, 9, 30))],
)  # fmt: skip
def test_a_list_by_itself_is_of_the_quarter_in_its_name(tmp_path, name, last):
    path = tmp_path / "kept under a hash"
    path.write_bytes(deleted_list([10153291]))

    (item,) = faers_deleted.read(path, name)
    assert (item.case_keys, item.as_of) == (("FAERS-10153291",), last)


@pytest.mark.parametrize("name", ["deleted.txt", "DELETE22Q5.txt", "DELETE122Q41.txt"])
def test_a_list_without_a_quarter_is_refused_with_what_to_do(tmp_path, name):
    path = tmp_path / "list"
    path.write_bytes(deleted_list([10153291]))

    with pytest.raises(UnreadableFile, match="as in DELETE22Q4"):
        list(faers_deleted.read(path, name))


@pytest.mark.parametrize("written", ["{}\n", "{}$\n", " {} \r\n", "{}\0\n"])
def test_a_long_list_comes_in_parts_and_loses_nothing(written):
    cases = list(range(10_000_000, 10_100_000))
    file = io.BytesIO("".join([" \n", *map(written.format, cases)]).encode())
    items = list(faers_deleted.read_list(file, "DELETE24Q1.txt", date(2024, 3, 31)))

    assert len(items) > 1
    assert [key for item in items for key in item.case_keys] == [f"FAERS-{case}" for case in cases]


def test_a_line_that_is_no_case_number_is_held_and_costs_no_other():
    file = io.BytesIO(b" \n10153291\nsee the notes\n10796583\n")
    taken, held = faers_deleted.read_list(file, "DELETE24Q1.txt", date(2024, 3, 31))

    assert taken.case_keys == ("FAERS-10153291", "FAERS-10796583")
    assert (held.where, held.case, checks(held)) == ("DELETE24Q1.txt line 3", None, [("FAERS-DELETED", "critical", "")])
