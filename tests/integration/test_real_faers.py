"""The FAERS reader against a real quarterly extract, its '$' tables read here a second time with `str.split`.

Where the extract lacks a code of FDA's guide (pounds, months, a lawyer, ...), one value of it is changed and the
changed quarter is read: everything else stays real.
"""

import calendar
import re
import zipfile
from collections import defaultdict
from datetime import date
from functools import cache

import pytest

from tests.real_data import REAL_DATA, needs_real_data
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import known
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.sources import faers_ascii

pytestmark = needs_real_data

EXTRACT = REAL_DATA / "faers" / "faers_ascii_2017q2.zip"

FREQUENT = "RISPERIDONE"  # primary and secondary suspect; RISPERDAL by brand name, so found by substance only
SUSPECT_AND_CONCOMITANT = "ASPIRIN"
ONLY_CONCOMITANT = "VITAMINS"
SEVERAL_IN_ONE_REPORT = "DYSPORT"
CONCOMITANT_SEVERAL_TIMES = "INSULIN"
INTERACTING = "ASPARAGINASE"
ABSENT = "TALIMOGENE"
PRODUCTS = (
    FREQUENT,
    SUSPECT_AND_CONCOMITANT,
    ONLY_CONCOMITANT,
    SEVERAL_IN_ONE_REPORT,
    CONCOMITANT_SEVERAL_TIMES,
    INTERACTING,
)
EVERYTHING = ""

AGE_UNITS = {"YR": "a", "MON": "mo", "WK": "wk", "DY": "d", "HR": "h", "DEC": "10.a"}
AGE_GROUPS = {"N": "1", "I": "2", "C": "3", "T": "4", "A": "5", "E": "6"}
SEXES = {"M": "1", "F": "2"}
QUALIFICATIONS = {"MD": "1", "PH": "2", "OT": "3", "HP": "3", "RN": "3", "LW": "4", "CN": "5"}
ROLES = {"PS": "1", "SS": "1", "C": "2", "I": "3"}
CRITERIA = {
    "death": "DE",
    "life_threatening": "LT",
    "hospitalisation": "HO",
    "disability": "DS",
    "congenital_anomaly": "CA",
    "other_important": "OT",
    "required_intervention": "RI",
}
KILOGRAMS = {"KG": 1.0, "LBS": 0.45359237, "GMS": 0.001}


# --- the tables, read a second time --------------------------------------------------------------------------------


def rows(content):
    header, *lines = content.decode("utf-8").split("\n")
    names = header.strip("\r").split("$")
    return [dict(zip(names, line.strip("\r").split("$"), strict=True)) for line in lines if line.strip()]


@cache
def members():
    """The extract's files: path in the zip -> content."""
    with zipfile.ZipFile(EXTRACT) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


@cache
def table(name):
    (content,) = [content for path, content in members().items() if path.rpartition("/")[2].startswith(name)]
    return rows(content)


@cache
def by_report(name):
    found = defaultdict(list)
    for row in table(name):
        found[row["primaryid"]].append(row)
    return found


def is_named(word, name):
    """Whether the normalised name holds the word as one of its own."""
    return not word or word in re.sub(r"[^A-Z0-9]+", " ", name.upper()).split()


def product(word):
    return lambda name: is_named(word, name or "")


def reports_of(word):
    """The DEMO rows of the reports with the product among their drugs, in any role."""
    ids = {
        row["primaryid"] for row in table("DRUG") if is_named(word, row["drugname"]) or is_named(word, row["prod_ai"])
    }
    return [row for row in table("DEMO") if row["primaryid"] in ids]


def drugs_of(report):
    return sorted(by_report("DRUG")[report["primaryid"]], key=lambda row: int(row["drug_seq"]))


def linked(name, link, drug):
    """The rows of THER or INDI that belong to a drug."""
    return [row for row in by_report(name)[drug["primaryid"]] if row[link] == drug["drug_seq"]]


def moment(text):
    if not text:
        return None
    year, month, day = int(text[:4]), int(text[4:6] or 0), int(text[6:8] or 0)
    last_month = month or 12
    latest = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    return text, date(year, month or 1, day or 1), latest


def stripped(text):
    return text.strip() or None


# --- what the reader makes of them ---------------------------------------------------------------------------------


def read(path, word=EVERYTHING):
    return list(faers_ascii.read(path, product(word)))


@cache
def read_extract(word):
    return read(EXTRACT, word)


def cases(read_items):
    return {item.case.sender_case_id: item.case for item in read_items if isinstance(item, Record)}


def others(read_items):
    return [item.count for item in read_items if isinstance(item, OtherProducts)]


def case_of(report, word=EVERYTHING):
    return cases(read_extract(word))["FAERS-" + report["caseid"]]


def day_read(value):
    return (value.text, value.earliest, value.latest) if isinstance(value, PartialDate) else value


def given(values):
    return [value for value in values if value is not None]


def params_of_reports():
    """Every report of the extract, one test each; where the extract is absent, one that is skipped."""
    if not EXTRACT.is_file():
        return [pytest.param(None, id="no real file")]
    return [pytest.param(report, id=report["primaryid"]) for report in table("DEMO")]


every_report = pytest.mark.parametrize("report", params_of_reports())


# --- which reports ------------------------------------------------------------------------------------------------


def test_the_extract_is_the_one_these_tests_were_written_for():
    assert len(table("DEMO")) == 100
    assert {word: len(reports_of(word)) for word in (*PRODUCTS, ABSENT)} == {
        "RISPERIDONE": 6,
        "ASPIRIN": 5,
        "VITAMINS": 4,
        "DYSPORT": 1,
        "INSULIN": 2,
        "ASPARAGINASE": 1,
        "TALIMOGENE": 0,
    }


@pytest.mark.parametrize("word", [*PRODUCTS, ABSENT, EVERYTHING])
def test_every_report_with_the_product_in_any_role_is_read_once(word):
    ids = [item.case.sender_case_id for item in read_extract(word) if isinstance(item, Record)]
    assert sorted(ids) == sorted("FAERS-" + report["caseid"] for report in reports_of(word))


@pytest.mark.parametrize("word", [*PRODUCTS, ABSENT])
def test_the_other_reports_are_counted_in_one_other_products(word):
    assert others(read_extract(word)) == [len(table("DEMO")) - len(reports_of(word))]


def test_no_report_is_counted_as_another_product_when_every_drug_is_the_product():
    assert sum(others(read_extract(EVERYTHING))) == 0


def test_a_product_named_by_its_substance_alone_is_found():
    brand = [row for row in table("DRUG") if is_named(FREQUENT, row["prod_ai"])]
    by_substance_only = {row["caseid"] for row in brand} - {
        row["caseid"] for row in table("DRUG") if is_named(FREQUENT, row["drugname"])
    }
    assert by_substance_only
    assert cases(read_extract(FREQUENT)).keys() >= {"FAERS-" + caseid for caseid in by_substance_only}


def test_the_product_is_looked_for_in_the_drug_name_and_in_the_substance():
    asked = set()
    list(faers_ascii.read(EXTRACT, lambda name: asked.add(name)))
    in_the_file = {row[column].strip() for row in table("DRUG") for column in ("drugname", "prod_ai")} - {""}
    assert {name.strip() for name in asked if name} >= in_the_file


@pytest.mark.parametrize("word", PRODUCTS)
def test_a_case_is_the_same_whichever_product_it_was_read_for(word):
    of_the_product = cases(read_extract(word))
    assert of_the_product == {key: cases(read_extract(EVERYTHING))[key] for key in of_the_product}
    assert of_the_product


def test_every_report_can_be_read():
    assert [item.where for item in read_extract(EVERYTHING) if isinstance(item, Record) and item.case is None] == []


# --- the report ----------------------------------------------------------------------------------------------------


@every_report
def test_the_case_carries_the_number_and_version_of_the_report(report):
    case = case_of(report)
    assert (case.sender_case_id, case.version) == ("FAERS-" + report["caseid"], int(report["caseversion"]))


@every_report
def test_the_case_was_received_when_fda_says_so(report):
    case = case_of(report)
    assert day_read(case.latest_received) == moment(report["fda_dt"])
    assert day_read(case.first_received) == moment(report["init_fda_dt"])


@every_report
def test_the_manufacturers_number_is_another_number_of_the_case(report):
    numbers = [(other.source, other.number) for other in case_of(report).other_ids]
    assert numbers.count((report["mfr_sndr"], report["mfr_num"])) == (1 if report["mfr_num"] else 0)
    assert all(number for _, number in numbers)


@every_report
def test_the_literature_is_as_cited(report):
    assert list(case_of(report).literature) == ([report["lit_ref"]] if report["lit_ref"] else [])


@every_report
def test_only_an_expedited_report_is_expedited(report):
    assert (case_of(report).expedited is True) == (report["rept_cod"] == "EXP")


# --- reporter and patient ------------------------------------------------------------------------------------------


@every_report
def test_there_is_one_reporter_with_the_qualification_of_the_report(report):
    reporters = case_of(report).reporters
    if not report["occp_cod"] and report["reporter_country"] in ("", "COUNTRY NOT SPECIFIED"):
        assert reporters == ()
        return
    (reporter,) = reporters
    assert known(reporter.qualification) == QUALIFICATIONS.get(report["occp_cod"])


def params_of_countries(is_code):
    """A report for each country of a reporter that is, or is not, a country code."""
    if not EXTRACT.is_file():
        return [pytest.param(None, id="no real file")]
    of_country = {report["reporter_country"]: report for report in table("DEMO")}
    return [pytest.param(report, id=country or "blank") for country, report in of_country.items() if is_code(country)]


@pytest.mark.parametrize("report", params_of_countries(lambda country: len(country) == 2))
def test_the_reporter_is_in_the_country_of_the_report(report):
    (reporter,) = case_of(report).reporters
    assert reporter.country == report["reporter_country"]


@pytest.mark.parametrize("report", params_of_countries(lambda country: len(country) != 2))
def test_a_country_that_is_not_specified_is_no_country(report):
    (reporter,) = case_of(report).reporters
    assert known(reporter.country) is None


@every_report
def test_the_age_is_in_the_unit_of_the_report(report):
    age = known(case_of(report).patient.age)
    expected = (float(report["age"]), AGE_UNITS[report["age_cod"]]) if report["age"] else None
    assert (age and (age.value, age.unit)) == expected


@every_report
def test_the_age_group_is_the_one_reported(report):
    assert known(case_of(report).patient.age_group) == AGE_GROUPS.get(report["age_grp"])


@every_report
def test_the_sex_is_the_one_reported(report):
    assert known(case_of(report).patient.sex) == SEXES.get(report["sex"])


@every_report
def test_the_weight_is_in_kilograms(report):
    expected = float(report["wt"]) * KILOGRAMS[report["wt_cod"]] if report["wt"] else None
    assert case_of(report).patient.weight_kg == pytest.approx(expected)


# --- reactions -----------------------------------------------------------------------------------------------------


@every_report
def test_the_reactions_are_the_terms_of_the_report_in_order(report):
    terms = [row["pt"] for row in by_report("REAC")[report["primaryid"]]]
    assert [reaction.term.name for reaction in case_of(report).reactions] == terms
    assert terms


@every_report
def test_every_reaction_occurred_in_the_country_of_occurrence(report):
    reactions = case_of(report).reactions
    assert {reaction.country for reaction in reactions} == {report["occr_country"]}


@every_report
def test_every_reaction_carries_the_seriousness_of_the_case(report):
    outcomes = {row["outc_cod"] for row in by_report("OUTC")[report["primaryid"]]}
    expected = {criterion: True if code in outcomes else None for criterion, code in CRITERIA.items()}
    for reaction in case_of(report).reactions:
        assert {criterion: getattr(reaction.seriousness, criterion) for criterion in CRITERIA} == expected
        assert reaction.seriousness.is_case_level is True


def test_the_extract_holds_every_outcome_but_a_congenital_anomaly():
    assert {row["outc_cod"] for row in table("OUTC")} == set(CRITERIA.values()) - {"CA"}


# --- drugs ---------------------------------------------------------------------------------------------------------


@every_report
def test_every_drug_of_the_report_is_there_in_order_with_its_role(report):
    expected = [(stripped(row["drugname"]), ROLES[row["role_cod"]]) for row in drugs_of(report)]
    assert [(drug.name, drug.role) for drug in case_of(report).drugs] == expected
    assert expected


@every_report
def test_the_substances_are_those_of_the_active_ingredient(report):
    """One or several: FDA joins the substances of a combination with a backslash."""
    found = ["\\".join(substance.name for substance in drug.substances) for drug in case_of(report).drugs]
    assert found == [row["prod_ai"].strip() for row in drugs_of(report)]


@every_report
@pytest.mark.parametrize(("column", "attribute"), [("route", "route"), ("dose_vbm", "text"), ("lot_num", "lot")])
def test_a_drugs_route_dose_text_and_lot_are_as_reported(report, column, attribute):
    found = [set(given(getattr(dose, attribute) for dose in drug.doses)) for drug in case_of(report).drugs]
    assert found == [{row[column].strip()} - {""} for row in drugs_of(report)]


@every_report
def test_the_authorisation_is_the_nda_number_of_the_drug(report):
    found = [known(drug.authorisation_number) for drug in case_of(report).drugs]
    assert found == [stripped(row["nda_num"]) for row in drugs_of(report)]


@every_report
def test_a_drugs_therapies_have_the_dates_of_the_report(report):
    found = [
        [(day_read(dose.start), day_read(dose.end)) for dose in drug.doses if dose.start or dose.end]
        for drug in case_of(report).drugs
    ]
    assert found == [therapies(drug) for drug in drugs_of(report)]


def therapies(drug):
    dates = [(moment(row["start_dt"]), moment(row["end_dt"])) for row in linked("THER", "dsg_drug_seq", drug)]
    return [pair for pair in dates if any(pair)]


@every_report
def test_a_drugs_indications_are_those_of_the_report(report):
    found = [[indication.name for indication in drug.indications] for drug in case_of(report).drugs]
    assert found == [[row["indi_pt"] for row in linked("INDI", "indi_drug_seq", drug)] for drug in drugs_of(report)]


@pytest.mark.parametrize(
    ("name", "link", "column"),
    [("THER", "dsg_drug_seq", "start_dt"), ("INDI", "indi_drug_seq", "indi_pt")],
)
def test_every_therapy_and_indication_of_the_extract_belongs_to_a_drug(name, link, column):
    """Otherwise the two tests above would compare less than the extract holds."""
    of_drugs = [row for report in table("DEMO") for drug in drugs_of(report) for row in linked(name, link, drug)]
    assert sorted(row[column] for row in of_drugs) == sorted(row[column] for row in table(name))


def test_a_drug_listed_several_times_stays_several_drugs():
    (report,) = reports_of(SEVERAL_IN_ONE_REPORT)
    names = [drug.name for drug in case_of(report, SEVERAL_IN_ONE_REPORT).drugs]
    assert names.count(SEVERAL_IN_ONE_REPORT) == 9


def test_an_interacting_drug_is_told_from_a_suspect_one():
    (report,) = reports_of(INTERACTING)
    roles = [drug.role for drug in case_of(report, INTERACTING).drugs if is_named(INTERACTING, drug.name)]
    assert roles == ["3", "3"]


# --- the same quarter in other clothes -----------------------------------------------------------------------------


def write_folder(folder, files):
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def write_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def flat(files):
    return {path.rpartition("/")[2]: content for path, content in files.items()}


def what_was_read(items):
    return [(item.case, item.findings) for item in items if isinstance(item, Record)], others(items)


@pytest.mark.parametrize("word", [FREQUENT, ONLY_CONCOMITANT, ABSENT, EVERYTHING])
def test_the_extracted_folder_reads_as_the_zip_does(tmp_path, word):
    assert what_was_read(read(write_folder(tmp_path, members()), word)) == what_was_read(read_extract(word))


def test_a_folder_that_holds_the_tables_themselves_reads_as_the_zip_does(tmp_path):
    assert what_was_read(read(write_folder(tmp_path, flat(members())))) == what_was_read(read_extract(EVERYTHING))


def test_carriage_returns_change_nothing(tmp_path):
    files = {path: content.replace(b"\n", b"\r\n") for path, content in members().items()}
    assert what_was_read(read(write_zip(tmp_path / "crlf.zip", files))) == what_was_read(read_extract(EVERYTHING))


def test_upper_case_names_change_nothing(tmp_path):
    files = {path.upper(): content for path, content in members().items()}
    assert what_was_read(read(write_zip(tmp_path / "upper.zip", files))) == what_was_read(read_extract(EVERYTHING))


def test_the_order_of_the_drug_rows_changes_nothing(tmp_path):
    files = dict(members())
    (path,) = [path for path in files if "DRUG" in path]
    header, *lines = files[path].rstrip(b"\n").split(b"\n")
    files[path] = b"\n".join([header, *reversed(lines), b""])
    shuffled = cases(read(write_zip(tmp_path / "shuffled.zip", files)))
    assert shuffled == cases(read_extract(EVERYTHING))


# --- codes of FDA's guide that the extract lacks -------------------------------------------------------------------

CHANGED = "13619002"  # a direct report of version 1: one outcome, HO; drug 1 for "Colon cancer"


def changed_files(name, **values):
    """The extract with other values in the rows of one report in one table."""
    files = dict(members())
    (path,) = [path for path in files if path.rpartition("/")[2].startswith(name)]
    lines = []
    for number, row in enumerate(rows(files[path])):
        if not number:
            lines.append("$".join(row))
        lines.append("$".join((row | values if row["caseid"] == CHANGED else row).values()))
    files[path] = "\n".join([*lines, ""]).encode()
    return files


def changed_case(tmp_path, name, **values):
    return cases(read(write_zip(tmp_path / "changed.zip", changed_files(name, **values))))["FAERS-" + CHANGED]


def with_rows(name, *added):
    files = dict(members())
    (path,) = [path for path in files if path.rpartition("/")[2].startswith(name)]
    files[path] += "".join("$".join(row) + "\n" for row in added).encode()
    return files


@pytest.mark.parametrize(("code", "unit"), AGE_UNITS.items())
def test_every_age_unit_has_its_ucum_code(tmp_path, code, unit):
    age = changed_case(tmp_path, "DEMO", age="7.5", age_cod=code).patient.age
    assert (age.value, age.unit) == (7.5, unit)


@pytest.mark.parametrize(("code", "group"), AGE_GROUPS.items())
def test_every_age_group_has_its_code(tmp_path, code, group):
    assert changed_case(tmp_path, "DEMO", age_grp=code).patient.age_group == group


@pytest.mark.parametrize(
    ("weight", "code", "kilograms"), [("154", "LBS", 69.853), ("3210", "GMS", 3.21), ("70.5", "KG", 70.5)]
)
def test_every_weight_is_given_in_kilograms(tmp_path, weight, code, kilograms):
    case = changed_case(tmp_path, "DEMO", wt=weight, wt_cod=code)
    assert case.patient.weight_kg == pytest.approx(kilograms, rel=1e-3)


@pytest.mark.parametrize(("code", "qualification"), QUALIFICATIONS.items())
def test_every_occupation_has_its_qualification(tmp_path, code, qualification):
    (reporter,) = changed_case(tmp_path, "DEMO", occp_cod=code).reporters
    assert reporter.qualification == qualification


@pytest.mark.parametrize("code", ["UNK", "NS", ""])
def test_a_sex_that_is_not_known_is_no_sex(tmp_path, code):
    assert known(changed_case(tmp_path, "DEMO", sex=code).patient.sex) is None


@pytest.mark.parametrize(("code", "sex"), SEXES.items())
def test_the_sex_is_read_from_its_letter(tmp_path, code, sex):
    assert changed_case(tmp_path, "DEMO", sex=code).patient.sex == sex


@pytest.mark.parametrize("code", ["PER", "DIR", ""])
def test_a_report_of_another_kind_is_not_expedited(tmp_path, code):
    assert changed_case(tmp_path, "DEMO", rept_cod=code).expedited is not True


def test_a_report_becomes_expedited_by_its_code(tmp_path):
    assert changed_case(tmp_path, "DEMO", rept_cod="EXP").expedited is True


@pytest.mark.parametrize(("criterion", "code"), CRITERIA.items())
def test_every_outcome_has_its_criterion(tmp_path, criterion, code):
    for reaction in changed_case(tmp_path, "OUTC", outc_cod=code).reactions:
        met = {name for name in CRITERIA if getattr(reaction.seriousness, name) is not None}
        assert met == {criterion}
        assert getattr(reaction.seriousness, criterion) is True


def test_several_outcomes_are_all_kept(tmp_path):
    files = with_rows("OUTC", (CHANGED + "1", CHANGED, "CA"), (CHANGED + "1", CHANGED, "LT"))
    case = cases(read(write_zip(tmp_path / "outcomes.zip", files)))["FAERS-" + CHANGED]
    for reaction in case.reactions:
        met = {name for name in CRITERIA if getattr(reaction.seriousness, name)}
        assert met == {"hospitalisation", "congenital_anomaly", "life_threatening"}


@pytest.mark.parametrize(("code", "role"), ROLES.items())
def test_every_role_is_suspect_concomitant_or_interacting(tmp_path, code, role):
    assert {drug.role for drug in changed_case(tmp_path, "DRUG", role_cod=code).drugs} == {role}


def test_stray_spaces_around_a_drug_name_are_dropped(tmp_path):
    case = changed_case(tmp_path, "DRUG", drugname=" EXPAREL ", prod_ai=" BUPIVACAINE ")
    assert {drug.name for drug in case.drugs} == {"EXPAREL"}
    assert {substance.name for drug in case.drugs for substance in drug.substances} == {"BUPIVACAINE"}


def test_a_product_is_found_behind_stray_spaces(tmp_path):
    path = write_zip(tmp_path / "spaces.zip", changed_files("DRUG", drugname=" IMLYGIC", prod_ai=""))
    items = list(faers_ascii.read(path, lambda name: (name or "").strip() == "IMLYGIC"))
    assert cases(items).keys() == {"FAERS-" + CHANGED}


def test_the_version_of_a_case_is_not_cut_from_its_primary_id(tmp_path):
    """Case 14186702 of version 12 has the primary id 1418670212."""
    files = dict(members())
    for path, content in files.items():
        files[path] = content.replace(f"{CHANGED}1${CHANGED}$".encode(), f"{CHANGED}12${CHANGED}$".encode())
    (demo,) = [path for path in files if path.rpartition("/")[2].startswith("DEMO")]
    files[demo] = files[demo].replace(f"{CHANGED}12${CHANGED}$1$".encode(), f"{CHANGED}12${CHANGED}$12$".encode())
    read_case = cases(read(write_zip(tmp_path / "version.zip", files)))["FAERS-" + CHANGED]
    real = cases(read_extract(EVERYTHING))["FAERS-" + CHANGED]
    assert (read_case.version, read_case.sender_case_id) == (12, "FAERS-" + CHANGED)
    assert (read_case.drugs, read_case.reactions) == (real.drugs, real.reactions)


def test_two_therapies_of_one_drug_are_both_kept(tmp_path):
    drug = "4"  # CALCIUM/D3, the third of the report, without a therapy in the extract
    files = with_rows(
        "THER",
        (CHANGED + "1", CHANGED, drug, "201701", "201702", "", ""),
        (CHANGED + "1", CHANGED, drug, "20170301", "", "", ""),
    )
    case = cases(read(write_zip(tmp_path / "therapies.zip", files)))["FAERS-" + CHANGED]
    dates = [(day_read(dose.start), day_read(dose.end)) for dose in case.drugs[2].doses if dose.start or dose.end]
    assert dates == [(moment("201701"), moment("201702")), (moment("20170301"), None)]


def test_two_indications_of_one_drug_are_both_kept_in_order(tmp_path):
    files = with_rows("INDI", (CHANGED + "1", CHANGED, "1", "Melanoma"), (CHANGED + "1", CHANGED, "1", "Adenoma"))
    case = cases(read(write_zip(tmp_path / "indications.zip", files)))["FAERS-" + CHANGED]
    assert [indication.name for indication in case.drugs[0].indications] == ["Colon cancer", "Melanoma", "Adenoma"]
