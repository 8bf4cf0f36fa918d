"""A PostgreSQL of the tests' own, and the production secrets as `deploy/secrets.sh` makes them."""

import subprocess
from pathlib import Path

import pytest

from tests.store.postgresql import postgresql

__all__ = ["postgresql"]


@pytest.fixture
def secrets(tmp_path: Path, repository: Path) -> Path:
    """The folder of secrets, with the one that others choose."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "vaka_sms_password").write_text("chosen by the gateway\n", encoding="utf-8")
    subprocess.run(["sh", repository / "deploy" / "secrets.sh", folder], check=True, capture_output=True, timeout=10)
    return folder
