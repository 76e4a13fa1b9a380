"""FDA.G.k.12.r of an E2B(R3) message: the devices that are part of a combination product."""

from tvec_pv.domain.icsr import Device
from tvec_pv.sources.hl7 import Node, Values
from tvec_pv.sources.hl7_plans import Draft, attribute, code, coded, codes, each, flag, inside, text, under

_OPERATORS = "2.16.840.1.113883.3.989.5.1.2.1.1.6"


def _name(read: Values, node: Node, draft: Draft) -> None:
    """The brand name, then the common name."""
    if "brand_name" in draft:
        draft.setdefault("common_name", read.text(node, "FDA.G.k.12.r.5"))
    else:
        draft["brand_name"] = read.text(node, "FDA.G.k.12.r.4")


def _operator(_: Values, node: Node, draft: Draft) -> None:
    """The one characteristic whose code is its value."""
    if node.get("codeSystem") == _OPERATORS:
        draft.setdefault("operator", node.get("code"))


_ADDRESS = inside(
    {
        "streetAddressLine": text("manufacturer_street", "FDA.G.k.12.r.7.1b"),
        "city": text("manufacturer_city", "FDA.G.k.12.r.7.1c"),
        "state": text("manufacturer_state", "FDA.G.k.12.r.7.1d"),
        "country": text("manufacturer_country", "FDA.G.k.12.r.7.1e"),
    }
)
_CHARACTERISTIC = coded(
    {
        "C54026": flag("malfunction", "FDA.G.k.12.r.1"),
        "C54592": codes("follow_up_types", "FDA.G.k.12.r.2.r"),
        "C54451": codes("problems", "FDA.G.k.12.r.3.r"),
        "C54595": code("usage", "FDA.G.k.12.r.8"),
        "C54594": codes("remedial_actions", "FDA.G.k.12.r.11.r"),
    },
    other=under("code", _operator),
)
DEVICES = each(
    "devices",
    Device,
    inside(
        {
            "code": attribute("product_code", "code"),
            "name": _name,
            "asManufacturedProduct": inside(
                {
                    "manufacturerOrganization": inside(
                        {"name": text("manufacturer", "FDA.G.k.12.r.7.1a"), "addr": _ADDRESS}
                    ),
                    "characteristic": _CHARACTERISTIC,
                }
            ),
            "instanceOfKind": under("productInstanceInstance", "lotNumberText", text("lot", "FDA.G.k.12.r.9")),
        }
    ),
)
