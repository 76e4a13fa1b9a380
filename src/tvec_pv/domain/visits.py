"""The visits at which the product was given: day, volume, concentration and number, from the doses of a case.

Doses of one day belong to one visit and their volumes are added. What may be one dose told twice, or several visits
written as one, leaves the volume open between least and most.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Dose, Drug, DrugRole, Quantity, known
from tvec_pv.domain.periods import days_of
from tvec_pv.domain.remembering import remembered


@dataclass(frozen=True, slots=True)
class Volume:
    """Millilitres in all lesions together: what they are at least and at most."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, or a row of several; `exponent` is the n of 10^n PFU/mL, `number` that of the dose, from 1;
    `every` is the number of days between the visits of a row."""

    start: PartialDate | None
    end: PartialDate | None
    volume: Volume | None
    exponent: int | None
    number: int | None
    places: tuple[str, ...]
    every: float | None = None

    @property
    def is_one_day(self) -> bool:
        return bool(self.start and self.end and self.start.earliest == self.end.latest)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days between two visits that follow one another: at least and at most. `first` says whether it lies between
    the first and the second dose, None where that is not said."""

    low: int
    high: int
    first: bool | None
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    drug: int
    dose: Dose
    visit: Visit


def visits_of(numbered: Iterable[tuple[int, Drug]]) -> tuple[Visit, ...]:
    """Visits in the order of their numbers or else of their days, those without a day last; drugs come with their
    number in the case."""
    of_day: dict[object, list[_Row]] = {}
    for number, drug in numbered:
        if drug.role == DrugRole.NOT_ADMINISTERED:
            continue
        strength = _exponent_of_drug(drug)
        for at, dose in enumerate(drug.doses, 1):
            visit = _visit(dose, f"drug {number}, dose {at}", strength)
            key = visit.start.earliest if visit.start and visit.is_one_day else (number, at)
            of_day.setdefault(key, []).append(_Row(number, dose, visit))
    visits = sorted(map(_one_visit, of_day.values()), key=_order)
    dated = [visit for visit in visits if visit.start]
    if all(visit.number for visit in dated):
        dated.sort(key=lambda visit: visit.number or 0)
    return (*dated, *(visit for visit in visits if not visit.start))


def gaps(visits: tuple[Visit, ...]) -> tuple[Gap, ...]:
    """The intervals between visits that follow one another, in days; which was before need not be known."""
    dated = [visit for visit in visits if visit.start]
    found = []
    for before, after in pairwise(dated):
        if before.end is None or after.start is None:
            continue
        high = (after.start.latest - before.end.earliest).days
        if not (before.number and after.number):
            high = max(high, (before.end.latest - after.start.earliest).days)
        if high > 0:
            low = max((after.start.earliest - before.end.latest).days, 0)
            first = _is_first(before, after, is_earliest=before is dated[0])
            found.append(Gap(low, high, first, before.places + after.places))
    return tuple(found)


def is_later(visit: Visit, visits: tuple[Visit, ...]) -> bool:
    """Whether a visit is the second or a later one: by its number, or because another lies before it."""
    if visit.number is not None:
        return visit.number > 1
    start = visit.start
    return start is not None and any(other.end and other.end.latest < start.earliest for other in visits)


def _is_first(before: Visit, after: Visit, *, is_earliest: bool) -> bool | None:
    if before.number == 1 or after.number == 2:
        return True
    if before.number is not None or after.number is not None or not is_earliest:
        return False
    return {_FIRST: True, None: None}.get(before.exponent, False)


def _order(visit: Visit) -> tuple[bool, str, str]:
    start = visit.start
    return (start is None, str(start and start.earliest), str(start and start.latest))


def _visit(dose: Dose, place: str, strength: int | None) -> Visit:
    text = " ".join(filter(None, (known(dose.text), known(dose.form)))).lower()
    start, end = known(dose.start), known(dose.end)
    if end is None or (start and end.latest < start.earliest):
        end = start
    exponent = _exponent_of_dose(dose, text) or strength
    is_one_date = start is None or end is None or start == end or start.earliest == end.latest
    is_each = is_one_date or dose.interval is not None or bool(_EACH.search(text))
    volume = _volume(dose, text, is_one=is_each and not _SEVERAL.search(text))
    every = None if is_one_date else days_of(dose.interval)
    return Visit(start or end, end, volume, exponent, number_in(text), (place,), every)


def _one_visit(rows: Sequence[_Row]) -> Visit:
    first = rows[0].visit
    if len(rows) == 1:
        return first
    exponents = {row.visit.exponent for row in rows} - {None}
    return replace(
        first,
        volume=_total(rows),
        exponent=exponents.pop() if len(exponents) == 1 else None,
        number=next((row.visit.number for row in rows if row.visit.number is not None), None),
        places=tuple(place for row in rows for place in row.visit.places),
    )


def _total(rows: Sequence[_Row]) -> Volume | None:
    """The volumes of a day. Equal doses of one drug, or of drugs whose lots do not tell them apart, may be one."""
    of_drug: dict[int, list[_Row]] = {}
    for row in rows:
        if row.visit.volume:
            of_drug.setdefault(row.drug, []).append(row)
    if not of_drug:
        return None
    least = [sum(one.least for one in {row.dose: _given(row) for row in of}.values()) for of in of_drug.values()]
    most = [sum(_given(row).most for row in of) for of in of_drug.values()]
    lots = [lot for of in of_drug.values() for lot in {known(row.dose.lot) for row in of}]
    if None not in lots and len(set(lots)) == len(lots):
        return Volume(sum(least), sum(most))
    return Volume(max(least), max(most) if len(set(most)) == 1 else sum(most))


def _given(row: _Row) -> Volume:
    return row.visit.volume or Volume(0, 0)


def _volume(dose: Dose, text: str, *, is_one: bool) -> Volume | None:
    """By the amount, else by the words; of several volumes in the words each is a lesion, or one of them the total."""
    amount = known(dose.dose)
    factor = _MILLILITRES.get((amount.unit or "").strip().lower().strip("{}[]")) if amount else None
    given = [amount.value * factor] if amount and factor else volumes_in(text)
    if not given:
        return None
    return Volume(max(given) if is_one else 0, sum(given))


def volumes_in(text: str) -> list[float]:
    """The volumes in mL that a text names."""
    return [float(one.replace(",", ".")) for one in _IN_WORDS.findall(text.lower())]


def is_of_several(text: str) -> bool:
    """Whether a text speaks of several visits together."""
    return bool(_SEVERAL.search(text.lower()))


_MILLILITRES = {
    "ml": 1.0,
    "milliliter": 1.0,
    "millilitre": 1.0,
    "cc": 1.0,
    "cm3": 1.0,
    "ul": 0.001,
    "dl": 100.0,
    "l": 1000.0,
}
_IN_WORDS = re.compile(r"(?<![\d.,/^])(\d{1,4}(?:[.,]\d{1,3})?)\s{0,3}(?:ml|millilit(?:er|re)s?|cc)\b")
_SEVERAL = re.compile(r"\b(?:visits|cycles|courses|cumulative|overall|doses)\b")
_EACH = re.compile(r"\b(?:every|weekly|each)\b|\bq\s?\d")

_FIRST, _LATER = 6, 8
_POWER = re.compile(r"10\s{0,3}(?:\^|\*{1,2}|e|exp|\()\s{0,3}\+?0?([68])\b|\b\d{1,9}(?:\.\d{1,9})?\s?e\s?\+?0?([68])\b")
_PLAIN = re.compile(r"\b(?:1|one)[ ,.']?(00)?[ ,.']?000[ ,.']?000\b(?![ ,.']?\d)|\b(1|one|100|hundred) million\b")
_SUPERSCRIPTS = str.maketrans({"⁶": "^6", "⁸": "^8"})


@remembered(2_000)
def exponent_in(text: str) -> int | None:
    """The n of a concentration of 10^n, however it is written; None where none stands there, or several.

    >>> exponent_in("10E6 PFU/ml"), exponent_in("100,000,000 PFU/mL"), exponent_in("10^6 first, then 10^8")
    (6, 8, None)
    """
    plain = text.translate(_SUPERSCRIPTS).lower()
    found = {int(one or other) for one, other in _POWER.findall(plain)}
    found |= {_LATER if zeros or many in ("100", "hundred") else _FIRST for zeros, many in _PLAIN.findall(plain)}
    return found.pop() if len(found) == 1 else None


def _exponent_of_dose(dose: Dose, text: str) -> int | None:
    amount = known(dose.dose)
    return exponent_in(text) or (_exponent_of(amount) if amount else None)


def _exponent_of_drug(drug: Drug) -> int | None:
    """By the strength of its substance, its name or what is said of it."""
    strengths = {_exponent_of(one.strength) for one in drug.substances if one.strength} - {None}
    if len(strengths) == 1:
        return strengths.pop()
    return exponent_in(known(drug.name) or "") or exponent_in(drug.additional_text or "")


def _exponent_of(amount: Quantity) -> int | None:
    """Of an amount in plaque-forming units: up to 4 mL hold up to 4 times the number of one."""
    unit = (amount.unit or "").lower()
    if "pfu" not in unit:
        return None
    if power := exponent_in(unit):
        return power
    return next((n for n in (_FIRST, _LATER) if 10**n <= amount.value <= 5 * 10**n), None)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_COUNTED = r"(?:dose|visit|cycle|injection|treatment|administration)"
_NUMBERED = re.compile(
    rf"\b{_COUNTED}\s{{0,3}}(?:no\.?|number|#|:)?\s{{0,3}}(\d{{1,2}})\b(?!\s{{0,3}}(?:ml|pfu|x|\^|\*|[.,/]\d|e\d))"
    rf"|\b(\d{{1,2}})(?:st|nd|rd|th)\s{{1,3}}{_COUNTED}\b|\b({'|'.join(_ORDINALS)})\s{{1,3}}(?:ever\s)?{_COUNTED}\b"
)


def number_in(text: str) -> int | None:
    """The number of the dose, where its words say one and no other."""
    named = _NUMBERED.findall(text.lower())
    found = {int(digits or before) for digits, before, _ in named if digits or before} - {0}
    if any(word for *_, word in named):
        found |= {number for number, word in enumerate(_ORDINALS, 1) if re.search(rf"\b{word}\b", text.lower())}
    return found.pop() if len(found) == 1 else None
