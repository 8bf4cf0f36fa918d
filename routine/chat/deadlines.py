"""The deadlines of a chat as they are shown: the care guarantee (R98), handovers, grace and the closing list."""

from datetime import datetime, time, timedelta

from routine.chat.case import Chat, Grace, KeptForSlot
from routine.chat.elapse import Name, dues
from routine.frozen import Frozen
from routine.hours import at_local, local_date


class Deadline(Frozen):
    """An instant somebody is held to: `soft_at` warns, `hard_at` is the limit, `met_at` is when it was met."""

    name: str
    soft_at: datetime | None = None
    hard_at: datetime
    rule: str
    met_at: datetime | None = None


def deadlines(chat: Chat) -> tuple[Deadline, ...]:
    """Every deadline of the chat, those met too. The guarantee is shown and never acts (R98)."""
    return (*_guarantee(chat), *_handovers(chat), *_kept(chat), *_graces(chat), *_closing_list(chat))


def end_of_day(chat: Chat, days: int) -> datetime:
    """The last second of the calendar day `days` after the contact's."""
    return at_local(local_date(chat.opened_at) + timedelta(days=days), time(23, 59, 59))


def _guarantee(chat: Chat) -> tuple[Deadline, ...]:
    days = chat.unit.policy.guarantee_assessment_days
    contact = Deadline(name="guarantee_contact", hard_at=end_of_day(chat, 0), rule="R98", met_at=chat.first_contact_at)
    assessment = Deadline(
        name="guarantee_assessment", hard_at=end_of_day(chat, days), rule="R98", met_at=chat.first_assessed_at
    )
    return contact, assessment


def _handovers(chat: Chat) -> tuple[Deadline, ...]:
    return tuple(
        Deadline(
            name="handover_accept",
            soft_at=row.accept_by,
            hard_at=row.returns_at,
            rule="R53",
            met_at=row.accepted_at or row.declined_at,
        )
        for row in chat.handovers
    )


def _kept(chat: Chat) -> tuple[Deadline, ...]:
    match chat.state:
        case KeptForSlot(due_at=due_at):
            return (Deadline(name="kept_for_slot", hard_at=due_at, rule="R57"),)
        case _:
            return ()


def _graces(chat: Chat) -> tuple[Deadline, ...]:
    match chat.state:
        case Grace(until=until):
            return (Deadline(name="grace", hard_at=until, rule="R48"),)
        case _:
            return ()


def _closing_list(chat: Chat) -> tuple[Deadline, ...]:
    return tuple(
        Deadline(name="closing_list", hard_at=due.at, rule="R47") for due in dues(chat) if due.name is Name.CLOSING_LIST
    )
