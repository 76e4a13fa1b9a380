"""The cases as columns for DuckDB, and how often each value is met among them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import log2
from typing import Any

from tvec_pv.domain.duplicates import LinkageModel
from tvec_pv.domain.linkage_rows import Days, LinkageRow

WITH_FREQUENCY = (
    *("country", "initials", "onset_day", "onset_month", "onset_year"),
    *("start_day", "start_month", "start_year", "reaction_set", "code_set", "drug_set"),
)
_MOST_BITS, _PLACEHOLDER, _FEW, _RARE_TERM = 10.0, 10, 10, 40


def columns(rows: Sequence[LinkageRow], model: LinkageModel) -> dict[str, list[Any]]:
    """One entry per case and column, in the order of the rows; `unique_id` is its place."""

    def rare(lists: Callable[[LinkageRow], Iterable[Any]], most: int) -> list[list[Any] | None]:
        """The values that no more than so many cases have: others are templates and placeholders."""
        met = Counter(value for row in rows for value in lists(row))
        return [[value for value in lists(row) if met[value] <= most] or None for row in rows]

    terms = {
        name: _weighed([getattr(row, of) for row in rows], model)
        for name, of in (("reactions", "reactions"), ("codes", "reaction_codes"), ("drugs", "drugs"), ("lots", "lots"))
    }
    numbers = rare(lambda row: row.numbers, _PLACEHOLDER)
    links = rare(lambda row: sorted({*row.numbers, *row.linked}), _PLACEHOLDER)
    return {
        "unique_id": list(range(len(rows))),
        "numbers": [of or [] for of in numbers],
        "links": [of or [] for of in links],
        "record_numbers": [of or [] for of in rare(lambda row: row.record_numbers, _PLACEHOLDER)],
        **{
            name: [getattr(row, name) for row in rows]
            for name in ("sender", "country", "sex", "initials", "qualification")
        },
        "weight": [row.weight_kg for row in rows],
        "born_from": [row.born.earliest.toordinal() if row.born else None for row in rows],
        "born_to": [row.born.latest.toordinal() if row.born else None for row in rows],
        "born_day": [_day(row.born) for row in rows],
        "born_years": [_years(row.born) for row in rows],
        **_dates("onset", [row.onset for row in rows]),
        **_dates("start", [row.start for row in rows]),
        "received": [row.received.earliest.toordinal() if row.received else None for row in rows],
        **terms,
        "lot_names": [list(row.lots) or None for row in rows],
        "outcomes": [list(row.outcomes) or None for row in rows],
        "criteria": [list(row.criteria) or None for row in rows],
        "wording": rare(lambda row: row.wording, _FEW),
        "reaction_set": [_set(row.reactions) for row in rows],
        "code_set": [_set(row.reaction_codes) for row in rows],
        "drug_set": [_set(row.drugs) for row in rows],
        "reaction_sets": [[one for one in map(_set, (row.reactions, row.reaction_codes)) if one] for row in rows],
        "rare_terms": rare(_terms_and_sets, _RARE_TERM),
    }


def schema() -> Any:
    """The types of the columns, which a column without any value would not tell."""
    import pyarrow

    text, whole = pyarrow.string(), pyarrow.int64()
    types = dict.fromkeys(_NAMES, text) | dict.fromkeys(_LISTS_OF_NAMES, pyarrow.list_(text))
    types |= dict.fromkeys(_NUMBERS, whole) | dict.fromkeys(_LISTS_OF_NUMBERS, pyarrow.list_(whole))
    return pyarrow.schema([*types.items(), ("weight", pyarrow.float64())])


_NAMES = (
    *("sender", "country", "sex", "initials", "qualification", "born_day"),
    *("onset_day", "onset_month", "onset_year", "start_day", "start_month", "start_year"),
    *("reaction_set", "code_set", "drug_set"),
)
_LISTS_OF_NAMES = (
    "numbers",
    "links",
    "record_numbers",
    "lot_names",
    "outcomes",
    "criteria",
    "rare_terms",
    "reaction_sets",
)
_NUMBERS = ("unique_id", "born_from", "born_to", "onset_from", "start_from", "received")
_LISTS_OF_NUMBERS = ("born_years", "reactions", "codes", "drugs", "lots", "wording")


def frequencies(values: Iterable[Any], usual: float, weight: float) -> dict[Any, float]:
    """How often another case has the same value: as met among the others, with the usual frequency as so many cases."""
    met = Counter(value for value in values if value is not None)
    total = met.total()
    return {value: (count - 1 + weight * usual) / (total - 1 + weight) for value, count in met.items()}


def chances(of: Mapping[str, list[Any]], model: LinkageModel) -> dict[str, float]:
    """For each value with a frequency: the chance that two cases share it."""
    found = {}
    for name in WITH_FREQUENCY:
        often = frequencies(of[name], model.usual[name], model.cases_behind_it)
        met = Counter(value for value in of[name] if value is not None)
        found[name] = (
            sum(count * often[value] for value, count in met.items()) / max(1, met.total()) or (model.usual[name])
        )
    return found


def _weighed(lists: Sequence[tuple[str, ...]], model: LinkageModel) -> list[list[int] | None]:
    """Each term as a whole number whose last three digits are its rarity in tenths of a bit."""
    met = Counter(term for terms in lists for term in terms)
    cases, weight = sum(bool(terms) for terms in lists), model.cases_behind_it
    code = {}
    for number, (term, count) in enumerate(sorted(met.items())):
        often = (count - 1 + weight * model.usual["term"]) / (cases - 1 + weight)
        code[term] = number * 1000 + round(10 * min(_MOST_BITS, -log2(min(1.0, often))))
    return [[code[term] for term in terms] or None for terms in lists]


def _dates(name: str, days: Sequence[Days | None]) -> dict[str, list[Any]]:
    return {
        f"{name}_from": [one.earliest.toordinal() if one else None for one in days],
        f"{name}_day": [_day(one) for one in days],
        f"{name}_month": [_common(one, 6) for one in days],
        f"{name}_year": [_common(one, 4) for one in days],
    }


def _day(days: Days | None) -> str | None:
    return _common(days, 8)


def _common(days: Days | None, letters: int) -> str | None:
    """The first so many letters of YYYYMMDD, where all the days have them."""
    if days is None:
        return None
    first, last = (one.isoformat().replace("-", "")[:letters] for one in (days.earliest, days.latest))
    return first if first == last else None


def _terms_and_sets(row: LinkageRow) -> set[str]:
    """Each term of a case, and all of its terms together, one of which may be rare enough to look at others by."""
    together = (_set((*one, *row.drugs)) for one in (row.reactions, row.reaction_codes) if one)
    return {*row.reactions, *row.reaction_codes, *row.drugs, *filter(None, (_set(row.drugs), *together))}


def _set(terms: tuple[str, ...]) -> str | None:
    """All the terms of a case as one value."""
    return "|".join(terms) or None


def _years(days: Days | None) -> list[int] | None:
    """The years in which the patient may have been born, where they are few."""
    if days is None or days.latest.year - days.earliest.year > 3:
        return None
    return list(range(days.earliest.year, days.latest.year + 1))
