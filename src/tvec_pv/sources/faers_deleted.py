"""Lists of the cases that FDA deleted: one case number in a line, without a header, after an empty line.

They come with the quarters since 2019, or by themselves. A case on them is withdrawn in all its versions, from that
quarter and every earlier one.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Deletions, Record
from tvec_pv.sources.faers_case import case_number
from tvec_pv.sources.text_lines import read_lines

TOGETHER = 10_000
_QUARTER = re.compile(r"(?<!\d)(?:20)?(\d\d)Q([1-4])(?!\d)", re.IGNORECASE)
_CASE = re.compile(r"(\d+)\s*\$?", re.ASCII)
_START = re.compile(rb"[ \t$]*(?:\r?\n)?(?:\d{5,10}[ \t]*\$?[ \t]*\r?\n)+(?:\d{0,10}[ \t]*\$?[ \t]*)")


def is_list(start: bytes) -> bool:
    """Whether text begins as such a list does: after at most one empty line, case numbers and nothing else."""
    return _START.fullmatch(start) is not None


def read(path: Path, name: str) -> Iterator[Deletions | Record]:
    """A list by itself: its name says of which quarter it is."""
    with path.open("rb") as file:
        yield from read_list(file, name, last_day(name))


def last_day(name: str) -> date:
    """The last day of the quarter that a name tells, as DELETE22Q4.txt does; `UnreadableFile` where it tells none."""
    match = _QUARTER.search(name)
    if match is None:
        raise UnreadableFile("the list of deleted cases has no quarter: name it as FDA does, as in DELETE22Q4.txt")
    year, month = 2000 + int(match[1]), 3 * int(match[2])
    return date(year, month, monthrange(year, month)[1])


def read_list(file: IO[bytes], name: str, as_of: date) -> Iterator[Deletions | Record]:
    """The deleted cases, some thousands at a time; of lines that are no case numbers, one record that is held."""
    broken: list[int] = []
    numbers = _numbers(file, broken)
    first = 1
    while some := list(islice(numbers, TOGETHER)):
        yield Deletions(f"{name} cases {first} to {first + len(some) - 1}", tuple(map(case_number, some)), as_of)
        first += len(some)
    if broken:
        yield Record(f"{name} line {broken[0]}", None, (_NO_NUMBER,))


def _numbers(file: IO[bytes], broken: list[int]) -> Iterator[str]:
    """The case numbers; the line of the first that is none goes into `broken`."""
    for number, line in enumerate(read_lines(file), 1):
        text = line.strip()
        if match := _CASE.fullmatch(text):
            yield match[1]
        elif text not in ("", "$") and not broken:
            broken.append(number)


_NO_NUMBER = Finding(
    "FAERS-DELETED",
    Severity.CRITICAL,
    "from this line on, a line of the list of deleted cases is no case number: the others were taken, look at it",
)
