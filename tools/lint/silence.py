"""Silencing comments: `# lint: VK001 because <reason>`, on the finding's own line.

A silence without a reason, or with nothing left to silence, is a finding itself: exceptions are written down and do
not outlive what they excused.
"""

import io
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tools.lint.finding import Finding
from tools.lint.source import Source

CODE = "VK000"

_COMMENT = re.compile(r"#\s*lint:\s*(?P<body>[^#]*)")
_BODY = re.compile(r"(?P<code>VK\d{3}) because (?P<reason>.*\w.*)")


@dataclass(frozen=True)
class Silence:
    """One `# lint:` comment; `code` is None when it does not say which rule and why."""

    line: int
    code: str | None


def silences(source: Source) -> Iterator[Silence]:
    """Every silencing comment of the file. Reads tokens, so a string that looks like a comment is none."""
    for token in tokenize.generate_tokens(io.StringIO(source.code).readline):
        if token.type == tokenize.COMMENT:
            for comment in _COMMENT.finditer(token.string):
                body = _BODY.fullmatch(comment["body"].strip())
                yield Silence(token.start[0], body and body["code"])


def settle(source: Source, findings: Collection[Finding], known: Collection[str]) -> Iterator[Finding]:
    """The findings that stand, and what is wrong with the silences themselves."""
    said = tuple(silences(source))
    silenced = {(each.line, each.code) for each in said}
    found = {(each.line, each.code) for each in findings}
    yield from (each for each in findings if (each.line, each.code) not in silenced)
    for each in said:
        if each.code is None:
            yield Finding(source.path, each.line, CODE, "write `# lint: VK00x because <reason>`")
        elif each.code not in known:
            yield Finding(source.path, each.line, CODE, f"there is no rule {each.code}")
        elif (each.line, each.code) not in found:
            yield Finding(source.path, each.line, CODE, f"nothing to silence: this line keeps {each.code}")
