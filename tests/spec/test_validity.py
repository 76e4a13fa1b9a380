"""A valid report has an identifiable reporter, an identifiable patient, a reaction and a suspect medicine."""

from typing import NamedTuple

from tests.factories import a_case, a_drug, day
from tests.spec.tables import each
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.icsr import (
    Drug,
    NullFlavor,
    Parent,
    Patient,
    Quantity,
    Reaction,
    Reporter,
    Substance,
    Term,
)
from tvec_pv.domain.validity import missing_criteria

NI, MSK, UNK, ASKU, NASK, NA, OTH = (NullFlavor[name] for name in ("NI", "MSK", "UNK", "ASKU", "NASK", "NA", "OTH"))


class Given(NamedTuple):
    """What is given of a criterion, alone, and whether the criterion is met by it."""

    field: str
    value: object
    met: bool


REPORTER = [
    Given("qualification", "1", True),
    Given("qualification", "5", True),
    Given("country", "DE", True),
    Given("family_name", "Q", True),
    Given("given_name", "Q", True),
    Given("organisation", "Q", True),
    Given("qualification", MSK, True),
    Given("qualification", ASKU, True),
    Given("qualification", UNK, True),
    Given("qualification", NASK, False),
    Given("qualification", NI, False),
    Given("qualification", NA, False),
    Given("qualification", OTH, False),
    Given("family_name", MSK, True),
    Given("family_name", NI, False),
    Given("qualification", None, False),
    Given("qualification", "", False),
    Given("department", "Dermatology", False),
    Given("city", "Berlin", False),
]

PATIENT = [
    Given("name", "A.B.", True),
    Given("name", MSK, True),
    Given("name", UNK, False),
    Given("name", ASKU, False),
    Given("name", NASK, False),
    Given("name", NI, False),
    Given("name", NA, False),
    Given("name", OTH, False),
    Given("record_numbers", ("R-1",), True),
    Given("hospital_record_number", "R-1", True),
    Given("investigation_number", "007", True),
    Given("hospital_record_number", UNK, False),
    Given("birth_date", day("1960-02-03"), True),
    Given("birth_date", UNK, False),
    Given("age", Quantity(value=67.0, unit="a"), True),
    Given("age", Quantity(value=0.0, unit="a"), True),
    Given("age", ASKU, False),
    Given("age_group", "5", True),
    Given("age_group", NI, False),
    Given("sex", "2", True),
    Given("sex", UNK, False),
    Given("gestation", Quantity(value=12.0, unit="wk"), True),
    Given("parent", Parent(sex="2"), True),
    Given("weight_kg", 80.0, False),
    Given("history_text", "melanoma", False),
    Given("name", None, False),
    Given("name", "", False),
]

REACTION = [
    Given("reported", "cold sore", True),
    Given("translation", "cold sore", True),
    Given("term", Term(name="Oral herpes"), True),
    Given("term", Term(code="90000001"), True),
    Given("reported", UNK, False),
    Given("reported", MSK, False),
    Given("reported", ASKU, False),
    Given("reported", NASK, False),
    Given("reported", NI, False),
    Given("reported", NA, False),
    Given("reported", None, False),
    Given("reported", "", False),
    Given("outcome", "5", False),
]

PRODUCT_ROLE = [
    Given("role", "1", True),
    Given("role", "3", True),
    Given("role", "2", False),
    Given("role", "4", False),
    Given("role", None, False),
    Given("role", NI, False),
]

PRODUCT_NAME = [
    Given("name", "Imlygic", True),
    Given("substances", (Substance(name="talimogene laherparepvec"),), True),
    Given("name", UNK, False),
    Given("name", MSK, False),
    Given("name", ASKU, False),
    Given("name", NASK, False),
    Given("name", NI, False),
    Given("name", NA, False),
    Given("substances", (Substance(name=UNK),), False),
    Given("name", None, False),
    Given("name", "", False),
]


class Lacking(NamedTuple):
    """What a report lacks, and the findings that hold it back."""

    lacks: tuple[str, ...]
    findings: tuple[str, ...]


LACKING = [
    Lacking((), ()),
    Lacking(("reporters",), ("VALID-REPORTER",)),
    Lacking(("patient",), ("VALID-PATIENT",)),
    Lacking(("reactions",), ("VALID-REACTION",)),
    Lacking(("drugs",), ("VALID-PRODUCT",)),
    Lacking(
        ("reporters", "patient", "reactions", "drugs"),
        ("VALID-REPORTER", "VALID-PATIENT", "VALID-REACTION", "VALID-PRODUCT"),
    ),
]
_NOTHING = {"reporters": (), "patient": Patient(), "reactions": (), "drugs": ()}


def lacks(check, **changes):
    return check in [finding.check for finding in missing_criteria(a_case(**changes))]


@each(LACKING)
def test_each_missing_criterion_is_a_critical_finding(row):
    findings = missing_criteria(a_case(**{name: _NOTHING[name] for name in row.lacks}))

    assert tuple(finding.check for finding in findings) == row.findings
    assert {finding.severity for finding in findings} <= {Severity.CRITICAL}
    assert all(finding.element and finding.message for finding in findings)


@each(REPORTER)
def test_an_identifiable_reporter(row):
    reporter = Reporter(**{row.field: row.value})

    assert lacks("VALID-REPORTER", reporters=(reporter,)) is not row.met


def test_an_article_stands_for_its_author():
    assert not lacks("VALID-REPORTER", reporters=(), literature=("A journal 2026;1:1",))


def test_one_identifiable_reporter_among_several_is_enough():
    assert not lacks("VALID-REPORTER", reporters=(Reporter(), Reporter(qualification="3")))


@each(PATIENT)
def test_an_identifiable_patient(row):
    assert lacks("VALID-PATIENT", patient=Patient(**{row.field: row.value})) is not row.met


@each(REACTION)
def test_a_named_reaction(row):
    assert lacks("VALID-REACTION", reactions=(Reaction(**{row.field: row.value}),)) is not row.met


def test_one_named_reaction_among_several_is_enough():
    assert not lacks("VALID-REACTION", reactions=(Reaction(), Reaction(reported="cold sore")))


@each(PRODUCT_ROLE)
def test_a_suspect_or_interacting_medicine(row):
    assert lacks("VALID-PRODUCT", drugs=(a_drug(role=row.value),)) is not row.met


@each(PRODUCT_NAME)
def test_a_named_medicine(row):
    assert lacks("VALID-PRODUCT", drugs=(Drug(role="1", **{row.field: row.value}),)) is not row.met
