"""A medicine is the product by an exact name, or by a long name misspelt by no more than three letters."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import a_case, a_drug, another_drug
from tests.spec.tables import each
from tvec_pv.domain.icsr import Drug, NullFlavor, Substance
from tvec_pv.domain.product_names import Verdict, match_case, match_drug, match_name, named_product, product_drugs
from tvec_pv.reference_files import product


class Name(NamedTuple):
    """A medicine's name as reported, and why it is decided as it is."""

    reported: str
    why: str


class Near(NamedTuple):
    """A word between 'laherparepvec' and RP1's 'oderparepvec', and how many letters lie between it and each."""

    reported: str
    from_product: int
    from_rp1: int
    verdict: str


class Code(NamedTuple):
    """A medicine's name, its substance code and its licence number as reported, and what the medicine is."""

    reported: str | None
    substance_code: str | None
    licence: str | None
    verdict: str


class Decision(NamedTuple):
    """The names and roles of a case's medicines, and what the case is."""

    medicines: tuple[str, ...]
    verdict: str


CODES = [
    Code("study drug", "L01XX51", None, "product"),
    Code(None, None, "55513-079", "product"),
    Code("study drug", None, "NDC 55513-079", "product"),
    Code("Imlygic", None, "761055", "product"),
    # codes whose source was not read: they never decide alone
    Code("study drug", "SUB168372", None, "undecided"),
    Code("study drug", None, "BLA125518", "undecided"),
    Code(None, None, "125518", "undecided"),
    Code("Imlygic", None, "125518", "product"),
    # a name that says another product, and a code that says this one
    Code("RP1", "L01XX51", None, "undecided"),
    Code("RP1", None, "125518", "undecided"),
    Code("study drug", "L01XX5", None, "other product"),
    Code("study drug", None, "1255180", "other product"),
    Code("study drug", None, None, "other product"),
]

EXACT = [
    Name("talimogene laherparepvec", "international name"),
    Name("TALIMOGENE LAHERPAREPVEC", "international name"),
    Name("talimogene", "half of the name"),
    Name("laherparepvec", "half of the name"),
    Name("Imlygic", "brand"),
    Name("IMLYGIC", "brand"),
    Name("imlygic", "brand"),
    Name("Imlygic®", "brand with its mark"),
    Name("Imlygic™", "brand with its mark"),
    Name("IMLYGIC (TM)", "brand with its mark"),
    Name("Imlygic 10^8 PFU/mL", "brand with its strength"),
    Name("IMLYGIC (talimogene laherparepvec)", "brand and name"),
    Name("T-VEC", "abbreviation"),
    Name("TVEC", "abbreviation"),
    Name("T VEC", "abbreviation"),
    Name("T.VEC", "abbreviation"),
    Name("t-vec", "abbreviation"),
    Name("T-VEC.", "abbreviation"),
    Name("T\u2010VEC", "abbreviation with a hyphen"),
    Name("T\u2011VEC", "abbreviation with a non-breaking hyphen"),
    Name("T\u2013VEC", "abbreviation with an en dash"),
    Name("T\u2014VEC", "abbreviation with an em dash"),
    Name("T\u00a0VEC", "abbreviation with a non-breaking space"),
    Name("T-VEC™", "abbreviation with its mark"),
    Name("T_VEC", "abbreviation"),
    Name("  T-VEC  ", "abbreviation"),
    Name("Ｉｍｌｙｇｉｃ", "brand in letters of full width"),
    Name("T-VEC (OncoVEX GM-CSF)", "abbreviation, and a development name beside it"),
    Name("talimogen laherparepvec", "German and Romanian"),
    Name("talimogén laherparepvek", "Hungarian"),
    Name("talimoge\u0301n laherparepvek", "Hungarian with its accent written apart"),
]

DEVELOPMENT = [
    Name("OncoVEX GM-CSF", "development name"),
    Name("OncoVEX^GM-CSF", "development name"),
    Name("OncoVEXGM-CSF", "development name"),
    Name("OncoVEX", "development name"),
    Name("AMG 678", "development number"),
    Name("AMG678", "development number"),
    Name("AMG-678", "development number"),
    Name("AMG 678 / OncoVEX GM-CSF", "two development names"),
]

MISSPELT = [
    Name("talimogen laherparepvek", "one letter missing, one wrong"),
    Name("talimogene laherparavec", "the end wrong"),
    Name("laherparevec", "one letter missing"),
    Name("laherparepvek", "one letter wrong"),
    Name("lahherparepvec", "one letter too many"),
    Name("laherparepvecxxx", "three letters too many"),
    Name("talimogine", "one letter wrong"),
    Name("talimogenne", "one letter too many"),
    Name("talimogenelaherparepvec", "the space missing"),
    Name("imlygik", "a known misspelling of the brand"),
    Name("imligic", "a known misspelling of the brand"),
    Name("imlygyc", "a known misspelling of the brand"),
]

OTHER = [
    Name("vusolimogene oderparepvec", "RP1: three letters from the product's second name"),
    Name("RP1", "RP1"),
    Name("RP1 vusolimogene oderparepvec", "RP1"),
    Name("oderparepvec", "RP1, half of the name"),
    Name("vusolimogen oderparepvek", "RP1, misspelt"),
    Name("oderparepvek", "RP1, misspelt: nearer to it than to the product"),
    Name("teserpaturev", "another herpes vector"),
    Name("Delytact", "another herpes vector"),
    Name("G47delta", "another herpes vector"),
    Name("nadofaragene firadenovec", "another gene therapy"),
    Name("sargramostim", "GM-CSF itself"),
    Name("Tecvayli", "looks like T-VEC"),
    Name("Tecentriq", "looks like T-VEC"),
    Name("Imfinzi", "looks like Imlygic"),
    Name("Imdelltra", "looks like Imlygic"),
    Name("imlunestrant", "looks like Imlygic"),
    Name("pembrolizumab", "another medicine"),
    Name("GM-CSF", "a part of the development name"),
    Name("", "no name"),
    Name("???", "no name"),
    Name("laherparepvecxxxx", "four letters too many"),
    Name("laherpar", "too little of the name"),
]

SHORT_NAMES_ARE_NEVER_FUZZY = [
    Name("T-VEK", "one letter from T-VEC"),
    Name("TVECC", "one letter from TVEC"),
    Name("TEVEC", "one letter from TVEC"),
    Name("VEC", "one letter from T-VEC"),
    Name("TV-EC", "the hyphen elsewhere"),
    Name("Imlygi", "one letter from Imlygic"),
    Name("Imlygica", "one letter from Imlygic"),
    Name("Imlygics", "one letter from Imlygic"),
    Name("AMG 687", "two figures turned"),
    Name("AMG 6780", "one figure too many"),
    Name("OncoVAX", "one letter from OncoVEX"),
    Name("talimogn", "two letters from talimogene, and too short"),
]

UNDECIDED = [
    Name("T-VEC or RP1", "both are named"),
    Name("Imlygic / sargramostim", "both are named"),
    Name("talimogene and vusolimogene", "both are named"),
]

NEAR_TWO_NAMES = [
    Near("laderparepvec", 1, 2, "product"),
    Near("lherparepvec", 1, 2, "product"),
    Near("aherparepvec", 1, 2, "product"),
    Near("aerparepvec", 2, 2, "undecided"),
    Near("adherparepvec", 2, 2, "undecided"),
    Near("loderparepvec", 2, 1, "other product"),
    Near("aderparepvec", 2, 1, "other product"),
]

DECISIONS = [
    Decision(("suspect Imlygic",), "product"),
    Decision(("concomitant Imlygic",), "product"),
    Decision(("interacting T-VEC", "suspect nivolumab"), "product"),
    Decision(("suspect nivolumab", "suspect RP1", "suspect laherparevec"), "product"),
    Decision(("suspect nivolumab", "suspect T-VEC or RP1"), "undecided"),
    Decision(("suspect T-VEC or RP1", "suspect Imlygic"), "product"),
    Decision(("suspect RP1",), "other product"),
    Decision(("suspect nivolumab",), "other product"),
    Decision((), "other product"),
]
_ROLES = {"suspect": "1", "concomitant": "2", "interacting": "3"}


def verdict(reported):
    return match_name(product(), reported).verdict


@each(EXACT)
def test_every_spelling_of_the_name_is_the_product(row):
    found = match_name(product(), row.reported)

    assert (found.verdict, found.how) == (Verdict.PRODUCT, "exact")


@each(DEVELOPMENT)
def test_a_name_of_its_development_is_the_product_and_said_to_be_one(row):
    found = match_name(product(), row.reported)

    assert (found.verdict, found.how) == (Verdict.PRODUCT, "development")


@each(MISSPELT)
def test_a_long_name_may_be_misspelt_by_three_letters(row):
    found = match_name(product(), row.reported)

    assert (found.verdict, found.how) == (Verdict.PRODUCT, "misspelt")


@each(OTHER)
def test_another_medicine_is_never_the_product(row):
    assert verdict(row.reported) is Verdict.OTHER


@each(SHORT_NAMES_ARE_NEVER_FUZZY)
def test_a_short_name_must_be_spelt_exactly(row):
    assert verdict(row.reported) is Verdict.OTHER


@each(UNDECIDED)
def test_a_name_that_may_be_either_is_left_to_a_person(row):
    assert verdict(row.reported) is Verdict.UNDECIDED


@each(NEAR_TWO_NAMES)
def test_a_misspelling_goes_to_the_nearer_name_and_to_a_person_when_both_are_as_near(row):
    distances = _letters("laherparepvec", row.reported), _letters("oderparepvec", row.reported)

    assert distances == (row.from_product, row.from_rp1)
    assert str(verdict(row.reported)) == row.verdict


def _letters(one, other):
    """Letters to be changed, dropped or added to make one word of the other."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for index, against in enumerate(other, 1):
            before, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, before + (letter != against))
    return row[-1]


@each(DECISIONS)
def test_a_case_is_of_the_product_by_any_of_its_medicines_in_any_role(row):
    drugs = []
    for words in row.medicines:
        role, _, name = words.partition(" ")
        drugs.append(another_drug(name, _ROLES[role]))

    assert str(match_case(product(), a_case(drugs=tuple(drugs))).verdict) == row.verdict


@pytest.mark.parametrize("name", [None, NullFlavor.UNK, "", "study drug"])
def test_a_medicine_is_known_by_its_substance_as_well(name):
    drug = Drug(name=name, substances=(Substance(name="Talimogene laherparepvec"),))

    assert match_drug(product(), drug).verdict is Verdict.PRODUCT


def test_only_the_products_own_drugs_are_taken_from_a_case():
    of_product, other = a_drug(), another_drug("nivolumab")

    assert [drug.name for drug in product_drugs(product(), a_case(drugs=(other, of_product)))] == ["IMLYGIC"]


@each(CODES)
def test_a_code_decides_only_where_its_source_was_read_and_no_name_speaks_against_it(row):
    drug = Drug(
        name=row.reported, substances=(Substance(term_id=row.substance_code),), authorisation_number=row.licence
    )

    assert str(match_drug(product(), drug).verdict) == row.verdict


PIECES = st.sampled_from(
    ["talimogene", "talimogen", "laherparepvec", "oderparepvec", "laherparepvek", "leherparepvec", "imlygic", "t-vec",
     "T", "VEC", "RP1", "gm", "csf", "oncovex", "amg", "678", "aspirin", "injection", "talimogénum", "®", "", "/"]
)  # fmt: skip


@given(names=st.lists(st.lists(PIECES, max_size=4).map(" ".join) | st.text(max_size=20), max_size=8, unique=True))
def test_of_many_names_those_are_the_product_that_are_so_one_by_one(names):
    one_by_one = {name: match for name in names if (match := match_name(product(), name)).verdict is not Verdict.OTHER}

    assert named_product(product(), names) == one_by_one
