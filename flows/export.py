"""The export as a flow."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows.steps import RETRIES
from tvec_pv.actions.publication import publish
from tvec_pv.actions.runs import open_house
from tvec_pv.settings import settings


@task(name="write workbook", cache_policy=NO_CACHE, **RETRIES)
def write_workbook(out: str | None) -> dict[str, Any]:
    result = publish(open_house(settings()), Path(out) if out else None)
    create_markdown_artifact(key="workbook", markdown=f"`{result.path.name}`, data hash `{result.data_hash}`")
    return {"run": result.run, "lines": [f"workbook {result.path}"]}


@flow(name="export")
def export(out: str | None = None) -> dict[str, Any]:
    """Write the workbook of what is known now."""
    written: dict[str, Any] = write_workbook(out)
    return written
