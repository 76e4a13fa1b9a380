"""The small files of the inbox: what follows the batch, what breaks off, what is none of ours. Nobody here exists."""

from dataclasses import replace

from tests.factories import a_case, a_dose, a_drug, a_first_dose, a_patient, a_reaction, day, serious
from tests.samples import batch_flawed, batch_herpetic, batch_other, big_case
from tests.samples.kinds import (
    AMENDMENT,
    DUPLICATE,
    FOLLOW_UP,
    NEW,
    NULLIFICATION,
    OUT_OF_SCOPE,
    QUARANTINED,
    Message,
    Sample,
    SampleFile,
    e2b_file,
)
from tvec_pv.domain.icsr import Case, NullificationAmendment, Outcome, Quantity, Sex, Substance, Term, TestResult
from tvec_pv.domain.records import RecordClass

COLD_SORE_FOLLOW_UP = replace(
    batch_herpetic.COLD_SORE,
    created=day("20261103050000+0000"),
    latest_received=day("2026-10-26"),
    reactions=(replace(batch_herpetic.COLD_SORE.reactions[0], medically_confirmed=True),),
    drugs=(
        replace(
            batch_herpetic.COLD_SORE.drugs[0],
            doses=(a_first_dose("2026-08-03", "TV26A009"), a_dose("2026-08-24", "TV26A021")),
        ),
    ),
    tests=(TestResult(date=day("2026-09-04"), name=Term(name="Lip swab"), text="HSV-1 positive, T-VEC qPCR negative"),),
    narrative=f"{batch_herpetic.COLD_SORE.narrative} Follow-up: her physician confirms the cold sore, names the lots, "
    "and had in fact taken a swab, which held wild-type virus only.",
)

CELLULITIS_AMENDED = replace(
    batch_other.CELLULITIS,
    created=day("20261104050000+0000"),
    nullification_amendment=NullificationAmendment.AMENDMENT,
    nullification_amendment_reason="Lot of the second dose had been mistyped",
    drugs=(
        replace(
            batch_other.CELLULITIS.drugs[0],
            doses=(a_first_dose("2026-08-17", "TV26A021"), a_dose("2026-09-07", "TV26A021")),
        ),
        batch_other.CELLULITIS.drugs[1],
    ),
)

THROMBOSIS_NULLIFIED = replace(
    batch_other.THROMBOSIS,
    created=day("20261105050000+0000"),
    latest_received=day("2026-10-29"),
    nullification_amendment=NullificationAmendment.NULLIFICATION,
    nullification_amendment_reason="The patient had not been treated with the product",
)

WHITLOW_AGAIN = replace(batch_herpetic.WHITLOW, created=day("20261106050000+0000"))

PNEUMONITIS_LATE = replace(
    batch_other.PNEUMONITIS,
    created=day("20261006050000+0000"),
    latest_received=day("2026-10-06"),
    reactions=(replace(batch_other.PNEUMONITIS.reactions[0], outcome=Outcome.NOT_RECOVERED),),
    tests=(),
    narrative="Short of breath on stairs in the ninth week of the combination; CT is planned. First information.",
)

GIVEN_INTO_A_VEIN = a_case(
    "US-EXAMPLEBIO-2026000122",
    created=day("20261108050000+0000"),
    first_received=day("2026-10-23"),
    latest_received=day("2026-10-23"),
    patient=a_patient(name="B.A.", age=Quantity(value=59.0, unit="a"), sex=Sex.MALE),
    reactions=(
        a_reaction("Medication error", start=day("2026-10-20"), end=day("2026-10-20")),
        a_reaction(
            "Hypotension", seriousness=serious("hospitalisation"), start=day("2026-10-20"), end=day("2026-10-21")
        ),
        a_reaction("Pyrexia", start=day("2026-10-20"), end=day("2026-10-21")),
    ),
    drugs=(
        a_drug(
            doses=(
                a_first_dose("2026-09-29", "TV26A021"),
                a_dose("2026-10-20", "TV26A025", text="10^8 PFU/mL into a vein", route="Intravenous", route_code=None),
            )
        ),
    ),
    narrative="Two millilitres meant for a nodule ran into an intravenous line. Fever and low blood pressure within "
    "the hour; fluids and one night in hospital.",
)

CUT_OFF = a_case(
    "US-EXAMPLEBIO-2026000123",
    created=day("20261108050000+0000"),
    reactions=(a_reaction("Chills"),),
    narrative="This message breaks off in the middle of the file.",
)

OTHER_PRODUCT = a_case(
    "US-EXAMPLEBIO-2026000124",
    created=day("20261106050000+0000"),
    reactions=(a_reaction("Pyrexia", start=day("2026-09-23"), end=day("2026-09-24")),),
    drugs=(
        a_drug(
            "RP1 (vusolimogene oderparepvec)",
            substances=(Substance(name="vusolimogene oderparepvec"),),
            doses=(a_dose("2026-09-22", "EXR1-07", text="10^7 PFU/mL into lesions"),),
        ),
    ),
    narrative="Fever for a day after an injection of another oncolytic herpes virus, not T-VEC.",
)

NOT_READ = "critical: a note in a format that is not read"
NOTE = (
    "SYNTHETIC SAMPLE - nobody in here exists.\n\n"
    "Phone note, 29 October: clinic asks us to call back about a patient with chills after Imlygic.\n"
    "Details to follow by e-mail.\n"
)


def _one(name: str, stamp: str, case: Case, expected: RecordClass, shows: str, again: str = "") -> SampleFile:
    """A file of one message, sent at that time."""
    batch_id = f"EXAMPLEBIO-{stamp[:8]}"
    return e2b_file(name, (Message(case, expected, shows),), batch_id=batch_id, created=stamp, again=again)


def _broken_off() -> SampleFile:
    """Two messages, of which the second ends in mid-element."""
    messages = (
        Message(
            GIVEN_INTO_A_VEIN,
            NEW,
            "medication error: given into a vein; hypotension (unlisted), hospitalised; stands before the break",
        ),
        Message(CUT_OFF, QUARANTINED, ""),
    )
    whole = e2b_file(
        "imlygic_2026-11-08_broken-off.xml",
        messages,
        batch_id="EXAMPLEBIO-20261108",
        created="20261108060000+0000",
    )
    end = whole.content.index(b"This message breaks off") + 30
    lost = Sample("", QUARANTINED, "critical: the XML breaks off in the middle", "message 2 and all that follows")
    return replace(whole, content=whole.content[:end], samples=(whole.samples[0], lost))


def files() -> tuple[SampleFile, ...]:
    batch = (*batch_herpetic.MESSAGES, *batch_other.MESSAGES, *batch_flawed.MESSAGES)
    return (
        SampleFile("clinic_note_2026-10-29.txt", NOTE.encode(), (Sample("", QUARANTINED, NOT_READ),)),
        e2b_file("imlygic_2026-11-02_batch.xml", batch, batch_id="EXAMPLEBIO-20261102", created="20261102060000+0000"),
        _one(
            "imlygic_2026-11-03_follow-up.xml",
            "20261103060000+0000",
            COLD_SORE_FOLLOW_UP,
            FOLLOW_UP,
            "follow-up of the cold sore in the batch: lots, a swab, the physician's confirmation",
        ),
        _one(
            "imlygic_2026-11-04_amendment.xml",
            "20261104060000+0000",
            CELLULITIS_AMENDED,
            AMENDMENT,
            "amendment (C.1.11.1 = 2) of the cellulitis in the batch: a lot had been mistyped",
        ),
        _one(
            "imlygic_2026-11-05_nullification.xml",
            "20261105060000+0000",
            THROMBOSIS_NULLIFIED,
            NULLIFICATION,
            "nullification (C.1.11.1 = 1) of the deep vein thrombosis in the batch",
        ),
        _one(
            "imlygic_2026-11-06_sent-again.xml",
            "20261106060000+0000",
            WHITLOW_AGAIN,
            DUPLICATE,
            "the whitlow of the batch sent again: only C.1.2 and the ids of the envelope differ",
            again="-again",
        ),
        _one(
            "imlygic_2026-11-07_long-case.xml",
            "20261107060000+0000",
            big_case.MESSAGE.case,
            big_case.MESSAGE.expected,
            big_case.MESSAGE.shows,
        ),
        _broken_off(),
        _one(
            "imlygic_2026-11-09_late-version.xml",
            "20261109060000+0000",
            PNEUMONITIS_LATE,
            FOLLOW_UP,
            "an older version of the pneumonitis that comes after the newer one: kept, not the current version (info)",
        ),
        _one(
            "rp1_2026-11-06.xml",
            "20261106060000+0000",
            OTHER_PRODUCT,
            OUT_OF_SCOPE,
            "another product: vusolimogene oderparepvec (RP1) must not match",
        ),
    )
