"""The pieces of an HL7 v3 message: lines of XML, indented by whoever holds them."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from tvec_pv.domain.icsr import Day, Flag, NullFlavor, Quantity, Term, Text

MEDDRA = "2.16.840.1.113883.6.163"
ICH_IDS = "2.16.840.1.113883.3.989.2.1.3."
SEX = "1.0.5218"
NCIT = "2.16.840.1.113883.3.26.1.1"

Lines = list[str]


def ich(code_list: int) -> str:
    """The OID of an ICH code list."""
    return f"2.16.840.1.113883.3.989.2.1.1.{code_list}"


def tag(name: str, *content: Lines | str, **attributes: str | None) -> Lines:
    """An element with its children, or with text. Attributes that are None are left out; xsi_type is xsi:type."""
    written = (f" {key.replace('_', ':')}={quoteattr(value)}" for key, value in attributes.items() if value is not None)
    opening = name + "".join(written)
    parts = [part for part in content if part]
    if not parts:
        return [f"<{opening}/>"]
    if isinstance(parts[0], str):
        return [f"<{opening}>{escape(parts[0])}</{name}>"]
    return [f"<{opening}>", *("  " + line for part in parts for line in part), f"</{name}>"]


def text(name: str, value: Text, **attributes: str | None) -> Lines:
    if value is None:
        return []
    if isinstance(value, NullFlavor):
        return tag(name, nullFlavor=value.name, **attributes)
    return tag(name, value, **attributes)


def coded(name: str, value: Text, system: str, **attributes: str | None) -> Lines:
    if value is None:
        return []
    if isinstance(value, NullFlavor):
        return tag(name, nullFlavor=value.name, **attributes)
    return tag(name, code=str(value), codeSystem=system, **attributes)


def country(name: str, value: Text) -> Lines:
    return coded(name, value, "1.0.3166.1.2.2")


def identifier(number: Text, root: str, roots: str = ICH_IDS) -> Lines:
    """An id of the ICH identifier root with that last number."""
    if number is None:
        return []
    if isinstance(number, NullFlavor):
        return tag("id", root=roots + root, nullFlavor=number.name)
    return tag("id", extension=number, root=roots + root)


def telecom(scheme: str, number: Text) -> Lines:
    """FDA wants the scheme beside a null flavor too."""
    if number is None:
        return []
    if isinstance(number, NullFlavor):
        return tag("telecom", value=scheme, nullFlavor=number.name)
    return tag("telecom", value=f"{scheme}:{number}")


def worded(name: str, words: Text, code: str | None, version: str | None, system: str, **attributes: str) -> Lines:
    """A code with the words it stands for, either of which may be absent."""
    content = text("originalText", words)
    if not content and code is None:
        return []
    return tag(name, content, code=code, codeSystem=system, codeSystemVersion=version, **attributes)


def address(street: Text, city: Text, state: Text, postcode: Text, country: Text = None) -> Lines:
    names = ("streetAddressLine", "city", "state", "postalCode", "country")
    content = [text(name, value) for name, value in zip(names, (street, city, state, postcode, country), strict=True)]
    return tag("addr", *content) if any(content) else []


def timed(name: str, day: Day, **attributes: str | None) -> Lines:
    if day is None:
        return []
    if isinstance(day, NullFlavor):
        return tag(name, nullFlavor=day.name, **attributes)
    return tag(name, value=day.text, **attributes)


def flag(value: Flag) -> Lines:
    if value is None:
        return []
    if isinstance(value, NullFlavor):
        return tag("value", xsi_type="BL", nullFlavor=value.name)
    return tag("value", xsi_type="BL", value=str(value).lower())


def quantity(name: str, value: Quantity | None, **attributes: str | None) -> Lines:
    if value is None:
        return []
    return tag(name, value=f"{value.value:.15g}", unit=value.unit, **attributes)


def measured(name: str, value: Quantity | NullFlavor | None, **attributes: str | None) -> Lines:
    if isinstance(value, NullFlavor):
        return tag(name, nullFlavor=value.name, **attributes)
    return quantity(name, value, **attributes)


def term(name: str, value: Term, *, original: Lines | None = None, xsi_type: str | None = "CE") -> Lines:
    """A MedDRA-coded value: its words, and code and version where the term carries them."""
    words = text("originalText", value.name) if original is None else original
    return tag(name, words, xsi_type=xsi_type, code=value.code, codeSystem=MEDDRA, codeSystemVersion=value.version)


def interval(start: Day, end: Day, width: Quantity | None = None, period: Quantity | None = None) -> Lines:
    """An effectiveTime: a plain interval, or a set of parts where a width or a period comes with it."""
    low, high, wide = timed("low", start), timed("high", end), quantity("width", width)
    bounds = [low, high, wide]
    if not any(bounds):
        return tag("effectiveTime", quantity("period", period), xsi_type="PIVL_TS") if period else []
    if wide and high:
        parts = [tag("comp", low, wide, xsi_type="IVL_TS"), tag("comp", high, xsi_type="IVL_TS", operator="A")]
    elif period is None:
        return tag("effectiveTime", *bounds, xsi_type="IVL_TS")
    else:
        parts = [tag("comp", *bounds, xsi_type="IVL_TS", operator="A")]
    repeated = tag("comp", quantity("period", period), xsi_type="PIVL_TS") if period else []
    return tag("effectiveTime", repeated, *parts, xsi_type="SXPR_TS")


def observation(code: str, value: Lines, *inner: Lines) -> Lines:
    """An observation of ICH's list, left out with its value."""
    if not value and not any(inner):
        return []
    content = (tag("code", code=code, codeSystem=ich(19)), value, *inner)
    return tag("observation", *content, classCode="OBS", moodCode="EVN")


def about(
    code: str, value: Lines, *, type_code: str = "PERT", name: str = "outboundRelationship2", system: str | None = None
) -> Lines:
    """What else is said of a condition, a reaction, a test or a drug."""
    if not value:
        return []
    content = (tag("code", code=code, codeSystem=system or ich(19)), value)
    return tag(name, tag("observation", *content, classCode="OBS", moodCode="EVN"), typeCode=type_code)


def organizer(code: str, nodes: Iterable[Lines]) -> Lines:
    """A group of ICH's list: 1 history, 2 past drugs, 3 tests, 4 drugs."""
    members = [tag("component", node, typeCode="COMP") for node in nodes if node]
    if not members:
        return []
    content = (tag("code", code=code, codeSystem=ich(20)), *members)
    return tag("organizer", *content, classCode="CATEGORY", moodCode="EVN")


def organisation(outer: Text, inner: Text) -> Lines:
    """A department (the outer name) of an organisation (the inner one)."""
    kind = {"classCode": "ORG", "determinerCode": "INSTANCE"}
    name = text("name", inner)
    within = tag("assignedEntity", tag("representedOrganization", name, **kind), classCode="ASSIGNED") if name else []
    department = text("name", outer)
    return tag("representedOrganization", department, within, **kind) if department or within else []
