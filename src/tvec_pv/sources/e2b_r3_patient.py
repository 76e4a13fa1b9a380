"""D of an E2B(R3) message: the patient, the history, and in a parent-child report the parent."""

from collections.abc import Iterable

from tvec_pv.domain.icsr import Flag, MedicalHistory, Parent, PastDrug, Patient, Text
from tvec_pv.sources.hl7 import ICH_IDS, Node, Values, at, by_code, code_of, every, first, ich, words

RECORD_NUMBERS = tuple(f"{ICH_IDS}{number}" for number in (7, 8, 9, 10))


def read_patient(read: Values, role: Node | None) -> Patient:
    read.where = "patient"
    person = at(role, "player1")
    observations = by_code(every(role, "subjectOf2", "observation"))
    organizers = by_code(every(role, "subjectOf2", "organizer"))

    def value(code: str) -> Node | None:
        return at(first(observations.get(ich(code))), "value")

    history, history_text, has_concomitant = _history(read, organizers.get(ich("1", 20), ()))
    autopsy = first(observations.get(ich("5")))
    parent = next((node for node in every(person, "role") if node.get("classCode") == "PRS"), None)
    patient = Patient(
        name=read.text(at(person, "name"), "D.1"),
        record_numbers=tuple(
            node.get("extension", "")
            for node in every(person, "asIdentifiedEntity", "id")
            if node.get("root") in RECORD_NUMBERS and node.get("extension")
        ),
        birth_date=read.day(at(person, "birthTime"), "D.2.1"),
        age=read.measured(value("3"), "D.2.2"),
        gestation=read.quantity(value("16"), "D.2.2.1"),
        age_group=read.code(value("4"), "D.2.3"),
        weight_kg=read.number(value("7"), "D.3"),
        height_cm=read.number(value("17"), "D.4"),
        sex=read.code(at(person, "administrativeGenderCode"), "D.5"),
        last_menstrual_period=read.day(value("22"), "D.6"),
        history=history,
        history_text=history_text,
        has_concomitant_therapies=has_concomitant,
        past_drugs=_pastread_drugs(read, organizers.get(ich("2", 20), ())),
        death_date=read.day(at(person, "deceasedTime"), "D.9.1"),
        causes_of_death=read.terms(observations.get(ich("32"), ()), "D.9.2.r"),
        autopsy=read.flag(at(autopsy, "value"), "D.9.3"),
        autopsy_causes=read.terms(
            by_code(every(autopsy, "outboundRelationship2", "observation")).get(ich("8"), ()), "D.9.4.r"
        ),
        parent=None if parent is None else _parent(read, parent),
        races=tuple(
            code
            for key, found in observations.items()
            if key.code == "C17049"
            for node in found
            if isinstance(code := read.code(at(node, "value"), "FDA.D.11.r"), str)
        ),
        ethnicity=next(
            (
                read.code(at(found[0], "value"), "FDA.D.12")
                for key, found in observations.items()
                if key.code == "C16564"
            ),
            None,
        ),
    )
    read.where = ""
    return patient


def _history(read: Values, organizers: Iterable[Node]) -> tuple[tuple[MedicalHistory, ...], Text, Flag]:
    history: list[MedicalHistory] = []
    text: Text = None
    has_concomitant: Flag = None
    for organizer in organizers:
        for node in every(organizer, "component", "observation"):
            code = code_of(node)
            if code == ich("18"):
                text = read.text(at(node, "value"), "D.7.2")
            elif code == ich("11"):
                has_concomitant = read.flag(at(node, "value"), "D.7.3")
            else:
                history.append(_condition(read, node))
    return tuple(history), text, has_concomitant


def _condition(read: Values, node: Node) -> MedicalHistory:
    start, end, _ = read.interval(at(node, "effectiveTime"), ("D.7.1.r.2", "D.7.1.r.4", ""))
    inner = by_code(every(node, "inboundRelationship", "observation"))
    outer = by_code(every(node, "outboundRelationship2", "observation"))
    comment = read.text(at(first(outer.get(ich("10"))), "value"), "D.7.1.r.5")
    return MedicalHistory(
        term=read.term(at(node, "code"), "D.7.1.r.1"),
        start=start,
        continuing=read.flag(at(first(inner.get(ich("13"))), "value"), "D.7.1.r.3"),
        end=end,
        comment=words(comment),
        is_family_history=read.flag(at(first(outer.get(ich("38"))), "value"), "D.7.1.r.6"),
    )


def _pastread_drugs(read: Values, organizers: Iterable[Node]) -> tuple[PastDrug, ...]:
    drugs = []
    for organizer in organizers:
        for node in every(organizer, "component", "substanceAdministration"):
            start, end, _ = read.interval(at(node, "effectiveTime"), ("D.8.r.4", "D.8.r.5", ""))
            about = by_code(every(node, "outboundRelationship2", "observation"))
            indication, reaction = first(about.get(ich("19"))), first(about.get(ich("29")))
            drugs.append(
                PastDrug(
                    name=read.text(at(node, "consumable", "instanceOfKind", "kindOfProduct", "name"), "D.8.r.1"),
                    start=start,
                    end=end,
                    indication=None if indication is None else read.term(at(indication, "value"), "D.8.r.6"),
                    reaction=None if reaction is None else read.term(at(reaction, "value"), "D.8.r.7"),
                )
            )
    return tuple(drugs)


def _parent(read: Values, role: Node) -> Parent:
    person = at(role, "associatedPerson")
    observations = by_code(every(role, "subjectOf2", "observation"))
    organizers = by_code(every(role, "subjectOf2", "organizer"))

    def value(code: str) -> Node | None:
        return at(first(observations.get(ich(code))), "value")

    history, history_text, _ = _history(read, organizers.get(ich("1", 20), ()))
    return Parent(
        identification=read.text(at(person, "name"), "D.10.1"),
        birth_date=read.day(at(person, "birthTime"), "D.10.2.1"),
        age=read.quantity(value("3"), "D.10.2.2"),
        last_menstrual_period=read.day(value("22"), "D.10.3"),
        weight_kg=read.number(value("7"), "D.10.4"),
        height_cm=read.number(value("17"), "D.10.5"),
        sex=read.code(at(person, "administrativeGenderCode"), "D.10.6"),
        history=history,
        history_text=history_text,
        past_drugs=_pastread_drugs(read, organizers.get(ich("2", 20), ())),
    )
