"""`tvec-pv quarantine`: what is held back, why, and what people do about it."""

from typing import Annotated, Any

import typer

from tvec_pv.cli.output import AsJson, house, print_json, print_lines, reading, watched

quarantine = typer.Typer(help="Records that are held back, with every reason.", no_args_is_help=True)

Record = Annotated[int, typer.Argument(help="A record's number, as in `quarantine list`.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.", show_default=False)]
Actor = Annotated[str | None, typer.Option("--by", help="Who decides; without it TVEC_PV_ACTOR.", show_default=False)]


@quarantine.command("list")
def list_held(
    rejected: Annotated[bool, typer.Option("--rejected", help="Also those that were rejected.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every record held back, oldest first."""
    from tvec_pv.cli.views import held_lines
    from tvec_pv.store import record_reads

    with reading() as connection:
        held = record_reads.held_records(connection, rejected=rejected)
    if as_json:
        print_json([_documented(one) for one in held])
    else:
        print_lines(held_lines(held, _now()))


@quarantine.command("show")
def show_held(record: Record, as_json: AsJson = False) -> None:
    """One held record: every finding, the case as far as it was read, where its bytes are, what was done with it."""
    from tvec_pv.cli.views import held_page
    from tvec_pv.settings import settings
    from tvec_pv.store import record_reads
    from tvec_pv.store.raw_files import kept_path

    with reading() as connection:
        held = record_reads.get_held(connection, record)
    held["bytes"] = str(kept_path(settings().raw, held["sha256"]))
    if as_json:
        shown = ("record_class", "bytes", "steps", "case")
        print_json(_documented(held) | {name: held[name] for name in shown})
    else:
        print_lines(held_page(held, _now()))


@quarantine.command("replay")
def replay_held(
    records: Annotated[
        list[int] | None, typer.Argument(help="Records' numbers; without any, all that are held.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read held records anew from their bytes, after a mapping, a reader or a suite was mended."""
    from tvec_pv.actions.quarantine import replay

    with watched(quiet=as_json):
        outcomes = replay(house(), records or ())
    if as_json:
        print_json([{"record": one.record, "class": one.record_class} for one in outcomes])
    else:
        print_lines([one.line for one in outcomes] or ["nothing is held back"])


@quarantine.command("accept")
def accept_held(record: Record, reason: Reason, by: Actor = None) -> None:
    """Take a held record in as it was read, on your word. Its findings stay with it."""
    from tvec_pv.actions.quarantine import accept

    print_lines([accept(house(), record, reason, by or _actor()).line])


@quarantine.command("reject")
def reject_held(record: Record, reason: Reason, by: Actor = None) -> None:
    """Decide that a record is no valid report. It is kept, and stays counted as quarantined."""
    from tvec_pv.actions.quarantine import reject

    reject(house(), record, reason, by or _actor())
    print_lines([f"record {record}: rejected; it is kept, and counted as quarantined"])


@quarantine.command("assign")
def assign_held(
    record: Record,
    to: Annotated[str, typer.Option("--to", help="Who is to have it.", show_default=False)],
    by: Actor = None,
) -> None:
    """Say who has a record."""
    from tvec_pv.actions.quarantine import assign

    assign(house(), record, to, by or _actor())
    print_lines([f"record {record}: {to} has it"])


def _documented(held: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "place", "case_key", "received_at", "file", "sha256", "state", "owner", "findings")
    return {name: held[name] for name in names}


def _actor() -> str:
    from tvec_pv.settings import settings

    return settings().actor


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
