"""Who owes what on the pathway, derived from its state: nothing here is opened or closed by hand (the task table)."""

from datetime import datetime, timedelta
from typing import assert_never

from routine import tasks
from routine.actors import Addressee, Member, Role, ToPerson, ToRole
from routine.hours import local_date
from routine.recalled import recalled
from routine.suicide_risk.pathway import (
    Acknowledged,
    Assessing,
    Attended,
    Booked,
    Booking,
    Dismissed,
    Extended,
    LowAsk,
    Pathway,
    Phoning,
    Plan,
    Released,
    RouteChoice,
    accepted,
    minor,
    open_errands,
    open_notes,
    unanswered,
)
from routine.suicide_risk.reach import silence_due, silent_from
from routine.tasks import (
    SAFE_ONLINE,
    SUICIDE_ACCEPT,
    VISIT_OUTCOME,
    Kind,
    Owed,
    Row,
    Task,
    latest_today,
    task_id,
)

ASSESSOR = ToRole(role=Role.ASSESSOR)


@recalled
def owed(pathway: Pathway) -> tuple[Task, ...]:
    """Who owes what, until when, and who is told next if not."""
    return tuple(tasks.task(wait, climbed(pathway, wait.task_id), pathway.unit) for wait in waits(pathway))


@recalled
def waits(pathway: Pathway) -> tuple[Owed, ...]:
    """The waits that the pathway implies, with whoever they were reassigned to."""
    found = (
        *_wanted(pathway),
        *_of_state(pathway),
        *_outside(pathway),
        *_guardian(pathway),
        *_errands(pathway),
        *_notes(pathway),
    )
    return tuple(_assigned(pathway, wait) for wait in found) if pathway.assigned else found


def _wanted(pathway: Pathway) -> tuple[Owed, ...]:
    """The assessors are asked from the first open minute until one accepts; the ladder never restarts (R59)."""
    wanted = pathway.wanted
    if wanted is None:
        return ()
    due_at = pathway.unit.hours.add_minutes(wanted.opened_at, pathway.unit.policy.suicide_accept)
    return (
        Owed(
            task_id=task_id(Kind.HANDOVER_ACCEPT, wanted.opened_at),
            kind=Kind.HANDOVER_ACCEPT,
            owner=wanted.to,
            opened_at=wanted.opened_at,
            due_at=due_at,
            sender=ToPerson(hsa_id=wanted.sender.hsa_id) if wanted.sender else None,
            own_row=SUICIDE_ACCEPT,
        ),
    )


def _of_state(pathway: Pathway) -> tuple[Owed, ...]:
    state, policy = pathway.state, pathway.unit.policy
    match state:
        case Assessing():
            return () if pathway.taken is None else _assessing(pathway, state)
        case LowAsk(asked_at=asked_at, since=since, unsafe=unsafe):
            # Once the question is put the patient has the word, and the silence is watched instead.
            if asked_at is not None and not unsafe and pathway.contact.asked_at is not None:
                return _silence(pathway)
            opened_at = max(at for at in (since, asked_at, pathway.contact.last_patient_at) if at is not None)
            return (_open(pathway, Kind.FOLLOW_UP, opened_at, policy.follow_up, SAFE_ONLINE),)
        case RouteChoice(since=since, why=why):
            if unanswered(pathway):
                return ()
            minutes = policy.route_high if why in ("high", "acute") else policy.route
            wait = _open(pathway, Kind.ROUTE_CHOICE, since, minutes)
            return (wait if why in ("high", "acute") else _by_closing(pathway, wait),)
        case Booking(since=since):
            return (_by_closing(pathway, _open(pathway, Kind.BOOK_PHYSICAL, since, policy.book_physical)),)
        case Booked():
            assert pathway.visit is not None
            start = pathway.visit.start
            if pathway.as_of < start:
                return ()
            return (_open(pathway, Kind.FOLLOW_UP, start, policy.errand, VISIT_OUTCOME),)
        case Plan():
            return _plan(pathway, state)
        case Extended(until=until):
            return (_at(pathway, Kind.EXTENSION_EXPIRED, until, until),) if until <= pathway.as_of else ()
        case Phoning(since=since, tries=tries):
            due = tries[-1] + timedelta(minutes=policy.call_pause) if tries else since
            return (_at(pathway, Kind.CALL_PATIENT, tries[-1] if tries else since, due),)
        case Attended() | Acknowledged() | Released() | Dismissed():
            return ()
        case _:
            assert_never(state)


def _assessing(pathway: Pathway, state: Assessing) -> tuple[Owed, ...]:
    """Accepted and not assessed: hers to assess, unless the patient has the word; then the silence is hers."""
    contact = pathway.contact
    watched = state.tried_at is None or (contact.last_staff_at is not None and contact.last_staff_at > state.tried_at)
    silence = _silence(pathway) if watched else ()
    if contact.asked_at is not None and silence:
        return silence
    spoken = [each.at for each in contact.calls]
    instants = (state.since, state.tried_at, contact.last_staff_at, contact.last_patient_at, *spoken)
    latest = max(at for at in instants if at is not None)
    return (_open(pathway, Kind.ASSESS, latest, pathway.unit.policy.assess), *silence)


def _silence(pathway: Pathway) -> tuple[Owed, ...]:
    since, due_at = silent_from(pathway), silence_due(pathway)
    return () if since is None or due_at is None else (_at(pathway, Kind.SILENCE, since, due_at),)


def _plan(pathway: Pathway, plan: Plan) -> tuple[Owed, ...]:
    """The watcher's, whose promise it is also where she has no shift then (R67)."""
    promises = tuple(
        _at(pathway, Kind.PLAN_CONTACT, plan.since, each.at, ToPerson(hsa_id=plan.watcher.hsa_id))
        for each in plan.promises
        if each.done_at is None
    )
    return (*promises, _at(pathway, Kind.PLAN_REVIEW, plan.since, plan.review_at))


def _outside(pathway: Pathway) -> tuple[Owed, ...]:
    """Whoever handed over sees that it is received, or calls again (R74)."""
    return tuple(
        Owed(
            task_id=f"{task_id(Kind.REPEAT_HANDOVER, each.at)}-{each.handover_id}",
            kind=Kind.REPEAT_HANDOVER,
            owner=_sender(pathway, each.sender),
            opened_at=each.at,
            due_at=each.ack_by,
        )
        for each in unanswered(pathway)
    )


def _sender(pathway: Pathway, sender: Member) -> Addressee:
    """Who handed over; her profession once the unit is open without her. In closed hours nobody else is at work."""
    if pathway.unit.hours.is_open(pathway.as_of):
        return on_duty_or_role(pathway, sender, sender.role)
    return ToPerson(hsa_id=sender.hsa_id)


def guardian_missing(pathway: Pathway) -> bool:
    """Whether a minor's guardians have not been considered; after 112 has taken over nobody is held up by it."""
    if not minor(pathway) or isinstance(pathway.state, Dismissed) or pathway.contact.ended:
        return False
    taken = accepted(pathway)
    return not pathway.guardian_notes and not (taken is not None and taken.target == "emergency_112")


def _guardian(pathway: Pathway) -> tuple[Owed, ...]:
    if not guardian_missing(pathway) or pathway.taken is None:
        return ()
    return (_open(pathway, Kind.GUARDIAN_NOTE, pathway.taken.at, pathway.unit.policy.errand),)


def _errands(pathway: Pathway) -> tuple[Owed, ...]:
    minutes = pathway.unit.policy.call_assessor
    return tuple(
        _open(pathway, each.kind, each.opened_at, minutes)._replace(owner=each.owner or ASSESSOR, task_id=each.task_id)
        for each in open_errands(pathway)
    )


def _notes(pathway: Pathway) -> tuple[Owed, ...]:
    return tuple(
        Owed(
            task_id=note.task_id,
            kind=Kind.DOC_SUICIDE_ASSESSMENT,
            owner=ToPerson(hsa_id=note.documenter),
            opened_at=note.opened_at,
            due_at=note.due_at,
        )
        for note in open_notes(pathway)
    )


def assessor_or_role(pathway: Pathway) -> Addressee:
    """The assessor while a shift of hers covers the instant, else all assessors: nothing waits for who is at home."""
    assessor = pathway.assessor
    return on_duty_or_role(pathway, assessor, Role.ASSESSOR) if assessor else ASSESSOR


def on_duty_or_role(pathway: Pathway, who: Member, role: Role) -> Addressee:
    """The person while on duty, else the role."""
    return pathway.unit.on_duty_or_role(who.hsa_id, role, pathway.as_of)


def _open(pathway: Pathway, kind: Kind, opened_at: datetime, minutes: int, row: Row | None = None) -> Owed:
    """Due so many open minutes after it was opened."""
    return _at(pathway, kind, opened_at, pathway.unit.hours.add_minutes(opened_at, minutes), row=row)


def _at(
    pathway: Pathway,
    kind: Kind,
    opened_at: datetime,
    due_at: datetime,
    owner: Addressee | None = None,
    row: Row | None = None,
) -> Owed:
    return Owed(
        task_id=f"{task_id(kind, opened_at)}" if kind is not Kind.PLAN_CONTACT else task_id(kind, due_at),
        kind=kind,
        owner=owner or assessor_or_role(pathway),
        opened_at=opened_at,
        due_at=due_at,
        own_row=row,
        last_day=last_open_day(pathway) if kind is Kind.BOOK_PHYSICAL else None,
    )


def _by_closing(pathway: Pathway, wait: Owed) -> Owed:
    """At the latest that day's closing −30; opened after it, at the next opening."""
    return wait._replace(due_at=min(wait.due_at, latest_today(pathway.unit, wait.opened_at)))


def last_open_day(pathway: Pathway) -> datetime | None:
    """The opening of the last open day up to the hard due instant; None without one."""
    if pathway.due_on is None:
        return None
    day = local_date(pathway.due_on)
    for back in range(pathway.unit.policy.moderate_days + 1):
        opening = pathway.unit.hours.opening_of(day - timedelta(days=back))
        if opening is not None:
            return opening
    return None


def _assigned(pathway: Pathway, wait: Owed) -> Owed:
    to = next((row.to for row in reversed(pathway.assigned) if row.task_id == wait.task_id), None)
    return wait._replace(owner=to) if to else wait


def climbed(pathway: Pathway, ident: str) -> int:
    """How many rungs of the task's ladder have been reached."""
    return next((row.rungs for row in pathway.climbed if row.task_id == ident), 0)
