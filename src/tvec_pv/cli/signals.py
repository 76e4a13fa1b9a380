"""`tvec-pv signals`: what was flagged, where it stands, what explains it, and what people decide about it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tvec_pv.cli.output import AsJson, house, print_json, print_lines, reading
from tvec_pv.domain.signals.reaction_groups import Grouping
from tvec_pv.domain.signals.rule_names import STATISTICAL_RULES
from tvec_pv.domain.signals.states import State

signals = typer.Typer(
    help="Pairs of product and reaction that met a rule: open, decided or suppressed.", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(help="A signal's number, as in `signals list`.", show_default=False)]


@signals.command("list")
def list_signals(
    state: Annotated[
        State | None, typer.Option("--state", help="Only those that stand so; without it, all.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every pair that met a rule, where it stands and why, with the rules that flagged it."""
    from tvec_pv.store import signal_reads

    with reading() as connection:
        found = signal_reads.signals(connection)
    shown = [one for one in found if state is None or one["state"] == state]
    if as_json:
        print_json(shown)
    else:
        print_lines([*map(_line, shown), *_counted(found)])


@signals.command("show")
def show_signal(signal: Number, as_json: AsJson = False) -> None:
    """One signal: every flag with its sentence, its 2x2 table and the cases behind it, and every decision."""
    from tvec_pv.store import signal_reads

    with reading() as connection:
        found = signal_reads.get_signal(connection, signal)
    if as_json:
        print_json(found)
    else:
        print_lines(signal_page(found))


@signals.command("explain")
def explain_signal(signal: Number, as_json: AsJson = False) -> None:
    """Why a signal stands where it does: the cases that made it cross, how robust it is, what it may be taken for."""
    from tvec_pv.store import signal_reads

    with reading() as connection:
        found = signal_reads.get_signal(connection, signal)
        standing = signal_reads.get_standing(connection, signal)
    if as_json:
        kept = {name: value for name, value in found.items() if name not in ("flags", "decisions", "run_id")}
        print_json(kept | {"stands_since": standing["at"]} | standing["document"])
    else:
        print_lines([*signal_page(found), *_explanation(standing["document"])])


@signals.command("decide")
def decide(
    signal: Number,
    code: Annotated[str, typer.Option("--as", help="A reason's code, as in `signals reasons`.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.", show_default=False)],
    cases: Annotated[
        int | None, typer.Option("--cases", help="Watched: it comes back after so many new cases.", show_default=False)
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Watched: it comes back on this day.", show_default=False),
    ] = None,
    seen: Annotated[
        str | None,
        typer.Option("--seen", help="Evidence that was looked at; refused where it changed.", show_default=False),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Who decides; without it TVEC_PV_ACTOR.", show_default=False)
    ] = None,
) -> None:
    """Decide about a signal. Nothing is lost: `--as reopened` undoes what was decided."""
    from tvec_pv.actions.signals import decide_signal
    from tvec_pv.settings import settings

    given = decide_signal(
        house(),
        signal,
        code,
        reason,
        by or settings().actor,
        after_cases=cases,
        on_day=on.date() if on else None,
        seen=seen,
    )
    what = "open again" if code == "reopened" else f"{given.decision}, {given.code}"
    print_lines([f"signal {signal}: {what}; the next detection goes by it"])


@signals.command("reasons")
def reasons(as_json: AsJson = False) -> None:
    """The reasons that may be given for a decision, by code, and which of them cover new cases too."""
    from dataclasses import asdict

    from tvec_pv.reference_files import reason_codes

    version, codes = reason_codes()
    if as_json:
        print_json([asdict(one) | {"version": version} for one in codes.values()])
    else:
        print_lines([f"{one.code}  {one.decision}{_covers(one.covers)}  {one.sentence}" for one in codes.values()])


@signals.command("groups")
def groups(
    by: Annotated[Grouping, typer.Option("--by", help="What the groups are.")] = Grouping.CATEGORY,
    as_json: AsJson = False,
) -> None:
    """The statistics of groups of reactions, each case once in a group: where to look, a group flags nothing."""
    from tvec_pv.actions.group_statistics import group_statistics

    found = group_statistics(house(), by)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    for one in found:
        rules = f"; would meet {', '.join(one.rules)}" if one.rules else ""
        typer.echo(f"{one.name}: {len(one.cases)} cases{rules}")
        print_lines(statistics_lines(one.as_json()["statistics"] or {}))


@signals.command("budget")
def budget(
    per_week: Annotated[
        float | None, typer.Option("--per-week", help="So many false flags a week are bearable.", show_default=False)
    ] = None,
    reports_per_week: Annotated[
        float | None,
        typer.Option(
            "--reports-per-week",
            help="Reports that come in a week; without it as in the last year.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How many false flags each statistical rule raises by chance in a week, and which one keeps a budget."""
    from tvec_pv.actions.alert_budget import alert_budget

    found = alert_budget(house(), per_week, reports_per_week)
    if as_json:
        print_json(found.as_json())
        return
    lines = [
        f"{found.reports_before} reports so far, {found.reports_per_week:.3g} come in a week; {found.reactions}",
        "false flags a week: shown every night, with a new case only, and where a decision stands after the first",
        *(
            f"{one.rule:6} {one.every_night:9.3g} {one.with_new_case:9.3g} {one.once:9.3g} (+- {one.error:.1g})"
            for one in found.expected
        ),
    ]
    if per_week is not None:
        keeps = f"{found.kept_by} keeps it" if found.kept_by else "no rule keeps it"
        lines.append(f"a budget of {per_week:g} a week: {keeps}")
    print_lines(lines)


@signals.command("watch")
def watch(
    signal: Number,
    doses: Annotated[
        Path,
        typer.Option(
            "--doses", help="Doses shipped: a CSV file with the columns month (2026-01) and doses.", show_default=False
        ),
    ],
    per_million: Annotated[
        float, typer.Option("--per-million", help="Reports expected of a million doses.", show_default=False)
    ],
    until: Annotated[
        float, typer.Option("--until", help="Doses shipped in all at which the watch ends.", show_default=False)
    ],
    alpha: Annotated[
        float, typer.Option("--alpha", help="How probable a false alarm may be over the whole watch.")
    ] = 0.05,
    least: Annotated[int, typer.Option("--least", help="Fewer reports never alarm.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Watch a signal on the doses shipped, month by month, without alarming by chance (Poisson MaxSPRT)."""
    from tvec_pv.actions.watching import watch_signal

    found = watch_signal(house(), signal, doses, per_million, until, alpha, least)
    if as_json:
        print_json(found.as_json())
        return
    print_lines(found.lines)


def _covers(covers: bool) -> str:
    return ", new cases too" if covers else ""


def _line(one: Mapping[str, Any]) -> str:
    rules = ", ".join(dict.fromkeys(flag["rule"] for flag in one["flags"])) or "no flag"
    return f"{one['id']}  {one['name']}  {one['category']}  {one['state'] or 'not looked at yet'}  {rules}{_why(one)}"


def _why(one: Mapping[str, Any]) -> str:
    return f"  ({one['why']})" if one["state"] in (State.DECIDED, State.SUPPRESSED) else ""


def _counted(found: Sequence[Mapping[str, Any]]) -> list[str]:
    if not found:
        return ["nothing was flagged yet"]
    counts = (f"{sum(one['state'] == state for one in found)} {state}" for state in State)
    return [f"{len(found)} signals: {', '.join(counts)}"]


def signal_page(signal: Mapping[str, Any]) -> list[str]:
    since = f"first flagged {signal['detected_at']:%Y-%m-%d}"
    lines = [f"signal {signal['id']}: {signal['name']} ({signal['category']}), {since}"]
    if signal["state"]:
        lines.append(f"{signal['state']}: {signal['why']}")
    for flag in signal["flags"]:
        lines.append(f"{flag['raised_at']:%Y-%m-%d} {flag['rule']}: {flag['sentence']}")
        if flag["rule"] in STATISTICAL_RULES or flag["statistics"]:
            lines.extend(statistics_lines(flag["statistics"]))
        lines.append(f"  thresholds {flag['versions']['thresholds']}, background: {flag['versions']['background']}")
        lines.append(f"  cases: {', '.join(flag['cases'])}")
    for one in signal["decisions"]:
        back = [f"after {one['after_cases']} new cases"] if one["after_cases"] else []
        back += [f"on {one['on_day']}"] if one["on_day"] else []
        until = f", comes back {' or '.join(back)}" if back else ""
        said = f"{one['decision']} ({one['code']}{until}) by {one['actor']}: {one['reason']}"
        lines.append(f"{one['at']:%Y-%m-%d %H:%M} {said}")
    return lines


def statistics_lines(numbers: Mapping[str, Any]) -> list[str]:
    if not numbers:
        return ["  no background: no statistic was computed"]
    cells = ", ".join(f"{name} {numbers[name]}" for name in "abcd")
    lines = [f"  {cells}, expected {numbers['expected']:.2f}; {', '.join(_measures(numbers))}"]
    if numbers.get("suspected"):
        [without] = statistics_lines(numbers["without_suspected"])
        lines.append(f"  without {numbers['suspected']} suspected duplicates: {without.strip()}")
    return lines


def _measures(numbers: Mapping[str, Any]) -> Iterator[str]:
    for name in ("prr", "ror", "ic"):
        if numbers[name] is not None:
            lower, upper = numbers[f"{name}_lower"], numbers[f"{name}_upper"]
            yield f"{name.upper()} {numbers[name]:.2f} ({lower:.2f} to {upper:.2f})"
    if numbers["chi_square_yates"] is not None:
        yield f"chi-square (Yates) {numbers['chi_square_yates']:.2f}"
    if numbers.get("ebgm") is not None:
        yield f"EBGM {numbers['ebgm']:.2f} (90 %: {numbers['eb05']:.2f} to {numbers['eb95']:.2f})"


def _explanation(document: Mapping[str, Any]) -> Iterator[str]:
    if document.get("statistics"):
        yield "now:"
        yield from statistics_lines(document["statistics"])
        if document.get("with_possible"):
            [other] = statistics_lines(document["with_possible"])
            yield f"  with the reports of the background that may be of ours: {other.strip()}"
        chance = document["chance"]
        yield f"  by chance: p {chance['p']:.2g} (Fisher), q {chance['q']:.2g} among all pairs; no rule asks for it"
        yield "  cells in cases, nothing added to any; intervals of PRR, ROR and IC 95 %; docs/reference/methods.md"
        yield f"  background: {document['made_with']['background']}; prior: {document['made_with']['prior']}"
    for one in document["crossings"]:
        which = "any one of these cases" if one["needed"] == 1 else f"these {one['needed']} newest cases"
        yield f"without {which} {one['rule']} does not cross: {', '.join(one['cases'])}"
    for look in document["robustness"]:
        yield f"{look['name']}: {_robust(look)}"
    yield from _masked(document.get("masking", ()))
    together = document.get("with_checkpoint_inhibitors")
    if together and together["expected"] is not None:
        omega = _interval(together["omega"])
        yield (
            f"together with a checkpoint inhibitor: {together['cases']} cases, {together['expected']:.2f} expected of "
            f"both; Omega {omega}"
        )
    onset = document.get("onset")
    if onset and onset["known"]:
        alike = "" if onset["alike"] is None else f"; begins like the other reactions: p {onset['alike']:.2g}"
        shape = f", Weibull shape {_interval(onset['shape'])}: {onset['hazard']} risk" if onset["shape"] else ""
        yield f"time to onset of {onset['known']} cases: median {onset['median']:.3g} days{shape}{alike}"
    if document.get("lately") and document["lately"]["estimate"] is not None:
        yield f"in the last 90 days against the 90 before: {_interval(document['lately'])} times as often"
    if document.get("trend") and document["trend"]["estimate"] is not None:
        yield f"quarter by quarter, of all reports: {_interval(document['trend'])} times as often as in the one before"
    for like in document["look_alikes"]:
        yield f"ask: {like['question']}"


def _masked(maskers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Those that hide something: without which a rule is met that is not met with them, or PRR is a tenth higher."""
    for one in maskers:
        if one["reveals"] or one["ratio"] >= _HIDES:
            then = f", and it meets {', '.join(one['reveals'])}" if one["reveals"] else ""
            yield (
                f"without {one['substance']} ({one['with_reaction']} of its {one['reports']} reports have it): PRR "
                f"{one['ratio']:.2f} times as high{then}"
            )


_HIDES = 1.1


def _interval(one: Mapping[str, Any]) -> str:
    estimate, lower, upper = (one[name] for name in ("estimate", "lower", "upper"))
    return f"{estimate:.2f} ({'?' if lower is None else f'{lower:.2f}'} to {'?' if upper is None else f'{upper:.2f}'})"


def _robust(look: Mapping[str, Any]) -> str:
    numbers = look["statistics"]
    if not numbers:
        return "no case of it is left; nothing crosses"
    bounds = ", ".join(
        f"{title} {numbers[name]:.2f}"
        for title, name in (("ROR lower", "ror_lower"), ("IC025", "ic_lower"), ("EB05", "eb05"))
        if numbers[name] is not None
    )
    says = f"not {', not '.join(look['lost'])} any more" if look["lost"] else "stands"
    return f"a {numbers['a']}, c {numbers['c']}, {bounds or 'no bound is defined'}; {says}"
