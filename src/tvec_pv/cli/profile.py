"""`tvec-pv profile`: what a version of the safety profile would change, before it is in force."""

from typing import Annotated

import typer

from tvec_pv.cli.output import AsJson, house, print_json, print_lines, watched

profile = typer.Typer(help="Versions of the safety profile.", no_args_is_help=True)

Version = "A version in reference/profile, as 2026-11-24, or a folder that holds one."


@profile.command("diff")
def compare(
    old: Annotated[str, typer.Argument(help=Version, show_default=False)],
    new: Annotated[str, typer.Argument(help=Version, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Which stored cases NEW would judge otherwise than OLD, and how. Stores nothing; a draft may be compared."""
    from tvec_pv.actions.profile import profile_difference

    with watched(quiet=as_json):
        result = profile_difference(house(), old, new)
    if as_json:
        print_json(result.as_json())
    else:
        print_lines(result.lines)
