"""E2B(R3) on generated messages: what is written is read back, and what is broken costs no more than it must."""

import base64
import hashlib
import re

import pytest

from tests.e2b_writer.everything import everything
from tests.factories import a_case, e2b_batch, e2b_message
from tvec_pv.domain.case_json import decode_case, encode
from tvec_pv.domain.errors import SettingsError
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.icsr import Document, NullFlavor
from tvec_pv.domain.records import Envelope, Record
from tvec_pv.reference_files import product
from tvec_pv.sources import e2b_r3
from tvec_pv.sources.formats import Format, Options, read

MESSAGE_END = b"</PORR_IN049016UV>"


@pytest.fixture
def items(tmp_path):
    """What is read of a file's bytes."""

    def read(content, **options):
        path = tmp_path / "report.xml"
        path.write_bytes(content)
        return list(e2b_r3.read(path, **options))

    return read


@pytest.fixture
def record(items):
    """The one record of a batch of one message."""

    def read(content):
        (only, envelope) = items(content)
        assert isinstance(envelope, Envelope)
        return only

    return read


# --- every field ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_null", [False, True], ids=["values", "null flavors"])
def test_every_field_that_is_written_is_read_back(record, is_null):
    case, contents = everything(is_null=is_null)
    found = record(e2b_batch(e2b_message(case, contents=contents)))

    assert found.findings == ()
    assert encode(found.case) == encode(case)


@pytest.mark.parametrize("is_null", [False, True], ids=["values", "null flavors"])
def test_every_field_survives_the_store(is_null):
    case, _ = everything(is_null=is_null)

    assert decode_case(encode(case)) == case


def shuffled(xml):
    """The message with the children of every element in reverse order, and what comes again in its own order."""
    from lxml import etree

    root = etree.fromstring(xml)
    for node in root.iter(etree.Element):
        names = [child.tag for child in node]
        if len(set(names)) == len(names) and node.tag != root.tag:
            node[:] = list(reversed(node))
    return etree.tostring(root)


def test_no_element_is_found_by_its_place(record):
    case, contents = everything()
    written = e2b_batch(e2b_message(case, contents=contents))
    changed = shuffled(written)

    assert changed != written
    assert encode(record(changed).case) == encode(case)


def test_prefixes_of_the_namespace_change_nothing(record):
    case, contents = everything()
    written = e2b_batch(e2b_message(case, contents=contents))
    prefixed = re.sub(rb"<(/?)(?![?!])", rb"<\1hl7:", written).replace(b"xmlns=", b"xmlns:hl7=")

    assert encode(record(prefixed).case) == encode(case)


def test_elements_of_another_namespace_are_no_part_of_the_case(record):
    written = e2b_batch(e2b_message(a_case()))
    foreign = written.replace(b"<text>", b'<text xmlns="urn:of:others">no narrative</text><text>', 1)

    assert record(foreign).case == a_case()


def test_a_comment_of_an_author_in_several_languages_loses_none(record):
    case = a_case(sender_comments="Related to the injection.", sender_comments_language="eng")
    written = e2b_batch(e2b_message(case)).decode()
    component = re.search(r"<component1.*?</component1>", written, re.DOTALL)[0]
    dutch = component.replace("Related to the injection.", "Verband met de injectie.").replace('"eng"', '"nld"')
    found = record(written.replace(component, component + dutch).encode()).case

    assert found.sender_comments == "Related to the injection.\n\nVerband met de injectie."
    assert found.sender_comments_language == "eng"


def test_a_telephone_that_is_masked_keeps_why(record):
    """FDA gives the scheme beside a null flavor, with or without its colon."""
    written = e2b_batch(e2b_message(a_case())).replace(
        b"<assignedPerson", b'<telecom value="tel:" nullFlavor="MSK"/><telecom value="mailto" nullFlavor="NASK"/>'
        b"<assignedPerson", 1,
    )  # fmt: skip
    (reporter,) = record(written).case.reporters

    assert (reporter.telephone, reporter.email) == (NullFlavor.MSK, NullFlavor.NASK)


# --- documents ------------------------------------------------------------------------------------------------------

LETTER = b"Discharge letter: a generated text, of nobody.\n" * 40
CODED = base64.encodebytes(LETTER).decode()
HELD = Document(
    title="Letter",
    media_type="text/plain",
    included=True,
    sha256=hashlib.sha256(LETTER).hexdigest(),
    size=len(LETTER),
)


def with_document(body, **attributes):
    """A message with one included document, its `text` element written out."""
    given = {"mediaType": "text/plain", "representation": "B64"} | attributes
    written = " ".join(f'{name}="{value}"' for name, value in given.items() if value)
    named = e2b_batch(e2b_message(a_case(documents=(Document(title="Letter"),)))).decode()
    return named.replace("</title>", f"</title><text {written}>{body}</text>", 1).encode()


@pytest.mark.parametrize(
    "body",
    [
        CODED,
        CODED.replace("\n", ""),
        f"<!-- C.1.6.1.r.2 -->{CODED}",
        CODED[:100] + "<!-- not part of it -->" + CODED[100:] + "<?page 2?>",
        f"<![CDATA[{CODED}]]>",
        "\n\t " + CODED + "\r\n",
    ],
    ids=["in lines", "in one line", "after a comment", "around a comment", "in CDATA", "between spaces"],
)
def test_an_included_document_is_decoded_and_attached_under_its_hash(record, body):
    found = record(with_document(body))

    assert found.case.documents == (HELD,)
    assert [(one.sha256, one.content) for one in found.attachments] == [(HELD.sha256, LETTER)]
    assert found.findings == ()


@pytest.mark.parametrize(
    "body", ["not base64!", CODED[:-10], "QUJ=DRA==", "====", "QQ=", "é" * 8], ids=lambda body: body[:12]
)
def test_a_document_that_cannot_be_decoded_stays_named(record, body):
    found = record(with_document(body))

    assert found.case.documents == (Document(title="Letter", media_type="text/plain", included=True),)
    assert found.attachments == ()
    assert [(one.check, one.element, one.where) for one in found.findings] == [
        ("READ-ATTACHMENT", "C.1.6.1.r.2", "document 1")
    ]


def test_a_compressed_document_is_kept_as_it_was_received(record):
    found = record(with_document(CODED, compression="DF"))

    assert found.case.documents == (HELD,)
    assert found.attachments[0].content == LETTER
    assert [(one.check, one.severity) for one in found.findings] == [("READ-COMPRESSED", Severity.WARNING)]


def test_a_document_written_as_text_is_attached_as_it_stands(record):
    found = record(with_document("plain words", representation="TXT"))

    assert found.attachments[0].content == b"plain words"
    assert found.case.documents[0].size == 11


def test_a_document_that_is_only_named_has_no_attachment(record):
    found = record(with_document("  "))

    assert found.case.documents == (Document(title="Letter", media_type="text/plain"),)
    assert found.attachments == ()


# --- the envelope ---------------------------------------------------------------------------------------------------


def test_the_envelope_comes_last_and_says_who_sent_what(items):
    messages = [e2b_message(a_case(f"US-EXAMPLEBIO-{number}"), sender=f"COMPANY-{number}") for number in range(3)]
    *records, envelope = items(e2b_batch(*messages, batch_id="B-7", sender="HUB", receiver="AUTHORITY"))

    assert envelope == Envelope("HUB", "AUTHORITY", "B-7")
    assert [record.sender for record in records] == ["COMPANY-0", "COMPANY-1", "COMPANY-2"]


def test_an_envelope_without_numbers_is_an_empty_one(items):
    bare = re.sub(rb'<id extension="[^"]*" root="[^"]*\.(13|14|22)"/>', b"", e2b_batch(e2b_message(a_case())))
    _, envelope = items(bare)

    assert envelope == Envelope()


def test_a_file_that_breaks_off_has_no_envelope(items):
    whole = e2b_batch(e2b_message(a_case()), e2b_message(a_case("US-EXAMPLEBIO-2")))
    found = items(whole[: whole.index(MESSAGE_END) + 500])

    assert [type(one) for one in found] == [Record, Record]
    assert [one.check for one in found[1].findings] == ["READ-XML"]


# --- a plain file is cut at the ends of its messages, any other is read as a stream -----------------------------------


def a_batch():
    messages = (e2b_message(a_case(f"US-EXAMPLEBIO-{number}", narrative=f"MARK{number}")) for number in range(3))
    return e2b_batch(*messages, batch_id="B-7", sender="HUB", receiver="AUTHORITY")


WRITTEN_OTHERWISE = {
    "plain": lambda batch: batch,
    "a comment in a message": lambda batch: batch.replace(b"MARK1", b"MARK<!-- 1 -->1"),
    "a comment that holds the end of a message": lambda batch: batch.replace(
        b"MARK1", b"<!-- " + MESSAGE_END + b" -->"
    ),
    "text that holds the end of a message": lambda batch: batch.replace(b"MARK1", b"<![CDATA[" + MESSAGE_END + b"]]>"),
    "an instruction in a message": lambda batch: batch.replace(b"MARK1", b"<?style " + MESSAGE_END + b"?>1"),
    "a start of a message in a comment before": lambda batch: batch.replace(
        b"<creationTime", b"<!-- <PORR_IN049016UV> --><creationTime", 1
    ),
    "all messages in a comment": lambda batch: batch.replace(
        b"  <PORR_IN049016UV", b"<!--  <PORR_IN049016UV", 1
    ).replace(b"</MCCI", b"--></MCCI"),
    "a comment that begins before the messages and ends behind one": lambda batch: batch.replace(
        b"<creationTime", b"<!-- <creationTime", 1
    ).replace(MESSAGE_END, MESSAGE_END + b"-->", 1),
    "an attribute that holds the start of a message": lambda batch: batch.replace(
        b'<creationTime value="', b'<creationTime note="&lt;PORR_IN049016UV>" value="', 1
    ),
    "a space in the tag at the end of a message": lambda batch: batch.replace(MESSAGE_END, b"</PORR_IN049016UV >"),
    "a message of another kind": lambda batch: batch.replace(MESSAGE_END, MESSAGE_END + b"<ACK><a/></ACK>", 1),
    "a message of another kind at the end": lambda batch: batch.replace(b"</MCCI", b"<ACK/></MCCI"),
    "a message in a message": lambda batch: batch.replace(b"MARK1", b"<PORR_IN049016UV/>"),
    "a message that is broken": lambda batch: batch.replace(b"MARK1", b"MARK1</wrong>"),
    "a message that was not closed": lambda batch: batch.replace(MESSAGE_END, b"", 1),
    "an entity": lambda batch: batch.replace(b"MARK1", b"&unknown;"),
    "bytes that are no text": lambda batch: batch.replace(b"MARK1", b"\xff\xfe"),
    "ISO 8859-1": lambda batch: batch.replace(b"UTF-8", b"ISO-8859-1").replace(b"MARK1", "\xfc".encode("latin-1")),
    "UTF-16": lambda batch: batch.replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"),
    "the end of the batch missing": lambda batch: batch[: batch.index(b"</MCCI")],
    "more after the end of the batch": lambda batch: batch + b"<more/>",
    "another batch after the end": lambda batch: batch + batch,
    "the end of the batch in the middle": lambda batch: batch.replace(
        MESSAGE_END, MESSAGE_END + b"</MCCI_IN200100UV01>", 1
    ),
    "another element around all": lambda batch: batch.replace(b"MCCI_IN200100UV01 ", b"other ").replace(
        b"</MCCI_IN200100UV01", b"</other"
    ),
    "the sender before the messages": lambda batch: re.sub(
        rb"(<PORR.*PORR_IN049016UV>)(.*)(?=</MCCI)", rb"\2\1", batch, flags=re.DOTALL
    ),
    "nothing": lambda batch: batch[:0],
}


@pytest.mark.parametrize("change", WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE)
@pytest.mark.parametrize("chunk", [64, 256 * 1024])
def test_how_a_file_is_cut_changes_nothing_of_what_is_read(tmp_path, monkeypatch, change, chunk):
    monkeypatch.setattr(e2b_r3, "_CHUNK", chunk)
    path = tmp_path / "report.xml"
    path.write_bytes(change(a_batch()))

    assert list(e2b_r3.read(path)) == list(e2b_r3._streamed(path, None, 0))


def test_only_a_plain_file_is_read_without_a_stream(tmp_path, monkeypatch):
    monkeypatch.setattr(e2b_r3, "_streamed", lambda *_: iter(["stream"]))
    path = tmp_path / "report.xml"
    path.write_bytes(a_batch())
    assert "stream" not in list(e2b_r3.read(path))

    path.write_bytes(WRITTEN_OTHERWISE["a comment in a message"](a_batch()))
    assert list(e2b_r3.read(path))[1:] == ["stream"]


# --- what is too much -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "content"),
    [
        ("MOST_BYTES", b"<text>" + b"x" * 400_000 + b"</text>"),
        ("MOST_MARKS", b"<subjectOf2/>" * 30_000),
        ("MOST_MARKS", b"<subjectOf2 " + b"".join(b'a%d="" ' % number for number in range(30_000)) + b"/>"),
    ],
    ids=["text", "elements", "attributes"],
)
def test_a_message_larger_than_any_report_stops_the_file_after_what_came_before(tmp_path, monkeypatch, limit, content):
    monkeypatch.setattr(e2b_r3, limit, {"MOST_BYTES": 300_000, "MOST_MARKS": 20_000}[limit])
    large = b"<PORR_IN049016UV>" + content + MESSAGE_END
    path = tmp_path / "report.xml"
    path.write_bytes(e2b_batch(e2b_message(a_case()), "<hole/>").replace(b"<hole/>", large))
    before, held = e2b_r3.read(path)

    assert before.case == a_case()
    assert (held.where, held.case) == ("message 2 and all that follows", None)
    assert [one.check for one in held.findings] == ["READ-SIZE"]


def test_thousands_of_reactions_are_a_case(record):
    written = e2b_batch(e2b_message(a_case())).decode()
    reaction = re.search(r"<subjectOf2[^>]*>\s*<observation[^>]*>\s*<id root.*?</subjectOf2>", written, re.DOTALL)[0]
    found = record(written.replace(reaction, reaction * 3_000).encode())

    assert len(found.case.reactions) == 3_000
    assert len(set(found.case.reactions)) == 1


# --- the setting ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [None, b"", b"<no schema/>", b"no XML"])
def test_a_folder_without_the_schemas_is_a_setting_to_mend_and_no_fault_of_the_file(content, tmp_path):
    schemas = tmp_path / "schemas"
    if content is not None:
        (schemas / "multicacheschemas").mkdir(parents=True)
        (schemas / "multicacheschemas" / "MCCI_IN200100UV01.xsd").write_bytes(content)
    path = tmp_path / "report.xml"
    path.write_bytes(e2b_batch(e2b_message(a_case())))

    with pytest.raises(SettingsError, match="TVEC_PV_SCHEMAS"):
        list(read(path, Format.E2B_R3, Options(product(), schemas)))
