"""What the specifications of flags share: the flags that a case gets, by id."""

from tests.factories import a_case
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.case_flags import Flag
from tvec_pv.reference_files import knowledge


def flags_of(**changes: object) -> dict[str, Flag]:
    """The flags of a plausible case that was changed field by field."""
    return {flag.flag: flag for flag in assess(a_case(**changes), knowledge()).flags}


def said(flags: dict[str, Flag], flag: str) -> str:
    """A flag in two words, such as "major established"; empty where it was not raised."""
    found = flags.get(flag)
    return f"{found.level} {found.status}" if found else ""
