"""`python -m tools.bpmn` lays out every diagram under processes/ anew, `--check` only looks."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from config.settings import ROOT
from tools.bpmn.graph import Unlayable
from tools.bpmn.write import laid_out

PROCESSES: Final = ROOT / "processes"


def main(arguments: Sequence[str], folder: Path = PROCESSES) -> int:
    """0 when every diagram is laid out, 1 when one is not or cannot be, 2 for a wrong argument."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.bpmn [--check]\n")
        return 2
    late = 0
    for path in sorted(folder.glob("*.bpmn")):
        text = path.read_text(encoding="utf-8")
        try:
            wanted = laid_out(text)
        except (Unlayable, ParseError) as reason:
            sys.stderr.write(f"bpmn: {path.name}: {reason}\n")
            return 1
        if text == wanted:
            sys.stdout.write(f"bpmn: {path.name} is laid out\n")
        elif arguments:
            sys.stderr.write(f"bpmn: {path.name} is not laid out; run python -m tools.bpmn\n")
            late = 1
        else:
            path.write_text(wanted, encoding="utf-8")
            sys.stdout.write(f"bpmn: {path.name} laid out\n")
    return late


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
