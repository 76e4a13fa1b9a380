"""Flags of the patient: contraindications, pregnancy, other medicines, and conditions that explain or endanger."""

from collections.abc import Iterator
from datetime import timedelta

from tvec_pv.domain.case_facts import Basis, Suffered, Taken
from tvec_pv.domain.case_flags import Found, Rule, Situation, Who
from tvec_pv.domain.icsr import Dose, known
from tvec_pv.domain.periods import days_of


def immunocompromised(at: Situation) -> Iterator[Found]:
    for one in at.facts.has("immunocompromised"):
        yield Found(_ended(one), (one.basis,), one.sure and not one.is_over, grave=one.row.severe)
    for medicine in at.facts.took("immunosuppressant", "b-cell"):
        if found := _with_treatment(at, medicine):
            yield found
    yield from high_dose_steroid(at)


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
    for medicine in at.facts.took("immunosuppressant"):
        if found := _with_treatment(at, medicine):
            yield found


def _with_treatment(at: Situation, medicine: Taken) -> Found | None:
    """A medicine that suppresses, unless it ended long before the first dose or was started after all of it."""
    days = at.limit("suppression-days")
    over = medicine.is_over_before(at.facts.first_visit, days)
    if over or medicine.starts_after(at.facts.onset) or medicine.starts_after(at.facts.last_visit):
        return None
    sure = medicine.drug is not None or medicine.end is not None
    return Found(medicine.row.name, (medicine.basis,), sure, grave=medicine.row.severe)


def high_dose_steroid(at: Situation) -> Iterator[Found]:
    """At least the daily dose that equals so much prednisone, for at least so many days; not started to treat."""
    for medicine in at.facts.took("steroid"):
        if medicine.drug is None or medicine.starts_after(at.facts.onset):
            continue
        for dose in medicine.drug.doses:
            per_day = _prednisone_per_day(medicine, dose, at.case.patient.weight_kg)
            if per_day is None or at.rules.says("local-route", known(dose.route) or ""):
                continue
            daily, per_kilogram = per_day
            is_high = daily >= at.limit("steroid-mg") or per_kilogram >= at.limit("steroid-mg-per-kg")
            days = _days(dose)
            if is_high and (days is None or days >= at.limit("steroid-days")):
                length = "for an unknown time" if days is None else f"for {days:g} days"
                read = f"{medicine.row.name} that equals {daily:g} mg of prednisone a day, {length}"
                yield Found(read, (medicine.basis, Basis("G.k.4.r.1", medicine.basis.where)), sure=days is not None)


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


def _days(dose: Dose) -> float | None:
    start, end = known(dose.start), known(dose.end)
    if start and end and start.is_full_day and end.is_full_day:
        return (end.earliest - start.earliest).days + 1
    return days_of(dose.duration)


def contraindicated(at: Situation) -> Iterator[Found]:
    """By the label where it happened: any immunodeficiency and pregnancy in the US, a severe one in the EU."""
    for found in immunocompromised(at):
        if "US" in at.labels or found.grave:
            yield found
    if "US" in at.labels:
        yield from pregnancy(at)


def pregnancy(at: Situation) -> Iterator[Found]:
    """Pregnant when treated, or soon after, as far as is said; an exposed person may be it too."""
    for one in at.meaning("pregnancy", "abnormal-pregnancy"):
        yield Found(f"reported: {one.name}", (one.basis,))
    for suffered in at.facts.has("pregnancy"):
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
    for suffered in at.facts.has("lactation"):
        yield Found(suffered.row.condition, (suffered.basis,), suffered.sure and not suffered.is_over)


def outcome_of_pregnancy(at: Situation) -> Iterator[Found]:
    """A pregnancy of which no abnormal outcome is reported: how it ends is to be asked."""
    if not at.meaning("abnormal-pregnancy"):
        yield from (found for found in pregnancy(at) if found.sure)


def antiviral(at: Situation) -> Iterator[Found]:
    """An antiviral taken with the product, so that it may not work; not one that treats the reaction."""
    is_herpes = bool(at.meaning("herpetic", "spread"))
    for medicine in at.facts.took("antiviral"):
        if medicine.drug is None or medicine.is_over_before(at.facts.first_visit, 0) or _treats(at, medicine):
            continue
        start, onset = medicine.start, at.facts.onset
        may_treat = start is None or (onset is not None and start.latest >= onset.earliest)
        is_open = is_herpes and may_treat and not _prevents(at, medicine)
        yield Found(
            medicine.row.name + (", perhaps to treat the reaction" if is_open else ""), (medicine.basis,), not is_open
        )


def antiviral_treatment(at: Situation) -> bool:
    """Whether an antiviral was given to treat the herpes of the report."""
    return bool(at.meaning("herpetic", "spread")) and any(_treats(at, one) for one in at.facts.took("antiviral"))


def _prevents(at: Situation, medicine: Taken) -> bool:
    return any(at.rules.says("prophylaxis", reason) for reason in medicine.reasons)


def _treats(at: Situation, medicine: Taken) -> bool:
    """Started when the first reaction had begun, or given for herpes that the report holds; not to prevent it."""
    start, onset = medicine.start, at.facts.onset
    is_after = start is not None and onset is not None and start.earliest >= onset.latest
    is_for_it = bool(at.meaning("herpetic", "spread")) and any(
        at.rules.says("virus-any", one) for one in medicine.reasons
    )
    return (is_after or is_for_it) and not _prevents(at, medicine)


def checkpoint_inhibitor(at: Situation) -> Iterator[Found]:
    yield from _within(at, "checkpoint-days", "checkpoint-inhibitor")


def other_confounder(at: Situation) -> Iterator[Found]:
    yield from _within(at, "confounder-days", "braf-mek", "interferon", "chemotherapy", "vaccine", "gm-csf")
    yield from radiated(at)


def _within(at: Situation, limit: str, *kinds: str) -> Iterator[Found]:
    """Taken within so many days before the first reaction; dates that are not known leave it open."""
    before = at.facts.onset or at.facts.last_visit
    for medicine in at.facts.took(*kinds):
        if medicine.is_over_before(before, at.limit(limit)) or medicine.starts_after(before):
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
