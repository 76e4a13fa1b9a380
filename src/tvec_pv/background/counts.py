"""Counting the reports of everything else: in all, and with each reaction, among those that are asked for."""

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from tvec_pv.background.current import Current, current_reports, parquet
from tvec_pv.background.extracts import LITERATURE, SUSPECT_ROLES
from tvec_pv.domain.background import EVERYONE, Among, Background, report_number
from tvec_pv.domain.icsr import PUBLIC_NUMBER

REST, PRODUCT, CERTAIN, POSSIBLE = "rest", "product", "certain", "possible"


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
    with duckdb.connect() as database:
        _prepare(database, current, among, own)
        numbers = dict(database.execute("SELECT kind, count(*) FROM asked GROUP BY kind").fetchall())
        rows = (
            database.execute(
                f"""SELECT name, kind, count(*) FROM asked
                JOIN read_parquet({parquet(current.files("reactions"))}) ON report = number
                JOIN wanted USING (reaction) WHERE kind IN (?, ?) GROUP BY name, kind""",  # noqa: S608
                [REST, POSSIBLE],
            ).fetchall()
            if _want(database, current, reactions)
            else []
        )
    return Background(
        release=current.summary.release,
        reports=numbers.get(REST, 0),
        with_reaction={name: reports for name, kind, reports in rows if kind == REST},
        among=among,
        left_out=current.summary.cases - sum(numbers.values()),
        product_reports=numbers.get(PRODUCT, 0),
        overlap_certain=numbers.get(CERTAIN, 0),
        overlap_possible=numbers.get(POSSIBLE, 0),
        possible_with_reaction={name: reports for name, kind, reports in rows if kind == POSSIBLE},
    )


def _prepare(database: duckdb.DuckDBPyConnection, current: Current, among: Among, own: Collection[str]) -> None:
    """The table `asked`: each report that is asked for, and whether it is the rest's, the product's or ours."""
    own_numbers = sorted({report_number(number) for number in own} - {""})
    own_cases = sorted({number.removeprefix(PUBLIC_NUMBER) for number in own if number.startswith(PUBLIC_NUMBER)})
    database.execute("CREATE TABLE own AS SELECT unnest(?::VARCHAR[]) AS given", [own_numbers])
    database.execute("CREATE TABLE own_tail AS SELECT DISTINCT given[3:] AS tail FROM own WHERE length(given) > 8")
    database.execute("CREATE TABLE own_case AS SELECT unnest(?::VARCHAR[]) AS given", [own_cases])
    conditions, values = _conditions(current, among)
    database.execute(
        f"""CREATE TABLE asked AS SELECT number, CASE
              WHEN product = 'yes' THEN '{PRODUCT}'
              WHEN own_key IN (FROM own) OR authority_key IN (FROM own) OR "case" IN (FROM own_case) THEN '{CERTAIN}'
              WHEN product = 'undecided' OR own_key[3:] IN (FROM own_tail) OR authority_key[3:] IN (FROM own_tail)
                THEN '{POSSIBLE}'
              ELSE '{REST}' END AS kind
            FROM read_parquet({parquet(current.files("reports"))}) WHERE {" AND ".join(["true", *conditions])}""",  # noqa: S608
        values,
    )


def _conditions(current: Current, among: Among) -> tuple[list[str], list[object]]:
    """What `among` asks of a report, in SQL, and the values it asks for."""
    asked: list[tuple[str, object]] = []
    if among.substances is not None:
        asked.append(
            (
                f"""number IN (SELECT report FROM read_parquet({parquet(current.files("drugs"))})
                    WHERE role IN {SUSPECT_ROLES} AND substance IN (
                      SELECT substance FROM read_parquet({parquet([current.folder / "substances.parquet"])})
                      WHERE name IN (SELECT unnest(?::VARCHAR[]))))""",  # noqa: S608
                sorted(among.substances),
            )
        )
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


def _want(database: duckdb.DuckDBPyConnection, current: Current, reactions: Sequence[str]) -> bool:
    """The table `wanted`: the numbers of the reactions that are asked for; whether there is any."""
    database.execute(
        f"""CREATE TABLE wanted AS SELECT reaction, name
            FROM read_parquet({parquet([current.folder / "reactions.parquet"])})
            WHERE name IN (SELECT unnest(?::VARCHAR[]))""",  # noqa: S608
        [sorted(set(reactions))],
    )
    return bool(database.execute("SELECT count(*) FROM wanted").fetchall()[0][0])
