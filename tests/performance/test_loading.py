"""The figures of loading a quarter, on a small one: what is read bare and what is loaded is the same, and fits."""

from tests.performance.loading import measure


def test_a_small_quarter_is_loaded_and_compared_with_a_bare_read():
    packed, unpacked, memory = measure(2 * 10**6)

    assert (packed.goal, unpacked.goal) == (3, 3)
    assert packed.value > 0
    assert memory.is_met, memory.line
