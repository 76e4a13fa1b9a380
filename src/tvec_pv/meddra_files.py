"""Reads a MedDRA release from its licence holder's own ASCII files: names, preferred terms, organ classes, SMQs.

`llt.asc` and `pt.asc` are needed, the others are used where they are. A mistake is named with file and line.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.terms import Dictionary, Query

_PT, _HLT, _HLGT, _SOC, _PT_NAME, _HLT_NAME, _HLGT_NAME, _SOC_NAME, _ABBREVIATION, _NULL, _PT_SOC, _IS_PRIMARY = range(
    12
)
_SMQ, _TERM, _LEVEL, _SCOPE, _CATEGORY, _WEIGHT, _STATUS = range(7)
_BROAD, _NARROW, _CHILD = "1", "2", "0"


def read_meddra(folder: Path) -> Dictionary:
    llt, pt = folder / "llt.asc", folder / "pt.asc"
    if missing := [file.name for file in (llt, pt) if not file.is_file()]:
        raise ReferenceDataError(f"TVEC_PV_MEDDRA names a folder without {' and '.join(missing)}")
    name_of = {row[0]: row[1] for row in _rows(pt, 2)}
    preferred_of = {}
    for code, name, preferred in _rows(llt, 3):
        name_of.setdefault(code, name)
        preferred_of[code] = preferred
    release = folder / "meddra_release.asc"
    version = release.read_text("utf-8", errors="replace").split("$")[0] if release.is_file() else "not stated"
    return Dictionary(
        version=version,
        name_of=name_of,
        preferred_of=preferred_of,
        code_of={name.casefold(): code for code, name in name_of.items()},
        organ_class_of=_primary(folder / "mdhier.asc", _SOC_NAME),
        high_level_of=_primary(folder / "mdhier.asc", _HLT_NAME),
        queries_of=_queries(folder / "smq_list.asc", folder / "smq_content.asc"),
    )


def _primary(mdhier: Path, column: int) -> dict[str, str]:
    """The name at a level of the primary path of each preferred term."""
    if not mdhier.is_file():
        return {}
    return {row[_PT]: row[column] for row in _rows(mdhier, 12) if row[_IS_PRIMARY] == "Y"}


def _queries(smq_list: Path, smq_content: Path) -> dict[str, tuple[Query, ...]]:
    """The standardised queries that hold each term, directly or through a query below them; active members only."""
    there = [file for file in (smq_list, smq_content) if file.is_file()]
    if len(there) == 1:
        [missing] = {smq_list, smq_content} - set(there)
        raise ReferenceDataError(f"TVEC_PV_MEDDRA names a folder with {there[0].name} and without {missing.name}")
    if not there:
        return {}
    names = {row[0]: row[1] for row in _rows(smq_list, 2)}
    members: dict[str, dict[str, bool]] = defaultdict(dict)
    parents: dict[str, set[str]] = defaultdict(set)
    for row in _rows(smq_content, 7):
        if row[_STATUS] != "A":
            continue
        if row[_SCOPE] == _CHILD:
            parents[row[_TERM]].add(row[_SMQ])
        elif row[_SCOPE] in (_BROAD, _NARROW):
            of_term = members[row[_TERM]]
            of_term[row[_SMQ]] = of_term.get(row[_SMQ], False) or row[_SCOPE] == _NARROW
    return {term: _with_those_above(direct, parents, names) for term, direct in members.items()}


def _with_those_above(
    direct: Mapping[str, bool], parents: Mapping[str, set[str]], names: Mapping[str, str]
) -> tuple[Query, ...]:
    """A term is in the queries above its own too, with the scope that it has below."""
    found: dict[str, bool] = {}
    waiting = list(direct.items())
    while waiting:
        query, is_narrow = waiting.pop()
        if query in found and (found[query] or not is_narrow):
            continue
        found[query] = is_narrow
        waiting += [(above, is_narrow) for above in parents.get(query, ())]
    queries = (Query(names.get(code, code), is_narrow) for code, is_narrow in found.items())
    return tuple(sorted(queries, key=lambda query: query.name))


def _rows(file: Path, columns: int) -> Iterator[list[str]]:
    """The first columns of each row; a row that has fewer is not of such a file."""
    for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        cells = line.split("$")
        if len(cells) < columns:
            raise ReferenceDataError(f"{file.name}, line {number}: not a row of a MedDRA ASCII file")
        yield cells[:columns]
