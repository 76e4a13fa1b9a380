"""What the vignettes say of other causes than the product: yes, or nothing, and never a no from silence."""

from typing import NamedTuple

from tests.spec.tables import each
from tests.spec.vignette_cases import case_of
from tests.spec.vignettes import VIGNETTES
from tvec_pv.domain.assessment import assess, situation_of
from tvec_pv.domain.case_facts import gather
from tvec_pv.domain.other_causes import other_causes
from tvec_pv.domain.product_names import product_drugs
from tvec_pv.reference_files import case_rules, knowledge, product


class Causes(NamedTuple):
    """A vignette, what it says, and whose report it is."""

    vignette: str
    said: tuple[str, ...]
    other_person: bool | None


CAUSES = [
    Causes("V01", (), False),
    Causes("V04", ("wild_type",), False),
    Causes("V05", (), False),
    Causes("V07", ("other_virus",), False),
    Causes("V09", (), False),
    Causes("V12", ("checkpoint_inhibitor",), False),
    Causes("V18", ("antiviral_against_it", "product_in_lesion"), True),
    Causes("V08", (), False),
    Causes("V19", ("antiviral_against_it",), True),
    Causes("V32", (), False),
    Causes("V37", ("checkpoint_inhibitor",), False),
]


@each(CAUSES)
def test_what_a_report_says_of_other_causes(row):
    (vignette,) = (one for one in VIGNETTES if one.id == row.vignette)
    case = case_of(vignette)
    assessment = assess(case, knowledge())
    facts = gather(case, product_drugs(product(), case), case_rules())
    at = situation_of(case, facts, assessment.subject, knowledge(), assessment.reactions, assessment.country)
    told = other_causes(at, at.reactions[-1])

    assert sorted(name for name, answer in told.items() if answer and name != "is_other_person") == list(row.said)
    assert {answer for name, answer in told.items() if name != "is_other_person"} <= {True, None}
    assert told["is_other_person"] is row.other_person
