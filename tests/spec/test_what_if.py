"""What would change a verdict: one fact of a case turned round, and what each region would ask for then."""

from datetime import date
from typing import NamedTuple

from tests.spec.tables import each
from tvec_pv.domain.safety_profile import Listed
from tvec_pv.domain.timelines import INFECTIOUS_AGENT, Facts, reporting_verdicts
from tvec_pv.domain.what_if import MOST_REACTIONS, what_would_change
from tvec_pv.reference_files import reporting_rules

L, U, I = Listed.LISTED, Listed.UNLISTED, Listed.INDETERMINATE  # noqa: E741 (the letters of the labels)
DAY_0 = date(2026, 10, 9)


def a(name, *, serious=False, us=L, eu=L, eu_serious=""):
    return Facts(name, serious, {"US": us, "EU": eu}, eu_serious)


class WhatIf(NamedTuple):
    """The reactions and the country of a case, and each change that would matter."""

    of: str
    reactions: tuple[Facts, ...]
    country: str | None
    would_change: set[str]


ONE_FACT = [
    WhatIf(
        "a listed reaction in Germany that is not serious",
        (a("Chills"),),
        "DE",
        {
            "EU NOT_SUBMITTABLE_NON_EEA_NONSERIOUS if it had occurred outside the EEA",
            "EU 15_DAY if Chills were serious",
        },
    ),
    WhatIf(
        "an unlisted reaction in the US that is not serious",
        (a("Tinnitus", us=U, eu=U),),
        "US",
        {
            "EU 90_DAY if it had occurred in the EEA",
            "US 15_DAY if Tinnitus were serious",
            "EU 15_DAY if Tinnitus were serious",
        },
    ),
    WhatIf(
        "a serious listed reaction",
        (a("Chills", serious=True),),
        "US",
        {
            "US 15_DAY if Chills were unlisted in the US",
            "EU NOT_SUBMITTABLE_NON_EEA_NONSERIOUS if Chills were not serious",
        },
    ),
    WhatIf(
        "a serious reaction of indeterminate listedness",
        (a("Sepsis", serious=True, us=I),),
        "DE",
        {
            "US PERIODIC if Sepsis were not serious",
            "EU 90_DAY if Sepsis were not serious",
            "US PERIODIC if Sepsis were listed in the US",
        },
    ),
    WhatIf(
        "two serious unlisted reactions: neither decides alone",
        (a("Sepsis", serious=True, us=U), a("Seizure", serious=True, us=U)),
        "DE",
        set(),
    ),
    WhatIf(
        "serious by the EU's rule alone",
        (a("Whitlow", eu_serious=INFECTIOUS_AGENT),),
        "DE",
        {"EU 90_DAY if Whitlow did not count as serious by the EU's rule"},
    ),
    WhatIf(
        "no reaction",
        (),
        "DE",
        {
            "US PERIODIC if a reaction were reported that is not serious",
            "EU 90_DAY if a reaction were reported that is not serious",
            "US 15_DAY if a serious, unlisted reaction were reported",
            "EU 15_DAY if a serious, unlisted reaction were reported",
        },
    ),
    WhatIf(
        "the country is not known",
        (a("Chills"),),
        None,
        {
            "EU NOT_SUBMITTABLE_NON_EEA_NONSERIOUS if it had occurred outside the EEA",
            "EU 15_DAY if Chills were serious",
        },
    ),
]


@each(ONE_FACT)
def test_one_fact_that_would_change_a_verdict(row):
    assert said(row.reactions, row.country) == row.would_change


def said(reactions, country, **others):
    found = what_would_change(reporting_rules(), reactions, country, **others)
    return {f"{one.region} {one.verdict} if {one.were}" for one in found}


def test_a_product_that_is_not_suspect_and_a_case_that_is_not_valid_say_so_first():
    assert said((a("Chills"),), "US", product_is_suspect=False) == {
        "US PERIODIC if the product were suspect or interacting",
        "EU NOT_SUBMITTABLE_NON_EEA_NONSERIOUS if the product were suspect or interacting",
    }
    assert said((a("Chills"),), "US", lacking=("no patient",)) == {
        "US PERIODIC if the case were valid, or a person accepted it",
        "EU NOT_SUBMITTABLE_NON_EEA_NONSERIOUS if the case were valid, or a person accepted it",
    }


def test_what_is_said_is_true():
    """Whoever changes the fact as told gets the verdict as told."""
    serious = reporting_verdicts(reporting_rules(), (a("Tinnitus", serious=True, us=U, eu=U),), "US", DAY_0)

    assert {f"{one.region} {one.verdict} if Tinnitus were serious" for one in serious} <= said(
        (a("Tinnitus", us=U, eu=U),), "US"
    )


def test_a_case_of_very_many_reactions_is_asked_about_the_first_ones():
    many = tuple(a(f"Reaction {number}") for number in range(1_000))

    assert len([one for one in said(many, "DE") if "were serious" in one]) == MOST_REACTIONS
