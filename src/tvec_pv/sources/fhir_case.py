"""AdverseEvents of one report as a case. R4 and R5 name some things differently; both names are looked for.

An AdverseEvent is one reaction. What it says of the patient, the reporter and the medicines stands in the resources
to which it points.
"""

import re
from dataclasses import replace

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import (
    Case,
    Identifier,
    MedicalHistory,
    NullFlavor,
    NullificationAmendment,
    Outcome,
    Patient,
    Qualification,
    Reaction,
    Reporter,
    ReportType,
    Seriousness,
    Sex,
    Study,
    StudyRegistration,
    Term,
    Text,
)
from tvec_pv.sources.fhir_drugs import read_drugs
from tvec_pv.sources.fhir_reading import FhirReading, Find, Resource

SENDERS_NUMBER = "urn:oid:2.16.840.1.113883.3.989.2.1.3.1"
WORLDWIDE_NUMBER = "urn:oid:2.16.840.1.113883.3.989.2.1.3.2"
OUTCOMES = {
    "resolved": Outcome.RECOVERED,
    "recovering": Outcome.RECOVERING,
    "ongoing": Outcome.NOT_RECOVERED,
    "resolvedwithsequelae": Outcome.RECOVERED_WITH_SEQUELAE,
    "fatal": Outcome.FATAL,
    "unknown": Outcome.UNKNOWN,
}
CRITERIA = {
    "seriousresultsindeath": "death",
    "seriousislifethreatening": "life_threatening",
    "seriousresultsinhospitalization": "hospitalisation",
    "seriousresultsindisability": "disability",
    "seriousisdisabling": "disability",
    "seriousisbirthdefect": "congenital_anomaly",
    "seriousrequirespreventimpairment": "required_intervention",
}
SERIOUS, NON_SERIOUS = "serious", "nonserious"
_SERIOUS_TERM = "4"  # E.i.3.1: serious, and not highlighted
SEXES: dict[str, Text] = {
    "male": Sex.MALE,
    "female": Sex.FEMALE,
    "unknown": NullFlavor.UNK,
    "other": NullFlavor.OTH,
}
QUALIFICATIONS = {
    "Patient": Qualification.CONSUMER,
    "RelatedPerson": Qualification.CONSUMER,
    "Practitioner": Qualification.OTHER_HEALTH_PROFESSIONAL,
}
DEGREES = {
    "md": Qualification.PHYSICIAN,
    "do": Qualification.PHYSICIAN,
    "rph": Qualification.PHARMACIST,
    "pharmd": Qualification.PHARMACIST,
}
# The elements that are read, of both versions, and those that say nothing of the case.
READ = frozenset(
    (
        *("resourceType", "id", "meta", "implicitRules", "language", "contained", "identifier", "status", "actuality"),
        *("event", "code", "subject", "date", "recordedDate", "seriousness", "outcome", "recorder", "contributor"),
        *("occurrenceDateTime", "occurrencePeriod", "effectDateTime", "effectPeriod", "location", "participant"),
        *("resultingCondition", "resultingEffect", "suspectEntity", "subjectMedicalHistory", "study", "note"),
        *("modifierExtension",),
    )
)
_ELEMENT = re.compile(r"_?[A-Za-z]{1,50}")


def read_case(events: list[Resource], url: str, find: Find) -> tuple[Case, tuple[Finding, ...]]:
    """The case of AdverseEvents that are one report; `url` is the address under which the first is known."""
    read = FhirReading(find)
    first = events[0]
    read.contained = _contained(events)
    numbers = [_number(read, one) for event in events for one in read.tables(event, "identifier")]
    other_ids = list(dict.fromkeys(token for kind, token in numbers if kind is None and token))
    senders = next((token for kind, token in numbers if kind == SENDERS_NUMBER), None)
    if senders is None:
        senders = other_ids.pop(0) if other_ids else url if url.startswith(("http://", "https://")) else None
    for event in events:
        _look_at(read, event)
    reactions: list[Reaction] = []
    judged: list[tuple[Resource, str]] = []  # an opinion on a medicine is about the first reaction of its event
    for event in events:
        judged.append((event, str(len(reactions) + 1)))
        found = enumerate(_reactions(read, event), len(reactions) + 1)
        reactions.extend([replace(one, id=str(number)) for number, one in found])
    studies = read.resolved(first, "study")
    recorded = read.day(first, "recordedDate", "C.1.4")
    case = Case(
        sender_case_id=senders,
        worldwide_id=next((token for kind, token in numbers if kind == WORLDWIDE_NUMBER), None),
        version=_version(read, first),
        report_type=ReportType.STUDY if first.get("study") else None,
        first_received=recorded,
        latest_received=recorded or read.day(read.table(first, "meta"), "lastUpdated", "C.1.5"),
        other_ids=tuple(Identifier(number=number) for number in other_ids),
        nullification_amendment=_withdrawn(events),
        reporters=_reporters(read, first),
        study=_study(read, studies[0]) if studies else None,
        patient=_patient(read, first),
        reactions=tuple(reactions),
        drugs=read_drugs(read, judged),
        narrative="\n\n".join(_notes(read, events)) or None,
    )
    return case, tuple(read.findings)


def _contained(events: list[Resource]) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for event in events:
        given = event.get("contained")
        for one in given if isinstance(given, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                found[one["id"]] = one
    return found


def _number(read: FhirReading, identifier: Resource) -> tuple[str | None, str | None]:
    """One of ICH's numbers by its root, else the number with who gave it: alone it may be that of many cases."""
    system, value = read.words(identifier, "system"), read.words(identifier, "value")
    if system in (SENDERS_NUMBER, WORLDWIDE_NUMBER):
        return system, value
    return None, f"{system}|{value}" if system and value else value


def _look_at(read: FhirReading, event: Resource) -> None:
    """What must not be passed over, and what was not read."""
    if event.get("modifierExtension"):
        message = "a modifier extension may turn the meaning of the report round, and is not understood: held"
        read.problem("FHIR-MODIFIER", message, "modifierExtension", Severity.CRITICAL)
    if event.get("actuality") == "potential":
        message = "the sender says that it might have happened and did not"
        read.problem("FHIR-POTENTIAL", message, "actuality")
    for name in sorted(event.keys() - READ):
        if _ELEMENT.fullmatch(name) and name.removeprefix("_") not in READ:
            read.problem("FHIR-ELEMENT", "an element that is not read", name, Severity.INFO)


def _withdrawn(events: list[Resource]) -> str | None:
    return (
        NullificationAmendment.NULLIFICATION
        if all(event.get("status") == "entered-in-error" for event in events)
        else None
    )


def _version(read: FhirReading, event: Resource) -> int | None:
    """The version of the resource where it is a number; servers may call it anything."""
    given = read.words(read.table(event, "meta"), "versionId")
    return read.whole(given, "version") if given and given.isascii() and given.isdigit() else None


def _notes(read: FhirReading, events: list[Resource]) -> list[str]:
    notes = (read.words(note, "text") for event in events for note in read.tables(event, "note"))
    return list(dict.fromkeys(note for note in notes if note))


# --- who told it ---------------------------------------------------------------------------------------------------


def _reporters(read: FhirReading, event: Resource) -> tuple[Reporter, ...]:
    actors = [read.table(one, "actor") for one in read.tables(event, "participant")]
    others = [*read.tables(event, "contributor"), *actors]
    found = [_reporter(read, one, is_primary=True) for one in read.tables(event, "recorder")]
    found += [_reporter(read, one, is_primary=False) for one in others]
    return tuple(reporter for reporter in found if reporter is not None)


def _reporter(read: FhirReading, reference: Resource, *, is_primary: bool) -> Reporter | None:
    person = read.resolve(reference, "recorder")
    organisation = None
    if person.get("resourceType") == "PractitionerRole":
        organisation = _organisation(read, person)
        person = read.resolve(read.table(person, "practitioner"), "practitioner")
    name, kind = read.table(person, "name"), str(person.get("resourceType"))
    if kind == "Organization":
        return Reporter(organisation=read.text(person, "name"), country=_country(read, person), is_primary=is_primary)
    given = name.get("given")
    degrees = [code for one in read.tables(person, "qualification") for code in read.codes(read.table(one, "code"))]
    reporter = Reporter(
        given_name=" ".join(one for one in given if isinstance(one, str)) or None if isinstance(given, list) else None,
        family_name=read.text(name, "family") or read.text(name, "text") or read.text(reference, "display"),
        organisation=organisation,
        country=_country(read, person),
        qualification=next((DEGREES[code] for code in degrees if code in DEGREES), QUALIFICATIONS.get(kind)),
        is_primary=is_primary,
    )
    return reporter if reporter != Reporter(is_primary=is_primary) else None


def _organisation(read: FhirReading, role: Resource) -> Text:
    reference = read.table(role, "organization")
    found = read.resolve(reference, "organization") if "reference" in reference else {}
    return read.text(found, "name") or read.text(reference, "display")


def _country(read: FhirReading, node: Resource) -> Text:
    return next((country for one in read.tables(node, "address") if (country := read.text(one, "country"))), None)


# --- the patient ---------------------------------------------------------------------------------------------------


def _patient(read: FhirReading, event: Resource) -> Patient:
    subject = read.table(event, "subject")
    person = read.resolve(subject, "subject")
    if person.get("resourceType") == "ResearchSubject":
        of = "individual" if "individual" in person else "subject"
        person = read.resolve(read.table(person, of), "subject")
    if person.get("resourceType") not in ("Patient", "RelatedPerson", "Practitioner", None):
        read.problem("FHIR-SUBJECT", "the subject is no person: a group, or a thing", "subject")
        return Patient()
    sex = read.text(person, "gender")
    return Patient(
        name=_name(read, person) or read.text(subject, "display"),
        record_numbers=tuple(_values(read, person)),
        birth_date=read.day(person, "birthDate", "D.2.1"),
        sex=SEXES.get(sex.lower(), sex) if isinstance(sex, str) else sex,
        history=tuple(_history(read, one) for one in read.resolved(event, "subjectMedicalHistory")),
        death_date=read.day(person, "deceasedDateTime", "D.9.1"),
    )


def _name(read: FhirReading, person: Resource) -> Text:
    for name in read.tables(person, "name"):
        if (reason := read.reason(name)) is not None:
            return reason
        given = name.get("given")
        parts = [*(given if isinstance(given, list) else ()), read.words(name, "family")]
        words = " ".join(part for part in parts if isinstance(part, str))
        if found := read.text(name, "text") or words:
            return found
    return None


def _history(read: FhirReading, condition: Resource) -> MedicalHistory:
    start, _ = read.period(condition, "onset", "D.7.1.r.2")
    end, _ = read.period(condition, "abatement", "D.7.1.r.4")
    concept = read.table(condition, "code")
    term = read.term(concept)
    return MedicalHistory(
        term=Term(name=read.name(concept), code=term.code, version=term.version),
        start=start,
        end=end,
        comment=read.words(read.table(condition, "note"), "text"),
    )


# --- what happened -------------------------------------------------------------------------------------------------


def _reactions(read: FhirReading, event: Resource) -> list[Reaction]:
    """The event itself and, where they are named, the conditions that came of it."""
    concept = read.table(event, "event") or read.table(event, "code")
    highlighted, seriousness = _seriousness(read, event)
    outcome = read.code(read.tables(event, "outcome"), OUTCOMES, "E.i.7")
    place = read.resolved(event, "location")
    country = _country(read, place[0]) if place else None
    occurred, ended = read.period(event, "occurrence", "E.i.4")
    effect, effect_end = read.period(event, "effect", "E.i.4")
    date = read.day(event, "date", "E.i.4")
    found = [(concept, date or occurred or effect, ended)]
    for condition in (*read.resolved(event, "resultingCondition"), *read.resolved(event, "resultingEffect")):
        onset, _ = read.period(condition, "onset", "E.i.4")
        found.append((read.table(condition, "code"), onset or effect, effect_end))
    named = {read.name(one): (one, start, end) for one, start, end in reversed(found) if read.name(one)}
    return [
        Reaction(
            reported=read.text(one, "text"),
            term=read.term(one),
            highlighted=highlighted,
            seriousness=seriousness,
            start=start,
            end=end,
            outcome=outcome,
            country=country,
        )
        for one, start, end in reversed(named.values())
    ]


def _seriousness(read: FhirReading, event: Resource) -> tuple[str | None, Seriousness]:
    """The criteria that its codes name, in whatever case they are written; "serious" names none of them."""
    given = read.codes(read.table(event, "seriousness"))
    criteria = {CRITERIA[code] for code in given if code in CRITERIA}
    if criteria:
        return None, replace(Seriousness(), **dict.fromkeys(criteria, True))
    if SERIOUS in given:
        return _SERIOUS_TERM, Seriousness()
    if NON_SERIOUS in given:
        return None, replace(Seriousness(), **dict.fromkeys(CRITERIA.values(), False), other_important=False)
    if given:
        message = "a code of seriousness was not understood: held, lest a serious reaction be taken for another"
        read.problem("FHIR-SERIOUSNESS", message, "E.i.3.2", Severity.CRITICAL)
    return None, Seriousness()


def _study(read: FhirReading, study: Resource) -> Study:
    registrations = tuple(StudyRegistration(number=number) for number in _values(read, study))
    return Study(name=read.text(study, "title"), registrations=registrations)


def _values(read: FhirReading, node: Resource) -> list[str]:
    """The numbers of a person or a study, without who gave them."""
    return [number for one in read.tables(node, "identifier") if (number := read.words(one, "value"))]
