"""docs/reference/line-listing.md: the columns that are read, with their words."""

import ast
import inspect
from collections.abc import Mapping

from tests.reference_pages.markdown import code, codes, document, table
from tvec_pv.sources import line_listing_case as listing
from tvec_pv.sources.line_listing import REQUIRED

_KINDS = {"code": "One of the words below.", "day": "A date.", "number": "A number.", "quantity": "A number."}
_WITH_NULL_FLAVOR = ("text", "code", "day", "quantity")
_ROW_OF = {"reaction": "reaction", "drug": "drug", "test_name": "test"}
_NOTES = {
    "case_id": "The sender's number of the case. With `version` it says which rows are one report.",
    "worldwide_id": "The number of the case everywhere; when it is empty, `case_id` tells cases apart.",
    "version": "Whole; a later version of the case has a higher one.",
    "action": "Empty for an ordinary report.",
    "action_reason": "Why the case is nullified or amended.",
    "medical_history": "Several conditions with `;` between them.",
    "seriousness": "One of the words below, or several with `;` between them. Empty says nothing, not `non-serious`; "
    "`serious` says that it is, and not by which criterion.",
    "meddra_code": "The eight digits of a lowest level or preferred term.",
    "reporter_country": "Two letters of ISO 3166.",
    "reaction_country": "Two letters of ISO 3166; else the reporter's country counts.",
    "cause_of_death": "One, in words.",
    "narrative": "What happened, in words.",
    "meddra_version": "Of the code, as in `27.1`.",
    "substance": "One active substance.",
    "route": "In words.",
    "indication": "Why it was given, in words.",
    "test_name": "In words.",
    "reaction": "In the reporter's words, or a term.",
    "drug": "The name as reported. The same name and role again, in another row of the report, adds a dose.",
    "patient_initials": "Initials, or `MSK` where they are masked.",
    "weight_kg": "In kilograms.",
    "dose_text": "The dosage in words; the workbook shows it rather than `dose` and `dose_unit`.",
    "dose_unit": "As you write it: units of viruses (PFU) have no agreed code.",
    "lot": "The lot of this dose. The product is a biological medicine: a missing lot is a flag.",
    "test_result": "In words.",
}


def page() -> str:
    kinds, words = _read_in_code()
    tables = (
        f"## {title}\n\n{table(('column', 'E2B(R3)', 'what stands in it', 'null flavor'), rows)}"
        for title, rows in _groups(kinds).items()
    )
    return document(
        "The columns of a line listing",
        f"""
A line listing is a CSV file or an Excel workbook (`.xlsx`, first sheet) whose first row holds these column names.
Needed are {codes(REQUIRED)}; a file without them is not taken for a listing.
Upper or lower case and the order of the columns do not matter. A column that is not on this page is not read, and each
report of the file carries the warning `LIST-COLUMN`.

- **One report, one or more rows.** Rows that follow each other with the same `case_id` and `version` are one report.
  What is said of the case is read from the first of them; each row may add one reaction, one drug with one dose, and
  one test.
- **Dates** are written `2026-11-02`, or `2026-11` or `2026` where no more is known, or are real dates in Excel.
- **Not known**: an empty cell says that the report does not mention it. A null flavor in capitals says why there is no
  value: {codes(listing.NULL_FLAVORS)} ([their meaning](case-fields.md#null-flavors)).
  It is understood in the columns marked "yes"; in the others it is a word like any other. In `action` and `age_unit` it
  counts as empty.
- **Words** are those below, in upper or lower case. Another word is kept as it stands and is the warning `LIST-WORD`.
- **CSV** has commas, semicolons or tabs between its cells and is read as UTF-8, as UTF-16 with its mark, else as
  Windows-1252. What cannot be read is shown as U+FFFD and is the warning `LIST-TEXT`.
- **Excel**: the first sheet is read; others are the warning `LIST-SHEETS`. A formula is read by the value that the
  workbook keeps of it; where it keeps none the cell is empty and the warning is `LIST-FORMULA`.

`sample_reports/inbox/partner_listing_2026-10.csv` is an example.
""",
        *tables,
        f"""
## The words

{_word_table(words)}
""",
    )


def kinds_of_columns() -> dict[str, str]:
    """How the reader reads each column: text, code, day, number, quantity or words."""
    return _read_in_code()[0]


def _read_in_code() -> tuple[dict[str, str], dict[str, Mapping[str, str]]]:
    """How the reader reads each column, and the words of those with words, as its source says."""
    kinds: dict[str, str] = {}
    words: dict[str, Mapping[str, str]] = {"seriousness": listing.CRITERIA}
    for node in ast.walk(ast.parse(inspect.getsource(listing))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) >= 2):
            continue
        column = node.args[1]
        if isinstance(column, ast.Constant) and column.value in listing.COLUMNS and column.value != "seriousness":
            kinds[column.value] = node.func.attr
            if node.func.attr == "code" and isinstance(node.args[2], ast.Name):
                words[column.value] = getattr(listing, node.args[2].id)
    return kinds, words


def _groups(kinds: Mapping[str, str]) -> dict[str, list[tuple[str, str, str, str]]]:
    """The columns by what a row of them describes, in the order in which they are defined."""
    titles = {
        "case": "The case (read from its first row)",
        "reaction": "A reaction",
        "drug": "A drug with one dose",
        "test": "A test",
    }
    groups: dict[str, list[tuple[str, str, str, str]]] = {title: [] for title in titles.values()}
    of = "case"
    for column, element in listing.COLUMNS.items():
        of = "case" if column == "narrative" else _ROW_OF.get(column, of)
        shown = "" if element == column else element
        null_flavor = "yes" if kinds.get(column) in _WITH_NULL_FLAVOR else ""
        groups[titles[of]].append((code(column), shown, _meaning(column, kinds.get(column, "")), null_flavor))
    return groups


def _meaning(column: str, kind: str) -> str:
    needed = "**Needed.**" if column in REQUIRED else ""
    return " ".join(part for part in (needed, _KINDS.get(kind, ""), _NOTES.get(column, "")) if part)


def _word_table(words: Mapping[str, Mapping[str, str]]) -> str:
    rows = (
        (
            code(column),
            listing.COLUMNS[column],
            codes(words[column]) + (", `serious`, `non-serious`" * (column == "seriousness")),
        )
        for column in listing.COLUMNS
        if column in words
    )
    return table(("column", "E2B(R3)", "words"), rows)
