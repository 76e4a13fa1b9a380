"""HL7 v3 data types as they stand in an E2B(R3) message: what an element says, once it is known which it is.

Whatever does not read becomes a finding of the record and an absent value; nothing raises on content.
"""

from typing import TypeAlias

from lxml import etree

from tvec_pv.domain.icsr import Day, Flag, NullFlavor, Quantity, Term, Text
from tvec_pv.domain.records import Attachment
from tvec_pv.sources.reading import Reading

NAMESPACE = "{urn:hl7-org:v3}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MEDDRA = "2.16.840.1.113883.6.163"
ICH_CODES = "2.16.840.1.113883.3.989.2.1.1."
ICH_IDS = "2.16.840.1.113883.3.989.2.1.3."

Node: TypeAlias = etree._Element
# A code with its code system: what an element is found by, never its place or a comment.
Code: TypeAlias = tuple[str | None, str | None]


def ich(code: int, code_list: int = 19) -> Code:
    """A code of an ICH code list; 19 is the list of observations, 20 that of organizers."""
    return str(code), f"{ICH_CODES}{code_list}"


class Values(Reading):
    """Reads values and collects what did not read, who sent the message and what came attached to it."""

    def __init__(self) -> None:
        super().__init__()
        self.sender: str | None = None
        self.attachments: list[Attachment] = []

    def null_flavor(self, node: Node, element: str) -> NullFlavor | None:
        flavor = node.get("nullFlavor")
        if flavor is None:
            return None
        try:
            return NullFlavor[flavor]
        except KeyError:
            self.problem("READ-NULL", "a null flavor that E2B(R3) does not know was read as 'no information'", element)
            return NullFlavor.NI

    def text(self, node: Node, element: str) -> Text:
        """The text of an element, else its null flavor."""
        given = " ".join(" ".join(map(str, node.itertext())).split()) if len(node) else (node.text or "").strip()
        return given or self.null_flavor(node, element)

    def words(self, node: Node, element: str) -> str | None:
        """The text of an element that allows no null flavor."""
        text = self.text(node, element)
        return None if isinstance(text, NullFlavor) else text

    def code(self, node: Node, element: str) -> Text:
        return node.get("code") or self.null_flavor(node, element)

    def extension(self, node: Node, element: str) -> Text:
        """The number that an id carries."""
        return node.get("extension") or self.null_flavor(node, element)

    def flag(self, node: Node, element: str) -> Flag:
        given = node.get("value")
        if not given:
            return self.null_flavor(node, element)
        if given in ("true", "1"):
            return True
        if given in ("false", "0"):
            return False
        self.problem("READ-FLAG", "neither true nor false", element)
        return None

    def day(self, node: Node, element: str) -> Day:
        given = node.get("value")
        return self.date(given, element) if given else self.null_flavor(node, element)

    def number(self, node: Node, element: str) -> float | None:
        given = node.get("value")
        return self.decimal(given, element) if given else None

    def quantity(self, node: Node, element: str) -> Quantity | None:
        value = self.number(node, element)
        return None if value is None else Quantity(value=value, unit=node.get("unit"))

    def measured(self, node: Node, element: str) -> Quantity | NullFlavor | None:
        return self.quantity(node, element) or self.null_flavor(node, element)

    def term(self, node: Node, element: str) -> Term:
        """A coded value: MedDRA code and version, and the words beside it."""
        original = next(node.iterchildren(NAMESPACE + "originalText"), None) if len(node) else None
        name = None if original is None else self.words(original, element)
        if node.get("codeSystem") != MEDDRA:
            return Term(name=name)
        return Term(name=name, code=node.get("code"), version=node.get("codeSystemVersion"))
