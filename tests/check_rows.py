"""What fails each check of the suites, and what just passes it: written by hand, beside the check's sentence.

Each row is a change to a good case. Where the check finds it is said as the finding says it; nowhere when it passes.
"""

from typing import Any, NamedTuple

from tests.factories import (
    NOT_SERIOUS,
    a_dose,
    a_drug,
    a_patient,
    a_reaction,
    a_reporter,
    another_drug,
    day,
)
from tests.factories import serious as serious_by
from tvec_pv.domain.icsr import (
    CausalityOpinion,
    Document,
    DrugReaction,
    Identifier,
    MedicalHistory,
    NullFlavor,
    Parent,
    PastDrug,
    Quantity,
    Sender,
    Seriousness,
    Study,
    Substance,
    Summary,
    Term,
    TestResult,
)


class Row(NamedTuple):
    """A change to a good case, in words and as fields, and where the check finds it; nowhere when it just passes."""

    check: str
    change: str
    fields: dict[str, Any]
    found_at: tuple[str, ...] = ()


def case_(check, change, *, fails=False, **fields):
    return Row(check, change, fields, ("",) if fails else ())


def patient(check, change, *, fails=False, **fields):
    return case_(check, change, fails=fails, patient=a_patient(**fields))


def reaction(check, change, *, fails=False, **fields):
    """A second reaction of the case, changed."""
    changed = a_reaction(**{"reported": "Chills"} | fields)
    return Row(check, change, {"reactions": (a_reaction(), changed)}, ("reaction 2",) if fails else ())


def drug(check, change, *, fails=False, **fields):
    """The product, as the second of the case's medicines, changed."""
    changed = a_drug(**fields)
    return Row(check, change, {"drugs": (another_drug("nivolumab"), changed)}, ("drug 2",) if fails else ())


def dose(check, change, *, fails=False, **fields):
    return drug(check, change, fails=fails, doses=(a_dose(**fields),))


def named(letters):
    return {"sender_case_id": "X" * letters, "worldwide_id": "X" * letters}


ROWS = [
    case_("CASE-01", "no case number", fails=True, sender_case_id=None, worldwide_id=None),
    case_("CASE-01", "a blank case number", fails=True, sender_case_id="  ", worldwide_id=None),
    case_("CASE-01", "the sender's number alone", worldwide_id=None),
    case_("CASE-02", "a case number of 201 letters", fails=True, **named(201)),
    case_("CASE-02", "a case number of 200 letters", **named(200)),
    case_("CASE-03", "a case number of 101 letters", fails=True, **named(101)),
    case_("CASE-03", "a case number of 100 letters", **named(100)),
    case_("CASE-04", "no date of receipt", fails=True, first_received=None, latest_received=NullFlavor.NI),
    case_("CASE-04", "the first receipt alone", latest_received=None),
    case_("CASE-05", "received the day after tomorrow", fails=True, latest_received=day("2026-11-24")),
    case_("CASE-05", "received next month", fails=True, latest_received=day("2026-12")),
    case_("CASE-05", "received tomorrow, where it is tomorrow already", latest_received=day("2026-11-23")),
    case_("CASE-05", "received this month", latest_received=day("2026-11")),
    case_("CASE-06", "received the day before the licence", fails=True, latest_received=day("2015-10-26")),
    case_("CASE-06", "received on the day of the licence", latest_received=day("2015-10-27")),
    case_("CASE-06", "received in the month of the licence", latest_received=day("2015-10")),
    case_("CASE-07", "the newest older than the first", fails=True, first_received=day("2026-10-06")),
    case_("CASE-07", "the newest as old as the first", first_received=day("2026-10-05")),
    case_("CASE-07", "the first in the same month", first_received=day("2026-10")),
    case_("CASE-08", "no type of report", fails=True, report_type=None),
    case_("CASE-08", "a type of report", report_type="3"),
    case_("CASE-09", "type of report 5", fails=True, report_type="5"),
    case_("CASE-09", "type of report 0", fails=True, report_type="0"),
    case_("CASE-09", "type of report 4", report_type="4"),
    case_("CASE-10", "qualification 6", fails=True, reporters=(a_reporter(qualification="6"),)),
    case_("CASE-10", "qualification 5", reporters=(a_reporter(qualification="5"),)),
    case_("CASE-10", "qualification asked for", reporters=(a_reporter(qualification=NullFlavor.ASKU),)),
    case_("CASE-11", "reporter in DEU", fails=True, reporters=(a_reporter(country="DEU"),)),
    case_("CASE-11", "reporter in de", fails=True, reporters=(a_reporter(country="de"),)),
    case_("CASE-11", "reporter in D", fails=True, reporters=(a_reporter(country="D"),)),
    case_("CASE-11", "reporter in DE", reporters=(a_reporter(country="DE"),)),
    patient("CASE-12", "sex 3", fails=True, sex="3"),
    patient("CASE-12", "sex 0", fails=True, sex="0"),
    patient("CASE-12", "sex 1", sex="1"),
    patient("CASE-12", "sex masked", sex=NullFlavor.MSK),
    patient("CASE-13", "121 years", fails=True, age=Quantity(value=121.0, unit="a")),
    patient("CASE-13", "120 years", age=Quantity(value=120.0, unit="a")),
    patient("CASE-13", "1,441 months", fails=True, age=Quantity(value=1441.0, unit="mo")),
    patient("CASE-13", "1,440 months", age=Quantity(value=1440.0, unit="mo")),
    patient("CASE-13", "13 decades", fails=True, age=Quantity(value=13.0, unit="10.a")),
    patient("CASE-13", "minus one day", fails=True, age=Quantity(value=-1.0, unit="d")),
    patient("CASE-13", "no day old", age=Quantity(value=0.0, unit="d")),
    patient("CASE-14", "0.29 kg", fails=True, weight_kg=0.29),
    patient("CASE-14", "0.3 kg", weight_kg=0.3),
    patient("CASE-14", "350 kg", weight_kg=350.0),
    patient("CASE-14", "350.1 kg", fails=True, weight_kg=350.1),
    patient("CASE-15", "born the day after the receipt", fails=True, birth_date=day("2026-10-06")),
    patient("CASE-15", "born on the day of the receipt", birth_date=day("2026-10-05")),
    patient("CASE-15", "born in the month of the receipt", birth_date=day("2026-10")),
    patient("CASE-16", "67 years at onset, born 64.8 years before", fails=True, birth_date=day("1961-11-01")),
    patient("CASE-16", "67 years at onset, born 65.1 years before", birth_date=day("1961-08-01")),
    patient("CASE-16", "67 years at onset, born 68.9 years before", birth_date=day("1957-11-01")),
    patient("CASE-16", "67 years at onset, born 69.3 years before", fails=True, birth_date=day("1957-06-01")),
    patient("CASE-16", "67 years at onset, born in a year that allows 68.7", birth_date=day("1957")),
    patient("CASE-16", "67 years at onset, born in a year that allows 65.7 at most", birth_date=day("1961")),
    patient(
        "CASE-16", "67 years at onset, born in a year that allows 64.7 at most", fails=True, birth_date=day("1962")
    ),
    patient("CASE-17", "initials masked", fails=True, name=NullFlavor.MSK),
    patient("CASE-17", "initials unknown", name=NullFlavor.UNK),
    case_("CASE-18", "a narrative of 39 letters", fails=True, narrative="x" * 39),
    case_("CASE-18", "a narrative of 40 letters", narrative="x" * 40),
    case_("CASE-18", "no narrative", fails=True, narrative=None),
    case_("CASE-18", "a masked narrative", fails=True, narrative=NullFlavor.MSK),
    case_("CASE-19", "nullification or amendment 3", fails=True, nullification_amendment="3"),
    case_("CASE-19", "nullification", nullification_amendment="1"),
    case_("CASE-19", "amendment", nullification_amendment="2"),
    patient("CASE-20", "a date of death and no fatal reaction", fails=True, death_date=day("2026-09-30")),
    patient("CASE-20", "a cause of death and no fatal reaction", fails=True, causes_of_death=(Term(name="sepsis"),)),
    case_(
        "CASE-20",
        "a date of death and a fatal outcome",
        patient=a_patient(death_date=day("2026-09-30")),
        reactions=(a_reaction(outcome="5"),),
    ),
    case_(
        "CASE-20",
        "a date of death and the criterion of death",
        patient=a_patient(death_date=day("2026-09-30")),
        reactions=(a_reaction(seriousness=serious_by("death")),),
    ),
    case_("CASE-21", "the product concomitant", fails=True, drugs=(a_drug(role="2"),)),
    case_("CASE-21", "the product not administered", fails=True, drugs=(a_drug(role="4"),)),
    case_("CASE-21", "the product interacting", drugs=(a_drug(role="3"),)),
    case_("CASE-21", "the product suspect beside another", drugs=(another_drug("nivolumab"), a_drug())),
    reaction("REAC-01", "neither a code nor words", fails=True, reported=None),
    reaction("REAC-01", "a code alone", reported=None, term=Term(code="90000001")),
    reaction("REAC-01", "a translation alone", reported=NullFlavor.NI, translation="chills"),
    reaction("REAC-02", "a code of seven digits", fails=True, term=Term(code="9000001")),
    reaction("REAC-02", "a code of nine digits", fails=True, term=Term(code="900000001")),
    reaction("REAC-02", "a code with a letter", fails=True, term=Term(code="9000000A")),
    reaction("REAC-02", "a code of eight digits", term=Term(code="90000001")),
    reaction("REAC-03", "outcome 6", fails=True, outcome="6"),
    reaction("REAC-03", "outcome 5", outcome="5"),
    reaction("REAC-03", "outcome 0", outcome="0"),
    reaction("REAC-04", "no outcome", fails=True, outcome=None),
    reaction("REAC-04", "outcome not asked", fails=True, outcome=NullFlavor.NASK),
    reaction("REAC-04", "outcome unknown, by its code", outcome="0"),
    reaction("REAC-05", "not a word on seriousness", fails=True, seriousness=Seriousness()),
    reaction("REAC-05", "no information on each criterion", seriousness=NOT_SERIOUS),
    reaction("REAC-05", "one criterion denied", seriousness=Seriousness(death=False)),
    reaction("REAC-06", "death, yet recovered", fails=True, seriousness=serious_by("death"), outcome="1"),
    reaction("REAC-06", "death, and fatal", seriousness=serious_by("death"), outcome="5"),
    reaction("REAC-06", "no death, and recovered", seriousness=serious_by("hospitalisation"), outcome="1"),
    reaction("REAC-07", "ended the day before it began", fails=True, end=day("2026-09-06")),
    reaction("REAC-07", "ended on the day it began", end=day("2026-09-07")),
    reaction("REAC-07", "ended in the month it began", end=day("2026-09")),
    reaction("REAC-08", "began the day before the first dose", fails=True, start=day("2026-08-02")),
    reaction("REAC-08", "began on the day of the first dose", start=day("2026-08-03")),
    reaction("REAC-08", "began in the month of the first dose", start=day("2026-08")),
    reaction("REAC-09", "began the day after the receipt", fails=True, start=day("2026-10-06")),
    reaction("REAC-09", "began on the day of the receipt", start=day("2026-10-05")),
    reaction("REAC-09", "began in the month of the receipt", start=day("2026-10")),
    reaction("REAC-10", "occurred in USA", fails=True, country="USA"),
    reaction("REAC-10", "occurred in us", fails=True, country="us"),
    reaction("REAC-10", "occurred in US", country="US"),
    Row(
        "REAC-11",
        "the same reaction twice",
        {"reactions": (a_reaction("Chills"), a_reaction(), a_reaction("CHILLS."))},
        ("reaction 1", "reaction 3"),
    ),
    Row("REAC-11", "two reactions", {"reactions": (a_reaction("Chills"), a_reaction())}),
    drug("DRUG-01", "no name", fails=True, name=None, substances=()),
    drug("DRUG-01", "the substance alone", name=None, substances=(Substance(name="talimogene laherparepvec"),)),
    drug("DRUG-02", "no role", fails=True, role=None),
    drug("DRUG-02", "a role", role="2"),
    drug("DRUG-03", "role 5", fails=True, role="5"),
    drug("DRUG-03", "role 0", fails=True, role="0"),
    drug("DRUG-03", "role 4", role="4"),
    dose("DRUG-05", "no route", fails=True, route=None, route_code=None),
    dose("DRUG-05", "the route by its code", route=None),
    dose("DRUG-06", "no date of administration", fails=True, start=None),
    dose("DRUG-06", "the year of administration", start=day("2026"), end=None),
    dose("DRUG-07", "stopped the day before it was started", fails=True, end=day("2026-08-02")),
    dose("DRUG-07", "stopped on the day it was started", end=day("2026-08-03")),
    dose("DRUG-07", "stopped in the month it was started", end=day("2026-08")),
    dose("DRUG-08", "started the day after the receipt", fails=True, start=day("2026-10-06"), end=None),
    dose("DRUG-08", "started on the day of the receipt", start=day("2026-10-05"), end=None),
    dose("DRUG-09", "a dose of nothing", fails=True, dose=Quantity(value=0.0, unit="mL")),
    dose("DRUG-09", "a dose of less than nothing", fails=True, dose=Quantity(value=-1.0, unit="mL")),
    dose("DRUG-09", "a dose of a microlitre", dose=Quantity(value=0.001, unit="mL")),
    drug("DRUG-10", "action taken 5", fails=True, action_taken="5"),
    drug("DRUG-10", "action taken 8", fails=True, action_taken="8"),
    drug("DRUG-10", "action taken 9", action_taken="9"),
    drug("DRUG-10", "action taken 4", action_taken="4"),
    drug("DRUG-11", "no indication", fails=True, indications=()),
    drug("DRUG-11", "an indication by its code", indications=(Term(code="90000005"),)),
]


def study(check, change, *, fails=False, report_type="2", **fields):
    return case_(
        check, change, fails=fails, report_type=report_type, study=Study(**{"type": "1", "name": "A"} | fields)
    )


def parent(check, change, *, fails=False, **fields):
    return patient(check, change, fails=fails, parent=Parent(**fields))


def reporter(check, change, *, fails=False, **fields):
    """The second of two reporters, who is not the primary one."""
    changed = a_reporter(**{"is_primary": False} | fields)
    return Row(check, change, {"reporters": (a_reporter(), changed)}, ("reporter 2",) if fails else ())


def primary(check, change, *, fails=False, **fields):
    return Row(check, change, {"reporters": (a_reporter(**fields),)}, ("reporter 1",) if fails else ())


def identifier(check, change, *, fails=False, **fields):
    changed = Identifier(**{"source": "Agency", "number": "A-1"} | fields)
    return Row(check, change, {"other_ids": (changed,)}, ("identifier 1",) if fails else ())


def history(check, change, *, fails=False, **fields):
    changed = MedicalHistory(**{"term": Term(name="Asthma")} | fields)
    return Row(check, change, {"patient": a_patient(history=(changed,))}, ("medical history 1",) if fails else ())


def past(check, change, *, fails=False, **fields):
    changed = PastDrug(**{"name": "Ibuprofen"} | fields)
    return Row(check, change, {"patient": a_patient(past_drugs=(changed,))}, ("past medicine 1",) if fails else ())


def cause(check, change, *, fails=False, **fields):
    dead = a_patient(causes_of_death=(Term(**fields),))
    fatal = (a_reaction(outcome="5", seriousness=serious_by("death")),)
    return Row(check, change, {"patient": dead, "reactions": fatal}, ("cause of death 1",) if fails else ())


def a_test(check, change, *, fails=False, **fields):
    good = {"date": day("2026-09-10"), "name": Term(name="Temperature"), "value": Quantity(value=39.0, unit="Cel")}
    return Row(check, change, {"tests": (TestResult(**good | fields),)}, ("test 1",) if fails else ())


def this_dose(check, change, *, fails=False, **fields):
    """A dose of the product, which is the second medicine."""
    drugs = (another_drug("nivolumab"), a_drug(doses=(a_dose(**fields),)))
    return Row(check, change, {"drugs": drugs}, ("drug 2, dose 1",) if fails else ())


def assessed(check, change, *, fails=False, **fields):
    changed = DrugReaction(**{"reaction_id": "1"} | fields)
    return Row(
        check, change, {"drugs": (a_drug(reactions=(changed,)),)}, ("drug 1, reaction assessed 1",) if fails else ()
    )


def opinion(check, change, *, fails=False, in_study=False, **fields):
    said = CausalityOpinion(**{"source": "Reporter", "method": "Global introspection", "result": "Related"} | fields)
    pair = DrugReaction(reaction_id="1", opinions=(said,))
    changes = {"drugs": (a_drug(reactions=(pair,)),)}
    if in_study:
        changes |= {"report_type": "2", "study": Study(type="1", name="A")}
    return Row(check, change, changes, ("drug 1, reaction assessed 1, opinion 1",) if fails else ())


def at(where, check, change, **fields):
    """A change that the check finds at the place given; "-" is nowhere."""
    return Row(check, change, fields, () if where == "-" else (where,))


def a_fatal_case(**of_patient):
    """A case whose one reaction is fatal, and of whose patient more is said."""
    fatal = a_reaction(outcome="5", seriousness=serious_by("death"))
    return {"reactions": (fatal,), "patient": a_patient(**of_patient)}


ROWS += [
    case_("CASE-22", "no date of first receipt", fails=True, first_received=None),
    case_("CASE-22", "the date of first receipt unknown", first_received=NullFlavor.UNK),
    case_("CASE-23", "amended without a reason", fails=True, nullification_amendment="2"),
    case_(
        "CASE-23",
        "nullified, the reason masked",
        fails=True,
        nullification_amendment="1",
        nullification_amendment_reason=NullFlavor.MSK,
    ),
    case_(
        "CASE-23", "amended with a reason", nullification_amendment="2", nullification_amendment_reason="typing error"
    ),
    case_("CASE-23", "neither", nullification_amendment=None),
    case_("CASE-24", "more documents, none named", fails=True, has_more_documents=True),
    case_("CASE-24", "more documents, one named", has_more_documents=True, documents=(Document(title="Letter"),)),
    case_("CASE-24", "no more documents", has_more_documents=False),
    case_("CASE-25", "other numbers, none given", fails=True, has_other_ids=True),
    case_("CASE-25", "other numbers, one given", has_other_ids=True, other_ids=(Identifier(source="A", number="1"),)),
    study("CASE-26", "a study of no kind", fails=True, type=None),
    case_("CASE-26", "a report from a study without the study", fails=True, report_type="2"),
    study("CASE-26", "a clinical trial", type="1"),
    study("CASE-27", "study of kind 4", fails=True, type="4"),
    study("CASE-27", "study of kind 0", fails=True, type="0"),
    study("CASE-27", "study of kind 3", type="3"),
    study("CASE-28", "spontaneous, of a study", fails=True, report_type="1"),
    study("CASE-28", "of a study", report_type="2"),
    study("CASE-28", "spontaneous, a study without a kind", report_type="1", type=None),
    study("CASE-29", "a study without a name", fails=True, name=None),
    study("CASE-29", "a study by its sponsor's number", name=None, sponsor_number="001"),
    study("CASE-29", "spontaneous, a study without a name", report_type="1", name=None),
    case_("CASE-30", "no primary reporter", fails=True, reporters=(a_reporter(is_primary=False),)),
    case_("CASE-30", "no reporter", fails=True, reporters=()),
    case_("CASE-30", "one primary reporter of two", reporters=(a_reporter(), a_reporter(is_primary=False))),
    case_("CASE-31", "two primary reporters", fails=True, reporters=(a_reporter(), a_reporter())),
    case_("CASE-31", "one primary reporter", reporters=(a_reporter(),)),
    case_("CASE-32", "first sender 3", fails=True, first_sender="3"),
    case_("CASE-32", "first sender 2", first_sender="2"),
    case_("CASE-33", "sender of type 8", fails=True, sender=Sender(type="8", organisation="A")),
    case_("CASE-33", "sender of type 7", sender=Sender(type="7", organisation="A")),
    case_("CASE-34", "a company without a name", fails=True, sender=Sender(type="1")),
    case_("CASE-34", "a sender of type 6 without a name", fails=True, sender=Sender(type="6")),
    case_("CASE-34", "a patient without an organisation", sender=Sender(type="7")),
    case_("CASE-34", "a company with a name", sender=Sender(type="1", organisation="A")),
    case_("CASE-35", "a sender in GBR", fails=True, sender=Sender(type="7", country="GBR")),
    case_("CASE-35", "a sender in GB", sender=Sender(type="7", country="GB")),
    case_("CASE-36", "local type of report 3", fails=True, local_report_type="3"),
    case_("CASE-36", "local type of report 6", local_report_type="6"),
    case_("CASE-37", "expedited, of type 2", fails=True, expedited=True, local_report_type="2"),
    case_("CASE-37", "expedited, of type 1", expedited=True, local_report_type="1"),
    case_("CASE-37", "expedited, of type 6", expedited=True, local_report_type="6"),
    case_("CASE-38", "not expedited, of type 1", fails=True, expedited=False, local_report_type="1"),
    case_(
        "CASE-38",
        "expedited or not is not known, of type 1",
        fails=True,
        expedited=NullFlavor.NI,
        local_report_type="1",
    ),
    case_("CASE-38", "not expedited, of type 2", expedited=False, local_report_type="2"),
    case_("CASE-39", "no combination product, of type 4", fails=True, expedited=True, local_report_type="4"),
    case_("CASE-39", "no combination product, of type 5", fails=True, combination_product=False, local_report_type="5"),
    case_("CASE-39", "a combination product, of type 5", combination_product=True, local_report_type="5"),
    case_("CASE-39", "no combination product, of type 2", local_report_type="2"),
    patient("CASE-40", "age group 7", fails=True, age_group="7"),
    patient("CASE-40", "age group 6", age_group="6"),
    patient("CASE-40", "age group 0", age_group="0"),
    patient("CASE-42", "19.9 cm", fails=True, height_cm=19.9),
    patient("CASE-42", "20 cm", height_cm=20.0),
    patient("CASE-42", "250 cm", height_cm=250.0),
    patient("CASE-42", "251 cm", fails=True, height_cm=251.0),
    patient("CASE-43", "46 weeks pregnant", fails=True, gestation=Quantity(value=46.0, unit="wk")),
    patient("CASE-43", "45 weeks pregnant", gestation=Quantity(value=45.0, unit="wk")),
    patient("CASE-43", "280 days pregnant", gestation=Quantity(value=280.0, unit="d")),
    patient("CASE-43", "the fourth trimester", fails=True, gestation=Quantity(value=4.0, unit="{trimester}")),
    patient("CASE-43", "the third trimester", gestation=Quantity(value=3.0, unit="{trimester}")),
    patient("CASE-44", "a man's last menstrual period", fails=True, sex="1", last_menstrual_period=day("2026-07")),
    patient("CASE-44", "a woman's last menstrual period", sex="2", last_menstrual_period=day("2026-07")),
    patient("CASE-44", "a man's last menstrual period not applicable", sex="1", last_menstrual_period=NullFlavor.NA),
    at("", "CASE-45", "dead, no word on when", **a_fatal_case()),
    at("-", "CASE-45", "dead, and asked when", **a_fatal_case(death_date=NullFlavor.ASKU)),
    at("-", "CASE-45", "not dead"),
    at("", "CASE-46", "died on a date, no word on an autopsy", **a_fatal_case(death_date=day("2026-09-30"))),
    at("-", "CASE-46", "no autopsy", **a_fatal_case(death_date=day("2026-09-30"), autopsy=False)),
    at("-", "CASE-46", "an autopsy not asked for", **a_fatal_case(death_date=day("2026-09"), autopsy=NullFlavor.NASK)),
    at("-", "CASE-46", "the date of death unknown", **a_fatal_case(death_date=NullFlavor.UNK)),
    at("", "CASE-47", "found, not looked for", **a_fatal_case(autopsy=False, autopsy_causes=(Term(name="Sepsis"),))),
    at("-", "CASE-47", "found, looked for", **a_fatal_case(autopsy=True, autopsy_causes=(Term(name="Sepsis"),))),
    at("-", "CASE-47", "found, looking unknown", **a_fatal_case(autopsy_causes=(Term(name="Sepsis"),))),
    parent("CASE-48", "a parent without a sex", fails=True, weight_kg=60.0),
    parent("CASE-48", "a parent whose sex is masked", sex=NullFlavor.MSK),
    parent("CASE-49", "a parent of sex 3", fails=True, sex="3"),
    parent("CASE-49", "a parent of sex 2", sex="2"),
    case_("CASE-50", "the concomitant first", fails=True, drugs=(another_drug("aspirin"), a_drug())),
    case_("CASE-50", "the suspect first", drugs=(a_drug(), another_drug("aspirin"))),
    case_("CASE-50", "one that was not given first", drugs=(another_drug("aspirin", "4"), a_drug())),
    case_("CASE-51", "made the day before the newest information", fails=True, created=day("2026-10-04")),
    case_("CASE-51", "made on the day of the newest information", created=day("2026-10-05")),
    case_("CASE-51", "made in the month of the newest information", created=day("2026-10")),
    at(
        "",
        "CASE-52",
        "two versions of MedDRA",
        reactions=(
            a_reaction(term=Term(code="90000001", version="28.1")),
            a_reaction("Chills", term=Term(code="90000002", version="29.0")),
        ),
    ),
    at(
        "-",
        "CASE-52",
        "one version of MedDRA",
        reactions=(
            a_reaction(term=Term(code="90000001", version="29.0")),
            a_reaction("Chills", term=Term(code="90000002", version="29.0")),
        ),
    ),
    case_("CASE-53", "a summary in no language", fails=True, summaries=(Summary(text="Ein Fall"),)),
    case_("CASE-53", "a summary in German", summaries=(Summary(text="Ein Fall", language="deu"),)),
    primary("REPO-01", "the primary reporter of no country", fails=True, country=None),
    primary("REPO-01", "the primary reporter's country masked", country=NullFlavor.MSK),
    reporter("REPO-01", "another reporter of no country", country=None),
    primary("REPO-02", "the primary reporter without qualification", fails=True, qualification=None),
    primary("REPO-02", "the primary reporter's qualification unknown", qualification=NullFlavor.UNK),
    reporter("REPO-02", "another reporter without qualification", qualification=None),
    reporter("REPO-03", "another reporter of qualification 6", fails=True, qualification="6"),
    reporter("REPO-03", "another reporter of qualification 5", qualification="5"),
    primary("REPO-03", "the primary reporter of qualification 6", qualification="6"),
    reporter("REPO-04", "another reporter in DEU", fails=True, country="DEU"),
    reporter("REPO-04", "another reporter in DE", country="DE"),
    primary("REPO-04", "the primary reporter in DEU", country="DEU"),
    identifier("IDEN-01", "a number without a holder", fails=True, source=None),
    identifier("IDEN-01", "a number with its holder"),
    identifier("IDEN-02", "a holder without a number", fails=True, number=None),
    identifier("IDEN-02", "a holder with a number"),
    Row(
        "IDEN-03",
        "the same number twice",
        {"other_ids": (Identifier(source="A", number="1"),) * 2},
        ("identifier 1", "identifier 2"),
    ),
    Row(
        "IDEN-03",
        "the same number of two holders",
        {"other_ids": (Identifier(source="A", number="1"), Identifier(source="B", number="1"))},
    ),
    Row("IDEN-03", "no number twice", {"other_ids": (Identifier(source="A"),) * 2}),
    history("HIST-01", "a condition of no name", fails=True, term=Term(), continuing=True),
    history("HIST-01", "a condition by its code", term=Term(code="90000003", version="29.0")),
    history("HIST-01", "a condition in a comment", term=Term(), comment="asthma as a child"),
    history("HIST-02", "ended the day before it began", fails=True, start=day("2010-05-02"), end=day("2010-05-01")),
    history("HIST-02", "ended on the day it began", start=day("2010-05-02"), end=day("2010-05-02")),
    history("HIST-02", "ended in the month it began", start=day("2010-05-02"), end=day("2010-05")),
    history("HIST-03", "goes on, ended the day before the receipt", fails=True, continuing=True, end=day("2026-10-04")),
    history("HIST-03", "goes on, ended on the day of the receipt", continuing=True, end=day("2026-10-05")),
    history("HIST-03", "over, and ended before", continuing=False, end=day("2010")),
    at(
        "parent, medical history 1",
        "HIST-02",
        "a parent's, ended before it began",
        patient=a_patient(
            parent=Parent(
                sex="2", history=(MedicalHistory(term=Term(name="Asthma"), start=day("2000"), end=day("1999")),)
            )
        ),
    ),
    past("PAST-01", "a medicine of no name", fails=True, name=None, start=day("2020")),
    past("PAST-01", "a medicine of unknown name", name=NullFlavor.UNK, start=day("2020")),
    past(
        "PAST-02", "stopped the day before it was started", fails=True, start=day("2020-02-02"), end=day("2020-02-01")
    ),
    past("PAST-02", "stopped on the day it was started", start=day("2020-02-02"), end=day("2020-02-02")),
    cause("CAUS-01", "a code without words", fails=True, code="90000004", version="29.0"),
    cause("CAUS-01", "a code with words", code="90000004", version="29.0", name="Sepsis"),
    cause("CAUS-01", "words alone", name="Sepsis"),
    Row(
        "REAC-12",
        "two reactions of one identifier",
        {"reactions": (a_reaction(id="r1"), a_reaction("Chills", id="r1"))},
        ("reaction 1", "reaction 2"),
    ),
    Row(
        "REAC-12",
        "two reactions of two identifiers",
        {"reactions": (a_reaction(id="r1"), a_reaction("Chills", id="r2"))},
    ),
    reaction("REAC-13", "translated from no language", fails=True, translation="chills", language=None),
    reaction("REAC-13", "translated from German", translation="chills", language="deu"),
    reaction("REAC-13", "not translated", language=None),
    reaction("REAC-14", "in language 'en'", fails=True, language="en"),
    reaction("REAC-14", "in language 'eng'", language="eng"),
    reaction("REAC-15", "highlighted 5", fails=True, highlighted="5"),
    reaction("REAC-15", "highlighted 4", highlighted="4", seriousness=serious_by("other_important")),
    reaction("REAC-16", "called serious, no criterion", fails=True, highlighted="3"),
    reaction(
        "REAC-16",
        "called not serious, with a criterion",
        fails=True,
        highlighted="1",
        seriousness=serious_by("hospitalisation"),
    ),
    reaction("REAC-16", "called serious, with a criterion", highlighted="3", seriousness=serious_by("hospitalisation")),
    reaction("REAC-16", "called not serious, no criterion", highlighted="2"),
    reaction("REAC-17", "fatal, without the criterion", fails=True, outcome="5"),
    reaction("REAC-17", "fatal, with the criterion", outcome="5", seriousness=serious_by("death")),
    reaction("REAC-17", "not fatal", outcome="4"),
    at("reaction 1", "REAC-18", "began the day after the death", **a_fatal_case(death_date=day("2026-09-06"))),
    at("-", "REAC-18", "began on the day of the death", **a_fatal_case(death_date=day("2026-09-07"))),
    at("-", "REAC-18", "began in the month of the death", **a_fatal_case(death_date=day("2026-09"))),
    reaction("REAC-19", "ended, and not recovered", fails=True, end=day("2026-09-10"), outcome="3"),
    reaction("REAC-19", "ended, and recovered", end=day("2026-09-10"), outcome="1"),
    reaction("REAC-19", "not recovered", outcome="3"),
    reaction("REAC-20", "no country of occurrence", fails=True, country=None),
    reaction("REAC-20", "a country of occurrence", country="FR"),
    a_test("TEST-01", "a result of no test", fails=True, name=Term()),
    a_test("TEST-01", "a test by its code", name=Term(code="90000006", version="29.0")),
    a_test("TEST-02", "a test on no date", fails=True, date=None),
    a_test("TEST-02", "a test on an unknown date", date=NullFlavor.UNK),
    a_test("TEST-03", "a test without a result", fails=True, value=None),
    a_test("TEST-03", "a result in words", value=None, text="high"),
    a_test("TEST-03", "a result by its code", value=None, result_code="1"),
    a_test("TEST-03", "a result above a limit", value=None, low=Quantity(value=5.0, unit="mg"), high=NullFlavor.PINF),
    a_test("TEST-04", "result 5", fails=True, result_code="5"),
    a_test("TEST-04", "result 4", result_code="4"),
    a_test("TEST-05", "from 6 to 5", fails=True, low=Quantity(value=6.0, unit="g"), high=Quantity(value=5.0, unit="g")),
    a_test("TEST-05", "from 5 to 5", low=Quantity(value=5.0, unit="g"), high=Quantity(value=5.0, unit="g")),
    a_test("TEST-05", "from 6 mg to 5 g", low=Quantity(value=6.0, unit="mg"), high=Quantity(value=5.0, unit="g")),
    a_test(
        "TEST-06",
        "normal from 38 to 36",
        fails=True,
        normal_low=Quantity(value=38.0, unit="Cel"),
        normal_high=Quantity(value=36.0, unit="Cel"),
    ),
    a_test(
        "TEST-06",
        "normal from 36 to 38",
        normal_low=Quantity(value=36.0, unit="Cel"),
        normal_high=Quantity(value=38.0, unit="Cel"),
    ),
    Row(
        "DRUG-12",
        "two medicines of one identifier",
        {"drugs": (a_drug(id="d1"), another_drug("aspirin", id="d1"))},
        ("drug 1", "drug 2"),
    ),
    Row("DRUG-12", "two medicines of two identifiers", {"drugs": (a_drug(id="d1"), another_drug("aspirin", id="d2"))}),
    drug("DRUG-13", "authorised nowhere", fails=True, authorisation_number="125518"),
    drug("DRUG-13", "authorised in the US", authorisation_number="125518", authorisation_country="US"),
    drug("DRUG-14", "authorised in USA", fails=True, authorisation_country="USA"),
    drug("DRUG-14", "authorised in EU", authorisation_country="EU"),
    drug("DRUG-15", "obtained in USA", fails=True, country_obtained="USA"),
    drug("DRUG-15", "obtained in US", country_obtained="US"),
    drug("DRUG-16", "additional information 12", fails=True, additional_codes=("12",)),
    drug("DRUG-16", "additional information 11", additional_codes=("1", "11")),
    drug("DRUG-17", "a similar device that was given", fails=True, fda_other_role="1", role="1"),
    at(
        "drug 1", "DRUG-17", "a similar device of no combination product", drugs=(a_drug(fda_other_role="1", role="4"),)
    ),
    at(
        "-",
        "DRUG-17",
        "a similar device of a combination product, not given",
        combination_product=True,
        drugs=(a_drug(fda_other_role="1", role="4"),),
    ),
    this_dose("DOSE-01", "neither amount nor words", fails=True, dose=None, text=None),
    this_dose("DOSE-01", "words alone", dose=None),
    this_dose("DOSE-01", "an amount alone", text=None),
    this_dose("DOSE-04", "route IV", fails=True, route_code="IV"),
    this_dose("DOSE-04", "route 20032000", route_code="20032000"),
    this_dose("DOSE-04", "route ROA-20032000", route_code="ROA-20032000"),
    this_dose("DOSE-04", "route 026", route_code="026"),
    at(
        "drug 1, dose 2",
        "DOSE-05",
        "given the day after the death",
        reactions=(a_reaction(outcome="5", seriousness=serious_by("death")),),
        patient=a_patient(death_date=day("2026-08-23"), autopsy=False),
    ),
    at(
        "-",
        "DOSE-05",
        "given on the day of the death",
        reactions=(a_reaction(outcome="5", seriousness=serious_by("death")),),
        patient=a_patient(death_date=day("2026-08-24"), autopsy=False),
    ),
    assessed("ASSE-01", "of a reaction that is not there", fails=True, reaction_id="elsewhere"),
    assessed("ASSE-01", "of the case's reaction"),
    assessed("ASSE-01", "of no reaction", reaction_id=None),
    assessed("ASSE-02", "given again, 5", fails=True, rechallenge="5"),
    assessed("ASSE-02", "given again, 4", rechallenge="4"),
    opinion("OPIN-01", "nobody's", fails=True, source=None),
    opinion("OPIN-01", "the reporter's"),
    opinion("OPIN-02", "by no method, in a study", fails=True, in_study=True, method=None),
    opinion("OPIN-02", "by no method, spontaneous", method=None),
    opinion("OPIN-02", "by a method, in a study", in_study=True),
    opinion("OPIN-03", "none", fails=True, result=None),
    opinion("OPIN-03", "related"),
    at("", "DATE-01", "made the day after tomorrow", created=day("2026-11-24")),
    at("-", "DATE-01", "made tomorrow, where it is tomorrow already", created=day("2026-11-23")),
    at(
        "drug 2, dose 1",
        "DATE-01",
        "a dose next year",
        drugs=(another_drug("nivolumab"), a_drug(doses=(a_dose(start=day("2027"), end=None),))),
    ),
    at(
        "medical history 1",
        "DATE-02",
        "ill the day before the birth",
        patient=a_patient(
            age=None,
            birth_date=day("1960-03-02"),
            history=(MedicalHistory(term=Term(name="A"), start=day("1960-03-01")),),
        ),
    ),
    at(
        "-",
        "DATE-02",
        "ill on the day of the birth",
        patient=a_patient(
            age=None,
            birth_date=day("1960-03-02"),
            history=(MedicalHistory(term=Term(name="A"), start=day("1960-03-02")),),
        ),
    ),
    at(
        "-",
        "DATE-02",
        "the parent's birth",
        patient=a_patient(age=None, birth_date=day("1960-03-02"), parent=Parent(sex="2", birth_date=day("1935"))),
    ),
    patient("DATE-03", "born in 1899", fails=True, age=None, birth_date=day("1899-12-31")),
    patient("DATE-03", "born in 1900", age=None, birth_date=day("1900-01-01")),
    case_("DATE-04", "received in a month", fails=True, latest_received=day("2026-10")),
    case_("DATE-04", "received on a day", latest_received=day("2026-10-05")),
    this_dose("AMOU-01", "a dose of 3", fails=True, dose=Quantity(value=3.0)),
    this_dose("AMOU-01", "a dose of 3 mL", dose=Quantity(value=3.0, unit="mL")),
    a_test("AMOU-01", "a result of 39", fails=True, value=Quantity(value=39.0)),
    patient("AMOU-02", "67 years, written 'yr'", fails=True, age=Quantity(value=67.0, unit="yr")),
    patient("AMOU-02", "67 years, written 'a'", age=Quantity(value=67.0, unit="a")),
    patient("AMOU-02", "7 decades", age=Quantity(value=7.0, unit="10.a")),
    at(
        "parent",
        "AMOU-03",
        "a parent of 400 months",
        patient=a_patient(parent=Parent(sex="2", age=Quantity(value=400.0, unit="mo"))),
    ),
    at(
        "-",
        "AMOU-03",
        "a parent of 34 years",
        patient=a_patient(parent=Parent(sex="2", age=Quantity(value=34.0, unit="a"))),
    ),
    reaction("AMOU-04", "for 3 'days'", fails=True, duration=Quantity(value=3.0, unit="days")),
    reaction("AMOU-04", "for 3 d", duration=Quantity(value=3.0, unit="d")),
    assessed(
        "AMOU-04", "14 'days' after the first dose", fails=True, from_first_dose=Quantity(value=14.0, unit="days")
    ),
    patient("AMOU-05", "20 'weeks' pregnant", fails=True, gestation=Quantity(value=20.0, unit="weeks")),
    patient("AMOU-05", "20 wk pregnant", gestation=Quantity(value=20.0, unit="wk")),
    this_dose("AMOU-06", "every 3 'weeks'", fails=True, interval=Quantity(value=3.0, unit="weeks")),
    this_dose("AMOU-06", "every 3 wk", interval=Quantity(value=3.0, unit="wk")),
    this_dose("AMOU-06", "as necessary", interval=Quantity(value=1.0, unit="{asnecessary}")),
    this_dose("AMOU-07", "minus one mL", fails=True, dose=Quantity(value=-1.0, unit="mL")),
    this_dose("AMOU-07", "a thousandth mL", dose=Quantity(value=0.001, unit="mL")),
    a_test("AMOU-07", "minus two mmol/L", value=Quantity(value=-2.0, unit="mmol/L")),
    history("TERM-01", "a code of seven digits", fails=True, term=Term(code="9000003", version="29.0")),
    history("TERM-01", "a code of eight digits", term=Term(code="90000003", version="29.0")),
    at(
        "-",
        "TERM-01",
        "a reaction's code of seven digits",
        reactions=(a_reaction(term=Term(code="9000001", version="29.0")),),
    ),
    history("TERM-02", "a code of no version", fails=True, term=Term(code="90000003")),
    history("TERM-02", "words of no version", term=Term(name="Asthma")),
    history("TERM-02", "a code of version 29.0", term=Term(code="90000003", version="29.0")),
    history("TERM-03", "a version of no code", fails=True, term=Term(name="Asthma", version="29.0")),
    history("TERM-03", "a version of a code", term=Term(code="90000003", version="29.0")),
    history("TERM-04", "version 29", fails=True, term=Term(code="90000003", version="29")),
    history("TERM-04", "version 29.1", term=Term(code="90000003", version="29.1")),
    history("TERM-04", "version 8.0", term=Term(code="90000003", version="8.0")),
    patient("TEXT-01", "a record number of 20 letters", record_numbers=("x" * 20,)),
    at("record number 1", "TEXT-01", "a record number of 21 letters", patient=a_patient(record_numbers=("x" * 21,))),
    this_dose("TEXT-02", "a lot of 36 letters", fails=True, lot="x" * 36),
    this_dose("TEXT-02", "a lot of 35 letters", lot="x" * 35),
    study("TEXT-03", "a sponsor's number of 51 letters", fails=True, sponsor_number="x" * 51),
    study("TEXT-03", "a sponsor's number of 50 letters", sponsor_number="x" * 50),
    patient("TEXT-04", "initials of 61 letters", fails=True, name="x" * 61),
    patient("TEXT-04", "initials of 60 letters", name="x" * 60),
    case_("TEXT-05", "an organisation of 101 letters", fails=True, sender=Sender(type="1", organisation="x" * 101)),
    case_("TEXT-05", "an organisation of 100 letters", sender=Sender(type="1", organisation="x" * 100)),
    reaction("TEXT-06", "a reaction of 251 letters", fails=True, reported="x" * 251),
    reaction("TEXT-06", "a reaction of 250 letters", reported="x" * 250),
    cause("TEXT-06", "a cause of death of 251 letters", fails=True, name="x" * 251),
    at("literature reference 1", "TEXT-07", "a reference of 501 letters", literature=("x" * 501,)),
    at("-", "TEXT-07", "a reference of 500 letters", literature=("x" * 500,)),
    this_dose("TEXT-08", "a dose in 2,001 letters", fails=True, text="x" * 2001),
    this_dose("TEXT-08", "a dose in 2,000 letters", text="x" * 2000),
    patient("TEXT-09", "a history of 10,001 letters", fails=True, history_text="x" * 10_001),
    patient("TEXT-09", "a history of 10,000 letters", history_text="x" * 10_000),
    case_("TEXT-10", "comments of 20,001 letters", fails=True, sender_comments="x" * 20_001),
    case_("TEXT-10", "comments of 20,000 letters", sender_comments="x" * 20_000),
    case_("TEXT-11", "a narrative of 100,001 letters", fails=True, narrative="x" * 100_001),
    case_("TEXT-11", "a narrative of 100,000 letters", narrative="x" * 100_000),
    case_("TEXT-12", "a narrative with a letter that was lost", fails=True, narrative="Fi\ufffdvre " * 10),
    case_("TEXT-12", "a narrative with an accent", narrative="Fièvre " * 10),
]
