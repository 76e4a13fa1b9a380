"""D of an E2B(R3) message: the patient, the history, and in a parent-child report the parent."""

from tvec_pv.domain.icsr import MedicalHistory, Parent, PastDrug
from tvec_pv.sources.hl7 import ICH_IDS, Node, Values, ich
from tvec_pv.sources.hl7_plans import (
    Draft,
    code,
    coded,
    codes,
    coding,
    day,
    each,
    extension,
    flag,
    identified,
    inside,
    interval,
    measured,
    number,
    one,
    quantity,
    term,
    terms,
    text,
    under,
    words,
)

_CONDITION = inside(
    {
        "code": term("term", "D.7.1.r.1"),
        "effectiveTime": interval(("start", "D.7.1.r.2"), ("end", "D.7.1.r.4")),
        "observation": coded(
            {
                ich(13): flag("continuing", "D.7.1.r.3"),
                ich(10): words("comment", "D.7.1.r.5"),
                ich(38): flag("is_family_history", "D.7.1.r.6"),
            }
        ),
    }
)
_HISTORY = under(
    "observation",
    coded(
        {ich(18): text("history_text", "D.7.2"), ich(11): flag("has_concomitant_therapies", "D.7.3")},
        other=each("history", MedicalHistory, _CONDITION),
    ),
)
_PAST_DRUGS = under(
    "substanceAdministration",
    each(
        "past_drugs",
        PastDrug,
        inside(
            {
                "effectiveTime": interval(("start", "D.8.r.4"), ("end", "D.8.r.5")),
                "instanceOfKind": under(
                    "kindOfProduct",
                    inside({"code": coding("code", "code_version", "code_system"), "name": text("name", "D.8.r.1")}),
                ),
                "observation": coded({ich(19): term("indication", "D.8.r.6"), ich(29): term("reaction", "D.8.r.7")}),
            }
        ),
    ),
)
_HISTORIES = {ich(1, 20): _HISTORY, ich(2, 20): _PAST_DRUGS}

_ABOUT_PARENT = coded(
    {
        ich(3): quantity("age", "D.10.2.2"),
        ich(22): day("last_menstrual_period", "D.10.3"),
        ich(7): number("weight_kg", "D.10.4"),
        ich(17): number("height_cm", "D.10.5"),
    },
    _HISTORIES,
)
_PARENT = one(
    "parent",
    Parent,
    inside(
        {
            "associatedPerson": inside(
                {
                    "name": text("identification", "D.10.1"),
                    "birthTime": day("birth_date", "D.10.2.1"),
                    "administrativeGenderCode": code("sex", "D.10.6"),
                }
            ),
            "observation": _ABOUT_PARENT,
            "organizer": _ABOUT_PARENT,
        }
    ),
    where="parent",
)


def _role(read: Values, node: Node, draft: Draft) -> None:
    if node.get("classCode") == "PRS":
        _PARENT(read, node, draft)


PERSON = inside(
    {
        "name": text("name", "D.1"),
        "administrativeGenderCode": code("sex", "D.5"),
        "birthTime": day("birth_date", "D.2.1"),
        "deceasedTime": day("death_date", "D.9.1"),
        "asIdentifiedEntity": under(
            "id",
            identified(
                {
                    f"{ICH_IDS}7": extension("gp_record_number", "D.1.1.1"),
                    f"{ICH_IDS}8": extension("specialist_record_number", "D.1.1.2"),
                    f"{ICH_IDS}9": extension("hospital_record_number", "D.1.1.3"),
                    f"{ICH_IDS}10": extension("investigation_number", "D.1.1.4"),
                }
            ),
        ),
        "role": _role,
    }
)

# What the observations and organizers of the primary role say of the patient: by value, and by act.
VALUES = {
    ich(3): measured("age", "D.2.2"),
    ich(16): quantity("gestation", "D.2.2.1"),
    ich(4): code("age_group", "D.2.3"),
    ich(7): number("weight_kg", "D.3"),
    ich(17): number("height_cm", "D.4"),
    ich(22): day("last_menstrual_period", "D.6"),
    ich(32): terms("causes_of_death", "D.9.2.r"),
    "C17049": codes("races", "FDA.D.11.r"),
    "C16564": code("ethnicity", "FDA.D.12"),
}
ACTS = _HISTORIES | {
    ich(5): inside(
        {
            "value": flag("autopsy", "D.9.3"),
            "observation": coded({ich(8): terms("autopsy_causes", "D.9.4.r")}),
        }
    ),
}
