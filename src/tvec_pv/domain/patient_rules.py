"""Flags of the patient: contraindications, pregnancy, other medicines, and conditions that explain or endanger."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tvec_pv.domain.case_facts import Basis, Suffered, Taken, first_day
from tvec_pv.domain.case_flags import Found, Judged, Rule, Situation, Who
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Dose, known
from tvec_pv.domain.periods import days_of


def immunocompromised(at: Situation) -> Iterator[Found]:
    """When the product was given, or when a reaction began."""
    yield from _compromised(at, _came_later)


def _compromised(at: Situation, is_apart: Callable[[Situation, Taken], bool]) -> Iterator[Found]:
    """By a condition, or by a medicine that does not lie apart in time."""
    for one in at.facts.has("immunocompromised"):
        yield Found(_ended(one), (one.basis,), one.sure and not one.is_over, grave=one.row.severe)
    for medicine in at.facts.took("immunosuppressant", "b-cell"):
        if not is_apart(at, medicine):
            yield _medicine(medicine)
    yield from _high_doses(at, is_apart)


def leukaemia(at: Situation) -> Iterator[Found]:
    yield from _condition(at, "leukaemia")


def transplant(at: Situation) -> Iterator[Found]:
    yield from _condition(at, "transplant")


def _condition(at: Situation, kind: str) -> Iterator[Found]:
    for one in at.facts.has(kind):
        yield Found(_ended(one), (one.basis,), one.sure and not one.is_over)


def _ended(one: Suffered) -> str:
    return f"{one.row.condition}, of which an end is reported" if one.is_over else one.row.condition


def immunosuppressant(at: Situation) -> Iterator[Found]:
    yield from (_medicine(one) for one in at.facts.took("immunosuppressant") if not _came_later(at, one))


def _medicine(one: Taken) -> Found:
    return Found(one.row.name, (one.basis,), one.drug is not None or one.end is not None, grave=one.row.severe)


def _is_past(at: Situation, medicine: Taken) -> bool:
    return medicine.is_over_before(at.facts.first_visit, at.limit("suppression-days"))


def _came_later(at: Situation, medicine: Taken) -> bool:
    """Over long before the first dose, or started after the last one and after the last reaction began."""
    days = [day for day in (at.facts.last_visit, at.facts.last_onset) if day]
    return _is_past(at, medicine) or (bool(days) and all(map(medicine.starts_after, days)))


def _not_with_the_product(at: Situation, medicine: Taken) -> bool:
    """Over long before the first dose, or started after the last; after the first reaction where no dose has a day."""
    return _is_past(at, medicine) or medicine.starts_after(at.facts.last_visit or at.facts.onset)


def high_dose_steroid(at: Situation) -> Iterator[Found]:
    yield from _high_doses(at, _came_later)


@dataclass(frozen=True, slots=True)
class _Course:
    """One dosage of a steroid in a high dose, in mg of prednisone a day; `days` is None where nobody says how long."""

    medicine: Taken
    daily: float
    start: date | None
    end: date | None
    days: float | None


def _high_doses(at: Situation, is_apart: Callable[[Situation, Taken], bool]) -> Iterator[Found]:
    """At least the daily dose that equals so much prednisone, for at least so many days: a taper counts as one."""
    courses = [
        course
        for medicine in at.facts.took("steroid")
        if medicine.drug is not None
        for dose in medicine.drug.doses
        if (course := _high(at, medicine, dose)) and not is_apart(at, _of_course(medicine, dose))
    ]
    for run in _runs(courses):
        days = run[0].days if len(run) == 1 else _length(run)
        if days is None or days >= at.limit("steroid-days"):
            names = ", ".join(dict.fromkeys(one.medicine.row.name for one in run))
            length = "for an unknown time" if days is None else f"for {days:g} days"
            read = f"{names} that equals {min(one.daily for one in run):g} mg of prednisone a day, {length}"
            places = dict.fromkeys(one.medicine.basis for one in run)
            basis = (place for one in places for place in (one, Basis("G.k.4.r.1", one.where)))
            yield Found(read, tuple(basis), sure=days is not None)


def _of_course(medicine: Taken, dose: Dose) -> Taken:
    return replace(medicine, start=known(dose.start) or medicine.start, end=known(dose.end) or medicine.end)


def _high(at: Situation, medicine: Taken, dose: Dose) -> _Course | None:
    per_day = _prednisone_per_day(medicine, dose, at.case.patient.weight_kg)
    if per_day is None or at.rules.says("local-route", known(dose.route) or ""):
        return None
    daily, per_kilogram = per_day
    if daily < at.limit("steroid-mg") and per_kilogram < at.limit("steroid-mg-per-kg"):
        return None
    start, end, days = known(dose.start), known(dose.end), days_of(dose.duration)
    if start is None or not start.is_full_day:
        return _Course(medicine, daily, None, None, days)
    if end and end.is_full_day:
        days = (end.earliest - start.earliest).days + 1
    return _Course(medicine, daily, start.earliest, _last_day(start.earliest, days), days)


def _last_day(start: date, days: float | None) -> date | None:
    whole = int(days) - 1 if days else None
    return start + timedelta(days=whole) if whole is not None and whole <= (date.max - start).days else None


def _runs(courses: list[_Course]) -> Iterator[list[_Course]]:
    """Courses of known days that follow one another without a day between them; each of the others by itself."""
    run: list[_Course] = []
    for one in sorted((one for one in courses if one.end), key=lambda one: one.start or date.min):
        if run and one.start and one.start > max(before.end or date.min for before in run) + timedelta(days=1):
            yield run
            run = []
        run.append(one)
    if run:
        yield run
    yield from ([one] for one in courses if one.end is None)


def _length(run: list[_Course]) -> float:
    first, last = min(one.start or date.max for one in run), max(one.end or date.min for one in run)
    return (last - first).days + 1


def _prednisone_per_day(medicine: Taken, dose: Dose, weight: float | None) -> tuple[float, float] | None:
    """In mg a day, and in mg per kg a day; None where the dose does not tell."""
    amount, equal = known(dose.dose), medicine.row.prednisone_5
    unit = (amount.unit or "").lower() if amount else ""
    factor = {"mg": 1.0, "g": 1000.0, "mg/kg": 1.0}.get(unit)
    if amount is None or factor is None or not equal:
        return None
    per_day = amount.value * factor * 5 / equal / (days_of(dose.interval) or 1)
    if unit == "mg/kg":
        return per_day * (weight or 0), per_day
    return per_day, per_day / weight if weight else 0


def contraindicated(at: Situation) -> Iterator[Found]:
    """By the label where it happened: any immunodeficiency and pregnancy in the US, a severe one in the EU; of the
    person it was given to, or of her child."""
    if at.subject.who is Who.EXPOSED and at.case.patient.parent is None:
        return
    for found in _compromised(at, _not_with_the_product):
        if "US" in at.labels or found.grave:
            yield found
    if "US" in at.labels:
        yield from pregnancy(at)


def pregnancy(at: Situation) -> Iterator[Found]:
    """Pregnant when treated, or soon after, as far as is said; an exposed person may be it too."""
    for one in at.meaning("pregnancy", "abnormal-pregnancy"):
        yield Found(f"reported: {one.name}", (one.basis,))
    for suffered in _not_past(at, "pregnancy"):
        yield Found(_ended(suffered), (suffered.basis,), suffered.sure and not suffered.is_over)
    for number, drug in enumerate(at.case.drugs, 1):
        if drug in at.facts.product and drug.gestation_at_exposure:
            yield Found("gestation at the time of exposure", (Basis("G.k.6", f"drug {number}"),))
    if at.case.patient.gestation:
        yield Found("gestation when the reaction was seen in the foetus", (Basis("D.2.2.1"),))
    for number, test in enumerate(at.case.tests, 1):
        result = " ".join(filter(None, (known(test.text), test.comments)))
        if at.rules.says("pregnancy-test", test.name.name or "") and (
            test.result_code == "1" or at.rules.says("positive", result)
        ):
            yield Found("a positive pregnancy test", (Basis("F.r.3", f"test {number}"),))
    yield from _last_period(at)


def _not_past(at: Situation, kind: str) -> Iterator[Suffered]:
    """Those that are not known to have ended before the first dose."""
    yield from (one for one in at.facts.has(kind) if not one.ended_before(at.facts.first_visit))


def _last_period(at: Situation) -> Iterator[Found]:
    """A last period before a dose, by less than a pregnancy: why else would it be reported?"""
    last, visits = known(at.case.patient.last_menstrual_period), at.facts.visits
    for visit in visits:
        if last and visit.start and timedelta() <= visit.start.latest - last.earliest <= _PREGNANCY:
            yield Found("a last menstrual period within the nine months before a dose", (Basis("D.6"),), sure=False)


_PREGNANCY = timedelta(days=280)


def breast_feeding(at: Situation) -> Iterator[Found]:
    infant_harmed = at.subject.who is Who.EXPOSED and any(one.is_clinical for one in at.reactions)
    for one in at.meaning("lactation"):
        yield Found(f"reported: {one.name}", (one.basis,), grave=infant_harmed)
    for suffered in _not_past(at, "lactation"):
        yield Found(suffered.row.condition, (suffered.basis,), suffered.sure and not suffered.is_over)


def outcome_of_pregnancy(at: Situation) -> Iterator[Found]:
    """A pregnancy of which no abnormal outcome is reported: how it ends is to be asked."""
    if not at.meaning("abnormal-pregnancy"):
        yield from (found for found in pregnancy(at) if found.sure)


def antiviral(at: Situation) -> Iterator[Found]:
    """An antiviral taken with the product, so that it may not work; not one that treats the reaction."""
    infections = _infections(at)
    for medicine in at.facts.took("antiviral"):
        if medicine.drug is None or medicine.is_over_before(at.facts.first_visit, 0) or _treats(at, medicine):
            continue
        start, onset = medicine.start, _begin(infections)
        may_treat = start is None or (onset is not None and start.latest >= onset.earliest)
        is_open = bool(infections) and may_treat and not _prevents(at, medicine)
        yield Found(
            medicine.row.name + (", perhaps to treat the reaction" if is_open else ""), (medicine.basis,), not is_open
        )


def antiviral_treatment(at: Situation) -> bool:
    """Whether an antiviral was given to treat the herpes of the report."""
    return bool(at.meaning("herpetic", "spread")) and any(_treats(at, one) for one in at.facts.took("antiviral"))


def _infections(at: Situation) -> tuple[Judged, ...]:
    """What an antiviral is given for: herpes and zoster, and not a nausea that came before."""
    return at.meaning("herpetic", "spread", "zoster")


def _begin(reactions: tuple[Judged, ...]) -> PartialDate | None:
    return min((day for one in reactions if (day := known(one.reaction.start))), key=first_day, default=None)


def _prevents(at: Situation, medicine: Taken) -> bool:
    return any(at.rules.says("prophylaxis", reason) for reason in medicine.reasons)


def _treats(at: Situation, medicine: Taken) -> bool:
    """Started when an infection of the report had begun, or given for one that it holds; not to prevent it."""
    infections = _infections(at)
    start, onset = medicine.start, _begin(infections)
    is_after = start is not None and onset is not None and start.earliest >= onset.latest
    is_for_it = bool(infections) and any(at.rules.says("virus-any", one) for one in medicine.reasons)
    return (is_after or is_for_it) and not _prevents(at, medicine)


def checkpoint_inhibitor(at: Situation) -> Iterator[Found]:
    yield from _within(at, _onsets(at, at.reactions), "checkpoint-days", "checkpoint-inhibitor")


def checkpoint_inhibitor_before(at: Situation, reaction: Judged) -> bool:
    """Whether one is established within its window before this reaction."""
    of_it = _within(at, _onsets(at, (reaction,)), "checkpoint-days", "checkpoint-inhibitor")
    return any(found.sure for found in of_it)


def other_confounder(at: Situation) -> Iterator[Found]:
    kinds = ("braf-mek", "interferon", "chemotherapy", "vaccine", "gm-csf")
    yield from _within(at, _onsets(at, at.reactions), "confounder-days", *kinds)
    yield from radiated(at)


def _onsets(at: Situation, reactions: tuple[Judged, ...]) -> list[PartialDate | None]:
    """The days on which they began; where none is known, that of the last dose."""
    return [day for one in reactions if (day := known(one.reaction.start))] or [at.facts.last_visit]


def _within(at: Situation, days: list[PartialDate | None], limit: str, *kinds: str) -> Iterator[Found]:
    """Taken within so many days before one of those days; dates that are not known leave it open."""
    for medicine in at.facts.took(*kinds):
        if all(medicine.is_over_before(day, at.limit(limit)) or medicine.starts_after(day) for day in days):
            continue
        sure = medicine.drug is not None or bool(medicine.end)
        yield Found(f"{medicine.row.name} ({medicine.row.kind})", (medicine.basis,), sure)


def autoimmune(at: Situation) -> Iterator[Found]:
    yield from _kind(at, "autoimmune")


def multiple_myeloma(at: Situation) -> Iterator[Found]:
    yield from _kind(at, "multiple-myeloma")


def zoster_in_history(at: Situation) -> Iterator[Found]:
    yield from _kind(at, "zoster")


def _kind(at: Situation, kind: str) -> Iterator[Found]:
    for one in at.facts.has(kind):
        yield Found(one.row.condition, (one.basis,), one.sure)


def radiated(at: Situation) -> Iterator[Found]:
    """Radiotherapy in the history: sure only where the words about the doses say that the site was radiated."""
    for one in at.facts.has("radiation"):
        yield Found(f"{one.row.condition}; whether of the injected site is not said", (one.basis,), sure=False)
    for said in at.facts.about_doses:
        if at.rules.says("site-radiated", said.text):
            yield Found("the doses speak of a radiated site", (said.basis,))


def airway(at: Situation) -> Iterator[Found]:
    for said in at.facts.about_doses:
        if at.rules.says("site-airway", said.text):
            yield Found("the doses speak of a site near a major airway", (said.basis,))


def is_endangered(at: Situation) -> bool:
    """Whether the person is pregnant or immunocompromised, be it only suggested."""
    return any(immunocompromised(at)) or any(pregnancy(at))


RULES: dict[str, Rule] = {
    "immunocompromised": immunocompromised,
    "leukaemia": leukaemia,
    "transplant": transplant,
    "immunosuppressant": immunosuppressant,
    "high-dose-steroid": high_dose_steroid,
    "contraindicated": contraindicated,
    "pregnancy": pregnancy,
    "breast-feeding": breast_feeding,
    "outcome-of-pregnancy": outcome_of_pregnancy,
    "antiviral": antiviral,
    "checkpoint-inhibitor": checkpoint_inhibitor,
    "other-confounder": other_confounder,
    "autoimmune": autoimmune,
    "multiple-myeloma": multiple_myeloma,
    "zoster-in-history": zoster_in_history,
    "radiated-site": radiated,
    "airway-near": airway,
}
