"""What labels ask of a case: whether the conditions that their statements hang on are met.

To meet a condition can take a duty away. So only structured fields and the words of a dose answer yes, and nothing
answers no: None is not known.
"""

from collections.abc import Sequence

from tvec_pv.domain.case_facts import CaseFacts
from tvec_pv.domain.case_flags import Subject, Who
from tvec_pv.domain.case_rules import CaseRules
from tvec_pv.domain.exposure_rules import Named, was_exposed_at_work


def label_conditions(
    facts: CaseFacts, subject: Subject, reactions: Sequence[Named], rules: CaseRules
) -> dict[str, bool | None]:
    """The answers by the ids that the profile's label statements name."""
    is_other = subject.who is Who.EXPOSED
    at_work = is_other and was_exposed_at_work(reactions, rules)
    return {
        "immunocompromised": _yes(_is_immunocompromised(facts, rules)),
        "intrahepatic-route": _yes(_went_into_the_liver(facts, rules)),
        "another-person": _yes(is_other),
        "occupational-exposure": _yes(at_work),
    }


def _yes(met: bool) -> bool | None:
    return True if met else None


def _is_immunocompromised(facts: CaseFacts, rules: CaseRules) -> bool:
    """By a coded condition that is not over, or by a medicine that was taken with the product."""
    days = rules.limits["suppression-days"]
    return any(one.sure and not one.is_over for one in facts.has("immunocompromised")) or any(
        one.drug is not None
        and not one.is_over_before(facts.first_visit, days)
        and not one.starts_after(facts.onset)
        and not one.starts_after(facts.last_visit)
        for one in facts.took("immunosuppressant", "b-cell")
    )


def _went_into_the_liver(facts: CaseFacts, rules: CaseRules) -> bool:
    """By the route or the words of a dose, not by what is said of the medicine beside them (G.k.11)."""
    of_doses = (said for said in facts.about_doses if said.basis.element.startswith("G.k.4.r"))
    return any(rules.says("site-liver", said.text) for said in of_doses)
