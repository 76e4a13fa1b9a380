"""G.k of an E2B(R3) message: every medicine with its role, its doses and what was thought of it.

The role (G.k.1) is not in the drug: it stands in a causality assessment that names the drug by its identifier. So do
the opinions. They may come before the drugs or after them, so a drug is made when all is read.
"""

from collections.abc import Sequence

from tvec_pv.domain.icsr import CausalityOpinion, Dose, Drug, DrugReaction, Substance
from tvec_pv.sources.e2b_r3_devices import DEVICES
from tvec_pv.sources.hl7 import ICH_CODES, ICH_IDS, Node, Values, ich
from tvec_pv.sources.hl7_plans import (
    Draft,
    Plan,
    attribute,
    both,
    code,
    coded,
    coding,
    each,
    extension,
    flag,
    identified,
    inside,
    interval,
    keep,
    link,
    made,
    measured,
    quantity,
    terms,
    text,
    under,
    words,
)

_ROLES = ICH_CODES + "13"
_ADDITIONAL = ICH_CODES + "17"
_FDA_ROLES = "2.16.840.1.113883.3.989.5.1.2.1.1.8"


def _coded_text(field: str, element: str) -> Plan:
    """A route or a form: words, and a code in one of many systems."""
    return both(coding(f"{field}_code", f"{field}_version"), under("originalText", text(field, element)))


_DOSES = each(
    "doses",
    Dose,
    inside(
        {
            "text": text("text", "G.k.4.r.8"),
            "doseQuantity": measured("dose", "G.k.4.r.1"),
            "effectiveTime": interval(
                ("start", "G.k.4.r.4"),
                ("end", "G.k.4.r.5"),
                ("duration", "G.k.4.r.6"),
                period=quantity("interval", "G.k.4.r.2-3"),
            ),
            "routeCode": _coded_text("route", "G.k.4.r.10.1"),
            "instanceOfKind": inside(
                {
                    "productInstanceInstance": under("lotNumberText", text("lot", "G.k.4.r.7")),
                    "kindOfProduct": under("formCode", _coded_text("form", "G.k.4.r.9.1")),
                }
            ),
            "observation": coded({ich(28): _coded_text("parent_route", "G.k.4.r.11.1")}),
        }
    ),
)
_SUBSTANCES = each(
    "substances",
    Substance,
    inside(
        {
            "quantity": under("numerator", quantity("strength", "G.k.2.3.r.3")),
            "ingredientSubstance": inside(
                {"code": coding("term_id", "term_version", "term_system"), "name": text("name", "G.k.2.3.r.1")}
            ),
        }
    ),
)
_APPROVAL = inside(
    {
        "id": identified({f"{ICH_IDS}4": extension("authorisation_number", "G.k.3.1")}),
        "territorialAuthority": under("territory", "code", code("authorisation_country", "G.k.3.2")),
        "role": under("playingOrganization", "name", text("holder", "G.k.3.3")),
    }
)
_PRODUCT = inside(
    {
        "code": coding("product_code", "product_version", "product_system"),
        "name": text("name", "G.k.2.2"),
        "asManufacturedProduct": inside(
            {"approval": _APPROVAL, "characteristic": coded({"C94031": code("product_category", "FDA.G.k.10.1")})}
        ),
        "ingredient": _SUBSTANCES,
        "part": under("partProduct", DEVICES),
    }
)
_SUPPLY = under("assignedEntity", "representedOrganization", "addr", "country", text("country_obtained", "G.k.2.4"))

_REFERENCE = link("reaction")
_DELAYS = {
    "SAS": inside({"actReference": _REFERENCE, "pauseQuantity": quantity("from_first_dose", "G.k.9.i.3.1")}),
    "SAE": inside({"actReference": _REFERENCE, "pauseQuantity": quantity("from_last_dose", "G.k.9.i.3.2")}),
}
_RECHALLENGE = inside(
    {"value": code("rechallenge", "G.k.9.i.4"), "outboundRelationship1": link("reaction", "actReference")}
)


def _delay(read: Values, node: Node, draft: Draft) -> None:
    """The time from the first dose or from the last to a reaction."""
    plan = _DELAYS.get(node.get("typeCode", ""))
    if plan is not None:
        plan(read, node, _another(draft))


def _rechallenge(read: Values, node: Node, draft: Draft) -> None:
    _RECHALLENGE(read, node, _another(draft))


def _another(draft: Draft) -> Draft:
    """A new draft of what a drug says of one reaction."""
    found: Draft = {}
    draft.setdefault("said", []).append(found)
    return found


def _additional(read: Values, node: Node, draft: Draft) -> None:
    """Coded information on the drug: ICH's list and FDA's give the same numbers other meanings."""
    if node.get("codeSystem") == _ADDITIONAL:
        draft.setdefault("additional_codes", []).append(node.get("code", ""))
    elif (given := read.code(node, "FDA.G.k.10a")) is not None:
        draft.setdefault("fda_additional_codes", []).append(given)


_DRUG = inside(
    {
        "id": attribute("id", "root"),
        "instanceOfKind": inside({"kindOfProduct": _PRODUCT, "productEvent": coded(acts={ich(1, 18): _SUPPLY})}),
        "outboundRelationship1": _delay,
        "substanceAdministration": _DOSES,
        "observation": coded(
            {
                ich(2): words("additional_text", "G.k.11"),
                ich(6): flag("is_blinded", "G.k.2.5"),
                ich(9): _additional,
                ich(14): quantity("cumulative_dose", "G.k.5"),
                ich(16): quantity("gestation_at_exposure", "G.k.6"),
                ich(19): terms("indications", "G.k.7.r"),
            },
            {ich(31): _rechallenge},
        ),
        "act": under("code", code("action_taken", "G.k.8")),
    }
)
DRUGS = under("substanceAdministration", each("drugs", dict, _DRUG, where="drug"))

_ROLE = inside({"productUseReference": link("drug"), "value": keep("value")})


def _role(read: Values, node: Node, draft: Draft) -> None:
    """A similar device's role (FDA) has the same code as the role: its code system tells them apart."""
    found: Draft = {}
    _ROLE(read, node, found)
    drug, value = found.get("drug"), found.get("value")
    if value is None:
        return
    system = value.get("codeSystem")
    if system in (_ROLES, None):
        draft.setdefault("roles", {})[drug] = read.code(value, "G.k.1")
    elif system == _FDA_ROLES:
        draft.setdefault("fda_roles", {})[drug] = value.get("code")


def _result(read: Values, node: Node, draft: Draft) -> None:
    """Text; some senders give a code instead (ICH's own example does)."""
    draft.setdefault("result", read.text(node, "G.k.9.i.2.r.3") or node.get("code"))


_OPINION = inside(
    {
        "adverseEffectReference": link("reaction"),
        "productUseReference": link("drug"),
        "assignedEntity": under("code", "originalText", text("source", "G.k.9.i.2.r.1")),
        "methodCode": under("originalText", text("method", "G.k.9.i.2.r.2")),
        "value": _result,
    }
)


def _opinion(read: Values, node: Node, draft: Draft) -> None:
    found: Draft = {}
    _OPINION(read, node, found)
    draft.setdefault("opinions", {}).setdefault(found.pop("drug", None), []).append(found)


ASSESSMENTS = coded(acts={ich(20): _role, ich(39): _opinion})


def read_drugs(drafts: Sequence[Draft], judged: Draft) -> tuple[Drug, ...]:
    """The drugs, each with the role and the opinions that the assessments give it."""
    roles, fda_roles, opinions = (judged.pop(name, {}) for name in ("roles", "fda_roles", "opinions"))
    return tuple(
        Drug(
            role=roles.get(drug_id := draft.get("id")),
            fda_other_role=fda_roles.get(drug_id),
            reactions=_matrix(opinions.get(drug_id, ()), draft.pop("said", ())),
            **draft,
        )
        for draft in drafts
    )


def _matrix(opinions: Sequence[Draft], said: Sequence[Draft]) -> tuple[DrugReaction, ...]:
    """G.k.9.i: opinions, delays and rechallenge of one drug, gathered by reaction in order of mention."""
    pairs: dict[str | None, Draft] = {}
    for opinion in opinions:
        reaction = opinion.get("reaction")
        given = CausalityOpinion(**{name: value for name, value in opinion.items() if name != "reaction"})
        pairs.setdefault(reaction, {}).setdefault("opinions", []).append(given)
    for found in said:
        reaction = found.pop("reaction", None)
        pairs[reaction] = found | pairs.get(reaction, {})
    return tuple(made(DrugReaction, {"reaction_id": reaction} | pair) for reaction, pair in pairs.items())
