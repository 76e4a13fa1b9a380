"""Pairs drawn from the gamma-Poisson model itself: a table of products and reactions whose prior is known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.statistics.gamma_poisson import Prior

TRUTH = Prior(0.2, 0.06, 1.4, 1.8, 0.1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pairs that were reported of a whole table, and its margins."""

    n: NDArray[np.int64]
    e: NDArray[np.float64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    reports: int


def margins(count: int, most: int) -> NDArray[np.int64]:
    """How many reports each product or reaction has: few have many, and most have few."""
    return (most / (1 + np.arange(count) / 2) ** 0.8).astype(np.int64)


def drawn_pairs(products: int, reactions: int, reports: int, most: tuple[int, int], seed: int, prior: Prior) -> Drawn:
    """Each cell is Poisson of lambda E, with lambda from the prior; drawn a thousand products at a time."""
    random = np.random.default_rng(seed)
    rows, columns = margins(products, most[0]), margins(reactions, most[1])
    counts, expected = [], []
    for block in np.array_split(rows, -(-products // 500)):
        e = np.multiply.outer(block, columns).ravel() / reports
        is_first = random.random(len(e)) < prior.p
        shape = np.where(is_first, prior.alpha1, prior.alpha2)
        ratio = random.standard_gamma(shape) / np.where(is_first, prior.beta1, prior.beta2)
        n = random.poisson(ratio * e)
        counts.append(n[n > 0])
        expected.append(e[n > 0])
    return Drawn(np.concatenate(counts), np.concatenate(expected), rows, columns, reports)
