"""Is a reaction listed in a region's label, on a day? Rules LR1, LR2, LR5 and LR7 of the profile, by name.

"Listed" is about the reference safety information; nothing here says that a reaction was caused or foreseeable.
"""

from dataclasses import dataclass
from datetime import date

from tvec_pv.domain.safety_profile import Concept, Listed, Statement


@dataclass(frozen=True, slots=True)
class Listedness:
    """The verdict for one region, with the label section and the rule that decided."""

    region: str
    listed: Listed
    section: str
    rule: str
    reason: str
    verified: bool = False


def assess_listedness(concept: Concept | None, region: str, on: date, *, fatal: bool) -> Listedness:
    """Listed, unlisted or indeterminate in the label in force on a day (day 0 of the version, rule LR7)."""
    if concept is None:
        return Listedness(
            region, Listed.UNLISTED, "", "LR1", "the term is not in the safety profile, so not in the label"
        )
    statements = concept.statements_in_force(region, on)
    if not statements:
        return _not_in_force(concept, region, on)
    stated = statements[0]
    if fatal and stated.listed is Listed.LISTED:
        return _fatal(stated)
    rule, reason = {
        Listed.LISTED: (
            "LR7",
            f"in the label, section {stated.section}, in force since {stated.since.start.isoformat()}",
        ),
        Listed.UNLISTED: ("LR1", f"not listed{_remark(stated)}"),
        Listed.INDETERMINATE: ("LR5", f"indeterminate{_remark(stated)}; unlisted until a physician decides"),
    }[stated.listed]
    return Listedness(region, stated.listed, stated.section, rule, reason, stated.verified)


def _fatal(stated: Statement) -> Listedness:
    """LR2: a fatal outcome is unlisted unless the label states it, and for whom."""
    if stated.fatal_if:
        return Listedness(
            stated.region,
            Listed.INDETERMINATE,
            stated.section,
            "LR2",
            f"the label lists a fatal outcome only for: {stated.fatal_if}; a physician decides if that holds",
            stated.verified,
        )
    return Listedness(
        stated.region,
        Listed.UNLISTED,
        stated.section,
        "LR2",
        f"the reaction is listed in section {stated.section}, its fatal outcome is not",
        stated.verified,
    )


def _not_in_force(concept: Concept, region: str, on: date) -> Listedness:
    later = [one.since for one in concept.statements if one.region == region and one.since.start > on]
    if later:
        reason = f"came into the label on {min(label.start for label in later).isoformat()}, after {on.isoformat()}"
        return Listedness(region, Listed.UNLISTED, "", "LR7", reason, concept.verified)
    return Listedness(region, Listed.UNLISTED, "", "LR1", "not in the label of this region", concept.verified)


def _remark(stated: Statement) -> str:
    """What the profile says of a statement that is not simply listed: a section, or why."""
    return f": {stated.section}" if stated.section else ""
