"""How much of what is needed to judge a case does it hold? The published penalties of vigiGrade (Bergvall 2014).

C is the mean over the pairs of product and reaction of the product of (1 - penalty) over what is missing: 1 is
complete, above 0.8 well documented. "Unknown" and the sender's reasons for a missing value count as missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.elapsed import DAY, Elapsed
from tvec_pv.domain.icsr import Case, Drug, Outcome, Reaction, ReportType, Sex, known
from tvec_pv.domain.terms import Dictionary, normalise

WELL_DOCUMENTED = 0.8
MONTH = 31 * DAY
STATES = (
    ("onset", "missing"),
    ("onset", "order ambiguous"),
    ("onset", "uncertain"),
    ("indication", "missing"),
    ("outcome", "missing"),
    ("sex", "missing"),
    ("age", "missing"),
    ("age", "group only"),
    ("dose", "missing"),
    ("country", "missing"),
    ("primary reporter", "missing"),
    ("report type", "missing"),
    ("comments", "missing"),
)
OF_A_REACTION = frozenset({"onset", "outcome"})


@dataclass(frozen=True, slots=True)
class Penalty:
    """A row of completeness.csv: what a gap costs, in which fields it lies, and how to ask for it.

    `means_missing`: words that senders write where there is nothing.
    """

    dimension: str
    state: str
    penalty: float
    elements: tuple[str, ...]
    question: str
    source: tuple[str, ...]
    means_missing: tuple[str, ...] = ()


Penalties = Mapping[tuple[str, ...], Penalty]


@dataclass(frozen=True, slots=True)
class Gap:
    """What a pair lacks."""

    dimension: str
    state: str
    penalty: float


@dataclass(frozen=True, slots=True)
class Pair:
    """The product and one reaction, by its number."""

    reaction: int
    score: float
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The mean over the pairs; a case without a reaction has no pair, and 0."""

    score: float
    is_well_documented: bool
    pairs: tuple[Pair, ...]


def assess_completeness(
    case: Case,
    drugs: Sequence[Drug],
    since_first: Sequence[Elapsed | None],
    country: str | None,
    penalties: Penalties,
    dictionary: Dictionary,
) -> Completeness:
    """The score of a case; `drugs` are the product's, `since_first` the time from the first dose to each reaction."""
    of_case = tuple(_gaps_of_case(case, drugs, country, penalties, dictionary))
    pairs = []
    for number, (reaction, elapsed) in enumerate(zip(case.reactions, since_first, strict=True), 1):
        gaps = tuple(
            Gap(dimension, state, penalties[dimension, state].penalty)
            for dimension, state in (*_gaps_of_reaction(reaction, elapsed), *of_case)
        )
        pairs.append(Pair(number, score(gaps), gaps))
    mean = sum(pair.score for pair in pairs) / len(pairs) if pairs else 0.0
    return Completeness(round(mean, 4), mean > WELL_DOCUMENTED, tuple(pairs))


def score(gaps: Sequence[Gap]) -> float:
    return prod(1 - gap.penalty for gap in gaps)


def _gaps_of_reaction(reaction: Reaction, elapsed: Elapsed | None) -> Iterator[tuple[str, str]]:
    if elapsed is None:
        yield "onset", "missing"
    elif elapsed.uncertainty:
        is_ambiguous = elapsed.least < 0 <= elapsed.most and elapsed.uncertainty > MONTH
        yield "onset", "order ambiguous" if is_ambiguous else "uncertain"
    if reaction.outcome not in set(Outcome) - {Outcome.UNKNOWN}:
        yield "outcome", "missing"


def _gaps_of_case(
    case: Case, drugs: Sequence[Drug], country: str | None, penalties: Penalties, dictionary: Dictionary
) -> Iterator[tuple[str, str]]:
    patient = case.patient
    nothing = {normalise(words) for words in penalties["indication", "missing"].means_missing}
    indications = {
        normalise(name)
        for drug in drugs
        for term in drug.indications
        if (name := term.name or dictionary.name_of.get(term.code or "") or term.code)
    }
    has_age = known(patient.age) is not None or isinstance(patient.birth_date, PartialDate)
    has_group = bool(known(patient.age_group))
    is_found = {
        ("indication", "missing"): not indications - nothing,
        ("sex", "missing"): patient.sex not in set(Sex),
        ("age", "missing"): not has_age and not has_group,
        ("age", "group only"): not has_age and has_group,
        ("dose", "missing"): not any(drug.cumulative_dose or _has_amount(drug) for drug in drugs),
        ("country", "missing"): country is None,
        ("primary reporter", "missing"): not any(known(reporter.qualification) for reporter in case.reporters),
        ("report type", "missing"): case.report_type not in set(ReportType) - {ReportType.NOT_AVAILABLE},
        ("comments", "missing"): not (known(case.narrative) or case.reporter_comments or case.sender_comments),
    }
    return (gap for gap in STATES if is_found.get(gap))


def _has_amount(drug: Drug) -> bool:
    return any(known(dose.dose) is not None for dose in drug.doses)
