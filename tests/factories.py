"""Reports made to order: what the tests and the samples are built from. Nobody in them exists.

`a_case`, `a_reaction`, `a_drug` give a plausible T-VEC report to be changed field by field; the other functions
write reports in the formats that the readers take.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from openpyxl import Workbook

from tests.e2b_writer.message import e2b_batch, e2b_message
from tvec_pv.domain.dates import PartialDate, read_date
from tvec_pv.domain.icsr import (
    ActionTaken,
    Case,
    CausalityOpinion,
    Dose,
    Drug,
    DrugReaction,
    DrugRole,
    NullFlavor,
    Outcome,
    Patient,
    Qualification,
    Quantity,
    Reaction,
    Reporter,
    ReportType,
    Sender,
    Seriousness,
    Sex,
    Substance,
    Term,
)

__all__ = ["e2b_batch", "e2b_message"]

NOT_SERIOUS = Seriousness(
    death=NullFlavor.NI,
    life_threatening=NullFlavor.NI,
    hospitalisation=NullFlavor.NI,
    disability=NullFlavor.NI,
    congenital_anomaly=NullFlavor.NI,
    other_important=NullFlavor.NI,
)

LISTING_COLUMNS = (
    *("case_id", "worldwide_id", "version", "report_type", "action", "action_reason"),
    *("first_received", "latest_received", "reporter_qualification", "reporter_country"),
    *("patient_initials", "birth_date", "age", "age_unit", "sex", "weight_kg", "medical_history"),
    *("death_date", "cause_of_death", "reaction", "meddra_code", "meddra_version", "reaction_start", "reaction_end"),
    *("outcome", "seriousness", "reaction_country", "drug", "substance", "role", "dose", "dose_unit", "dose_text"),
    *("route", "lot", "drug_start", "drug_end", "indication", "action_taken"),
    *("test_name", "test_date", "test_result", "narrative"),
)

FAERS_COLUMNS = {
    "DEMO": "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$auth_num$mfr_num"
    "$mfr_sndr$lit_ref$age$age_cod$age_grp$sex$e_sub$wt$wt_cod$rept_dt$to_mfr$occp_cod$reporter_country$occr_country",
    "DRUG": "primaryid$caseid$drug_seq$role_cod$drugname$prod_ai$val_vbm$route$dose_vbm$cum_dose_chr$cum_dose_unit"
    "$dechal$rechal$lot_num$exp_dt$nda_num$dose_amt$dose_unit$dose_form$dose_freq",
    "REAC": "primaryid$caseid$pt$drug_rec_act",
    "OUTC": "primaryid$caseid$outc_cod",
    "RPSR": "primaryid$caseid$rpsr_cod",
    "THER": "primaryid$caseid$dsg_drug_seq$start_dt$end_dt$dur$dur_cod",
    "INDI": "primaryid$caseid$indi_drug_seq$indi_pt",
}

FAERS_COLUMNS_2013 = FAERS_COLUMNS | {
    "DEMO": "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$mfr_num$mfr_sndr$age"
    "$age_cod$gndr_cod$e_sub$wt$wt_cod$ rept_dt$to_mfr$occp_cod$reporter_country$occr_country",
    "DRUG": "primaryid$caseid$drug_seq$role_cod$drugname$val_vbm$route$dose_vbm$cum_dose_chr$cum_dose_unit$dechal"
    "$rechal$lot_nbr$exp_dt$nda_num$dose_amt$dose_unit$dose_form$dose_freq",
    "REAC": "primaryid$caseid$pt",
    "OUTC": "primaryid$caseid$outc_code",
}

AERS_COLUMNS = {
    "DEMO": "ISR$CASE$I_F_COD$FOLL_SEQ$IMAGE$EVENT_DT$MFR_DT$FDA_DT$REPT_COD$MFR_NUM$MFR_SNDR$AGE$AGE_COD$GNDR_COD"
    "$E_SUB$WT$WT_COD$REPT_DT$OCCP_COD$DEATH_DT$TO_MFR$CONFID$REPORTER_COUNTRY",
    "DRUG": "ISR$DRUG_SEQ$ROLE_COD$DRUGNAME$VAL_VBM$ROUTE$DOSE_VBM$DECHAL$RECHAL$LOT_NUM$EXP_DT$NDA_NUM",
    "REAC": "ISR$PT",
    "OUTC": "ISR$OUTC_COD",
    "RPSR": "ISR$RPSR_COD",
    "THER": "ISR$DRUG_SEQ$START_DT$END_DT$DUR$DUR_COD",
    "INDI": "ISR$DRUG_SEQ$INDI_PT",
}

VAERS_COLUMNS = {
    "DATA": "VAERS_ID,RECVDATE,STATE,AGE_YRS,CAGE_YR,CAGE_MO,SEX,RPT_DATE,SYMPTOM_TEXT,DIED,DATEDIED,L_THREAT,ER_VISIT,"
    "HOSPITAL,HOSPDAYS,X_STAY,DISABLE,RECOVD,VAX_DATE,ONSET_DATE,NUMDAYS,LAB_DATA,V_ADMINBY,V_FUNDBY,OTHER_MEDS,CUR_ILL,"
    "HISTORY,PRIOR_VAX,SPLTTYPE,FORM_VERS,TODAYS_DATE,BIRTH_DEFECT,OFC_VISIT,ER_ED_VISIT,ALLERGIES",
    "VAX": "VAERS_ID,VAX_TYPE,VAX_MANU,VAX_LOT,VAX_DOSE_SERIES,VAX_ROUTE,VAX_SITE,VAX_NAME",
    "SYMPTOMS": "VAERS_ID,SYMPTOM1,SYMPTOMVERSION1,SYMPTOM2,SYMPTOMVERSION2,SYMPTOM3,SYMPTOMVERSION3,SYMPTOM4,"
    "SYMPTOMVERSION4,SYMPTOM5,SYMPTOMVERSION5",
}

_ZIP_DATE = (2026, 11, 2, 6, 0, 0)


def day(text: str) -> PartialDate:
    """A date as precise as it is written: 2026, 2026-03, 2026-03-14, or a full HL7 time stamp."""
    return read_date(text if len(text) > 10 else text.replace("-", ""))


def uid(*parts: object) -> str:
    """A UUID that is the same whenever it is asked for with the same parts."""
    return str(uuid5(NAMESPACE_URL, "tvec-pv/samples/" + "/".join(map(str, parts))))


def serious(*criteria: str) -> Seriousness:
    """Seriousness by the criteria named, as in `serious("hospitalisation")`; the others are NI, as ICH wants it."""
    return replace(NOT_SERIOUS, **dict.fromkeys(criteria, True))


def a_reaction(reported: str = "Oral herpes", **changes: Any) -> Reaction:
    given: dict[str, Any] = {
        "reported": reported,
        "language": "eng",
        "seriousness": NOT_SERIOUS,
        "start": day("2026-09-07"),
        "outcome": Outcome.RECOVERED,
        "country": "US",
    }
    return Reaction(**given | changes)


def a_dose(given_on: str | None = "2026-08-03", lot: Any = "TV26A014", /, **changes: Any) -> Dose:
    """One visit: 10^8 PFU/mL injected into lesions unless the text says otherwise."""
    given: dict[str, Any] = {
        "dose": Quantity(value=3.0, unit="mL"),
        "start": day(given_on) if given_on else None,
        "end": day(given_on) if given_on else None,
        "lot": lot,
        "text": "10^8 PFU/mL into lesions",
        "route": "Intralesional",
        "route_code": "20032000",
    }
    return Dose(**given | changes)


def a_first_dose(given_on: str, lot: Any = "TV26A009", /, **changes: Any) -> Dose:
    """The first visit: 10^6 PFU/mL."""
    return a_dose(given_on, lot, **{"text": "10^6 PFU/mL into lesions, first dose"} | changes)


def a_drug(name: str = "IMLYGIC", **changes: Any) -> Drug:
    """T-VEC as the suspect drug, given on 3 and 24 August 2026."""
    given: dict[str, Any] = {
        "role": DrugRole.SUSPECT,
        "name": name,
        "substances": (Substance(name="talimogene laherparepvec"),),
        "doses": (a_first_dose("2026-08-03"), a_dose("2026-08-24", "TV26A021")),
        "indications": (Term(name="Malignant melanoma stage IIIC"),),
        "action_taken": ActionTaken.UNCHANGED,
    }
    return Drug(**given | changes)


def another_drug(name: str, role: str = DrugRole.CONCOMITANT, **changes: Any) -> Drug:
    """A drug of which no more is known than its name and role."""
    return Drug(**{"name": name, "role": role} | changes)


def judged(reaction_number: int, result: str, source: str = "Reporter", **changes: Any) -> DrugReaction:
    """An opinion on the case's reaction of that number (1 is the first); `a_case` puts the reaction's id in."""
    opinion = CausalityOpinion(source=source, method="Global introspection", result=result)
    return DrugReaction(**{"reaction_id": str(reaction_number), "opinions": (opinion,)} | changes)


def a_patient(**changes: Any) -> Patient:
    given: dict[str, Any] = {"name": "A.B.", "age": Quantity(value=67.0, unit="a"), "sex": Sex.FEMALE}
    return Patient(**given | changes)


def a_reporter(**changes: Any) -> Reporter:
    given: dict[str, Any] = {"country": "US", "qualification": Qualification.PHYSICIAN, "is_primary": True}
    return Reporter(**given | changes)


def a_case(case_id: str = "US-EXAMPLEBIO-2026000001", **changes: Any) -> Case:
    """A valid T-VEC report. Reactions and drugs without an id get one that follows from the case and their place."""
    given: dict[str, Any] = {
        "sender_case_id": case_id,
        "worldwide_id": case_id,
        "created": day("20261102050000+0000"),
        "report_type": ReportType.SPONTANEOUS,
        "first_received": day("2026-10-05"),
        "latest_received": day("2026-10-05"),
        "has_more_documents": False,
        "expedited": False,
        "first_sender": "2",
        "has_other_ids": NullFlavor.NI,
        "reporters": (a_reporter(),),
        "sender": Sender(type="1", organisation="Example Biologics", department="Safety", country="US"),
        "patient": a_patient(),
        "reactions": (a_reaction(),),
        "drugs": (a_drug(),),
        "narrative": "A cold sore of the lower lip two weeks after the second treatment; healed without treatment.",
    }
    return _with_ids(Case(**given | changes))


def one_patient_twice() -> tuple[Case, Case]:
    """A case, and the same patient masked in a partner's report, under the partner's own number."""
    told: dict[str, Any] = {
        "reactions": (a_reaction("Tinnitus", start=day("2026-08-05")), a_reaction("Chills")),
        "drugs": (a_drug(), another_drug("Metformin")),
    }
    partner = Sender(type="1", organisation="Example Partner", department="Safety", country="GB")
    return (
        a_case("US-TESTS-1001", patient=a_patient(name="K.L.", weight_kg=71.0), **told),
        a_case(
            "GB-PARTNER-2002",
            patient=a_patient(name=NullFlavor.MSK),
            sender=partner,
            narrative="Another text.",
            **told,
        ),
    )


def _with_ids(case: Case) -> Case:
    key = case.worldwide_id or case.sender_case_id
    reactions = tuple(
        replace(one, id=one.id or uid(key, "reaction", number)) for number, one in enumerate(case.reactions, 1)
    )
    ids = {str(number): one.id for number, one in enumerate(reactions, 1)}
    drugs = tuple(
        replace(
            one,
            id=one.id or uid(key, "drug", number),
            reactions=tuple(
                replace(pair, reaction_id=ids.get(pair.reaction_id or "", pair.reaction_id)) for pair in one.reactions
            ),
        )
        for number, one in enumerate(case.drugs, 1)
    )
    return replace(case, reactions=reactions, drugs=drugs)


def line_listing_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = LISTING_COLUMNS) -> bytes:
    """Rows by column name; a column that a row leaves out is an empty cell."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _iso(value) for name, value in row.items()})
    return written.getvalue().encode()


def line_listing_xlsx(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = LISTING_COLUMNS, title: str = "Synthetic line listing"
) -> bytes:
    """The same as a workbook; dates and numbers become real cells. Equal rows give equal bytes."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "listing"
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(name) for name in columns])
    sheet.freeze_panes = "B2"
    workbook.properties.title = title
    workbook.properties.creator = "tvec-pv tests.samples"
    workbook.properties.created = datetime(*_ZIP_DATE)
    written = io.BytesIO()
    workbook.save(written)
    return timeless(written.getvalue())


def timeless(workbook: bytes) -> bytes:
    """The workbook without the time at which it was saved."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = parts["docProps/core.xml"].decode()
    start, end = core.index("<dcterms:modified"), core.index("</dcterms:modified>")
    created = core[core.index("<dcterms:created") : core.index("</dcterms:created>")]
    parts["docProps/core.xml"] = (core[:start] + created.replace("created", "modified") + core[end:]).encode()
    return zipped(parts)


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def faers_quarter(
    *,
    quarter: str = "24Q1",
    notice: str = "Synthetic",
    readme: bool = False,
    deleted: Iterable[int | str] = (),
    **tables: Iterable[Mapping[str, Any]],
) -> bytes:
    """A quarterly extract: `faers_quarter(demo=[{...}], drug=[...], reac=[...])`, rows by column name.

    A row needs `caseid`, and `caseversion` unless it is 1: primaryid is the two written together, as in FAERS. The
    cases `deleted` become a list as FDA adds it.
    """
    files = faers_tables(FAERS_COLUMNS, quarter, tables)
    if deleted:
        files[f"Deleted/DELETE{quarter}.txt"] = deleted_list(deleted)
    if readme:
        files["Readme.txt"] = (notice + "\r\n").encode()
    return zipped(files)


def faers_tables(
    headers: Mapping[str, str], quarter: str, tables: Mapping[str, Iterable[Mapping[str, Any]]], end: str = ""
) -> dict[str, bytes]:
    """The files of an extract with headers of any era; `end` is what each row has behind its last column."""
    files = {}
    for name, header in headers.items():
        columns = header.split("$")
        lines = [header]
        for row in tables.get(name.lower(), ()):
            version = row.get("caseversion", 1)
            number = {"primaryid": f"{row['caseid']}{version}", "caseversion": version} if "caseid" in row else {}
            whole = number | dict(row)
            lines.append("$".join(str(whole.get(column, "")) for column in columns) + end)
        files[f"ascii/{name}{quarter}.txt"] = ("\r\n".join(lines) + "\r\n").encode()
    return files


def aers_quarter(*, quarter: str = "08Q3", **tables: Iterable[Mapping[str, Any]]) -> bytes:
    """An extract of before 2012Q4, in its own column names; each row ends in one '$' more than the header."""
    return zipped(faers_tables(AERS_COLUMNS, quarter, tables, end="$"))


def faers_quarter_of_2013(*, quarter: str = "13Q1", **tables: Iterable[Mapping[str, Any]]) -> bytes:
    """An extract of 2012Q4 to 2014Q2, in its own column names."""
    return zipped(faers_tables(FAERS_COLUMNS_2013, quarter, tables))


def deleted_list(cases: Iterable[int | str]) -> bytes:
    """A list of deleted cases: a line with a space, then a case number in each."""
    return "".join(f"{line}\r\n" for line in (" ", *cases)).encode()


def vaers_tables(
    *,
    year: int = 2026,
    data: Iterable[Mapping[str, Any]] = (),
    vax: Iterable[Mapping[str, Any]] = (),
    symptoms: Iterable[Mapping[str, Any]] = (),
    encoding: str = "cp1252",
) -> dict[str, bytes]:
    """The three files of a year of VAERS by name, rows by column name."""
    files = {}
    for name, rows in (("DATA", data), ("VAX", vax), ("SYMPTOMS", symptoms)):
        written = io.StringIO(newline="")
        writer = csv.DictWriter(written, VAERS_COLUMNS[name].split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)
        files[f"{year}VAERS{name}.csv"] = written.getvalue().encode(encoding)
    return files


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes follow from its contents alone."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, content, compresslevel=9)
    return written.getvalue()
