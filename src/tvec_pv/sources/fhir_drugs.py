"""The suspect entities of AdverseEvents as medicines: what was given, how, and what somebody thought of it."""

from dataclasses import replace

from tvec_pv.domain.icsr import CausalityOpinion, Day, Dose, Drug, DrugReaction, DrugRole, Substance, Term, Text
from tvec_pv.sources.fhir_reading import FhirReading, Resource

_ADMINISTERED = ("MedicationAdministration", "MedicationStatement", "MedicationUsage", "MedicationRequest")
_NO_MEDICINE = ("Device", "Procedure")


def read_drugs(read: FhirReading, events: list[tuple[Resource, str]]) -> tuple[Drug, ...]:
    """The medicines of all events, each once, with the opinions on each reaction; all of them are suspect."""
    drugs: dict[str, Drug] = {}
    for event, reaction in events:
        for number, entity in enumerate(read.tables(event, "suspectEntity"), 1):
            read.where = f"suspect entity {number}"
            drug = _drug(read, entity)
            opinions = tuple(_opinion(read, one) for one in read.tables(entity, "causality"))
            judged = (DrugReaction(reaction_id=reaction, opinions=opinions),) if opinions else ()
            known = drugs.setdefault(repr(drug), drug)
            drugs[repr(drug)] = replace(known, reactions=(*known.reactions, *judged))
    read.where = ""
    return tuple(drugs.values())


def _drug(read: FhirReading, entity: Resource) -> Drug:
    """R4 points to a resource; R5 points to one or names a concept."""
    if "instanceCodeableConcept" in entity:
        return Drug(role=DrugRole.SUSPECT, name=read.name(read.table(entity, "instanceCodeableConcept")))
    reference = read.table(entity, "instance" if "instance" in entity else "instanceReference")
    resource = read.resolve(reference, "suspectEntity")
    kind = resource.get("resourceType")
    if kind in _NO_MEDICINE:
        message = "a device or a procedure is suspected: the report has no place for it beside the medicines"
        read.problem("FHIR-ENTITY", message, "suspectEntity")
    if kind in _ADMINISTERED:
        return _administered(read, resource)
    if kind == "Immunization":
        return _immunisation(read, resource)
    return _medicine(read, resource, read.text(reference, "display"))


def _medicine(read: FhirReading, resource: Resource, display: Text = None) -> Drug:
    """A Medication or Substance. The lot of a Medication is that of the dose."""
    lot = read.text(read.table(resource, "batch"), "lotNumber")
    form = read.name(read.table(resource, "form") or read.table(resource, "doseForm"))
    dose = Dose(lot=lot, form=form)
    holder = read.table(resource, "manufacturer") or read.table(resource, "marketingAuthorizationHolder")
    found = read.resolve(holder, "manufacturer") if "reference" in holder else {}
    return Drug(
        role=DrugRole.SUSPECT,
        name=read.name(read.concept(resource, "code")) or display,
        substances=tuple(
            Substance(name=name) for one in read.tables(resource, "ingredient") if (name := _ingredient(read, one))
        ),
        holder=read.text(found, "name") or read.text(holder, "display"),
        doses=(dose,) if dose != Dose() else (),
    )


def _ingredient(read: FhirReading, ingredient: Resource) -> str | None:
    """R4: itemCodeableConcept or itemReference. R5: item, a CodeableReference."""
    if "itemReference" in ingredient:
        pointed = read.resolve(read.table(ingredient, "itemReference"), "ingredient")
        return read.name(read.concept(pointed, "code"))
    if "itemCodeableConcept" in ingredient:
        return read.name(read.table(ingredient, "itemCodeableConcept"))
    return read.name(read.concept(ingredient, "item"))


def _administered(read: FhirReading, resource: Resource) -> Drug:
    """What was given, and its doses. R5 writes `occurence` with one r in MedicationAdministration."""
    drug = _what(read, resource)
    start, end = _when(read, resource)
    lot = next((dose.lot for dose in drug.doses if dose.lot), None)
    form = next((dose.form for dose in drug.doses if dose.form), None)
    given = [*read.tables(resource, "dosage"), *read.tables(resource, "dosageInstruction")] or [{}]
    doses = [_dose(read, one, start, end) for one in given]
    doses = [replace(one, lot=lot, form=form) for one in doses]
    reasons = [*read.tables(resource, "reasonCode"), *_concepts(read, resource, "reason")]
    terms = [Term(name=name, code=read.term(one).code) for one in reasons if (name := read.name(one))]
    return replace(drug, doses=tuple(one for one in doses if one != Dose()), indications=tuple(terms))


def _what(read: FhirReading, resource: Resource) -> Drug:
    if "medicationCodeableConcept" in resource:
        return Drug(role=DrugRole.SUSPECT, name=read.name(read.table(resource, "medicationCodeableConcept")))
    given = read.table(resource, "medication")
    if "concept" in given:
        return Drug(role=DrugRole.SUSPECT, name=read.name(read.table(given, "concept")))
    reference = read.table(given, "reference") if given else read.table(resource, "medicationReference")
    return _medicine(read, read.resolve(reference, "medication"), read.text(reference, "display"))


def _when(read: FhirReading, resource: Resource) -> tuple[Day, Day]:
    for name in ("effective", "occurence", "occurrence"):
        start, end = read.period(resource, name, "G.k.4.r.4")
        if start or end:
            return start, end if f"{name}Period" in resource else start
    return None, None


def _dose(read: FhirReading, dosage: Resource, start: Day, end: Day) -> Dose:
    rate = read.table(dosage, "doseAndRate") or dosage
    amount = read.quantity(rate, "dose", "G.k.4.r.1") or read.quantity(rate, "doseQuantity", "G.k.4.r.1")
    return Dose(
        dose=amount,
        start=start,
        end=end,
        text=read.text(dosage, "text"),
        route=read.name(read.table(dosage, "route")),
    )


def _concepts(read: FhirReading, resource: Resource, name: str) -> list[Resource]:
    """The concepts in CodeableReferences of R5."""
    return [
        read.table(one, "concept") or read.table(read.resolve(read.table(one, "reference"), name), "code")
        for one in read.tables(resource, name)
    ]


def _immunisation(read: FhirReading, resource: Resource) -> Drug:
    start, _ = read.period(resource, "occurrence", "G.k.4.r.4")
    dose = Dose(
        dose=read.quantity(resource, "doseQuantity", "G.k.4.r.1"),
        start=start,
        end=start,
        lot=read.text(resource, "lotNumber"),
        route=read.name(read.table(resource, "route")),
    )
    return Drug(
        role=DrugRole.SUSPECT,
        name=read.name(read.table(resource, "vaccineCode")),
        doses=(dose,) if dose != Dose() else (),
    )


def _opinion(read: FhirReading, causality: Resource) -> CausalityOpinion:
    """R4: assessment, productRelatedness, method. R5: entityRelatedness, assessmentMethod."""
    author = read.table(causality, "author")
    who = read.resolve(author, "author") if "reference" in author else {}
    name = read.table(who, "name") if who.get("resourceType") != "Organization" else {}
    method = read.table(causality, "method") or read.table(causality, "assessmentMethod")
    result = read.table(causality, "assessment") or read.table(causality, "entityRelatedness")
    return CausalityOpinion(
        source=read.text(author, "display") or read.text(name, "text") or read.text(name, "family"),
        method=read.name(method),
        result=read.name(result) or read.text(causality, "productRelatedness"),
    )
