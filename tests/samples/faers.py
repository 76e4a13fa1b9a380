"""The FAERS quarter of the inbox, and the generated quarter of the background. Nobody in them exists."""

from datetime import date
from typing import Any

from tests.factories import faers_quarter
from tests.samples.faers_reports import Quarter
from tests.samples.kinds import NEW, OUT_OF_SCOPE, Sample, SampleFile

Row = dict[str, Any]

NOTICE = "Synthetic: generated for tvec-pv in the shape of a FAERS quarter. Nobody in it exists."
_FIRST = 99000000
_OTHERS = 53


def _demo(number: int, latest: str, **changes: Any) -> Row:
    return {
        "caseid": _FIRST + number,
        "i_f_code": "I",
        "init_fda_dt": latest,
        "fda_dt": latest,
        "rept_cod": "EXP",
        "mfr_num": f"US-EXAMPLEBIO-Q3-{number:04}",
        "mfr_sndr": "EXAMPLE BIOLOGICS",
        "age_cod": "YR",
        "e_sub": "Y",
        "occp_cod": "MD",
        "reporter_country": "US",
        "occr_country": "US",
    } | changes


def _imlygic(name: str = "IMLYGIC", **changes: Any) -> Row:
    return {
        "role_cod": "PS",
        "drugname": name,
        "prod_ai": "TALIMOGENE LAHERPAREPVEC",
        "route": "Intralesional",
        "dose_vbm": "10^8 PFU/ML",
        "dechal": "U",
        "rechal": "U",
    } | changes


def _long_report(quarter: Quarter) -> None:
    """FAERS has no tests, history or narrative; what it has is here: 7 drug rows, 5 reactions, lots, therapy dates."""
    doses = (
        ("10^6 PFU/ML, FIRST DOSE", "TV26A003", 4, "20260504"),
        ("10^8 PFU/ML", "TV26A007", 4, "20260525"),
        ("10^8 PFU/ML", "TV26A007", 3.5, "20260608"),
    )
    drugs = [
        _imlygic(
            role_cod="PS" if number == 1 else "SS",
            dose_vbm=text,
            lot_num=lot,
            dose_amt=amount,
            dose_unit="ML",
            dose_form="SUSPENSION FOR INJECTION",
            dechal="Y",
        )
        for number, (text, lot, amount, _) in enumerate(doses, 1)
    ]
    others = [
        {
            "role_cod": "SS",
            "drugname": "KEYTRUDA",
            "prod_ai": "PEMBROLIZUMAB",
            "route": "Intravenous drip",
            "dose_vbm": "200 MG, EVERY 3 WEEKS",
            "lot_num": "EXP7731",
            "dose_amt": 200,
            "dose_unit": "MG",
            "dose_freq": "Q3W",
        },
        {"role_cod": "C", "drugname": "PREDNISONE.", "prod_ai": "PREDNISONE", "route": "Oral"},
        {"role_cod": "C", "drugname": "LISINOPRIL", "prod_ai": "LISINOPRIL", "dose_vbm": "10 MG, QD"},
        {"role_cod": "C", "drugname": "Metformin", "prod_ai": "METFORMIN HYDROCHLORIDE"},
    ]
    quarter.add(
        _demo(
            1,
            "20260818",
            caseversion=2,
            i_f_code="F",
            event_dt="20260702",
            mfr_dt="20260812",
            init_fda_dt="20260714",
            age=68,
            age_grp="E",
            sex="M",
            wt=185,
            wt_cod="LBS",
            rept_dt="20260818",
            to_mfr="N",
        ),
        [*drugs, *others],
        ("Pneumonitis", "Injection site cellulitis", "Pyrexia", "Chills", "Fatigue"),
        outc=[{"outc_cod": "HO"}, {"outc_cod": "OT"}],
        rpsr=[{"rpsr_cod": "HP"}],
        ther=[
            *({"dsg_drug_seq": number, "start_dt": day, "end_dt": day} for number, (*_, day) in enumerate(doses, 1)),
            {"dsg_drug_seq": 4, "start_dt": "20260504", "end_dt": "202606", "dur": 6, "dur_cod": "WK"},
            {"dsg_drug_seq": 6, "start_dt": "2019"},
        ],
        indi=[
            {"indi_drug_seq": 1, "indi_pt": "Malignant melanoma stage III"},
            {"indi_drug_seq": 4, "indi_pt": "Malignant melanoma stage III"},
            {"indi_drug_seq": 6, "indi_pt": "Hypertension"},
        ],
    )


def _spellings(quarter: Quarter) -> None:
    quarter.add(
        _demo(2, "20260709", age=45, sex="F", occr_country="GB", reporter_country="GB", rept_cod="PER"),
        [_imlygic("T-VEC", lot_num="TV26B002")],
        ("Vitiligo",),
    )
    quarter.add(
        _demo(3, "20260722", age=63, sex="M", event_dt="20260601"),
        [_imlygic("TALIMOGENE LAHERPAREPVEC", lot_num="UNKNOWN")],
        ("Herpes simplex encephalitis", "Seizure"),
        outc=[{"outc_cod": "LT"}, {"outc_cod": "HO"}],
    )
    quarter.add(
        _demo(4, "20260730", age=58, sex="F", occr_country="HU", reporter_country="HU", occp_cod="CN"),
        [_imlygic("talimogen laherparepvek", prod_ai="")],
        ("Fatigue",),
    )
    quarter.add(
        _demo(
            5, "20260805", age=7, age_cod="DEC", sex="M", lit_ref="MADE-UP AUTHOR A. A MADE-UP JOURNAL. 2026;1(1):1-2"
        ),
        [_imlygic("OncoVEX GM-CSF", prod_ai="")],
        ("Injection site pain",),
        rpsr=[{"rpsr_cod": "SDY"}],
    )
    quarter.add(
        _demo(6, "20260811", age=71, sex="M", occr_country="FR", reporter_country="FR", mfr_sndr="SAMPLE BIOTECH"),
        [
            {"role_cod": "PS", "drugname": "OPDIVO", "prod_ai": "NIVOLUMAB", "route": "Intravenous drip"},
            _imlygic("Imlygic", role_cod="C"),
        ],
        ("Colitis", "Diarrhoea"),
        outc=[{"outc_cod": "HO"}],
    )
    quarter.add(
        _demo(7, "20260820", age=60, sex="F", mfr_sndr="MADE-UP GENERICS"),
        [
            {
                "role_cod": "PS",
                "drugname": "VUSOLIMOGENE ODERPAREPVEC",
                "prod_ai": "VUSOLIMOGENE ODERPAREPVEC",
                "route": "Intralesional",
            }
        ],
        ("Pyrexia", "Chills"),
    )


SHOWN = (
    (
        "long report: one drug row per dose, 5 medicines, 5 reactions, lots, therapy dates (FAERS has no tests, "
        "history or narrative); pneumonitis with pembrolizumab, injection site cellulitis; hospitalised"
    ),
    "spelt T-VEC: vitiligo; no outcome code, so no word on seriousness (warning)",
    "spelt TALIMOGENE LAHERPAREPVEC: herpes simplex encephalitis, life-threatening; lot unknown (warning)",
    "misspelt 'talimogen laherparepvek', no active ingredient given: fatigue",
    "development name 'OncoVEX GM-CSF', from a study: injection site pain; age in decades",
    "Imlygic as concomitant only, nivolumab suspect: colitis",
)


def inbox_file() -> SampleFile:
    quarter = Quarter(seed=20260930, start=date(2026, 7, 1), first_case=_FIRST + 100)
    _long_report(quarter)
    _spellings(quarter)
    quarter.generate(_OTHERS)
    samples = []
    for row in quarter.tables["demo"]:
        number, version = row["caseid"], row.get("caseversion", 1)
        place, position = f"primaryid {number}{version}", number - _FIRST - 1
        if position < len(SHOWN):
            samples.append(Sample(f"FAERS-{number}", NEW, SHOWN[position], place))
        else:
            shows = "vusolimogene oderparepvec must not match" if position == len(SHOWN) else ""
            samples.append(Sample(f"FAERS-{number}", OUT_OF_SCOPE, shows, place))
    content = faers_quarter(quarter="26Q3", notice=NOTICE, readme=True, **quarter.tables)
    return SampleFile("faers_ascii_2026q3.zip", content, tuple(samples))


def background() -> bytes:
    """About 4,000 reports of some 120 medicines, 15 of them of the product, 40 in two versions."""
    quarter = Quarter(seed=20260630, start=date(2026, 4, 1), first_case=98000000)
    quarter.generate(4000, product_reports=15, follow_ups=40)
    return faers_quarter(quarter="26Q2", notice=NOTICE, readme=True, **quarter.tables)
