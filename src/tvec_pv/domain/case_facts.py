"""What a case says that the case rules ask for: visits, medicines and conditions with their time, age, subject.

Dates are intervals, from the earliest day they can mean to the latest. What is not said is None, never "no".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tvec_pv.domain.case_rules import CaseRules, ConditionRow, MedicineRow
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Case, Drug, DrugRole, MedicalHistory, Quantity, Reaction, Term, Text, known
from tvec_pv.domain.periods import days_of
from tvec_pv.domain.visits import Visit, visits_of

# What the tables of the case rules must hold, and all they may hold: the rules ask for it by these names.
LIMITS = (
    *("visit-millilitres", "first-interval", "first-interval-hard", "later-interval", "later-interval-hard"),
    *("long-interval", "thawed-hours", "steroid-mg", "steroid-days", "steroid-mg-per-kg"),
    *("checkpoint-days", "suppression-days", "confounder-days", "neonate-days", "infant-months", "adult-years"),
)
MEDICINES = (
    *("antiviral", "checkpoint-inhibitor", "immunosuppressant", "b-cell", "steroid"),
    *("braf-mek", "interferon", "chemotherapy", "vaccine", "gm-csf"),
)
CONDITIONS = (
    *("immunocompromised", "leukaemia", "transplant", "autoimmune", "multiple-myeloma", "radiation", "zoster"),
    *("pregnancy", "lactation"),
)
MEANINGS = (
    *("herpetic", "spread", "at-injected-site", "zoster", "near-miss", "type-not-stated"),
    *("exposed-professional", "exposed-contact", "exposed-neonate", "exposure"),
    *("pregnancy", "abnormal-pregnancy", "lactation", "medication-error", "no-effect", "death"),
)
WORDS = (
    *("denial", "denial-of-place", "no-place", "history", "other-person", "professional", "contact"),
    *("injected-site", "near-miss", "thawed", "prophylaxis", "lot-not-known"),
    *("route-intravenous", "route-lesional", "route-not-known", "site-liver", "site-visceral", "site-airway"),
    *("site-radiated", "indication-product", "indication-visceral", "indication-not-known", "metastasis"),
    *("test-product", "virus-1", "virus-any", "virus-2", "virus-zoster", "wild-type", "antibody"),
    *("antibody-acute", "antibody-lasting"),
    *("positive", "negative", "pending", "not-done", "no-lesion", "pregnancy-test", "local-route"),
    *("progression", "unrelated", "cause-not-known"),
)


@dataclass(frozen=True, slots=True)
class Basis:
    """Where something was read: the E2B element, and which of several."""

    element: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """At least and fewer than: an age in days of which the report says only whole units."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Taken:
    """A medicine of the tables that the patient took, and when."""

    row: MedicineRow
    basis: Basis
    start: PartialDate | None = None
    end: PartialDate | None = None
    reasons: tuple[str, ...] = ()
    drug: Drug | None = None

    def is_over_before(self, day: PartialDate | None, days: float) -> bool:
        """Whether it ended, as far as is said, more than so many days before a day; not known is not over."""
        return bool(day and self.end and (day.earliest - self.end.latest).days > days)

    def starts_after(self, day: PartialDate | None) -> bool:
        """Whether it was started on a later day, whatever the dates leave open."""
        return bool(day and self.start and self.start.earliest > day.latest)


@dataclass(frozen=True, slots=True)
class Suffered:
    """A condition of the tables that the patient has or had. Only a coded or listed one is sure, not free text."""

    row: ConditionRow
    basis: Basis
    sure: bool = True
    is_over: bool = False
    end: PartialDate | None = None

    def ended_before(self, day: PartialDate | None) -> bool:
        return bool(day and self.end and self.end.latest < day.earliest)


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the case and where it stands."""

    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the case says of the product, the patient and the time; `onset` is the first reaction's, `last_onset` the
    last one's."""

    product: tuple[Drug, ...]
    visits: tuple[Visit, ...]
    medicines: tuple[Taken, ...]
    conditions: tuple[Suffered, ...]
    about_doses: tuple[Said, ...]
    indications: tuple[Said, ...]
    age: Span | None
    onset: PartialDate | None
    last_onset: PartialDate | None

    @property
    def first_visit(self) -> PartialDate | None:
        return next((visit.start for visit in self.visits if visit.start), None)

    @property
    def last_visit(self) -> PartialDate | None:
        return next((visit.end for visit in reversed(self.visits) if visit.end), None)

    def took(self, *kinds: str) -> tuple[Taken, ...]:
        return tuple(one for one in self.medicines if one.row.kind in kinds)

    def has(self, kind: str) -> tuple[Suffered, ...]:
        return tuple(one for one in self.conditions if kind in one.row.kind)


def gather(case: Case, product: tuple[Drug, ...], rules: CaseRules) -> CaseFacts:
    """The facts of a case, of whose drugs those in `product` are the product."""
    numbered = tuple((number, drug) for number, drug in enumerate(case.drugs, 1) if drug in product)
    onsets = [day for one in case.reactions if (day := known(one.start))]
    onset = min(onsets, key=first_day, default=None)
    return CaseFacts(
        product=product,
        visits=visits_of(numbered),
        medicines=tuple(_medicines(case, product, rules)),
        conditions=tuple(_conditions(case, product, rules)),
        about_doses=tuple(_about_doses(numbered)),
        indications=tuple(
            Said(name, Basis("G.k.7.r", f"drug {number}"))
            for number, drug in numbered
            for name in _names(drug.indications)
        ),
        age=_age(case, onset),
        onset=onset,
        last_onset=max(onsets, key=first_day, default=None),
    )


def words_of(reaction: Reaction) -> tuple[str, ...]:
    """A reaction in its own words: as reported, as translated, as coded."""
    given = (known(reaction.reported), known(reaction.translation), reaction.term.name)
    return tuple(dict.fromkeys(text for text in given if text))


def first_day(day: PartialDate) -> tuple[date, date, str]:
    """By which days are put in order."""
    return (day.earliest, day.latest, day.text)


def _medicines(case: Case, product: tuple[Drug, ...], rules: CaseRules) -> Iterator[Taken]:
    for number, drug in enumerate(case.drugs, 1):
        if drug in product or drug.role == DrugRole.NOT_ADMINISTERED:
            continue
        starts = [day for dose in drug.doses if (day := known(dose.start))]
        ends = [known(dose.end) for dose in drug.doses]
        names = [name for given in (drug.name, *(one.name for one in drug.substances)) if (name := known(given))]
        rows = dict.fromkeys(row for name in names for row in rules.medicines.find(name))
        for row in rows:
            yield Taken(
                row,
                Basis("G.k.2.2", f"drug {number}"),
                min(starts, key=first_day, default=None),
                max((day for day in ends if day), key=first_day, default=None) if all(ends) else None,
                tuple(_names(drug.indications)),
                drug,
            )
    for number, past in enumerate(case.patient.past_drugs, 1):
        for row in rules.medicines.find(known(past.name) or ""):
            reasons = tuple(_names((past.indication,))) if past.indication else ()
            yield Taken(row, Basis("D.8.r.1", f"past medicine {number}"), known(past.start), known(past.end), reasons)


def _conditions(case: Case, product: tuple[Drug, ...], rules: CaseRules) -> Iterator[Suffered]:
    for number, one in enumerate(case.patient.history, 1):
        if one.is_family_history is True:
            continue
        for row in rules.conditions.find(one.term.name or ""):
            yield Suffered(row, Basis("D.7.1.r.1", f"medical history {number}"), True, _is_over(one), known(one.end))
        for row in rules.conditions.find(one.comment or ""):
            yield Suffered(row, Basis("D.7.1.r.5", f"medical history {number}"), False, _is_over(one), known(one.end))
    for row in rules.conditions.find(known(case.patient.history_text) or ""):
        yield Suffered(row, Basis("D.7.2"), sure=False)
    for number, drug in enumerate(case.drugs, 1):
        if drug not in product and drug.role != DrugRole.NOT_ADMINISTERED:
            for row in rules.conditions.find("; ".join(_names(drug.indications))):
                yield Suffered(row, Basis("G.k.7.r", f"drug {number}"))


def _is_over(one: MedicalHistory) -> bool:
    return one.continuing is False or known(one.end) is not None


def _names(terms: tuple[Term, ...]) -> list[str]:
    return [term.name for term in terms if term.name]


def _about_doses(numbered: tuple[tuple[int, Drug], ...]) -> Iterator[Said]:
    for number, drug in numbered:
        for at, dose in enumerate(drug.doses, 1):
            where = f"drug {number}, dose {at}"
            for element, text in (("G.k.4.r.8", dose.text), ("G.k.4.r.10.1", dose.route), ("G.k.4.r.9.1", dose.form)):
                if given := known(text):
                    yield Said(given, Basis(element, where))
        if drug.additional_text:
            yield Said(drug.additional_text, Basis("G.k.11", f"drug {number}"))


def _age(case: Case, onset: PartialDate | None) -> Span | None:
    """The age in days by what is said of it (D.2.2), else by the birth date and the first reaction's day."""
    age = known(case.patient.age)
    low = days_of(age)
    if age is not None and low is not None:
        step = days_of(Quantity(value=1, unit=age.unit)) or 0
        return Span(low, low + (step if age.value % 1 == 0 else 0))
    born = known(case.patient.birth_date)
    at = onset or known(case.first_received)
    if born and at and at.latest >= born.earliest:
        return Span(max((at.earliest - born.latest).days, 0), (at.latest - born.earliest).days + 1)
    return _AGE_GROUPS.get(_text(case.patient.age_group))


def _text(value: Text) -> str:
    return known(value) or ""


# D.2.3 of ICH E2B(R3): foetus, neonate, infant, child, adolescent, adult, elderly; in days.
_AGE_GROUPS = {
    "0": Span(0, 1),
    "1": Span(0, 29),
    "2": Span(29, 730),
    "3": Span(730, 4383),
    "4": Span(4383, 6575),
    "5": Span(6575, 24107),
    "6": Span(24107, 45000),
}
