"""Generated reports in the shape of FAERS, with signals planted in them: nobody in them exists.

A report draws its medicines by Zipf's law. Each of its reactions comes from one of its medicines: first a class of
reactions, by the rates of that medicine, which differ from medicine to medicine by a gamma distribution; then, by
Zipf's law, a reaction of that class. A planted signal adds its reaction to reports in which its medicine is suspect, so
that the two stand together `ratio` times as often as the reaction stands in all reports.

The same world, number and seed give the same reports. A quarter is held in memory, never more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.product_names import Product
from tvec_pv.domain.safety_profile import SafetyProfile
from tvec_pv.domain.terms import normalise

Codes = NDArray[np.int64]
FIRST_CASE = 900_000_001  # case numbers of FDA are below
FIRST_QUARTER = (2026, 1)
IN_A_QUARTER = 250_000
ROLES = ("PS", "SS", "C", "I")
SUSPECT = (0, 1, 3)


@dataclass(frozen=True, slots=True)
class Signal:
    """A planted signal: places of its medicine and its reaction in the world's lists, and the true ratio."""

    substance: int
    reaction: int
    ratio: float


@dataclass(frozen=True, slots=True)
class World:
    """What reports are drawn from. The product is the last of the substances.

    `share_of` is how likely a reaction is in one draw, by reaction; reactions of a class stand together in `by_class`,
    from `class_starts` on, where `cumulated` is their share summed up. `class_rates` (substance x class) are cumulated
    over the classes.
    """

    data: Mapping[str, Any]
    substances: tuple[str, ...]
    reactions: tuple[str, ...]
    product_names: tuple[str, ...]
    used: NDArray[np.float64]
    share_of: NDArray[np.float64]
    by_class: Codes
    class_starts: Codes
    cumulated: NDArray[np.float64]
    class_rates: NDArray[np.float32]
    product_signals: tuple[Signal, ...]

    @property
    def product(self) -> int:
        return len(self.substances) - 1


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports as columns. `drug_report` and `reaction_report` are places in the columns of reports, in order.

    `sex`, `country`, `reporter` and `outcome` are places in the lists of the world's data, `age` is in years and -1
    where it is unknown, `received` is in days since 1970. `variant` says how the medicine is written.
    """

    case: Codes
    version: Codes
    received: Codes
    sex: Codes
    age: Codes
    country: Codes
    reporter: Codes
    outcome: Codes
    literature: Codes
    drug_report: Codes
    substance: Codes
    role: Codes
    variant: Codes
    reaction_report: Codes
    reaction: Codes

    def __len__(self) -> int:
        return len(self.case)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter by FDA's name, as 26Q1; case numbers that its list has as deleted; pairs of cases that are one."""

    name: str
    reports: Reports
    deleted: Codes
    duplicates: tuple[tuple[np.int64, np.int64], ...]


_OF_REPORT = tuple(one.name for one in fields(Reports))[:9]
_OF_DRUG = ("substance", "role", "variant")


def make_world(
    data: Mapping[str, Any], product: Product, profile: SafetyProfile, seed: int, *, even: bool = False
) -> World:
    """The names and rates of `data`; `even` gives every medicine the same rates, so that only planted pairs differ."""
    random = np.random.default_rng([seed, 0])
    words = _words(data["names"]["syllables"], max(data["substances"], data["reactions"]))
    substances = tuple(data["names"]["substance"].format(word=word.upper()) for word in words[: data["substances"]])
    generated = iter(data["names"]["reaction"].format(word=word) for word in words)
    known = {normalise(one.terms[0]): one.terms[0] for one in profile.concepts if one.terms}
    named = iter(known.values())
    reactions = tuple(
        next(named, "") or next(generated) if rank % data["profile_rank"] == 0 else next(generated)
        for rank in range(1, data["reactions"] + 1)
    )
    used = _shares(data["substances"], data["substance_exponent"], 0)
    share_of = _shares(data["reactions"], data["reaction_exponent"], data["reaction_flattening"])
    class_of = random.permutation(np.arange(data["reactions"]) % data["classes"])
    by_class = np.argsort(class_of, kind="stable")
    of_class = np.bincount(class_of, share_of, data["classes"])
    rates = np.ones((data["substances"] + 1, data["classes"]))
    if not even:
        rates[:-1] = random.gamma(data["evenness"], 1 / data["evenness"], (data["substances"], data["classes"]))
    weights = rates * of_class
    places = {normalise(name): place for place, name in enumerate(reactions)}
    ratios = data["product"]["ratios"]
    signals = {
        places[key]: Signal(data["substances"], places[key], ratios[one.frequency_eu])
        for one in profile.concepts
        if one.frequency_eu in ratios and one.terms and (key := normalise(one.terms[0])) in places
    }
    return World(
        data=data,
        substances=(*substances, product.name),
        reactions=reactions,
        product_names=(product.name, product.brand, product.brand.upper(), *sorted(product.exact)),
        used=np.cumsum(used),
        share_of=share_of,
        by_class=by_class,
        class_starts=np.concatenate([[0.0], np.cumsum(of_class)]),
        cumulated=np.cumsum(share_of[by_class]),
        class_rates=np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1).astype(np.float32),
        product_signals=tuple(signals.values()),
    )


def quarters(
    world: World, reports: int, seed: int, signals: tuple[Signal, ...], number: int | None = None
) -> Iterator[Quarter]:
    """So many reports in all, every version counted, in `number` quarters or as many as keep each small."""
    number = number or max(4, -(-reports // IN_A_QUARTER))
    bounds = np.linspace(0, reports, number + 1).astype(int)
    carried, deleted = None, np.empty(0, np.int64)
    first_case = FIRST_CASE
    for place, (start, end) in enumerate(pairwise(bounds)):
        random = np.random.default_rng([seed, 2, place])
        name, first_day, days = _quarter(place)
        room = int(end - start) - (len(carried) if carried else 0)
        copied, same, later = (round(room * share) for share in _extra(world, is_last=place == number - 1))
        cases = room - copied - same
        new = _drawn(world, cases, signals, random)
        new = _changed(new, case=first_case + np.arange(cases), received=first_day + random.integers(0, days, cases))
        sent_again = np.sort(random.choice(cases, copied, replace=False))
        followed = random.choice(cases, same + later, replace=False)
        in_time, afterwards = (chosen(new, np.sort(rows)) for rows in (followed[:same], followed[same:]))
        copies = _changed(chosen(new, sent_again), case=first_case + cases + np.arange(copied))
        first_case += cases + copied
        second = _followed(world, in_time, first_day + days, random)
        yield Quarter(
            name,
            _joined([new, copies, second, *([carried] if carried else [])]),
            deleted,
            tuple(zip(new.case[sent_again], copies.case, strict=True)),
        )
        _, next_first, next_days = _quarter(place + 1)
        afterwards = _changed(afterwards, received=np.full(later, next_first))
        carried = _followed(world, afterwards, next_first + next_days, random)
        deleted = new.case[random.random(cases) < world.data["versions"]["deleted"]]


def _extra(world: World, *, is_last: bool) -> tuple[float, float, float]:
    """What share of a quarter's reports are copies and second versions, and how many second versions come later."""
    versions = world.data["versions"]
    later = 0.0 if is_last else versions["follow_up"] / 2
    return versions["duplicate"], versions["follow_up"] - later, later


def _drawn(world: World, cases: int, signals: tuple[Signal, ...], random: np.random.Generator) -> Reports:
    data = world.data
    drug_report, substance, role = _drugs(world, cases, random)
    counts = _counts(cases, data["reactions_more"], data["most_parts"], random)
    reaction_report = np.repeat(np.arange(cases), counts)
    reaction = _reactions(world, reaction_report, drug_report, substance, random)
    pairs = [(reaction_report, reaction), *_planted(world, signals, drug_report, substance, role, random)]
    reaction_report, reaction = _distinct(pairs, len(world.reactions))
    age = np.clip(random.normal(data["age"]["mean"], data["age"]["deviation"], cases), 0, 100).astype(np.int64)
    return Reports(
        case=np.zeros(cases, np.int64),
        version=np.ones(cases, np.int64),
        received=np.zeros(cases, np.int64),
        sex=_picked(data["sex"], cases, random),
        age=np.where(random.random(cases) < data["age"]["known"], age, -1),
        country=_picked(data["country"], cases, random),
        reporter=_picked(data["reporter"], cases, random),
        outcome=_picked(data["outcome"], cases, random),
        literature=(random.random(cases) < data["literature"]["share"]).astype(np.int64),
        drug_report=drug_report,
        substance=substance,
        role=role,
        variant=_picked(data["names"]["variants"], len(substance), random),
        reaction_report=reaction_report,
        reaction=reaction,
    )


def _drugs(world: World, cases: int, random: np.random.Generator) -> tuple[Codes, Codes, Codes]:
    """Distinct medicines of each report with their roles; one of them is the primary suspect."""
    counts = _counts(cases, world.data["substances_more"], world.data["most_parts"], random)
    drawn = np.searchsorted(world.used, random.random(counts.sum()) * world.used[-1], side="right")
    report, substance = _distinct([(np.repeat(np.arange(cases), counts), drawn)], len(world.substances))
    in_report = np.bincount(report, minlength=cases)
    starts = np.cumsum(in_report) - in_report
    first = starts + (random.random(cases) * in_report).astype(np.int64)
    others = np.array([ROLES.index(one["code"]) for one in world.data["role"]])
    role = others[_picked(world.data["role"], len(report), random)]
    role[first] = 0
    of_product = world.data["product"]
    expected = max(of_product["at_least"], of_product["per_million"] * cases / 1e6)
    substance[first[random.random(cases) < expected / max(cases, 1)]] = world.product
    return report, substance, role


def _reactions(
    world: World, reaction_report: Codes, drug_report: Codes, substance: Codes, random: np.random.Generator
) -> Codes:
    """For each of the rows a reaction, by the rates of one of its report's medicines."""
    cases = int(drug_report[-1]) + 1 if len(drug_report) else 0
    in_report = np.bincount(drug_report, minlength=cases)
    starts = np.cumsum(in_report) - in_report
    place = starts[reaction_report] + (random.random(len(reaction_report)) * in_report[reaction_report]).astype(int)
    causes, chance = substance[place], random.random(len(place), dtype=np.float32)
    of_class = np.zeros(len(place), np.int64)
    for column in range(world.class_rates.shape[1] - 1):
        of_class += chance >= world.class_rates[causes, column]
    low, high = world.class_starts[of_class], world.class_starts[of_class + 1]
    found = np.searchsorted(world.cumulated, low + random.random(len(place)) * (high - low), side="right")
    return world.by_class[np.minimum(found, len(world.by_class) - 1)]


def _planted(
    world: World,
    signals: tuple[Signal, ...],
    drug_report: Codes,
    substance: Codes,
    role: Codes,
    random: np.random.Generator,
) -> Iterator[tuple[Codes, Codes]]:
    """The reactions that the signals add: with the chance q for which p + (1 - p) q is `ratio` times p."""
    shares = share_of_reports(world)
    order = np.argsort(substance, kind="stable")
    order = order[np.isin(role[order], SUSPECT)]
    sorted_substances = substance[order]
    for signal in (*signals, *world.product_signals):
        start, end = np.searchsorted(sorted_substances, [signal.substance, signal.substance + 1])
        p = shares[signal.reaction]
        reports = drug_report[order[start:end]]
        hit = reports[random.random(len(reports)) < min(1.0, (signal.ratio - 1) * p / (1 - p))]
        yield hit, np.full(len(hit), signal.reaction)


def _followed(world: World, reports: Reports, before: int, random: np.random.Generator) -> Reports:
    """The next version of each, received later and before a day; some have a reaction more."""
    more = np.flatnonzero(random.random(len(reports)) < world.data["versions"]["new_reaction"])
    added = _reactions(world, more, reports.drug_report, reports.substance, random) if len(more) else more
    report, reaction = _distinct([(reports.reaction_report, reports.reaction), (more, added)], len(world.reactions))
    return _changed(
        reports,
        version=reports.version + 1,
        received=random.integers(reports.received, before),
        reaction_report=report,
        reaction=reaction,
    )


def share_of_reports(world: World) -> NDArray[np.float64]:
    """How many of all reports have a reaction, by reaction: 1 - E[(1 - share) ^ draws], draws being 1 + geometric."""
    more = world.data["reactions_more"]
    stop = 1 / (1 + more)
    absent = 1 - world.share_of
    return np.asarray(1 - absent * stop / (1 - (1 - stop) * absent))


def _counts(size: int, more: float, most: int, random: np.random.Generator) -> Codes:
    return np.asarray(np.minimum(random.geometric(1 / (1 + more), size), most))


def _picked(entries: list[dict[str, Any]], size: int, random: np.random.Generator) -> Codes:
    cumulated = np.cumsum([one["share"] for one in entries])
    found = np.searchsorted(cumulated, random.random(size) * cumulated[-1], side="right")
    return np.asarray(np.minimum(found, len(entries) - 1), np.int64)


def _distinct(pairs: list[tuple[Codes, Codes]], size: int) -> tuple[Codes, Codes]:
    """Pairs of a report and a code below `size`, each once and in order."""
    keys = np.sort(np.concatenate([report * size + code for report, code in pairs]))
    report, code = np.divmod(keys[np.diff(keys, prepend=-1) > 0], size)
    return report, code


def chosen(reports: Reports, rows: Codes) -> Reports:
    """The reports at `rows`, which are in order and each once."""
    place = np.full(len(reports), -1)
    place[rows] = np.arange(len(rows))
    drugs, reactions = place[reports.drug_report] >= 0, place[reports.reaction_report] >= 0
    return Reports(
        **{name: getattr(reports, name)[rows] for name in _OF_REPORT},
        drug_report=place[reports.drug_report[drugs]],
        **{name: getattr(reports, name)[drugs] for name in _OF_DRUG},
        reaction_report=place[reports.reaction_report[reactions]],
        reaction=reports.reaction[reactions],
    )


def _joined(parts: list[Reports]) -> Reports:
    starts = np.cumsum([0, *(len(part) for part in parts)])
    moved = [
        _changed(part, drug_report=part.drug_report + start, reaction_report=part.reaction_report + start)
        for part, start in zip(parts, starts, strict=False)
    ]
    return Reports(**{one.name: np.concatenate([getattr(part, one.name) for part in moved]) for one in fields(Reports)})


def _changed(reports: Reports, **columns: Codes) -> Reports:
    return Reports(**{one.name: columns.get(one.name, getattr(reports, one.name)) for one in fields(Reports)})


def _shares(size: int, exponent: float, flattening: float) -> NDArray[np.float64]:
    weights = (np.arange(1, size + 1) + flattening) ** -exponent
    return np.asarray(weights / weights.sum())


def _words(syllables: list[str], number: int) -> list[str]:
    """Words that can be spoken, one for each number: its digits, written in syllables."""
    digits = len(syllables)
    return ["".join(syllables[place // digits**power % digits] for power in (3, 2, 1, 0)) for place in range(number)]


def _quarter(place: int) -> tuple[str, int, int]:
    """FDA's name of the quarter that is so many after the first, its first day and how many it has."""
    quarter = FIRST_QUARTER[0] * 4 + FIRST_QUARTER[1] - 1 + place
    first, after = (date(one // 4, one % 4 * 3 + 1, 1) for one in (quarter, quarter + 1))
    days: timedelta = after - first
    return f"{first.year % 100:02}Q{quarter % 4 + 1}", (first - date(1970, 1, 1)).days, days.days
