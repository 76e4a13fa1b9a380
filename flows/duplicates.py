"""The look for probable duplicates as a flow."""

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.steps import RETRIES
from tvec_pv.actions.duplicates import propose_duplicates
from tvec_pv.actions.runs import open_house
from tvec_pv.settings import settings


@task(name="compare cases", cache_policy=NO_CACHE, **RETRIES)
def compare_cases() -> dict[str, Any]:
    result = propose_duplicates(open_house(settings()))
    return {"run": result.run, "lines": result.lines}


@flow(name="duplicates")
def duplicates() -> dict[str, Any]:
    """Propose pairs of cases that are probably one patient's."""
    compared: dict[str, Any] = compare_cases()
    return compared
