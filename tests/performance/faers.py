"""A generated FAERS quarter of any size. Nobody in it exists."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from tests.factories import FAERS_COLUMNS

BYTES_PER_REPORT = 1_450  # with its rows in all tables; DRUG alone has three fifths of them
ONE_IN = 100  # reports of the product


def write_quarter(path: Path, size: int) -> int:
    """A generated quarter of about that many bytes when it is unpacked; the number of its reports."""
    reports = size // BYTES_PER_REPORT
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for table, header in FAERS_COLUMNS.items():
            with archive.open(f"ascii/{table}26Q1.txt", "w", force_zip64=True) as file:
                for block in _blocks(header, _rows(table, reports)):
                    file.write(block)
    return reports


def _blocks(header: str, rows: Iterator[str]) -> Iterator[bytes]:
    block = [header]
    for row in rows:
        block.append(row)
        if len(block) == 10_000:
            yield ("\r\n".join(block) + "\r\n").encode()
            block = []
    yield ("\r\n".join(block) + "\r\n").encode()


def _rows(table: str, reports: int) -> Iterator[str]:
    random = Random(table)
    words = [f"{random.choice(_SYLLABLES)}{random.choice(_SYLLABLES)}{random.choice(_SYLLABLES)}" for _ in range(5_000)]
    for number in range(1, reports + 1):
        case = 20_000_000 + number
        for rest in _rests(table, number, random, words):
            yield f"{case}1${case}${rest}"


_SYLLABLES = ("ABA", "CELI", "DORI", "FENO", "GLU", "LAMI", "MEZO", "NIVO", "PRA", "SERTI", "TOLU", "ZUMAB", "XIMAB")


def _rests(table: str, number: int, random: Random, words: list[str]) -> Iterable[str]:
    """The rows of a report in a table, without their two numbers."""
    code = int(random.random() * 9 * 10**6)
    word = words[code % len(words)]
    if table == "DEMO":
        sender = f"{word} LIMITED"
        return (f"1$I$20260101$20260102$20260110$20260110$EXP$$US-{sender}-{code}${sender}$$67$YR$$F$Y$80.{code % 100}$"
                "KG$20260110$$CN$US$US",)  # fmt: skip
    if table == "DRUG":
        first = "IMLYGIC" if number % ONE_IN == 0 else word
        names = [first, *(words[(code + place * 7) % len(words)] for place in range(1, 9))]
        roles = ("PS", *("C",) * 8)
        dose = f"1$Oral${code % 500} MG, ONCE DAILY$$$U$U$L{code}$$2{code % 9999}$$$FILM-COATED TABLET$QD"
        return [
            f"{place}${role}${name} {code % 9}0 MG${name}${dose}"
            for place, (role, name) in enumerate(zip(roles, names, strict=True), 1)
        ]
    if table in ("REAC", "INDI"):
        prefix = "" if table == "REAC" else "1$"
        suffix = "$" if table == "REAC" else ""
        return [f"{prefix}{words[(code + place) % len(words)].lower()} disorder{suffix}" for place in range(4)]
    return {"OUTC": ("HO",), "RPSR": ("HP",) if code % 9 == 0 else (), "THER": ("1$20251201$20251230$$",) * 2}[table]
