"""Loading FAERS quarters and counting them.

A quarter becomes two Parquet files: its reports (case, version, date, whether the product is in it) and its
reactions (report, normalised term). Counts look at the newest version of each case over all quarters, whatever the
order of loading, and count a case once for each of its reactions.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl

from tvec_pv.domain.background import EVERYONE, Among, Background
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.product_names import Product, Verdict, match_name
from tvec_pv.domain.terms import normalise
from tvec_pv.sources.faers_frames import read_tables

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Quarter:
    """One loaded extract. `reports` are all its rows of DEMO, `product_reports` those that name the product."""

    name: str
    sha256: str
    reports: int
    product_reports: int
    first_received: str
    last_received: str
    loaded_at: str
    product_version: str

    @property
    def line(self) -> str:
        return (
            f"{self.name}: {self.reports} reports, {self.product_reports} of them name the product, "
            f"received {self.first_received or '?'} to {self.last_received or '?'}"
        )


def load(path: Path, name: str, sha256_of: str, folder: Path, product: Product, loaded_at: str) -> tuple[Quarter, bool]:
    """Load an extract known by the hash of its bytes; whether it is new, because the same bytes are loaded once."""
    loaded = status(folder)
    for quarter in loaded:
        if quarter.sha256 == sha256_of:
            return quarter, False
    reports, reactions = _columns(path, product)
    target = folder / sha256_of[:16]
    target.mkdir(parents=True, exist_ok=True)
    reports.write_parquet(target / "reports.parquet")
    reactions.write_parquet(target / "reactions.parquet")
    dates = reports["received"].drop_nulls()
    quarter = Quarter(
        name=name,
        sha256=sha256_of,
        reports=reports.height,
        product_reports=int(reports["is_product"].sum()),
        first_received=str(dates.min() or ""),
        last_received=str(dates.max() or ""),
        loaded_at=loaded_at,
        product_version=product.version,
    )
    _write_manifest(folder, [*loaded, quarter])
    return quarter, True


def status(folder: Path) -> list[Quarter]:
    """What is loaded, in order of loading."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return []
    return [Quarter(**entry) for entry in json.loads(manifest.read_text("utf-8"))]


def release(quarters: list[Quarter]) -> str:
    """The name of what is loaded, whatever the order: the same quarters are the same release."""
    hashes = "".join(sorted(quarter.sha256 for quarter in quarters))
    return f"FAERS {len(quarters)} extract(s) {sha256(hashes.encode()).hexdigest()[:12]}"


def count(
    folder: Path, reactions: Sequence[str], among: Among = EVERYONE, own: Collection[str] = ()
) -> Background | None:
    """Cases without the product, in all and with each reaction (normalised names); None when nothing is loaded.

    `own` are the numbers of the cases stored here, by which they are recognised in the background.
    """
    if among != EVERYONE or own:
        raise NotImplementedError("restrictions of the background")
    quarters = status(folder)
    if not quarters:
        return None
    with duckdb.connect() as database:
        database.execute(f"CREATE VIEW all_reports AS {_union(folder, quarters, 'reports')}")
        database.execute(f"CREATE VIEW all_reactions AS {_union(folder, quarters, 'reactions')}")
        database.execute(
            """CREATE TABLE newest AS
               SELECT caseid, primaryid, extract, is_product FROM all_reports
               QUALIFY row_number() OVER (
                 PARTITION BY caseid ORDER BY version DESC, received DESC NULLS LAST, primaryid DESC, extract) = 1"""
        )
        (reports,) = database.execute("SELECT count(*) FROM newest WHERE NOT is_product").fetchall()[0]
        rows = database.execute(
            """SELECT reaction, count(DISTINCT caseid) FROM newest JOIN all_reactions USING (primaryid, extract)
               WHERE NOT is_product AND reaction IN (SELECT unnest(?)) GROUP BY reaction""",
            [list(reactions)],
        ).fetchall()
    return Background(release(quarters), int(reports), {reaction: int(cases) for reaction, cases in rows})


def _columns(path: Path, product: Product) -> tuple[pl.DataFrame, pl.DataFrame]:
    tables = read_tables(path)
    demo, drugs, reac = tables["DEMO"], tables["DRUG"], tables["REAC"]
    lacking = {"caseid", "fda_dt"} - set(demo.columns) | {"pt"} - set(reac.columns)
    if lacking:
        raise UnreadableFile(f"the extract lacks the columns {', '.join(sorted(lacking))}")
    names = pl.concat([drugs[column] for column in ("drugname", "prod_ai") if column in drugs.columns])
    of_product = [
        name for name in names.drop_nulls().unique() if match_name(product, name).verdict is not Verdict.OTHER
    ]
    is_named = pl.any_horizontal(
        pl.col(column).is_in(of_product) for column in ("drugname", "prod_ai") if column in drugs.columns
    )
    product_reports = drugs.filter(is_named)["primaryid"].drop_nulls().unique().to_list()
    version = pl.col("caseversion").cast(pl.Int64, strict=False) if "caseversion" in demo.columns else pl.lit(0)
    reports = demo.filter(pl.col("primaryid").is_not_null()).select(
        "primaryid",
        pl.col("caseid").fill_null(pl.col("primaryid")),
        version.fill_null(0).alias("version"),
        pl.col("fda_dt").alias("received"),
        pl.col("primaryid").is_in(product_reports).alias("is_product"),
    )
    terms = {term: normalise(term) for term in reac["pt"].drop_nulls().unique()}
    reactions = (
        reac.filter(pl.col("pt").is_not_null())
        .select("primaryid", pl.col("pt").replace_strict(terms, return_dtype=pl.String).alias("reaction"))
        .unique()
    )
    return reports, reactions


def _union(folder: Path, quarters: list[Quarter], table: str) -> str:
    """All quarters as one relation. Paths are made of hashes, and quoted all the same."""
    parts = (
        f"SELECT *, '{one.sha256[:16]}' AS extract FROM read_parquet({_quoted(folder / one.sha256[:16] / table)})"  # noqa: S608
        for one in quarters
    )
    return " UNION ALL ".join(parts)


def _quoted(path: Path) -> str:
    return "'" + f"{path}.parquet".replace("'", "''") + "'"


def _write_manifest(folder: Path, quarters: list[Quarter]) -> None:
    """Replace the manifest whole, so that a quarter is loaded or it is not."""
    new = folder / f"{MANIFEST}.new"
    new.write_text(json.dumps([asdict(quarter) for quarter in quarters], indent=2) + "\n", "utf-8")
    new.replace(folder / MANIFEST)
