"""`tvec-pv listedness`: what labels leave open, and what people decide about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tvec_pv.cli.output import AsJson, house, print_json, print_lines, reading
from tvec_pv.domain.listedness_decisions import Decision

if TYPE_CHECKING:
    from tvec_pv.store.reads import CaseView

listedness = typer.Typer(help="What labels leave open (LR5): people decide.", no_args_is_help=True)


@listedness.command("list")
def list_open(as_json: AsJson = False) -> None:
    """Reactions of current cases that a label lists or does not list, as one reads it; and those that were decided."""
    from tvec_pv.reference_files import case_rules
    from tvec_pv.store import decision_reads, reads

    with reading() as connection:
        concerned = decision_reads.concerned_cases(connection, case_rules().flags["indeterminate"].flag)
        current = [
            one for one in reads.current_versions(connection) if one.case_key in concerned and not one.is_nullified
        ]
        found = [one for view in reads.case_views(connection, current) for one in _open_or_decided(view)]
    if as_json:
        print_json(found)
    else:
        print_lines([_line(one) for one in found] or ["no label leaves anything open"])


@listedness.command("decide")
def decide(
    case: Annotated[str, typer.Argument(help="A case number, as in `cases list`.", show_default=False)],
    reaction: Annotated[int, typer.Argument(help="The number of its reaction, as in `explain`.", show_default=False)],
    region: Annotated[str, typer.Argument(help="US or EU.", show_default=False)],
    decision: Annotated[Decision, typer.Option("--as", help="What it is in this region.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.", show_default=False)],
    by: Annotated[
        str | None, typer.Option("--by", help="Who decides; without it TVEC_PV_ACTOR.", show_default=False)
    ] = None,
) -> None:
    """Decide whether a label lists a reaction that it leaves open. Nothing is lost: undone reopens what was decided."""
    from tvec_pv.actions.listedness import decide_listedness
    from tvec_pv.settings import settings

    said = decide_listedness(house(), case, reaction, region, decision, reason, by or settings().actor)
    print_lines([f"case {case.strip().upper()}: {said.line}; what follows: tvec-pv explain {case.strip().upper()}"])


def _open_or_decided(view: "CaseView") -> Iterator[dict[str, Any]]:
    for one in view.assessment["reactions"]:
        for row in one["listedness"]:
            if row["listed"] == "I" or "decided" in row:
                yield {
                    "case_key": view.case_key,
                    "reaction": one["number"],
                    "name": one["name"],
                    "region": row["region"],
                    "listed": row["listed"],
                    "reason": row["reason"],
                    "decided": {name: row["decided"][name] for name in ("decision", "by", "at", "reason")}
                    if "decided" in row
                    else None,
                }


def _line(one: dict[str, Any]) -> str:
    said = one["decided"]
    what = f"decided: {said['decision']} by {said['by']} on {said['at'][:10]}" if said else "waits for a decision"
    return f"{one['case_key']}  reaction {one['reaction']}  {one['name']}  {one['region']}: {what}: {one['reason']}"
