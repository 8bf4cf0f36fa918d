"""The steps a case took, by its core's own names: what is held against its process diagram.

They are found by letting the core do it all again, so nothing has to be logged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from routine.actors import Actor
from routine.refusals import Refusal


@dataclass(frozen=True, order=True)
class Step:
    """What was decided, heard or brought about by the clock, and where the case stood before and after."""

    name: str
    before: str | None
    after: str


class Instant(Protocol):
    """Something that the clock brings about by itself."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def name(self) -> StrEnum:
        """What."""


class Timed(Protocol):
    """A case."""

    @property
    def as_of(self) -> datetime:
        """The instant up to which the clock has run."""


class Typed(Protocol):
    """A decision or an event."""

    @property
    def type(self) -> str:
        """Its name."""


C = TypeVar("C", bound=Timed)
D = TypeVar("D", bound=Typed)
E = TypeVar("E", bound=Typed)


@dataclass(frozen=True)
class Walked(Generic[C]):
    """A case, and the steps that have just led to it."""

    case: C
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Core(Generic[C, D, E]):
    """The state machine of one kind of case."""

    beginning: str
    """The step that begins every case."""
    place: Callable[[C], str]
    """Where a case rests, by the name its diagram has."""
    dues: Callable[[C], Sequence[Instant]]
    next_due: Callable[[C], Instant | None]
    elapse: Callable[[C, datetime], C]
    decide: Callable[[C, D, Actor, datetime], C | Refusal]
    hear: Callable[[C, E, datetime], C]
    belongs: Callable[[C, E], bool]
    """Whether the event is one of the case's own."""
    stays: frozenset[str]
    """Strikes of the clock that move no case; where several strike at once, another one moved it."""

    def begun(self, case: C) -> Walked[C]:
        """A case that has just begun."""
        return Walked(case, (Step(self.beginning, None, self.place(case)),))

    def passed(self, case: C, now: datetime) -> Walked[C]:
        """What the clock alone brings about by `now`, strike by strike."""
        steps: list[Step] = []
        while (due := self.next_due(case)) is not None and due.at <= now:
            struck = max(due.at, case.as_of)
            names = {each.name.value for each in self.dues(case) if each.at <= struck}
            *still, last = sorted(names, key=lambda name: (name not in self.stays, name))
            after = self.elapse(case, struck)
            steps += [Step(name, self.place(case), self.place(case)) for name in still]
            steps.append(Step(last, self.place(case), self.place(after)))
            case = after
        return Walked(case, tuple(steps))

    def decided(self, case: C, decision: D, by: Actor, now: datetime) -> Walked[C] | Refusal:
        """What a decision makes of the case, and before it the clock."""
        was = self.passed(case, now)
        after = self.decide(was.case, decision, by, now)
        if isinstance(after, Refusal):
            return after
        return Walked(after, (*was.steps, Step(decision.type, self.place(was.case), self.place(after))))

    def heard(self, case: C, event: E, now: datetime) -> Walked[C]:
        """What an event makes of the case, and before it the clock."""
        was = self.passed(case, now)
        if not self.belongs(was.case, event):
            return was
        after = self.hear(was.case, event, now)
        return Walked(after, (*was.steps, Step(event.type, self.place(was.case), self.place(after))))
