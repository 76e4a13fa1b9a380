"""Where the real report files lie. No test copies them, and not every machine has them."""

import os
from pathlib import Path

import pytest

REAL_DATA = Path(os.environ.get("TVEC_PV_REAL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")

needs_real_data = pytest.mark.skipif(not REAL_DATA.is_dir(), reason="real files are not here: set TVEC_PV_REAL_DATA")


def real_files(*patterns):
    """The files to run a test on, each under its own name; where the folder is absent, one that is skipped."""
    files = [path for pattern in patterns for path in sorted(REAL_DATA.glob(pattern))]
    return [pytest.param(path, id=path.name) for path in files] or [pytest.param(None, id="no real file")]
