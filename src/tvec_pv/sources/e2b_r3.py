"""ICH E2B(R3) files, one ICSR or a batch, streamed message by message.

Elements are found by name and code system, never by a comment, an order or a route or form OID. DOCTYPEs are
refused; entities, DTDs and the network are never touched. The batch's sender stands after all messages, so a
record never waits for it.
"""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Record
from tvec_pv.sources.e2b_r3_case import read_case
from tvec_pv.sources.guard import guarded_record
from tvec_pv.sources.hl7 import NAMESPACE

BATCH = NAMESPACE + "MCCI_IN200100UV01"
MESSAGE = NAMESPACE + "PORR_IN049016UV"
# What stands in a batch beside its messages; any other child is a message of some kind.
ENVELOPE = frozenset(
    NAMESPACE + name
    for name in (
        *("realmCode", "typeId", "templateId", "id", "creationTime", "securityText", "responseModeCode", "versionCode"),
        *("interactionId", "profileId", "name", "batchComment", "transmissionQuantity", "batchTotalNumber"),
        *("reference", "receiver", "sender", "respondTo", "attentionLine"),
    )
)


def read(path: Path) -> Iterator[Record]:
    """One record per message. A file that breaks off yields one unreadable record for all that follows."""
    count = 0
    with path.open("rb") as file:
        events = etree.iterparse(
            file,
            events=("start", "end"),
            tag=(BATCH, MESSAGE),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for event, node in events:
                if event == "start":
                    _check_envelope(node)
                    continue
                for message in _finished(node):
                    count += 1
                    yield _record(message, f"message {count}")
                if node.tag == MESSAGE:
                    _forget(node)
        except etree.XMLSyntaxError as error:
            reason = f"the XML cannot be read from line {error.lineno} on: ask the sender for the file again"
            broken = Finding("READ-XML", Severity.CRITICAL, reason)
            yield Record(f"message {count + 1} and all that follows", None, (broken,))


def _finished(node: etree._Element) -> Iterator[etree._Element]:
    """A message that was read to its end, after those of other kinds before it; of the batch, what is left."""
    beside = node if node.tag == BATCH else reversed(list(node.itersiblings(preceding=True)))
    yield from (one for one in beside if one.tag not in ENVELOPE and one.tag != MESSAGE)
    if node.tag == MESSAGE:
        yield node


def _record(message: etree._Element, where: str) -> Record:
    if message.tag != MESSAGE:
        other = Finding("READ-MESSAGE", Severity.CRITICAL, "the message is not a safety report of type PORR_IN049016UV")
        return Record(where, None, (other,))
    return guarded_record(where, lambda: read_case(message))


def _check_envelope(node: etree._Element) -> None:
    if node.getroottree().docinfo.doctype:  # type: ignore[attr-defined]
        raise UnreadableFile("the file declares a document type; E2B(R3) has none, so it is not read at all")


def _forget(node: etree._Element) -> None:
    """Free a message that was read, and what stands before it."""
    node.clear()
    while (before := node.getprevious()) is not None:
        before.getparent().remove(before)  # type: ignore[union-attr]
