"""What is done to a file: bytes, pieces, values, elements, lines, and what an archive is made of."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from random import Random

MOST_BYTES = 256 * 1024  # of a changed file: changes that repeat must not grow it without end

SNIPPETS = (
    *(b"\0", b"\xff", b"\xfe\xff", b"\xc3", b"\xed\xa0\x80", b"\x85", b"\xe2\x80\xa8", b"\r\n", b"\r", b"\n"),
    *(b"$", b",", b";", b"\t", b'"', b"'", b"%", b"<", b">", b"&", b"/>", b"]]>", b"<!--", b"-->", b"<![CDATA["),
    *(b"&amp;", b"&#0;", b"&#xD800;", b"&nbsp;", b"<?x?>", b"<a><a><a>", b"</a>", b"nullFlavor", b'nullFlavor="XX"'),
    *(b"{", b"}", b"[", b"]", b":", b"\\u0000", b"\\ud800", b"null", b"true", b"PK\x03\x04", b"=1+1", b"<BR><BR>"),
)
VALUES = (
    *(b"", b" ", b"0", b"00", b"0000", b"00000000", b"-1", b"1.5", b"1e999", b"-1e-999", b"NaN", b"INF", b"0x10"),
    *(b"9" * 30, b"1" * 5_000, b"2147483648", b"9223372036854775808", b"1_000", b"+5", b"1,5", b"1 000", b"\xc2\xb2"),
    *(b"20250231", b"20250000", b"19000101", b"99991231", b"000101010000", b"20250101250000", b"2025", b"202513"),
    *(b"2025-02-31", b"31/02/2025", b"02/31/2025", b"20250101120000.123456789+9999", "٢٠٢٥".encode()),
    *(b"801", b"YR", b"DEC", b"true", b"MSK"),
)
NAMES = (
    *("../../climbed.txt", "/climbed.txt", "C:\\climbed.txt", "DEMO24Q2.txt", "ascii/DRUG24Q1.txt", "DELETE24Q1.txt"),
    *("a\0b", "a\nb", "x" * 300, "", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "a.json", "Ünïcode.txt"),
)

_VALUE = re.compile(rb"\d[\d.+-]*")
_QUOTED = re.compile(rb'"[^"<>]{0,200}"')
_TAG = re.compile(rb"</?[\w:.-]+[^<>]{0,300}>")
_ELEMENT = re.compile(rb"<([\w:.-]+)(?: [^<>]{0,300})?>[^<>]{0,2000}</\1>")
_LINE = re.compile(rb"[^\n]*\n")
_NEAR = 4_000  # bytes in which two things to be swapped stand


def changed(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The content with one to four changes; of an archive, mostly inside one of its parts."""
    if content.startswith(b"PK") and random.random() < 0.75:
        return _repacked(content, others, random)
    return _edited(content, others, random)


def _edited(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    kinds = random.choice((_OF_BYTES, _OF_MEANING, _OF_MEANING, (*_OF_BYTES, *_OF_MEANING)))
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        content = random.choice(kinds)(content, others, random)[:MOST_BYTES]
    return content


def _place(content: bytes, random: Random) -> int:
    return random.randrange(len(content) + 1)


def _piece(content: bytes, random: Random) -> tuple[int, int]:
    start = _place(content, random)
    return start, min(len(content), start + 4 ** random.randrange(8))


def _turn_bits(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    turned = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 16)) if turned else 0):
        turned[random.randrange(len(turned))] ^= 1 << random.randrange(8)
    return bytes(turned)


def _put(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    at = _place(content, random)
    return content[:at] + random.choice(SNIPPETS) * random.choice((1, 1, 1, 3, 100)) + content[at:]


def _drop(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _piece(content, random)
    return content[:start] + content[end:]


def _repeat(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _piece(content, random)
    return content[:end] + content[start:end] * random.choice((1, 1, 2, 20)) + content[end:]


def _move(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _piece(content, random)
    rest = content[:start] + content[end:]
    at = _place(rest, random)
    return rest[:at] + content[start:end] + rest[at:]


def _cut_off(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    return content[: _place(content, random)]


def _splice(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    other = random.choice(others)
    return content[: _place(content, random)] + other[_place(other, random) :]


def _recode(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    encoding = random.choice(("utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig", "utf-7"))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def _matches(pattern: re.Pattern[bytes], content: bytes, random: Random, most: int) -> list[re.Match[bytes]]:
    """Some matches in the order in which they stand, near a place that is drawn."""
    start = _place(content, random)
    found = list(pattern.finditer(content, start, start + _NEAR))
    return sorted(random.sample(found, min(most, len(found))), key=lambda match: match.start())


def _revalue(pattern: re.Pattern[bytes], wrap: bytes) -> "Change":
    def change(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
        for match in reversed(_matches(pattern, content, random, random.choice((1, 1, 4)))):
            value = wrap + random.choice(VALUES) + wrap
            content = content[: match.start()] + value + content[match.end() :]
        return content

    return change


def _swap(pattern: re.Pattern[bytes]) -> "Change":
    def change(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
        two = _matches(pattern, content, random, 2)
        if len(two) < 2 or two[0].end() > two[1].start():
            return content
        one, other = two
        middle = content[one.end() : other.start()]
        return content[: one.start()] + other[0] + middle + one[0] + content[other.end() :]

    return change


Change = Callable[[bytes, Sequence[bytes], Random], bytes]
_OF_BYTES: tuple[Change, ...] = (_turn_bits, _put, _drop, _repeat, _move, _cut_off, _splice, _recode)
_OF_MEANING: tuple[Change, ...] = (  # after most of which the file still reads, as something else
    *(_revalue(_VALUE, b""), _revalue(_VALUE, b""), _revalue(_QUOTED, b'"')),
    *(_swap(_TAG), _swap(_ELEMENT), _swap(_LINE), _swap(_QUOTED), _swap(_VALUE)),
)


def _repacked(archive: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The archive packed anew, with one part changed, renamed, doubled, left out or made a link."""
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        parts = [(info.filename, whole.read(info)) for info in whole.infolist()]
    at = random.randrange(len(parts))
    name, content = parts[at]
    external = 0o644 << 16
    match random.randrange(10):
        case 0:
            parts[at] = (random.choice(NAMES), content)
        case 1:
            parts.append((name, _edited(content, others, random)))
        case 2:
            del parts[at]
        case 3:
            external, parts[at] = 0o120777 << 16, (name, b"/etc/hostname")
        case 4:
            parts[at] = (name, random.choice(others))
        case _:
            parts[at] = (name, _edited(content, others, random))
    return _packed(parts, zipfile.ZIP_BZIP2 if random.random() < 0.05 else zipfile.ZIP_DEFLATED, external)


def _packed(parts: Sequence[tuple[str, bytes]], method: int, external: int) -> bytes:
    written = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(written, "w") as archive:
        warnings.simplefilter("ignore")  # of a name that stands twice
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = method, external
            archive.writestr(info, content, compresslevel=1)
    return written.getvalue()
