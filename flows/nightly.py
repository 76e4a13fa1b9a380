"""The night: intake, duplicates, detect, export. One that does not balance fails in intake and publishes nothing."""

from typing import Any

from prefect import flow

from flows.detect import detect
from flows.duplicates import duplicates
from flows.export import export
from flows.intake import intake


@flow(name="nightly")
def nightly(inbox: list[str], out: str | None = None) -> dict[str, Any]:
    """Read the inbox, flag signals and write the workbook; `lines` is what the operator reads in the morning."""
    taken, compared, found, written = intake(inbox), duplicates(), detect(), export(out)
    *files, balance = taken["lines"]
    return {"lines": [*files, *compared["lines"], *found["lines"], balance, *written["lines"]]}
