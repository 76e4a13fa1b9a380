"""Every file's bytes, kept under their hash before anything is read from them."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tvec_pv.domain.errors import CannotWrite, UnreadableFile, refusal

_UNFINISHED = "unfinished-"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A kept file or folder: its name as received, its hash, its size in bytes and where it is kept."""

    name: str
    sha256: str
    size: int
    path: Path


def shown_name(path: Path) -> str:
    """A file's name as it can be printed and stored: whatever is no printable character is written as its number."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in path.name)


def keep(path: Path, raw: Path, parts: Sequence[Path] = ()) -> RawFile:
    """Copy a file, or those `parts` of a folder that are one source, into the raw folder; equal bytes are kept once.

    What is no file, or cannot be read, has no bytes to keep: it is known by where it lies, and stays there.
    """
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        return _no_file(path)
    try:
        return _keep_parts(path, raw, parts) if path.is_dir() else _keep_file(path, raw)
    except UnreadableFile:
        return _no_file(path)


def keep_bytes(content: bytes, raw: Path) -> None:
    """Keep a document that came inside a report under its hash."""
    _keep([content], raw)


def clear_unfinished(raw: Path) -> None:
    """Remove the copies that a run which was cut off left unfinished. Only one run at a time may keep files."""
    for left in raw.glob(f"{_UNFINISHED}*"):
        _remove(left)


def _no_file(path: Path) -> RawFile:
    return RawFile(shown_name(path), hashlib.sha256(b"no file " + os.fsencode(path)).hexdigest(), 0, path)


def _keep_file(path: Path, raw: Path) -> RawFile:
    sha256, size = _keep(_chunks(path), raw)
    return RawFile(shown_name(path), sha256, size, kept_path(raw, sha256))


def _keep_parts(path: Path, raw: Path, parts: Sequence[Path]) -> RawFile:
    """A folder is known by the names and hashes of those files in it that are read together."""
    kept = {file.relative_to(path): _keep_file(file, raw) for file in sorted(parts)}
    digest = hashlib.sha256()
    for name, part in kept.items():
        digest.update(f"{name.as_posix()}\0{part.sha256}\n".encode())
    with _writing(raw), _discarded(Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=raw))) as copy:
        for name, part in kept.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(part.path, copy / name)
        final = _settle(copy, raw, digest.hexdigest())
    return RawFile(shown_name(path), digest.hexdigest(), sum(part.size for part in kept.values()), final)


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as source:
            while chunk := source.read(1 << 20):
                yield chunk
    except OSError as error:
        raise UnreadableFile("the file cannot be read") from error


def _keep(chunks: Iterable[bytes], raw: Path) -> tuple[str, int]:
    """Write bytes under their hash; the hash and how many there are. Nothing lies there before it is whole."""
    digest, size = hashlib.sha256(), 0
    with _writing(raw):
        handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=raw)
        with _discarded(Path(name)) as copy:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            _settle(copy, raw, digest.hexdigest())
    return digest.hexdigest(), size


@contextmanager
def _writing(raw: Path) -> Iterator[None]:
    try:
        raw.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise CannotWrite(
            f"the bytes of a file cannot be kept in {raw} ({refusal(error)}); nothing of it was "
            "taken in. Make room or mend the folder, then run again."
        ) from error


@contextmanager
def _discarded(copy: Path) -> Iterator[Path]:
    """A copy under way; removed at the end unless it was moved to its place."""
    try:
        yield copy
    finally:
        _remove(copy)


def _remove(copy: Path) -> None:
    if copy.is_dir():
        shutil.rmtree(copy)
    else:
        copy.unlink(missing_ok=True)


def kept_path(raw: Path, sha256: str) -> Path:
    """Where the bytes with this hash are kept."""
    return raw / sha256[:2] / sha256


def _settle(copy: Path, raw: Path, sha256: str) -> Path:
    """Move a finished copy to its place, so that it is there also after the power failed."""
    final = kept_path(raw, sha256)
    if not final.exists():
        final.parent.mkdir(exist_ok=True)
        copy.rename(final)
        for folder in (final.parent, raw):
            _sync(folder)
    return final


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
