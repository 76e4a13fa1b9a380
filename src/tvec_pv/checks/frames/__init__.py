"""Cases as tables: the columns that the expectation suites speak of, each beside what it is computed from.

A table has one row per case, or per part of a case; `where` says which part, `case` is the case's place in the batch.
The tables of every date, amount, term and text have one row per element of the case, and say its number.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any

import pandas as pd

from tvec_pv.checks.frames import cases, clinical, drugs, every
from tvec_pv.checks.frames.rows import Columns, Row, Subject, several, subject
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Case, Quantity, Term
from tvec_pv.domain.product_names import Product

_PLACE: Columns = {"case": ("int64", lambda row: row.of.position), "where": ("string", lambda row: row.where)}
TABLES: dict[str, Columns] = {
    name: _PLACE | columns
    for name, columns in {
        "cases": cases.CASES,
        "reporters": cases.REPORTERS,
        "identifiers": cases.IDENTIFIERS,
        "history": clinical.HISTORY,
        "past_drugs": clinical.PAST_DRUGS,
        "causes_of_death": clinical.CAUSES,
        "reactions": clinical.REACTIONS,
        "tests": clinical.TESTS,
        "drugs": drugs.DRUGS,
        "doses": drugs.DOSES,
        "assessed": drugs.ASSESSED,
        "opinions": drugs.OPINIONS,
        "dates": every.DATES,
        "amounts": every.AMOUNTS,
        "terms": every.TERMS,
        "texts": every.TEXTS,
    }.items()
}
_SHORT = 20  # letters that ICH allows any text: what is no longer has no row


def frames(batch: Sequence[Case], product: Product, today: date) -> dict[str, pd.DataFrame]:
    """The tables of a batch by suite name.

    Rows are turned into column values one by one and not kept: of a large batch, only the columns are in memory.
    """
    tables: dict[str, dict[str, list[Any]]] = {
        name: {column: [] for column in columns} for name, columns in TABLES.items()
    }
    fill = {
        name: [(tables[name][column].append, value) for column, (_, value) in columns.items()]
        for name, columns in TABLES.items()
    }
    for position, case in enumerate(batch):
        of = subject(position, case, product, today)
        for table, row in chain(_parts(of), _elements(of)):
            for append, value in fill[table]:
                append(value(row))
    return {name: _frame(tables[name], columns) for name, columns in TABLES.items()}


def _frame(table: dict[str, list[Any]], columns: Columns) -> pd.DataFrame:
    return pd.DataFrame({column: pd.array(table[column], dtype=dtype) for column, (dtype, _) in columns.items()})


def _parts(of: Subject) -> Iterator[tuple[str, Row]]:
    """Every row of one case but those of its elements, with the table it belongs to."""
    case, patient = of.case, of.case.patient
    yield "cases", Row(of, case)
    for table, number, items in (
        ("reporters", "C.2.r", case.reporters),
        ("identifiers", "C.1.9.1.r", case.other_ids),
        ("history", "D.7.1.r", patient.history),
        ("past_drugs", "D.8.r", patient.past_drugs),
        ("causes_of_death", "D.9.2.r", patient.causes_of_death),
        ("causes_of_death", "D.9.4.r", patient.autopsy_causes),
        ("reactions", "E.i", case.reactions),
        ("tests", "F.r", case.tests),
    ):
        for row in several(of, number, items):
            yield table, row
    if patient.parent:
        yield from (("history", row) for row in several(of, "D.10.7.1.r", patient.parent.history, "parent, "))
        yield from (("past_drugs", row) for row in several(of, "D.10.8.r", patient.parent.past_drugs, "parent, "))
    for drug, is_product in zip(several(of, "G.k", case.drugs), of.of_product, strict=True):
        yield "drugs", drug._replace(is_product=is_product)
        for dose in several(of, "G.k.4.r", drug.item.doses, f"{drug.where}, "):
            yield "doses", dose._replace(is_product=is_product)
        for assessed in several(of, "G.k.9.i", drug.item.reactions, f"{drug.where}, "):
            yield "assessed", assessed
            for opinion in several(of, "G.k.9.i.2.r", assessed.item.opinions, f"{assessed.where}, "):
                yield "opinions", opinion


def _elements(of: Subject) -> Iterator[tuple[str, Row]]:
    """The rows of the elements that are dates, amounts, coded terms, or texts that a check can fail on."""
    for element in of.elements:
        value = element.value
        if table := _TABLE_OF.get(value.__class__):
            yield table, Row(of, element, element.where)
        words = value.name if table == "terms" else value
        if isinstance(words, str) and (len(words) > _SHORT or every.UNREADABLE in words):
            yield "texts", Row(of, element._replace(value=words), element.where)


_TABLE_OF = {PartialDate: "dates", Quantity: "amounts", Term: "terms"}
