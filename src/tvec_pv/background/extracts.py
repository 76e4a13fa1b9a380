"""One FAERS extract as columns: its reports, the substances and reactions of each, and the cases it says were deleted.

A row that cannot be read is counted by its reason. The four files are written whole or the extract is refused.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl

from tvec_pv.background.columns import by_text, cast_to, categories, distinct, each, texts_of
from tvec_pv.domain.background import BESIDE_NUMBERS, Codes
from tvec_pv.domain.errors import NumberError, UnreadableFile
from tvec_pv.domain.icsr import PUBLIC_NUMBER, Drug, Substance
from tvec_pv.domain.numbers import read_number
from tvec_pv.domain.periods import DAYS
from tvec_pv.domain.product_names import Product, Verdict, match_drug, named_product, normalise_code
from tvec_pv.domain.records import Deletions
from tvec_pv.domain.substances import fold
from tvec_pv.domain.terms import normalise
from tvec_pv.sources.archives import Opener, shown_name
from tvec_pv.sources.faers_case import AGE_UNITS
from tvec_pv.sources.faers_deleted import last_day, read_list
from tvec_pv.sources.faers_frames import read_blocks
from tvec_pv.sources.faers_tables import Quarter, open_quarter
from tvec_pv.sources.joined_tables import LONGEST_NUMBER, MOST_REPORTS

REPORTS, DRUGS, REACTIONS, DELETED = "reports.parquet", "drugs.parquet", "reactions.parquet", "deleted.parquet"
ROLES = ("PS", "SS", "I", "C", "DN", "")
SUSPECT_ROLES = ("PS", "SS", "I")
YES, NO, UNDECIDED = "yes", "no", "undecided"
LITERATURE = "literature"

CELLS = "more or fewer cells than the table has columns"
NUMBERLESS = "no report number, or one that is too long to be one"
ORPHAN = "belongs to no report of the main table"
REPEATED = "the report stands in the main table more than once: the first row was taken"
NAMELESS = "names no medicine"
TERMLESS = "names no reaction"
NOT_A_CASE = "from some line on, not only case numbers"

_ESSENTIAL = {"DEMO": ("caseid", "fda_dt"), "DRUG": ("drugname", "role_cod"), "REAC": ("pt",), "OUTC": ("outc_cod",)}
_TEXTS = ("caseid", "mfr_num", "auth_num", "lit_ref")
_CODED = (
    "caseversion", "fda_dt", "age", "age_cod", "age_grp", "sex", "occp_cod", "reporter_country", "occr_country",
)  # fmt: skip
_SEXES = {"M": "male", "F": "female"}
_AGE_UNIT = {code: DAYS[unit] for code, unit in AGE_UNITS.items()}
OLDEST = 130 * DAYS["a"]


@dataclass(slots=True)
class Contents:
    """What was read of an extract; `refused` are rows by table and reason."""

    quarter: str
    reports: int = 0
    product_reports: int = 0
    undecided_reports: int = 0
    deleted: int = 0
    first_received: str = ""
    last_received: str = ""
    refused: Counter[str] = field(default_factory=Counter)

    def refuse(self, table: str, reason: str, rows: int) -> None:
        if rows:
            self.refused[f"{table}: {reason}"] += rows


def write_extract(path: Path, target: Path, product: Product, codes: Codes) -> Contents:
    """Read an extract into four Parquet files; `UnreadableFile` where its layout is not one that is known."""
    with open_quarter(path) as quarter:
        check_layout(quarter)
        contents = Contents(f"20{quarter.name.upper()}")
        reports = _reports(quarter, codes, contents)
        drugs, named = _drugs(quarter, reports, product, codes, contents)
        reactions = _reactions(quarter, reports, contents)
        outcomes = _gathered(quarter, "OUTC", ["outc_cod"], reports, contents)
        sources = _gathered(quarter, "RPSR", ["rpsr_cod"], reports, contents)
        deleted = [_deleted(opener, name, quarter.name, contents) for name, opener in quarter.deleted.items()]
    reports = _completed(reports, named, outcomes, sources)
    contents.reports = reports.height
    contents.product_reports = int((reports["product"] == YES).sum())
    contents.undecided_reports = int((reports["product"] == UNDECIDED).sum())
    dates = reports["received"].drop_nulls()
    contents.first_received, contents.last_received = str(dates.min() or ""), str(dates.max() or "")
    tables = {REPORTS: reports, DRUGS: drugs, REACTIONS: reactions, DELETED: pl.concat([_NONE_DELETED, *deleted])}
    for name, table in tables.items():
        table.write_parquet(target / name, compression="lz4")
    return contents


def write_deleted(path: Path, name: str, target: Path) -> Contents:
    """A list of deleted cases by itself; its name says of which quarter it is."""
    day = last_day(name)
    contents = Contents(f"{day.year}Q{day.month // 3}")
    _deleted(lambda: path.open("rb"), name, name, contents).write_parquet(target / DELETED)
    return contents


def check_layout(quarter: Quarter) -> None:
    """Whether the tables and columns are there that a count needs; `UnreadableFile` names what lacks."""
    for name, columns in _ESSENTIAL.items():
        if name not in quarter.tables:
            raise UnreadableFile(f"the extract lacks its {name} table")
        (file,) = quarter.tables[name].files
        lacking = [column for column in columns if column not in file.columns]
        if lacking:
            raise UnreadableFile(f"the {name} table lacks the columns {', '.join(lacking)}")


def _reports(quarter: Quarter, codes: Codes, contents: Contents) -> pl.DataFrame:
    table = quarter.tables["DEMO"]
    kinds = categories(_CODED)
    blocks = [pl.DataFrame(schema={**dict.fromkeys((table.key, *_TEXTS), pl.String()), **kinds})]
    for block in read_blocks(table, quarter.texts["DEMO"], [table.key, *_TEXTS, *_CODED]):
        contents.refuse("DEMO", CELLS, len(block.broken))
        blocks.append(block.rows.select(table.key, *_TEXTS, *cast_to(kinds)))
        if sum(one.height for one in blocks) > MOST_REPORTS:
            raise UnreadableFile("more than two million reports in one place: give each quarter or year its own")
    texts = pl.col(table.key, *_TEXTS).str.strip_chars().replace("", None)
    rows = pl.concat(blocks).with_columns(texts).rename({table.key: "report"})
    numbered = rows.filter(pl.col("report").str.len_chars() <= LONGEST_NUMBER)
    is_repeated = numbered["report"].n_unique() < numbered.height
    reports = numbered.unique("report", keep="first", maintain_order=True) if is_repeated else numbered
    contents.refuse("DEMO", NUMBERLESS, rows.height - numbered.height)
    contents.refuse("DEMO", REPEATED, numbered.height - reports.height)
    country = _country(reports["reporter_country"], codes).fill_null(_country(reports["occr_country"], codes))
    return reports.select(
        "report",
        pl.coalesce("caseid", pl.format("report {}", "report")).alias("case"),
        by_text(reports["caseversion"], each(_version), pl.Int32).fill_null(0).alias("version"),
        by_text(reports["fda_dt"], each(_day), pl.Date).alias("received"),
        pl.lit(contents.quarter).alias("quarter"),
        by_text(reports["sex"], each(_SEXES.get), pl.String).alias("sex"),
        _age_group(reports, codes).alias("age_group"),
        by_text(country.cast(pl.Categorical(pl.Categories.random())), each(codes.region_of.get), pl.String).alias(
            "region"
        ),
        country.alias("country"),
        by_text(reports["occp_cod"], each(codes.reporter_of.get), pl.String).alias("reporter"),
        pl.when(pl.col("lit_ref").is_not_null()).then(pl.lit(LITERATURE)).alias("source"),
        _number("mfr_num").alias("own_key"),
        _number("auth_num").alias("authority_key"),
    )


def _version(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> date | None:
    """A whole date; of a month or a year nothing is made."""
    try:
        return datetime.strptime(text, "%Y%m%d").date() if len(text) == 8 else None
    except ValueError:
        return None


def _country(column: pl.Series, codes: Codes) -> pl.Series:
    """The country's code; a code that the table does not have stays, a name that it does not have is not known."""

    def code(text: str) -> str | None:
        return codes.country_of.get(text) or (text if len(text) == 2 and text.isascii() and text.isalpha() else None)

    return by_text(column, each(code), pl.String)


def _age_group(reports: pl.DataFrame, codes: Codes) -> pl.Series:
    """As it was given, else by the age."""
    given = by_text(reports["age_grp"], each({one.code: one.group for one in codes.age_groups}.get), pl.String)
    age = by_text(reports["age"], each(_age), pl.Float64)
    days = (age * by_text(reports["age_cod"], each(_AGE_UNIT.get), pl.Float64)).to_numpy()
    begins = [one.from_days for one in codes.age_groups]
    names = pl.Series([None, *(one.group for one in codes.age_groups)], dtype=pl.String)
    group = np.where(days <= OLDEST, np.searchsorted(begins, days, side="right"), 0)
    return given.fill_null(names.gather(group))


def _age(text: str) -> float | None:
    try:
        return read_number(text)
    except NumberError:
        return None


def _number(column: str) -> pl.Expr:
    """As `report_number` writes it."""
    return pl.col(column).str.to_uppercase().str.replace_all(BESIDE_NUMBERS.pattern, "").replace("", None)


def _completed(
    reports: pl.DataFrame, named: dict[int, str], outcomes: pl.DataFrame, sources: pl.DataFrame
) -> pl.DataFrame:
    """The reports with what the other tables say of them. An outcome of any kind makes a report serious."""
    product = np.full(reports.height, NO, dtype=object)
    product[list(named)] = list(named.values())
    literature = _flagged(sources.filter(_is(sources, "rpsr_cod", "LIT")), reports.height)
    return reports.with_columns(
        pl.Series("serious", _flagged(outcomes, reports.height)),
        pl.Series("fatal", _flagged(outcomes.filter(_is(outcomes, "outc_cod", "DE")), reports.height)),
        pl.Series("product", product.tolist(), dtype=pl.String),
        pl.when(pl.Series(literature)).then(pl.lit(LITERATURE)).otherwise("source").alias("source"),
    )


def _is(rows: pl.DataFrame, column: str, code: str) -> pl.Series:
    return by_text(rows[column], lambda texts: [text.upper() == code for text in texts], pl.Boolean)


def _flagged(rows: pl.DataFrame, reports: int) -> np.ndarray:
    flags = np.zeros(reports, dtype=bool)
    flags[rows["place"].to_numpy()] = True
    return flags


def _gathered(
    quarter: Quarter,
    name: str,
    columns: list[str],
    reports: pl.DataFrame,
    contents: Contents,
    see_broken: Callable[[list[list[str]], int], None] | None = None,
) -> pl.DataFrame:
    """A table's rows that belong to a report: the columns as categories, and the report's place among the reports."""
    kinds = categories(columns)
    frames, numbers, lengths = [pl.DataFrame(schema=kinds)], [pl.Series(dtype=pl.String)], [pl.Series(dtype=pl.UInt32)]
    if name in quarter.tables:
        table = quarter.tables[name]
        for block in read_blocks(table, quarter.texts[name], [table.key, *columns]):
            contents.refuse(name, CELLS, len(block.broken))
            if see_broken:
                see_broken(block.broken, table.files[0].columns.index(table.key))
            run = block.rows[table.key].rle()  # the rows of a report stand together: it is looked up once for all
            numbers.append(run.struct.field("value"))
            lengths.append(run.struct.field("len"))
            frames.append(block.rows.select(*cast_to(kinds)))
    runs = pl.DataFrame({"report": pl.concat(numbers).str.strip_chars(), "length": pl.concat(lengths)})
    known = reports.select("report").with_row_index("place")
    placed = runs.join(known, on="report", how="left", maintain_order="left")
    is_numbered = pl.col("report").str.len_chars().is_between(1, LONGEST_NUMBER).fill_null(False)
    lost = placed.filter(pl.col("place").is_null())
    contents.refuse(name, NUMBERLESS, int(lost.filter(~is_numbered)["length"].sum()))
    contents.refuse(name, ORPHAN, int(lost.filter(is_numbered)["length"].sum()))
    places = np.repeat(placed["place"].fill_null(reports.height).to_numpy(), placed["length"].to_numpy())
    rows = pl.concat(frames).with_columns(pl.Series("place", places, dtype=pl.UInt32))
    return rows.filter(pl.col("place") < reports.height) if lost.height else rows


def _drugs(
    quarter: Quarter, reports: pl.DataFrame, product: Product, codes: Codes, contents: Contents
) -> tuple[pl.DataFrame, dict[int, str]]:
    """The distinct substances of each report with their roles, and the reports that name the product, by place."""
    may_be: set[str] = set()

    def see_broken(rows: list[list[str]], key: int) -> None:
        """Where a row is broken, any of its cells may be the name or the licence."""
        may_be.update(row[key].strip() for row in rows if key < len(row) and _may_name(product, row))

    columns = ["prod_ai", "drugname", "nda_num", "role_cod"]
    rows = _gathered(quarter, "DRUG", columns, reports, contents, see_broken)
    named = _named(rows, product)
    unsure = reports.select("report").with_row_index("place").filter(pl.col("report").is_in(may_be))["place"]
    substances: dict[str, int] = {}
    by_ingredient = _substances(rows["prod_ai"], lambda text: fold(codes.names, text, ""), substances)
    roles = by_text(rows["role_cod"], lambda texts: [_role(text) for text in texts], pl.UInt8)
    coded = rows.select(
        "place", "drugname", pl.col("prod_ai").to_physical(), roles.fill_null(ROLES.index("")).alias("role")
    ).join(by_ingredient, left_on="prod_ai", right_on="text", how="left")
    unsaid = coded.filter(pl.col("substance").is_null()).drop("substance")
    by_name = _substances(unsaid["drugname"], lambda text: fold(codes.names, "", text), substances)
    reported = unsaid.with_columns(pl.col("drugname").to_physical()).join(
        by_name, left_on="drugname", right_on="text", how="left"
    )
    contents.refuse("DRUG", NAMELESS, reported["substance"].null_count())
    wanted = ("place", "substance", "role")
    drugs = distinct(pl.concat([coded.select(wanted), reported.select(wanted)]).drop_nulls("substance"), substances)
    role_names = pl.Series([role or None for role in ROLES], dtype=pl.Categorical)
    return (
        drugs.with_columns(role_names.gather(drugs["role"]).alias("role")),
        dict.fromkeys(unsure, UNDECIDED) | named,
    )


def _may_name(product: Product, cells: list[str]) -> bool:
    licences = product.codes | product.unsure_codes
    return bool(named_product(product, cells)) or any(normalise_code(cell) in licences for cell in cells)


def _named(rows: pl.DataFrame, product: Product) -> dict[int, str]:
    """The reports that name the product by a name, an ingredient or a licence, by place: yes or undecided."""
    licences = product.codes | product.unsure_codes

    def is_licence(texts: list[str]) -> list[bool]:
        return [normalise_code(text) in licences for text in texts]

    def is_name(texts: list[str]) -> list[bool]:
        found = named_product(product, texts)
        return [text in found for text in texts]

    asked = {"prod_ai": is_name, "drugname": is_name, "nda_num": is_licence}
    may_be = pl.any_horizontal(by_text(rows[column], ask, pl.Boolean) for column, ask in asked.items())
    found: dict[int, str] = {}
    for row in rows.filter(may_be).select("place", *(pl.col(name).cast(pl.String) for name in asked)).iter_rows():
        place, ingredients, name, licence = row
        drug = Drug(
            name=name,
            substances=tuple(Substance(name=one) for one in (ingredients or "").split("\\") if one),
            authorisation_number=licence,
        )
        verdict = match_drug(product, drug).verdict
        if verdict is Verdict.PRODUCT:
            found[place] = YES
        elif verdict is Verdict.UNDECIDED:
            found.setdefault(place, UNDECIDED)
    return found


def _role(text: str) -> int:
    return ROLES.index(text.upper()) if text.upper() in ROLES else ROLES.index("")


def _substances(column: pl.Series, fold_one: Callable[[str], tuple[str, ...]], known: dict[str, int]) -> pl.DataFrame:
    """The substances that each text of a column names, by the text's number; `known` numbers the substances."""
    numbers = column.to_physical().unique().drop_nulls()
    pairs = [
        (number, known.setdefault(substance, len(known)))
        for number, text in zip(numbers, texts_of(column, numbers), strict=True)
        for substance in fold_one(text)
    ]
    return pl.DataFrame(pairs, schema={"text": pl.UInt32, "substance": pl.UInt32}, orient="row")


def _reactions(quarter: Quarter, reports: pl.DataFrame, contents: Contents) -> pl.DataFrame:
    """The distinct reactions of each report, as `normalise` writes them."""
    rows = _gathered(quarter, "REAC", ["pt"], reports, contents)
    known: dict[str, int] = {}
    terms = by_text(
        rows["pt"], lambda texts: [known.setdefault(normalise(text) or text, len(known)) for text in texts], pl.UInt32
    )
    contents.refuse("REAC", TERMLESS, terms.null_count())
    coded = rows.select("place", terms.alias("reaction"), pl.lit(0, pl.UInt8).alias("role")).drop_nulls()
    return distinct(coded.rename({"reaction": "substance"}), known).select("place", reaction="substance")


_NONE_DELETED = pl.DataFrame(schema={"case": pl.String, "as_of": pl.Date})


def _deleted(opener: Opener, name: str, quarter: str, contents: Contents) -> pl.DataFrame:
    """The cases of a list. Of lines that are no case numbers the reader tells once, whereupon the others hold."""
    with opener() as file:
        items = list(read_list(file, shown_name(name), last_day(quarter)))
    lists = [one for one in items if isinstance(one, Deletions)]
    contents.refuse("deleted cases", NOT_A_CASE, len(items) - len(lists))
    cases = [key.removeprefix(PUBLIC_NUMBER) for one in lists for key in one.case_keys]
    contents.deleted += len(cases)
    return pl.DataFrame({"case": cases, "as_of": [last_day(quarter)] * len(cases)}, schema=_NONE_DELETED.schema)
