"""EudraVigilance line listings: the grammar of their cells, their header, and what Excel does to them. All made up."""

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.factories import day
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.icsr import NullFlavor, Quantity, Seriousness, Term
from tvec_pv.domain.seriousness import is_serious
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.eudravigilance import read
from tvec_pv.sources.eudravigilance_cells import CRITERIA, OUTCOMES, read_medicines, read_reactions
from tvec_pv.sources.formats import Format, Options

REACTIONS = "Reaction List PT (Duration – Outcome - Seriousness Criteria)"
SUSPECTS = (
    "Suspect/interacting Drug List (Drug Char - Indication PT - Action taken - [Duration - Dose - Route])"
)  # fmt: skip
OTHERS = "Concomitant/Not Administered Drug List (Drug Char - Indication PT - Action taken - [Duration - Dose - Route])"
HEADER = (
    *("EU Local Number", "Report Type", "EV Gateway Receipt Date", "Primary Source Qualification"),
    *("Primary Source Country for Regulatory Purposes", "Literature Reference", "Patient Age Group"),
    *("Patient Age Group (as per reporter)", "Parent Child Report", "Patient Sex", REACTIONS, SUSPECTS, OTHERS),
    "ICSR Form",
)
PRODUCT = (
    "IMLYGIC [TALIMOGENE LAHERPAREPVEC] (S - Malignant melanoma - Drug withdrawn - [14d - 4ml - Intralesional use])"
)
ROW = {
    "EU Local Number": "EU-EC-10000000001",
    "Report Type": "Spontaneous",
    "EV Gateway Receipt Date": "2026-10-05 00:00:00",
    "Primary Source Qualification": "Healthcare Professional",
    "Primary Source Country for Regulatory Purposes": "European Economic Area",
    "Patient Age Group": "65-85 Years",
    "Patient Age Group (as per reporter)": "Elderly",
    "Parent Child Report": "No",
    "Patient Sex": "Female",
    REACTIONS: "Oral herpes (7d - Recovered/Resolved - Caused/Prolonged Hospitalisation)",
    SUSPECTS: PRODUCT,
    OTHERS: "TACROLIMUS [TACROLIMUS] (C - n/a - n/a - [n/a - n/a - n/a])",
    "ICSR Form": '<a target="_blank" href="https://example.org/saw.dll?x">ICSR</a>',
}


@pytest.fixture
def records(tmp_path):
    """The records of a listing's bytes, after its format was told."""

    def of(content):
        path = tmp_path / "listing"
        path.write_bytes(content)
        assert detect(path, Options(product())) is Format.EUDRAVIGILANCE
        return list(read(path))

    return of


def as_csv(*rows, header=HEADER, start="\ufeff\ufeff", encoding="utf-8"):
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in HEADER] for row in rows)
    return (start + written.getvalue()).encode(encoding)


def as_xlsx(*rows, header=HEADER):
    book = Workbook()
    book.active.append(header)
    for row in rows:
        book.active.append([row.get(name) for name in HEADER])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def checks(record):
    return [finding.check for finding in record.findings]


# --- a whole row ----------------------------------------------------------------------------------------------------


def test_a_row_is_a_report(records):
    (record,) = records(as_csv(ROW))
    case = record.case
    suspect, other = case.drugs

    assert (case.sender_case_id, case.report_type) == ("EU-EC-10000000001", "1")
    assert case.latest_received == day("2026-10-05")
    assert (case.patient.age_group, case.patient.sex) == ("6", "2")
    assert (case.reporters[0].qualification, case.reporters[0].country) == ("3", NullFlavor.MSK)
    assert case.reactions[0].term == Term(name="Oral herpes")
    assert case.reactions[0].duration == Quantity(value=7.0, unit="d")
    assert (case.reactions[0].outcome, case.reactions[0].seriousness) == ("1", Seriousness(hospitalisation=True))
    assert (suspect.role, suspect.name) == ("1", "IMLYGIC")
    assert [one.name for one in suspect.substances] == ["TALIMOGENE LAHERPAREPVEC"]
    assert (suspect.indications, suspect.action_taken) == ((Term(name="Malignant melanoma"),), "1")
    assert (suspect.doses[0].duration, suspect.doses[0].text) == (Quantity(value=14.0, unit="d"), "4ml")
    assert suspect.doses[0].route == "Intralesional use"
    assert (other.role, other.name, other.doses, other.indications) == ("2", "TACROLIMUS", (), ())
    assert checks(record) == ["EV-COUNTRY"]
    assert "saw.dll" not in repr(record)


def test_the_listing_of_a_holder_has_the_worldwide_number(records):
    header = ("Worldwide Unique Case Identification", *HEADER[1:])
    (record,) = records(as_csv(ROW, header=header))

    assert (record.case.worldwide_id, record.case.sender_case_id) == ("EU-EC-10000000001", None)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-10-05 00:00:00", "20261005"),
        ("2026-10-05", "20261005"),
        ("05/10/2026", "20261005"),
        (datetime(2026, 10, 5), "20261005"),
    ],
)
def test_a_date_may_be_text_or_a_real_date(records, written, read_as):
    (record,) = records(as_xlsx(ROW | {"EV Gateway Receipt Date": written}))

    assert record.case.latest_received.text == read_as


@pytest.mark.parametrize("written", ["2026-02-31", "31/31/2026", "yesterday", "2026-10-05 12:00"])
def test_what_names_no_day_is_a_finding(records, written):
    (record,) = records(as_csv(ROW | {"EV Gateway Receipt Date": written}))

    assert record.case.latest_received is None
    assert "READ-DATE" in checks(record)


def test_not_specified_is_no_information_and_an_empty_cell_is_not_mentioned(records):
    said, silent = records(as_csv(ROW | {"Patient Sex": "Not Specified"}, ROW | {"Patient Sex": ""}))

    assert (said.case.patient.sex, silent.case.patient.sex) == (NullFlavor.NI, None)


@pytest.mark.parametrize("column", ["Report Type", "Patient Sex", "Primary Source Qualification", "Patient Age Group"])
def test_a_word_that_is_not_known_is_a_finding(records, column):
    (record,) = records(as_csv(ROW | {column: "something else"}))

    assert "EV-WORD" in checks(record)
    assert all("something else" not in finding.message for finding in record.findings)


def test_a_column_that_is_not_known_is_a_finding(records):
    (record,) = records(as_csv(ROW, header=(*HEADER, "Seriousness of the day")))

    assert ("LIST-COLUMN", "seriousness of the day") in [(one.check, one.element) for one in record.findings]


# --- the header and the file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dash", ["–", "-", "—", "â€“"])
@pytest.mark.parametrize("start", ["\ufeff\ufeff", "\ufeff", ""])
def test_the_header_is_known_with_any_dash_and_any_number_of_marks(records, dash, start):
    header = tuple(name.replace("–", dash) for name in HEADER)

    assert records(as_csv(ROW, header=header, start=start))[0].case == records(as_csv(ROW))[0].case


def test_text_that_was_saved_in_the_wrong_encoding_is_put_right(records):
    row = ROW | {REACTIONS: "Behçet's syndrome (n/a - Unknown - )"}
    mangled = as_csv(row, start="").decode("utf-8").encode("utf-8").decode("cp1252").encode("utf-8")

    assert records(mangled)[0].case.reactions[0].term.name == "Behçet's syndrome"


def test_a_listing_in_windows_1252_is_read(records):
    row = ROW | {REACTIONS: "Behçet's syndrome (n/a - Unknown - )"}

    assert records(as_csv(row, start="", encoding="cp1252"))[0].case.reactions[0].term.name == "Behçet's syndrome"


# --- what Excel does ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", range(1, 110, 7))
def test_a_long_cell_that_runs_over_into_the_next_rows_is_one_cell(records, cut):
    cell = (
        "Oral herpes (n/a - Unknown - Results in Death, Disabling), Rash (NOS) (n/a - Fatal - ), "
        "Chills (1d - Unknown - Disabling)"
    )
    parts = [cell[:cut], cell[cut : cut + 9], cell[cut + 9 :]]
    rows = [ROW | {REACTIONS: parts[0]}, *({REACTIONS: part} for part in parts[1:])]
    (record,) = records(as_xlsx(*rows))
    (whole,) = records(as_xlsx(ROW | {REACTIONS: cell}))

    assert record.case == whole.case
    assert record.where == "rows 2 to 4"


def test_a_cell_cut_between_two_entries_without_its_comma_is_two_entries(records):
    begun, more = "Oral herpes (n/a - Unknown - )", "Chills (1d - Unknown - )"
    (record,) = records(as_xlsx(ROW | {REACTIONS: begun}, {REACTIONS: more}))

    assert [one.term.name for one in record.case.reactions] == ["Oral herpes", "Chills"]


def test_a_row_without_a_number_that_says_more_than_its_lists_is_a_report_of_its_own(records):
    found = records(as_csv(ROW, ROW | {"EU Local Number": ""}))

    assert [record.case.sender_case_id for record in found] == ["EU-EC-10000000001", None]


# --- the grammar of the cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",<BR><BR>", " <BR> ", ", ", ",<br/>", "<BR>"])
def test_entries_are_told_apart_however_they_are_separated(separator):
    entries = [
        "Immune-mediated dermatitis (n/a - Not Recovered/Not Resolved - Other Medically Important Condition)",
        "Malignant neoplasm progression (n/a - Fatal - Results in Death, Other Medically Important Condition)",
        "Vomiting (2d - Unknown - )",
    ]
    found = read_reactions(separator.join(entries))

    assert [one.term for one in found] == ["Immune-mediated dermatitis", "Malignant neoplasm progression", "Vomiting"]
    assert [len(one.criteria) for one in found] == [1, 2, 0]
    assert not any(one.is_cut for one in found)


def test_the_trial_listing_has_another_order(records):
    cell = "Cardiac failure acute (Not Recovered/Not Resolved - 07/07/2022 - 14d), Liver injury (Unknown - n/a - n/a),"
    (record,) = records(as_csv(ROW | {REACTIONS: cell}))
    first, second = record.case.reactions

    assert (first.term.name, first.outcome, first.start) == ("Cardiac failure acute", "3", day("2022-07-07"))
    assert first.duration == Quantity(value=14.0, unit="d")
    assert (second.term.name, second.outcome, second.start, second.duration) == ("Liver injury", "0", None, None)


@pytest.mark.parametrize(
    ("rest", "term"),
    [
        ("Platelet count decreased (Recoveri", "Platelet count decreased"),
        ("Platelet count decreased (n/a - Unknown - Results in De", "Platelet count decreased"),
        ("Platelet count decreased (14d", "Platelet count decreased"),
        ("Platelet count decreased (", "Platelet count decreased"),
        ("Platelet cou", "Platelet cou"),
        ("Hypersensitivity (type I) rea", "Hypersensitivity (type I) rea"),
        ("Glioma (WHO gra", "Glioma (WHO gra"),
    ],
)
def test_a_cell_that_breaks_off_keeps_its_term_and_is_a_finding(records, rest, term):
    (record,) = records(as_csv(ROW | {REACTIONS: f"Rash (n/a - Unknown - ), {rest}"}))

    assert [one.term.name for one in record.case.reactions] == ["Rash", term]
    assert ("EV-CUT", "reaction 2") in [(one.check, one.where) for one in record.findings]


def test_a_medicine_that_breaks_off_keeps_its_name_and_counts_as_suspect(records):
    (record,) = records(as_csv(ROW | {SUSPECTS: f"OTHER (S - n/a - Unknown - [n/a - n/a - n/a]), {PRODUCT[:45]}"}))

    assert [(one.name, one.role) for one in record.case.drugs[:2]] == [("OTHER", "1"), ("IMLYGIC", "1")]
    assert "EV-CUT" in checks(record)


@pytest.mark.parametrize("word", ["Results in Deaths", "Serious", "Hospitalised"])
def test_a_criterion_that_is_not_understood_holds_the_report(records, word):
    (record,) = records(as_csv(ROW | {REACTIONS: f"Rash (n/a - Unknown - Disabling, {word})"}))

    assert is_serious(record.case.reactions[0])
    assert ("EV-WORD", Severity.CRITICAL) in [(one.check, one.severity) for one in record.findings]


def test_an_outcome_that_is_not_understood_is_kept_and_is_a_finding(records):
    (record,) = records(as_csv(ROW | {REACTIONS: "Rash (n/a - Better - ), Chills (n/a - Unknown - )"}))

    assert [(one.term.name, one.outcome) for one in record.case.reactions] == [("Rash", "Better"), ("Chills", "0")]
    assert "EV-WORD" in checks(record)


def test_two_entries_that_cannot_be_told_apart_hold_the_report(records):
    (record,) = records(as_csv(ROW | {REACTIONS: "Rash (n/a - Fatal), Chills (n/a - Unknown - )"}))

    assert ("EV-CELL", Severity.CRITICAL) in [(one.check, one.severity) for one in record.findings]


def test_an_indication_may_hold_what_separates():
    (one,) = read_medicines("A [B (C, D), E [F]] (I - Lymphoma (B-cell), nos - relapsed - Dose reduced - [1d - 2 - x])")

    assert (one.name, one.substances, one.role) == ("A", ("B (C, D)", "E [F]"), "I")
    assert (one.indication, one.action_taken) == ("Lymphoma (B-cell), nos - relapsed", "Dose reduced")


def test_a_medicine_may_have_several_doses_or_none():
    first, second = read_medicines(
        "A (S - n/a - Unknown - [1d - 2ml - x],[n/a - 4 - 5 - y]),<BR><BR>B (I - Rash - Unknown)"
    )

    assert first.doses == (("1d", "2ml", "x"), ("n/a", "4 - 5", "y"))
    assert (second.name, second.indication, second.action_taken, second.doses) == ("B", "Rash", "Unknown", ())


# Names of terms with everything in them that separates, but without brackets that hold two " - ": none is known.
WORDS = st.text(alphabet="abcXYZ äé'/-,.", min_size=1, max_size=12).map(str.strip).filter(lambda word: word.strip(" ,"))
BRACKETS = st.text(alphabet="ab I-,/'", min_size=1, max_size=8).filter(lambda text: " - " not in f" {text} ")
NAMES = st.builds(
    lambda first, inner, last: " ".join(part for part in (first, inner and f"({inner})", last) if part).strip(" ,"),
    WORDS,
    st.one_of(st.just(""), BRACKETS),
    st.one_of(st.just(""), WORDS),
).filter(lambda name: name and name[-1] not in ",(" and name.lower() not in ("n/a", "-"))
ENTRIES = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from(["n/a", "14d", "2h"]),
        st.sampled_from(sorted(OUTCOMES)).map(str.title),
        st.lists(st.sampled_from(sorted(CRITERIA)).map(str.title), unique=True),
    ),
    min_size=1,
    max_size=5,
)


@given(ENTRIES, st.sampled_from([",<BR><BR>", " <BR> ", ", "]))
def test_what_is_written_by_the_grammar_is_read_by_it(entries, separator):
    cell = separator.join(
        f"{name} ({duration} - {outcome} - {', '.join(criteria)})" for name, duration, outcome, criteria in entries
    )

    assert [(one.term, one.duration, one.outcome, list(one.criteria)) for one in read_reactions(cell)] == entries


@given(
    st.lists(
        st.tuples(
            NAMES.filter(lambda name: "[" not in name),
            st.sampled_from("SICN"),
            NAMES,
            st.sampled_from(["Drug withdrawn", "Unknown", "Dose not changed"]),
            st.sampled_from(["n/a", "2 - 3 ml", "1{DF}"]),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([",<BR><BR>", " <BR> ", ", "]),
)
def test_medicines_that_are_written_by_the_grammar_are_read_by_it(entries, separator):
    cell = separator.join(
        f"{name} [SUBSTANCE A, B] ({role} - {indication} - {action} - [14d - {dose} - Oral use])"
        for name, role, indication, action, dose in entries
    )
    found = read_medicines(cell)

    assert [(one.name, one.role, one.indication, one.action_taken, one.doses[0][1]) for one in found] == entries
    assert all(one.substances == ("SUBSTANCE A", "B") for one in found)


@given(st.text(alphabet="aS ()[]-,<BR>/n", max_size=60))
def test_whatever_follows_a_name_it_is_not_lost(rest):
    assert read_reactions(f"Zoster{rest}")[0].term.startswith("Zoster")
    assert read_medicines(f"Zoster{rest}")[0].name.startswith("Zoster")
