"""Runs the golden numbers, and says what it found for people and for scripts."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.golden_numbers import Compared, Golden, compare
from tvec_pv.reference_files import golden_numbers
from tvec_pv.self_test.methods import METHODS, Method
from tvec_pv.self_test.tables import TABLES


@dataclass(frozen=True, slots=True)
class SelfTest:
    """`not_run` are entries whose tables were not there."""

    version: str
    compared: tuple[Compared, ...]
    not_run: tuple[Golden, ...]

    @property
    def off(self) -> tuple[Compared, ...]:
        return tuple(one for one in self.compared if not one.agrees)

    @property
    def lines(self) -> list[str]:
        return [*self._numbers(), "", *self._not_run(), self._last]

    def _numbers(self) -> Iterator[str]:
        width = max((len(one.name) for one in self.compared), default=0)
        method: Method | None = None
        golden: Golden | None = None
        for one in self.compared:
            if method is not (method := method_of(one.golden)):
                yield from ("", method.name, f"  formula     {method.formula}", f"  convention  {method.convention}")
                yield f"  source      {method.source}"
            if golden is not (golden := one.golden):
                yield f"  {golden.case} [{golden.source}{'' if golden.verified else '; believed, not read'}]"
            mark = "agrees" if one.agrees else "OFF"
            yield (
                f"    {one.name:{width}}  {one.expected:>18}  got {one.got:<18.12g}"
                f"  difference {one.difference:.1e} of {one.allowed:.1e}  {mark}"
            )

    def _not_run(self) -> Iterator[str]:
        if self.not_run:
            files = sorted({file for golden in self.not_run for file in golden.files})
            yield f"not run, for want of tables (--data FOLDER): {', '.join(files)}"

    @property
    def _last(self) -> str:
        said = f"{len(self.compared)} golden numbers of {self.version}"
        return f"{said}: {len(self.off)} are off" if self.off else f"{said}: all agree"

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "agrees": not self.off,
            "numbers": [_as_json(one) for one in self.compared],
            "not_run": [{"method": one.method, "files": list(one.files)} for one in self.not_run],
        }


def run_self_test(folder: Path | None = None) -> SelfTest:
    """Every golden number; those of the reference implementations' tables where `folder` holds them."""
    version, goldens = golden_numbers()
    compared: list[Compared] = []
    not_run = []
    for golden in goldens:
        if golden.method in METHODS:
            compared += compare(golden, METHODS[golden.method].compute(golden.given))
        elif golden.method not in TABLES:
            raise ReferenceDataError(f"golden numbers {version}: {golden.method} is no method")
        elif folder and all((folder / file).is_file() for file in golden.files):
            compared += compare(golden, TABLES[golden.method][1](folder))
        else:
            not_run.append(golden)
    return SelfTest(version, tuple(compared), tuple(not_run))


def method_of(golden: Golden) -> Method:
    """The method that a number tries; of a table's numbers, the one that it stands for."""
    return METHODS[golden.method if golden.method in METHODS else TABLES[golden.method][0]]


def _as_json(one: Compared) -> dict[str, Any]:
    method = method_of(one.golden)
    return {
        "method": one.golden.method,
        "formula": method.formula,
        "convention": method.convention,
        "method_source": method.source,
        "case": one.golden.case,
        "source": one.golden.source,
        "verified": one.golden.verified,
        "name": one.name,
        "expected": float(one.expected),
        "got": _defined(one.got),
        "difference": _defined(one.difference),
        "allowed": one.allowed,
        "agrees": one.agrees,
    }


def _defined(value: float) -> float | None:
    return None if isnan(value) else value
