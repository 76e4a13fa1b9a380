"""The E2B(R2) file of the inbox, and the response of openFDA. Nobody in them exists."""

import json
from dataclasses import replace
from typing import Any

from tests.e2b_writer.r2 import r2_file, r2_report
from tests.factories import a_case, a_dose, a_drug, a_first_dose, a_patient, a_reaction, a_reporter, day, serious
from tests.samples.batch_herpetic import KERATITIS
from tests.samples.kinds import FOLLOW_UP, NEW, OUT_OF_SCOPE, Message, Sample, SampleFile
from tvec_pv.domain.icsr import NullFlavor, Outcome, Quantity, Sender, Sex, Term

SENDER = Sender(type="1", organisation="Example Partner", department="Pharmacovigilance", country="FR")

CELLULITIS = a_case(
    "FR-EXAMPLEPARTNER-0201",
    created=day("20261110"),
    first_received=day("2026-10-12"),
    latest_received=day("2026-10-19"),
    expedited=True,
    sender=SENDER,
    reporters=(a_reporter(family_name=NullFlavor.MSK, organisation="Hôpital d'Exemple", city="Orléans", country="FR"),),
    patient=a_patient(name="É.Ç.", age=Quantity(value=7.0, unit="10.a"), sex=Sex.MALE),
    reactions=(
        a_reaction(
            "Cellulite au point d'injection",
            language="fra",
            term=Term(name="Injection site cellulitis"),
            seriousness=serious("hospitalisation"),
            start=day("2026-10-02"),
            outcome=Outcome.RECOVERING,
            country="FR",
        ),
        a_reaction("Fièvre", language="fra", term=Term(name="Pyrexia"), start=day("2026-10-02"), country="FR"),
    ),
    drugs=(
        a_drug(
            "Imlygic",
            doses=(
                a_first_dose("2026-09-07", "TV26B004"),
                a_dose("2026-09-28", "TV26B005", form="Solution injectable"),
            ),
        ),
    ),
    narrative="Quatre jours après la deuxième séance, placard érythémateux chaud autour de la lésion traitée, fièvre à "
    "38,9 °C. Hospitalisé pour une antibiothérapie intraveineuse ; évolution favorable.",
)

FLU_LIKE = a_case(
    "DE-EXAMPLEPARTNER-0202",
    created=day("20261110"),
    first_received=day("2026-10-14"),
    latest_received=day("2026-10-14"),
    sender=SENDER,
    reporters=(a_reporter(qualification="5", country="DE"),),
    patient=a_patient(name=NullFlavor.MSK, age_group="6"),
    reactions=(
        a_reaction(
            "Grippeähnliche Beschwerden",
            language="deu",
            term=Term(name="Influenza like illness"),
            start=day("2026-10"),
            outcome=Outcome.UNKNOWN,
            country="DE",
        ),
    ),
    drugs=(a_drug("Imlygic", doses=(a_dose("2026-10-05", "TV26B006", route="Intratumor"),)),),
    narrative="Die Patientin rief an: zwei Tage nach der Behandlung Schüttelfrost und Gliederschmerzen, am dritten Tag "
    "wieder wohl.",
)

KERATITIS_HEALED = replace(
    KERATITIS,
    created=day("20261110"),
    latest_received=day("2026-11-06"),
    reactions=(
        replace(
            KERATITIS.reactions[0],
            term=Term(name="Herpetic keratitis"),
            end=day("2026-10-30"),
            outcome=Outcome.RECOVERED,
        ),
    ),
    narrative=f"{KERATITIS.narrative} Follow-up: healed without a scar, sight as before.",
)

REPORTS = (
    Message(
        CELLULITIS,
        NEW,
        "E2B(R2), Latin-1: two reactions that share the seriousness of the case (hospitalised), age in decades, "
        "one medicine twice for its two dosages",
    ),
    Message(FLU_LIKE, NEW, "E2B(R2): masked initials, an age group only, given into the tumour (route 036)"),
    Message(KERATITIS_HEALED, FOLLOW_UP, "follow-up in E2B(R2) of the keratitis in the E2B(R3) batch"),
)


def _r2_file() -> SampleFile:
    content = r2_file(
        *(r2_report(one.case) for one in REPORTS), encoding="ISO-8859-1", messagenumb="EXAMPLEPARTNER-R2-7"
    )
    samples = tuple(
        Sample(one.case.sender_case_id or "", one.expected, one.shows, f"report {number}", one.case)
        for number, one in enumerate(REPORTS, 1)
    )
    return SampleFile("imlygic_2026-11-10_r2.xml", content, samples)


def _public(number: str, version: str, received: str, reactions: list[Any], drugs: list[Any], **more: Any) -> Any:
    """A report as openFDA gives it: names of E2B(R2), every value a text."""
    return {
        "safetyreportid": number,
        "safetyreportversion": version,
        "primarysourcecountry": "US",
        "occurcountry": "US",
        "reporttype": "1",
        "receivedateformat": "102",
        "receivedate": received,
        "receiptdateformat": "102",
        "receiptdate": received,
        "fulfillexpeditecriteria": "2",
        "primarysource": {"reportercountry": "US", "qualification": "1"},
        "sender": {"sendertype": "2", "senderorganization": "FDA-Public Use"},
        "receiver": {"receivertype": "6", "receiverorganization": "FDA"},
    } | more | {
        "patient": {
            "patientonsetage": "61",
            "patientonsetageunit": "801",
            "patientsex": "2",
            "reaction": [
                {"reactionmeddraversionpt": "29.0", "reactionmeddrapt": name, "reactionoutcome": outcome}
                for name, outcome in reactions
            ],
            "drug": drugs,
        }
    }  # fmt: skip


def _medicine(name: str, substance: str, **more: Any) -> Any:
    return {
        "drugcharacterization": "1",
        "medicinalproduct": name,
        "activesubstance": {"activesubstancename": substance},
    } | more


IMLYGIC = _medicine(
    "IMLYGIC",
    "TALIMOGENE LAHERPAREPVEC",
    drugbatchnumb="TV26A033",
    drugdosagetext="10^8 PFU/ML, INTO THE PATIENT^S LESIONS",
    drugadministrationroute="026",
    drugindication="MALIGNANT MELANOMA",
    actiondrug="4",
    drugadditional="3",
)

RESPONSE: tuple[tuple[Any, Any, str], ...] = (
    (
        _public(
            "99000901",
            "1",
            "20260925",
            [("Fatigue", "1"), ("Nausea", "6")],
            [IMLYGIC, _medicine("LISINOPRIL", "LISINOPRIL", drugcharacterization="2")],
            serious="2",
            companynumb="US-EXAMPLEBIO-Q3-0901",
            duplicate="1",
            reportduplicate={"duplicatesource": "EXAMPLE BIOLOGICS", "duplicatenumb": "US-EXAMPLEBIO-Q3-0901"},
        ),
        NEW,
        "openFDA: outcomes for each reaction, not serious, dechallenge written out",
    ),
    (
        _public(
            "99000902",
            "1",
            "20260926",
            [("Colitis", "3")],
            [_medicine("OPDIVO", "NIVOLUMAB", openfda={"brand_name": ["IMLYGIC"]})],
            serious="1",
            seriousnesshospitalization="1",
            primarysource=None,
        ),
        OUT_OF_SCOPE,
        "openFDA: nivolumab alone; the brand that openFDA added by likeness is no evidence",
    ),
    (
        _public(
            "99000002",
            "2",
            "20260930",
            [("Vitiligo", "3")],
            [IMLYGIC | {"medicinalproduct": "T-VEC", "drugbatchnumb": "TV26B002"}],
            serious="1",
            seriousnessother="1",
            companynumb="US-EXAMPLEBIO-Q3-0002",
        ),
        FOLLOW_UP,
        "openFDA: version 2 of the vitiligo in the FAERS quarter",
    ),
    (
        _public("99000903", "3", "20260927", [("Rash", "1")], [_medicine("KEYTRUDA", "PEMBROLIZUMAB")], serious="2"),
        OUT_OF_SCOPE,
        "openFDA: pembrolizumab alone",
    ),
)


def _openfda_file() -> SampleFile:
    meta = {
        "disclaimer": "Synthetic: generated for tvec-pv in the shape of openFDA. Nobody in it exists.",
        "results": {"skip": 0, "limit": len(RESPONSE), "total": len(RESPONSE)},
    }
    document = {"meta": meta, "results": [report for report, _, _ in RESPONSE]}
    samples = tuple(
        Sample(f"FAERS-{report['safetyreportid']}", expected, shows, f"report {number}")
        for number, (report, expected, shows) in enumerate(RESPONSE, 1)
    )
    content = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return SampleFile("openfda_drug-event_2026q3.json", content.encode(), samples)


def files() -> tuple[SampleFile, ...]:
    return (_r2_file(), _openfda_file())
