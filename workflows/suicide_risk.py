"""SuicideRiskPathway: the durable shell round the pathway's state machine, from a suspicion to a named exit.

A workflow of its own, not the contact's child: its ladders go on even if the contact's workflow stands still.
"""

from datetime import datetime

from temporalio import workflow

from routine.chat.events import StaffTold
from routine.effects import TellStaff
from routine.gate import Contact, Gate
from routine.record import PathwayRecord
from routine.refusals import Refusal
from routine.suicide_risk.decide import decide
from routine.suicide_risk.effects import effects
from routine.suicide_risk.elapse import Due, elapse, next_due
from routine.suicide_risk.hear import ContactChanged, begun, hear
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import Pathway
from routine.suicide_risk.start import PathwayStart
from routine.suicide_risk.summary import gate
from workflows.chat import told_staff
from workflows.durable import Durable, card
from workflows.messages import Answer, SignedOnPathway


@workflow.defn(name="SuicideRiskPathway")
class SuicideRiskPathway(Durable[Pathway, SignedOnPathway]):
    """One pathway. It owns every suicide decision and deadline of its contact, and it alone opens the gate."""

    projecting = "project_pathway"

    @workflow.init
    def __init__(self, start: PathwayStart) -> None:
        self._start = start
        case = start.resumed or begun(start.contact_id, start.unit, start.person, start.contact, start.begun_at)
        super().__init__(case, start.offset_s, start.version, start.recent)
        self._told: Gate | None = None

    @workflow.run
    async def run(self, start: PathwayStart) -> str:
        """Watch until the contact has ended by an exit of the routine's own."""
        del start
        await self._carry()
        return self._case.state.state

    @workflow.update
    async def decide(self, signed: SignedOnPathway) -> Answer:
        """A decision by staff. It and its row stand before the first await; the answer waits for the contact."""
        version = self._decide(signed)
        await self._heard()
        return Answer(version=version, pathway=True)

    @decide.validator
    def _may_decide(self, signed: SignedOnPathway) -> None:
        self._may(signed)

    @workflow.update
    async def shown(self) -> Answer:
        """Answers once the pathway stands, and its row with it."""
        return Answer(version=self._version, pathway=True)

    @shown.validator
    def _may_be_shown(self) -> None:
        return

    @workflow.signal
    async def contact_changed(self, contact: Contact) -> None:
        """What has happened on the contact; an older word changes nothing."""
        self._become(hear(self._case, ContactChanged(contact=contact), self._clock.now()))

    @workflow.query
    def record(self) -> PathwayRecord:
        """The pathway as the read model should have it, to rebuild it from."""
        due = next_due(self._case)
        return PathwayRecord(
            contact_id=self._start.contact_id,
            run_id=workflow.info().run_id,
            epoch=self._start.epoch,
            version=self._version,
            offset_s=self._start.offset_s,
            wake_at=due.at if due else None,
            pathway=self._case,
        )

    def _judged(self, signed: SignedOnPathway, now: datetime) -> Pathway | Refusal:
        return decide(self._case, signed.decision, signed.by, now)

    def _ended(self) -> bool:
        return self._case.ended

    def _elapsed(self) -> Pathway:
        return elapse(self._case, self._clock.now())

    def _next(self) -> Due | None:
        return next_due(self._case)

    def _effects(self) -> tuple[TellStaff, ...]:
        return effects(self._case)

    async def _perform(self, effect: TellStaff) -> None:
        told: StaffTold = await told_staff(effect)
        self._become(hear(self._case, told, self._clock.now()))

    def _record(self) -> PathwayRecord:
        return self.record()

    def _card(self) -> str:
        return card(self._case.state.state, self._case.unit.code, waits(self._case), next_due(self._case))

    def _changed(self) -> None:
        """The contact is told whenever its gate has become another."""
        now = gate(self._case, self._version)
        if self._told is None or now.model_copy(update={"version": self._told.version}) != self._told:
            self._told = now
            self._tell(self._start.contact_id, "pathway_changed", now)

    def _unheard(self) -> None:
        self._told = None

    def _go_on_as_new(self, recent: tuple[tuple[str, int], ...]) -> None:
        carried = {"resumed": self._case, "version": self._version + 1, "recent": recent}
        workflow.continue_as_new(self._start.model_copy(update=carried))
