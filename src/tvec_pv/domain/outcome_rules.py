"""Flags of what became of it: death, no effect, no reaction, listedness, onset, validity, the name of the product."""

from collections.abc import Iterator

from tvec_pv.domain.case_facts import Basis
from tvec_pv.domain.case_flags import Found, Judged, Rule, Situation, Who
from tvec_pv.domain.exposure_rules import infection_of_exposed, neonate
from tvec_pv.domain.icsr import known
from tvec_pv.domain.narrative_cues import Kind
from tvec_pv.domain.product_names import Verdict
from tvec_pv.domain.safety_profile import Listed


def death(at: Situation) -> Iterator[Found]:
    """A death of which a cause is reported: a fatal reaction, or one that is named as the cause."""
    if not any(death_by_progression(at)):
        yield from _caused(at)


def death_without_cause(at: Situation) -> Iterator[Found]:
    """A death of which nothing is known but that it happened: never progression by default."""
    if any(_caused(at)):
        return
    for one in at.meaning("death"):
        yield Found(f"reported: {one.name}, and no cause", (one.basis,))
    if known(at.case.patient.death_date):
        yield Found("a date of death, and no cause", (Basis("D.9.1"),))


def _caused(at: Situation) -> Iterator[Found]:
    plain = at.meaning("death")
    for one in at.reactions:
        if one.fatal and one not in plain:
            yield Found(f"{one.name} was fatal", (one.basis,))
    patient = at.case.patient
    for element, causes in (("D.9.2.r", patient.causes_of_death), ("D.9.4.r", patient.autopsy_causes)):
        named = [term for term in causes if (term.name or term.code) and not _is_not_known(at, term.name or "")]
        if named:
            yield Found("a cause of death is reported", (Basis(element),))


def _is_not_known(at: Situation, cause: str) -> bool:
    """A "cause" that says no more than that somebody died, or that it is not known."""
    return at.rules.says("cause-not-known", cause)


def death_by_progression(at: Situation) -> Iterator[Found]:
    """Progression of the disease and, in the reporter's opinion, not related: for a physician to sign."""
    causes = [one.name or "" for one in (*at.case.patient.causes_of_death, *at.case.patient.autopsy_causes)]
    died = any(one.fatal for one in at.reactions) or known(at.case.patient.death_date) is not None
    for one in at.reactions:
        progressed = at.rules.says("progression", one.words) or any(at.rules.says("progression", c) for c in causes)
        if died and (one.fatal or at.meaning("death")) and progressed and _is_unrelated(at, one):
            yield Found(f"{one.name}: progression, and not related in the reporter's opinion", (one.basis,))


def _is_unrelated(at: Situation, one: Judged) -> bool:
    """Whether every opinion on the product and this reaction says that they are not related, and there is one."""
    opinions = [
        known(opinion.result) or ""
        for drug in at.facts.product
        for pair in drug.reactions
        if pair.reaction_id is not None and pair.reaction_id == one.reaction.id
        for opinion in pair.opinions
    ]
    return bool(opinions) and all(at.rules.says("unrelated", opinion) for opinion in opinions)


def no_effect(at: Situation) -> Iterator[Found]:
    for one in at.meaning("no-effect"):
        yield Found(f"reported: {one.name}", (one.basis,), grave=not _is_progression_alone(at, one))


def lack_of_efficacy_is_due(at: Situation) -> tuple[Judged, ...]:
    """Reports of no effect in a life-threatening disease (GVP VI.B.6.4): not those of progression that the reporter
    holds to be unrelated."""
    return tuple(one for one in at.meaning("no-effect") if not _is_progression_alone(at, one))


def _is_progression_alone(at: Situation, one: Judged) -> bool:
    return at.rules.says("progression", one.words) and _is_unrelated(at, one)


def no_reaction(at: Situation) -> Iterator[Found]:
    if at.reactions and at.facts.product and not any(one.is_clinical or one.serious for one in at.reactions):
        yield Found("exposures and errors alone are reported", tuple(one.basis for one in at.reactions))


def escalation(at: Situation) -> Iterator[Found]:
    """For a physician at once: a death, an infected newborn, or a listed reaction graver than the label says."""
    for one in at.reactions:
        if one.fatal:
            yield Found(f"{one.name} was fatal", (one.basis,))
        elif one.life_threatening and one.listed.get("US") is Listed.LISTED:
            yield Found(f"{one.name} was life-threatening, perhaps more than the label says", (one.basis,))
    if known(at.case.patient.death_date):
        yield Found("the patient died", (Basis("D.9.1"),))
    if any(neonate(at)) and any(infection_of_exposed(at)):
        yield Found("a newborn is infected", (Basis("D.2"),))


def indeterminate(at: Situation) -> Iterator[Found]:
    for one in _clinical(at):
        regions = sorted(region for region, listed in one.listed.items() if listed is Listed.INDETERMINATE)
        if regions:
            yield Found(f"{one.name}: {', '.join(regions)}", (one.basis,))


def divergent(at: Situation) -> Iterator[Found]:
    for one in _clinical(at):
        if {Listed.LISTED, Listed.UNLISTED} <= set(one.listed.values()):
            yield Found(f"{one.name} is listed in one region and not in another", (one.basis,))


def _clinical(at: Situation) -> tuple[Judged, ...]:
    """Reactions that a label could list: no label speaks of a lack of effect."""
    other = at.meaning("no-effect")
    return tuple(one for one in at.reactions if one.is_clinical and one not in other)


def too_early(at: Situation) -> Iterator[Found]:
    yield from _outside(at, "too early", "before the product")


def too_late(at: Situation) -> Iterator[Found]:
    yield from _outside(at, "too late")


def _outside(at: Situation, *which: str) -> Iterator[Found]:
    for one in at.reactions:
        if one.onset in which:
            yield Found(f"{one.name} began {one.onset}: outside its window", (Basis("E.i.4", one.basis.where),))


def _lacking(check: str) -> Rule:
    def find(at: Situation) -> Iterator[Found]:
        for finding in at.missing:
            if finding.check == check:
                yield Found(finding.message, (Basis(finding.element),))

    return find


def other_product(at: Situation) -> Iterator[Found]:
    if at.product.verdict is Verdict.OTHER:
        yield Found("no medicine of the report is the product", (Basis("G.k.2.2"),))


def misspelt(at: Situation) -> Iterator[Found]:
    yield from _named(at, "misspelt", "misspelling")


def development_name(at: Situation) -> Iterator[Found]:
    yield from _named(at, "development")


def _named(at: Situation, *how: str) -> Iterator[Found]:
    if at.product.verdict is not Verdict.OTHER and at.product.how in how:
        yield Found(f"read as {at.product.name}", (Basis("G.k.2.2"),))


def denied(at: Situation) -> Iterator[Found]:
    """A reaction whose own words deny something: was it a reaction at all? And what the narrative says was absent."""
    yield from _in_words(at, "denial", "hold a denial")
    yield from _told_as(at, Kind.NEGATED)


def of_the_past(at: Situation) -> Iterator[Found]:
    yield from _in_words(at, "history", "speak of the past")
    yield from _told_as(at, Kind.HISTORY)


def of_another(at: Situation) -> Iterator[Found]:
    """Whose reaction is it? Not asked where the report is known to be of an exposed person."""
    if at.subject.who is not Who.EXPOSED:
        yield from _in_words(at, "other-person", "speak of another person")
        yield from _told_as(at, Kind.OTHER_PERSON)


def _in_words(at: Situation, group: str, what: str) -> Iterator[Found]:
    for one in at.reactions:
        if at.rules.says(group, one.words):
            yield Found(f"the words of {one.name} {what}", (Basis("E.i.1.1a", one.basis.where),), sure=False)


def _told_as(at: Situation, kind: Kind) -> Iterator[Found]:
    """What a free text names and does not tell as a reaction of the patient: a person may look again."""
    for one in (mention for mention in at.mentions if mention.kind is kind):
        basis = Basis("H.1") if one.where == "H.1" else Basis("E.i.1.1a", one.where)
        yield Found(f"{one.where} names {one.name}: {kind.value}", (basis,), sure=False)


def near_miss(at: Situation) -> Iterator[Found]:
    """A name that sounds like herpes and is not."""
    for one in at.meaning("near-miss"):
        yield Found(f"reported: {one.name}", (one.basis,))
    for one in at.reactions:
        if one not in at.meaning("near-miss", "herpetic") and at.rules.says("near-miss", one.words):
            yield Found(f"the words of {one.name} sound like herpes", (one.basis,), sure=False)
    yield from (found for found in _told_as(at, Kind.NEAR_MISS) if found.basis == (Basis("H.1"),))


RULES: dict[str, Rule] = {
    "death": death,
    "death-without-cause": death_without_cause,
    "death-by-progression": death_by_progression,
    "no-effect": no_effect,
    "no-reaction": no_reaction,
    "escalation": escalation,
    "indeterminate": indeterminate,
    "divergent": divergent,
    "too-early": too_early,
    "too-late": too_late,
    "no-patient": _lacking("VALID-PATIENT"),
    "no-reporter": _lacking("VALID-REPORTER"),
    "no-product": _lacking("VALID-PRODUCT"),
    "no-reaction-named": _lacking("VALID-REACTION"),
    "other-product": other_product,
    "misspelt": misspelt,
    "development-name": development_name,
    "denied": denied,
    "of-the-past": of_the_past,
    "of-another": of_another,
    "near-miss": near_miss,
}
