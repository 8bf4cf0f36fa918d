"""A process that is told to stop lets go of its stores."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.settings import Settings


@pytest.mark.parametrize("name", ["worker", "watch"])
def test_no_store_is_left_open(settings: Settings, repository: Path, tmp_path: Path, name: str) -> None:
    """Stopped by SIGTERM: exit code 0, and SQLite has folded in its write-ahead logs, as it does when closed."""
    env = {
        **os.environ,
        "VAKA_DATA_DIR": str(tmp_path),
        "VAKA_TEMPORAL_ADDRESS": settings.engine_address,
        "VAKA_TASK_QUEUE": "leaving",
        "VAKA_WATCH_EVERY_S": "0.1",
        "PYTHONUNBUFFERED": "1",
    }
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [sys.executable, str(repository / f"{name}.py")]
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out, cwd=repository)
    try:
        began = time.monotonic()
        while f"{name}.started" not in log.read_text() and time.monotonic() - began < 40:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert list(tmp_path.glob("*.db"))
    assert list(tmp_path.glob("*-wal")) == []
