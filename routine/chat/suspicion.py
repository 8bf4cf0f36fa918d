"""A suspicion of suicide risk as the contact knows it: raised by anybody, lowered only by the pathway (R58)."""

from datetime import datetime

from routine import screens
from routine.actors import ASSESSORS, LICENSED, Actor, Member, Role, ToPerson, member
from routine.chat.case import (
    Alert,
    Chat,
    Closed,
    CloseRequested,
    Completed,
    Grace,
    Hand,
    InHand,
    Inquired,
    KeptForSlot,
    Line,
    Queued,
    Quiet,
    Remark,
    Sent,
    Word,
    message_id,
)
from routine.chat.elapse import moved, void_close
from routine.chat.everyday import held, with_former
from routine.chat.sending import cancelled
from routine.gate import NO_ASSESSMENT, Block, Gate
from routine.phrases import text_of
from routine.refusals import Refusal, conflict, forbidden
from routine.signs import MENTAL_HEALTH, Sign
from routine.suicide_risk.decisions import FlagSuspicion, RecordAsked, ResolveElsewhere

HIT = Block(
    code="NO_ASSESSMENT",
    rule="R58",
    text="Ord i ett meddelande kan tyda på självmordsrisk. Fråga patienten och notera svaret, eller flagga misstanken.",
)
NOT_ASKED = Block(
    code="NO_ASSESSMENT",
    rule="R58",
    text="Ärendet rör psykisk hälsa. Fråga om självmordstankar och notera svaret innan det stängs.",
)
M16 = (
    "Jag vill att en läkare eller psykolog hos oss läser det du skrivit och tar vid. "
    "Jag är kvar här i chatten tills dess. Är du i fara, ring 112."
)


def blocks(chat: Chat) -> tuple[Block, ...]:
    """What keeps the gate shut: the pathway's word, and whatever it has not heard of yet (fail safe)."""
    gate = chat.gate
    unheard = chat.suspected and (gate is None or len(chat.suspicions) > gate.signs or _reached_after(chat, gate))
    found = [NO_ASSESSMENT] if unheard else []
    if gate is not None and chat.suspected:
        found += [each for each in gate.blocks if each not in found]
    if chat.hit:
        found.append(HIT)
    asked = bool(chat.asked) or chat.assessed_at is not None
    if chat.submission.area == MENTAL_HEALTH and not asked and not found and not _let_go(chat):
        found.append(NOT_ASKED)
    return tuple(found)


def _reached_after(chat: Chat, gate: Gate) -> bool:
    """Whether the patient has been heard since she was let go as unreached (R71)."""
    if gate.unreached_at is None:
        return False
    heard = [chat.last_patient_at, *(call.at for call in chat.calls if call.reached)]
    return any(at is not None and at > gate.unreached_at for at in heard)


def _let_go(chat: Chat) -> bool:
    """The pathway has let go of the patient without an assessment: seen elsewhere, admitted, dead."""
    return chat.gate is not None and chat.gate.tier == "suicide" and not chat.gate.blocks


def flag(chat: Chat, decision: FlagSuspicion, by: Actor, now: datetime) -> Chat:
    """Somebody suspects a risk. The patient is told, unless an assessor has her already (R59)."""
    first = chat.assessor is None
    chat = raised(chat, decision.observation, by, now)
    return _told(chat, by, now) if first and not chat.restricted else chat


def raised(chat: Chat, observation: str | None, by: Actor, now: datetime) -> Chat:
    """The gate is shut from this instant, and the pathway begins. It counts in every state (R59)."""
    sign = Sign(kind="staff", at=now, by=member(by), observation=observation)
    chat = chat.model_copy(update={"signs": (*chat.signs, sign), "resolved_elsewhere": False})
    if isinstance(chat.state, CloseRequested):
        chat = void_close(chat, now)
    return awoken(chat, now)


def awoken(chat: Chat, now: datetime) -> Chat:
    """A closed case is open again where its gate is shut anew; any other as it was (R59)."""
    state, word = chat.state, Quiet(since=now)
    if not isinstance(state, Grace | Closed):
        return chat
    if state.holder is None:
        return moved(chat, Queued(opened_at=now, word=word))
    return reopened(chat, state.holder, word, now, "Misstänkt självmordsrisk i ett stängt ärende", "R59")


def _told(chat: Chat, by: Actor, now: datetime) -> Chat:
    """The patient is told: M16 where somebody is there to write it, M18 where not, M15 while the unit is closed."""
    if not chat.unit.hours.is_open(now):
        screen = screens.crisis(chat.unit, now, chat.submission.person.personnummer)
    elif (writer := _writer(chat, by)) is not None:
        if any(each.template == "M16" for each in chat.sent):
            return chat
        text = text_of(chat.unit.phrases, "M16") or M16
        ident = message_id(chat, "M16")
        sent = Sent(message_id=ident, template="M16", channel="chat", text=text, at=now, sent_at=now)
        line = Line(sender="staff", by=writer, at=now, text=text)
        return chat.model_copy(update={"sent": (*chat.sent, sent), "lines": (*chat.lines, line)})
    else:
        screen = screens.urgent(chat.unit)
    ident = message_id(chat, screen.template)
    shown = Sent(message_id=ident, template=screen.template, channel="screen", text=screen.text, at=now, sent_at=now)
    return chat.model_copy(update={"sent": (*chat.sent, shown)})


def _writer(chat: Chat, by: Actor) -> Member | None:
    """A licensed holder or flagger; an assessor who flags her own contact hands over to nobody."""
    holder = chat.holder
    if holder is not None and holder.role in ASSESSORS:
        return None if holder.hsa_id == by.hsa_id else holder
    if holder is not None:
        return holder
    return member(by) if member(by).role in LICENSED else None


def reopened(chat: Chat, holder: Member, word: Word, now: datetime, reason: str, rule: str) -> Chat:
    """A closed case is open again: with its former holder if on duty now, who is told; else in the queue (R48)."""
    if not chat.unit.on_duty(holder.hsa_id, now):
        chat = chat.model_copy(update={"former_holders": with_former(chat, holder)})
        return moved(chat, Queued(opened_at=now, word=word))
    alert = Alert(at=now, to=ToPerson(hsa_id=holder.hsa_id), reason=reason, rule=rule)
    chat = chat.model_copy(update={"alerts": (*chat.alerts, alert)})
    return moved(chat, InHand(hand=Hand(holder=holder, word=word)))


def may_flag(chat: Chat) -> Refusal | None:
    """In every state but those it has left for good: there a new linked contact takes the flag (R59)."""
    if isinstance(chat.state, Completed) or (isinstance(chat.state, Closed) and chat.state.outcome != "closed"):
        return conflict("WRONG_STATE", "R59", "Ärendet är avslutat.")
    return None


def may_record_asked(chat: Chat) -> Refusal | None:
    """A suspicion is an assessor's to lower; the question clears only what free text has raised (R58, R59)."""
    if refused := held(chat):
        return refused
    if chat.suspected and chat.assessed_at is None:
        return conflict("NO_ASSESSMENT", "R59", "Misstanken ska bedömas av en läkare eller psykolog.", ("handover",))
    return None


def record_asked(chat: Chat, decision: RecordAsked, by: Actor, now: datetime) -> Chat | Refusal:
    """Asked, and no sign; or why it was not asked, which is no answer where any sign exists (R58)."""
    if decision.outcome == "not_asked" and chat.has_sign:
        return conflict("NO_ASSESSMENT", "R58", "Det finns tecken på självmordsrisk. Frågan behöver ställas.")
    text = decision.note if decision.reason is None else f"{decision.reason}: {decision.note}"
    remark = Remark(at=now, by=member(by), text=text, about=f"record_asked: {decision.outcome}")
    asked = Inquired(at=now, by=member(by), outcome=decision.outcome, signs=len(chat.signs))
    return chat.model_copy(update={"asked": (*chat.asked, asked), "remarks": (*chat.remarks, remark)})


def may_resolve(chat: Chat) -> Refusal | None:
    """A case that is still open. Where a suspicion stands its pathway lets go, never the contact by itself (R58)."""
    if chat.suspected:
        detail = "Ärendet rör misstänkt självmordsrisk och väntar på en bedömare. Försök igen om en stund."
        return conflict("WRONG_STATE", "R58", detail)
    return held(chat) if not isinstance(chat.state, Queued) else None


def resolve(chat: Chat, decision: ResolveElsewhere, by: Actor, now: datetime) -> Chat | Refusal:
    """Seen elsewhere, admitted or dead: nothing stops closing any more. Of who has died nothing more is sent."""
    mine = chat.holder is not None and chat.holder.hsa_id == by.hsa_id
    if decision.outcome != "deceased" and not mine and not by.has(Role.ASSESSOR):
        return forbidden("NOT_HOLDER", "R45", "Du har inte hand om ärendet.")
    remark = Remark(
        at=now,
        by=member(by),
        text=f"{decision.rationale} ({decision.source})",
        about=f"resolve_elsewhere: {decision.outcome}",
    )
    chat = resolved(chat.model_copy(update={"remarks": (*chat.remarks, remark)}))
    return sends_stopped(chat) if decision.outcome == "deceased" else chat


def resolved(chat: Chat) -> Chat:
    """Nothing stops closing any more, and no time is waited for."""
    chat = chat.model_copy(update={"resolved_elsewhere": True})
    return moved(chat, InHand(hand=chat.state.hand)) if isinstance(chat.state, KeptForSlot) else chat


def sends_stopped(chat: Chat) -> Chat:
    """Nothing more leaves; what has not left yet never does."""
    return cancelled(chat.model_copy(update={"stopped": True}), "cancelled")
