"""Names so written that two spellings of one are equal, and MedDRA by code where its licence holder has put it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import a_case, a_reaction
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.classification import classify
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.icsr import NullFlavor, Reaction, Term
from tvec_pv.domain.terms import NO_DICTIONARY, normalise
from tvec_pv.meddra_files import read_meddra
from tvec_pv.reference_files import knowledge, safety_profile

# Codes of this table are invented and begin with 9, as no code of MedDRA does. PT code and name; LLT code, name, PT.
PREFERRED = [("90000001", "Oral herpes"), ("90000002", "Pyrexia"), ("90000003", "Tinnitus"), ("90000004", "Psoriasis")]
LOWEST = [
    ("90000001", "Oral herpes", "90000001"),
    ("90000011", "Lip blister of some name", "90000001"),
    ("90000012", "Burning up", "90000002"),
    ("90000013", "Ringing ears", "90000003"),
]


def write_meddra(folder, preferred=PREFERRED, lowest=LOWEST, release="27.1$English$$$$\r\n", end="\r\n"):
    """The two files as MedDRA distributes them: '$' after every field, and more fields than are read."""
    (folder / "pt.asc").write_bytes("".join(f"{c}${n}$$90099999$$$$$$${end}" for c, n in preferred).encode())
    (folder / "llt.asc").write_bytes("".join(f"{c}${n}${p}$$$$$$$Y$${end}" for c, n, p in lowest).encode())
    if release:
        (folder / "meddra_release.asc").write_bytes(release.encode())
    return folder


@pytest.fixture
def dictionary(tmp_path):
    return read_meddra(write_meddra(tmp_path))


def classified(reaction, dictionary=NO_DICTIONARY):
    return classify(safety_profile(), reaction, dictionary)


# --- normalise -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Oral herpes", "oral herpes"),
        ("  ORAL   HERPES \t\n", "oral herpes"),
        ("Injection-site  PAIN.", "injection site pain"),
        ("Kaposi's varicelliform eruption", "kaposi s varicelliform eruption"),
        ("oral_herpes", "oral herpes"),
        ("T\u2011VEC", "t vec"),
        ("T\u00a0VEC", "t vec"),
        ("Ｏｒａｌ ｈｅｒｐｅｓ", "oral herpes"),
        ("talimogén", "talimogén"),
        ("talimoge\u0301n", "talimogén"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("10^8", "10 8"),
        ("", ""),
        ("???", ""),
    ],
)
def test_two_spellings_of_one_name_are_equal(written, normal):
    assert normalise(written) == normal


@pytest.mark.parametrize(
    ("one", "other"), [("oral herpes", "oralherpes"), ("talimogén", "talimogen"), ("herpes", "herpès"), ("a", "ab")]
)
def test_other_letters_are_another_name(one, other):
    assert normalise(one) != normalise(other)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_normal_name_stays_as_it_is(text):
    once = normalise(text)
    assert normalise(once) == once
    assert once == " ".join(once.split())


# --- classification by name ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reaction", "concept", "how", "name"),
    [
        (Reaction(term=Term(name="Oral herpes")), "hsv_oral", "term", "Oral herpes"),
        (Reaction(reported="oral herpes"), "hsv_oral", "term", "Oral herpes"),
        (Reaction(reported="cold sore"), "hsv_oral", "synonym", "Oral herpes"),
        (Reaction(translation="cold sore", reported="Lippenherpes"), "hsv_oral", "synonym", "Oral herpes"),
        (Reaction(reported="cold sore", translation=NullFlavor.NI), "hsv_oral", "synonym", "Oral herpes"),
        (Reaction(term=Term(name="No such term"), reported="cold sore"), "hsv_oral", "synonym", "Oral herpes"),
        (Reaction(term=Term(name="Pyrexia"), reported="cold sore"), "sy_pyrexia", "term", "Pyrexia"),
        (Reaction(translation="fever", reported="cold sore"), "sy_pyrexia", "synonym", "Pyrexia"),
        (Reaction(reported="Ringing ears"), "", "no match", "Ringing ears"),
        (Reaction(reported=NullFlavor.UNK), "", "no match", "not named"),
        (Reaction(), "", "no match", "not named"),
    ],
    ids=str,
)
def test_a_reaction_is_found_by_the_most_reliable_of_its_names(reaction, concept, how, name):
    found = classified(reaction)

    assert (found.concept.id if found.concept else "", found.how, found.name) == (concept, how, name)


def test_what_no_term_names_is_counted_under_its_own_words_as_unlisted_other():
    found = classified(Reaction(reported="Ringing  ears"))

    assert (found.category, found.name, found.matched) == ("unlisted-other", "Ringing  ears", "")


def test_one_of_several_terms_of_a_concept_keeps_its_own_name_in_every_count():
    assert classified(Reaction(reported="Wound dehiscence")).name == "Wound dehiscence"
    assert classified(Reaction(reported="wound reopened")).name == "Wound complication"


def test_without_a_dictionary_a_code_says_nothing_and_the_words_decide():
    coded = a_reaction("cold sore", term=Term(code="90000002", version="27.1"))

    assert classified(coded).concept.id == "hsv_oral"
    assert classified(Reaction(term=Term(code="90000002"))).name == "not named"


# --- MedDRA --------------------------------------------------------------------------------------------------------


def test_the_two_files_of_a_release_are_read(dictionary):
    assert dictionary.version == "27.1"
    assert dictionary.preferred_name("90000011") == "Oral herpes"
    assert dictionary.preferred_name("90000001") == "Oral herpes"
    assert dictionary.name_of["90000011"] == "Lip blister of some name"
    assert dictionary.preferred_name("99999999") is None


@pytest.mark.parametrize(
    ("code", "words", "concept", "how", "name"),
    [
        ("90000001", "whatever", "hsv_oral", "code", "Oral herpes"),
        ("90000011", "whatever", "hsv_oral", "code", "Oral herpes"),
        ("90000012", "cold sore", "sy_pyrexia", "code", "Pyrexia"),
        ("90000013", "Ringing ears", "", "no match", "Tinnitus"),
        ("90000013", "cold sore", "hsv_oral", "synonym", "Tinnitus"),
        ("99999999", "cold sore", "hsv_oral", "synonym", "Oral herpes"),
    ],
)
def test_with_a_dictionary_the_code_decides_before_the_words(dictionary, code, words, concept, how, name):
    found = classified(a_reaction(words, term=Term(code=code)), dictionary)

    assert (found.concept.id if found.concept else "", found.how, found.name) == (concept, how, name)


def test_a_lowest_level_term_counts_under_its_preferred_term(dictionary):
    names = {classified(Reaction(term=Term(code=code)), dictionary).name for code in ("90000001", "90000011")}

    assert names == {"Oral herpes"}


@pytest.mark.parametrize("release", ["", None])
def test_a_release_that_does_not_say_its_number_is_said_not_to(tmp_path, release):
    assert read_meddra(write_meddra(tmp_path, release=release)).version == "not stated"


def test_lines_may_end_in_either_way(tmp_path):
    assert read_meddra(write_meddra(tmp_path, end="\n")).preferred_name("90000012") == "Pyrexia"


@pytest.mark.parametrize("missing", ["llt.asc", "pt.asc"])
def test_a_folder_without_one_of_the_files_is_refused_with_its_name(tmp_path, missing):
    (write_meddra(tmp_path) / missing).unlink()

    with pytest.raises(ReferenceDataError, match=missing):
        read_meddra(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ReferenceDataError, match=r"llt\.asc and pt\.asc"):
        read_meddra(tmp_path / "nowhere")


def test_an_empty_line_at_the_end_of_a_file_is_no_term(tmp_path):
    folder = write_meddra(tmp_path)
    for name in ("llt.asc", "pt.asc"):
        (folder / name).write_bytes((folder / name).read_bytes() + b"\r\n")

    assert read_meddra(folder).preferred_name("90000012") == "Pyrexia"


@pytest.mark.parametrize("line", ["90000099\r\n", "not a MedDRA file\r\n"])
def test_a_line_that_is_none_of_meddra_is_refused_with_its_file(tmp_path, line):
    folder = write_meddra(tmp_path)
    with (folder / "llt.asc").open("a", newline="") as file:
        file.write(line)

    with pytest.raises(ReferenceDataError, match=r"llt\.asc"):
        read_meddra(folder)


# --- the hierarchy and the standardised queries of MedDRA ----------------------------------------------------------

# Terms and queries are invented. Term, its organ class, and whether that is its primary one.
HIERARCHY = [
    ("90000001", "Infections of a kind", "Y"),
    ("90000001", "Disorders of the mouth", "N"),
    ("90000002", "General conditions", "Y"),
]
QUERIES = [("91000001", "All blisters (SMQ)"), ("91000002", "Lip blisters (SMQ)"), ("91000003", "Heat (SMQ)")]
# Query, member, level (4 preferred, 5 lowest, 0 query), scope (1 broad, 2 narrow, 0 query), status.
MEMBERS = [
    ("91000001", "91000002", "0", "0", "A"),
    ("91000002", "90000001", "4", "2", "A"),
    ("91000001", "90000004", "4", "1", "A"),
    ("91000003", "90000002", "4", "1", "A"),
    ("91000003", "90000012", "5", "2", "A"),
    ("91000003", "90000003", "4", "2", "I"),
]


def write_hierarchy(folder, hierarchy=HIERARCHY):
    rows = (f"{pt}$1$2$3${pt}n$hlt$hlgt${soc}$Abc$$9${primary}$\r\n" for pt, soc, primary in hierarchy)
    (folder / "mdhier.asc").write_bytes("".join(rows).encode())


def write_queries(folder, members=MEMBERS):
    listed = "".join(f"{code}${name}$1$What it is for$Source$Note$27.1$A$N$\r\n" for code, name in QUERIES)
    content = "".join(
        f"{q}${term}${level}${scope}$A$0${status}$27.0$27.1$\r\n" for q, term, level, scope, status in members
    )
    (folder / "smq_list.asc").write_bytes(listed.encode())
    (folder / "smq_content.asc").write_bytes(content.encode())


@pytest.fixture
def whole(tmp_path):
    folder = write_meddra(tmp_path)
    write_hierarchy(folder)
    write_queries(folder)
    return read_meddra(folder)


def test_a_term_has_the_primary_organ_class_of_its_preferred_term(whole):
    assert [whole.organ_class(code) for code in ("90000001", "90000011", "90000012", "90000003", "99999999")] == [
        "Infections of a kind",
        "Infections of a kind",
        "General conditions",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("code", "queries"),
    [
        ("90000001", [("All blisters (SMQ)", True), ("Lip blisters (SMQ)", True)]),  # by the query below
        ("90000011", [("All blisters (SMQ)", True), ("Lip blisters (SMQ)", True)]),  # by its preferred term
        ("90000004", [("All blisters (SMQ)", False)]),
        ("90000002", [("Heat (SMQ)", False)]),
        ("90000012", [("Heat (SMQ)", True)]),  # itself narrow, its preferred term broad
        ("90000003", []),  # no longer active
        ("99999999", []),
    ],
)
def test_a_term_is_in_the_queries_that_hold_it_and_in_those_above(whole, code, queries):
    assert [(one.name, one.is_narrow) for one in whole.queries(code)] == queries


def test_queries_that_hold_each_other_end(tmp_path):
    folder = write_meddra(tmp_path)
    write_queries(folder, [*MEMBERS, ("91000002", "91000001", "0", "0", "A")])

    assert [one.name for one in read_meddra(folder).queries("90000004")] == ["All blisters (SMQ)", "Lip blisters (SMQ)"]


@pytest.mark.parametrize("code", ["90000001", None])
def test_a_reaction_is_given_its_organ_class_and_queries_by_code_or_by_name(whole, code):
    case = a_case(reactions=(a_reaction("...", term=Term(code=code, name=None if code else "ORAL HERPES")),))
    known = assess(case, replace(knowledge(), dictionary=whole))

    assert known.meddra == "27.1"
    assert known.reactions[0].organ_class == "Infections of a kind"
    assert [one.name for one in known.reactions[0].queries] == ["All blisters (SMQ)", "Lip blisters (SMQ)"]


def test_without_meddra_the_names_decide_and_the_assessment_says_that_there_was_none(whole):
    case = a_case(reactions=(a_reaction("cold sore", term=Term(code="90000012", name="Oral herpes")),))
    by_names, by_code = assess(case, knowledge()), assess(case, replace(knowledge(), dictionary=whole))

    assert (by_names.meddra, by_names.reactions[0].concept, by_names.reactions[0].queries) == ("", "hsv_oral", ())
    assert by_code.reactions[0].concept == "sy_pyrexia"


def test_a_release_without_hierarchy_and_queries_is_read_as_before(dictionary):
    assert (dictionary.organ_class("90000001"), dictionary.queries("90000001")) == ("", ())


@pytest.mark.parametrize(
    ("there", "missing"), [("smq_list.asc", "smq_content.asc"), ("smq_content.asc", "smq_list.asc")]
)
def test_one_of_the_two_files_of_queries_names_the_other(tmp_path, there, missing):
    folder = write_meddra(tmp_path)
    write_queries(folder)
    (folder / missing).unlink()

    with pytest.raises(ReferenceDataError, match=f"with {there} and without {missing}"):
        read_meddra(folder)


@pytest.mark.parametrize("name", ["mdhier.asc", "smq_list.asc", "smq_content.asc"])
def test_a_short_row_of_any_file_is_named_with_its_line(tmp_path, name):
    folder = write_meddra(tmp_path)
    write_hierarchy(folder)
    write_queries(folder)
    with (folder / name).open("a", newline="") as file:
        file.write("90000099\r\n")

    with pytest.raises(ReferenceDataError, match=rf"{name}, line \d+: not a row"):
        read_meddra(folder)
