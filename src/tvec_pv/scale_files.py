"""Reads the tables behind time to onset, causality and completeness; a mistake is named with file, row and column."""

from collections.abc import Collection
from importlib.resources.abc import Traversable
from itertools import pairwise

from tvec_pv.domain.causality import NaranjoGrade, NaranjoItem, NaranjoScale
from tvec_pv.domain.completeness import STATES, Penalties, Penalty
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.onset import Anchor, Window
from tvec_pv.domain.scales import Scales
from tvec_pv.reference_tables import read_table


def read_scales(folder: Traversable, concepts: Collection[str], categories: Collection[str]) -> Scales:
    """The scales of one version of the profile, whose concepts and categories the windows must name."""
    return Scales(
        windows=_windows(folder / "windows.csv", concepts, categories),
        naranjo=_naranjo(folder),
        penalties=_penalties(folder / "completeness.csv"),
    )


def _windows(file: Traversable, concepts: Collection[str], categories: Collection[str]) -> tuple[Window, ...]:
    windows = tuple(read_table(file, Window, ("window",)).values())
    claimed: dict[tuple[str, str], str] = {}
    for one in windows:
        place = f"{file.name}, row {one.window}, column"
        for column, names, known in (("concepts", one.concepts, concepts), ("categories", one.categories, categories)):
            for name in names:
                if name not in known:
                    raise ReferenceDataError(f"{place} {column}: {name!r} is not in the safety profile")
                if (other := claimed.setdefault((column, name), one.window)) != one.window:
                    raise ReferenceDataError(f"{place} {column}: {name!r} stands in row {other} too")
        _check_order(one, place)
    if sum(one.anchor is Anchor.EXPOSURE for one in windows) != 1:
        raise ReferenceDataError(f"{file.name}, column anchor: exactly one row must count from an exposure")
    return windows


def _check_order(window: Window, place: str) -> None:
    """A window's days grow from the implausibly early to the implausibly late."""
    columns = ("too_early_below", "plausible_from", "plausible_to", "weak_to", "too_late_above")
    days = [(column, day) for column in columns if (day := getattr(window, column)) is not None]
    for (before, earlier), (column, later) in pairwise(days):
        if later < earlier:
            raise ReferenceDataError(f"{place} {column}: {later:g} lies before {before}, {earlier:g}")


def _naranjo(folder: Traversable) -> NaranjoScale:
    """The ten items in order and the grades from the highest; the lowest takes whatever the items can give."""
    file = folder / "naranjo.csv"
    items = tuple(sorted(read_table(file, NaranjoItem, ("item",)).values(), key=lambda one: one.item))
    if [one.item for one in items] != list(range(1, 11)):
        raise ReferenceDataError(f"{file.name}, column item: must be the numbers 1 to 10, each once")
    file = folder / "naranjo_grades.csv"
    grades = tuple(sorted(read_table(file, NaranjoGrade, ("grade",)).values(), key=lambda one: -one.at_least))
    lowest = sum(min(one.yes, one.no, 0) for one in items)
    if not grades or grades[-1].at_least > lowest:
        raise ReferenceDataError(f"{file.name}, column at_least: no grade takes the lowest score, {lowest}")
    return NaranjoScale(items, grades)


def _penalties(file: Traversable) -> Penalties:
    """One row for each gap that the code can find, and no other."""
    penalties = read_table(file, Penalty, ("dimension", "state"))
    for gap, row in penalties.items():
        if gap not in STATES:
            raise ReferenceDataError(f"{file.name}, row {' '.join(gap)}, column state: no such gap is looked for")
        if not 0 < row.penalty < 1:
            raise ReferenceDataError(f"{file.name}, row {' '.join(gap)}, column penalty: must lie between 0 and 1")
    if missing := [" ".join(gap) for gap in STATES if gap not in penalties]:
        raise ReferenceDataError(f"{file.name}, column state: a row is missing for {', '.join(missing)}")
    return penalties
