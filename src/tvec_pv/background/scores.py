"""The statistics of all pairs of a release, and the prior that they were shrunk with.

The prior is fitted with the zero cells of the whole table of substances and reactions; on a background of FAERS' shape
the pairs with a report alone do not determine it (docs/adr/0015). Statistics are computed in blocks that fit the
processor's cache and written in row groups, so that memory does not grow with the number of pairs.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

from tvec_pv import __version__
from tvec_pv.background.current import Current, current_reports
from tvec_pv.background.extracts import SUSPECT_ROLES
from tvec_pv.background.manifest import key_of, release, status
from tvec_pv.background.pairs import Codes, Incidence, Named, Pairs, count_pairs
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.statistics.contingency import Table
from tvec_pv.domain.statistics.disproportionality import chi_square, chi_square_yates, prr, ror
from tvec_pv.domain.statistics.gamma_poisson import Likelihood, Prior
from tvec_pv.domain.statistics.information_component import information_component_of
from tvec_pv.domain.statistics.interval import Floats
from tvec_pv.domain.statistics.posterior import shrink_by_table
from tvec_pv.domain.statistics.prior_fit import Points, fit_prior, points_with_zeros
from tvec_pv.domain.statistics.stratified import stratified_expected_of_margins
from tvec_pv.progress import report

BLOCK = 1 << 15
ROW_GROUP = 1 << 18
SHRUNK_TOGETHER = 1 << 20
STRATA = ("sex", "age_group", "region", "quarter")
MEASURES = (
    "expected",
    *("prr", "prr_lower", "prr_upper"),
    *("ror", "ror_lower", "ror_upper"),
    *("chi_square", "chi_square_yates"),
    *("ic", "ic_lower", "ic_upper"),
    *("ebgm", "eb05", "eb95"),
)


@dataclass(frozen=True, slots=True)
class StoredPrior:
    """The prior of a release, as it was fitted: what it was fitted on, and the report by which to trust it.

    `roles` are those in which a substance counted, `strata` by what the expected counts were stratified (empty: by
    nothing). `starts` are the log likelihoods at which the searches ended.
    """

    prior: Prior
    likelihood: Likelihood
    log_likelihood: float
    converged: bool
    is_interior: bool
    starts: tuple[float, ...]
    release: str
    roles: tuple[str, ...]
    strata: tuple[str, ...]
    reports: int
    pairs: int
    substances: int
    reactions: int
    code: str

    @property
    def usable(self) -> Prior | None:
        """The prior, where the data determine it."""
        return self.prior if self.converged and self.is_interior else None

    @property
    def line(self) -> str:
        theta = ", ".join(f"{value:.6g}" for value in self.prior.theta)
        trust = "converged" if self.usable else "NOT CONVERGED: no EBGM, EB05 and EB95"
        return f"prior ({theta}), {self.likelihood}, log likelihood {self.log_likelihood:.2f}, {trust}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def expected(pairs: Pairs, places: slice = slice(None)) -> Floats:
    """Reports expected of some pairs, were substance and reaction independent within each stratum."""
    return stratified_expected_of_margins(
        pairs.with_substance.astype(np.float64),
        pairs.with_reaction.astype(np.float64),
        pairs.reports.astype(np.float64),
        pairs.substance[places].astype(np.intp),
        pairs.reaction[places].astype(np.intp),
    )


def prior_of(folder: Path, strata: Sequence[str] = ()) -> StoredPrior | None:
    """The prior of what is loaded now; None where nothing is, or it was not scored since, or by other code."""
    file = folder / f"{_stem(release(status(folder)), strata)}.json"
    try:
        return _stored(json.loads(file.read_text("utf-8")))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _stored(entry: dict[str, Any]) -> StoredPrior:
    given = entry | {name: tuple(entry[name]) for name in ("starts", "roles", "strata")}
    return StoredPrior(**given | {"prior": Prior(**entry["prior"]), "likelihood": Likelihood(entry["likelihood"])})


def _stem(of_release: str, strata: Sequence[str]) -> str:
    """The name of the files of a release: the hash that ends its name, and by what it was stratified."""
    return "-".join(["scores", key_of(of_release), *strata])


def score(folder: Path, strata: Sequence[str] = ()) -> tuple[StoredPrior, Path]:
    """Count and score all pairs of what is loaded; the prior, and the file that holds a row for each pair.

    `Refused` where nothing is loaded, or a stratum is none of `STRATA`.
    """
    unknown = [name for name in strata if name not in STRATA]
    if unknown:
        raise Refused(f"the background has no strata {', '.join(unknown)}: choose from {', '.join(STRATA)}")
    current = current_reports(folder)
    if current is None:
        raise Refused("no background is loaded, so there is nothing to score: `tvec-pv background load PATH`")
    report("counting", 0, 1)
    pairs = count_pairs(incidences(current, strata))
    if not len(pairs):
        raise Refused("no report of the background has both a suspect medicine and a reaction: nothing to score")
    report("counting", 1, 1)
    stored = fit(pairs, current.summary.release, strata)
    stem = folder / _stem(stored.release, strata)
    write_scores(pairs, stored, stem.with_suffix(".parquet"))
    new = stem.with_suffix(".json.new")
    new.write_text(json.dumps(stored.as_json(), indent=2) + "\n", "utf-8")
    new.replace(stem.with_suffix(".json"))
    return stored, stem.with_suffix(".parquet")


class _Sorted(NamedTuple):
    """Names in order, and the place in them of each number that stands for one."""

    names: Sequence[str]
    places: Codes


def _sorted(names: Sequence[str]) -> _Sorted:
    order = sorted(range(len(names)), key=names.__getitem__)
    places = np.empty(len(names), np.int32)
    places[order] = np.arange(len(names), dtype=np.int32)
    return _Sorted([names[place] for place in order], places)


def incidences(current: Current, strata: Sequence[str] = ()) -> Iterator[Incidence]:
    """The current reports part by part, with the substances that are suspect or interacting in them."""
    substances, reactions = _sorted(current.substances), _sorted(current.reactions)
    for part, known in zip(current.parts(), current.reports(list(strata) or ["number"]), strict=True):
        yield Incidence(
            part.reports,
            _part(part.drugs, part.first, substances),
            _part(part.reactions, part.first, reactions),
            _strata(known.select(strata), part.reports),
        )


def _part(rows: tuple[NDArray[np.uint32], NDArray[np.uint32]], first: int, names: _Sorted) -> Named:
    report_number, name = rows
    return Named((report_number - first).astype(np.int32), names.places[name], names.names)


def _strata(known: pl.DataFrame, reports: int) -> Named:
    """One stratum for each combination of values; what is not known is a value like another."""
    every = np.arange(reports, dtype=np.int32)
    if not known.width:
        return Named(every, np.zeros(reports, np.int32), ("all",))
    combined = known.select(pl.concat_str(pl.all().fill_null("unknown"), separator=", ")).to_series()
    names = combined.unique().sort()
    places = combined.replace_strict(names, pl.Series(range(len(names))), return_dtype=pl.Int32)
    return Named(every, places.to_numpy(), names.to_list())


def fit(pairs: Pairs, of_release: str, strata: Sequence[str] = ()) -> StoredPrior:
    """The prior of all pairs, with the zero cells of the table of what was reported at least once."""
    found = fit_prior(_points(pairs), Likelihood.WITH_ZEROS)
    return StoredPrior(
        prior=found.prior,
        likelihood=found.likelihood,
        log_likelihood=found.log_likelihood,
        converged=found.converged,
        is_interior=found.is_interior,
        starts=tuple(end.log_likelihood for end in found.starts),
        release=of_release,
        roles=SUSPECT_ROLES,
        strata=tuple(strata),
        reports=pairs.total,
        pairs=len(pairs),
        substances=int(np.count_nonzero(pairs.with_substance.sum(axis=0))),
        reactions=int(np.count_nonzero(pairs.with_reaction.sum(axis=0))),
        code=__version__,
    )


def _points(pairs: Pairs) -> Points:
    if len(pairs.strata) > 1:
        margins = pairs.with_substance.T, pairs.with_reaction.T, pairs.reports
    else:
        margins = pairs.with_substance[0], pairs.with_reaction[0], pairs.reports[0]
    return points_with_zeros(pairs.n, expected(pairs), *margins)


def row_groups(pairs: Pairs, prior: Prior | None) -> Iterator[tuple[slice, dict[str, Floats]]]:
    """All measures of all pairs, a row group at a time, in the order of `MEASURES`; nan where one is not defined.

    IC and EBGM have the stratified expected counts; PRR, ROR and chi-square are those of the whole table. Without a
    prior there is no EBGM.

    Many pairs are shrunk together, because the table of interpolation is made for all of them; the other measures are
    computed in blocks that stay in the processor's cache.
    """
    for many in _slices(0, len(pairs), SHRUNK_TOGETHER):
        e = expected(pairs, many)
        shrunk = _shrunk(pairs, e, prior, many)
        for group in _slices(many.start, many.stop, ROW_GROUP):
            found = {name: np.empty(group.stop - group.start) for name in MEASURES}
            for block in _slices(group.start, group.stop, BLOCK):
                e_here = e[block.start - many.start : block.stop - many.start]
                for name, values in (_crude(pairs, block) | _component(pairs, e_here, block)).items():
                    found[name][block.start - group.start : block.stop - group.start] = values
            here = slice(group.start - many.start, group.stop - many.start)
            yield group, found | {"expected": e[here]} | {name: values[here] for name, values in shrunk.items()}


def _crude(pairs: Pairs, places: slice) -> dict[str, Floats]:
    n = pairs.n[places].astype(np.float64)
    b = pairs.with_substance.sum(axis=0)[pairs.substance[places]] - n
    c = pairs.with_reaction.sum(axis=0)[pairs.reaction[places]] - n
    cells = Table(n, b, c, pairs.total - n - b - c)
    return (
        prr(cells).named("prr")
        | ror(cells).named("ror")
        | {"chi_square": chi_square(cells), "chi_square_yates": chi_square_yates(cells)}
    )


def _component(pairs: Pairs, e: Floats, places: slice) -> dict[str, Floats]:
    return information_component_of(pairs.n[places].astype(np.float64), e).named("ic")


def _shrunk(pairs: Pairs, e: Floats, prior: Prior | None, places: slice) -> dict[str, Floats]:
    if prior is None:
        return dict.fromkeys(("ebgm", "eb05", "eb95"), np.full(len(e), np.nan))
    shrunk = shrink_by_table(pairs.n[places], e, prior)
    return {"ebgm": shrunk.ebgm, "eb05": shrunk.eb05, "eb95": shrunk.eb95}


def write_scores(pairs: Pairs, stored: StoredPrior, path: Path) -> None:
    """One row for each pair, in the order of the pairs: the names, `n` and all measures; null where one is not defined.

    What stands in the file also says what it was made on, under `prior` in its metadata.
    """
    names = {
        name: pyarrow.array(values, pyarrow.string())
        for name, values in (("substance", pairs.substances), ("reaction", pairs.reactions))
    }
    schema = pyarrow.schema(
        [
            *((name, pyarrow.dictionary(pyarrow.int32(), pyarrow.string())) for name in names),
            ("n", pyarrow.int32()),
            *((name, pyarrow.float64()) for name in MEASURES),
        ],
        metadata={"prior": json.dumps(stored.as_json())},
    )
    new = path.with_suffix(".new")
    with pyarrow.parquet.ParquetWriter(
        new,
        schema,
        compression="NONE",
        use_dictionary=list(names),
        write_statistics=[*names, "n"],
    ) as writer:
        for places, measured in row_groups(pairs, stored.usable):
            report("scoring", places.start, len(pairs))
            columns = [
                *(
                    pyarrow.DictionaryArray.from_arrays(getattr(pairs, name)[places], values)
                    for name, values in names.items()
                ),
                pyarrow.array(pairs.n[places]),
                *(pyarrow.array(values, from_pandas=bool(np.isnan(values).any())) for values in measured.values()),
            ]
            writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))
    new.replace(path)
    report("scoring", len(pairs), len(pairs))


def _slices(start: int, stop: int, size: int) -> Iterator[slice]:
    for first in range(start, stop, size):
        yield slice(first, min(first + size, stop))
