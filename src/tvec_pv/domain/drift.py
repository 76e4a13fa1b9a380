"""Is a file unlike those that its source sent before? A column that vanished, a code never seen, an unusual volume.

A source is a format and a sender. What a file looked like is kept as counts: how many of its reports say each element,
and which codes stand in the elements that have few. No value that could be of a patient is in it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import median
from typing import Any

from tvec_pv.domain.elements import elements
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import Case, NullFlavor, Quantity

_NORMAL = 1.4826  # the standard deviation of a normal distribution, in median absolute deviations


@dataclass(frozen=True, slots=True)
class DriftLimits:
    """When a difference is worth an alert, from one dated file (`reference/drift`).

    `coded` are elements with few codes; `key_elements` those whose completeness is shown, with their names.
    """

    version: str
    minimum_files: int
    minimum_reports: int
    chance: float
    deviations: float
    coded: frozenset[str]
    key_elements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceProfile:
    """What a file looked like: its readable reports, those of them that say each element, the codes in it."""

    source: str
    reports: int
    elements: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"elements": dict(self.elements), "codes": {name: sorted(codes) for name, codes in self.codes.items()}}


def read_source_profile(source: str, reports: int, document: Mapping[str, Any]) -> SourceProfile:
    """What `SourceProfile.as_json` wrote."""
    codes = {name: frozenset(found) for name, found in document["codes"].items()}
    return SourceProfile(source, reports, document["elements"], codes)


@dataclass(slots=True)
class Tally:
    """Counts a file's reports while they are read; nothing of a report is kept but codes."""

    coded: Collection[str]
    reports: int = 0
    elements: Counter[str] = field(default_factory=Counter)
    codes: dict[str, set[str]] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        said = set()
        for element in elements(case):
            said.add(element.number)
            if element.number in self.coded and (code := _code(element.value)) is not None:
                self.codes.setdefault(element.number, set()).add(code)
        self.reports += 1
        self.elements.update(said)

    def profile(self, source: str) -> SourceProfile:
        codes = {name: frozenset(found) for name, found in self.codes.items()}
        return SourceProfile(source, self.reports, dict(self.elements), codes)


def profile(source: str, cases: Iterable[Case], limits: DriftLimits) -> SourceProfile:
    tally = Tally(limits.coded)
    for case in cases:
        tally.add(case)
    return tally.profile(source)


def source_of(file_format: str, sender: str | None, file_name: str) -> str:
    """A source by its format and its sender; where no sender is named, by the file's name without its numbers."""
    who = (sender or "").strip() or re.sub(r"\d+", "#", file_name).strip().lower()
    return f"{file_format}, {who}"[:200]


def drift(history: Sequence[SourceProfile], now: SourceProfile, limits: DriftLimits) -> tuple[Finding, ...]:
    """What is unlike the source's earlier files, in order of element. Of a source hardly known nothing is said."""
    if len(history) < limits.minimum_files:
        return ()
    found = [_column_vanished(number) for number in sorted(_vanished(history, now, limits))]
    found += [_code_never_seen(number) for number in sorted(_with_new_codes(history, now, limits))]
    unusual = unusual_volume([one.reports for one in history], now.reports, limits)
    return (*found, _VOLUME) if unusual else tuple(found)


def _vanished(history: Sequence[SourceProfile], now: SourceProfile, limits: DriftLimits) -> set[str]:
    """Elements of earlier reports that no report of this file says, though chance would hardly leave them out.

    With a share p of earlier reports saying it, none of n says it by chance with (1 - p)^n; p is drawn towards a half
    by one report, so that a short history is not taken for certainty.
    """
    reports = sum(one.reports for one in history)
    said: Counter[str] = Counter()
    for one in history:
        said.update(one.elements)
    return {
        number
        for number, count in said.items()
        if not now.elements.get(number) and (1 - (count + 0.5) / (reports + 1)) ** now.reports < limits.chance
    }


def _with_new_codes(history: Sequence[SourceProfile], now: SourceProfile, limits: DriftLimits) -> set[str]:
    """Elements with a code that the source never sent in all the reports that say them, when those were many enough.

    One that it never coded at all is none of them, and in a few reports a rare code is no news.
    """
    seen: dict[str, set[str]] = {}
    said: Counter[str] = Counter()
    for one in history:
        said.update(one.elements)
        for number, codes in one.codes.items():
            seen.setdefault(number, set()).update(codes)
    return {
        number
        for number, codes in now.codes.items()
        if number in seen and said[number] >= limits.minimum_reports and codes - seen[number]
    }


def unusual_volume(earlier: Sequence[int], now: int, limits: DriftLimits) -> bool:
    """Far off the median of earlier files, in robust standard deviations; counts scatter at least as Poisson's do."""
    middle = median(earlier)
    spread = _NORMAL * median(abs(one - middle) for one in earlier)
    return abs(now - middle) > limits.deviations * max(spread, sqrt(middle), 1.0)


def _code(value: Any) -> str | None:
    """The code of a coded element, the unit of an amount; a null flavor is no code."""
    if isinstance(value, NullFlavor):
        return None
    if isinstance(value, Quantity):
        return value.unit
    return str(value)


def _column_vanished(element: str) -> Finding:
    return Finding(
        "DRIFT-COLUMN",
        Severity.WARNING,
        "earlier files of this source said it, and no report of this one does: ask whether the export changed",
        element,
    )


def _code_never_seen(element: str) -> Finding:
    return Finding(
        "DRIFT-CODE",
        Severity.WARNING,
        "it holds a code that this source never sent before: look whether it still means the same",
        element,
    )


_VOLUME = Finding(
    "DRIFT-VOLUME",
    Severity.WARNING,
    "the number of reports is far off what this source usually sends: ask whether the file is whole, or doubled",
)
