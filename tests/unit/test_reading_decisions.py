"""How a stored assessment reads with a decision: what it stored decides, and an older one keeps its verdicts."""

from datetime import UTC, datetime

from tests.factories import a_case, a_drug, a_reaction, another_drug, serious
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.documents import plain
from tvec_pv.domain.listedness_decisions import Decision, ListednessDecision, decided, decisions_on, ground_of
from tvec_pv.reference_files import knowledge, reporting_rules

OPEN = a_reaction("Eczema herpeticum", seriousness=serious("hospitalisation"))


def stored(**changes):
    return plain(assess(a_case(**{"reactions": (OPEN,)} | changes), knowledge()))


def said(document, decision="listed", region="US"):
    row = next(one for one in document["reactions"][0]["listedness"] if one["region"] == region)
    at = datetime(2026, 11, 25, tzinfo=UTC)
    return ListednessDecision("hsv_kve", region, Decision(decision), ground_of(row), "a reason", "Dr A", at)


def us_verdict(document):
    return next(one["verdict"] for one in document["verdicts"] if one["region"] == "US")


def test_the_verdict_follows_and_the_assessment_stays():
    document = stored()
    before = stored()

    assert us_verdict(document) == "15_DAY"
    assert us_verdict(decided(document, (said(document),), reporting_rules())) == "PERIODIC"
    assert document == before


def test_the_flag_goes_when_nothing_is_open_any_more():
    document = stored()
    in_us, in_both = (
        {one["flag"] for one in decided(document, given, reporting_rules())["flags"]}
        for given in ((said(document),), (said(document), said(document, "unlisted", "EU")))
    )

    assert in_us - in_both == {"LISTEDNESS_INDETERMINATE"}


def test_a_decision_starts_no_duty_where_the_product_is_not_suspect():
    document = stored(drugs=(a_drug(role="2"), another_drug("nivolumab", "1")))

    assert us_verdict(decided(document, (said(document, "unlisted"),), reporting_rules())) == "NOT_SUSPECT"


def test_an_assessment_that_stored_no_facts_keeps_its_verdicts():
    document = stored()
    del document["facts"]
    now = decided(document, (said(document),), reporting_rules())

    assert now["reactions"][0]["listedness"][0]["listed"] == "L"
    assert us_verdict(now) == "15_DAY"


def test_what_was_undone_or_has_another_ground_is_no_decision():
    document = stored()
    first = said(document)
    elsewhere = ListednessDecision(
        "hsv_kve", "US", Decision.LISTED, {**first.ground, "label": "US-2022-06"}, "", "", first.at
    )

    assert decisions_on(document, [first]) == (first,)
    assert decisions_on(document, [first, said(document, "undone")]) == ()
    assert decisions_on(document, [elsewhere]) == ()
