"""`tvec-pv`: what people and scripts call. Heavy libraries are imported by the command that needs them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tvec_pv import __version__
from tvec_pv.cli.duplicates import duplicates
from tvec_pv.cli.listedness import listedness
from tvec_pv.cli.mapping import mapping
from tvec_pv.cli.output import (
    DONE,
    FAILED,
    AsJson,
    Out,
    Paths,
    check_paths,
    house,
    print_json,
    print_lines,
    reading,
    watched,
)
from tvec_pv.cli.profile import profile
from tvec_pv.cli.quarantine import quarantine
from tvec_pv.cli.scores import generate, score
from tvec_pv.cli.self_test import self_test
from tvec_pv.cli.signals import signals
from tvec_pv.cli.users import users

app = typer.Typer(
    help="Nightly pharmacovigilance: read reports, check, classify, flag, store, export.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cases = typer.Typer(help="Cases as they stand now.", no_args_is_help=True)
background = typer.Typer(help="Reports of other products, for the statistics.", no_args_is_help=True)
audit = typer.Typer(help="The trail of every change.", no_args_is_help=True)
database = typer.Typer(help="The database.", no_args_is_help=True)
for group, name in (
    (cases, "cases"),
    (quarantine, "quarantine"),
    (profile, "profile"),
    (mapping, "mapping"),
    (duplicates, "duplicates"),
    (listedness, "listedness"),
    (signals, "signals"),
    (background, "background"),
    (users, "users"),
    (audit, "audit"),
    (database, "db"),
):
    app.add_typer(group, name=name)
app.command("self-test")(self_test)
background.command("generate")(generate)
background.command("score")(score)


def main() -> None:
    """Run a command; a failure that this product names is one line on standard error and exit code 1."""
    from tvec_pv.domain.errors import TvecPvError

    try:
        app(prog_name="tvec-pv")
    except TvecPvError as error:
        typer.echo(f"tvec-pv: {error}", err=True)
        sys.exit(FAILED)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"tvec-pv {__version__}")
        raise typer.Exit(DONE)


@app.command()
def nightly(inbox: Paths, out: Out = None) -> None:
    """Run the night: intake, detect, export. Ends with the balance and where the workbook lies."""
    from flows.settings import prepare
    from tvec_pv.settings import settings

    check_paths(inbox)
    prepare(settings().home, log_level="CRITICAL")
    with watched():
        from flows.nightly import nightly as flow

        result = flow([str(path.resolve()) for path in inbox], str(out.resolve()) if out else None)
    for line in result["lines"]:
        typer.echo(line)


@app.command()
def intake(paths: Paths, as_json: AsJson = False) -> None:
    """Take in report files: each record ends in exactly one class. Starts at once, without Prefect."""
    from tvec_pv.actions.intake import take_in
    from tvec_pv.actions.quality import write_quality
    from tvec_pv.domain.records import check_balance

    check_paths(paths)
    opened = house()
    with watched(quiet=as_json):
        result = take_in(opened, paths)
        quality = write_quality(opened, result.run)
    if as_json:
        print_json(result.as_json())
    else:
        *files, balance = result.lines
        print_lines([*files, *quality.lines, balance])
    for file in result.files:
        check_balance(file.balance)


@app.command()
def detect(as_json: AsJson = False) -> None:
    """Look for signals among the current cases, against the background that is loaded."""
    from tvec_pv.actions.detection import detect_signals

    with watched(quiet=as_json):
        result = detect_signals(house())
    if as_json:
        print_json(result.as_json())
    else:
        print_lines(result.lines)


@app.command()
def export(out: Out = None, as_json: AsJson = False) -> None:
    """Write the safety workbook of what is known now."""
    from tvec_pv.actions.publication import publish

    with watched(quiet=as_json):
        result = publish(house(), out)
    if as_json:
        print_json(result.as_json())
    else:
        typer.echo(f"workbook {result.path}")


@app.command()
def quality(
    run: Annotated[int | None, typer.Option(help="Number of an intake; without it, the newest.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Write the quality report of an intake again, and say where it lies."""
    from tvec_pv.actions.quality import write_quality

    result = write_quality(house(), run, out)
    if as_json:
        print_json(result.as_json())
    else:
        print_lines(result.lines)


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(help="A case number, or the number of a signal.")],
) -> None:
    """Say why a case was classified as it is, or a pair flagged, rule by rule."""
    from tvec_pv.cli.signals import explain_signal
    from tvec_pv.cli.views import duplicate_flag_lines, explanation_lines
    from tvec_pv.store import duplicate_reads, reads

    if subject.isdigit():
        explain_signal(int(subject))
        return
    with reading() as connection:
        view = reads.get_case(connection, subject)
        others = duplicate_reads.suspected_with(connection, view.case_key)
    print_lines([*explanation_lines(view), *duplicate_flag_lines(view.case_key, others)])


@app.command()
def serve(
    inbox: Annotated[Path, typer.Option(help="Folder that the night reads.", show_default=False)],
    cron: Annotated[str, typer.Option(help="When the night runs, in the machine's time zone.")] = "0 2 * * *",
    port: Annotated[int, typer.Option(help="Port of the pages with the runs, on this machine only.")] = 4200,
) -> None:
    """Start a Prefect server on this machine and run the night on its cron, until stopped with Ctrl-C."""
    from flows.settings import prepare
    from tvec_pv.settings import settings

    check_paths([inbox])
    prepare(settings().home)
    from flows.serve import serve_nightly

    serve_nightly(inbox.resolve(), cron, port)


@cases.command("list")
def list_cases(as_json: AsJson = False) -> None:
    """All cases, with what the night made of them."""
    from tvec_pv.cli.views import case_lines, case_summaries
    from tvec_pv.store import duplicate_reads, reads

    with reading() as connection:
        current = reads.current_versions(connection)
        valid = [version for version in current if not version.is_nullified]
        merged = duplicate_reads.patients(connection, valid).merged
        summaries = case_summaries(reads.case_views(connection, current), merged)
    if as_json:
        print_json(summaries)
    else:
        print_lines(case_lines(summaries))


@cases.command("history")
def case_history(
    case: Annotated[str, typer.Argument(help="A case number, as in `cases list`.")], as_json: AsJson = False
) -> None:
    """Every version of a case, oldest information first, and what each changed, field by field."""
    from tvec_pv.cli.views import history_json, history_lines
    from tvec_pv.store import reads

    with reading() as connection:
        versions = reads.case_versions(connection, case)
    if as_json:
        print_json(history_json(versions))
    else:
        print_lines(history_lines(versions))


@cases.command("show")
def show_case(
    case: Annotated[str, typer.Argument(help="A case number, as in `cases list`.")], as_json: AsJson = False
) -> None:
    """One whole case by E2B(R3) element numbers, with its assessment and findings."""
    from tvec_pv.cli.views import case_json, case_page
    from tvec_pv.store import reads

    with reading() as connection:
        view = reads.get_case(connection, case)
    if as_json:
        print_json(case_json(view))
    else:
        print_lines(case_page(view))


@background.command("load")
def load_background(paths: Paths, as_json: AsJson = False) -> None:
    """Load FAERS quarterly extracts (zip or folder) and lists of deleted cases. The same bytes are loaded once."""
    from dataclasses import asdict

    from tvec_pv.actions.background import load_background as load

    check_paths(paths)
    with watched(quiet=as_json):
        loaded = load(house(), paths)
    if as_json:
        print_json([asdict(quarter) | {"new": is_new} for quarter, is_new in loaded])
    else:
        print_lines([f"{quarter.line}{'' if is_new else ' (loaded before)'}" for quarter, is_new in loaded])


@background.command("status")
def background_status(as_json: AsJson = False) -> None:
    """What the background is made of."""
    from tvec_pv.background.standing import standing
    from tvec_pv.settings import settings

    found = standing(settings().background)
    if as_json:
        print_json(found.as_json())
    else:
        print_lines(found.lines)


@audit.command("verify")
def verify_audit() -> None:
    """Walk the chain of the audit trail; exit code 1 and the first altered row when it does not hold."""
    from tvec_pv.store import reads

    with reading() as connection:
        rows = reads.verify_audit(connection)
    typer.echo(f"the audit trail holds: {rows} rows, each chained to the one before")


@database.command("upgrade")
def upgrade_database() -> None:
    """Create the database, or bring it to the newest migration."""
    typer.echo(f"{house().store.name} is up to date")
