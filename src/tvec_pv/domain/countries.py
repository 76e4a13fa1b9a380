"""In which country did it happen? By that the EU tells what is due in 90 days."""

import re

from tvec_pv.domain.icsr import Case, Text, known


def find_country(case: Case, eea: frozenset[str]) -> str | None:
    """Where it happened: the reactions' country (E.i.9), one in the EEA first; else the reporters' (C.2.r.3).

    What is not a two-letter code is a country that is not known: no duty may hang on how it was spelt.
    """
    reporters = sorted(case.reporters, key=lambda one: not one.is_primary)
    of_reactions = [country for one in case.reactions if (country := _code(one.country))]
    of_reporters = [country for one in reporters if (country := _code(one.country))]
    return next((country for country in of_reactions if country in eea), next(iter(of_reactions + of_reporters), None))


def _code(country: Text) -> str | None:
    given = known(country)
    return given if given and _COUNTRY.fullmatch(given) else None


# Codes that ISO 3166 leaves to users name no country; XK is in use for Kosovo.
_COUNTRY = re.compile("(?!AA|Q[M-Z]|X[A-JL-Z]|ZZ)[A-Z]{2}")
