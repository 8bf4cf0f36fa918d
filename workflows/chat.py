"""ChatContact: the durable shell round the chat's state machine, from submit to completed."""

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, assert_never

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from routine.chat.case import Chat
from routine.chat.decide import decide
from routine.chat.effects import effects
from routine.chat.elapse import elapse, next_due
from routine.chat.events import Event, PersonKnown, RegisterSilent, SmsOutcome, SmsReport, StaffTold
from routine.chat.hear import hear, opened, screens_for_reply
from routine.chat.row import row
from routine.effects import Effect, LookUpPerson, SendSms, TellStaff
from routine.record import Record
from routine.refusals import Refusal
from workflows.clock import Clock
from workflows.messages import Answer, ChatStart, Reported, Signed
from workflows.options import LOOKUP, PROJECTION, SENDING

SHORTEST, LONGEST = timedelta(milliseconds=500), timedelta(minutes=1)
"""Between tries to write the read model: a store that is away for a night must not fill the case's history."""
RECENT = 50
"""How many update ids are carried over when a history is continued as new."""


def refused(refusal: Refusal) -> ApplicationError:
    """A refusal as the client receives it; it leaves nothing in the history."""
    return ApplicationError("refused", refusal.model_dump(mode="json"), type="Refusal", non_retryable=True)


@workflow.defn(name="ChatContact")
class ChatContact:
    """One chat contact. It owns the case; the read model only mirrors it."""

    @workflow.init
    def __init__(self, start: ChatStart) -> None:
        self._start = start
        self._clock = Clock(start.offset_s)
        self._case: Chat = start.resumed or opened(
            start.contact_id,
            start.unit,
            start.submission,
            start.routed,
            start.opened_at,
            start.standing,
            start.continues,
        )
        self._version = start.version
        self._projected = -1
        self._projecting = asyncio.Lock()
        self._asides: set[asyncio.Task[None]] = set()
        self._patience = SHORTEST
        self._begun: set[str] = set()
        self._recent = dict(start.recent)

    @workflow.run
    async def run(self, start: ChatStart) -> str:
        """Watch until the case has ended: whatever falls due by itself happens here."""
        self._aside(self._shown())
        while not self._case.ended:
            self._begin_effects()
            seen = self._version
            await self._clock.until(next_due(self._case), unless=lambda seen=seen: self._version != seen)  # type: ignore[misc]
            if self._become(elapse(self._case, self._clock.now())):
                # The clock never waits for the read model: a store that is away delays no deadline.
                self._aside(self._shown())
            if workflow.info().is_continue_as_new_suggested():
                await self._continue_as_new(start)
        await self._settled()
        return row(self._case).state

    @workflow.update
    async def decide(self, signed: Signed) -> Answer:
        """A decision by staff. The new case stands before the first await; the answer waits for the read model."""
        now, update = self._clock.now(), _update_id()
        if update not in self._recent:
            case = decide(self._case, signed.decision, signed.by, now)
            # Another decision may have come between the validator and here: two nurses, one patient.
            if isinstance(case, Refusal):
                raise refused(case)
            self._become(case)
            self._remember(update)
        version = self._recent[update]
        await self._shown()
        return Answer(version=version)

    @decide.validator
    def _may_decide(self, signed: Signed) -> None:
        if _update_id() in self._recent:
            return
        case = decide(self._case, signed.decision, signed.by, self._clock.now())
        if isinstance(case, Refusal):
            raise refused(case)

    @workflow.update
    async def hear(self, reported: Reported) -> Answer:  # lint: VK004 because a patient's words are never refused
        """What the patient reports. Never refused; words that come after the end are answered as not heard."""
        now, update = self._clock.now(), _update_id()
        screens = screens_for_reply(self._case, reported.event, now)
        if update not in self._recent:
            case = elapse(self._case, now)
            if not case.hears:
                self._become(case)
                await self._shown()
                return Answer(version=self._version, heard=False)
            self._become(hear(case, reported.event, now))
            self._remember(update)
        version = self._recent[update]
        await self._shown()
        return Answer(version=version, screens=screens)

    @workflow.update
    async def shown(self) -> Answer:
        """Answers once the read model shows the case as it is: the first view of a new contact."""
        await self._shown()
        return Answer(version=self._version)

    @shown.validator
    def _may_be_shown(self) -> None:
        return

    @workflow.signal
    async def sms_report(self, report: SmsReport) -> None:
        """The gateway's delivery report; repeated ones change nothing."""
        self._become(hear(self._case, report, self._clock.now()))
        await self._shown()

    @workflow.query
    def record(self) -> Record:
        """The case as the read model should have it, to rebuild it from."""
        due = next_due(self._case)
        return Record(
            contact_id=self._start.contact_id,
            run_id=workflow.info().run_id,
            epoch=self._start.epoch,
            version=self._version,
            offset_s=self._start.offset_s,
            wake_at=due.at if due else None,
            chat=self._case,
        )

    def _become(self, case: Chat) -> bool:
        if case is self._case:
            return False
        self._case = case
        self._version += 1
        return True

    def _remember(self, update: str) -> None:
        self._recent[update] = self._version
        while len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]

    async def _shown(self) -> None:
        """Return once the read model shows the case as it is now; it is tried for as long as it takes."""
        wanted = self._version
        while self._projected < wanted:
            async with self._projecting:
                if self._projected < wanted:
                    await self._project()

    async def _project(self) -> None:
        record = self.record()
        try:
            await workflow.execute_local_activity("project", record, **PROJECTION)
        except FailureError:  # a local activity's own error comes as it is, only its timeout as an ActivityError
            self._patience = min(2 * self._patience, LONGEST)
            await workflow.sleep(self._patience, summary="Arbetslistan kunde inte skrivas; försöker igen")
            return
        self._projected, self._patience = record.version, SHORTEST
        workflow.set_current_details(_card(self._case, next_due(self._case)))

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _settled(self) -> None:
        await workflow.wait_condition(lambda: self._projected == self._version and workflow.all_handlers_finished())

    def _begin_effects(self) -> None:
        for effect in effects(self._case):
            if effect.key not in self._begun:
                self._begun.add(effect.key)
                self._aside(self._perform(effect))

    async def _perform(self, effect: Effect) -> None:
        event = await _outcome(effect)
        self._become(hear(self._case, event, self._clock.now()))
        await self._shown()

    async def _continue_as_new(self, start: ChatStart) -> None:
        await self._settled()
        recent = tuple(self._recent.items())
        carried = {"resumed": self._case, "version": self._version + 1, "recent": recent}
        workflow.continue_as_new(start.model_copy(update=carried))


async def _outcome(effect: Effect) -> Event:
    """Have the effect done; what a machine could not do in its bounded tries is an event as well."""
    match effect:
        case LookUpPerson():
            try:
                known: PersonKnown = await workflow.execute_activity(
                    "look_up_person", effect, result_type=PersonKnown, summary="Frågar folkbokföringen", **LOOKUP
                )
            except ActivityError:
                return RegisterSilent()
            return known
        case SendSms():
            try:
                told: SmsOutcome = await workflow.execute_activity(
                    "send_sms", effect, result_type=SmsOutcome, summary="Skickar sms", **SENDING
                )
            except ActivityError:
                # It may have left before the tries ran out: a person finds out, nothing is sent again.
                return SmsOutcome(message_id=effect.key, status="unknown")
            return told
        case TellStaff():
            with contextlib.suppress(ActivityError):
                await workflow.execute_activity("tell_staff", effect, summary="Meddelar personal", **SENDING)
            # Whether or not it arrived, the ladder goes on; the alert itself stands on the case.
            return StaffTold(alerts=effect.alerts)
        case _:
            assert_never(effect)


def _update_id() -> str:
    info = workflow.current_update_info()
    assert info is not None
    return info.id


def _card(case: Chat, due: object) -> str:
    """The case on one screen for an on-call engineer: states and instants, nothing about the patient."""
    line = row(case)
    owed = "\n".join(f"- {task.title} ({task.rule}), senast {_shown_at(task.due_at)}" for task in line.tasks)
    upcoming = f"\n\nHärnäst: {getattr(due, 'summary', 'inget')}" if due else ""
    return f"**{line.state}** i {line.unit}\n\n{owed or 'Ingen uppgift: patienten har ordet.'}{upcoming}"


def _shown_at(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
