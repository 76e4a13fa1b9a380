"""A finding: what a reader, an expectation or a rule has to say about a case."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Critical holds the case back; a warning stays with it; information is only counted."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` names the rule, `message` says it in words, `element` is the E2B number it is about, `where` the
    reaction, drug or line. The message carries no value of the report."""

    check: str
    severity: Severity
    message: str
    element: str = ""
    where: str = ""


def critical(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.CRITICAL)
