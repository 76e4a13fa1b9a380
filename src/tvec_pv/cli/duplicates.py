"""`tvec-pv duplicates`: cases that are probably one patient's, side by side, and what people decide about them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tvec_pv.cli.output import AsJson, house, print_json, print_lines, reading, watched
from tvec_pv.domain.duplicates import Decision

if TYPE_CHECKING:
    from tvec_pv.domain.linkage_rows import Days, LinkageRow

duplicates = typer.Typer(
    help="Cases that are probably one patient's: proposed, decided by people.", no_args_is_help=True
)

One = Annotated[str, typer.Argument(help="A case number, as in `cases list`.", show_default=False)]
Other = Annotated[str, typer.Argument(help="The number of the other case.", show_default=False)]


@duplicates.command("find")
def find(as_json: AsJson = False) -> None:
    """Compare the current cases with each other and propose pairs. Nothing is merged."""
    from tvec_pv.actions.duplicates import propose_duplicates

    with watched(quiet=as_json):
        result = propose_duplicates(house())
    if as_json:
        print_json(result.as_json())
    else:
        print_lines(result.lines)


@duplicates.command("list")
def list_pairs(as_json: AsJson = False) -> None:
    """Every pair that was proposed or decided; those that wait for a decision first."""
    from tvec_pv.store import duplicate_reads, reads

    with reading() as connection:
        pairs = duplicate_reads.duplicate_pairs(connection, _valid(reads.current_versions(connection)))
    if as_json:
        print_json([_documented(pair) for pair in pairs])
    else:
        print_lines([_line(pair) for pair in pairs] or ["no two cases were proposed or decided yet"])


@duplicates.command("show")
def show(case: One, other: Other, as_json: AsJson = False) -> None:
    """Two cases side by side, field by field as they were compared, with the weight of each field."""
    from tvec_pv.store import duplicate_reads, reads

    with reading() as connection:
        pair = duplicate_reads.get_duplicate_pair(connection, case, other, _valid(reads.current_versions(connection)))
        views = [reads.get_case(connection, pair[name]) for name in ("a", "b")]
    if as_json:
        print_json(_documented(pair) | {"cases": [view.document for view in views]})
    else:
        rows = [_compared(view.case_key, view.document) for view in views]
        print_lines([_line(pair), *_side_by_side(pair, rows), *_decision_lines(pair)])


@duplicates.command("decide")
def decide(
    case: One,
    other: Other,
    decision: Annotated[Decision, typer.Option("--as", help="What the two cases are.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.", show_default=False)],
    keep: Annotated[
        str | None, typer.Option("--keep", help="The duplicate that counts; the one stored first.", show_default=False)
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Who decides; without it TVEC_PV_ACTOR.", show_default=False)
    ] = None,
) -> None:
    """Decide whether two cases are one patient's. Nothing is lost: undone reopens what was decided."""
    from tvec_pv.actions.duplicates import decide_duplicate
    from tvec_pv.settings import settings

    decide_duplicate(house(), case, other, decision, reason, by or settings().actor, keep)
    print_lines([f"{case.strip().upper()} and {other.strip().upper()}: {_DECIDED[decision]}"])


_DECIDED = {
    Decision.DUPLICATE: "duplicates; one of them leaves every count and is listed as merged into the other",
    Decision.DISTINCT: "two patients; both count and the pair is not suspected any more",
    Decision.UNDONE: "the decision is undone; the pair is open again",
}


def _valid(versions: Sequence[Any]) -> list[Any]:
    return [version for version in versions if not version.is_nullified]


def _documented(pair: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in pair.items() if name != "completeness"}


def _line(pair: Mapping[str, Any]) -> str:
    probability = "never proposed" if pair["probability"] is None else f"probability {pair['probability']:.4f}"
    kept = f", merged into {pair['master']}" if pair["master"] else ""
    return f"{pair['a']}  {pair['b']}  {pair['state']}{kept}, {probability}"


def _decision_lines(pair: Mapping[str, Any]) -> list[str]:
    return [
        f"{one['at']:%Y-%m-%d %H:%M} {one['decision']} by {one['actor']}: {one['reason']}" for one in pair["decisions"]
    ]


def _side_by_side(pair: Mapping[str, Any], rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """One line per field as it was compared; a field that one of the two does not say weighs nothing."""
    said = {one["field"]: one for one in pair["fields"]}
    for field in rows[0]:
        a, b = (row[field] or "not said" for row in rows)
        one = said.get(field)
        weight = f"{one['weight']:+6.1f}  {one['says']}" if one else "     0"
        yield f"  {field:14} {a}  |  {b}"
        yield f"  {'':14} {weight}"
    if pair["weight"] is not None:
        others = pair["weight"] - sum(one["weight"] for one in pair["fields"])
        yield f"  {'':14} {others:+6.1f}  how rare duplicates are among so many cases"
        yield f"  {'':14} {pair['weight']:+6.1f}  bits in sum, under parameters {pair['model']}"


def _compared(key: str, document: dict[str, Any]) -> dict[str, str]:
    """The fields of a case as they are compared."""
    from tvec_pv.domain.case_json import decode_case
    from tvec_pv.domain.linkage_rows import linkage_row
    from tvec_pv.reference_files import knowledge
    from tvec_pv.settings import settings

    row = linkage_row(key, decode_case(document), knowledge(settings().meddra))
    return dict(_fields(row))


def _fields(row: "LinkageRow") -> Iterator[tuple[str, str]]:
    yield "numbers", ", ".join((*row.numbers, *row.record_numbers, *row.linked))
    yield "sender", row.sender or ""
    yield "country", row.country or ""
    yield "sex", {"1": "male", "2": "female"}.get(row.sex or "", "")
    yield "born", _days(row.born)
    yield "initials", row.initials or ""
    yield "weight", f"{row.weight_kg:g} kg" if row.weight_kg else ""
    yield "onset", _days(row.onset)
    yield "start", _days(row.start)
    yield "received", _days(row.received)
    yield "lots", ", ".join(row.lots)
    yield "reactions", ", ".join(row.reactions or row.reaction_codes)
    yield "drugs", ", ".join(row.drugs)
    yield "outcomes", ", ".join(row.outcomes)
    yield "criteria", ", ".join(row.criteria)
    yield "qualification", row.qualification or ""
    yield "wording", "a narrative" if row.wording else ""


def _days(days: "Days | None") -> str:
    if days is None:
        return ""
    return f"{days.earliest}" if days.earliest == days.latest else f"{days.earliest} to {days.latest}"
