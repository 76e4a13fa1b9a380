"""FAERS quarterly ASCII extracts: seven '$'-separated tables in a zip or a folder, and lists of deleted cases.

FAERS gives seriousness per case, not per reaction, and no patient or narrative; the case says so. Only the
product's reports become cases, the others are counted. Headers of all eras are read by name.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from tvec_pv.domain.records import Deletions, OtherProducts, Record
from tvec_pv.sources.archives import shown_name
from tvec_pv.sources.faers_case import read_case
from tvec_pv.sources.faers_deleted import last_day, read_list
from tvec_pv.sources.faers_tables import open_quarter
from tvec_pv.sources.joined_tables import read_joined


def read(path: Path, is_product: Callable[[str], bool]) -> Iterator[Record | OtherProducts | Deletions]:
    """The product's reports, each as a record, then the number of all others, then the cases that were deleted."""
    with open_quarter(path) as quarter:
        main, *parts = quarter.tables.values()
        yield from read_joined(main, parts, is_product, read_case)
        for name, opener in quarter.deleted.items():
            with opener() as file:
                yield from read_list(file, shown_name(name), last_day(quarter.name))
