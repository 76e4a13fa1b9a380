"""Groups of reactions that are counted together: the product's categories, and MedDRA's where a release is there."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from tvec_pv.domain.safety_profile import SafetyProfile
from tvec_pv.domain.terms import Dictionary, normalise

GroupsOf = Callable[[str], frozenset[str]]


class Grouping(StrEnum):
    CATEGORY = "category"
    HIGH_LEVEL_TERM = "HLT"
    QUERY = "SMQ"


def grouping(by: Grouping, profile: SafetyProfile, dictionary: Dictionary) -> GroupsOf:
    """The groups that a reaction is in, by its normalised name; of a query, those that hold it in the narrow scope.

    A reaction that the profile does not name is in no category: the background's names are classified by name alone.
    """
    if by is Grouping.CATEGORY:
        return lambda name: frozenset({match.concept.category} if (match := profile.find(name)) else ())
    codes = {normalise(name): code for code, name in dictionary.name_of.items()}
    if by is Grouping.HIGH_LEVEL_TERM:
        return lambda name: frozenset({dictionary.high_level_term(codes[name])} - {""} if name in codes else ())
    return lambda name: frozenset(
        query.name for query in (dictionary.queries(codes[name]) if name in codes else ()) if query.is_narrow
    )


def cases_by_group(reactions: Iterable[tuple[str, str]], groups_of: GroupsOf) -> Mapping[str, frozenset[str]]:
    """The cases of each group, once each; of reactions as case and normalised name."""
    found: dict[str, set[str]] = {}
    for case, name in reactions:
        for group in groups_of(name):
            found.setdefault(group, set()).add(case)
    return {group: frozenset(cases) for group, cases in sorted(found.items())}
