"""Who may do what: a role has the rights of this table and no other (21 CFR 11.10(d), (g))."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from tvec_pv.domain.errors import NotAllowed


class Role(StrEnum):
    """What a person is here for. The administrator keeps the house and decides nothing clinical."""

    VIEWER = "viewer"
    DATA_STEWARD = "data steward"
    SAFETY_OFFICER = "safety officer"
    SAFETY_PHYSICIAN = "safety physician"
    HEAD = "head of safety"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    READ_SIGNALS = "read signals"
    READ_CASES = "read cases"
    READ_NARRATIVES = "read narratives"
    READ_QUARANTINE = "read quarantine"
    READ_AUDIT = "read the audit trail"
    DECIDE_SIGNALS = "decide about signals"
    DECIDE_RECORDS = "decide about held records"
    MANAGE_USERS = "manage users"


_READER = frozenset({Right.READ_SIGNALS, Right.READ_CASES})
_STEWARD = _READER | {Right.READ_QUARANTINE, Right.DECIDE_RECORDS}
_SAFETY = _STEWARD | {Right.READ_NARRATIVES, Right.DECIDE_SIGNALS}

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.VIEWER: _READER,
        Role.DATA_STEWARD: _STEWARD,
        Role.SAFETY_OFFICER: _SAFETY,
        Role.SAFETY_PHYSICIAN: _SAFETY,
        Role.HEAD: _SAFETY | {Right.READ_AUDIT},
        Role.AUDITOR: _READER | {Right.READ_NARRATIVES, Right.READ_QUARANTINE, Right.READ_AUDIT},
        Role.ADMINISTRATOR: frozenset({Right.MANAGE_USERS}),
    }
)


def may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]


def check_may(role: Role, right: Right) -> None:
    """`NotAllowed` unless the role has the right."""
    if not may(role, right):
        raise NotAllowed(f"the role {role} may not {right}: ask an administrator whether yours is the right one")
