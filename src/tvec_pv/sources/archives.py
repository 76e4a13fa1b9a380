"""Files that are opened when they are read: in a folder, or as members of a zip archive.

Of an archive nothing is unpacked to disk, and a bomb is refused unread.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TypeAlias

from tvec_pv.domain.errors import UnreadableFile

MOST_BYTES = 8 * 1024**3
MOST_TIMES = 200  # tables of text pack to a tenth of their size; nothing honest packs to a two-hundredth
_HARMLESS = 256 * 1024**2  # whatever the ratio, this much is read in seconds
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes to unpack a byte

Opener: TypeAlias = Callable[[], IO[bytes]]


def opener_of(file: Path) -> Opener:
    return lambda: file.open("rb")


def openers_of(archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo]) -> dict[str, Opener]:
    """How to open each member, by its name; `UnreadableFile` unless they can be read without harm."""
    members = list(members)
    _check(members)
    return {member.filename: partial(archive.open, member) for member in members}


def shown_name(member: str) -> str:
    """The last part of a member's name as it can be printed and stored."""
    return "".join(letter if letter.isprintable() else "?" for letter in member.rpartition("/")[2])


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, for as long as its members are read; `UnreadableFile` for damage, also where it shows late."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise UnreadableFile("the archive is damaged: ask for it again or download it again") from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableFile("the archive is locked with a password: ask for it without one")
    if any(member.compress_type not in _METHODS for member in members):
        raise UnreadableFile("the archive is packed in a way that is not read: pack it again as an ordinary zip")
    if unpacked > MOST_BYTES:
        raise UnreadableFile("the archive unpacks to more than 8 GiB, which no quarter and no year does")
    if unpacked > max(_HARMLESS, MOST_TIMES * packed):
        raise UnreadableFile("the archive unpacks to more than 200 times its size: it was made to do harm")
