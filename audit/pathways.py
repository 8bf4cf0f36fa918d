"""The steps of a suicide-risk pathway: the core's, and as read from a recorded history of a `SuicideRiskPathway`."""

from typing import Final

from temporalio.api.common.v1 import Payloads
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from audit.history import Reader, Unreadable
from audit.steps import Core, Walked
from routine.actors import Actor
from routine.chat.events import StaffTold
from routine.effects import TellStaff
from routine.gate import Contact
from routine.suicide_risk.decide import AnyDecision, decide
from routine.suicide_risk.elapse import Name, dues, elapse, next_due
from routine.suicide_risk.hear import ContactChanged, Event, begun, hear
from routine.suicide_risk.pathway import Assessing, Pathway, RouteChoice, unanswered
from routine.suicide_risk.start import PathwayStart
from workflows.messages import SignedOnPathway
from workflows.plugin import CONVERTER

HANDED_OUT: Final = "handed_out"
"""A way outward was chosen and taken, and no answer has come: `handover_on_call` and `handover_112` in `api.md`."""


def place_of(pathway: Pathway) -> str:
    """The state by its name in `api.md`.

    A handover outward goes on beside whatever the state asks for, but where it is itself the way that was chosen.
    """
    if pathway.ended:
        return "ended"
    match pathway.state:
        case Assessing() if pathway.taken is None:
            return "handed_over" if pathway.wanted is not None and pathway.wanted.named else "suspected"
        case RouteChoice() if unanswered(pathway):
            return HANDED_OUT
        case state:
            return state.state


def belongs(pathway: Pathway, event: Event) -> bool:
    """A pathway hears everything."""
    del pathway, event
    return True


PATHWAY: Final = Core[Pathway, AnyDecision, Event](
    beginning="pathway_begun",
    place=place_of,
    dues=dues,
    next_due=next_due,
    elapse=elapse,
    decide=decide,
    hear=hear,
    belongs=belongs,
    stays=frozenset(Name),
)


class PathwayReader(Reader[Pathway, AnyDecision, Event]):
    """Reads what a `SuicideRiskPathway` left."""

    def __init__(self, history: WorkflowHistory, converter: DataConverter = CONVERTER) -> None:
        super().__init__(PATHWAY, history, converter)

    async def started(self, given: Payloads) -> tuple[Walked[Pathway], float]:
        """A suspicion that has come up, or a pathway that goes on as new."""
        start = await self.value(given, PathwayStart)
        if start.resumed is not None:
            return Walked(start.resumed), start.offset_s
        pathway = begun(start.contact_id, start.unit, start.person, start.contact, start.begun_at)
        return PATHWAY.begun(pathway), start.offset_s

    async def decision(self, given: Payloads) -> tuple[AnyDecision, Actor]:
        """As staff sent it."""
        signed = await self.value(given, SignedOnPathway)
        return signed.decision, signed.by

    async def reported(self, given: Payloads) -> Event:
        """Nobody reports to a pathway but its contact."""
        del given
        raise Unreadable("no pathway has an update hear")

    async def signalled(self, name: str, given: Payloads) -> Event:
        """The contact's newest word."""
        if name != "contact_changed":
            raise Unreadable(f"no pathway hears the signal {name}")
        return ContactChanged(contact=await self.value(given, Contact))

    async def outcome(self, scheduled: ActivityTaskScheduledEventAttributes, result: Payloads | None) -> Event:
        """Staff were told, or could not be."""
        del result
        if (name := scheduled.activity_type.name) != "tell_staff":
            raise Unreadable(f"no pathway calls the activity {name}")
        return StaffTold(alerts=(await self.value(scheduled.input, TellStaff)).alerts)
