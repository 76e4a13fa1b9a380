"""What is computed for a golden entry, by the name of its method, and what the method says of itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Any

import numpy as np
from scipy.special import betaln

from tvec_pv.domain.statistics.combinations import Reports, combination
from tvec_pv.domain.statistics.contingency import Table, table
from tvec_pv.domain.statistics.disproportionality import chi_square, chi_square_yates, prr, ror
from tvec_pv.domain.statistics.fisher import fisher_greater, fisher_two_sided
from tvec_pv.domain.statistics.gamma_poisson import Likelihood, Prior
from tvec_pv.domain.statistics.information_component import information_component, information_component_of
from tvec_pv.domain.statistics.interval import Floats, Interval
from tvec_pv.domain.statistics.masking import masking
from tvec_pv.domain.statistics.multiplicity import benjamini_hochberg
from tvec_pv.domain.statistics.posterior import shrink
from tvec_pv.domain.statistics.prior_fit import Points, fit_prior
from tvec_pv.domain.statistics.sequential import critical_value, log_likelihood_ratio
from tvec_pv.domain.statistics.stratified import (
    mantel_haenszel_prr,
    mantel_haenszel_ror,
    stratified_expected,
    stratified_information_component,
)
from tvec_pv.domain.statistics.subgroups import relative_ror
from tvec_pv.domain.statistics.time_to_onset import compare, onsets, weibull
from tvec_pv.domain.statistics.trend import change, trend

Given = Mapping[str, Any]
Computed = dict[str, float]


@dataclass(frozen=True, slots=True)
class Method:
    """`function` is the one that computes; its docstring says formula, convention and source."""

    name: str
    function: Callable[..., Any]
    compute: Callable[[Given], Computed]

    @property
    def formula(self) -> str:
        return _paragraph(self.function, "Formula")

    @property
    def convention(self) -> str:
        return _paragraph(self.function, "Convention")

    @property
    def source(self) -> str:
        return _paragraph(self.function, "Source")


def _paragraph(function: Callable[..., Any], word: str) -> str:
    found = re.search(rf"^{word}: (.*?)(?=^\w+: |\Z)", getdoc(function) or "", re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def _cells(given: Given) -> Table:
    return table(*(given[cell] for cell in "abcd"))


def _interval(found: Interval) -> Computed:
    return {name: float(np.squeeze(getattr(found, name))) for name in ("estimate", "lower", "upper")}


def _of_intervals(measure: Callable[[Table], Interval]) -> Callable[[Given], Computed]:
    return lambda given: _interval(measure(_cells(given)))


def _of_one(measure: Callable[[Table], Floats], name: str) -> Callable[[Given], Computed]:
    return lambda given: {name: float(measure(_cells(given)))}


def _information_component(given: Given) -> Computed:
    return _interval(information_component_of(given["observed"], given["expected"]))


def _relative_ror(given: Given) -> Computed:
    return _interval(relative_ror(_cells(given["subgroup"]), _cells(given["others"])))


def _q(given: Given) -> Computed:
    return {f"q of {p}": float(q) for p, q in zip(given["p"], benjamini_hochberg(given["p"]), strict=True)}


def _masking(given: Given) -> Computed:
    cells = _cells(given)
    found = masking(cells, given["with_reaction"], given["without_reaction"], lambda one: ror(one).lower > 1)
    return {
        "PRR": float(prr(cells).estimate),
        "PRR without": float(prr(found.cells).estimate),
        "ROR lower": float(ror(cells).lower),
        "ROR lower without": float(ror(found.cells).lower),
        "ratio": float(found.ratio),
        "reveals": float(found.reveals),
    }


def _weibull(given: Given) -> Computed:
    times = np.array([*given["exact"], *given.get("censored", [])], dtype=np.float64)
    is_exact = np.arange(len(times)) < len(given["exact"])
    found = weibull(onsets(times, np.where(is_exact, times, np.inf), given.get("longest")))
    of = {"shape": found.shape, "scale": found.scale}
    numbers = {f"{name} {key}": value for name, one in of.items() for key, value in _interval(one).items()}
    return numbers | {"log likelihood": found.log_likelihood}


def _compare(given: Given) -> Computed:
    found = compare(given["times"], given["others"])
    return {"D": found.distance, "p": found.p}


def _log_likelihood_ratio(given: Given) -> Computed:
    return {"LLR": float(log_likelihood_ratio(given["count"], given["expected"]))}


def _critical_value(given: Given) -> Computed:
    return {
        f"T = {longest}": critical_value(longest, given["alpha"], given["least_count"]) for longest in given["longest"]
    }


def _change(given: Given) -> Computed:
    found = change(given["now"], given["before"], given["exposure_now"], given["exposure_before"])
    return _interval(found.ratio) | {"p": float(found.p)}


def _trend(given: Given) -> Computed:
    found = trend(given["counts"], given["exposure"])
    return _interval(found.ratio) | {"slope": float(np.log(found.ratio.estimate[0]))}


def _combination(given: Given) -> Computed:
    groups = ("both", "product_only", "other_only", "neither")
    reports = [Reports(*(np.asarray(count, dtype=np.float64) for count in given[group])) for group in groups]
    found = combination(*reports)
    return {"expected": float(found.expected)} | _interval(found.omega)


def _shrink(given: Given) -> Computed:
    found = shrink([given["n"]], [given["e"]], Prior(*given["theta"]))
    return {"EBGM": float(found.ebgm[0]), "EB05": float(found.eb05[0]), "EB95": float(found.eb95[0])}


def _fit(given: Given) -> Computed:
    """A table that is exactly as its theta makes it on average: its likelihood is greatest at that theta."""
    alpha1, beta1, alpha2, beta2, p = given["theta"]
    likelihood = Likelihood(given["likelihood"])
    counts = np.arange(given["most"] + 1)
    points = [(n, e) for e in given["expected"] for n in counts if n or likelihood is Likelihood.WITH_ZEROS]
    n, e = np.array([n for n, _ in points]), np.array([e for _, e in points])
    components = [_probability(n, shape, rate / (rate + e)) for shape, rate in ((alpha1, beta1), (alpha2, beta2))]
    if likelihood is Likelihood.ZERO_TRUNCATED:
        none = [(rate / (rate + e)) ** shape for shape, rate in ((alpha1, beta1), (alpha2, beta2))]
        components = [part / (1 - at_zero) for part, at_zero in zip(components, none, strict=True)]
    weight = given["pairs"] * (p * components[0] + (1 - p) * components[1])
    found = fit_prior(Points(n, e, weight), likelihood).prior
    return dict(zip(("alpha1", "beta1", "alpha2", "beta2", "p"), found.theta, strict=True))


def _probability(n: Floats, shape: float, share: Floats) -> Floats:
    """Of n reports, from the negative binomial; written otherwise than the likelihood that is tried with it."""
    return np.asarray(np.exp(shape * np.log(share) + n * np.log1p(-share) - betaln(shape, n + 1)) / (shape + n))


METHODS = {
    method.name: method
    for method in (
        Method("PRR", prr, _of_intervals(prr)),
        Method("ROR", ror, _of_intervals(ror)),
        Method("chi-square (Yates)", chi_square_yates, _of_one(chi_square_yates, "chi-square")),
        Method("chi-square", chi_square, _of_one(chi_square, "chi-square")),
        Method("Fisher, one-sided", fisher_greater, _of_one(fisher_greater, "p")),
        Method("Fisher, two-sided", fisher_two_sided, _of_one(fisher_two_sided, "p")),
        Method("IC of a table", information_component_of, _of_intervals(information_component)),
        Method("IC", information_component_of, _information_component),
        Method("stratified expected count", stratified_expected, _of_one(stratified_expected, "expected")),
        Method("stratified IC", stratified_information_component, _of_intervals(stratified_information_component)),
        Method("Mantel-Haenszel ROR", mantel_haenszel_ror, _of_intervals(mantel_haenszel_ror)),
        Method("Mantel-Haenszel PRR", mantel_haenszel_prr, _of_intervals(mantel_haenszel_prr)),
        Method("relative ROR", relative_ror, _relative_ror),
        Method("Benjamini-Hochberg", benjamini_hochberg, _q),
        Method("masking", masking, _masking),
        Method("Weibull", weibull, _weibull),
        Method("Kolmogorov-Smirnov", compare, _compare),
        Method("MaxSPRT ratio", log_likelihood_ratio, _log_likelihood_ratio),
        Method("MaxSPRT critical value", critical_value, _critical_value),
        Method("change", change, _change),
        Method("trend", trend, _trend),
        Method("Omega", combination, _combination),
        Method("EBGM", shrink, _shrink),
        Method("prior", fit_prior, _fit),
    )
}
