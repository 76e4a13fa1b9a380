"""What tests say of viruses: which one, found or not, in what sample.

One test can say several things ("HSV-1 PCR positive, product-specific qPCR negative"): each clause that names a virus
is a statement of its own, the others belong to the test's name. A result that cannot be read is pending, never
negative.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tvec_pv.domain.case_facts import Basis
from tvec_pv.domain.case_rules import CaseRules
from tvec_pv.domain.icsr import TestResult, known


class Virus(StrEnum):
    PRODUCT = "the product's DNA"
    WILD_TYPE = "wild-type herpes simplex virus"
    HSV_1 = "herpes simplex virus 1"
    HSV_2 = "herpes simplex virus 2"
    HSV = "herpes simplex virus, type not stated"
    ZOSTER = "varicella-zoster virus"


class Result(StrEnum):
    POSITIVE = "found"
    NEGATIVE = "not found"
    PENDING = "not known yet"
    NOT_DONE = "not tested"


@dataclass(frozen=True, slots=True)
class Statement:
    """That a virus was found, or not, in a sample; `sample` is one of the table, or empty."""

    virus: Virus
    result: Result
    sample: str
    basis: Basis

    @property
    def read(self) -> str:
        return f"{self.virus}: {self.result}{f' in {self.sample}' if self.sample else ''}"


def virus_results(tests: tuple[TestResult, ...], rules: CaseRules) -> tuple[Statement, ...]:
    """What the tests of a case say of viruses; tests for antibodies say nothing of where a virus is."""
    return tuple(
        statement
        for number, test in enumerate(tests, 1)
        if not rules.says("antibody", test.name.name or "")
        for statement in _of_test(test, Basis("F.r.3", f"test {number}"), rules)
    )


def _of_test(test: TestResult, basis: Basis, rules: CaseRules) -> Iterator[Statement]:
    name = _clauses(test.name.name or "")
    result, comments = _clauses(known(test.text) or ""), _clauses(test.comments or "")
    coded = {"1": Result.POSITIVE, "2": Result.NEGATIVE}.get(known(test.result_code) or "")
    of_name = coded or _first_result((*_unnamed(result, rules), *name, *_unnamed(comments, rules)), rules)
    sample = _sample(" ; ".join((*name, *result, *comments)), rules)
    said: list[tuple[Virus, Result | None]] = []
    for clause in (*name, *result, *comments):
        if virus := _virus(clause, rules):
            is_named = clause in name or not any(_virus(one, rules) for one in name)
            own = _first_result((clause,), rules)
            if own is None and virus is Virus.WILD_TYPE and said and said[-1][0] in (Virus.HSV_1, Virus.HSV):
                own = said[-1][1]  # "HSV positive, wild type" types what was found
            said.append((virus, own or (of_name if is_named else None)))
    is_told = any(found for _, found in said)
    for virus, found in said:
        if found or virus is Virus.PRODUCT or not is_told:
            yield Statement(virus, found or Result.PENDING, sample, basis)


def _unnamed(clauses: list[str], rules: CaseRules) -> list[str]:
    return [clause for clause in clauses if _virus(clause, rules) is None]


def _first_result(clauses: Iterable[str], rules: CaseRules) -> Result | None:
    return next((result for clause in clauses if (result := _result(clause, rules))), None)


def _clauses(text: str) -> list[str]:
    return [clause for clause in _ENDS.split(text) if clause.strip()]


_ENDS = re.compile(r"[;\n]|[.,](?=\s)|\b(?:but|while|whereas)\b", re.IGNORECASE)


def _virus(clause: str, rules: CaseRules) -> Virus | None:
    for group, virus in _VIRUSES:
        if rules.says(group, clause):
            return virus
    return None


_VIRUSES = (
    ("test-product", Virus.PRODUCT),
    ("wild-type", Virus.WILD_TYPE),
    ("virus-2", Virus.HSV_2),
    ("virus-1", Virus.HSV_1),
    ("virus-zoster", Virus.ZOSTER),
    ("virus-any", Virus.HSV),
)


def _result(clause: str, rules: CaseRules) -> Result | None:
    """The words for "not found" hold those for "found", so they are asked first."""
    for group, result in (
        ("pending", Result.PENDING),
        ("not-done", Result.NOT_DONE),
        ("negative", Result.NEGATIVE),
        ("positive", Result.POSITIVE),
    ):
        if rules.says(group, clause):
            return result
    sign = _SIGN.search(clause)
    return None if sign is None else Result.POSITIVE if sign[1] == "+" else Result.NEGATIVE


_SIGN = re.compile(r"(?:^|[\s(])\(?([+\u2212-])\)?\s?(?:ve)?\s?$")


def _sample(text: str, rules: CaseRules) -> str:
    """The first kind of sample of the table that a text names; a swab of skin without a lesion is none of a lesion."""
    for row, words in rules.samples:
        if words.is_in(text) and not (row.sample == "lesion" and rules.says("no-lesion", text)):
            return row.sample
    return ""
