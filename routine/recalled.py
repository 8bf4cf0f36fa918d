"""Rules about a value that never changes, asked again and again while one decision is judged and shown."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, TypeVar

MOST = 200
"""Of so many values the findings are kept; then all are forgotten."""
V = TypeVar("V")
T = TypeVar("T")


class Recalled(Generic[V, T]):
    """A rule, which recalls what it found for the very same object."""

    def __init__(self, rule: Callable[[V], T]) -> None:
        self._rule = rule
        self._found: dict[int, tuple[V, T]] = {}
        update_wrapper(self, rule)

    def __call__(self, value: V) -> T:
        """What the rule says of the value."""
        known = self._found.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        return self._keep(value, self._rule(value))

    def unchanged(self, before: V, value: V) -> V:
        """The value, of which the rule says what it said of `before`: what it asks of is the same in both."""
        known = self._found.get(id(before))
        if known is not None and known[0] is before:
            self._keep(value, known[1])
        return value

    def _keep(self, value: V, answer: T) -> T:
        if len(self._found) >= MOST:
            self._found.clear()
        # The value itself is kept too, so that no other can come to live at its address.
        self._found[id(value)] = value, answer
        return answer


def recalled(rule: Callable[[V], T]) -> Recalled[V, T]:
    """The rule, which recalls what it found for the very same object."""
    return Recalled(rule)
