"""Writes generated quarters as FDA would: a zip of '$'-separated tables each, and beside them what is true of them.

A quarter is written slice by slice into unpacked tables and packed at its end, so that memory does not grow with it.
The same seed gives the same bytes.
"""

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from tvec_pv.background.generated import ROLES, Codes, Quarter, Reports, Signal, World, chosen, quarters
from tvec_pv.domain.errors import Refused
from tvec_pv.progress import report

QUARTERS, TRUTH = "quarters", "truth.json"
NOTICE = (
    "GENERATED. These reports were drawn by a program: none of them was ever sent, and nobody in them exists.\n"
    "Names of medicines and reactions with the word 'generated' are made up; the others are those of the product that\n"
    "is watched and of its safety profile, and say nothing about it. For demonstration and tests only. truth.json\n"
    "says which signals were planted.\n"
)
IN_A_SLICE = 25_000
_A_DAY_IN_1980 = (1980, 1, 1, 0, 0, 0)

Texts: TypeAlias = dict[str, pl.Series]
Column: TypeAlias = pl.Series | str  # of all rows, or the same in each


@dataclass(frozen=True, slots=True)
class Written:
    """A quarter that was written: the file, its reports, and the cases that its list has as deleted."""

    path: Path
    reports: int
    deleted: int


def write_quarters(
    world: World, signals: Sequence[Signal], reports: int, seed: int, folder: Path, number: int | None = None
) -> list[Written]:
    """Write so many reports into a folder that is new or empty: zips in its `quarters`, and `truth.json`."""
    (folder / QUARTERS).mkdir(parents=True, exist_ok=True)
    if len(list(folder.iterdir())) > 1 or any((folder / QUARTERS).iterdir()):
        raise Refused("the folder for generated quarters holds something already: name a new one")
    texts = _texts(world)
    written: list[Written] = []
    truths = []
    for quarter in quarters(world, reports, seed, tuple(signals), number):
        report("generating", sum(one.reports for one in written), reports, quarter.name)
        path = folder / QUARTERS / f"faers_ascii_20{quarter.name.lower()}_generated.zip"
        _write(path, world, texts, quarter, seed)
        written.append(Written(path, len(quarter.reports), len(quarter.deleted)))
        truths.append(
            {
                "quarter": quarter.name,
                "deleted_cases": quarter.deleted.tolist(),
                "duplicate_cases": [[int(one), int(other)] for one, other in quarter.duplicates],
            }
        )
    report("generating", reports, reports)
    truth = {
        "notice": " ".join(NOTICE.split()),
        "seed": seed,
        "reports": reports,
        "data": world.data["version"],
        "planted_signals": [_signal(world, one) for one in signals],
        "product_signals": [_signal(world, one) for one in world.product_signals],
        "quarters": truths,
    }
    (folder / TRUTH).write_text(json.dumps(truth, indent=1) + "\n", "utf-8")
    return written


def _signal(world: World, signal: Signal) -> dict[str, Any]:
    return {
        "substance": world.substances[signal.substance],
        "reaction": world.reactions[signal.reaction],
        "ratio": signal.ratio,
    }


def _write(path: Path, world: World, texts: Texts, quarter: Quarter, seed: int) -> None:
    random = np.random.default_rng([seed, 3, int(quarter.reports.case[0])])
    with TemporaryDirectory(dir=path.parent) as unpacked:
        for part in _slices(quarter.reports):
            for table, given in _tables(world, texts, part, random):
                _append(Path(unpacked) / f"{table}{quarter.name}.txt", world.data["tables"][table], given)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            _add(archive, "README.txt", NOTICE.encode())
            for file in sorted(Path(unpacked).iterdir()):
                with file.open("rb") as source, archive.open(_member(f"ascii/{file.name}"), "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
            if len(quarter.deleted):
                lines = (" ", *map(str, quarter.deleted.tolist()))
                _add(archive, f"deleted/DELETE{quarter.name}.txt", "".join(f"{one}\r\n" for one in lines).encode())


def _slices(reports: Reports) -> Iterator[Reports]:
    for start in range(0, len(reports), IN_A_SLICE):
        yield chosen(reports, np.arange(start, min(start + IN_A_SLICE, len(reports))))


def _append(path: Path, header: str, given: Mapping[str, Column]) -> None:
    """The rows behind those that are there, in the order of the header; what is not given stays empty."""
    is_new = not path.exists()
    columns = [
        column.alias(name) if isinstance(column := given.get(name, ""), pl.Series) else pl.lit(column).alias(name)
        for name in header.split("$")
    ]
    with path.open("ab") as file:
        pl.select(columns).write_csv(
            file, include_header=is_new, separator="$", line_terminator="\r\n", quote_style="never"
        )


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    with archive.open(_member(name), "w") as target:
        target.write(content)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _A_DAY_IN_1980)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _tables(
    world: World, texts: Texts, part: Reports, random: np.random.Generator
) -> Iterator[tuple[str, dict[str, Column]]]:
    """The tables of some reports: their columns that are filled, under FDA's names of today."""
    case = pl.Series(part.case).cast(pl.String)
    numbers = {"primaryid": pl.Series(part.case * 10 + part.version).cast(pl.String), "caseid": case}

    def text(name: str, codes: Codes) -> pl.Series:
        return texts[name].gather(pl.Series(codes))

    def of(reports: Codes) -> dict[str, Column]:
        return {column: values.gather(pl.Series(reports)) for column, values in numbers.items()}

    day = pl.Series(part.received.astype("datetime64[D]")).dt.strftime("%Y%m%d")
    country = text("country", part.country)
    yield (
        "DEMO",
        numbers
        | dict.fromkeys(("mfr_dt", "init_fda_dt", "fda_dt", "rept_dt"), day)
        | {
            "caseversion": pl.Series(part.version),
            "i_f_code": text("initial", (part.version > 1).astype(np.int64)),
            "rept_cod": "EXP",
            "mfr_num": country + "-GENERATED-" + case,
            "mfr_sndr": world.data["names"]["sender"],
            "lit_ref": text("literature", part.literature),
            "age": text("age", part.age),
            "age_cod": text("age_cod", part.age),
            "sex": text("sex", part.sex),
            "e_sub": "Y",
            "occp_cod": text("reporter", part.reporter),
            "reporter_country": country,
            "occr_country": country,
        },
    )
    row = _drug_rows(world, part, random)
    report = part.drug_report[row]
    name, ingredient = _medicine(world, texts, part.substance[row], part.variant[row], random)
    yield (
        "DRUG",
        of(report)
        | {
            "drug_seq": pl.Series(np.arange(len(row)) - np.searchsorted(report, report) + 1),
            "role_cod": text("role", part.role[row]),
            "drugname": name,
            "prod_ai": ingredient,
            "val_vbm": "1",
        },
    )
    yield "REAC", of(part.reaction_report) | {"pt": text("reaction", part.reaction)}
    has_outcome = np.flatnonzero(part.outcome > 0)
    yield "OUTC", of(has_outcome) | {"outc_cod": text("outcome", part.outcome[has_outcome])}
    yield "RPSR", of(np.flatnonzero(part.literature)) | {"rpsr_cod": "LIT"}
    every = np.arange(len(part))
    yield "THER", of(every) | {"dsg_drug_seq": "1", "start_dt": "2026"}
    yield "INDI", of(every) | {"indi_drug_seq": "1", "indi_pt": "Product used for unknown indication"}


def _drug_rows(world: World, part: Reports, random: np.random.Generator) -> Codes:
    """The medicines in the order of their rows: the primary suspect of a report first, and some listed twice."""
    order = np.lexsort((part.role > 0, part.drug_report))
    again = random.random(len(order)) < world.data["names"]["listed_again"]
    return np.repeat(order, 1 + again)


def _medicine(
    world: World, texts: Texts, substance: Codes, variant: Codes, random: np.random.Generator
) -> tuple[pl.Series, pl.Series]:
    """How each medicine is written, and its active ingredient where that column is filled.

    The product is written under any of its names, and has no ingredient beside it where it is not under the first.
    """
    variants = world.data["names"]["variants"]
    is_product = substance == world.product
    any_name = random.integers(0, len(world.product_names), len(substance))
    known = len(world.substances)
    place = np.where(is_product, len(variants) * known + any_name, variant * known + substance)
    filled = np.array([one["ingredient"] for one in variants])[variant] & ~(is_product & (any_name > 0))
    name = texts["medicine"].gather(pl.Series(place))
    return name, texts["substance"].gather(pl.Series(np.where(filled, substance, known)))


def _texts(world: World) -> Texts:
    """Every text that a table shows, by what it is: to be gathered by code."""
    names = world.data["names"]
    substances = [one.upper() for one in world.substances]
    brands = [names["brand"].format(word=one.rsplit(" ", 1)[-1]) for one in substances]
    medicines = [
        variant["name"].format(name=name, lower=name.lower(), brand=brand)
        for variant in names["variants"]
        for name, brand in zip(substances, brands, strict=True)
    ]
    texts = {
        "substance": [*substances, ""],
        "medicine": [*medicines, *world.product_names],
        "reaction": world.reactions,
        "role": ROLES,
        "initial": ("I", "F"),
        "literature": ("", world.data["literature"]["reference"]),
        "age": [*map(str, range(101)), ""],  # -1, where it is unknown, is the last
        "age_cod": [*["YR"] * 101, ""],
        **{name: [one["code"] for one in world.data[name]] for name in ("sex", "country", "reporter", "outcome")},
    }
    return {name: pl.Series(name, values, dtype=pl.String) for name, values in texts.items()}
