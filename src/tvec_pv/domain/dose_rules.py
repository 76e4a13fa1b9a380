"""Flags of how the product was given: volume, interval, concentration, route, indication, storage, lot."""

import re
from collections.abc import Iterator

from tvec_pv.domain.case_facts import Basis, Said
from tvec_pv.domain.case_flags import Found, Judged, Rule, Situation, Who
from tvec_pv.domain.icsr import DrugRole, known
from tvec_pv.domain.visits import Gap, Visit, exponent_in, gaps, is_later, is_of_several, number_in, volumes_in

_INITIAL, _FULL = 6, 8


def volume_per_visit(at: Situation) -> Iterator[Found]:
    limit = at.limit("visit-millilitres")
    for visit in at.facts.visits:
        if visit.volume and visit.volume.most > limit:
            sure = visit.volume.least > limit
            read = f"{visit.volume.least if sure else visit.volume.most:g} mL in one visit"
            yield Found(read if sure else f"{read}, or less: several visits or one dose told twice", _at(visit), sure)
    for one in at.meaning("medication-error"):
        told = max((volume for part in _as_given(one) for volume in volumes_in(part)), default=0)
        if told > limit:
            sure = not is_of_several(one.words)
            yield Found(f"{told:g} mL, in the words of {one.name}", (_own_words(one),), sure)


def first_concentration(at: Situation) -> Iterator[Found]:
    for visit in at.facts.visits:
        if visit.number == 1 and visit.exponent == _FULL:
            yield Found("the first dose had 10^8 PFU/mL", _at(visit))
    for one in at.reactions:
        if any(number_in(part) == 1 and exponent_in(part) == _FULL for part in _as_given(one)):
            yield Found(f"the first dose had 10^8 PFU/mL, in the words of {one.name}", (_own_words(one),))
    for said in _in_narrative(at, "first"):
        for sentence in _SENTENCES.split(said.text):
            if number_in(part := _INSTEAD.split(sentence)[0]) == 1 and exponent_in(part) == _FULL:
                yield Found("the narrative says that the first dose had 10^8 PFU/mL", (said.basis,), sure=False)


def _own_words(one: Judged) -> Basis:
    return Basis("E.i.1.1a", one.basis.where)


def _as_given(one: Judged) -> list[str]:
    """The words of a reaction, without what they say should have been done."""
    return _INSTEAD.split(one.words)


def _in_narrative(at: Situation, word: str) -> tuple[Said, ...]:
    """The narrative, where it holds a word without which nothing in it is worth a look."""
    text = (known(at.case.narrative) or "")[:_READ]
    return (Said(text, _NARRATIVE),) if word in text.lower() else ()


_NARRATIVE = Basis("H.1")
_SENTENCES = re.compile(r"[.;\n](?!\d)")
_READ = 100_000
_INSTEAD = re.compile(r"[;\n]|\b(?:instead|rather than|should|intended|planned|not)\b[^;\n]*", re.IGNORECASE)


def later_concentration(at: Situation) -> Iterator[Found]:
    for visit in at.facts.visits:
        if visit.exponent == _INITIAL and is_later(visit, at.facts.visits):
            yield Found("a dose after the first had 10^6 PFU/mL", _at(visit))


def short_interval(at: Situation) -> Iterator[Found]:
    for gap in gaps(at.facts.visits):
        limit, hard = _limits(at, gap)
        if gap.high < limit:
            sure = gap.first is not None or gap.high < at.limit("later-interval")
            yield Found(_days(gap, limit), _of(gap), sure, grave=gap.high < hard)
    for visit in at.facts.visits:
        limit, hard = at.limit("later-interval"), at.limit("later-interval-hard")
        if visit.every is not None and visit.every < limit:
            read = f"a dosage of one dose every {visit.every:g} days, against {limit:g}"
            yield Found(read, _at(visit), sure=False, grave=visit.every < hard)
    for one in at.meaning("medication-error"):
        for part in _as_given(one):
            if days := _DAYS_AFTER.search(part):
                first = True if _FIRST_DOSES.search(part) else None
                gap = Gap(int(days[1]), int(days[1]), first, ())
                limit, hard = _limits(at, gap)
                if gap.high < limit:
                    sure = first is not None or gap.high < at.limit("later-interval")
                    yield Found(_days(gap, limit), (_own_words(one),), sure, grave=gap.high < hard)


_DAYS_AFTER = re.compile(r"\b(\d{1,3})\s?(?:days?|d)\s(?:after|apart|later|from|since)\b", re.IGNORECASE)
_FIRST_DOSES = re.compile(r"\b(?:first|second|1st|2nd|dose [12])\b", re.IGNORECASE)


def _limits(at: Situation, gap: Gap) -> tuple[float, float]:
    """Of the first interval also where it is not said which it is: then the flag is only suggested."""
    of = "later" if gap.first is False else "first"
    return at.limit(f"{of}-interval"), at.limit(f"{of}-interval-hard")


def long_interval(at: Situation) -> Iterator[Found]:
    limit = at.limit("long-interval")
    for gap in gaps(at.facts.visits):
        if gap.low > limit and gap.first is not True:
            yield Found(_days(gap, limit), _of(gap), sure=gap.first is False)


def _days(gap: Gap, limit: float) -> str:
    days = f"{gap.low}" if gap.low == gap.high else f"{gap.low} to {gap.high}"
    which = {True: "first and second dose", None: "two doses, perhaps the first and second", False: "two later doses"}
    return f"{days} days between {which[gap.first]}, against {limit:g}"


def intravenous_route(at: Situation) -> Iterator[Found]:
    yield from _route(at, "route-intravenous")


def intrahepatic_route(at: Situation) -> Iterator[Found]:
    yield from _route(at, "site-liver")


def visceral_route(at: Situation) -> Iterator[Found]:
    yield from _route(at, "site-visceral")


def other_route(at: Situation) -> Iterator[Found]:
    """A route in a route field that is neither into the lesion, nor one of those with a rule of their own."""
    if at.subject.who is Who.EXPOSED:
        return
    named = ("route-lesional", "route-not-known", "route-intravenous", "site-liver", "site-visceral")
    for said in at.facts.about_doses:
        if said.basis.element == "G.k.4.r.10.1" and not any(at.rules.says(group, said.text) for group in named):
            yield Found("the route is another than into the lesion", (said.basis,))


def _route(at: Situation, group: str) -> Iterator[Found]:
    for said in at.facts.about_doses:
        if at.rules.says(group, said.text):
            yield Found(f"the doses speak of: {_matched(at, group, said)}", (said.basis,))
    for number, drug in enumerate(at.case.drugs, 1):
        if drug in at.facts.product:
            for place, dose in enumerate(drug.doses, 1):
                if dose.route_code in at.rules.codes[group]:
                    yield Found("the code of the route", (Basis("G.k.4.r.10.2b", f"drug {number}, dose {place}"),))
    exposures = at.meaning("exposure", "exposed-professional", "exposed-contact")
    for one in (one for one in at.reactions if not one.is_clinical and one not in exposures):
        if any(at.rules.says(group, part) for part in _as_given(one)):
            yield Found(f"the words of {one.name} say so", (_own_words(one),))


def _matched(at: Situation, group: str, said: Said) -> str:
    return ", ".join(dict.fromkeys(at.rules.words[group].find(said.text)))


def off_label(at: Situation) -> Iterator[Found]:
    """Another indication than the licensed one, or a patient under age; of a person who was treated."""
    if at.subject.who is Who.EXPOSED:
        return
    told = [said for said in at.facts.indications if not at.rules.says("indication-not-known", said.text)]
    if told and not any(at.rules.says("indication-product", said.text) for said in told):
        yield Found("no indication that is reported is the licensed one", tuple(said.basis for said in told))
    years = at.limit("adult-years")
    if at.facts.age and at.facts.age.high <= years * 365.25:
        yield Found(f"the patient is under {years:g}", (Basis("D.2.2"),))


def visceral_indication(at: Situation) -> Iterator[Found]:
    for said in (*at.facts.indications, *at.facts.about_doses):
        for group in ("site-liver", "site-visceral", "indication-visceral"):
            if at.rules.says(group, said.text):
                yield Found(f"a visceral lesion: {_matched(at, group, said)}", (said.basis,))
    for number, one in enumerate(at.case.patient.history, 1):
        name = one.term.name or ""
        if one.is_family_history is not True and at.rules.says("metastasis", name):
            for group in ("site-liver", "site-visceral"):
                if at.rules.says(group, name):
                    read = f"a visceral metastasis in the history: {', '.join(at.rules.words[group].find(name))}"
                    yield Found(read, (Basis("D.7.1.r.1", f"medical history {number}"),), sure=False)


def thaw_storage(at: Situation) -> Iterator[Found]:
    """A thawed vial of the first concentration that was kept too long in the refrigerator."""
    limit = at.limit("thawed-hours")
    for said in (*at.facts.about_doses, *_told(at), *_in_narrative(at, "thaw")):
        if not _KEPT.search(said.text.lower()):
            continue
        for clause in _SENTENCES.split(said.text):
            hours = max(map(_hours, _KEPT.findall(clause.lower())), default=0)
            exponent = exponent_in(clause) or exponent_in(said.text)
            if hours >= limit and at.rules.says("thawed", clause) and exponent != _FULL:
                read = f"kept {hours:g} hours after it was thawed, against fewer than {limit:g}"
                sure = exponent == _INITIAL and said.basis is not _NARRATIVE
                yield Found(read, (said.basis,), sure, grave=any(seronegative(at)))


def _told(at: Situation) -> Iterator[Said]:
    for one in at.reactions:
        if one.words:
            yield Said(one.words, _own_words(one))


_KEPT = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s{0,3}-?\s{0,3}(h|hrs?|hours?|d|days?)\b")


def _hours(kept: tuple[str, str]) -> float:
    number, unit = kept
    return float(number.replace(",", ".")) * (24 if unit.startswith("d") else 1)


def lot_for_storage(at: Situation) -> Iterator[Found]:
    if any(lot_missing(at)):
        yield from thaw_storage(at)


def lot_missing(at: Situation) -> Iterator[Found]:
    """No dose of the product has a lot number that says anything."""
    given = [drug for drug in at.facts.product if drug.role != DrugRole.NOT_ADMINISTERED] or at.facts.product
    lots = [known(dose.lot) for drug in given for dose in drug.doses]
    if at.facts.product and not any(lot and _is_a_number(at, lot) for lot in lots):
        yield Found("no lot number of the product", (Basis("G.k.4.r.7"),))


def _is_a_number(at: Situation, lot: str) -> bool:
    return any(letter.isalnum() for letter in lot) and not at.rules.says("lot-not-known", lot)


def seronegative(at: Situation) -> Iterator[Found]:
    yield from (found for negative, found in _serology(at) if negative)


def serostatus_unknown(at: Situation) -> Iterator[Found]:
    """Asked where it matters: a vial was kept too long, or a test was made whose result says nothing."""
    known_status = {negative for negative, _ in _serology(at)}
    if known_status & {True, False}:
        return
    if None in known_status:
        yield from (found for _, found in _serology(at))
    elif any(thaw_storage(at)):
        yield Found("no antibody test is reported", (Basis("F.r"),))


def _serology(at: Situation) -> Iterator[tuple[bool | None, Found]]:
    """Whether each antibody test for the virus was negative; None where its result says neither."""
    for number, test in enumerate(at.case.tests, 1):
        name = test.name.name or ""
        result = " ".join(filter(None, (known(test.text), test.comments)))
        if not _is_of_before(at, f"{name} {result}"):
            continue
        positive = test.result_code == "1" or at.rules.says("positive", result)
        negative = test.result_code == "2" or at.rules.says("negative", f"{name} {result}")
        date, first = known(test.date), at.facts.first_visit
        after = bool(date and first and date.earliest > first.latest)
        status = True if negative else False if positive and not after else None
        word = {True: "negative", False: "positive", None: "without a result of before the first dose"}[status]
        yield (
            status,
            Found(f"antibodies against the virus: {word}", (Basis("F.r.3", f"test {number}"),), sure=not after),
        )


def _is_of_before(at: Situation, test: str) -> bool:
    """Whether a test is for lasting antibodies against type 1: those against type 2, and IgM, say nothing of them."""
    says = at.rules.says
    is_of_virus = says("antibody", test) and says("virus-any", test)
    is_type_2 = says("virus-2", test) and not says("virus-1", test)
    is_acute = says("antibody-acute", test) and not says("antibody-lasting", test)
    return is_of_virus and not is_type_2 and not is_acute


def medication_error(at: Situation) -> Iterator[Found]:
    """An error of which no other flag says which it is."""
    told = [Found(f"reported: {one.name}", (one.basis,)) for one in at.meaning("medication-error")]
    told += intravenous_route(at)
    if told and not any(found.sure for rule in _ERRORS for found in rule(at)):
        yield from told


def _at(visit: Visit) -> tuple[Basis, ...]:
    return tuple(Basis("G.k.4.r", place) for place in visit.places)


def _of(gap: Gap) -> tuple[Basis, ...]:
    return tuple(Basis("G.k.4.r.4", place) for place in gap.places)


_ERRORS: tuple[Rule, ...] = (
    *(volume_per_visit, first_concentration, later_concentration, short_interval, thaw_storage),
)

RULES: dict[str, Rule] = {
    "volume-per-visit": volume_per_visit,
    "first-concentration": first_concentration,
    "later-concentration": later_concentration,
    "short-interval": short_interval,
    "long-interval": long_interval,
    "intravenous-route": intravenous_route,
    "intrahepatic-route": intrahepatic_route,
    "visceral-route": visceral_route,
    "other-route": other_route,
    "off-label": off_label,
    "visceral-indication": visceral_indication,
    "thaw-storage": thaw_storage,
    "lot-for-storage": lot_for_storage,
    "lot-missing": lot_missing,
    "seronegative": seronegative,
    "serostatus-unknown": serostatus_unknown,
    "medication-error": medication_error,
}
