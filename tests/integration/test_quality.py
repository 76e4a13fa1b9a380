"""The quality report: it counts what the store holds, calls nobody, and shows nothing of a report."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import text

from tests.case_content import content_in
from tests.factories import a_case, a_patient, e2b_batch, e2b_message
from tvec_pv.actions.contents import Contents
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.quality import record_profile, write_quality
from tvec_pv.domain.errors import NotFound
from tvec_pv.domain.icsr import NullFlavor
from tvec_pv.store import quality_reads
from tvec_pv.store.database import reading, writing


class Page(HTMLParser):
    """The tables of a page by the section they stand in, every tag, and the text that is seen."""

    def __init__(self, page):
        super().__init__()
        self.sections, self.tags, self.seen, self._section, self._skip = {}, [], [], "", False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        if tag == "section":
            self._section = given["aria-labelledby"]
            self.sections[self._section] = []
        if tag == "tr":
            self.sections[self._section].append([])
        if tag in ("td", "th"):
            self.sections[self._section][-1].append("")
        self._skip = tag == "style"

    def handle_data(self, data):
        if self._skip:
            return
        self.seen.append(data)
        rows = self.sections.get(self._section)
        if rows and rows[-1]:
            rows[-1][-1] += data

    def rows(self, section):
        """The cells of a section's last table, by what its rows begin with."""
        return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in self.sections[section][1:]}


def page_of(result):
    return Page(result.path.read_text("utf-8"))


def counted(house, query):
    with reading(house.store) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def report(morning):
    return page_of(write_quality(morning))


# --- what it counts


def test_findings_are_those_of_the_store(morning, report):
    stored = {
        check: (str(findings), str(records))
        for check, findings, records in counted(
            morning, "SELECT check_id, count(*), count(DISTINCT record_id) FROM findings GROUP BY check_id"
        )
    }

    assert len(stored) > 20
    assert {check: tuple(cells[3:5]) for check, cells in report.rows("checks").items()} == stored


def test_the_kinds_add_up_to_all_findings(morning, report):
    (findings,) = counted(morning, "SELECT count(*) FROM findings")[0]
    critical, warning, info, every = (
        sum(int(cells[column]) for cells in report.rows("kinds").values()) for column in (1, 2, 3, 4)
    )

    assert every == critical + warning + info == findings


def test_files_are_there_with_their_classes(night, report):
    files = report.rows("files")

    assert set(files) == {file.name for file in night.taken.files}
    assert files["faers_ascii_2026q3.zip"][:2] == ["FAERS ASCII", "60"]
    assert [sum(int(cells[column]) for cells in files.values()) for column in range(1, 9)] == [
        124, *(47, 6, 1, 2, 2, 7, 59)
    ]  # fmt: skip


def test_what_is_held_stands_under_each_of_its_reasons(morning, report):
    held = report.rows("quarantine")

    assert held["CASE-05"] == ["1", "0", "0", "0", "1"]
    assert set(held) >= {"READ-FILE", "READ-XML", "VALID-PATIENT", "VALID-REACTION", "VERSION-CONFLICT"}


def test_the_first_intake_has_none_before_it(report):
    assert report.rows("versions")["safety profile"]
    assert "This is the first intake." in " ".join(report.seen)


def inbox(folder, name, *cases, sender="SENDER-A"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(e2b_batch(*(e2b_message(case) for case in cases), sender=sender))
    return folder / name


def test_what_changed_since_the_run_before_is_named(house, tmp_path):
    masked = a_patient(name=NullFlavor.MSK)
    take_in(house, [inbox(tmp_path / "in", "1.xml", a_case("A-1", patient=masked), a_case("A-2", narrative=None))])
    take_in(house, [inbox(tmp_path / "in", "2.xml", a_case("B-1", patient=masked), a_case("B-2", patient=masked))])

    changes = page_of(write_quality(house)).rows("changes")
    assert changes["CASE-17"] == ["more", "1", "2"]
    assert changes["CASE-18"] == ["gone", "1", "0"]


def test_a_file_that_came_again_brings_no_finding_again(house, tmp_path):
    path = inbox(tmp_path / "in", "1.xml", a_case("A-1", narrative=None))
    take_in(house, [path])
    take_in(house, [path])

    result = write_quality(house)
    assert (result.records, result.findings) == (0, 0)
    assert page_of(result).rows("files") == {"1.xml (received before)": ["E2B(R3)", "1", *"00001", "0", "0"]}


# --- drift


def sent(house, name, cases, sender="SENDER-A"):
    """A file of a sender, taken in."""
    take_in(house, [inbox(house.settings.home / "inbox", name, *cases, sender=sender)])


def some_cases(letter, **changes):
    return [a_case(f"US-{letter}-{number}", **changes) for number in range(20)]


def test_a_file_that_is_unlike_those_before_is_told(house):
    for letter in "ABCDE":
        sent(house, f"{letter}.xml", some_cases(letter))
    before = write_quality(house)
    sent(house, "F.xml", some_cases("F", narrative=None, report_type="3"))

    result = write_quality(house)
    rows = [cells[:3] for cells in page_of(result).sections["drift"][1:]]
    assert before.alerts == ()
    assert rows == [["F.xml", "DRIFT-COLUMN", "H.1"], ["F.xml", "DRIFT-CODE", "C.1.3"]]
    assert [alert.split(":")[0] for alert in result.alerts] == ["F.xml H.1", "F.xml C.1.3"]
    assert result.lines[-1] == f"quality report {result.path}"


def test_another_sender_is_another_source(house):
    for letter in "ABCDE":
        sent(house, f"{letter}.xml", some_cases(letter))
    sent(house, "F.xml", some_cases("F", narrative=None), sender="SENDER-B")

    assert write_quality(house).alerts == ()


def test_completeness_is_shown_by_source_with_what_was_before(house):
    sent(house, "A.xml", some_cases("A"))
    sent(house, "B.xml", [*some_cases("B")[:5], *some_cases("C", narrative=None)[:15]])

    rows = page_of(write_quality(house)).rows("completeness")
    assert rows["narrative"] == ["25 % (100 %)"]
    assert rows["medical history, in words"] == ["0 % (0 %)"]


def test_a_file_that_is_read_again_keeps_its_profile(house):
    sent(house, "A.xml", some_cases("A"))
    ((file_id,),) = counted(house, "SELECT id FROM source_files")
    with writing(house.store) as transaction:
        record_profile(transaction, file_id, Contents("E2B(R3)", iter(())), "A.xml")

    with reading(house.store) as connection:
        assert quality_reads.profile_of(connection, file_id).reports == 20


# --- what it is


def test_it_calls_nobody_and_runs_nothing(report):
    names = {tag for tag, _ in report.tags}
    links = [given["href"] for _, given in report.tags if "href" in given]
    policy = next(
        given["content"] for tag, given in report.tags if given.get("http-equiv") == "Content-Security-Policy"
    )

    assert names & {"script", "link", "img", "iframe", "object", "form", "base"} == set()
    assert links
    assert all(re.fullmatch(r"#[a-z]+", link) for link in links)
    assert [name for _, given in report.tags for name in given if name.startswith("on") or name == "src"] == []
    assert policy.startswith("default-src 'none'")


def test_it_names_no_address_of_the_network(morning):
    page = write_quality(morning).path.read_text("utf-8")

    assert re.findall(r"https?:|//[a-z]|url\(|@import", page) == []


def test_every_table_has_a_caption_and_headers_with_a_scope(report):
    count = [tag for tag, _ in report.tags]

    assert count.count("table") == count.count("caption") >= 6
    assert all(given.get("scope") in ("col", "row") for tag, given in report.tags if tag == "th")
    assert [tag for tag in count if re.fullmatch(r"h\d", tag)][:2] == ["h1", "h2"]
    sections = {given["aria-labelledby"] for tag, given in report.tags if tag == "section"}
    assert sections == {given["id"] for tag, given in report.tags if tag == "h2"}


def test_a_name_that_is_code_is_shown_and_not_run(house, tmp_path):
    path = tmp_path / "<img src=x onerror=alert(1)>.xml"
    path.write_bytes(e2b_batch(e2b_message(a_case())))
    take_in(house, [path])
    report = page_of(write_quality(house))

    assert not any(tag == "img" for tag, _ in report.tags)
    assert path.name in report.rows("files")


def test_it_shows_nothing_of_a_report(morning):
    assert content_in(write_quality(morning).path.read_text("utf-8")) == []


def test_the_report_of_an_intake_is_written_over_by_its_next_and_lies_where_it_is_asked_for(morning, tmp_path):
    first, second = write_quality(morning), write_quality(morning)
    elsewhere = write_quality(morning, first.run, tmp_path / "elsewhere")

    assert first.path == second.path
    assert first.path.parent == morning.settings.quality
    assert elsewhere.path.parent == (tmp_path / "elsewhere").resolve()
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


def test_an_intake_that_is_not_there_is_said(house):
    with pytest.raises(NotFound, match="no intake"):
        write_quality(house)
    with pytest.raises(NotFound, match="no intake"):
        write_quality(house, 7)
