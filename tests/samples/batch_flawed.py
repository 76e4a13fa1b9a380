"""The batch of 2 November: what must be held back, and what passes with a warning. Nobody here exists."""

from tests.factories import a_case, a_dose, a_drug, a_first_dose, a_patient, a_reaction, a_reporter, day, serious
from tests.samples.batch_herpetic import EUROPE
from tests.samples.kinds import NEW, QUARANTINED, Message
from tvec_pv.domain.icsr import (
    NullFlavor,
    NullificationAmendment,
    Outcome,
    Patient,
    Quantity,
    Sex,
)

NOBODY = a_case(
    "US-EXAMPLEBIO-2026000116",
    first_received=day("2026-10-20"),
    latest_received=day("2026-10-20"),
    patient=Patient(name=NullFlavor.UNK),
    reactions=(a_reaction("Cold sore", start=None, outcome=Outcome.UNKNOWN),),
    drugs=(a_drug(doses=()),),
    narrative="At a meeting a doctor mentioned that several of her patients had cold sores during treatment. Who they "
    "are, how many, and when it happened is not known.",
)

NO_REACTION = a_case(
    "DE-EXAMPLEBIO-2026000117",
    first_received=day("2026-10-21"),
    latest_received=day("2026-10-21"),
    sender=EUROPE,
    reporters=(a_reporter(country="DE"),),
    reactions=(),
    narrative="The caller asked for the storage times after thawing and said nothing of a reaction.",
)

FUTURE = a_case(
    "FR-EXAMPLEBIO-2026000118",
    first_received=day("2026-10-21"),
    latest_received=day("2087-01-31"),
    sender=EUROPE,
    reporters=(a_reporter(country="FR"),),
    reactions=(a_reaction("Fatigue", start=day("2026-10-15"), country="FR"),),
    drugs=(a_drug("Imlygic", doses=(a_first_dose("2026-10-12", "TV26B009"),)),),
    narrative="Tired for three days after the first visit. The date of the newest information is a slip of the "
    "keyboard.",
)

UNKNOWN_NULLIFICATION = a_case(
    "US-EXAMPLEBIO-2025009999",
    first_received=day("2025-11-03"),
    latest_received=day("2026-10-22"),
    nullification_amendment=NullificationAmendment.NULLIFICATION,
    nullification_amendment_reason="Duplicate of a report of another sender",
    drugs=(a_drug(doses=(a_first_dose("2025-10-06", "TV25A003"), a_dose("2025-10-27", "TV25A017"))),),
    reactions=(a_reaction("Nausea", start=day("2025-10-28"), end=day("2025-10-29")),),
    narrative="Nausea for a day after the second visit. Withdrawn by the sender as a duplicate.",
)

DATES_CROSSED = a_case(
    "GB-EXAMPLEBIO-2026000119",
    first_received=day("2026-10-16"),
    latest_received=day("2026-10-16"),
    sender=EUROPE,
    reporters=(a_reporter(country="GB"),),
    patient=a_patient(name="U.V.", age=Quantity(value=134.0, unit="a"), sex=Sex.MALE, weight_kg=640.0),
    reactions=(
        a_reaction("Injection site pain", start=day("2026-10-07"), end=day("2026-10-05"), country="GB"),
        a_reaction("Headache", start=day("2026-07-01"), end=day("2026-07-02"), country="GB"),
    ),
    drugs=(a_drug("Imlygic", doses=(a_first_dose("2026-09-14"), a_dose("2026-10-05", "TV26B009"))),),
    narrative="Soreness where the nodule was injected, with a headache. Several figures of this report cannot be "
    "right.",
)

DEATH_NOT_FATAL = a_case(
    "US-EXAMPLEBIO-2026000120",
    first_received=day("2026-10-12"),
    latest_received=day("2026-10-12"),
    expedited=True,
    patient=a_patient(name="W.X.", age=NullFlavor.ASKU, sex=Sex.FEMALE),
    reactions=(
        a_reaction("Sepsis", seriousness=serious("death"), start=day("2026-10-01"), outcome=Outcome.RECOVERING),
        a_reaction("Vomiting", start=NullFlavor.UNK, outcome="9"),
    ),
    drugs=(a_drug(doses=(a_first_dose("2026-08-31"), a_dose("2026-09-21", None))),),
    narrative="Blood poisoning ten days after the second visit, with vomiting. The form marks death, the letter says "
    "she is recovering.",
)

MESSAGES = (
    Message(NOBODY, QUARANTINED, "critical: no identifiable patient ('several patients')"),
    Message(NO_REACTION, QUARANTINED, "critical: no reaction"),
    Message(FUTURE, QUARANTINED, "critical: date of the newest information lies in 2087"),
    Message(UNKNOWN_NULLIFICATION, QUARANTINED, "critical: nullifies a case that was never received"),
    Message(
        DATES_CROSSED,
        NEW,
        "injection site and systemic; warnings: end before start, onset before the first dose, age 134, weight 640 kg",
    ),
    Message(
        DEATH_NOT_FATAL,
        NEW,
        "other labelled: sepsis; warnings: criterion death but recovering, outcome code 9; age asked but unknown",
    ),
)
