"""The command: what people read, what scripts parse, and the exit codes 0, 1 and 2. On both databases."""

import json
import re

import pytest

from tests.samples import FOLDER

COLD_SORE = "US-EXAMPLEBIO-2026000101"
THROMBOSIS = "US-EXAMPLEBIO-2026000112"
MOMENT = r"2026-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d+\+00:00"


@pytest.fixture
def night_command(command, night):
    """The command on the house of the night: for what only reads."""
    return lambda *arguments: command(*arguments, house=night.house)


def as_json(answer):
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


# --- what people read ----------------------------------------------------------------------------------------------


def test_the_version_and_the_help_are_one_call_away(command):
    assert re.fullmatch(r"tvec-pv \d+\.\d+\.\d+\n", command("--version").out)
    for group in ([], ["cases"], ["quarantine"], ["signals"], ["background"], ["audit"], ["db"]):
        answer = command(*group, "--help")
        assert (answer.code, "Usage" in answer.out) == (0, True), group


def test_cases_list_names_every_case_once_and_marks_the_nullified_one(night_command):
    lines = night_command("cases", "list").out.splitlines()

    assert len(lines) == 47
    assert [line.split()[:2] for line in lines if "NULLIFIED" in line] == [
        ["FAERS-99000004", "NULLIFIED"],
        [THROMBOSIS, "NULLIFIED"],
    ]


def test_cases_show_says_what_the_case_is_and_where_it_came_from(night_command):
    said = night_command("cases", "show", COLD_SORE).out

    assert f"case {COLD_SORE}: current version came as follow-up; 2 version(s)" in said
    assert "from imlygic_2026-11-03_follow-up.xml, message 1" in said
    assert "Oral herpes: herpetic" in said


def test_a_case_is_found_however_its_number_is_written(night_command):
    assert night_command("cases", "show", f" {COLD_SORE.lower()} ").out == night_command("cases", "show", COLD_SORE).out


def test_explain_gives_the_rule_behind_each_statement(night_command):
    said = night_command("explain", "DE-EXAMPLEBIO-2026000111").out

    assert "assessed under safety profile 2026-11-24" in said
    assert "designated medical event" in said
    assert re.search(r"US: unlisted by rule LR\d: .", said)
    assert re.search(r"US: 15_DAY, due 2026-\d\d-\d\d: .*21 CFR 600\.80", said)


def test_explain_gives_for_each_flag_what_was_read_where_and_what_to_ask(night_command):
    said = night_command("explain", "FR-EXAMPLEBIO-2026000102").out

    assert "subject: treated patient, because " in said
    assert "flag QPCR_PENDING (follow-up, established): A test for the virus is under way" in said
    assert re.search(r"^  read: .* \(F\.r\.3 test \d\); by flags\.csv, rule test-pending$", said, re.MULTILINE)
    assert re.search(r"^  \d+\. What is the result", said, re.MULTILINE)


def test_quarantine_list_gives_every_critical_reason_of_every_held_record(night_command):
    said = night_command("quarantine", "list").out

    assert len(re.findall(r"^record \d+: ", said, re.MULTILINE)) == 7
    assert "clinic_note_2026-10-29.txt, file, case without number; 0 days old, nobody has it\n  READ-FILE: " in said
    assert "VERSION-CONFLICT: " in said


def test_signals_list_and_show_give_rules_cells_and_cases(night_command):
    listed = night_command("signals", "list").out.splitlines()
    [oral_herpes] = [line for line in listed if "Oral herpes" in line]

    said = night_command("signals", "show", oral_herpes.split()[0]).out

    assert oral_herpes.endswith("open  evans, ror, ic")
    assert "a 4, b 40, c 38, d 3947, expected 0.46; PRR 9.53 (" in said
    assert "cases: DE-EXAMPLEPARTNER-0032, IT-EXAMPLEPARTNER-0039, US-EXAMPLEBIO-2026000101" in said
    assert "background: FAERS 1 extract(s)" in said


def test_every_case_and_signal_has_a_page_and_its_reasons(night):
    from tvec_pv.cli.signals import signal_page
    from tvec_pv.cli.views import case_page, explanation_lines
    from tvec_pv.store import reads, signal_reads
    from tvec_pv.store.database import reading

    with reading(night.house.store) as connection:
        cases = list(reads.case_views(connection, reads.current_versions(connection)))
        signals = signal_reads.signals(connection)

    assert all(len(case_page(one)) > 3 and len(explanation_lines(one)) > 3 for one in cases)
    assert all(len(signal_page(one)) > 4 for one in signals)


def test_background_status_names_the_release_and_its_extracts(night_command, night):
    said = night_command("background", "status").out.splitlines()

    assert said[0] == night.found.background
    assert said[1].startswith("4000 cases by their newest version of 4040 reports; 15 name the product")
    assert said[2].startswith("faers_ascii_2026q2_generated.zip: 2026Q2, 4040 reports, 15 of them name the product")


def test_audit_verify_says_how_many_rows_hold(night_command):
    assert re.fullmatch(
        r"the audit trail holds: \d{2,} rows, each chained to the one before\n", night_command("audit", "verify").out
    )


def test_db_upgrade_names_the_database_without_a_password(night_command):
    answer = night_command("db", "upgrade")

    assert (answer.code, answer.out.endswith(" is up to date\n")) == (0, True)


def test_an_empty_house_says_that_it_is_empty(command):
    assert command("cases", "list").out == "no case is stored yet\n"
    assert command("quarantine", "list").out == "nothing is held back\n"
    assert command("signals", "list").out == "nothing was flagged yet\n"
    assert command("background", "status").out.startswith("no background is loaded")
    assert command("audit", "verify").out.startswith("the audit trail holds: 0 rows")


# --- what scripts parse --------------------------------------------------------------------------------------------


def test_a_case_as_json_is_keyed_by_e2b_element_numbers_and_carries_its_assessment(night_command):
    shown = as_json(night_command("cases", "show", COLD_SORE, "--json"))

    assert set(shown) == {
        *("case_key", "class", "nullified", "versions", "stored_at"),
        *("source", "case", "assessment", "clocks", "findings"),
    }
    assert shown["source"] == {"file": "imlygic_2026-11-03_follow-up.xml", "record": "message 1"}
    assert (shown["class"], shown["nullified"], shown["versions"]) == ("follow-up", False, 2)
    assert re.fullmatch(MOMENT, shown["stored_at"])
    case = shown["case"]
    assert (case["C.1.1"], case["C.1.5"], case["D"]["D.1"]) == (COLD_SORE, "20261026", {"nullFlavor": "MSK"})
    assert (case["E.i"][0]["E.i.1.1a"], case["G.k"][0]["G.k.2.2"]) == ("Cold sore", "IMLYGIC")
    assert [dose["G.k.4.r.7"] for dose in case["G.k"][0]["G.k.4.r"]] == ["TV26A009", "TV26A021"]
    [reaction] = shown["assessment"]["reactions"]
    assert (reaction["name"], reaction["category"], reaction["serious"]) == ("Oral herpes", "herpetic", False)
    assert {one["region"] for one in shown["assessment"]["verdicts"]} == {"US", "EU"}


def test_the_list_of_cases_as_json(night_command):
    listed = as_json(night_command("cases", "list", "--json"))

    assert len(listed) == 47
    assert {frozenset(one) for one in listed} == {
        frozenset(
            {
                *("case_key", "class", "nullified", "merged_into", "latest_received"),
                *("primary_category", "serious", "reactions", "verdicts"),
            }
        )
    }
    assert [one["case_key"] for one in listed if one["nullified"]] == ["FAERS-99000004", THROMBOSIS]
    assert {one["case_key"]: one["latest_received"] for one in listed}[COLD_SORE] == "2026-10-26"


def test_the_quarantine_as_json(night_command):
    held = as_json(night_command("quarantine", "list", "--json"))

    assert len(held) == 7
    assert {frozenset(one) for one in held} == {
        frozenset({"id", "place", "case_key", "received_at", "file", "sha256", "state", "owner", "findings"})
    }
    assert all(any(finding["severity"] == "critical" for finding in one["findings"]) for one in held)


def test_signals_as_json(night_command):
    listed = as_json(night_command("signals", "list", "--json"))
    shown = as_json(night_command("signals", "show", str(listed[0]["id"]), "--json"))

    assert shown == listed[0]
    signal = {
        "id",
        "pair",
        "name",
        "category",
        "detected_at",
        "run_id",
        "state",
        "why",
        "evidence",
        "flags",
        "decisions",
    }
    assert set(shown) == signal
    assert {"rule", "sentence", "statistics", "thresholds", "versions", "cases", "raised_at"} <= set(shown["flags"][0])


def test_the_background_as_json(night_command):
    status = as_json(night_command("background", "status", "--json"))

    [extract] = status["loaded"]
    assert (status["current"]["cases"], status["refused"]) == (4000, [])
    assert (extract["name"], extract["reports"], extract["product_reports"]) == (
        "faers_ascii_2026q2_generated.zip",
        4040,
        15,
    )


# --- what changes the house ----------------------------------------------------------------------------------------


def test_intake_detect_and_export_one_after_the_other(morning, command, tmp_path):
    taken = command("intake", FOLDER / "inbox", house=morning)
    found = command("detect", house=morning)
    written = command("export", "--out", tmp_path / "out", house=morning)

    assert [taken.code, found.code, written.code] == [0, 0, 0]
    *_, unchanged, quality, balance = taken.out.splitlines()
    assert unchanged == "nothing changed: every file was taken in before"
    assert quality.startswith("quality report ")
    assert balance.endswith("difference 0")
    assert found.out.splitlines()[-1].endswith("0 of them new")
    [workbook] = (tmp_path / "out").iterdir()
    assert written.out == f"workbook {workbook}\n"


def test_intake_detect_and_export_as_json_say_nothing_else(morning, command, tmp_path):
    taken = as_json(command("intake", FOLDER / "inbox", "--json", house=morning))
    found = as_json(command("detect", "--json", house=morning))
    written = as_json(command("export", "--out", tmp_path / "out", "--json", house=morning))

    assert (taken["received"], taken["classes"]["duplicate"]) == (124, 124)
    counted = {
        "run",
        "cases",
        "background",
        "pairs",
        "flags",
        "new_flags",
        "merged",
        "suspected",
        "of_product",
        "ours",
        "perhaps_ours",
    }
    assert set(found) == counted | {"assessed_again", "changed", "open", "decided", "suppressed"}
    assert set(written) == {"run", "path", "data_hash"}


def test_workbooks_lie_in_the_home_and_never_overwrite_each_other(morning, command):
    first, second = (command("export", house=morning).out for _ in range(2))

    assert first != second
    assert len(list((morning.settings.home / "workbooks").glob("*.xlsx"))) == 3


def test_loading_the_background_again_says_so(morning, command):
    answer = command("background", "load", FOLDER / "background", house=morning)
    again = as_json(command("background", "load", FOLDER / "background", "--json", house=morning))

    assert answer.out.rstrip().endswith("(loaded before)")
    assert [one["new"] for one in again] == [False]


# --- failures: one line, exit code 1; wrong usage: exit code 2 -----------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("cases", "show", "US-NOBODY-1"),
        ("cases", "show", "US-NOBODY-1", "--json"),
        ("explain", "US-NOBODY-1"),
        ("explain", ""),
        ("signals", "show", "4711"),
    ],
)
def test_what_is_not_stored_is_one_line_that_says_where_to_look(night_command, arguments):
    answer = night_command(*arguments)

    assert (answer.code, answer.out) == (1, "")
    assert re.fullmatch(r"tvec-pv: no (case|signal) .*`tvec-pv (cases|signals) list`.*\n", answer.err)


@pytest.mark.parametrize("arguments", [("intake",), ("background", "load"), ("nightly",)])
def test_a_path_that_does_not_exist_is_wrong_usage(command, tmp_path, arguments):
    answer = command(*arguments, tmp_path / "nowhere")

    assert (answer.code, answer.out) == (2, "")
    assert "there is no file or folder" in answer.err


@pytest.mark.parametrize(
    "arguments", [("intake",), ("cases", "show"), ("signals", "show", "one"), ("nonsense",), ("detect", "--nonsense")]
)
def test_wrong_usage_says_what_is_right(command, arguments):
    answer = command(*arguments)

    assert (answer.code, answer.out) == (2, "")
    assert "Usage: tvec-pv" in answer.err


def test_a_broken_extract_is_one_line(command, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"PK rubbish")

    answer = command("background", "load", tmp_path / "broken.zip")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines()[-1].startswith("tvec-pv: refused: broken.zip: the archive is damaged")


def test_a_workbook_that_cannot_be_written_is_one_line(morning, command, tmp_path):
    (tmp_path / "file").write_text("no folder")

    answer = command("export", "--out", tmp_path / "file", house=morning)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines()[-1].startswith("tvec-pv: the workbook cannot be written to ")
    assert "Traceback" not in answer.err


def test_a_setting_that_is_none_is_one_line(command, monkeypatch):
    monkeypatch.setenv("TVEC_PV_BATCH_SIZE", "many")

    answer = command("cases", "list")

    assert answer.code in (1, 2)
    assert "TVEC_PV_BATCH_SIZE" in answer.err or "batch_size" in answer.err
    assert len(answer.err.splitlines()) < 4


def test_a_broken_audit_trail_is_exit_code_1(morning, command):
    from sqlalchemy import text

    with morning.store.engine.begin() as connection:
        on = " ON audit" if connection.dialect.name == "postgresql" else ""
        for trigger in ("audit_append_only",) if on else ("audit_no_update",):
            connection.execute(text(f"DROP TRIGGER {trigger}{on}"))
        connection.execute(text("UPDATE audit SET actor = 'somebody else' WHERE id = 20"))

    answer = command("audit", "verify", house=morning)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "tvec-pv: the audit trail was altered at row 20 or before it\n"


def test_a_night_that_does_not_balance_is_exit_code_1_and_says_the_sum(morning, command, tmp_path, monkeypatch):
    from tvec_pv.store import record_reads

    counted = record_reads.file_classes
    monkeypatch.setattr(record_reads, "file_classes", lambda *given: dict(list(counted(*given).items())[1:]))
    (tmp_path / "new.csv").write_text("case_id,reaction,drug\nUS-TESTS-1,Fatigue,Imlygic\n")

    answer = command("intake", tmp_path / "new.csv", house=morning)

    assert answer.code == 1
    assert answer.out.splitlines()[-1].endswith("difference 1")
    assert answer.err.splitlines()[-1].startswith("tvec-pv: received 1 = ")


def test_a_database_that_does_not_answer_is_one_line_without_its_password(command, monkeypatch):
    monkeypatch.setenv("TVEC_PV_DATABASE_URL", "postgresql://officer:h4rdtoguess@127.0.0.1:9/pv?connect_timeout=2")

    answer = command("cases", "list")

    assert (answer.code, answer.out, len(answer.err.splitlines())) == (1, "", 1)
    assert answer.err.startswith("tvec-pv: the database does not answer")
    assert "h4rdtoguess" not in answer.err
