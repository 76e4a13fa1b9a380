"""One E2B(R3) message as a case: where each element of ICH E2B(R3) stands in the HL7 tree."""

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import (
    Case,
    Document,
    Identifier,
    Patient,
    Reporter,
    Sender,
    Study,
    StudyRegistration,
    Summary,
)
from tvec_pv.sources.e2b_r3_documents import included
from tvec_pv.sources.e2b_r3_drugs import ASSESSMENTS, DRUGS, read_drugs
from tvec_pv.sources.e2b_r3_patient import ACTS, PERSON, VALUES
from tvec_pv.sources.e2b_r3_people import REPORTER, SENDER
from tvec_pv.sources.e2b_r3_reactions import REACTIONS, TESTS
from tvec_pv.sources.hl7 import ICH_CODES, ICH_IDS, Code, Node, Values, ich
from tvec_pv.sources.hl7_plans import (
    Draft,
    Plan,
    attribute,
    attributes,
    both,
    code,
    coded,
    day,
    each,
    extension,
    extensions,
    flag,
    identified,
    inside,
    keep,
    made,
    one,
    terms,
    text,
    texts,
    under,
    without_links,
    words,
)

_FDA_IDS = "2.16.840.1.113883.3.989.5.1.2.2.1.2."


def _within(field: str, plan: Plan) -> Plan:
    """The plan of what has a draft of its own: it may stand in several places."""

    def walk(read: Values, node: Node, draft: Draft) -> None:
        plan(read, node, draft.setdefault(field, {}))

    return walk


# --- C.2.r, C.3, C.1.8.2, C.1.9.1.r, C.1.10.r: related acts --------------------------------------------------------

_CODE = both(attribute("code", "code"), attribute("system", "codeSystem"))
_FIRST_SENDER: Code = ich(1, 22)
_SOURCE: Code = ich(2, 22)
_RELATION = inside(
    {
        "priorityNumber": attribute("priority", "value"),
        "relatedInvestigation": inside(
            {
                "code": _CODE,
                "controlActEvent": inside(
                    {
                        "id": identified({f"{ICH_IDS}2": attributes("linked", "extension")}),
                        "assignedEntity": keep("entity"),
                    }
                ),
            }
        ),
    }
)
_FIRST_SENDER_CODE = under("code", code("first_sender", "C.1.8.2"))


def _relation(read: Values, node: Node, draft: Draft) -> None:
    """A reporter, the first sender or a linked report, by the code of the related investigation."""
    found: Draft = {}
    _RELATION(read, node, found)
    relation, entity = (found.get("code"), found.get("system")), found.get("entity")
    if relation == _SOURCE:
        reporter: Draft = {"is_primary": found.get("priority") == "1"}
        if entity is not None:
            REPORTER(read, entity, reporter)
        draft.setdefault("reporters", []).append(made(Reporter, reporter))
    elif relation == _FIRST_SENDER and entity is not None:
        _FIRST_SENDER_CODE(read, entity, draft)
    elif relation[0] is None:
        draft.setdefault("linked_reports", []).extend(found.get("linked", ()))


_SENDER = one("sender", Sender, SENDER)
_ENTITY_CODE = under("code", _CODE)


def _sender(read: Values, node: Node, draft: Draft) -> None:
    """The author whose code is a type of sender (C.3.1), or has none."""
    found: Draft = {}
    _ENTITY_CODE(read, node, found)
    if found.get("system") in (ICH_CODES + "7", None):
        _SENDER(read, node, draft)


_OTHER_ID = each(
    "other_ids", Identifier, both(attribute("source", "assigningAuthorityName"), attribute("number", "extension"))
)

# --- C.5: the study ------------------------------------------------------------------------------------------------

_FDA_NUMBERS = under(
    "id",
    identified(
        {
            f"{_FDA_IDS}1": extension("ind_number", "FDA.C.5.5a"),
            f"{_FDA_IDS}2": extension("pre_anda_number", "FDA.C.5.5b"),
            f"{_FDA_IDS}3": extensions("cross_reported_inds", "FDA.C.5.6.r"),
        }
    ),
)
_REGISTRATION = inside(
    {
        "id": identified({f"{ICH_IDS}6": extension("number", "C.5.1.r.1")}),
        "territorialAuthority": under("governingPlace", "code", code("country", "C.5.1.r.2")),
    }
)


def _registration(read: Values, node: Node, draft: Draft) -> None:
    """A registration of the study, or a number that FDA gave it: they stand in the same place."""
    _FDA_NUMBERS(read, node, draft)
    found: Draft = {}
    _REGISTRATION(read, node, found)
    if "number" in found:
        draft.setdefault("registrations", []).append(StudyRegistration(**found))


_STUDY = one(
    "study",
    Study,
    inside(
        {
            "id": identified({f"{ICH_IDS}5": extension("sponsor_number", "C.5.3")}),
            "code": code("type", "C.5.4"),
            "title": text("name", "C.5.2"),
            "studyRegistration": _registration,
        }
    ),
    where="study",
)

# --- D to G: what happened to whom ---------------------------------------------------------------------------------

_ABOUT_PATIENT = coded(VALUES, ACTS | {ich(29): REACTIONS, ich(3, 20): TESTS, ich(4, 20): DRUGS})
_ROLE = inside(
    {
        "player1": PERSON,
        "researchStudy": _STUDY,
        "observation": _ABOUT_PATIENT,
        "organizer": _ABOUT_PATIENT,
    }
)


def _role(read: Values, node: Node, draft: Draft) -> None:
    read.where = "patient"
    _ROLE(read, node, draft)
    read.where = ""


# --- H: the narrative and comments ---------------------------------------------------------------------------------

_COMMENT = inside({"assignedEntity": _ENTITY_CODE, "value": keep("value")})
_AUTHORS = {ich(3, 21): ("reporter_comments", "H.2"), ich(1, 21): ("sender_comments", "H.4")}


def _comment(read: Values, node: Node, draft: Draft) -> None:
    """The standard has one comment of each author; of one who wrote several, none is lost."""
    found: Draft = {}
    _COMMENT(read, node, found)
    field, element = _AUTHORS.get((found.get("code"), found.get("system")), ("", ""))
    if not field or "value" not in found:
        return
    given = read.words(found["value"], element)
    if given is not None:
        draft[field] = f"{draft[field]}\n\n{given}" if field in draft else given
        draft.setdefault(f"{field}_language", found["value"].get("language"))


_SUMMARY = each("summaries", Summary, both(words("text", "H.5.r.1a"), attribute("language", "language")))

# --- the whole -----------------------------------------------------------------------------------------------------

_DOCUMENT = each(
    "documents",
    Document,
    inside({"title": words("title", "C.1.6.1.r.1"), "text": included("C.1.6.1.r.2")}),
    where="document",
)
_LITERATURE = inside(
    {
        "bibliographicDesignationText": texts("literature", "C.4.r.1"),
        "text": each("literature_documents", Document, included("C.4.r.2"), where="literature document"),
    }
)
_ASSESSMENT = inside(
    {
        "primaryRole": _within("role", _role),
        "causalityAssessment": _within("judged", ASSESSMENTS),
        "observationEvent": coded({ich(15): terms("sender_diagnoses", "H.3.r")}, {ich(10): _comment}),
    }
)
_EVENT = inside(
    {
        "id": identified(
            {
                f"{ICH_IDS}1": attribute("sender_case_id", "extension"),
                f"{ICH_IDS}2": attribute("worldwide_id", "extension"),
            }
        ),
        "text": both(text("narrative", "H.1"), attribute("narrative_language", "language")),
        "effectiveTime": under("low", day("first_received", "C.1.4")),
        "availabilityTime": day("latest_received", "C.1.5"),
        "document": coded(acts={ich(1, 27): _DOCUMENT, ich(2, 27): _LITERATURE}),
        "adverseEventAssessment": _ASSESSMENT,
        "observationEvent": coded(
            {
                ich(1): flag("has_more_documents", "C.1.6.1"),
                ich(23): flag("expedited", "C.1.7"),
                ich(36): _SUMMARY,
                "C54588": code("local_report_type", "FDA.C.1.7.1"),
                "C156384": flag("combination_product", "FDA.C.1.12"),
            }
        ),
        "outboundRelationship": _relation,
        "controlActEvent": inside({"id": identified({f"{ICH_IDS}3": _OTHER_ID}), "assignedEntity": _sender}),
        "investigationCharacteristic": coded(
            {
                ich(1, 23): code("report_type", "C.1.3"),
                ich(2, 23): flag("has_other_ids", "C.1.9.1"),
                ich(3, 23): attribute("nullification_amendment", "code"),
                ich(4, 23): under("originalText", text("nullification_amendment_reason", "C.1.11.2")),
            }
        ),
    }
)
_MESSAGE = inside(
    {
        "sender": under("device", "id", identified({f"{ICH_IDS}11": attribute("sender", "extension")})),
        "controlActProcess": inside(
            {"effectiveTime": day("created", "C.1.2"), "investigationEvent": _within("case", _EVENT)}
        ),
    }
)


def read_case(read: Values, message: Node) -> tuple[Case | None, tuple[Finding, ...]]:
    """The case of a message, and what in it did not read. `read.sender` is then who sent the message (N.2.r.2).

    The message is not what it was afterwards: its links are gone.
    """
    without_links(message)
    whole: Draft = {}
    _MESSAGE(read, message, whole)
    read.sender = whole.get("sender")
    if "case" not in whole:
        finding = Finding("READ-CASE", Severity.CRITICAL, "the message holds no investigation event, so no case")
        return None, (finding,)
    draft = whole["case"]
    role, judged = draft.pop("role", {}), draft.pop("judged", {})
    draft |= {name: role.pop(name) for name in ("study", "reactions", "tests") if name in role}
    drugs = read_drugs(role.pop("drugs", ()), judged)
    created, patient = whole.get("created"), made(Patient, role)
    return made(Case, draft | {"created": created, "drugs": drugs, "patient": patient}), tuple(read.findings)
