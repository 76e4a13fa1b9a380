"""The background as a flow: loaded, and its prior fitted at once."""

import os
import subprocess
import sys

import pytest

from tests.samples import FOLDER
from tvec_pv.background.scores import prior_of
from tvec_pv.settings import Settings

_FLOW = "import sys; from flows.background import background; print(background(sys.argv[1:])['lines'])"


@pytest.mark.prefect
def test_what_a_flow_loads_has_its_prior(tmp_path):
    environment = os.environ | {"TVEC_PV_HOME": str(tmp_path / "home"), "HOME": str(tmp_path), "DO_NOT_TRACK": "1"}

    done = subprocess.run(
        [sys.executable, "-P", "-c", _FLOW, str(FOLDER / "background")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    stored = prior_of(Settings(home=tmp_path / "home").background)
    assert stored is not None
    assert f"{stored.release}: {stored.reports} reports" in done.stdout
