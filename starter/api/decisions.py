"""Staff signal decisions: one update each, and the answer is the new view."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from routine.actors import Actor
from routine.chat.decisions import Message
from routine.chat.suspicion import may_flag
from routine.refusals import Refusal
from routine.suicide_risk.decisions import Call112, FlagSuspicion
from routine.suicide_risk.meeting import AnyDecision, Decision
from routine.tone import hints
from starter import pathways
from starter.api.answers import FullView, ReducedView, answers
from starter.api.body import parsed, raw
from starter.api.common import TheHouse, known, stored_case
from starter.api.identity import Caller
from starter.api.linked import linked
from starter.api.once import Answered, once, required_key
from starter.api.problems import Problem
from starter.api.reading import STAFF, shown
from starter.api.schema import problems, takes
from starter.house import House
from store.journal import Entry

router = APIRouter(tags=["decisions"])
DECISION: TypeAdapter[AnyDecision] = TypeAdapter(Decision)


@router.post(
    "/contacts/{contact_id}/decisions",
    openapi_extra=takes(DECISION, keyed=True),
    responses=answers(FullView | ReducedView) | problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def decide(contact_id: str, request: Request, house: TheHouse, by: Caller) -> Response:
    """A decision about a case; the actor is the token's. 200 with the view, reduced for who may not open the case."""
    await known(house, contact_id)
    body = await raw(request)
    try:
        decision = parsed(body, DECISION, tagged=True)
        key = required_key(request)
    except Problem as problem:
        await house.journal.log(await house.now(), by, contact_id, "decision", "refused", problem.code)
        raise

    async def do(scope: str, first: datetime) -> Answered:
        where = await _where(house, contact_id, decision, by, scope, first)
        answer = await pathways.decide(house, where, decision, by, scope)
        now = await house.now()
        if isinstance(answer, Refusal):
            await house.journal.log(now, by, where, decision.type, "refused", answer.code)
            raise Problem.of(answer)
        done = Entry(now, by, where, decision.type, "accepted")
        try:
            view = await shown(house, await pathways.settled(house, where, answer), by)
        except Exception:
            # It is done, though it cannot be shown just now.
            await house.journal.enter(done)
            raise
        if isinstance(decision, Message) and decision.text:
            view["hints"] = list(hints(decision.text))
        return Answered(200, view, done)

    return await once(house, by, contact_id, key, body, do)


async def _where(house: House, contact_id: str, decision: AnyDecision, by: Actor, scope: str, first: datetime) -> str:
    """The contact itself; once it has ended, a suspicion or a call to 112 begins a new one that continues it."""
    if not isinstance(decision, FlagSuspicion | Call112):
        return contact_id
    stored = await stored_case(house, contact_id)
    if may_flag(stored.chat) is None or by.unit != stored.chat.unit.code or not by.has(*STAFF):
        return contact_id
    return await linked(house, stored.chat, scope, first)
