"""`python -m tools.lint [paths]`: 0 when every promise is kept, 1 with one line per finding, 2 for a wrong path."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.lint.check import TREE, check_tree
from tools.lint.rules import RULES

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Check the named files and folders, or the whole tree."""
    root = root.resolve()
    paths = [Path(each) for each in arguments] or [root / each for each in TREE if (root / each).exists()]
    for path in paths:
        if not path.exists() or not path.resolve().is_relative_to(root):
            sys.stderr.write(f"no such file or folder in {root}: {path}\n")
            return 2
    files, findings = check_tree(root, paths)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    if not findings:
        sys.stdout.write(f"{files} files keep all {len(RULES)} promises\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
