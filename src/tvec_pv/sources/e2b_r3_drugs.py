"""G.k of an E2B(R3) message: every medicine with its role, its doses and what was thought of it.

The role (G.k.1) is not in the drug: it stands in a causality assessment that names the drug by its identifier.
"""

from collections.abc import Sequence

from tvec_pv.domain.icsr import CausalityOpinion, Dose, Drug, DrugReaction, Substance, Text
from tvec_pv.sources.hl7 import (
    ICH_CODES,
    ICH_IDS,
    Node,
    Values,
    at,
    by_code,
    code_of,
    every,
    first,
    ich,
    identifier,
    link,
    words,
)

ROLE = ICH_CODES + "13"
ADDITIONAL = ICH_CODES + "17"
FDA_ROLE = "2.16.840.1.113883.3.989.5.1.2.1.1.8"


def read_drugs(read: Values, role: Node | None, assessment: Node | None) -> tuple[Drug, ...]:
    judged = by_code(every(assessment, "component", "causalityAssessment"))
    roles: dict[str | None, Text] = {}
    other_roles: dict[str | None, str] = {}
    for node in judged.get(ich("20"), ()):
        drug_id, value = link(at(node, "subject2", "productUseReference")), at(node, "value")
        system = None if value is None else value.get("codeSystem")
        if system == FDA_ROLE and value is not None:
            other_roles[drug_id] = value.get("code", "")
        elif system in (ROLE, None):
            roles[drug_id] = read.code(value, "G.k.1")
    organizers = (node for node in every(role, "subjectOf2", "organizer") if code_of(node) == ich("4", 20))
    nodes = (node for organizer in organizers for node in every(organizer, "component", "substanceAdministration"))
    drugs = []
    for number, node in enumerate(nodes, 1):
        read.where = f"drug {number}"
        drug_id = link(node)
        matrix = _matrix(
            read,
            node,
            [one for one in judged.get(ich("39"), ()) if link(at(one, "subject2", "productUseReference")) == drug_id],
        )
        drugs.append(_drug(read, node, drug_id, roles.get(drug_id), other_roles.get(drug_id), matrix))
    read.where = ""
    return tuple(drugs)


def _drug(
    read: Values,
    node: Node,
    drug_id: str | None,
    role: Text,
    fda_role: str | None,
    matrix: tuple[DrugReaction, ...],
) -> Drug:
    instance = at(node, "consumable", "instanceOfKind")
    product = at(instance, "kindOfProduct")
    approval = at(product, "asManufacturedProduct", "subjectOf", "approval")
    code = at(product, "code")
    about = by_code(every(node, "outboundRelationship2", "observation"))
    reasons = by_code(every(node, "inboundRelationship", "observation"))
    supply = by_code(every(instance, "subjectOf", "productEvent")).get(ich("1", 18))
    text = read.text(at(first(about.get(ich("2"))), "value"), "G.k.11")
    return Drug(
        id=drug_id,
        role=role,
        fda_other_role=fda_role,
        product_code=None if code is None else code.get("code"),
        name=read.text(at(product, "name"), "G.k.2.2"),
        substances=tuple(_substance(read, one) for one in every(product, "ingredient")),
        country_obtained=read.text(
            at(first(supply), "performer", "assignedEntity", "representedOrganization", "addr", "country"), "G.k.2.4"
        ),
        is_blinded=read.flag(at(first(about.get(ich("6"))), "value"), "G.k.2.5"),
        authorisation_number=identifier(approval, ICH_IDS + "4"),
        authorisation_country=read.code(at(approval, "author", "territorialAuthority", "territory", "code"), "G.k.3.2"),
        holder=read.text(at(approval, "holder", "role", "playingOrganization", "name"), "G.k.3.3"),
        doses=tuple(
            _dose(read, one)
            for relation in every(node, "outboundRelationship2")
            if relation.get("typeCode") == "COMP"
            for one in every(relation, "substanceAdministration")
        ),
        cumulative_dose=read.quantity(at(first(about.get(ich("14"))), "value"), "G.k.5"),
        gestation_at_exposure=read.quantity(at(first(about.get(ich("16"))), "value"), "G.k.6"),
        indications=read.terms(reasons.get(ich("19"), ()), "G.k.7.r"),
        action_taken=next((read.code(one, "G.k.8") for one in every(node, "inboundRelationship", "act", "code")), None),
        reactions=matrix,
        additional_codes=_codes(read, about.get(ich("9"), ()), "G.k.10.r", is_ich=True),
        fda_additional_codes=_codes(read, about.get(ich("9"), ()), "FDA.G.k.10a", is_ich=False),
        additional_text=words(text),
    )


def _codes(read: Values, observations: Sequence[Node], element: str, *, is_ich: bool) -> tuple[str, ...]:
    """Coded information on the drug: ICH's list and FDA's give the same numbers other meanings."""
    values = (at(one, "value") for one in observations)
    return tuple(
        code
        for value in values
        if value is not None and (value.get("codeSystem") == ADDITIONAL) is is_ich
        if isinstance(code := read.code(value, element), str)
    )


def _substance(read: Values, node: Node) -> Substance:
    substance = at(node, "ingredientSubstance")
    code = at(substance, "code")
    return Substance(
        name=read.text(at(substance, "name"), "G.k.2.3.r.1"),
        term_id=None if code is None else code.get("code"),
        strength=read.quantity(at(node, "quantity", "numerator"), "G.k.2.3.r.3"),
    )


def _dose(read: Values, node: Node) -> Dose:
    time = at(node, "effectiveTime")
    start, end, duration = read.interval(time, ("G.k.4.r.4", "G.k.4.r.5", "G.k.4.r.6"))
    period = next(every(time, "comp", "period"), None)
    if period is None:
        period = at(time, "period")
    instance = at(node, "consumable", "instanceOfKind")
    form, route = at(instance, "kindOfProduct", "formCode"), at(node, "routeCode")
    parent = at(
        first(by_code(every(node, "inboundRelationship", "observation")).get(ich("28"))),
        "value",
    )
    return Dose(
        dose=read.measured(at(node, "doseQuantity"), "G.k.4.r.1"),
        interval=read.quantity(period, "G.k.4.r.2-3"),
        start=start,
        end=end,
        duration=duration,
        lot=read.text(at(instance, "productInstanceInstance", "lotNumberText"), "G.k.4.r.7"),
        text=read.text(at(node, "text"), "G.k.4.r.8"),
        form=read.text(at(form, "originalText"), "G.k.4.r.9.1"),
        form_code=None if form is None else form.get("code"),
        route=read.text(at(route, "originalText"), "G.k.4.r.10.1"),
        route_code=None if route is None else route.get("code"),
        parent_route=read.text(at(parent, "originalText"), "G.k.4.r.11.1"),
        parent_route_code=None if parent is None else parent.get("code"),
    )


def _matrix(read: Values, node: Node, judged: list[Node]) -> tuple[DrugReaction, ...]:
    """G.k.9.i: opinions, intervals and rechallenge of one drug, gathered by reaction in order of mention."""
    opinions: dict[str | None, list[CausalityOpinion]] = {}
    since_first: dict[str | None, Node | None] = {}
    since_last: dict[str | None, Node | None] = {}
    again: dict[str | None, Text] = {}
    for one in judged:
        opinions.setdefault(link(at(one, "subject1", "adverseEffectReference")), []).append(
            CausalityOpinion(
                source=read.text(at(one, "author", "assignedEntity", "code", "originalText"), "G.k.9.i.2.r.1"),
                method=read.text(at(one, "methodCode", "originalText"), "G.k.9.i.2.r.2"),
                result=_result(read, at(one, "value")),
            )
        )
    for relation in every(node, "outboundRelationship1"):
        intervals = {"SAS": since_first, "SAE": since_last}.get(relation.get("typeCode", ""))
        if intervals is not None:
            intervals[link(at(relation, "actReference"))] = at(relation, "pauseQuantity")
    for observation in every(node, "outboundRelationship2", "observation"):
        if code_of(observation) == ich("31"):
            reference = at(observation, "outboundRelationship1", "actReference")
            again[link(reference)] = read.code(at(observation, "value"), "G.k.9.i.4")
    reactions = dict.fromkeys((*opinions, *since_first, *since_last, *again))
    return tuple(
        DrugReaction(
            reaction_id=reaction,
            opinions=tuple(opinions.get(reaction, ())),
            from_first_dose=read.quantity(since_first.get(reaction), "G.k.9.i.3.1"),
            from_last_dose=read.quantity(since_last.get(reaction), "G.k.9.i.3.2"),
            rechallenge=again.get(reaction),
        )
        for reaction in reactions
    )


def _result(read: Values, value: Node | None) -> Text:
    """G.k.9.i.2.r.3 is text; some senders give a code instead (ICH's own example does)."""
    return read.text(value, "G.k.9.i.2.r.3") or (None if value is None else value.get("code"))
