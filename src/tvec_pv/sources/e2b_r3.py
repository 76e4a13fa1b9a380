"""ICH E2B(R3) files, one ICSR or a batch, streamed message by message.

Elements are found by name and code system, never by a comment, an order or a route or form OID. DOCTYPEs are
refused; entities, DTDs, schema locations and the network are never touched. The batch's sender stands after all
messages, so a record never waits for it.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

from lxml import etree

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Envelope, Record
from tvec_pv.sources.e2b_r3_case import read_case
from tvec_pv.sources.e2b_r3_schema import Schema, schema_in
from tvec_pv.sources.guard import guarded_record
from tvec_pv.sources.hl7 import ICH_IDS, NAMESPACE, Node, Values
from tvec_pv.sources.metered import MOST_MARKS, TOO_LARGE, Metered, TooLarge

BATCH = NAMESPACE + "MCCI_IN200100UV01"
MESSAGE = NAMESPACE + "PORR_IN049016UV"
# What stands in a batch beside its messages; any other child is a message of some kind.
BESIDE = frozenset(
    NAMESPACE + name
    for name in (
        *("realmCode", "typeId", "templateId", "id", "creationTime", "securityText", "responseModeCode", "versionCode"),
        *("interactionId", "profileId", "name", "batchComment", "transmissionQuantity", "batchTotalNumber"),
        *("reference", "receiver", "sender", "respondTo", "attentionLine"),
    )
)
MOST_BYTES = 60_000_000  # of one message. Documents make it large: the largest published one has 2 MB


_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,
}
_START, _END, _END_OF_BATCH = b"<PORR_IN049016UV", b"</PORR_IN049016UV>", b"</MCCI_IN200100UV01>"


def read(path: Path, schemas: Path | None = None) -> Iterator[Record | Envelope]:
    """One record per message, then the envelope. A file that breaks off yields one unreadable record for the rest.

    With the folder of the ICH schema set, each message is validated against it.
    """
    count = 0
    if schemas is None:
        for item in _plain(path):
            yield item
            if isinstance(item, Envelope):
                return
            count += 1
    yield from _streamed(path, None if schemas is None else schema_in(schemas), count)


def _plain(path: Path) -> Iterator[Record | Envelope]:
    """The messages of a batch that is written as nearly all are, each parsed alone: much faster than in a stream.

    It stops before what is written otherwise, broken or not to be read at all. The envelope comes only where the whole
    file was plain. What is read is what the stream reads: what stands before the first message is well-formed with
    each message after it and with what follows the last, and in no message is anything that could hide its end, be it
    a comment, a CDATA section, an instruction or another message.
    """
    parser, head = etree.XMLParser(**_OPTIONS), b""
    with path.open("rb") as file:
        for count, piece in enumerate(_pieces(file)):
            if count == 0:
                head, piece = piece[: piece.find(_START)], piece[piece.find(_START) :]
            is_message = piece.endswith(_END)
            if b"<!" in piece or b"<?" in piece or b"<!DOCTYPE" in head or piece.count(_START) != is_message:
                return
            try:
                batch = etree.fromstring(head + piece + (_END_OF_BATCH if is_message else b""), parser)
            except (etree.XMLSyntaxError, ValueError):
                return
            messages = [one for one in batch if one.tag not in BESIDE]
            if batch.tag != BATCH or [one.tag for one in messages] != [MESSAGE] * is_message:
                return
            yield _record(messages[0], f"message {count + 1}", None) if is_message else _envelope(batch, Envelope())


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A file cut behind the end of each message, as far as no piece has so many bytes that it could break a limit."""
    most, rest = min(MOST_BYTES, MOST_MARKS), b""
    while chunk := file.read(_CHUNK):
        *pieces, rest = (rest + chunk).split(_END)
        for piece in pieces:
            if len(piece) > most:
                return
            yield piece + _END
        if len(rest) > most:
            return
    yield rest


_CHUNK = 256 * 1024


def _streamed(path: Path, schema: Schema | None, known: int) -> Iterator[Record | Envelope]:
    """The messages of any file, but the first, which are known, and the envelope."""
    count, before = 0, Envelope()
    with path.open("rb") as file:
        metered = Metered(file, MOST_BYTES, MOST_MARKS)
        events = etree.iterparse(cast(Any, metered), events=("start", "end"), tag=(BATCH, MESSAGE), **_OPTIONS)
        try:
            for event, node in events:
                if event == "start":
                    _check_envelope(node)
                    continue
                if count == 0 and node.tag == MESSAGE and (batch := node.getparent()) is not None:
                    before = _envelope(batch, before)
                for message in _finished(node):
                    count += 1
                    if count > known:
                        yield _record(message, f"message {count}", schema)
                if node.tag == BATCH:
                    yield _envelope(node, before)
                else:
                    _forget(node)
                    metered.part_is_finished()
        except etree.XMLSyntaxError as error:
            reason = f"the XML cannot be read from line {error.lineno} on: ask the sender for the file again"
            broken = Finding("READ-XML", Severity.CRITICAL, reason)
            yield Record(f"message {count + 1} and all that follows", None, (broken,))
        except TooLarge:
            yield Record(f"message {count + 1} and all that follows", None, (TOO_LARGE,))


def _finished(node: Node) -> Iterator[Node]:
    """A message that was read to its end, after those of other kinds before it; of the batch, what is left."""
    around = node if node.tag == BATCH else reversed(list(node.itersiblings(preceding=True)))
    yield from (one for one in around if one.tag not in BESIDE and one.tag != MESSAGE)
    if node.tag == MESSAGE:
        yield node


def _record(message: Node, where: str, schema: Schema | None) -> Record:
    if message.tag != MESSAGE:
        other = Finding("READ-MESSAGE", Severity.CRITICAL, "the message is not a safety report of type PORR_IN049016UV")
        return Record(where, None, (other,))
    faults = () if schema is None else schema.faults(message)
    read = Values()
    record = guarded_record(where, lambda: read_case(read, message))
    return replace(
        record,
        findings=(*record.findings, *faults),
        attachments=tuple(read.attachments),
        sender=read.sender,
    )


def _envelope(batch: Node, before: Envelope) -> Envelope:
    """What a batch says of itself, at its end or `before` its messages."""
    return Envelope(
        _number(batch, "13", "sender") or before.sender,
        _number(batch, "14", "receiver") or before.receiver,
        _number(batch, "22") or before.batch_number,
    )


def _number(node: Node, root: str, device: str = "") -> str | None:
    """An identifier of the batch (N.1.2), or of the device that sent or receives it (N.1.3, N.1.4)."""
    path = f"{NAMESPACE}{device}/{NAMESPACE}device/{NAMESPACE}id" if device else f"{NAMESPACE}id"
    return next((one.get("extension") for one in node.iterfind(path) if one.get("root") == ICH_IDS + root), None)


def _check_envelope(node: Node) -> None:
    if node.getroottree().docinfo.doctype:  # type: ignore[attr-defined]
        raise UnreadableFile("the file declares a document type; E2B(R3) has none, so it is not read at all")


def _forget(node: Node) -> None:
    """Free a message that was read, and what stands before it."""
    node.clear()
    while (before := node.getprevious()) is not None:
        before.getparent().remove(before)  # type: ignore[union-attr]
