"""Lines of text files that mix encodings, as a stream."""

from collections.abc import Iterator
from typing import IO

from tvec_pv.domain.errors import UnreadableFile

LONGEST_LINE = 1_000_000
_AT_A_TIME = 2**18


def read_lines(file: IO[bytes]) -> Iterator[str]:
    """Each line without its end, without NUL bytes and byte order mark; every line may have another encoding."""
    begun = file.read(3).removeprefix(b"\xef\xbb\xbf")
    while block := file.read(_AT_A_TIME):
        whole, end, rest = (begun + block).rpartition(b"\n")
        if end:
            yield from _decoded_lines(whole)
        if len(rest) > LONGEST_LINE:
            raise UnreadableFile("a line is longer than a million bytes, which no table has: the file is damaged")
        begun = rest
    if begun:
        yield from _decoded_lines(begun)


def _decoded_lines(block: bytes) -> list[str]:
    try:
        lines = block.decode().replace("\0", "").split("\n")
    except UnicodeDecodeError:
        lines = [decoded(line).replace("\0", "") for line in block.split(b"\n")]
    return [line.removesuffix("\r") for line in lines]


def decoded(line: bytes) -> str:
    """UTF-8, else Windows-1252, else Latin-1, in which every byte is a letter."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")
