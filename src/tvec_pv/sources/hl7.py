"""HL7 v3 data types as they stand in an E2B(R3) message: one walk over children, no XPath.

Whatever does not read becomes a finding of the record and an absent value; nothing raises on content.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from lxml import etree

from tvec_pv.domain.icsr import Day, Flag, NullFlavor, Quantity, Term, Text
from tvec_pv.sources.reading import Reading

NAMESPACE = "{urn:hl7-org:v3}"
MEDDRA = "2.16.840.1.113883.6.163"
ICH_CODES = "2.16.840.1.113883.3.989.2.1.1."
ICH_IDS = "2.16.840.1.113883.3.989.2.1.3."

Node: TypeAlias = etree._Element


class Code(NamedTuple):
    """A code with its code system: what an element is found by, never its place or a comment."""

    code: str | None
    system: str | None


def ich(code: str, code_list: int = 19) -> Code:
    """A code of an ICH code list; 19 is the list of observations."""
    return Code(code, f"{ICH_CODES}{code_list}")


def at(node: Node | None, *path: str) -> Node | None:
    """The first descendant along a path of local names."""
    for name in path:
        if node is None:
            return None
        node = next(node.iterchildren(NAMESPACE + name), None)
    return node


def every(node: Node | None, *path: str) -> Iterator[Node]:
    """All nodes at the end of a path whose last step may repeat; steps before it may repeat too."""
    if node is None:
        return
    name, *rest = path
    for child in node.iterchildren(NAMESPACE + name):
        if rest:
            yield from every(child, *rest)
        else:
            yield child


def code_of(node: Node | None) -> Code:
    code = at(node, "code")
    return Code(None, None) if code is None else Code(code.get("code"), code.get("codeSystem"))


def by_code(nodes: Iterator[Node]) -> dict[Code, list[Node]]:
    found: dict[Code, list[Node]] = {}
    for node in nodes:
        found.setdefault(code_of(node), []).append(node)
    return found


def identifier(node: Node | None, root: str) -> str | None:
    """The extension of the id with that root (an OID)."""
    for one in every(node, "id"):
        if one.get("root") == root:
            return one.get("extension")
    return None


def link(node: Node | None) -> str | None:
    """The identifier by which reactions and drugs of a message refer to each other."""
    one = at(node, "id")
    return None if one is None else one.get("root")


def first(nodes: Sequence[Node] | None) -> Node | None:
    return nodes[0] if nodes else None


def words(text: Text) -> str | None:
    """The text where there is one; for elements that allow no null flavor."""
    return None if isinstance(text, NullFlavor) else text


class Values(Reading):
    """Reads values and collects what did not read, with the place where it stood."""

    def null_flavor(self, node: Node, element: str) -> NullFlavor | None:
        flavor = node.get("nullFlavor")
        if flavor is None:
            return None
        try:
            return NullFlavor[flavor]
        except KeyError:
            self.problem("READ-NULL", "a null flavor that E2B(R3) does not know was read as 'no information'", element)
            return NullFlavor.NI

    def text(self, node: Node | None, element: str) -> Text:
        """The text of an element, else its null flavor."""
        if node is None:
            return None
        given = " ".join(" ".join(map(str, node.itertext())).split()) if len(node) else (node.text or "").strip()
        return given or self.null_flavor(node, element)

    def attribute(self, node: Node | None, name: str, element: str) -> Text:
        if node is None:
            return None
        return node.get(name) or self.null_flavor(node, element)

    def code(self, node: Node | None, element: str) -> Text:
        return self.attribute(node, "code", element)

    def flag(self, node: Node | None, element: str) -> Flag:
        given = self.attribute(node, "value", element)
        if given is None or isinstance(given, NullFlavor):
            return given
        if given in ("true", "1"):
            return True
        if given in ("false", "0"):
            return False
        self.problem("READ-FLAG", "neither true nor false", element)
        return None

    def day(self, node: Node | None, element: str) -> Day:
        given = self.attribute(node, "value", element)
        if not isinstance(given, str):
            return given
        return self.date(given, element)

    def number(self, node: Node | None, element: str) -> float | None:
        given = None if node is None else node.get("value")
        if not given:
            return None
        return self.decimal(given, element)

    def quantity(self, node: Node | None, element: str) -> Quantity | None:
        value = self.number(node, element)
        if node is None or value is None:
            return None
        return Quantity(value=value, unit=node.get("unit"))

    def measured(self, node: Node | None, element: str) -> Quantity | NullFlavor | None:
        if node is None:
            return None
        return self.quantity(node, element) or self.null_flavor(node, element)

    def term(self, node: Node | None, element: str) -> Term:
        """A coded value: MedDRA code and version, and the words beside it."""
        if node is None:
            return Term()
        is_meddra = node.get("codeSystem") == MEDDRA
        return Term(
            name=words(self.text(at(node, "originalText"), element)),
            code=node.get("code") if is_meddra else None,
            version=node.get("codeSystemVersion") if is_meddra else None,
        )

    def terms(self, observations: Iterable[Node], element: str) -> tuple[Term, ...]:
        return tuple(self.term(at(node, "value"), element) for node in observations)

    def interval(self, node: Node | None, elements: tuple[str, str, str]) -> tuple[Day, Day, Quantity | None]:
        """Start, end and duration of an effectiveTime: an IVL_TS, an SXPR_TS of several, or a null flavor of all."""
        parts = [] if node is None else [node, *every(node, "comp")]
        start = end = width = None
        for part in parts:
            start = at(part, "low") if start is None else start
            end = at(part, "high") if end is None else end
            width = at(part, "width") if width is None else width
        if start is None and end is None and width is None and node is not None:
            flavor = self.null_flavor(node, elements[0])
            return flavor, flavor, None
        return (
            self.day(start, elements[0]),
            self.day(end, elements[1]),
            self.quantity(width, elements[2]),
        )
