"""How two cases are compared, field by field, in DuckDB's SQL: the conditions behind the levels of the model.

Where no condition holds and the field has no `else`, and wherever one of the two says nothing, the field weighs
nothing. The columns are those of `columns.py`; `_l` and `_r` are the two cases.
"""

from collections.abc import Mapping

MACROS = (
    # a term is a whole number whose last three digits are its rarity in tenths of a bit
    "CREATE MACRO bits(terms) AS coalesce(list_sum(list_transform(terms, lambda term: term % 1000)), 0) / 10",
    "CREATE MACRO shared(a, b) AS bits(list_intersect(a, b))",
    "CREATE MACRO same_set(a, b) AS len(a) = len(b) AND len(list_intersect(a, b)) = len(a)",
    "CREATE MACRO most(a, b) AS 2 * len(list_intersect(a, b)) >= greatest(len(a), len(b))",
    "CREATE MACRO swapped(a, b) AS a[1:4] = b[1:4] AND a[5:6] = b[7:8] AND a[7:8] = b[5:6]",
    "CREATE MACRO is_slip(a, b) AS a <> b AND (levenshtein(a, b) = 1 OR swapped(a, b))",
    "CREATE MACRO lots_slip(a, b) AS len(list_filter(a, lambda x: "
    "len(list_filter(b, lambda y: damerau_levenshtein(x, y) = 1)) > 0)) > 0",
)

_RARE, _SOME, _RARE_LOT = 8, 3, 6.5  # bits

_COMPARABLE = "(reactions_l IS NOT NULL AND reactions_r IS NOT NULL) OR (codes_l IS NOT NULL AND codes_r IS NOT NULL)"
_SHARED = "greatest(coalesce(shared(reactions_l, reactions_r), 0), coalesce(shared(codes_l, codes_r), 0))"
_MOST = "(coalesce(most(reactions_l, reactions_r), false) OR coalesce(most(codes_l, codes_r), false))"
_NARROW = "born_to_l - born_from_l <= 1100 AND born_to_r - born_from_r <= 1100"
_BOTH_DATED = "onset_year_l = onset_year_r OR start_year_l = start_year_r"
_SAME_ONSET = "coalesce(onset_month_l = onset_month_r, false)"
_SAME_AGE = "(abs(born_from_l - born_from_r) <= 31 AND abs(born_to_l - born_to_r) <= 31)"
_BORN_GAP = "greatest(born_from_l, born_from_r) - least(born_to_l, born_to_r)"


def _either_missing(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _equal(column: str) -> str:
    return f"{column}_l = {column}_r"


def _dates(name: str) -> dict[str, str]:
    """Conditions for a date that may be partial: NULL is the month of a date of which only the year is known."""
    days = f"{name}_day_l IS NOT NULL AND {name}_day_r IS NOT NULL"
    months = f"{name}_month_l IS NOT NULL AND {name}_month_r IS NOT NULL"
    return {
        "day": _equal(f"{name}_day"),
        "near": f"{days} AND (abs({name}_from_l - {name}_from_r) <= 3 OR is_slip({name}_day_l, {name}_day_r))",
        "month": f"NOT ({days}) AND {_equal(f'{name}_month')}",
        "year": f"NOT ({months}) AND {_equal(f'{name}_year')}",
        "else": "ELSE",
    }


NULL: Mapping[str, str] = {
    "numbers": "NOT (list_has_any(links_l, numbers_r) OR list_has_any(numbers_l, links_r) "
    "OR list_has_any(record_numbers_l, record_numbers_r))",
    "born": _either_missing("born_from"),
    "weight": _either_missing("weight"),
    "onset": _either_missing("onset_year"),
    "start": _either_missing("start_year"),
    "received": f"{_either_missing('received')} OR {_BOTH_DATED}",
    "reactions": f"NOT ({_COMPARABLE})",
}

CONDITIONS: Mapping[str, Mapping[str, str]] = {
    "numbers": {
        "same": "list_has_any(numbers_l, numbers_r)",
        "record": "list_has_any(record_numbers_l, record_numbers_r)",
        "linked": "list_has_any(links_l, numbers_r) OR list_has_any(numbers_l, links_r)",
    },
    "sender": {"same": _equal("sender"), "else": "ELSE"},
    "country": {"same": _equal("country"), "else": "ELSE"},
    "sex": {"same": _equal("sex"), "else": "ELSE"},
    "born": {
        "day": _equal("born_day"),
        "slip": "is_slip(born_day_l, born_day_r)",
        "same": f"{_NARROW} AND {_BORN_GAP} <= 0 AND (born_day_l IS NOT NULL OR born_day_r IS NOT NULL OR {_SAME_AGE})",
        "part": f"{_NARROW} AND {_BORN_GAP} <= 0",
        "near": f"{_NARROW} AND {_BORN_GAP} <= 366",
        "group": f"{_BORN_GAP} <= 0",
        "else": "ELSE",
    },
    "initials": {
        "same": _equal("initials"),
        "part": "contains(initials_l, initials_r) OR contains(initials_r, initials_l)",
        "else": "ELSE",
    },
    "weight": {
        "same": "abs(weight_l - weight_r) <= 1",
        "near": "abs(weight_l - weight_r) <= 3",
        "else": "ELSE",
    },
    "onset": _dates("onset"),
    "start": {
        "both": f"{_equal('start_day')} AND {_equal('onset_day')}",
        "with": f"{_equal('start_day')} AND {_SAME_ONSET}",
        "near_with": f"{_dates('start')['near']} AND {_SAME_ONSET}",
        "month_with": f"{_dates('start')['month']} AND {_SAME_ONSET}",
        **_dates("start"),
    },
    "received": {
        "near": "abs(received_l - received_r) <= 180",
        "far": "abs(received_l - received_r) > 730",
        "else": "ELSE",
    },
    "lots": {
        "with": f"{_equal('start_day')} AND list_has_any(lots_l, lots_r)",
        "period": f"({_equal('start_month')} OR {_equal('onset_month')}) AND list_has_any(lots_l, lots_r)",
        "rare": f"shared(lots_l, lots_r) >= {_RARE_LOT}",
        "same": "list_has_any(lots_l, lots_r)",
        "slip": "lots_slip(lot_names_l, lot_names_r)",
        "else": "ELSE",
    },
    "reactions": {
        "all": _equal("reaction_set"),
        "all_codes": _equal("code_set"),
        "rare": f"{_SHARED} >= {_RARE}",
        "most": f"{_SHARED} >= {_SOME} AND {_MOST}",
        "some": f"{_SHARED} >= {_SOME}",
        "common": f"{_SHARED} > 0",
        "else": "ELSE",
    },
    "drugs": {
        "all": _equal("drug_set"),
        "rare": f"shared(drugs_l, drugs_r) >= {_RARE}",
        "some": "list_has_any(drugs_l, drugs_r)",
        "else": "ELSE",
    },
    "outcomes": {
        "same": "same_set(outcomes_l, outcomes_r)",
        "some": "list_has_any(outcomes_l, outcomes_r)",
        "else": "ELSE",
    },
    "criteria": {
        "same": "same_set(criteria_l, criteria_r)",
        "some": "list_has_any(criteria_l, criteria_r)",
        "else": "ELSE",
    },
    "qualification": {"same": _equal("qualification"), "else": "ELSE"},
    "wording": {
        "much": "len(list_intersect(wording_l, wording_r)) >= 6",
        "some": "len(list_intersect(wording_l, wording_r)) >= 2",
        "else": "ELSE",
    },
}


def is_missing(field: str) -> str:
    """When a field says nothing of two cases."""
    return NULL.get(field) or _either_missing(field)


# Which pairs are compared at all: each rule must hold few pairs, and together they must miss few duplicates. The
# columns named second are lists, one of whose values must be the same.
BLOCKS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("links",), ("links",)),
    (("record_numbers",), ("record_numbers",)),
    (("onset_day",), ()),
    (("start_day",), ()),
    (("born_day",), ()),
    (("wording",), ("wording",)),
    (("rare_terms",), ("rare_terms",)),
    (("born_years", "sex", "onset_month"), ("born_years",)),
    (("born_years", "sex", "start_month"), ("born_years",)),
    (("born_years", "sex", "lots"), ("born_years", "lots")),
    (("born_years", "initials"), ("born_years",)),
    (("lots", "initials"), ("lots",)),
    (("onset_month", "initials"), ()),
    (("start_month", "initials"), ()),
    (("onset_month", "start_month", "lots"), ("lots",)),
    (("onset_month", "reaction_sets"), ("reaction_sets",)),
    (("start_month", "reaction_sets"), ("reaction_sets",)),
    (("onset_month", "drug_set"), ()),
    (("start_month", "drug_set"), ()),
    (("lots", "reaction_sets"), ("lots", "reaction_sets")),
    (("born_years", "sex", "drug_set"), ("born_years",)),
    (("born_years", "sex", "reaction_sets"), ("born_years", "reaction_sets")),
)
