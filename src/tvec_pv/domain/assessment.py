"""The assessment of one case version: every reaction and the case, each statement with its reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from tvec_pv.domain.case_facts import CaseFacts, gather, words_of
from tvec_pv.domain.case_flags import Flag, Judged, Situation, Subject, raise_flags
from tvec_pv.domain.case_rules import CaseRules
from tvec_pv.domain.causality import Alternatives, Causality, Suspicion, assess_causality
from tvec_pv.domain.classification import Classified, Sureness, classify
from tvec_pv.domain.completeness import Completeness, assess_completeness
from tvec_pv.domain.countries import find_country
from tvec_pv.domain.elapsed import Elapsed, since_product
from tvec_pv.domain.exposure_rules import Named, find_subject, infected
from tvec_pv.domain.flag_rules import RULES, death_for_the_clock, eu_serious
from tvec_pv.domain.icsr import Case, Drug, DrugRole, Reaction, known
from tvec_pv.domain.label_conditions import label_conditions
from tvec_pv.domain.listedness import ANOTHER_PERSON, Conditions, Listedness, assess_listedness, core_like
from tvec_pv.domain.narrative import Reader, Suggestion, read_narrative
from tvec_pv.domain.onset import Anchor, Onset, assess_onset, find_window
from tvec_pv.domain.other_causes import other_causes
from tvec_pv.domain.product_names import Product, match_case, match_name, product_drugs
from tvec_pv.domain.product_names import Verdict as NameVerdict
from tvec_pv.domain.questions import Question, follow_up_questions
from tvec_pv.domain.safety_profile import Listed, SafetyProfile
from tvec_pv.domain.scales import Scales
from tvec_pv.domain.seriousness import NAMES, criteria, is_fatal, is_serious
from tvec_pv.domain.terms import Dictionary, Query
from tvec_pv.domain.timelines import Facts, ReportingRules, Verdict, reporting_verdicts
from tvec_pv.domain.validity import missing_criteria
from tvec_pv.domain.virus_results import virus_results
from tvec_pv.domain.what_if import WouldChange, what_would_change


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything a judgement depends on, by version."""

    product: Product
    profile: SafetyProfile
    reporting: ReportingRules
    dictionary: Dictionary
    case_rules: CaseRules
    scales: Scales
    narratives: Reader


@dataclass(frozen=True, slots=True)
class ReactionAssessment:
    """One reaction of a case version. `proposal` is an upgrade for a person to decide, never done by itself.

    `category` is the first of its `categories`; `serious_unlisted` says that it is serious, and not listed in at least
    one region. `organ_class` and `queries` are MedDRA's, where its files are at hand.
    """

    number: int
    name: str
    category: str
    concept: str
    matched_by: str
    matched_name: str
    serious: bool
    criteria: tuple[str, ...]
    fatal: bool
    designated: bool
    is_clinical: bool
    case_rule: str
    serious_unlisted: bool
    listedness: tuple[Listedness, ...]
    proposal: str
    reasons: tuple[str, ...]
    categories: tuple[str, ...] = ()
    sure: Sureness = Sureness.UNKNOWN
    core_like: Listedness | None = None
    organ_class: str = ""
    queries: tuple[Query, ...] = ()
    onset: Onset | None = None
    causality: Causality | None = None

    def listed_in(self, region: str) -> Listed:
        return next((one.listed for one in self.listedness if one.region == region), Listed.UNLISTED)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A case version under one version of the profile; `meddra` is the release, empty where there is none.

    `narrative_read` says how far H.1 was read; `suggestions` are what a person should look at in it, and in the words
    of reactions that the profile does not know. Nothing else here depends on them. `facts` are all that the verdicts
    rest on.
    """

    profile_version: str
    day_0: date | None
    country: str | None
    reactions: tuple[ReactionAssessment, ...]
    categories: tuple[str, ...]
    primary: str
    serious: bool
    verdicts: tuple[Verdict, ...]
    flags: tuple[Flag, ...] = ()
    subject: Subject | None = None
    completeness: Completeness | None = None
    questions: tuple[Question, ...] = ()
    meddra: str = ""
    narrative_read: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    would_change: tuple[WouldChange, ...] = ()
    facts: tuple[Facts, ...] = ()


def assess(
    case: Case, knowledge: Knowledge, conditions: Conditions | None = None, *, accepted: bool = False
) -> Assessment:
    """Classify a case and say what follows in each region.

    A case that lacks a minimum criterion is on hold, unless a person `accepted` it: then its clocks run.
    `conditions` go before what the case answers to the conditions of label statements.
    """
    profile = knowledge.profile
    received = known(case.latest_received) or known(case.first_received)
    day_0 = received.earliest if received else None
    drugs = product_drugs(knowledge.product, case)
    missing = missing_criteria(case)
    facts = gather(case, drugs, knowledge.case_rules)
    classified = [classify(profile, reaction, knowledge.dictionary) for reaction in case.reactions]
    named = [
        Named(found.concept.id if found.concept else "", found.name, "; ".join(words_of(reaction)))
        for reaction, found in zip(case.reactions, classified, strict=True)
    ]
    subject = find_subject(case, facts, named, knowledge.case_rules)
    answers = label_conditions(facts, subject, named, knowledge.case_rules) | dict(conditions or {})
    if answers.get(ANOTHER_PERSON) is True:
        classified = [
            classify(profile, reaction, knowledge.dictionary, of_another_person=True) for reaction in case.reactions
        ]
    reactions = tuple(
        _assess_reaction(reaction, number, found, day_0, knowledge, answers)
        for number, (reaction, found) in enumerate(zip(case.reactions, classified, strict=True), 1)
    )
    country = find_country(case, knowledge.reporting.eea)
    situation = situation_of(case, facts, subject, knowledge, reactions, country)
    causes = {one.number: Alternatives(**other_causes(situation, one)) for one in situation.reactions}
    reactions, since_first = _measured(case, reactions, drugs, knowledge, causes, is_valid=not missing)
    covered = knowledge.narratives.outcomes if any(one.fatal for one in reactions) else frozenset()
    coded = covered.union(one.concept for one in reactions)
    narrative = read_narrative(knowledge.narratives, known(case.narrative), case.narrative_language, coded)
    suggestions = (*narrative.suggestions, *_suggested_by_words(case, reactions, coded, knowledge.narratives))
    situation = replace(_with_onset(situation, reactions), missing=missing, mentions=suggestions)
    categories = tuple(dict.fromkeys(category for reaction in reactions for category in reaction.categories))
    by_eu_rule = eu_serious(situation)
    penalties = knowledge.scales.penalties
    completeness = assess_completeness(case, drugs, since_first, country, penalties, knowledge.dictionary)
    clinical = tuple(
        Facts(
            one.name,
            one.serious,
            {listed.region: listed.listed for listed in one.listedness},
            by_eu_rule.get(one.number, ""),
            one.number,
        )
        for one in reactions
        if one.is_clinical or one.serious
    ) + death_for_the_clock(situation)
    is_suspect = _may_be_suspect(drugs) or bool(infected(situation))
    flags = raise_flags(situation, RULES)
    lacking = () if accepted else tuple(finding.message for finding in missing)
    return Assessment(
        profile_version=profile.version,
        day_0=day_0,
        country=country,
        reactions=reactions,
        categories=categories,
        primary=profile.primary([reaction.category for reaction in reactions]),
        serious=any(reaction.serious for reaction in reactions),
        verdicts=reporting_verdicts(
            knowledge.reporting, clinical, country, day_0, product_is_suspect=is_suspect, lacking=lacking
        ),
        would_change=what_would_change(
            knowledge.reporting, clinical, country, product_is_suspect=is_suspect, lacking=lacking
        ),
        facts=clinical,
        flags=flags,
        subject=subject,
        completeness=completeness,
        questions=follow_up_questions(completeness, penalties, flags),
        meddra=knowledge.dictionary.version,
        narrative_read=narrative.read,
        suggestions=suggestions,
    )


def situation_of(
    case: Case,
    facts: CaseFacts,
    subject: Subject,
    knowledge: Knowledge,
    reactions: tuple[ReactionAssessment, ...],
    country: str | None,
) -> Situation:
    """What the case rules look at."""
    rules = knowledge.case_rules
    own = {"US": "US"} | dict.fromkeys(knowledge.reporting.eea, "EU")
    return Situation(
        case=case,
        facts=facts,
        reactions=tuple(
            Judged(
                number=one.number,
                reaction=reaction,
                name=one.name,
                concept=one.concept,
                is_clinical=one.is_clinical,
                serious=one.serious,
                fatal=one.fatal,
                life_threatening="life_threatening" in one.criteria,
                listed={listed.region: listed.listed for listed in one.listedness},
                words="; ".join(words_of(reaction)),
                meanings=rules.meanings.get(one.concept, frozenset()),
            )
            for one, reaction in zip(reactions, case.reactions, strict=True)
        ),
        subject=subject,
        product=match_case(knowledge.product, case),
        labels=frozenset({own[country]} if country in own else knowledge.profile.regions),
        viruses=virus_results(case.tests, rules),
        rules=rules,
    )


def _with_onset(situation: Situation, reactions: tuple[ReactionAssessment, ...]) -> Situation:
    """The same with what was made of the time to each reaction."""
    timed = (
        replace(one, onset=reaction.onset.timing.value if reaction.onset else "")
        for one, reaction in zip(situation.reactions, reactions, strict=True)
    )
    return replace(situation, reactions=tuple(timed))


def _suggested_by_words(
    case: Case, reactions: tuple[ReactionAssessment, ...], coded: frozenset[str], reader: Reader
) -> Iterator[Suggestion]:
    """What stands in the reported words of reactions that have no concept."""
    for reaction, assessed in zip(case.reactions, reactions, strict=True):
        if not assessed.concept:
            where, words = f"reaction {assessed.number}", known(reaction.reported)
            yield from read_narrative(reader, words, reaction.language, coded, where).suggestions


def _assess_reaction(
    reaction: Reaction,
    number: int,
    found: Classified,
    day_0: date | None,
    knowledge: Knowledge,
    conditions: Conditions,
) -> ReactionAssessment:
    profile = knowledge.profile
    concept = found.concept
    given, serious, fatal = criteria(reaction), is_serious(reaction), is_fatal(reaction)
    sure = found.sure is Sureness.CERTAIN
    code = reaction.term.code or knowledge.dictionary.code_named(reaction.term.name or "") or ""
    listedness = tuple(
        assess_listedness(profile, concept, region, day_0, fatal=fatal, sure=sure, conditions=conditions)
        for region in profile.regions
    )
    designated = profile.is_designated(found.name) or (concept is not None and concept.dme)
    proposal = ""
    if not serious and (designated or (concept is not None and (concept.serious_by_default or concept.ime))):
        what = "it is a designated medical event" if designated else "the profile holds it medically important"
        proposal = f"reported as not serious; {what}: a physician should decide"
    return ReactionAssessment(
        number=number,
        name=found.name,
        category=found.category,
        concept=concept.id if concept else "",
        matched_by=found.how,
        matched_name=found.matched,
        serious=serious,
        criteria=given,
        fatal=fatal,
        designated=designated,
        is_clinical=concept is None or concept.is_clinical,
        case_rule=concept.case_rule if concept else "",
        serious_unlisted=serious and any(one.listed is not Listed.LISTED for one in listedness),
        listedness=listedness,
        proposal=proposal,
        reasons=tuple(_reasons(profile, found, reaction, given, serious)),
        categories=found.categories,
        sure=found.sure,
        core_like=core_like(listedness),
        organ_class=knowledge.dictionary.organ_class(code),
        queries=knowledge.dictionary.queries(code),
    )


def _measured(
    case: Case,
    assessed: tuple[ReactionAssessment, ...],
    drugs: tuple[Drug, ...],
    knowledge: Knowledge,
    alternatives: Mapping[int, Alternatives],
    *,
    is_valid: bool,
) -> tuple[tuple[ReactionAssessment, ...], tuple[Elapsed | None, ...]]:
    """The reactions with time to onset and causality, and the time from the first dose to each.

    `alternatives` are by the number of the reaction; where there are none, nothing is known of other causes.
    """
    windows = knowledge.scales.windows
    found = [find_window(windows, one.concept, one.category) for one in assessed]
    exposures = tuple(
        start
        for reaction, one, window in zip(case.reactions, assessed, found, strict=True)
        if window and window.anchor is Anchor.EXPOSURE and not one.is_clinical and (start := known(reaction.start))
    )
    measured, since_first = [], []
    for reaction, one, own_window in zip(case.reactions, assessed, found, strict=True):
        known_of_it = alternatives.get(one.number, Alternatives())
        window = find_window(windows, "", "", other_person=True) if known_of_it.is_other_person else own_window
        since = since_product(reaction, drugs, exposures)
        onset = assess_onset(window, since) if one.is_clinical else None
        pair = Suspicion(
            reaction=reaction,
            drugs=drugs,
            category=one.category,
            is_clinical=one.is_clinical,
            listed=[(at.region, at.listed) for at in one.listedness],
            onset=onset,
            since_first=since.first,
            report_type=case.report_type,
            seen_before=_seen_before(case, one.concept, knowledge),
            is_valid=is_valid,
        )
        causality = assess_causality(pair, known_of_it, knowledge.scales.naranjo)
        measured.append(replace(one, onset=onset, causality=causality))
        since_first.append(since.first)
    return tuple(measured), tuple(since_first)


def _seen_before(case: Case, concept: str, knowledge: Knowledge) -> bool:
    """Whether an earlier treatment with the product was followed by the same reaction (D.8.r)."""
    return any(
        match.concept.id == concept and match_name(knowledge.product, name).verdict is NameVerdict.PRODUCT
        for past in case.patient.past_drugs
        if (name := known(past.name)) and past.reaction and past.reaction.name
        if (match := knowledge.profile.find(past.reaction.name))
    )


def _reasons(
    profile: SafetyProfile, found: Classified, reaction: Reaction, given: tuple[str, ...], serious: bool
) -> list[str]:
    category = profile.category_name(found.category)
    if found.concept is None:
        reasons = [f"no term of profile {profile.version} has this name, so it is {category}"]
    else:
        place = f"{found.concept.id} in profile {profile.version}"
        reasons = [f"{category}: {found.how} {found.matched!r} of {place}, {found.sure.value}", *found.reasons]
        if found.concept.mimic:
            reasons.append(f"looks like something else and is kept apart from it ({found.concept.mimic})")
        if found.concept.note:
            reasons.append(found.concept.note)
        if found.concept.frequency_eu:
            unchecked = "" if found.concept.verified else " (source not checked)"
            reasons.append(f"frequency in the EU label: {found.concept.frequency_eu}{unchecked}")
    level = " (given for the whole case)" if reaction.seriousness.is_case_level else ""
    if given:
        reasons.append("serious: " + ", ".join(NAMES[name] for name in given) + level)
    elif serious:
        reasons.append("serious: the reporter highlighted it as serious (E.i.3.1)")
    else:
        reasons.append("not serious: no criterion was reported" + level)
        if found.concept is not None and found.concept.serious_if:
            reasons.append(f"serious with {found.concept.serious_if}: ask for it")
    return reasons


def _may_be_suspect(drugs: tuple[Drug, ...]) -> bool:
    """False only when every mention of the product says that it is not suspect: a missing role takes no duty away."""
    innocent = (DrugRole.CONCOMITANT, DrugRole.NOT_ADMINISTERED)
    roles = [drug.role for drug in drugs]
    return not roles or any(role not in innocent for role in roles)
