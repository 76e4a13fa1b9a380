"""Does another product hide a reaction? Its many reports of it raise what is expected of everybody else."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tvec_pv.domain.statistics.contingency import Table, table
from tvec_pv.domain.statistics.disproportionality import prr
from tvec_pv.domain.statistics.interval import Floats


@dataclass(frozen=True, slots=True)
class Masking:
    """What becomes of a pair without the reports of each candidate.

    `cells` are its tables then, `ratio` how much its PRR rises, `reveals` where it becomes disproportionate only then
    and `hides` where it ceases to be.
    """

    cells: Table
    ratio: Floats
    reveals: NDArray[np.bool_]
    hides: NDArray[np.bool_]


def masking(
    cells: Table,
    with_reaction: ArrayLike,
    without_reaction: ArrayLike,
    is_disproportionate: Callable[[Table], NDArray[np.bool_]],
) -> Masking:
    """One table against many candidates at once; `is_disproportionate` is the rule whose answer may change.

    It may answer for several rules at once, as rows: `reveals` and `hides` have them too.

    Formula: c and d less the candidate's reports with and without the reaction; masking ratio = PRR then / PRR now.
    Convention: reports of the candidate that name the product too stay in the product's row and are in neither count;
    the ratio is nan where a PRR is not defined, as where the candidate has every other report of the reaction.
    Source: Maignen, Hauben, Hung, Van Holle and Dogne 2014.
    """
    candidates = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (with_reaction, without_reaction)), cells.a
    )
    if (candidates[0] > cells.c).any() or (candidates[1] > cells.d).any():
        raise ValueError("a candidate has more reports than there are")
    then = table(
        np.broadcast_to(cells.a, candidates[0].shape),
        np.broadcast_to(cells.b, candidates[0].shape),
        cells.c - candidates[0],
        cells.d - candidates[1],
    )
    before, after = is_disproportionate(cells), is_disproportionate(then)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(prr(then).estimate / prr(cells).estimate)
    return Masking(then, ratio, after & ~before, before & ~after)
