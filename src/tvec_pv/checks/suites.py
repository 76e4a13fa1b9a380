"""Running the expectation suites on a batch of cases, and saying what they found in this product's words."""

import atexit
import gc
import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tvec_pv.domain.errors import CheckRaised, ReferenceDataError
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import Case
from tvec_pv.domain.product_names import Product

if TYPE_CHECKING:
    import pandas as pd

TABLES = (
    *("cases", "reporters", "identifiers", "history", "past_drugs", "causes_of_death", "reactions", "tests"),
    *("drugs", "doses", "assessed", "opinions", "dates", "amounts", "terms", "texts"),
)
_META = ("check_id", "kahn", "element", "sentence", "source")


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation as the suites hold it."""

    id: str
    table: str
    severity: Severity
    kahn: str
    element: str
    sentence: str
    source: str


@cache
def read_suites(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """The suites by table, as they stand in the folder; a check without its reasons is refused. Read once."""
    suites = {}
    for table in TABLES:
        file = folder / f"{table}.json"
        try:
            suites[table] = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ReferenceDataError(f"{file}: not a readable expectation suite ({error})") from error
        for place, expectation in enumerate(suites[table]["expectations"], 1):
            lacking = [name for name in _META if not expectation.get("meta", {}).get(name)]
            if lacking:
                raise ReferenceDataError(f"{file}: expectation {place} lacks {', '.join(lacking)} in its meta")
    return suites


@cache
def read_checks(folder: Path) -> tuple[Check, ...]:
    return tuple(
        Check(
            expectation["meta"]["check_id"],
            table,
            Severity(expectation["severity"]),
            *(expectation["meta"][name] for name in _META[1:]),
        )
        for table, suite in read_suites(folder).items()
        for expectation in suite["expectations"]
    )


@cache
def suites_version(folder: Path) -> str:
    """The first twelve digits of a hash over all suites: what a finding was made with."""
    read_suites(folder)
    digest = sha256()
    for table in TABLES:
        digest.update((folder / f"{table}.json").read_bytes())
    return digest.hexdigest()[:12]


def check_cases(cases: Sequence[Case], product: Product, folder: Path, today: date) -> list[tuple[Finding, ...]]:
    """The findings of each case, in the order of the cases and of the suites.

    What the engine costs it costs per check, not per case: a batch of thousands costs little more than one of ten.
    """
    from tvec_pv.checks.frames import frames

    found: list[list[Finding]] = [[] for _ in cases]
    for table, frame in frames(cases, product, today).items():
        if not len(frame):
            continue
        failures = _failures(folder, table, frame)
        for check in (check for check in read_checks(folder) if check.table == table):
            rows = frame.iloc[failures.get(check.id, [])]
            elements = rows["element"] if "element" in rows else [check.element] * len(rows)
            for position, where, element in zip(rows["case"], rows["where"], elements, strict=True):
                found[position].append(Finding(check.id, check.severity, check.sentence, element, where))
    return [tuple(findings) for findings in found]


def _failures(folder: Path, table: str, frame: "pd.DataFrame") -> dict[str, list[int]]:
    """The rows that fail each check, by the frame's index. A check that could not be evaluated stops the batch.

    The engine is asked twice: whether each check holds, then where those fail that do not. To be told where costs
    twice as much as to be told whether, and most checks hold.
    """
    failures: dict[str, list[int]] = {}
    for condition, expectations in _questions(folder, table).items():
        rows = _rows_where(condition, frame, table)
        asked = [one for one in expectations if _has_something_to_look_at(one, rows)]
        failed = {check for check, result in _answers(table, rows, asked, "BOOLEAN_ONLY") if not result.success}
        again = [one for one in asked if one.meta["check_id"] in failed]
        for check, result in _answers(table, rows, again, "COMPLETE"):
            found = result.result.get("unexpected_index_list")
            if found is None:
                raise CheckRaised(
                    f"check {check} of {table} failed without naming rows; nothing of this batch was stored"
                )
            failures[check] = sorted(int(row) for row in found)
    return failures


def _rows_where(condition: str, frame: "pd.DataFrame", table: str) -> "pd.DataFrame":
    try:
        return frame.query(condition) if condition else frame
    except (NameError, SyntaxError, TypeError, ValueError) as error:
        raise CheckRaised(
            f"the rows of {table} where {condition} could not be found; nothing of this batch was stored"
        ) from error


def _has_something_to_look_at(expectation: Any, rows: "pd.DataFrame") -> bool:
    """A check passes where there is no row, or where all that it looks at is empty, unless that is what it is about.

    The engine would say so too, but takes as long over nothing as over much.
    """
    columns = getattr(expectation, "column_list", None) or [getattr(expectation, "column", None)]
    if not len(rows) or expectation.expectation_type == "expect_column_values_to_not_be_null":
        return len(rows) > 0
    return any(column not in rows or rows[column].notna().any() for column in columns)


def _answers(
    table: str, rows: "pd.DataFrame", expectations: Sequence[Any], result_format: str
) -> Iterator[tuple[str, Any]]:
    if not expectations:
        return
    context = engine()
    from great_expectations.core.expectation_suite import ExpectationSuite

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        suite = ExpectationSuite(name=table, expectations=list(expectations))
        definition = context.data_sources.get("batch").get_asset("table").get_batch_definition("whole")
        results = definition.get_batch({"dataframe": rows}).validate(suite, result_format=result_format).results
    for result in results:
        check = result.expectation_config.meta["check_id"]
        if _raised(result.exception_info):
            raise CheckRaised(f"check {check} of {table} could not be evaluated; nothing of this batch was stored")
        yield check, result


@cache
def _questions(folder: Path, table: str) -> Mapping[str, list[Any]]:
    """The expectations of a suite by the rows that they are asked of: those where a condition holds, or all ("")."""
    engine()
    from great_expectations.core.expectation_suite import ExpectationSuite

    suite: Mapping[str, Any] = read_suites(folder)[table]
    questions: dict[str, list[Any]] = {}
    for one in suite["expectations"]:
        asked = {name: value for name, value in one["kwargs"].items() if name not in _CONDITION}
        named = {"check_id": one["meta"]["check_id"]}  # of the meta alone: the engine copies it dozens of times
        question = {"type": one["type"], "kwargs": asked, "meta": named}
        questions.setdefault(one["kwargs"].get("row_condition", ""), []).append(question)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            condition: ExpectationSuite(name=table, expectations=expectations).expectations
            for condition, expectations in questions.items()
        }


_CONDITION = ("row_condition", "condition_parser")


def _raised(info: dict[str, Any]) -> bool:
    """Great Expectations reports an exception flat or by metric."""
    inner = (value for value in info.values() if isinstance(value, dict))
    return bool(info.get("raised_exception")) or any(value.get("raised_exception") for value in inner)


@cache
def engine() -> Any:
    """What Great Expectations keeps of a process: in memory, without pages. Its import takes seconds."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with warnings.catch_warnings(), _without_collecting():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

        offline = DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False))
        context = gx.get_context(mode="ephemeral", project_config=offline)
        context.variables.progress_bars = {"globally": False}
        context.data_sources.add_pandas("batch").add_dataframe_asset("table").add_batch_definition_whole_dataframe(
            "whole"
        )
    return context


@contextmanager
def _without_collecting() -> Iterator[None]:
    """What an import makes stays: looking through it for garbage, then and ever after, is a part of what it costs."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        atexit.register(gc.unfreeze)  # or libraries would report at the end what was not given back
        gc.enable()
