"""Tasks: who owes what, until when, and who is told next if nothing happens (the task table of `api.md`)."""

from datetime import datetime, timedelta
from enum import StrEnum

from routine.actors import Addressee, Role, ToPerson, ToRole
from routine.frozen import Frozen
from routine.hours import local_date
from routine.unit import Unit


class Kind(StrEnum):
    """What is owed."""

    HANDLE = "handle"
    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    HANDOVER_ACCEPT = "handover_accept"
    DOC_NOTE = "doc_note"
    KEPT_FOR_SLOT = "kept_for_slot"
    CALL_ASSESSOR = "call_assessor"
    SMS_FAILED = "sms_failed"
    SMS_IMPOSSIBLE = "sms_impossible"
    MOVE_OUTSIDE = "move_outside"
    SAFETY_REVIEW = "safety_review"


ERRANDS = (Kind.CALL_ASSESSOR, Kind.SMS_FAILED, Kind.SMS_IMPOSSIBLE, Kind.MOVE_OUTSIDE, Kind.SAFETY_REVIEW)
"""Kinds that an event leaves behind, not a state."""


class Told(StrEnum):
    """Whom a rung tells, resolved when it is reached: the roster may have changed since."""

    OWNER = "owner"
    RESPONSIBLE = "responsible"
    SENDER = "sender"
    ASSESSORS = "assessors"
    MANAGER = "unit_manager"


class At(StrEnum):
    """When a rung is reached, counted from the task."""

    DUE = "due"
    TWICE = "twice"
    NEXT_CLOSING = "next_closing"
    TWO_HOURS_LATE = "two_hours_late"


When = At | int
"""A moment, or so many open minutes after the task was opened."""


class Row(Frozen):
    """A kind's row in the task table."""

    title: str
    rule: str
    rungs: tuple[tuple[When, Told], ...]


STANDARD = ((At.DUE, Told.RESPONSIBLE), (At.TWICE, Told.MANAGER))

TABLE: dict[Kind, Row] = {
    Kind.HANDLE: Row(title="Ta hand om ärendet", rule="R42", rungs=STANDARD),
    Kind.REPLY: Row(title="Svara patienten", rule="R42", rungs=STANDARD),
    Kind.FOLLOW_UP: Row(title="Följ upp eller avsluta", rule="R47", rungs=STANDARD),
    Kind.HANDOVER_ACCEPT: Row(title="Ta emot överlämningen", rule="R53", rungs=((At.DUE, Told.SENDER),)),
    Kind.DOC_NOTE: Row(
        title="Dokumentera i journalen", rule="R83", rungs=((At.DUE, Told.OWNER), (At.NEXT_CLOSING, Told.MANAGER))
    ),
}


TABLE |= {
    Kind.KEPT_FOR_SLOT: Row(title="Erbjud patienten en tid", rule="R57", rungs=((At.TWO_HOURS_LATE, Told.MANAGER),)),
    Kind.CALL_ASSESSOR: Row(title="Ring läkare eller psykolog", rule="R59", rungs=STANDARD),
    Kind.SMS_FAILED: Row(title="Nå patienten på annat sätt än sms", rule="R56", rungs=STANDARD),
    Kind.SMS_IMPOSSIBLE: Row(title="Nå patienten utan sms", rule="R13", rungs=STANDARD),
    Kind.MOVE_OUTSIDE: Row(title="Flytta ärendet utanför chatten", rule="R76", rungs=STANDARD),
    Kind.SAFETY_REVIEW: Row(title="Bedöm hur patienten kan nås på ett säkert sätt", rule="R77", rungs=STANDARD),
}
SUICIDE_ACCEPT = Row(
    title="Ta emot och bedöm självmordsrisk",
    rule="R59",
    rungs=((5, Told.RESPONSIBLE), (15, Told.ASSESSORS), (30, Told.MANAGER)),
)
"""`handover_accept` where a sign asks for the assessors: the first rung leaves the responsible a call to make."""


class Rung(Frozen):
    """A step of a ladder: at this instant these are told."""

    at: datetime
    to: tuple[Addressee, ...]


class Task(Frozen):
    """What somebody owes. `next_rung` is None only once the task is done."""

    task_id: str
    kind: Kind
    title: str
    rule: str
    owner: Addressee
    opened_at: datetime
    due_at: datetime
    escalation: int = 0
    next_rung: Rung | None = None
    done_at: datetime | None = None
    outcome: str | None = None


class Owed(Frozen):
    """A task before its ladder is climbed: the wait that a state implies. `sender` is for handovers."""

    task_id: str
    kind: Kind
    owner: Addressee
    opened_at: datetime
    due_at: datetime
    sender: Addressee | None = None
    suicide: bool = False

    @property
    def row(self) -> Row:
        """The task's row in the table."""
        return SUICIDE_ACCEPT if self.suicide else TABLE[self.kind]


def task_id(kind: Kind, opened_at: datetime) -> str:
    """A task's id: the same as long as the same wait lasts, another for the next wait."""
    return f"{kind}-{opened_at:%Y%m%dT%H%M%S}{opened_at.microsecond:06d}"


def rung_at(owed: Owed, step: int, unit: Unit) -> datetime:
    """When rung number `step` (0..) is reached; past the table's last it repeats while the unit is open."""
    rungs = owed.row.rungs
    moment, _ = rungs[min(step, len(rungs) - 1)]
    at = _moment(moment, owed, unit)
    repeats = max(0, step - len(rungs) + 1)
    return unit.hours.add_open(at, timedelta(minutes=unit.policy.repeat * repeats)) if repeats else at


def _moment(moment: When, owed: Owed, unit: Unit) -> datetime:
    match moment:
        case int():
            return unit.hours.add_open(owed.opened_at, timedelta(minutes=moment))
        case At.DUE:
            return owed.due_at
        case At.TWICE:
            return unit.hours.add_open(owed.opened_at, 2 * unit.hours.open_between(owed.opened_at, owed.due_at))
        case At.TWO_HOURS_LATE:
            return unit.hours.add_open(owed.due_at, timedelta(hours=2))
        case At.NEXT_CLOSING:
            return next_open_closing(unit, owed.due_at)


def told(owed: Owed, step: int, unit: Unit, at: datetime) -> tuple[Addressee, ...]:
    """Whom rung number `step` tells when it is reached at the instant `at`."""
    rungs = owed.row.rungs
    _, who = rungs[min(step, len(rungs) - 1)]
    match who:
        case Told.OWNER:
            return (owed.owner,)
        case Told.SENDER:
            return (owed.sender or owed.owner,)
        case Told.ASSESSORS:
            return (ToRole(role=Role.PHYSICIAN), ToRole(role=Role.PSYCHOLOGIST))
        case Told.MANAGER:
            return (ToRole(role=Role.UNIT_MANAGER),)
        case Told.RESPONSIBLE:
            name = unit.roster.responsible(at, unit.hours)
            return (ToPerson(hsa_id=name) if name else ToRole(role=Role.UNIT_MANAGER),)


def next_open_closing(unit: Unit, at: datetime) -> datetime:
    """The next open day's closing time, strictly after the local date of `at`."""
    closing = unit.hours.closing_of(unit.hours.next_open_day(local_date(at)))
    assert closing is not None  # an open day closes
    return closing


def before_closing(unit: Unit, at: datetime) -> datetime:
    """Closing −30 (the unit's lead) of the open day at hand; once that has passed, of the next open day."""
    lead = timedelta(minutes=unit.policy.closing_lead)
    closing = unit.hours.closing_of(local_date(at))
    if closing is not None and at < closing - lead:
        return closing - lead
    return next_open_closing(unit, at) - lead
