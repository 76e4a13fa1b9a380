"""A dictionary of terms made for the vignettes, in the form of MedDRA's files: its codes are no codes of MedDRA."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tvec_pv.domain.icsr import Case

_FIRST_CODE = 90_000_001
VERSION = "99.0"


def write_dictionary(folder: Path, cases: Iterable[Case]) -> Mapping[str, str]:
    """llt.asc and pt.asc with every coded name of the cases; the codes by name."""
    names = dict.fromkeys(one.term.name for case in cases for one in case.reactions if one.term.name)
    codes = {name: str(number) for number, name in enumerate(names, _FIRST_CODE)}
    (folder / "pt.asc").write_text("".join(f"{code}${name}$$\n" for name, code in codes.items()))
    (folder / "llt.asc").write_text("".join(f"{code}${name}${code}$$\n" for name, code in codes.items()))
    return codes


def coded(case: Case, codes: Mapping[str, str]) -> Case:
    """A case whose reactions carry the code of their term, as a report of R3 does in the place of its name."""
    reactions = (
        replace(one, term=replace(one.term, code=codes[one.term.name], version=VERSION)) if one.term.name else one
        for one in case.reactions
    )
    return replace(case, reactions=tuple(reactions))
