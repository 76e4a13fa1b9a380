"""Every record received is in exactly one of seven classes; a night that does not add up publishes nothing."""

from typing import NamedTuple

import pytest

from tests.spec.tables import each
from tvec_pv.domain.errors import OutOfBalance
from tvec_pv.domain.records import Balance, RecordClass, add_up, check_balance

CLASSES = ("new", "follow-up", "amendment", "nullification", "duplicate", "quarantined", "out of scope")


class Night(NamedTuple):
    """What came in and where it ended: received, then the seven classes; what is missing or counted twice."""

    received: int
    new: int
    follow_up: int
    amendment: int
    nullification: int
    duplicate: int
    quarantined: int
    out_of_scope: int
    difference: int


NIGHTS = [
    Night(0, 0, 0, 0, 0, 0, 0, 0, difference=0),
    Night(1, 1, 0, 0, 0, 0, 0, 0, difference=0),
    Night(1, 0, 0, 0, 0, 0, 0, 0, difference=1),
    Night(1, 1, 1, 0, 0, 0, 0, 0, difference=-1),
    Night(112, 41, 4, 1, 1, 2, 7, 56, difference=0),
    Night(112, 40, 4, 1, 1, 2, 7, 56, difference=1),
    Night(112, 42, 4, 1, 1, 2, 7, 56, difference=-1),
    Night(7, 1, 1, 1, 1, 1, 1, 1, difference=0),
]


def balance(row):
    return Balance(row.received, dict(zip(RecordClass, row[1:8], strict=True)))


@each(NIGHTS)
def test_a_night_that_does_not_balance_publishes_nothing(row):
    assert balance(row).difference == row.difference
    if row.difference:
        with pytest.raises(OutOfBalance, match=f"difference {row.difference}"):
            check_balance(balance(row))
    else:
        check_balance(balance(row))


def test_the_classes_are_these_seven_in_this_order():
    assert tuple(map(str, RecordClass)) == CLASSES


def test_the_sentence_shows_every_class_also_an_empty_one():
    sentence = Balance(3, {RecordClass.NEW: 2}).sentence

    assert sentence == (
        "received 3 = 2 new + 0 follow-up + 0 amendment + 0 nullification + 0 duplicate + 0 quarantined"
        " + 0 out of scope; difference 1"
    )


def test_balances_of_files_add_up_to_that_of_the_night():
    night = add_up(
        [
            Balance(5, {RecordClass.NEW: 3, RecordClass.DUPLICATE: 2}),
            Balance(4, {RecordClass.NEW: 1, RecordClass.QUARANTINED: 2}),
        ]
    )

    assert (night.received, night.classes[RecordClass.NEW], night.difference) == (9, 4, 1)
    assert tuple(night.classes) == tuple(RecordClass)


def test_two_errors_do_not_cancel_each_other_within_a_file():
    files = [Balance(5, {RecordClass.NEW: 4}), Balance(5, {RecordClass.NEW: 6})]

    assert [file.difference for file in files] == [1, -1]
    with pytest.raises(OutOfBalance):
        check_balance(files[0])


def test_no_file_is_a_balance_of_nothing():
    check_balance(add_up([]))
    assert add_up([]).received == 0
