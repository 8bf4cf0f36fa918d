"""Reading what the engine recorded of a case: when it acted on what, and the values in it.

Nothing had to be logged: the core does it all again, from the case's input and what reached it.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes, HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from audit.steps import C, Core, D, E, Step, Walked
from routine.actors import Actor
from routine.refusals import Refusal

Model = TypeVar("Model", bound=BaseModel)


class Unreadable(Exception):
    """A history that no case of this build can have left. The message says where, and nothing about the patient."""


class Reader(Generic[C, D, E]):
    """One recorded history, read by the core that made it. A subclass knows the payloads of its workflow."""

    def __init__(self, core: Core[C, D, E], history: WorkflowHistory, converter: DataConverter) -> None:
        self._core = core
        self._converter = converter
        self._events = list(history.events)
        self._by_id = {event.event_id: event for event in self._events}
        ends = [event.workflow_execution_update_completed_event_attributes for event in self._events]
        self._failed = {end.accepted_event_id for end in ends if end.outcome.HasField("failure")}

    @abstractmethod
    async def started(self, given: Payloads) -> tuple[Walked[C], float]:
        """The case that the input begins or goes on with, and its offset in seconds."""

    @abstractmethod
    async def decision(self, given: Payloads) -> tuple[D, Actor]:
        """A decision and who made it."""

    @abstractmethod
    async def reported(self, given: Payloads) -> E:
        """What was reported in an update `hear`. Raises Unreadable where the workflow has none."""

    @abstractmethod
    async def signalled(self, name: str, given: Payloads) -> E:
        """What a signal tells the case."""

    @abstractmethod
    async def outcome(self, scheduled: ActivityTaskScheduledEventAttributes, result: Payloads | None) -> E:
        """What an activity's end tells the case; `result` is None if it failed."""

    async def steps(self) -> tuple[Step, ...]:
        """The steps that the history holds. Raises Unreadable."""
        first = self._events[0].workflow_execution_started_event_attributes
        walked, offset_s = await self.started(first.input)
        steps = list(walked.steps)
        for event, at in _moments(self._events):
            walked = await self._applied(walked.case, event, at + timedelta(seconds=offset_s))
            steps += walked.steps
        return tuple(steps)

    async def value(self, payloads: Payloads, model: type[Model]) -> Model:
        """The first of the payloads."""
        values = await self._converter.decode(payloads.payloads, [model])
        value: Model = values[0]
        return value

    async def _applied(self, case: C, event: HistoryEvent, now: datetime) -> Walked[C]:
        """What the event made of the case."""
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                return await self._update(case, event, now)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                sent = event.workflow_execution_signaled_event_attributes
                return self._core.heard(case, await self.signalled(sent.signal_name, sent.input), now)
            case EventType.EVENT_TYPE_TIMER_FIRED:
                return self._core.passed(case, now)
            case _:
                return self._core.heard(case, await self._ended(event), now)

    async def _update(self, case: C, event: HistoryEvent, now: datetime) -> Walked[C]:
        request = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
        match request.name:
            case "decide":
                decision, by = await self.decision(request.args)
                after = self._core.decided(case, decision, by, now)
                if event.event_id not in self._failed:
                    if isinstance(after, Refusal):
                        raise Unreadable(f"event {event.event_id}: {after.code} for a {decision.type} that was taken")
                    return after
                # Accepted and then refused in its handler: another decision came in between.
                return self._core.passed(case, now)
            case "hear":
                return self._core.heard(case, await self.reported(request.args), now)
            case _:
                return self._core.passed(case, now)

    async def _ended(self, event: HistoryEvent) -> E:
        done = event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
        completed, failed = event.activity_task_completed_event_attributes, event.activity_task_failed_event_attributes
        late = event.activity_task_timed_out_event_attributes
        scheduled_id = completed.scheduled_event_id or failed.scheduled_event_id or late.scheduled_event_id
        scheduled = self._by_id[scheduled_id].activity_task_scheduled_event_attributes
        return await self.outcome(scheduled, completed.result if done else None)


def _moments(events: Sequence[HistoryEvent]) -> Iterator[tuple[HistoryEvent, datetime]]:
    """Each event that the workflow acted on, with the workflow's time then: that of the task that took it up.

    What came in between two tasks is taken up by the later one; an accepted update belongs to the one just completed.
    """
    arrived: list[HistoryEvent] = []
    taken: datetime | None = None
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                # As the SDK computes it, to the microsecond: ids of tasks are made from instants.
                taken = datetime.fromtimestamp(event.event_time.ToNanoseconds() / 1e9, UTC)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED if taken is not None:
                yield from ((each, taken) for each in arrived)
                arrived = []
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED if taken is not None:
                yield event, taken
            case kind if kind in _ARRIVING:
                arrived.append(event)
            case _:
                pass


_ARRIVING = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_TIMER_FIRED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    }
)
