"""docs/reference/regulator-rules.md: each rule of the regulators, and which check answers it or why none does."""

from collections import Counter

from tests.reference_pages.findings_in_code import findings_in_code
from tests.reference_pages.markdown import code, document, table
from tvec_pv.checks.register import Rule, read_register
from tvec_pv.checks.suites import read_checks
from tvec_pv.settings import Settings

_REGULATORS = {
    "FDA": "The FDA's reject and warn rules for E2B(R3) submissions, by their numbers.",
    "ICH": "ICH E2B(R3), element by element: what is required, on which condition, and for which reasons a value may "
    "be left out.",
}


def page() -> str:
    folder = Settings.model_fields["expectations"].get_default(call_default_factory=True)
    rules = read_register(folder)
    severities = {check.id: str(check.severity) for check in read_checks(folder)}
    for one in findings_in_code():
        severities.setdefault(one.check, one.severity)
    return document(
        "The regulators' rules",
        f"""
What regulators ask of a report, and what is asked of it here. A received case comes from the world: what the FDA would
reject in a submission to itself is a warning or an information here, and never holds a case back that can be used.

The sentences are ours; the rules themselves are in ICH's implementation guide and in the FDA's E2B(R3) documents.
This page is made from `expectations/regulator_rules.toml`, and the tests compare its numbers with the FDA's list and
ICH's elements.

{_summary(rules)}
""",
        *(_section(regulator, words, rules, severities) for regulator, words in _REGULATORS.items()),
    )


def _summary(rules: tuple[Rule, ...]) -> str:
    counts = Counter((rule.regulator, _answer(rule)) for rule in rules)
    answers = ("answered", "answered partly", "deferred", "not applicable")
    rows = [(regulator, *(counts[regulator, answer] for answer in answers)) for regulator in _REGULATORS]
    return table(("", *answers), rows)


def _answer(rule: Rule) -> str:
    if rule.is_answered:
        return "answered partly" if rule.reason else "answered"
    return rule.reason.partition(":")[0].lower()


def _section(regulator: str, words: str, rules: tuple[Rule, ...], severities: dict[str, str]) -> str:
    rows = (
        (code(rule.id), rule.element, rule.says, _answered_by(rule, severities))
        for rule in rules
        if rule.regulator == regulator
    )
    return f"## {regulator}\n\n{words}\n\n{table(('rule', 'element', 'what it asks', 'answered by'), rows)}"


def _answered_by(rule: Rule, severities: dict[str, str]) -> str:
    by = ", ".join(
        f"[{check}](checks.md#{check.lower()}) ({severities[check]})"
        if check in rule.checks
        else f"{code(check)} ({severities[check]})"
        for check in (*rule.checks, *rule.findings)
    )
    return ". ".join(part for part in (by, rule.reason) if part)
