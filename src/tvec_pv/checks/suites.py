"""Running the expectation suites on a batch of cases, and saying what they found in this product's words."""

import json
import logging
import os
import warnings
from collections.abc import Sequence
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

TABLES = ("cases", "reactions", "drugs")
_META = ("check_id", "kahn", "element", "sentence", "source")
_PLACES = {"cases": "", "reactions": "reaction", "drugs": "drug"}


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


def read_suites(folder: Path) -> dict[str, dict[str, Any]]:
    """The suites by table, as they stand in the folder; a check without its reasons is refused."""
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


def suites_version(folder: Path) -> str:
    """The first twelve digits of a hash over all suites: what a finding was made with."""
    read_suites(folder)
    digest = sha256()
    for table in TABLES:
        digest.update((folder / f"{table}.json").read_bytes())
    return digest.hexdigest()[:12]


def check_cases(cases: Sequence[Case], product: Product, folder: Path, today: date) -> list[tuple[Finding, ...]]:
    """The findings of each case, in the order of the cases and of the suites."""
    from tvec_pv.checks.frames import frames

    found: list[list[Finding]] = [[] for _ in cases]
    tables = frames(cases, product, today)
    for table in TABLES:
        frame = tables[table]
        if not len(frame):
            continue
        failures = _failures(folder, table, frame)
        positions = frame["case"].tolist()
        numbers = frame["number"].tolist() if _PLACES[table] else None
        for check in (check for check in read_checks(folder) if check.table == table):
            for row in failures.get(check.id, ()):
                where = f"{_PLACES[table]} {numbers[row]}" if numbers else ""
                finding = Finding(check.id, check.severity, check.sentence, check.element, where)
                found[positions[row]].append(finding)
    return [tuple(findings) for findings in found]


def _failures(folder: Path, table: str, frame: "pd.DataFrame") -> dict[str, list[int]]:
    """The rows that fail each check. A check that could not be evaluated stops the batch."""
    definition = _validation(folder, table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = definition.run(batch_parameters={"dataframe": frame}, result_format="COMPLETE")
    failures = {}
    for one in result.results:
        check = one.expectation_config.meta["check_id"]
        if _raised(one.exception_info):
            raise CheckRaised(f"check {check} of {table} could not be evaluated; nothing of this batch was stored")
        rows = one.result.get("unexpected_index_list")
        if rows is None and not one.success:
            raise CheckRaised(f"check {check} of {table} failed without naming rows; nothing of this batch was stored")
        failures[check] = sorted(int(row) for row in rows or ())
    return failures


def _raised(info: dict[str, Any]) -> bool:
    """Great Expectations reports an exception flat or by metric."""
    inner = (value for value in info.values() if isinstance(value, dict))
    return bool(info.get("raised_exception")) or any(value.get("raised_exception") for value in inner)


@cache
def _validation(folder: Path, table: str) -> Any:
    """The validation definition of a suite, made once per process; importing the library takes seconds."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        from great_expectations.core.expectation_suite import ExpectationSuite
        from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

        offline = DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False))
        context = gx.get_context(mode="ephemeral", project_config=offline)
        context.variables.progress_bars = {"globally": False}
        suite = context.suites.add(ExpectationSuite(**read_suites(folder)[table]))
        asset = context.data_sources.add_pandas(table).add_dataframe_asset(table)
        batch = asset.add_batch_definition_whole_dataframe(table)
        return context.validation_definitions.add(gx.ValidationDefinition(name=table, data=batch, suite=suite))
