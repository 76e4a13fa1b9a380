"""`tvec-pv self-test`: the golden numbers of every method, computed live, with formula and convention beside each."""

from pathlib import Path
from typing import Annotated

import typer

from tvec_pv.cli.output import FAILED, AsJson, check_paths, print_json, print_lines

GOLDEN = "golden"


def self_test(
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="TVEC_PV_REAL_DATA",
            help="Folder with the tables of the reference implementations.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute the golden numbers of every statistic; exit code 1 when one is off."""
    from tvec_pv.self_test.run import run_self_test

    if data is not None:
        check_paths([data])
        data = data / GOLDEN if (data / GOLDEN).is_dir() else data
    result = run_self_test(data)
    if as_json:
        print_json(result.as_json())
    else:
        print_lines(result.lines)
    if result.off:
        raise typer.Exit(FAILED)
