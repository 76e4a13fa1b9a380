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


LARGEST = 2**31 - 1  # what a database's whole number holds


def read_whole(text: str) -> int:
    """A whole number from 0 to 2,147,483,647, as versions are; `NumberError` for anything else."""
    number = read_number(text)
    if not number.is_integer() or not 0 <= number <= LARGEST:
        raise NumberError("not a whole number of the size that a version has")
    return int(number)
