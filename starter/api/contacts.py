"""Contacts come in, and what their patients report (role `channel`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from routine.actors import Actor, Role
from routine.chat.case import Chat
from routine.chat.events import PatientEvent, PatientMessage, PatientWithdrew
from routine.chat.row import row
from routine.intake import Routed, Standing, Submission, route, signs
from routine.screens import on_sending, protected
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
    intake = await _judged(house, submission, await house.now())
    await house.journal.log(intake.at, by, None, "preview", "accepted")
    return JSONResponse({"send_possible": intake.routed.send_possible, "screen": present(intake.routed.screens)})


@router.post(
    "/contacts",
    status_code=201,
    openapi_extra=takes(SUBMISSION, keyed=True),
    responses=answers(Accepted, 201) | answers(Referred) | problems(400, 401, 403, 413, 415, 422, 503),
)
async def submit(request: Request, house: TheHouse, by: Caller) -> Response:
    """A resident sends a chat. 201 with the case it begins; 200 when the unit only refers (A11)."""
    body = await raw(request)
    submission = parsed(body, SUBMISSION)
    key = required_key(request)
    require(by, Role.CHANNEL)

    async def do(scope: str, first: datetime) -> Answered:
        return await _submitted(house, by, submission, scope, first)

    return await once(house, by, "contacts", key, body, do)


async def _submitted(house: House, by: Actor, submission: Submission, scope: str, first: datetime) -> Answered:
    intake = await _judged(house, submission, first)
    routed, shown = intake.routed, present(intake.routed.screens)
    if routed.outcome != "accepted":
        await house.journal.shown(intake.at, routed.screens)
        await house.journal.log(intake.at, by, None, routed.outcome, "accepted", intake.unit.code)
        if routed.restricted:
            # The channel is told nothing of it: the case is for assessors and the unit manager alone (R77).
            await cases.begin(house, f"c{scope}", submission, intake.unit, routed, intake.at, intake.standing)
        return Answered(200, {"contact_id": None, "outcome": routed.outcome, "screen": shown})
    contact_id = f"c{scope}"
    await cases.begin(house, contact_id, submission, intake.unit, routed, intake.at, intake.standing)
    await house.journal.log(intake.at, by, contact_id, "submit", "accepted")
    opens_at = None if intake.unit.hours.is_open(intake.at) else intake.unit.hours.next_opening(intake.at)
    return Answered(
        201,
        {
            "contact_id": contact_id,
            "outcome": "accepted",
            "state": "queued",
            "opens_at": present(opens_at),
            "screen": shown,
        },
    )


@dataclass(frozen=True)
class Intake:
    """A submission as it is judged: by which unit, at what instant, with what outcome, and who it is from."""

    unit: Unit
    at: datetime
    routed: Routed
    standing: Standing | None


async def _judged(house: House, submission: Submission, now: datetime) -> Intake:
    """Judged by when its key was first sent: a repeat after a 503 finds the same, whatever time it is by then."""
    unit = house.unit(submission.unit, now)
    if unit is None:
        raise Problem(422, "INVALID", "Det finns ingen enhet med den koden.", field="unit")
    at = submission.submitted_at or now
    if not now - OLDEST <= at <= now:
        raise Problem(422, "INVALID", "Tiden för inskicket ligger fel.", rule="R50", field="submitted_at")
    standing = await house.lookup(submission.person.personnummer)
    child = await house.lookup(submission.on_behalf_of.personnummer) if submission.on_behalf_of else None
    return Intake(unit, at, route(submission, unit, at, standing, child), standing)


@router.post(
    "/contacts/{contact_id}/events",
    openapi_extra=takes(EVENT, keyed=True),
    responses=answers(Heard) | problems(400, 401, 403, 404, 413, 415, 422, 503),
)
async def report(contact_id: str, request: Request, house: TheHouse, by: Caller) -> Response:
    """What the patient does in an open case. After its grace, words open a new one that continues it (R48)."""
    stored = await stored_case(house, contact_id)
    body = await raw(request)
    event = parsed(body, EVENT, tagged=True)
    key = required_key(request)
    require(by, Role.CHANNEL)

    async def do(scope: str, first: datetime) -> Answered:
        heard = await cases.hear(house, stored, event, by, scope)
        await house.journal.log(await house.now(), by, contact_id, event.type, "accepted")
        rests = (await cases.shown(house, contact_id, heard)).chat
        if not heard.heard and event.text is not None:
            return Answered(200, await _continue(house, rests, event.text, event, scope, first))
        return Answered(200, {"contact_id": contact_id, "state": row(rests).state, "screen": present(heard.screens)})

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
    intake = await _judged(house, submission, first)
    shown = present(intake.routed.screens)
    if intake.routed.outcome == "excluded_protected" or row(old).state == "moved_outside":
        return await _outside(house, old, submission, intake, f"c{scope}")
    contact_id, suspected, routed = f"c{scope}", row(old).tier == "suicide", intake.routed
    if suspected:
        screens = on_sending(intake.unit, intake.at, sent.person.personnummer, sign=True, priority=None)
        routed, shown = routed.model_copy(update={"screens": screens}), present(screens)
    await cases.begin(
        house,
        contact_id,
        submission,
        intake.unit,
        routed,
        intake.at,
        intake.standing,
        continues=old.contact_id,
        continues_suspicion=suspected,
    )
    return {"contact_id": contact_id, "state": "queued", "screen": shown, "continues": old.contact_id}


async def _outside(house: House, old: Chat, submission: Submission, intake: Intake, contact_id: str) -> dict[str, Any]:
    """Words of a protected person get M11; with a sign somebody who may see it is asked to act outside (R77)."""
    sign = bool(signs(submission, intake.unit.screening_words, intake.at))
    shown = (protected(intake.unit, sign=sign),)
    if sign:
        routed = Routed(outcome="excluded_protected", screens=shown, restricted=True)
        await cases.begin(
            house, contact_id, submission, intake.unit, routed, intake.at, intake.standing, continues=old.contact_id
        )
    await house.journal.shown(intake.at, shown)
    return {"contact_id": old.contact_id, "state": row(old).state, "screen": present(shown)}
