"""Is a reaction listed in a region's label, on a day? Rules LR1, LR2, LR5 and LR7 of the profile, by name.

"Listed" is about the reference safety information; nothing here says that a reaction was caused or foreseeable.
"""

from dataclasses import dataclass
from datetime import date

from tvec_pv.domain.safety_profile import Concept, Label, Listed


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
    labels = concept.labels_in_force(region, on)
    if not labels:
        return _not_in_force(concept, region, on)
    label = labels[0]
    if fatal and label.listed is Listed.LISTED:
        return _fatal(label)
    rule, reason = {
        Listed.LISTED: ("LR7", f"in the label, section {label.section}, in force since {label.start.isoformat()}"),
        Listed.UNLISTED: ("LR1", f"not listed{_remark(label)}"),
        Listed.INDETERMINATE: ("LR5", f"indeterminate{_remark(label)}; unlisted until a physician decides"),
    }[label.listed]
    return Listedness(region, label.listed, label.section, rule, reason, label.verified)


def _fatal(label: Label) -> Listedness:
    """LR2: a fatal outcome is unlisted unless the label states it, and for whom."""
    if label.fatal_listed_if:
        return Listedness(
            label.region,
            Listed.INDETERMINATE,
            label.section,
            "LR2",
            f"the label lists a fatal outcome only for: {label.fatal_listed_if}; a physician decides if that holds",
            label.verified,
        )
    return Listedness(
        label.region,
        Listed.UNLISTED,
        label.section,
        "LR2",
        f"the reaction is listed in section {label.section}, its fatal outcome is not",
        label.verified,
    )


def _not_in_force(concept: Concept, region: str, on: date) -> Listedness:
    later = [label for label in concept.labels if label.region == region and label.start > on]
    if later:
        reason = f"came into the label on {min(label.start for label in later).isoformat()}, after {on.isoformat()}"
        return Listedness(region, Listed.UNLISTED, "", "LR7", reason, concept.verified)
    return Listedness(region, Listed.UNLISTED, "", "LR1", "not in the label of this region", concept.verified)


def _remark(label: Label) -> str:
    """What the profile says of a statement that is not simply listed: a section, or why."""
    return f": {label.section}" if label.section else ""
