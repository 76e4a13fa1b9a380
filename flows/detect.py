"""Detection as a flow."""

from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.steps import RETRIES
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.runs import open_house
from tvec_pv.settings import settings


@task(name="detect signals", cache_policy=NO_CACHE, **RETRIES)
def detect_flags() -> dict[str, Any]:
    result = detect_signals(open_house(settings()))
    create_table_artifact(
        key="flags",
        description=f"Flags of detection run {result.run}",
        table=[{"reaction": flag.pair.name, "rule": flag.rule, "cases": len(flag.versions)} for flag in result.flags],
    )
    return {"run": result.run, "lines": result.lines}


@flow(name="detect")
def detect() -> dict[str, Any]:
    """Flag pairs of product and reaction among the current cases."""
    found: dict[str, Any] = detect_flags()
    return found
