"""What would change a verdict: the same rules, asked again with one fact of the case changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tvec_pv.domain.safety_profile import Listed
from tvec_pv.domain.timelines import Facts, ReportingRules, reporting_verdicts

MOST_REACTIONS = 30  # of a case with more, the others are not asked about

_Asked = tuple[tuple[Facts, ...], str | None, bool, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class WouldChange:
    """What a region would ask for instead, were one thing so: "Nausea were serious"."""

    region: str
    verdict: str
    were: str


def what_would_change(
    rules: ReportingRules,
    reactions: tuple[Facts, ...],
    country: str | None,
    *,
    product_is_suspect: bool = True,
    lacking: tuple[str, ...] = (),
) -> tuple[WouldChange, ...]:
    """Each single fact that decides, with the verdict that its opposite would give. It tells what to ask for."""

    def verdicts(asked: _Asked) -> dict[str, str]:
        given, where, suspect, lacks = asked
        found = reporting_verdicts(rules, given, where, None, product_is_suspect=suspect, lacking=lacks)
        return {one.region: one.verdict for one in found}

    said = (reactions, country, product_is_suspect, lacking)
    now = verdicts(said)
    return tuple(
        WouldChange(region, verdict, were)
        for were, changed in _changes(rules, said)
        for region, verdict in verdicts(changed).items()
        if verdict != now[region]
    )


def _changes(rules: ReportingRules, said: _Asked) -> Iterator[tuple[str, _Asked]]:
    reactions, country, suspect, lacking = said
    if lacking:
        yield "the case were valid, or a person accepted it", (reactions, country, suspect, ())
    if not suspect:
        yield "the product were suspect or interacting", (reactions, country, True, lacking)
    if not reactions:
        some = Facts("a reaction", serious=False, listed={})
        yield "a reaction were reported that is not serious", ((some,), country, suspect, lacking)
        yield "a serious, unlisted reaction were reported", ((replace(some, serious=True),), country, suspect, lacking)
    if country is None or country not in rules.eea:
        yield "it had occurred in the EEA", (reactions, min(rules.eea), suspect, lacking)
    if country is None or country in rules.eea:
        yield "it had occurred outside the EEA", (reactions, "US", suspect, lacking)
    for number, one in enumerate(reactions[:MOST_REACTIONS]):
        for were, other in _others(one):
            changed = (*reactions[:number], other, *reactions[number + 1 :])
            yield f"{one.name} {were}", (changed, country, suspect, lacking)


def _others(one: Facts) -> Iterator[tuple[str, Facts]]:
    yield f"were {'not ' if one.serious else ''}serious", replace(one, serious=not one.serious)
    for region, listed in one.listed.items():
        turned = Listed.UNLISTED if listed is Listed.LISTED else Listed.LISTED
        changed = replace(one, listed=one.listed | {region: turned})
        yield f"were {'unlisted' if turned is Listed.UNLISTED else 'listed'} in the {region}", changed
    if one.eu_serious:
        yield "did not count as serious by the EU's rule", replace(one, eu_serious="")
