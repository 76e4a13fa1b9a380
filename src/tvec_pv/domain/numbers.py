"""Numbers as reports give them."""

from math import isfinite

from tvec_pv.domain.errors import NumberError


def read_number(text: str) -> float:
    """A finite decimal number; `NumberError` for anything else, also for what Python would take ("nan", "1e999")."""
    try:
        number = float(text)
    except ValueError as error:
        raise NumberError("not a number") from error
    if not isfinite(number):
        raise NumberError("not a finite number")
    return number
