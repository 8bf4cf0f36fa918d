"""SMS to a patient: asked for by hand, checked in the act of sending, and a person's task when it fails (R56, R76)."""

from datetime import datetime, timedelta

from routine.actors import Actor, member
from routine.chat.case import Chat, PersonFacts, Remark, Sent, Status, message_id
from routine.chat.decisions import ContactPreference, StopMessages
from routine.chat.elapse import with_errand
from routine.chat.events import SmsOutcome, SmsReport
from routine.chat.everyday import held
from routine.phrases import text_of
from routine.refusals import Refusal, conflict
from routine.tasks import Kind

REMINDER = "Du har ett meddelande som väntar på svar. Logga in på mitt.regionhalland.se/vard."
FINAL = ("delivered", "failed", "suppressed", "cancelled")


def may_remind(chat: Chat) -> Refusal | None:
    """No SMS to a protected person, to who has died, wants none, or where staff have stopped messages."""
    if chat.protected:
        return conflict("PROTECTED", "R76", "Inget sms får skickas i det här ärendet. Flytta det utanför chatten.")
    if refused := held(chat):
        return refused
    if chat.deceased or chat.stopped:
        return conflict("WRONG_STATE", "R76", "Utskicken i ärendet är stoppade.")
    if not chat.sms_wanted:
        return conflict("WRONG_STATE", "R56", "Patienten vill inte ha sms. Nå patienten på annat sätt.")
    return None


def remind(chat: Chat, now: datetime) -> Chat | Refusal:
    """Plan the reminder (M4); it leaves once the register has been asked again."""
    pause = timedelta(minutes=chat.unit.policy.sms_pause)
    last = max((each.at for each in chat.sent if each.channel == "sms"), default=None)
    if last is not None and now < last + pause:
        return Refusal(
            status=429,
            code="RATE_LIMIT",
            rule="R56",
            detail="En påminnelse har nyss skickats. Vänta en stund, eller ring.",
            retry_after_s=int((last + pause - now).total_seconds()) + 1,
        )
    text = text_of(chat.unit.phrases, "M4") or REMINDER
    ident = message_id(chat, "M4")
    sent = Sent(message_id=ident, template="M4", channel="sms", text=text, at=now, sent_at=None, status="planned")
    return chat.model_copy(update={"sent": (*chat.sent, sent)})


def stop(chat: Chat, decision: StopMessages, by: Actor, now: datetime) -> Chat:
    """Nothing more leaves by itself; what has not left yet never does."""
    remark = Remark(at=now, by=member(by), text=decision.reason, about="stop_messages")
    chat = chat.model_copy(update={"stopped": True, "remarks": (*chat.remarks, remark)})
    return cancelled(chat, "cancelled")


def prefer(chat: Chat, decision: ContactPreference, by: Actor, now: datetime) -> Chat:
    """Whether the patient wants SMS."""
    about = f"contact_preference: sms={'ja' if decision.sms else 'nej'}"
    remark = Remark(at=now, by=member(by), text=decision.note or "", about=about)
    chat = chat.model_copy(update={"sms_wanted": decision.sms, "remarks": (*chat.remarks, remark)})
    return chat if decision.sms else cancelled(chat, "cancelled")


def cancelled(chat: Chat, status: Status) -> Chat:
    """What is still planned is given up, as `status`."""
    sent = tuple(each.model_copy(update={"status": status}) if each.status == "planned" else each for each in chat.sent)
    return chat.model_copy(update={"sent": sent})


def outcome(chat: Chat, event: SmsOutcome, now: datetime) -> Chat:
    """How the sending went. What failed, or may have, is a task: nothing is sent again blindly.

    What was given up meanwhile may have left all the same, and what the register said of the person counts too.
    """
    found = next((each for each in chat.sent if each.message_id == event.message_id), None)
    if found is None or found.status not in ("planned", "suppressed", "cancelled"):
        return chat
    given_up, may_have_left = found.status != "planned", event.status in ("sent", "unknown")
    if may_have_left or not given_up:
        chat = _marked(chat, event.message_id, event.status, now if may_have_left else None)
    match event.reason:
        case "protected":
            return chat if chat.protected else _barred(chat, _facts(chat, now, protected=True), Kind.MOVE_OUTSIDE)
        case "deceased":
            return chat if chat.deceased else _barred(chat, _facts(chat, now, deceased=True), Kind.SMS_IMPOSSIBLE)
        case _ if given_up or event.status in ("sent", "suppressed"):
            return chat
        case "no_mobile":
            return with_errand(chat, Kind.SMS_IMPOSSIBLE, now)
        case _:
            return with_errand(chat, Kind.SMS_FAILED, now)


def _barred(chat: Chat, facts: PersonFacts, kind: Kind) -> Chat:
    """Nothing more is sent to the person, and somebody is to reach the patient otherwise."""
    chat = cancelled(chat.model_copy(update={"person": facts}), "suppressed")
    return with_errand(chat, kind, facts.at)


def _facts(chat: Chat, now: datetime, *, protected: bool = False, deceased: bool = False) -> PersonFacts:
    known = chat.person if isinstance(chat.person, PersonFacts) else None
    return PersonFacts(
        at=now,
        name=known.name if known else None,
        protected=protected or chat.protected,
        deceased=deceased or chat.deceased,
    )


def report(chat: Chat, event: SmsReport, now: datetime) -> Chat:
    """The gateway's delivery report: repeated, late and unknown ones do no harm."""
    found = next((each for each in chat.sent if each.message_id == event.message_id), None)
    if found is None or found.status in FINAL or event.status == "sent":
        return chat
    chat = _marked(chat, event.message_id, event.status, found.sent_at or now)
    return with_errand(chat, Kind.SMS_FAILED, now) if event.status == "failed" else chat


def _marked(chat: Chat, message_id: str, status: Status, sent_at: datetime | None) -> Chat:
    update = {"status": status, "sent_at": sent_at}
    sent = tuple(each.model_copy(update=update) if each.message_id == message_id else each for each in chat.sent)
    return chat.model_copy(update={"sent": sent})
