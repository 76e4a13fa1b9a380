"""Loading the background as a flow."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.steps import RETRIES
from tvec_pv.actions.background import load_background
from tvec_pv.actions.runs import open_house
from tvec_pv.actions.scoring import score_background
from tvec_pv.settings import settings


@task(name="load extracts", cache_policy=NO_CACHE, **RETRIES)
def load_extracts(paths: list[str]) -> dict[str, Any]:
    loaded = load_background(open_house(settings()), [Path(path) for path in paths])
    return {"lines": [quarter.line for quarter, _ in loaded]}


@task(name="score all pairs", cache_policy=NO_CACHE, **RETRIES)
def score_pairs() -> dict[str, Any]:
    return {"lines": score_background(open_house(settings())).lines}


@flow(name="background")
def background(paths: list[str]) -> dict[str, Any]:
    """Load FAERS extracts, and fit the prior of what is loaded then: a new release has none."""
    return {"lines": [*load_extracts(paths)["lines"], *score_pairs()["lines"]]}
