"""A narrative is read as a careful reader would, sentence by sentence; what is found decides nothing."""

from functools import cache

from tests.spec.narratives import NARRATIVES, Read
from tests.spec.tables import each
from tvec_pv.domain.narrative import mentions
from tvec_pv.reference_files import knowledge


@cache
def reader():
    return knowledge().narratives


@each(NARRATIVES)
def test_a_sentence_mentions(row: Read):
    assert tuple(f"{one.concept}: {one.kind}" for one in mentions(reader(), row.sentence)) == row.mentions
