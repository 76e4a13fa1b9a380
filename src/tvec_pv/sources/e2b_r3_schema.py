"""Validation of E2B(R3) messages against the ICH schema set, which the installation holds and this product does not."""

import re
from functools import cache
from pathlib import Path

from lxml import etree

from tvec_pv.domain.errors import SettingsError
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.sources.hl7 import Node

ENTRY = Path("multicacheschemas", "MCCI_IN200100UV01.xsd")
_ELEMENT = re.compile(r"Element '(?:\{[^}']*\})?([A-Za-z][\w.]{0,60})'")


class Schema:
    """The schema set, compiled once."""

    def __init__(self, entry: Path) -> None:
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
        self._schema = etree.XMLSchema(etree.parse(entry, parser))

    def faults(self, message: Node) -> tuple[Finding, ...]:
        """One warning on the first place where the message leaves the schema, or nothing.

        As a document of its own the schema asks of a message what it asks of a batch: the version of the encoding.
        What libxml2 says of the fault quotes the report, so only the element and the line are kept.
        """
        message.set("ITSVersion", "XML_1.0")
        if self._schema.validate(message):
            return ()
        fault = next(iter(self._schema.error_log))  # type: ignore[call-overload]
        named = _ELEMENT.match(fault.message)
        return (
            Finding(
                "READ-SCHEMA",
                Severity.WARNING,
                f"the message is not valid against the ICH schema, first at element {named[1] if named else '?'} "
                f"in line {fault.line}: tell the sender",
            ),
        )


@cache
def schema_in(folder: Path) -> Schema:
    entry = folder / ENTRY
    if not entry.is_file():
        raise SettingsError(f"TVEC_PV_SCHEMAS: the folder must hold {ENTRY.as_posix()}, as ICH's archive unpacks")
    try:
        return Schema(entry)
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise SettingsError("TVEC_PV_SCHEMAS: the schema set in the folder cannot be read: unpack it again") from error
