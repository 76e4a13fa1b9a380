"""Signals from night to night: open, decided or suppressed, what people said, and what explains them."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories import a_case, a_reaction, day, e2b_batch, e2b_message, serious
from tests.samples import FOLDER, background_rows
from tests.stored import asked, document, number, tables
from tvec_pv.actions import detection, explaining
from tvec_pv.actions.background import load_background
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.signals import decide_signal
from tvec_pv.actions.watching import watch_signal
from tvec_pv.background.scores import StoredPrior
from tvec_pv.domain.errors import NotFound, OutOfBalance, Refused
from tvec_pv.domain.signals.states import State
from tvec_pv.domain.statistics.gamma_poisson import Likelihood, Prior
from tvec_pv.domain.statistics.posterior import shrink
from tvec_pv.store import signal_reads
from tvec_pv.store.database import reading

WHY = "looked at with every case, and discussed"
ORAL_HERPES = "oral herpes"


def signal_of(house, pair):
    with reading(house.store) as connection:
        return signal_reads.get_signal(connection, signal_reads.signal_ids(connection)[pair])


def standing_of(house, pair):
    with reading(house.store) as connection:
        return signal_reads.get_standing(connection, signal_reads.signal_ids(connection)[pair])


def state_of(house, pair):
    return signal_of(house, pair)["state"]


def decide(house, pair, code, **more):
    return decide_signal(house, signal_of(house, pair)["id"], code, WHY, "B. Officer", **more)


def received(house, folder, *cases):
    folder.mkdir()
    messages = map(e2b_message, cases)
    (folder / "a.xml").write_bytes(e2b_batch(*messages, batch_id="TESTS", created="20261102060000+0000"))
    return take_in(house, [folder])


def flags_of(house, pair):
    return [flag["rule"] for flag in signal_of(house, pair)["flags"]]


# --- states --------------------------------------------------------------------------------------------------------


def test_after_a_night_every_pair_that_meets_a_rule_stands_in_one_state(night):
    met = {flag.pair.key for flag in night.found.flags}
    standing = asked(night.house, "SELECT s.pair, x.state FROM signal_standings x JOIN signals s ON s.id = x.signal_id")

    assert sorted(row["pair"] for row in standing) == sorted(met)
    assert night.found.states == {State.OPEN: len(met), State.DECIDED: 0, State.SUPPRESSED: 0}
    assert any(line.startswith(f"{len(met)} signals: {len(met)} open, 0 decided") for line in night.found.lines)


def test_a_decided_pair_is_quiet_until_a_case_is_new_and_one_that_is_covered_stays_suppressed(
    morning, tmp_path, without_checks
):
    before = flags_of(morning, ORAL_HERPES)
    decide(morning, ORAL_HERPES, "labelled")

    first = detect_signals(morning)
    assert (state_of(morning, ORAL_HERPES), first.states[State.DECIDED]) == ("decided", 1)

    received(morning, tmp_path / "new", a_case("US-TESTS-1"))
    second = detect_signals(morning)

    signal = signal_of(morning, ORAL_HERPES)
    assert (signal["state"], second.states[State.SUPPRESSED]) == ("suppressed", 1)
    assert "labelled" in signal["why"]
    assert flags_of(morning, ORAL_HERPES) == before
    assert standing_of(morning, ORAL_HERPES)["document"]["new"] == ["US-TESTS-1"]


def test_what_is_not_covered_is_flagged_again_by_a_new_case_and_not_by_a_follow_up(morning, tmp_path, without_checks):
    before = flags_of(morning, ORAL_HERPES)
    decide(morning, ORAL_HERPES, "insufficient-information")
    # the patient of a known case, with more to say of the same reaction
    follow_up = a_case("US-EXAMPLEBIO-2026000121", latest_received=day("2026-11-20"))
    received(morning, tmp_path / "follow-up", follow_up)
    detect_signals(morning)
    assert (state_of(morning, ORAL_HERPES), flags_of(morning, ORAL_HERPES)) == ("decided", before)

    received(morning, tmp_path / "new", a_case("US-TESTS-1"))
    detect_signals(morning)

    assert state_of(morning, ORAL_HERPES) == "open"
    assert sorted(flags_of(morning, ORAL_HERPES)[len(before) :]) == ["evans", "ic", "ror"]


def test_a_fatal_case_of_a_reaction_that_is_covered_flags_without_statistics(morning, tmp_path, without_checks):
    decide(morning, ORAL_HERPES, "reviewed")
    died = a_case("US-TESTS-1", reactions=(a_reaction("Oral herpes", seriousness=serious("death")),))
    received(morning, tmp_path / "new", died)

    detect_signals(morning)

    assert state_of(morning, ORAL_HERPES) == "open"
    new = [flag for flag in signal_of(morning, ORAL_HERPES)["flags"] if flag["rule"] == "fatal"]
    assert [flag["cases"] for flag in new] == [["US-TESTS-1"]]


def test_a_known_case_that_becomes_fatal_flags_too(morning, tmp_path, without_checks):
    decide(morning, ORAL_HERPES, "labelled")
    died = a_case(
        "US-EXAMPLEBIO-2026000121",
        latest_received=day("2026-11-20"),
        reactions=(a_reaction("Oral herpes", seriousness=serious("death")),),
    )
    received(morning, tmp_path / "follow-up", died)

    detect_signals(morning)

    assert (state_of(morning, ORAL_HERPES), "fatal" in flags_of(morning, ORAL_HERPES)) == ("open", True)


def test_a_signal_whose_cases_are_gone_does_not_vanish(house, tmp_path, without_checks):
    anaphylaxis = (a_reaction("Anaphylactic reaction"),)
    received(house, tmp_path / "first", a_case("US-TESTS-1", reactions=anaphylaxis))
    detect_signals(house)
    pair = "anaphylactic reaction"
    corrected = a_case("US-TESTS-1", latest_received=day("2026-11-20"), reactions=(a_reaction("Fatigue"),))
    received(house, tmp_path / "second", corrected)

    found = detect_signals(house)

    signal = signal_of(house, pair)
    assert (signal["state"], found.states[State.OPEN]) == ("open", 1)
    assert "meets no rule any more" in signal["why"]
    decide(house, pair, "coding-artefact")
    detect_signals(house)
    assert state_of(house, pair) == "decided"


def test_undone_is_open_again_and_no_word_is_lost(morning):
    decide(morning, ORAL_HERPES, "labelled")
    detect_signals(morning)
    decide(morning, ORAL_HERPES, "reopened")
    detect_signals(morning)

    signal = signal_of(morning, ORAL_HERPES)
    assert signal["state"] == "open"
    said = [(one["decision"], one["code"], one["reason"], one["actor"]) for one in signal["decisions"]]
    assert said == [
        ("not validated", "labelled", WHY, "B. Officer"),
        ("reopened", "reopened", WHY, "B. Officer"),
    ]


def test_what_is_watched_comes_back_after_so_many_cases(morning, tmp_path, without_checks):
    decide(morning, ORAL_HERPES, "watched", after_cases=2)
    states = []
    for one in range(1, 4):
        detect_signals(morning)
        states.append(state_of(morning, ORAL_HERPES))
        received(morning, tmp_path / f"{one}", a_case(f"US-TESTS-{one}"))

    assert states == ["decided", "suppressed", "open"]


def test_a_rule_that_is_switched_off_hides_nothing(morning):
    from dataclasses import replace

    off = replace(morning.thresholds, version="2027-01-01", active=morning.thresholds.active - {"evans", "ror", "ic"})
    open_before = detect_signals(morning).states[State.OPEN]

    found = detect_signals(replace(morning, thresholds=off))

    hidden = found.states[State.SUPPRESSED]
    assert hidden == 5  # the pairs that statistics alone flag: influenza like illness, cellulitis, oral herpes, ...
    assert found.states[State.OPEN] == open_before - hidden
    assert "not active: evans, ror, ic" in signal_of(morning, ORAL_HERPES)["why"]
    assert {flag.rule for flag in found.flags}.isdisjoint({"evans", "ror", "ic"})


def test_a_night_that_loses_a_pair_stores_nothing(morning, monkeypatch):
    before = tables(morning, "flags", "signal_standings", "signals")
    decide(morning, ORAL_HERPES, "labelled")
    monkeypatch.setattr(signal_reads, "states", lambda _: [])

    with pytest.raises(OutOfBalance, match="pairs that meet a rule"):
        detect_signals(morning)

    assert tables(morning, "flags", "signal_standings", "signals") == before


def test_the_same_night_again_adds_no_row(morning):
    before = tables(morning, "signals", "flags", "flag_cases", "signal_standings", "signal_decisions")

    detect_signals(morning)

    assert tables(morning, "signals", "flags", "flag_cases", "signal_standings", "signal_decisions") == before


def a_stored_prior(prior, *, converged):
    """A prior as if the background had been scored."""
    of_what = {"release": "of the tests", "roles": (), "strata": (), "code": "tests"}
    numbers = {"log_likelihood": -1.0, "starts": (-1.0,), "reports": 1, "pairs": 1, "substances": 1, "reactions": 1}
    return StoredPrior(prior, Likelihood.WITH_ZEROS, converged=converged, is_interior=True, **of_what, **numbers)


PRIOR = Prior(0.2, 0.1, 2.0, 4.0, 1 / 3)


def test_with_a_prior_eb05_flags_and_its_flag_names_the_prior(morning, monkeypatch):
    monkeypatch.setattr(detection, "prior_of", lambda _: a_stored_prior(PRIOR, converged=True))

    detect_signals(morning)

    [flag] = [one for one in signal_of(morning, "injection site cellulitis")["flags"] if one["rule"] == "eb05"]
    numbers = flag["statistics"]
    expected = shrink([numbers["a"]], [numbers["expected"]], PRIOR)
    assert (numbers["ebgm"], numbers["eb05"]) == pytest.approx((expected.ebgm[0], expected.eb05[0]))
    assert numbers["eb05"] >= 2
    assert flag["versions"]["prior"] == "(0.2, 0.1, 2, 4, 0.333333), with zero cells"


def test_a_prior_that_the_data_do_not_determine_flags_nothing(morning, monkeypatch):
    monkeypatch.setattr(detection, "prior_of", lambda _: a_stored_prior(PRIOR, converged=False))

    assert "eb05" not in {flag.rule for flag in detect_signals(morning).flags}


def test_a_signal_of_an_older_store_waits_for_the_next_look_and_is_not_lost(house, command):
    """As it is after the migration: signals, and nowhere yet where they stand."""
    with house.store.engine.begin() as connection:
        for table, values in (
            ("runs (id, kind, started_at, outcome, versions, summary)", "(9, 'detect', :at, 'done', '{}', '{}')"),
            ("signals (id, pair, name, category, detected_at, run_id)", "(9, 'chills', 'Chills', 'systemic', :at, 9)"),
        ):
            connection.execute(text(f"INSERT INTO {table} VALUES {values}"), {"at": datetime(2026, 11, 1, tzinfo=UTC)})

    assert command("signals", "list", house=house).out.startswith("9  Chills  systemic  not looked at yet")
    with pytest.raises(NotFound, match="tvec-pv detect"):
        decide(house, "chills", "labelled")

    assert detect_signals(house).states[State.OPEN] == 1
    decide(house, "chills", "labelled")
    detect_signals(house)
    assert state_of(house, "chills") == "decided"


# --- decisions -----------------------------------------------------------------------------------------------------


def test_a_decision_has_its_audit_row_and_is_bound_to_what_was_seen(morning):
    seen = signal_of(morning, ORAL_HERPES)
    decide(morning, ORAL_HERPES, "confounded", seen=seen["evidence"])

    [row] = asked(morning, "SELECT * FROM audit WHERE action = 'signal decided'")
    assert (row["actor"], row["subject"]) == ("B. Officer", f"signal {seen['id']}")
    detail = document(row["detail"])
    assert (detail["said"], detail["code"], detail["evidence"]) == ("not validated", "confounded", seen["evidence"])


def test_deciding_on_evidence_that_has_changed_is_refused(morning, tmp_path, without_checks):
    seen = signal_of(morning, ORAL_HERPES)["evidence"]
    received(morning, tmp_path / "new", a_case("US-TESTS-1"))
    detect_signals(morning)

    with pytest.raises(Refused, match="has changed"):
        decide(morning, ORAL_HERPES, "labelled", seen=seen)

    assert number(morning, "SELECT count(*) FROM signal_decisions") == 0


@pytest.mark.parametrize(
    ("code", "reason", "more"),
    [
        ("labeled", WHY, {}),
        ("labelled", "known", {}),
        ("labelled", " " * 40, {}),
        ("reopened", WHY, {}),
        ("watched", WHY, {}),
        ("watched", WHY, {"on_day": date(2020, 1, 1)}),
        ("labelled", WHY, {"after_cases": 3}),
    ],
)
def test_what_nobody_could_count_or_understand_is_refused(morning, code, reason, more):
    with pytest.raises(Refused):
        decide_signal(morning, signal_of(morning, ORAL_HERPES)["id"], code, reason, "B. Officer", **more)

    assert number(morning, "SELECT count(*) FROM signal_decisions") == 0
    assert number(morning, "SELECT count(*) FROM audit WHERE action = 'signal decided'") == 0


def test_a_signal_that_is_not_there_is_named_so(morning):
    with pytest.raises(NotFound, match="signals list"):
        decide_signal(morning, 4711, "labelled", WHY, "B. Officer")


@pytest.mark.parametrize("table", ["signal_decisions", "signal_standings"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_decided(morning, table, change):
    decide(morning, ORAL_HERPES, "labelled")

    with pytest.raises(DBAPIError, match="append-only"), morning.store.engine.begin() as connection:
        connection.execute(text(change.format(table)))


# --- the command ---------------------------------------------------------------------------------------------------


def test_the_command_decides_lists_and_explains(morning, command):
    number_of = signal_of(morning, ORAL_HERPES)["id"]
    tomorrow = date.today() + timedelta(days=30)
    said = command(
        *("signals", "decide", number_of, "--as", "watched", "--reason", WHY, "--cases", 2),
        *("--on", tomorrow, "--by", "A. Physician"),
        house=morning,
    )
    assert said.out == f"signal {number_of}: monitored, watched; the next detection goes by it\n"
    command("detect", house=morning)

    listed = command("signals", "list", "--state", "decided", house=morning).out.splitlines()
    assert listed[0].startswith(f"{number_of}  Oral herpes  herpetic  decided  evans, ror, ic  (monitored")
    assert listed[-1].endswith("1 decided, 0 suppressed")
    assert len(listed) == 2
    shown = command("signals", "show", number_of, house=morning).out
    assert f"monitored (watched, comes back after 2 new cases or on {tomorrow}) by A. Physician: {WHY}" in shown
    assert (
        command("explain", number_of, house=morning).out == command("signals", "explain", number_of, house=morning).out
    )


def test_a_decision_that_is_refused_says_so(morning, command):
    said = command("signals", "decide", 1, "--as", "because", "--reason", WHY, house=morning)

    assert said.code == 1
    assert "labelled" in said.err


def test_the_budget_is_shown_with_the_rule_that_keeps_it(morning, command):
    said = command("signals", "budget", "--per-week", 5, "--reports-per-week", 3, house=morning).out

    assert "3 come in a week" in said
    assert [line.split()[0] for line in said.splitlines()[2:5]] == ["evans", "ror", "ic"]
    assert said.splitlines()[-1] == "a budget of 5 a week: ror keeps it"


def test_without_a_case_nobody_knows_the_rate(command):
    said = command("signals", "budget")

    assert (said.code, "--reports-per-week" in said.err) == (1, True)


def test_without_a_background_the_budget_is_that_of_a_made_up_spread_and_says_so(command):
    said = command("signals", "budget", "--reports-per-week", 3).out

    assert "no background is loaded" in said


# --- what explains -------------------------------------------------------------------------------------------------


def test_the_cases_that_made_it_cross_are_named_and_without_them_it_does_not(night):
    """Counted again without them, by the detection's own functions on the cells that were stored."""
    from tvec_pv.domain.background import Background
    from tvec_pv.domain.signals.pairs import measure
    from tvec_pv.domain.signals.rules import crosses

    limits, looked = night.house.thresholds, 0
    for row in asked(night.house, "SELECT document FROM signal_standings"):
        stands = document(row["document"])
        for one in stands["crossings"]:
            looked += 1
            cells = stands["statistics"]
            background = Background("again", cells["c"] + cells["d"], {"it": cells["c"]})

            def left(out, cells=cells, background=background):
                return measure(background, ["it"], [cells["a"] - out], cells["a"] + cells["b"] - out)[0]

            assert set(one["cases"]) <= set(stands["cases"])
            assert crosses(one["rule"], left(0), limits)
            assert crosses(one["rule"], left(one["needed"] - 1), limits)
            assert not crosses(one["rule"], left(one["needed"]), limits)
            assert len(one["cases"]) == (len(stands["cases"]) if one["needed"] == 1 else one["needed"])
    assert looked > 5


def test_a_crossing_goes_when_its_cases_are_nullified(house, tmp_path, without_checks):
    """The whole way: the cases that are named are nullified, the next night finds no crossing."""
    from dataclasses import replace

    from tvec_pv.domain.icsr import NullificationAmendment

    load_background(house, [FOLDER / "background"])
    cases = [a_case(f"US-TESTS-{one}", latest_received=day(f"2026-10-{10 + one}")) for one in range(1, 6)]
    others = [a_case(f"US-TESTS-1{one:02}", reactions=(a_reaction("Fatigue"),)) for one in range(40)]
    received(house, tmp_path / "first", *cases, *others)
    detect_signals(house)
    crossings = {one["rule"]: one for one in standing_of(house, ORAL_HERPES)["document"]["crossings"]}
    newest = crossings["ror"]["cases"]
    assert newest[-1] == "US-TESTS-5"
    gone = [
        replace(
            one,
            latest_received=day("2026-11-20"),
            nullification_amendment=NullificationAmendment.NULLIFICATION,
            nullification_amendment_reason="A duplicate",
        )
        for one in cases
        if one.worldwide_id in newest
    ]
    received(house, tmp_path / "second", *gone)

    detect_signals(house)

    assert "ror" not in standing_of(house, ORAL_HERPES)["document"]["rules"]


def test_the_background_is_counted_under_restrictions_only_when_a_signal_stands_anew(morning, monkeypatch):
    asked_for = []
    real = explaining.count
    monkeypatch.setattr(explaining, "count", lambda *given: asked_for.append(given[2]) or real(*given))
    detect_signals(morning)
    assert asked_for == []

    decide(morning, ORAL_HERPES, "labelled")
    detect_signals(morning)
    assert len(asked_for) == 6


def restricted(house, among):
    """The extract counted over its own files under one restriction: cases without the product, in all and with the
    reaction, by rules written here again."""
    newest = {}
    for row in background_rows("DEMO"):
        if row["caseid"] not in newest or int(row["caseversion"]) > int(newest[row["caseid"]]["caseversion"]):
            newest[row["caseid"]] = row
    drugs, serious = {}, {row["primaryid"] for row in background_rows("OUTC")}
    for row in background_rows("DRUG"):
        drugs.setdefault(row["primaryid"], []).append(row)
    herpes = {row["primaryid"] for row in background_rows("REAC") if row["pt"].lower() == "oral herpes"}

    def keeps(row):
        taken = drugs.get(row["primaryid"], [])
        if any("imlygic" in one["drugname"].lower() or "talimogene" in one["prod_ai"].lower() for one in taken):
            return False
        if among == "consumers":
            return row["occp_cod"] != "CN"
        if among == "top-country":
            return (row["occr_country"] or row["reporter_country"]) != "US"
        if among == "serious":
            return row["primaryid"] in serious
        return True

    kept = [row["primaryid"] for row in newest.values() if keeps(row)]
    return sum(one in herpes for one in kept), len(kept)


@pytest.mark.parametrize("among", ["consumers", "top-country", "serious"])
def test_the_robustness_strip_has_the_cells_that_are_counted_over_the_files(night, among):
    looks = {one["id"]: one for one in standing_of(night.house, ORAL_HERPES)["document"]["robustness"]}
    cells = looks[among]["statistics"]

    assert (cells["c"], cells["c"] + cells["d"]) == restricted(night.house, among)


def test_the_robustness_strip_has_every_look_that_is_asked_for(night):
    looks = standing_of(night.house, ORAL_HERPES)["document"]["robustness"]

    assert [one["id"] for one in looks] == [
        "literature",
        "top-country",
        "consumers",
        "serious",
        "melanoma",
        "checkpoint-inhibitors",
        "suspected-duplicates",
    ]
    assert all(one["statistics"]["a"] <= 4 for one in looks)
    assert {one["id"]: one["lost"] for one in looks}["consumers"] == ["evans", "ror", "ic"]


def test_groups_count_each_case_once(night, command):
    from tests.stored import sample_cases
    from tvec_pv.reference_files import safety_profile

    profile, cases = safety_profile(), {}
    for key, one in sample_cases(night.house).items():
        for reaction in one["assessment"]["reactions"]:
            if (match := profile.find(reaction["name"])) and key != "FAERS-99000006":
                cases.setdefault(profile.category_name(match.concept.category), set()).add(key)
    printed = command("signals", "groups", "--json", house=night.house)

    found = {one["name"]: one for one in json.loads(printed.out)}
    assert {name: set(one["cases"]) for name, one in found.items()} == cases
    assert all(len(one["cases"]) == one["statistics"]["a"] for one in found.values())
    assert len(found["Herpetic infection"]["cases"]) == len(set(found["Herpetic infection"]["cases"]))


def test_groups_of_meddra_need_a_release(night, command):
    answer = command("signals", "groups", "--by", "SMQ", house=night.house)

    assert (answer.code, "TVEC_PV_MEDDRA" in answer.err) == (1, True)


def test_reactions_that_may_be_one_are_asked_about_and_counted_apart(house, tmp_path, without_checks):
    names = ("Influenza", "Influenza like illness", "Illness")
    cases = [
        a_case(f"US-TESTS-{one}", reactions=(a_reaction(names[one % 3], seriousness=serious("hospitalisation")),))
        for one in range(6)
    ]
    received(house, tmp_path / "inbox", *cases)
    detect_signals(house)

    with reading(house.store) as connection:
        [pair] = [pair for pair in signal_reads.signal_ids(connection) if pair == "illness"]
    stands = standing_of(house, pair)["document"]
    assert {like["name"] for like in stands["look_alikes"]} == {"Influenza", "Influenza like illness"}
    assert [like["cases"] for like in stands["look_alikes"]] == [2, 2]
    assert len(stands["cases"]) == 2


# --- watched on doses shipped ----------------------------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path):
    def write(*rows):
        path = tmp_path / "doses.csv"
        path.write_text("\n".join(["month,doses", *rows]), "utf-8")
        return path

    return write


def test_a_watch_crosses_where_more_came_than_the_rate_explains(house, tmp_path, shipped, without_checks):
    # 9 reports where 3.2 are expected, of a watch planned for 10: LLR 3.5067 above the exact limit of 3.4680
    unlisted = [
        a_case(
            f"US-TESTS-{number}",
            reactions=(a_reaction("Seizure", seriousness=serious("hospitalisation")),),
            first_received=day("2026-10-20"),
            latest_received=day("2026-10-20"),
        )
        for number in range(9)
    ]
    received(house, tmp_path / "new", *unlisted)
    detect_signals(house)
    number_of_it = signal_of(house, "seizure")["id"]
    doses = shipped("2026-09,20000", "2026-10,12000", "2026-11,1000")

    crossed = watch_signal(house, number_of_it, doses, 100, 100_000, 0.05, 1)
    in_less_time = watch_signal(house, number_of_it, doses, 100, 200_000, 0.05, 1)

    assert [(look.doses, look.reports) for look in crossed.looks] == [(20000, 0), (32000, 9), (33000, 9)]
    assert [look.expected for look in crossed.looks] == pytest.approx([2, 3.2, 3.3])
    assert crossed.critical_value == pytest.approx(3.4680, abs=5e-5)
    assert crossed.looks[1].log_likelihood_ratio == pytest.approx(3.5067, abs=5e-5)
    assert crossed.crossed == "2026-10"
    assert in_less_time.critical_value == pytest.approx(3.6281, abs=5e-5)
    assert in_less_time.crossed is None


@pytest.mark.parametrize(
    ("rows", "until", "says"),
    [
        (("2026-09,20000", "2026-11,1"), 100_000, "row 3 of the doses: .* no month is missing"),
        (("2026-09,twenty",), 100_000, "row 2 of the doses: a month is written"),
        (("2026-13,20",), 100_000, "row 2 of the doses: a month is written"),
        (("2026-09,-20",), 100_000, "row 2 of the doses: doses are not negative"),
        (("2026-09,20000",), 10_000, "more doses were shipped than the watch was planned for"),
        ((), 10_000, "a row for each month"),
    ],
)
def test_a_file_of_doses_that_does_not_read_is_refused_by_its_row(night, shipped, rows, until, says):
    with pytest.raises(Refused, match=says):
        watch_signal(night.house, 1, shipped(*rows), 100, until, 0.05, 1)
