"""The one promise in numbers: no patient is forgotten."""

from datetime import datetime, timedelta
from typing import Any

from routine.chat.case import Chat
from routine.chat.elapse import dues
from routine.chat.owed import owed
from routine.chat.row import WATCHES
from store.journal import Journal
from store.projection import Projection

UNMOVED = timedelta(seconds=30)
"""How long after its instant a case may take to move before it counts as stuck."""


def without_owner(chat: Chat) -> bool:
    """Whether nobody owes anything and no named timer watches over a case that has not ended: it must never happen."""
    if chat.ended or owed(chat):
        return False
    return not any(due.name in WATCHES for due in dues(chat))


async def promise(projection: Projection, journal: Journal, now: datetime) -> dict[str, Any]:
    """`open`, `without_owner`, `overdue` and `stuck`, as `/health/promise` answers."""
    cases = await projection.open_cases()
    stuck = {(each.contact_id, each.what) for each in await journal.findings()}
    stuck |= {(each.contact_id, "not_moved") for each in cases if each.wake_at and each.wake_at + UNMOVED < now}
    return {
        "open": len(cases),
        "without_owner": sum(without_owner(each.chat) for each in cases),
        "overdue": [
            {"contact_id": each.contact_id, "kind": each.kind, "due_at": each.due_at}
            for each in await projection.overdue(now)
        ],
        "stuck": [{"contact_id": contact_id, "what": what} for contact_id, what in sorted(stuck)],
    }
