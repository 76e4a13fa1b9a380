"""Reads the tables behind time to onset, causality and completeness; a mistake is named with file, row and column."""

from collections.abc import Collection
from importlib.resources.abc import Traversable
from itertools import pairwise

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.onset import Anchor, Window
from tvec_pv.domain.scales import Scales
from tvec_pv.reference_tables import read_table


def read_scales(folder: Traversable, concepts: Collection[str], categories: Collection[str]) -> Scales:
    """The scales of one version of the profile, whose concepts and categories the windows must name."""
    return Scales(windows=_windows(folder / "windows.csv", concepts, categories))


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
