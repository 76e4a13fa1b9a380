"""Who may do what, as a table: a role has the rights that are marked, and no other."""

import pytest

from tvec_pv.domain.access import Right, Role, check_may, may
from tvec_pv.domain.errors import NotAllowed

COLUMNS = (
    Right.READ_SIGNALS,
    Right.READ_CASES,
    Right.READ_NARRATIVES,
    Right.READ_QUARANTINE,
    Right.READ_AUDIT,
    Right.DECIDE_SIGNALS,
    Right.DECIDE_RECORDS,
    Right.MANAGE_USERS,
)
TABLE = {
    Role.VIEWER: "xx------",
    Role.DATA_STEWARD: "xx-x--x-",
    Role.SAFETY_OFFICER: "xxxx-xx-",
    Role.SAFETY_PHYSICIAN: "xxxx-xx-",
    Role.HEAD: "xxxxxxx-",
    Role.AUDITOR: "xxxxx---",
    Role.ADMINISTRATOR: "-------x",
}


def test_every_role_and_right_is_in_the_table():
    assert set(TABLE) == set(Role)
    assert set(COLUMNS) == set(Right)


@pytest.mark.parametrize(
    ("role", "right", "allowed"),
    [(role, right, mark == "x") for role, marks in TABLE.items() for right, mark in zip(COLUMNS, marks, strict=True)],
)
def test_a_role_has_these_rights(role, right, allowed):
    assert may(role, right) is allowed
    if not allowed:
        with pytest.raises(NotAllowed, match="may not"):
            check_may(role, right)
