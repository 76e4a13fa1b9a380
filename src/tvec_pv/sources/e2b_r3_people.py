"""C.2.r and C.3 of an E2B(R3) message: who told it first, and who sent it on."""

from collections.abc import Mapping

from tvec_pv.sources.hl7 import Node, Values
from tvec_pv.sources.hl7_plans import Draft, Plan, both, code, inside, text, under


def _person(elements: Mapping[str, str]) -> Plan:
    """The plan of an assignedEntity, by its fields and their elements. The outer organisation is the department."""

    def of(field: str) -> Plan:
        return text(field, elements[field])

    town = {"city": of("city"), "state": of("state"), "postalCode": of("postcode")}
    name = {"prefix": of("title"), "given": _given(elements), "family": of("family_name")}
    organisation = under("representedOrganization", "name", of("organisation"))
    person = {"name": inside(name), "asLocatedEntity": under("location", "code", code("country", elements["country"]))}
    return inside(
        {
            "addr": inside({"streetAddressLine": of("street")} | town),
            "telecom": _telecom(elements),
            "assignedPerson": inside(person),
            "representedOrganization": inside({"name": of("department"), "assignedEntity": organisation}),
        }
    )


def _given(elements: Mapping[str, str]) -> Plan:
    """The first given name, then the middle name."""

    def walk(read: Values, node: Node, draft: Draft) -> None:
        field = "middle_name" if "given_name" in draft else "given_name"
        draft.setdefault(field, read.text(node, elements[field]))

    return walk


def _telecom(elements: Mapping[str, str]) -> Plan:
    """Telephone, fax and e-mail by their scheme, which FDA's senders give beside a null flavor too: value="mailto"."""
    fields = {"tel": "telephone", "fax": "fax", "mailto": "email"}

    def walk(read: Values, node: Node, draft: Draft) -> None:
        scheme, _, number = node.get("value", "").partition(":")
        field = fields.get(scheme, "")
        if field in elements and field not in draft:
            draft[field] = number or read.null_flavor(node, elements[field])

    return walk


REPORTER = both(
    _person(
        {
            "title": "C.2.r.1.1",
            "given_name": "C.2.r.1.2",
            "middle_name": "C.2.r.1.3",
            "family_name": "C.2.r.1.4",
            "organisation": "C.2.r.2.1",
            "department": "C.2.r.2.2",
            "street": "C.2.r.2.3",
            "city": "C.2.r.2.4",
            "state": "C.2.r.2.5",
            "postcode": "C.2.r.2.6",
            "telephone": "C.2.r.2.7",
            "email": "FDA.C.2.r.2.8",
            "country": "C.2.r.3",
        }
    ),
    under("assignedPerson", "asQualifiedEntity", "code", code("qualification", "C.2.r.4")),
)
SENDER = both(
    _person(
        {
            "organisation": "C.3.2",
            "department": "C.3.3.1",
            "title": "C.3.3.2",
            "given_name": "C.3.3.3",
            "middle_name": "C.3.3.4",
            "family_name": "C.3.3.5",
            "street": "C.3.4.1",
            "city": "C.3.4.2",
            "state": "C.3.4.3",
            "postcode": "C.3.4.4",
            "country": "C.3.4.5",
            "telephone": "C.3.4.6",
            "fax": "C.3.4.7",
            "email": "C.3.4.8",
        }
    ),
    under("code", code("type", "C.3.1")),
)
