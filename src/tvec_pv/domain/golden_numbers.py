"""Numbers that somebody else published or worked out, and whether this product computes them too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Golden:
    """What a method gives for some data, digit by digit as its source says.

    A computed number agrees where it rounds to those digits; `relative` or `within` allow another difference, as a
    share of the number or absolute. `files` are tables that are not shipped and that it is computed from.
    """

    method: str
    case: str
    expected: Mapping[str, str]
    source: str
    verified: bool
    given: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[str] = ()
    relative: float | None = None
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of a golden entry beside the one that was computed."""

    golden: Golden
    name: str
    expected: str
    got: float
    difference: float
    allowed: float

    @property
    def agrees(self) -> bool:
        return self.difference <= self.allowed


def compare(golden: Golden, computed: Mapping[str, float]) -> list[Compared]:
    """Each number that the source names; `KeyError` where the method does not give it. One that is nan never agrees."""
    compared = []
    for name, expected in golden.expected.items():
        difference = abs(computed[name] - float(expected))
        compared.append(
            Compared(golden, name, expected, computed[name], difference, allowed_difference(golden, expected))
        )
    return compared


def allowed_difference(golden: Golden, expected: str) -> float:
    """Half a unit of the last digit that was published, unless the entry says otherwise."""
    if golden.within is not None:
        return golden.within
    if golden.relative is not None:
        return golden.relative * abs(float(expected))
    exponent = Decimal(expected).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent) * (1 + ROUNDING)
