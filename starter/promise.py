"""The one promise in numbers: no patient is forgotten. A contact and its pathway are one case here."""

from datetime import datetime, timedelta
from typing import Any

from routine.chat.case import Chat
from routine.chat.elapse import dues
from routine.chat.row import WATCHES
from routine.suicide_risk.elapse import Name
from routine.suicide_risk.elapse import dues as pathway_dues
from routine.suicide_risk.pathway import Pathway
from routine.suicide_risk.view import row
from starter.carriers import contact_of, is_pathway
from starter.findings import What, of
from starter.pathways import Together, together
from store.journal import Journal
from store.projection import Projection

UNMOVED = timedelta(seconds=30)
"""How long after its instant a case may take to move before it counts as stuck."""
PATHWAY_WATCHES = (Name.EXTENSION, Name.VISIT)
"""The named timers of a pathway that watch while nobody owes anything."""


def unmoved(wake_at: datetime | None, now: datetime) -> bool:
    """Whether a workflow's next instant has passed and its row still waits for it."""
    return wake_at is not None and wake_at + UNMOVED < now


def without_owner(chat: Chat, pathway: Pathway | None) -> bool:
    """Whether nobody owes anything and no named timer watches over a case that has not ended: it must never happen.

    The two have met (`meeting.meet`): the contact owes nothing while its pathway waits, and the other way round.
    """
    over = chat.ended and (pathway is None or pathway.ended)
    if over or row(chat, pathway).tasks:
        return False
    watched = any(due.name in WATCHES for due in dues(chat))
    return not watched and not (pathway and any(due.name in PATHWAY_WATCHES for due in pathway_dues(pathway)))


def overdue(case: Together, now: datetime) -> list[tuple[datetime, str, str]]:
    """The tasks whose due instant has come, each as instant, contact and kind."""
    tasks = row(case.chat, case.pathway).tasks
    return [(task.due_at, case.chat.contact_id, task.kind.value) for task in tasks if task.due_at <= now]


async def promise(projection: Projection, journal: Journal, now: datetime) -> dict[str, Any]:
    """`open`, `without_owner`, `overdue` and `stuck`, as `/health/promise` answers."""
    cases = await projection.open_cases()
    both = [together(each) for each in cases]
    stuck = {(each.contact_id, each.what) for each in await journal.findings()}
    late = [each.workflow_id for each in await projection.carried() if unmoved(each.wake_at, now)]
    stuck |= {(contact_of(each), of(What.NOT_MOVED, pathway=is_pathway(each)).value) for each in late}
    # Both are asked of one case before the next: its line is worked out once, however many cases there are.
    asked = [(without_owner(each.chat, each.pathway), overdue(each, now)) for each in both]
    passed = sorted(task for _, tasks in asked for task in tasks)
    return {
        "open": len(cases),
        "without_owner": sum(unowned for unowned, _ in asked),
        "overdue": [{"contact_id": contact_id, "kind": kind, "due_at": due_at} for due_at, contact_id, kind in passed],
        "stuck": [{"contact_id": contact_id, "what": what} for contact_id, what in sorted(stuck)],
    }
