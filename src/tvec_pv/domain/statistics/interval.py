"""An estimate between the bounds of its 95 % interval: what every measure here is given as."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the bounds of its two-sided 95 % interval; nan in all three where it is not defined."""

    estimate: Floats
    lower: Floats
    upper: Floats

    def named(self, measure: str) -> dict[str, Floats]:
        """The three by the names under which they are stored: as in ror, ror_lower, ror_upper."""
        return {measure: self.estimate, f"{measure}_lower": self.lower, f"{measure}_upper": self.upper}


def on_log_scale(estimate: Floats, error: Floats) -> Interval:
    """exp(ln estimate ± 1.95996 error), `error` being the standard error of the logarithm (Wald).

    Not defined where the estimate is not positive or the error not finite.
    """
    defined = np.isfinite(estimate) & np.isfinite(error) & (estimate > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        lower, upper = estimate * np.exp(-Z_95 * error), estimate * np.exp(Z_95 * error)
    return Interval(*(np.where(defined, value, np.nan) for value in (estimate, lower, upper)))
