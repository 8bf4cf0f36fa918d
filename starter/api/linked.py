"""A new contact that goes on from one that has ended: what came too late for it is never lost (R48, R59)."""

from datetime import datetime

from routine.chat.case import Chat
from routine.chat.row import row
from routine.intake import Routed, Submission
from starter import cases
from starter.api.problems import Problem
from starter.house import House


async def linked(house: House, old: Chat, scope: str, at: datetime) -> str:
    """Begin a contact for a suspicion in a case that has ended; answers its id. Raises EngineAway, Problem."""
    unit = house.unit(old.unit.code, at)
    if unit is None:
        raise Problem(422, "INVALID", "Enheten finns inte längre.", field="unit")
    sent = old.submission
    submission = Submission(
        kind="chat",
        unit=sent.unit,
        entry_channel=sent.entry_channel,
        auth_method=sent.auth_method,
        person=sent.person,
        area=sent.area,
    )
    # Who was moved outside for protection is still protected: only assessors and the manager see it (R77).
    restricted = old.restricted or row(old).state == "moved_outside"
    routed = Routed(outcome="excluded_protected" if restricted else "accepted", screens=(), restricted=restricted)
    contact_id = f"c{scope}"
    await cases.begin(house, contact_id, submission, unit, routed, at, None, continues=old.contact_id)
    return contact_id
