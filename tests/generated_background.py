"""Generated reports counted without a file in between: the same draws as `tvec-pv background generate` writes."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl

from tvec_pv.background.extracts import DELETED, DRUGS, REACTIONS, REPORTS
from tvec_pv.background.generated import (
    ROLES,
    SUSPECT,
    Quarter,
    Reports,
    Signal,
    World,
    chosen,
    make_world,
    quarters,
)
from tvec_pv.background.manifest import EXTRACT, add
from tvec_pv.background.manifest import Quarter as LoadedQuarter
from tvec_pv.background.pairs import Incidence, Named, Pairs, count_pairs
from tvec_pv.background.planted import plant
from tvec_pv.domain.terms import normalise
from tvec_pv.reference_files import generation, product, safety_profile
from tvec_pv.sources.faers_deleted import last_day


def a_world(seed: int, *, even: bool = False, **changes: object) -> World:
    """A world of the shipped data, with entries changed by name; a smaller one by `substances=` and `reactions=`."""
    return make_world(dict(generation()) | changes, product(), safety_profile(), seed, even=even)


def counted(world: World, reports: int, seed: int) -> tuple[Pairs, tuple[Signal, ...]]:
    """All pairs of so many generated reports, and the signals planted in them."""
    signals = plant(world, reports, seed)
    return count_pairs(incidences(world, quarters(world, reports, seed, signals))), signals


def incidences(world: World, drawn: Iterator[Quarter]) -> Iterator[Incidence]:
    """The newest version of each case that is not deleted. A case is followed up in the next quarter at the latest."""
    before: Reports | None = None
    for quarter in drawn:
        if before is not None:
            yield _incidence(
                world, before, np.union1d(quarter.deleted, quarter.reports.case[quarter.reports.version > 1])
            )
        newest = quarter.reports
        second = newest.case[newest.version > 1]
        is_old = (newest.version == 1) & np.isin(newest.case, second)
        before = chosen(newest, np.flatnonzero(~is_old))
    if before is not None:
        yield _incidence(world, before, np.empty(0, np.int64))


def _incidence(world: World, reports: Reports, left_out: np.ndarray) -> Incidence:
    kept = chosen(reports, np.flatnonzero(~np.isin(reports.case, left_out) | (reports.version > 1)))
    suspect = np.isin(kept.role, SUSPECT)
    every = np.arange(len(kept), dtype=np.int32)
    return Incidence(
        len(kept),
        Named(kept.drug_report[suspect].astype(np.int32), kept.substance[suspect].astype(np.int32), world.substances),
        Named(kept.reaction_report.astype(np.int32), kept.reaction.astype(np.int32), world.reactions),
        Named(every, np.zeros_like(every), ("all",)),
    )


def write_loaded(folder: Path, world: World, reports: int, seed: int) -> tuple[Signal, ...]:
    """The background as it is after loading such quarters, without writing and reading their tables."""
    signals = plant(world, reports, seed)
    substances, reactions = ([normalise(name) for name in names] for names in (world.substances, world.reactions))
    for quarter in quarters(world, reports, seed, signals):
        drawn = quarter.reports
        hashed = sha256(f"generated {world.data['version']} {reports} {seed} {quarter.name}".encode()).hexdigest()
        is_product = np.zeros(len(drawn), bool)
        is_product[drawn.drug_report[drawn.substance == world.product]] = True
        entry = LoadedQuarter(
            name=f"generated {quarter.name}",
            sha256=hashed,
            kind=EXTRACT,
            quarter=f"20{quarter.name}",
            reports=len(drawn),
            product_reports=int(is_product.sum()),
            undecided_reports=0,
            deleted=len(quarter.deleted),
            refused={},
            first_received="",
            last_received="",
            loaded_at="",
            product_version=product().version,
            codes_version="generated",
        )
        (folder / entry.folder).mkdir(parents=True)
        for name, frame in _loaded(world, quarter, is_product, substances, reactions).items():
            frame.write_parquet(folder / entry.folder / name)
        add(folder, entry)
    return signals


def _loaded(
    world: World, quarter: Quarter, is_product: np.ndarray, substances: list[str], reactions: list[str]
) -> dict[str, pl.DataFrame]:
    drawn = quarter.reports
    case = pl.Series(drawn.case).cast(pl.String)
    codes = {name: [one["code"] or None for one in world.data[name]] for name in ("sex", "country", "reporter")}
    known = {name: _gathered(values, getattr(drawn, name)) for name, values in codes.items()}
    age_group = pl.Series(np.where(drawn.age < 0, -1, drawn.age >= 65)).replace_strict(
        {-1: None, 0: "adult", 1: "elderly"}, return_dtype=pl.String
    )
    return {
        REPORTS: pl.DataFrame(
            {
                "report": pl.Series(drawn.case * 10 + drawn.version).cast(pl.String),
                "case": case,
                "version": pl.Series(drawn.version).cast(pl.Int32),
                "received": pl.Series(drawn.received.astype("datetime64[D]")),
                "quarter": [f"20{quarter.name}"] * len(drawn),
                **known,
                "age_group": age_group,
                "region": known["country"],
                "source": _gathered([None, "literature"], drawn.literature),
                "own_key": "GENERATED" + case,
                "authority_key": pl.Series([None] * len(drawn), dtype=pl.String),
                "serious": drawn.outcome > 0,
                "fatal": _gathered([one["code"] == "DE" for one in world.data["outcome"]], drawn.outcome),
                "product": _gathered(["no", "yes"], is_product.astype(np.int64)),
            }
        ),
        DRUGS: pl.DataFrame(
            {
                "place": pl.Series(drawn.drug_report).cast(pl.UInt32),
                "substance": _gathered(substances, drawn.substance).cast(pl.Categorical),
                "role": _gathered(list(ROLES), drawn.role).cast(pl.Categorical),
            }
        ),
        REACTIONS: pl.DataFrame(
            {
                "place": pl.Series(drawn.reaction_report).cast(pl.UInt32),
                "reaction": _gathered(reactions, drawn.reaction).cast(pl.Categorical),
            }
        ),
        DELETED: pl.DataFrame(
            {
                "case": pl.Series(quarter.deleted).cast(pl.String),
                "as_of": pl.Series([last_day(quarter.name)] * len(quarter.deleted), dtype=pl.Date),
            }
        ),
    }


def _gathered(values: list[object], codes: np.ndarray) -> pl.Series:
    return pl.Series(values).gather(pl.Series(codes))
