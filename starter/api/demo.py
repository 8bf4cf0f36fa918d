"""The demo profile: sign in as anybody, move the clock, begin anew, see what left the house. Absent in production."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, Field, TypeAdapter
from temporalio.service import RPCError, RPCStatusCode

from config.units import ConfigurationError
from routine.chat.case import Sent
from routine.chat.effects import STAFF_TEXT
from routine.frozen import Frozen
from starter.api.answers import Left, Now, Token, answers
from starter.api.body import parsed, raw
from starter.api.common import TheHouse
from starter.api.identity import demo_token
from starter.api.present import present
from starter.api.problems import Problem
from starter.api.schema import problems, takes
from starter.demo_clock import CannotSkip, ClockStuck, DemoClock
from starter.house import House
from store.outbox import Left as Departed

router = APIRouter(prefix="/demo", tags=["demo"])
PREFIX = "SE0000000000-"
ADAY = 24 * 3600


class Login(Frozen):
    """Who to be; a short name will do. `expires_in` is in seconds."""

    sub: Annotated[str, Field(min_length=1, max_length=60)]
    expires_in: Annotated[int, Field(ge=-ADAY, le=30 * ADAY)] = 12 * 3600


class Advance(Frozen):
    """Where to move the clock."""

    advance_to: AwareDatetime


class Reset(Frozen):
    """When to begin anew, and what of table A15 is to differ, by unit."""

    now: AwareDatetime
    config: dict[str, dict[str, Any]] = Field(default_factory=dict)


LOGIN, ADVANCE, RESET = TypeAdapter(Login), TypeAdapter(Advance), TypeAdapter(Reset)
OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


@router.post("/login", openapi_extra=takes(LOGIN), responses=answers(Token) | problems(400, 413, 415, 422))
async def login(request: Request, house: TheHouse) -> JSONResponse:
    """A token for one of the demo's people."""
    asked = parsed(await raw(request), LOGIN)
    hsa_id = asked.sub if asked.sub.startswith(PREFIX) else PREFIX + asked.sub
    known = house.units.staff().get(hsa_id)
    if known is None:
        raise Problem(422, "INVALID", "Demon har ingen med det namnet.", field="sub")
    name, roles, unit = known
    return JSONResponse({"access_token": demo_token(house.settings, hsa_id, name, roles, unit, asked.expires_in)})


@router.get("/clock", responses=answers(Now))
async def clock(house: TheHouse) -> JSONResponse:
    """The house's time."""
    return JSONResponse({"now": present(await house.now())})


@router.post("/clock", openapi_extra=takes(ADVANCE), responses=answers(Now) | problems(400, 409, 413, 415, 422, 503))
async def advance(request: Request, house: TheHouse) -> JSONResponse:
    """Move every open case forward, and answer when all has settled; the same instant again changes nothing."""
    target = parsed(await raw(request), ADVANCE).advance_to.astimezone(UTC)
    demo_clock: DemoClock = request.app.state.clock
    try:
        return JSONResponse({"now": present(await demo_clock.advance(target))})
    except CannotSkip:
        raise Problem(409, "WRONG_STATE", "Den här servern kan inte flytta tiden.") from None
    except ClockStuck as stuck:
        raise Problem(503, "ENGINE_UNAVAILABLE", f"Ärendet {stuck} rör sig inte.", retry_after_s=5) from None
    except (RPCError, RuntimeError):
        raise Problem(503, "ENGINE_UNAVAILABLE", "Motorn svarar inte.", retry_after_s=2) from None


@router.post("/reset", openapi_extra=takes(RESET), responses=answers(Now) | problems(400, 413, 415, 422, 503))
async def reset(request: Request, house: TheHouse) -> JSONResponse:
    """End all open work, empty the demo's stores, restore its people, set the clock."""
    asked = parsed(await raw(request), RESET)
    try:
        for code in house.units.codes:
            house.unit(code, asked.now)
    except (ValueError, OverflowError):
        raise Problem(422, "INVALID", "Kalendern räcker inte dit.", field="now") from None
    for code, override in asked.config.items():
        _checked(house, code, asked.now, override)
    await _end_all(house)
    house.overrides.clear()
    house.overrides.update(asked.config)
    offset = (asked.now - datetime.now(UTC)).total_seconds()
    await house.projection.reset(uuid.uuid4().hex, offset)
    await house.journal.reset()
    await house.outbox.reset()
    await _world(house, "POST", "/control/reset", None)
    return JSONResponse({"now": present(await house.now())})


def _checked(house: House, code: str, now: datetime, override: dict[str, Any]) -> None:
    try:
        unit = house.units.snapshot(code, now, override)
    except ConfigurationError as error:
        told = f"Inställningen {str(error).partition(':')[0]} går inte att använda."
        raise Problem(422, "INVALID", told, field="config") from None
    if unit is None:
        raise Problem(422, "INVALID", "Det finns ingen enhet med den koden.", field="config")


async def _end_all(house: House) -> None:
    try:
        for _round in range(3):
            running = [each.id async for each in house.client.list_workflows('ExecutionStatus="Running"')]
            # Pathways too: one that was begun a moment ago is not listed yet.
            stored = [each.workflow_id for each in await house.projection.carried()]
            for workflow_id in dict.fromkeys(running + stored):
                await _terminate(house, workflow_id)
            if not running:
                return
            await house.projection.reset(uuid.uuid4().hex, 0.0)
    except (RPCError, RuntimeError):
        raise Problem(503, "ENGINE_UNAVAILABLE", "Motorn svarar inte.", retry_after_s=2) from None


async def _terminate(house: House, workflow_id: str) -> None:
    try:
        await house.client.get_workflow_handle(workflow_id).terminate(reason="demo reset")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


@router.get("/outbox", responses=answers(tuple[Left, ...]) | problems(422))
async def outbox(house: TheHouse, contact_id: str | None = None) -> JSONResponse:
    """Everything that left for a person, screens shown on submit or reply too, oldest first."""
    left = {each.key: each for each in await house.outbox.all()}
    rows = [
        _row(case.contact_id, sent, left.get(sent.message_id), case.chat.submission.person.personnummer)
        for case in await house.projection.all_cases()
        for sent in case.chat.sent
        if sent.channel != "sms" or sent.message_id in left
    ]
    rows += [_to_staff(each) for each in left.values() if each.template == "M17"]
    rows += [
        {
            "contact_id": None,
            "template": shown["template"],
            "channel": "screen",
            "to": None,
            "text": shown["text"],
            "planned_at": shown["at"],
            "sent_at": shown["at"],
            "status": "sent",
        }
        for shown in await house.journal.shown_screens()
    ]
    asked = [each for each in rows if contact_id is None or each["contact_id"] == contact_id]
    return JSONResponse(present(sorted(asked, key=lambda each: each["planned_at"])))


def _row(contact_id: str, sent: Sent, left: Departed | None, person: str) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "template": sent.template,
        "channel": sent.channel,
        "to": left.to if left else person,
        "text": sent.text,
        "planned_at": sent.at,
        "sent_at": sent.sent_at,
        "status": sent.status,
        "gateway_id": left.gateway_id if left else None,
    }


def _to_staff(left: Departed) -> dict[str, Any]:
    return {
        "contact_id": left.contact_id,
        "template": left.template,
        "channel": left.channel,
        "to": left.to,
        "text": STAFF_TEXT,
        "planned_at": left.at,
        "sent_at": left.at,
        "status": "sent" if left.status == "accepted" else "unknown",
        "gateway_id": left.gateway_id,
    }


@router.put(
    "/people", openapi_extra=takes(OBJECT), responses=answers(dict[str, Any]) | problems(400, 413, 415, 422, 503)
)
async def people(request: Request, house: TheHouse) -> JSONResponse:
    """Change what the population register says of a person."""
    return await _world(house, "PUT", "/control/people", parsed(await raw(request), OBJECT))


@router.put(
    "/faults", openapi_extra=takes(OBJECT), responses=answers(dict[str, Any]) | problems(400, 413, 415, 422, 503)
)
async def faults(request: Request, house: TheHouse) -> JSONResponse:
    """Let an outside system fail, hang or be slow."""
    return await _world(house, "PUT", "/control/faults", parsed(await raw(request), OBJECT))


async def _world(house: House, method: str, path: str, body: dict[str, Any] | None) -> JSONResponse:
    try:
        async with httpx.AsyncClient(base_url=house.settings.world_address, timeout=5) as http:
            answer = await http.request(method, path, json=body)
    except httpx.HTTPError:
        raise Problem(503, "ENGINE_UNAVAILABLE", "Demovärlden svarar inte.", retry_after_s=2) from None
    if answer.status_code == 422:
        raise Problem(422, "INVALID", "Demovärlden känner inte igen det som skickades.")
    return JSONResponse(answer.json() if answer.content else None, answer.status_code)
