"""Handing a chat over: consent asked, given, used; accepted, declined, recalled (R53)."""

from datetime import datetime

from routine.actors import ASSESSORS, LICENSED, Actor, Addressee, ToPerson, ToRole, member, reaches
from routine.chat import everyday
from routine.chat.case import (
    Alert,
    Chat,
    CloseRequested,
    Hand,
    HandoverPending,
    InHand,
    KeptForSlot,
    Quiet,
    pending_handover,
)
from routine.chat.decisions import DeclineHandover, HandOver, RecordConsent, TakeOver
from routine.chat.elapse import back_with_sender, moved
from routine.chat.everyday import held, with_former
from routine.chat.notes import assessors_only, for_assessors, with_note
from routine.handover import Consent, Handover, unspent
from routine.refusals import Refusal, conflict, invalid
from routine.tasks import before_closing


def record_consent(chat: Chat, decision: RecordConsent, by: Actor, now: datetime) -> Chat:
    """What the patient answered; a later answer replaces an earlier one."""
    consent = Consent(at=now, by=member(by), given=decision.given, wording=decision.wording)
    return chat.model_copy(update={"consents": (*chat.consents, consent)})


def may_hand_over(chat: Chat) -> Refusal | None:
    """Only what is plainly in hand is handed over."""
    match chat.state:
        case HandoverPending():
            return conflict(
                "WRONG_STATE", "R53", "Ärendet är redan överlämnat och väntar på svar.", ("recall_handover",)
            )
        case KeptForSlot():
            return conflict("WRONG_STATE", "R57", "Avsluta väntan på tid först.", ("resolve_kept",))
        case CloseRequested():
            return conflict("WRONG_STATE", "R54", "Avbryt stängningen först.", ("withdraw_close",))
        case _:
            return held(chat)


def hand_over(chat: Chat, decision: HandOver, by: Actor, now: datetime) -> Chat | Refusal:
    """Hand the question over. No word reaches the receiver before the patient has consented."""
    if refused := _receiver(chat, decision.to, by):
        return refused
    back = isinstance(decision.to, ToPerson) and decision.to.hsa_id in chat.former_holders
    consent = unspent(chat.consents)
    if consent is None and not back:
        return conflict(
            "CONSENT_REQUIRED",
            "R53",
            "Patienten behöver samtycka innan ärendet lämnas över. Fråga, och notera svaret.",
            ("record_consent",),
        )
    handover_id = f"h{len(chat.handovers) + 1}"
    handover = Handover(
        handover_id=handover_id,
        sender=member(by),
        to=decision.to,
        at=now,
        consent="not_required_former_holder" if back else "given",
        content=decision.note,
        accept_by=chat.unit.hours.add_minutes(now, chat.unit.policy.handover_accept),
        returns_at=before_closing(chat.unit, now),
    )
    used = consent.model_copy(update={"used_for": handover_id}) if consent and not back else None
    state = chat.state
    assert isinstance(state, InHand)
    chat = chat.model_copy(
        update={
            "handovers": (*chat.handovers, handover),
            "consents": (*chat.consents[:-1], used) if used else chat.consents,
            "first_assessed_at": chat.first_assessed_at or now,
        }
    )
    return with_note(moved(chat, HandoverPending(hand=state.hand, handover_id=handover_id)), member(by), now)


def _receiver(chat: Chat, to: Addressee, by: Actor) -> Refusal | None:
    if chat.restricted and not for_assessors(chat, to):
        return assessors_only("to")
    match to:
        case ToRole():
            return None
        case ToPerson(hsa_id=hsa_id):
            if hsa_id == by.hsa_id:
                return conflict("WRONG_STATE", "R53", "Du har redan ärendet själv.")
            staff = chat.unit.member(hsa_id)
            if staff is None:
                return invalid("OTHER_UNIT", "R53", "Personen arbetar inte på enheten.", "to")
            if not any(role in (*LICENSED, *ASSESSORS) for role in staff.roles):
                return invalid("WRONG_PROFESSION", "R45", "Ett ärende lämnas över till legitimerad personal.", "to")
            return None


def may_answer(chat: Chat, by: Actor) -> Refusal | None:
    """There must be a handover waiting, and not one's own."""
    handover = pending_handover(chat)
    if handover is None:
        return conflict("WRONG_STATE", "R53", "Ingen överlämning väntar på svar i ärendet.")
    if chat.holder is not None and chat.holder.hsa_id == by.hsa_id:
        return conflict(
            "WRONG_STATE", "R53", "Överlämningen är din egen. Återkalla den i stället.", ("recall_handover",)
        )
    assert reaches(handover.to, by)
    return None


def accept(chat: Chat, by: Actor, now: datetime) -> Chat:
    """The receiver takes the case on; the sender may still open it. An assessor takes a suspicion on with it (R59)."""
    state = chat.state
    assert isinstance(state, HandoverPending)
    chat = everyday.with_taken(chat, by, now)
    how = {"accepted_at": now, "accepted_by": member(by)}
    handovers = tuple(
        row.model_copy(update=how) if row.handover_id == state.handover_id else row for row in chat.handovers
    )
    word = Quiet(since=now) if isinstance(state.hand.word, Quiet) else state.hand.word
    chat = chat.model_copy(
        update={
            "handovers": handovers,
            "former_holders": with_former(chat, state.hand.holder),
            "reopened_until": None,
        }
    )
    return moved(chat, InHand(hand=Hand(holder=member(by), word=word)))


def take_over(chat: Chat, decision: TakeOver, by: Actor, now: datetime) -> Chat:
    """Take over a held case. Whoever was waited for has thereby accepted: she cannot wait for herself (R53, R59)."""
    taken = everyday.with_taken(everyday.take_over(chat, decision, by, now), by, now)
    handover = pending_handover(taken)
    return accept(taken, by, now) if handover is not None and reaches(handover.to, by) else taken


def decline(chat: Chat, decision: DeclineHandover, now: datetime) -> Chat:
    """The receiver says no; the sender is told and goes on."""
    state = chat.state
    assert isinstance(state, HandoverPending)
    alert = Alert(
        at=now, to=ToPerson(hsa_id=state.hand.holder.hsa_id), reason="Överlämningen togs inte emot", rule="R53"
    )
    chat = chat.model_copy(update={"alerts": (*chat.alerts, alert)})
    return back_with_sender(chat, now, {"declined_at": now, "decline_reason": decision.reason})


def may_recall(chat: Chat) -> Refusal | None:
    """Only a handover that waits can be recalled; what a suspicion asks for stays asked (R59)."""
    if chat.suspected:
        return conflict("WRONG_STATE", "R59", "Vid misstänkt självmordsrisk återkallas ingen överlämning.")
    if isinstance(chat.state, HandoverPending):
        return None
    return conflict("WRONG_STATE", "R53", "Ingen överlämning väntar på svar i ärendet.")


def recall(chat: Chat, now: datetime) -> Chat:
    """The sender takes it back."""
    return back_with_sender(chat, now, {"returned_at": now})
