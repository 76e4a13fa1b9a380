"""A person's word on what a label leaves open (LR5): it stands beside what the machine said, which is never changed.

A decision is about one reaction of a case in one region, on the ground on which the machine left it open: its verdict,
rule, row and label version. Where a follow-up or another profile gives another ground, it says nothing, and a person
is asked anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tvec_pv.domain.documents import plain
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.listedness import Listedness, core_like
from tvec_pv.domain.safety_profile import Listed
from tvec_pv.domain.timelines import Facts, ReportingRules, reporting_verdicts
from tvec_pv.domain.what_if import what_would_change

_GROUND = ("listed", "rule", "line", "label")
_INDETERMINATE_FLAG = "indeterminate"


class Decision(StrEnum):
    """What a person says; undone takes the last word back."""

    LISTED = "listed"
    UNLISTED = "unlisted"
    UNDONE = "undone"


_LETTER = {Decision.LISTED: Listed.LISTED, Decision.UNLISTED: Listed.UNLISTED}


@dataclass(frozen=True, slots=True)
class ListednessDecision:
    """`reaction` is its concept, or its name where it has none; `ground` what the machine said when it was decided."""

    reaction: str
    region: str
    decision: Decision
    ground: Mapping[str, str]
    reason: str
    actor: str
    at: datetime

    @property
    def line(self) -> str:
        return f"{self.reaction} in the {self.region}: {self.decision} by {self.actor} on {self.at:%Y-%m-%d}"


def reaction_key(reaction: Mapping[str, Any]) -> str:
    """By which a decision finds a reaction of a stored assessment again, also in another version of its case."""
    return str(reaction["concept"] or reaction["name"])


def ground_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What the machine said of listedness, without its wording."""
    return {name: str(row.get(name, "")) for name in _GROUND}


def check_decision(row: Mapping[str, Any], decision: Decision, standing: ListednessDecision | None) -> None:
    """`Refused` where nothing is open: a person decides what is indeterminate, and may be stricter than the label."""
    if decision is Decision.UNDONE:
        if standing is None:
            raise Refused("no decision stands on this reaction in this region, so there is none to undo")
        return
    if row["listed"] == Listed.UNLISTED:
        raise Refused("the label does not list it, and that is no person's to change here: change the safety profile")
    if row["listed"] == _LETTER[decision]:
        raise Refused("the label lists it already, so there is nothing to decide")


def standing_decisions(decisions: Iterable[ListednessDecision]) -> dict[tuple[str, str], ListednessDecision]:
    """The latest word on each reaction and region, oldest given first; what was undone is none."""
    latest = {(one.reaction, one.region): one for one in decisions}
    return {key: one for key, one in latest.items() if one.decision is not Decision.UNDONE}


def decisions_on(
    document: Mapping[str, Any], decisions: Iterable[ListednessDecision]
) -> tuple[ListednessDecision, ...]:
    """The standing decisions that have the ground that a stored assessment gives them."""
    standing = standing_decisions(decisions)
    return tuple(
        one
        for reaction in document["reactions"]
        for row in reaction["listedness"]
        if (one := standing.get((reaction_key(reaction), row["region"]))) and one.ground == ground_of(row)
    )


def decided(
    document: Mapping[str, Any], decisions: Sequence[ListednessDecision], rules: ReportingRules
) -> dict[str, Any]:
    """A stored assessment as it reads with decisions that have their ground in it: listedness, and what follows.

    One that did not store its facts, because it is older, keeps its verdicts.
    """
    said = {(one.reaction, one.region): one for one in decisions}
    reactions = [_with_decisions(one, said) for one in document["reactions"]]
    now = {
        **document,
        "reactions": reactions,
        "flags": [
            one
            for one in document.get("flags", ())
            if one["rule"] != _INDETERMINATE_FLAG
            or any(row["listed"] == Listed.INDETERMINATE for of in reactions for row in of["listedness"])
        ],
    }
    no_duty = any(one["verdict"] in ("HOLD_INVALID", "NOT_SUSPECT") for one in document["verdicts"])
    if no_duty or "facts" not in document:
        return now
    listed = {one["number"]: {row["region"]: Listed(row["listed"]) for row in one["listedness"]} for one in reactions}
    facts = tuple(
        Facts(**{**one, "listed": listed.get(one["number"]) or {k: Listed(v) for k, v in one["listed"].items()}})
        for one in document["facts"]
    )
    day_0, country = document["day_0"], document["country"]
    verdicts = reporting_verdicts(rules, facts, country, datetime.fromisoformat(day_0).date() if day_0 else None)
    return now | {
        "verdicts": plain(verdicts),
        "would_change": plain(what_would_change(rules, facts, country)),
    }


def _with_decisions(reaction: Mapping[str, Any], said: Mapping[tuple[str, str], ListednessDecision]) -> dict[str, Any]:
    rows = [
        _decided_row(row, said[key]) if (key := (reaction_key(reaction), row["region"])) in said else row
        for row in reaction["listedness"]
    ]
    listedness = [
        Listedness(
            **{name: row[name] for name in Listedness.__slots__ if name in row} | {"listed": Listed(row["listed"])}
        )
        for row in rows
    ]
    return {
        **reaction,
        "listedness": rows,
        "core_like": plain(core_like(listedness)),
        "serious_unlisted": reaction["serious"] and any(one.listed is not Listed.LISTED for one in listedness),
    }


def _decided_row(row: Mapping[str, Any], one: ListednessDecision) -> dict[str, Any]:
    reason = (
        f"decided by {one.actor} on {one.at:%Y-%m-%d}: {one.reason}; the machine said: {row['reason']} ({row['rule']})"
    )
    decision = {"decision": str(one.decision), "by": one.actor, "at": one.at.isoformat(), "reason": one.reason}
    machine = {"listed": row["listed"], "rule": row["rule"], "reason": row["reason"]}
    return {
        **row,
        "listed": str(_LETTER[one.decision]),
        "rule": "LR5",
        "reason": reason,
        "decided": decision | {"machine": machine},
    }
