"""Plans: where in an HL7 tree the elements of a case stand, written as the tree is without its links.

A plan is a function of an element that puts what it finds into a draft, the fields of a part of the case by name.
`inside` names the children and their plans, `coded` the codes of an act; what is named by neither is not looked at.
So a message is walked once, and nothing is searched. Of an element that may come once only, the first counts.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from lxml import etree

from tvec_pv.sources.hl7 import NAMESPACE, Node, Values

Draft: TypeAlias = dict[str, Any]
Plan: TypeAlias = Callable[[Values, Node, Draft], None]
Part = TypeVar("Part")

_CODE, _VALUE = NAMESPACE + "code", NAMESPACE + "value"
# Relations between acts and participations in them: they lead to what belongs to an act and say nothing themselves.
# Those that do say something (`outboundRelationship`, `outboundRelationship1`) are not among them.
_LINKS = tuple(
    NAMESPACE + name
    for name in (
        *("component", "component1", "reference", "referenceRange", "outboundRelationship2", "inboundRelationship"),
        *("subject", "subject1", "subject2", "subjectOf", "subjectOf1", "subjectOf2"),
        *("author", "authorization", "consumable", "holder", "performer"),
    )
)


def without_links(root: Node) -> None:
    """Put what links lead to in their place: a third of a message's elements are links, and each costs as much."""
    etree.strip_tags(root, *_LINKS)


def inside(plans: Mapping[str, Plan]) -> Plan:
    """The plan of an element by the names of its children."""
    by_tag = {NAMESPACE + name: plan for name, plan in plans.items()}
    if len(by_tag) == 1:
        return _only(*by_tag.popitem())
    find = by_tag.get

    def walk(read: Values, node: Node, draft: Draft) -> None:
        for child in node[:]:  # type: ignore[index]
            plan = find(child.tag)
            if plan is not None:
                plan(read, child, draft)

    return walk


def _only(tag: str, plan: Plan) -> Plan:
    def walk(read: Values, node: Node, draft: Draft) -> None:
        for child in node[:]:  # type: ignore[index]
            if child.tag == tag:
                plan(read, child, draft)

    return walk


def under(*path_and_plan: Any) -> Plan:
    """`under("a", "b", plan)`: the plan of what stands at the end of a path of names."""
    *path, plan = path_and_plan
    for name in reversed(path):
        plan = inside({name: plan})
    walk: Plan = plan
    return walk


def coded(
    values: Mapping[Any, Plan] | None = None, acts: Mapping[Any, Plan] | None = None, other: Plan | None = None
) -> Plan:
    """The plan of an act by its code: of its value, or of all of it.

    A code without a system is an NCI Thesaurus concept: its codes are unique, and FDA's own files name other systems.
    """
    of_value, of_act = values or {}, acts or {}

    def walk(read: Values, node: Node, draft: Draft) -> None:
        code = system = value = None
        for child in node[:]:  # type: ignore[index]
            tag = child.tag
            if tag == _VALUE:
                value = child if value is None else value
            elif tag == _CODE:
                code, system = child.get("code"), child.get("codeSystem")
        plan = of_value.get((code, system)) or of_value.get(code)
        if plan is None:
            plan = of_act.get((code, system)) or of_act.get(code) or other
            if plan is not None:
                plan(read, node, draft)
        elif value is not None:
            plan(read, value, draft)

    return walk


def both(*plans: Plan) -> Plan:
    """Several plans of the same element."""

    def walk(read: Values, node: Node, draft: Draft) -> None:
        for plan in plans:
            plan(read, node, draft)

    return walk


def made(part: Callable[..., Part], draft: Draft) -> Part:
    """The part of the case of which this is the draft; what was gathered in lists, it holds in tuples."""
    for name, value in draft.items():
        if type(value) is list:
            draft[name] = tuple(value)
    return part(**draft)


def each(field: str, part: Callable[..., Any], plan: Plan, where: str = "") -> Plan:
    """The plan of an element that may come again. Each becomes a part, named in findings by `where` and its number."""

    def walk(read: Values, node: Node, draft: Draft) -> None:
        parts = draft.setdefault(field, [])
        outside = read.where
        if where:
            read.where = f"{where} {len(parts) + 1}"
        one: Draft = {}
        plan(read, node, one)
        parts.append(made(part, one))
        read.where = outside

    return walk


def one(field: str, part: Callable[..., Any], plan: Plan, where: str = "") -> Plan:
    """The plan of an element that becomes a part of its own."""

    def walk(read: Values, node: Node, draft: Draft) -> None:
        if field in draft:
            return
        outside, read.where = read.where, where or read.where
        only: Draft = {}
        plan(read, node, only)
        draft[field] = made(part, only)
        read.where = outside

    return walk


def identified(plans: Mapping[str, Plan]) -> Plan:
    """The plan of an id by its root (an OID)."""

    def walk(read: Values, node: Node, draft: Draft) -> None:
        plan = plans.get(node.get("root", ""))
        if plan is not None:
            plan(read, node, draft)

    return walk


def attribute(field: str, name: str) -> Plan:
    """The plan of an element of which one attribute is wanted, as it stands."""

    def walk(_: Values, node: Node, draft: Draft) -> None:
        if field not in draft:
            draft[field] = node.get(name)

    return walk


def attributes(field: str, name: str) -> Plan:
    """The same of an element that may come again."""

    def walk(_: Values, node: Node, draft: Draft) -> None:
        draft.setdefault(field, []).append(node.get(name, ""))

    return walk


def keep(field: str) -> Plan:
    """The plan of an element that is read later, when more is known."""

    def walk(_: Values, node: Node, draft: Draft) -> None:
        draft.setdefault(field, node)

    return walk


def link(field: str, *path: str) -> Plan:
    """The identifier by which reactions and drugs of a message refer to each other."""
    return under(*path, "id", attribute(field, "root"))


def interval(
    start: tuple[str, str], end: tuple[str, str], width: tuple[str, str] | None = None, **others: Plan
) -> Plan:
    """The plan of an effectiveTime, one interval or a set of them: fields and elements of its start, end and duration.

    A null flavor of the whole is one of both ends.
    """
    bounds = {"low": day(*start), "high": day(*end)} | ({"width": quantity(*width)} if width else {}) | others
    walk_bounds = inside(bounds | {"comp": inside(bounds)})
    fields = [start[0], end[0], *([width[0]] if width else [])]

    def walk(read: Values, node: Node, draft: Draft) -> None:
        walk_bounds(read, node, draft)
        if not any(field in draft for field in fields) and node.get("nullFlavor"):
            flavor = read.null_flavor(node, start[1])
            draft[start[0]] = draft[end[0]] = flavor

    return walk


def _once(convert: Callable[[Values, Node, str], Any]) -> Callable[[str, str], Plan]:
    def plan(field: str, element: str) -> Plan:
        def walk(read: Values, node: Node, draft: Draft) -> None:
            if field not in draft:
                draft[field] = convert(read, node, element)

        return walk

    return plan


def _every_time(convert: Callable[[Values, Node, str], Any]) -> Callable[[str, str], Plan]:
    def plan(field: str, element: str) -> Plan:
        def walk(read: Values, node: Node, draft: Draft) -> None:
            value = convert(read, node, element)
            if value is not None:
                draft.setdefault(field, []).append(value)

        return walk

    return plan


# The plans of single values: `text("name", "D.1")` puts what the element says into the field `name`.
text, words, code, extension = _once(Values.text), _once(Values.words), _once(Values.code), _once(Values.extension)
flag, day, number = _once(Values.flag), _once(Values.day), _once(Values.number)
quantity, measured, term = _once(Values.quantity), _once(Values.measured), _once(Values.term)
texts, codes = _every_time(Values.text), _every_time(Values.code)
extensions, terms = _every_time(Values.extension), _every_time(Values.term)


def coding(of_code: str, of_version: str, of_system: str | None = None) -> Plan:
    """The plan of a code whose system and version are kept beside it."""

    def walk(_: Values, node: Node, draft: Draft) -> None:
        if of_code not in draft:
            draft[of_code], draft[of_version] = node.get("code"), node.get("codeSystemVersion")
            if of_system is not None:
                draft[of_system] = node.get("codeSystem")

    return walk
