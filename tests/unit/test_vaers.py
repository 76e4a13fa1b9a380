"""VAERS, on generated tables: one case per report of the product, whatever the files are called."""

import csv
import io

import pytest

from tests.factories import vaers_tables, zipped
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.icsr import NullFlavor
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.sources import vaers

DATA = {
    "VAERS_ID": "0916600",
    "RECVDATE": "01/15/2026",
    "STATE": "TX",
    "AGE_YRS": "33.0",
    "SEX": "F",
    "SYMPTOM_TEXT": 'She said "much better",\nthen slept.',
    "RECOVD": "Y",
    "VAX_DATE": "12/28/2025",
    "ONSET_DATE": "1/2/2026",
}
VAX = {
    "VAERS_ID": "0916600",
    "VAX_TYPE": "UNK",
    "VAX_MANU": "UNKNOWN MANUFACTURER",
    "VAX_LOT": "037K20A",
    "VAX_DOSE_SERIES": "1",
    "VAX_ROUTE": "SC",
    "VAX_SITE": "LA",
    "VAX_NAME": "IMLYGIC (TALIMOGENE)",
}
SYMPTOMS = {"VAERS_ID": "0916600", "SYMPTOM1": "Oral herpes", "SYMPTOMVERSION1": "28.10"}
OTHER = {"VAERS_ID": "0916601", "RECVDATE": "01/16/2026"}
OTHER_VAX = {"VAERS_ID": "0916601", "VAX_NAME": "INFLUENZA (SEASONAL) (FLUCELVAX)"}


def is_product(name):
    return "imlygic" in name.lower()


def year(**tables):
    return vaers_tables(**{"data": [DATA, OTHER], "vax": [VAX, OTHER_VAX], "symptoms": [SYMPTOMS]} | tables)


@pytest.fixture
def read(tmp_path):
    def of(files):
        path = tmp_path / "year.zip"
        path.write_bytes(zipped(files))
        return list(vaers.read(path, is_product))

    return of


def records(items):
    return [item for item in items if isinstance(item, Record)]


def case_of(items):
    (record,) = records(items)
    assert record.case is not None
    return record.case


def others(items):
    (item,) = [item for item in items if isinstance(item, OtherProducts)]
    return item


def test_a_report_of_the_product_is_a_case_and_the_others_are_counted(read):
    items = read(year())
    case = case_of(items)
    (drug,), (reaction,) = case.drugs, case.reactions

    assert (case.sender_case_id, case.version, case.narrative) == ("VAERS-0916600", None, DATA["SYMPTOM_TEXT"])
    assert (case.first_received.iso, case.latest_received.iso) == ("2026-01-15", "2026-01-15")
    assert (case.patient.age.value, case.patient.age.unit, case.patient.sex) == (33.0, "a", "2")
    assert (drug.role, drug.name, drug.holder) == ("1", "IMLYGIC (TALIMOGENE)", "UNKNOWN MANUFACTURER")
    (dose,) = drug.doses
    assert (dose.lot, dose.text, dose.route, dose.start.iso) == (
        "037K20A",
        "dose 1, site LA",
        "Subcutaneous",
        "2025-12-28",
    )
    assert (reaction.term.name, reaction.term.version) == ("Oral herpes", "28.10")
    assert (reaction.outcome, reaction.start.iso) == ("1", "2026-01-02")
    assert records(items)[0].findings == ()
    assert (others(items).count, others(items).findings) == (1, ())


def test_several_rows_of_symptoms_and_vaccines_are_one_case(read):
    more = {"VAERS_ID": "0916600"} | {f"SYMPTOM{number}": f"Term {number}" for number in range(1, 6)}
    case = case_of(read(year(symptoms=[SYMPTOMS, more], vax=[OTHER_VAX | {"VAERS_ID": "0916600"}, VAX, OTHER_VAX])))

    assert [one.term.name for one in case.reactions] == ["Oral herpes", *(f"Term {number}" for number in range(1, 6))]
    assert [one.id for one in case.reactions] == ["1", "2", "3", "4", "5", "6"]
    assert [drug.name for drug in case.drugs] == [OTHER_VAX["VAX_NAME"], VAX["VAX_NAME"]]


@pytest.mark.parametrize(
    ("column", "criterion"),
    [("DIED", "death"), ("L_THREAT", "life_threatening"), ("HOSPITAL", "hospitalisation"),
     ("X_STAY", "hospitalisation"), ("DISABLE", "disability"), ("BIRTH_DEFECT", "congenital_anomaly"),
     ("ER_VISIT", None), ("OFC_VISIT", None), ("ER_ED_VISIT", None)],
)  # fmt: skip
def test_each_criterion_is_that_of_the_whole_report_and_a_visit_is_none(read, column, criterion):
    (reaction,) = case_of(read(year(data=[DATA | {column: "Y"}]))).reactions
    criteria = ("death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "other_important")

    assert [name for name in criteria if getattr(reaction.seriousness, name)] == ([criterion] if criterion else [])
    assert reaction.seriousness.is_case_level is True


def test_a_hospital_stay_that_one_column_denies_and_another_affirms_is_one(read):
    (reaction,) = case_of(read(year(data=[DATA | {"HOSPITAL": "Y", "X_STAY": "N"}]))).reactions

    assert reaction.seriousness.hospitalisation is True


def test_an_answer_about_seriousness_that_is_none_holds_the_case(read):
    (record,) = records(read(year(data=[DATA | {"DIED": "maybe"}])))

    assert [(one.check, str(one.severity)) for one in record.findings] == [("READ-CODE", "critical")]


@pytest.mark.parametrize(("code", "outcome"), [("Y", "1"), ("N", "3"), ("U", "0"), ("", None)])
def test_the_outcome_is_whether_the_patient_recovered(read, code, outcome):
    assert [one.outcome for one in case_of(read(year(data=[DATA | {"RECOVD": code}]))).reactions] == [outcome]


def test_a_death_has_its_date(read):
    assert case_of(read(year(data=[DATA | {"DATEDIED": "02/03/2026"}]))).patient.death_date.iso == "2026-02-03"


def test_what_is_told_of_the_patient_is_kept_as_text(read):
    told = {
        "HISTORY": "asthma",
        "CUR_ILL": "a cold",
        "ALLERGIES": "penicillin",
        "PRIOR_VAX": "fever in 2019",
        "OTHER_MEDS": "metformin",
        "LAB_DATA": "CRP 12",
        "SPLTTYPE": "US-EXAMPLE-1",
    }
    case = case_of(read(year(data=[DATA | told])))

    assert case.patient.history_text == (
        "history: asthma\nillness when vaccinated: a cold\nallergies: penicillin\n"
        "reactions to earlier vaccinations: fever in 2019\nother medicines: metformin"
    )
    assert [one.text for one in case.tests] == ["CRP 12"]
    assert [one.number for one in case.other_ids] == ["US-EXAMPLE-1"]


def test_the_product_among_the_other_medicines_is_a_concomitant(read):
    case = case_of(
        read(
            year(
                data=[DATA | {"OTHER_MEDS": "metformin, Imlygic since May"}], vax=[OTHER_VAX | {"VAERS_ID": "0916600"}]
            )
        )
    )

    assert [(drug.role, drug.name) for drug in case.drugs] == [
        ("1", OTHER_VAX["VAX_NAME"]),
        ("2", "metformin, Imlygic since May"),
    ]


@pytest.mark.parametrize(
    ("columns", "years"),
    [({"AGE_YRS": "0.17"}, 0.17), ({"AGE_YRS": "", "CAGE_YR": "1", "CAGE_MO": ".5"}, 1.5),
     ({"AGE_YRS": "", "CAGE_YR": "44"}, 44.0), ({"AGE_YRS": ""}, None)],
)  # fmt: skip
def test_the_age_is_in_years_as_reported_or_as_calculated(read, columns, years):
    age = case_of(read(year(data=[DATA | columns]))).patient.age

    assert (age and age.value) == years


def test_a_report_from_abroad_names_no_country(read):
    case = case_of(read(year(data=[DATA | {"STATE": "FR"}])))

    assert (case.reporters, case.reactions[0].country) == ((), None)


def test_a_sex_that_is_unknown_is_said_to_be(read):
    assert case_of(read(year(data=[DATA | {"SEX": "U"}]))).patient.sex is NullFlavor.UNK


@pytest.mark.parametrize("text", ["13/01/2026", "02/30/2026", "2026-01-01", "01/2026", "0l/01/2026"])
def test_a_date_that_is_none_is_a_finding(read, text):
    (record,) = records(read(year(data=[DATA | {"ONSET_DATE": text}])))

    assert record.case.reactions[0].start is None
    assert [(one.check, one.element) for one in record.findings] == [("READ-DATE", "E.i.4")]


def test_names_in_windows_letters_are_read(read):
    assert case_of(read(year(data=[DATA | {"HISTORY": "Sjögren’s"}]))).patient.history_text == "history: Sjögren’s"


def test_the_columns_may_stand_in_any_order_and_case(read):
    files = {}
    for name, content in year().items():
        rows = list(csv.reader(io.StringIO(content.decode("cp1252"), newline="")))
        rows[0] = [column.lower() for column in rows[0]]
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\n").writerows(row[::-1] for row in rows)
        files[f"a folder/{name}.txt"] = b"\xef\xbb\xbf" + written.getvalue().encode()

    assert read(files) == read(year())


def test_several_years_in_one_archive_are_one_source(read):
    later = {"VAERS_ID": "0999999"}
    earlier = year()
    both = earlier | vaers_tables(
        year=2027, data=[DATA | later, OTHER | {"VAERS_ID": "0999998"}], vax=[VAX | later], symptoms=[SYMPTOMS | later]
    )
    items = read(both)

    assert [one.case.sender_case_id for one in records(items)] == ["VAERS-0916600", "VAERS-0999999"]
    assert others(items).count == 2


def test_rows_that_do_not_fit_are_said(read):
    """The rules are those of FAERS; here, that they are asked."""
    files = year(data=[DATA, OTHER, DATA], vax=[VAX, OTHER_VAX, VAX | {"VAERS_ID": "0900000"}])
    files["2026VAERSDATA.csv"] += b'0916602,01/01/2026,"a cell, and no more"\r\n'
    files["2026VAERSSYMPTOMS.csv"] += b"0800000,Chills,,,,,,,,,\r\n"
    items = read(files)

    assert [(one.where, [finding.check for finding in one.findings]) for one in records(items)] == [
        ("2026VAERSDATA.csv row 5", ["TABLE-CELLS"]),
        ("VAERS_ID 0916600", ["TABLE-REPEATED"]),
        ("VAERS_ID 0916600", ["TABLE-REPEATED"]),
        ("VAERS_ID 0900000", ["TABLE-ORPHAN"]),
    ]
    assert [(one.check, one.where) for one in others(items).findings] == [
        ("TABLE-ORPHAN", "VAX"),
        ("TABLE-ORPHAN", "SYMPTOMS"),
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda files: files["2026VAERSDATA.csv"] + b'0916603,"' + b"x" * 2_000_000,
        lambda files: files["2026VAERSDATA.csv"] + b'0916603,"' + b"x,y\n" * 500_000,
        lambda files: files["2026VAERSDATA.csv"].replace(b"VAX_DATE", b"ONSET_DATE"),
    ],
    ids=["a line that does not end", "a quotation that does not end", "a column twice"],
)
def test_a_table_that_cannot_be_told_is_refused(read, spoil):
    files = year()

    with pytest.raises(UnreadableFile):
        read(files | {"2026VAERSDATA.csv": spoil(files)})
