"""The instruments that cases are measured with, as one version of the profile sets them."""

from dataclasses import dataclass

from tvec_pv.domain.causality import NaranjoScale
from tvec_pv.domain.completeness import Penalties
from tvec_pv.domain.onset import Window


@dataclass(frozen=True, slots=True)
class Scales:
    """What `scale_files` reads."""

    windows: tuple[Window, ...]
    naranjo: NaranjoScale
    penalties: Penalties
