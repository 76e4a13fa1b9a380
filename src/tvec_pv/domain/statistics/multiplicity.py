"""How many of the pairs that a test picks out are picked by chance? Information beside a list, never a gate."""

import numpy as np
from numpy.typing import ArrayLike

from tvec_pv.domain.statistics.interval import Floats


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """q of each test: the smallest share of chance findings at which it would be among those that are picked.

    Formula: q(i) = min over j >= i of p(j) m / j, p in ascending order.
    Convention: at most 1; a p that is not defined has no q and does not count in m. A designated medical event does
    not wait for a q.
    Source: Benjamini and Hochberg 1995.
    """
    given = np.asarray(p, dtype=np.float64)
    flat = given.ravel()
    tested = np.flatnonzero(~np.isnan(flat))
    if (flat[tested] < 0).any() or (flat[tested] > 1).any():
        raise ValueError("a p-value is not between 0 and 1")
    order = tested[np.argsort(flat[tested], kind="stable")]
    raised = flat[order] * len(order) / np.arange(1, len(order) + 1)
    q = np.full(flat.shape, np.nan)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q.reshape(given.shape)
