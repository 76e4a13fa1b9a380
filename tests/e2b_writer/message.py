"""Writes a `Case` as an E2B(R3) message, in the element order that the ICH schema asks for.

Use it by way of `tests.factories`. What it writes is synthetic: nobody in it exists.
"""

import base64
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from xml.sax.saxutils import escape

from tests.e2b_writer.drugs import assessments
from tests.e2b_writer.parts import (
    ICH_IDS,
    NCIT,
    Lines,
    address,
    coded,
    country,
    flag,
    ich,
    identifier,
    organisation,
    tag,
    telecom,
    term,
    text,
    timed,
)
from tests.e2b_writer.patient import primary_role
from tvec_pv.domain.icsr import Case, Document, NullFlavor, Reporter, Sender

FDA_REPORT_TYPES = "2.16.840.1.113883.3.989.5.1.2.2.1.1.1"
INVESTIGATION = {"classCode": "INVSTG", "moodCode": "EVN"}
OBSERVATION = {"classCode": "OBS", "moodCode": "EVN"}
NOTICE = "Synthetic: generated for tvec-pv, nobody in this file exists."


def e2b_message(
    case: Case,
    *,
    message_id: str | None = None,
    sender: str = "EXAMPLEBIO",
    receiver: str = "EXAMPLESAFETY",
    contents: Mapping[str, bytes] | None = None,
) -> str:
    """One PORR_IN049016UV; `message_id` (N.2.r.1) is C.1.1 unless another is given.

    `contents` are the bytes of included documents, by their SHA-256.
    """
    control_act = tag(
        "controlActProcess",
        tag("code", code="PORR_TE049016UV", codeSystem="2.16.840.1.113883.1.18"),
        timed("effectiveTime", case.created),
        tag("subject", _event(case, contents or {}), typeCode="SUBJ"),
        classCode="CACT",
        moodCode="EVN",
    )
    message = tag(
        "PORR_IN049016UV",
        identifier(message_id or case.sender_case_id or "MESSAGE", "1"),
        timed("creationTime", case.created),
        _interaction("PORR_IN049016UV"),
        tag("processingCode", code="P"),
        tag("processingModeCode", code="T"),
        tag("acceptAckCode", code="AL"),
        _device("receiver", "RCV", receiver, "12"),
        _device("sender", "SND", sender, "11"),
        control_act,
    )
    return "\n".join(message)


def e2b_batch(
    *messages: str,
    batch_id: str = "EXAMPLEBIO-BATCH-1",
    created: str = "20261102060000+0000",
    sender: str = "EXAMPLEBIO",
    receiver: str = "EXAMPLESAFETY",
) -> bytes:
    """A file of messages. The batch's sender and receiver stand after them, as the standard has it."""
    root = tag(
        "MCCI_IN200100UV01",
        identifier(batch_id, "22"),
        tag("creationTime", value=created),
        tag("responseModeCode", code="D"),
        _interaction("MCCI_IN200100UV01"),
        tag("name", code="1", codeSystem=ich(1)),
        *(message.split("\n") for message in messages),
        _device("receiver", "RCV", receiver, "14"),
        _device("sender", "SND", sender, "13"),
        ITSVersion="XML_1.0",
        xmlns="urn:hl7-org:v3",
        xmlns_xsi="http://www.w3.org/2001/XMLSchema-instance",
    )
    head = ['<?xml version="1.0" encoding="UTF-8"?>', f"<!-- {escape(NOTICE)} -->"]
    return ("\n".join([*head, *root]) + "\n").encode()


def _interaction(name: str) -> Lines:
    return tag("interactionId", extension=name, root="2.16.840.1.113883.1.6")


def _device(name: str, type_code: str, company: str, root: str) -> Lines:
    device = tag("device", identifier(company, root), classCode="DEV", determinerCode="INSTANCE")
    return tag(name, device, typeCode=type_code)


def _event(case: Case, contents: Mapping[str, bytes]) -> Lines:
    ids = [identifier(case.sender_case_id, "1"), identifier(case.worldwide_id, "2")]
    return tag(
        "investigationEvent",
        *(ids if any(ids) else [tag("id", nullFlavor="NI")]),
        tag("code", code="PAT_ADV_EVNT", codeSystem="2.16.840.1.113883.5.4"),
        text("text", case.narrative, language=case.narrative_language),
        tag("statusCode", code="active"),
        tag("effectiveTime", timed("low", case.first_received)),
        timed("availabilityTime", case.latest_received),
        *_documents(case, contents),
        tag("component", _assessment(case), typeCode="COMP"),
        *_case_observations(case),
        *_relations(case),
        *_sources(case),
        *_characteristics(case),
        classCode="INVSTG",
        moodCode="EVN",
    )


def _documents(case: Case, contents: Mapping[str, bytes]) -> Iterable[Lines]:
    def document(code: str, *content: Lines) -> Lines:
        node = tag("document", tag("code", code=code, codeSystem=ich(27)), *content, classCode="DOC", moodCode="EVN")
        return tag("reference", node, typeCode="REFR")

    def body(held: Document) -> Lines:
        if not held.included:
            return []
        content = base64.b64encode(contents[held.sha256 or ""]).decode()
        return tag("text", content, mediaType=held.media_type, representation="B64")

    for held in case.documents:
        yield document("1", text("title", held.title), body(held))
    cited = zip_longest(case.literature, case.literature_documents)
    for reference, held in cited:
        yield document("2", body(held) if held else [], text("bibliographicDesignationText", reference))


def _assessment(case: Case) -> Lines:
    """Patient, reactions, tests and drugs, then who thinks what of which drug and reaction."""
    by_reporter, by_sender = case.reporter_comments_language, case.sender_comments_language
    comments = [
        _comment("10", text("value", case.reporter_comments, xsi_type="ED", language=by_reporter), "3"),
        *(_comment("15", term("value", diagnosis), "1") for diagnosis in case.sender_diagnoses),
        _comment("10", text("value", case.sender_comments, xsi_type="ED", language=by_sender), "1"),
    ]
    return tag(
        "adverseEventAssessment",
        tag("subject1", primary_role(case), typeCode="SBJ"),
        *assessments(case.drugs),
        *(tag("component1", comment, typeCode="COMP") for comment in comments if comment),
        classCode="INVSTG",
        moodCode="EVN",
    )


def _comment(code: str, value: Lines, author: str) -> Lines:
    if not value:
        return []
    entity = tag("assignedEntity", tag("code", code=author, codeSystem=ich(21)), classCode="ASSIGNED")
    content = (tag("code", code=code, codeSystem=ich(19)), value, tag("author", entity, typeCode="AUT"))
    return tag("observationEvent", *content, classCode="OBS", moodCode="EVN")


def _case_observations(case: Case) -> Iterable[Lines]:
    report_type = coded("value", case.local_report_type, FDA_REPORT_TYPES, xsi_type="CE")
    nodes = [
        _event_observation("1", ich(19), flag(case.has_more_documents)),
        _event_observation("23", ich(19), flag(case.expedited)),
        _event_observation("C54588", NCIT, report_type),
        _event_observation("C156384", NCIT, flag(case.combination_product)),
        *(_comment("36", text("value", one.text, xsi_type="ED", language=one.language), "2") for one in case.summaries),
    ]
    return (tag("component", node, typeCode="COMP") for node in nodes if node)


def _event_observation(code: str, system: str, value: Lines) -> Lines:
    if not value:
        return []
    return tag("observationEvent", tag("code", code=code, codeSystem=system), value, classCode="OBS", moodCode="EVN")


def _relations(case: Case) -> Iterable[Lines]:
    def relation(code: Lines, act: Lines, *before: Lines) -> Lines:
        event = tag("controlActEvent", act, classCode="CACT", moodCode="EVN")
        found = tag("relatedInvestigation", code, tag("subjectOf2", event, typeCode="SUBJ"), **INVESTIGATION)
        return tag("outboundRelationship", *before, found, typeCode="SPRT")

    if first := coded("code", case.first_sender, ich(3)):
        entity = tag("assignedEntity", first, classCode="ASSIGNED")
        yield relation(tag("code", code="1", codeSystem=ich(22)), tag("author", entity, typeCode="AUT"))
    for number in case.linked_reports:
        yield relation(tag("code", nullFlavor="NA"), identifier(number, "2"))
    for reporter in case.reporters:
        priority = tag("priorityNumber", value="1") if reporter.is_primary else []
        author = tag("author", _reporter(reporter), typeCode="AUT")
        yield relation(tag("code", code="2", codeSystem=ich(22)), author, priority)


def _reporter(reporter: Reporter) -> Lines:
    qualified = coded("code", reporter.qualification, ich(6))
    return tag(
        "assignedEntity",
        address(reporter.street, reporter.city, reporter.state, reporter.postcode),
        telecom("tel", reporter.telephone),
        telecom("mailto", reporter.email),
        tag(
            "assignedPerson",
            tag("name", *_name(reporter)),
            tag("asQualifiedEntity", qualified, classCode="QUAL") if qualified else [],
            _located(reporter.country),
            classCode="PSN",
            determinerCode="INSTANCE",
        ),
        organisation(reporter.department, reporter.organisation),
        classCode="ASSIGNED",
    )


def _name(one: Reporter | Sender) -> list[Lines]:
    return [
        text("prefix", one.title),
        text("given", one.given_name),
        text("given", one.middle_name),
        text("family", one.family_name),
    ]


def _located(code: str | NullFlavor | None) -> Lines:
    place = country("code", code)
    if not place:
        return []
    location = tag("location", place, classCode="COUNTRY", determinerCode="INSTANCE")
    return tag("asLocatedEntity", location, classCode="LOCE")


def _sources(case: Case) -> Iterable[Lines]:
    def subject(act: Lines) -> Lines:
        return tag("subjectOf1", tag("controlActEvent", act, classCode="CACT", moodCode="EVN"), typeCode="SUBJ")

    for other in case.other_ids:
        yield subject(
            tag("id", assigningAuthorityName=other.source, extension=other.number, root=ICH_IDS + "3"),
        )
    if case.sender is not None:
        yield subject(tag("author", _sender(case.sender), typeCode="AUT"))


def _sender(sender: Sender) -> Lines:
    name = _name(sender)
    person = (tag("name", *name) if any(name) else [], _located(sender.country))
    return tag(
        "assignedEntity",
        coded("code", sender.type, ich(7)),
        address(sender.street, sender.city, sender.state, sender.postcode),
        telecom("tel", sender.telephone),
        telecom("fax", sender.fax),
        telecom("mailto", sender.email),
        tag("assignedPerson", *person, classCode="PSN", determinerCode="INSTANCE") if any(person) else [],
        organisation(sender.department, sender.organisation),
        classCode="ASSIGNED",
    )


def _characteristics(case: Case) -> Iterable[Lines]:
    reason = text("originalText", case.nullification_amendment_reason)
    values = {
        "1": coded("value", case.report_type, ich(2), xsi_type="CE"),
        "2": flag(case.has_other_ids),
        "3": coded("value", case.nullification_amendment, ich(5), xsi_type="CE"),
        "4": tag("value", reason, xsi_type="CE") if reason else [],
    }
    for code, value in values.items():
        if value:
            node = tag("investigationCharacteristic", tag("code", code=code, codeSystem=ich(23)), value, **OBSERVATION)
            yield tag("subjectOf2", node, typeCode="SUBJ")
