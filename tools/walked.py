"""What a walk through a state machine has seen: the arrows of its diagram."""

from dataclasses import dataclass, field
from typing import Literal

Means = Literal["decision", "event", "timer"]


class Stranger(Exception):
    """The routine has learnt something that nobody has taught the diagram. The message names it."""


@dataclass(frozen=True, order=True)
class Edge:
    """What was seen: in `source`, this happened, and the chat was in `target` then."""

    source: str
    means: Means
    name: str
    target: str

    @property
    def label(self) -> str:
        """As it stands on the arrow."""
        return f"timer {self.name}" if self.means == "timer" else self.name


@dataclass
class Walk:
    """What a walk has seen."""

    edges: set[Edge] = field(default_factory=set)
    states: set[type] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    deaf: set[str] = field(default_factory=set)
    """Where a patient's words open a new contact."""
