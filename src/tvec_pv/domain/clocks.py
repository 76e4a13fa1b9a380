"""Since when does the clock of a case run, and until when? Over all its versions, by their information, not arrival.

The first version that asks for a report starts the clock; one that asks for it sooner (a follow-up makes the case
serious, or a later profile unlisted) starts a new one with its own day 0. A follow-up that changes nothing leaves the
due date where it is and is itself due as a follow-up (21 CFR 600.80(c)(1), GVP VI.B.7). Nothing that asks for
less stops a clock but a person's decision on listedness (LR5). Earlier clocks are kept. Computed when read, from the
assessments that are kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from tvec_pv.domain.timelines import Verdict
from tvec_pv.domain.versions import VersionKey

_STRICTNESS = {"90_DAY": 1, "15_DAY": 2}  # every other verdict starts no clock


class State(StrEnum):
    RUNNING = "running"
    REPLACED = "replaced"
    DECIDED = "ended by a person"
    NULLIFIED = "nullified"


@dataclass(frozen=True, slots=True)
class AssessedVersion:
    """One assessment of one version of a case; a version has several where the profile changed. `is_decided` says
    that its verdicts are those that a person's decision on listedness gave it."""

    key: VersionKey
    profile_version: str
    day_0: date | None
    verdicts: tuple[Verdict, ...]
    is_decided: bool = False

    def as_decided(self, verdicts: Sequence[Verdict]) -> "AssessedVersion":
        """The verdicts that a decision changed, and no others."""
        mine = {one.region: one.verdict for one in self.verdicts}
        return replace(
            self, verdicts=tuple(one for one in verdicts if one.verdict != mine.get(one.region)), is_decided=True
        )


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A version whose new information is due as a follow-up of the report that the clock is about."""

    version: int
    day_0: date | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a region; `version` is the number of the version that started it, oldest information first.

    `remarks` say what a person has to decide or to know.
    """

    region: str
    verdict: str
    day_0: date | None
    due: date | None
    version: int
    reason: str
    state: State = State.RUNNING
    follow_ups: tuple[FollowUp, ...] = ()
    remarks: tuple[str, ...] = ()


def clocks(history: Sequence[AssessedVersion]) -> tuple[Clock, ...]:
    """The clocks of each region, oldest first, of which at most one runs; the order of `history` does not matter."""
    in_order = sorted(history, key=_order)
    numbers = {key: number for number, key in enumerate(dict.fromkeys(one.key for one in in_order), 1)}
    numbered = [(numbers[one.key], one) for one in in_order]
    regions = dict.fromkeys(verdict.region for one in in_order for verdict in one.verdicts)
    return tuple(clock for region in sorted(regions, reverse=True) for clock in _of_region(region, numbered))


def due_by_region(found: Sequence[Clock]) -> dict[str, date | None]:
    """When the running clock of each region ends; a region without one is left out."""
    return {clock.region: clock.due for clock in found if clock.state is State.RUNNING}


def assessed_version(key: VersionKey, document: Mapping[str, Any]) -> AssessedVersion:
    """A stored assessment; one of an earlier release lacks nothing that is read here."""
    verdicts = tuple(
        Verdict(one["region"], one["verdict"], _day(one["due"]), one["reason"]) for one in document["verdicts"]
    )
    return AssessedVersion(key, document["profile_version"], _day(document["day_0"]), verdicts)


def _order(one: AssessedVersion) -> tuple[object, ...]:
    return (one.key.order, one.profile_version, one.is_decided, [verdict.verdict for verdict in one.verdicts])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _of_region(region: str, numbered: Sequence[tuple[int, AssessedVersion]]) -> Iterator[Clock]:
    running: Clock | None = None
    for number, version in numbered:
        if version.key.is_nullification:
            if running:
                yield replace(running, state=State.NULLIFIED, remarks=(*running.remarks, _nullified(number)))
            running = None
            continue
        verdict = next((one for one in version.verdicts if one.region == region), None)
        if verdict is None:
            continue
        asked, known = _STRICTNESS.get(verdict.verdict, 0), _STRICTNESS[running.verdict] if running else 0
        if asked > known:
            if running:
                yield replace(running, state=State.REPLACED, remarks=(*running.remarks, _replaced(number)))
            running = Clock(region, verdict.verdict, version.day_0, verdict.due, number, verdict.reason)
        elif running and asked < known and version.is_decided:
            yield replace(running, state=State.DECIDED, remarks=(*running.remarks, _decided(number, verdict)))
            running = None
            if asked:
                running = Clock(region, verdict.verdict, version.day_0, verdict.due, number, verdict.reason)
        elif running and asked < known:
            running = replace(running, remarks=(*running.remarks, _asks_for_less(number, version, verdict)))
        elif running and number != running.version and not version.key.is_amendment:
            running = _with_follow_up(running, FollowUp(number, version.day_0, verdict.due))
    if running:
        yield running


def _with_follow_up(clock: Clock, follow_up: FollowUp) -> Clock:
    """Each version is due once, however often it was assessed."""
    if any(one.version == follow_up.version for one in clock.follow_ups):
        return clock
    return replace(clock, follow_ups=(*clock.follow_ups, follow_up))


def _nullified(number: int) -> str:
    return f"version {number} nullifies the case: what was reported is to be nullified there too"


def _replaced(number: int) -> str:
    return f"version {number} asks for a report sooner; what was not reported yet stays due on this day too"


def _decided(number: int, verdict: Verdict) -> str:
    return f"a person decided on version {number} what its label leaves open: {verdict.verdict} is asked for instead"


def _asks_for_less(number: int, version: AssessedVersion, verdict: Verdict) -> str:
    return (
        f"version {number} under profile {version.profile_version} asks for less ({verdict.verdict}): "
        "the clock runs on until a person decides"
    )
