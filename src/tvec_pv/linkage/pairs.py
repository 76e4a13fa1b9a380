"""Pairs of cases that are probably one patient's: Splink's Fellegi-Sunter model on DuckDB, with fixed parameters.

Splink and DuckDB stay in here, run in this process and in memory, and say nothing. Nothing is drawn at random and rows
are put in order first, so that the same cases give the same pairs however they come.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from tvec_pv.domain.duplicates import Chance, FieldEvidence, Level, LinkageModel, ProposedPair
from tvec_pv.domain.linkage_rows import LinkageRow
from tvec_pv.linkage.columns import WITH_FREQUENCY, chances, columns, frequencies, schema
from tvec_pv.linkage.comparisons import BLOCKS, CONDITIONS, MACROS, is_missing


def find_pairs(rows: Sequence[LinkageRow], model: LinkageModel) -> list[ProposedPair]:
    """Every pair at or above the model's threshold, each with what its fields say; most probable first."""
    if len(rows) < 2:
        return []
    ordered = sorted(rows, key=lambda row: row.key)
    scored = _scored(ordered, model)
    pairs = []
    for one in scored:
        left, right = sorted((one["unique_id_l"], one["unique_id_r"]))
        pairs.append(
            ProposedPair(
                a=ordered[left].key,
                b=ordered[right].key,
                probability=one["match_probability"],
                weight=one["match_weight"],
                fields=tuple(_evidence(one, model)),
            )
        )
    return sorted(pairs, key=lambda pair: (-pair.weight, pair.a, pair.b))


def _scored(rows: Sequence[LinkageRow], model: LinkageModel) -> list[dict[str, Any]]:
    import duckdb
    import pyarrow
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    of = columns(rows, model)
    with duckdb.connect(":memory:", config=_ALONE) as connection:
        for macro in MACROS:
            connection.execute(macro)
        database = DuckDBAPI(connection)
        cases = database.register(pyarrow.table(of, schema=schema()))
        linker = Linker(cases, settings(of, len(rows), model), log_level=None, validate_settings=False)
        for name in WITH_FREQUENCY:
            often = frequencies(of[name], model.usual[name], model.cases_behind_it)
            lookup = pyarrow.table(
                {name: pyarrow.array(often, pyarrow.string()), f"tf_{name}": pyarrow.array(often.values(), "float64")}
            )
            linker.table_management.register_term_frequency_lookup(database.register(lookup), name)
        found = linker.inference.predict(threshold_match_probability=model.threshold, warning_mode="never")
        wanted = "COLUMNS('^(unique_id_[lr]|match_(weight|probability)|gamma_.*|mw_.*)$')"
        scored = connection.execute(f"SELECT {wanted} FROM {found.physical_name}")  # noqa: S608 (names of our own)
        names = [one[0] for one in scored.description]
        return [dict(zip(names, row, strict=True)) for row in scored.fetchall()]


# Weights are added up row by row, so that threads change no sum. Nothing is fetched: extensions of DuckDB would be.
_ALONE = {
    "threads": 2,
    "preserve_insertion_order": True,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}


def settings(of: Mapping[str, list[Any]], cases: int, model: LinkageModel) -> dict[str, Any]:
    """The model in Splink's words."""
    by_chance = chances(of, model)
    return {
        "link_type": "dedupe_only",
        "probability_two_random_records_match": min(0.5, 2 * model.duplicates_per_case / (cases - 1)),
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [
            {
                "blocking_rule": " AND ".join(f"l.{column} = r.{column}" for column in equal),
                **({"arrays_to_explode": list(lists)} if lists else {}),
            }
            for equal, lists in BLOCKS
        ],
        "comparisons": [
            {
                "output_column_name": field,
                "comparison_levels": [
                    {"sql_condition": is_missing(field), "is_null_level": True, "label_for_charts": "not said"},
                    *(_level(field, level, by_chance) for level in levels),
                ],
            }
            for field, levels in model.fields.items()
        ],
    }


def _level(field: str, level: Level, by_chance: Mapping[str, float]) -> dict[str, Any]:
    u = by_chance[level.u.value] * level.u.times if isinstance(level.u, Chance) else level.u
    adjusted = {
        "tf_adjustment_column": level.rarer,
        "tf_minimum_u_value": level.floor,
        "disable_tf_exact_match_detection": True,
    }
    return {
        "sql_condition": CONDITIONS[field][level.name],
        "label_for_charts": level.name,
        "m_probability": level.m,
        "u_probability": min(0.9, u),
        **(adjusted if level.rarer else {}),
    }


def _evidence(scored: Mapping[str, Any], model: LinkageModel) -> list[FieldEvidence]:
    found = []
    for field, levels in model.fields.items():
        met = scored[f"gamma_{field}"]
        if met < 0:
            continue
        level = levels[len(levels) - 1 - met]
        weight = scored[f"mw_{field}"] + scored.get(f"mw_tf_adj_{field}", 0.0)
        found.append(FieldEvidence(field, level.name, level.says, round(weight, 2)))
    return found
