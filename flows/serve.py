"""The night on its cron, on one machine: a Prefect server with its pages, and the process that runs the night."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx


def serve_nightly(inbox: Path, cron: str, port: int) -> None:
    """Serve until interrupted or terminated. The server listens on this machine only, and ends with this process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if _answers(f"http://127.0.0.1:{port}/api/health"):
        raise SystemExit(f"port {port} is taken by another server: stop it, or choose another with --port")
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 (nothing in it comes from outside)
    try:
        _wait_for(server, f"{address}/api/health")
        os.environ["PREFECT_API_URL"] = f"{address}/api"
        from flows.nightly import nightly

        sys.stdout.write(f"runs are shown at {address}; the night reads {inbox} at {cron!r}; stop with Ctrl-C\n")
        sys.stdout.flush()
        nightly.serve(name="nightly", cron=cron, parameters={"inbox": [str(inbox)]}, limit=1, pause_on_shutdown=False)
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", url: str) -> None:
    """Until the server answers; its first start takes up to two minutes."""
    for _ in range(180):
        if server.poll() is not None:
            raise SystemExit("the Prefect server did not start; is the port taken? Choose another with --port")
        if _answers(url):
            return
        time.sleep(1)
    raise SystemExit("the Prefect server did not answer within three minutes")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False
