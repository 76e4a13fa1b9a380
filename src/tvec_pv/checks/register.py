"""The register of regulators' rules: which check answers each, or why none does. Data: `regulator_rules.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvec_pv.checks.suites import read_checks
from tvec_pv.domain.errors import ReferenceDataError

PARTLY, UNANSWERED = "Partly: ", ("Deferred: ", "Not applicable: ")
_FIELDS = {"id", "regulator", "element", "says", "checks", "findings", "reason"}
_REGULATORS = ("FDA", "ICH")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a regulator in our words. `checks` are of the suites, `findings` of the readers and the rules.

    `reason` says why nothing answers it (deferred, not applicable), or what of it is left open (partly).
    """

    id: str
    regulator: str
    element: str
    says: str
    checks: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_answered(self) -> bool:
        return bool(self.checks or self.findings)


def read_register(folder: Path) -> tuple[Rule, ...]:
    """The register beside the suites; `ReferenceDataError` names the entry of a mistake."""
    file = folder / "regulator_rules.toml"
    try:
        entries = tomllib.loads(file.read_text("utf-8"))["rule"]
    except (OSError, ValueError, KeyError) as error:
        raise ReferenceDataError(f"{file}: not a readable register ({error})") from error
    known = {check.id for check in read_checks(folder)}
    rules = tuple(_rule(entry, f"{file.name}: rule {entry.get('id', '(without id)')}", known) for entry in entries)
    ids = [rule.id for rule in rules]
    if doubled := sorted({one for one in ids if ids.count(one) > 1}):
        raise ReferenceDataError(f"{file.name}: rule {', '.join(doubled)} stands twice")
    return rules


def _rule(entry: Mapping[str, Any], place: str, known: set[str]) -> Rule:
    if missing := [name for name in ("id", "regulator", "element", "says") if not entry.get(name)]:
        raise ReferenceDataError(f"{place}: {', '.join(missing)} is missing")
    if unknown := sorted(entry.keys() - _FIELDS):
        raise ReferenceDataError(f"{place}: {', '.join(unknown)} is not a field of the register")
    lists = {name: tuple(entry.get(name, ())) for name in ("checks", "findings")}
    rule = Rule(**{**entry, **lists})
    if rule.regulator not in _REGULATORS:
        raise ReferenceDataError(f"{place}: regulator is not one of {', '.join(_REGULATORS)}")
    if strange := [check for check in rule.checks if check not in known]:
        raise ReferenceDataError(f"{place}: {', '.join(strange)} is not a check of the suites")
    if not rule.is_answered and not rule.reason.startswith(UNANSWERED):
        raise ReferenceDataError(
            f"{place}: no check answers it, so reason must begin with 'Deferred:' or 'Not applicable:'"
        )
    if rule.is_answered and rule.reason and not rule.reason.startswith(PARTLY):
        raise ReferenceDataError(f"{place}: a check answers it, so reason may only begin with 'Partly:'")
    return rule
