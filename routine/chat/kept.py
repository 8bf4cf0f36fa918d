"""Kept for a slot: no time to offer today, so the case stays and one is offered the coming day (R57)."""

from datetime import datetime

from routine.actors import Actor, member
from routine.chat.case import Chat, InHand, KeptForSlot, Line, Quiet, Remark, Sent, message_id
from routine.chat.decisions import BookSlot, KeepForSlot, OfferSlot, ResolveKept
from routine.chat.elapse import moved
from routine.chat.everyday import contacted, held, plainly_in_hand
from routine.chat.notes import with_note
from routine.hours import local_date
from routine.phrases import text_of, when
from routine.refusals import Refusal, conflict, invalid

OFFER = "Vi kan erbjuda dig en tid {tid}. Passar den?"


def may_keep(chat: Chat) -> Refusal | None:
    """Only what is plainly in hand is kept."""
    return plainly_in_hand(chat)


def keep(chat: Chat, decision: KeepForSlot, by: Actor, now: datetime) -> Chat:
    """Kept: a time is owed at the opening of the next open day."""
    state = chat.state
    assert isinstance(state, InHand)
    hours = chat.unit.hours
    due_at = hours.opening_of(hours.next_open_day(local_date(now)))
    assert due_at is not None  # an open day opens
    remark = Remark(at=now, by=member(by), text=decision.note, about="keep_for_slot")
    chat = chat.model_copy(update={"remarks": (*chat.remarks, remark)})
    return moved(chat, KeptForSlot(hand=state.hand, kept_at=now, due_at=due_at))


def kept(chat: Chat) -> Refusal | None:
    """The case must be kept."""
    if isinstance(chat.state, KeptForSlot):
        return None
    return held(chat) or conflict(
        "WRONG_STATE", "R57", "Ärendet väntar inte på en tid. Behåll det för tid först.", ("keep_for_slot",)
    )


def may_book(chat: Chat) -> Refusal | None:
    """No time is offered or booked for a protected person (R76)."""
    if chat.protected:
        return conflict("PROTECTED", "R76", "Ingen tid får bokas härifrån. Flytta ärendet utanför chatten.")
    return kept(chat)


def offer(chat: Chat, decision: OfferSlot, by: Actor, now: datetime) -> Chat | Refusal:
    """Offer a time in the chat (M14); the patient answers there."""
    state = chat.state
    assert isinstance(state, KeptForSlot)
    if refused := _ahead(decision.start, now):
        return refused
    template = text_of(chat.unit.phrases, "M14") or OFFER
    text = template.replace("{veckodag} {datum} klockan {kl}", "{tid}").replace("{tid}", when(decision.start))
    ident = message_id(chat, "M14")
    sent = Sent(message_id=ident, template="M14", channel="chat", text=text, at=now, sent_at=now)
    line = Line(sender="staff", by=member(by), at=now, text=text)
    chat = chat.model_copy(update={"sent": (*chat.sent, sent), "lines": (*chat.lines, line)})
    hand = state.hand.model_copy(update={"word": Quiet(since=now)})
    offered = state.model_copy(update={"hand": hand, "offered": decision.start})
    return with_note(contacted(moved(chat, offered), now), member(by), now)


def book(chat: Chat, decision: BookSlot, by: Actor, now: datetime) -> Chat | Refusal:
    """The time is booked; the case is in hand again."""
    if refused := _ahead(decision.start, now):
        return refused
    return _resolved(chat, now, Remark(at=now, by=member(by), text=when(decision.start), about="book_slot"))


def resolve(chat: Chat, decision: ResolveKept, by: Actor, now: datetime) -> Chat:
    """What came of it; whatever it was, the case is in hand again and is closed in two steps like any other."""
    about = f"resolve_kept: {decision.outcome}"
    return _resolved(chat, now, Remark(at=now, by=member(by), text=decision.note, about=about))


def _resolved(chat: Chat, now: datetime, remark: Remark) -> Chat:
    state = chat.state
    assert isinstance(state, KeptForSlot)
    word = Quiet(since=now) if isinstance(state.hand.word, Quiet) else state.hand.word
    chat = chat.model_copy(update={"remarks": (*chat.remarks, remark)})
    return moved(chat, InHand(hand=state.hand.model_copy(update={"word": word})))


def _ahead(start: datetime, now: datetime) -> Refusal | None:
    return None if start > now else invalid("INVALID", "R57", "Tiden har redan passerat.", "start")
