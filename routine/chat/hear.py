"""What a patient or a machine reports about a chat is never refused and never lost."""

from datetime import datetime, timedelta
from typing import assert_never

from routine import screens
from routine.actors import Role, ToPerson, ToRole
from routine.chat import gated, sending, suspicion
from routine.chat.case import (
    Alert,
    Chat,
    Closed,
    CloseRequested,
    Completed,
    Grace,
    HandoverPending,
    InHand,
    KeptForSlot,
    Line,
    PersonFacts,
    Queued,
    RegisterAway,
    Remark,
    Sent,
    Unanswered,
    Word,
)
from routine.chat.elapse import elapse, moved, void_close, with_errand
from routine.chat.events import (
    Event,
    PathwayBegun,
    PathwayChanged,
    PatientMessage,
    PatientWithdrew,
    PersonKnown,
    RegisterSilent,
    SmsOutcome,
    SmsReport,
    StaffTold,
)
from routine.chat.everyday import with_word
from routine.intake import Routed, Standing, Submission, signs
from routine.phrases import Screen
from routine.signs import Sign, found
from routine.tasks import Kind
from routine.unit import Unit


def opened(
    contact_id: str,
    unit: Unit,
    submission: Submission,
    routed: Routed,
    at: datetime,
    standing: Standing | None = None,
    continues: str | None = None,
    *,
    continues_suspicion: bool = False,
) -> Chat:
    """The case that a submission begins: queued, and somebody owes it from the first instant (R42, R44, R52)."""
    words = submission.message or ""
    first = Line(sender="patient", at=at, text=words, images=submission.images)
    chat = Chat(
        contact_id=contact_id,
        unit=unit,
        submission=submission,
        opened_at=at,
        continues=continues,
        state=Queued(opened_at=at, word=Unanswered(since=at, owed_from=at)),
        priority=submission.priority,
        as_of=at,
        lines=(first,) if words or submission.images else (),
        sent=tuple(_shown(screen, at, contact_id, number) for number, screen in enumerate(routed.screens, 1)),
        signs=(
            *((Sign(kind="continued", at=at),) if continues_suspicion else ()),
            *signs(submission, unit.screening_words, at),
        ),
        restricted=routed.restricted,
        foreign=routed.foreign,
        person=_facts(standing, at) if standing else None,
    )
    # A form's yes is the pathway's to tell of.
    chat = _paged(chat, at) if chat.hit and not chat.suspicions else chat
    return with_errand(chat, Kind.SAFETY_REVIEW, at, ToRole(role=Role.ASSESSOR)) if routed.restricted else chat


def _facts(standing: Standing, at: datetime) -> PersonFacts:
    return PersonFacts(at=at, name=standing.name, protected=standing.protected, deceased=standing.deceased)


def _shown(screen: Screen, at: datetime, contact_id: str, number: int) -> Sent:
    ident = f"{contact_id}:{screen.template}:{number}"
    return Sent(message_id=ident, template=screen.template, channel="screen", text=screen.text, at=at, sent_at=at)


def screens_for_reply(chat: Chat, event: PatientMessage | PatientWithdrew, now: datetime) -> tuple[Screen, ...]:
    """What a resident is shown on writing in an open case (A11): M15 with a sign and nobody there, else the M8 line."""
    sign = chat.has_sign or found(event.text or "", chat.unit.screening_words)
    if chat.unit.hours.is_open(now):
        return (screens.urgent(chat.unit),) if sign and isinstance(chat.state, Queued) else ()
    person = chat.submission.person.personnummer
    return screens.on_sending(chat.unit, now, person, sign=sign, priority=None)


def hear(chat: Chat, event: Event, now: datetime) -> Chat:
    """The chat after the event. What comes after grace leaves it unchanged (`Chat.hears`): it opens a linked case."""
    chat = elapse(chat, now).model_copy(update={"as_of": now})
    match event:
        case PatientMessage():
            return _message(chat, event, now) if chat.hears else chat
        case PatientWithdrew():
            return _withdrew(chat, event, now) if chat.hears else chat
        case PersonKnown():
            return _person(chat, event, now)
        case RegisterSilent():
            return _silent(chat, now)
        case SmsOutcome():
            return sending.outcome(chat, event, now)
        case SmsReport():
            return sending.report(chat, event, now)
        case PathwayBegun():
            return chat.model_copy(update={"pathway_begun": True})
        case PathwayChanged(gate=gate):
            return gated.hear(chat, gate, now)
        case StaffTold():
            return chat.model_copy(update={"alerts_told": max(chat.alerts_told, event.alerts)})
        case _:
            assert_never(event)


def _message(chat: Chat, event: PatientMessage, now: datetime) -> Chat:
    line = Line(sender="patient", at=now, text=event.text, images=event.images)
    replied = screens_for_reply(chat, event, now)
    number = len(chat.sent)
    shown = tuple(_shown(each, now, chat.contact_id, number + nth) for nth, each in enumerate(replied, 1))
    chat = chat.model_copy(
        update={
            "lines": (*chat.lines, line),
            "sent": (*chat.sent, *shown),
            "last_patient_at": now,
            "resolved_elsewhere": False,
        }
    )
    return _waiting(_screened(chat, event.text, now), now)


def _screened(chat: Chat, text: str, now: datetime) -> Chat:
    """A word of the unit's list raises a sign and tells whoever holds the case; it stops and scores nothing (B8)."""
    if not found(text, chat.unit.screening_words):
        return chat
    chat = chat.model_copy(update={"signs": (*chat.signs, Sign(kind="text", at=now))})
    holder = chat.holder
    to = ToPerson(hsa_id=holder.hsa_id) if holder and not isinstance(chat.state, Grace) else ToRole(role=Role.LICENSED)
    alert = Alert(at=now, to=to, reason="Ord i ett meddelande kan tyda på självmordsrisk", rule="R59")
    return _paged(chat.model_copy(update={"alerts": (*chat.alerts, alert)}), now)


def _paged(chat: Chat, at: datetime) -> Chat:
    """Words in closed hours tell whom `page_after_hours` names too, if the unit has turned it on (A11, T15)."""
    if chat.restricted or chat.unit.hours.is_open(at) or not chat.unit.policy.page_after_hours:
        return chat
    reason = "Ord som kan tyda på självmordsrisk utanför öppettid"
    alert = Alert(at=at, to=ToRole(role=Role.ON_CALL), reason=reason, rule="R59")
    return chat.model_copy(update={"alerts": (*chat.alerts, alert)})


def _waiting(chat: Chat, now: datetime) -> Chat:
    """The patient waits for us now; whoever was already waiting is not put further back."""
    match chat.state:
        case Queued(word=word) as state:
            return moved(chat, state.model_copy(update={"word": _unanswered(word, now)}))
        case InHand(hand=hand) | HandoverPending(hand=hand) | KeptForSlot(hand=hand):
            return with_word(chat, _unanswered(hand.word, now))
        case CloseRequested(hand=hand):
            return with_word(void_close(chat, now), _unanswered(hand.word, now))
        case Grace():
            return _reopened(chat, chat.state, now)
        case Closed() | Completed():
            return chat


def _unanswered(word: Word, now: datetime) -> Word:
    return word if isinstance(word, Unanswered) else Unanswered(since=now, owed_from=now)


def _reopened(chat: Chat, grace: Grace, now: datetime) -> Chat:
    """A reply in grace reopens the same case (R48): with its former holder if on duty now, else in the queue."""
    word = Unanswered(since=now, owed_from=now)
    chat = chat.model_copy(update={"reopened_until": grace.until, "reopened_at": now})
    return suspicion.reopened(chat, grace.holder, word, now, "Patienten har svarat i ett stängt ärende", "R48")


def _withdrew(chat: Chat, event: PatientWithdrew, now: datetime) -> Chat:
    """It closes nothing: somebody looks at it, also when no words came with it."""
    remark = Remark(at=now, by=None, text="Patienten har dragit tillbaka ärendet", about="patient_withdrew")
    chat = chat.model_copy(update={"remarks": (*chat.remarks, remark)})
    if event.text:
        return _message(chat, PatientMessage(type="patient_message", text=event.text), now)
    return chat if isinstance(chat.state, Grace) else _waiting(chat, now)


def _silent(chat: Chat, now: datetime) -> Chat:
    """Asked again in a while; what is known already (an SMS may have asked meanwhile) is not forgotten."""
    retry = now + timedelta(minutes=chat.unit.policy.register_retry)
    person = chat.person if isinstance(chat.person, PersonFacts) else RegisterAway(retry_at=retry)
    return chat.model_copy(update={"person": person, "lookups": chat.lookups + 1})


def _person(chat: Chat, event: PersonKnown, now: datetime) -> Chat:
    """What the register says. Protected: what is planned is given up, and staff move the case outside (R76).

    Protection that was found is kept, also where an answer that was asked for earlier comes later.
    """
    protected = event.protected or chat.protected
    facts = PersonFacts(at=now, name=event.name, protected=protected, deceased=event.deceased)
    chat = chat.model_copy(update={"person": facts})
    if not (event.protected or event.deceased):
        return chat
    chat = sending.cancelled(chat, "suppressed")
    return with_errand(chat, Kind.MOVE_OUTSIDE if event.protected else Kind.SMS_IMPOSSIBLE, now)
