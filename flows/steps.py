"""What the steps share: when a retry can help."""

from typing import Any

from tvec_pv.domain.errors import AlreadyRunning, StoreUnavailable


def may_pass(_task: Any, _run: Any, state: Any) -> bool:
    """Retry what may pass by itself: a database that does not answer, another run that ends. Nothing else."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, StoreUnavailable | AlreadyRunning)


RETRIES: dict[str, Any] = {"retries": 2, "retry_delay_seconds": [10, 60], "retry_condition_fn": may_pass}
