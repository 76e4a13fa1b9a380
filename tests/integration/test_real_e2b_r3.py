"""The E2B(R3) reader against published ICSRs: every field beside what lxml finds in the same file.

The expected values come from the XPaths of ICH's and FDA's element lists, evaluated here; nothing of the reader is
used to make them. `FIELDS` has one row an element: how to find it in the file, how to find it in the case.
`input_ex2.xml` of ICH is no plausible case (most values are their own element number), but it fills every section.
"""

import base64
import calendar
import copy
import csv
import hashlib
import re
import zipfile
from collections import defaultdict
from datetime import date
from functools import cache

import pytest
from lxml import etree

from tests.e2b_writer.everything import everything
from tests.factories import a_case, e2b_batch, e2b_message
from tests.real_data import REAL_DATA, needs_real_data, real_files
from tests.reference_pages.e2b_elements import LEFT_OUT, UNDER, where_it_stands
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.findings import critical
from tvec_pv.domain.icsr import NullFlavor
from tvec_pv.domain.records import Envelope, Record
from tvec_pv.sources import e2b_r3

pytestmark = needs_real_data

FILES = real_files("e2b_r3/fda/*.xml", "e2b_r3/ich/input_ex*.xml")
LABELS = "input_ex2.xml"

NAMESPACES = {"h": "urn:hl7-org:v3", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
MESSAGE = "{urn:hl7-org:v3}PORR_IN049016UV"
ICH = "2.16.840.1.113883.3.989.2.1.1"
ICH_ID = "2.16.840.1.113883.3.989.2.1.3"
MEDDRA = "2.16.840.1.113883.6.163"
NCIT = "2.16.840.1.113883.3.26.1.1"
FDA_STUDY = "2.16.840.1.113883.3.989.5.1.2.2.1.2"
FDA_LISTS = "2.16.840.1.113883.3.989.5.1.2.1.1"
FDA_INTERVENTION = "2.16.840.1.113883.3.989.5.1.2.2.1.3"
COUNTRY = "1.0.3166.1.2.2"


# --- values in the file --------------------------------------------------------------------------------------------


def at(node, path):
    return node.xpath(path, namespaces=NAMESPACES)


def first(node, path):
    return next(iter(at(node, path)), None)


def null_flavor(element):
    flavor = element.get("nullFlavor")
    return None if flavor is None else NullFlavor[flavor]


def trimmed(text):
    return text.strip() or None if isinstance(text, str) else text


def text(node, path):
    """The text of the first element that the path finds, comments left out, or its null flavor."""
    element = first(node, path)
    return None if element is None else null_flavor(element) or trimmed(element.xpath("string()"))


def texts(node, path):
    return [trimmed(element.xpath("string()")) for element in at(node, path)]


def attribute(node, path, name="code"):
    element = first(node, path)
    return None if element is None else null_flavor(element) or trimmed(element.get(name))


def attributes(node, path, name="code"):
    return [element.get(name) for element in at(node, path) if element.get(name)]


def flag(node, path):
    value = attribute(node, path, "value")
    return {"true": True, "false": False}.get(value, value)


def moment(value):
    """A CCYY[MM[DD...]] time stamp: as it was sent, and the first and last day that it can mean."""
    if not isinstance(value, str):
        return value
    year, month, day = int(value[:4]), int(value[4:6] or 0), int(value[6:8] or 0)
    earliest = date(year, month or 1, day or 1)
    last_month = month or 12
    return value, earliest, date(year, last_month, day or calendar.monthrange(year, last_month)[1])


def day(node, path):
    return moment(attribute(node, path, "value"))


def limit(node, edge):
    """The `low` or `high` of an act's time, whether it is an interval or a set of them; or why there is no time."""
    found = first(node, f"h:effectiveTime//h:{edge}")
    return day(node, "h:effectiveTime" if found is None else f"h:effectiveTime//h:{edge}")


def quantity(node, path):
    element = first(node, path)
    if element is None:
        return None
    return null_flavor(element) or (float(element.get("value")), element.get("unit"))


def number(node, path):
    value = attribute(node, path, "value")
    return float(value) if isinstance(value, str) else value


def code_of(element):
    """The MedDRA code and version of a coded value."""
    return element.get("code"), element.get("codeSystemVersion")


def term(element):
    """A coded value with the words it stands for."""
    return text(element, "h:originalText"), *code_of(element)


def coding(node, path):
    """A product's or substance's code with its system and version."""
    element = first(node, path)
    return (None,) * 3 if element is None else tuple(map(element.get, ("code", "codeSystem", "codeSystemVersion")))


def telecom(node, scheme):
    """What stands behind tel:, fax: or mailto:."""
    element = first(node, f"h:telecom[starts-with(@value, '{scheme}')]")
    return None if element is None else element.get("value").partition(":")[2] or null_flavor(element)


def content(node):
    """Hash and size of an included document, decoded here; of one that is no base64, that there is one."""
    element = first(node, "h:text")
    if element is None or not element.xpath("string()").strip():
        return None
    try:
        decoded = base64.b64decode("".join(element.xpath("string()").split()), validate=True)
    except ValueError:
        return True, None, None
    return True, hashlib.sha256(decoded).hexdigest(), len(decoded)


def coded(code, system=f"{ICH}.19"):
    return f"h:code[@code='{code}' and @codeSystem='{system}']"


# --- values in the case --------------------------------------------------------------------------------------------


def day_read(value):
    return (value.text, value.earliest, value.latest) if isinstance(value, PartialDate) else value


def quantity_read(value):
    return value if value is None or isinstance(value, NullFlavor) else (value.value, value.unit)


def code_read(value):
    return value.code, value.version


def content_read(held):
    return (held.included, held.sha256, held.size) if held.included else None


def term_read(value):
    return trimmed(value.name), value.code, value.version


# --- where things are in the file ----------------------------------------------------------------------------------

ASSESSMENT = "h:component/h:adverseEventAssessment"
ROLE = f"{ASSESSMENT}/h:subject1/h:primaryRole"
PLAYER = f"{ROLE}/h:player1"
STUDY = f"{ROLE}/h:subjectOf1/h:researchStudy"
REGISTRATION = f"{STUDY}/h:authorization/h:studyRegistration"
SENDER = f"h:subjectOf1/h:controlActEvent/h:author/h:assignedEntity[h:code/@codeSystem='{ICH}.7']"
SENDER_NAME = f"{SENDER}/h:assignedPerson/h:name"
REPORTER = "h:relatedInvestigation/h:subjectOf2/h:controlActEvent/h:author/h:assignedEntity"
PARENT = f"{PLAYER}/h:role[@classCode='PRS']"
AUTOPSY = f"{ROLE}/h:subjectOf2/h:observation[{coded(5)}]"
PRODUCT = "h:consumable/h:instanceOfKind/h:kindOfProduct"
APPROVAL = f"{PRODUCT}/h:asManufacturedProduct/h:subjectOf/h:approval"
ORGANISATION = "h:representedOrganization"


def event(code, system=f"{ICH}.19"):
    return f"h:component/h:observationEvent[{coded(code, system)}]/h:value"


def characteristic(code):
    return f"h:subjectOf2/h:investigationCharacteristic[{coded(code, f'{ICH}.23')}]/h:value"


def observed(code, system=f"{ICH}.19"):
    return f"h:subjectOf2/h:observation[{coded(code, system)}]/h:value"


def related(code, system=f"{ICH}.19", way="outboundRelationship2"):
    return f"h:{way}/h:observation[{coded(code, system)}]/h:value"


def organizer(code):
    return f"h:subjectOf2/h:organizer[{coded(code, f'{ICH}.20')}]/h:component"


def comment(code, author):
    event_of_author = f"{coded(code)} and h:author/h:assignedEntity/{coded(author, f'{ICH}.21')}"
    return f"{ASSESSMENT}/h:component1/h:observationEvent[{event_of_author}]/h:value"


def documents(code):
    return f"h:reference/h:document[{coded(code, f'{ICH}.27')}]"


def record_number(node, root):
    return attribute(node, f"{PLAYER}/h:asIdentifiedEntity/h:id[@root='{ICH_ID}.{root}']", "extension")


def history(node):
    return at(node, f"{organizer(1)}/h:observation[h:code/@codeSystem='{MEDDRA}']")


def history_in_file(node):
    return [
        {
            "term": code_of(first(condition, "h:code")),
            "start": limit(condition, "low"),
            "end": limit(condition, "high"),
            "continuing": flag(condition, related(13, way="inboundRelationship")),
            "comment": text(condition, related(10)),
            "family": flag(condition, related(38)),
        }
        for condition in history(node)
    ]


def history_in_case(person):
    return [
        {
            "term": code_read(condition.term),
            "start": day_read(condition.start),
            "end": day_read(condition.end),
            "continuing": condition.continuing,
            "comment": trimmed(condition.comment),
            "family": condition.is_family_history,
        }
        for condition in person.history
    ]


def past_drugs_in_file(node):
    return [
        {
            "name": text(drug, f"{PRODUCT}/h:name"),
            "code": coding(drug, f"{PRODUCT}/h:code"),
            "start": limit(drug, "low"),
            "end": limit(drug, "high"),
            "indication": [code_of(value) for value in at(drug, related(19))],
            "reaction": [code_of(value) for value in at(drug, related(29))],
        }
        for drug in at(node, f"{organizer(2)}/h:substanceAdministration")
    ]


def past_drugs_in_case(person):
    return [
        {
            "name": trimmed(drug.name),
            "code": (drug.code, drug.code_system, drug.code_version),
            "start": day_read(drug.start),
            "end": day_read(drug.end),
            "indication": [code_read(value) for value in (drug.indication,) if value],
            "reaction": [code_read(value) for value in (drug.reaction,) if value],
        }
        for drug in person.past_drugs
    ]


def reactions_of(event_node):
    return at(event_node, f"{ROLE}/h:subjectOf2/h:observation[h:id][{coded(29)}]")


def procedures_of(event_node):
    return at(event_node, f"{ROLE}/{organizer(3)}/h:observation")


def drugs_of(event_node):
    return at(event_node, f"{ROLE}/{organizer(4)}/h:substanceAdministration[h:id]")


def reporters_of(event_node):
    return at(event_node, f"h:outboundRelationship[h:relatedInvestigation/{coded(2, f'{ICH}.22')}]")


def doses_of(drug):
    return at(drug, "h:outboundRelationship2[@typeCode='COMP']/h:substanceAdministration")


def assessments(drug, code):
    """The assessments of this drug: they stand beside the drugs, not in them."""
    event_node = first(drug, "ancestor::h:investigationEvent")
    drug_id = first(drug, "h:id").get("root")
    of_drug = f"{coded(code)} and h:subject2/h:productUseReference/h:id/@root='{drug_id}'"
    return at(event_node, f"{ASSESSMENT}/h:component/h:causalityAssessment[{of_drug}]")


def role_in_file(drug):
    roles = [attribute(node, f"h:value[@codeSystem='{ICH}.13']") for node in assessments(drug, 20)]
    return next((role for role in roles if role is not None), None)


def opinions_in_file(drug):
    """Reaction -> what each assessor thought of it. ICH's own example sends the result as a code, not as text."""
    opinions = defaultdict(list)
    for node in assessments(drug, 39):
        result = text(node, "h:value") or attribute(node, "h:value")
        source = text(node, "h:author/h:assignedEntity/h:code/h:originalText")
        reaction = attribute(node, "h:subject1/h:adverseEffectReference/h:id", "root")
        opinions[reaction].append((source, text(node, "h:methodCode/h:originalText"), result))
    return dict(opinions)


def opinions_in_case(drug):
    return {
        pair.reaction_id: [(trimmed(o.source), trimmed(o.method), trimmed(o.result)) for o in pair.opinions]
        for pair in drug.reactions
        if pair.opinions
    }


def rechallenges_in_file(drug):
    return {
        attribute(node, "h:outboundRelationship1/h:actReference/h:id", "root"): attribute(node, "h:value")
        for node in at(drug, f"h:outboundRelationship2/h:observation[{coded(31)}]")
    }


def intervals_in_file(drug, relation):
    path = f"h:outboundRelationship1[@typeCode='{relation}'][h:pauseQuantity]"
    return {
        attribute(node, "h:actReference/h:id", "root"): quantity(node, "h:pauseQuantity") for node in at(drug, path)
    }


def by_reaction(drug, value):
    found = {pair.reaction_id: value(pair) for pair in drug.reactions}
    return {reaction: known for reaction, known in found.items() if known is not None}


def substances_in_file(drug):
    return [
        {
            "name": text(node, "h:ingredientSubstance/h:name"),
            "term": coding(node, "h:ingredientSubstance/h:code"),
        }
        for node in at(drug, f"{PRODUCT}/h:ingredient")
    ]


def strengths_in_file(drug):
    return [quantity(node, "h:quantity/h:numerator") for node in at(drug, f"{PRODUCT}/h:ingredient")]


# --- element -> (in the file, in the case) -------------------------------------------------------------------------

CASE = {
    "C.1.1": (
        lambda e: attribute(e, f"h:id[@root='{ICH_ID}.1']", "extension"),
        lambda c: c.sender_case_id,
    ),
    "C.1.2": (
        lambda e: day(e, "ancestor::h:controlActProcess/h:effectiveTime"),
        lambda c: day_read(c.created),
    ),
    "C.1.3": (lambda e: attribute(e, characteristic(1)), lambda c: c.report_type),
    "C.1.4": (lambda e: day(e, "h:effectiveTime/h:low"), lambda c: day_read(c.first_received)),
    "C.1.5": (lambda e: day(e, "h:availabilityTime"), lambda c: day_read(c.latest_received)),
    "C.1.6.1": (lambda e: flag(e, event(1)), lambda c: c.has_more_documents),
    "C.1.6.1.r": (
        lambda e: [(text(d, "h:title"), attribute(d, "h:text", "mediaType"), content(d)) for d in at(e, documents(1))],
        lambda c: [(d.title, d.media_type, content_read(d)) for d in c.documents],
    ),
    "C.1.7": (lambda e: flag(e, event(23)), lambda c: c.expedited),
    "FDA.C.1.7.1": (lambda e: attribute(e, event("C54588", NCIT)), lambda c: c.local_report_type),
    "C.1.8.1": (
        lambda e: attribute(e, f"h:id[@root='{ICH_ID}.2']", "extension"),
        lambda c: c.worldwide_id,
    ),
    "C.1.8.2": (
        lambda e: attribute(
            e,
            f"h:outboundRelationship/h:relatedInvestigation[{coded(1, f'{ICH}.22')}]"
            "/h:subjectOf2/h:controlActEvent/h:author/h:assignedEntity/h:code",
        ),
        lambda c: c.first_sender,
    ),
    "C.1.9.1": (lambda e: flag(e, characteristic(2)), lambda c: c.has_other_ids),
    "C.1.9.1.r": (
        lambda e: [
            (node.get("assigningAuthorityName"), node.get("extension"))
            for node in at(e, f"h:subjectOf1/h:controlActEvent/h:id[@root='{ICH_ID}.3']")
        ],
        lambda c: [(other.source, other.number) for other in c.other_ids],
    ),
    "C.1.10.r": (
        lambda e: attributes(
            e,
            "h:outboundRelationship[@typeCode='SPRT']/h:relatedInvestigation[h:code/@nullFlavor='NA']"
            f"/h:subjectOf2/h:controlActEvent/h:id[@root='{ICH_ID}.2']",
            "extension",
        ),
        lambda c: list(c.linked_reports),
    ),
    "C.1.11.1": (lambda e: attribute(e, characteristic(3)), lambda c: c.nullification_amendment),
    "C.1.11.2": (
        lambda e: text(e, f"{characteristic(4)}/h:originalText"),
        lambda c: c.nullification_amendment_reason,
    ),
    "FDA.C.1.12": (lambda e: flag(e, event("C156384", NCIT)), lambda c: c.combination_product),
    "C.3.1": (lambda e: attribute(e, f"{SENDER}/h:code"), lambda c: c.sender.type),
    "C.3.2": (
        lambda e: text(e, f"{SENDER}/{ORGANISATION}/h:assignedEntity/{ORGANISATION}/h:name"),
        lambda c: c.sender.organisation,
    ),
    "C.3.3.2": (lambda e: text(e, f"{SENDER_NAME}/h:prefix"), lambda c: c.sender.title),
    "C.3.3.3": (lambda e: text(e, f"{SENDER_NAME}/h:given[1]"), lambda c: c.sender.given_name),
    "C.3.3.4": (lambda e: text(e, f"{SENDER_NAME}/h:given[2]"), lambda c: c.sender.middle_name),
    "C.3.3.5": (lambda e: text(e, f"{SENDER_NAME}/h:family"), lambda c: c.sender.family_name),
    "C.3.4.1": (lambda e: text(e, f"{SENDER}/h:addr/h:streetAddressLine"), lambda c: c.sender.street),
    "C.3.4.2": (lambda e: text(e, f"{SENDER}/h:addr/h:city"), lambda c: c.sender.city),
    "C.3.4.3": (lambda e: text(e, f"{SENDER}/h:addr/h:state"), lambda c: c.sender.state),
    "C.3.4.4": (lambda e: text(e, f"{SENDER}/h:addr/h:postalCode"), lambda c: c.sender.postcode),
    "C.3.4.6": (lambda e: telecom(first(e, SENDER), "tel"), lambda c: c.sender.telephone),
    "C.3.4.7": (lambda e: telecom(first(e, SENDER), "fax"), lambda c: c.sender.fax),
    "C.3.4.8": (lambda e: telecom(first(e, SENDER), "mailto"), lambda c: c.sender.email),
    "C.3.3.1": (lambda e: text(e, f"{SENDER}/{ORGANISATION}/h:name"), lambda c: c.sender.department),
    "C.3.4.5": (
        lambda e: attribute(e, f"{SENDER}/h:assignedPerson/h:asLocatedEntity/h:location/h:code"),
        lambda c: c.sender.country,
    ),
    "C.4.r": (
        lambda e: texts(e, f"{documents(2)}/h:bibliographicDesignationText"),
        lambda c: list(c.literature),
    ),
    "C.4.r.2": (
        lambda e: [(attribute(d, "h:text", "mediaType"), content(d)) for d in at(e, f"{documents(2)}[h:text]")],
        lambda c: [(d.media_type, content_read(d)) for d in c.literature_documents],
    ),
    "C.5": (lambda e: bool(at(e, STUDY)), lambda c: c.study is not None),
    "C.5.1.r": (
        lambda e: [
            (
                attribute(node, f"h:id[@root='{ICH_ID}.6']", "extension"),
                attribute(node, "h:author/h:territorialAuthority/h:governingPlace/h:code"),
            )
            for node in at(e, f"{STUDY}/h:authorization/h:studyRegistration[h:id/@root='{ICH_ID}.6']")
        ],
        lambda c: [(entry.number, entry.country) for entry in c.study.registrations] if c.study else [],
    ),
    "C.5.2": (lambda e: text(e, f"{STUDY}/h:title"), lambda c: c.study and trimmed(c.study.name)),
    "C.5.3": (
        lambda e: attribute(e, f"{STUDY}/h:id[@root='{ICH_ID}.5']", "extension"),
        lambda c: c.study and c.study.sponsor_number,
    ),
    "C.5.4": (lambda e: attribute(e, f"{STUDY}/h:code"), lambda c: c.study and c.study.type),
    "FDA.C.5.5a": (
        lambda e: attribute(e, f"{REGISTRATION}/h:id[@root='{FDA_STUDY}.1']", "extension"),
        lambda c: c.study and c.study.ind_number,
    ),
    "FDA.C.5.5b": (
        lambda e: attribute(e, f"{REGISTRATION}/h:id[@root='{FDA_STUDY}.2']", "extension"),
        lambda c: c.study and c.study.pre_anda_number,
    ),
    "FDA.C.5.6.r": (
        lambda e: attributes(e, f"{REGISTRATION}/h:id[@root='{FDA_STUDY}.3']", "extension"),
        lambda c: list(c.study.cross_reported_inds) if c.study else [],
    ),
    "D.1": (lambda e: text(e, f"{PLAYER}/h:name"), lambda c: trimmed(c.patient.name)),
    "D.1.1.1": (lambda e: record_number(e, 7), lambda c: c.patient.gp_record_number),
    "D.1.1.2": (lambda e: record_number(e, 8), lambda c: c.patient.specialist_record_number),
    "D.1.1.3": (lambda e: record_number(e, 9), lambda c: c.patient.hospital_record_number),
    "D.1.1.4": (lambda e: record_number(e, 10), lambda c: c.patient.investigation_number),
    "D.2.1": (lambda e: day(e, f"{PLAYER}/h:birthTime"), lambda c: day_read(c.patient.birth_date)),
    "D.2.2": (lambda e: quantity(e, f"{ROLE}/{observed(3)}"), lambda c: quantity_read(c.patient.age)),
    "D.2.2.1": (
        lambda e: quantity(e, f"{ROLE}/{observed(16)}"),
        lambda c: quantity_read(c.patient.gestation),
    ),
    "D.2.3": (lambda e: attribute(e, f"{ROLE}/{observed(4)}"), lambda c: c.patient.age_group),
    "D.3": (lambda e: number(e, f"{ROLE}/{observed(7)}[@unit='kg']"), lambda c: c.patient.weight_kg),
    "D.4": (lambda e: number(e, f"{ROLE}/{observed(17)}[@unit='cm']"), lambda c: c.patient.height_cm),
    "D.5": (lambda e: attribute(e, f"{PLAYER}/h:administrativeGenderCode"), lambda c: c.patient.sex),
    "D.6": (
        lambda e: day(e, f"{ROLE}/{observed(22)}"),
        lambda c: day_read(c.patient.last_menstrual_period),
    ),
    "D.7.1.r": (
        lambda e: history_in_file(first(e, ROLE)),
        lambda c: history_in_case(c.patient),
    ),
    "D.7.2": (
        lambda e: text(e, f"{ROLE}/{organizer(1)}/h:observation[{coded(18)}]/h:value"),
        lambda c: trimmed(c.patient.history_text),
    ),
    "D.7.3": (
        lambda e: flag(e, f"{ROLE}/{organizer(1)}/h:observation[{coded(11)}]/h:value"),
        lambda c: c.patient.has_concomitant_therapies,
    ),
    "D.8.r": (
        lambda e: past_drugs_in_file(first(e, ROLE)),
        lambda c: past_drugs_in_case(c.patient),
    ),
    "D.9.1": (lambda e: day(e, f"{PLAYER}/h:deceasedTime"), lambda c: day_read(c.patient.death_date)),
    "D.9.2.r": (
        lambda e: [term(value) for value in at(e, f"{ROLE}/{observed(32)}")],
        lambda c: [term_read(cause) for cause in c.patient.causes_of_death],
    ),
    "D.9.3": (lambda e: flag(e, f"{AUTOPSY}/h:value"), lambda c: c.patient.autopsy),
    "D.9.4.r": (
        lambda e: [term(value) for value in at(e, f"{AUTOPSY}/{related(8)}")],
        lambda c: [term_read(cause) for cause in c.patient.autopsy_causes],
    ),
    "D.10": (lambda e: bool(at(e, PARENT)), lambda c: c.patient.parent is not None),
    "FDA.D.11.r": (
        lambda e: attributes(e, f"{ROLE}/{observed('C17049', NCIT)}"),
        lambda c: list(c.patient.races),
    ),
    "FDA.D.12": (
        lambda e: attribute(e, f"{ROLE}/{observed('C16564', NCIT)}"),
        lambda c: c.patient.ethnicity,
    ),
    "H.1": (lambda e: text(e, "h:text"), lambda c: trimmed(c.narrative)),
    "H.2": (lambda e: text(e, comment(10, 3)), lambda c: trimmed(c.reporter_comments)),
    "H.3.r": (
        lambda e: [code_of(value) for value in at(e, comment(15, 1))],
        lambda c: [code_read(diagnosis) for diagnosis in c.sender_diagnoses],
    ),
    "H.4": (lambda e: text(e, comment(10, 1)), lambda c: trimmed(c.sender_comments)),
    "H.5.r": (
        lambda e: [(trimmed(value.xpath("string()")), value.get("language")) for value in at(e, event(36))],
        lambda c: [(trimmed(summary.text), summary.language) for summary in c.summaries],
    ),
}

REPORTERS = {
    "C.2.r.1.1": (
        lambda n: text(n, f"{REPORTER}/h:assignedPerson/h:name/h:prefix"),
        lambda r: r.title,
    ),
    "C.2.r.1.2": (
        lambda n: text(n, f"{REPORTER}/h:assignedPerson/h:name/h:given[1]"),
        lambda r: r.given_name,
    ),
    "C.2.r.1.3": (
        lambda n: text(n, f"{REPORTER}/h:assignedPerson/h:name/h:given[2]"),
        lambda r: r.middle_name,
    ),
    "C.2.r.1.4": (
        lambda n: text(n, f"{REPORTER}/h:assignedPerson/h:name/h:family"),
        lambda r: r.family_name,
    ),
    "C.2.r.2.1": (
        lambda n: text(n, f"{REPORTER}/{ORGANISATION}/h:assignedEntity/{ORGANISATION}/h:name"),
        lambda r: r.organisation,
    ),
    "C.2.r.2.2": (lambda n: text(n, f"{REPORTER}/{ORGANISATION}/h:name"), lambda r: r.department),
    "C.2.r.2.3": (lambda n: text(n, f"{REPORTER}/h:addr/h:streetAddressLine"), lambda r: r.street),
    "C.2.r.2.4": (lambda n: text(n, f"{REPORTER}/h:addr/h:city"), lambda r: r.city),
    "C.2.r.2.5": (lambda n: text(n, f"{REPORTER}/h:addr/h:state"), lambda r: r.state),
    "C.2.r.2.6": (lambda n: text(n, f"{REPORTER}/h:addr/h:postalCode"), lambda r: r.postcode),
    "C.2.r.2.7": (lambda n: telecom(first(n, REPORTER), "tel"), lambda r: r.telephone),
    "FDA.C.2.r.2.8": (lambda n: telecom(first(n, REPORTER), "mailto"), lambda r: r.email),
    "C.2.r.3": (
        lambda n: attribute(n, f"{REPORTER}/h:assignedPerson/h:asLocatedEntity/h:location/h:code"),
        lambda r: r.country,
    ),
    "C.2.r.4": (
        lambda n: attribute(n, f"{REPORTER}/h:assignedPerson/h:asQualifiedEntity/h:code[@codeSystem='{ICH}.6']"),
        lambda r: r.qualification,
    ),
    "C.2.r.5": (
        lambda n: attribute(n, "h:priorityNumber", "value") == "1",
        lambda r: r.is_primary,
    ),
}

PARENTS = {
    "D.10.1": (lambda n: text(n, "h:associatedPerson/h:name"), lambda p: p.identification),
    "D.10.2.1": (lambda n: day(n, "h:associatedPerson/h:birthTime"), lambda p: day_read(p.birth_date)),
    "D.10.2.2": (lambda n: quantity(n, observed(3)), lambda p: quantity_read(p.age)),
    "D.10.3": (lambda n: day(n, observed(22)), lambda p: day_read(p.last_menstrual_period)),
    "D.10.4": (lambda n: number(n, observed(7)), lambda p: p.weight_kg),
    "D.10.5": (lambda n: number(n, observed(17)), lambda p: p.height_cm),
    "D.10.6": (lambda n: attribute(n, "h:associatedPerson/h:administrativeGenderCode"), lambda p: p.sex),
    "D.10.7.1.r": (history_in_file, history_in_case),
    "D.10.7.2": (
        lambda n: text(n, f"{organizer(1)}/h:observation[{coded(18)}]/h:value"),
        lambda p: trimmed(p.history_text),
    ),
    "D.10.8.r": (past_drugs_in_file, past_drugs_in_case),
}

REACTIONS = {
    "E.i.0": (lambda n: attribute(n, "h:id", "root"), lambda r: r.id),
    "E.i.1.1a": (lambda n: text(n, "h:value/h:originalText"), lambda r: trimmed(r.reported)),
    "E.i.1.1b": (lambda n: attribute(n, "h:value/h:originalText", "language"), lambda r: r.language),
    "E.i.1.2": (lambda n: text(n, related(30)), lambda r: trimmed(r.translation)),
    "E.i.2.1": (
        lambda n: code_of(first(n, f"h:value[@codeSystem='{MEDDRA}']")),
        lambda r: code_read(r.term),
    ),
    "E.i.3.1": (lambda n: attribute(n, related(37)), lambda r: r.highlighted),
    "E.i.3.2a": (lambda n: flag(n, related(34)), lambda r: r.seriousness.death),
    "E.i.3.2b": (lambda n: flag(n, related(21)), lambda r: r.seriousness.life_threatening),
    "E.i.3.2c": (lambda n: flag(n, related(33)), lambda r: r.seriousness.hospitalisation),
    "E.i.3.2d": (lambda n: flag(n, related(35)), lambda r: r.seriousness.disability),
    "E.i.3.2e": (lambda n: flag(n, related(12)), lambda r: r.seriousness.congenital_anomaly),
    "E.i.3.2f": (lambda n: flag(n, related(26)), lambda r: r.seriousness.other_important),
    "FDA.E.i.3.2h": (
        lambda n: flag(n, related(7, FDA_INTERVENTION)),
        lambda r: r.seriousness.required_intervention,
    ),
    "E.i.4": (lambda n: limit(n, "low"), lambda r: day_read(r.start)),
    "E.i.5": (lambda n: limit(n, "high"), lambda r: day_read(r.end)),
    "E.i.6": (lambda n: quantity(n, "h:effectiveTime//h:width"), lambda r: quantity_read(r.duration)),
    "E.i.7": (lambda n: attribute(n, related(27)), lambda r: r.outcome),
    "E.i.8": (lambda n: flag(n, related(24)), lambda r: r.medically_confirmed),
    "E.i.9": (
        lambda n: attribute(n, f"h:location/h:locatedEntity/h:locatedPlace/h:code[@codeSystem='{COUNTRY}']"),
        lambda r: r.country,
    ),
}


def range_limit(code):
    interpretation = f"h:interpretationCode[@code='{code}']"
    return f"h:referenceRange/h:observationRange[{interpretation}]/h:value"


def is_inclusive(node, edge):
    value = attribute(node, f"h:value/h:{edge}[@inclusive]", "inclusive")
    return {"true": True, "false": False}.get(value)


TESTS = {
    "F.r.1": (lambda n: day(n, "h:effectiveTime"), lambda t: day_read(t.date)),
    "F.r.2": (lambda n: term(first(n, "h:code")), lambda t: term_read(t.name)),
    "F.r.3.1": (lambda n: attribute(n, "h:interpretationCode"), lambda t: t.result_code),
    "F.r.3.2": (lambda n: quantity(n, "h:value/h:center"), lambda t: quantity_read(t.value)),
    "F.r.3.2 low": (lambda n: quantity(n, "h:value/h:low"), lambda t: quantity_read(t.low)),
    "F.r.3.2 high": (lambda n: quantity(n, "h:value/h:high"), lambda t: quantity_read(t.high)),
    "F.r.3.2 low inclusive": (lambda n: is_inclusive(n, "low"), lambda t: t.low_inclusive),
    "F.r.3.2 high inclusive": (lambda n: is_inclusive(n, "high"), lambda t: t.high_inclusive),
    "F.r.3.4": (lambda n: text(n, "h:value[@xsi:type='ED']"), lambda t: trimmed(t.text)),
    "F.r.4": (lambda n: quantity(n, range_limit("L")), lambda t: quantity_read(t.normal_low)),
    "F.r.5": (lambda n: quantity(n, range_limit("H")), lambda t: quantity_read(t.normal_high)),
    "F.r.6": (lambda n: text(n, related(10)), lambda t: trimmed(t.comments)),
    "F.r.7": (lambda n: flag(n, related(25)), lambda t: t.more_available),
}

DOSES = {
    "G.k.4.r.1": (lambda n: quantity(n, "h:doseQuantity"), lambda d: quantity_read(d.dose)),
    "G.k.4.r.2-3": (lambda n: quantity(n, "h:effectiveTime//h:period"), lambda d: quantity_read(d.interval)),
    "G.k.4.r.4": (lambda n: limit(n, "low"), lambda d: day_read(d.start)),
    "G.k.4.r.5": (lambda n: limit(n, "high"), lambda d: day_read(d.end)),
    "G.k.4.r.6": (lambda n: quantity(n, "h:effectiveTime//h:width"), lambda d: quantity_read(d.duration)),
    "G.k.4.r.7": (
        lambda n: text(n, "h:consumable/h:instanceOfKind/h:productInstanceInstance/h:lotNumberText"),
        lambda d: trimmed(d.lot),
    ),
    "G.k.4.r.8": (lambda n: text(n, "h:text"), lambda d: trimmed(d.text)),
    "G.k.4.r.9.1": (
        lambda n: text(n, f"{PRODUCT}/h:formCode/h:originalText"),
        lambda d: trimmed(d.form),
    ),
    "G.k.4.r.9.2a": (lambda n: attribute(n, f"{PRODUCT}/h:formCode", "codeSystemVersion"), lambda d: d.form_version),
    "G.k.4.r.9.2b": (lambda n: attribute(n, f"{PRODUCT}/h:formCode"), lambda d: d.form_code),
    "G.k.4.r.10.1": (lambda n: text(n, "h:routeCode/h:originalText"), lambda d: trimmed(d.route)),
    "G.k.4.r.10.2a": (lambda n: attribute(n, "h:routeCode", "codeSystemVersion"), lambda d: d.route_version),
    "G.k.4.r.10.2b": (lambda n: attribute(n, "h:routeCode"), lambda d: d.route_code),
    "G.k.4.r.11.1": (
        lambda n: text(n, f"{related(28, way='inboundRelationship')}/h:originalText"),
        lambda d: trimmed(d.parent_route),
    ),
    "G.k.4.r.11.2a": (
        lambda n: attribute(n, related(28, way="inboundRelationship"), "codeSystemVersion"),
        lambda d: d.parent_route_version,
    ),
    "G.k.4.r.11.2b": (
        lambda n: attribute(n, related(28, way="inboundRelationship")),
        lambda d: d.parent_route_code,
    ),
}

DEVICE = f"{PRODUCT}/h:part/h:partProduct"
MAKER = "h:asManufacturedProduct/h:manufacturerOrganization"


def said(concept, kind="h:value"):
    return f"h:asManufacturedProduct/h:subjectOf/h:characteristic[h:code/@code='{concept}']/{kind}"


DEVICES = {
    "FDA.G.k.12.r.1": (lambda n: flag(n, said("C54026")), lambda d: d.malfunction),
    "FDA.G.k.12.r.2.r": (lambda n: attributes(n, said("C54592")), lambda d: list(d.follow_up_types)),
    "FDA.G.k.12.r.3.r": (lambda n: attributes(n, said("C54451")), lambda d: list(d.problems)),
    "FDA.G.k.12.r.4": (lambda n: text(n, "h:name[1]"), lambda d: trimmed(d.brand_name)),
    "FDA.G.k.12.r.5": (lambda n: text(n, "h:name[2]"), lambda d: trimmed(d.common_name)),
    "FDA.G.k.12.r.6": (lambda n: attribute(n, "h:code"), lambda d: d.product_code),
    "FDA.G.k.12.r.7.1a": (lambda n: text(n, f"{MAKER}/h:name"), lambda d: d.manufacturer),
    "FDA.G.k.12.r.7.1b": (lambda n: text(n, f"{MAKER}/h:addr/h:streetAddressLine"), lambda d: d.manufacturer_street),
    "FDA.G.k.12.r.7.1c": (lambda n: text(n, f"{MAKER}/h:addr/h:city"), lambda d: d.manufacturer_city),
    "FDA.G.k.12.r.7.1d": (lambda n: text(n, f"{MAKER}/h:addr/h:state"), lambda d: d.manufacturer_state),
    "FDA.G.k.12.r.7.1e": (lambda n: text(n, f"{MAKER}/h:addr/h:country"), lambda d: d.manufacturer_country),
    "FDA.G.k.12.r.8": (lambda n: attribute(n, said("C54595")), lambda d: d.usage),
    "FDA.G.k.12.r.9": (
        lambda n: text(n, "h:instanceOfKind/h:productInstanceInstance/h:lotNumberText"),
        lambda d: d.lot,
    ),
    "FDA.G.k.12.r.10": (
        lambda n: attribute(
            n, f"h:asManufacturedProduct/h:subjectOf/h:characteristic/h:code[@codeSystem='{FDA_LISTS}.6']"
        ),
        lambda d: d.operator,
    ),
    "FDA.G.k.12.r.11.r": (lambda n: attributes(n, said("C54594")), lambda d: list(d.remedial_actions)),
}

DRUGS = {
    "G.k.0": (lambda n: attribute(n, "h:id", "root"), lambda d: d.id),
    "G.k.1": (role_in_file, lambda d: d.role),
    "G.k.2.1": (
        lambda n: coding(n, f"{PRODUCT}/h:code"),
        lambda d: (d.product_code, d.product_system, d.product_version),
    ),
    "G.k.2.2": (lambda n: text(n, f"{PRODUCT}/h:name"), lambda d: trimmed(d.name)),
    "G.k.2.3.r": (
        substances_in_file,
        lambda d: [{"name": trimmed(s.name), "term": (s.term_id, s.term_system, s.term_version)} for s in d.substances],
    ),
    "G.k.2.3.r.3": (strengths_in_file, lambda d: [quantity_read(s.strength) for s in d.substances]),
    "G.k.2.4": (
        lambda n: text(
            n,
            f"h:consumable/h:instanceOfKind/h:subjectOf/h:productEvent[{coded(1, f'{ICH}.18')}]"
            f"/h:performer/h:assignedEntity/{ORGANISATION}/h:addr/h:country",
        ),
        lambda d: d.country_obtained,
    ),
    "G.k.2.5": (lambda n: flag(n, related(6)), lambda d: d.is_blinded),
    "G.k.3.1": (
        lambda n: attribute(n, f"{APPROVAL}/h:id[@root='{ICH_ID}.4']", "extension"),
        lambda d: d.authorisation_number,
    ),
    "G.k.3.2": (
        lambda n: attribute(n, f"{APPROVAL}/h:author/h:territorialAuthority/h:territory/h:code"),
        lambda d: d.authorisation_country,
    ),
    "G.k.3.3": (
        lambda n: text(n, f"{APPROVAL}/h:holder/h:role/h:playingOrganization/h:name"),
        lambda d: trimmed(d.holder),
    ),
    "G.k.4.r": (lambda n: len(doses_of(n)), lambda d: len(d.doses)),
    **{
        number: (
            lambda n, in_file=in_file: [in_file(dose) for dose in doses_of(n)],
            lambda d, in_case=in_case: [in_case(dose) for dose in d.doses],
        )
        for number, (in_file, in_case) in DOSES.items()
    },
    "G.k.5": (lambda n: quantity(n, related(14)), lambda d: quantity_read(d.cumulative_dose)),
    "G.k.6": (lambda n: quantity(n, related(16)), lambda d: quantity_read(d.gestation_at_exposure)),
    "G.k.7.r": (
        lambda n: [term(value) for value in at(n, related(19, way="inboundRelationship"))],
        lambda d: [term_read(indication) for indication in d.indications],
    ),
    "G.k.8": (
        lambda n: attribute(n, f"h:inboundRelationship/h:act/h:code[@codeSystem='{ICH}.15']"),
        lambda d: d.action_taken,
    ),
    "G.k.9.i names each reaction once": (
        lambda n: sorted(
            {*opinions_in_file(n), *rechallenges_in_file(n)}
            | {*intervals_in_file(n, "SAS"), *intervals_in_file(n, "SAE")}
        ),
        lambda d: sorted(pair.reaction_id for pair in d.reactions),
    ),
    "G.k.9.i.2.r": (opinions_in_file, opinions_in_case),
    "G.k.9.i.3.1": (
        lambda n: intervals_in_file(n, "SAS"),
        lambda d: by_reaction(d, lambda pair: quantity_read(pair.from_first_dose)),
    ),
    "G.k.9.i.3.2": (
        lambda n: intervals_in_file(n, "SAE"),
        lambda d: by_reaction(d, lambda pair: quantity_read(pair.from_last_dose)),
    ),
    "G.k.9.i.4": (rechallenges_in_file, lambda d: by_reaction(d, lambda pair: pair.rechallenge)),
    # FDA sends its own list (1 Test, 2 Reference) in the same place; ICH's 1 and 2 are counterfeit and overdose.
    "G.k.10.r": (
        lambda n: attributes(n, f"{related(9)}[@codeSystem='{ICH}.17']"),
        lambda d: list(d.additional_codes),
    ),
    # FDA's files name ICH's list of sender types in the place of FDA's own: it is FDA's where it is not ICH's.
    "FDA.G.k.10a": (
        lambda n: [
            null_flavor(value) or value.get("code") for value in at(n, f"{related(9)}[not(@codeSystem='{ICH}.17')]")
        ],
        lambda d: list(d.fda_additional_codes),
    ),
    "FDA.G.k.12.r": (lambda n: len(at(n, DEVICE)), lambda d: len(d.devices)),
    **{
        number: (
            lambda n, in_file=in_file: [in_file(device) for device in at(n, DEVICE)],
            lambda d, in_case=in_case: [in_case(device) for device in d.devices],
        )
        for number, (in_file, in_case) in DEVICES.items()
    },
    "G.k.11": (lambda n: text(n, related(2)), lambda d: trimmed(d.additional_text)),
}


def row_by_row(fields, nodes_of, parts_of):
    """A field of something that repeats: its value in each of them, in order."""
    return {
        element: (
            lambda e, in_file=in_file: [in_file(node) for node in nodes_of(e)],
            lambda c, in_case=in_case: [in_case(part) for part in parts_of(c)],
        )
        for element, (in_file, in_case) in fields.items()
    }


FIELDS = {
    **CASE,
    **row_by_row(REPORTERS, reporters_of, lambda c: c.reporters),
    **row_by_row(PARENTS, lambda e: at(e, PARENT), lambda c: [c.patient.parent] if c.patient.parent else []),
    **row_by_row(REACTIONS, reactions_of, lambda c: c.reactions),
    **row_by_row(TESTS, procedures_of, lambda c: c.tests),
    **row_by_row(DRUGS, drugs_of, lambda c: c.drugs),
}

# What `input_ex2.xml` says in no way that has one meaning: a name with a null flavor, strengths that are no numbers.
NO_MEANING = {LABELS: {"D.1", "G.k.2.3.r.3"}}


@cache
def messages(path):
    return etree.parse(path).getroot().findall(MESSAGE)


@cache
def events(path):
    return [first(message, "h:controlActProcess/h:subject/h:investigationEvent") for message in messages(path)]


@cache
def items(path):
    return list(e2b_r3.read(path))


def records(path):
    return [item for item in items(path) if isinstance(item, Record)]


@pytest.mark.parametrize("path", FILES)
def test_there_is_one_record_for_each_message(path):
    assert len(records(path)) == len(messages(path))
    assert len(messages(path)) > 0


@pytest.mark.parametrize("path", FILES)
def test_every_message_becomes_a_case(path):
    assert [record.case is not None for record in records(path)] == [True] * len(messages(path))


@pytest.mark.parametrize("path", [file for file in FILES if file.id != LABELS])
def test_nothing_critical_is_found_in_a_published_case(path):
    assert [critical(record.findings) for record in records(path)] == [()] * len(messages(path))


@pytest.mark.parametrize(
    ("path", "element"),
    [
        pytest.param(*file.values, element, id=f"{file.id}-{element}")
        for file in FILES
        for element in FIELDS
        if element not in NO_MEANING.get(file.id, ())
    ],
)
def test_a_field_of_the_case_is_what_the_file_says(path, element):
    in_file, in_case = FIELDS[element]
    assert [in_case(record.case) for record in records(path)] == [in_file(event_node) for event_node in events(path)]


def is_filled(value):
    """Whether there is anything to read: no field is well tested by files that leave it empty."""
    if isinstance(value, dict):
        return any(map(is_filled, value.values()))
    if isinstance(value, list | tuple):
        return any(map(is_filled, value))
    return value is not None and value is not False


@pytest.mark.parametrize("element", FIELDS)
def test_some_real_file_fills_the_field(element):
    in_file, _ = FIELDS[element]
    paths = [file.values[0] for file in FILES if element not in NO_MEANING.get(file.id, ())]
    assert any(is_filled(in_file(event_node)) for path in paths for event_node in events(path))


@pytest.mark.parametrize("path", FILES)
def test_seriousness_is_of_the_reaction_and_not_spread_from_the_case(path):
    levels = [reaction.seriousness.is_case_level for record in records(path) for reaction in record.case.reactions]
    assert levels == [False for event_node in events(path) for _ in reactions_of(event_node)]


@pytest.mark.parametrize("path", FILES)
def test_every_drug_that_the_file_gives_a_role_has_it_in_the_case(path):
    """The role stands in the assessments: each of them must have reached a drug, or the file names no such drug."""
    given = {
        (node.get("root"), attribute(assessment, "h:value"))
        for event_node in events(path)
        for assessment in at(event_node, f"{ASSESSMENT}/h:component/h:causalityAssessment[{coded(20)}]")
        for node in at(assessment, "h:subject2/h:productUseReference/h:id")
    }
    assert given
    assert {(drug.id, drug.role) for record in records(path) for drug in record.case.drugs} >= given


# --- several messages in one file ----------------------------------------------------------------------------------

SINGLE = ("fda/FAERS2022Scenario3.xml", "ich/input_ex1.xml", "fda/FAERS2022Scenario5-1.xml")


def batch_of(paths, target):
    """The messages of several files in the envelope of the first."""
    envelope = etree.parse(paths[0]).getroot()
    place = list(envelope).index(envelope.find(MESSAGE)) + 1
    for path in reversed(paths[1:]):
        for message in reversed(messages(path)):
            envelope.insert(place, copy.deepcopy(message))
    etree.ElementTree(envelope).write(target, xml_declaration=True, encoding="UTF-8")
    return target


def test_a_batch_of_three_messages_gives_the_three_cases_in_order(tmp_path):
    paths = [REAL_DATA / "e2b_r3" / name for name in SINGLE]
    batch = batch_of(paths, tmp_path / "batch.xml")
    singly = [record.case for path in paths for record in records(path)]
    assert [record.case for record in records(batch)] == singly
    assert [case.sender_case_id for case in singly] == [
        "US-APHARMA-8744554B",
        "GB-XYZCOMPANY-123",
        "US-APHARMA-234545656",
    ]


def test_a_batch_names_a_different_place_for_each_of_its_records(tmp_path):
    batch = batch_of([REAL_DATA / "e2b_r3" / name for name in SINGLE], tmp_path / "batch.xml")
    assert len({record.where for record in records(batch)}) == len(SINGLE)


def test_a_batch_finds_in_each_message_what_it_finds_in_the_message_alone(tmp_path):
    paths = [REAL_DATA / "e2b_r3" / name for name in SINGLE]
    batch = batch_of(paths, tmp_path / "batch.xml")
    singly = [{f.check for f in record.findings} for path in paths for record in records(path)]
    assert [{f.check for f in record.findings} for record in records(batch)] == singly


# --- what other published files do (formats.md 1.4), done to a published file ---------------------------------------

CHANGED = "fda/FAERS2022Scenario1.xml"
DRUG_A, DRUG_B, DRUG_C = (
    "68d6f5ce-3b3b-45c7-92dd-69e06730c3a9",
    "59d6f5ce-3b3b-45c7-92dd-69e06730c2b7",
    "40d6f5ce-3b3b-45c7-92dd-69e06730c2b6",
)


def read_changed(tmp_path, change):
    """The one case of the file after `change` was made to its investigation event."""
    tree = etree.parse(REAL_DATA / "e2b_r3" / CHANGED)
    change(first(tree, "//h:investigationEvent"))
    tree.write(tmp_path / "changed.xml", xml_declaration=True, encoding="UTF-8")
    (record,) = records(tmp_path / "changed.xml")
    return record.case


def role_block(event_node, drug_id):
    of_drug = f"{coded(20)} and h:subject2/h:productUseReference/h:id/@root='{drug_id}'"
    return first(event_node, f"{ASSESSMENT}/h:component[h:causalityAssessment[{of_drug}]]")


@pytest.mark.parametrize("is_first", [True, False], ids=["before the role", "after the role"])
def test_a_similar_device_does_not_become_a_suspect(tmp_path, is_first):
    """Scenario 7: a second assessment with the same code, told from the role by its code system alone."""

    def change(event_node):
        block = role_block(event_node, DRUG_B)
        device = copy.deepcopy(block)
        first(block, "h:causalityAssessment/h:value").set("code", "4")
        first(device, "h:causalityAssessment/h:value").set("codeSystem", "2.16.840.1.113883.3.989.5.1.2.1.1.8")
        (block.addprevious if is_first else block.addnext)(device)

    drugs = read_changed(tmp_path, change).drugs
    assert [(drug.role, drug.fda_other_role) for drug in drugs] == [("1", None), ("4", "1"), ("2", None)]


def test_a_role_of_no_drug_is_given_to_none(tmp_path):
    """Scenario 5-3: a productUseReference that points nowhere."""

    def change(event_node):
        reference = first(role_block(event_node, DRUG_B), ".//h:productUseReference/h:id")
        reference.set("root", "00000000-0000-0000-0000-000000000000")

    assert [drug.role for drug in read_changed(tmp_path, change).drugs] == ["1", None, "2"]


def test_drugs_that_share_an_id_stay_two_drugs(tmp_path):
    def change(event_node):
        first(event_node, f".//h:substanceAdministration/h:id[@root='{DRUG_C}']").set("root", DRUG_A)

    drugs = read_changed(tmp_path, change).drugs
    assert [(drug.id, drug.name) for drug in drugs] == [(DRUG_A, "Drug A"), (DRUG_B, "Drug B"), (DRUG_A, "Drug C")]


def test_a_criterion_sent_as_false_is_false_and_not_absent(tmp_path):
    """ICH allows true or NI only, and files with "false" exist."""

    def change(event_node):
        value = first(reactions_of(event_node)[0], related(34))
        del value.attrib["nullFlavor"]
        value.set("value", "false")

    one, another = read_changed(tmp_path, change).reactions
    assert one.seriousness.death is False
    assert another.seriousness.death is NullFlavor.NI


def test_a_criterion_that_is_not_sent_is_absent(tmp_path):
    def change(event_node):
        block = first(reactions_of(event_node)[0], f"h:outboundRelationship2[h:observation/{coded(34)}]")
        block.getparent().remove(block)

    one, another = read_changed(tmp_path, change).reactions
    assert one.seriousness.death is None
    assert another.seriousness.death is NullFlavor.NI


@pytest.mark.parametrize("flavor", ["MSK", "ASKU", "NASK", "UNK"])
def test_a_null_flavor_in_the_place_of_a_value_is_read_as_itself(tmp_path, flavor):
    def change(event_node):
        player = first(event_node, PLAYER)
        for name, attribute_name in (("birthTime", "value"), ("administrativeGenderCode", "code")):
            element = first(player, f"h:{name}")
            del element.attrib[attribute_name]
            element.set("nullFlavor", flavor)

    patient = read_changed(tmp_path, change).patient
    assert (patient.birth_date, patient.sex) == (NullFlavor[flavor], NullFlavor[flavor])


def test_a_comment_inside_a_text_is_no_part_of_it(tmp_path):
    def change(event_node):
        narrative = first(event_node, "h:text")
        narrative.text = "Fever "
        comment_node = etree.Comment(" H.1 ")
        comment_node.tail = "and chills"
        narrative.append(comment_node)

    assert read_changed(tmp_path, change).narrative == "Fever and chills"


@pytest.mark.parametrize("path", FILES)
def test_a_byte_order_mark_changes_nothing(path, tmp_path):
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    marked = tmp_path / path.name
    marked.write_bytes(b"\xef\xbb\xbf" + content)
    assert [record.case for record in records(marked)] == [record.case for record in records(path)]


# --- attachments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES)
def test_what_is_attached_is_what_the_documents_name(path):
    """The store keeps attachments by their hash; a case names them by it."""
    for record in records(path):
        held = (*record.case.documents, *record.case.literature_documents)
        named = [(document.sha256, document.size) for document in held if document.sha256]
        assert sorted((one.sha256, len(one.content)) for one in record.attachments) == sorted(named)
        assert all(hashlib.sha256(one.content).hexdigest() == one.sha256 for one in record.attachments)


def test_a_document_of_the_icsr_of_ich_is_attached():
    assert any(record.attachments for path in (file.values[0] for file in FILES) for record in records(path))


# --- the envelope ---------------------------------------------------------------------------------------------------


def device_number(node, name, root):
    return attribute(node, f"h:{name}/h:device/h:id[@root='{ICH_ID}.{root}']", "extension")


@pytest.mark.parametrize("path", FILES)
def test_the_envelope_says_what_the_file_says(path):
    root = etree.parse(path).getroot()
    assert items(path)[-1] == Envelope(
        device_number(root, "sender", 13),
        device_number(root, "receiver", 14),
        attribute(root, f"h:id[@root='{ICH_ID}.22']", "extension"),
    )


@pytest.mark.parametrize("path", FILES)
def test_a_record_names_who_sent_its_message(path):
    assert [record.sender for record in records(path)] == [
        device_number(message, "sender", 11) for message in messages(path)
    ]


# --- ICH's schemas --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schemas(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemas")
    with zipfile.ZipFile(REAL_DATA / "e2b_r3" / "ich_icsr_xsd.zip") as archive:
        archive.extractall(folder)
    return folder


def faults(path, schemas):
    """Per record, the element and the line of what the schema finds."""
    return [
        [re.search(r"element (\S+) in line (\d+)", one.message).groups() for one in record.findings
         if one.check == "READ-SCHEMA"]
        for record in e2b_r3.read(path, schemas)
        if isinstance(record, Record)
    ]  # fmt: skip


@pytest.mark.parametrize("path", [file for file in FILES if file.id != LABELS])
def test_published_cases_are_valid_against_the_schema(path, schemas):
    assert faults(path, schemas) == [[]] * len(messages(path))


def test_the_first_fault_of_a_message_is_named_by_element_and_line(schemas):
    """The labelled instance is not valid by design: the place is what the schema says of the file as a whole."""
    path = next(file.values[0] for file in FILES if file.id == LABELS)
    schema = etree.XMLSchema(etree.parse(schemas / "multicacheschemas" / "MCCI_IN200100UV01.xsd"))
    document = etree.parse(path)
    assert not schema.validate(document)
    in_message = [error for error in schema.error_log if messages(path)[0].sourceline < error.line]
    name = re.match(r"Element '(?:\{.*?\})?(\w+)'", in_message[0].message)[1]
    assert faults(path, schemas) == [[(name, str(in_message[0].line))]]


def test_validating_changes_nothing_that_is_read(schemas):
    for path in (file.values[0] for file in FILES):
        validated = [item for item in e2b_r3.read(path, schemas) if isinstance(item, Record)]
        assert [one.case for one in validated] == [one.case for one in records(path)]


def test_each_message_of_a_batch_is_validated_alone_and_no_value_of_it_is_told(schemas, tmp_path):
    valid, broken = e2b_message(a_case("US-EXAMPLEBIO-1")), e2b_message(a_case("US-EXAMPLEBIO-2"))
    broken = broken.replace("<statusCode", "<statusCodes").replace("PAT_ADV_EVNT", "SECRET WORDS")
    path = tmp_path / "batch.xml"
    path.write_bytes(e2b_batch(valid, broken, valid))
    found = [item.findings for item in e2b_r3.read(path, schemas) if isinstance(item, Record)]

    assert [[one.check for one in findings] for findings in found] == [[], ["READ-SCHEMA"], []]
    assert "SECRET" not in found[1][0].message
    assert "element code in line" in found[1][0].message


@pytest.mark.parametrize("is_null", [False, True], ids=["values", "null flavors"])
def test_what_the_tests_write_is_valid_with_every_field_filled(is_null, schemas, tmp_path):
    case, contents = everything(is_null=is_null)
    path = tmp_path / "everything.xml"
    path.write_bytes(e2b_batch(e2b_message(case, contents=contents)))

    assert faults(path, schemas) == [[]]


# --- the lists of elements ------------------------------------------------------------------------------------------


def elements():
    path = REAL_DATA / "e2b_r3" / "specs" / "fda_e2br3_elements_clean.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = [row["element"] for row in csv.DictReader(file)]
    assert len(names) > 250
    return [name for name in names if name and name != "(Header)" and name != "FDA.G.k.12.r.7"]  # a heading too


def test_every_element_of_ich_and_fda_is_a_field_or_said_to_be_left_out():
    assert [name for name in elements() if where_it_stands(name) is None] == []


def test_nothing_is_said_to_stand_elsewhere_that_is_no_element():
    listed = {name for names in (*UNDER, *LEFT_OUT) for name in re.split(", | to ", names)}
    assert {name for name in listed if name not in elements() and f"{name}a" not in elements()} == set()
