"""Reads the tables of the case rules; a mistake is named with file, row and column.

Everything that code asks for by name must be in the tables, and nothing that no code asks for: a word or a number
that a physician changes takes effect, or the tables are refused.
"""

from importlib.resources.abc import Traversable

from tvec_pv.domain.case_facts import CONDITIONS, LIMITS, MEANINGS, MEDICINES, WORDS
from tvec_pv.domain.case_rules import (
    CaseRules,
    ConditionRow,
    FlagRow,
    LimitRow,
    MeaningRow,
    MedicineRow,
    Phrases,
    SampleRow,
    WordsRow,
)
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.flag_rules import JOINED_RULES, RULES
from tvec_pv.reference_tables import read_table


def read_case_rules(folder: Traversable) -> CaseRules:
    """The case rules of one version of the profile, from its folder."""
    flags = read_table(folder / "flags.csv", FlagRow, ("rule",))
    _check_same("flags.csv", "rule", {row.rule for row in flags.values()}, set(RULES) | set(JOINED_RULES))
    _check_once("flags.csv", "flag", [row.flag for row in flags.values()])
    limits = read_table(folder / "limits.csv", LimitRow, ("limit",))
    _check_same("limits.csv", "limit", {row.limit for row in limits.values()}, set(LIMITS))
    medicines = read_table(folder / "medicines.csv", MedicineRow, ("kind", "name"))
    _check_same("medicines.csv", "kind", {row.kind for row in medicines.values()}, set(MEDICINES))
    conditions = read_table(folder / "conditions.csv", ConditionRow, ("condition",))
    _check_same("conditions.csv", "kind", {kind for row in conditions.values() for kind in row.kind}, set(CONDITIONS))
    words = read_table(folder / "words.csv", WordsRow, ("group",))
    _check_same("words.csv", "group", {row.group for row in words.values()}, set(WORDS))
    samples = read_table(folder / "samples.csv", SampleRow, ("sample",))
    for sample in samples.values():
        if sample.rule not in RULES:
            raise ReferenceDataError(f"samples.csv, sample {sample.sample}, column rule: no such rule")
    meanings = read_table(folder / "meanings.csv", MeaningRow, ("concept",))
    given = {meaning for row in meanings.values() for meaning in row.meaning}
    _check_same("meanings.csv", "meaning", given, set(MEANINGS))
    denials, not_there = words[("denial",)].words, words[("denial-of-place",)].words
    no_place = words[("no-place",)].words
    return CaseRules(
        flags={row.rule: row for row in flags.values()},
        limits={row.limit: row.value for row in limits.values()},
        medicines=Phrases((row.name, row) for row in medicines.values()),
        conditions=Phrases(((word, row) for row in conditions.values() for word in row.words), denials),
        samples=tuple((row, Phrases((word, word) for word in row.words)) for row in samples.values()),
        words={
            row.group: Phrases(
                ((word, word) for word in row.words),
                *((not_there, no_place) if _is_place(row.group) else ()),
            )
            for row in words.values()
        },
        codes={row.group: frozenset(row.codes) for row in words.values()},
        meanings={row.concept: frozenset(row.meaning) for row in meanings.values()},
    )


def _is_place(group: str) -> bool:
    return group.startswith(("site-", "route-")) and group != "route-not-known"


def _check_same(file: str, column: str, given: set[str], asked: set[str]) -> None:
    if unknown := sorted(given - asked):
        raise ReferenceDataError(f"{file}, column {column}: {unknown[0]} is none of {', '.join(sorted(asked))}")
    if missing := sorted(asked - given):
        raise ReferenceDataError(f"{file}, column {column}: {', '.join(missing)} is missing")


def _check_once(file: str, column: str, given: list[str]) -> None:
    if doubled := sorted({one for one in given if given.count(one) > 1}):
        raise ReferenceDataError(f"{file}, column {column}: {doubled[0]} stands twice")
