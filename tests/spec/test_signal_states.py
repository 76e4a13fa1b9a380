"""A pair that meets a rule is open, decided or suppressed: by what was decided, and by what is new since."""

from datetime import date
from typing import NamedTuple

import pytest

from tests.spec.tables import each
from tvec_pv.domain.errors import OutOfBalance, Refused
from tvec_pv.domain.signals.states import Decided, Decision, State, check_comes_back, check_states, stand
from tvec_pv.reference_files import reason_codes

TODAY = date(2026, 11, 25)
YESTERDAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 26)
ACTIVE = frozenset({"ror", "fatal", "designated-medical-event"})


class Row(NamedTuple):
    """What a pair meets tonight, the last decision on it (made on cases 1 to 3, all of them then statistics' alone),
    and where it stands. Cases are single letters and figures; "ic" is a rule that is not active here."""

    meets: str
    decided: str
    comes_back: int | date | None
    state: str
    flagged: str
    new: str


TABLE = [
    # nothing was decided
    Row("ror 123", "", None, "open", "ror", "123"),
    Row("fatal 1", "", None, "open", "fatal", "1"),
    Row("ror 123, fatal 1", "", None, "open", "ror fatal", "123"),
    Row("ic 123", "", None, "suppressed", "", ""),  # an inactive rule hides nothing: it is listed and counted
    Row("ror 123, ic 123", "", None, "open", "ror", "123"),
    Row("", "", None, "open", "", ""),  # flagged once, its cases nullified since: it waits for a person all the same
    # no case is new since the decision
    Row("ror 123", "labelled", None, "decided", "", ""),
    Row("ror 123", "confounded", None, "decided", "", ""),
    Row("ror 123", "supported", None, "decided", "", ""),
    Row("ror 12", "confounded", None, "decided", "", ""),  # one was nullified
    Row("", "confounded", None, "decided", "", ""),
    Row("ic 123", "confounded", None, "decided", "", ""),
    # a new case: covered or not
    Row("ror 1234", "labelled", None, "suppressed", "", "4"),
    Row("ror 1234", "indication-related", None, "suppressed", "", "4"),
    Row("ror 1234", "reviewed", None, "suppressed", "", "4"),
    Row("ror 1234", "confounded", None, "open", "ror", "4"),
    Row("ror 1234", "duplicate-driven", None, "open", "ror", "4"),
    Row("ror 1234", "coding-artefact", None, "open", "ror", "4"),
    Row("ror 1234", "insufficient-information", None, "open", "ror", "4"),
    Row("ror 1234", "supported", None, "open", "ror", "4"),
    Row("ic 1234", "confounded", None, "decided", "", ""),  # only the inactive rule sees it
    # rules of the case lane are never covered, and see a known case that meets them for the first time
    Row("ror 1234, fatal 4", "labelled", None, "open", "fatal ror", "4"),
    Row("ror 123, fatal 3", "labelled", None, "open", "fatal", "3"),
    Row("designated-medical-event 4", "reviewed", None, "open", "designated-medical-event", "4"),
    # monitored: so many new cases, or a day
    Row("ror 123", "watched", 2, "decided", "", ""),
    Row("ror 1234", "watched", 2, "suppressed", "", "4"),
    Row("ror 12345", "watched", 2, "open", "ror", "45"),
    Row("ror 123456", "watched", 2, "open", "ror", "456"),
    Row("ror 1234", "watched", TOMORROW, "suppressed", "", "4"),
    Row("ror 1234", "watched", TODAY, "open", "ror", "4"),
    Row("ror 123", "watched", YESTERDAY, "open", "", ""),
    Row("ror 123, fatal 3", "watched", 2, "open", "fatal", "3"),
    # undone
    Row("ror 123", "reopened", None, "open", "ror", "123"),
    Row("ic 123", "reopened", None, "suppressed", "", ""),
]


def decided(row):
    if not row.decided:
        return None
    _, codes = reason_codes()
    cases = frozenset("123")
    after = row.comes_back if isinstance(row.comes_back, int) else None
    on_day = None if isinstance(row.comes_back, int) else row.comes_back
    return Decided(codes[row.decided], cases, {"ror": cases}, after, on_day)


@each(TABLE)
def test_where_a_pair_stands(row):
    meets = {rule: frozenset(cases) for rule, cases in (one.split() for one in row.meets.split(", ") if one)}

    found = stand(meets, ACTIVE, decided(row), TODAY)

    assert (found.state, set(found.flagged), found.new) == (row.state, set(row.flagged.split()), frozenset(row.new))
    assert found.why


@each([row for row in TABLE if row.state == "suppressed" and row.decided])
def test_what_is_suppressed_says_by_what(row):
    meets = {rule: frozenset(cases) for rule, cases in (one.split() for one in row.meets.split(", "))}
    why = stand(meets, ACTIVE, decided(row), TODAY).why

    assert row.decided in why or "monitored" in why or "not active" in why


def test_the_codes_that_may_be_given():
    _, codes = reason_codes()

    assert {code for code, one in codes.items() if one.covers} == {"labelled", "indication-related", "reviewed"}
    assert {one.decision for one in codes.values()} == set(Decision)
    assert all(one.sentence.endswith(".") for one in codes.values())


@pytest.mark.parametrize(
    ("decision", "cases", "day", "is_refused"),
    [
        (Decision.MONITORED, None, None, True),
        (Decision.MONITORED, 0, None, True),
        (Decision.MONITORED, 1, None, False),
        (Decision.MONITORED, None, TODAY, True),
        (Decision.MONITORED, None, TOMORROW, False),
        (Decision.MONITORED, 3, TOMORROW, False),
        (Decision.NOT_VALIDATED, None, None, False),
        (Decision.NOT_VALIDATED, 3, None, True),
        (Decision.VALIDATED, None, TOMORROW, True),
    ],
)
def test_only_what_is_monitored_comes_back_by_itself_and_it_always_does(decision, cases, day, is_refused):
    if is_refused:
        with pytest.raises(Refused):
            check_comes_back(decision, cases, day, TODAY)
    else:
        check_comes_back(decision, cases, day, TODAY)


@pytest.mark.parametrize(
    ("pairs", "stored", "is_wrong"),
    [
        ("ab", [("a", "open"), ("b", "decided")], False),
        ("a", [("a", "open"), ("b", "decided")], False),
        ("", [], False),
        ("abc", [("a", "open"), ("b", "decided")], True),
        ("ab", [("a", "open"), ("a", "suppressed"), ("b", "open")], True),
    ],
)
def test_every_pair_stands_in_exactly_one_state_or_nothing_is_stored(pairs, stored, is_wrong):
    states = [(pair, State(state)) for pair, state in stored]

    if is_wrong:
        with pytest.raises(OutOfBalance, match="1 pairs"):
            check_states(pairs, states)
    else:
        assert sum(check_states(pairs, states).values()) == len(stored)
