"""Every file's bytes, kept under their hash before anything is read from them."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


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
    """Copy a file, or those `parts` of a folder that are one source, into the raw folder; equal bytes are kept once."""
    raw.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        return RawFile(shown_name(path), hashlib.sha256(b"no file " + os.fsencode(path)).hexdigest(), 0, path)
    if path.is_dir():
        return _keep_parts(path, raw, parts)
    with tempfile.NamedTemporaryFile(dir=raw, delete=False) as copy, path.open("rb") as source:
        digest, size = hashlib.sha256(), 0
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            size += copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return RawFile(shown_name(path), digest.hexdigest(), size, _settle(Path(copy.name), raw, digest.hexdigest()))


def keep_bytes(content: bytes, raw: Path) -> None:
    """Keep a document that came inside a report under its hash."""
    with tempfile.NamedTemporaryFile(dir=raw, delete=False) as copy:
        copy.write(content)
        copy.flush()
        os.fsync(copy.fileno())
    _settle(Path(copy.name), raw, hashlib.sha256(content).hexdigest())


def _keep_parts(path: Path, raw: Path, parts: Sequence[Path]) -> RawFile:
    """A folder is known by the names and hashes of those files in it that are read together."""
    digest, size = hashlib.sha256(), 0
    copy = Path(tempfile.mkdtemp(dir=raw))
    for file in sorted(parts):
        kept = keep(file, raw)
        digest.update(f"{file.relative_to(path).as_posix()}\0{kept.sha256}\n".encode())
        size += kept.size
        target = copy / file.relative_to(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(kept.path, target)
    return RawFile(shown_name(path), digest.hexdigest(), size, _settle(copy, raw, digest.hexdigest()))


def kept_path(raw: Path, sha256: str) -> Path:
    """Where the bytes with this hash are kept."""
    return raw / sha256[:2] / sha256


def _settle(copy: Path, raw: Path, sha256: str) -> Path:
    """Move a finished copy to its place; where the bytes are kept already, drop it."""
    final = kept_path(raw, sha256)
    if final.exists():
        shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
        return final
    final.parent.mkdir(exist_ok=True)
    return copy.rename(final)
