"""What explains a signal, as it is stored: the cases that made it cross, how robust it is, what stands beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tvec_pv.actions.runs import House
from tvec_pv.background.counts import BySubstance, count, count_by_substance
from tvec_pv.domain.background import Background
from tvec_pv.domain.case_rules import CaseRules
from tvec_pv.domain.signals.coding_artefacts import Coded, look_alikes
from tvec_pv.domain.signals.context import (
    Chance,
    beginning,
    by_quarter,
    chances,
    exact_days,
    lately,
    quarters,
    with_inhibitors,
)
from tvec_pv.domain.signals.crossing import crossing
from tvec_pv.domain.signals.masked import maskers
from tvec_pv.domain.signals.pairs import Pair, Statistics, measure
from tvec_pv.domain.signals.robustness import Restricted, Traits, look_again, restrict, restrictions, without_copies
from tvec_pv.domain.signals.rule_names import STATISTICAL_RULES
from tvec_pv.domain.statistics.gamma_poisson import Prior
from tvec_pv.domain.terms import normalise
from tvec_pv.reference_files import coding_rules, comparators
from tvec_pv.store import assessment_reads, reads
from tvec_pv.store.database import reading

if TYPE_CHECKING:
    from tvec_pv.actions.detection import Snapshot

CONSUMERS = frozenset({"consumer"})
INHIBITORS = "checkpoint-inhibitors"
_LAY = "5"  # C.2.r.4: consumer or other non health professional
_SUSPECT = ("1", "3")  # G.k.1: suspect, interacting
_HOURS = 24.0

Days = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Explainer:
    """What all pairs of one look share; `explain` gives the document of one of them."""

    seen: "Snapshot"
    house: House
    background: Background | None
    other: Background | None
    prior: Prior | None
    restricted: Sequence[Restricted]
    by_substance: BySubstance | None
    traits: Mapping[str, Traits]
    with_inhibitor: frozenset[str]
    days: Mapping[str, Sequence[Days]]
    coded: Mapping[str, Coded]
    chances: Mapping[str, Chance]
    since: Mapping[str, date]
    by_quarter: Mapping[int, int]
    in_order: Sequence[date]

    def explain(self, pair: Pair | None, rules: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """What explains a pair that meets these rules; of a situation, or a pair that is gone, there is nothing."""
        if pair is None or pair.key not in self.coded:
            return {name: [] for name in ("crossings", "robustness", "look_alikes")}
        crossed = [rule for rule in rules if rule in STATISTICAL_RULES]
        this = self.coded[pair.key]
        others = exact_days([one for name, days in self.days.items() if name != pair.key for one in days])
        found: dict[str, Any] = {
            "crossings": [asdict(one) for one in self._crossings(pair, crossed)],
            "robustness": self._robustness(pair, crossed),
            "look_alikes": [
                asdict(like) | {"question": like.question}
                for like in look_alikes(this, list(self.coded.values()), coding_rules())
            ],
            "onset": asdict(beginning(self.days.get(pair.key, ()), others)),
            "lately": self._lately(this.cases),
            "trend": asdict(by_quarter([self.since[case] for case in this.cases], self.by_quarter)),
        }
        if pair.statistics:
            found |= {"statistics": asdict(pair.statistics), "chance": asdict(self.chances[pair.key])}
            found |= {"with_possible": self._with_possible(pair)}
            found |= {"masking": self._maskers(pair.key, pair.statistics)}
            found |= {"with_checkpoint_inhibitors": self._together(this)} if self.traits else {}
        return found

    def _with_possible(self, pair: Pair) -> dict[str, Any] | None:
        """The other number, where some reports of the background may be of the product or of ours."""
        if self.other is None:
            return None
        [other] = measure(self.other, [pair.key], [len(pair.versions)], len(self.seen.counted), self.prior)
        return asdict(other) if other else None

    def _maskers(self, key: str, measured: Statistics) -> list[dict[str, Any]]:
        found = self.by_substance
        if found is None or key not in found.with_reaction:
            return []
        others = found.substances, found.reports, found.with_reaction[key]
        return [asdict(one) for one in maskers(measured, *others, self.house.thresholds)]

    def _crossings(self, pair: Pair, crossed: Sequence[str]) -> Iterator[Any]:
        cases = sorted(self.coded[pair.key].cases, key=lambda case: (self.since[case], case))

        def without(left_out: int) -> Statistics | None:
            reports = len(self.seen.counted) - left_out
            return measure(self.background, [pair.key], [len(cases) - left_out], reports, self.prior)[0]

        for rule in crossed:
            if found := crossing(rule, cases, without, self.house.thresholds):
                yield found

    def _robustness(self, pair: Pair, crossed: Sequence[str]) -> list[dict[str, Any]]:
        if not crossed:
            return []
        limits, cases = self.house.thresholds, self.coded[pair.key].cases
        looks = look_again(pair.key, cases, self.restricted, limits, self.prior)
        looks = (*looks, without_copies(pair.without_suspected, pair.suspected, limits))
        return [asdict(look) | {"lost": [rule for rule in crossed if rule not in look.rules]} for look in looks]

    def _lately(self, cases: frozenset[str]) -> dict[str, Any]:
        """Against the period before, up to the newest case: also where no report came for long."""
        return asdict(lately([self.since[case] for case in cases], self.in_order, self.in_order[-1]))

    def _together(self, this: Coded) -> dict[str, Any]:
        others = next((one.background for one in self.restricted if one.restriction.id == INHIBITORS), None)
        if self.background is None or others is None:
            return {}
        having, rest = len(this.cases & self.with_inhibitor), len(this.cases - self.with_inhibitor)
        all_of_them, all_rest = len(self.with_inhibitor), len(self.traits) - len(self.with_inhibitor)
        expected, omega = with_inhibitors(this.key, having, all_of_them, rest, all_rest, others, self.background)
        return {"cases": having, "expected": expected, "omega": asdict(omega)}


def explainer(
    house: House,
    seen: "Snapshot",
    pairs: Sequence[Pair],
    background: Background | None,
    prior: Prior | None,
    *,
    is_needed: bool,
) -> Callable[[Pair | None, Mapping[str, Sequence[str]]], dict[str, Any]]:
    """A function that explains one pair of this look. Counting under restrictions costs, so it is done when needed."""
    case_of, names = seen.case_of, [pair.key for pair in pairs]
    traits = _traits(house, seen) if background and is_needed else {}
    ways = restrictions(traits.values(), CONSUMERS, comparators()) if traits else ()
    counts = {pair.key: len(pair.versions) for pair in pairs}
    return Explainer(
        seen=seen,
        house=house,
        background=background,
        other=background.with_possible if background and background.overlap_possible else None,
        prior=prior,
        restricted=restrict(
            traits, ((way, count(house.settings.background, names, way.among, seen.own)) for way in ways)
        ),
        by_substance=count_by_substance(house.settings.background, names, seen.own) if traits else None,
        traits=traits,
        with_inhibitor=frozenset(case for case, one in traits.items() if one.names_inhibitor),
        days=_days(house, seen) if is_needed else {},
        coded={
            pair.key: Coded(
                pair.key, pair.name, pair.category, frozenset(case_of[version] for version in pair.versions)
            )
            for pair in pairs
        },
        chances=chances(counts, len(seen.counted), background) if background and pairs else {},
        since={one.case_key: one.since for one in seen.counted},
        by_quarter=quarters(one.since for one in seen.counted),
        in_order=sorted(one.since for one in seen.counted),
    ).explain


def _days(house: House, seen: "Snapshot") -> dict[str, list[Days]]:
    """Days from dose to reaction by normalised name, where they are known and the dose came first: once in a case."""
    found: dict[tuple[str, int], Days] = {}
    with reading(house.store) as connection:
        for version, document in assessment_reads.assessments_of(
            connection, sorted(seen.case_of), house.knowledge.profile.version
        ):
            for reaction in document["reactions"]:
                onset = reaction["onset"] or {}
                earliest, latest = onset.get("hours_min"), onset.get("hours_max")
                if earliest is not None and latest is not None and latest > 0:
                    days = max(earliest, 0) / _HOURS, latest / _HOURS
                    found.setdefault((normalise(reaction["name"]), version), days)
    by_name: dict[str, list[Days]] = {}
    for (name, _), days in found.items():
        by_name.setdefault(name, []).append(days)
    return by_name


def _traits(house: House, seen: "Snapshot") -> dict[str, Traits]:
    case_of = seen.case_of
    serious = {one.case_key for one in seen.reactions if one.serious}
    with reading(house.store) as connection:
        return {
            case_of[version]: traits_of(document, house.knowledge.case_rules, is_serious=case_of[version] in serious)
            for version, document in reads.case_documents(connection, sorted(case_of))
        }


def traits_of(document: Mapping[str, Any], rules: CaseRules, *, is_serious: bool) -> Traits:
    """What a stored case says: country of the reactions, else of the reporters; who reported first; publications;
    whether a checkpoint inhibitor is suspect or interacting."""
    reporters = sorted(document.get("C.2.r", ()), key=lambda one: not one.get("C.2.r.5"))
    countries = [one.get("E.i.9") for one in document.get("E.i", ())] + [one.get("C.2.r.3") for one in reporters]
    medicines = [
        name
        for drug in document.get("G.k", ())
        if drug.get("G.k.1") in _SUSPECT
        for name in (drug.get("G.k.2.2"), *(one.get("G.k.2.3.r.1") for one in drug.get("G.k.2.3.r", ())))
        if isinstance(name, str)
    ]
    kinds = {row.kind for name in medicines for row in rules.medicines.find(name)}
    return Traits(
        country=next((country for country in countries if isinstance(country, str)), None),
        is_consumer=bool(reporters) and reporters[0].get("C.2.r.4") == _LAY,
        is_literature=bool(document.get("C.4.r")),
        serious=is_serious,
        names_inhibitor="checkpoint-inhibitor" in kinds,
    )
