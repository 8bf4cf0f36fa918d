"""Reads: the worklist and the case, from the store, also while the engine is away. Every read is logged (R99)."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from routine.actors import Actor, HsaId, Role
from routine.suicide_risk.meeting import may_open
from routine.suicide_risk.view import case_view, row
from routine.worklist import concerns, listed, order
from starter.api.answers import FullView, ReducedView, Worklist, answers
from starter.api.common import TheHouse, stored_case
from starter.api.identity import Caller
from starter.api.present import answer
from starter.api.problems import Problem
from starter.api.schema import problems
from starter.house import House
from starter.pathways import Together, together
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
) -> Response:
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
    both = [together(each) for each in cases]
    rows = [row(each.chat, each.pathway) for each in both if not each.chat.restricted or _opens(each, by)]
    asked = Role(role) if role else None
    mine = [each for each in rows if listed(each, view) and concerns(each, asked, holder)]
    shown = sorted(mine, key=lambda each: order(each, now))
    await house.journal.log(now, by, None, "worklist", "accepted", named)
    return answer({"items": shown, "as_of": now})


@router.get("/contacts/{contact_id}", responses=answers(FullView | ReducedView) | problems(401, 403, 404, 422))
async def contact(contact_id: str, house: TheHouse, by: Caller) -> Response:
    """The case, for whoever may open it; cash desk and reception see its line without a patient's words."""
    stored = await stored_case(house, contact_id)
    now = await house.now()
    try:
        staff_of(by, stored.chat.unit.code)
        case = together(stored)
        if _opens(case, by):
            body = await _whole(house, case, by)
        elif by.has(Role.CASHIER, Role.RECEPTIONIST):
            body = _reduced(case)
        else:
            raise Problem(403, "NOT_ADDRESSED", "Du har inte rätt att öppna det här ärendet.", rule="R99")
    except Problem as problem:
        await house.journal.log(now, by, contact_id, "read", "refused", problem.code)
        raise
    await house.journal.log(now, by, contact_id, "read", "accepted")
    return answer(body | {"as_of": now})


async def shown(house: House, stored: Stored, by: Actor) -> dict[str, Any]:
    """The case as this reader may see it: whole, or its line alone."""
    case = together(stored)
    return await _whole(house, case, by) if _opens(case, by) else _reduced(case)


def _opens(case: Together, by: Actor) -> bool:
    return may_open(case.chat, case.pathway, by)


async def _whole(house: House, case: Together, by: Actor) -> dict[str, Any]:
    whole = case_view(case.chat, case.pathway, by)
    others = await house.projection.others_of(case.chat)
    return whole.model_dump(by_alias=True) | {"other_open_contacts": others, "version": case.version}


def _reduced(case: Together) -> dict[str, Any]:
    """The case's line, and nothing that a patient or a clinician has said."""
    return row(case.chat, case.pathway).model_dump(by_alias=True) | {
        "version": case.version,
        "reduced": True,
        "allowed": [],
    }
