"""Every rule that raises a flag, by its name in flags.csv."""

from collections.abc import Mapping

from tvec_pv.domain import dose_rules, exposure_rules, outcome_rules, patient_rules, virus_tests
from tvec_pv.domain.case_flags import Rule, Situation
from tvec_pv.domain.exposure_rules import infected
from tvec_pv.domain.outcome_rules import death_without_cause, lack_of_efficacy_is_due
from tvec_pv.domain.timelines import INFECTIOUS_AGENT, LACK_OF_EFFICACY, Facts

RULES: Mapping[str, Rule] = {
    **dose_rules.RULES,
    **patient_rules.RULES,
    **exposure_rules.RULES,
    **virus_tests.RULES,
    **outcome_rules.RULES,
}

# Raised where the other cases are known, beside the assessment, which knows one case.
SAME_PATIENT = "duplicate-suspected"
JOINED_RULES = (SAME_PATIENT,)


def eu_serious(situation: Situation) -> dict[int, str]:
    """Why the EU treats reactions as serious that the reporter did not call so, by the number of the reaction."""
    return {one.number: INFECTIOUS_AGENT for one in infected(situation)} | {
        one.number: LACK_OF_EFFICACY for one in lack_of_efficacy_is_due(situation)
    }


def death_for_the_clock(situation: Situation) -> tuple[Facts, ...]:
    """A death of which no cause is reported is serious and unlisted, also where no reaction says so."""
    told = any(one.serious for one in situation.meaning("death"))
    return () if told or not any(death_without_cause(situation)) else (Facts("a death of unknown cause", True, {}),)
