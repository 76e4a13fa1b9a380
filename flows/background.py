"""Loading the background as a flow."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.steps import RETRIES
from tvec_pv.actions.background import load_background
from tvec_pv.actions.runs import open_house
from tvec_pv.settings import settings


@task(name="load extracts", cache_policy=NO_CACHE, **RETRIES)
def load_extracts(paths: list[str]) -> dict[str, Any]:
    loaded = load_background(open_house(settings()), [Path(path) for path in paths])
    return {"lines": [quarter.line for quarter, _ in loaded]}


@flow(name="background")
def background(paths: list[str]) -> dict[str, Any]:
    """Load FAERS extracts."""
    loaded: dict[str, Any] = load_extracts(paths)
    return loaded
