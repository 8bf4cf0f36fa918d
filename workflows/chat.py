"""ChatContact: the durable shell round the chat's state machine, from submit to completed."""

import contextlib
from datetime import datetime
from typing import assert_never

from temporalio import workflow
from temporalio.exceptions import ActivityError

from routine.chat.case import Chat
from routine.chat.decide import decide
from routine.chat.effects import effects
from routine.chat.elapse import Due, elapse, next_due
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
from routine.chat.gated import contact_of
from routine.chat.hear import hear, opened, screens_for_reply
from routine.chat.owed import waits
from routine.chat.row import state_of
from routine.effects import Effect, LookUpPerson, SendSms, StartPathway, TellStaff
from routine.gate import Contact, Gate
from routine.record import Record
from routine.refusals import Refusal
from routine.suicide_risk.start import PathwayStart, pathway_id
from workflows.durable import Durable, card, update_id
from workflows.messages import Answer, ChatStart, Reported, Signed
from workflows.options import LOOKUP, PATHWAY, SENDING, UNTIL_BEGUN


@workflow.defn(name="ChatContact")
class ChatContact(Durable[Chat, Signed]):
    """One chat contact. It owns the case; the read model only mirrors it. Of a suicide risk it keeps only the gate."""

    projecting = "project"

    @workflow.init
    def __init__(self, start: ChatStart) -> None:
        self._start = start
        case = start.resumed or opened(
            start.contact_id,
            start.unit,
            start.submission,
            start.routed,
            start.opened_at,
            start.standing,
            start.continues,
            continues_suspicion=start.continues_suspicion,
        )
        super().__init__(case, start.offset_s, start.version, start.recent)
        self._told: Contact | None = None

    @workflow.run
    async def run(self, start: ChatStart) -> str:
        """Watch until the case has ended."""
        del start
        await self._carry()
        return state_of(self._case)

    @workflow.update
    async def decide(self, signed: Signed) -> Answer:
        """A decision by staff. The new case and its row stand before the first await."""
        version = self._decide(signed)
        await self._known()
        return Answer(version=version)

    @decide.validator
    def _may_decide(self, signed: Signed) -> None:
        self._may(signed)

    @workflow.update
    async def hear(self, reported: Reported) -> Answer:  # lint: VK004 because a patient's words are never refused
        """What the patient reports. Never refused; words that come after the end are answered as not heard."""
        now, update = self._clock.now(), update_id()
        screens = screens_for_reply(self._case, reported.event, now)
        if update not in self._recent:
            case = elapse(self._case, now)
            if not case.hears:
                self._become(case)
                return Answer(version=self._version, heard=False)
            self._become(hear(case, reported.event, now))
            self._remember(update)
        version = self._recent[update]
        await self._known()
        return Answer(version=version, screens=screens)

    @workflow.update
    async def shown(self) -> Answer:
        """Answers once the case stands, with the pathway that it wants: the first view of a new contact."""
        await self._known()
        return Answer(version=self._version)

    @shown.validator
    def _may_be_shown(self) -> None:
        return

    @workflow.signal
    async def sms_report(self, report: SmsReport) -> None:
        """The gateway's delivery report; repeated ones change nothing."""
        self._become(hear(self._case, report, self._clock.now()))

    @workflow.signal
    async def pathway_changed(self, gate: Gate) -> None:
        """The pathway's newest word. Only it opens the gate; an older word changes nothing."""
        self._become(hear(self._case, PathwayChanged(gate=gate), self._clock.now()))

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

    async def _known(self) -> None:
        """Return once the pathway has heard what is new, and the one that is wanted runs, or has been tried in vain.

        The gate is shut long before: nobody waits for the pathway but to see it at once.
        """
        await self._heard()
        if self._case.wants_pathway and not self._case.pathway_begun:
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._case.pathway_begun,
                    timeout=UNTIL_BEGUN,
                    timeout_summary="Väntar in suicidriskvägen",
                )

    def _judged(self, signed: Signed, now: datetime) -> Chat | Refusal:
        return decide(self._case, signed.decision, signed.by, now)

    def _ended(self) -> bool:
        return self._case.ended

    def _elapsed(self) -> Chat:
        return elapse(self._case, self._clock.now())

    def _next(self) -> Due | None:
        return next_due(self._case)

    def _effects(self) -> tuple[Effect, ...]:
        return effects(self._case)

    def _record(self) -> Record:
        return self.record()

    def _card(self) -> str:
        return card(state_of(self._case), self._case.unit.code, waits(self._case), next_due(self._case))

    def _changed(self) -> None:
        """The pathway is told whenever what it knows of the contact has become another."""
        if not self._case.pathway_begun:
            return
        contact = contact_of(self._case, self._version)
        if self._told is None or contact.model_copy(update={"version": self._told.version}) != self._told:
            self._told = contact
            self._tell(pathway_id(self._start.contact_id), "contact_changed", contact)

    async def _perform(self, effect: Effect) -> None:
        event = await self._outcome(effect)
        if event is None:
            self._begun.discard(effect.key)
            return
        self._become(hear(self._case, event, self._clock.now()))

    async def _outcome(self, effect: Effect) -> Event | None:
        """Have the effect done; what a machine could not do in its bounded tries is an event as well."""
        match effect:
            case StartPathway():
                start = PathwayStart(
                    contact_id=self._start.contact_id,
                    epoch=self._start.epoch,
                    offset_s=self._start.offset_s,
                    unit=self._case.unit,
                    person=self._case.submission.person.personnummer,
                    contact=contact_of(self._case, self._version),
                    begun_at=self._clock.now(),
                )
                await workflow.execute_activity("start_pathway", start, summary="Startar suicidriskvägen", **PATHWAY)
                return PathwayBegun()
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
                return await told_staff(effect)
            case _:
                assert_never(effect)

    def _unheard(self) -> None:
        self._told = None

    def _go_on_as_new(self, recent: tuple[tuple[str, int], ...]) -> None:
        carried = {"resumed": self._case, "version": self._version + 1, "recent": recent}
        workflow.continue_as_new(self._start.model_copy(update=carried))


async def told_staff(effect: TellStaff) -> StaffTold:
    """Whether or not the message arrived, the ladder goes on; the alert itself stands on the case."""
    with contextlib.suppress(ActivityError):
        await workflow.execute_activity("tell_staff", effect, summary="Meddelar personal", **SENDING)
    return StaffTold(alerts=effect.alerts)
