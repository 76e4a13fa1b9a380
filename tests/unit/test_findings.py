"""Findings: what is critical holds a case back, and nothing else does."""

import pytest

from tvec_pv.domain.findings import Finding, Severity, critical


def a_finding(severity, check="CASE-01"):
    return Finding(check, severity, "the sentence", "C.1.1")


def test_only_critical_findings_are_critical_and_their_order_is_kept():
    findings = tuple(
        a_finding(severity, check)
        for severity, check in (
            (Severity.WARNING, "A"),
            (Severity.CRITICAL, "B"),
            (Severity.INFO, "C"),
            (Severity.CRITICAL, "D"),
        )
    )

    assert [finding.check for finding in critical(findings)] == ["B", "D"]
    assert critical(()) == ()


def test_there_are_three_severities_and_they_are_stored_as_words():
    assert [str(severity) for severity in Severity] == ["critical", "warning", "info"]
    with pytest.raises(ValueError, match="major"):
        Severity("major")


def test_a_finding_without_a_place_is_about_the_whole_report():
    assert (a_finding(Severity.INFO).where, Finding("X", Severity.INFO, "words").element) == ("", "")


def test_a_finding_cannot_be_changed_after_it_was_made():
    with pytest.raises(AttributeError):
        a_finding(Severity.INFO).severity = Severity.CRITICAL
