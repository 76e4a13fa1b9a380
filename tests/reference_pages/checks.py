"""docs/reference/checks.md: every check of the suites, and every finding that readers and rules make themselves."""

import json
from typing import Any

from tests.reference_pages.findings_in_code import findings_in_code, whole_file_reasons
from tests.reference_pages.markdown import code, document, table
from tvec_pv.checks.suites import TABLES, read_suites
from tvec_pv.settings import Settings

_ROWS = {
    "cases": ("Cases", "one row per case"),
    "reporters": ("Reporters", "one row per reporter"),
    "identifiers": ("Other case numbers", "one row per number that somebody else gave the case"),
    "history": ("Medical history", "one row per condition of the patient or the parent"),
    "past_drugs": ("Past medicines", "one row per medicine that the patient or the parent took before"),
    "causes_of_death": ("Causes of death", "one row per cause, reported or found by autopsy"),
    "reactions": ("Reactions", "one row per reaction"),
    "tests": ("Tests", "one row per test or procedure"),
    "drugs": ("Drugs", "one row per medicine"),
    "doses": ("Doses", "one row per dose of a medicine"),
    "assessed": ("Reactions assessed", "one row per medicine and reaction that somebody judged"),
    "opinions": ("Opinions on cause", "one row per opinion"),
    "dates": ("Every date", "one row per date, wherever it stands; the finding names its element"),
    "amounts": ("Every amount", "one row per number with a unit, wherever it stands; the finding names its element"),
    "terms": ("Every coded term", "one row per term, wherever it stands; the finding names its element"),
    "texts": (
        "Every text",
        "one row per text of more than 20 letters, or with unreadable ones; the finding names its element",
    ),
}
_NOT_CHECKED = "A row where the column is empty passes: that something is missing is the business of another check."


def page() -> str:
    suites = read_suites(Settings.model_fields["expectations"].get_default(call_default_factory=True))
    count = sum(len(suite["expectations"]) for suite in suites.values())
    return document(
        "The checks",
        f"""
A check looks at one case before it is stored. What it says is a *finding*. A **critical** finding holds the case back
in quarantine, a **warning** stays with the case for whoever reads it, **info** is only counted. The Findings sheet of
the workbook names each finding by the check's name on this page.

There are {count} checks in the suites of `expectations/`, run by Great Expectations, and below them the findings that
the readers and the rules make themselves. The Kahn category says which kind of quality a check is about: *conformance*
(is it written as agreed?), *completeness* (is it there?), *plausibility* (can it be true?) (Kahn et al. 2016, the
harmonised data quality terminology).

Days between two dates are the most that they can be: where a date is known to the month only, a check fails only on
what cannot be true. A nullification is not held for a critical finding: it takes a case out of the counts, whatever
else it lacks.
""",
        *(_suite(name, suites[name]) for name in TABLES),
        _others(),
    )


def _suite(name: str, suite: dict[str, Any]) -> str:
    title, rows_are = _ROWS[name]
    sections = [f"## {title}: {rows_are}", _NOT_CHECKED]
    for expectation in suite["expectations"]:
        meta = expectation["meta"]
        sections.append(f"### {meta['check_id']}\n\n{meta['sentence']}")
        rows = [
            ("severity", f"**{expectation['severity']}**"),
            ("Kahn category", meta["kahn"]),
            ("E2B(R3) element", meta["element"]),
            ("passes when", condition(expectation)),
            ("source", meta["source"]),
        ]
        sections.append(table(("", ""), rows))
    return "\n\n".join(sections)


def condition(expectation: dict[str, Any]) -> str:
    """An expectation in words."""
    kwargs = expectation["kwargs"]
    column = code(kwargs.get("column", ""))
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    more = "more than" if kwargs.get("strict_min") else "at least"
    bounds = " and ".join(
        part
        for part in (f"{more} {low}" if low is not None else "", f"at most {high}" if high is not None else "")
        if part
    )
    words = {
        "expect_column_values_to_not_be_null": lambda: f"{column} is not empty",
        "expect_column_values_to_be_between": lambda: f"{column} is {bounds}",
        "expect_column_value_lengths_to_be_between": lambda: f"{column} has {bounds} characters",
        "expect_column_values_to_be_in_set": lambda: f"{column} is {_one_of(kwargs['value_set'])}",
        "expect_column_values_to_match_regex": lambda: f"{column} matches {code(kwargs['regex'])}",
        "expect_compound_columns_to_be_unique": lambda: (
            f"{' and '.join(map(code, kwargs['column_list']))} together stand once"
        ),
    }[expectation["type"]]()
    return f"{words}; asked where {code(kwargs['row_condition'])}" if "row_condition" in kwargs else words


def _one_of(values: list[Any]) -> str:
    shown = [code(value if isinstance(value, str) else json.dumps(value)) for value in values]
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"


def _others() -> str:
    by_check: dict[str, list[Any]] = {}
    for one in findings_in_code():
        by_check.setdefault(one.check, []).append(one)
    rows = (
        (
            code(check),
            ", ".join(sorted({one.severity for one in found})),
            "; or: ".join(dict.fromkeys(one.sentence for one in found)),
            ", ".join(sorted({code(one.module.removeprefix("tvec_pv.")) for one in found})),
        )
        for check, found in by_check.items()
    )
    reasons = "\n".join(f"- {reason}" for reason in whole_file_reasons())
    return f"""## Findings of the readers and the rules

Three dots stand for what is filled in at run time: a line number, a list of columns; never a value of the report.

{table(("finding", "severity", "what it says", "made in"), rows)}

`VALID-...` and `VERSION-...` are explained with [the rules](rules.md).

### Why a whole file is held

`READ-FILE` holds a file as one record, with one of these reasons; `tvec-pv background load` stops with the same words:

{reasons}"""
