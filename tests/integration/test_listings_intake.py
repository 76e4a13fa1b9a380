"""Listings and FHIR through the door: from the bytes of a file to cases in the store, by the night's own intake."""

import json

import pytest

from tests.samples import FOLDER
from tests.samples.mapped_listing import LISTING, MAPPING
from tests.unit import test_eudravigilance as eudravigilance
from tests.unit import test_fhir as fhir
from tvec_pv.actions.intake import take_in
from tvec_pv.domain.records import RecordClass, check_balance
from tvec_pv.store import reads
from tvec_pv.store.database import reading


@pytest.fixture
def taken(opened, store_url, tmp_path):
    """What became of a file's bytes: the result of intake, and the current cases by number."""

    def of(content, **settings):
        path = tmp_path / "report"
        path.write_bytes(content)
        with opened(tmp_path / "home", store_url, **settings) as house:
            result = take_in(house, [path])
            check_balance(result.balance)
            with reading(house.store) as connection:
                views = reads.case_views(connection, reads.current_versions(connection))
                return result, {view.case_key: view for view in views}

    return of


def test_a_eudravigilance_listing_becomes_cases_and_what_breaks_off_is_said(taken):
    whole = eudravigilance.ROW
    cut = whole | {"EU Local Number": "EU-EC-2", eudravigilance.REACTIONS: "Rash (n/a - Unknown - ), Pyrex"}
    other = whole | {"EU Local Number": "EU-EC-3", eudravigilance.SUSPECTS: "X [Y] (S - n/a - Unknown - [n/a - a - b])"}
    result, cases = taken(eudravigilance.as_csv(whole, cut, other))

    assert result.files[0].format == "EudraVigilance line listing"
    assert sorted(cases) == ["EU-EC-10000000001", "EU-EC-2"]
    assert [one["name"] for one in cases["EU-EC-10000000001"].assessment["reactions"]] == ["Oral herpes"]
    assert "EV-CUT" in {one["check"] for one in cases["EU-EC-2"].findings}
    assert result.balance.classes[RecordClass.OUT_OF_SCOPE] == 1


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_bundle_becomes_a_case_and_the_same_again_a_duplicate(taken, version):
    content = json.dumps(fhir.bundle(*fhir.OTHERS[version])).encode()
    result, cases = taken(content)
    again, _ = taken(content + b"\n")

    assert result.files[0].format == "FHIR AdverseEvent"
    assert list(cases) == ["HTTPS://EXAMPLE.ORG/CASES|17"]
    assert again.balance.classes[RecordClass.DUPLICATE] == 1


def test_a_partners_listing_is_taken_in_by_its_mapping_and_without_it_is_held(taken):
    content = (FOLDER / "mappings" / LISTING).read_bytes()
    held, none = taken(content)
    result, cases = taken(content + b" ", mappings=FOLDER / "mappings")

    assert (held.files[0].format, none) == ("unknown", {})
    assert held.balance.classes[RecordClass.QUARANTINED] == 1
    assert result.files[0].format == "mapped line listing"
    assert sorted(cases) == ["DE-KLINIKUMBEISPIEL-2026-0007", "DE-KLINIKUMBEISPIEL-2026-0008"]
    used = {one["where"].split()[0] for view in cases.values() for one in view.findings if one["check"] == "MAP-USED"}
    assert used == {MAPPING}


def test_the_dry_run_says_what_would_be_held_and_stores_nothing(command, tmp_path):
    mapping, listing = FOLDER / "mappings" / MAPPING, FOLDER / "mappings" / LISTING
    good = command("mapping", "check", mapping, listing, "--json")
    strict = tmp_path / "strict.yaml"
    strict.write_text(mapping.read_text("utf-8").replace("ja: serious", "doch: serious"), "utf-8")
    bad = command("mapping", "check", strict, listing, "--json")

    assert (good.code, json.loads(good.out)["held"]) == (0, 0)
    assert (bad.code, json.loads(bad.out)["held"]) == (1, 1)
    assert "LIST-WORD" in {one["check"] for one in json.loads(bad.out)["findings"]}
    assert not (tmp_path / "home").exists()


def test_a_mapping_that_does_not_fit_or_is_mistaken_is_one_line_on_standard_error(command, tmp_path):
    listing = FOLDER / "inbox" / "partner_listing_2026-10.csv"
    mistaken = tmp_path / "mistaken.yaml"
    mistaken.write_text("name: x\ncolumns: {Nr: number}\n")

    other = command("mapping", "check", FOLDER / "mappings" / MAPPING, listing)
    wrong = command("mapping", "check", mistaken, listing)

    assert (other.code, wrong.code) == (1, 1)
    assert "does not fit: row 3 of the listing lacks Fallnummer" in other.err
    assert wrong.err == "tvec-pv: mistaken.yaml: columns.Nr: number is no column of docs/reference/line-listing.md\n"
