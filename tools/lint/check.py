"""Runs the rules over a file or a tree."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lint import silence
from tools.lint.finding import Finding
from tools.lint.rule import PACKAGES
from tools.lint.rules import RULES
from tools.lint.source import Source

TREE = (*PACKAGES, "tools", "tests", "bench", "api.py", "worker.py", "watch.py")


def check(path: str, code: str) -> list[Finding]:
    """The findings in one file, in line order. `path` is relative to the checkout."""
    try:
        source = Source(path, code)
    except SyntaxError as error:
        return [Finding(path, error.lineno or 1, silence.CODE, f"cannot be parsed: {error.msg}")]
    findings = {
        Finding(path, line, rule.code, message)
        for rule in RULES
        if rule.holds_in(source)
        for line, message in rule.look(source)
    }
    return sorted(silence.settle(source, findings, {rule.code for rule in RULES}))


def check_tree(root: Path, paths: Iterable[Path]) -> tuple[int, list[Finding]]:
    """How many files were read under `paths`, and what was found. Raises ValueError for a path outside `root`."""
    files = sorted({file for path in paths for file in _python_files(path)})
    return len(files), [
        finding
        for file in files
        for finding in check(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))
    ]


def _python_files(path: Path) -> Iterator[Path]:
    path = path.resolve()
    if path.is_file():
        yield path
    else:
        yield from (file for file in path.rglob("*.py") if file.is_file())
