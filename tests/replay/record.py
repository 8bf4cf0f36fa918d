"""Record the histories of every story: `make histories`."""

import os
import sys

import pytest

from tests.replay.recording import FOLDER


def main() -> int:
    """Tell every story once more and keep what the engine recorded; the old histories go first."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    os.environ["VAKA_RECORD_HISTORIES"] = str(FOLDER)
    return int(pytest.main(["tests/stories", "-q", "-p", "no:xdist"]))


if __name__ == "__main__":
    sys.exit(main())
