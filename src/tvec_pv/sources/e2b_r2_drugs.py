"""B.4 of E2B(R2): every medicine, its one dosage, and what was thought of it.

R2 repeats a medicine for each of its dosages and gives neither medicines nor reactions a number: opinions and
rechallenge name the reaction by its term.
"""

from dataclasses import fields

from tvec_pv.domain.icsr import CausalityOpinion, Dose, Drug, DrugReaction, DrugRole, Quantity, Substance
from tvec_pv.domain.terms import normalise
from tvec_pv.sources.e2b_r2_codes import ACTIONS, DOSES, GESTATIONS, INTERVALS, ROUTES, TIMES
from tvec_pv.sources.e2b_r2_values import Group, R2Values

_REACTION_NAMES = ("reactionmeddrallt", "reactionmeddrapt", "primarysourcereaction")
_RECHALLENGES = {"1": "1", "2": "2", "3": "3"}


def read_drugs(read: R2Values, patient: Group, reactions: list[Group]) -> tuple[Drug, ...]:
    numbers = _numbers(read, reactions)
    found = []
    for number, one in enumerate(read.groups(patient, "drug", "G.k"), 1):
        read.where = f"drug {number}"
        found.append(_drug(read, one, str(number), reactions, numbers))
    read.where = ""
    return tuple(found)


def _numbers(read: R2Values, reactions: list[Group]) -> dict[str, str]:
    """The number of a reaction by each of its terms; the first of two that share one."""
    found: dict[str, str] = {}
    for number, one in enumerate(reactions, 1):
        for name in _REACTION_NAMES:
            if text := read.text(one, name, "E.i.2.1"):
                found.setdefault(normalise(text), str(number))
    return found


def _drug(read: R2Values, drug: Group, number: str, reactions: list[Group], numbers: dict[str, str]) -> Drug:
    dose, indication = _dose(read, drug), read.term(drug, "drugindication", "drugindicationmeddraversion", "G.k.7.r")
    return Drug(
        id=number,
        role=read.text(drug, "drugcharacterization", "G.k.1"),
        name=read.text(drug, "medicinalproduct", "G.k.2.2"),
        substances=tuple(
            Substance(name=name)
            for one in read.groups(drug, "activesubstance", "G.k.2.3.r")
            if (name := read.text(one, "activesubstancename", "G.k.2.3.r.1"))
        ),
        country_obtained=read.text(drug, "obtaindrugcountry", "G.k.2.4"),
        authorisation_number=read.text(drug, "drugauthorizationnumb", "G.k.3.1"),
        authorisation_country=read.text(drug, "drugauthorizationcountry", "G.k.3.2"),
        holder=read.text(drug, "drugauthorizationholder", "G.k.3.3"),
        doses=(dose,) if dose else (),
        cumulative_dose=read.quantity(
            drug, "drugcumulativedosagenumb", "G.k.5", DOSES, unit_name="drugcumulativedosageunit"
        ),
        gestation_at_exposure=read.quantity(drug, "reactiongestationperiod", "G.k.6", GESTATIONS),
        indications=(indication,) if indication else (),
        action_taken=read.code(drug, "actiondrug", ACTIONS, "G.k.8"),
        reactions=_matrix(read, drug, reactions, numbers),
        additional_text=read.text(drug, "drugadditional", "G.k.11"),
    )


def _dose(read: R2Values, drug: Group) -> Dose | None:
    found = Dose(
        dose=_amount(read, drug),
        interval=read.quantity(
            drug,
            "drugintervaldosageunitnumb",
            "G.k.4.r.2-3",
            INTERVALS,
            unit_name="drugintervaldosagedefinition",
        ),
        start=read.day(drug, "drugstartdate", "G.k.4.r.4"),
        end=read.day(drug, "drugenddate", "G.k.4.r.5"),
        duration=read.quantity(drug, "drugtreatmentduration", "G.k.4.r.6", TIMES),
        lot=read.text(drug, "drugbatchnumb", "G.k.4.r.7"),
        text=read.text(drug, "drugdosagetext", "G.k.4.r.8"),
        form=read.text(drug, "drugdosageform", "G.k.4.r.9.1"),
        route=read.code(drug, "drugadministrationroute", ROUTES, "G.k.4.r.10.1"),
        parent_route=read.code(drug, "drugparadministration", ROUTES, "G.k.4.r.11.1"),
    )
    return found if any(getattr(found, field.name) is not None for field in fields(found)) else None


def _amount(read: R2Values, drug: Group) -> Quantity | None:
    """The amount in one interval, as ICH converts it: R2 can say in how many portions it was given."""
    one = read.quantity(drug, "drugstructuredosagenumb", "G.k.4.r.1", DOSES, unit_name="drugstructuredosageunit")
    portions = read.number(drug, "drugseparatedosagenumb", "G.k.4.r.1")
    return one if one is None or portions is None else Quantity(value=one.value * portions, unit=one.unit)


def _matrix(read: R2Values, drug: Group, reactions: list[Group], numbers: dict[str, str]) -> tuple[DrugReaction, ...]:
    """G.k.9.i, by reaction in order of mention: opinions, then times to onset, then rechallenge."""
    opinions: dict[str | None, list[CausalityOpinion]] = {}
    for one in read.groups(drug, "drugreactionrelatedness", "G.k.9.i"):
        opinions.setdefault(_named(read, one, "drugreactionasses", numbers), []).append(
            CausalityOpinion(
                source=read.text(one, "drugassessmentsource", "G.k.9.i.2.r.1"),
                method=read.text(one, "drugassessmentmethod", "G.k.9.i.2.r.2"),
                result=read.text(one, "drugresult", "G.k.9.i.2.r.3"),
            )
        )
    first_doses = _intervals(read, drug, reactions, "drugstartperiod", "reactionfirsttime", "G.k.9.i.3.1")
    last_doses = _intervals(read, drug, reactions, "druglastperiod", "reactionlasttime", "G.k.9.i.3.2")
    again = _rechallenges(read, drug, reactions, numbers)
    return tuple(
        DrugReaction(
            reaction_id=number,
            opinions=tuple(opinions.get(number, ())),
            from_first_dose=first_doses.get(number),
            from_last_dose=last_doses.get(number),
            rechallenge=again.get(number),
        )
        for number in dict.fromkeys((*opinions, *first_doses, *last_doses, *again))
    )


def _intervals(
    read: R2Values, drug: Group, reactions: list[Group], of_drug: str, of_reaction: str, element: str
) -> dict[str | None, Quantity]:
    """R2 gives the time from a drug to the first reaction, and from the suspect drug to each reaction."""
    found: dict[str | None, Quantity] = {}
    if read.text(drug, "drugcharacterization", "G.k.1") in (DrugRole.SUSPECT, DrugRole.INTERACTING):
        for number, one in enumerate(reactions, 1):
            if interval := read.quantity(one, of_reaction, element, TIMES):
                found[str(number)] = interval
    if interval := read.quantity(drug, of_drug, element, TIMES):
        found["1"] = interval
    return dict(sorted(found.items(), key=lambda one: int(one[0] or 0)))


def _rechallenges(
    read: R2Values, drug: Group, reactions: list[Group], numbers: dict[str, str]
) -> dict[str | None, str]:
    """Whether a reaction came again. One that did is named; where none is, it is known of a sole reaction alone."""
    result = read.code(drug, "drugrecurreadministration", _RECHALLENGES, "G.k.9.i.4")
    if result is None:
        return {}
    named = [_named(read, one, "drugrecuraction", numbers) for one in read.groups(drug, "drugrecurrence", "G.k.9.i.4")]
    if not named:
        of_all: list[str | None] = [str(number) for number in range(1, len(reactions) + 1)]
        named = of_all if len(of_all) == 1 or result != "1" else [None]
    return dict.fromkeys(named, result)


def _named(read: R2Values, group: Group, name: str, numbers: dict[str, str]) -> str | None:
    text = read.text(group, name, "G.k.9.i.1")
    number = numbers.get(normalise(text)) if text else None
    if text and number is None:
        read.problem("READ-LINK", "names a reaction that is none of this report's", "G.k.9.i.1")
    return number
