"""What another version of the safety profile makes of a case: each judgement that differs, not its wording."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_OF_THE_CASE = (("primary", "primary category"), ("serious", "serious"))
_OF_A_REACTION = (
    ("name", "name"),
    ("concept", "concept"),
    ("sure", "sureness"),
    ("serious", "serious"),
    ("designated", "designated medical event"),
    ("case_rule", "rule of the case lane"),
    ("proposal", "proposal"),
)


@dataclass(frozen=True, slots=True)
class AssessmentChange:
    """One judgement of a case, or of its reaction by number and name, that was one thing and is another."""

    what: str
    reaction: str
    was: str
    now: str


def assessment_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[AssessmentChange, ...]:
    """Every judgement that differs between two stored assessments of one case version.

    What one of them does not speak of at all, because it is older than the question, has not changed.
    """
    names = {one["number"]: f"{one['number']} {one['name']}" for one in now["reactions"]}
    before, after = dict(_judgements(was)), dict(_judgements(now))
    return tuple(
        AssessmentChange(what, names.get(reaction, ""), before[what, reaction], said)
        for (what, reaction), said in after.items()
        if before.get((what, reaction), said) != said
    )


def _judgements(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, int], str]]:
    """What an assessment says, by what it is about and the number of the reaction, 0 for the case."""
    for one in document["verdicts"]:
        yield (f"{one['region']} verdict", 0), one["verdict"] + (f", due {one['due']}" if one["due"] else "")
        if "periodic_due" in one:
            yield (f"{one['region']} periodic report", 0), one["periodic_due"] or ""
    for field, what in _OF_THE_CASE:
        yield (what, 0), _said(document[field])
    if "flags" in document:
        yield ("flags", 0), ", ".join(sorted(one["flag"] for one in document["flags"]))
    for one in document["reactions"]:
        for at in one["listedness"]:
            yield (f"{at['region']} listedness", one["number"]), at["listed"]
        yield ("categories", one["number"]), ", ".join(one.get("categories") or (one["category"],))
        for field, what in _OF_A_REACTION:
            if field in one:
                yield (what, one["number"]), _said(one[field])


def _said(value: bool | str) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"
