"""Prefect for one machine: its state under the home folder, nothing sent anywhere, quiet libraries.

Call `prepare` before Prefect is imported. What the environment says already is kept.
"""

import os
from pathlib import Path

_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "GX_ANALYTICS_ENABLED": "false",
}


def prepare(home: Path, log_level: str = "WARNING") -> None:
    """Set what is not set yet. The `nightly` command says itself what went wrong, so it logs nothing below critical."""
    for name, value in (_QUIET | {"PREFECT_LOGGING_LEVEL": log_level}).items():
        os.environ.setdefault(name, value)
    own = (home / "prefect").resolve()
    own.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(own))
