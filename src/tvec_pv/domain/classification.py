"""Which known thing is this reaction? By MedDRA code where a dictionary is at hand, else by its names."""

from collections.abc import Iterator
from dataclasses import dataclass

from tvec_pv.domain.icsr import Reaction, known
from tvec_pv.domain.safety_profile import Concept, SafetyProfile
from tvec_pv.domain.terms import Dictionary

UNKNOWN_CATEGORY = "unlisted-other"


@dataclass(frozen=True, slots=True)
class Classified:
    """A reaction's place in the profile. `name` is the term under which it is counted and shown;
    `how` says what led there: code, term, synonym or no match."""

    name: str
    category: str
    concept: Concept | None
    how: str
    matched: str


def classify(profile: SafetyProfile, reaction: Reaction, dictionary: Dictionary) -> Classified:
    """The concept of a reaction, by the first of its names that the profile knows."""
    names = list(_names(reaction, dictionary))
    for source, name in names:
        if match := profile.find(name):
            how = "code" if source == "code" else match.how
            preferred = match.name if match.how == "term" else match.concept.terms[0]
            return Classified(
                _counted(reaction, dictionary) or preferred, match.concept.category, match.concept, how, match.name
            )
    unknown = _counted(reaction, dictionary) or (names[0][1] if names else "not named")
    return Classified(unknown, UNKNOWN_CATEGORY, None, "no match", "")


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
