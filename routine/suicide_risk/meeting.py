"""A contact and its pathway together: whose decision something is, and how the two look once each has heard the other.

The signals between them may be under way; what is shown never waits for them.
"""

from typing import Annotated, Literal

from pydantic import Field

from routine.actors import Actor, Role, reaches
from routine.chat import gated
from routine.chat.access import may_open as chat_may_open
from routine.chat.case import Chat, pending_handover
from routine.chat.decisions import TYPES as OF_CHAT
from routine.chat.decisions import (
    AcceptHandover,
    AttestNote,
    CompleteTask,
    DeclineHandover,
    HandOver,
    ReassignTask,
)
from routine.chat.decisions import AnyDecision as OfChat
from routine.refusals import Refusal, conflict
from routine.suicide_risk.access import may_send, on_call_may_open
from routine.suicide_risk.chores import find
from routine.suicide_risk.decide import TYPES as OF_PATHWAY
from routine.suicide_risk.decide import Shared
from routine.suicide_risk.decisions import Assess, Call112, Own, ResolveElsewhere
from routine.suicide_risk.hear import ContactChanged, hear
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import Dismissed, Left, Pathway
from routine.suicide_risk.summary import gate

Owner = Literal["chat", "pathway", "open"]
"""Whose decision it is; `open`: the contact first opens the pathway, which then carries it out."""
OWN: dict[str, type[Own]] = {name: kind for name, kind in OF_PATHWAY.items() if issubclass(kind, Own)}
AnyDecision = OfChat | Own
Decision = Annotated[AnyDecision, Field(discriminator="type")]
TYPES: dict[str, type[AnyDecision]] = OF_CHAT | OWN
"""Every decision of a chat contact by its type."""


def meet(chat: Chat, version: int, pathway: Pathway, pathway_version: int) -> tuple[Chat, Pathway]:
    """The two as they are once each has heard the other; the versions are their own."""
    now = max(chat.as_of, pathway.as_of)
    heard = hear(pathway, ContactChanged(contact=gated.contact_of(chat, version)), now)
    newer = pathway_version if heard is pathway else pathway_version + 1
    return gated.hear(chat, gate(heard, newer), now), heard


def have_met(chat: Chat, pathway: Pathway) -> bool:
    """Whether each has heard the other's newest word."""
    known, told = pathway.contact, chat.gate
    if told is None or gated.contact_of(chat, known.version) != known:
        return False
    return gate(pathway, told.version) == told


def may_open(chat: Chat, pathway: Pathway | None, by: Actor) -> bool:
    """Whether the actor may read the whole case: whom the pathway asks something of too, and on-call while asked."""
    if chat_may_open(chat, by):
        return True
    if pathway is None or chat.restricted:
        return False
    if by.has(Role.ON_CALL) and on_call_may_open(pathway):
        return True
    mine = any(reaches(wait.owner, by) and by.has(Role.LICENSED) for wait in waits(pathway))
    return by.unit == chat.unit.code and mine


def owner(decision: object, chat: Chat, pathway: Pathway | None, by: Actor) -> Owner:
    """Which of the two a decision goes to."""
    if isinstance(decision, Assess | Call112) and (pathway is None or isinstance(pathway.state, Dismissed)):
        return "open"
    if pathway is None or (isinstance(decision, ResolveElsewhere) and isinstance(pathway.state, Dismissed)):
        return "chat"
    if isinstance(decision, Own):
        return "pathway"
    return "pathway" if isinstance(decision, Shared) and _concerns(decision, chat, pathway, by) else "chat"


def _concerns(decision: Shared, chat: Chat, pathway: Pathway, by: Actor) -> bool:
    match decision:
        case AcceptHandover() | DeclineHandover():
            ordinary = pending_handover(chat)
            to_me = ordinary is not None and reaches(ordinary.to, by)
            return pathway.wanted is not None and not to_me
        case HandOver():
            return not isinstance(pathway.state, Left)
        case AttestNote(task_id=task_id) | CompleteTask(task_id=task_id) | ReassignTask(task_id=task_id):
            return find(pathway, task_id) is not None or any(each.task_id == task_id for each in pathway.notes)


def without_pathway(chat: Chat, kind: type, by: Actor) -> Refusal:
    """Why a decision that only a pathway carries out is refused where nothing has been suspected.

    Who may not send it is told the same as on a pathway on which nothing stands.
    """
    nothing = Pathway(
        contact_id=chat.contact_id,
        unit=chat.unit,
        person=chat.submission.person.personnummer,
        opened_at=chat.as_of,
        as_of=chat.as_of,
        contact=gated.contact_of(chat, 0),
        state=Dismissed(since=chat.as_of),
        episode_at=chat.as_of,
    )
    if refused := may_send(nothing, kind, by):
        return refused
    detail = "Ingen misstanke om självmordsrisk är flaggad i ärendet."
    return conflict("WRONG_STATE", "R59", detail, ("flag_suspicion", "assess"))
