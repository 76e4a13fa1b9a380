"""The batch of 2 November: herpetic infections, and the virus passed on to somebody else. Nobody here exists."""

from tests.factories import (
    a_case,
    a_dose,
    a_drug,
    a_first_dose,
    a_patient,
    a_reaction,
    a_reporter,
    another_drug,
    day,
    judged,
    serious,
)
from tests.samples.kinds import NEW, Message
from tvec_pv.domain.icsr import (
    ActionTaken,
    MedicalHistory,
    NullFlavor,
    Outcome,
    Qualification,
    Quantity,
    Sender,
    Sex,
    Substance,
    Summary,
    Term,
    TestResult,
)

EUROPE = Sender(type="1", organisation="Example Biologics Europe", department="Drug Safety", country="DE")
MELANOMA = MedicalHistory(term=Term(name="Malignant melanoma"), start=day("2025"), continuing=True)

COLD_SORE = a_case(
    "US-EXAMPLEBIO-2026000101",
    first_received=day("2026-09-21"),
    latest_received=day("2026-09-21"),
    reporters=(a_reporter(qualification=Qualification.CONSUMER),),
    patient=a_patient(name=NullFlavor.MSK, age=Quantity(value=71.0, unit="a"), history=(MELANOMA,)),
    reactions=(a_reaction("Cold sore", start=day("2026-09-02"), end=day("2026-09-08"), medically_confirmed=False),),
    drugs=(
        a_drug(
            doses=(
                a_first_dose("2026-08-03", NullFlavor.ASKU),
                a_dose("2026-08-24", NullFlavor.ASKU),
            )
        ),
    ),
    narrative="The patient herself called: nine days after her second visit a blister came up on the lower lip. It "
    "crusted and was gone within a week without any cream or tablet. Nobody took a swab. The next visit went ahead.",
)

KERATITIS = a_case(
    "FR-EXAMPLEBIO-2026000102",
    first_received=day("2026-09-14"),
    latest_received=day("2026-09-28"),
    expedited=True,
    sender=EUROPE,
    reporters=(
        a_reporter(
            title="Dr",
            given_name=NullFlavor.MSK,
            family_name=NullFlavor.MSK,
            organisation="Example Eye Clinic",
            city="Lyon",
            country="FR",
        ),
    ),
    patient=a_patient(name="C.D.", age=Quantity(value=58.0, unit="a"), sex=Sex.MALE, history=(MELANOMA,)),
    reactions=(
        a_reaction(
            "Kératite herpétique de l'œil droit",
            language="fra",
            translation="Herpetic keratitis",
            highlighted="3",
            seriousness=serious("other_important"),
            start=day("2026-09-05"),
            outcome=Outcome.RECOVERING,
            medically_confirmed=True,
            country="FR",
        ),
    ),
    drugs=(a_drug("Imlygic", doses=(a_first_dose("2026-08-03"), a_dose("2026-08-24", "TV26B002"))),),
    tests=(
        TestResult(
            date=day("2026-09-07"), name=Term(name="Corneal swab HSV-1 PCR"), text="positive; T-VEC qPCR pending"
        ),
    ),
    narrative="Between two visits the patient touched a weeping nodule on his cheek and then rubbed his right eye. "
    "Twelve days later the eye was red, painful and sensitive to light; the slit lamp showed a branching ulcer of the "
    "cornea. Ganciclovir gel and oral valaciclovir were started. The ophthalmologist feared for his sight.",
    reporter_comments="Self-inoculation by the fingers is the likeliest way.",
    summaries=(Summary(text="Kératite herpétique douze jours après la deuxième injection.", language="fra"),),
)

DISSEMINATED = a_case(
    "US-EXAMPLEBIO-2026000103",
    first_received=day("2026-10-02"),
    latest_received=day("2026-10-09"),
    expedited=True,
    local_report_type="1",
    combination_product=False,
    patient=a_patient(
        name="E.F.",
        age=Quantity(value=69.0, unit="a"),
        sex=Sex.MALE,
        weight_kg=78.0,
        history=(
            MELANOMA,
            MedicalHistory(term=Term(name="Chronic lymphocytic leukaemia"), start=day("2021-04"), continuing=True),
        ),
        death_date=day("2026-09-29"),
        causes_of_death=(Term(name="Disseminated herpetic infection"),),
        autopsy=False,
        races=("C41261",),
        ethnicity="C41222",
    ),
    reactions=(
        a_reaction(
            "Disseminated herpetic infection",
            highlighted="4",
            seriousness=serious("death", "hospitalisation"),
            start=day("2026-09-20"),
            outcome=Outcome.FATAL,
            medically_confirmed=True,
        ),
        a_reaction(
            "Herpes simplex hepatitis",
            seriousness=serious("death"),
            start=day("2026-09-22"),
            outcome=Outcome.FATAL,
            medically_confirmed=True,
        ),
    ),
    drugs=(
        a_drug(
            doses=(a_first_dose("2026-09-04"),),
            action_taken=ActionTaken.WITHDRAWN,
            reactions=(judged(1, "Related"), judged(2, "Related")),
        ),
        another_drug("Ibrutinib", indications=(Term(name="Chronic lymphocytic leukaemia"),)),
    ),
    tests=(
        TestResult(
            date=day("2026-09-24"),
            name=Term(name="Alanine aminotransferase"),
            value=Quantity(value=2140.0, unit="U/L"),
            normal_high=Quantity(value=45.0, unit="U/L"),
        ),
        TestResult(date=day("2026-09-24"), name=Term(name="T-VEC DNA in blood"), text="positive"),
    ),
    narrative="A man under ibrutinib for chronic lymphocytic leukaemia was treated although the label speaks against "
    "it. Sixteen days after the first visit vesicles spread over trunk and limbs, the liver enzymes rose fiftyfold "
    "and he died of liver failure in intensive care in spite of intravenous aciclovir. No autopsy was made.",
    sender_comments="T-VEC DNA in blood is found in most treated patients and proves no dissemination by itself.",
)

WHITLOW = a_case(
    "DE-EXAMPLEBIO-2026000104",
    first_received=day("2026-09-11"),
    latest_received=day("2026-09-11"),
    sender=EUROPE,
    reporters=(a_reporter(country="DE", qualification=Qualification.OTHER_HEALTH_PROFESSIONAL),),
    patient=a_patient(name=NullFlavor.MSK, age=Quantity(value=34.0, unit="a")),
    reactions=(
        a_reaction(
            "Nadelstichverletzung",
            language="deu",
            translation="Needle-stick injury",
            start=day("2026-08-24"),
            end=day("2026-08-24"),
            country="DE",
        ),
        a_reaction(
            "Herpetischer Umlauf am rechten Zeigefinger",
            language="deu",
            translation="Herpetic whitlow",
            start=day("2026-08-30"),
            end=day("2026-09-10"),
            country="DE",
            medically_confirmed=True,
        ),
    ),
    drugs=(
        a_drug(
            "Imlygic",
            doses=(
                a_dose(
                    "2026-08-24",
                    "TV26B002",
                    dose=None,
                    text="needle of a prepared syringe, 10^8 PFU/mL, pierced glove and skin",
                    route="Accidental exposure",
                    route_code=None,
                ),
            ),
            indications=(),
            action_taken=ActionTaken.NOT_APPLICABLE,
            reactions=(judged(2, "Related"),),
        ),
    ),
    tests=(TestResult(date=day("2026-08-31"), name=Term(name="Vesicle fluid T-VEC qPCR"), text="positive"),),
    narrative="A nurse pricked her index finger while drawing up the syringe. She washed and disinfected it at once. "
    "On the sixth day the fingertip swelled and small painful blisters appeared, and the virus of the product was "
    "found in them. Valaciclovir for ten days; healed. She stayed away from patients until then.",
)

ENCEPHALITIS = a_case(
    "GB-EXAMPLEBIO-2026000105",
    first_received=day("2026-09-17"),
    latest_received=day("2026-09-24"),
    expedited=True,
    sender=EUROPE,
    reporters=(a_reporter(country="GB", organisation="Example Infirmary", department="Neurology"),),
    patient=a_patient(name="G.H.", age=Quantity(value=63.0, unit="a"), history=(MELANOMA,)),
    reactions=(
        a_reaction(
            "HSV encephalitis",
            highlighted="4",
            seriousness=serious("life_threatening", "hospitalisation"),
            start=day("2026-09-12"),
            outcome=Outcome.NOT_RECOVERED,
            medically_confirmed=True,
            country="GB",
        ),
    ),
    drugs=(
        a_drug(
            "Imlygic",
            doses=(a_first_dose("2026-08-03"), a_dose("2026-08-24", "TV26B002"), a_dose("2026-09-07", "TV26B005")),
            action_taken=ActionTaken.WITHDRAWN,
            reactions=(judged(1, "Possible", from_first_dose=Quantity(value=40.0, unit="d")),),
        ),
    ),
    tests=(
        TestResult(date=day("2026-09-13"), name=Term(name="CSF HSV-1 PCR"), text="positive"),
        TestResult(date=day("2026-09-16"), name=Term(name="CSF T-VEC qPCR"), text="negative: wild-type virus"),
    ),
    narrative="Fever, confusion and a first seizure five days after the third visit. The cerebrospinal fluid held "
    "HSV-1 of the wild type; the test for the product was negative. Fourteen days of intravenous aciclovir in a high "
    "dependency unit were under way when this was written. No immune deficiency was known.",
)

NEONATE = a_case(
    "ES-EXAMPLEBIO-2026000106",
    first_received=day("2026-10-13"),
    latest_received=day("2026-10-15"),
    expedited=True,
    sender=EUROPE,
    reporters=(a_reporter(country="ES", organisation="Hospital Ejemplo", city="Valencia"),),
    patient=a_patient(name=NullFlavor.MSK, age=Quantity(value=16.0, unit="d"), age_group="1", sex=Sex.MALE),
    reactions=(
        a_reaction(
            "Herpes neonatal",
            language="spa",
            translation="Neonatal herpes",
            seriousness=serious("life_threatening", "hospitalisation"),
            start=day("2026-10-08"),
            outcome=Outcome.RECOVERING,
            medically_confirmed=True,
            country="ES",
        ),
        a_reaction(
            "Transmisión del virus por contacto con la abuela",
            language="spa",
            translation="Transmission of an infectious agent via product",
            seriousness=serious("other_important"),
            start=day("2026-10-04"),
            outcome=Outcome.UNKNOWN,
            country="ES",
        ),
    ),
    drugs=(
        a_drug(
            "Imlygic",
            substances=(Substance(name="talimogene laherparepvec"),),
            doses=(
                a_dose(
                    "2026-09-30",
                    "TV26C001",
                    dose=NullFlavor.NA,
                    text="the grandmother was treated; the infant touched her dressing",
                    route="Contact with the dressing of a treated person",
                    route_code=None,
                ),
            ),
            indications=(),
            action_taken=ActionTaken.NOT_APPLICABLE,
        ),
    ),
    tests=(
        TestResult(date=day("2026-10-09"), name=Term(name="Vesicle HSV-1 PCR"), text="positive; T-VEC typing pending"),
    ),
    narrative="The grandmother held the newborn four days after her treatment; the dressing on her forearm had come "
    "loose and leaked. Four days later vesicles and fever brought the boy into hospital, where aciclovir is running "
    "into the vein. The mother has no history of herpes. Typing for the product is awaited.",
)

MESSAGES = (
    Message(
        COLD_SORE, NEW, "herpetic: cold sore told by a patient; masked initials (info), lot asked but unknown (warning)"
    ),
    Message(
        KERATITIS, NEW, "herpetic: keratitis, medically important; French words with translation, a summary in French"
    ),
    Message(
        DISSEMINATED, NEW, "herpetic: disseminated and fatal in a patient with leukaemia; US local fields, no autopsy"
    ),
    Message(WHITLOW, NEW, "herpetic in an exposed nurse: whitlow after a needle stick; German words with translation"),
    Message(
        ENCEPHALITIS, NEW, "herpetic: encephalitis of wild type, life-threatening, unlisted; opinion and time to onset"
    ),
    Message(NEONATE, NEW, "transmission to another person: newborn household contact, age in days; Spanish words"),
)
