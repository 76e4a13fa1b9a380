"""FHIR AdverseEvents of R4 and R5: what is read, where references lead, and what is refused. Nobody in here exists."""

import json

import pytest

from tests.factories import day
from tests.real_data import REAL_DATA, needs_real_data
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Severity, critical
from tvec_pv.domain.icsr import CausalityOpinion, Identifier, NullFlavor, Quantity, Seriousness, Term
from tvec_pv.domain.seriousness import is_serious
from tvec_pv.reference_files import product
from tvec_pv.sources import fhir
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Format, Options, read

MEDDRA = "http://terminology.hl7.org/CodeSystem/mdr"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
SERVER = "https://example.org/fhir/"


def concept(code, display=None, system="http://snomed.info/sct", text=None):
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Example", "given": ["Q."]}],
    "gender": "female",
    "birthDate": "1959-04",
    "identifier": [{"system": "https://example.org/mrn", "value": "MRN-7"}],
    "deceasedDateTime": "2026-10-04",
}
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "d1",
    "name": [{"family": "Beispiel", "given": ["Doc"]}],
    "address": [{"country": "DE"}],
    "qualification": [{"code": {"coding": [{"code": "MD"}]}}],
}
MEDICATION = {
    "resourceType": "Medication",
    "id": "m1",
    "code": concept("x", "Imlygic"),
    "batch": {"lotNumber": "TV26A014"},
}
CONDITION = {
    "resourceType": "Condition",
    "id": "c1",
    "code": concept("y", "Malignant melanoma"),
    "onsetDateTime": "2024-02",
}

R4 = {
    "resourceType": "AdverseEvent",
    "id": "ae1",
    "identifier": {"system": "https://example.org/cases", "value": "17"},
    "actuality": "actual",
    "event": concept("10067152", "Oral herpes", MEDDRA, "cold sores on the lip"),
    "subject": {"reference": "Patient/p1"},
    "date": "2026-09-07T08:30:00+02:00",
    "recordedDate": "2026-10-05",
    "seriousness": concept("SeriousResultsInHospitalization"),
    "outcome": concept("resolvedWithSequelae"),
    "recorder": {"reference": "Practitioner/d1"},
    "subjectMedicalHistory": [{"reference": "Condition/c1"}],
    "suspectEntity": [
        {
            "instance": {"reference": "MedicationAdministration/a1"},
            "causality": [
                {
                    "assessment": concept("possible", "Possible"),
                    "method": concept("ProbabilityScale", "Probability scale"),
                    "author": {"reference": "Practitioner/d1"},
                }
            ],
        }
    ],
}
R4_ADMINISTRATION = {
    "resourceType": "MedicationAdministration",
    "id": "a1",
    "medicationReference": {"reference": "Medication/m1"},
    "effectivePeriod": {"start": "2026-08-24", "end": "2026-08-25"},
    "dosage": {
        "text": "4 mL into lesions",
        "route": concept("r", "Intralesional"),
        "dose": {"value": 4, "unit": "mL", "code": "mL"},
    },
    "reasonCode": [concept("z", "Malignant melanoma stage IIIC")],
}
R4_MEDICATION = MEDICATION | {
    "ingredient": [{"itemCodeableConcept": concept("s", "talimogene laherparepvec")}],
    "manufacturer": {"display": "Example Maker"},
    "form": concept("f", "Solution for injection"),
}

R5 = {
    "resourceType": "AdverseEvent",
    "id": "ae1",
    "status": "completed",
    "identifier": [{"system": "https://example.org/cases", "value": "17"}],
    "actuality": "actual",
    "code": concept("10067152", "Oral herpes", MEDDRA, "cold sores on the lip"),
    "subject": {"reference": "Patient/p1"},
    "occurrenceDateTime": "2026-09-07T08:30:00+02:00",
    "recordedDate": "2026-10-05",
    "seriousness": concept("serious"),
    "outcome": [concept("resolvedWithSequelae")],
    "recorder": {"reference": "Practitioner/d1"},
    "note": [{"text": "Cold sores after the third dose."}],
    "suspectEntity": [
        {
            "instanceReference": {"reference": "MedicationAdministration/a1"},
            "causality": {
                "entityRelatedness": concept("possible", "Possible"),
                "assessmentMethod": concept("ProbabilityScale", "Probability scale"),
                "author": {"reference": "Practitioner/d1"},
            },
        }
    ],
}
R5_ADMINISTRATION = {
    "resourceType": "MedicationAdministration",
    "id": "a1",
    "medication": {"reference": {"reference": "Medication/m1"}},
    "occurencePeriod": {"start": "2026-08-24", "end": "2026-08-25"},
    "dosage": R4_ADMINISTRATION["dosage"],
    "reason": [{"concept": concept("z", "Malignant melanoma stage IIIC")}],
}
R5_MEDICATION = MEDICATION | {
    "ingredient": [{"item": {"concept": concept("s", "talimogene laherparepvec")}}],
    "marketingAuthorizationHolder": {"display": "Example Maker"},
    "doseForm": concept("f", "Solution for injection"),
}
OTHERS = {
    "R4": (R4, R4_ADMINISTRATION, R4_MEDICATION, PATIENT, DOCTOR, CONDITION),
    "R5": (R5, R5_ADMINISTRATION, R5_MEDICATION, PATIENT, DOCTOR, CONDITION),
}


def bundle(*resources, kind="collection", base=SERVER):
    entries = [
        {"fullUrl": f"{base}{one['resourceType']}/{one['id']}", "resource": one} if base else {"resource": one}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


@pytest.fixture
def records(tmp_path):
    """The records of a document, of lines, or of bytes, after the format was told."""

    def of(document=None, *, lines=None, content=None):
        path = tmp_path / "report"
        if content is None:
            content = (
                json.dumps(document).encode() if lines is None else b"\n".join(json.dumps(x).encode() for x in lines)
            )
        path.write_bytes(content)
        options = Options(product())
        assert detect(path, options) is Format.FHIR
        return list(read(path, Format.FHIR, options))

    return of


@pytest.fixture
def one(records):
    """The one record of an R4 event with changes, alone in its Bundle with what it points to."""

    def of(**changes):
        event = {name: value for name, value in (R4 | changes).items() if value is not None}
        (record,) = records(bundle(event, *OTHERS["R4"][1:]))
        return record

    return of


def checks(record):
    return [(finding.check, finding.element) for finding in record.findings]


# --- both versions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", OTHERS)
@pytest.mark.parametrize("base", [SERVER, ""], ids=["with addresses", "without"])
def test_an_event_is_read_with_what_it_points_to(records, version, base):
    (record,) = records(bundle(*OTHERS[version], base=base))
    case = record.case
    (reaction,), (drug,), (reporter,) = case.reactions, case.drugs, case.reporters

    assert case.sender_case_id == "https://example.org/cases|17"
    assert (case.first_received, case.latest_received) == (day("2026-10-05"), day("2026-10-05"))
    assert (reaction.id, reaction.reported) == ("1", "cold sores on the lip")
    assert reaction.term == Term(name="Oral herpes", code="10067152")
    assert (reaction.start.text, reaction.outcome) == ("20260907083000+0200", "4")
    assert is_serious(reaction)
    assert (case.patient.name, case.patient.sex, case.patient.record_numbers) == ("Q. Example", "2", ("MRN-7",))
    assert (case.patient.birth_date, case.patient.death_date) == (day("1959-04"), day("2026-10-04"))
    assert (reporter.family_name, reporter.given_name) == ("Beispiel", "Doc")
    assert (reporter.qualification, reporter.country, reporter.is_primary) == ("1", "DE", True)
    assert (drug.role, drug.name, drug.holder) == ("1", "Imlygic", "Example Maker")
    assert [substance.name for substance in drug.substances] == ["talimogene laherparepvec"]
    assert [term.name for term in drug.indications] == ["Malignant melanoma stage IIIC"]
    (dose,) = drug.doses
    assert (dose.dose, dose.lot, dose.route) == (Quantity(value=4.0, unit="mL"), "TV26A014", "Intralesional")
    assert (dose.start, dose.end, dose.text) == (day("2026-08-24"), day("2026-08-25"), "4 mL into lesions")
    assert dose.form == "Solution for injection"
    assert drug.reactions[0].reaction_id == "1"
    assert drug.reactions[0].opinions == (
        CausalityOpinion(source="Beispiel", method="Probability scale", result="Possible"),
    )
    assert record.findings == ()


def test_what_only_one_of_the_versions_has(records):
    (fourth,), (fifth,) = (records(bundle(*OTHERS[version])) for version in ("R4", "R5"))

    assert [(one.term.name, one.start) for one in fourth.case.patient.history] == [
        ("Malignant melanoma", day("2024-02"))
    ]
    assert fourth.case.reactions[0].seriousness == Seriousness(hospitalisation=True)
    assert (fifth.case.reactions[0].highlighted, fifth.case.reactions[0].seriousness) == ("4", Seriousness())
    assert fifth.case.narrative == "Cold sores after the third dose."


@pytest.mark.parametrize(
    "instance",
    [
        {"instanceCodeableConcept": concept("x", "Imlygic")},
        {"instanceReference": {"display": "Imlygic"}},
        {"instance": {"reference": "Medication/m1"}},
    ],
)
def test_a_medicine_may_be_named_directly(one, instance):
    record = one(suspectEntity=[instance])

    assert [(drug.name, drug.role) for drug in record.case.drugs] == [("Imlygic", "1")]


def test_an_immunisation_is_a_medicine(records):
    shot = {
        "resourceType": "Immunization",
        "id": "i1",
        "vaccineCode": concept("v", "Influenza vaccine"),
        "lotNumber": "F1",
        "occurrenceDateTime": "2026-09-01",
    }
    (record,) = records(bundle(R4 | {"suspectEntity": [{"instance": {"reference": "Immunization/i1"}}]}, shot, PATIENT))
    (drug,) = record.case.drugs

    assert (drug.name, drug.doses[0].lot, drug.doses[0].start) == ("Influenza vaccine", "F1", day("2026-09-01"))


def test_what_came_of_the_event_is_a_reaction_too_and_the_same_is_not_twice(records):
    effect = {
        "resourceType": "Condition",
        "id": "c2",
        "code": concept("q", "Encephalitis"),
        "onsetDateTime": "2026-09-09",
    }
    event = R5 | {"resultingEffect": [{"reference": "Condition/c2"}, {"reference": "Condition/c2"}]}
    (record,) = records(bundle(event, effect, *OTHERS["R5"][1:]))

    assert [(one.id, one.term.name, one.start.iso) for one in record.case.reactions] == [
        ("1", "Oral herpes", "2026-09-07"),
        ("2", "Encephalitis", "2026-09-09"),
    ]


# --- codes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "criteria"),
    [
        ("SeriousResultsInDeath", {"death"}),
        ("seriousislifethreatening", {"life_threatening"}),
        ("SERIOUSRESULTSINHOSPITALIZATION", {"hospitalisation"}),
        ("SeriousResultsInDisability", {"disability"}),
        ("SeriousIsBirthDefect", {"congenital_anomaly"}),
        ("SeriousRequiresPreventImpairment", {"required_intervention"}),
    ],
)
def test_a_code_of_seriousness_is_read_in_any_case(one, code, criteria):
    assert one(seriousness=concept(code)).case.reactions[0].seriousness == Seriousness(**dict.fromkeys(criteria, True))


@pytest.mark.parametrize("code", ["Non-serious", "non-serious", "NON-SERIOUS"])
def test_non_serious_is_a_no_to_every_criterion(one, code):
    (reaction,) = one(seriousness=concept(code)).case.reactions

    assert (reaction.seriousness.death, reaction.seriousness.other_important) == (False, False)
    assert not is_serious(reaction)


def test_silence_on_seriousness_is_silence(one):
    assert one(seriousness=None).case.reactions[0].seriousness == Seriousness()


@pytest.mark.parametrize("code", ["severe", "notSerious", "1"])
def test_a_code_of_seriousness_that_is_not_understood_holds_the_report(one, code):
    assert [finding.check for finding in critical(one(seriousness=concept(code)).findings)] == ["FHIR-SERIOUSNESS"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("resolved", "1"), ("recovering", "2"), ("ongoing", "3"), ("fatal", "5"), ("unknown", "0"), ("FATAL", "5")],
)
def test_an_outcome_is_read(one, code, outcome):
    assert one(outcome=concept(code)).case.reactions[0].outcome == outcome


def test_an_outcome_that_is_not_known_is_kept_and_is_a_finding(one):
    record = one(outcome=concept("better"))

    assert record.case.reactions[0].outcome == "better"
    assert ("FHIR-CODE", "E.i.7") in checks(record)


# --- numbers, versions, withdrawal ---------------------------------------------------------------------------------


def test_ichs_own_numbers_are_taken_as_they_are(one):
    root = "urn:oid:2.16.840.1.113883.3.989.2.1.3."
    case = one(
        identifier=[
            {"system": "https://example.org/cases", "value": "17"},
            {"system": f"{root}1", "value": "DE-EXAMPLE-1"},
            {"system": f"{root}2", "value": "DE-WORLDWIDE-1"},
        ]
    ).case

    assert (case.sender_case_id, case.worldwide_id) == ("DE-EXAMPLE-1", "DE-WORLDWIDE-1")
    assert case.other_ids == (Identifier(number="https://example.org/cases|17"),)


def test_without_a_number_the_address_is_one_and_an_address_for_this_bundle_alone_is_none(records):
    event = {name: value for name, value in R4.items() if name != "identifier"}
    (known,) = records(bundle(event))
    (unknown,) = records(bundle(event, base="urn:uuid:"))

    assert known.case.sender_case_id == f"{SERVER}AdverseEvent/ae1"
    assert unknown.case.sender_case_id is None


def test_entered_in_error_withdraws_the_case(one):
    assert one(status="entered-in-error").case.nullification_amendment == "1"
    assert one().case.nullification_amendment is None


def test_the_version_of_the_resource_is_that_of_the_case_where_it_is_a_number(one):
    assert one(meta={"versionId": "3"}).case.version == 3
    assert one(meta={"versionId": "W/abc"}).case.version is None


def test_events_of_one_number_are_one_report_and_others_are_not(records):
    fever = R4 | {"id": "ae2", "event": concept("p", "Pyrexia"), "seriousness": concept("non-serious")}
    other = R4 | {"id": "ae3", "identifier": {"system": "https://example.org/cases", "value": "18"}}
    found = records(bundle(R4, fever, other, *OTHERS["R4"][1:]))

    assert [[one.term.name for one in record.case.reactions] for record in found] == [
        ["Oral herpes", "Pyrexia"],
        ["Oral herpes"],
    ]
    (drug,) = found[0].case.drugs
    assert [judged.reaction_id for judged in drug.reactions] == ["1", "2"]


def test_a_document_is_one_report(records):
    first = {name: value for name, value in R4.items() if name != "identifier"}
    found = records(bundle(first, first | {"id": "ae2", "event": concept("p", "Pyrexia")}, kind="document"))

    assert [len(record.case.reactions) for record in found] == [2]


# --- references ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "Patient/elsewhere"},
        {"reference": "https://example.com/fhir/Patient/p1"},
        {"reference": "#p1"},
        {"reference": "../../../etc/passwd"},
        {"reference": "file:///etc/passwd"},
    ],
)
def test_a_reference_that_leads_nowhere_is_a_finding_and_nothing_is_fetched(one, reference, monkeypatch):
    def refuse(*_):
        raise AssertionError("something was fetched")

    monkeypatch.setattr("socket.socket.connect", refuse)
    record = one(subject=reference)

    assert record.case.patient.name is None
    assert ("FHIR-REFERENCE", "subject") in checks(record)
    assert "passwd" not in repr(record)


@pytest.mark.parametrize("reference", ["Patient/p1", f"{SERVER}Patient/p1", "Patient/p1/_history/2"])
def test_a_reference_may_be_short_whole_or_of_a_version(one, reference):
    assert one(subject={"reference": reference}).case.patient.name == "Q. Example"


def test_a_reference_to_two_different_resources_leads_nowhere(records):
    twin = PATIENT | {"gender": "male"}
    (record,) = records(bundle(R4, twin, *OTHERS["R4"][1:]))

    assert record.case.patient.sex is None
    assert ("FHIR-REFERENCE", "subject") in checks(record)


def test_a_contained_resource_is_found(one):
    record = one(contained=[PATIENT | {"id": "inner", "gender": "male"}], subject={"reference": "#inner"})

    assert record.case.patient.sex == "1"


def test_a_reference_that_goes_round_ends(records):
    loop = {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemReference": {"reference": "Medication/m1"}}]}
    (record,) = records(bundle(R4 | {"suspectEntity": [{"instance": {"reference": "Medication/m1"}}]}, loop))

    assert len(record.case.drugs) == 1


# --- absent, misshapen, unread -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "flavor"),
    [
        ("masked", NullFlavor.MSK),
        ("unknown", NullFlavor.UNK),
        ("asked-unknown", NullFlavor.ASKU),
        ("error", NullFlavor.NI),
    ],
)
def test_why_a_value_is_absent_is_kept(records, code, flavor):
    absent = {"extension": [{"url": ABSENT, "valueCode": code}]}
    patient = {"resourceType": "Patient", "id": "p1", "name": [absent], "_birthDate": absent, "_gender": absent}
    (record,) = records(bundle(R4, patient))
    found = record.case.patient

    assert (found.name, found.birth_date, found.sex) == (flavor, flavor, flavor)


@pytest.mark.parametrize("written", ["2026-02-31", "20260907", "yesterday", "2026-09-07T25:00:00Z", "0000"])
def test_what_names_no_day_is_a_finding(one, written):
    record = one(date=written)

    assert record.case.reactions[0].start is None
    assert ("READ-DATE", "E.i.4") in checks(record)


@pytest.mark.parametrize("name", sorted(R4.keys() - {"resourceType", "id", "contained"}))
@pytest.mark.parametrize("value", [5, True, "text", [[]], [None], {"coding": 7}, [{"reference": {}}], {"reference": 3}])
def test_an_element_of_a_wrong_shape_never_breaks_the_reader(one, name, value):
    record = one(**{name: value})

    assert record.case is not None
    assert "READ-BROKEN" not in [check for check, _ in checks(record)]


def test_a_wrong_shape_is_a_finding(one):
    assert ("FHIR-SHAPE", "suspectEntity") in checks(one(suspectEntity="Imlygic"))


def test_what_is_not_read_is_said(one):
    record = one(severity=concept("mild"), supportingInfo=[{}])

    assert {("FHIR-ELEMENT", "severity"), ("FHIR-ELEMENT", "supportingInfo")} <= set(checks(record))


def test_a_modifier_that_is_not_understood_holds_the_report(one):
    record = one(modifierExtension=[{"url": "https://example.org/not", "valueBoolean": True}])

    assert [finding.check for finding in critical(record.findings)] == ["FHIR-MODIFIER"]


def test_what_might_have_happened_is_said_to_be_that(one):
    assert ("FHIR-POTENTIAL", "actuality") in checks(one(actuality="potential"))


def test_a_nul_character_does_not_reach_the_case(one):
    assert one(event={"text": "cold\0sore"}).case.reactions[0].reported == "cold\ufffdsore"


# --- the file ------------------------------------------------------------------------------------------------------


def test_a_single_resource_is_a_file(records):
    (record,) = records(R4)

    assert record.case.reactions[0].reported == "cold sores on the lip"


def test_lines_are_read_as_a_bundle_is_in_any_order(records):
    (of_bundle,) = records(bundle(*OTHERS["R4"], base=""))
    (of_lines,) = records(lines=[*reversed(OTHERS["R4"])])

    assert of_lines.case == of_bundle.case
    assert of_lines.where == "line 6"


def test_a_line_that_is_broken_costs_itself_alone(records):
    good = json.dumps(R4).encode()
    found = records(content=good + b"\n{broken\n\n" + good + b"\n" + b'{"a":' * 100_000 + b"\n")

    assert [(record.where, record.case is not None) for record in found] == [
        ("line 1", True),
        ("line 2", False),
        ("line 4", True),
        ("line 5", False),
    ]
    assert found[1].findings[0].severity is Severity.CRITICAL


def test_a_line_that_is_too_long_costs_itself_alone(records, monkeypatch):
    monkeypatch.setattr(fhir, "LONGEST_LINE", 10_000)
    good, long = json.dumps(R4).encode(), json.dumps(R4 | {"note": [{"text": "x" * 30_000}]}).encode()
    found = records(content=good + b"\n" + long + b"\n" + good)

    assert [(record.where, record.case is not None) for record in found] == [
        ("line 1", True),
        ("line 2", False),
        ("line 3", True),
    ]


def test_a_document_that_is_too_large_is_refused_and_says_what_to_ask_for(records, monkeypatch):
    monkeypatch.setattr(fhir, "LARGEST", 1_000)

    [record] = records(bundle(*OTHERS["R4"]))

    assert (record.where, record.case, checks(record)) == ("file", None, [("READ-SIZE", "")])
    assert "ask for smaller Bundles" in record.findings[0].message


def test_a_line_with_all_that_it_points_to_is_as_long_as_a_line_may_be(records, monkeypatch):
    """What is pointed to twice is read twice, and counts twice."""
    monkeypatch.setattr(fhir, "LONGEST_LINE", 10_000)

    def event(times):
        return {"resourceType": "AdverseEvent", "resultingEffect": [{"reference": "Condition/1"}] * times}

    condition = {"resourceType": "Condition", "id": "1", "code": {"text": "Pyrexia"}, "note": [{"text": "x" * 2_000}]}
    found = records(content="\n".join(map(json.dumps, (condition, event(4), event(5), event(4)))).encode())

    assert [(record.where, record.case is not None) for record in found] == [
        ("line 2", True),
        ("line 3", False),
        ("line 4", True),
    ]
    assert checks(found[1]) == [("READ-SIZE", "")]


def test_an_id_that_is_longer_than_any_is_not_remembered(records):
    """FHIR's have 64 letters at most; the longest that is remembered has 200 with its type."""

    def lines(length):
        patient = {"resourceType": "Patient", "id": "x" * length, "gender": "female"}
        event = {"resourceType": "AdverseEvent", "subject": {"reference": f"Patient/{'x' * length}"}}
        return f"{json.dumps(patient)}\n{json.dumps(event)}".encode()

    [known], [unknown] = records(content=lines(192)), records(content=lines(193))

    assert known.case.patient.sex == "2"
    assert unknown.case.patient.sex is None
    assert ("FHIR-REFERENCE", "subject") in checks(unknown)


@pytest.mark.parametrize("deep", ["[", '{"resource":'])
def test_what_is_nested_a_hundred_thousand_deep_is_refused(records, deep):
    with pytest.raises(UnreadableFile, match="nested"):
        records(content=b'{"resourceType":"Bundle","entry":' + deep.encode() * 100_000)


def test_a_document_that_breaks_off_is_refused(records):
    with pytest.raises(UnreadableFile, match="broken"):
        records(content=json.dumps(bundle(*OTHERS["R4"])).encode()[:-20])


def test_a_bundle_without_an_adverse_event_holds_no_report(records):
    assert records(bundle(PATIENT)) == []


# --- the real file -------------------------------------------------------------------------------------------------


@needs_real_data
def test_the_real_example_is_read():
    path = REAL_DATA / "fhir" / "adverseevent-example.R4.json"
    given = json.loads(path.read_text("utf-8"))
    (record,) = read(path, Format.FHIR, Options(product()))
    (reaction,) = record.case.reactions

    assert record.case.sender_case_id == f"{given['identifier']['system']}|{given['identifier']['value']}"
    assert reaction.reported == given["event"]["text"]
    assert reaction.term.name == given["event"]["coding"][0]["display"]
    assert reaction.start.text[:8] == given["date"][:10].replace("-", "")
    assert reaction.seriousness.death is False
    unresolved = [element for check, element in checks(record) if check == "FHIR-REFERENCE"]
    assert sorted(unresolved) == ["recorder", "subject", "suspectEntity"]
