"""The statistics of groups of reactions: of those that a name alone splits into pairs too small to be seen."""

from dataclasses import asdict, dataclass
from typing import Any

from tvec_pv.actions.detection import counted_cases
from tvec_pv.actions.runs import House
from tvec_pv.background.current import current_reports
from tvec_pv.background.groups import count_groups
from tvec_pv.background.scores import prior_of
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.signals.pairs import Statistics, measure
from tvec_pv.domain.signals.reaction_groups import Grouping, cases_by_group, grouping
from tvec_pv.domain.signals.rules import crossed
from tvec_pv.domain.terms import normalise


@dataclass(frozen=True, slots=True)
class Group:
    """A group of reactions with its cases and statistics, and the statistical rules that it would meet."""

    name: str
    cases: tuple[str, ...]
    statistics: Statistics | None
    rules: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def group_statistics(house: House, by: Grouping) -> list[Group]:
    """Every group that a counted case is in, by name. A group flags nothing: it says where to look."""
    profile, dictionary = house.knowledge.profile, house.knowledge.dictionary
    if by is not Grouping.CATEGORY and not dictionary.name_of:
        raise Refused("these groups are MedDRA's: set TVEC_PV_MEDDRA to the folder of your own release")
    groups_of = grouping(by, profile, dictionary)
    seen = counted_cases(house)
    cases = cases_by_group(((one.case_key, normalise(one.name)) for one in seen.reactions), groups_of)
    folder = house.settings.background
    current = current_reports(folder)
    named = {name: groups_of(name) & cases.keys() for name in current.reactions} if current else {}
    background = count_groups(folder, {name: groups for name, groups in named.items() if groups}, seen.own)
    stored = prior_of(folder)
    found = measure(
        background,
        list(cases),
        [len(of_group) for of_group in cases.values()],
        len(seen.counted),
        stored.usable if stored else None,
    )
    name_of = profile.category_name if by is Grouping.CATEGORY else str
    return [
        Group(name_of(group), tuple(sorted(of_group)), measured, crossed(measured, house.thresholds))
        for (group, of_group), measured in zip(cases.items(), found, strict=True)
    ]
