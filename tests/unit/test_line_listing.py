"""Line listings, CSV and Excel: every column, several rows per case, and words that are not the documented ones."""

import csv
import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from tests.factories import LISTING_COLUMNS, day, line_listing_csv, line_listing_xlsx
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Severity, critical
from tvec_pv.domain.icsr import NullFlavor, Quantity, Seriousness
from tvec_pv.domain.seriousness import is_serious
from tvec_pv.sources.line_listing import read
from tvec_pv.sources.line_listing_case import COLUMNS

GOOD = {"case_id": "DE-EXAMPLE-1", "reaction": "cold sore", "drug": "Imlygic", "role": "suspect"}


@pytest.fixture
def records(tmp_path):
    """The records of rows given by column name, or of a whole file's bytes."""

    def of(*rows, content=None, columns=LISTING_COLUMNS):
        path = tmp_path / "listing"
        path.write_bytes(line_listing_csv(rows, columns) if content is None else content)
        return list(read(path))

    return of


@pytest.fixture
def one(records):
    """The one record of one good row with changes."""

    def of(**cells):
        (record,) = records(GOOD | cells)
        return record

    return of


def checks(record):
    return [(finding.check, finding.where) for finding in record.findings]


# --- every column --------------------------------------------------------------------------------------------------

A_FULL_ROW = {
    "case_id": "DE-EXAMPLE-1",
    "worldwide_id": "DE-EXAMPLE-WW-1",
    "version": "3",
    "report_type": "Spontaneous",
    "action": "amendment",
    "action_reason": "a lot was mistyped",
    "first_received": "2026-10-01",
    "latest_received": "2026-10-05",
    "reporter_qualification": "Other health professional",
    "reporter_country": "DE",
    "patient_initials": "Q.X.",
    "birth_date": "1959-04",
    "age": "67",
    "age_unit": "years",
    "sex": "female",
    "weight_kg": "71.5",
    "medical_history": "melanoma; psoriasis",
    "death_date": "2026-10-04",
    "cause_of_death": "sepsis",
    "reaction": "cold sore",
    "meddra_code": "90000001",
    "meddra_version": "27.1",
    "reaction_start": "2026-09-07",
    "reaction_end": "2026-09-14",
    "outcome": "recovered with sequelae",
    "seriousness": "hospitalisation; medically important",
    "reaction_country": "AT",
    "drug": "Imlygic",
    "substance": "talimogene laherparepvec",
    "role": "suspect",
    "dose": "2.5",
    "dose_unit": "mL",
    "dose_text": "10^8 PFU/mL",
    "route": "Intralesional",
    "lot": "TV26A014",
    "drug_start": "2026-08-24",
    "drug_end": "2026-08-25",
    "indication": "Malignant melanoma",
    "action_taken": "withdrawn",
    "test_name": "HSV PCR",
    "test_date": "2026-09-08",
    "test_result": "positive",
    "narrative": "A cold sore, and then worse.",
}

WHERE_A_COLUMN_ENDS = {
    "case_id": ("DE-EXAMPLE-1", lambda case: case.sender_case_id),
    "worldwide_id": ("DE-EXAMPLE-WW-1", lambda case: case.worldwide_id),
    "version": (3, lambda case: case.version),
    "report_type": ("1", lambda case: case.report_type),
    "action": ("2", lambda case: case.nullification_amendment),
    "action_reason": ("a lot was mistyped", lambda case: case.nullification_amendment_reason),
    "first_received": (day("2026-10-01"), lambda case: case.first_received),
    "latest_received": (day("2026-10-05"), lambda case: case.latest_received),
    "reporter_qualification": ("3", lambda case: case.reporters[0].qualification),
    "reporter_country": ("DE", lambda case: case.reporters[0].country),
    "patient_initials": ("Q.X.", lambda case: case.patient.name),
    "birth_date": (day("1959-04"), lambda case: case.patient.birth_date),
    "age": (67.0, lambda case: case.patient.age.value),
    "age_unit": ("a", lambda case: case.patient.age.unit),
    "sex": ("2", lambda case: case.patient.sex),
    "weight_kg": (71.5, lambda case: case.patient.weight_kg),
    "medical_history": (["melanoma", "psoriasis"], lambda case: [one.term.name for one in case.patient.history]),
    "death_date": (day("2026-10-04"), lambda case: case.patient.death_date),
    "cause_of_death": ("sepsis", lambda case: case.patient.causes_of_death[0].name),
    "reaction": ("cold sore", lambda case: case.reactions[0].reported),
    "meddra_code": ("90000001", lambda case: case.reactions[0].term.code),
    "meddra_version": ("27.1", lambda case: case.reactions[0].term.version),
    "reaction_start": (day("2026-09-07"), lambda case: case.reactions[0].start),
    "reaction_end": (day("2026-09-14"), lambda case: case.reactions[0].end),
    "outcome": ("4", lambda case: case.reactions[0].outcome),
    "seriousness": (
        Seriousness(hospitalisation=True, other_important=True),
        lambda case: case.reactions[0].seriousness,
    ),
    "reaction_country": ("AT", lambda case: case.reactions[0].country),
    "drug": ("Imlygic", lambda case: case.drugs[0].name),
    "substance": ("talimogene laherparepvec", lambda case: case.drugs[0].substances[0].name),
    "role": ("1", lambda case: case.drugs[0].role),
    "dose": (2.5, lambda case: case.drugs[0].doses[0].dose.value),
    "dose_unit": ("mL", lambda case: case.drugs[0].doses[0].dose.unit),
    "dose_text": ("10^8 PFU/mL", lambda case: case.drugs[0].doses[0].text),
    "route": ("Intralesional", lambda case: case.drugs[0].doses[0].route),
    "lot": ("TV26A014", lambda case: case.drugs[0].doses[0].lot),
    "drug_start": (day("2026-08-24"), lambda case: case.drugs[0].doses[0].start),
    "drug_end": (day("2026-08-25"), lambda case: case.drugs[0].doses[0].end),
    "indication": ("Malignant melanoma", lambda case: case.drugs[0].indications[0].name),
    "action_taken": ("1", lambda case: case.drugs[0].action_taken),
    "test_name": ("HSV PCR", lambda case: case.tests[0].name.name),
    "test_date": (day("2026-09-08"), lambda case: case.tests[0].date),
    "test_result": ("positive", lambda case: case.tests[0].text),
    "narrative": ("A cold sore, and then worse.", lambda case: case.narrative),
}


def test_the_tables_of_this_test_hold_every_column_that_is_read():
    assert set(A_FULL_ROW) == set(WHERE_A_COLUMN_ENDS) == set(COLUMNS) == set(LISTING_COLUMNS)


@pytest.mark.parametrize("column", WHERE_A_COLUMN_ENDS)
def test_a_column_ends_in_its_element(records, column):
    (record,) = records(A_FULL_ROW)
    value, found = WHERE_A_COLUMN_ENDS[column]

    assert found(record.case) == value
    assert record.findings == ()


def test_columns_may_stand_in_any_order_and_spelling(records):
    columns = tuple(reversed(LISTING_COLUMNS))
    shouted = line_listing_csv([A_FULL_ROW], columns).decode().split("\n", 1)
    content = f"{' , '.join(shouted[0].upper().split(','))}\n{shouted[1]}".encode()

    assert records(content=content)[0].case == records(A_FULL_ROW)[0].case


# --- several rows per case -----------------------------------------------------------------------------------------


def test_rows_of_one_case_are_one_report_with_all_their_reactions_drugs_and_tests(records):
    (record,) = records(
        GOOD | {"narrative": "of the case", "test_name": "HSV PCR", "lot": "L1", "drug_start": "2026-08-03"},
        {"case_id": "DE-EXAMPLE-1", "reaction": "fever", "drug": "Imlygic", "role": "suspect", "lot": "L2"},
        {"case_id": "DE-EXAMPLE-1", "drug": "nivolumab", "role": "concomitant"},
        {"case_id": "DE-EXAMPLE-1", "test_name": "CRP"},
    )
    case = record.case

    assert record.where == "rows 2 to 5"
    assert [one.reported for one in case.reactions] == ["cold sore", "fever"]
    assert [one.id for one in case.reactions] == ["1", "2"]
    assert [(one.name, len(one.doses)) for one in case.drugs] == [("Imlygic", 2), ("nivolumab", 0)]
    assert [dose.lot for dose in case.drugs[0].doses] == ["L1", "L2"]
    assert [test.name.name for test in case.tests] == ["HSV PCR", "CRP"]
    assert case.narrative == "of the case"


def test_the_same_drug_in_another_role_is_another_drug(records):
    (record,) = records(GOOD, GOOD | {"reaction": "", "role": "concomitant"})

    assert [one.role for one in record.case.drugs] == ["1", "2"]


def test_another_case_number_or_another_version_is_another_report(records):
    found = records(GOOD, GOOD | {"version": "2"}, GOOD | {"case_id": "DE-EXAMPLE-2"})

    assert [record.where for record in found] == ["row 2", "row 3", "row 4"]
    assert [(one.case.sender_case_id, one.case.version) for one in found] == [
        ("DE-EXAMPLE-1", None),
        ("DE-EXAMPLE-1", 2),
        ("DE-EXAMPLE-2", None),
    ]


def test_empty_rows_separate_nothing_and_are_no_report(records):
    assert [record.where for record in records(GOOD, {}, GOOD | {"reaction": "fever"})] == ["rows 2 to 4"]


def test_a_listing_without_rows_holds_no_report(records):
    assert records() == []


# --- null flavors, dates, numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("flavor", NullFlavor)
def test_a_null_flavor_is_written_by_its_name(one, flavor):
    record = one(patient_initials=flavor.name, age=flavor.name, birth_date=flavor.name, lot=flavor.name)
    patient = record.case.patient

    assert (patient.name, patient.age, patient.birth_date) == (flavor, flavor, flavor)
    assert record.case.drugs[0].doses[0].lot is flavor
    assert record.findings == ()


def test_an_empty_cell_is_not_mentioned(one):
    case = one().case

    assert (case.patient.name, case.patient.age, case.narrative, case.version) == (None, None, None, None)
    assert case.reporters == ()
    assert case.drugs[0].doses == ()


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-11-02", "20261102"),
        ("20261102", "20261102"),
        ("2026-11", "202611"),
        ("2026", "2026"),
        ("2026-11-02T05:06:07", "20261102050607"),
    ],
)
def test_a_date_is_as_precise_as_it_is_written(one, written, read_as):
    record = one(latest_received=written)

    assert record.case.latest_received.text == read_as
    assert record.findings == ()


@pytest.mark.parametrize(
    "written",
    ["02.11.2026", "11/02/2026", "2026-02-31", "2026-13", "0000", "20250231", "yesterday", "2026-11-2", "46328"],
)
def test_what_names_no_day_is_a_finding_and_no_date(one, written):
    record = one(latest_received=written)

    assert record.case.latest_received is None
    assert checks(record) == [("READ-DATE", "latest_received")]
    assert all(written not in finding.message for finding in record.findings)


@pytest.mark.parametrize("written", ["2026-1-2", "2026-1-1", "2026-9-9"])
def test_a_date_without_its_zeros_is_never_read_as_another_month(one, written):
    """'2026-1-2' without its hyphens is '202612': a day in January must not become the December of that year."""
    found = one(latest_received=written).case.latest_received
    year, month, of_month = (int(part) for part in written.split("-"))

    assert found is None or (found.earliest, found.latest) == (date(year, month, of_month),) * 2


@pytest.mark.parametrize("written", ["a lot", "12 kg", "1,5", "--"])
def test_what_is_no_number_is_a_finding_and_no_number(one, written):
    record = one(weight_kg=written)

    assert record.case.patient.weight_kg is None
    assert checks(record) == [("READ-NUMBER", "weight_kg")]


@pytest.mark.parametrize("column", ["weight_kg", "age", "dose", "version"])
@pytest.mark.parametrize("written", ["nan", "1e999"])
def test_a_number_that_is_not_finite_is_no_number(one, column, written):
    """JSON has no such number, and PostgreSQL takes no such JSON."""
    record = one(**{column: written})
    case = record.case

    assert checks(record) == [("READ-NUMBER", column)]
    assert (case.patient.weight_kg, case.patient.age, case.version, case.drugs[0].doses) == (None, None, None, ())


def test_an_age_has_its_unit_in_ucum(one):
    for word, unit in (("years", "a"), ("Months", "mo"), ("weeks", "wk"), ("days", "d"), ("decades", "10.a")):
        assert one(age="7", age_unit=word).case.patient.age == Quantity(value=7.0, unit=unit)


# --- words that are not the documented ones ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "kept"),
    [
        ("report_type", lambda case: case.report_type),
        ("action", lambda case: case.nullification_amendment),
        ("reporter_qualification", lambda case: case.reporters[0].qualification),
        ("sex", lambda case: case.patient.sex),
        ("outcome", lambda case: case.reactions[0].outcome),
        ("role", lambda case: case.drugs[0].role),
        ("action_taken", lambda case: case.drugs[0].action_taken),
    ],
)
def test_a_word_that_is_not_documented_is_a_finding_and_is_kept(one, column, kept):
    record = one(**{column: "something else"})

    assert kept(record.case) == "something else"
    assert checks(record) == [("LIST-WORD", column)]
    assert record.findings[0].severity is Severity.WARNING
    assert record.findings[0].element == COLUMNS[column]


@pytest.mark.parametrize(
    ("written", "criteria"),
    [
        ("death", {"death"}),
        ("life-threatening", {"life_threatening"}),
        ("Hospitalisation", {"hospitalisation"}),
        ("disability", {"disability"}),
        ("congenital anomaly", {"congenital_anomaly"}),
        ("medically important", {"other_important"}),
        (" death ; HOSPITALISATION;; ", {"death", "hospitalisation"}),
    ],
)
def test_criteria_are_named_one_after_another(one, written, criteria):
    record = one(seriousness=written)

    assert record.case.reactions[0].seriousness == Seriousness(**dict.fromkeys(criteria, True))
    assert record.findings == ()


def test_non_serious_is_a_no_to_every_criterion_and_silence_is_none(one):
    said, silent = (one(seriousness=words).case.reactions[0].seriousness for words in ("non-serious", ""))

    assert (said.death, said.hospitalisation, said.other_important) == (False, False, False)
    assert silent == Seriousness()


@pytest.mark.parametrize(
    "written",
    [
        "serious; yes",
        "serious; non-serious",
        "hospitalization",
        "life threatening",
        "hospitalised",
        "yes",
        "non-serious; death",
        "fatal",
    ],
)
def test_a_word_about_seriousness_that_is_not_understood_never_makes_a_reaction_non_serious(one, written):
    """A reporter's 'serious' is never downgraded: the reaction is serious, or the report waits for a person."""
    record = one(seriousness=written)

    assert is_serious(record.case.reactions[0]) or critical(record.findings)
    assert ("LIST-WORD", "seriousness") in checks(record)


def test_serious_without_a_criterion_is_serious_and_names_none(one):
    record = one(seriousness="Serious")
    (reaction,) = record.case.reactions

    assert is_serious(reaction)
    assert (reaction.highlighted, reaction.seriousness) == ("4", Seriousness())
    assert record.findings == ()


def test_serious_beside_a_criterion_keeps_both(one):
    (reaction,) = one(seriousness="serious; hospitalisation").case.reactions

    assert (reaction.highlighted, reaction.seriousness) == ("4", Seriousness(hospitalisation=True))


# --- columns that are not the documented ones ----------------------------------------------------------------------


def test_a_column_that_is_not_read_is_a_finding_on_each_report(records):
    columns = (*LISTING_COLUMNS, "ward")
    found = records(GOOD | {"ward": "7"}, GOOD | {"case_id": "DE-EXAMPLE-2"}, columns=columns)

    assert [[finding.check for finding in record.findings] for record in found] == [["LIST-COLUMN"]] * 2
    assert all("ward" in (record.findings[0].element, record.findings[0].where) for record in found)


@pytest.mark.parametrize("missing", ["case_id", "reaction", "drug"])
def test_a_table_without_one_of_the_columns_that_make_a_listing_is_refused(records, missing):
    columns = tuple(column for column in LISTING_COLUMNS if column != missing)

    with pytest.raises(UnreadableFile, match="case_id, reaction, drug"):
        records(columns=columns)


def test_a_short_row_leaves_the_rest_of_its_cells_empty(records):
    (record,) = records(content=b"case_id,reaction,drug,outcome\nDE-1,cold sore,Imlygic\n")

    assert (record.case.drugs[0].name, record.case.reactions[0].outcome) == ("Imlygic", None)


def test_a_column_that_stands_twice_is_refused_or_a_finding_because_only_one_of_them_is_read(records):
    try:
        (record,) = records(content=b"case_id,reaction,drug,drug\nDE-1,cold sore,Imlygic,nivolumab\n")
    except UnreadableFile:
        return
    assert record.findings


def test_cells_beyond_the_last_column_are_a_finding_because_they_were_not_read(records):
    """As after a comma in a narrative that nobody quoted."""
    (record,) = records(content=b"case_id,reaction,drug,narrative\nDE-1,cold sore,Imlygic,one, two\n")

    assert record.findings


# --- the file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_letters_with_accents_are_read_in_each_encoding(records, encoding):
    content = line_listing_csv([GOOD | {"narrative": "Kältegefühl, œdème – 5 €"}]).decode().encode(encoding)

    assert records(content=content)[0].case.narrative == "Kältegefühl, œdème – 5 €"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(records, end):
    content = line_listing_csv([GOOD, GOOD | {"case_id": "DE-EXAMPLE-2"}]).replace(b"\n", end.encode())

    assert [record.case.sender_case_id for record in records(content=content)] == ["DE-EXAMPLE-1", "DE-EXAMPLE-2"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cells_may_be_separated_as_spreadsheets_of_other_countries_do(records, delimiter):
    rows = [A_FULL_ROW, GOOD | {"case_id": "DE-2", "narrative": "one, two; three\tfour"}]
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, LISTING_COLUMNS, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)

    assert records(content=written.getvalue().encode()) == records(*rows)


def test_a_quoted_cell_may_hold_commas_quotes_and_lines(records):
    words = 'She said "cold, sore",\nand went home.'

    assert records(GOOD | {"narrative": words})[0].case.narrative == words


def workbook(rows, columns=LISTING_COLUMNS):
    """A workbook as a person writes one: cells as they are given, and nothing else."""
    book = Workbook()
    book.active.append(columns)
    for row in rows:
        book.active.append([row.get(column) for column in columns])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_workbook_holds_the_same_cases_as_a_csv(records):
    rows = [A_FULL_ROW, GOOD | {"case_id": "DE-2"}, GOOD | {"case_id": "DE-2", "reaction": "fever"}]
    of_csv, of_xlsx = records(*rows), records(content=line_listing_xlsx(rows))

    assert [(one.where, one.case, one.findings) for one in of_xlsx] == [
        (one.where, one.case, one.findings) for one in of_csv
    ]


def test_the_real_cells_of_a_workbook_read_as_their_words_do(records):
    rows = [
        A_FULL_ROW
        | {
            "version": 3,
            "age": 67.0,
            "weight_kg": 71.5,
            "dose": 2.5,
            "meddra_code": 90000001,
            "meddra_version": 27.1,
            "latest_received": date(2026, 10, 5),
            "first_received": datetime(2026, 10, 1),
        }
    ]

    assert records(content=line_listing_xlsx(rows))[0].case == records(A_FULL_ROW)[0].case


def test_a_date_with_a_time_in_a_workbook_keeps_its_time(records):
    (record,) = records(content=workbook([GOOD | {"latest_received": datetime(2026, 11, 2, 5, 6, 7)}]))

    assert record.case.latest_received.text == "20261102050607"


def test_empty_rows_and_columns_of_a_workbook_are_nothing(records):
    columns = (*LISTING_COLUMNS, None, None)
    found = records(content=workbook([GOOD, {}, GOOD | {"case_id": "DE-2"}, {}], columns))

    assert [record.where for record in found] == ["row 2", "row 4"]
    assert [record.findings for record in found] == [(), ()]


def test_what_this_test_writes_is_a_csv_that_others_read():
    rows = list(csv.DictReader(io.StringIO(line_listing_csv([A_FULL_ROW]).decode(), newline="")))

    assert rows == [A_FULL_ROW]
