"""What the contact tells the pathway, and what follows: never refused, never lost, and only the newest counts."""

from datetime import datetime
from typing import Literal, assert_never

from routine.actors import ASSESSORS, LICENSED, Member, ToPerson
from routine.chat.events import StaffTold
from routine.frozen import Frozen
from routine.gate import Contact, Taken
from routine.people import PersonId
from routine.reachable import assessors_on_duty
from routine.suicide_risk import handing
from routine.suicide_risk.elapse import alerted, elapse, paged, settle
from routine.suicide_risk.pathway import (
    Acknowledged,
    Assessing,
    Dismissed,
    Extended,
    Left,
    LowAsk,
    Pathway,
    Phoning,
    Released,
    RouteChoice,
    current,
)
from routine.suicide_risk.reach import tried_for
from routine.tasks import EACH_ASSESSOR, MANAGER
from routine.unit import Unit

STAYS = ("safe_online", "offer_answered")
"""Exits after which the patient goes on in the chat: her words are answered there, and open no new suspicion."""


class ContactChanged(Frozen):
    """Something has happened on the contact: here is all of it that the pathway needs."""

    type: Literal["contact_changed"] = "contact_changed"
    contact: Contact


Event = ContactChanged | StaffTold


def begun(contact_id: str, unit: Unit, person: PersonId, contact: Contact, at: datetime) -> Pathway:
    """The pathway that a suspicion begins. An assessor who holds the contact has it; else the assessors are asked."""
    pathway = Pathway(
        contact_id=contact_id,
        unit=unit,
        person=person,
        opened_at=at,
        as_of=at,
        contact=contact,
        state=Assessing(since=at),
        episode_at=at,
    )
    return _raised(pathway, at)


def _raised(pathway: Pathway, at: datetime) -> Pathway:
    """A suspicion stands: its holder's if she assesses, else the assessors are asked; whoever must know is told."""
    contact, unit = pathway.contact, pathway.unit
    holder, sign = contact.holder, contact.signs[-1] if contact.signs else None
    is_open = unit.hours.is_open(at)
    if holder is not None and holder.role in ASSESSORS:
        pathway = pathway.model_copy(update={"taken": Taken(at=at, by=holder), "wanted": None})
        if sign is not None and sign.by is not None and sign.by.hsa_id != holder.hsa_id:
            pathway = alerted(pathway, at, "Misstänkt självmordsrisk i ditt ärende", "R59", _to(holder))
    else:
        by_staff = sign is not None and sign.kind == "staff"
        opened_at = at if by_staff or is_open else unit.hours.next_opening(at)
        pathway = handing.wanted(pathway, opened_at, _sender(contact) if by_staff else None)
        if by_staff and is_open:
            pathway = alerted(pathway, at, "Misstänkt självmordsrisk: ta emot patienten", "R59", *EACH_ASSESSOR)
        if is_open and not assessors_on_duty(unit, at):
            pathway = alerted(pathway, at, "Ingen läkare eller psykolog är i tjänst", "R59", MANAGER)
    if unit.policy.page_after_hours and not is_open:
        pathway = paged(pathway, at)
    return pathway


def _sender(contact: Contact) -> Member | None:
    """Who goes on writing with the patient: the holder, else who flagged, if licensed."""
    flagger = contact.signs[-1].by if contact.signs else None
    return contact.holder or (flagger if flagger is not None and flagger.role in LICENSED else None)


def _to(who: Member) -> ToPerson:
    return ToPerson(hsa_id=who.hsa_id)


def hear(pathway: Pathway, event: Event, now: datetime) -> Pathway:
    """The pathway after the event."""
    pathway = elapse(pathway, now).model_copy(update={"as_of": now})
    match event:
        case ContactChanged(contact=contact):
            return settle(_contact(pathway, contact, now)) if contact.version > pathway.contact.version else pathway
        case StaffTold(alerts=alerts):
            return pathway.model_copy(update={"alerts_told": max(pathway.alerts_told, alerts)})
        case _:
            assert_never(event)


def _contact(pathway: Pathway, contact: Contact, now: datetime) -> Pathway:
    before = pathway.contact
    pathway = pathway.model_copy(update={"contact": contact})
    if contact.outside and not isinstance(pathway.state, Left):
        left = Released(since=now, way="moved_outside")
        return pathway.model_copy(update={"state": left, "wanted": None, "errands": ()})
    pathway = _held(pathway, contact)
    pathway = _reopened(pathway, before, now)
    pathway = _flagged(pathway, before, now)
    pathway = _called(pathway, before)
    return _written(pathway, before)


def _held(pathway: Pathway, contact: Contact) -> Pathway:
    """An assessor has taken the contact, or it was given back: of what is known of her, the later counts."""
    since = pathway.taken.at if pathway.taken else pathway.opened_at
    if contact.taken is not None and contact.taken.at >= since and contact.taken != pathway.taken:
        if isinstance(pathway.state, Dismissed):
            return pathway
        return handing.accept(pathway, contact.taken.by, contact.taken.at)
    given_back = contact.released_at is not None and contact.released_at >= since
    if given_back and pathway.taken is not None and not isinstance(pathway.state, Left):
        assert contact.released_at is not None
        pathway = handing.given_back(pathway, contact.released_at)
        return alerted(pathway, contact.released_at, "Patienten behöver en ny bedömare", "R59", *EACH_ASSESSOR)
    return pathway


def _reopened(pathway: Pathway, before: Contact, now: datetime) -> Pathway:
    """Words after an exit that let go of the patient begin a suspicion anew: somebody has to look at them."""
    contact, state = pathway.contact, pathway.state
    if contact.reopened_at is None or contact.reopened_at == before.reopened_at:
        return pathway
    let_go = isinstance(state, Acknowledged) or (isinstance(state, Released) and state.way not in STAYS)
    return again(pathway, now) if let_go else pathway


def _flagged(pathway: Pathway, before: Contact, now: datetime) -> Pathway:
    """One more suspicion: a row, and an alert to who assesses; after an exit it begins anew (R59)."""
    contact = pathway.contact
    if len(contact.signs) <= len(before.signs):
        return pathway
    if isinstance(pathway.state, Left):
        return again(pathway, now)
    reason = "Ännu en misstanke om självmordsrisk i ärendet"
    if pathway.assessor is not None:
        return alerted(pathway, now, reason, "R59", _to(pathway.assessor))
    if pathway.wanted is not None and pathway.wanted.sender is None:
        pathway = pathway.model_copy(update={"wanted": pathway.wanted.model_copy(update={"sender": _sender(contact)})})
    return alerted(pathway, now, reason, "R59", *EACH_ASSESSOR)


def again(pathway: Pathway, now: datetime) -> Pathway:
    """A new suspicion on the same pathway: what was judged before it counts no more, and stays in the record."""
    assessor = pathway.assessor
    stays = assessor is not None and pathway.unit.on_duty(assessor.hsa_id, now)
    pathway = pathway.model_copy(
        update={
            "state": Assessing(since=now),
            "episode_at": now,
            "judged_before": len(pathway.assessments),
            "asked_before": len(pathway.outside),
            "due_on": None,
            "soft_at": None,
            "soft_told": False,
            "visit": None,
            "visits": (*pathway.visits, pathway.visit) if pathway.visit else pathway.visits,
            "close_asked": None,
            "sends_stopped": False,
            "declined_booking_at": None,
        }
    )
    if stays and assessor is not None:
        reason = "Patienten behöver bedömas på nytt"
        taken = pathway.model_copy(update={"taken": Taken(at=now, by=assessor)})
        return alerted(taken, now, reason, "R59", _to(assessor))
    return _raised(pathway.model_copy(update={"taken": None}), now)


def _called(pathway: Pathway, before: Contact) -> Pathway:
    for call in pathway.contact.calls[len(before.calls) :]:
        pathway = _reached(pathway, call.at) if call.reached else _missed(pathway, call.at)
    return pathway


def _reached(pathway: Pathway, at: datetime) -> Pathway:
    """Reached: to be assessed on what was said (R70)."""
    state = pathway.state
    given_up = isinstance(state, RouteChoice) and state.why == "unreached"
    given_up = given_up or (isinstance(state, Released) and state.way == "unreachable_low")
    if given_up or isinstance(state, Extended | Phoning):
        return pathway.model_copy(update={"state": Assessing(since=at)})
    return pathway


def _missed(pathway: Pathway, at: datetime) -> Pathway:
    """Phoned in vain: again after the pause; once the calls have been made it is to be assessed on what is known."""
    state = pathway.state
    if isinstance(state, Assessing | Extended | LowAsk) and pathway.taken is not None:
        state = Phoning(since=at)
    if not isinstance(state, Phoning):
        return pathway
    state = state.model_copy(update={"tries": (*state.tries, at)})
    pathway = pathway.model_copy(update={"state": state})
    judged = current(pathway)
    if judged is not None and judged.reasonable_certainty and tried_for(pathway, judged):
        return pathway.model_copy(update={"state": Released(since=at, way="unreachable_low")})
    if len(state.tries) >= pathway.unit.policy.calls:
        return pathway.model_copy(update={"state": Assessing(since=at, tried_at=at)})
    return pathway


def _written(pathway: Pathway, before: Contact) -> Pathway:
    """The patient has written: what was done because she did not is over."""
    at = pathway.contact.last_patient_at
    return pathway if at is None or at == before.last_patient_at else _reached(pathway, at)
