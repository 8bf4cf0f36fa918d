"""What a rule is: a code, a name, where it holds and how it looks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.lint.source import Source

Hit = tuple[int, str]
"""Line and message."""

PACKAGES = ("routine", "workflows", "activities", "gateways", "world", "store", "starter", "audit", "config")


@dataclass(frozen=True)
class Rule:
    """One promise. `rooms` empty means everywhere, less the rooms in `spares`."""

    code: str
    name: str
    look: Callable[[Source], Iterator[Hit]]
    rooms: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()

    def holds_in(self, source: Source) -> bool:
        """Whether the file must keep this promise."""
        return source.room not in self.spares and (not self.rooms or source.room in self.rooms)
