"""How much, how often, how strong, by which route, how stored: the flags of the doses, at each limit and beside it."""

from typing import NamedTuple

import pytest

from tests.factories import a_case, a_dose, a_drug, a_first_dose, a_patient, a_reaction, day
from tests.spec.flagged import flags_of, said
from tests.spec.tables import each
from tvec_pv.domain.icsr import Case, Dose, MedicalHistory, NullFlavor, Quantity, Substance, Term, TestResult


class Volume(NamedTuple):
    """What was given on which days, in mL or in words, of which lot, and the flag of an overdose by volume."""

    doses: tuple[tuple[object, ...], ...]
    overdose: str
    why: str = ""


class Interval(NamedTuple):
    """Two visits, which doses they were, and the flags of a short and of a long interval."""

    first: str
    then: str
    which: str
    short: str
    long: str = ""
    why: str = ""


class Concentration(NamedTuple):
    """The doses in the words of the report, and the flags of a strong first and of a weak later one."""

    doses: tuple[str, ...]
    strong_first: str
    weak_later: str


class InWords(NamedTuple):
    """A medication error in the reporter's own words, and the flag that says which error it was."""

    words: str
    flag: str


class Route(NamedTuple):
    """What a report says of the route, and the flags that follow."""

    route: object
    text: str
    flags: tuple[str, ...]


class Storage(NamedTuple):
    """What the words of the first dose say of its vial, the antibodies, and the flag of storage."""

    words: str
    antibodies: str
    storage: str


class Lot(NamedTuple):
    """The lot numbers of the doses, and whether one is missing."""

    lots: tuple[object, ...]
    missing: bool


class OffLabel(NamedTuple):
    """The indication, the age with its unit, and whether the use lies outside the licence."""

    indications: tuple[str, ...]
    age: tuple[float, str]
    off_label: bool


MAJOR, MINOR, INFO = "major established", "minor established", "info established"
MAYBE = "major suggested"

VOLUMES = [
    Volume((("2026-08-24", 3.9),), ""),
    Volume((("2026-08-24", 4.0),), "", "the label's limit"),
    Volume((("2026-08-24", 4.1),), MAJOR),
    Volume((("2026-08-24", 2.0), ("2026-08-24", 2.0)), "", "two lesions at one visit, 4.0 mL together"),
    Volume((("2026-08-24", 2.0), ("2026-08-24", 2.1)), MAJOR, "two lesions at one visit, 4.1 mL together"),
    Volume((("2026-08-24", 2.0), ("2026-08-25", 2.1)), "", "two visits"),
    Volume((("2026-08", 2.0), ("2026-08", 2.1)), "", "two days of one month"),
    Volume(((None, 2.0), (None, 2.1)), "", "no day is said"),
    Volume(((None, 4.1),), MAJOR, "no day is said, and one dose is too much"),
    Volume((("2026-08-24", 2.1, "TV1"), ("2026-08-24", 2.1, "TV2")), MAJOR, "two vials"),
    Volume((("2026-08-24", 2.1, "TV1"), ("2026-08-24", 2.1, "TV1")), MAYBE, "perhaps one dose told twice"),
    Volume((("2026-08-24", "6 mL in total"),), MAJOR, "in words"),
    Volume((("2026-08-24", "4,0 ml"),), "", "in words, with a decimal comma"),
    Volume((("2026-08-24", "4,1 ml"),), MAJOR, "in words, with a decimal comma"),
    Volume((("2026-08-24", "2 mL into one lesion, 2.5 mL into another"),), MAYBE, "in words, perhaps part and total"),
    Volume((("2026-08-24", "8 mL over two visits"),), MAYBE, "several visits written as one"),
    Volume((("2026-08-24", "10^8 PFU/mL"),), "", "a concentration is no volume"),
    Volume((("2026-08-24", NullFlavor.UNK),), "", "not known"),
]

INTERVALS = [
    Interval("2026-08-03", "2026-08-20", "first and second", MAJOR, why="17 days"),
    Interval("2026-08-03", "2026-08-21", "first and second", MINOR, why="18 days"),
    Interval("2026-08-03", "2026-08-23", "first and second", MINOR, why="20 days"),
    Interval("2026-08-03", "2026-08-24", "first and second", "", why="21 days, as the label says"),
    Interval("2026-08-03", "2026-08-13", "second and third", MAJOR, why="10 days"),
    Interval("2026-08-03", "2026-08-14", "second and third", MINOR, why="11 days"),
    Interval("2026-08-03", "2026-08-16", "second and third", MINOR, why="13 days"),
    Interval("2026-08-03", "2026-08-17", "second and third", "", why="14 days, as the label says"),
    Interval("2026-08-03", "2026-09-07", "second and third", "", "", "35 days"),
    Interval("2026-08-03", "2026-09-08", "second and third", "", INFO, "36 days"),
    Interval("2026-08-03", "2026-09-08", "first and second", "", "", "36 days, and no later interval"),
    Interval("2026-08-03", "2026-08-13", "not said", MAJOR, why="10 days: too short whichever they were"),
    Interval("2026-08-03", "2026-08-17", "not said", MAYBE, why="14 days: too short only if they were the first two"),
    Interval("2026-08-03", "2026-08-21", "not said", "minor suggested", why="18 days"),
    Interval("2026-08-03", "2026-08-24", "not said", "", why="21 days"),
    Interval("2026-08", "2026-08-18", "first and second", MAJOR, why="a month: 17 days at most"),
    Interval("2026-08", "2026-08-19", "first and second", MINOR, why="a month: 18 days at most"),
    Interval("2026-08", "2026-08-21", "first and second", MINOR, why="a month: 20 days at most"),
    Interval("2026-08", "2026-08-22", "first and second", "", why="a month: 21 days at most"),
    Interval("2026", "2026-08-20", "first and second", "", why="a year"),
    Interval("2026-08-20", "2026-08", "first and second", MAJOR, why="a month: 11 days at most"),
]

CONCENTRATIONS = [
    Concentration(("10^6 PFU/mL, first dose", "10^8 PFU/mL, second dose"), "", ""),
    Concentration(("10^8 PFU/mL, first dose", "10^8 PFU/mL, second dose"), "critical established", ""),
    Concentration(("10^6 PFU/mL, first dose", "10^6 PFU/mL, second dose"), "", MINOR),
    Concentration(("10^6 PFU/mL", "10^6 PFU/mL"), "", MINOR),
    Concentration(("10^8 PFU/mL", "10^8 PFU/mL"), "", ""),
    Concentration(("1,000,000 PFU/ml, dose 1", "1,000,000 PFU/ml, dose 2"), "", MINOR),
    Concentration(("100 million PFU/ml, 1st dose", "10E8 PFU/ml"), "critical established", ""),
    Concentration(("10⁸ PFU/mL, first injection", "10⁸ PFU/mL"), "critical established", ""),
    Concentration(("10^6 PFU/mL, visit 3",), "", MINOR),
    Concentration(("10^6 then 10^8 PFU/mL, first dose",), "", ""),
    Concentration(("strength not known, first dose", "strength not known"), "", ""),
]

ROUTES = [
    Route("Intralesional", "10^8 PFU/mL", ()),
    Route("Intratumor", "10^8 PFU/mL", ()),
    Route("Unknown", "10^8 PFU/mL", ()),
    Route(NullFlavor.UNK, "10^8 PFU/mL", ()),
    Route("Intravenous (not otherwise specified)", "10^8 PFU/mL", ("OL_ROUTE_IV", "MEDICATION_ERROR")),
    Route(None, "2 mL given i.v. by mistake", ("OL_ROUTE_IV", "MEDICATION_ERROR")),
    Route("Intralesional", "not intravenous", ()),
    Route("Intrahepatic", "10^8 PFU/mL", ("OL_ROUTE_INTRAHEPATIC", "OL_INDICATION_VISCERAL")),
    Route("Intralesional", "into a liver metastasis", ("OL_ROUTE_INTRAHEPATIC", "OL_INDICATION_VISCERAL")),
    Route("Intralesional", "into a lung metastasis", ("OL_ROUTE_VISCERAL", "OL_INDICATION_VISCERAL")),
    Route("Intramuscular", "10^8 PFU/mL", ("OL_ROUTE_OTHER",)),
    Route("Intralesional", "into a lesion of the skin over the liver", ()),
    Route("Intralesional", "given once the liver enzymes were normal", ()),
    Route("Intralesional", "liver function was tested; pulmonary function too", ()),
    Route("Intralesional", "into the liver, liver enzymes rose", ("OL_ROUTE_INTRAHEPATIC", "OL_INDICATION_VISCERAL")),
]
OF_ROUTES = {flag for row in ROUTES for flag in row.flags}

IN_WORDS = [
    InWords("4.1 mL given at one visit", "ME_OVERDOSE_VOLUME"),
    InWords("4.0 mL given at one visit", "MEDICATION_ERROR"),
    InWords("6 mL given instead of 4 mL", "ME_OVERDOSE_VOLUME"),
    InWords("3 mL given instead of 6 mL", "MEDICATION_ERROR"),
    InWords("10^8 PFU/mL given as first dose", "ME_WRONG_FIRST_CONCENTRATION"),
    InWords("First dose of 10^8 instead of 10^6 PFU/mL", "ME_WRONG_FIRST_CONCENTRATION"),
    InWords("First dose of 10^6 instead of 10^8 PFU/mL", "MEDICATION_ERROR"),
    InWords("Second dose of 10^8 PFU/mL, too soon", "MEDICATION_ERROR"),
    InWords("Second dose given 20 days after the first", "ME_INTERVAL_TOO_SHORT"),
    InWords("Second dose given 21 days after the first", "MEDICATION_ERROR"),
    InWords("Given 10 days after the last dose", "ME_INTERVAL_TOO_SHORT"),
    InWords("Given 13 days instead of 14 days after the last dose", "MEDICATION_ERROR"),
]

STORAGE = [
    Storage("10^6 PFU/mL, kept 17 hours at 5 C after thawing", "negative", ""),
    Storage("10^6 PFU/mL, kept 17.9 hours at 5 C after thawing", "negative", ""),
    Storage("10^6 PFU/mL, kept 18 hours at 5 C after thawing", "negative", "critical established"),
    Storage("10^6 PFU/mL, kept 19 hours at 5 C after thawing", "negative", "critical established"),
    Storage("10^6 PFU/mL, kept 18 hours at 5 C after thawing", "positive", MAJOR),
    Storage("10^6 PFU/mL, kept 18 hours at 5 C after thawing", "", MAJOR),
    Storage("10^6 PFU/mL, thawed for 2 days in the refrigerator", "positive", MAJOR),
    Storage("thawed vial kept for 22 h", "positive", MAYBE),
    Storage("10^8 PFU/mL, kept 22 hours after thawing", "negative", ""),
    Storage("10^6 PFU/mL, fever 22 hours later", "negative", ""),
]

LOTS = [
    Lot(("TV1", "TV2"), False),
    Lot((None, "TV2"), False),
    Lot((None, None), True),
    Lot((NullFlavor.ASKU, NullFlavor.UNK), True),
    Lot(("Unknown", "n/a"), True),
    Lot(("UNK", "TV2"), False),
    Lot((), True),
    Lot(("-", "?"), True),
    Lot(("not stated", "requested"), True),
    Lot(("-", "TV2"), False),
]

OFF_LABEL = [
    OffLabel(("Malignant melanoma stage IIIC",), (67, "a"), False),
    OffLabel(("METASTATIC MELANOMA",), (67, "a"), False),
    OffLabel(("Sarcoma",), (67, "a"), True),
    OffLabel(("Sarcoma", "Melanoma"), (67, "a"), False),
    OffLabel(("Product used for unknown indication",), (67, "a"), False),
    OffLabel((), (67, "a"), False),
    OffLabel(("Melanoma",), (17, "a"), True),
    OffLabel(("Melanoma",), (18, "a"), False),
    OffLabel(("Melanoma",), (215, "mo"), True),
    OffLabel(("Melanoma",), (216, "mo"), False),
]


def a_visit(when, given, lot=None) -> Dose:
    text = {"text": given} if isinstance(given, str) else {"dose": Quantity(value=given, unit="mL")}
    if isinstance(given, NullFlavor):
        text = {"dose": given}
    return a_dose(when, lot, **{"dose": None, "text": None} | text)


@each(VOLUMES)
def test_a_visit_holds_at_most_four_millilitres(row):
    doses = tuple(a_visit(*dose) for dose in row.doses)

    assert said(flags_of(drugs=(a_drug(doses=doses),)), "ME_OVERDOSE_VOLUME") == row.overdose


@pytest.mark.parametrize(
    ("days", "short"), [(10.0, MAYBE), (11.0, "minor suggested"), (13.0, "minor suggested"), (14.0, "")]
)
def test_a_dosage_may_say_the_interval_itself(days, short):
    dosage = a_dose("2026-08-24", end=day("2026-11-30"), interval=Quantity(value=days, unit="d"))

    assert said(flags_of(drugs=(a_drug(doses=(dosage,)),)), "ME_INTERVAL_TOO_SHORT") == short


@pytest.mark.parametrize(
    ("changes", "overdose"),
    [
        ({"interval": Quantity(value=2.0, unit="wk")}, MAJOR),
        ({"text": "4.1 mL every two weeks"}, MAJOR),
        ({}, MAYBE),
    ],
)
def test_the_volume_of_a_dosage_is_that_of_each_visit_where_it_says_how_often(changes, overdose):
    dosage = a_dose(
        "2026-08-24", **{"end": day("2026-11-30"), "dose": Quantity(value=4.1, unit="mL"), "text": None} | changes
    )

    assert said(flags_of(drugs=(a_drug(doses=(dosage,)),)), "ME_OVERDOSE_VOLUME") == overdose


@each(INTERVALS)
def test_three_weeks_lie_between_the_first_two_doses_and_two_between_later_ones(row):
    one, two = {
        "first and second": ("first dose", "second dose"),
        "second and third": ("dose 2", "dose 3"),
        "not said": (None, None),
    }[row.which]
    flags = flags_of(drugs=(a_drug(doses=(a_dose(row.first, text=one), a_dose(row.then, text=two))),))

    assert (said(flags, "ME_INTERVAL_TOO_SHORT"), said(flags, "ME_INTERVAL_LONG")) == (row.short, row.long)


@each(CONCENTRATIONS)
def test_the_first_dose_is_weak_and_the_later_ones_are_strong(row):
    days = ("2026-08-03", "2026-08-24")
    doses = tuple(a_dose(when, text=text) for when, text in zip(days, row.doses, strict=False))
    flags = flags_of(drugs=(a_drug(doses=doses),))

    found = said(flags, "ME_WRONG_FIRST_CONCENTRATION"), said(flags, "ME_LOW_LATER_CONCENTRATION")
    assert found == (row.strong_first, row.weak_later)


@pytest.mark.parametrize(
    "dose",
    [
        {"dose": Quantity(value=1e8, unit="[PFU]")},
        {"dose": Quantity(value=4e8, unit="[PFU]")},
        {"dose": Quantity(value=1.0, unit="10*8.[PFU]/mL")},
    ],
)
def test_a_concentration_is_also_read_from_the_amount(dose):
    flags = flags_of(drugs=(a_drug(doses=(a_dose("2026-08-03", text="first dose", **dose),)),))

    assert "ME_WRONG_FIRST_CONCENTRATION" in flags


def test_a_concentration_is_also_read_from_the_strength_of_the_substance():
    substance = Substance(name="talimogene laherparepvec", strength=Quantity(value=1e8, unit="[PFU]/mL"))
    drug = a_drug(substances=(substance,), doses=(a_dose("2026-08-03", text="first dose"),))

    assert "ME_WRONG_FIRST_CONCENTRATION" in flags_of(drugs=(drug,))


@each(ROUTES)
def test_the_product_is_injected_into_lesions_of_the_skin(row):
    flags = flags_of(drugs=(a_drug(doses=(a_dose(route=row.route, route_code=None, text=row.text),)),))

    assert set(flags) & OF_ROUTES == set(row.flags)


def test_the_code_of_a_route_is_enough():
    flags = flags_of(drugs=(a_drug(doses=(a_dose(route=None, route_code="20045000"),)),))

    assert said(flags, "OL_ROUTE_IV") == "critical established"


@each(STORAGE)
def test_a_weak_vial_is_kept_fewer_than_18_hours_after_it_was_thawed(row):
    tests = (TestResult(name=Term(name="HSV-1 IgG"), text=row.antibodies),) if row.antibodies else ()
    dose = a_first_dose("2026-08-03", None, text=row.words)
    flags = flags_of(drugs=(a_drug(doses=(dose,)),), tests=tests)

    assert said(flags, "ME_THAW_STORAGE_GT18H") == row.storage
    assert ("BATCH_REQUIRED_DHPC" in flags) is bool(row.storage)
    assert ("SEROSTATUS_NEGATIVE" in flags) is (row.antibodies == "negative")
    assert ("SEROSTATUS_UNKNOWN" in flags) is (bool(row.storage) and not row.antibodies)


@pytest.mark.parametrize(
    ("test", "result", "negative"),
    [
        ("HSV-1 IgG", "negative", True),
        ("HSV IgG", "0.2 (negative below 0.9)", True),
        ("HSV-1 antibody", "non-reactive", True),
        ("HSV-1 and HSV-2 IgG", "negative", True),
        ("HSV-1 IgG and IgM", "negative", True),
        ("HSV-2 IgG", "negative", False),
        ("HSV-1 IgM", "negative", False),
        ("VZV IgG", "negative", False),
        ("HSV-1 IgG", "positive", False),
    ],
)
def test_only_lasting_antibodies_against_type_1_say_that_a_patient_had_none(test, result, negative):
    flags = flags_of(tests=(TestResult(name=Term(name=test), text=result),))

    assert ("SEROSTATUS_NEGATIVE" in flags) is negative


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        ("2 mL given IV by mistake", {"OL_ROUTE_IV", "MEDICATION_ERROR"}),
        ("Given into a lesion instead of IV", {"MEDICATION_ERROR"}),
        ("Injected into a liver metastasis", {"OL_ROUTE_INTRAHEPATIC", "MEDICATION_ERROR"}),
        ("Given once the liver enzymes were normal", {"MEDICATION_ERROR"}),
    ],
)
def test_the_route_of_an_error_may_stand_in_its_words(words, flags):
    error = a_reaction(words, term=Term(name="Medication error"))

    assert set(flags_of(reactions=(error,))) & OF_ROUTES == flags


def test_the_words_of_a_reaction_are_no_route():
    assert (
        set(flags_of(reactions=(a_reaction("Hepatic haemorrhage"), a_reaction("Pneumonia treated IV")))) & OF_ROUTES
        == set()
    )


def test_antibodies_after_the_first_dose_say_nothing_of_before():
    late = TestResult(name=Term(name="HSV-1 IgG"), text="positive", date=day("2026-09-01"))

    assert "SEROSTATUS_UNKNOWN" in flags_of(tests=(late,))


@each(LOTS)
def test_a_biological_medicine_has_a_lot_number(row):
    drug = a_drug(doses=tuple(a_dose("2026-08-24", lot) for lot in row.lots))

    assert ("BATCH_MISSING" in flags_of(drugs=(drug,))) is row.missing


@each(OFF_LABEL)
def test_the_licence_is_for_melanoma_in_adults(row):
    value, unit = row.age
    flags = flags_of(
        patient=a_patient(age=Quantity(value=float(value), unit=unit)),
        drugs=(a_drug(indications=tuple(Term(name=name) for name in row.indications)),),
    )

    assert ("OL_INDICATION" in flags) is row.off_label


def test_an_error_has_a_flag_of_its_own_only_where_no_other_says_which_it_was():
    error = (a_reaction("Medication error"),)
    too_much = a_drug(doses=(a_dose(dose=Quantity(value=4.1, unit="mL")),))

    assert "MEDICATION_ERROR" in flags_of(reactions=error)
    assert "MEDICATION_ERROR" not in flags_of(reactions=error, drugs=(too_much,))


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ("Metastases to liver", MAYBE),
        ("Metastases to lung", MAYBE),
        ("Metastases to lymph nodes", ""),
        ("Hepatic steatosis", ""),
        ("No metastases to liver", ""),
    ],
)
def test_a_visceral_metastasis_of_the_history_may_be_what_the_eu_licence_leaves_out(history, found):
    patient = a_patient(history=(MedicalHistory(term=Term(name=history)),))

    assert said(flags_of(patient=patient), "OL_INDICATION_VISCERAL") == found


@each(IN_WORDS)
def test_an_error_may_stand_in_the_words_of_the_reaction(row):
    of_errors = {one.flag for one in IN_WORDS}
    flags = flags_of(reactions=(a_reaction(row.words, term=Term(name="Medication error")),))

    assert set(flags) & of_errors == {row.flag}


@pytest.mark.parametrize(
    ("indication", "visceral"),
    [
        ("Malignant melanoma stage IIIC", False),
        ("Malignant melanoma stage IV M1a", False),
        ("Malignant melanoma stage IV M1b", True),
        ("Malignant melanoma stage IVM1c", True),
        ("Metastases to bone", True),
        ("Metastases to central nervous system", True),
        ("Metastases to skin", False),
    ],
)
def test_the_eu_licence_leaves_metastases_of_inner_organs_out(indication, visceral):
    drug = a_drug(indications=(Term(name="Malignant melanoma"), Term(name=indication)))

    assert ("OL_INDICATION_VISCERAL" in flags_of(drugs=(drug,))) is visceral


@pytest.mark.parametrize(
    ("narrative", "flag", "found"),
    [
        (
            "Her first dose had 10^8 PFU/mL by mistake. She was well.",
            "ME_WRONG_FIRST_CONCENTRATION",
            "critical suggested",
        ),
        ("Her first dose had 10^6 PFU/mL. The second had 10^8.", "ME_WRONG_FIRST_CONCENTRATION", ""),
        ("The first dose was given. Then 10^8 PFU/mL followed.", "ME_WRONG_FIRST_CONCENTRATION", ""),
        ("The vial of 10^6 was kept 22 h at 5 C after thawing.", "ME_THAW_STORAGE_GT18H", MAYBE),
        ("The vial of 10^6 was kept 17 h at 5 C after thawing.", "ME_THAW_STORAGE_GT18H", ""),
        ("The vial was thawed. Fever began 22 hours later.", "ME_THAW_STORAGE_GT18H", ""),
    ],
)
def test_what_only_the_narrative_says_of_a_dose_is_suggested(narrative, flag, found):
    assert said(flags_of(narrative=narrative), flag) == found


def test_a_history_of_the_case_is_no_dose():
    history = (MedicalHistory(term=Term(name="Intravenous drug user")),)

    assert "OL_ROUTE_IV" not in flags_of(patient=a_patient(history=history))


def test_the_case_that_the_tests_change_has_no_flag_of_its_doses():
    assert isinstance(a_case(), Case)
    assert {flag for flag in flags_of() if flag.startswith(("ME_", "OL_", "BATCH"))} == set()
