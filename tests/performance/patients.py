"""Patients who do not exist, told by senders who do not exist: cases of one product with planted duplicates, by a seed.

A few countries, reactions and senders dominate, a good part of every field is missing, dates are partial. Among the
patients stand some who are easily taken for each other: treated at one site on one day, in one trial, or of one age and
sex with one onset. Each planted duplicate is the same patient told by another sender under other numbers, in one of the
ways of `KINDS`.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.factories import NOT_SERIOUS
from tvec_pv.domain.dates import PartialDate, read_date
from tvec_pv.domain.icsr import (
    Case,
    Dose,
    Drug,
    Identifier,
    NullFlavor,
    Patient,
    Quantity,
    Reaction,
    Reporter,
    Sender,
    Substance,
    Term,
)
from tvec_pv.reference_files import knowledge

KINDS = ("other sender", "typed differently", "masked", "converted", "other language", "age for birth date", "months")
SHARE_OF_DUPLICATES = 0.05
FIRST_DAY, DAYS = date(2016, 1, 4), 3650

COUNTRIES = {"US": 58, "DE": 9, "GB": 5, "FR": 5, "IT": 4, "ES": 3, "NL": 3, "AT": 2, "CH": 2, "AU": 2, "CA": 2}
COUNTRIES |= {"SE": 1, "BE": 1, "DK": 0.7, "PL": 0.7, "JP": 0.5, "GR": 0.4, "PT": 0.4, "IE": 0.3, "NO": 0.3, "FI": 0.3}
LANGUAGES = {"DE": "deu", "AT": "deu", "CH": "deu", "FR": "fra", "BE": "fra", "ES": "spa", "IT": "ita"}
SENDERS = {"Example Biologics": 50, "Example Authority": 20, "Example Hospital": 8, "Example Partner": 7} | {
    f"Example Company {number}": 1 for number in range(15)
}
FLU = ("Pyrexia", "Chills", "Fatigue", "Influenza like illness", "Nausea", "Headache", "Myalgia", "Vomiting")
COMMON = (
    *("Injection site pain", "Diarrhoea", "Arthralgia", "Constipation", "Pain in extremity", "Cellulitis"),
    *("Oedema peripheral", "Decreased appetite", "Cough", "Pruritus", "Rash", "Dizziness", "Dyspnoea", "Oral herpes"),
    *("Injection site erythema", "Weight decreased", "Abdominal pain", "Vitiligo", "Dehydration", "Back pain"),
    *("Pneumonia", "Malignant neoplasm progression", "Death", "Product storage error", "Off label use"),
)
RARE = tuple(f"Rare reaction {number}" for number in range(400))
SAID = {  # what a reporter may write for the same thing
    "Pyrexia": "fever",
    "Fatigue": "tiredness",
    "Influenza like illness": "flu-like symptoms",
    "Rash": "skin rash",
    "Diarrhoea": "Diarrhea",
    "Oedema peripheral": "swollen legs",
    "Dyspnoea": "shortness of breath",
    "Arthralgia": "joint pain",
    "Myalgia": "muscle pain",
    "Pruritus": "itching",
    "Nausea": "nauseous",
}
DRUGS = (
    *("pembrolizumab", "nivolumab", "ipilimumab", "paracetamol", "ibuprofen", "metformin", "amlodipine", "ramipril"),
    *("simvastatin", "levothyroxine", "omeprazole", "aspirin", "aciclovir", "dabrafenib", "trametinib"),
    *(f"medicine {number}" for number in range(120)),
)
CRITERIA = {"hospitalisation": 50, "other_important": 35, "death": 10, "life_threatening": 5}
LETTERS, LETTER_WEIGHTS = (
    "ABCDEFGHIJKLMNOPRSTUVWZ",
    (8, 6, 5, 5, 6, 4, 5, 6, 3, 6, 5, 4, 8, 3, 3, 5, 6, 8, 4, 2, 3, 4, 2),
)
TEMPLATE = (
    "this report was received from a health professional and describes a patient who was treated with the product"
    " for melanoma"
)
WORDS = tuple(f"word{number}" for number in range(3000))


@dataclass(frozen=True)
class Told:
    """What is true of a patient, before anybody reports it."""

    country: str
    site: int
    sex: str
    birth: date
    initials: str
    weight: float
    start: date
    onset: date
    lots: tuple[str, ...]
    reactions: tuple[str, ...]
    outcome: str
    criteria: tuple[str, ...]
    drugs: tuple[str, ...]
    qualification: str
    wording: int
    tells: frozenset[str] = field(default_factory=frozenset)  # what the reporter said at all


@dataclass(frozen=True)
class Generated:
    """Cases by key, and the kind of each planted pair."""

    cases: dict[str, Case]
    planted: dict[tuple[str, str], str]


def generate(count: int, seed: int) -> Generated:
    """So many cases, one in twenty of them a planted duplicate of another."""
    chance = random.Random(seed)
    duplicates = int(count * SHARE_OF_DUPLICATES)
    patients = _patients(chance, count - duplicates)
    cases: dict[str, Case] = {}
    originals = []
    for number, patient in enumerate(patients):
        sender = _one(chance, SENDERS)
        key = f"{patient.country}-{sender.upper().replace(' ', '')}-{2016000000 + number * 7}"
        cases[key] = _report(chance, patient, sender, key)
        originals.append((key, patient, sender))
    planted = {}
    for number, (key, patient, sender) in enumerate(chance.sample(originals, duplicates)):
        kind = KINDS[number % len(KINDS)]
        other = chance.choice([one for one in SENDERS if one != sender])
        copy_key = f"{patient.country}-{other.upper().replace(' ', '')}-{2019500000 + number * 3}"
        again = replace(patient, tells=_told_again(chance, patient))
        case = _report(chance, again, other, copy_key, kind)
        if chance.random() < 0.08:
            case = replace(case, other_ids=(Identifier(source=sender, number=key),))
        cases[copy_key] = case
        planted[(min(key, copy_key), max(key, copy_key))] = kind
    keys = list(cases)
    chance.shuffle(keys)
    return Generated({key: cases[key] for key in keys}, planted)


def _patients(chance: random.Random, count: int) -> list[Told]:
    """Strangers, and groups who are easily taken for each other: of one site and day, one trial, one age and onset."""
    found: list[Told] = []
    while len(found) < count:
        one = _patient(chance)
        found.append(one)
        kind = chance.random()
        if kind < 0.08:  # treated at the same site on the same day, from the same box
            for _ in range(chance.choice((1, 1, 2, 3))):
                late = one.start + timedelta(days=chance.choice((0, 1, 1, 2, 3, 14)))
                found.append(
                    replace(
                        _patient(chance),
                        **{name: getattr(one, name) for name in ("country", "site", "start", "lots", "qualification")},
                        onset=late,
                    )
                )
        elif kind < 0.16:  # in the same trial: one combination, one site, first treated within weeks
            for _ in range(chance.choice((2, 3, 5))):
                start = one.start + timedelta(days=7 * chance.randrange(0, 20))
                found.append(
                    replace(
                        _patient(chance),
                        country=one.country,
                        site=one.site,
                        start=start,
                        onset=start + timedelta(days=chance.choice((0, 1, 2, 7, 21))),
                        drugs=one.drugs or ("pembrolizumab",),
                    )
                )
        elif kind < 0.18:  # of the same age and sex, with the same onset and a common reaction, somewhere else
            found.append(
                replace(
                    _patient(chance),
                    country=one.country,
                    sex=one.sex,
                    birth=one.birth + timedelta(days=chance.randrange(-200, 200)),
                    onset=one.onset + timedelta(days=chance.choice((0, 0, 1, -1, 2))),
                    reactions=one.reactions[:1] + _reactions(chance)[:1],
                )
            )
    return found[:count]


def _patient(chance: random.Random) -> Told:
    start = FIRST_DAY + timedelta(days=7 * chance.randrange(DAYS // 7) + chance.choice((0, 1, 1, 2, 2, 3, 3, 4)))
    onset = start + timedelta(days=int(chance.choice((0, 1, 1, 2, chance.expovariate(1 / 40)))))
    country = _one(chance, COUNTRIES)
    quarter = (start - FIRST_DAY).days // 90
    lots = tuple(
        f"{chance.choice('AB')}{quarter:02d}{chance.randrange(6):01d}7{quarter % 7}"
        for _ in range(chance.choice((1, 1, 1, 2)))
    )
    return Told(
        country=country,
        site=chance.randrange(400),
        sex=chance.choices("12", (55, 45))[0],
        birth=start - timedelta(days=int(365.25 * min(95, max(18, chance.gauss(66, 13))))),
        initials="".join(chance.choices(LETTERS, LETTER_WEIGHTS, k=2)),
        weight=round(chance.gauss(80, 16), 1),
        start=start,
        onset=onset,
        lots=lots,
        reactions=_reactions(chance),
        outcome=chance.choices("012345", (25, 35, 12, 15, 2, 11))[0],
        criteria=_several(chance, CRITERIA, chance.choice((0, 0, 0, 1, 1, 2))),
        drugs=tuple(dict.fromkeys(_skewed(chance, DRUGS, 14) for _ in range(chance.choice((0, 0, 1, 1, 2, 4))))),
        qualification=chance.choices("12345", (50, 8, 17, 1, 24))[0],
        wording=chance.randrange(2**40),
        tells=frozenset(name for name, share in TOLD.items() if chance.random() < share),
    )


TOLD = {
    "age": 0.88,
    "birth date": 0.25,
    "sex": 0.96,
    "initials": 0.55,
    "weight": 0.35,
    "onset": 0.82,
    "onset day": 0.82,
    "start": 0.78,
    "start day": 0.8,
    "lot": 0.55,
    "narrative": 0.9,
    "drugs": 0.9,
    "outcome": 0.92,
    "country": 0.98,
}


def _told_again(chance: random.Random, patient: Told) -> frozenset[str]:
    """What the second reporter says: mostly what the first said, for they asked the same person."""
    return frozenset(
        name for name, share in TOLD.items() if chance.random() < (0.93 if name in patient.tells else share * 0.6)
    )


def _reactions(chance: random.Random) -> tuple[str, ...]:
    found: list[str] = []
    if chance.random() < 0.45:
        found += chance.sample(FLU, chance.choice((1, 1, 2, 3)))
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        found.append(_skewed(chance, COMMON, 7))
    if chance.random() < 0.25:
        found.append(chance.choice(RARE))
    return tuple(dict.fromkeys(found)) or (chance.choice(FLU),)


def _skewed(chance: random.Random, values: Sequence[str], mean: float) -> str:
    """One of the values, the first ones far more often."""
    return values[min(len(values) - 1, int(chance.expovariate(1 / mean)))]


def _several(chance: random.Random, weighted: Mapping[str, float], times: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_one(chance, weighted) for _ in range(times)))


def _one(chance: random.Random, weighted: Mapping[str, float]) -> str:
    return chance.choices(list(weighted), list(weighted.values()))[0]


# --- how a patient is told -----------------------------------------------------------------------------------------


def _report(chance: random.Random, told: Told, sender: str, key: str, kind: str = "") -> Case:
    """A report of a patient. `kind` is how a second sender differs from the first."""
    tells, again = set(told.tells), bool(kind)
    if kind == "masked":
        tells -= {"birth date", "initials", "weight"}
        if chance.random() < 0.5:
            tells -= {"age"}
        if chance.random() < 0.3:
            tells -= {"sex"}
        if chance.random() < 0.5:
            tells -= {"narrative"}
    if kind == "months":
        tells -= {"onset day", "start day"}
    if kind == "age for birth date":
        tells = tells - {"birth date"} | {"age"} if "birth date" in tells else tells | {"birth date"}
    onset = _typed(chance, told.onset, 0.25 if kind == "typed differently" else 0.03 if again else 0.0)
    start = _typed(chance, told.start, 0.2 if kind == "typed differently" else 0.03 if again else 0.0)
    language = LANGUAGES.get(told.country, "fra") if kind == "other language" else "eng"
    reactions = _told_reactions(chance, told, kind)
    lag = chance.randrange(120, 900) if chance.random() < 0.1 else 3 + int(chance.expovariate(1 / 45))
    received = _exact(told.onset + timedelta(days=lag))
    return Case(
        sender_case_id=key,
        worldwide_id=key,
        first_received=received,
        latest_received=received,
        sender=Sender(organisation=sender, type="1"),
        reporters=(
            Reporter(
                country=_country(chance, told, tells, kind),
                qualification=_qualification(chance, told, again),
                is_primary=True,
            ),
        ),
        patient=_told_patient(chance, told, tells, kind),
        reactions=tuple(
            _reaction(chance, name, number, told, tells, onset, language, kind, reactions)
            for number, name in enumerate(reactions)
        ),
        drugs=_told_drugs(chance, told, tells, start, kind),
        narrative=_narrative(chance, told, kind) if "narrative" in tells else NullFlavor.MSK,
    )


def _country(chance: random.Random, told: Told, tells: set[str], kind: str) -> str | NullFlavor | None:
    if kind == "masked" and chance.random() < 0.4:
        return chance.choice(("EU", NullFlavor.MSK))
    return told.country if "country" in tells else None


def _qualification(chance: random.Random, told: Told, again: bool) -> str:
    return chance.choice("135") if again and chance.random() < 0.3 else told.qualification


def _told_patient(chance: random.Random, told: Told, tells: set[str], kind: str) -> Patient:
    masked = NullFlavor.MSK if kind == "masked" else None
    age_days = (told.onset - told.birth).days
    age: Quantity | None = Quantity(value=float(age_days // 365.25), unit="a")
    birth = told.birth
    if kind == "typed differently":
        if age and chance.random() < 0.25:
            age = Quantity(value=age.value + chance.choice((-1.0, 1.0, 10.0)), unit="a")
        birth = _typed(chance, birth, 0.2)
    if kind == "converted" and age:
        age = chance.choice(
            (age, age, Quantity(value=age.value * 12, unit="mo"), Quantity(value=age.value // 10, unit="10.a"))
        )
    group = ("6" if age_days > 65.1 * 365.25 else "5") if "age" in tells or chance.random() < 0.3 else None
    initials = told.initials if kind != "typed differently" or chance.random() < 0.7 else told.initials[::-1]
    styled = chance.choice((initials, f"{initials[0]}.{initials[1]}.", f"{initials[0]} {initials[1]}"))
    return Patient(
        name=styled if "initials" in tells else masked or NullFlavor.UNK,
        birth_date=_exact(birth) if "birth date" in tells else masked,
        age=age if "age" in tells else masked,
        age_group=group,
        sex=told.sex if "sex" in tells else masked,
        weight_kg=(round(told.weight) if kind else told.weight) if "weight" in tells else None,
    )


def _told_reactions(chance: random.Random, told: Told, kind: str) -> list[str]:
    found = list(told.reactions)
    if kind and len(found) > 1 and chance.random() < 0.2:
        found.remove(chance.choice(found))
    if kind and chance.random() < 0.15:
        found.append(chance.choice(FLU + COMMON))
    chance.shuffle(found)
    return list(dict.fromkeys(found))


def _reaction(chance, name, number, told, tells, onset, language, kind, reactions) -> Reaction:
    code = str(10_000_000 + sum(ord(letter) * (place + 7) ** 2 for place, letter in enumerate(name)) % 9_999_999)
    term, reported = Term(name=name, code=code), SAID.get(name, name)
    if kind == "typed differently":
        misspelt = reported[:2] + reported[3:] if len(reported) > 5 and chance.random() < 0.3 else reported
        term, reported = chance.choice((Term(), Term(), Term(name=name))), misspelt
    if kind == "converted":  # R2 gives the name or the code, and not always the same of the two
        term = chance.choice((Term(code=code), Term(name=name), Term(name=name.upper())))
    if kind == "other language":
        term, reported = (Term(code=code) if chance.random() < 0.8 else Term()), f"{name} ({language})"
    outcome = told.outcome if not kind or chance.random() < 0.85 else chance.choice("0126")
    criteria = told.criteria if not kind or chance.random() < 0.85 else ("other_important",)
    when = None
    if number == 0 and "onset" in tells:
        when = _exact(onset) if "onset day" in tells else _month(onset)
    return Reaction(
        reported=reported,
        language=language,
        term=term,
        start=when,
        outcome=outcome if "outcome" in tells else None,
        seriousness=replace(NOT_SERIOUS, **dict.fromkeys(criteria, True)),
        country=NullFlavor.MSK if kind == "masked" else None,
    )


def _told_drugs(chance: random.Random, told: Told, tells: set[str], start: date, kind: str) -> tuple[Drug, ...]:
    name = knowledge().product.name
    given = (_exact(start) if "start day" in tells else _month(start)) if "start" in tells else None
    lots = list(told.lots) if "lot" in tells else [None]
    if kind == "typed differently" and lots[0] and chance.random() < 0.3:
        lots[0] = lots[0][:3] + chance.choice("0123456789") + lots[0][4:]
    if kind and chance.random() < 0.2:
        lots = lots[:1]
    doses = tuple(Dose(start=given if number == 0 else None, lot=lot) for number, lot in enumerate(lots))
    others = [one for one in told.drugs if "drugs" in tells and (not kind or chance.random() < 0.85)]
    spelt = str.title if kind in ("converted", "other language") else str.upper
    return (
        Drug(role="1", name=knowledge().product.brand, substances=(Substance(name=name),), doses=doses),
        *(Drug(role="2", name=spelt(one)) for one in others),
    )


def _narrative(chance: random.Random, told: Told, kind: str) -> str:
    """A sender's own template around what was told; two senders share the reporter's words in half of the cases."""
    words = random.Random(told.wording)
    told_words = [words.choice(WORDS) for _ in range(40)]
    if kind in ("other language",) or (kind and chance.random() < 0.5):
        told_words = [chance.choice(WORDS) for _ in range(40)]
    elif kind:
        told_words = [word for word in told_words if chance.random() < 0.95]
    return f"{TEMPLATE} {' '.join(told_words)} no further information was available at the time of this report"


def _typed(chance: random.Random, day: date, share: float) -> date:
    """As somebody typed it: a day off, day and month swapped, the year of now."""
    if chance.random() >= share:
        return day
    how = chance.randrange(4)
    if how == 0 and day.day <= 12:
        return date(day.year, day.day, day.month)
    if how == 1:
        return day.replace(year=day.year + 1, day=min(day.day, 28))
    return day + timedelta(days=chance.choice((-1, 1, 2, 10)))


def _exact(day: date) -> PartialDate:
    return read_date(day.strftime("%Y%m%d"))


def _month(day: date) -> PartialDate:
    return read_date(day.strftime("%Y%m"))
