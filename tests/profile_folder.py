"""Safety profiles to order: a small good folder of which a test changes one file, and the shipped one, changed."""

import shutil
from pathlib import Path

import tvec_pv
from tvec_pv.reference_files import safety_profile

SHIPPED = Path(tvec_pv.__file__).parent / "reference" / "profile" / safety_profile().version

GOOD = {
    "profile.toml": """
version = "2026-01-01"
approved_by = ""
regions = ["US", "EU"]
category = [{ id = "herpetic", name = "Herpetic" }, { id = "systemic", name = "Systemic" }]
undone_by = ["no"]

[conditions]
weak = "in a patient who is weak"

[spelling]
minimum_letters = 10
letters_for_one = 6
letters_for_two = 12
apart = [["hyper", "hypo"]]

[product]
name = "some medicine"
brand = "Brandname"
abbreviation = "SM"
us_licence = 2015-10-27
eu_authorisation = 2015-12-16
minimum_letters = 10
maximum_distance = 3

[reporting]
us_alert_days = 15
eu_serious_days = 15
eu_non_serious_days = 90
eea = ["DE"]

[periodic]
us_quarterly_years = 3
us_days_after_quarter = 30
us_days_after_anniversary = 60
eu_reports = [{ data_lock_point = 2026-12-16, due = 2027-02-24 }]
verified = false
""",
    "sources.csv": "mark,text\nR2,US label\nBK,general knowledge\nJ,judgement\n",
    "labels.csv": """id,region,start,is_day_known,changes,source,verified
US-1,US,2015-10-27,yes,the first,R2,yes
US-2,US,2023-02-01,no,5.2,R2,yes
EU-1,EU,2015-12-16,yes,the first,BK,no
""",
    "concepts.csv": """id,category,also,is_clinical,serious_by_default,serious_if,ime,dme,frequency_eu,mimic,\
case_rule,note,source,verified
sore,herpetic,,yes,no,,,no,,,,,R2,yes
hot,systemic,,yes,no,a stay in hospital,unverified,no,very common,,,,J,no
""",
    "names.csv": """concept,name,kind,source
sore,Oral herpes,term,R2
sore,Cold sore,synonym,J
hot,Pyrexia,term,J
""",
    "statements.csv": """concept,since,until,listed,section,rule,fatal_if,only_if,source,verified
sore,US-1,US-2,U,not in 5.2,,,,R2,yes
sore,US-2,,L,5.2,,weak,,R2,yes
""",
    "exclusions.csv": "concept,not_if,source\nsore,zoster; vzv,J\n",
    "qualifiers.csv": "name,base,qualified,also,words,unless,source\nhot sore,sore,,systemic,hot; burn*,new,J\n",
    "designated.csv": "term,source,verified\nAnaphylactic shock,R2,yes\n",
    "product_names.csv": "name,kind,may_be_misspelt,source\nBrandname,brand,no,R2\nOther,never,no,J\n",
    "codes.csv": "code,kind,decides,source\n1234,NDC,undecided,BK\n",
}


def write_profile(folder: Path, version: str = "2026-01-01", *, draft: bool = False, **changed: str) -> Path:
    """The good folder under a version, with other contents of some of its files."""
    written = folder / version
    written.mkdir()
    for name, content in (GOOD | changed).items():
        if name == "profile.toml":
            content = content.replace('version = "2026-01-01"', f'version = "{version}"')
            content = "draft = true\n" + content if draft else content
        (written / name).write_text(content, "utf-8")
    return written


def write_draft(folder: Path, *changes: tuple[str, str, str], version: str = "2027-01-01") -> Path:
    """The shipped profile as a draft of another version, with changes: file, what is written, what instead."""
    draft = folder / version
    shutil.copytree(SHIPPED, draft)
    renamed = ("profile.toml", f'version = "{SHIPPED.name}"', f'version = "{version}"\ndraft = true')
    for name, old, new in (renamed, *changes):
        content = (draft / name).read_text("utf-8")
        if content.count(old) != 1:
            raise AssertionError(f"{name} holds {content.count(old)} times what a test would change")
        (draft / name).write_text(content.replace(old, new), "utf-8")
    return draft


# The US label no longer lists oral herpes.
UNLISTED = ("statements.csv", 'hsv_oral,US-2015-10,,L,"5.2, 6.1"', "hsv_oral,US-2015-10,,U,not in 5.2")
