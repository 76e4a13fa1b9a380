"""What the background is made of, for people and for scripts."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tvec_pv.background.current import Summary, find_current
from tvec_pv.background.manifest import Quarter, Refusal, find_release, refusals, status

_NOTHING = "no background is loaded: statistics are not computed (`tvec-pv background load PATH`)"
_UNFINISHED = "the newest versions are not put together yet: the next load or detection does it"


@dataclass(frozen=True, slots=True)
class Standing:
    """The release, what it is made of, what was refused, and its current cases where they are put together."""

    release: str | None
    loaded: tuple[Quarter, ...]
    refused: tuple[Refusal, ...]
    current: Summary | None

    @property
    def lines(self) -> list[str]:
        refused = [f"refused: {one.name}: {one.reason}" for one in self.refused]
        if self.release is None:
            return [_NOTHING, *(one.line for one in self.loaded), *refused]
        return [self.release, self._current, *(one.line for one in self.loaded), *self._rows, *refused]

    @property
    def _current(self) -> str:
        if self.current is None:
            return _UNFINISHED
        now = self.current
        return (
            f"{now.cases} cases by their newest version of {now.reports} reports; {now.product_cases} name the "
            f"product, {now.undecided_cases} more may; {now.deleted_cases} were left out as deleted"
        )

    @property
    def _rows(self) -> list[str]:
        """Rows that were not read, in all extracts, by their reason."""
        rows: Counter[str] = Counter()
        for one in self.loaded:
            rows.update(one.refused)
        return [f"not read: {number} rows of {reason}" for reason, number in sorted(rows.items())]

    def as_json(self) -> dict[str, Any]:
        return {
            "release": self.release,
            "current": asdict(self.current) if self.current else None,
            "loaded": [asdict(one) for one in self.loaded],
            "refused": [asdict(one) for one in self.refused],
        }


def standing(folder: Path) -> Standing:
    """Nothing is changed: what is not put together is only said."""
    loaded = status(folder)
    current = find_current(folder)
    return Standing(
        release=find_release(loaded),
        loaded=tuple(loaded),
        refused=tuple(refusals(folder)),
        current=current.summary if current else None,
    )
