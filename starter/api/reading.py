"""Reads: the worklist and the case, from the store, also while the engine is away. Every read is logged (R99)."""

from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from routine.actors import Actor, HsaId, Role
from routine.chat.access import may_open
from routine.chat.row import row
from routine.chat.view import view
from routine.worklist import concerns, listed, order
from starter.api.answers import FullView, ReducedView, Worklist, answers
from starter.api.common import TheHouse, stored_case
from starter.api.identity import Caller
from starter.api.present import present
from starter.api.problems import Problem
from starter.api.schema import problems
from starter.house import House
from store.projection import Stored

router = APIRouter(tags=["reading"])
STAFF = (
    *(Role.LICENSED, Role.CASHIER, Role.RECEPTIONIST, Role.UNIT_MANAGER),
    *(Role.ON_CALL, Role.AUDITOR),
)
EVERYWHERE = (Role.AUDITOR, Role.ON_CALL)
AskedRole = Literal[
    "nurse", "physician", "psychologist", "other_licensed", "cashier", "receptionist", "unit_manager", "on_call"
]


def staff_of(by: Actor, unit: str) -> None:
    """The caller is staff of the unit, or reads all units; else a 403."""
    if not by.has(*STAFF):
        raise Problem(403, "FORBIDDEN_ROLE", "Din roll får inte göra detta.", rule="R5")
    if by.unit != unit and not by.has(*EVERYWHERE):
        raise Problem(403, "OTHER_UNIT", "Du arbetar inte på den enheten.", rule="R99")


@router.get("/worklist", responses=answers(Worklist) | problems(401, 403, 422))
async def worklist(
    house: TheHouse,
    by: Caller,
    unit: str | None = None,
    role: AskedRole | None = None,
    holder: HsaId | None = None,
    view: Literal["now", "after_work"] = "now",
) -> JSONResponse:
    """The unit's cases in the order they are to be handled (R44, R46, R66)."""
    code, now = unit or by.unit, await house.now()
    named = code if code in house.units.codes else None
    try:
        staff_of(by, code)
    except Problem as problem:
        await house.journal.log(now, by, None, "worklist", "refused", problem.code)
        raise
    cases = await house.projection.listed(code)
    # That a protected person has written at all is only for who may open it (R77).
    rows = [row(each.chat) for each in cases if not each.chat.restricted or may_open(each.chat, by)]
    asked = Role(role) if role else None
    mine = [each for each in rows if listed(each, view) and concerns(each, asked, holder)]
    shown = sorted(mine, key=lambda each: order(each, now))
    await house.journal.log(now, by, None, "worklist", "accepted", named)
    return JSONResponse({"items": present(shown), "as_of": present(now)})


@router.get("/contacts/{contact_id}", responses=answers(FullView | ReducedView) | problems(401, 403, 404, 422))
async def contact(contact_id: str, house: TheHouse, by: Caller) -> JSONResponse:
    """The case, for whoever may open it; cash desk and reception see its line without a patient's words."""
    stored = await stored_case(house, contact_id)
    now = await house.now()
    try:
        staff_of(by, stored.chat.unit.code)
        if may_open(stored.chat, by):
            body = await case_view(house, stored, by)
        elif by.has(Role.CASHIER, Role.RECEPTIONIST):
            body = reduced_view(stored)
        else:
            raise Problem(403, "NOT_ADDRESSED", "Du har inte rätt att öppna det här ärendet.", rule="R99")
    except Problem as problem:
        await house.journal.log(now, by, contact_id, "read", "refused", problem.code)
        raise
    await house.journal.log(now, by, contact_id, "read", "accepted")
    return JSONResponse(body | {"as_of": present(now)})


async def case_view(house: House, stored: Stored, by: Actor) -> dict[str, Any]:
    """The whole case as this reader may see it."""
    shown = view(stored.chat, by)
    others = [row(other.chat) for other in await house.projection.others_of(stored.chat)]
    own = [{"contact_id": each.contact_id, "tier": each.tier} for each in others if each.unit == stored.chat.unit.code]
    body: dict[str, Any] = present(shown.model_copy(update={"other_open_contacts": tuple(own)}))
    return body | {"version": stored.version}


def reduced_view(stored: Stored) -> dict[str, Any]:
    """The case's line, and nothing that a patient or a clinician has said."""
    body: dict[str, Any] = present(row(stored.chat))
    return body | {"version": stored.version, "reduced": True, "allowed": []}
