"""One E2B(R3) message as a case: where each element of ICH E2B(R3) stands in the HL7 tree."""

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import (
    Case,
    Document,
    Identifier,
    Reaction,
    Reporter,
    Sender,
    Seriousness,
    Study,
    StudyRegistration,
    Summary,
    Term,
    TestResult,
)
from tvec_pv.sources.e2b_r3_drugs import read_drugs
from tvec_pv.sources.e2b_r3_patient import read_patient
from tvec_pv.sources.hl7 import (
    ICH_CODES,
    ICH_IDS,
    Code,
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

FDA_CODES = "2.16.840.1.113883.3.989.5.1.2.2.1.3"


def read_case(message: Node) -> tuple[Case | None, tuple[Finding, ...]]:
    """The case of a message, and what in it did not read."""
    read = Values()
    control_act = at(message, "controlActProcess")
    event = at(control_act, "subject", "investigationEvent")
    if event is None:
        finding = Finding("READ-CASE", Severity.CRITICAL, "the message holds no investigation event, so no case")
        return None, (finding,)
    assessment = next(every(event, "component", "adverseEventAssessment"), None)
    role = at(assessment, "subject1", "primaryRole")
    case = Case(
        created=read.day(at(control_act, "effectiveTime"), "C.1.2"),
        study=_study(read, role),
        patient=read_patient(read, role),
        reactions=_reactions(read, role),
        tests=_tests(read, role),
        drugs=read_drugs(read, role, assessment),
        **_identification(read, event),  # type: ignore[arg-type]
        **_narrative(read, event, assessment),  # type: ignore[arg-type]
    )
    return case, tuple(read.findings)


def _identification(read: Values, event: Node) -> dict[str, object]:
    characteristics = by_code(every(event, "subjectOf2", "investigationCharacteristic"))
    observations = by_code(every(event, "component", "observationEvent"))
    documents = by_code(every(event, "reference", "document"))
    related = by_code(every(event, "outboundRelationship", "relatedInvestigation"))

    def characteristic(code: str) -> Node | None:
        return at(first(characteristics.get(ich(code, 23))), "value")

    def observation(code: Code) -> Node | None:
        return at(first(observations.get(code)), "value")

    def fda_observation(code: str) -> Node | None:
        return next((at(found[0], "value") for key, found in observations.items() if key.code == code), None)

    kind = read.code(characteristic("3"), "C.1.11.1")
    return {
        "sender_case_id": identifier(event, ICH_IDS + "1"),
        "worldwide_id": identifier(event, ICH_IDS + "2"),
        "report_type": read.code(characteristic("1"), "C.1.3"),
        "first_received": read.day(at(event, "effectiveTime", "low"), "C.1.4"),
        "latest_received": read.day(at(event, "availabilityTime"), "C.1.5"),
        "has_more_documents": read.flag(observation(ich("1")), "C.1.6.1"),
        "documents": tuple(_document(read, node) for node in documents.get(ich("1", 27), ())),
        "expedited": read.flag(observation(ich("23")), "C.1.7"),
        "local_report_type": read.code(fda_observation("C54588"), "FDA.C.1.7.1"),
        "combination_product": read.flag(fda_observation("C156384"), "FDA.C.1.12"),
        "first_sender": read.code(
            at(first(related.get(ich("1", 22))), "subjectOf2", "controlActEvent", "author", "assignedEntity", "code"),
            "C.1.8.2",
        ),
        "has_other_ids": read.flag(characteristic("2"), "C.1.9.1"),
        "other_ids": tuple(
            Identifier(source=node.get("assigningAuthorityName"), number=node.get("extension"))
            for node in every(event, "subjectOf1", "controlActEvent", "id")
            if node.get("root") == ICH_IDS + "3"
        ),
        "linked_reports": tuple(
            node.get("extension", "")
            for key, found in related.items()
            if key.code is None
            for one in found
            for node in every(one, "subjectOf2", "controlActEvent", "id")
            if node.get("root") == ICH_IDS + "2"
        ),
        "nullification_amendment": kind if isinstance(kind, str) else None,
        "nullification_amendment_reason": read.text(at(characteristic("4"), "originalText"), "C.1.11.2"),
        "reporters": tuple(
            _reporter(read, relation)
            for relation in every(event, "outboundRelationship")
            if code_of(at(relation, "relatedInvestigation")) == ich("2", 22)
        ),
        "sender": _sender(read, event),
        "literature": tuple(
            words
            for node in documents.get(ich("2", 27), ())
            if isinstance(words := read.text(at(node, "bibliographicDesignationText"), "C.4.r.1"), str)
        ),
    }


def _document(read: Values, node: Node) -> Document:
    title, content = read.text(at(node, "title"), "C.1.6.1.r.1"), at(node, "text")
    return Document(
        title=words(title),
        media_type=None if content is None else content.get("mediaType"),
        included=content is not None and bool(content.text or len(content)),
    )


def _reporter(read: Values, relation: Node) -> Reporter:
    entity = at(relation, "relatedInvestigation", "subjectOf2", "controlActEvent", "author", "assignedEntity")
    person = at(entity, "assignedPerson")
    name = at(person, "name")
    given = list(every(name, "given"))
    outer = at(entity, "representedOrganization")
    priority = at(relation, "priorityNumber")
    return Reporter(
        title=read.text(at(name, "prefix"), "C.2.r.1.1"),
        given_name=read.text(first(given), "C.2.r.1.2"),
        middle_name=read.text(first(given[1:]), "C.2.r.1.3"),
        family_name=read.text(at(name, "family"), "C.2.r.1.4"),
        organisation=read.text(at(outer, "assignedEntity", "representedOrganization", "name"), "C.2.r.2.1"),
        department=read.text(at(outer, "name"), "C.2.r.2.2"),
        city=read.text(at(entity, "addr", "city"), "C.2.r.2.4"),
        country=read.code(at(person, "asLocatedEntity", "location", "code"), "C.2.r.3"),
        qualification=read.code(at(person, "asQualifiedEntity", "code"), "C.2.r.4"),
        is_primary=priority is not None and priority.get("value") == "1",
    )


def _sender(read: Values, event: Node) -> Sender | None:
    for entity in every(event, "subjectOf1", "controlActEvent", "author", "assignedEntity"):
        if code_of(entity).system != ICH_CODES + "7":
            continue
        outer = at(entity, "representedOrganization")
        return Sender(
            type=read.code(at(entity, "code"), "C.3.1"),
            organisation=read.text(at(outer, "assignedEntity", "representedOrganization", "name"), "C.3.2"),
            department=read.text(at(outer, "name"), "C.3.3.1"),
            country=read.code(at(entity, "assignedPerson", "asLocatedEntity", "location", "code"), "C.3.4.5"),
        )
    return None


def _study(read: Values, role: Node | None) -> Study | None:
    study = at(role, "subjectOf1", "researchStudy")
    if study is None:
        return None
    return Study(
        registrations=tuple(
            StudyRegistration(
                number=identifier(node, ICH_IDS + "6"),
                country=read.code(at(node, "author", "territorialAuthority", "governingPlace", "code"), "C.5.1.r.2"),
            )
            for node in every(study, "authorization", "studyRegistration")
            if identifier(node, ICH_IDS + "6") is not None
        ),
        name=read.text(at(study, "title"), "C.5.2"),
        sponsor_number=identifier(study, ICH_IDS + "5"),
        type=read.code(at(study, "code"), "C.5.4"),
    )


def _reactions(read: Values, role: Node | None) -> tuple[Reaction, ...]:
    observations = (node for node in every(role, "subjectOf2", "observation") if code_of(node) == ich("29"))
    reactions = tuple(_reaction(read, node, number) for number, node in enumerate(observations, 1))
    read.where = ""
    return reactions


def _reaction(read: Values, node: Node, number: int) -> Reaction:
    read.where = f"reaction {number}"
    value = at(node, "value")
    original = at(value, "originalText")
    about = by_code(every(node, "outboundRelationship2", "observation"))
    start, end, duration = read.interval(at(node, "effectiveTime"), ("E.i.4", "E.i.5", "E.i.6"))

    def said(code: Code) -> Node | None:
        return at(first(about.get(code)), "value")

    coded = read.term(value, "E.i.2.1")
    return Reaction(
        id=link(node),
        reported=read.text(original, "E.i.1.1a"),
        language=None if original is None else original.get("language"),
        translation=read.text(said(ich("30")), "E.i.1.2"),
        term=Term(code=coded.code, version=coded.version),
        highlighted=read.code(said(ich("37")), "E.i.3.1"),
        seriousness=Seriousness(
            death=read.flag(said(ich("34")), "E.i.3.2a"),
            life_threatening=read.flag(said(ich("21")), "E.i.3.2b"),
            hospitalisation=read.flag(said(ich("33")), "E.i.3.2c"),
            disability=read.flag(said(ich("35")), "E.i.3.2d"),
            congenital_anomaly=read.flag(said(ich("12")), "E.i.3.2e"),
            other_important=read.flag(said(ich("26")), "E.i.3.2f"),
            required_intervention=read.flag(said(Code("7", FDA_CODES)), "FDA.E.i.3.2h"),
        ),
        start=start,
        end=end,
        duration=duration,
        outcome=read.code(said(ich("27")), "E.i.7"),
        medically_confirmed=read.flag(said(ich("24")), "E.i.8"),
        country=read.code(at(node, "location", "locatedEntity", "locatedPlace", "code"), "E.i.9"),
    )


def _tests(read: Values, role: Node | None) -> tuple[TestResult, ...]:
    organizers = (node for node in every(role, "subjectOf2", "organizer") if code_of(node) == ich("3", 20))
    nodes = (node for organizer in organizers for node in every(organizer, "component", "observation"))
    tests = tuple(_test(read, node, number) for number, node in enumerate(nodes, 1))
    read.where = ""
    return tests


def _test(read: Values, node: Node, number: int) -> TestResult:
    read.where = f"test {number}"
    center, low, high, text = None, None, None, None
    for value in every(node, "value"):
        kind = value.get("{http://www.w3.org/2001/XMLSchema-instance}type")
        if kind == "ED":
            text = value
        elif kind == "PQ":
            center = value
        else:
            center, low, high = at(value, "center"), at(value, "low"), at(value, "high")
    about = by_code(every(node, "outboundRelationship2", "observation"))
    ranges = {
        code.get("code"): at(found, "value")
        for found in every(node, "referenceRange", "observationRange")
        if (code := at(found, "interpretationCode")) is not None
    }
    comments = read.text(at(first(about.get(ich("10"))), "value"), "F.r.6")
    return TestResult(
        date=read.day(at(node, "effectiveTime"), "F.r.1"),
        name=read.term(at(node, "code"), "F.r.2"),
        result_code=read.code(at(node, "interpretationCode"), "F.r.3.1"),
        value=read.measured(center, "F.r.3.2"),
        low=read.measured(low, "F.r.3.2"),
        high=read.measured(high, "F.r.3.2"),
        low_inclusive=_inclusive(low),
        high_inclusive=_inclusive(high),
        text=read.text(text, "F.r.3.4"),
        normal_low=read.quantity(ranges.get("L"), "F.r.4"),
        normal_high=read.quantity(ranges.get("H"), "F.r.5"),
        comments=words(comments),
        more_available=read.flag(at(first(about.get(ich("25"))), "value"), "F.r.7"),
    )


def _inclusive(node: Node | None) -> bool | None:
    given = None if node is None else node.get("inclusive")
    return None if given is None else given == "true"


def _narrative(read: Values, event: Node, assessment: Node | None) -> dict[str, object]:
    comments = by_code(every(assessment, "component1", "observationEvent"))
    by_author = {
        author: read.text(at(node, "value"), "H.2" if author == "3" else "H.4")
        for node in comments.get(ich("10"), ())
        if (author := code_of(at(node, "author", "assignedEntity")).code)
    }
    summaries = by_code(every(event, "component", "observationEvent")).get(ich("36"), ())
    return {
        "narrative": read.text(at(event, "text"), "H.1"),
        "reporter_comments": words(by_author.get("3")),
        "sender_diagnoses": read.terms(comments.get(ich("15"), ()), "H.3.r"),
        "sender_comments": words(by_author.get("1")),
        "summaries": tuple(
            Summary(text=words(read.text(value, "H.5.r.1a")), language=value.get("language"))
            for node in summaries
            if (value := at(node, "value")) is not None
        ),
    }
