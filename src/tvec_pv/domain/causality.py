"""Did the product cause the reaction? A proposal in the terms of WHO-UMC, and the Naranjo score with its gaps.

Both are for a person to weigh. A spontaneous report implies a suspicion whatever they say, so nothing here is read
by the rules of reporting (21 CFR 600.80, GVP VI): no duty to report ends with a low score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tvec_pv.domain.elapsed import Elapsed
from tvec_pv.domain.icsr import ActionTaken, Drug, Outcome, Reaction, ReportType, Text
from tvec_pv.domain.onset import OUTSIDE, Onset, Timing
from tvec_pv.domain.safety_profile import Listed

IMMUNE = "immune-mediated"
INFECTIONS = frozenset({"herpetic", "transmission"})


class WhoUmc(StrEnum):
    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    CONDITIONAL = "conditional"
    UNASSESSABLE = "unassessable"
    NOT_APPLICABLE = "not applicable"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What the case says about this reaction beside its term and its dates. None is not known, and never a "no".

    The product's virus counts outside the injected tissue only: on the injected surface and in blood it is there
    anyway. `wild_type` and `other_virus` (HSV-2, VZV, shingles) are typed or stated as diagnosed, not guessed.
    """

    is_other_person: bool | None = None
    checkpoint_inhibitor: bool | None = None
    wild_type: bool | None = None
    other_virus: bool | None = None
    other_cause: bool | None = None
    product_in_lesion: bool | None = None
    product_cultured_elsewhere: bool | None = None
    antiviral_against_it: bool | None = None

    def other_causes(self) -> Iterator[str]:
        """Those that the case holds, in words."""
        if self.checkpoint_inhibitor:
            yield "a checkpoint inhibitor within its window"
        if self.wild_type:
            yield "wild-type HSV was typed"
        if self.other_virus:
            yield "another virus was found (HSV-2, VZV or shingles)"
        if self.other_cause:
            yield "another cause is named"


@dataclass(frozen=True, slots=True)
class NaranjoItem:
    """A row of naranjo.csv: the points of an answer; unknown is 0."""

    item: int
    question: str
    yes: int
    no: int
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NaranjoGrade:
    """A row of naranjo_grades.csv."""

    grade: str
    at_least: int
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NaranjoScale:
    """The items in order, and the grades from the highest."""

    items: tuple[NaranjoItem, ...]
    grades: tuple[NaranjoGrade, ...]

    def grade(self, score: int) -> str:
        return next(one.grade for one in self.grades if score >= one.at_least)


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with its answer, the points it gave and why."""

    item: int
    question: str
    answer: Answer
    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class Naranjo:
    """The score depends on what is not known: `unknown` is shown wherever it is."""

    score: int
    grade: str
    unknown: int
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class Causality:
    """A proposal, never a decision. `naranjo` is None where the scale does not apply; `naranjo_reason` says why."""

    who_umc: WhoUmc
    reason: str
    would_change: str
    naranjo: Naranjo | None
    naranjo_reason: str = ""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The pair of product and reaction that is judged, with what was found about it before.

    `seen_before`: the same reaction followed an earlier treatment with the product (D.8.r).
    """

    reaction: Reaction
    drugs: Sequence[Drug]
    category: str
    is_clinical: bool
    listed: Sequence[tuple[str, Listed]]
    onset: Onset | None
    since_first: Elapsed | None
    report_type: Text
    seen_before: bool = False
    is_valid: bool = True


def assess_causality(pair: Suspicion, alternatives: Alternatives, scale: NaranjoScale) -> Causality:
    """The proposal for one reaction of the case."""
    if not pair.is_clinical:
        reason = "an exposure or an error without a reaction is not caused by the product"
        return Causality(WhoUmc.NOT_APPLICABLE, reason, "", None, reason)
    category, reason, would_change = _who_umc(pair, alternatives)
    if alternatives.is_other_person:
        instead = "the scale is not made for the spread of a live virus to another person"
        return Causality(category, reason, would_change, None, instead)
    return Causality(category, reason, would_change, _naranjo(pair, alternatives, scale))


def _who_umc(pair: Suspicion, alternatives: Alternatives) -> tuple[WhoUmc, str, str]:
    """The category, why, and what would change it."""
    onset = pair.onset
    if not pair.is_valid:
        return WhoUmc.UNASSESSABLE, "a minimum criterion of a valid report is missing", "the missing criterion"
    if onset is None or onset.is_contradictory:
        reason = "the sender's time to onset and its dates contradict each other"
        return WhoUmc.UNASSESSABLE, reason, "dates of the doses and of the reaction that agree"
    if alternatives.other_virus:
        reason = "another virus than that of the product was found (HSV-2, VZV or shingles)"
        return WhoUmc.UNLIKELY, reason, "a test that finds the product's virus in the lesion"
    if onset.timing in OUTSIDE:
        return WhoUmc.UNLIKELY, f"time to onset: {onset.timing}", "other dates of the doses or of the reaction"
    if onset.timing is Timing.NOT_KNOWN:
        return WhoUmc.CONDITIONAL, "the time to onset is not known", "the dates of the doses and of the reaction"
    if alternatives.checkpoint_inhibitor and pair.category == IMMUNE:
        reason = "a checkpoint inhibitor within its window explains an immune-mediated reaction as well"
        return WhoUmc.POSSIBLE, reason, "nothing that a report can hold: it is the ceiling beside such a medicine"
    causes = list(alternatives.other_causes())
    is_infection = pair.category in INFECTIONS
    found = alternatives.product_in_lesion and is_infection
    if found and onset.timing is Timing.PLAUSIBLE and not alternatives.wild_type:
        if alternatives.product_cultured_elsewhere and not causes:
            reason = "plausible time, the product's virus cultured or sequenced from distant tissue, no other cause"
            return WhoUmc.CERTAIN, reason, "another cause, or wild-type virus"
        reason = "plausible time, and the product's virus in a lesion outside the injected tissue"
        return WhoUmc.PROBABLE, reason, "its culture or sequence from distant tissue; wild-type virus"
    time = "no window is set for its time to onset" if onset.timing is Timing.NO_WINDOW else f"{onset.timing} time"
    other = f"; it could also be explained: {', '.join(causes)}" if causes else "; other causes are not excluded"
    if is_infection:
        return WhoUmc.POSSIBLE, time + other, "the product's virus, or another one, found in the lesion"
    return WhoUmc.POSSIBLE, time + other, "another cause, or one that is excluded; what a rechallenge showed"


def _naranjo(pair: Suspicion, alternatives: Alternatives, scale: NaranjoScale) -> Naranjo:
    given = dict(enumerate(_answers(pair, alternatives), 1))
    answers = []
    for one in scale.items:
        answer, reason = given[one.item]
        points = {Answer.YES: one.yes, Answer.NO: one.no, Answer.UNKNOWN: 0}[answer]
        answers.append(Answered(one.item, one.question, answer, points, reason))
    score = sum(one.points for one in answers)
    return Naranjo(
        score=score,
        grade=scale.grade(score),
        unknown=sum(one.answer is Answer.UNKNOWN for one in answers),
        answers=tuple(answers),
    )


def _answers(pair: Suspicion, alternatives: Alternatives) -> Iterator[tuple[Answer, str]]:
    """The answers to the items 1 to 10 by the product's conventions; silence is unknown, never "no"."""
    yield _reported_before(pair)
    yield _came_after(pair.since_first)
    yield _improved(pair, alternatives)
    yield _reappeared(pair)
    yield _other_causes(alternatives)
    if pair.report_type in (ReportType.SPONTANEOUS, ReportType.OTHER):
        yield Answer.NO, "by convention: a report that is of no study knows no placebo; this gives it a point"
    else:
        yield Answer.UNKNOWN, "no field of a report says it"
    yield Answer.UNKNOWN, "by convention: the product's DNA in a sample is no toxic concentration"
    yield Answer.UNKNOWN, "no field of a report says it"
    if pair.seen_before:
        yield Answer.YES, "the same reaction followed an earlier treatment with the product (D.8.r)"
    else:
        yield Answer.UNKNOWN, "no earlier treatment with such a reaction is reported"
    if alternatives.product_in_lesion and pair.category in INFECTIONS:
        yield Answer.YES, "the product's DNA in a lesion outside the injected tissue"
    else:
        yield Answer.UNKNOWN, "the product's DNA in a lesion outside the injected tissue is not reported"


def _reported_before(pair: Suspicion) -> tuple[Answer, str]:
    regions = [region for region, listed in pair.listed if listed is Listed.LISTED]
    if regions:
        return Answer.YES, f"listed in the label in force ({', '.join(regions)})"
    if any(listed is Listed.INDETERMINATE for _, listed in pair.listed):
        return Answer.UNKNOWN, "whether the label lists it is not settled"
    return Answer.NO, "by convention: the label in force does not list it"


def _came_after(since_first: Elapsed | None) -> tuple[Answer, str]:
    if since_first is None:
        return Answer.UNKNOWN, "the dates of the first dose and of the reaction are not both known"
    if since_first.least >= 0:
        return Answer.YES, since_first.since("the first dose that the report names")
    if since_first.most < 0:
        return Answer.NO, "it began before the first dose that the report names"
    return Answer.UNKNOWN, "the dates leave open which came first"


_BETTER = (Outcome.RECOVERED, Outcome.RECOVERING, Outcome.RECOVERED_WITH_SEQUELAE)
_NOT_BETTER = (Outcome.NOT_RECOVERED, Outcome.FATAL)


def _improved(pair: Suspicion, alternatives: Alternatives) -> tuple[Answer, str]:
    stopped = any(drug.action_taken == ActionTaken.WITHDRAWN for drug in pair.drugs)
    what = "the product was withdrawn" if stopped else "an antiviral was given against it"
    if not stopped and not alternatives.antiviral_against_it:
        return Answer.UNKNOWN, "neither a withdrawal of the product nor an antiviral against the reaction is reported"
    if pair.reaction.outcome in _BETTER:
        does_not_tell = "" if stopped else "; this does not tell the product's virus from the wild type"
        return Answer.YES, f"{what}, and it improved{does_not_tell}"
    if pair.reaction.outcome in _NOT_BETTER:
        return Answer.NO, f"{what}, and it did not improve"
    return Answer.UNKNOWN, f"{what}, and the outcome is not known"


_RECHALLENGE = {
    "1": (Answer.YES, "given again, and it reappeared (G.k.9.i.4)"),
    "2": (Answer.NO, "given again, and it did not reappear (G.k.9.i.4)"),
    "3": (Answer.UNKNOWN, "given again, with an outcome that is not known (G.k.9.i.4)"),
}


def _reappeared(pair: Suspicion) -> tuple[Answer, str]:
    told = [one.rechallenge for drug in pair.drugs for one in drug.reactions if one.reaction_id == pair.reaction.id]
    codes = [code for code in told if isinstance(code, str) and code in _RECHALLENGE]
    return _RECHALLENGE[min(codes)] if codes else (Answer.UNKNOWN, "no rechallenge is reported (G.k.9.i.4)")


def _other_causes(alternatives: Alternatives) -> tuple[Answer, str]:
    if causes := list(alternatives.other_causes()):
        return Answer.YES, "; ".join(causes)
    if alternatives.other_cause is False:
        return Answer.NO, "the report excludes other causes"
    return Answer.UNKNOWN, "no other cause is reported, and none is excluded"
