"""`tvec-pv background generate` and `score`: generated quarters, and the statistics of all pairs that are loaded."""

from pathlib import Path
from typing import Annotated

import typer

from tvec_pv.cli.output import AsJson, house, print_json, print_lines, watched


def generate(
    out: Annotated[Path, typer.Option("--out", help="A folder that is new or empty.", show_default=False)],
    reports: Annotated[
        int, typer.Option("--reports", min=1, help="Reports in all quarters, every version counted.")
    ] = (100_000),
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 1,
    quarters: Annotated[
        int | None, typer.Option("--quarters", min=1, help="How many; without it four, more above a million reports.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write generated FAERS quarters with planted signals: nobody in them exists."""
    from tvec_pv.background.generated import make_world
    from tvec_pv.background.generated_files import TRUTH, write_quarters
    from tvec_pv.background.planted import plant
    from tvec_pv.reference_files import generation, product, safety_profile

    with watched(quiet=as_json):
        world = make_world(generation(), product(), safety_profile(), seed)
        signals = plant(world, reports, seed)
        written = write_quarters(world, signals, reports, seed, out, quarters)
    if as_json:
        print_json([{"file": str(one.path), "reports": one.reports, "deleted_cases": one.deleted} for one in written])
    else:
        print_lines(
            [
                *(f"{one.path}: {one.reports} generated reports" for one in written),
                f"{len(signals)} planted signals: {out / TRUTH}",
            ]
        )


def score(
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Expect by strata: sex, age_group, region, quarter; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute every statistic of every pair of the background that is loaded, and keep the prior."""
    from tvec_pv.actions.scoring import score_background

    with watched(quiet=as_json):
        scored = score_background(house(), by or ())
    if as_json:
        print_json(scored.as_json())
    else:
        print_lines(scored.lines)
