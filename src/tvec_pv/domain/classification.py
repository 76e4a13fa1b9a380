"""Which known thing is this reaction, and how surely? By MedDRA code where a dictionary is at hand, else by names."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tvec_pv.domain.icsr import Reaction, known
from tvec_pv.domain.safety_profile import Concept, SafetyProfile
from tvec_pv.domain.spelling import find_misspelt
from tvec_pv.domain.terms import Dictionary, normalise, said

UNKNOWN_CATEGORY = "unlisted-other"


class Sureness(StrEnum):
    """How surely a reaction is what it was taken for. What is not certain is never listed (LR5)."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Classified:
    """A reaction's place in the profile. `name` is the term under which it is counted and shown; `how` says what led
    there: code, term, synonym, qualifier, spelling or no match. `categories` are all of them, the leading one first."""

    name: str
    categories: tuple[str, ...]
    concept: Concept | None
    how: str
    matched: str
    sure: Sureness
    reasons: tuple[str, ...] = ()

    @property
    def category(self) -> str:
        return self.categories[0]


def classify(
    profile: SafetyProfile, reaction: Reaction, dictionary: Dictionary, *, of_another_person: bool = False
) -> Classified:
    """The concept of a reaction, by the first of its names that the profile knows, and what its words add to that."""
    names = list(_names(reaction, dictionary))
    counted = _counted(reaction, dictionary)
    found = _by_name(profile, names, counted)
    if found is None:
        found = _by_spelling(profile, [name for source, name in names if _may_be_misspelt(source, reaction)], counted)
    if found is None:
        unknown = counted or (names[0][1] if names else "not named")
        return Classified(unknown, (UNKNOWN_CATEGORY,), None, "no match", "", Sureness.UNKNOWN)
    words = [name for source, name in names if source != "code"]
    found = _doubted(_qualified(profile, found, words), words)
    return _led_by_another_person(profile, found) if of_another_person else found


def _by_name(profile: SafetyProfile, names: list[tuple[str, str]], counted: str) -> Classified | None:
    for source, name in names:
        if match := profile.find(name):
            how = "code" if source == "code" else match.how
            preferred = match.name if match.how == "term" else match.concept.terms[0]
            return _classified(counted or preferred, match.concept, how, match.name, Sureness.CERTAIN)
    return None


def _by_spelling(profile: SafetyProfile, names: list[str], counted: str) -> Classified | None:
    if profile.spelling is None:
        return None
    for name in names:
        misspelt = find_misspelt(profile.by_name, normalise(name), profile.spelling)
        if misspelt and not said(name, misspelt.concept.not_if):
            return _classified(
                counted or misspelt.concept.terms[0], misspelt.concept, "spelling", misspelt.name, Sureness.LIKELY
            )
    return None


def _may_be_misspelt(source: str, reaction: Reaction) -> bool:
    """A term that was coded was chosen from a list: only what somebody typed has slips."""
    return source in ("translation", "reported") or (source == "term" and not reaction.term.code)


def _classified(name: str, concept: Concept, how: str, matched: str, sure: Sureness) -> Classified:
    return Classified(name, (concept.category, *concept.also), concept, how, matched, sure)


def _qualified(profile: SafetyProfile, found: Classified, words: list[str]) -> Classified:
    """LR4: what the report's words add to a term that is too wide. They never make a doubtful match a listed one."""
    for qualifier in profile.qualifiers:
        concept = found.concept
        if concept is None or concept.id not in qualifier.base:
            continue
        word = next((word for text in words if (word := said(text, qualifier.words))), "")
        undone = any(said(text, qualifier.unless) for text in words)
        if not word or undone:
            continue
        reason = f"{qualifier.name}: the report says {word.rstrip('*')!r}"
        if not qualifier.qualified:
            found = replace(
                found,
                categories=(*found.categories, qualifier.also),
                reasons=(*found.reasons, f"{reason} (also {profile.category_name(qualifier.also)})"),
            )
            continue
        concept = profile.concept(qualifier.qualified)
        return replace(
            found,
            categories=(concept.category, *concept.also),
            concept=concept,
            how="qualifier",
            reasons=(*found.reasons, f"{reason}, so {concept.id} (LR4)"),
        )
    return found


def _doubted(found: Classified, words: list[str]) -> Classified:
    """A report whose words name something else than its term is for a person to look at."""
    concept = found.concept
    word = next((word for text in words if concept and (word := said(text, concept.not_if))), "")
    if not word:
        return found
    reason = f"the report also says {word.rstrip('*')!r}, which is something else: check the coding"
    return replace(found, sure=Sureness.LIKELY, reasons=(*found.reasons, reason))


def _led_by_another_person(profile: SafetyProfile, found: Classified) -> Classified:
    """In a person who was not treated another category leads; the reaction's own stays beside it."""
    leads = profile.of_another_person(found.category)
    if not leads:
        return found
    reason = f"in a person who was not treated: {profile.category_name(leads)} leads"
    return replace(found, categories=tuple(dict.fromkeys((leads, *found.categories))), reasons=(*found.reasons, reason))


def _names(reaction: Reaction, dictionary: Dictionary) -> Iterator[tuple[str, str]]:
    """What a reaction is called, most reliable first: the term that was coded, before the one it belongs to."""
    if code := reaction.term.code:
        for name in (dictionary.name_of.get(code), dictionary.preferred_name(code)):
            if name:
                yield "code", name
    for source, given in (
        ("term", reaction.term.name),
        ("translation", known(reaction.translation)),
        ("reported", known(reaction.reported)),
    ):
        if given:
            yield source, given


def _counted(reaction: Reaction, dictionary: Dictionary) -> str:
    """The preferred term that MedDRA gives: it names the reaction in every count where it is known."""
    code = reaction.term.code
    return (dictionary.preferred_name(code) or "") if code else ""
