"""The drugs of an E2B(R3) message: past drugs, drugs of the case, their roles and the drug-reaction matrix."""

from collections.abc import Iterable

from tests.e2b_writer.devices import characteristic, device
from tests.e2b_writer.parts import (
    NCIT,
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
    worded,
)
from tvec_pv.domain.icsr import CausalityOpinion, Dose, Drug, DrugReaction, PastDrug, Substance

ROUTES = "0.4.0.127.0.16.1.1.2.6"
FORMS = "0.4.0.127.0.16.1.1.2.1"
FDA_ROLES = "2.16.840.1.113883.3.989.5.1.2.1.1.8"
FDA_ADDITIONAL = "2.16.840.1.113883.3.989.5.1.2.1.1.7"


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
        _consumable(_kind(_product_code(drug.code, drug.code_version, drug.code_system), text("name", drug.name))),
        about("19", term("value", drug.indication), type_code="RSON") if drug.indication else [],
        about("29", term("value", drug.reaction), type_code="CAUS") if drug.reaction else [],
    )


def _drug(drug: Drug) -> Lines:
    product = _kind(
        _product_code(drug.product_code, drug.product_version, drug.product_system),
        text("name", drug.name),
        _manufactured(drug),
        *map(_substance, drug.substances),
        *map(device, drug.devices),
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
        *(
            about("9", coded("value", code, FDA_ADDITIONAL, xsi_type="CE"), type_code="REFR")
            for code in drug.fda_additional_codes
        ),
        about("2", text("value", drug.additional_text, xsi_type="ST"), type_code="REFR"),
        *(_indication(term("value", indication)) for indication in drug.indications),
        _action(coded("code", drug.action_taken, ich(15))),
    )


def _product_code(code: str | None, version: str | None, system: str | None) -> Lines:
    return tag("code", code=code, codeSystem=system, codeSystemVersion=version) if code else []


def _manufactured(drug: Drug) -> Lines:
    """The authorisation, and FDA's category of combination products."""
    category = coded("value", drug.product_category, NCIT, xsi_type="CE")
    subjects = [_approval(drug), characteristic("C94031", category)]
    about_product = [tag("subjectOf", subject, typeCode="SBJ") for subject in subjects if subject]
    return tag("asManufacturedProduct", *about_product, classCode="MANU") if about_product else []


def _approval(drug: Drug) -> Lines:
    holder, place = text("name", drug.holder), country("code", drug.authorisation_country)
    number = identifier(drug.authorisation_number, "4")
    if not (holder or place or number):
        return []
    organisation = tag("playingOrganization", holder, classCode="ORG", determinerCode="INSTANCE")
    territory = tag("territory", place, classCode="NAT", determinerCode="INSTANCE")
    authority = tag("territorialAuthority", territory, classCode="TERR")
    return tag(
        "approval",
        number,
        tag("holder", tag("role", organisation, classCode="HLD"), typeCode="HLD") if holder else [],
        tag("author", authority, typeCode="AUT") if place else [],
        classCode="CNTRCT",
        moodCode="EVN",
    )


def _substance(substance: Substance) -> Lines:
    strength = quantity("numerator", substance.strength)
    code = _product_code(substance.term_id, substance.term_version, substance.term_system)
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
    lot = text("lotNumberText", dose.lot)
    batch = tag("productInstanceInstance", lot, classCode="MMAT", determinerCode="INSTANCE") if lot else []
    parent = worded(
        "value", dose.parent_route, dose.parent_route_code, dose.parent_route_version, ROUTES, xsi_type="CE"
    )
    return _administration(
        text("text", dose.text),
        interval(dose.start, dose.end, dose.duration, dose.interval),
        worded("routeCode", dose.route, dose.route_code, dose.route_version, ROUTES),
        measured("doseQuantity", dose.dose),
        _consumable(
            _kind(worded("formCode", dose.form, dose.form_code, dose.form_version, FORMS)),
            before=batch,
        ),
        about("28", parent, type_code="REFR", name="inboundRelationship"),
    )
