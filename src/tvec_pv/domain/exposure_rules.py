"""Flags of persons who were exposed and not treated: who the report is about, and how they met the product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tvec_pv.domain.case_facts import Basis, CaseFacts, Span
from tvec_pv.domain.case_flags import Found, Judged, Rule, Situation, Subject, Who
from tvec_pv.domain.case_rules import CaseRules
from tvec_pv.domain.icsr import Case, DrugRole
from tvec_pv.domain.patient_rules import is_endangered

_MONTH = 365.25 / 12
_EXPOSED = ("exposed-professional", "exposed-contact", "exposed-neonate")


@dataclass(frozen=True, slots=True)
class Named:
    """A reaction by its concept (empty for none), the name it goes by, and its own words."""

    concept: str
    name: str
    words: str


def find_subject(case: Case, facts: CaseFacts, reactions: Sequence[Named], rules: CaseRules) -> Subject:
    """Whose report it is: by a structured field or what a reaction means, since no field of E2B says so.

    Where nothing says that the person was treated, a reaction's own words may name another; silence says nothing.
    """
    if case.patient.parent is not None:
        return Subject(Who.EXPOSED, "the report is of a child and names a parent (D.10)")
    if facts.age and facts.age.high <= rules.limits["infant-months"] * _MONTH:
        return Subject(Who.EXPOSED, "nobody of this age is treated with the product (D.2)")
    for one in reactions:
        if not rules.meanings.get(one.concept, frozenset()).isdisjoint(_EXPOSED):
            return Subject(Who.EXPOSED, f"{one.name} happens to a person who was not treated (E.i.2.1)")
    if facts.product and all(drug.role == DrugRole.NOT_ADMINISTERED for drug in facts.product):
        return Subject(Who.EXPOSED, "the product was not given to the person of the report (G.k.1)")
    if facts.indications or any(visit.start or visit.volume for visit in facts.visits):
        return Subject(Who.TREATED, "the product was given to the person of the report, for an indication or on a day")
    for one in reactions:
        if _names_another(one, rules):
            reason = f"the words of {one.name} name another person, and nothing says that this one was treated (E.i.1)"
            return Subject(Who.EXPOSED, reason, sure=False)
    return Subject(Who.NOT_KNOWN, "nothing says whether the person of the report was treated")


def _names_another(one: Named, rules: CaseRules) -> bool:
    of_the_virus = not rules.meanings.get(one.concept, frozenset()).isdisjoint(("herpetic", "exposure"))
    return of_the_virus and (rules.says("contact", one.words) or rules.says("professional", one.words))


def was_exposed_at_work(reactions: Sequence[Named], rules: CaseRules) -> bool:
    """By what a reaction means, or by the words of an exposure that name a professional."""
    return any(
        "exposed-professional" in (meanings := rules.meanings.get(one.concept, frozenset()))
        or ("exposure" in meanings and rules.says("professional", one.words))
        for one in reactions
    )


def third_party(at: Situation) -> Iterator[Found]:
    if at.subject.who is Who.EXPOSED:
        yield Found(at.subject.reason, (Basis("D"),), at.subject.sure)
    else:
        yield from _breast_fed(at, "a breast-fed infant is another person than the one treated")


def professional(at: Situation) -> Iterator[Found]:
    grave = is_endangered(at)
    for one in _professional(at):
        yield Found(f"reported: {one.words or one.name}", (one.basis,), grave=grave)


def _professional(at: Situation) -> tuple[Judged, ...]:
    said = (one for one in at.meaning("exposure", "spread") if at.rules.says("professional", one.words))
    return tuple(dict.fromkeys((*at.meaning("exposed-professional"), *said)))


def close_contact(at: Situation) -> Iterator[Found]:
    """Somebody who lives with the patient, or whom the virus reached otherwise than at work."""
    if _professional(at):
        return
    grave = is_endangered(at) or any(neonate(at))
    said = (one for one in at.meaning("exposure", "herpetic") if at.rules.says("contact", one.words))
    for one in dict.fromkeys((*at.meaning("exposed-contact", "exposed-neonate", "spread"), *said)):
        is_exposed = at.subject.who is Who.EXPOSED and at.subject.sure
        sure = bool(at.meaning("exposed-contact", "exposed-neonate")) or is_exposed
        yield Found(f"reported: {one.name}", (one.basis,), sure, grave=grave)


def neonate(at: Situation) -> Iterator[Found]:
    """Up to so many completed days of age; of whole weeks or months only suggested where they leave it open."""
    days = at.limit("neonate-days") + 1
    yield from _of_age(at, Span(0, days), "a newborn")
    for one in at.meaning("exposed-neonate"):
        if at.facts.age is None:
            yield Found(f"reported: {one.name}", (one.basis,))


def infant(at: Situation) -> Iterator[Found]:
    """Under so many months, and no newborn."""
    if not any(neonate(at)):
        yield from _of_age(at, Span(at.limit("neonate-days") + 1, at.limit("infant-months") * _MONTH), "an infant")
        if at.subject.who is not Who.EXPOSED:
            yield from _breast_fed(at, "a breast-fed infant, whose age is not reported")


def _breast_fed(at: Situation, read: str) -> Iterator[Found]:
    yield from (Found(read, (one.basis,), sure=False) for one in at.meaning("lactation"))


def _of_age(at: Situation, ages: Span, word: str) -> Iterator[Found]:
    """So young a person is never the one treated; where the age is a mistake, somebody should look too."""
    age = at.facts.age
    if age and age.low < ages.high and age.high > ages.low and at.facts.product:
        sure = ages.low <= age.low and age.high <= ages.high
        yield Found(
            f"{word} by the age that is reported{'' if sure else ', which leaves it open'}", (Basis("D.2"),), sure
        )


def infected(at: Situation) -> tuple[Judged, ...]:
    """The reactions by which the virus has, or may have, reached a person who was not treated; an exposure alone is
    none, and where the patient passed it on, the patient's own herpes is none either."""
    meanings = ("herpetic", "spread") if at.subject.who is Who.EXPOSED else ("spread",)
    return tuple(one for one in at.meaning(*meanings) if one.is_clinical)


def infection_of_exposed(at: Situation) -> Iterator[Found]:
    sure = at.subject.sure
    yield from (Found(f"{one.name} in a person who was not treated", (one.basis,), sure) for one in infected(at))


RULES: dict[str, Rule] = {
    "third-party": third_party,
    "professional-exposed": professional,
    "contact-exposed": close_contact,
    "neonate-exposed": neonate,
    "infant-exposed": infant,
    "infection-of-exposed": infection_of_exposed,
}
