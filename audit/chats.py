"""The steps of a chat: the core's, and as read from a recorded history of a `ChatContact`."""

from typing import Final

from temporalio.api.common.v1 import Payloads
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from audit.history import Reader, Unreadable
from audit.steps import Core, Walked
from routine.actors import Actor
from routine.chat.case import Chat, Completed
from routine.chat.decide import decide
from routine.chat.decisions import AnyDecision
from routine.chat.elapse import Name, dues, elapse, next_due
from routine.chat.events import (
    Event,
    PathwayBegun,
    PathwayChanged,
    PersonKnown,
    RegisterSilent,
    SmsOutcome,
    SmsReport,
    StaffTold,
)
from routine.chat.hear import hear, opened
from routine.chat.row import state_of
from routine.effects import LookUpPerson, SendSms, TellStaff
from routine.gate import Gate
from workflows.messages import ChatStart, Reported, Signed
from workflows.plugin import CONVERTER


def place_of(chat: Chat) -> str:
    """The case's state by its name in `api.md`; how a completed case was closed makes no other place."""
    return "completed" if isinstance(chat.state, Completed) else state_of(chat)


def belongs(chat: Chat, event: Event) -> bool:
    """A patient's words after the end are no step of the case: they begin another."""
    return chat.hears or event.type not in ("patient_message", "patient_withdrew")


CHAT: Final = Core[Chat, AnyDecision, Event](
    beginning="submit",
    place=place_of,
    dues=dues,
    next_due=next_due,
    elapse=elapse,
    decide=decide,
    hear=hear,
    belongs=belongs,
    stays=frozenset({Name.RUNG, Name.DUTY, Name.REGISTER}),
)


class ChatReader(Reader[Chat, AnyDecision, Event]):
    """Reads what a `ChatContact` left."""

    def __init__(self, history: WorkflowHistory, converter: DataConverter = CONVERTER) -> None:
        super().__init__(CHAT, history, converter)

    async def started(self, given: Payloads) -> tuple[Walked[Chat], float]:
        """A chat that came in, or goes on as new."""
        start = await self.value(given, ChatStart)
        if start.resumed is not None:
            return Walked(start.resumed), start.offset_s
        chat = opened(
            start.contact_id,
            start.unit,
            start.submission,
            start.routed,
            start.opened_at,
            start.standing,
            start.continues,
            continues_suspicion=start.continues_suspicion,
        )
        return CHAT.begun(chat), start.offset_s

    async def decision(self, given: Payloads) -> tuple[AnyDecision, Actor]:
        """As staff sent it."""
        signed = await self.value(given, Signed)
        return signed.decision, signed.by

    async def reported(self, given: Payloads) -> Event:
        """The patient's word."""
        return (await self.value(given, Reported)).event

    async def signalled(self, name: str, given: Payloads) -> Event:
        """A delivery report, or the pathway's word."""
        match name:
            case "sms_report":
                return await self.value(given, SmsReport)
            case "pathway_changed":
                return PathwayChanged(gate=await self.value(given, Gate))
            case _:
                raise Unreadable(f"no chat hears the signal {name}")

    async def outcome(self, scheduled: ActivityTaskScheduledEventAttributes, result: Payloads | None) -> Event:
        """As the workflow's own `_outcome` has it."""
        match scheduled.activity_type.name:
            case "start_pathway":
                return PathwayBegun()
            case "look_up_person":
                await self.value(scheduled.input, LookUpPerson)
                return RegisterSilent() if result is None else await self.value(result, PersonKnown)
            case "send_sms":
                key = (await self.value(scheduled.input, SendSms)).key
                unknown = SmsOutcome(message_id=key, status="unknown")
                return unknown if result is None else await self.value(result, SmsOutcome)
            case "tell_staff":
                return StaffTold(alerts=(await self.value(scheduled.input, TellStaff)).alerts)
            case name:
                raise Unreadable(f"no chat calls the activity {name}")
