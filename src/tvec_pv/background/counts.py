"""Counting the reports of everything else: in all, and with each reaction, among those that are asked for.

DuckDB says of each report whether it is asked for, and whose it is; pairs of a report and a reaction are then counted
part by part, in memory that does not grow with them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tvec_pv.background.current import Current, current_reports, parquet
from tvec_pv.background.extracts import LITERATURE, SUSPECT_ROLES, UNDECIDED, YES
from tvec_pv.domain.background import EVERYONE, Among, Background, report_number
from tvec_pv.domain.icsr import PUBLIC_NUMBER

# Whose a report is, of those that are asked for: everything else's, the product's by name, ours by number, or either's.
NOT_ASKED, REST, PRODUCT, CERTAIN, POSSIBLE = KINDS = range(5)


def count(
    folder: Path, reactions: Sequence[str], among: Among = EVERYONE, own: Collection[str] = ()
) -> Background | None:
    """Reports of everything else, in all and with each reaction (normalised names); None when nothing is loaded.

    `own` are the numbers of the cases stored here, of every kind: a report of the background with one of them, as its
    manufacturer's, an authority's or the case's own number, is such a case. One that has another country in front of
    the same number may be one.
    """
    current = current_reports(folder)
    if current is None:
        return None
    kinds = kinds_of_reports(current, among, own)
    reports = np.bincount(kinds, minlength=len(KINDS))
    with_reaction = _with_reaction(current, kinds)
    places = {name: place for place, name in enumerate(current.reactions)}

    def found(kind: int) -> dict[str, int]:
        counts = {name: int(with_reaction[kind, places[name]]) for name in reactions if name in places}
        return {name: number for name, number in counts.items() if number}

    return Background(
        release=current.summary.release,
        reports=int(reports[REST]),
        with_reaction=found(REST),
        among=among,
        left_out=int(reports[NOT_ASKED]),
        product_reports=int(reports[PRODUCT]),
        overlap_certain=int(reports[CERTAIN]),
        overlap_possible=int(reports[POSSIBLE]),
        possible_with_reaction=found(POSSIBLE),
    )


def kinds_of_reports(current: Current, among: Among, own: Collection[str]) -> NDArray[np.uint8]:
    """The kind of each report, by its number."""
    own_numbers = sorted({report_number(number) for number in own} - {""})
    own_cases = sorted({number.removeprefix(PUBLIC_NUMBER) for number in own if number.startswith(PUBLIC_NUMBER)})
    conditions, values = _conditions(among)
    with duckdb.connect() as database:
        database.execute("CREATE TABLE own AS SELECT unnest(?::VARCHAR[]) AS given", [own_numbers])
        database.execute("CREATE TABLE own_tail AS SELECT DISTINCT given[3:] AS tail FROM own WHERE length(given) > 8")
        database.execute("CREATE TABLE own_case AS SELECT unnest(?::VARCHAR[]) AS given", [own_cases])
        asked = database.execute(
            f"""SELECT number, (CASE
                  WHEN product = '{YES}' THEN {PRODUCT}
                  WHEN own_key IN (FROM own) OR authority_key IN (FROM own) OR "case" IN (FROM own_case) THEN {CERTAIN}
                  WHEN product = '{UNDECIDED}' OR own_key[3:] IN (FROM own_tail) OR authority_key[3:] IN (FROM own_tail)
                    THEN {POSSIBLE}
                  ELSE {REST} END)::UTINYINT AS kind
                FROM read_parquet({parquet(current.files("reports"))})
                WHERE {" AND ".join(["true", *conditions])}""",  # noqa: S608
            values,
        ).fetchnumpy()
    kinds = np.zeros(current.summary.cases, dtype=np.uint8)
    kinds[asked["number"]] = asked["kind"]
    if among.substances is not None:
        kinds[~_with_substance(current, among.substances)] = NOT_ASKED
    return kinds


@dataclass(frozen=True, slots=True)
class BySubstance:
    """Reports of everything else that name each substance as suspect or interacting: in all, and with each reaction."""

    substances: Sequence[str]
    reports: NDArray[np.int64]
    with_reaction: Mapping[str, NDArray[np.int64]]


def count_by_substance(folder: Path, reactions: Collection[str], own: Collection[str] = ()) -> BySubstance | None:
    """How many reports of everything else each substance has, in all and with each reaction (normalised names) that the
    background knows; None when nothing is loaded."""
    current = current_reports(folder)
    if current is None:
        return None
    is_rest = kinds_of_reports(current, EVERYONE, own) == REST
    wanted = [place for place, name in enumerate(current.reactions) if name in reactions]
    row_of = np.full(len(current.reactions), len(wanted), dtype=np.int64)
    row_of[wanted] = np.arange(len(wanted))
    width = len(current.substances)
    reports = np.zeros(width, dtype=np.int64)
    with_reaction = np.zeros((len(wanted), width), dtype=np.int64)
    for part in current.parts():
        report, substance = part.drugs
        named = _incidence(report - part.first, substance, is_rest[report], (part.reports, width))
        report, reaction = part.reactions
        row = row_of[reaction]
        had = _incidence(report - part.first, row, row < len(wanted), (part.reports, len(wanted)))
        reports += named.sum(axis=0)
        with_reaction += (had.T @ named).toarray()
    found = {current.reactions[place]: counts for place, counts in zip(wanted, with_reaction, strict=True)}
    return BySubstance(current.substances, reports, found)


def _incidence(report: Any, name: Any, is_counted: Any, shape: tuple[int, int]) -> Any:
    """Which reports have which names, each once."""
    from scipy import sparse

    report, name = report[is_counted], name[is_counted]
    found = sparse.csr_array((np.ones(len(report), dtype=np.int64), (report, name)), shape=shape)
    found.sum_duplicates()
    found.data[:] = 1
    return found


def prepare(database: Any, current: Current, among: Among, own: Collection[str]) -> None:
    """The table `asked` of a database, for counts in SQL: the `number` of each report asked for, and its `kind`.

    A class of DuckDB in the signature would outlive it, and DuckDB says so when the process ends.
    """
    kinds = kinds_of_reports(current, among, own)
    numbers = np.flatnonzero(kinds)
    database.register("asked", pl.DataFrame({"number": numbers, "kind": kinds[numbers]}).to_arrow())


def _conditions(among: Among) -> tuple[list[str], list[object]]:
    """What `among` asks of a report but its substances, in SQL, and the values it asks for."""
    asked: list[tuple[str, object]] = []
    for column, without in (("reporter", among.without_reporters), ("country", among.without_countries)):
        if without:
            asked.append((f"({column} IS NULL OR {column} NOT IN (SELECT unnest(?::VARCHAR[])))", sorted(without)))
    for column, value in (("sex", among.sex), ("age_group", among.age_group), ("region", among.region)):
        if value is not None:
            asked.append((f"{column} = ?", value))
    conditions, values = [condition for condition, _ in asked], [value for _, value in asked]
    if among.serious_only:
        conditions.append("serious")
    if among.without_literature:
        conditions.append(f"source IS DISTINCT FROM '{LITERATURE}'")
    return conditions, values


def _with_substance(current: Current, substances: Collection[str]) -> NDArray[np.bool_]:
    """Whether each report, by its number, has one of the substances as a suspect or interacting one."""
    found = np.zeros(current.summary.cases, dtype=bool)
    wanted = [place for place, name in enumerate(current.substances) if name in substances]
    for file in current.files("drugs"):
        of_them = pl.col("substance").is_in(wanted) & pl.col("role").cast(pl.String).is_in(SUSPECT_ROLES)
        found[pl.read_parquet(file).filter(of_them)["report"].to_numpy()] = True
    return found


def _with_reaction(current: Current, kinds: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many reports of each kind (in rows) have each reaction (in columns); a report names a reaction once."""
    names = len(current.reactions)
    counts = np.zeros(len(KINDS) * names, dtype=np.int64)
    for file in current.files("reactions"):
        pairs = pl.read_parquet(file)
        cells = kinds[pairs["report"].to_numpy()].astype(np.int64) * names + pairs["reaction"].to_numpy()
        counts += np.bincount(cells, minlength=len(counts))
    return counts.reshape(len(KINDS), names)
