"""B.1 of E2B(R2): the patient, the history and past medicines, death, and the parent in a parent-child report."""

from tvec_pv.domain.icsr import MedicalHistory, Parent, PastDrug, Patient, Term
from tvec_pv.sources.e2b_r2_codes import AGES, GESTATIONS, SEXES, YES_NO_UNKNOWN
from tvec_pv.sources.e2b_r2_values import Group, R2Values


def read_patient(read: R2Values, patient: Group) -> Patient:
    read.where = "patient"
    death = read.group(patient, "patientdeath", "D.9")
    parent = read.group(patient, "parent", "D.10")
    found = Patient(
        name=read.masked(patient, "patientinitial", "D.1"),
        gp_record_number=read.masked(patient, "patientgpmedicalrecordnumb", "D.1.1.1"),
        specialist_record_number=read.masked(patient, "patientspecialistrecordnumb", "D.1.1.2"),
        hospital_record_number=read.masked(patient, "patienthospitalrecordnumb", "D.1.1.3"),
        investigation_number=read.masked(patient, "patientinvestigationnumb", "D.1.1.4"),
        birth_date=read.day(patient, "patientbirthdate", "D.2.1"),
        age=read.quantity(patient, "patientonsetage", "D.2.2", AGES),
        gestation=read.quantity(patient, "gestationperiod", "D.2.2.1", GESTATIONS),
        age_group=read.text(patient, "patientagegroup", "D.2.3"),
        weight_kg=read.number(patient, "patientweight", "D.3"),
        height_cm=read.number(patient, "patientheight", "D.4"),
        sex=read.code(patient, "patientsex", SEXES, "D.5"),
        last_menstrual_period=read.day(patient, "patientlastmenstrualdate", "D.6", "lastmenstrualdateformat"),
        history=tuple(
            _condition(read, one, "patientepisodename", "patientepisodenamemeddraversion", "patient")
            for one in read.groups(patient, "medicalhistoryepisode", "D.7.1.r")
        ),
        history_text=read.text(patient, "patientmedicalhistorytext", "D.7.2"),
        past_drugs=tuple(
            _past_drug(read, one, "patient", "patientindicationmeddraversion", "patientdrgreactionmeddraversion")
            for one in read.groups(patient, "patientpastdrugtherapy", "D.8.r")
        ),
        death_date=read.day(death, "patientdeathdate", "D.9.1"),
        causes_of_death=tuple(
            term
            for one in read.groups(death, "patientdeathcause", "D.9.2.r")
            if (term := read.term(one, "patientdeathreport", "patientdeathreportmeddraversion", "D.9.2.r"))
        ),
        autopsy=read.flag(death, "patientautopsyyesno", "D.9.3", YES_NO_UNKNOWN),
        autopsy_causes=tuple(
            term
            for one in read.groups(death, "patientautopsy", "D.9.4.r")
            if (term := read.term(one, "patientdetermineautopsy", "patientdetermautopsmeddraversion", "D.9.4.r"))
        ),
        parent=_parent(read, parent) if parent else None,
    )
    read.where = ""
    return found


def _condition(read: R2Values, episode: Group, name: str, version: str, whose: str) -> MedicalHistory:
    """B.1.7.1 of the patient and B.1.10.7.1 of the parent differ in the beginning of their names."""
    return MedicalHistory(
        term=read.term(episode, name, version, "D.7.1.r.1") or Term(),
        start=read.day(episode, f"{whose}medicalstartdate", "D.7.1.r.2"),
        continuing=read.flag(episode, f"{whose}medicalcontinue", "D.7.1.r.3", YES_NO_UNKNOWN),
        end=read.day(episode, f"{whose}medicalenddate", "D.7.1.r.4"),
        comment=read.text(episode, f"{whose}medicalcomment", "D.7.1.r.5"),
    )


def _past_drug(read: R2Values, therapy: Group, whose: str, indication_version: str, reaction_version: str) -> PastDrug:
    return PastDrug(
        name=read.text(therapy, f"{whose}drugname", "D.8.r.1"),
        start=read.day(therapy, f"{whose}drugstartdate", "D.8.r.4"),
        end=read.day(therapy, f"{whose}drugenddate", "D.8.r.5"),
        indication=read.term(therapy, f"{whose}drugindication", indication_version, "D.8.r.6"),
        reaction=read.term(therapy, f"{whose}drugreaction", reaction_version, "D.8.r.7"),
    )


def _parent(read: R2Values, parent: Group) -> Parent:
    return Parent(
        identification=read.masked(parent, "parentidentification", "D.10.1"),
        birth_date=read.day(parent, "parentbirthdate", "D.10.2.1"),
        age=read.quantity(parent, "parentage", "D.10.2.2", AGES),
        last_menstrual_period=read.day(parent, "parentlastmenstrualdate", "D.10.3"),
        weight_kg=read.number(parent, "parentweight", "D.10.4"),
        height_cm=read.number(parent, "parentheight", "D.10.5"),
        sex=read.code(parent, "parentsex", SEXES, "D.10.6"),
        history=tuple(
            _condition(read, one, "parentmedicalepisodename", "parentmdepisodemeddraversion", "parent")
            for one in read.groups(parent, "parentmedicalhistoryepisode", "D.10.7.1.r")
        ),
        history_text=read.text(parent, "parentmedicalrelevanttext", "D.10.7.2"),
        past_drugs=tuple(
            _past_drug(read, one, "parent", "parentdrgindicationmeddraversion", "parentdrgreactionmeddraversion")
            for one in read.groups(parent, "parentpastdrugtherapy", "D.10.8.r")
        ),
    )
