"""A file of thresholds is whole, or it is refused with what is wrong; the old ones stay to be read."""

import re
from pathlib import Path

import pytest

import tvec_pv
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.reference_files import read_thresholds, thresholds

FOLDER = Path(tvec_pv.__file__).parent / "reference" / "thresholds"
TEXT = (FOLDER / "2026-11-25.toml").read_text("utf-8")


def read(folder, text):
    file = folder / "2026-11-25.toml"
    file.write_text(text, "utf-8")
    return read_thresholds(file)


def test_the_newest_file_holds_and_those_before_it_are_kept():
    assert thresholds().version == max(file.stem for file in FOLDER.glob("*.toml"))
    assert (FOLDER / "2026-11-22.toml").is_file()


def test_a_rule_that_is_not_active_keeps_its_sentence(tmp_path):
    name = '[[rule]]\nname = "evans"\nactive = '
    found = read(tmp_path, TEXT.replace(f"{name}true", f"{name}false"))

    assert found.rules == thresholds().rules
    assert found.active == thresholds().active - {"evans"}


@pytest.mark.parametrize(
    ("what", "instead", "named"),
    [
        ("ror_lower = 1.0 ", "", "ror_lower"),
        ("ror_lower = 1.0 ", "ror_lower = 1.0\nqor = 2.0 ", "qor"),
        ("ror_lower = 1.0 ", "ror_lower = -1.0 ", "ror_lower"),
        ("ic_lower = 0.0 ", "ic_lower = nan ", "ic_lower"),
        ('name = "evans"', 'name = "evens"', "evans, evens"),
        ('name = "transmission"', 'name = "evans"', "transmission"),
        ("active = true", "", "active"),
        ('levels = ["critical"]', 'levels = ["grave"]', "grave"),
        ('statuses = ["established"]', 'statuses = ["certain"]', "certain"),
        ('version = "2026-11-25"', 'version = "2026-11-26"', "2026-11-26"),
    ],
)
def test_a_mistake_is_named(tmp_path, what, instead, named):
    assert what in TEXT

    with pytest.raises(ReferenceDataError, match=re.escape(named)):
        read(tmp_path, TEXT.replace(what, instead, 1))


def test_a_rule_that_stands_twice_is_named(tmp_path):
    with pytest.raises(ReferenceDataError, match="twice"):
        read(tmp_path, TEXT + '\n[[rule]]\nname = "ror"\nactive = true\nsentence = "Again."\n')
