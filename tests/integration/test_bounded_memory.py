"""A larger file takes no more memory, and a file made to fill it does not. `make memory` shows both at a gigabyte."""

import sys

import pytest

from tests.performance import harmful_files
from tests.performance.harmful_files import HARMFUL
from tests.performance.large_files import LARGE, write
from tests.performance.memory import MOST_MEGABYTES, read_in_a_process
from tvec_pv.sources import fhir

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory a process took")

SMALL, LARGER = 500_000, 8_000_000
# In megabytes: a reader that keeps the file, or its texts, needs more than seven. Of the tables of FAERS the numbers of
# the reports and the names of the medicines are remembered: six more, and with the lines of a table more than twelve.
MORE, MORE_OF_FAERS = 6, 10

# A process that reads a small file has 45 MB; half a million attributes, the most that one report may have, take 115 MB
# beside it, and 60 MB of texts, the most that a message of E2B(R3) may have, take their own.
MOST_OF_A_PART = 200


@pytest.fixture(scope="module")
def of_two_sizes(tmp_path_factory):
    """What is found in a small and in a larger file of each format, and how many reports stand in them."""
    folder = tmp_path_factory.mktemp("large")
    paths, reports = [], []
    for number, large in enumerate(LARGE.values()):
        for size in (SMALL, LARGER):
            paths.append(folder / f"{number}-{size}")
            reports.append(large(paths[-1], size))
    found = list(zip(reports, read_in_a_process(*paths), strict=True))
    return dict(zip(LARGE, zip(found[::2], found[1::2], strict=True), strict=True))


@pytest.mark.parametrize("kind", LARGE)
def test_a_larger_file_takes_no_more_memory(kind, of_two_sizes):
    (few, small), (many, large) = of_two_sizes[kind]

    assert many > 10 * few
    assert (small.cases + small.others, large.cases + large.others) == (few, many)
    assert (small.held, large.held) == ([], [])
    assert large.cases > 0 or kind == "list of deleted cases"
    assert large.megabytes - small.megabytes < (MORE_OF_FAERS if kind.startswith("FAERS ASCII") else MORE)


@pytest.fixture(scope="module")
def harmful(tmp_path_factory):
    """What is found in the harmful files that can be small: texts of 70 MB, parts by the million."""
    folder = tmp_path_factory.mktemp("harmful")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harmful_files, "TWO_GIGABYTES", 70)
        paths = [folder / str(number) for number, _ in enumerate(BRIEF)]
        for path, kind in zip(paths, BRIEF, strict=True):
            assert write(path, HARMFUL[kind].pieces()) > 10**6
    return dict(zip(BRIEF, read_in_a_process(*paths), strict=True))


BRIEF = [
    kind
    for kind in HARMFUL
    if kind.startswith(("E2B", "XML")) or kind.endswith("of two gigabytes") or kind == "listing, a row without end"
]


@pytest.mark.parametrize("kind", BRIEF)
def test_a_file_made_to_fill_the_memory_does_not(kind, harmful):
    assert set(harmful[kind].held) == HARMFUL[kind].checks
    assert harmful[kind].megabytes < MOST_OF_A_PART


def test_the_largest_json_that_is_read_at_once_fits_whatever_it_is_made_of(tmp_path):
    """Objects of one number each: nothing unfolds to more in memory."""
    path = tmp_path / "bundle.json"
    each = b'{"a":0},'
    start, end = b'{"resourceType":"Bundle","entry":[', b"{}]}"
    path.write_bytes(start + each * ((fhir.LARGEST - len(start + end)) // len(each)) + end)
    [found] = read_in_a_process(path)

    assert path.stat().st_size > fhir.LARGEST * 0.99
    assert (found.cases, found.megabytes < MOST_MEGABYTES) == (0, True)
