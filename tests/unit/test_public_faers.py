"""FDA's public reports, as FAERS XML and as openFDA's JSON. All of them are made up."""

import json

import pytest

from tests.factories import faers_quarter, zipped
from tvec_pv.domain.icsr import Identifier, case_key
from tvec_pv.domain.records import Envelope, OtherProducts, Record
from tvec_pv.reference_files import product
from tvec_pv.sources import openfda, public_faers
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Format, Options, read

OPTIONS = Options(product())


def a_drug(name="IMLYGIC", **elements):
    return {"drugcharacterization": "1", "medicinalproduct": name} | elements


def a_report(number="99000001", *drugs, **elements):
    given = {
        "safetyreportid": number,
        "safetyreportversion": "2",
        "receivedate": "20260714",
        "receivedateformat": "102",
        "receiptdate": "20260818",
        "receiptdateformat": "102",
        "companynumb": "US-EXAMPLEBIO-Q3-0001",
        "duplicate": "1",
        "reportduplicate": {"duplicatesource": "EXAMPLE BIOLOGICS", "duplicatenumb": "US-EXAMPLEBIO-Q3-0001"},
        "primarysource": {"reportercountry": "US", "qualification": "1"},
        "sender": {"sendertype": "2", "senderorganization": "FDA-Public Use"},
        "receiver": {"receiverorganization": "FDA"},
        "patient": {"reaction": [{"reactionmeddrapt": "PYREXIA"}], "drug": list(drugs) or [a_drug()]},
    }
    return given | elements


OTHER = a_report("99000002", a_drug("OPDIVO", activesubstance={"activesubstancename": "NIVOLUMAB"}))


def xml(name, value):
    if isinstance(value, list):
        return "".join(xml(name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(xml(child, one) for child, one in value.items())}</{name}>"
    return f"<{name}>{value}</{name}>"


def as_xml(*reports):
    head = "<ichicsrmessageheader><messagesenderidentifier>FDA CDER</messagesenderidentifier></ichicsrmessageheader>"
    body = "".join(xml("safetyreport", report) for report in reports)
    return f'<?xml version="1.0" encoding="ISO-8859-1"?><ichicsr lang="en">{head}{body}</ichicsr>'.encode("latin-1")


def as_json(*reports):
    return json.dumps({"meta": {"results": {"total": 1}}, "results": reports}).encode()


@pytest.fixture
def items(tmp_path):
    def of(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        found = read(path, detect(path, OPTIONS), OPTIONS)
        return [item for item in found if not isinstance(item, Envelope)]

    return of


def case_of(report):
    return public_faers.read_case(report)[0]


@pytest.mark.parametrize("write", [as_xml, as_json], ids=["XML", "JSON"])
def test_only_the_products_reports_are_records(write, items):
    first, second, others = items(write(OTHER, a_report(), OTHER, a_report("99000003")))

    assert [first.case.sender_case_id, second.case.sender_case_id] == ["FAERS-99000001", "FAERS-99000003"]
    assert (first.where, second.where) == ("report 2", "report 4")
    assert others == OtherProducts("other reports", 2)


def test_xml_and_json_are_the_same_case(items):
    (of_xml,) = items(as_xml(a_report()))
    (of_json,) = items(as_json(a_report()))

    assert of_xml.case == of_json.case


def test_the_key_is_that_of_the_quarterly_tables(items):
    quarter = faers_quarter(
        demo=[{"caseid": 99000001, "caseversion": 2, "init_fda_dt": "20260714", "fda_dt": "20260818",
               "mfr_num": "US-EXAMPLEBIO-Q3-0001", "mfr_sndr": "EXAMPLE BIOLOGICS"}],
        drug=[{"caseid": 99000001, "caseversion": 2, "drug_seq": 1, "role_cod": "PS", "drugname": "IMLYGIC"}],
        reac=[{"caseid": 99000001, "caseversion": 2, "pt": "Pyrexia"}],
    )  # fmt: skip
    (ascii_,) = items(quarter)
    (json_,) = items(as_json(a_report()))

    assert case_key(ascii_.case) == case_key(json_.case) == "FAERS-99000001"
    for field in ("version", "first_received", "latest_received", "other_ids"):
        assert getattr(ascii_.case, field) == getattr(json_.case, field)


def test_the_number_of_one_report_is_no_case_number():
    case, findings = public_faers.read_case(a_report("4562564-7"))

    assert case.sender_case_id == "FAERS-ISR-4562564"
    assert [finding.check for finding in findings] == ["READ-OLD-NUMBER"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [("EXAMPLE BIOLOGICS", "US-EXAMPLEBIO-Q3-0001")]),
        ({"reportduplicate": None}, [(None, "US-EXAMPLEBIO-Q3-0001")]),
        ({"reportduplicate": None, "companynumb": "", "authoritynumb": "A-1"}, [("authority", "A-1")]),
        (
            {"reportduplicate": [{"duplicatenumb": "1"}, {"duplicatenumb": "2"}], "companynumb": "3"},
            [(None, "1"), (None, "2"), (None, "3")],
        ),
    ],
)
def test_other_numbers_lead_to_the_case_elsewhere(given, expected):
    case = case_of(a_report(**given))

    assert case.other_ids == tuple(Identifier(source=source, number=number) for source, number in expected)
    assert case.worldwide_id is None


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Parkinson^s disease", "Parkinson's disease"),
        ("PATIENT^S CONDITION", "PATIENT'S CONDITION"),
        ("don^t", "don't"),
        ("10^8 PFU/ML", "10^8 PFU/ML"),
        ("10^6 s", "10^6 s"),
        ("OncoVEX^GM-CSF", "OncoVEX^GM-CSF"),
        ("JOHNSON &#38; JOHNSON", "JOHNSON & JOHNSON"),
        ("A &amp; B", "A & B"),
        ("R&D; &c", "R&D; &c"),
    ],
)
def test_signs_that_fda_writes_otherwise(written, read_as):
    case = case_of(a_report("1", a_drug(drugdosagetext=written)))

    assert case.drugs[0].doses[0].text == read_as


def test_what_was_escaped_twice_is_read_from_xml_too(items):
    (record,) = items(as_xml(a_report("1", a_drug(drugauthorizationholder="MADE-UP &amp;#38; SONS"))))

    assert record.case.drugs[0].holder == "MADE-UP & SONS"


@pytest.mark.parametrize(
    ("narrative", "start", "kept"),
    [
        ("CASE EVENT DATE: 20260702", "20260702", None),
        ("CASE EVENT DATE: 2026", "2026", None),
        ("CASE EVENT DATE: 20260231", None, "CASE EVENT DATE: 20260231"),
        ("Had fever. CASE EVENT DATE: 20260702", None, "Had fever. CASE EVENT DATE: 20260702"),
        (None, None, None),
    ],
)
def test_the_event_date_stands_where_the_narrative_should(narrative, start, kept):
    report = a_report()
    report["patient"]["summary"] = {"narrativeincludeclinical": narrative}
    case = case_of(report)

    assert [one.start and one.start.text for one in case.reactions] == [start]
    assert case.narrative == kept


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("1", "Dechallenge: the reaction abated"),
        ("2", "Dechallenge: the reaction did not abate"),
        ("3", "Dechallenge: does not apply"),
        ("UNKNOWN", "UNKNOWN"),
        (None, None),
    ],
)
def test_a_digit_for_more_information_is_the_dechallenge(given, text):
    assert case_of(a_report("1", a_drug(drugadditional=given))).drugs[0].additional_text == text


def test_substances_stand_in_one_element():
    drug = a_drug(activesubstance={"activesubstancename": "BUDESONIDE\\FORMOTEROL FUMARATE"})

    assert [one.name for one in case_of(a_report("1", drug)).drugs[0].substances] == [
        "BUDESONIDE",
        "FORMOTEROL FUMARATE",
    ]


@pytest.mark.parametrize(
    "drug",
    [
        a_drug("T-VEC", drugcharacterization="2"),
        a_drug("UNKNOWN", activesubstance={"activesubstancename": "TALIMOGENE LAHERPAREPVEC"}),
        a_drug(None, activesubstance=[{"activesubstancename": "X"}, {"activesubstancename": "talimogene"}]),
        a_drug("talimogen laherparepvek"),
        a_drug("UNKNOWN", drugauthorizationnumb="BLA125518"),
    ],
    ids=["concomitant", "by its substance", "one of its substances", "misspelt", "by its licence"],
)
def test_the_product_in_any_role_by_any_name(drug, items):
    (record,) = items(as_json(a_report("1", a_drug("OPDIVO"), drug)))

    assert isinstance(record, Record)


@pytest.mark.parametrize(
    "openfda_block",
    [{"brand_name": ["IMLYGIC"], "generic_name": ["TALIMOGENE LAHERPAREPVEC"]}, ["IMLYGIC"], "IMLYGIC"],
)
def test_what_openfda_added_is_no_evidence(openfda_block, items):
    assert items(as_json(a_report("1", a_drug("OPDIVO", openfda=openfda_block)))) == [OtherProducts("other reports", 1)]


def test_a_report_of_no_medicine_is_a_record(items):
    (record,) = items(as_json(a_report(patient={"reaction": [{"reactionmeddrapt": "Chills"}]})))

    assert record.case.drugs == ()


@pytest.mark.parametrize("entry", [None, "a report", 7, [], [{"safetyreportid": "1"}], True])
def test_what_is_no_report_is_a_record_and_its_neighbours_are_read(entry, items):
    first, broken, last = items(as_json(a_report("1"), entry, a_report("3")))

    assert (first.case.sender_case_id, last.case.sender_case_id) == ("FAERS-1", "FAERS-3")
    assert (broken.where, broken.case) == ("report 2", None)
    assert [finding.check for finding in broken.findings] == ["READ-REPORT"]


REPORTS = (a_report("1"), OTHER, a_report("3"))


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (json.dumps(REPORTS).encode(), ["report 1", "report 3"]),
        (b"\n".join(json.dumps(one).encode() for one in REPORTS) + b"\n", ["report 1", "report 3"]),
        (b"\xef\xbb\xbf" + as_json(*REPORTS), ["report 1", "report 3"]),
        (zipped({"drug-event-0001-of-0001.json": as_json(*REPORTS)}), ["report 1", "report 3"]),
        (
            zipped({"a.json": as_json(*REPORTS), "b.json": b"\xef\xbb\xbf" + as_json(*REPORTS)}),
            ["file 1, report 1", "file 1, report 3", "file 2, report 1", "file 2, report 3"],
        ),
    ],
    ids=["a list", "one a line", "byte order mark", "zip", "zip of two"],
)
def test_ways_in_which_openfda_comes(content, places, items):
    *records, others = items(content)

    assert [record.where for record in records] == places
    assert [record.case.sender_case_id for record in records] == ["FAERS-1", "FAERS-3"] * (len(places) // 2)
    assert others.count == len(places) // 2


def test_a_zip_of_other_things_beside_json_is_not_openfda(tmp_path):
    path = tmp_path / "file.zip"
    path.write_bytes(zipped({"a.json": as_json(a_report()), "notes.txt": b"x"}))

    with pytest.raises(Exception, match="holds none of the formats that are read"):
        detect(path, OPTIONS)


def test_texts_can_be_stored(items):
    """Neither NUL nor half a character: no database takes them."""
    content = as_json(a_report("1", a_drug(drugdosagetext="TEXT"))).replace(b"TEXT", b"a\\u0000b\\ud800c")
    (record,) = items(content)
    text = record.case.drugs[0].doses[0].text

    assert "\0" not in text
    assert text.startswith("ab")
    assert text.encode()


def test_each_name_is_asked_for_once(tmp_path):
    asked = []
    path = tmp_path / "file.json"
    path.write_bytes(as_json(*[OTHER] * 50))

    def is_product(name):
        asked.append(name)
        return False

    assert list(openfda.read(path, is_product)) == [OtherProducts("other reports", 50)]
    assert sorted(asked) == ["NIVOLUMAB", "OPDIVO"]


def test_the_first_report_tells_that_the_file_is_fdas(tmp_path):
    path = tmp_path / "file.xml"
    path.write_bytes(as_xml(a_report()))

    assert detect(path, OPTIONS) is Format.FAERS_XML
