"""Which workflow a decision goes to, and how a contact and its suicide-risk pathway are shown as one case."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from routine.actors import Actor
from routine.chat.case import Chat
from routine.chat.decisions import AnyDecision as OfChat
from routine.refusals import Refusal
from routine.suicide_risk import meeting
from routine.suicide_risk.decide import AnyDecision as OfPathway
from routine.suicide_risk.decide import Shared
from routine.suicide_risk.decide import decide as judge
from routine.suicide_risk.decisions import Own
from routine.suicide_risk.pathway import Pathway
from routine.suicide_risk.start import pathway_id
from starter import cases
from starter.house import House
from store.projection import Stored
from workflows.messages import Answer, SignedOnPathway
from workflows.suicide_risk import SuicideRiskPathway

AnyDecision = OfChat | OfPathway
ROUTED = (*get_args(Own), *get_args(Shared))
"""Decisions that may be the pathway's; all others are the contact's without asking."""
PATIENCE = timedelta(seconds=2)
"""How long a view waits for the two to have heard each other; after that they are shown as they will have."""


@dataclass(frozen=True)
class Together:
    """A contact and its pathway as they are once each has heard the other."""

    chat: Chat
    pathway: Pathway | None
    version: int


def together(stored: Stored) -> Together:
    """The two of a stored case."""
    if stored.pathway is None:
        return Together(stored.chat, None, stored.shown_version)
    known = stored.pathway
    chat, pathway = meeting.meet(stored.chat, stored.version, known.pathway, known.version)
    return Together(chat, pathway, stored.shown_version)


async def decide(house: House, contact_id: str, decision: AnyDecision, by: Actor, update_id: str) -> Answer | Refusal:
    """Send a decision to the workflow that owns it. Raises EngineAway."""
    if not isinstance(decision, ROUTED):
        assert isinstance(decision, OfChat)
        return await cases.decide(house, contact_id, decision, by, update_id)
    stored = await house.projection.case(contact_id)
    if stored is None:
        raise cases.EngineAway
    now = together(stored)
    match meeting.owner(decision, now.chat, now.pathway, by):
        case "chat" if isinstance(decision, OfChat):
            return await cases.decide(house, contact_id, decision, by, update_id)
        case "chat":
            return meeting.without_pathway(now.chat, type(decision), by)
        case "open":
            assert isinstance(decision, OfChat)
            opened = await cases.decide(house, contact_id, decision, by, f"{update_id}-open")
            if isinstance(opened, Refusal):
                return opened
        case "pathway":
            pass
    assert isinstance(decision, OfPathway)
    return await _on_pathway(house, contact_id, decision, by, update_id)


async def _on_pathway(
    house: House, contact_id: str, decision: OfPathway, by: Actor, update_id: str
) -> Answer | Refusal:
    handle = house.client.get_workflow_handle_for(SuicideRiskPathway.run, pathway_id(contact_id))
    try:
        return await handle.execute_update(
            SuicideRiskPathway.decide,
            SignedOnPathway(by=by, decision=decision),
            id=update_id,
            rpc_timeout=cases.timeout(house),
        )
    except WorkflowUpdateFailedError as error:
        return cases.refusal(error)
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise cases.UnknownOutcome from None
    except (RPCError, RuntimeError) as error:
        if not cases.is_gone(error):
            raise cases.away(error) from None
    stored = await house.projection.case(contact_id)
    if stored is None or stored.pathway is None or stored.pathway.open:
        raise cases.EngineAway
    refusal = judge(stored.pathway.pathway, decision, by, await house.now())
    assert isinstance(refusal, Refusal)  # an ended pathway lets nobody decide anything
    return refusal


async def settled(house: House, contact_id: str, answer: Answer) -> Stored:
    """The case once it shows the answer, and contact and pathway have heard each other or have had the time for it.

    Raises UnknownOutcome while the read model does not show it.
    """
    until = datetime.now(UTC) + PATIENCE
    while True:
        stored = await cases.shown(house, contact_id, answer)
        if _have_met(stored) or datetime.now(UTC) > until:
            return stored
        await asyncio.sleep(cases.AGAIN_S)


def _have_met(stored: Stored) -> bool:
    known = stored.pathway
    if known is None:
        return not stored.chat.wants_pathway
    return meeting.have_met(stored.chat, known.pathway)
