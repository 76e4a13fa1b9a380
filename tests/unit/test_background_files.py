"""The tables by which the background is read: what ships is whole, and a mistake is named with file and column."""

from pathlib import Path
from shutil import copytree

import pytest

import tvec_pv
from tvec_pv.background_files import read_codes
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.reference_files import background_codes

SHIPPED = max((Path(tvec_pv.__file__).parent / "reference" / "background").iterdir())


def test_the_newest_folder_is_in_force_and_its_name_is_its_version():
    assert background_codes() == read_codes(SHIPPED)
    assert background_codes().version == background_codes().names.version == SHIPPED.name


def test_every_country_is_in_one_of_five_regions_under_its_code_and_its_names():
    codes = background_codes()

    assert set(codes.region_of.values()) == {"Europe", "North America", "Japan", "Asia", "Rest of the world"}
    assert set(codes.country_of.values()) == set(codes.region_of)
    assert [codes.country_of[name] for name in ("GB", "UNITED KINGDOM", "UK")] == ["GB"] * 3


def test_no_word_is_of_two_kinds_but_an_element_that_makes_a_salt():
    names = background_codes().names
    kinds = {"salts": names.salts, "waters": names.waters, "forms": names.forms, "units": names.units}

    for one, words in kinds.items():
        for two, others in kinds.items():
            assert one == two or not words & others, f"{one} and {two}"
    assert not names.elements & (names.forms | names.units | names.waters)


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        (
            "age_groups.csv",
            "I,infant,28,",
            "I,infant,5000,",
            "age_groups.csv, column from_days: the groups must follow",
        ),
        ("age_groups.csv", "N,neonate,0,", "N,neonate,1,", "age_groups.csv, column from_days: the groups must follow"),
        ("name_words.csv", "salt,hcl,", "sale,hcl,", "name_words.csv, row .*, column kind: must be one of salt"),
        ("countries.csv", "AE,", "AD,", "countries.csv, row 3, column code: AD stands in an earlier row too"),
        ("reporters.csv", "MD,physician,", "MD,,", "reporters.csv, row 2, column reporter: must not be empty"),
    ],
)
def test_a_mistake_is_named(tmp_path, file, before, after, message):
    folder = copytree(SHIPPED, tmp_path / "2027-01-01")
    text = (folder / file).read_text("utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), "utf-8")

    with pytest.raises(ReferenceDataError, match=message):
        read_codes(folder)
