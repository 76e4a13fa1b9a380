"""What the columns of the tables are computed from: a case with what is asked of it more than once, and its parts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from tvec_pv.checks.frames.spans import first, years
from tvec_pv.domain.elements import Element, elements, place
from tvec_pv.domain.icsr import Case, Day, Patient, Reporter, known
from tvec_pv.domain.product_names import Product, Verdict, match_drug


@dataclass(frozen=True, slots=True)
class Subject:
    """A case at its place in the batch. `of_product` says of each of its medicines whether it is the product."""

    position: int
    case: Case
    product: Product
    today: date
    received: Day
    of_product: tuple[bool, ...]
    first_dose: Day
    reporter: Reporter | None
    age_years: float | None
    elements: list[Element]

    @property
    def patient(self) -> Patient:
        return self.case.patient


class Row(NamedTuple):
    """One row of a table: the case, the part of it that the row is about, and where that stands."""

    of: Subject
    item: Any
    where: str = ""
    is_product: bool = False


Value: TypeAlias = Callable[[Row], Any]
Columns: TypeAlias = dict[str, tuple[Any, Value]]  # pandas type and value, by name


def subject(position: int, case: Case, product: Product, today: date) -> Subject:
    of_product = tuple(match_drug(product, drug).verdict is Verdict.PRODUCT for drug in case.drugs)
    doses = (dose for drug, is_it in zip(case.drugs, of_product, strict=True) if is_it for dose in drug.doses)
    return Subject(
        position,
        case,
        product,
        today,
        known(case.latest_received) or known(case.first_received),
        of_product,
        first(dose.start for dose in doses),
        next((one for one in case.reporters if one.is_primary), next(iter(case.reporters), None)),
        years(known(case.patient.age)),
        elements(case),
    )


def several(of: Subject, number: str, items: Sequence[Any], within: str = "") -> Iterator[Row]:
    """A row for each of several parts of a case, such as its reactions (E.i)."""
    for position, item in enumerate(items, 1):
        yield Row(of, item, f"{within}{place(number, position)}")
