"""Is the time from the product to a reaction plausible? Windows are data (`windows.csv`), one per group of reactions.

A window is violated only when every moment that the report allows lies outside. What is neither plausible nor
implausible is weak. Nothing here touches a duty to report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tvec_pv.domain.elapsed import DAY, HOUR, Elapsed, Since


class Anchor(StrEnum):
    """What the time is counted from."""

    ANY_DOSE = "any dose"
    FIRST_DOSE = "first dose"
    EXPOSURE = "exposure"


class Timing(StrEnum):
    PLAUSIBLE = "plausible"
    WEAK = "weak"
    TOO_EARLY = "too early"
    TOO_LATE = "too late"
    BEFORE = "before the product"
    NOT_KNOWN = "not known"
    NO_WINDOW = "no window"


OUTSIDE = frozenset({Timing.TOO_EARLY, Timing.TOO_LATE, Timing.BEFORE})


@dataclass(frozen=True, slots=True)
class Window:
    """A row of windows.csv, in days. A concept's own window goes before that of its category.

    `exposure_within`: an exposure counts during treatment and so many days after the last dose.
    """

    window: str
    name: str
    anchor: Anchor
    plausible_from: float
    plausible_to: float
    source: tuple[str, ...]
    verified: bool
    too_early_below: float | None = None
    weak_to: float | None = None
    too_late_above: float | None = None
    exposure_within: float | None = None
    concepts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    note: str = ""

    @property
    def words(self) -> str:
        return f"plausible {self.plausible_from:g} to {self.plausible_to:g} days after {_AFTER[self.anchor]}"


@dataclass(frozen=True, slots=True)
class Onset:
    """The verdict for one reaction. Hours are those from the dose (or exposure) that decided; below 0 is before it.

    `is_sure` is false where the dates also allow another verdict.
    """

    timing: Timing
    window: str
    reason: str
    hours_min: float | None = None
    hours_max: float | None = None
    is_sure: bool = False
    is_contradictory: bool = False


def find_window(windows: Sequence[Window], concept: str, category: str, *, other_person: bool = False) -> Window | None:
    """The window of a reaction; of another person than the treated one, always that after an exposure."""
    if other_person:
        return next((one for one in windows if one.anchor is Anchor.EXPOSURE), None)
    own = (one for one in windows if concept in one.concepts)
    return next(own, next((one for one in windows if category in one.categories), None))


def assess_onset(window: Window | None, since: Since) -> Onset:
    """Where a reaction's time lies against its window."""
    if window is None:
        return Onset(Timing.NO_WINDOW, "", "windows.csv has no window for this reaction")
    times = _counted_from(window.anchor, since)
    if not times:
        missing = "of the exposure" if window.anchor is Anchor.EXPOSURE else "on which the product was given"
        return Onset(Timing.NOT_KNOWN, window.window, f"the day {missing} and that of the reaction are not both known")
    timing, decisive = _strongest([(_timing(window, time), time) for time in times])
    reason = f"began {decisive.since(_AFTER[window.anchor])}: {timing}"
    if timing is Timing.TOO_LATE and window.anchor is Anchor.ANY_DOSE and not since.last_is_known:
        timing, reason = Timing.NOT_KNOWN, f"{reason}, unless a later dose was given, which the report leaves open"
    if _is_past_exposure(window, since):
        timing, reason = Timing.TOO_LATE, f"exposed more than {window.exposure_within:g} days after the last dose"
    if window.note and window.weak_to is not None and decisive.least > window.weak_to * DAY:
        reason = f"{reason}; {window.note}"
    return Onset(
        timing=timing,
        window=window.window,
        reason=f"{reason} ({window.words}; windows.csv: {window.window})",
        hours_min=round(decisive.least / HOUR, 1),
        hours_max=round(decisive.most / HOUR, 1),
        is_sure=timing in OUTSIDE or all(_timing(window, Elapsed(at, at)) is timing for at in decisive.ends),
        is_contradictory=since.is_contradictory,
    )


def _counted_from(anchor: Anchor, since: Since) -> tuple[Elapsed, ...]:
    if anchor is Anchor.FIRST_DOSE:
        return (since.first,) if since.first else ()
    return since.exposures if anchor is Anchor.EXPOSURE else since.doses


def _timing(window: Window, time: Elapsed) -> Timing:
    if time.most < 0:
        return Timing.BEFORE
    if window.too_early_below is not None and time.most < window.too_early_below * DAY:
        return Timing.TOO_EARLY
    if time.overlaps(window.plausible_from * DAY, window.plausible_to * DAY):
        return Timing.PLAUSIBLE
    if window.too_late_above is not None and time.least > window.too_late_above * DAY:
        return Timing.TOO_LATE
    return Timing.WEAK


def _strongest(judged: Sequence[tuple[Timing, Elapsed]]) -> tuple[Timing, Elapsed]:
    """The best that any dose allows: outside only where all doses are, each on the same side."""
    after = [one for one in judged if one[0] is not Timing.BEFORE] or judged
    for timing in (Timing.PLAUSIBLE, Timing.WEAK):
        for one in after:
            if one[0] is timing:
                return one
    nearest = min(after, key=lambda one: abs(one[1].least))
    return nearest if len({timing for timing, _ in after}) == 1 else (Timing.WEAK, nearest[1])


def _is_past_exposure(window: Window, since: Since) -> bool:
    """Whether the exposure surely lay so long after the last dose that none of the virus is thought to be left."""
    after = since.exposure_after_last_dose
    return window.exposure_within is not None and after is not None and after.least > window.exposure_within * DAY


_AFTER = {
    Anchor.ANY_DOSE: "a dose",
    Anchor.FIRST_DOSE: "the first dose that the report names",
    Anchor.EXPOSURE: "the exposure",
}
