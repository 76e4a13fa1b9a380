"""What a case says of other causes than the product: what a proposal of causality asks for.

None is not known, and never a "no": that nothing is said of a medicine or a test does not mean there was none.
"""

from tvec_pv.domain.case_flags import Found, Judged, Rule, Situation, Who
from tvec_pv.domain.patient_rules import antiviral_treatment, checkpoint_inhibitor_before
from tvec_pv.domain.virus_tests import RULES, other_type, wild_type, wild_type_for_product, zoster


def other_causes(at: Situation, reaction: Judged) -> dict[str, bool | None]:
    """The answers for one reaction, each by what it answers; those about a virus are for infections alone."""
    found: dict[str, bool | None] = {
        "is_other_person": {Who.EXPOSED: True, Who.TREATED: False, Who.NOT_KNOWN: None}[at.subject.who],
        "checkpoint_inhibitor": True if checkpoint_inhibitor_before(at, reaction) else None,
    }
    if reaction not in at.meaning("herpetic", "spread", "zoster"):
        return found
    return found | {
        "wild_type": _any(at, wild_type_for_product, wild_type),
        "other_virus": _any(at, other_type, zoster),
        "product_in_lesion": _any(at, RULES["dna-in-lesion"], RULES["dna-in-tissue"]),
        "antiviral_against_it": True if antiviral_treatment(at) else None,
    }


def _any(at: Situation, *rules: Rule) -> bool | None:
    """True where one of the rules is established; a suggestion answers nothing."""
    found: list[Found] = [one for rule in rules for one in rule(at)]
    return True if any(one.sure for one in found) else None
