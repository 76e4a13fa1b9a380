"""Files that are broken, or made to break something: each is refused by name or read as far as it goes.

Reading ends in `UnreadableFile` or in records; no other exception may come out of it, nothing outside the file is
read, nothing is written, and no address is called.
"""

import io
import math
import os
import random
import re
import socket
import struct
import threading
import zipfile

import pytest

from tests import factories
from tests.factories import (
    a_case,
    a_patient,
    e2b_batch,
    e2b_message,
    faers_quarter,
    line_listing_csv,
    line_listing_xlsx,
    vaers_tables,
)
from tests.real_data import REAL_DATA, needs_real_data
from tests.samples import FOLDER as SAMPLES
from tvec_pv.domain.case_json import encode
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.icsr import Quantity
from tvec_pv.domain.records import Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Format, Options, find_files, read

MESSAGE_END = b"</PORR_IN049016UV>"
SECRET = "the secret of another file"
ROW = {"case_id": "DE-1", "reaction": "cold sore", "drug": "Imlygic", "role": "suspect", "narrative": "Kältegefühl"}

CASES = [a_case(f"US-EXAMPLEBIO-202600000{number}") for number in range(1, 4)]
XML = e2b_batch(*map(e2b_message, CASES))
CSV = line_listing_csv([ROW | {"case_id": f"DE-{number}", "latest_received": "2026-10-05"} for number in range(3)])
XLSX = line_listing_xlsx([ROW | {"case_id": f"DE-{number}", "age": 67.0} for number in range(3)])
FAERS = faers_quarter(
    demo=[{"caseid": 7, "fda_dt": "20240309", "age": "67", "age_cod": "YR"}, {"caseid": 8}],
    drug=[{"caseid": 7, "drug_seq": 1, "role_cod": "PS", "drugname": "Imlygic"}, {"caseid": 8, "drugname": "Other"}],
    reac=[{"caseid": 7, "pt": "Oral herpes"}],
    ther=[{"caseid": 7, "dsg_drug_seq": 1, "start_dt": "20240301"}],
)
VAERS = factories.zipped(
    vaers_tables(
        data=[{"VAERS_ID": "0900001", "RECVDATE": "01/15/2026", "SYMPTOM_TEXT": 'a "cold\nsore"'}],
        vax=[{"VAERS_ID": "0900001", "VAX_NAME": "Imlygic"}],
        symptoms=[{"VAERS_ID": "0900001", "SYMPTOM1": "Oral herpes"}],
    )
)


@pytest.fixture
def records(tmp_path):
    """What is read of a file's bytes: its records, after its format was told by what it holds."""

    def of(content, name="report"):
        path = tmp_path / name
        path.write_bytes(content)
        return list(read(path, detect(path, Options(product())), Options(product())))

    return of


@pytest.fixture
def outcome(records):
    """The records of a file's bytes, or none and the reason why it is refused. Anything else comes through."""

    def of(content):
        try:
            return records(content), ""
        except UnreadableFile as refusal:
            return [], str(refusal)

    return of


@pytest.fixture
def listener():
    """An address on this machine that nobody may call: (address, those who called)."""
    callers = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        open_for_calls = threading.Event()

        def wait():
            while not open_for_calls.is_set():
                try:
                    connection, caller = server.accept()
                except TimeoutError:
                    continue
                callers.append(caller)
                connection.close()

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/called", callers
        open_for_calls.set()
        waiting.join()


def cases(found):
    return [record.case for record in found if isinstance(record, Record) and record.case is not None]


def unreadable(found):
    return [record for record in found if isinstance(record, Record) and record.case is None]


def with_parts(archive, **changes):
    """The archive with some of its parts rewritten: the keyword is how the part's name ends, without its dots."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            for ending, change in changes.items():
                if re.sub(r"\W", "_", name).endswith(ending):
                    content = change(content)
            new.writestr(name, content)
    return written.getvalue()


# --- XML that declares things ---------------------------------------------------------------------------------------


def declared(doctype, text="&e;"):
    """The batch with a document type, and one of its entities in a narrative and in an attribute's place."""
    return XML.replace(b"<MCCI_IN200100UV01", doctype.encode() + b"<MCCI_IN200100UV01", 1).replace(
        b"A cold sore of the lower lip", text.encode()
    )


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "a document type": "<!DOCTYPE MCCI_IN200100UV01>",
    "an internal entity": '<!DOCTYPE x [<!ENTITY e "an expanded entity">]>',
    "an external entity of a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "{file}">]>',
    "an external entity of an address": '<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>',
    "an external document type of a file": '<!DOCTYPE x SYSTEM "{file}">',
    "an external document type of an address": '<!DOCTYPE x SYSTEM "{address}">',
    "a parameter entity of an address": '<!DOCTYPE x [<!ENTITY % p SYSTEM "{address}"> %p;<!ENTITY e "">]>',
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}<!ENTITY e "&a9;">]>',
    "a quadratic blow-up": f'<!DOCTYPE x [<!ENTITY q "{"ha" * 50_000}"><!ENTITY e "{"&q;" * 1_000}">]>',
}


@pytest.mark.parametrize("kind", DOCTYPES)
def test_xml_with_a_document_type_is_refused_whole_and_nothing_else_is_read(kind, records, listener, tmp_path):
    address, callers = listener
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    doctype = DOCTYPES[kind].replace("{file}", secret.as_uri()).replace("{address}", address)

    with pytest.raises(UnreadableFile) as refusal:
        records(declared(doctype))
    assert SECRET not in str(refusal.value)
    assert callers == []


@pytest.mark.parametrize(
    "text",
    [
        '<?xml-stylesheet href="{address}" type="text/xsl"?>',
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}"/>',
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{file}" parse="text"/>',
    ],
    ids=["a stylesheet", "an inclusion of an address", "an inclusion of a file"],
)
def test_xml_that_points_elsewhere_is_read_without_going_there(text, outcome, listener, tmp_path):
    address, callers = listener
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    pointing = text.replace("{file}", secret.as_uri()).replace("{address}", address).encode()
    found, _ = outcome(XML.replace(b"A cold sore of", pointing + b"A cold sore of"))

    assert len(cases(found)) == len(CASES)
    assert SECRET not in repr(found)
    assert callers == []


def test_a_workbook_that_declares_entities_gives_nothing_of_them_away(outcome, listener, tmp_path):
    address, callers = listener
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}"><!ENTITY n SYSTEM "{address}">]>'
    hostile = with_parts(
        XLSX,
        sheet1_xml=lambda part: part.replace(b"<worksheet", doctype.encode() + b"<worksheet", 1).replace(
            b"cold sore", b"&e;&n;"
        ),
    )
    found, refusal = outcome(hostile)

    assert SECRET not in repr(found) + refusal
    assert callers == []


def test_a_workbook_that_laughs_a_billion_times_is_refused(records):
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'
    hostile = with_parts(
        XLSX,
        sheet1_xml=lambda part: part.replace(b"<worksheet", doctype.encode() + b"<worksheet", 1).replace(
            b"cold sore", b"&a9;"
        ),
    )

    with pytest.raises(UnreadableFile):
        records(hostile)


# --- XML that is too much, or too little ----------------------------------------------------------------------------


def test_elements_nested_a_hundred_thousand_deep_end_the_file_and_lose_nothing_before(outcome):
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    found, _ = outcome(XML.replace(b"</MCCI_IN200100UV01>", deep + b"</MCCI_IN200100UV01>"))

    assert cases(found) == CASES
    assert len(unreadable(found)) == 1


def test_elements_nested_in_a_message_cost_that_message_and_what_follows(outcome):
    first, _, rest = XML.partition(MESSAGE_END)
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    second = rest.replace(b"A cold sore of", deep + b"A cold sore of", 1)
    found, _ = outcome(first + MESSAGE_END + second)

    assert cases(found) == CASES[:1]
    assert len(unreadable(found)) == 1


def test_a_text_of_twelve_megabytes_costs_at_most_its_message_and_what_follows(outcome):
    long = e2b_message(a_case("US-EXAMPLEBIO-2026000009", narrative="x" * 12_000_000))
    found, _ = outcome(e2b_batch(e2b_message(CASES[0]), long, e2b_message(CASES[1])))

    assert cases(found)[0] == CASES[0]
    assert len(cases(found)) == 3 or len(unreadable(found)) == 1


def truncated_batches():
    """A sample and, where there are some, real files, cut at every twentieth."""
    files = [SAMPLES / "inbox" / "imlygic_2026-11-02_batch.xml", *sorted(REAL_DATA.glob("e2b_r3/ich/input_ex*.xml"))]
    return [
        pytest.param(path.read_bytes(), part, id=f"{path.name} {part} of 20") for path in files for part in range(20)
    ]


@pytest.mark.parametrize(("content", "part"), truncated_batches())
def test_a_batch_that_breaks_off_keeps_every_message_before_the_break_and_says_so(content, part, outcome):
    cut = content[: len(content) * part // 20]
    complete = len(re.findall(rb"</(?:\w+:)?PORR_IN049016UV>", cut))
    found, refusal = outcome(cut)

    assert len(cases(found)) == complete
    assert refusal or len(unreadable(found)) == 1
    assert all(finding.severity is Severity.CRITICAL for record in unreadable(found) for finding in record.findings)


def test_a_batch_without_any_message_holds_no_case(outcome):
    found, _ = outcome(e2b_batch())

    assert cases(found) == []


@pytest.mark.parametrize("kind", [b"PORR_IN049017UV", b"PORR_IN049018UV", b"PORR_IN049099UV", b"PORR_IN049016UV02"])
def test_a_message_of_another_kind_is_counted_and_held(kind, outcome):
    first, middle, rest = XML.partition(MESSAGE_END)
    second, _, third = rest.partition(MESSAGE_END)
    other = (second + MESSAGE_END).replace(b"PORR_IN049016UV", kind)
    found, _ = outcome(first + middle + other + third)

    assert cases(found) == [CASES[0], CASES[2]]
    assert [record.where for record in unreadable(found)] == ["message 2"]


def test_a_message_without_a_case_costs_that_message_alone(outcome):
    emptied = re.sub(rb"<investigationEvent.*?</investigationEvent>", b"", XML, count=1, flags=re.DOTALL)
    found, _ = outcome(emptied)

    assert cases(found) == CASES[1:]
    assert len(unreadable(found)) == 1


def redeclared(encoding):
    return XML.partition(b"?>")[2].join([f'<?xml version="1.0" encoding="{encoding}"?>'.encode(), b""])


ENCODINGS = {
    "declared as UTF-16": redeclared("UTF-16"),
    "declared as an encoding that is none": redeclared("x-klingon"),
    "declared as ASCII": redeclared("US-ASCII").replace(b"A cold sore", "Kältegefühl".encode()),
    "Latin-1 declared as UTF-8": XML.replace(b"A cold sore", "Kältegefühl".encode("latin-1"), 1),
    "NUL bytes in a text": XML.replace(b"A cold sore", b"A \0 sore", 1),
    "NUL bytes in a name": XML.replace(b"<subject ", b"<sub\0ject ", 1),
    "a control character": XML.replace(b"A cold sore", b"A \x01 sore", 1),
    "a surrogate written out": XML.replace(b"A cold sore", b"A \xed\xa0\x80 sore", 1),
    "a surrogate by its number": XML.replace(b"A cold sore", b"A &#xD800; sore", 1),
    "an entity that nobody declared": XML.replace(b"A cold sore", b"A &nbsp; sore", 1),
    "two bytes of UTF-16 before UTF-8": b"\xff\xfe" + XML,
    "half a character at the end": XML.rstrip()[:-1] + b"\xc3",
}


@pytest.mark.parametrize("kind", ENCODINGS)
def test_xml_in_a_wrong_encoding_is_refused_or_read_up_to_its_fault(kind, outcome):
    found, refusal = outcome(ENCODINGS[kind])

    assert refusal or len(unreadable(found)) == 1
    assert cases(found) == CASES[: len(cases(found))]


@pytest.mark.parametrize("encoding", ["UTF-16", "ISO-8859-1", "UTF-8"])
def test_xml_in_an_encoding_that_it_declares_is_read(encoding, records):
    text = e2b_batch(e2b_message(a_case(narrative="Kältegefühl" * 5))).decode()
    declared_text = f'<?xml version="1.0" encoding="{encoding}"?>{text.partition("?>")[2]}'

    assert cases(records(declared_text.encode(encoding)))[0].narrative == "Kältegefühl" * 5


# --- what is no report at all ---------------------------------------------------------------------------------------

NOISE = random.Random(20_261_122)
NO_REPORTS = {
    "nothing": b"",
    "spaces": b" \n\t\r\n",
    "a byte order mark": b"\xef\xbb\xbf",
    "NUL bytes": bytes(5_000),
    "noise": NOISE.randbytes(50_000),
    "noise that begins as XML": b"<?xml version='1.0'?>" + NOISE.randbytes(50_000),
    "noise that begins as a zip": b"PK\x03\x04" + NOISE.randbytes(50_000),
    "noise that begins as a listing": b"case_id,reaction" + NOISE.randbytes(50_000),
    "a line that never ends": b"x" * 1_000_000,
    "commas": b"," * 1_000_000,
    "quotes": b'"' * 100_001,
}


@pytest.mark.parametrize("kind", NO_REPORTS)
def test_what_is_no_report_is_refused_with_a_reason(kind, records):
    with pytest.raises(UnreadableFile, match=r"\w+ \w+"):
        records(NO_REPORTS[kind])


# --- zip archives ---------------------------------------------------------------------------------------------------


def faers_files():
    with zipfile.ZipFile(io.BytesIO(FAERS)) as archive:
        return {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}


def zipped(files, **options):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize("prefix", ["../../climbed/", "/tmp/climbed/", "a/../../../climbed/", "ascii/./"])
def test_an_archive_whose_paths_climb_out_writes_nothing_anywhere(prefix, records, tmp_path):
    inbox = tmp_path / "a" / "b"
    inbox.mkdir(parents=True)
    path = inbox / "quarter.zip"
    path.write_bytes(zipped({prefix + name: content for name, content in faers_files().items()}))
    before = sorted(tmp_path.rglob("*"))
    found = list(read(path, detect(path, Options(product())), Options(product())))

    assert [case.sender_case_id for case in cases(found)] == ["FAERS-7"]
    assert sorted(tmp_path.rglob("*")) == before
    assert not os.path.lexists("/tmp/climbed")


def test_an_archive_that_says_it_unpacks_to_more_than_any_quarter_is_refused_unread(records):
    """Each of its three tables says that it unpacks to 4 GiB: said in the directory, 12 GiB in all."""
    content = bytearray(zipped({f"{name}24Q1.txt": b"primaryid$x\n1$1\n" for name in ("DEMO", "DRUG", "REAC")}))
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        struct.pack_into("<I", content, place + 24, 0xFFFFFFF0)
        place += 4

    with pytest.raises(UnreadableFile, match="8 GiB"):
        records(bytes(content))


def test_a_table_that_unpacks_to_a_thousand_times_its_size_is_read_or_refused(outcome):
    files = faers_files()
    padded = files | {"REAC24Q1.txt": files["REAC24Q1.txt"] + (b"7" * 99 + b"\n") * 200_000}
    content = zipped(padded, compression=zipfile.ZIP_DEFLATED)
    found, refusal = outcome(content)

    assert len(padded["REAC24Q1.txt"]) > 200 * len(content)
    assert refusal or [case.sender_case_id for case in cases(found)] == ["FAERS-7"]


def spoilt(archive, member, place, byte=b"\xff\xff\xff\xff"):
    """The archive with some bytes of one member's packed content overwritten."""
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        info = next(one for one in whole.infolist() if one.filename.endswith(member))
    start = info.header_offset + 30 + len(info.filename.encode()) + int(info.compress_size * place)
    return archive[:start] + byte + archive[start + len(byte) :]


def flagged(archive, local_offset, directory_offset, value):
    """The archive with one 16-bit field of every header set."""
    content = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", local_offset), (b"PK\x01\x02", directory_offset)):
        place = 0
        while (place := content.find(mark, place)) >= 0:
            struct.pack_into("<H", content, place + offset, value)
            place += 4
    return bytes(content)


def damaged():
    """Archives that open and then do not unpack."""
    kinds = {}
    for name, archive, member in (("FAERS", FAERS, "DEMO24Q1.txt"), ("XLSX", XLSX, "sheet1.xml")):
        kinds |= {
            f"{name}, its content spoilt at the start": spoilt(archive, member, 0),
            f"{name}, its content spoilt in the middle": spoilt(archive, member, 0.5),
            f"{name}, one bit of its content turned": spoilt(archive, member, 0.3, b"\x00"),
            f"{name}, encrypted": flagged(archive, 6, 8, 0x1),
            f"{name}, packed by a method that nobody knows": flagged(archive, 8, 10, 99),
            f"{name}, of a version to come": flagged(archive, 4, 6, 999),
            f"{name}, its first bytes cut off": b"PK" + archive[40:],
            f"{name}, its end cut off": archive[:-30],
            f"{name}, cut in half": archive[: len(archive) // 2],
        }
    return kinds


@pytest.mark.parametrize("kind", damaged())
def test_a_damaged_archive_is_refused_unless_all_of_it_can_be_read(kind, outcome):
    whole, _ = outcome(FAERS if kind.startswith("FAERS") else XLSX)
    found, refusal = outcome(damaged()[kind])

    assert refusal or cases(found) == cases(whole) != []


# --- workbooks ------------------------------------------------------------------------------------------------------

BROKEN_WORKBOOKS = {
    "a sheet that breaks off": {"sheet1_xml": lambda part: part[: len(part) // 2]},
    "a sheet that is no XML": {"sheet1_xml": lambda _: b"no XML"},
    "a sheet that is empty": {"sheet1_xml": lambda _: b""},
    "a list of sheets that is no XML": {"xl_workbook_xml": lambda _: b"<<<"},
    "no sheet at all": {"xl_workbook_xml": lambda part: re.sub(rb"<sheet .*?/>", b"", part)},
    "a sheet without a name": {"xl_workbook_xml": lambda part: part.replace(b'name="listing"', b"")},
    "styles that are no XML": {"xl_styles_xml": lambda _: b"<styleSheet>"},
    "a cell of a style that is not there": {"sheet1_xml": lambda part: part.replace(b'r="A2"', b'r="A2" s="9999"')},
    "a cell of a shared text that is not there": {
        "sheet1_xml": lambda part: part.replace(b't="inlineStr"><is><t>DE-0</t></is>', b't="s"><v>99</v>')
    },
    "a cell whose place is none": {"sheet1_xml": lambda part: part.replace(b'r="A2"', b'r="2A"')},
    "a row whose number is none": {"sheet1_xml": lambda part: part.replace(b'<row r="2"', b'<row r="two"')},
    "a number that is none": {"sheet1_xml": lambda part: part.replace(b"<v>67</v>", b"<v>sixty</v>")},
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN_WORKBOOKS)
def test_a_workbook_that_is_broken_inside_is_refused_or_read(kind, outcome):
    changed = with_parts(XLSX, **BROKEN_WORKBOOKS[kind])
    assert changed != with_parts(XLSX)
    found, refusal = outcome(changed)

    assert refusal or found


def test_formulas_are_not_computed_and_links_to_other_files_not_followed(records, listener):
    address, callers = listener
    linked = with_parts(
        line_listing_xlsx([ROW | {"narrative": f'=WEBSERVICE("{address}")', "lot": "L1"}]),
        sheet1_xml=lambda part: part.replace(b">L1<", b">=1+1<"),
        xl_workbook_xml=lambda part: part.replace(
            b"</sheets>",
            b"</sheets><externalReferences><externalReference r:id='rId99' xmlns:r='http://schemas.openxmlformats.org/"
            b"officeDocument/2006/relationships'/></externalReferences>",
        ),
        workbook_xml_rels=lambda part: part.replace(
            b"</Relationships>",
            b'<Relationship Id="rId99" TargetMode="External" Target="%b" Type="http://schemas.openxmlformats.org/'
            b'officeDocument/2006/relationships/externalLink"/></Relationships>' % address.encode(),
        ),
    )
    (case,) = cases(records(linked))

    assert case.narrative is None or "WEBSERVICE" in case.narrative
    assert case.drugs[0].doses[0].lot == "=1+1"
    assert callers == []


def test_a_formula_is_read_by_the_value_that_the_workbook_keeps_of_it(records):
    kept = with_parts(
        line_listing_xlsx([ROW | {"weight_kg": 70.0}]),
        sheet1_xml=lambda part: re.sub(rb"<v>70(\.0)?</v>", b"<f>35+35.5</f><v>70.5</v>", part),
    )

    assert cases(records(kept))[0].patient.weight_kg == 70.5


# --- listings -------------------------------------------------------------------------------------------------------


def test_a_listing_of_ten_thousand_columns_is_read_with_a_word_on_those_it_does_not_know(records):
    columns = ",".join(f"column {number}" for number in range(9_997))
    content = f"case_id,reaction,drug,{columns}\nDE-1,cold sore,Imlygic{',x' * 9_997}\n"
    (record,) = records(content.encode())

    assert record.case.sender_case_id == "DE-1"
    assert {finding.check for finding in record.findings} == {"LIST-COLUMN"}


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_of_five_megabytes_is_read_or_refused_and_never_cut(quote, outcome):
    long = "x" * 5_000_000
    found, refusal = outcome(f"case_id,reaction,drug,narrative\nDE-1,cold sore,Imlygic,{quote}{long}{quote}\n".encode())

    assert refusal or [case.narrative for case in cases(found)] == [long]


def test_a_quote_that_is_never_closed_swallows_no_report_in_silence(outcome):
    """The three reports after it would become the narrative of the first."""
    rows = "".join(f"DE-{number},cold sore,Imlygic,\n" for number in (2, 3, 4))
    found, refusal = outcome(f'case_id,reaction,drug,narrative\nDE-1,cold sore,Imlygic,"swollen\n{rows}'.encode())

    assert refusal or len(cases(found)) == 4 or any(record.findings for record in found)


@pytest.mark.parametrize("written", [b"K\xe4ltegef\x81\x8dhl", b"K\xc3", b"\xff\xfe", b"K\xe4lte\0gef\xfchl", b"\0"])
def test_invalid_utf_8_and_nul_bytes_in_a_listing_cost_no_report_in_silence(written, outcome):
    found, refusal = outcome(CSV.replace("Kältegefühl".encode(), written))

    assert refusal or len(cases(found)) == 3


# --- values ---------------------------------------------------------------------------------------------------------


def with_value(file_format, value):
    """A file in which one date is no date, or one number no number."""
    if file_format is Format.E2B_R3:
        return XML.replace(b'<availabilityTime value="20261005"', b'<availabilityTime value="%b"' % value.encode(), 1)
    if file_format is Format.FAERS_ASCII:
        return faers_quarter(
            demo=[{"caseid": 7, "fda_dt": value}],
            drug=[{"caseid": 7, "drug_seq": 1, "role_cod": "PS", "drugname": "Imlygic"}],
        )
    if file_format is Format.VAERS:
        row = {"VAERS_ID": "0900001", "RECVDATE": value}
        vaccine = {"VAERS_ID": "0900001", "VAX_NAME": "Imlygic"}
        return zipped(vaers_tables(data=[row], vax=[vaccine], encoding="utf-8"))
    return line_listing_csv([ROW | {"latest_received": value}])


@pytest.mark.parametrize("file_format", [one for one in Format if one is not Format.FAERS_DELETED])
@pytest.mark.parametrize("value", ["20250231", "00000101", "0000", "20251301", "20250101250000", "2025010", "٢٠٢٥"])
def test_a_date_that_names_no_day_is_a_finding_and_costs_no_report(file_format, value, records):
    found = records(with_value(file_format, value))
    first = found[0]

    assert first.case.latest_received is None
    assert ("READ-DATE", "C.1.5") in [(finding.check, finding.element) for finding in first.findings]
    assert len(cases(found)) == (3 if file_format is Format.E2B_R3 else 1)


def floats(document):
    if isinstance(document, dict):
        return [number for value in document.values() for number in floats(value)]
    if isinstance(document, list):
        return [number for value in document for number in floats(value)]
    return [document] if isinstance(document, (int, float)) and not isinstance(document, bool) else []


def numbers_of(value):
    """Files in which a number is written as the value."""
    aged = e2b_batch(e2b_message(a_case(patient=a_patient(age=Quantity(value=67.0, unit="a"), weight_kg=67.0))))
    suspect = {"caseid": 7, "drug_seq": 1, "role_cod": "PS", "drugname": "Imlygic"}
    return {
        "an age in E2B(R3)": re.sub(rb'value="67(\.0)?"', b'value="%b"' % value.encode(), aged),
        "an age in FAERS": faers_quarter(demo=[{"caseid": 7, "age": value, "age_cod": "YR"}], drug=[suspect]),
        "a version in FAERS": faers_quarter(
            demo=[{"caseid": 7, "primaryid": 7, "caseversion": value}], drug=[suspect | {"primaryid": 7}]
        ),
        "an age in a listing": line_listing_csv([ROW | {"age": value}]),
        "a version in a listing": line_listing_csv([ROW | {"version": value}]),
    }


@pytest.mark.parametrize("value", ["NaN", "INF", "1e999", "-Infinity", "9" * 30])
@pytest.mark.parametrize("place", numbers_of("1"))
def test_a_number_that_no_database_holds_never_becomes_part_of_a_case(place, value, records):
    """JSON has no NaN and no infinity, and no database column an integer of thirty digits."""
    (case,) = cases(records(numbers_of(value)[place]))

    assert all(math.isfinite(number) for number in floats(encode(case)))
    assert case.version is None or abs(case.version) < 2**31


@pytest.mark.parametrize("name", ["PRIMARYID", "isr", "drug_seq"])
def test_a_table_of_faers_with_a_column_twice_is_refused_or_read(name, outcome):
    files = faers_files()
    doubled = files | {"DRUG24Q1.txt": files["DRUG24Q1.txt"].replace(b"val_vbm", name.encode())}
    found, refusal = outcome(zipped(doubled))

    assert refusal or [case.sender_case_id for case in cases(found)] == ["FAERS-7"]


def test_two_quarters_in_one_archive_lose_no_report_in_silence(outcome):
    first, second = faers_files(), {name.replace("24Q1", "24Q2"): content for name, content in faers_files().items()}
    second = {name: content.replace(b"\n7", b"\n9") for name, content in second.items()}
    found, refusal = outcome(
        zipped({f"q1/{n}": c for n, c in first.items()} | {f"q2/{n}": c for n, c in second.items()})
    )

    assert refusal or len(cases(found)) == 2


@pytest.mark.parametrize("number", ["²", "1.5", "-1", "", "x"])
def test_a_drug_of_faers_with_a_sequence_that_is_no_number_is_read(number, records):
    content = faers_quarter(demo=[{"caseid": 7}], drug=[{"caseid": 7, "drug_seq": number, "drugname": "Imlygic"}])

    assert [case.sender_case_id for case in cases(records(content))] == ["FAERS-7"]


# --- what lies in an inbox ------------------------------------------------------------------------------------------


@pytest.fixture
def inbox(tmp_path):
    """An inbox with one good listing, beside things that are none of it."""
    folder = tmp_path / "in box of Tuesday"
    folder.mkdir()
    (folder / "good.csv").write_bytes(CSV)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_bytes(CSV)
    return folder


@pytest.mark.parametrize("target", ["outside/secret.csv", "nowhere", "outside", "in box of Tuesday"])
def test_a_link_in_the_inbox_is_named_and_never_followed(inbox, tmp_path, target):
    link = inbox / "link"
    link.symlink_to(tmp_path / target)
    found = find_files([inbox])

    assert found == [inbox / "good.csv", link]
    with pytest.raises(UnreadableFile):
        detect(link, Options(product()))
    assert detect(inbox / "good.csv", Options(product())) is Format.LINE_LISTING


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_the_inbox_is_refused_and_nobody_waits_for_it(inbox):
    os.mkfifo(inbox / "pipe")

    assert find_files([inbox]) == [inbox / "good.csv", inbox / "pipe"]
    with pytest.raises(UnreadableFile):
        detect(inbox / "pipe", Options(product()))


def test_names_with_spaces_quotes_and_letters_of_other_scripts_are_names(inbox):
    for name in ("a b", "it's", 'say "so"', "отчёт", "報告", "-rf", "%2e%2e", "a;b", "x" * 200):
        (inbox / name).mkdir()
        (inbox / name / f"{name}.csv").write_bytes(CSV)
    found = find_files([inbox])

    assert len(found) == 10
    assert {detect(path, Options(product())) for path in found} == {Format.LINE_LISTING}


@needs_real_data
@pytest.mark.parametrize("part", range(1, 20, 3))
def test_a_real_faers_quarter_that_breaks_off_is_refused(part, records):
    content = next(REAL_DATA.glob("faers/*.zip")).read_bytes()

    with pytest.raises(UnreadableFile):
        records(content[: len(content) * part // 20])
