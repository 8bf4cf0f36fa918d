"""Contacts come in, and what their patients report (role `channel`)."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from routine.actors import Role
from routine.chat.case import Chat
from routine.chat.events import PatientEvent, PatientMessage, PatientWithdrew
from routine.chat.row import row
from routine.intake import Routed, Submission, route
from routine.unit import Unit
from starter import cases
from starter.api.answers import Accepted, Heard, Preview, Referred, answers
from starter.api.body import parsed, raw
from starter.api.common import TheHouse, require, stored_case
from starter.api.identity import Caller
from starter.api.once import Answered, once, required_key
from starter.api.present import present
from starter.api.problems import Problem
from starter.api.schema import problems, takes
from starter.house import House

router = APIRouter(tags=["contacts"])
SUBMISSION = TypeAdapter(Submission)
EVENT: TypeAdapter[PatientMessage | PatientWithdrew] = TypeAdapter(PatientEvent)
OLDEST = timedelta(minutes=5)


@router.post(
    "/contacts/preview",
    openapi_extra=takes(SUBMISSION),
    responses=answers(Preview) | problems(400, 401, 403, 413, 415, 422),
)
async def preview(request: Request, house: TheHouse, by: Caller) -> JSONResponse:
    """What the resident must be shown before sending, judged now (A11)."""
    submission = parsed(await raw(request), SUBMISSION)
    require(by, Role.CHANNEL)
    _, at, routed = _routed(house, submission, await house.now())
    await house.journal.log(at, by, None, "preview", "accepted")
    return JSONResponse({"send_possible": routed.accepted, "screen": present(routed.screens)})


@router.post(
    "/contacts",
    status_code=201,
    openapi_extra=takes(SUBMISSION, keyed=True),
    responses=answers(Accepted, 201) | answers(Referred) | problems(400, 401, 403, 413, 415, 422, 503),
)
async def submit(request: Request, house: TheHouse, by: Caller) -> JSONResponse:
    """A resident sends a chat. 201 with the case it begins; 200 when the unit only refers (A11)."""
    body = await raw(request)
    submission = parsed(body, SUBMISSION)
    key = required_key(request)
    require(by, Role.CHANNEL)

    async def do(scope: str, first: datetime) -> Answered:
        unit, at, routed = _routed(house, submission, first)
        if not routed.accepted:
            await house.journal.shown(at, routed.screens)
            await house.journal.log(at, by, None, "redirected", "accepted", unit.code)
            return 200, {"contact_id": None, "outcome": "redirected", "screen": present(routed.screens)}
        contact_id = f"c{scope}"
        await cases.begin(house, contact_id, submission, unit, routed.screens, at)
        await house.journal.log(at, by, contact_id, "submit", "accepted")
        return 201, {
            "contact_id": contact_id,
            "outcome": "accepted",
            "state": "queued",
            "opens_at": present(None if unit.hours.is_open(at) else unit.hours.next_opening(at)),
            "screen": present(routed.screens),
        }

    return await once(house, by, "contacts", key, body, do)


def _routed(house: House, submission: Submission, now: datetime) -> tuple[Unit, datetime, Routed]:
    """Judged by when its key was first sent: a repeat after a 503 finds the same, whatever time it is by then."""
    unit = house.unit(submission.unit, now)
    if unit is None:
        raise Problem(422, "INVALID", "Det finns ingen enhet med den koden.", field="unit")
    at = submission.submitted_at or now
    if not now - OLDEST <= at <= now:
        raise Problem(422, "INVALID", "Tiden för inskicket ligger fel.", rule="R50", field="submitted_at")
    return unit, at, route(submission, unit, at)


@router.post(
    "/contacts/{contact_id}/events",
    openapi_extra=takes(EVENT, keyed=True),
    responses=answers(Heard) | problems(400, 401, 403, 404, 413, 415, 422, 503),
)
async def report(contact_id: str, request: Request, house: TheHouse, by: Caller) -> JSONResponse:
    """What the patient does in an open case. After its grace, words open a new one that continues it (R48)."""
    stored = await stored_case(house, contact_id)
    body = await raw(request)
    event = parsed(body, EVENT, tagged=True)
    key = required_key(request)
    require(by, Role.CHANNEL)

    async def do(scope: str, first: datetime) -> Answered:
        heard = await cases.hear(house, stored, event, by, scope)
        now = await house.now()
        await house.journal.log(now, by, contact_id, event.type, "accepted")
        if not heard.heard and event.text is not None:
            return 200, await _continue(house, stored.chat, event.text, event, scope, first)
        state = row((await stored_case(house, contact_id)).chat).state
        return 200, {"contact_id": contact_id, "state": state, "screen": present(heard.screens)}

    return await once(house, by, contact_id, key, body, do)


async def _continue(
    house: House, old: Chat, text: str, event: PatientMessage | PatientWithdrew, scope: str, first: datetime
) -> dict[str, Any]:
    """The words begin a case of their own that continues the old one."""
    sent = old.submission
    submission = Submission(
        kind="chat",
        unit=sent.unit,
        entry_channel=sent.entry_channel,
        auth_method=sent.auth_method,
        person=sent.person,
        area=sent.area,
        message=text,
        images=event.images if isinstance(event, PatientMessage) else (),
    )
    unit, at, routed = _routed(house, submission, first)
    contact_id = f"c{scope}"
    await cases.begin(house, contact_id, submission, unit, routed.screens, at, continues=old.contact_id)
    return {"contact_id": contact_id, "state": "queued", "screen": present(routed.screens), "continues": old.contact_id}
