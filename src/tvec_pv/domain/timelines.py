"""Must this be reported, and by when? US 21 CFR 600.80(c); GVP VI.B.7 and VI.C.3 in the EU.

Days are calendar days, weekends included; day 0 is the day the information reached anyone who works for the
company, in their own local date; due = day 0 + days.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from tvec_pv.domain.periodic import PeriodicReport, PeriodicRules, eu_report, us_report
from tvec_pv.domain.safety_profile import Listed


@dataclass(frozen=True, slots=True)
class ReportingRules:
    """Periods in calendar days, the countries of the European Economic Area, and the periodic reports."""

    version: str
    us_alert_days: int
    eu_serious_days: int
    eu_non_serious_days: int
    eea: frozenset[str]
    periodic: PeriodicRules


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a region asks for. `due` is None where no clock runs; `periodic_due` is when the periodic report is due
    that holds the case, where that is all that is asked for and the day is known."""

    region: str
    verdict: str
    due: date | None
    reason: str
    periodic_due: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, per reaction that is more than an exposure or an error.

    `eu_serious` is why the EU treats a reaction as serious that the reporter does not call so; empty where it does not.
    `number` is that of the reaction, and 0 of what no reaction says.
    """

    name: str
    serious: bool
    listed: dict[str, Listed]
    eu_serious: str = ""
    number: int = 0


INFECTIOUS_AGENT = "suspected transmission of an infectious agent by a product counts as serious (GVP VI.C.2.2.5)"
LACK_OF_EFFICACY = "lack of efficacy in a life-threatening disease is due like a serious reaction (GVP VI.B.6.4)"


def reporting_verdicts(
    rules: ReportingRules,
    reactions: tuple[Facts, ...],
    country: str | None,
    day_0: date | None,
    *,
    product_is_suspect: bool = True,
    lacking: tuple[str, ...] = (),
) -> tuple[Verdict, ...]:
    """The verdict of each region for one case version; `lacking` says which minimum criteria it does not meet."""
    if lacking:
        reason = f"not valid, so no clock runs until a follow-up or a person says otherwise: {'; '.join(lacking)}"
        return tuple(Verdict(region, "HOLD_INVALID", None, reason) for region in ("US", "EU"))
    if not product_is_suspect:
        reason = "the product is concomitant or was not given: whoever holds the suspect medicine reports"
        return tuple(Verdict(region, "NOT_SUSPECT", None, reason) for region in ("US", "EU"))
    return (_us(rules, reactions, day_0), _eu(rules, reactions, country, day_0))


def _us(rules: ReportingRules, reactions: tuple[Facts, ...], day_0: date | None) -> Verdict:
    if not reactions:
        return Verdict("US", "NO_AE_LOG", None, "no adverse experience was reported: kept, no individual report")
    for reaction in reactions:
        listed = reaction.listed.get("US", Listed.UNLISTED)
        if reaction.serious and listed is not Listed.LISTED:
            word = "unlisted" if listed is Listed.UNLISTED else "of indeterminate listedness"
            reason = f"{reaction.name} is serious and {word}, on the same reaction (21 CFR 600.80(c)(1))"
            return Verdict("US", "15_DAY", _after(day_0, rules.us_alert_days), reason)
    report = us_report(rules.periodic, day_0) if day_0 else None
    reason = "no reaction is both serious and unlisted (21 CFR 600.80(c)(2))"
    return _periodic(rules, Verdict("US", "PERIODIC", None, reason), report, "the periodic report")


def _eu(rules: ReportingRules, reactions: tuple[Facts, ...], country: str | None, day_0: date | None) -> Verdict:
    if not reactions:
        reason = "no reaction was reported: for the periodic report only (GVP VI)"
        return _in_psur(rules, Verdict("EU", "NO_ICSR_PSUR", None, reason), day_0)
    serious = next((reaction for reaction in reactions if reaction.serious), None)
    if serious:
        reason = f"{serious.name} is serious; all serious reports are due, wherever they occurred (GVP VI.C.3)"
        return Verdict("EU", "15_DAY", _after(day_0, rules.eu_serious_days), reason)
    by_rule = next((reaction for reaction in reactions if reaction.eu_serious), None)
    if by_rule:
        due = _after(day_0, rules.eu_serious_days)
        return Verdict("EU", "15_DAY", due, f"{by_rule.name}: {by_rule.eu_serious}; a physician confirms it")
    if country is not None and country not in rules.eea:
        reason = f"non-serious, and it occurred outside the EEA ({country})"
        return _in_psur(rules, Verdict("EU", "NOT_SUBMITTABLE_NON_EEA_NONSERIOUS", None, reason), day_0)
    where = "occurred in the EEA" if country else "and the country is not known: in the EEA until a follow-up says not"
    return Verdict("EU", "90_DAY", _after(day_0, rules.eu_non_serious_days), f"non-serious, {where}")


def _in_psur(rules: ReportingRules, verdict: Verdict, day_0: date | None) -> Verdict:
    return _periodic(rules, verdict, eu_report(rules.periodic, day_0) if day_0 else None, "the PSUR")


def _periodic(rules: ReportingRules, verdict: Verdict, report: PeriodicReport | None, name: str) -> Verdict:
    """The same with the periodic report that the case is for, where the profile tells which."""
    if report is None:
        unknown = f"{verdict.reason}; for {name}, of which the profile does not tell the day"
        return replace(verdict, reason=unknown)
    unchecked = "" if rules.periodic.verified else " (the rule was not checked against its source)"
    reason = f"{verdict.reason}; for {report.words}{unchecked}"
    return replace(verdict, reason=reason, periodic_due=report.due)


def _after(day_0: date | None, days: int) -> date | None:
    if day_0 is None or (date.max - day_0).days < days:
        return None
    return day_0 + timedelta(days=days)
