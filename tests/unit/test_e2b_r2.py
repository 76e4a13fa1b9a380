"""What senders of E2B(R2) really write: one report's names, changed element by element. All of it is made up."""

import pytest

from tvec_pv.domain.icsr import DrugReaction, Identifier, NullFlavor, Quantity, Reporter, Study, Term
from tvec_pv.sources.e2b_r2_case import read_case


def a_report(**elements):
    given = {"safetyreportid": "DE-EXAMPLE-1", "patient": {"reaction": {"reactionmeddrapt": "Chills"}, "drug": {}}}
    return given | elements


def of_patient(**elements):
    return a_report(patient={"reaction": {"reactionmeddrapt": "Chills"}} | elements)


def of_drug(**elements):
    return of_patient(drug={"medicinalproduct": "IMLYGIC"} | elements)


def case_of(report):
    return read_case(report)[0]


def checks_of(report):
    return [finding.check for finding in read_case(report)[1]]


def drug_of(**elements):
    (drug,) = case_of(of_drug(**elements)).drugs
    return drug


# --- codes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "route"),
    [
        ("026", "Intralesional"),
        ("036", "Intratumor"),
        ("058", "Subcutaneous"),
        ("26", "Intralesional"),
        ("001", "Auricular (otic)"),
        ("067", "Vaginal"),
    ],
)
def test_routes_become_words(code, route):
    (dose,) = drug_of(drugadministrationroute=code).doses

    assert (dose.route, dose.route_code) == (route, None)


@pytest.mark.parametrize("text", ["068", "000", "Intralesional", "26.0", "-26"])
def test_a_code_of_no_list_stays_as_it_was_sent(text):
    report = of_drug(drugadministrationroute=text)

    assert case_of(report).drugs[0].doses[0].route == text
    assert checks_of(report) == ["READ-CODE"]


@pytest.mark.parametrize(("r2", "r3"), [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5"), ("6", "0")])
def test_outcomes(r2, r3):
    (reaction,) = case_of(of_patient(reaction={"reactionoutcome": r2})).reactions

    assert reaction.outcome == r3


@pytest.mark.parametrize(("r2", "r3"), [("1", "1"), ("4", "4"), ("5", "0"), ("6", "9")])
def test_actions_taken(r2, r3):
    assert drug_of(actiondrug=r2).action_taken == r3


@pytest.mark.parametrize(("code", "sex"), [("1", "1"), ("2", "2"), ("0", NullFlavor.UNK), ("9", NullFlavor.NI)])
def test_sexes(code, sex):
    assert case_of(of_patient(patientsex=code)).patient.sex == sex


@pytest.mark.parametrize(
    ("code", "unit"), [("800", "10.a"), ("801", "a"), ("802", "mo"), ("803", "wk"), ("804", "d"), ("805", "h")]
)
def test_ages(code, unit):
    age = case_of(of_patient(patientonsetage="7", patientonsetageunit=code)).patient.age

    assert age == Quantity(value=7.0, unit=unit)


@pytest.mark.parametrize("unit", ["799", "year", ""])
def test_an_age_with_another_unit_keeps_its_number(unit):
    age = case_of(of_patient(patientonsetage="7", patientonsetageunit=unit)).patient.age

    assert age == Quantity(value=7.0, unit=unit or None)


def test_810_is_a_trimester_of_gestation_and_a_cycle_of_dosage():
    drug = drug_of(
        reactiongestationperiod="2",
        reactiongestationperiodunit="810",
        drugintervaldosageunitnumb="1",
        drugintervaldosagedefinition="810",
    )

    assert drug.gestation_at_exposure.unit == "{trimester}"
    assert drug.doses[0].interval.unit == "{cyclical}"


@pytest.mark.parametrize(
    ("given", "amount"),
    [
        ({"drugstructuredosagenumb": "4", "drugstructuredosageunit": "012"}, Quantity(value=4.0, unit="mL")),
        (
            {"drugstructuredosagenumb": "4", "drugstructuredosageunit": "012", "drugseparatedosagenumb": "3"},
            Quantity(value=12.0, unit="mL"),
        ),
        ({"drugstructuredosagenumb": "4"}, Quantity(value=4.0)),
        ({"drugseparatedosagenumb": "3", "drugdosagetext": "thrice"}, None),
    ],
    ids=["at once", "in three portions", "of no unit", "of no amount"],
)
def test_the_dose_is_all_of_one_interval(given, amount):
    (dose,) = drug_of(**given).doses

    assert dose.dose == amount


# --- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text"),
    [("102", "20260301"), ("610", "202603"), ("602", "2026"), ("203", "202603011530"), ("204", "20260301153000")],
)
def test_dates_have_the_precision_that_they_have(code, text):
    report = of_patient(reaction={"reactionstartdateformat": code, "reactionstartdate": text})

    assert case_of(report).reactions[0].start.text == text
    assert checks_of(report) == []


@pytest.mark.parametrize(("code", "text"), [("102", "202603"), ("610", "20260301"), ("999", "2026"), ("203", "2026")])
def test_a_date_that_is_not_as_its_code_says_is_read_as_it_stands(code, text):
    report = of_patient(reaction={"reactionstartdateformat": code, "reactionstartdate": text})

    assert case_of(report).reactions[0].start.text == text
    assert checks_of(report) == ["READ-FORMAT"]


@pytest.mark.parametrize("text", ["20250231", "0000", "20261300", "2026-03-01", "yesterday", "202"])
def test_a_date_of_no_day_is_a_finding(text):
    report = of_patient(reaction={"reactionstartdateformat": "102", "reactionstartdate": text})

    assert case_of(report).reactions[0].start is None
    assert checks_of(report) == ["READ-DATE"]


# --- the case -------------------------------------------------------------------------------------------------------

MET, NOT_MET = True, NullFlavor.NI


@pytest.mark.parametrize(
    ("given", "death", "other", "checks"),
    [
        ({}, None, None, []),
        ({"serious": "2"}, NOT_MET, NOT_MET, []),
        ({"serious": "1", "seriousnessdeath": "1", "seriousnessother": "2"}, MET, NOT_MET, []),
        ({"serious": "1", "seriousnessdeath": "1"}, MET, NOT_MET, []),
        ({"seriousnessdeath": "1"}, MET, NOT_MET, []),
        ({"serious": "1"}, NOT_MET, MET, ["READ-SERIOUS"]),
        ({"serious": "1", "seriousnessdeath": "2"}, NOT_MET, MET, ["READ-SERIOUS"]),
        ({"serious": "2", "seriousnessdeath": "1"}, MET, NOT_MET, ["READ-SERIOUS"]),
        ({"serious": "yes"}, None, None, ["READ-FLAG"]),
    ],
)
def test_seriousness_is_never_lost(given, death, other, checks):
    report = a_report(**given)
    seriousness = case_of(report).reactions[0].seriousness

    assert (seriousness.death, seriousness.other_important, seriousness.is_case_level) == (death, other, True)
    assert checks_of(report) == checks


@pytest.mark.parametrize(
    ("given", "worldwide", "first_sender", "others"),
    [
        ({"companynumb": "C-1"}, "C-1", "2", []),
        ({"authoritynumb": "A-1"}, "A-1", "1", []),
        ({"authoritynumb": "A-1", "companynumb": "C-1"}, "A-1", "1", [("company", "C-1")]),
        (
            {"authoritynumb": "A-1", "companynumb": "C-1", "reportduplicate": {"duplicatenumb": "C-1"}},
            "A-1",
            "1",
            [(None, "C-1")],
        ),
        ({}, None, None, []),
    ],
)
def test_the_worldwide_number_is_the_authoritys_else_the_companys(given, worldwide, first_sender, others):
    case = case_of(a_report(**given))

    assert (case.worldwide_id, case.first_sender) == (worldwide, first_sender)
    assert case.other_ids == tuple(Identifier(source=source, number=number) for source, number in others)


@pytest.mark.parametrize(
    ("code", "expected", "checks"), [("1", "1", []), ("", None, []), ("2", None, ["READ-NULLIFICATION"])]
)
def test_only_a_1_nullifies(code, expected, checks):
    report = a_report(casenullification=code)

    assert case_of(report).nullification_amendment == expected
    assert checks_of(report) == checks


def test_the_primary_source_has_the_country_of_the_report():
    case = case_of(a_report(primarysourcecountry="DE", primarysource=[{"qualification": "1"}, {"qualification": "5"}]))

    assert case.reporters == (
        Reporter(country="DE", qualification="1", is_primary=True),
        Reporter(qualification="5"),
    )


def test_a_country_alone_is_a_reporter():
    assert case_of(a_report(primarysourcecountry="DE", primarysource=None)).reporters == (
        Reporter(country="DE", is_primary=True),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PRIVACY", NullFlavor.MSK), ("UNKNOWN", NullFlavor.UNK), ("unknown", NullFlavor.UNK), ("U.N.", "U.N.")],
)
def test_words_that_stand_for_no_name(text, expected):
    case = case_of(a_report(primarysource={"reporterfamilyname": text}, patient={"patientinitial": text}))

    assert case.reporters[0].family_name == case.patient.name == expected


def test_an_unknown_lot_is_no_masked_name():
    (dose,) = drug_of(drugbatchnumb="UNKNOWN").doses

    assert dose.lot == "UNKNOWN"


def test_the_study_is_that_of_the_first_who_names_one():
    case = case_of(a_report(primarysource=[{"qualification": "1"}, {"sponsorstudynumb": "EX-1"}, {"studyname": "B"}]))

    assert case.study == Study(sponsor_number="EX-1")


# --- reactions, tests, medicines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"reactionmeddrallt": "00000001", "reactionmeddraversionllt": "29.0"}, Term(code="00000001", version="29.0")),
        ({"reactionmeddrallt": "Cold sore"}, Term(name="Cold sore")),
        (
            {"reactionmeddrapt": "Oral herpes", "reactionmeddraversionpt": "29.0"},
            Term(name="Oral herpes", version="29.0"),
        ),
        (
            {"reactionmeddrallt": "00000001", "reactionmeddraversionllt": "29.0", "reactionmeddrapt": "Oral herpes"},
            Term(name="Oral herpes", code="00000001", version="29.0"),
        ),
        ({"reactionmeddrallt": "Cold sore", "reactionmeddrapt": "Oral herpes"}, Term(name="Cold sore")),
        ({"primarysourcereaction": "fever blister"}, Term()),
    ],
)
def test_terms(given, expected):
    (reaction,) = case_of(of_patient(reaction=given)).reactions

    assert reaction.term == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("7.5", {"value": Quantity(value=7.5, unit="g/L")}),
        ("<0.5", {"low": NullFlavor.NINF, "high": Quantity(value=0.5, unit="g/L"), "high_inclusive": False}),
        (">= 2", {"high": NullFlavor.PINF, "low": Quantity(value=2.0, unit="g/L"), "low_inclusive": True}),
        ("Positive", {"result_code": "1"}),
        ("inconclusive", {"result_code": "4"}),
        ("7.5 to 8", {"text": "7.5 to 8 g/L"}),
        ("raised", {"text": "raised g/L"}),
        ("", {}),
    ],
)
def test_results(result, expected):
    (test,) = case_of(of_patient(test={"testname": "CRP", "testresult": result, "testunit": "g/L"})).tests
    found = {name: getattr(test, name) for name in ("value", "low", "high", "result_code", "text")}
    inclusive = {"low_inclusive": test.low_inclusive, "high_inclusive": test.high_inclusive}

    assert {name: value for name, value in (found | inclusive).items() if value is not None} == expected


TWO = [{"primarysourcereaction": "Chills", "reactionfirsttime": "3", "reactionfirsttimeunit": "804"},
       {"reactionmeddrallt": "00000001", "reactionmeddrapt": "Oral herpes"}]  # fmt: skip


def pairs(**drug):
    report = of_patient(reaction=TWO, drug={"medicinalproduct": "IMLYGIC"} | drug)
    return case_of(report).drugs[0].reactions, checks_of(report)


@pytest.mark.parametrize(
    ("given", "again"),
    [
        ({"drugrecurreadministration": "1", "drugrecurrence": {"drugrecuraction": "ORAL HERPES"}}, {"2": "1"}),
        ({"drugrecurreadministration": "1", "drugrecurrence": [{"drugrecuraction": "00000001"}]}, {"2": "1"}),
        ({"drugrecurreadministration": "1"}, {None: "1"}),
        ({"drugrecurreadministration": "2"}, {"1": "2", "2": "2"}),
        ({"drugrecurreadministration": "3"}, {"1": "3", "2": "3"}),
        ({}, {}),
    ],
)
def test_rechallenge_is_of_the_reaction_that_came_again(given, again):
    found, checks = pairs(**given)

    assert {one.reaction_id: one.rechallenge for one in found} == again
    assert checks == []


def test_an_opinion_on_no_reaction_of_the_report_is_kept_with_a_finding():
    found, checks = pairs(drugreactionrelatedness={"drugreactionasses": "Fever", "drugresult": "Possible"})

    assert [(one.reaction_id, one.opinions[0].result) for one in found] == [(None, "Possible")]
    assert checks == ["READ-LINK"]


@pytest.mark.parametrize(("role", "counts"), [("1", True), ("3", True), ("2", False)])
def test_the_time_to_a_reaction_is_that_from_a_suspect_medicine(role, counts):
    found, _ = pairs(drugcharacterization=role)

    expected = (DrugReaction(reaction_id="1", from_first_dose=Quantity(value=3.0, unit="d")),)
    assert found == (expected if counts else ())


def test_the_medicines_own_time_goes_before():
    found, _ = pairs(drugcharacterization="1", drugstartperiod="2", drugstartperiodunit="803")

    assert found == (DrugReaction(reaction_id="1", from_first_dose=Quantity(value=2.0, unit="wk")),)


# --- shapes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "checks"),
    [
        (a_report(patient=None), []),
        (a_report(patient="nobody"), ["READ-SHAPE"]),
        (a_report(patient=[{"patientsex": "1"}, {"patientsex": "2"}]), ["READ-SHAPE"]),
        (a_report(safetyreportid=["1", "2"]), ["READ-SHAPE"]),
        (a_report(safetyreportid={"x": "1"}), ["READ-SHAPE"]),
        (a_report(primarysource=["somebody", {"qualification": "1"}]), ["READ-SHAPE"]),
        (a_report(patient={"drug": [None, {}, "", {"medicinalproduct": None}]}), []),
        (a_report(safetyreportversion="two"), ["READ-NUMBER"]),
        (of_patient(patientweight="heavy", patientheight="1e999"), ["READ-NUMBER", "READ-NUMBER"]),
        ({}, []),
    ],
)
def test_nothing_raises_whatever_stands_where(report, checks):
    assert checks_of(report) == checks


def test_numbers_of_json_are_read_like_texts():
    case = case_of(a_report(safetyreportid=18690166, safetyreportversion=2, serious=1, patient={"patientweight": 71.5}))

    assert (case.sender_case_id, case.version, case.patient.weight_kg) == ("18690166", 2, 71.5)
