"""openEBGM's example, FDA's reports on foods and cosmetics, and what openEBGM makes of it: see `tests.real_data`.

E is counted here from the reports and not read: distinct reports of each product, of each reaction, and of both.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.real_data import REAL_DATA
from tvec_pv.domain.statistics.gamma_poisson import Prior

GOLDEN = REAL_DATA / "golden"
SQUASHED = Prior(3.2537864, 0.3998884, 2.0261305, 1.9080826, 0.0653457)  # openEBGM's vignette
UNSQUASHED = Prior(3.2559187, 0.3999880, 2.0237630, 1.9061464, 0.0653084)  # zero-truncated maximum likelihood
UNSQUASHED_LOG_LIKELIHOOD = -4162.45571


@dataclass(frozen=True, slots=True)
class Caers:
    pairs: tuple[tuple[str, str], ...]
    n: NDArray[np.int64]
    e: NDArray[np.float64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    reports: int


@cache
def caers() -> Caers:
    """All 17,189 pairs, sorted by their names."""
    with (GOLDEN / "caers_raw_long.csv").open(encoding="utf-8") as file:
        lines = {(line["id"], line["var1"], line["var2"]) for line in csv.DictReader(file)}
    reports = len({report for report, _, _ in lines})
    of_product = Counter(product for _, product in {(report, product) for report, product, _ in lines})
    of_reaction = Counter(reaction for _, reaction in {(report, reaction) for report, _, reaction in lines})
    of_pair = Counter((product, reaction) for _, product, reaction in lines)
    pairs = tuple(sorted(of_pair))
    return Caers(
        pairs,
        np.array([of_pair[pair] for pair in pairs]),
        np.array([of_product[product] * of_reaction[reaction] / reports for product, reaction in pairs]),
        np.array(list(of_product.values())),
        np.array(list(of_reaction.values())),
        reports,
    )


@cache
def published() -> dict[tuple[str, str], dict[str, float]]:
    """openEBGM's scores of each pair."""
    with (GOLDEN / "openEBGM_caers_scores.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    numbers = ("N", "E", "qn", "EBGM", "Q05", "Q95")
    return {(line["var1"], line["var2"]): {name: float(line[name]) for name in numbers} for line in lines}


def margins_by_sex() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct reports of each product, of each reaction, and of all: a column for each sex."""
    with (GOLDEN / "caers_raw_long.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    sexes = sorted({line["strat1"] for line in lines})

    def by_sex(name: str) -> NDArray[np.int64]:
        counted = Counter((value, sex) for _, value, sex in {(one["id"], one[name], one["strat1"]) for one in lines})
        return np.array([[counted[value, sex] for sex in sexes] for value in sorted({line[name] for line in lines})])

    total = Counter(sex for _, sex in {(line["id"], line["strat1"]) for line in lines})
    return by_sex("var1"), by_sex("var2"), np.array([total[sex] for sex in sexes])
