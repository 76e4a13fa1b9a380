"""What is computed from the tables of the reference implementations, which are not shipped with this product.

Their numbers are compared whole: what is left of thousands of pairs is the largest difference among them.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from types import EllipsisType

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.statistics.contingency import Table, table
from tvec_pv.domain.statistics.disproportionality import prr, ror
from tvec_pv.domain.statistics.gamma_poisson import Likelihood, Prior
from tvec_pv.domain.statistics.information_component import information_component, information_component_of
from tvec_pv.domain.statistics.interval import Floats, Interval
from tvec_pv.domain.statistics.posterior import shrink
from tvec_pv.domain.statistics.prior_fit import Fit, Points, fit_prior, observed_points
from tvec_pv.domain.statistics.stratified import stratified_expected_of_margins
from tvec_pv.self_test.methods import Computed

Columns = dict[str, list[str]]
VIGNETTE = Prior(3.2537864, 0.3998884, 2.0261305, 1.9080826, 0.0653457)


def read_columns(file: Path) -> Columns:
    """A CSV table by its columns; `ReferenceDataError` where it cannot be read."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ReferenceDataError(f"{file.name}: not a readable table ({type(error).__name__})") from error


def _numbers(columns: Columns, *names: str) -> list[Floats]:
    """Columns as numbers; NA and an empty cell are nan."""
    return [np.array([float(one) if one not in ("", "NA") else np.nan for one in columns[name]]) for name in names]


def _ic_of_pvda(folder: Path) -> Computed:
    columns = read_columns(folder / "pvda_ic.csv")
    observed, expected = _numbers(columns, "obs", "exp")
    found = information_component_of(observed, expected)
    return {"pairs": len(observed), "largest difference": _largest(found, columns, "ic")}


def _ratios_of_pvda(folder: Path) -> Computed:
    columns = read_columns(folder / "pvda_ror_prr.csv")
    cells = table(*_numbers(columns, "a", "b", "c", "d"))
    largest = max(_largest(measure(cells), columns, name, is_relative=True) for measure, name in RATIOS)
    return {"pairs": len(cells.a), "largest relative difference": largest}


def _reports_of_pvda(folder: Path) -> Computed:
    """A row of its table names a report, a drug and an event: a pair counts in the reports with such a row."""
    reports = read_columns(folder / "pvda_drug_event_df.csv")
    columns = read_columns(folder / "pvda_da_drug_event_df.csv")
    found, theirs = (list(zip(one["drug"], one["event"], strict=True)) for one in (reports, columns))
    of_pair, of_drug, of_event = (_reports_of(reports["report_id"], one) for one in (found, *zip(*found, strict=True)))
    total = len(set(reports["report_id"]))
    a, row, column = np.array(
        [(len(of_pair[pair]), len(of_drug[pair[0]]), len(of_event[pair[1]])) for pair in theirs], dtype=np.float64
    ).T
    cells = table(a, row - a, column - a, total - row - column + a)
    no_zero = (cells.b > 0) & (cells.c > 0) & (cells.d > 0)
    component = information_component(cells)
    return {
        "pairs": len(of_pair),
        "pairs with IC025 over 0": int((component.lower > 0).sum()),
        "counts that differ": int((np.array(_numbers(columns, "obs", "n_drug", "n_event")) != (a, row, column)).sum()),
        "largest difference": max(
            _largest(component, columns, "ic"),
            *(_largest(measure(cells), columns, name, is_relative=True, where=no_zero) for measure, name in RATIOS),
        ),
    }


def _expected_of_caers(folder: Path) -> Computed:
    """Margins in distinct reports, within each sex."""
    reports = read_columns(folder / "caers_raw_long.csv")
    columns = read_columns(folder / "openEBGM_caers_stratified_E.csv")
    strata = sorted(set(reports["strat1"]))
    keys = list(zip(reports["strat1"], reports["id"], strict=True))
    totals = np.array([len({one for stratum, one in keys if stratum == name}) for name in strata], dtype=np.float64)
    margins, places = [], []
    for side in ("var1", "var2"):
        names = {name: place for place, name in enumerate(sorted(set(reports[side])))}
        counts = np.zeros((len(strata), len(names)))
        for (stratum, _), name in {(key, name) for key, name in zip(keys, reports[side], strict=True)}:
            counts[strata.index(stratum), names[name]] += 1
        margins.append(counts)
        places.append(np.array([names[name] for name in columns[side]]))
    expected = stratified_expected_of_margins(margins[0], margins[1], totals, places[0], places[1])
    (theirs,) = _numbers(columns, "E")
    return {"pairs": len(theirs), "largest relative difference": float(np.abs(expected / theirs - 1).max())}


def _prior_of_caers(folder: Path) -> Computed:
    n, e = _numbers(read_columns(folder / "openEBGM_caers_scores.csv"), "N", "E")
    return _of_fit(fit_prior(observed_points(n, e), Likelihood.ZERO_TRUNCATED))


def _scores_of_caers(folder: Path) -> Computed:
    n, e, *theirs = _numbers(read_columns(folder / "openEBGM_caers_scores.csv"), "N", "E", "EBGM", "Q05", "Q95")
    found = shrink(n, e, VIGNETTE)
    ours = (found.ebgm, found.eb05, found.eb95)
    return {
        "pairs": len(n),
        "pairs with EB05 over 2": int((found.eb05 > 2).sum()),
        "largest relative difference": max(
            float(np.abs(one / other - 1).max()) for one, other in zip(ours, theirs, strict=True)
        ),
    }


def _prior_with_zero_cells(folder: Path) -> Computed:
    n, e, weight = _numbers(read_columns(folder / "points_with_zero_cells.csv"), "N", "E", "weight")
    return _of_fit(fit_prior(Points(n.astype(np.int64), e, weight), Likelihood.WITH_ZEROS))


def _of_fit(fit: Fit) -> Computed:
    found = dict(zip(("alpha1", "beta1", "alpha2", "beta2", "p"), fit.prior.theta, strict=True))
    return found | {"log likelihood": fit.log_likelihood, "converged": float(fit.converged)}


def _reports_of(reports: Iterable[str], names: Iterable[Hashable]) -> Mapping[Hashable, set[str]]:
    found: dict[Hashable, set[str]] = defaultdict(set)
    for report, name in zip(reports, names, strict=True):
        found[name].add(report)
    return found


def _largest(
    found: Interval,
    columns: Columns,
    name: str,
    *,
    is_relative: bool = False,
    where: EllipsisType | NDArray[np.bool_] = ...,
) -> float:
    """The largest difference of an estimate and its bounds from the columns `name`, `name2.5` and `name97.5`."""
    theirs = _numbers(columns, name, f"{name}2.5", f"{name}97.5")
    differences = [
        np.abs(ours / other - 1 if is_relative else ours - other)[where]
        for ours, other in zip((found.estimate, found.lower, found.upper), theirs, strict=True)
    ]
    return float(np.max(differences))


RATIOS: tuple[tuple[Callable[[Table], Interval], str], ...] = ((prr, "prr"), (ror, "ror"))

TABLES: Mapping[str, tuple[str, Callable[[Path], Computed]]] = {
    "IC of pvda's table": ("IC", _ic_of_pvda),
    "PRR and ROR of pvda's table": ("ROR", _ratios_of_pvda),
    "pvda's reports": ("IC", _reports_of_pvda),
    "expected counts of caers, by sex": ("stratified expected count", _expected_of_caers),
    "prior of caers": ("prior", _prior_of_caers),
    "EBGM of caers": ("EBGM", _scores_of_caers),
    "prior with zero cells": ("prior", _prior_with_zero_cells),
}
"""What is computed from a folder of tables, and the method whose formula stands beside it."""
