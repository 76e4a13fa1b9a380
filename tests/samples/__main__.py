"""`python -m tests.samples`: write sample_reports/ again."""

import sys

from tests.samples import EXPECTED, write

written = write()
sys.stdout.write(f"{len(written)} files, {len(EXPECTED)} reports in the inbox\n")
