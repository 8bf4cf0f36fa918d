"""VK008: a file that has outgrown four hundred lines holds two subjects."""

from collections.abc import Iterator

from tools.lint.rule import PACKAGES, Hit, Rule
from tools.lint.source import Source

LONGEST = 400


def look(source: Source) -> Iterator[Hit]:
    """Files over the limit."""
    lines = len(source.code.splitlines())
    if lines > LONGEST:
        yield 1, f"{lines} lines, {LONGEST} at most: split it by subject"


RULE = Rule("VK008", "file-length", look, rooms=(*PACKAGES, "tools", "worker.py", "watch.py"))
