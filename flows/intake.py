"""Intake as a flow: one task, because a batch of files is one run with one balance."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.steps import RETRIES
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.quality import write_quality
from tvec_pv.actions.runs import open_house
from tvec_pv.domain.records import check_balance
from tvec_pv.settings import settings


@task(name="take in files", cache_policy=NO_CACHE, **RETRIES)
def take_in_files(inbox: list[str]) -> dict[str, Any]:
    result = take_in(open_house(settings()), [Path(path) for path in inbox])
    create_table_artifact(
        key="files",
        description=f"Files of intake run {result.run}",
        table=[
            {"file": file.name, "format": file.format, "received": file.balance.received}
            | {str(one): count for one, count in file.balance.classes.items()}
            for file in result.files
        ],
    )
    create_markdown_artifact(key="balance", markdown=f"Run {result.run}: **{result.balance.sentence}**")
    for file in result.files:
        check_balance(file.balance)
    return {"run": result.run, "lines": result.lines}


@task(name="write quality report", cache_policy=NO_CACHE, **RETRIES)
def report_quality(run: int) -> list[str]:
    return write_quality(open_house(settings()), run).lines


@flow(name="intake")
def intake(inbox: list[str]) -> dict[str, Any]:
    """Take in every file of the inbox and say how good the data is; fails when the records do not balance."""
    taken: dict[str, Any] = take_in_files(inbox)
    *files, balance = taken["lines"]
    return taken | {"lines": [*files, *report_quality(taken["run"]), balance]}
