"""About somebody else: explained, noted, then closed; the other's words are journaled nowhere (R79-R81)."""

from datetime import datetime

from routine import screens
from routine.actors import Actor, member
from routine.chat.case import Chat, Line, Remark, Sent, message_id
from routine.chat.decisions import UnmarkWrongPerson
from routine.chat.everyday import held, may_write
from routine.hours import local_date
from routine.intake import OMBUD_AGE
from routine.refusals import Refusal, conflict

NOTE = "OBS FEL PATIENT"
"""M9: the note in Platform24's Anamnes on who is logged in."""
UNDOCUMENTED = "waived: wrong_person"


def may_mark(chat: Chat) -> Refusal | None:
    """Once, while somebody holds the case; a restricted contact is never written to (R77)."""
    if refused := may_write(chat):
        return refused
    if chat.wrong_person:
        return conflict("WRONG_STATE", "R79", "Ärendet är redan märkt som fel patient.", ("unmark_wrong_person",))
    return None


def mark(chat: Chat, by: Actor, now: datetime) -> Chat:
    """Show the resident M10 and write M9; closing then excludes the case."""
    other = chat.submission.on_behalf_of
    age = other.personnummer.age_on(local_date(now)) if other else None
    shown = screens.wrong_person(chat.unit, guardian=age is not None and OMBUD_AGE <= age < screens.ADULT)
    ident = message_id(chat, "M10")
    sent = Sent(message_id=ident, template="M10", channel="chat", text=shown.text, at=now, sent_at=now)
    remark = Remark(at=now, by=member(by), text=NOTE, about="mark_wrong_person")
    line = Line(sender="staff", by=member(by), at=now, text=shown.text)
    return chat.model_copy(
        update={
            "wrong_person": True,
            "sent": (*chat.sent, sent),
            "lines": (*chat.lines, line),
            "remarks": (*chat.remarks, remark),
        }
    )


def may_unmark(chat: Chat) -> Refusal | None:
    """Only what is marked, before it is closed."""
    if refused := held(chat):
        return refused
    return None if chat.wrong_person else conflict("WRONG_STATE", "R79", "Ärendet är inte märkt som fel patient.")


def unmark(chat: Chat, decision: UnmarkWrongPerson, by: Actor, now: datetime) -> Chat:
    """It was the right person after all."""
    remark = Remark(at=now, by=member(by), text=decision.reason, about="unmark_wrong_person")
    return chat.model_copy(update={"wrong_person": False, "remarks": (*chat.remarks, remark)})


def undocumented(chat: Chat, now: datetime) -> Chat:
    """No note about it stands in Cosmic (R81): those asked for are waived."""
    waived = {"done_at": now, "outcome": UNDOCUMENTED}
    notes = tuple(note if note.done_at else note.model_copy(update=waived) for note in chat.notes)
    return chat.model_copy(update={"notes": notes})
