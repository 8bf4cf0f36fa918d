"""Staff signal decisions: one update each, and the answer is the new view."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from routine.actors import Actor
from routine.chat.access import may_open
from routine.chat.decisions import AnyDecision, Decision, Message
from routine.refusals import Refusal
from routine.tone import hints
from starter import cases
from starter.api.answers import FullView, ReducedView, answers
from starter.api.body import parsed, raw
from starter.api.common import TheHouse, stored_case
from starter.api.identity import Caller
from starter.api.once import Answered, once, required_key
from starter.api.problems import Problem
from starter.api.reading import case_view, reduced_view
from starter.api.schema import problems, takes
from starter.house import House

router = APIRouter(tags=["decisions"])
DECISION: TypeAdapter[AnyDecision] = TypeAdapter(Decision)


@router.post(
    "/contacts/{contact_id}/decisions",
    openapi_extra=takes(DECISION, keyed=True),
    responses=answers(FullView | ReducedView) | problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def decide(contact_id: str, request: Request, house: TheHouse, by: Caller) -> JSONResponse:
    """A decision about a case; the actor is the token's. 200 with the view, reduced for who may not open the case."""
    stored = await stored_case(house, contact_id)
    body = await raw(request)
    try:
        decision = parsed(body, DECISION, tagged=True)
        key = required_key(request)
    except Problem as problem:
        await house.journal.log(await house.now(), by, contact_id, "decision", "refused", problem.code)
        raise

    async def do(scope: str, _first: datetime) -> Answered:
        answer = await cases.decide(house, stored, decision, by, scope)
        now = await house.now()
        if isinstance(answer, Refusal):
            await house.journal.log(now, by, contact_id, decision.type, "refused", answer.code)
            raise Problem.of(answer)
        await house.journal.log(now, by, contact_id, decision.type, "accepted")
        shown = await _view(house, contact_id, by)
        if isinstance(decision, Message) and decision.text:
            shown["hints"] = list(hints(decision.text))
        return 200, shown

    return await once(house, by, contact_id, key, body, do)


async def _view(house: House, contact_id: str, by: Actor) -> dict[str, Any]:
    stored = await stored_case(house, contact_id)
    return await case_view(house, stored, by) if may_open(stored.chat, by) else reduced_view(stored)
