"""The steps a chat took, by the core's own names: what is held against the process diagram.

They are read from the engine's recorded history by letting the core do it all again, so nothing has to be logged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from routine.actors import Actor
from routine.chat.case import Chat, Completed
from routine.chat.decide import decide
from routine.chat.decisions import AnyDecision
from routine.chat.elapse import Name, dues, elapse, next_due
from routine.chat.events import Event, PersonKnown, RegisterSilent, SmsOutcome, SmsReport, StaffTold
from routine.chat.hear import hear, opened
from routine.chat.row import state_of
from routine.effects import LookUpPerson, SendSms, TellStaff
from routine.refusals import Refusal
from workflows.messages import ChatStart, Reported, Signed
from workflows.plugin import CONVERTER

SUBMIT = "submit"
"""The step that begins every case."""
_STAYS = frozenset({Name.RUNG, Name.DUTY, Name.REGISTER})
"""Strikes of the clock that tell somebody or ask again; where several strike at once, another one moved the case."""


class Unreadable(Exception):
    """A history that no chat of this build can have left. The message says where, and nothing about the patient."""


@dataclass(frozen=True, order=True)
class Step:
    """What was decided, heard or brought about by the clock, and where the case stood before and after."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Walked:
    """A case, and the steps that have just led to it."""

    chat: Chat
    steps: tuple[Step, ...] = ()


def place_of(chat: Chat) -> str:
    """The case's state by its name in `api.md`; how a completed case was closed makes no other place."""
    return "completed" if isinstance(chat.state, Completed) else state_of(chat)


def begun(chat: Chat) -> Walked:
    """A case that has just come in."""
    return Walked(chat, (Step(SUBMIT, None, place_of(chat)),))


def passed(chat: Chat, now: datetime) -> Walked:
    """What the clock alone brings about by `now`, strike by strike."""
    steps: list[Step] = []
    while (due := next_due(chat)) is not None and due.at <= now:
        struck = max(due.at, chat.as_of)
        names = sorted({each.name for each in dues(chat) if each.at <= struck}, key=lambda name: name not in _STAYS)
        after = elapse(chat, struck)
        steps += [Step(name.value, place_of(chat), place_of(chat)) for name in names[:-1]]
        steps.append(Step(names[-1].value, place_of(chat), place_of(after)))
        chat = after
    return Walked(chat, tuple(steps))


def decided(chat: Chat, decision: AnyDecision, by: Actor, now: datetime) -> Walked | Refusal:
    """What a decision makes of the case, and before it the clock."""
    was = passed(chat, now)
    after = decide(was.chat, decision, by, now)
    if isinstance(after, Refusal):
        return after
    return Walked(after, (*was.steps, Step(decision.type, place_of(was.chat), place_of(after))))


def heard(chat: Chat, event: Event, now: datetime) -> Walked:
    """What an event makes of the case. A patient's words after the end are no step of it: they begin another case."""
    was = passed(chat, now)
    if event.type in ("patient_message", "patient_withdrew") and not was.chat.hears:
        return was
    after = hear(was.chat, event, now)
    return Walked(after, (*was.steps, Step(event.type, place_of(was.chat), place_of(after))))


async def steps_of(history: WorkflowHistory, converter: DataConverter = CONVERTER) -> tuple[Step, ...]:
    """The steps that a recorded history of a `ChatContact` holds. Raises Unreadable."""
    events = list(history.events)
    reader = _Reader(converter, events)
    start = await reader.start()
    case = begun(_opened(start)) if start.resumed is None else Walked(start.resumed)
    steps = list(case.steps)
    for number, at in _moments(events):
        now = at + timedelta(seconds=start.offset_s)
        after = await reader.applied(case.chat, events[number], now)
        steps += after.steps
        case = after
    return tuple(steps)


def _opened(start: ChatStart) -> Chat:
    return opened(
        start.contact_id,
        start.unit,
        start.submission,
        start.routed,
        start.opened_at,
        start.standing,
        start.continues,
    )


def _moments(events: list[HistoryEvent]) -> Iterator[tuple[int, datetime]]:
    """Each event that the workflow acted on, with the workflow's time then: that of the task that took it up.

    What came in between two tasks is taken up by the later one; an accepted update belongs to the one just completed.
    """
    arrived: list[int] = []
    taken: datetime | None = None
    for number, event in enumerate(events):
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                # As the SDK computes it, to the microsecond: ids of tasks are made from instants.
                taken = datetime.fromtimestamp(event.event_time.ToNanoseconds() / 1e9, UTC)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED if taken is not None:
                yield from ((each, taken) for each in arrived)
                arrived = []
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED if taken is not None:
                yield number, taken
            case kind if kind in _ARRIVING:
                arrived.append(number)
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
Model = TypeVar("Model")


class _Reader:
    """The payloads of one history, as values."""

    def __init__(self, converter: DataConverter, events: Sequence[HistoryEvent]) -> None:
        self._converter = converter
        self._by_id = {event.event_id: event for event in events}
        ends = [event.workflow_execution_update_completed_event_attributes for event in events]
        self._failed = {end.accepted_event_id for end in ends if end.outcome.HasField("failure")}

    async def start(self) -> ChatStart:
        first = self._by_id[1].workflow_execution_started_event_attributes
        return await self._value(first.input, ChatStart)

    async def applied(self, chat: Chat, event: HistoryEvent, now: datetime) -> Walked:
        """What the event made of the case."""
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                return await self._update(chat, event, now)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                sent = event.workflow_execution_signaled_event_attributes
                return heard(chat, await self._value(sent.input, SmsReport), now)
            case EventType.EVENT_TYPE_TIMER_FIRED:
                return passed(chat, now)
            case _:
                return heard(chat, await self._outcome(event), now)

    async def _update(self, chat: Chat, event: HistoryEvent, now: datetime) -> Walked:
        request = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
        match request.name:
            case "decide":
                signed = await self._value(request.args, Signed)
                after = decided(chat, signed.decision, signed.by, now)
                if event.event_id not in self._failed:
                    if isinstance(after, Refusal):
                        raise Unreadable(
                            f"event {event.event_id}: {after.code} for a {signed.decision.type} that was taken"
                        )
                    return after
                # Accepted and then refused in its handler: another decision came in between.
                return passed(chat, now)
            case "hear":
                return heard(chat, (await self._value(request.args, Reported)).event, now)
            case _:
                return passed(chat, now)

    async def _outcome(self, event: HistoryEvent) -> Event:
        """What an activity's end told the case, as the workflow's `_outcome` has it."""
        done = event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
        completed, failed = event.activity_task_completed_event_attributes, event.activity_task_failed_event_attributes
        late = event.activity_task_timed_out_event_attributes
        scheduled_id = completed.scheduled_event_id or failed.scheduled_event_id or late.scheduled_event_id
        scheduled = self._by_id[scheduled_id].activity_task_scheduled_event_attributes
        match scheduled.activity_type.name:
            case "look_up_person":
                await self._value(scheduled.input, LookUpPerson)
                return await self._value(completed.result, PersonKnown) if done else RegisterSilent()
            case "send_sms":
                key = (await self._value(scheduled.input, SendSms)).key
                unknown = SmsOutcome(message_id=key, status="unknown")
                return await self._value(completed.result, SmsOutcome) if done else unknown
            case "tell_staff":
                return StaffTold(alerts=(await self._value(scheduled.input, TellStaff)).alerts)
            case name:
                raise Unreadable(f"event {event.event_id}: no chat calls the activity {name}")

    async def _value(self, payloads: Payloads, model: type[Model]) -> Model:
        values = await self._converter.decode(payloads.payloads, [model])
        value: Model = values[0]
        return value
