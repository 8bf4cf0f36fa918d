"""The physical visit: the way an assessor chooses, the booking, and whether it happened (R63-R67, T6-T10)."""

from datetime import datetime

from routine.actors import Actor, member
from routine.chat.case import Remark
from routine.hours import OpeningHours, local_date
from routine.refusals import Refusal, conflict, invalid
from routine.suicide_risk.assessing import closed_day_in_window
from routine.suicide_risk.decisions import BookPhysical, ChooseRoute, Route
from routine.suicide_risk.elapse import alerted, settle
from routine.suicide_risk.owed import assessor_or_role
from routine.suicide_risk.pathway import (
    Attended,
    Booked,
    Booking,
    Left,
    Pathway,
    Phoning,
    RouteChoice,
    Visit,
    Why,
    current,
)
from routine.tasks import EACH_ASSESSOR

EARLY_MINUTES = 60
"""From so long before its start a visit can be noted as attended."""
OUTWARD: tuple[Route, ...] = ("psychiatric_emergency", "on_call", "emergency_112")
OPEN_TO: dict[Why, tuple[Route, ...]] = {
    "high": ("same_day", *OUTWARD),
    "acute": OUTWARD,
    "window": ("book", "plan", "same_day", *OUTWARD),
    "opposes": ("plan", "book", "same_day", *OUTWARD),
    "unreached": (*OUTWARD, "book", "plan", "same_day"),
    "past_due": ("same_day", "plan", *OUTWARD),
}
"""The ways on that the routine leaves open; high is never handled as moderate by default."""


def may_choose(pathway: Pathway) -> Refusal | None:
    """There must be a way on to choose."""
    if isinstance(pathway.state, RouteChoice):
        return None
    return conflict("WRONG_STATE", "R67", "Det finns ingen väg att välja nu.", _instead(pathway))


def _instead(pathway: Pathway) -> tuple[str, ...]:
    if isinstance(pathway.state, Booking):
        return ("book_physical", "decline_booking")
    return () if current(pathway) is not None else ("assess",)


def choose(pathway: Pathway, decision: ChooseRoute, by: Actor, now: datetime) -> Pathway | Refusal:
    """What an assessor chooses, and why. What leads outward is carried out by its own decision."""
    state = pathway.state
    assert isinstance(state, RouteChoice)
    ways = OPEN_TO[state.why]
    if decision.route not in ways:
        return conflict("WRONG_STATE", "R67", "Den vägen är inte öppen vid den här risken.", ways)
    limit = pathway.due_on
    if decision.route == "book" and (limit is None or not _open_left(pathway, now, limit)):
        detail = "Ingen öppen tid finns kvar före sista dagen. Gör en plan, eller välj en väg utanför."
        return conflict("WRONG_STATE", "R67", detail, ("plan", *OUTWARD))
    if decision.route == "same_day" and not _open_today(pathway, now):
        return conflict("WRONG_STATE", "R67", "Mottagningen har ingen öppen tid kvar i dag.", OUTWARD)
    remark = Remark(at=now, by=member(by), text=decision.rationale, about=f"choose_route: {decision.route}")
    pathway = pathway.model_copy(update={"remarks": (*pathway.remarks, remark)})
    match decision.route:
        case "book":
            chosen: RouteChoice | Booking = Booking(since=now)
        case "same_day":
            chosen = Booking(since=now, today=True)
        case _:
            chosen = state.model_copy(update={"chosen": decision.route})
    return settle(pathway.model_copy(update={"state": chosen}))


def _open_left(pathway: Pathway, now: datetime, limit: datetime) -> bool:
    hours = pathway.unit.hours
    return hours.open_between(now, limit).total_seconds() > 0


def _open_today(pathway: Pathway, now: datetime) -> bool:
    closing = pathway.unit.hours.closing_of(local_date(now))
    return closing is not None and now < closing


def may_book(pathway: Pathway) -> Refusal | None:
    """After a moderate risk, or a visit chosen for the same day; a closed day in the window asks for a choice first."""
    match pathway.state:
        case Booking() | Booked():
            return None
        case RouteChoice(why="unreached") if not closed_day_in_window(pathway, pathway.as_of):
            return None
        case RouteChoice():
            return conflict("WRONG_STATE", "R67", "Välj väg först: boka, eller gör en plan.", ("choose_route",))
        case _:
            return conflict("WRONG_STATE", "R63", "Det finns inget besök att boka nu.", _instead(pathway))


def book(pathway: Pathway, decision: BookPhysical, by: Actor, now: datetime) -> Pathway | Refusal:
    """A physical visit to a physician or psychologist at the vårdcentral, within the due instant (R63, R64)."""
    if decision.contact_type != "physical":
        return invalid("NOT_PHYSICAL", "R63", "Besöket ska vara fysiskt, inte video.", "contact_type")
    if decision.profession not in ("physician", "psychologist"):
        return invalid("WRONG_PROFESSION", "R63", "Besöket ska vara hos läkare eller psykolog.", "profession")
    hours = _hours_at(pathway, decision.unit)
    if hours is None:
        return invalid("OTHER_UNIT", "R63", "Besöket ska vara på den egna vårdcentralen.", "unit")
    if decision.start <= now:
        return invalid("INVALID", "R63", "Tiden har redan varit.", "start")
    if refused := _within(pathway, decision.start, now):
        return refused
    if not hours.is_open(decision.start):
        return invalid("UNIT_CLOSED", "R63", "Mottagningen är stängd vid den tiden.", "start")
    visit = Visit(
        start=decision.start,
        profession=decision.profession,
        unit=decision.unit,
        contact_type=decision.contact_type,
    )
    remark = Remark(at=now, by=member(by), text="", about="book_physical")
    today = isinstance(pathway.state, Booking | Booked) and pathway.state.today
    how = {"visit": visit, "visits": _past(pathway, "cancelled"), "remarks": (*pathway.remarks, remark)}
    return settle(pathway.model_copy(update=how | {"state": Booked(since=now, today=today)}))


def _past(pathway: Pathway, state: str) -> tuple[Visit, ...]:
    old = pathway.visit
    if old is None:
        return pathway.visits
    return (*pathway.visits, old.model_copy(update={"state": state}) if old.state == "booked" else old)


def _hours_at(pathway: Pathway, code: str) -> OpeningHours | None:
    unit = pathway.unit
    if unit.unit_type == "vardcentral":
        return unit.hours if code == unit.code else None
    return next((clinic.hours for clinic in unit.clinics if clinic.code == code), None)


def _within(pathway: Pathway, start: datetime, now: datetime) -> Refusal | None:
    today = isinstance(pathway.state, Booking | Booked) and pathway.state.today
    late = (today and local_date(start) != local_date(now)) or (
        not today and pathway.due_on is not None and start > pathway.due_on
    )
    if not late:
        return None
    detail = "Besöket ska vara i dag." if today else "Besöket ska bli av inom två dagar från bedömningen."
    return invalid("BEYOND_DUE", "R64", detail, "start")


def may_decline(pathway: Pathway) -> Refusal | None:
    """The patient opposes a visit that is to be booked, or is booked."""
    match pathway.state:
        case Booking() | Booked() | RouteChoice(why="window" | "unreached" | "past_due"):
            return None
        case _:
            return conflict("WRONG_STATE", "R67", "Det finns inget besök att tacka nej till.", _instead(pathway))


def decline(pathway: Pathway, by: Actor, now: datetime) -> Pathway:
    """An assessor settles the way on in dialogue with the patient (T6). The due instant stays, and high stays high."""
    judged = current(pathway)
    why: Why = "high" if judged is not None and judged.level == "high" else "opposes"
    remark = Remark(at=now, by=member(by), text="", about="decline_booking")
    how = {
        "state": RouteChoice(since=now, why=why),
        "visit": None,
        "visits": _past(pathway, "cancelled"),
        "declined_booking_at": now,
        "remarks": (*pathway.remarks, remark),
    }
    return settle(pathway.model_copy(update=how))


def may_attend(pathway: Pathway) -> Refusal | None:
    """A booked visit, from an hour before its start; also after it was noted as missed."""
    visit = pathway.visit
    if visit is None or visit.state not in ("booked", "missed") or isinstance(pathway.state, Left):
        return conflict("WRONG_STATE", "R65", "Det finns inget bokat besök.", ("book_physical",))
    if (visit.start - pathway.as_of).total_seconds() > EARLY_MINUTES * 60:
        return conflict("WRONG_STATE", "R65", "Besöket har inte börjat. Notera det tidigast en timme före.")
    return None


def attend(pathway: Pathway, by: Actor, now: datetime) -> Pathway:
    """The visit has happened: the chat may close (R65)."""
    assert pathway.visit is not None
    remark = Remark(at=now, by=member(by), text="", about="attended")
    visit = pathway.visit.model_copy(update={"state": "attended"})
    how = {"visit": visit, "state": Attended(since=now), "remarks": (*pathway.remarks, remark)}
    return settle(pathway.model_copy(update=how))


def may_miss(pathway: Pathway) -> Refusal | None:
    """A booked visit whose time has come."""
    visit = pathway.visit
    if not isinstance(pathway.state, Booked) or visit is None:
        return conflict("WRONG_STATE", "R65", "Det finns inget bokat besök.", ("book_physical",))
    return conflict("WRONG_STATE", "R65", "Besöket har inte börjat.") if pathway.as_of < visit.start else None


def miss(pathway: Pathway, by: Actor, now: datetime) -> Pathway:
    """The patient did not come: phone her at once (T9)."""
    assert pathway.visit is not None
    remark = Remark(at=now, by=member(by), text="", about="missed")
    visit = pathway.visit.model_copy(update={"state": "missed"})
    how = {"visit": visit, "state": Phoning(since=now), "remarks": (*pathway.remarks, remark)}
    owner = assessor_or_role(pathway)
    tell = EACH_ASSESSOR if pathway.assessor is None else (owner,)
    missed = alerted(pathway.model_copy(update=how), now, "Patienten kom inte till besöket: ring nu", "R65", *tell)
    return settle(missed)
