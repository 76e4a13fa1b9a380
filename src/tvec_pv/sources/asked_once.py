"""Whether a name is the product's: asked for every medicine of millions of reports, and mostly of the same names."""

from collections.abc import Callable
from functools import lru_cache

from tvec_pv.domain.terms import LONGEST_REMEMBERED


def asked_once(is_product: Callable[[str], bool]) -> Callable[[str], bool]:
    """The same question; answers are remembered, save for names that are too long to be kept by the thousand."""
    remembered = lru_cache(2**17)(is_product)
    return lambda name: remembered(name) if len(name) <= LONGEST_REMEMBERED else is_product(name)
