"""Writes a `Case` as an E2B(R2) report, in the element order of ICH's document type.

What R2 has no element for is left out: `tests/unit/test_e2b_r2_and_r3.py` says what that is. What it writes is
synthetic: nobody in it exists.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from tests.e2b_writer.message import NOTICE
from tests.e2b_writer.parts import Lines, tag
from tvec_pv.domain.icsr import (
    Case,
    Day,
    Dose,
    Drug,
    DrugReaction,
    Flag,
    MedicalHistory,
    NullFlavor,
    Parent,
    PastDrug,
    Patient,
    Quantity,
    Reaction,
    Reporter,
    Sender,
    Term,
    TestResult,
    Text,
)

DOCTYPE = '<!DOCTYPE ichicsr SYSTEM "ich-icsr-v2-1.dtd">'
UNITS = {
    "kg": "001",
    "g": "002",
    "mg": "003",
    "mL": "012",
    "[iU]": "025",
    "{DF}": "032",
    "10.a": "800",
    "a": "801",
    "mo": "802",
    "wk": "803",
    "d": "804",
    "h": "805",
    "min": "806",
    "s": "807",
    "{trimester}": "810",
}
ROUTES = {
    "Intradermal": "023",
    "Intralesional": "026",
    "Intramuscular": "030",
    "Intratumor": "036",
    "Intravenous drip": "041",
    "Oral": "048",
    "Subcutaneous": "058",
    "Transplacental": "064",
}
OTHER_ROUTE = "050"
OUTCOMES = {"0": "6"}
ACTIONS = {"0": "5", "9": "6"}
RECHALLENGES = ("1", "2", "3")
RESULTS = {"1": "Positive", "2": "Negative", "3": "Borderline", "4": "Inconclusive"}
CRITERIA = {
    "death": "seriousnessdeath",
    "life_threatening": "seriousnesslifethreatening",
    "hospitalisation": "seriousnesshospitalization",
    "disability": "seriousnessdisabling",
    "congenital_anomaly": "seriousnesscongenitalanomali",
    "other_important": "seriousnessother",
}
FORMATS = {4: "602", 6: "610", 8: "102", 12: "203", 14: "204"}


def r2_file(*reports: str, encoding: str = "UTF-8", doctype: str = DOCTYPE, **header: str) -> bytes:
    """A file of reports; `header` changes its elements by their names."""
    given = {
        "messagetype": "ichicsr",
        "messageformatversion": "2.1",
        "messageformatrelease": "1.0",
        "messagenumb": "EXAMPLEBIO-R2-1",
        "messagesenderidentifier": "EXAMPLEBIO",
        "messagereceiveridentifier": "EXAMPLESAFETY",
        "messagedateformat": "204",
        "messagedate": "20261102060000",
    } | header
    head = tag("ichicsrmessageheader", *(tag(name, text) for name, text in given.items()))
    root = tag("ichicsr", head, *(report.split("\n") for report in reports), lang="en")
    lines = [f'<?xml version="1.0" encoding="{encoding}"?>', doctype, f"<!-- {escape(NOTICE)} -->", *root]
    return ("\r\n".join(line for line in lines if line) + "\r\n").encode(encoding, "xmlcharrefreplace")


def r2_report(case: Case, *, version: int | None = 1) -> str:
    """One safetyreport; what R2 says of the case is taken from the first reaction that says it."""
    is_of_authority = case.first_sender == "1"
    serious = {name: [getattr(one.seriousness, name) for one in case.reactions] for name in CRITERIA}
    is_stated = any(value is not None for values in serious.values() for value in values)
    is_met = {name: True in values for name, values in serious.items()}
    lines = tag(
        "safetyreport",
        _text("safetyreportversion", None if version is None else str(version)),
        _text("safetyreportid", case.sender_case_id),
        _text("primarysourcecountry", next((one.country for one in case.reporters if one.is_primary), None)),
        _text("occurcountry", next((one.country for one in case.reactions if one.country), None)),
        *_date("transmissiondate", case.created, most=8),
        _text("reporttype", case.report_type),
        _flag("serious", any(is_met.values()) if is_stated else None),
        *(_flag(CRITERIA[name], is_it if is_stated else None) for name, is_it in is_met.items()),
        *_date("receivedate", case.first_received, most=8),
        *_date("receiptdate", case.latest_received, most=8),
        _flag("additionaldocument", case.has_more_documents),
        _text("documentlist", next((one.title for one in case.documents), None)),
        _flag("fulfillexpeditecriteria", case.expedited),
        _text("authoritynumb", case.worldwide_id if is_of_authority else None),
        _text("companynumb", None if is_of_authority else case.worldwide_id),
        _text("duplicate", "1" if case.has_other_ids is True else None),
        _text("casenullification", "1" if case.nullification_amendment == "1" else None),
        _text("nullificationreason", case.nullification_amendment_reason),
        _flag("medicallyconfirm", next((one.medically_confirmed for one in case.reactions), None)),
        *(
            tag("reportduplicate", _text("duplicatesource", one.source), _text("duplicatenumb", one.number))
            for one in case.other_ids
        ),
        *(tag("linkedreport", tag("linkreportnumb", number)) for number in case.linked_reports),
        *_primary_sources(case),
        _sender(case.sender or Sender()),
        tag("receiver", tag("receiverorganization", "Example Safety")),
        _patient(case),
    )
    return "\n".join(lines)


def _text(name: str, value: Text) -> Lines:
    """R2's senders write why a name is missing into its place; elsewhere it has no word for that."""
    words = {NullFlavor.MSK: "PRIVACY", NullFlavor.UNK: "UNKNOWN"}
    given = words.get(value) if isinstance(value, NullFlavor) else value
    return tag(name, given) if given else []


def _value(name: str, value: Text) -> Lines:
    return tag(name, str(value)) if isinstance(value, str) else []


def _flag(name: str, value: Flag, *, unknown: str | None = None) -> Lines:
    if value is NullFlavor.UNK and unknown:
        return tag(name, unknown)
    return tag(name, "1" if value else "2") if isinstance(value, bool) else []


def _date(name: str, day: Day, *, most: int, format_name: str = "") -> Sequence[Lines]:
    """The date's format, then the date with as many digits as the element takes."""
    if day is None or isinstance(day, NullFlavor):
        return ()
    digits = day.text.partition("+")[0].partition("-")[0][:most]
    text = digits if len(digits) in FORMATS else digits[:8]
    return tag(format_name or f"{name}format", FORMATS[len(text)]), tag(name, text)


def _amount(name: str, value: Quantity | NullFlavor | None, *, unit: str = "") -> Sequence[Lines]:
    if not isinstance(value, Quantity):
        return ()
    return tag(name, f"{value.value:.15g}"), tag(unit or f"{name}unit", UNITS[value.unit]) if value.unit else []


def _term(name: str, value: Term | None, *, version: str) -> Sequence[Lines]:
    if value is None or not (value.code or value.name):
        return ()
    return _value(version, value.version), tag(name, value.code or value.name or "")


def _primary_sources(case: Case) -> Iterable[Lines]:
    """The primary source first; literature and study stand with the first reporters, as R2 has it."""
    reporters = sorted(case.reporters, key=lambda one: not one.is_primary)
    rows = max(len(reporters), len(case.literature), 1)
    for number in range(rows):
        yield tag(
            "primarysource",
            *(_reporter(reporters[number]) if number < len(reporters) else ()),
            _value("literaturereference", case.literature[number] if number < len(case.literature) else None),
            *(
                (
                    _value("studyname", case.study.name),
                    _value("sponsorstudynumb", case.study.sponsor_number),
                    _value("observestudytype", case.study.type),
                )
                if case.study and number == 0
                else ()
            ),
        )


def _reporter(reporter: Reporter) -> Sequence[Lines]:
    return (
        _text("reportertitle", reporter.title),
        _text("reportergivename", reporter.given_name),
        _text("reportermiddlename", reporter.middle_name),
        _text("reporterfamilyname", reporter.family_name),
        _text("reporterorganization", reporter.organisation),
        _text("reporterdepartment", reporter.department),
        _text("reporterstreet", reporter.street),
        _text("reportercity", reporter.city),
        _text("reporterstate", reporter.state),
        _text("reporterpostcode", reporter.postcode),
        _value("reportercountry", reporter.country),
        _value("qualification", reporter.qualification),
    )


def _sender(sender: Sender) -> Lines:
    return tag(
        "sender",
        _value("sendertype", sender.type),
        _text("senderorganization", sender.organisation),
        _text("senderdepartment", sender.department),
        _text("sendertitle", sender.title),
        _text("sendergivename", sender.given_name),
        _text("sendermiddlename", sender.middle_name),
        _text("senderfamilyname", sender.family_name),
        _text("senderstreetaddress", sender.street),
        _text("sendercity", sender.city),
        _text("senderstate", sender.state),
        _text("senderpostcode", sender.postcode),
        _value("sendercountrycode", sender.country),
        _text("senderemailaddress", sender.email),
    )


def _patient(case: Case) -> Lines:
    patient = case.patient
    comments = [one.comments for one in case.tests if one.comments and not one.name.name and not one.name.code]
    return tag(
        "patient",
        _text("patientinitial", patient.name),
        _text("patientgpmedicalrecordnumb", patient.gp_record_number),
        _text("patientspecialistrecordnumb", patient.specialist_record_number),
        _text("patienthospitalrecordnumb", patient.hospital_record_number),
        _text("patientinvestigationnumb", patient.investigation_number),
        *_date("patientbirthdate", patient.birth_date, most=8),
        *_amount("patientonsetage", patient.age),
        *_amount("gestationperiod", patient.gestation),
        _value("patientagegroup", patient.age_group),
        _number("patientweight", patient.weight_kg),
        _number("patientheight", patient.height_cm),
        _sex("patientsex", patient.sex),
        *_date(
            "patientlastmenstrualdate", patient.last_menstrual_period, most=8, format_name="lastmenstrualdateformat"
        ),
        _value("patientmedicalhistorytext", patient.history_text),
        _value("resultstestsprocedures", next(iter(comments), None)),
        *(_condition(one, "patient") for one in patient.history),
        *(_past_drug(one, "patient") for one in patient.past_drugs),
        _death(patient),
        _parent(patient.parent) if patient.parent else [],
        *map(_reaction, case.reactions),
        *(_test(one) for one in case.tests if one.comments not in comments),
        *(_drug(case, one, dose) for one in case.drugs for dose in one.doses or (None,)),
        _summary(case),
    )


def _number(name: str, value: float | None) -> Lines:
    return [] if value is None else tag(name, f"{value:.15g}")


def _sex(name: str, sex: Text) -> Lines:
    return tag(name, "0") if sex is NullFlavor.UNK else _value(name, sex)


def _condition(one: MedicalHistory, whose: str) -> Lines:
    group, name, version = {
        "patient": ("medicalhistoryepisode", "patientepisodename", "patientepisodenamemeddraversion"),
        "parent": ("parentmedicalhistoryepisode", "parentmedicalepisodename", "parentmdepisodemeddraversion"),
    }[whose]
    return tag(
        group,
        *_term(name, one.term, version=version),
        *_date(f"{whose}medicalstartdate", one.start, most=8),
        _flag(f"{whose}medicalcontinue", one.continuing, unknown="3"),
        *_date(f"{whose}medicalenddate", one.end, most=8),
        _value(f"{whose}medicalcomment", one.comment),
    )


def _past_drug(one: PastDrug, whose: str) -> Lines:
    indication = {"patient": "patientindicationmeddraversion", "parent": "parentdrgindicationmeddraversion"}[whose]
    return tag(
        f"{whose}pastdrugtherapy",
        _value(f"{whose}drugname", one.name),
        *_date(f"{whose}drugstartdate", one.start, most=8),
        *_date(f"{whose}drugenddate", one.end, most=8),
        *_term(f"{whose}drugindication", one.indication, version=indication),
        *_term(f"{whose}drugreaction", one.reaction, version=f"{whose}drgreactionmeddraversion"),
    )


def _death(patient: Patient) -> Lines:
    content = [
        *_date("patientdeathdate", patient.death_date, most=8),
        _flag("patientautopsyyesno", patient.autopsy, unknown="3"),
        *(
            tag("patientdeathcause", *_term("patientdeathreport", one, version="patientdeathreportmeddraversion"))
            for one in patient.causes_of_death
        ),
        *(
            tag("patientautopsy", *_term("patientdetermineautopsy", one, version="patientdetermautopsmeddraversion"))
            for one in patient.autopsy_causes
        ),
    ]
    return tag("patientdeath", *content) if any(content) else []


def _parent(parent: Parent) -> Lines:
    return tag(
        "parent",
        _text("parentidentification", parent.identification),
        *_date("parentbirthdate", parent.birth_date, most=8),
        *_amount("parentage", parent.age),
        *_date("parentlastmenstrualdate", parent.last_menstrual_period, most=8),
        _number("parentweight", parent.weight_kg),
        _number("parentheight", parent.height_cm),
        _sex("parentsex", parent.sex),
        _value("parentmedicalrelevanttext", parent.history_text),
        *(_condition(one, "parent") for one in parent.history),
        *(_past_drug(one, "parent") for one in parent.past_drugs),
    )


def _reaction(reaction: Reaction) -> Lines:
    return tag(
        "reaction",
        tag("primarysourcereaction", reaction.reported, lang=reaction.language) if reaction.reported else [],
        *_term("reactionmeddrallt", reaction.term, version="reactionmeddraversionllt"),
        _value("termhighlighted", reaction.highlighted),
        *_date("reactionstartdate", reaction.start, most=12),
        *_date("reactionenddate", reaction.end, most=12),
        *_amount("reactionduration", reaction.duration),
        _value("reactionoutcome", OUTCOMES.get(str(reaction.outcome), reaction.outcome) if reaction.outcome else None),
    )


def _test(test: TestResult) -> Lines:
    """R2 has one result, a number with its sign or words, and one unit for it and its normal range."""
    bounds = [one for one in (test.value, test.low, test.high) if isinstance(one, Quantity)]
    amount = next(iter(bounds), None)
    sign = ""
    if test.low is NullFlavor.NINF:
        sign = "<=" if test.high_inclusive else "<"
    elif test.high is NullFlavor.PINF:
        sign = ">=" if test.low_inclusive else ">"
    result = f"{sign}{amount.value:.15g}" if amount else test.text or RESULTS.get(str(test.result_code))
    unit = next((one.unit for one in (amount, test.normal_low, test.normal_high) if one and one.unit), None)
    return tag(
        "test",
        *_date("testdate", test.date, most=8),
        _value("testname", test.name.code or test.name.name),
        _value("testresult", result),
        _value("testunit", unit),
        _number("lowtestrange", test.normal_low.value if test.normal_low else None),
        _number("hightestrange", test.normal_high.value if test.normal_high else None),
        _flag("moreinformation", test.more_available),
    )


def _drug(case: Case, drug: Drug, dose: Dose | None) -> Lines:
    """R2 has one dosage a drug and repeats the drug for each of them."""
    given = dose or Dose()
    first = next((one for one in drug.reactions if case.reactions and one.reaction_id == case.reactions[0].id), None)
    indication = next(iter(drug.indications), None)
    again = [one for one in drug.reactions if one.rechallenge in RECHALLENGES]
    return tag(
        "drug",
        _value("drugcharacterization", drug.role),
        _value("medicinalproduct", drug.name),
        _value("obtaindrugcountry", drug.country_obtained),
        _value("drugbatchnumb", given.lot),
        _value("drugauthorizationnumb", drug.authorisation_number),
        _value("drugauthorizationcountry", drug.authorisation_country),
        _value("drugauthorizationholder", drug.holder),
        *_amount("drugstructuredosagenumb", given.dose, unit="drugstructuredosageunit"),
        *_amount("drugintervaldosageunitnumb", given.interval, unit="drugintervaldosagedefinition"),
        *_amount("drugcumulativedosagenumb", drug.cumulative_dose, unit="drugcumulativedosageunit"),
        _value("drugdosagetext", given.text),
        _value("drugdosageform", given.form),
        _value("drugadministrationroute", _route(given.route)),
        _value("drugparadministration", _route(given.parent_route)),
        *_amount("reactiongestationperiod", drug.gestation_at_exposure),
        *_term("drugindication", indication, version="drugindicationmeddraversion"),
        *_date("drugstartdate", given.start, most=8),
        *_amount("drugstartperiod", first.from_first_dose if first else None),
        *_amount("druglastperiod", first.from_last_dose if first else None),
        *_date("drugenddate", given.end, most=8),
        *_amount("drugtreatmentduration", given.duration),
        _value("actiondrug", ACTIONS.get(str(drug.action_taken), drug.action_taken) if drug.action_taken else None),
        _value("drugrecurreadministration", next((one.rechallenge for one in again), None)),
        _value("drugadditional", drug.additional_text),
        *(tag("activesubstance", tag("activesubstancename", one.name)) for one in drug.substances if one.name),
        *(
            tag("drugrecurrence", *_named(case, one, "drugrecuraction", "drugrecuractionmeddraversion"))
            for one in again
        ),
        *(
            tag(
                "drugreactionrelatedness",
                *_named(case, one, "drugreactionasses", "drugreactionassesmeddraversion"),
                _value("drugassessmentsource", opinion.source),
                _value("drugassessmentmethod", opinion.method),
                _value("drugresult", opinion.result),
            )
            for one in drug.reactions
            for opinion in one.opinions
        ),
    )


def _route(route: Text) -> str | None:
    return ROUTES.get(route, OTHER_ROUTE) if isinstance(route, str) else None


def _named(case: Case, judged: DrugReaction, name: str, version: str) -> Sequence[Lines]:
    """R2 names a reaction by its term, else by the words it was reported in."""
    for reaction in case.reactions:
        if reaction.id == judged.reaction_id:
            words = reaction.reported if isinstance(reaction.reported, str) else None
            return _term(name, reaction.term if reaction.term.code else Term(name=words), version=version)
    return ()


def _summary(case: Case) -> Lines:
    content = [
        _value("narrativeincludeclinical", case.narrative),
        _value("reportercomment", case.reporter_comments),
        *_term("senderdiagnosis", next(iter(case.sender_diagnoses), None), version="senderdiagnosismeddraversion"),
        _value("sendercomment", case.sender_comments),
    ]
    return tag("summary", *content) if any(content) else []
