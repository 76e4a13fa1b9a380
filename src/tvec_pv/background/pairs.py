"""How many reports name each pair of a substance and a reaction: all pairs of the background at once.

Counted are distinct reports, never rows: a medicine listed once per dose, a reaction named twice and a case sent in
four versions are one. `total` is all current reports, also those without a pair. Why: docs/adr/0017.

The reports come some at a time and are counted as the product of two sparse matrices, substances x reports and reports
x reactions, so that memory follows the number of pairs, not that of reports.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Matrix: TypeAlias = Any  # scipy's sparse arrays, whose type stubs know one dimension
Codes = NDArray[np.int32]
Counts = NDArray[np.int64]
ROWS_TOGETHER = 16_000_000
NAMED_TOGETHER = 1 << 18
LARGEST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Named:
    """Rows of a table: in which report, and which name, as places among the reports and in `names`; in any order."""

    report: Codes
    name: Codes
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Some current reports: which substances and reactions they have, and the one stratum that each is in."""

    reports: int
    substances: Named
    reactions: Named
    strata: Named


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs with at least one report, by substance, then reaction, both in the order of their names.

    `n` reports of pair i name `substances[substance[i]]` and `reactions[reaction[i]]`. Of the margins, `reports` are
    all reports by stratum, `with_substance` and `with_reaction` those with each name by stratum and name. What is not
    stratified is one stratum.
    """

    substances: tuple[str, ...]
    reactions: tuple[str, ...]
    strata: tuple[str, ...]
    substance: Codes
    reaction: Codes
    n: Codes
    with_substance: Counts
    with_reaction: Counts
    reports: Counts

    def __len__(self) -> int:
        return len(self.n)

    @property
    def total(self) -> int:
        return int(self.reports.sum())


def count_pairs(incidences: Iterable[Incidence], rows_together: int = ROWS_TOGETHER) -> Pairs:
    """The counts over all incidences. Neither their order nor how many rows are counted together changes them."""
    counted = _Counted()
    waiting: list[Incidence] = []
    rows = 0
    for one in incidences:
        waiting.append(one)
        rows += len(one.substances.report) + len(one.reactions.report)
        if rows >= rows_together:
            counted.add(waiting)
            waiting, rows = [], 0
    counted.add(waiting)
    return counted.pairs()


class _Names:
    """Names by the place at which they were first met, which is their row in the matrices."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def met(self, names: Sequence[str]) -> Codes:
        return np.array([self.places.setdefault(name, len(self.places)) for name in names], np.int32)

    def in_order(self) -> tuple[tuple[str, ...], Codes]:
        """The sorted names, and of each place the one that it has in them."""
        names = tuple(sorted(self.places))
        now = np.empty(len(names), np.int32)
        now[[self.places[name] for name in names]] = np.arange(len(names), dtype=np.int32)
        return names, now


class _Counted:
    """The counts so far."""

    def __init__(self) -> None:
        self.substances, self.reactions, self.strata = _Names(), _Names(), _Names()
        self.pairs_of_both: Matrix = sparse.csr_array((0, 0), dtype=np.int32)
        self.with_substance = self.with_reaction = self.reports = np.zeros((0, 0), np.int64)

    def add(self, incidences: Sequence[Incidence]) -> None:
        starts = np.cumsum([0, *(one.reports for one in incidences)])
        substances = _matrix(self.substances, [one.substances for one in incidences], starts)
        reactions = _matrix(self.reactions, [one.reactions for one in incidences], starts)
        strata = _matrix(self.strata, [one.strata for one in incidences], starts)
        self.pairs_of_both = _sum(self.pairs_of_both, _product(substances, reactions.T.tocsr()))
        stratum = strata.T.tocsr().indices
        self.with_substance = _grown(self.with_substance, _by_stratum(substances, stratum, strata.shape[0]))
        self.with_reaction = _grown(self.with_reaction, _by_stratum(reactions, stratum, strata.shape[0]))
        self.reports = _grown(self.reports, np.diff(strata.indptr)[:, None])

    def pairs(self) -> Pairs:
        substances, substance_now = self.substances.in_order()
        reactions, reaction_now = self.reactions.in_order()
        strata, stratum_now = self.strata.in_order()
        ordered = _ordered(self.pairs_of_both, substance_now, reaction_now)
        return Pairs(
            substances=substances,
            reactions=reactions,
            strata=strata,
            substance=np.repeat(np.arange(len(substances), dtype=np.int32), np.diff(ordered.indptr)),
            reaction=ordered.indices.astype(np.int32, copy=False),
            n=ordered.data,
            with_substance=self.with_substance[np.argsort(stratum_now)][:, np.argsort(substance_now)],
            with_reaction=self.with_reaction[np.argsort(stratum_now)][:, np.argsort(reaction_now)],
            reports=self.reports[np.argsort(stratum_now)].sum(axis=1),
        )


def _matrix(names: _Names, parts: Sequence[Named], starts: Counts) -> Matrix:
    """Names x reports: 1 where a report has a name, however often it is listed."""
    report = [part.report + np.int32(start) for part, start in zip(parts, starts, strict=False)]
    name = [names.met(part.names)[part.name] for part in parts]
    rows = (np.concatenate([*name, np.empty(0, np.int32)]), np.concatenate([*report, np.empty(0, np.int32)]))
    shape = (len(names.places), int(starts[-1]))
    matrix: Matrix = sparse.csr_array((np.ones(len(rows[0]), np.int32), rows), shape=shape)
    matrix.data[:] = 1
    return matrix


def _product(substances: Matrix, reactions: Matrix) -> Matrix:
    """In how many reports each substance (a row) stands with each reaction (a column), of reports x reactions.

    Every report of a substance names its reactions, as numbers of a pair; sorted, equal ones stand together. Half the
    time of the general product, and no row as long as there are reactions has to be held.
    """
    named = np.diff(reactions.indptr)[substances.indices]
    upto = np.concatenate([[0], np.cumsum(named, dtype=np.int64)])
    ends = upto[substances.indptr]
    columns = max(1, reactions.shape[1])
    found, counts, in_row = [np.empty(0, np.int32)], [np.empty(0, np.int32)], np.zeros(len(ends), np.int64)
    row = 0
    while row < substances.shape[0]:
        after = int(np.searchsorted(ends, ends[row] + NAMED_TOGETHER, side="right")) - 1
        after = max(row + 1, min(after, row + LARGEST // columns))
        here = slice(substances.indptr[row], substances.indptr[after])
        moved = reactions.indptr[substances.indices[here]] - (upto[here] - ends[row])
        places = np.repeat(moved, named[here]) + np.arange(ends[after] - ends[row])
        of_row = np.repeat(np.arange(after - row) * columns, np.diff(ends[row : after + 1]))
        pairs = np.sort((reactions.indices[places] + of_row).astype(np.uint32))
        first = np.flatnonzero(np.diff(pairs, prepend=np.uint32(LARGEST)))
        rows, reaction = np.divmod(pairs[first], np.uint32(columns))
        found.append(reaction.astype(np.int32))
        counts.append(np.diff(first, append=len(pairs)).astype(np.int32))
        in_row[row + 1 : after + 1] = np.bincount(rows, minlength=after - row)
        row = after
    shape = (substances.shape[0], reactions.shape[1])
    return sparse.csr_array((np.concatenate(counts), np.concatenate(found), np.cumsum(in_row)), shape=shape)


def _ordered(pairs: Matrix, substances_now: Codes, reactions_now: Codes) -> Matrix:
    """The pairs with rows and columns where their names are now."""
    if all((now == np.arange(len(now))).all() for now in (substances_now, reactions_now)):
        return pairs
    both = pairs.tocoo()
    moved: Matrix = sparse.coo_array((both.data, (substances_now[both.row], reactions_now[both.col])), shape=both.shape)
    moved.has_canonical_format = True  # a pair stands in it once, though not in order
    return moved.tocsc().tocsr()  # by reaction, then by substance: in order without being sorted


def _sum(before: Matrix, new: Matrix) -> Matrix:
    """The sum of two matrices of which the first may be smaller, because it knows fewer names."""
    if not before.nnz:
        return new
    before.resize(new.shape)
    return before + new


def _by_stratum(matrix: Matrix, stratum: Codes, strata: int) -> Counts:
    """Strata x names: the reports of each."""
    name = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    places = stratum[matrix.indices] * np.int64(matrix.shape[0]) + name
    return np.bincount(places, minlength=strata * matrix.shape[0]).reshape(strata, matrix.shape[0])


def _grown(before: Counts, new: Counts) -> Counts:
    """The sum of two arrays of which the first may be smaller."""
    return new + np.pad(before, [(0, more - less) for less, more in zip(before.shape, new.shape, strict=True)])
