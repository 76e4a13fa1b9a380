"""E2B(R2), FAERS XML and openFDA files that are broken, or made to break something.

Each ends in records or in `UnreadableFile`: no other exception, nothing fetched, nothing of another file, and memory
stays bounded.
"""

import io
import json
import socket
import subprocess
import sys
import threading
import zipfile

import pytest

from tests.e2b_writer.r2 import DOCTYPE, r2_file, r2_report
from tests.factories import a_case, zipped
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.records import Envelope, OtherProducts, Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.e2b_r2_values import Report
from tvec_pv.sources.formats import Options, read
from tvec_pv.sources.public_faers import read_products

OPTIONS = Options(product())
SECRET = "the secret of another file"
CASES = [a_case(f"US-EXAMPLEBIO-202600000{number}") for number in range(1, 4)]
XML = r2_file(*map(r2_report, CASES))
REPORTS = [
    {
        "safetyreportid": str(number),
        "patient": {"drug": [{"medicinalproduct": "IMLYGIC"}], "reaction": [{"reactionmeddrapt": "Chills"}]},
    }
    for number in range(1, 4)
]
JSON = json.dumps({"meta": {}, "results": REPORTS}).encode()
FAERS_XML = XML.replace(b"Example Biologics", b"FDA-Public Use")


@pytest.fixture
def items(tmp_path):
    def of(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return [item for item in read(path, detect(path, OPTIONS), OPTIONS) if not isinstance(item, Envelope)]

    return of


@pytest.fixture
def outcome(items):
    """The items of a file, or none and the reason why it is refused. Anything else comes through."""

    def of(content):
        try:
            return items(content), ""
        except UnreadableFile as refusal:
            return [], str(refusal)

    return of


@pytest.fixture
def listener():
    """An address on this machine that nobody may call: (address, those who called)."""
    callers = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        is_over = threading.Event()

        def wait():
            while not is_over.is_set():
                try:
                    connection, caller = server.accept()
                except TimeoutError:
                    continue
                callers.append(caller)
                connection.close()

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/called.dtd", callers
        is_over.set()
        waiting.join()


def checks(item):
    return [finding.check for finding in item.findings]


def keys(found):
    return [item.case.sender_case_id for item in found if isinstance(item, Record) and item.case is not None]


# --- XML that declares things ---------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DECLARING = {
    "an internal entity": '<!DOCTYPE ichicsr [<!ENTITY e "an expanded entity">]>',
    "an entity beside a document type": '<!DOCTYPE ichicsr SYSTEM "x.dtd" [<!ENTITY e "an expanded entity">]>',
    "an external entity of a file": '<!DOCTYPE ichicsr [<!ENTITY e SYSTEM "{file}">]>',
    "an external entity of an address": '<!DOCTYPE ichicsr [<!ENTITY e SYSTEM "{address}">]>',
    "a parameter entity of an address": '<!DOCTYPE ichicsr [<!ENTITY % p SYSTEM "{address}"> %p;]>',
    "a billion laughs": f'<!DOCTYPE ichicsr [<!ENTITY a0 "ha">{LAUGHS}<!ENTITY e "&a9;">]>',
    "a quadratic blow-up": f'<!DOCTYPE ichicsr [<!ENTITY q "{"ha" * 50_000}"><!ENTITY e "{"&q;" * 1_000}">]>',
}


@pytest.mark.parametrize("kind", DECLARING)
def test_a_file_that_declares_entities_is_refused_whole(kind, items, listener, tmp_path):
    address, callers = listener
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    doctype = DECLARING[kind].replace("{file}", secret.as_uri()).replace("{address}", address)
    hostile = XML.replace(DOCTYPE.encode(), doctype.encode()).replace(b"A cold sore", b"&e;")

    with pytest.raises(UnreadableFile) as refusal:
        items(hostile)
    assert SECRET not in str(refusal.value)
    assert callers == []


@pytest.mark.parametrize("where", ["{address}", "{file}", "no-such.dtd"])
def test_a_document_type_is_only_a_name(where, items, listener, tmp_path):
    address, callers = listener
    secret = tmp_path / "secret.dtd"
    secret.write_text(f'<!ENTITY e "{SECRET}">')
    doctype = f'<!DOCTYPE ichicsr SYSTEM "{where}">'.replace("{address}", address).replace("{file}", secret.as_uri())
    found = items(XML.replace(DOCTYPE.encode(), doctype.encode()).replace(b"A cold sore", b"&e; sore", 1))

    assert keys(found) == [case.sender_case_id for case in CASES]
    assert checks(found[0]) == ["READ-ENTITY"]
    assert "&e; sore" in found[0].case.narrative
    assert SECRET not in repr(found)
    assert callers == []


# --- nesting and size -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_xml_nested_without_end_costs_what_follows_it(depth, items):
    nested = b"<x>" * depth + b"</x>" * depth
    before, deep = items(
        XML.replace(b"<safetyreportversion>", nested + b"<safetyreportversion>", 2).replace(nested, b"", 1)
    )

    assert keys([before]) == [CASES[0].sender_case_id]
    assert checks(deep) == ["READ-XML"]
    assert deep.where == "report 2 and all that follows"


@pytest.mark.parametrize("depth", [40, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_json_nested_without_end_costs_itself_alone(depth, opening, closing, items):
    nested = opening * depth + "0" + closing * depth
    content = JSON.replace(b'"safetyreportid": "2"', f'"x": {nested}, "safetyreportid": "2"'.encode())
    before, deep, after = items(content)

    assert keys([before, after]) == ["FAERS-1", "FAERS-3"]
    assert (deep.where, checks(deep)) == ("report 2", ["READ-SIZE"])


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_that_only_opens_breaks_off(opening, items):
    found = items(JSON[:-2] + b", " + (opening * 200_000).encode())

    assert keys(found) == ["FAERS-1", "FAERS-2", "FAERS-3"]
    assert checks(found[-1]) == ["READ-JSON"]


def test_a_report_with_a_million_reactions_is_held_and_the_others_are_read(items):
    many = b",".join([b'{"reactionmeddrapt": "x"}'] * 1_000_000)
    found = items(JSON.replace(b'[{"reactionmeddrapt": "Chills"}]', b"[" + many + b"]", 1))

    assert keys(found) == ["FAERS-2", "FAERS-3"]
    assert checks(found[0]) == ["READ-SIZE"]


def test_a_text_larger_than_any_report_breaks_the_file_off(items):
    found = items(JSON.replace(b'"Chills"', b'"' + b"x" * (40 * 1024**2) + b'"', 1))

    assert keys(found) == []
    assert checks(found[-1]) == ["READ-SIZE"]


def test_an_xml_report_larger_than_any_costs_what_follows_it(items):
    many = b"<test><testname>x</testname></test>" * 600_000
    first, end, rest = XML.partition(b"</safetyreport>")
    before, large = items(first + end + rest.replace(b"<drug>", many + b"<drug>", 1))

    assert keys([before]) == [CASES[0].sender_case_id]
    assert (large.where, checks(large)) == ("report 2 and all that follows", ["READ-SIZE"])


def test_a_packed_bomb_is_refused(outcome):
    found, refusal = outcome(zipped({"a.json": JSON + b" " * (300 * 1024**2)}))

    assert found == []
    assert "made to do harm" in refusal


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory the process took")
def test_memory_is_bounded(tmp_path):
    """200 MB of reports through a process of its own; its peak is told by Linux."""
    report = json.dumps(REPORTS[0] | {"patient": {"drug": [{"medicinalproduct": "OTHER", "x": "y" * 20_000}]}}).encode()
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.write(b'{"results": [')
        for _ in range(10_000):
            file.write(report + b",")
        file.write(report + b"]}")
    script = (
        "import sys; from pathlib import Path; from tvec_pv.sources import openfda;"
        "print(sum(getattr(one, 'count', 1) for one in openfda.read(Path(sys.argv[1]), lambda name: False)));"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    reports, peak = map(int, done.stdout.split())

    assert reports == 10_001
    assert peak < 150 * 1024  # kilobytes


# --- files that break off or were changed ---------------------------------------------------------------------------


@pytest.mark.parametrize("content", [XML, FAERS_XML, JSON], ids=["E2B(R2)", "FAERS XML", "openFDA"])
def test_a_file_cut_off_keeps_what_came_before(content, outcome):
    """Wherever it is cut: the reports before the cut are read, and the last item says that something is missing."""
    for cut in range(1, len(content.rstrip()) - 1, 97):
        found, refusal = outcome(content[:cut])
        if refusal:
            assert keys(found) == []
            continue
        whole = content[:cut].count(b"</safetyreport>") + content[:cut].count(b'"Chills"}]}}')
        assert len(keys(found)) == whole
        assert found[-1].case is None
        assert [finding.severity for finding in found[-1].findings] == [Severity.CRITICAL]
        assert found[-1].where == f"report {whole + 1} and all that follows"


@pytest.mark.parametrize("content", [XML, JSON], ids=["E2B(R2)", "openFDA"])
def test_no_finding_quotes_the_file(content, outcome):
    broken = content.replace(b"Imlygic", b"IMLYGIC").replace(b"IMLYGIC", b'SECRETWORD\xff\xfe<&"', 1)
    found, refusal = outcome(broken)

    told = refusal + "".join(finding.message for item in found if isinstance(item, Record) for finding in item.findings)
    assert told
    assert "SECRETWORD" not in told


def test_others_are_counted_also_where_the_file_breaks_off(items):
    other = json.dumps(REPORTS[0]).replace("IMLYGIC", "OTHER").encode()
    found = items(b'{"results": [' + b",".join([other] * 5) + b', {"safetyreportid": ')

    assert found[-1] == OtherProducts("other reports", 5)
    assert checks(found[0]) == ["READ-JSON"]


def test_others_are_counted_also_where_a_report_is_larger_than_any(items):
    others = FAERS_XML.replace(b"IMLYGIC", b"OTHER").replace(b"talimogene laherparepvec", b"other")
    before, drug, after = others.rpartition(b"<drug>")
    large, counted = items(before + b"<x>" + b"<y/>" * 5_000_000 + b"</x>" + drug + after)

    assert checks(large) == ["READ-SIZE"]
    assert counted == OtherProducts("other reports", 2)


def test_others_are_counted_also_where_reading_is_refused_later():
    def reports():
        yield Report("report 1", {"patient": {"drug": {"medicinalproduct": "OTHER"}}})
        raise OSError(5, "Input/output error")

    found = read_products(reports(), lambda _: False)

    assert next(found) == OtherProducts("other reports", 1)
    with pytest.raises(UnreadableFile, match="Input/output error"):
        next(found)


@pytest.mark.parametrize("member", ["../../outside.json", "/etc/outside.json", "C:\\outside.json"])
def test_a_path_that_climbs_out_of_a_zip_is_only_a_name(member, items, tmp_path):
    found = items(zipped({member: JSON}))

    assert keys(found) == ["FAERS-1", "FAERS-2", "FAERS-3"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_a_locked_zip_is_refused(outcome):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.json", JSON)
    locked = bytearray(written.getvalue())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(signature) + at] |= 1
    found, refusal = outcome(bytes(locked))

    assert found == []
    assert "locked with a password" in refusal
