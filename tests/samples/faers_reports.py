"""Generated FAERS reports: seeded, so that they are the same each time. Nobody in them exists."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any, TypeVar

from tests.samples.faers_names import MEDICINES, PRODUCT, PRODUCT_REACTIONS, REACTIONS, TYPICAL

Row = dict[str, Any]
Item = TypeVar("Item")

TABLES = ("demo", "drug", "reac", "outc", "rpsr", "ther", "indi")
COUNTRIES = ("US", "US", "US", "US", "US", "GB", "FR", "DE", "JP", "CA", "IT", "ES", "BR", "NL", "AT")
OCCUPATIONS = ("MD", "MD", "CN", "CN", "CN", "HP", "HP", "PH", "OT")
SENDERS = ("EXAMPLE PHARMA", "SAMPLE BIOTECH", "MADE-UP GENERICS", "EXAMPLE BIOLOGICS", "FDA-CTU")
OUTCOMES = ("HO", "HO", "OT", "OT", "OT", "DE", "LT", "DS")
INDICATIONS = (
    *("Malignant melanoma", "Psoriasis", "Rheumatoid arthritis", "Breast cancer", "Non-small cell lung cancer"),
    *("Dermatitis atopic", "Product used for unknown indication", "Multiple myeloma", "Prostate cancer"),
)
ROUTES = ("Oral", "Oral", "Intravenous drip", "Subcutaneous", "Topical", "Unknown")
# With how many reactions a report comes: most have one to three.
COUNTS = (1, 1, 1, 2, 2, 2, 3, 3, 4, 6)


class Quarter:
    """A seeded stream of reports, gathered table by table."""

    def __init__(self, seed: int, start: date, first_case: int) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._random = Random(seed)
        self._start = start
        self._first_case = self._case = first_case
        self._medicines = _Zipf(MEDICINES)
        self._reactions = _Zipf(REACTIONS, exponent=0.8)

    def add(self, demo: Row, drugs: Iterable[Row], reactions: Iterable[str], **tables: Iterable[Row]) -> None:
        """A report whose rows are given; numbers are put into them."""
        numbers = {"caseid": demo["caseid"], "caseversion": demo.get("caseversion", 1)}
        self.tables["demo"].append(demo)
        for number, drug in enumerate(drugs, 1):
            self.tables["drug"].append(numbers | {"drug_seq": number, "val_vbm": 1} | drug)
        self.tables["reac"].extend(numbers | {"pt": name} for name in reactions)
        for name, rows in tables.items():
            self.tables[name].extend(numbers | row for row in rows)

    def generate(self, count: int, *, product_reports: int = 0, follow_ups: int = 0) -> None:
        """That many reports; the product's and the second versions are spread evenly among them."""
        every = count // product_reports if product_reports else count + 1
        again = count // follow_ups if follow_ups else count + 1
        for number in range(1, count + 1):
            of_product = number % every == 0
            self._report(number // every - 1 if of_product else None, twice=number % again == 0)

    def _report(self, product_number: int | None, *, twice: bool) -> None:
        self._case += 1
        drugs = list(self._drugs(of_product=product_number is not None))
        reactions = self._terms(drugs[0]["prod_ai"].lower(), product_number)
        received = self._start + timedelta(days=self._below(88))
        demo = self._demo(received)
        more = {
            "outc": [{"outc_cod": self._pick(OUTCOMES)}] if self._chance(0.55) else [],
            "rpsr": [{"rpsr_cod": "HP" if demo["occp_cod"] != "CN" else "CN"}] if self._chance(0.1) else [],
            "ther": [{"dsg_drug_seq": 1, "start_dt": self._earlier(received)}] if self._chance(0.4) else [],
            "indi": [{"indi_drug_seq": 1, "indi_pt": self._indication(product_number)}] if self._chance(0.7) else [],
        }
        self.add(demo, drugs, reactions, **more)
        if twice:
            later = demo | {"caseversion": 2, "i_f_code": "F", "fda_dt": f"{received + timedelta(days=2):%Y%m%d}"}
            self.add(later, drugs, [*reactions, self._reactions.pick(self._random)], **more)

    def _demo(self, received: date) -> Row:
        country, sender = self._pick(COUNTRIES), self._pick(SENDERS)
        known = self._chance(0.7)
        demo: Row = {
            "caseid": self._case,
            "i_f_code": "I",
            "init_fda_dt": f"{received:%Y%m%d}",
            "fda_dt": f"{received:%Y%m%d}",
            "rept_cod": "DIR" if sender == "FDA-CTU" else self._pick(("EXP", "EXP", "PER")),
            "mfr_sndr": sender,
            "age": 18 + self._below(40) + self._below(35) if known else "",
            "age_cod": "YR" if known else "",
            "sex": self._pick(("F", "F", "M", "M", "F", "")),
            "e_sub": "Y",
            "occp_cod": self._pick(OCCUPATIONS),
            "reporter_country": country,
            "occr_country": country,
        }
        if sender != "FDA-CTU":
            demo["mfr_num"] = f"{country}-GEN-{self._case - self._first_case}"
        return demo

    def _drugs(self, *, of_product: bool) -> Iterator[Row]:
        """The primary suspect, in one report of five once per dose, then others."""
        if of_product:
            first = {"drugname": "IMLYGIC", "prod_ai": PRODUCT.upper(), "route": "Intralesional"}
        else:
            first = self._medicine() | {"route": self._pick(ROUTES)}
        yield {"role_cod": "PS"} | first
        if self._chance(0.2):
            for _ in range(1 + self._below(2)):
                yield {"role_cod": "SS"} | first
        for _ in range(self._pick((0, 0, 0, 1, 1, 2, 4))):
            yield {"role_cod": self._pick(("SS", "C", "C", "C"))} | self._medicine()

    def _medicine(self) -> Row:
        generic, brand = self._medicines.pick(self._random)
        name = brand if brand and self._chance(0.6) else generic
        return {"drugname": name if self._chance(0.3) else name.upper(), "prod_ai": generic.upper()}

    def _terms(self, generic: str, product_number: int | None) -> list[str]:
        if product_number is not None:
            return list(PRODUCT_REACTIONS[product_number % len(PRODUCT_REACTIONS)])
        terms = [self._pick(TYPICAL[generic])] if generic in TYPICAL and self._chance(0.5) else []
        terms += [self._reactions.pick(self._random) for _ in range(self._pick(COUNTS))]
        return list(dict.fromkeys(terms))

    def _indication(self, product_number: int | None) -> str:
        return self._pick(INDICATIONS) if product_number is None else INDICATIONS[0]

    def _earlier(self, received: date) -> str:
        start = received - timedelta(days=5 + self._below(300))
        return f"{start:%Y%m%d}" if self._chance(0.6) else f"{start:%Y%m}"

    def _below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _pick(self, items: Sequence[Item]) -> Item:
        return items[self._below(len(items))]


class _Zipf:
    """Draws by rank: the first item most often."""

    def __init__(self, items: Sequence[Item], exponent: float = 1.0) -> None:
        self._items = items
        self._steps = list(accumulate(1 / rank**exponent for rank in range(1, len(items) + 1)))

    def pick(self, random: Random) -> Any:
        return self._items[bisect(self._steps, random.random() * self._steps[-1])]
