"""What the commands print for people, and the JSON they print for scripts."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tvec_pv.domain.clocks import due_by_region
from tvec_pv.domain.seriousness import NAMES
from tvec_pv.progress import Listener

if TYPE_CHECKING:
    from tvec_pv.domain.clocks import Clock
    from tvec_pv.domain.version_changes import FieldChange
    from tvec_pv.store.reads import CaseView, StoredVersion

_LISTED = {"L": "listed", "U": "unlisted", "I": "indeterminate"}


@contextmanager
def progress_display() -> Iterator[Listener]:
    """A bar per step on a terminal's standard error; where nobody watches, a line as each item begins."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:

        def say(step: str, done: int, total: int, item: str) -> None:
            if done < total:
                console.out(f"{step} {done + 1} of {total}: {item}")

        yield say
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[item]}"),
    )
    with Progress(*columns, console=console) as bars:
        tasks = {"starting": bars.add_task("starting", total=1, item="")}

        def show(step: str, done: int, total: int, item: str) -> None:
            bars.update(tasks["starting"], completed=1)
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total, item=item)
            bars.update(tasks[step], completed=done, total=total, item=item)

        yield show


def case_summaries(views: Iterable["CaseView"], merged: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "case_key": view.case_key,
            "class": view.record_class,
            "nullified": view.is_nullified,
            "merged_into": merged.get(view.case_key),
            "latest_received": view.latest_received,
            "primary_category": view.assessment.get("primary", ""),
            "serious": view.assessment.get("serious", False),
            "reactions": [one["name"] for one in view.assessment.get("reactions", ())],
            "verdicts": {one["region"]: one["verdict"] for one in view.assessment.get("verdicts", ())},
        }
        for view in views
    ]


def case_lines(summaries: Sequence[Mapping[str, Any]]) -> list[str]:
    if not summaries:
        return ["no case is stored yet"]
    return [
        f"{one['case_key']}  {_state(one)}  "
        f"{one['primary_category']}  {', '.join(one['reactions'])}  "
        + ", ".join(f"{region} {verdict}" for region, verdict in one["verdicts"].items())
        for one in summaries
    ]


def _state(summary: Mapping[str, Any]) -> str:
    if summary["nullified"]:
        return "NULLIFIED"
    if summary["merged_into"]:
        return f"MERGED into {summary['merged_into']}"
    return "serious" if summary["serious"] else "non-serious"


def case_json(view: "CaseView") -> dict[str, Any]:
    """The documented form of `tvec-pv cases show --json`."""
    return {
        "case_key": view.case_key,
        "class": view.record_class,
        "nullified": view.is_nullified,
        "versions": view.versions,
        "stored_at": view.stored_at,
        "source": {"file": view.file, "record": view.place},
        "case": view.document,
        "assessment": view.assessment,
        "clocks": [asdict(clock) for clock in view.clocks],
        "findings": list(view.findings),
    }


def case_page(view: "CaseView") -> list[str]:
    state = "nullified, in no count" if view.is_nullified else f"current version came as {view.record_class}"
    lines = [f"case {view.case_key}: {state}; {view.versions} version(s); from {view.file}, {view.place}"]
    for one in view.assessment["reactions"]:
        criteria = ", ".join(NAMES[name] for name in one["criteria"])
        listed = ", ".join(f"{_LISTED[at['listed']]} in {at['region']}" for at in one["listedness"])
        serious = f"serious ({criteria})" if criteria else "serious" if one["serious"] else "non-serious"
        category = " + ".join(one.get("categories") or [one["category"]])
        lines.append(f"  reaction {one['number']}: {one['name']}: {category}, {serious}, {listed}")
    lines.extend(_verdict_lines(view.assessment, view.clocks))
    if view.versions > 1 or any(clock.remarks for clock in view.clocks):
        lines.extend(_clock_lines(view.clocks))
    lines.extend(f"  {one['severity']} {one['check']} {one['where']}: {one['message']}" for one in view.findings)
    return [*lines, "the whole case: tvec-pv cases show ID --json; the reasons: tvec-pv explain ID"]


def explanation_lines(view: "CaseView") -> list[str]:
    """Why: what was read, what matched, which rule decided."""
    assessment = view.assessment
    lines = [
        f"case {view.case_key}, assessed under safety profile {assessment['profile_version']}, "
        f"day 0 {assessment['day_0'] or 'not known'}, country {assessment['country'] or 'not known'}"
    ]
    if assessment.get("meddra") == "":
        lines.append("without MedDRA: reactions were matched by the names they came with")
    for one in assessment["reactions"]:
        lines.append(f"reaction {one['number']}: {one['name']}")
        lines.extend(f"  {reason}" for reason in one["reasons"])
        for at in one["listedness"]:
            unchecked = "" if at["verified"] else " (source not checked)"
            row = f" [{at['line']}]" if at.get("line") else ""
            lines.append(
                f"  {at['region']}: {_LISTED[at['listed']]} by rule {at['rule']}: {at['reason']}{unchecked}{row}"
            )
        if core := one.get("core_like"):
            lines.append(f"  core-like: {_LISTED[core['listed']]} by rule {core['rule']}: {core['reason']}")
        lines.extend(_scale_lines(one))
        if one["designated"]:
            lines.append("  designated medical event")
        if one.get("organ_class"):
            lines.append(f"  MedDRA {assessment['meddra']}: {one['organ_class']}")
        for query in one.get("queries", ()):
            lines.append(f"  MedDRA query: {query['name']}, {'narrow' if query['is_narrow'] else 'broad'}")
        if one["proposal"]:
            lines.append(f"  proposal: {one['proposal']}")
    return [
        *lines,
        *_flag_lines(assessment),
        *_verdict_lines(assessment, view.clocks),
        *(
            f"  {one['region']} would be {one['verdict']} if {one['were']}"
            for one in assessment.get("would_change", ())
        ),
        *_clock_lines(view.clocks),
        *_completeness_lines(assessment),
        *_question_lines(assessment),
        *_narrative_lines(assessment),
    ]


def _narrative_lines(assessment: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the narrative and in unknown reactions' words, for a person to look at: it decided nothing."""
    if read := assessment.get("narrative_read"):
        yield f"narrative (H.1): {read}; what is suggested below decides nothing"
    for one in assessment.get("suggestions", ()):
        told_as = _TOLD_AS["coded" if one["is_coded"] else "not coded"].get(one["kind"])
        if told_as:
            times = f", {one['times']} times" if one["times"] > 1 else ""
            by = f" ({one['cue']!r})" if one["cue"] else ""
            yield f"  {one['where']}, letters {one['start'] + 1} to {one['end']}{times}: {one['name']!r} {told_as}{by}"


_TOLD_AS = {
    "not coded": {
        "reaction": "is told as a reaction, and no reaction of the case is it: should it be coded?",
        "negated": "is told as absent",
        "history": "is told as history",
        "other person": "is told of another person: is anyone else affected?",
        "hypothetical": "is told as a possibility only",
        "near miss": "only looks like a name of the profile",
    },
    "coded": {
        "negated": "is told as absent, and is a reaction of the case: which is right?",
        "history": "is told as history, and is a reaction of the case: was it there before?",
        "other person": "is told of another person, and is a reaction of the case: whose is it?",
        "hypothetical": "is told as a possibility only, and is a reaction of the case: did it happen?",
    },
}


def _scale_lines(reaction: Mapping[str, Any]) -> Iterator[str]:
    """Time to onset and causality of a reaction; assessments of earlier releases have neither."""
    if onset := reaction.get("onset"):
        yield f"  time to onset: {onset['reason']}"
    if not (causality := reaction.get("causality")):
        return
    yield f"  causality, a proposal: WHO-UMC {causality['who_umc']}: {causality['reason']}"
    if causality["would_change"]:
        yield f"    would change it: {causality['would_change']}"
    if naranjo := causality["naranjo"]:
        yield f"  Naranjo {naranjo['score']}, {naranjo['grade']}; {naranjo['unknown']} of 10 items are not known"
        for one in naranjo["answers"]:
            yield f"    {one['item']}. {one['question']} {one['answer']}, {one['points']:+}: {one['reason']}"
    elif causality["naranjo_reason"] != causality["reason"]:
        yield f"  Naranjo does not apply: {causality['naranjo_reason']}"


def _completeness_lines(assessment: Mapping[str, Any]) -> Iterator[str]:
    if not (completeness := assessment.get("completeness")):
        return
    documented = "well documented" if completeness["is_well_documented"] else "not well documented"
    yield f"completeness {completeness['score']:.2f} ({documented} above 0.8)"


def _question_lines(assessment: Mapping[str, Any]) -> Iterator[str]:
    """What to ask the reporter, the first first."""
    if questions := assessment.get("questions"):
        yield "to ask, in this order:"
        for number, one in enumerate(questions, 1):
            about = f", about reaction {', '.join(map(str, one['reactions']))}" if one["reactions"] else ""
            yield f"  {number}. {one['text']} ({one['why']}{about})"


def _flag_lines(assessment: Mapping[str, Any]) -> list[str]:
    """Whose report it is, and the flags; assessments that were made before there were flags have neither."""
    subject = assessment.get("subject")
    lines = [f"subject: {subject['who']}, because {subject['reason']}"] if subject else []
    for flag in assessment.get("flags", ()):
        lines.append(f"flag {flag['flag']} ({flag['level']}, {flag['status']}): {flag['sentence']}")
        places = ", ".join(f"{one['element']} {one['where']}".strip() for one in flag["basis"])
        lines.append(f"  read: {'; '.join(flag['read'])} ({places}); by {flag['line']}")
    return lines


def duplicate_flag_lines(case_key: str, others: Sequence[str]) -> Iterator[str]:
    """The flag that an assessment cannot raise, because it knows one case."""
    from tvec_pv.domain.flag_rules import SAME_PATIENT
    from tvec_pv.reference_files import case_rules

    if others:
        row = case_rules().flags[SAME_PATIENT]
        yield f"flag {row.flag} ({row.level}, suggested): {row.sentence}"
        yield f"  ask: {row.question}"
        yield from (f"  read: tvec-pv duplicates show {case_key} {other}" for other in others)


def _verdict_lines(assessment: Mapping[str, Any], clocks: Sequence["Clock"]) -> Iterator[str]:
    """What each region asks for by the newest version, due when the clock over all versions ends."""
    due_in = due_by_region(clocks)
    for one in assessment["verdicts"]:
        due = due_in.get(one["region"])
        yield f"  {one['region']}: {one['verdict']}{f', due {due}' if due else ''}: {one['reason']}"


def _clock_lines(clocks: Sequence["Clock"]) -> Iterator[str]:
    """Every clock over all versions of the case, with what a person has to know of it."""
    for one in clocks:
        due = f"due {one.due}" if one.due else "no due date, for day 0 is not known"
        day_0 = f"day 0 {one.day_0 or 'not known'} of version {one.version}"
        yield f"  clock {one.region} {one.verdict}, {one.state}: {day_0}, {due}: {one.reason}"
        for new in one.follow_ups:
            yield f"    follow-up of version {new.version}: due {new.due or 'not known, for its day 0 is not known'}"
        yield from (f"    {remark}" for remark in one.remarks)


def history_json(versions: Sequence["StoredVersion"]) -> list[dict[str, Any]]:
    """The documented form of `tvec-pv cases history --json`."""
    return [
        {
            "class": version.record_class,
            "received_at": version.received_at,
            "stored_at": version.stored_at,
            "source": {"file": version.file, "record": version.place},
            "changes": [{"field": one.field, "was": one.was, "now": one.now} for one in changes],
        }
        for version, changes in _with_changes(versions)
    ]


def history_lines(versions: Sequence["StoredVersion"]) -> list[str]:
    lines = []
    for number, (version, changes) in enumerate(_with_changes(versions), 1):
        received = version.received_at or "no date"
        lines.append(f"version {number}: information of {received}, {version.record_class}, from {version.file}")
        lines.extend(f"  {one.field}: {_shown(one.was)} -> {_shown(one.now)}" for one in changes)
        if number > 1 and not changes:
            lines.append("  nothing but the transmission changed")
    return [*lines, "the fields by their numbers: docs/reference/case-fields.md"]


def _with_changes(
    versions: Sequence["StoredVersion"],
) -> Iterator[tuple["StoredVersion", tuple["FieldChange", ...]]]:
    """Each version with what it changed in the one before; the first changed nothing."""
    from tvec_pv.domain.version_changes import version_changes

    for number, version in enumerate(versions):
        yield version, version_changes(versions[number - 1].document, version.document) if number else ()


def _shown(value: Any) -> str:
    """A value in one line; long texts by their beginning."""
    if value is None:
        return "absent"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LINE else f"{text[:_LINE]}... ({len(text)} letters)"


_LINE = 120


def held_lines(held: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    lines = []
    for one in held:
        lines.append(_held_line(one, now))
        lines.extend(f"  {finding['check']}: {finding['message']}" for finding in _critical(one["findings"]))
    return lines or ["nothing is held back"]


def held_page(held: Mapping[str, Any], now: datetime) -> list[str]:
    lines = [_held_line(held, now)]
    if held["record_class"] != "quarantined":
        lines[0] += f"; no longer held: {held['record_class']}"
    lines.extend(
        f"  {one['severity']} {one['check']} {one['element']} {one['where']}: {one['message']}"
        for one in held["findings"]
    )
    for step in held["steps"]:
        became = f", now {step['class']}" if step["class"] else ""
        to = f" to {step['owner']}" if step["owner"] else ""
        why = f": {step['reason']}" if step["reason"] else ""
        lines.append(f"  {step['at']:%Y-%m-%d %H:%M} {step['action']}{to} by {step['actor']}{became}{why}")
    lines.append(f"  its bytes: {held['bytes']}, {held['place']}")
    read = "with --json" if held["case"] else "nothing of it could be read"
    return [*lines, f"  the case as it was read: {read}"]


def _held_line(held: Mapping[str, Any], now: datetime) -> str:
    days = (now - held["received_at"]).days
    has_it = f", {held['owner']} has it" if held["owner"] else ", nobody has it"
    rejected = ", rejected" if held["state"] == "rejected" else ""
    number = f"case {held['case_key']}" if held["case_key"] else "case without number"
    return f"record {held['id']}: {held['file']}, {held['place']}, {number}; {_days(days)} old{has_it}{rejected}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _critical(findings: Sequence[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    return (finding for finding in findings if finding["severity"] == "critical")
