"""Protected identity in an open case: nothing leaves, and staff go on outside (R76, R77)."""

from datetime import datetime

from routine.actors import Actor, member
from routine.chat.case import Chat, Closed, Grace, Remark, open_errands
from routine.chat.decisions import MovedOutside
from routine.chat.elapse import moved_outside
from routine.chat.everyday import unclosed
from routine.refusals import Refusal, conflict
from routine.tasks import Kind


def may_move(chat: Chat) -> Refusal | None:
    """Only a protected person's case goes on outside; where protection is found after closing, from there too."""
    asked_for = isinstance(chat.state, Grace | Closed) and bool(open_errands(chat, Kind.MOVE_OUTSIDE))
    if not asked_for and (refused := unclosed(chat)):
        return refused
    if chat.protected:
        return None
    return conflict("WRONG_STATE", "R76", "Personen har inte skyddade uppgifter. Avsluta ärendet på vanligt sätt.")


def move(chat: Chat, decision: MovedOutside, by: Actor, now: datetime) -> Chat:
    """The case goes on outside; what was still owed here is done, but for the record."""
    remark = Remark(at=now, by=member(by), text=f"{decision.how}: {decision.note}", about="moved_outside")
    return moved_outside(chat.model_copy(update={"remarks": (*chat.remarks, remark)}), now)
