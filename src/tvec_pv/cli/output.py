"""What the commands share: opening the house, showing progress, and printing for people and for scripts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from tvec_pv.actions.runs import House

DONE, FAILED, WRONG_USAGE = 0, 1, 2

Paths = Annotated[list[Path], typer.Argument(help="Files or folders, read in name order.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as documented in docs/reference/json.md.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for the workbook.", show_default=False)]


def house() -> "House":
    from tvec_pv.actions.runs import open_house
    from tvec_pv.settings import settings

    return open_house(settings())


@contextmanager
def reading() -> Iterator[Any]:
    from tvec_pv.settings import settings
    from tvec_pv.store.database import open_store
    from tvec_pv.store.database import reading as reading_from

    with reading_from(open_store(settings().url)) as connection:
        yield connection


@contextmanager
def watched(*, quiet: bool = False) -> Iterator[None]:
    """Show progress on a terminal's standard error; stay silent for scripts."""
    if quiet:
        yield
        return
    from tvec_pv.cli.views import progress_display
    from tvec_pv.progress import watched_by

    with progress_display() as listener, watched_by(listener):
        yield


def check_paths(paths: Sequence[Path]) -> None:
    """End with wrong usage where a path is not there."""
    for path in paths:
        if not path.exists():
            typer.echo(f"tvec-pv: there is no file or folder {path}", err=True)
            raise typer.Exit(WRONG_USAGE)


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat()))


def print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        typer.echo(line)
