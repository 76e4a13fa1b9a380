"""`tvec-pv mapping`: what a mapping file would make of a partner's listing. Nothing is stored, nothing is logged."""

from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tvec_pv.cli.output import FAILED, AsJson, check_paths, print_json, print_lines

if TYPE_CHECKING:
    from tvec_pv.actions.preparation import Prepared
    from tvec_pv.sources.mapping import ListingMapping

mapping = typer.Typer(help="Mapping files for partners' line listings.", no_args_is_help=True)

SHOWN_CASES = 3
_BATCH = 500


@mapping.command("check")
def check_mapping(
    mapping_file: Annotated[Path, typer.Argument(help="The mapping file.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="A listing that it is for.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show what would be read of a listing by a mapping file; exit code 1 when a record would be held."""
    from tvec_pv.domain.errors import UnreadableFile
    from tvec_pv.sources.guard import unreadable_if_broken
    from tvec_pv.sources.mapping import read_mapping
    from tvec_pv.sources.table import open_table

    check_paths([mapping_file, file])
    given = read_mapping(mapping_file)
    with unreadable_if_broken():
        header = open_table(file, given.header_row, given.sheet).names
    if not given.fits(header):
        missing = ", ".join(column.name for column in given.missing(header))
        raise UnreadableFile(f"the mapping does not fit: row {given.header_row} of the listing lacks {missing}")
    found = _dry_run(given, file) | {"mapping": given.file, "columns": _columns(given, header)}
    if as_json:
        print_json(found)
    else:
        print_lines(_lines(found))
    if found["held"]:
        raise typer.Exit(FAILED)


def _dry_run(given: "ListingMapping", file: Path) -> dict[str, Any]:
    """What the night would say of each record before it asks the store, summed up; the first cases whole."""
    from tvec_pv.actions.preparation import Judge, prepare
    from tvec_pv.reference_files import knowledge
    from tvec_pv.settings import settings
    from tvec_pv.sources.guard import guarded_file
    from tvec_pv.sources.mapped_listing import read

    judge = Judge(knowledge(settings().meddra), settings().expectations, datetime.now(UTC).date())
    records = guarded_file(read(file, given))
    received, held, other, cases = 0, 0, 0, list[dict[str, Any]]()
    findings: Counter[tuple[str, str, str, str, str]] = Counter()
    while batch := list(islice(records, _BATCH)):
        for one in prepare(judge, batch):
            received += 1
            held += one.is_held
            other += one.assessment is None and not one.is_held
            findings.update({(f.check, str(f.severity), f.message, f.element, f.where) for f in one.findings})
            if one.document is not None and len(cases) < SHOWN_CASES:
                cases.append(_case(one))
    said = [
        dict(zip(("check", "severity", "message", "element", "where"), finding, strict=True)) | {"records": count}
        for finding, count in findings.items()
    ]
    return {"received": received, "held": held, "other_products": other, "cases": cases, "findings": said}


def _case(one: "Prepared") -> dict[str, Any]:
    return {"record": one.place, "case_key": one.key, "held": one.is_held, "case": one.document}


def _columns(given: "ListingMapping", header: tuple[str, ...]) -> list[dict[str, Any]]:
    """Where each column of the listing goes, in its order; then what the mapping adds."""
    from tvec_pv.sources.line_listing_case import COLUMNS
    from tvec_pv.sources.mapping import canonical

    shown = []
    for name in filter(None, header):
        column = given.columns.get(canonical(name))
        state = "read" if column else "ignored" if canonical(name) in given.ignored else "not mapped"
        to = column.to if column else ""
        shown.append({"column": name, "state": state, "to": to, "element": COLUMNS.get(to, "")})
    constants = [{"column": "", "state": "constant", "to": to, "element": COLUMNS[to]} for to in given.constants]
    return shown + constants


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['mapping']}: where the columns go"]
    for one in found["columns"]:
        name = one["column"] or "(constant)"
        goes = f"{one['to']} ({one['element']})" if one["to"] else one["state"].upper()
        lines.append(f"  {name} -> {goes}")
    lines.append(f"the first {len(found['cases'])} of {found['received']} record(s):")
    for one in found["cases"]:
        lines.append(f"  {one['record']}: case {one['case_key']}{', would be HELD' if one['held'] else ''}")
        lines.extend(f"    {line}" for line in _case_lines(one["case"]))
    lines.append("findings:" if found["findings"] else "no findings")
    for one in found["findings"]:
        at = f"{one['severity']} {one['check']} {one['where'] or one['element']}"
        lines.append(f"  {at}: {one['message']} ({one['records']} record(s))")
    return [
        *lines,
        f"{found['received']} record(s) would be received, {found['held']} of them held, "
        f"{found['other_products']} out of scope; nothing was stored",
    ]


def _case_lines(document: dict[str, Any], element: str = "") -> list[str]:
    """The values of a case, one a line, by their E2B(R3) numbers."""
    lines = []
    for number, value in document.items():
        at = f"{element} {number}".strip()
        if isinstance(value, dict) and "nullFlavor" not in value:
            lines.extend(_case_lines(value, at))
        elif isinstance(value, list):
            for place, inner in enumerate(value, 1):
                within = f"{at}[{place}]"
                lines.extend(_case_lines(inner, within) if isinstance(inner, dict) else [f"{within}: {inner}"])
        else:
            lines.append(f"{at}: {value['nullFlavor'] if isinstance(value, dict) else value}")
    return lines
