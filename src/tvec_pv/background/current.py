"""The newest version of each case over all that is loaded, without deleted cases: what every count looks at.

It is made once for a release, in a folder of its own that takes its name when it is whole, a quarter at a time: first
which rows are the newest, some millions of cases at a time, then those rows, numbered through, quarter by quarter.
Substances and reactions are numbers here; `substances.parquet` and `reactions.parquet` say what they stand for.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tvec_pv.background.extracts import DELETED, DRUGS, REACTIONS, REPORTS, SUSPECT_ROLES, UNDECIDED, YES
from tvec_pv.background.manifest import CURRENT, Quarter, clear_unfinished, release, release_key, status

SUMMARY = "summary.json"
CASES_AT_A_TIME = 4_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some current reports, numbered from `first` on, with the pairs of a report and what it names."""

    first: int
    reports: int
    drugs: tuple[NDArray[np.uint32], NDArray[np.uint32]]
    reactions: tuple[NDArray[np.uint32], NDArray[np.uint32]]


@dataclass(frozen=True, slots=True)
class Summary:
    """A release: its current `cases`, of which some name the product or may; and those on a list of deleted cases."""

    release: str
    reports: int
    cases: int
    product_cases: int
    undecided_cases: int
    deleted_cases: int
    substances: int
    reactions: int


@dataclass(frozen=True)
class Current:
    """The current reports of a release. `folder` holds `reports-*`, `drugs-*` and `reactions-*.parquet` by part."""

    folder: Path

    @cached_property
    def summary(self) -> Summary:
        return Summary(**json.loads((self.folder / SUMMARY).read_text("utf-8")))

    @cached_property
    def substances(self) -> list[str]:
        """The folded names by their numbers."""
        return _names(self.folder / "substances.parquet")

    @cached_property
    def reactions(self) -> list[str]:
        """The normalised names by their numbers."""
        return _names(self.folder / "reactions.parquet")

    def files(self, table: str) -> list[Path]:
        return sorted(self.folder.glob(f"{table}-*.parquet"))

    def reports(self, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """What is known of the reports, part by part, in the order of their numbers."""
        for file in self.files("reports"):
            yield pl.read_parquet(file, columns=columns)

    def parts(self, *, suspect_only: bool = True) -> Iterator[Part]:
        """Who names what, part by part: a report never lies in two. Of medicines, the suspect and interacting ones; one
        that a report has in two roles stands there twice."""
        for reports, drugs, reactions in zip(*(map(self.files, ("reports", "drugs", "reactions"))), strict=True):
            numbers = pl.read_parquet(reports, columns=["number"])["number"]
            named = pl.read_parquet(drugs)
            if suspect_only:
                named = named.filter(pl.col("role").cast(pl.String).is_in(SUSPECT_ROLES))
            happened = pl.read_parquet(reactions)
            yield Part(
                first=int(numbers[0]) if len(numbers) else 0,
                reports=len(numbers),
                drugs=(named["report"].to_numpy(), named["substance"].to_numpy()),
                reactions=(happened["report"].to_numpy(), happened["reaction"].to_numpy()),
            )


def parquet(files: Iterable[Path]) -> str:
    """Parquet files as a relation of DuckDB's SQL. Paths are made of hashes, and quoted all the same."""
    quoted = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"[{quoted}]"


def current_reports(folder: Path) -> Current | None:
    """The current reports of what is loaded, made where they are not; None when no extract is loaded."""
    loaded = status(folder)
    if not any(one.is_extract for one in loaded):
        return None
    return find_current(folder) or Current(_make(folder, loaded))


def find_current(folder: Path) -> Current | None:
    """The current reports of what is loaded, where they are made."""
    made = folder / f"{CURRENT}{release_key(status(folder))}"
    return Current(made) if made.is_dir() else None


def _make(folder: Path, loaded: list[Quarter]) -> Path:
    """Put them together beside their place, and move them there."""
    clear_unfinished(folder)
    made = folder / f"{CURRENT}{release_key(loaded)}"
    extracts = sorted((one for one in loaded if one.is_extract), key=lambda one: (one.quarter, one.sha256))
    under_way = folder / f"{made.name}.new"
    under_way.mkdir()
    newest, deleted = _newest(folder, loaded, extracts)
    substances: dict[str, int] = {}
    reactions: dict[str, int] = {}
    cases = product = undecided = 0
    for part, (extract, is_newest) in enumerate(zip(extracts, newest, strict=True)):
        source = folder / extract.folder
        reports = pl.read_parquet(source / REPORTS).filter(pl.Series(is_newest))
        numbers = np.zeros(len(is_newest), dtype=np.uint32)
        numbers[is_newest] = np.arange(cases, cases + reports.height, dtype=np.uint32)
        numbered = reports.with_columns(pl.Series("number", numbers[is_newest]))
        _write(numbered, under_way, "reports", part)
        for file, column, known in ((DRUGS, "substance", substances), (REACTIONS, "reaction", reactions)):
            rows = pl.read_parquet(source / file)
            places = rows["place"].to_numpy()
            kept = rows.with_columns(pl.Series("place", numbers[places])).filter(pl.Series(is_newest[places]))
            coded = kept.rename({"place": "report"}).with_columns(_coded(kept[column], known))
            _write(coded, under_way, file.removesuffix(".parquet"), part)
        cases += reports.height
        product += int((reports["product"] == YES).sum())
        undecided += int((reports["product"] == UNDECIDED).sum())
    for column, known in (("substance", substances), ("reaction", reactions)):
        names = pl.DataFrame(
            {column: list(known.values()), "name": list(known)}, schema={column: pl.UInt32, "name": pl.String}
        )
        names.write_parquet(under_way / f"{column}s.parquet")
    summary = Summary(
        release=release(loaded),
        reports=sum(one.reports for one in extracts),
        cases=cases,
        product_cases=product,
        undecided_cases=undecided,
        deleted_cases=deleted,
        substances=len(substances),
        reactions=len(reactions),
    )
    (under_way / SUMMARY).write_text(json.dumps(asdict(summary), indent=2) + "\n", "utf-8")
    return under_way.rename(made)


def _write(rows: pl.DataFrame, folder: Path, table: str, part: int) -> None:
    rows.write_parquet(folder / f"{table}-{part:04}.parquet", compression="lz4")


def _coded(names: pl.Series, known: dict[str, int]) -> pl.Series:
    """The numbers of names, a category each; `known` gives numbers to new ones in the order of the alphabet."""
    category = names.to_physical()
    categories = category.unique()
    texts = categories.cat.to(names.dtype).cast(pl.String)
    number_of = np.zeros(int(categories.max() or 0) + 1, dtype=np.uint32)  # type: ignore[arg-type]
    for text, place in sorted(zip(texts, categories, strict=True)):
        number_of[place] = known.setdefault(text, len(known))
    return pl.Series(names.name, number_of[category.to_numpy()])


def _names(file: Path) -> list[str]:
    found: list[str] = pl.read_parquet(file)["name"].to_list()
    return found


def _newest(folder: Path, loaded: list[Quarter], extracts: list[Quarter]) -> tuple[list[NDArray[np.bool_]], int]:
    """Of each extract, which of its rows are the newest of their cases and not deleted; how many cases are deleted.

    The newest has the highest version, then the latest date, then the highest number; of one that stands in two
    extracts the later extract's. A case on a list is deleted if its newest version is not younger than the list.
    """
    newest = [np.zeros(one.reports, dtype=bool) for one in extracts]
    deleted = 0
    shares = 1 + sum(one.reports for one in extracts) // CASES_AT_A_TIME
    with duckdb.connect() as database:
        database.execute(f"CREATE VIEW reports AS {_reports(folder, extracts)}")
        database.execute(
            f"""CREATE TABLE deleted AS SELECT "case", max(as_of) AS as_of
                FROM read_parquet({parquet(folder / one.folder / DELETED for one in loaded)}) GROUP BY "case" """  # noqa: S608
        )
        for share in range(shares):
            rows = database.execute(
                """WITH newest AS (
                     SELECT "case", received, extract, row FROM reports WHERE hash("case") % ? = ?
                     QUALIFY row_number() OVER (
                       PARTITION BY "case" ORDER BY version DESC, received DESC NULLS LAST, length(report) DESC,
                       report DESC, extract DESC) = 1)
                   SELECT extract, row, as_of IS NOT NULL AND (received IS NULL OR received <= as_of) AS is_deleted
                   FROM newest LEFT JOIN deleted USING ("case")""",
                [shares, share],
            ).fetchnumpy()
            is_deleted = rows["is_deleted"].astype(bool)
            deleted += int(is_deleted.sum())
            for number, flags in enumerate(newest):
                flags[rows["row"][(rows["extract"] == number) & ~is_deleted]] = True
    return newest, deleted


def _reports(folder: Path, extracts: list[Quarter]) -> str:
    return " UNION ALL ".join(
        f"""SELECT "case", version, received, report, {number} AS extract, file_row_number AS row
            FROM read_parquet({parquet([folder / one.folder / REPORTS])}, file_row_number = true)"""  # noqa: S608
        for number, one in enumerate(extracts)
    )
