"""ICH E2B(R2) files, streamed report by report; FAERS XML is the same with FDA's peculiarities.

A document type is only a name here: the DTD is never fetched, and a file that declares entities is not read.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from lxml import etree

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Envelope, Item, Record
from tvec_pv.sources.e2b_r2_case import read_case
from tvec_pv.sources.e2b_r2_values import NO_REPORT, Group, Report
from tvec_pv.sources.metered import MOST_MARKS, TOO_LARGE, Metered, TooLarge
from tvec_pv.sources.public_faers import read_products

ROOT, HEADER, REPORT = "ichicsr", "ichicsrmessageheader", "safetyreport"
_MOST_BYTES = 16 * 1024**2  # of one report; the longest narrative of R2 has 20,000 letters
_PEEK = 64 * 1024
_FROM_FDA = re.compile(rb"<senderorganization>\s*FDA-Public Use\s*</senderorganization>")
_UNRESOLVED = Finding("READ-ENTITY", Severity.WARNING, "a text refers to an entity; the reference stands in its place")


def read(path: Path) -> Iterator[Item]:
    """The envelope, then one record per report. A file that breaks off yields one unreadable record for the rest."""
    for item in read_reports(path):
        yield item.record(read_case) if isinstance(item, Report) else item


def read_public_faers(path: Path, is_product: Callable[[str], bool]) -> Iterator[Item]:
    """FAERS XML: the product's reports, each as a record, then the number of all others."""
    return read_products(read_reports(path), is_product)


def read_reports(path: Path) -> Iterator[Report | Record | Envelope]:
    """Every report by its names, with its place and what was found in it; records of those that are none."""
    count = 0
    with path.open("rb") as file:
        metered = Metered(file, _MOST_BYTES, MOST_MARKS)
        events = etree.iterparse(
            cast(Any, metered),
            events=("start", "end"),
            tag=(ROOT, HEADER, REPORT),
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
                    _check_doctype(node)
                    continue
                if node.tag == HEADER:
                    yield _envelope(_group(node))
                for _ in _others(node):
                    count += 1
                    yield Record(f"report {count}", None, (NO_REPORT,))
                if node.tag == REPORT:
                    count += 1
                    yield Report(f"report {count}", _group(node), _entities(node))
                if node.tag != ROOT:
                    _forget(node)
                    metered.part_is_finished()
        except etree.XMLSyntaxError as error:
            broken = Finding(
                "READ-XML",
                Severity.CRITICAL,
                f"the XML cannot be read from line {error.lineno} on: ask the sender for the file again",
            )
            yield Record(f"report {count + 1} and all that follows", None, (broken,))
        except TooLarge:
            yield Record(f"report {count + 1} and all that follows", None, (TOO_LARGE,))


def is_public_faers(path: Path) -> bool:
    """Whether the first report of a file says that FDA made it public."""
    with path.open("rb") as file:
        return _FROM_FDA.search(file.read(_PEEK)) is not None


def _others(node: etree._Element) -> Iterator[etree._Element]:
    """What stands beside the reports and is neither one nor the header; of the file, what is left at its end."""
    beside = node if node.tag == ROOT else reversed(list(node.itersiblings(preceding=True)))
    yield from (one for one in beside if one.tag not in (HEADER, REPORT) and isinstance(one.tag, str))


def _check_doctype(node: etree._Element) -> None:
    declared: Any = node.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise UnreadableFile("the file declares entities, which no report needs, so it is not read at all")


def _envelope(header: Group) -> Envelope:
    def text(name: str) -> str | None:
        value = header.get(name)
        return value.strip() or None if isinstance(value, str) else None

    return Envelope(text("messagesenderidentifier"), text("messagereceiveridentifier"), text("messagenumb"))


def _group(node: etree._Element) -> Group:
    """An element's children by name: texts, groups, or lists where a name stands more than once."""
    found: Group = {}
    for child in node:
        if not isinstance(child.tag, str):
            continue
        if not len(child):
            value: Any = child.text or ""
        elif any(isinstance(one.tag, str) for one in child):
            value = _group(child)
        else:
            value = "".join(map(str, child.itertext()))
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
        if language := child.get("lang"):
            found[f"{child.tag}@lang"] = language
    return found


def _entities(node: etree._Element) -> tuple[Finding, ...]:
    return (_UNRESOLVED,) if next(node.iter(etree.Entity), None) is not None else ()


def _forget(node: etree._Element) -> None:
    """Free what was read, and what stands before it."""
    node.clear()
    while (before := node.getprevious()) is not None:
        before.getparent().remove(before)  # type: ignore[union-attr]
