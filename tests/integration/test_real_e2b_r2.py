"""The mapping of E2B(R2)'s names against ICH's conversion tests, code tables and document type, and against openFDA.

The expected values come from XPath, csv and json, evaluated here; nothing of the reader is used to make them.
"""

import csv
import json
import re

import pytest
from lxml import etree

from tests.real_data import REAL_DATA, needs_real_data
from tvec_pv.domain.case_json import encode
from tvec_pv.domain.icsr import NullFlavor
from tvec_pv.domain.records import Envelope, OtherProducts, Record
from tvec_pv.reference_files import product
from tvec_pv.sources import e2b_r2, openfda
from tvec_pv.sources.detection import detect
from tvec_pv.sources.e2b_r2_case import read_case
from tvec_pv.sources.e2b_r2_codes import AGES, DOSES, GESTATIONS, RESULTS, ROUTES, TIMES
from tvec_pv.sources.formats import Format, Options, read

pytestmark = needs_real_data

R2 = REAL_DATA / "e2b_r2"
EMPTY, FULL = R2 / "utr2-01.xml", R2 / "utr2-02.xml"
OPENFDA = REAL_DATA / "openfda" / "event.json"


# --- ICH's conversion tests -----------------------------------------------------------------------------------------


def report(path):
    return etree.parse(str(path), etree.XMLParser(load_dtd=False, no_network=True)).find("safetyreport")


def at(node, path):
    return (node.findtext(path) or "").strip() or None


def flag(node, path, **more):
    return {"1": True, "2": False, **more}.get(at(node, path))


def masked(node, path):
    text = at(node, path)
    return {"PRIVACY": NullFlavor.MSK, "UNKNOWN": NullFlavor.UNK}.get(text, text)


def number(node, path):
    return float(at(node, path)) if at(node, path) else None


def amount(node, path, unit):
    units = {"007": "mg/kg", "009": "mg/m2", "801": "a", "802": "mo", "803": "wk", "804": "d", "806": "min"}
    return (number(node, path), units[at(node, unit)]) if at(node, path) else None


def a_term(node, path, version):
    text = at(node, path)
    if text is None:
        return None
    return (None, text, at(node, version)) if re.fullmatch(r"\d{8}", text) else (text, None, at(node, version))


def day(value):
    return None if value is None else value.text


def quantity(value):
    return None if value is None else (value.value, value.unit)


def term(value):
    return None if value is None or not (value.name or value.code) else (value.name, value.code, value.version)


# How to find it in the file, how to find it in the case.
OF_THE_CASE = {
    "C.1.1": (lambda x: at(x, "safetyreportid"), lambda c: c.sender_case_id),
    "version": (lambda x: at(x, "safetyreportversion"), lambda c: c.version and str(c.version)),
    "C.1.2": (lambda x: at(x, "transmissiondate"), lambda c: day(c.created)),
    "C.1.3": (lambda x: at(x, "reporttype"), lambda c: c.report_type),
    "C.1.4": (lambda x: at(x, "receivedate"), lambda c: day(c.first_received)),
    "C.1.5": (lambda x: at(x, "receiptdate"), lambda c: day(c.latest_received)),
    "C.1.6.1": (lambda x: flag(x, "additionaldocument"), lambda c: c.has_more_documents),
    "C.1.7": (lambda x: flag(x, "fulfillexpeditecriteria"), lambda c: c.expedited),
    "C.1.8.1": (lambda x: at(x, "authoritynumb") or at(x, "companynumb"), lambda c: c.worldwide_id),
    "C.1.8.2": (lambda x: "1" if at(x, "authoritynumb") else None, lambda c: c.first_sender),
    "C.1.9.1": (lambda x: flag(x, "duplicate"), lambda c: c.has_other_ids),
    "C.1.9.1.r": (
        lambda x: [(at(one, "duplicatesource"), at(one, "duplicatenumb")) for one in x.findall("reportduplicate")],
        lambda c: [(one.source, one.number) for one in c.other_ids],
    ),
    "C.1.10.r": (lambda x: [at(one, "linkreportnumb") for one in x.findall("linkedreport")],
                 lambda c: list(c.linked_reports)),
    "C.1.11.1": (lambda x: at(x, "casenullification"), lambda c: c.nullification_amendment),
    "C.1.11.2": (lambda x: at(x, "nullificationreason"), lambda c: c.nullification_amendment_reason),
    "C.3.1": (lambda x: at(x, "sender/sendertype"), lambda c: c.sender.type),
    "C.3.2": (lambda x: masked(x, "sender/senderorganization"), lambda c: c.sender.organisation),
    "C.3.3.1": (lambda x: masked(x, "sender/senderdepartment"), lambda c: c.sender.department),
    "C.3.4.5": (lambda x: at(x, "sender/sendercountrycode"), lambda c: c.sender.country),
    "C.4.r": (lambda x: [one.text for one in x.iterfind("primarysource/literaturereference") if one.text],
              lambda c: list(c.literature)),
    "C.5.2": (lambda x: at(x, "primarysource/studyname"), lambda c: c.study and c.study.name),
    "C.5.3": (lambda x: at(x, "primarysource/sponsorstudynumb"), lambda c: c.study and c.study.sponsor_number),
    "C.5.4": (lambda x: at(x, "primarysource/observestudytype"), lambda c: c.study and c.study.type),
    "H.1": (lambda x: at(x, "patient/summary/narrativeincludeclinical"), lambda c: c.narrative),
    "H.2": (lambda x: at(x, "patient/summary/reportercomment"), lambda c: c.reporter_comments),
    "H.3.r": (
        lambda x: a_term(x, "patient/summary/senderdiagnosis", "patient/summary/senderdiagnosismeddraversion"),
        lambda c: term(c.sender_diagnoses[0]) if c.sender_diagnoses else None,
    ),
    "H.4": (lambda x: at(x, "patient/summary/sendercomment"), lambda c: c.sender_comments),
}  # fmt: skip

REPORTER = {
    "reportertitle": "title",
    "reportergivename": "given_name",
    "reportermiddlename": "middle_name",
    "reporterfamilyname": "family_name",
    "reporterorganization": "organisation",
    "reporterdepartment": "department",
    "reportercity": "city",
    "qualification": "qualification",
}

OF_THE_PATIENT = {
    "D.1": (lambda x: masked(x, "patientinitial"), lambda p: p.name),
    "D.1.1.1": (lambda x: masked(x, "patientgpmedicalrecordnumb"), lambda p: p.gp_record_number),
    "D.1.1.2": (lambda x: masked(x, "patientspecialistrecordnumb"), lambda p: p.specialist_record_number),
    "D.1.1.3": (lambda x: masked(x, "patienthospitalrecordnumb"), lambda p: p.hospital_record_number),
    "D.1.1.4": (lambda x: masked(x, "patientinvestigationnumb"), lambda p: p.investigation_number),
    "D.2.1": (lambda x: at(x, "patientbirthdate"), lambda p: day(p.birth_date)),
    "D.2.2": (lambda x: amount(x, "patientonsetage", "patientonsetageunit"), lambda p: quantity(p.age)),
    "D.2.2.1": (lambda x: amount(x, "gestationperiod", "gestationperiodunit"), lambda p: quantity(p.gestation)),
    "D.2.3": (lambda x: at(x, "patientagegroup"), lambda p: p.age_group),
    "D.3": (lambda x: number(x, "patientweight"), lambda p: p.weight_kg),
    "D.4": (lambda x: number(x, "patientheight"), lambda p: p.height_cm),
    "D.5": (lambda x: at(x, "patientsex"), lambda p: p.sex),
    "D.6": (lambda x: at(x, "patientlastmenstrualdate"), lambda p: day(p.last_menstrual_period)),
    "D.7.2": (lambda x: at(x, "patientmedicalhistorytext"), lambda p: p.history_text),
    "D.7.1.r": (
        lambda x: [
            (
                a_term(one, "patientepisodename", "patientepisodenamemeddraversion"),
                at(one, "patientmedicalstartdate"),
                flag(one, "patientmedicalcontinue"),
                at(one, "patientmedicalenddate"),
                at(one, "patientmedicalcomment"),
            )
            for one in x.findall("medicalhistoryepisode")
        ],
        lambda p: [(term(one.term), day(one.start), one.continuing, day(one.end), one.comment) for one in p.history],
    ),
    "D.8.r": (
        lambda x: [
            (
                at(one, "patientdrugname"),
                at(one, "patientdrugstartdate"),
                at(one, "patientdrugenddate"),
                a_term(one, "patientdrugindication", "patientindicationmeddraversion"),
                a_term(one, "patientdrugreaction", "patientdrgreactionmeddraversion"),
            )
            for one in x.findall("patientpastdrugtherapy")
        ],
        lambda p: [
            (one.name, day(one.start), day(one.end), term(one.indication), term(one.reaction)) for one in p.past_drugs
        ],
    ),
    "D.9.1": (lambda x: at(x, "patientdeath/patientdeathdate"), lambda p: day(p.death_date)),
    "D.9.2.r": (
        lambda x: [
            a_term(one, "patientdeathreport", "patientdeathreportmeddraversion")
            for one in x.findall("patientdeath/patientdeathcause")
        ],
        lambda p: [term(one) for one in p.causes_of_death],
    ),
    "D.9.3": (lambda x: flag(x, "patientdeath/patientautopsyyesno"), lambda p: p.autopsy),
    "D.9.4.r": (
        lambda x: [
            a_term(one, "patientdetermineautopsy", "patientdetermautopsmeddraversion")
            for one in x.findall("patientdeath/patientautopsy")
        ],
        lambda p: [term(one) for one in p.autopsy_causes],
    ),
    "D.10.1": (lambda x: masked(x, "parent/parentidentification"), lambda p: p.parent and p.parent.identification),
    "D.10.3": (
        lambda x: at(x, "parent/parentlastmenstrualdate"),
        lambda p: p.parent and day(p.parent.last_menstrual_period),
    ),
    "D.10.4": (lambda x: number(x, "parent/parentweight"), lambda p: p.parent and p.parent.weight_kg),
    "D.10.5": (lambda x: number(x, "parent/parentheight"), lambda p: p.parent and p.parent.height_cm),
    "D.10.6": (lambda x: at(x, "parent/parentsex"), lambda p: p.parent and p.parent.sex),
    "D.10.7.1.r": (
        lambda x: [
            (
                a_term(one, "parentmedicalepisodename", "parentmdepisodemeddraversion"),
                at(one, "parentmedicalstartdate"),
                flag(one, "parentmedicalcontinue"),
                at(one, "parentmedicalenddate"),
                at(one, "parentmedicalcomment"),
            )
            for one in x.findall("parent/parentmedicalhistoryepisode")
        ],
        lambda p: [
            (term(one.term), day(one.start), one.continuing, day(one.end), one.comment)
            for one in (p.parent.history if p.parent else ())
        ],
    ),
    "D.10.8.r": (
        lambda x: [
            (
                at(one, "parentdrugname"),
                at(one, "parentdrugstartdate"),
                at(one, "parentdrugenddate"),
                a_term(one, "parentdrugindication", "parentdrgindicationmeddraversion"),
                a_term(one, "parentdrugreaction", "parentdrgreactionmeddraversion"),
            )
            for one in x.findall("parent/parentpastdrugtherapy")
        ],
        lambda p: [
            (one.name, day(one.start), day(one.end), term(one.indication), term(one.reaction))
            for one in (p.parent.past_drugs if p.parent else ())
        ],
    ),
}

OF_A_REACTION = {
    "E.i.1.1a": (lambda x: at(x, "primarysourcereaction"), lambda r: r.reported),
    "E.i.2.1": (lambda x: a_term(x, "reactionmeddrallt", "reactionmeddraversionllt"), lambda r: term(r.term)),
    "E.i.3.1": (lambda x: at(x, "termhighlighted"), lambda r: r.highlighted),
    "E.i.4": (lambda x: at(x, "reactionstartdate"), lambda r: day(r.start)),
    "E.i.5": (lambda x: at(x, "reactionenddate"), lambda r: day(r.end)),
    "E.i.6": (lambda x: amount(x, "reactionduration", "reactiondurationunit"), lambda r: quantity(r.duration)),
    "E.i.7": (lambda x: at(x, "reactionoutcome"), lambda r: r.outcome),
    "E.i.9": (lambda x: at(x, "../../occurcountry"), lambda r: r.country),
}

OF_A_DRUG = {
    "G.k.1": (lambda x: at(x, "drugcharacterization"), lambda d: d.role),
    "G.k.2.2": (lambda x: at(x, "medicinalproduct"), lambda d: d.name),
    "G.k.2.3.r.1": (
        lambda x: [one.text for one in x.iterfind("activesubstance/activesubstancename")],
        lambda d: [one.name for one in d.substances],
    ),
    "G.k.2.4": (lambda x: at(x, "obtaindrugcountry"), lambda d: d.country_obtained),
    "G.k.3.1": (lambda x: at(x, "drugauthorizationnumb"), lambda d: d.authorisation_number),
    "G.k.3.2": (lambda x: at(x, "drugauthorizationcountry"), lambda d: d.authorisation_country),
    "G.k.3.3": (lambda x: at(x, "drugauthorizationholder"), lambda d: d.holder),
    "G.k.4.r.1": (
        lambda x: amount(x, "drugstructuredosagenumb", "drugstructuredosageunit"),
        lambda d: (d.doses and quantity(d.doses[0].dose)) or None,
    ),
    "G.k.4.r.2-3": (
        lambda x: amount(x, "drugintervaldosageunitnumb", "drugintervaldosagedefinition"),
        lambda d: (d.doses and quantity(d.doses[0].interval)) or None,
    ),
    "G.k.4.r.4": (lambda x: at(x, "drugstartdate"), lambda d: (d.doses and day(d.doses[0].start)) or None),
    "G.k.4.r.5": (lambda x: at(x, "drugenddate"), lambda d: (d.doses and day(d.doses[0].end)) or None),
    "G.k.4.r.8": (lambda x: at(x, "drugdosagetext"), lambda d: (d.doses and d.doses[0].text) or None),
    "G.k.6": (
        lambda x: amount(x, "reactiongestationperiod", "reactiongestationperiodunit"),
        lambda d: quantity(d.gestation_at_exposure),
    ),
    "G.k.7.r": (
        lambda x: a_term(x, "drugindication", "drugindicationmeddraversion"),
        lambda d: term(d.indications[0]) if d.indications else None,
    ),
    "G.k.8": (lambda x: at(x, "actiondrug"), lambda d: d.action_taken),
    "G.k.11": (lambda x: at(x, "drugadditional"), lambda d: d.additional_text),
}


@pytest.fixture(scope="module", params=[EMPTY, FULL], ids=["utr2-01", "utr2-02"])
def file(request):
    """The report as lxml has it, and the case."""
    _, record = e2b_r2.read(request.param)
    assert record.findings == ()
    return report(request.param), record.case


def compare(rows, node, part):
    differences = {
        element: (in_file, in_case)
        for element, (find, take) in rows.items()
        if (in_file := find(node)) != (in_case := take(part))
    }
    assert differences == {}


def test_the_case(file):
    compare(OF_THE_CASE, *file)


def test_the_reporters(file):
    node, case = file
    sources = [one for one in node.findall("primarysource") if any((leaf.text or "").strip() for leaf in one)]
    found = [{name: masked(one, name) for name in REPORTER} for one in sources]

    assert [{name: getattr(one, field) for name, field in REPORTER.items()} for one in case.reporters] == found
    assert [one.is_primary for one in case.reporters] == [True, *[False] * (len(found) - 1)][: len(found)]
    assert [one.country for one in case.reporters] == [at(node, "primarysourcecountry") for _ in found]


def test_the_patient(file):
    node, case = file
    compare(OF_THE_PATIENT, node.find("patient"), case.patient)


def test_the_reactions(file):
    node, case = file
    nodes = node.findall("patient/reaction")

    assert len(case.reactions) == len(nodes)
    for one, reaction in zip(nodes, case.reactions, strict=True):
        compare(OF_A_REACTION, one, reaction)


def test_the_drugs(file):
    node, case = file
    nodes = node.findall("patient/drug")

    assert len(case.drugs) == len(nodes)
    for one, drug in zip(nodes, case.drugs, strict=True):
        compare(OF_A_DRUG, one, drug)


def test_the_tests(file):
    node, case = file
    nodes = node.findall("patient/test")

    found = [(at(one, "testdate"), at(one, "testname"), at(one, "testresult")) for one in nodes]
    assert [(day(one.date), one.name.code, one.text) for one in case.tests] == found


def test_seriousness_is_spread_from_the_case_to_its_reactions(file):
    node, case = file
    criteria = [one for one in node if one.tag.startswith("seriousness")]
    expected = [True if one.text == "1" else None for one in criteria]

    assert len(criteria) == 6
    for reaction in case.reactions:
        serious = reaction.seriousness
        assert serious.is_case_level
        assert [
            serious.death,
            serious.life_threatening,
            serious.hospitalisation,
            serious.disability,
            serious.congenital_anomaly,
            serious.other_important,
        ] == expected


def test_pairs_name_their_reactions_by_code():
    _, record = e2b_r2.read(FULL)
    node = report(FULL)
    codes = [at(one, "reactionmeddrallt") for one in node.findall("patient/reaction")]
    for drug, one in zip(node.findall("patient/drug"), record.case.drugs, strict=True):
        judged = [
            (codes.index(at(pair, "drugreactionasses")) + 1, at(pair, "drugassessmentsource"), at(pair, "drugresult"))
            for pair in drug.findall("drugreactionrelatedness")
        ]
        again = [codes.index(at(pair, "drugrecuraction")) + 1 for pair in drug.findall("drugrecurrence")]

        assert [
            (int(pair.reaction_id), opinion.source, opinion.result)
            for pair in one.reactions
            for opinion in pair.opinions
        ] == judged
        assert [int(pair.reaction_id) for pair in one.reactions if pair.rechallenge == "1"] == again


def test_the_envelope():
    envelope = next(iter(e2b_r2.read(FULL)))
    header = etree.parse(str(FULL), etree.XMLParser(load_dtd=False)).find("ichicsrmessageheader")

    assert envelope == Envelope(
        sender=header.findtext("messagesenderidentifier"),
        receiver=header.findtext("messagereceiveridentifier"),
        batch_number=header.findtext("messagenumb"),
    )


@pytest.mark.parametrize("path", [EMPTY, FULL], ids=["utr2-01", "utr2-02"])
def test_the_format_is_told(path):
    assert detect(path, Options(product())) is Format.E2B_R2


# --- ICH's code tables ----------------------------------------------------------------------------------------------

# ICH's draft of 2011 writes some units otherwise than its final list.
FINAL_UNITS = {
    "{decade}": "10.a",
    "iU": "[iU]",
    "kiU": "k[iU]",
    "MiU": "M[iU]",
    "iU/kg": "[iU]/kg",
    "drp": "[drp]",
    "DF": "{DF}",
}
SPELT_RIGHT = {"Oropharingeal": "Oropharyngeal", "Sunconjunctival": "Subconjunctival"}


@pytest.fixture(scope="module")
def tables():
    root = etree.parse(str(R2 / "mapping-codes.xml")).getroot()
    return {one.get("type"): {code.get("r2"): code.get("r3") for code in one} for one in root.findall("mapping-code")}


def test_units_are_those_of_ichs_conversion(tables):
    expected = {code: FINAL_UNITS.get(unit, unit) for code, unit in tables["UCUM"].items()}

    assert {code: unit for code, unit in expected.items() if code < "100"} == DOSES
    assert {code: unit for code, unit in expected.items() if "801" <= code <= "807"} == TIMES
    assert {"800": expected["800"], **TIMES} == AGES
    assert {**TIMES, "810": expected["810"]} == GESTATIONS


def test_routes_are_those_of_ichs_conversion(tables):
    assert {code: SPELT_RIGHT.get(name, name) for code, name in tables["ROUTE"].items()} == ROUTES


def test_results_are_those_of_ichs_conversion(tables):
    assert {word.lower(): code for word, code in tables["INTERPRETATION"].items()} == RESULTS


# --- the document type ----------------------------------------------------------------------------------------------

NOT_READ = {
    "serious": "the criteria say it",
    "primarysourcecountry": "the reporter's own country comes first",
    "reactionmeddrapt": "the lowest level term comes first",
    "reactionmeddraversionpt": "the lowest level term comes first",
    **dict.fromkeys(
        ("reactionfirsttime", "reactionfirsttimeunit", "reactionlasttime", "reactionlasttimeunit"),
        "the medicine's own times come first",
    ),
    **dict.fromkeys(
        ("drugrecuractionmeddraversion", "drugreactionassesmeddraversion"), "the term is a name of a reaction"
    ),
}


OF_THE_SENDER = re.compile("^sender(tel|fax)")  # three elements each, of which the case has one


@pytest.fixture(scope="module")
def elements():
    """Each element of the document type with its children; leaves have none."""
    with (R2 / "e2br2_dtd_fields.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["element"]: row["content"] for row in csv.DictReader(file)}
    return {name: re.findall(r"[a-z]+", content.replace("#PCDATA", "")) for name, content in rows.items()}


def plausible(name, *, other):
    """A value that the element can have, and another one."""
    if name.endswith("date"):
        return "20110204" if other else "20110203"
    if name.endswith("unit") and "dosage" in name:
        return "001" if other else "003"
    if name.endswith(("unit", "definition")):
        return "802" if other else "801"
    return "2" if other else "1"


def filled(elements, name, changed):
    return {
        child: filled(elements, child, changed) if elements.get(child) else plausible(child, other=child == changed)
        for child in elements[name]
        if not child.endswith("format")
    }


def test_every_element_of_the_document_type_is_read_but_those_that_say_why(elements):
    """Change one element of a report that has them all: if the case stays as it is, the element is not read."""
    whole = encode(read_case(filled(elements, "safetyreport", None))[0])
    leaves = {child for children in elements.values() for child in children if not elements.get(child)}
    of_reports = {
        name for name in leaves if not name.endswith("format") and not name.startswith(("message", "receiver"))
    }
    unread = {name for name in of_reports if encode(read_case(filled(elements, "safetyreport", name))[0]) == whole}

    assert {name for name in unread if not OF_THE_SENDER.search(name)} == set(NOT_READ)


# --- openFDA --------------------------------------------------------------------------------------------------------


def test_a_response_about_another_product_is_counted():
    reports = json.loads(OPENFDA.read_text("utf-8"))["results"]
    options = Options(product())

    assert detect(OPENFDA, options) is Format.OPENFDA
    assert list(read(OPENFDA, Format.OPENFDA, options)) == [OtherProducts("other reports", len(reports))]


def test_the_response_as_if_it_were_about_the_product():
    (given,) = json.loads(OPENFDA.read_text("utf-8"))["results"]
    (record,) = openfda.read(OPENFDA, lambda name: name == "SYMBICORT")
    assert isinstance(record, Record)
    case = record.case

    assert (record.where, record.findings) == ("report 1", ())
    assert case.sender_case_id == f"FAERS-{given['safetyreportid']}"
    assert case.worldwide_id is None
    assert str(case.version) == given["safetyreportversion"]
    assert (case.first_received.text, case.latest_received.text) == (given["receivedate"], given["receiptdate"])
    assert case.expedited is (given["fulfillexpeditecriteria"] == "1")
    duplicate = given["reportduplicate"]
    assert [(one.source, one.number) for one in case.other_ids] == [
        (duplicate["duplicatesource"], duplicate["duplicatenumb"])
    ]
    (reporter,) = case.reporters
    source = given["primarysource"]
    assert (reporter.country, reporter.qualification) == (source["reportercountry"], source["qualification"])
    assert case.patient.sex == given["patient"]["patientsex"]
    reactions = given["patient"]["reaction"]
    outcomes = {"6": "0"}
    assert [(one.term.name, one.term.version, one.outcome) for one in case.reactions] == [
        (
            one["reactionmeddrapt"],
            one["reactionmeddraversionpt"],
            outcomes.get(one["reactionoutcome"], one["reactionoutcome"]),
        )
        for one in reactions
    ]
    assert not any(True in (one.seriousness.death, one.seriousness.other_important) for one in case.reactions)
    for drug, one in zip(given["patient"]["drug"], case.drugs, strict=True):
        assert (one.role, one.name) == (drug["drugcharacterization"], drug["medicinalproduct"])
        assert [substance.name for substance in one.substances] == drug["activesubstance"]["activesubstancename"].split(
            "\\"
        )
        (dose,) = one.doses
        assert dose.route == "Respiratory (inhalation)"
        assert dose.lot == drug.get("drugbatchnumb")
        assert dose.text == drug.get("drugdosagetext")
        assert (dose.start and dose.start.text) == drug.get("drugstartdate")
        assert [term.name for term in one.indications] == [drug["drugindication"]]


def test_what_openfda_adds_is_nowhere_in_the_case():
    (given,) = json.loads(OPENFDA.read_text("utf-8"))["results"]
    (record,) = openfda.read(OPENFDA, lambda name: name == "SYMBICORT")
    added = [text for drug in given["patient"]["drug"] for texts in drug["openfda"].values() for text in texts]
    reported = json.dumps([{k: v for k, v in drug.items() if k != "openfda"} for drug in given["patient"]["drug"]])
    said = json.dumps(encode(record.case))

    assert [text for text in added if text in said and text not in reported] == []
