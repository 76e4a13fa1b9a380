"""The 2x2 table of a product and a reaction, counted in reports: the ground of every statistic.

            reaction   other
  product      a         b
  the rest     c         d

A report counts once, however often a drug or a reaction stands in it. All fields are arrays of equal length (or
numbers), one entry per product-reaction pair.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Table:
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    c: NDArray[np.float64]
    d: NDArray[np.float64]

    @property
    def total(self) -> NDArray[np.float64]:
        return self.a + self.b + self.c + self.d

    @property
    def expected(self) -> NDArray[np.float64]:
        """Reports expected were product and reaction independent: (a+b)(a+c)/N."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.a + self.b) * (self.a + self.c) / self.total)


def table(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Table:
    """A table of counts; `ValueError` where one is negative."""
    cells = [np.asarray(cell, dtype=np.float64) for cell in (a, b, c, d)]
    if any((cell < 0).any() for cell in cells):
        raise ValueError("a count of reports is negative")
    return Table(*cells)


def from_margins(
    a: ArrayLike, product_reports: ArrayLike, rest_with_reaction: ArrayLike, rest_reports: ArrayLike
) -> Table:
    """The table from the product's reports (all, and with the reaction) and those of the rest."""
    with_reaction = np.asarray(a, dtype=np.float64)
    rest = np.asarray(rest_with_reaction, dtype=np.float64)
    return table(with_reaction, np.asarray(product_reports) - with_reaction, rest, np.asarray(rest_reports) - rest)
