"""Is a reaction listed in a region's label, on a day? Rules LR1 to LR5 and LR7 to LR10 of the profile, by name.

"Listed" is about the reference safety information; nothing here says that a reaction was caused or foreseeable. A
condition of a label is answered by the facts of the case: holds, does not hold, or not known, which lists nothing.
LR6, serious and unlisted on the same reaction, is a rule of the clock and stands in `timelines`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tvec_pv.domain.safety_profile import Concept, LabelVersion, Listed, SafetyProfile, Statement

# What the case can tell, by the id of the profile's [conditions]; absent or None where it is not known.
Conditions = Mapping[str, bool | None]

ANOTHER_PERSON = "another-person"
OCCUPATIONAL = "occupational-exposure"

_NOT_STATED: dict[str, str] = {
    "LR1": "of greater severity or specificity than what the label says",
    "LR3": "not among what the label's umbrella names",
    "LR4": "without the qualifier that the label asks for",
    "LR8": "in another region's label only",
    "LR10": "a risk that the label warns of, not a reaction that it describes",
}
_STATED: dict[str, str] = {
    "LR3": ", named under an umbrella",
    "LR4": ", with the qualifier that the label asks for",
    "LR8": ", though not in every region's",
    "LR10": ", as seen in people who were exposed",
}


@dataclass(frozen=True, slots=True)
class Listedness:
    """The verdict for one region, with label section and rule, and the row of the profile that decided."""

    region: str
    listed: Listed
    section: str
    rule: str
    reason: str
    verified: bool = False
    label: str = ""
    line: str = ""


def assess_listedness(
    profile: SafetyProfile,
    concept: Concept | None,
    region: str,
    day_0: date | None,
    *,
    fatal: bool,
    sure: bool = True,
    conditions: Conditions | None = None,
) -> Listedness:
    """Listed, unlisted or indeterminate in the label in force on day 0 (LR7); without one, in the newest label.

    `sure` is false where the reaction is likely but not certain to be the concept: then nothing lists it.
    """
    on, facts = day_0 or date.max, conditions or {}
    label = profile.in_force(region, on)
    if concept is None:
        reason = "the term is not in the safety profile, so not in the label"
        return Listedness(region, Listed.UNLISTED, "", "LR1", reason, label=label.id if label else "")
    stated = next(iter(concept.statements_in_force(region, on)), None)
    if stated is None:
        return _not_stated(concept, region, on, label)
    found = _as_stated(stated, concept.id, label)
    if stated.listed is Listed.LISTED:
        found = _with_conditions(profile, concept, stated, found, facts, fatal=fatal)
    if not sure and found.listed is Listed.LISTED:
        found = replace(
            found,
            listed=Listed.INDETERMINATE,
            rule="LR5",
            reason=f"{found.reason}; but the reaction is likely, not certain, to be this: a physician decides",
        )
    return replace(found, reason=found.reason + _about_day_0(stated.since, day_0))


def core_like(found: Sequence[Listedness]) -> Listedness:
    """LR9: listed only where every region lists it, in place of the company's core data sheet, which is not public."""
    least = next(
        (one for letter in (Listed.UNLISTED, Listed.INDETERMINATE) for one in found if one.listed is letter), None
    )
    listed = least.listed if least else Listed.LISTED if found else Listed.UNLISTED
    which = f"not listed in {least.region}" if least else "listed in every region"
    reason = f"{which}; it stands in for the company's core data sheet, which is not public"
    return Listedness("CORE", listed, "", "LR9", reason, bool(found) and all(one.verified for one in found))


def _as_stated(stated: Statement, concept: str, label: LabelVersion | None) -> Listedness:
    """What the row says, under the rule that it names."""
    since = f"section {stated.section}, in force since {stated.since.start.isoformat()}"
    rule, reason = {
        Listed.LISTED: (stated.rule or "LR7", f"in the label, {since}{_STATED.get(stated.rule, '')}"),
        Listed.UNLISTED: (stated.rule or "LR1", f"not listed: {stated.section}{_why(stated)}"),
        Listed.INDETERMINATE: (
            stated.rule or "LR5",
            f"indeterminate: {stated.section}{_why(stated)}; unlisted until a physician decides (LR5)",
        ),
    }[stated.listed]
    return Listedness(
        region=stated.region,
        listed=stated.listed,
        section=stated.section,
        rule=rule,
        reason=reason,
        verified=stated.verified,
        label=label.id if label else "",
        line=f"statements.csv: {concept}, {stated.since.id}",
    )


def _why(stated: Statement) -> str:
    return f", {_NOT_STATED[stated.rule]}" if stated.rule in _NOT_STATED else ""


def _with_conditions(
    profile: SafetyProfile, concept: Concept, stated: Statement, found: Listedness, facts: Conditions, *, fatal: bool
) -> Listedness:
    """What is listed stays so only where the label's conditions hold in this case: fatal course first (LR2)."""
    if fatal and not stated.fatal_if:
        reason = f"the reaction is listed in section {stated.section}, its fatal outcome is not"
        return replace(found, listed=Listed.UNLISTED, rule="LR2", reason=reason)
    if stated.only_if:
        found = _if(profile, stated.only_if, found, facts, "LR4", "the label lists it only")
    if fatal:
        found = _if(profile, stated.fatal_if, found, facts, "LR2", "the label lists a fatal outcome only")
    if found.listed is not Listed.LISTED:
        return found
    seen_at_work = facts.get(OCCUPATIONAL) and profile.of_another_person(concept.category)
    if facts.get(ANOTHER_PERSON) and concept.is_clinical and not seen_at_work:
        reason = f"section {stated.section} speaks of the patient; spread to others is {_NOT_STATED['LR10']}"
        return replace(found, listed=Listed.INDETERMINATE, rule="LR10", reason=f"indeterminate: {reason}")
    return found


def _if(
    profile: SafetyProfile, condition: str, found: Listedness, facts: Conditions, rule: str, says: str
) -> Listedness:
    holds = facts.get(condition)
    listed = {True: Listed.LISTED, False: Listed.UNLISTED, None: Listed.INDETERMINATE}[holds]
    so = {True: "this holds", False: "this does not hold", None: "not known: listed if this holds, unlisted if not"}
    reason = f"{says} {profile.conditions[condition]} (section {found.section}); {so[holds]}"
    return replace(found, listed=listed, rule=rule, reason=reason)


def _not_stated(concept: Concept, region: str, on: date, label: LabelVersion | None) -> Listedness:
    in_force = label.id if label else ""
    later = [one.since for one in concept.statements if one.region == region and one.since.start > on]
    if later:
        reason = f"came into the label on {min(one.start for one in later).isoformat()}, after {on.isoformat()}"
        return Listedness(region, Listed.UNLISTED, "", "LR7", reason, concept.verified, in_force)
    return Listedness(region, Listed.UNLISTED, "", "LR1", "not in the label of this region", concept.verified, in_force)


def _about_day_0(since: LabelVersion, day_0: date | None) -> str:
    if day_0 is None:
        return "; day 0 is not known, so by the newest label"
    if not since.is_day_known and (since.start.year, since.start.month) == (day_0.year, day_0.month):
        return "; the label came to say so in this month, on a day that is not known: a physician looks at the date"
    return ""
