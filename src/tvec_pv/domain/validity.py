"""The four minimum criteria of a valid ICSR (GVP VI.B.2, ICH E2D 5.1, 21 CFR 600.80).

A report that lacks one is not reportable, and never thrown away: it is held, with the criteria it lacks, until a
follow-up brings them.
"""

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import Case, Drug, NullFlavor, Patient, Reaction, is_suspect, known

MINIMUM_CRITERIA = ("VALID-REPORTER", "VALID-PATIENT", "VALID-REACTION", "VALID-PRODUCT")

# Null flavors that say somebody exists: masked for privacy, or asked for.
_EXISTS = (NullFlavor.MSK, NullFlavor.ASKU, NullFlavor.UNK)


def missing_criteria(case: Case) -> tuple[Finding, ...]:
    """A critical finding for each minimum criterion that the case does not meet."""
    absent = []
    if not has_reporter(case):
        absent.append(
            _missing("VALID-REPORTER", "no identifiable reporter: no qualification, name or country", "C.2.r")
        )
    if not has_patient(case.patient):
        absent.append(
            _missing(
                "VALID-PATIENT", "no identifiable patient: initials, age, age group, sex and birth date absent", "D"
            )
        )
    if not any(is_named(reaction) for reaction in case.reactions):
        absent.append(_missing("VALID-REACTION", "no reaction is named", "E.i"))
    if not any(is_suspect(drug) and names_a_medicine(drug) for drug in case.drugs):
        absent.append(_missing("VALID-PRODUCT", "no suspect or interacting medicine is named", "G.k"))
    return tuple(absent)


def has_reporter(case: Case) -> bool:
    return any(
        known(value) or value in _EXISTS
        for reporter in case.reporters
        for value in (
            reporter.qualification,
            reporter.country,
            reporter.family_name,
            reporter.given_name,
            reporter.organisation,
        )
    ) or any(known(reference) for reference in case.literature)


def has_patient(patient: Patient) -> bool:
    """Identifiable by any one of them; a masked name is a person, a name nobody knows is not."""
    return bool(
        known(patient.name)
        or patient.name is NullFlavor.MSK
        or patient.record_numbers
        or known(patient.gp_record_number)
        or known(patient.specialist_record_number)
        or known(patient.hospital_record_number)
        or known(patient.investigation_number)
        or known(patient.birth_date)
        or known(patient.age)
        or known(patient.age_group)
        or known(patient.sex)
        or patient.gestation
        or patient.parent
    )


def names_a_medicine(drug: Drug) -> bool:
    return bool(known(drug.name)) or any(known(substance.name) for substance in drug.substances)


def is_named(reaction: Reaction) -> bool:
    return bool(reaction.term.name or reaction.term.code or known(reaction.reported) or known(reaction.translation))


def _missing(check: str, message: str, element: str) -> Finding:
    return Finding(check, Severity.CRITICAL, message, element)
