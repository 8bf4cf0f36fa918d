"""Tasks: who owes what, until when, and who is told next if nothing happens (the task table of `api.md`)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from routine.actors import Addressee, Role, ToRole
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
    ASSESS = "assess"
    SILENCE = "silence"
    EXTENSION_EXPIRED = "extension_expired"
    CALL_PATIENT = "call_patient"
    ROUTE_CHOICE = "route_choice"
    BOOK_PHYSICAL = "book_physical"
    PLAN_CONTACT = "plan_contact"
    PLAN_REVIEW = "plan_review"
    REPEAT_HANDOVER = "repeat_handover"
    GUARDIAN_NOTE = "guardian_note"
    DOC_SUICIDE_ASSESSMENT = "doc_suicide_assessment"


ERRANDS = (Kind.SMS_FAILED, Kind.SMS_IMPOSSIBLE, Kind.MOVE_OUTSIDE, Kind.SAFETY_REVIEW)
"""Kinds that an event leaves behind, not a state."""


class Told(StrEnum):
    """Whom a rung tells, resolved when it is reached: the roster may have changed since."""

    OWNER = "owner"
    RESPONSIBLE = "responsible"
    SENDER = "sender"
    CALLER = "caller"
    """The sender of a suspicion; the responsible where nobody sent it."""
    ASSESSORS = "assessors"
    MANAGER = "unit_manager"
    OWNER_AND_MANAGER = "owner_and_manager"
    ASSESSORS_AND_MANAGER = "assessors_and_manager"
    MANAGER_AND_LICENSED = "manager_and_licensed"
    """The manager; and the licensed are told that on-call and 112 can be reached without an assessor (T3)."""


class At(StrEnum):
    """When a rung is reached, counted from the task."""

    DUE = "due"
    TWICE = "twice"
    NEXT_CLOSING = "next_closing"
    TWO_HOURS_LATE = "two_hours_late"
    QUARTER_LATE = "quarter_late"
    """15 minutes after due: open ones, or by the clock for what is due by the clock."""
    HALF_HOUR_LATE = "half_hour_late"
    LAST_DAY = "last_day"
    """The start of the last open day before the hard due instant."""


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
LATE = ((At.QUARTER_LATE, Told.ASSESSORS), (At.HALF_HOUR_LATE, Told.MANAGER))
TABLE |= {
    Kind.ASSESS: Row(
        title="Bedöm självmordsrisken", rule="R60", rungs=((At.DUE, Told.ASSESSORS), (At.TWICE, Told.MANAGER))
    ),
    Kind.SILENCE: Row(title="Patienten svarar inte: bedöm, förläng eller ring", rule="R68", rungs=LATE),
    Kind.EXTENSION_EXPIRED: Row(title="Förlängningen är slut: bedöm hur det går vidare", rule="R69", rungs=LATE),
    Kind.CALL_PATIENT: Row(title="Ring patienten", rule="R70", rungs=((At.QUARTER_LATE, Told.ASSESSORS),)),
    Kind.ROUTE_CHOICE: Row(title="Välj väg vidare", rule="R67", rungs=((At.DUE, Told.ASSESSORS_AND_MANAGER),)),
    Kind.BOOK_PHYSICAL: Row(
        title="Boka fysiskt besök",
        rule="R63",
        rungs=((At.DUE, Told.OWNER_AND_MANAGER), (At.LAST_DAY, Told.OWNER_AND_MANAGER)),
    ),
    Kind.PLAN_CONTACT: Row(
        title="Ta den planerade kontakten", rule="R67", rungs=((At.QUARTER_LATE, Told.ASSESSORS_AND_MANAGER),)
    ),
    Kind.PLAN_REVIEW: Row(title="Gå igenom planen", rule="R67", rungs=((At.QUARTER_LATE, Told.ASSESSORS_AND_MANAGER),)),
    Kind.REPEAT_HANDOVER: Row(
        title="Inget kvitto på överlämningen: ring igen, eller ring 112",
        rule="R74",
        rungs=((At.DUE, Told.OWNER_AND_MANAGER),),
    ),
    Kind.GUARDIAN_NOTE: Row(title="Anteckna om vårdnadshavare", rule="R66", rungs=STANDARD),
    Kind.DOC_SUICIDE_ASSESSMENT: Row(
        title="Dokumentera suicidriskbedömningen",
        rule="R60",
        rungs=((At.DUE, Told.OWNER), (At.NEXT_CLOSING, Told.MANAGER)),
    ),
}
SUICIDE_ACCEPT = Row(
    title="Ta emot och bedöm självmordsrisk",
    rule="R59",
    rungs=((5, Told.CALLER), (15, Told.ASSESSORS), (30, Told.MANAGER_AND_LICENSED)),
)
"""`handover_accept` where a suspicion asks for the assessors: the first rung leaves its sender a call to make."""
SAFE_ONLINE = Row(
    title="Fråga om det känns tryggt att fortsätta online",
    rule="R62",
    rungs=((At.DUE, Told.ASSESSORS), (At.TWICE, Told.MANAGER)),
)
VISIT_OUTCOME = Row(
    title="Anteckna om patienten kom till besöket",
    rule="R65",
    rungs=((At.DUE, Told.ASSESSORS_AND_MANAGER),),
)
"""`follow_up` where a suspicion waits for a person although no kind of its own has been named."""
BY_CLOCK = (Kind.CALL_PATIENT, Kind.PLAN_CONTACT, Kind.PLAN_REVIEW, Kind.REPEAT_HANDOVER)
"""Kinds that are due by the clock: they tick on while the unit is closed."""


EACH_ASSESSOR = (ToRole(role=Role.PHYSICIAN), ToRole(role=Role.PSYCHOLOGIST))
"""All assessors: one row for each of the two roles."""
MANAGER = ToRole(role=Role.UNIT_MANAGER)


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


class Owed(NamedTuple):
    """A task before its ladder is climbed: the wait that a state implies. `sender` is for handovers.

    Found anew after every change, never kept and never shown: a tuple, which costs least to make.
    """

    task_id: str
    kind: Kind
    owner: Addressee
    opened_at: datetime
    due_at: datetime
    sender: Addressee | None = None
    own_row: Row | None = None
    """A row of its own, where the kind's is not meant."""
    last_day: datetime | None = None
    """The start of the last open day before the hard due instant."""

    @property
    def row(self) -> Row:
        """The task's row in the table."""
        return self.own_row or TABLE[self.kind]


def task_id(kind: Kind, opened_at: datetime) -> str:
    """A task's id: the same as long as the same wait lasts, another for the next wait."""
    day = (opened_at.year * 100 + opened_at.month) * 100 + opened_at.day
    clock = (opened_at.hour * 100 + opened_at.minute) * 100 + opened_at.second
    return f"{kind}-{day}T{clock:06}{opened_at.microsecond:06}"


def rung_at(owed: Owed, step: int, unit: Unit) -> datetime:
    """When rung number `step` (0..) is reached; past the table's last it repeats while the unit is open."""
    rungs = owed.row.rungs
    last = len(rungs) - 1
    if step <= last:
        return _moment(rungs[step][0], owed, unit)
    return unit.hours.add_minutes(_moment(rungs[last][0], owed, unit), unit.policy.repeat * (step - last))


def _moment(moment: When, owed: Owed, unit: Unit) -> datetime:
    match moment:
        case At.DUE:
            return owed.due_at
        case At.TWICE:
            return unit.hours.add_open(owed.opened_at, 2 * unit.hours.open_between(owed.opened_at, owed.due_at))
        case At.TWO_HOURS_LATE:
            return unit.hours.add_open(owed.due_at, timedelta(hours=2))
        case At.NEXT_CLOSING:
            return next_open_closing(unit, owed.due_at)
        case At.QUARTER_LATE:
            return _late(owed, unit, timedelta(minutes=15))
        case At.HALF_HOUR_LATE:
            return _late(owed, unit, timedelta(minutes=30))
        case At.LAST_DAY:
            repeated = unit.hours.add_minutes(owed.due_at, unit.policy.repeat)
            return max(owed.last_day or repeated, repeated)
        case int():
            return unit.hours.add_minutes(owed.opened_at, moment)


def _late(owed: Owed, unit: Unit, by: timedelta) -> datetime:
    return owed.due_at + by if owed.kind in BY_CLOCK else unit.hours.add_open(owed.due_at, by)


def told(owed: Owed, step: int, unit: Unit, at: datetime) -> tuple[Addressee, ...]:
    """Whom rung number `step` tells when it is reached at the instant `at`."""
    rungs = owed.row.rungs
    _, who = rungs[min(step, len(rungs) - 1)]
    match who:
        case Told.OWNER:
            return (owed.owner,)
        case Told.RESPONSIBLE:
            return (unit.responsible(at) or MANAGER,)
        case Told.MANAGER:
            return (MANAGER,)
        case Told.SENDER:
            return (owed.sender or owed.owner,)
        case Told.CALLER:
            return (owed.sender or unit.responsible(at) or MANAGER,)
        case Told.ASSESSORS:
            return EACH_ASSESSOR
        case Told.OWNER_AND_MANAGER:
            return (owed.owner, MANAGER)
        case Told.ASSESSORS_AND_MANAGER:
            return (*EACH_ASSESSOR, MANAGER)
        case Told.MANAGER_AND_LICENSED:
            return (MANAGER, ToRole(role=Role.LICENSED))


def reached(owed: Owed, step: int, unit: Unit, at: datetime) -> tuple[list[Addressee], int]:
    """Whom the rungs from number `step` on tell that are reached by the instant, and the step that comes next.

    Several at once (an urgency raised late) tell each addressee once.
    """
    tell: list[Addressee] = []
    while rung_at(owed, step, unit) <= at:
        tell += [to for to in told(owed, step, unit, at) if to not in tell]
        step += 1
    return tell, step


def next_rung(owed: Owed, climbed: int, unit: Unit) -> Rung:
    """The rung that is reached next, of a ladder of which so many have been climbed."""
    at = rung_at(owed, climbed, unit)
    return Rung(at=at, to=told(owed, climbed, unit, at))


def task(owed: Owed, climbed: int, unit: Unit) -> Task:
    """The wait as a task, with how far its ladder has been climbed."""
    return Task(
        task_id=owed.task_id,
        kind=owed.kind,
        title=owed.row.title,
        rule=owed.row.rule,
        owner=owed.owner,
        opened_at=owed.opened_at,
        due_at=owed.due_at,
        escalation=climbed,
        next_rung=next_rung(owed, climbed, unit),
    )


def next_open_closing(unit: Unit, at: datetime) -> datetime:
    """The next open day's closing time, strictly after the local date of `at`."""
    closing = unit.hours.closing_of(unit.hours.next_open_day(local_date(at)))
    assert closing is not None  # an open day closes
    return closing


def latest_today(unit: Unit, at: datetime) -> datetime:
    """Closing −30 of the instant's day; once that has passed, or on a closed day, the next opening."""
    closing = unit.hours.closing_of(local_date(at))
    today = closing is not None and at < closing - timedelta(minutes=unit.policy.closing_lead)
    return before_closing(unit, at) if today else unit.hours.next_opening(at)


def before_closing(unit: Unit, at: datetime) -> datetime:
    """Closing −30 (the unit's lead) of the open day at hand; once that has passed, of the next open day."""
    lead = timedelta(minutes=unit.policy.closing_lead)
    closing = unit.hours.closing_of(local_date(at))
    if closing is not None and at < closing - lead:
        return closing - lead
    return next_open_closing(unit, at) - lead
