"""Who does what next: a random life, biased to what the state asks for, with refused and useless moves among it."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from routine.actors import Actor, ToPerson
from routine.chat.case import Chat, CloseRequested, Grace, HandoverPending, InHand, KeptForSlot, Queued
from routine.chat.events import PatientMessage, PatientWithdrew, PersonKnown
from routine.handover import unspent
from routine.hours import local_date
from routine.intake import route
from routine.on_call import Directory
from routine.roster import DatedRoster, Roster, Shift
from routine.suicide_risk import meeting
from routine.unit import Clinic, Policy, Unit
from tests.routine.suicide_risk.ledger import Fact
from tests.routine.suicide_risk.moves import DESPAIR, Begin, Decide, Deliver, Hear, Move, Settle, Until
from tests.routine.suicide_risk.pair import Pair
from tests.routine.suicide_risk.said import decision
from tests.routine.test_on_call import DIRECTORY
from tests.routine.world import (
    AUD1,
    BJ1,
    D1,
    D2,
    HOURS,
    K1,
    N1,
    N2,
    N9,
    P1,
    PROTECTED,
    REC1,
    ROSTER,
    T17,
    VCH,
    Y1,
    at,
    chat,
    submission,
    unit,
)

SHORT = Roster(
    standard=(
        Shift(hsa_id=N1.hsa_id, responsible=True),
        Shift(hsa_id=N2.hsa_id),
        Shift(hsa_id=D1.hsa_id, end=at("2026-11-24 12:00").time()),
        Shift(hsa_id=Y1.hsa_id, start=at("2026-11-24 14:00").time()),
    ),
    dated=(DatedRoster(date=local_date(at("2026-11-27 12:00")), shifts=(Shift(hsa_id=N1.hsa_id, responsible=True),)),),
)
"""Shifts that end in the middle of things, and a day without assessors."""
OURS = unit(on_call=DIRECTORY)
UNITS: tuple[Unit, ...] = (
    OURS,
    OURS,
    unit(on_call=DIRECTORY, roster=SHORT, policy=Policy(page_after_hours=True)),
    unit(on_call=Directory(), policy=Policy(grace="literal")),
    unit(
        code="MOT-T",
        unit_type="other",
        on_call=DIRECTORY,
        roster=ROSTER,
        clinics=(Clinic(code="VC-T", name="Testets vårdcentral", hours=HOURS),),
    ),
)
"""The vårdcentral; with short shifts and paging; with nobody on call; and a unit that is no vårdcentral."""
STARTS = (
    "2026-11-24 10:00",
    "2026-11-24 16:25",
    "2026-11-25 06:00",
    "2026-11-26 15:40",
    "2026-11-27 11:00",
    "2026-11-27 16:40",
    "2026-11-28 12:00",
    "2026-12-22 14:00",
    "2026-12-23 16:10",
    "2027-03-25 09:30",
    "2027-10-28 13:00",
    "2027-10-29 18:00",
)
"""Working days, evenings, a weekend, the days before Christmas and before both nights of daylight saving."""
TAKEN_BACK = {
    "report": "Trött.",
    "answers": [{"question": "Har du tankar på att ta ditt liv?", "answer": "Nej", "changed_from": "Ja"}],
}
HOW: dict[str, dict[str, Any]] = {
    "a yes": {"sign": True},
    "taken back": {"form": TAKEN_BACK},
    "words": {"message": DESPAIR},
    "plain": {},
    "flagged": {},
    "restricted": {"sign": True, "standing": PROTECTED},
}
HOW_OFTEN = (*["a yes"] * 4, "taken back", "words", "words", *["plain"] * 3, *["flagged"] * 3, "restricted")
ASSESSORS = (D1, Y1, D2)
STAFF = (N1, N2, D1, Y1, D2, VCH, K1, REC1)
NIGHTS = ("2027-03-28 01:30", "2027-03-28 03:30", "2027-10-31 01:30", "2027-10-31 02:30", "2027-10-31 03:30")
CHRISTMAS = ("2026-12-24 12:00", "2026-12-25 09:00", "2026-12-26 23:30", "2026-12-27 18:00", "2026-12-28 07:59")

BOTH = ("log_call", "message", "handover_on_call", "assess", "call_112", "resolve_elsewhere")
LIKELY: dict[str, tuple[str, ...]] = {
    "nothing": (
        *(
            "record_asked",
            "record_asked",
            "request_close",
            "request_close",
            "request_close",
            "confirm_close",
            "handover",
        ),
        *("record_consent", "flag_suspicion", "assess", "call_112"),
    ),
    "screening_hit": ("record_asked", "flag_suspicion", "assess", "message"),
    "suspected": ("accept_handover", "accept_handover", "handover", "dismiss_flag", "assess", "complete_task", *BOTH),
    "handed_over": ("accept_handover", "decline_handover", "handover", "assess", "dismiss_flag", *BOTH),
    "assessing": ("assess", "assess", "assess", "extend", "handover", "record_guardian_note", "dismiss_flag", *BOTH),
    "low_ask": (
        *("ask_safe_online", "ask_safe_online", "record_safe_online", "record_safe_online"),
        *("offer_alternative", "offer_alternative", "extend", "retract_assessment", *BOTH),
    ),
    "route_choice": (
        *("choose_route", "choose_route", "set_plan", "set_plan", "set_plan", "book_physical", "decline_booking"),
        *("handover_on_call", "handover_on_call", "close_last_resort", *BOTH),
    ),
    "booking": ("book_physical", "book_physical", "book_physical", "decline_booking", "retract_assessment", *BOTH),
    "booked": ("attended", "missed", "missed", "missed", "decline_booking", "book_physical", "message"),
    "plan": (*["complete_plan_contact"] * 5, "set_plan", "assess", *BOTH),
    "extended": ("extend", "assess", "log_call", *BOTH),
    "phoning": ("log_call", "log_call", "assess", "extend", "attended", *BOTH),
    "handover_on_call": ("record_ack", "record_ack", "handover_on_call", "close_last_resort", *BOTH),
    "handover_112": ("record_ack", "record_ack", "assess", "close_last_resort", *BOTH),
    "left": ("request_close", "request_close", "confirm_close", "message", "flag_suspicion", "assess", "take_over"),
}
EVERYDAY = (
    *("pick", "pick", "message", "message", "log_call", "take_over", "release", "internal_note", "attest_note"),
    *("sms_reminder", "keep_for_slot", "record_consent", "handover", "mark_wrong_person"),
)
CLOSING = ("request_close", "confirm_close", "confirm_close", "attest_note", "attest_note")
LEFT = ("attended", "acknowledged", "released")
BY_ASSESSORS = (
    *(
        "assess",
        "accept_handover",
        "decline_handover",
        "dismiss_flag",
        "retract_assessment",
        "choose_route",
        "set_plan",
    ),
    *("complete_plan_contact", "extend", "handover_on_call", "record_guardian_note", "close_last_resort"),
    *("book_physical", "decline_booking", "offer_alternative", "ask_safe_online", "record_safe_online", "record_ack"),
    *("resolve_elsewhere", "missed", "attended"),
)
BY_HOLDERS = (
    *("message", "log_call", "request_close", "confirm_close", "withdraw_close", "release", "record_asked"),
    *("moved_outside", "offer_slot", "book_slot", "resolve_kept", "keep_for_slot", "recall_handover"),
    *("no_action_needed", "sms_reminder", "record_consent", "mark_wrong_person", "unmark_wrong_person"),
)


def begun(chance: Random) -> Pair:
    """A contact at its beginning."""
    of, start, how = chance.choice(UNITS), chance.choice(STARTS), chance.choice(HOW_OFTEN)
    fields = dict(HOW[how])
    standing = fields.pop("standing", None)
    fields |= {"person": {"personnummer": T17 if chance.random() < 0.2 else P1}, "unit": of.code}
    fields |= {"area": "mental_health" if chance.random() < 0.4 else "infection"}
    if not route(submission(**fields), of, at(start), standing).send_possible:
        start = "2026-11-24 10:00"
    pair = Pair(chat(start, of=of, standing=standing, **fields), at(start))
    note_beginning(pair)
    return pair


def note_beginning(pair: Pair) -> None:
    """What was sent in is written down, and the pathway it asks for is wanted."""
    pair.contacted.flags = len(pair.chat.suspicions)
    pair.contacted.facts = [Fact("flag", pair.now)] * pair.contacted.flags
    pair.contacted.hits = [0 for sign in pair.chat.signs if sign.kind == "text"]
    pair.become(pair.chat.model_copy())


def next_move(pair: Pair, chance: Random) -> Move:
    """Something that may happen now."""
    roll = chance.random()
    if pair.starting is not None and roll < 0.6:
        return Begin()
    mail = len(pair.to_chat.waiting) + len(pair.to_pathway.waiting)
    if mail and roll < 0.35:
        return _letter(pair, chance, waiting=True)
    if roll < 0.38 and (pair.to_chat.sent or pair.to_pathway.sent):
        return _letter(pair, chance, waiting=False)
    if roll < 0.42:
        return Settle(chance.randrange(1000))
    if roll < 0.50 or (isinstance(pair.chat.state, Grace) and roll < 0.60):
        return Hear(said(chance))
    # What was booked is worth waiting for.
    if roll < (0.75 if pair.gate is not None and pair.gate.suicide_state == "booked" else 0.64):
        return Until(_instant(pair, chance), prompt=chance.random() < 0.5)
    return decided(pair, chance)


def _letter(pair: Pair, chance: Random, *, waiting: bool) -> Deliver:
    """One that waits, or any that was ever sent."""
    to_chat, to_pathway = pair.to_chat, pair.to_pathway
    found = [
        *(Deliver("chat", each) for each in (to_chat.waiting if waiting else range(len(to_chat.sent)))),
        *(Deliver("pathway", each) for each in (to_pathway.waiting if waiting else range(len(to_pathway.sent)))),
    ]
    return chance.choice(found)


def said(chance: Random) -> PatientMessage | PatientWithdrew | PersonKnown:
    """The patient writes, or the register answers."""
    roll = chance.random()
    if roll < 0.03:
        return PersonKnown(found=True, name="Test Ett", protected=roll < 0.015, deceased=False)
    if roll < 0.15:
        return PatientWithdrew(type="patient_withdrew", text="Det har gått över." if roll < 0.1 else None)
    return PatientMessage(type="patient_message", text=DESPAIR if roll < 0.3 else "Jag läste det du skrev.")


def _instant(pair: Pair, chance: Random) -> datetime:
    """When something is due, or just before or after it; an opening, a closing, a night or a holiday; or a while."""
    now, hours, due = pair.now, pair.chat.unit.hours, pair.next_at()
    visit = pair.pathway.visit if pair.pathway else None
    if visit is not None and visit.start > now and chance.random() < 0.4:
        return visit.start + timedelta(minutes=chance.choice((0, 5, 30)))
    roll = chance.random()
    if roll < 0.30 and due is not None:
        return max(now, due + timedelta(seconds=chance.choice((0, 0, -1, 1, 90))))
    if roll < 0.45:
        return hours.next_opening(now + timedelta(seconds=1)) + timedelta(minutes=chance.choice((0, 0, 1, 30)))
    if roll < 0.50:
        closing = hours.closing_of(local_date(now))
        return max(now, closing - timedelta(minutes=chance.choice((0, 20, 31)))) if closing else now
    if roll < 0.53:
        return now + timedelta(days=2, hours=chance.randrange(24))
    if roll < 0.60:
        later = [at(each) for each in (*NIGHTS, *CHRISTMAS) if now < at(each) < now + timedelta(days=6)]
        return chance.choice(later) if later else now + timedelta(hours=1)
    return now + timedelta(minutes=chance.choice((1, 1, 4, 16, 31, 61, 125)), seconds=chance.choice((0, 0, 17)))


def decided(pair: Pair, chance: Random) -> Decide:
    """Somebody decides something."""
    name = _type(pair, chance)
    by = _actor(pair, name, chance)
    return Decide(decision(pair, name, by, chance), by, begins=chance.random() < 0.9)


def _type(pair: Pair, chance: Random) -> str:
    roll = chance.random()
    if roll < 0.06:
        return chance.choice(ALL)
    if roll < 0.3 and (asked := _asked_for(pair.chat)):
        return chance.choice(asked)
    if roll < 0.3:
        return chance.choice(EVERYDAY)
    state = pair.gate.suicide_state if pair.gate else None
    if pair.gate and not pair.gate.blocks and roll < 0.7:
        return chance.choice(CLOSING)
    if pair.ledger.minor and roll < 0.35:
        return "record_guardian_note"
    if pair.ledger.writing and roll < 0.4:
        return "attest_note"
    if len(pair.ledger.told) > 1 and roll < 0.45:
        return "close_last_resort"
    if state == "acknowledged" and roll > 0.95:
        return "close_last_resort"
    if pair.chat.protected and roll < 0.5:
        return "moved_outside"
    if state in LEFT:
        return chance.choice(LIKELY["left"])
    return chance.choice(LIKELY[state or ("screening_hit" if pair.chat.hit else "nothing")])


def _asked_for(chat: Chat) -> tuple[str, ...]:
    """What the contact's own state asks for."""
    match chat.state:
        case CloseRequested():
            return ("confirm_close", "confirm_close", "confirm_close", "withdraw_close")
        case Queued():
            return ("pick",)
        case KeptForSlot():
            return ("offer_slot", "book_slot", "resolve_kept", "message")
        case HandoverPending():
            return ("recall_handover", "accept_handover", "decline_handover")
        case InHand() if chat.wrong_person:
            return ("unmark_wrong_person", "request_close")
        case InHand() if chat.reopened_until is not None:
            return ("no_action_needed", "no_action_needed", "message")
        case InHand() if unspent(chat.consents):
            return ("handover",)
        case _:
            return ()


ALL = tuple(sorted(meeting.TYPES))


def _actor(pair: Pair, name: str, chance: Random) -> Actor:
    roll, home = chance.random(), pair.chat.unit.code
    if roll < 0.03:
        return chance.choice((N9, AUD1, BJ1))
    if roll < 0.12:
        return _of(chance.choice(STAFF), home)
    if name == "attest_note" and pair.ledger.writing and roll < 0.6:
        return _of(_named(chance.choice(sorted(pair.ledger.writing))), home)
    wanted = pair.pathway.wanted if pair.pathway else None
    if name in ("accept_handover", "decline_handover") and wanted and isinstance(wanted.to, ToPerson) and roll < 0.7:
        return _of(_named(wanted.to.hsa_id), home)
    if name in BY_ASSESSORS:
        assessor = pair.pathway.assessor if pair.pathway else None
        return _of(_named(assessor.hsa_id) if assessor and roll < 0.6 else chance.choice(ASSESSORS), home)
    holder = pair.chat.holder
    if holder is not None and (name in BY_HOLDERS or roll < 0.6):
        return _of(_named(holder.hsa_id), home)
    return _of(chance.choice(STAFF[:5]), home)


def _named(hsa_id: str) -> Actor:
    return next((each for each in STAFF if each.hsa_id == hsa_id), D1)


def _of(by: Actor, unit_code: str) -> Actor:
    return by if by.unit == unit_code else by.model_copy(update={"unit": unit_code})
