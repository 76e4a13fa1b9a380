"""What of a case is compared with other cases to find the same patient reported twice.

Everything is made comparable here: ages and birth dates become the days between which the patient was born, partial
dates the days between which they lie, reactions the terms under which they are counted. What a report masks or does
not say is `None` or empty, and says nothing in a comparison.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from hashlib import blake2b

from tvec_pv.domain.assessment import Knowledge
from tvec_pv.domain.classification import classify
from tvec_pv.domain.countries import find_country
from tvec_pv.domain.icsr import Case, Drug, Qualification, Quantity, Reaction, Text, known
from tvec_pv.domain.product_names import Verdict, match_drug, product_drugs
from tvec_pv.domain.terms import normalise


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day that something can lie on."""

    earliest: date
    latest: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkageRow:
    """One case as it is compared.

    `reactions` are the names under which they are counted, `reaction_codes` those of the dictionary; `drugs` are the
    medicines besides the product, which every case has. `wording` is a sketch of the narrative: hashes of some of its
    runs of words, no word of it.
    """

    key: str
    numbers: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    record_numbers: tuple[str, ...] = ()
    sender: str | None = None
    country: str | None = None
    sex: str | None = None
    born: Days | None = None
    initials: str | None = None
    weight_kg: float | None = None
    onset: Days | None = None
    start: Days | None = None
    received: Days | None = None
    reactions: tuple[str, ...] = ()
    reaction_codes: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    qualification: str | None = None
    wording: tuple[int, ...] = ()

    @property
    def completeness(self) -> int:
        """How many of the fields say something."""
        return sum(getattr(self, one.name) not in (None, ()) for one in fields(self))


def linkage_row(key: str, case: Case, knowledge: Knowledge) -> LinkageRow:
    """The row of a case, under the names and terms in force."""
    product = product_drugs(knowledge.product, case)
    onset = _first(known(one.start) for one in case.reactions)
    start = _first(known(dose.start) for drug in product for dose in drug.doses)
    names, codes = _terms(case, knowledge)
    return LinkageRow(
        key=key,
        numbers=_numbers((case.worldwide_id, case.sender_case_id, *(one.number for one in case.other_ids))),
        linked=_numbers(case.linked_reports),
        record_numbers=_record_numbers(case),
        sender=normalise(known(case.sender.organisation) or "") or None if case.sender else None,
        country=country if (country := find_country(case, knowledge.reporting.eea)) != _MASKED_COUNTRY else None,
        sex=_one_of(case.patient.sex, ("1", "2")),
        born=_born(case, onset or start),
        initials=_initials(case.patient.name),
        weight_kg=case.patient.weight_kg,
        onset=onset,
        start=start,
        received=_first((known(case.first_received) or known(case.latest_received),)),
        reactions=names,
        reaction_codes=codes,
        drugs=_unique(
            _drug(drug) for drug in case.drugs if match_drug(knowledge.product, drug).verdict is not Verdict.PRODUCT
        ),
        lots=_unique(_letters(known(dose.lot)) for drug in product for dose in drug.doses),
        outcomes=_unique(_one_of(one.outcome, ("1", "2", "3", "4", "5")) for one in case.reactions),
        criteria=_criteria(case),
        qualification=_one_of(_primary_qualification(case), tuple(Qualification)),
        wording=_wording(known(case.narrative)),
    )


_MOST, _LONGEST = 200, 200  # values of a field and letters of a value that are compared: nobody reports more


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value[:_LONGEST] for value in values if value})[:_MOST])


def _one_of(given: Text, wanted: tuple[str, ...]) -> str | None:
    value = known(given)
    return value if value in wanted else None


def _letters(text: str | None) -> str:
    """Letters and digits alone, in upper case: numbers are typed with and without what stands between them."""
    return re.sub(r"[\W_]+", "", text or "").upper()


_SHORTEST_NUMBER = 6  # below it, a number is one of many that count from 1


def _numbers(given: Iterable[str | None]) -> tuple[str, ...]:
    """Numbers by which a case can be known again."""
    return _unique(
        number
        for one in given
        if len(number := _letters(one)) >= _SHORTEST_NUMBER and any(letter.isdigit() for letter in number)
    )


def _record_numbers(case: Case) -> tuple[str, ...]:
    """Numbers of the patient, each with who gave it; that of a trial means something only with the trial's number."""
    patient, study = case.patient, known(case.study.sponsor_number) if case.study else None
    given = (
        ("practice", patient.gp_record_number),
        ("specialist", patient.specialist_record_number),
        ("hospital", patient.hospital_record_number),
        (f"trial {study}", patient.investigation_number if study else None),
        *(("somebody", number) for number in patient.record_numbers),
    )
    return _unique(f"{by} {number}" for by, text in given for number in _numbers((known(text),)))


def _first(dates: Iterable[object]) -> Days | None:
    """The earliest day, of those that are known to the day where there is one."""
    days = [Days(one.earliest, one.latest) for one in dates if one is not None]  # type: ignore[attr-defined]
    return min(days, key=lambda one: (one.earliest != one.latest, one.earliest, one.latest), default=None)


def _terms(case: Case, knowledge: Knowledge) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and codes of the reactions. A name in a language that the profile does not know compares with nothing."""
    names, codes = set(), set()
    for reaction in case.reactions:
        found = classify(knowledge.profile, reaction, knowledge.dictionary)
        if found.concept is not None or not _is_foreign(reaction):
            names.add(normalise(found.name))
        if code := reaction.term.code:
            codes.add(knowledge.dictionary.preferred_of.get(code, code))
    return _unique(names), _unique(codes)


def _is_foreign(reaction: Reaction) -> bool:
    has_english = bool(reaction.term.name or known(reaction.translation))
    return not has_english and reaction.language not in (None, "eng", "en")


def _drug(drug: Drug) -> str:
    """By its substances, which have one name everywhere; else by its own."""
    substances = _unique(normalise(name) for one in drug.substances if (name := known(one.name)))
    return " + ".join(substances) or normalise(known(drug.name) or "")


def _criteria(case: Case) -> tuple[str, ...]:
    given = ("death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "other_important")
    return _unique(
        name for name in given if any(getattr(reaction.seriousness, name) is True for reaction in case.reactions)
    )


def _primary_qualification(case: Case) -> Text:
    ordered = sorted(case.reporters, key=lambda one: not one.is_primary)
    return ordered[0].qualification if ordered else None


_MASKED_COUNTRY = "EU"  # what authorities pass on instead of a country
_MASKS = ("MASKED", "PRIVACY", "UNKNOWN", "UNK", "XX", "XXX", "NA", "NN", "ANONYMOUS", "NONE")
_MOST_INITIALS = 4


def _initials(name: Text) -> str | None:
    """First letters of a name, or the initials as they are; what stands for a name that is withheld is none."""
    given = known(name) or ""
    letters = _letters(given)
    if not letters.isalpha() or letters in _MASKS:
        return None
    if len(letters) > _MOST_INITIALS:
        letters = "".join(word[0] for word in re.findall(r"[^\W\d_]+", given)).upper()
    return letters if len(letters) > 1 else None


_DAYS = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0, "10.a": 3652.5, "{decade}": 3652.5}
_GROUPS = {"2": (0, 2), "3": (2, 12), "4": (12, 18), "5": (18, 65), "6": (65, 110)}  # D.2.3, in years
_UNDATED = timedelta(days=366)


def _born(case: Case, at: Days | None) -> Days | None:
    """The days between which the patient was born: by birth date, else by age or age group on the day of onset."""
    given = known(case.patient.birth_date)
    if given is not None:
        return Days(given.earliest, given.latest)
    received = known(case.first_received) or known(case.latest_received)
    if at is None and received is not None:
        at = Days(_shifted(received.earliest, _UNDATED.days), received.latest)
    if at is None:
        return None
    age = known(case.patient.age)
    if isinstance(age, Quantity) and age.unit in _DAYS and age.value >= 0:
        one = _DAYS[age.unit]
        return Days(_shifted(at.earliest, (age.value + 1) * one), _shifted(at.latest, age.value * one))
    group = _GROUPS.get(known(case.patient.age_group) or "")
    if group is None:
        return None
    youngest, oldest = group
    return Days(_shifted(at.earliest, oldest * 365.25), _shifted(at.latest, youngest * 365.25))


def _shifted(day: date, days: float) -> date:
    """That many days earlier, or as early as a calendar goes."""
    return date.fromordinal(max(1, day.toordinal() - int(min(days, 10**6))))


_RUN, _MOST_WORDS, _SKETCH = 4, 2000, 32


def _wording(narrative: str | None) -> tuple[int, ...]:
    """The smallest hashes of the narrative's runs of four words: two texts share as many as they have in common."""
    words = normalise(narrative or "").split()[:_MOST_WORDS]
    runs = {" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
    hashes = (int.from_bytes(blake2b(run.encode(), digest_size=7).digest(), "big") for run in runs)
    return tuple(sorted(hashes)[:_SKETCH])
