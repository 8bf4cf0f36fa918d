"""Rules about a value that never changes, asked again and again while one decision is judged and shown."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, partial, update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, cast

from routine.frozen import Frozen

MOST = 200
"""Of so many values the findings are kept, the newest ones."""
QUESTIONS = 1000
"""So many answers to one rule a value recalls, those that were last asked for."""
V = TypeVar("V")
T = TypeVar("T")
P = ParamSpec("P")


class Recalled(Generic[V, T]):
    """A rule, which recalls what it found for the very same object."""

    def __init__(self, rule: Callable[[V], T]) -> None:
        self._rule = rule
        self._found: OrderedDict[int, tuple[V, T]] = OrderedDict()
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
            self._found.popitem(last=False)
        # The value itself is kept too, so that no other can come to live at its address.
        self._found[id(value)] = value, answer
        return answer


def recalled(rule: Callable[[V], T]) -> Recalled[V, T]:
    """The rule, which recalls what it found for the very same object."""
    return Recalled(rule)


def answered(rule: Callable[Concatenate[V, P], T]) -> cached_property[Callable[P, T]]:
    """A rule of a value that is `Recalling`: asked the same again, it gives the answer it gave.

    What it is asked about is hashed each time: instants, names, and what knows its hash.
    """
    return cached_property(lambda value: cast("Callable[P, T]", lru_cache(QUESTIONS)(partial(rule, value))))


class Recalling(Frozen):
    """A value that lives long and recalls what it answered, until it is gone itself."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that recalls nothing: pydantic copies cached properties, and `update` may outdate them."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        """The fields alone: what is recalled does not survive being pickled."""
        state = super().__getstate__()
        return state | {"__dict__": {name: state["__dict__"][name] for name in type(self).model_fields}}
