"""Several processes' output as one log that a person can read."""

import contextlib
import os
import re
import time
from collections.abc import Sequence
from typing import Final, TextIO

SUPERVISOR: Final = "vaka"

PALETTE: Final = (36, 32, 35, 34, 33, 96, 92, 95)
"""ANSI colours of the children, in turn."""

ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
STAMPED: Final = re.compile(
    r'\W*(?:[A-Za-z]+\W+)?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d|\{.*"(?:timestamp|time|ts)"\s*:'
)


class MergedLog:
    """Writes lines as `name | text`: names aligned, coloured on a terminal, stamped if the line has no time itself."""

    def __init__(self, stream: TextIO, names: Sequence[str]) -> None:
        self._stream = stream
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ
        self._width = max(len(name) for name in (SUPERVISOR, *names))
        self._colours = {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(names)}

    def line(self, name: str, text: str) -> None:
        """One line of a child. Never raises: nobody reading along any more is no reason to stop the house."""
        plain = ANSI.sub("", text)
        stamp = "" if STAMPED.match(plain) else time.strftime("%H:%M:%S ")
        label = f"{name:<{self._width}} |"
        if self._coloured:
            label = f"\x1b[{self._colours.get(name, 1)}m{label}\x1b[0m"
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{label} {stamp}{text if self._coloured else plain}\n")
            self._stream.flush()

    def own(self, text: str) -> None:
        """One line of the supervisor itself."""
        self.line(SUPERVISOR, text)
