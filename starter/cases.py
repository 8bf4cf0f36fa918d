"""Everything that starts or signals a case: one hop to the engine, and what its answers mean."""

import asyncio
import time
from datetime import datetime, timedelta

import structlog
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from routine.actors import Actor
from routine.chat.decide import decide as judge
from routine.chat.decisions import AnyDecision
from routine.chat.events import PatientMessage, PatientWithdrew, SmsReport
from routine.intake import Routed, Standing, Submission
from routine.refusals import Refusal
from routine.unit import Unit
from starter.house import House
from store.projection import Stored
from workflows.chat import ChatContact
from workflows.messages import Answer, ChatStart, Reported, Signed

log = structlog.get_logger(__name__)

AGAIN_S = 0.02
"""Between looks at a read model that does not show yet what was answered."""
TASK_TIMEOUT = timedelta(seconds=5)
"""How long the engine waits for a worker that has a case in hand: after a kill -9 the case stands still so long."""


class EngineAway(Exception):
    """Temporal or every worker is away. The outcome is unknown: it may still be carried out."""


class UnknownOutcome(EngineAway):
    """The engine took the request and has not answered in time."""


async def begin(
    house: House,
    contact_id: str,
    submission: Submission,
    unit: Unit,
    routed: Routed,
    at: datetime,
    standing: Standing | None,
    continues: str | None = None,
    continues_suspicion: bool = False,
) -> None:
    """Start a chat, and return once the worklist shows it; the same contact is the same case. Raises EngineAway."""
    now = await house.projection.house()
    start = ChatStart(
        contact_id=contact_id,
        epoch=now.epoch,
        offset_s=now.offset_s,
        submission=submission,
        unit=unit,
        routed=routed,
        standing=standing,
        opened_at=at,
        continues=continues,
        continues_suspicion=continues_suspicion,
    )
    operation = WithStartWorkflowOperation(
        ChatContact.run,
        start,
        id=contact_id,
        task_queue=house.settings.task_queue,
        task_timeout=TASK_TIMEOUT,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        static_summary=f"Chatt i {unit.code}",
    )
    try:
        answer = await house.client.execute_update_with_start_workflow(
            ChatContact.shown, start_workflow_operation=operation, id="shown", rpc_timeout=timeout(house)
        )
    except WorkflowAlreadyStartedError:
        # The same contact was begun before, and has since been completed.
        answer = Answer(version=0)
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise UnknownOutcome from None
    except (RPCError, RuntimeError) as error:
        raise away(error) from None
    await shown(house, contact_id, answer)


async def shown(house: House, contact_id: str, answer: Answer) -> Stored:
    """The case once the read model shows what its workflow answered: at once, but for a store that is away (ADR 0013).

    Raises UnknownOutcome after the time an answer may take.
    """
    until = time.monotonic() + house.settings.engine_timeout_s
    while True:
        stored = await house.projection.case(contact_id)
        if stored is not None and _version(stored, answer) >= answer.version:
            return stored
        if time.monotonic() > until:
            raise UnknownOutcome
        await asyncio.sleep(AGAIN_S)


def _version(stored: Stored, answer: Answer) -> int:
    if not answer.pathway:
        return stored.version
    return stored.pathway.version if stored.pathway else -1


async def decide(house: House, contact_id: str, decision: AnyDecision, by: Actor, update_id: str) -> Answer | Refusal:
    """Send a decision to its case. Raises EngineAway."""
    handle = house.client.get_workflow_handle_for(ChatContact.run, contact_id)
    # An ended case is asked too: it may be this very decision that ended it, whose answer got lost on its way.
    try:
        return await handle.execute_update(
            ChatContact.decide, Signed(by=by, decision=decision), id=update_id, rpc_timeout=timeout(house)
        )
    except WorkflowUpdateFailedError as error:
        return refusal(error)
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise UnknownOutcome from None
    except (RPCError, RuntimeError) as error:
        if not is_gone(error):
            raise away(error) from None
    return await _after_the_end(house, contact_id, decision, by)


async def _after_the_end(house: House, contact_id: str, decision: AnyDecision, by: Actor) -> Refusal:
    """An ended case is judged where it rests: the same rules, on what the read model kept."""
    now = await house.projection.case(contact_id)
    if now is None or now.open:
        log.error("case.without_workflow", contact_id=contact_id)
        raise EngineAway
    judged = judge(now.chat, decision, by, await house.now())
    assert isinstance(judged, Refusal)  # an ended case lets nobody decide anything
    return judged


async def hear(
    house: House, stored: Stored, event: PatientMessage | PatientWithdrew, by: Actor, update_id: str
) -> Answer:
    """Send a patient's words to their case; `heard` is False when it has ended. Raises EngineAway."""
    handle = house.client.get_workflow_handle_for(ChatContact.run, stored.contact_id)
    try:
        return await handle.execute_update(
            ChatContact.hear, Reported(by=by, event=event), id=update_id, rpc_timeout=timeout(house)
        )
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise UnknownOutcome from None
    except (RPCError, RuntimeError) as error:
        now = await house.projection.case(stored.contact_id)
        if is_gone(error) and now is not None and not now.open:
            return Answer(version=now.version, heard=False)
        raise away(error) from None


async def report(house: House, contact_id: str, report: SmsReport) -> None:
    """Pass a delivery report on to its case; one that has ended needs none. Raises EngineAway: it is sent again."""
    handle = house.client.get_workflow_handle_for(ChatContact.run, contact_id)
    try:
        await handle.signal(ChatContact.sms_report, report, rpc_timeout=timeout(house))
    except (RPCError, RuntimeError) as error:
        if not is_gone(error):
            raise away(error) from None


def timeout(house: House) -> timedelta:
    """How long the engine may take to answer."""
    return timedelta(seconds=house.settings.engine_timeout_s)


def refusal(error: WorkflowUpdateFailedError) -> Refusal:
    """The rule's no in an update's failure. Raises the failure itself where it is none."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == "Refusal":
        return Refusal.model_validate(cause.details[0])
    # Anything else is a bug in a rule, not a no: it must be seen, not answered.
    raise error


def is_gone(error: Exception) -> bool:
    """Whether there is no such workflow, or it has ended."""
    return isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND


def away(error: RPCError | RuntimeError) -> Exception:
    """A client that has never connected raises a RuntimeError."""
    log.warning("engine.away", status=error.status.name if isinstance(error, RPCError) else "UNREACHED")
    return EngineAway()
