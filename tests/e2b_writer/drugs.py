"""The drugs of an E2B(R3) message: past drugs, drugs of the case, their roles and the drug-reaction matrix."""

from collections.abc import Iterable

from tests.e2b_writer.parts import (
    Lines,
    about,
    coded,
    country,
    flag,
    ich,
    identifier,
    interval,
    measured,
    organizer,
    quantity,
    tag,
    term,
    text,
)
from tvec_pv.domain.icsr import CausalityOpinion, Dose, Drug, DrugReaction, PastDrug, Substance

ROUTES = "0.4.0.127.0.16.1.1.2.6"
FORMS = "0.4.0.127.0.16.1.1.2.1"
PRODUCTS = "2.16.840.1.113883.6.69"
SUBSTANCES = "2.16.840.1.113883.4.9"
FDA_ROLES = "2.16.840.1.113883.3.989.5.1.2.1.1.8"


def drug_history(drugs: Iterable[PastDrug]) -> Lines:
    return organizer("2", map(_past_drug, drugs))


def drug_section(drugs: Iterable[Drug]) -> Lines:
    return organizer("4", map(_drug, drugs))


def assessments(drugs: Iterable[Drug]) -> Iterable[Lines]:
    """The role of each drug (code 20), then each opinion on a drug and a reaction (code 39)."""
    drugs = tuple(drugs)
    for drug in drugs:
        for role, system in ((drug.role, ich(13)), (drug.fda_other_role, FDA_ROLES)):
            if value := coded("value", role, system, xsi_type="CE"):
                yield _judgement("20", [value], drug.id)
    for drug in drugs:
        for judged in drug.reactions:
            for opinion in judged.opinions:
                yield _judgement("39", _opinion(opinion), drug.id, judged.reaction_id)


def _judgement(code: str, content: list[Lines], drug_id: str | None, reaction_id: str | None = None) -> Lines:
    reaction = tag("adverseEffectReference", tag("id", root=reaction_id), classCode="OBS", moodCode="EVN")
    product = tag("productUseReference", tag("id", root=drug_id), classCode="SBADM", moodCode="EVN")
    node = tag(
        "causalityAssessment",
        tag("code", code=code, codeSystem=ich(19)),
        *content,
        tag("subject1", reaction, typeCode="SUBJ") if reaction_id else [],
        tag("subject2", product, typeCode="SUBJ"),
        classCode="OBS",
        moodCode="EVN",
    )
    return tag("component", node, typeCode="COMP")


def _opinion(opinion: CausalityOpinion) -> list[Lines]:
    method, source = text("originalText", opinion.method), text("originalText", opinion.source)
    author = tag("assignedEntity", tag("code", source), classCode="ASSIGNED") if source else []
    return [
        text("value", opinion.result, xsi_type="ST"),
        tag("methodCode", method) if method else [],
        tag("author", author, typeCode="AUT") if author else [],
    ]


def _administration(*content: Lines) -> Lines:
    return tag("substanceAdministration", *content, classCode="SBADM", moodCode="EVN")


def _consumable(product: Lines, *, before: Lines | None = None, after: Lines | None = None) -> Lines:
    instance = tag("instanceOfKind", before or [], product, after or [], classCode="INST")
    return tag("consumable", instance, typeCode="CSM") if product or before else []


def _kind(*content: Lines) -> Lines:
    return tag("kindOfProduct", *content, classCode="MMAT", determinerCode="KIND") if any(content) else []


def _past_drug(drug: PastDrug) -> Lines:
    return _administration(
        interval(drug.start, drug.end),
        _consumable(_kind(text("name", drug.name))),
        about("19", term("value", drug.indication), type_code="RSON") if drug.indication else [],
        about("29", term("value", drug.reaction), type_code="CAUS") if drug.reaction else [],
    )


def _drug(drug: Drug) -> Lines:
    product = _kind(
        tag("code", code=drug.product_code, codeSystem=PRODUCTS) if drug.product_code else [],
        text("name", drug.name),
        _approval(drug),
        *map(_substance, drug.substances),
    )
    return _administration(
        tag("id", root=drug.id) if drug.id else [],
        _consumable(product, after=_supply(drug)),
        *(node for judged in drug.reactions for node in _delays(judged)),
        about("6", flag(drug.is_blinded)),
        *(tag("outboundRelationship2", _dose(dose), typeCode="COMP") for dose in drug.doses),
        about("14", quantity("value", drug.cumulative_dose, xsi_type="PQ"), type_code="SUMM"),
        about("16", quantity("value", drug.gestation_at_exposure, xsi_type="PQ")),
        *map(_rechallenge, drug.reactions),
        *(about("9", coded("value", code, ich(17), xsi_type="CE"), type_code="REFR") for code in drug.additional_codes),
        about("2", text("value", drug.additional_text, xsi_type="ST"), type_code="REFR"),
        *(_indication(term("value", indication)) for indication in drug.indications),
        _action(coded("code", drug.action_taken, ich(15))),
    )


def _approval(drug: Drug) -> Lines:
    holder, place = text("name", drug.holder), country("code", drug.authorisation_country)
    number = identifier(drug.authorisation_number, "4")
    if not (holder or place or number):
        return []
    organisation = tag("playingOrganization", holder, classCode="ORG", determinerCode="INSTANCE")
    territory = tag("territory", place, classCode="NAT", determinerCode="INSTANCE")
    authority = tag("territorialAuthority", territory, classCode="TERR")
    approval = tag(
        "approval",
        number,
        tag("holder", tag("role", organisation, classCode="HLD"), typeCode="HLD") if holder else [],
        tag("author", authority, typeCode="AUT") if place else [],
        classCode="CNTRCT",
        moodCode="EVN",
    )
    return tag("asManufacturedProduct", tag("subjectOf", approval, typeCode="SBJ"), classCode="MANU")


def _substance(substance: Substance) -> Lines:
    strength = quantity("numerator", substance.strength)
    code = tag("code", code=substance.term_id, codeSystem=SUBSTANCES) if substance.term_id else []
    content = (code, text("name", substance.name))
    return tag(
        "ingredient",
        tag("quantity", strength, tag("denominator", value="1")) if strength else [],
        tag("ingredientSubstance", *content, classCode="MMAT", determinerCode="KIND"),
        classCode="ACTI",
    )


def _supply(drug: Drug) -> Lines:
    place = text("country", drug.country_obtained)
    if not place:
        return []
    organisation = tag("representedOrganization", tag("addr", place), classCode="ORG", determinerCode="INSTANCE")
    performer = tag("performer", tag("assignedEntity", organisation, classCode="ASSIGNED"), typeCode="PRF")
    content = (tag("code", code="1", codeSystem=ich(18)), performer)
    return tag("subjectOf", tag("productEvent", *content, classCode="ACT", moodCode="EVN"), typeCode="SBJ")


def _delays(judged: DrugReaction) -> Iterable[Lines]:
    """The time from the first dose (SAS) and from the last dose (SAE) to the reaction."""
    reference = tag("actReference", tag("id", root=judged.reaction_id), classCode="OBS", moodCode="EVN")
    for type_code, delay in (("SAS", judged.from_first_dose), ("SAE", judged.from_last_dose)):
        if delay is not None:
            yield tag("outboundRelationship1", quantity("pauseQuantity", delay), reference, typeCode=type_code)


def _rechallenge(judged: DrugReaction) -> Lines:
    value = coded("value", judged.rechallenge, ich(16), xsi_type="CE")
    if not value:
        return []
    reference = tag("actReference", tag("id", root=judged.reaction_id), classCode="OBS", moodCode="EVN")
    content = (tag("code", code="31", codeSystem=ich(19)), value)
    related = tag("outboundRelationship1", reference, typeCode="REFR")
    node = tag("observation", *content, related, classCode="OBS", moodCode="EVN")
    return tag("outboundRelationship2", node, typeCode="PERT")


def _indication(value: Lines) -> Lines:
    entity = tag("assignedEntity", tag("code", code="3", codeSystem=ich(21)), classCode="ASSIGNED")
    content = (tag("code", code="19", codeSystem=ich(19)), value, tag("performer", entity, typeCode="PRF"))
    return tag("inboundRelationship", tag("observation", *content, classCode="OBS", moodCode="EVN"), typeCode="RSON")


def _action(code: Lines) -> Lines:
    if not code:
        return []
    return tag("inboundRelationship", tag("act", code, classCode="ACT", moodCode="EVN"), typeCode="CAUS")


def _dose(dose: Dose) -> Lines:
    lot, form = text("lotNumberText", dose.lot), text("originalText", dose.form)
    batch = tag("productInstanceInstance", lot, classCode="MMAT", determinerCode="INSTANCE") if lot else []
    form_code = tag("formCode", form, code=dose.form_code, codeSystem=FORMS) if form or dose.form_code else []
    route = text("originalText", dose.route)
    parent = text("originalText", dose.parent_route)
    parent_route = tag("value", parent, xsi_type="CE", code=dose.parent_route_code, codeSystem=ROUTES)
    return _administration(
        text("text", dose.text),
        interval(dose.start, dose.end, dose.duration, dose.interval),
        tag("routeCode", route, code=dose.route_code, codeSystem=ROUTES) if route or dose.route_code else [],
        measured("doseQuantity", dose.dose),
        _consumable(_kind(form_code), before=batch),
        about("28", parent_route, type_code="REFR", name="inboundRelationship")
        if parent or dose.parent_route_code
        else [],
    )
