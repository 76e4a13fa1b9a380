"""Counting the reports of everything else by groups of reactions."""

from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb

from tvec_pv.background.counts import REST, prepare
from tvec_pv.background.current import current_reports, parquet
from tvec_pv.domain.background import EVERYONE, Background


def count_groups(folder: Path, group_of: Mapping[str, Collection[str]], own: Collection[str] = ()) -> Background | None:
    """Like `counts.count`, by the groups that each reaction (normalised name) is in: a report is once in a group."""
    current = current_reports(folder)
    if current is None:
        return None
    pairs = sorted({(name, group) for name, groups in group_of.items() for group in groups})
    with duckdb.connect() as database:
        prepare(database, current, EVERYONE, own)
        database.execute(
            "CREATE TABLE grouped AS SELECT unnest(?::VARCHAR[]) AS name, unnest(?::VARCHAR[]) AS grouped",
            [[name for name, _ in pairs], [group for _, group in pairs]],
        )
        (reports,) = database.execute("SELECT count(*) FROM asked WHERE kind = ?", [REST]).fetchall()[0]
        rows = database.execute(
            f"""SELECT grouped, count(DISTINCT report) FROM grouped
                JOIN read_parquet({parquet([current.folder / "reactions.parquet"])}) USING (name)
                JOIN read_parquet({parquet(current.files("reactions"))}) USING (reaction)
                JOIN asked ON report = number WHERE kind = ? GROUP BY grouped""",  # noqa: S608
            [REST],
        ).fetchall()
    return Background(current.summary.release, int(reports), {group: int(number) for group, number in rows})
