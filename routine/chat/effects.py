"""What a chat wants done in the world, derived from its state."""

from routine.actors import Addressee, ToPerson, ToRole, holds
from routine.chat.case import Chat
from routine.effects import Effect, LookUpPerson, SendSms, StaffContact, TellStaff
from routine.phrases import text_of
from routine.unit import Staff

STAFF_TEXT = "Ett ärende i Vaka väntar på dig."


def effects(chat: Chat) -> tuple[Effect, ...]:
    """Everything to be done that has no outcome yet."""
    return () if chat.ended else (*_lookup(chat), *_sms(chat), *_staff(chat))


def _lookup(chat: Chat) -> tuple[Effect, ...]:
    if chat.person is not None:
        return ()
    number = chat.submission.person.personnummer
    return (LookUpPerson(key=f"{chat.contact_id}:person:{chat.lookups + 1}", personnummer=number),)


def _sms(chat: Chat) -> tuple[Effect, ...]:
    return tuple(
        SendSms(
            key=sent.message_id,
            contact_id=chat.contact_id,
            template=sent.template,
            personnummer=chat.submission.person.personnummer,
            text=sent.text,
        )
        for sent in chat.sent
        if sent.channel == "sms" and sent.status == "planned"
    )


def _staff(chat: Chat) -> tuple[Effect, ...]:
    """One message to each who is told something and has asked to be reached outside the house (M17)."""
    told = [alert.to for alert in chat.alerts[chat.alerts_told :]]
    staff = [each for each in chat.unit.staff if any(_is(each, to) for to in told)]
    contacts = [StaffContact(mobile=each.mobile, email=each.email) for each in staff if each.mobile or each.email]
    if not contacts:
        return ()
    text = text_of(chat.unit.phrases, "M17") or STAFF_TEXT
    key = f"{chat.contact_id}:M17:{len(chat.alerts)}"
    return (TellStaff(key=key, contact_id=chat.contact_id, alerts=len(chat.alerts), to=tuple(contacts), text=text),)


def _is(staff: Staff, to: Addressee) -> bool:
    match to:
        case ToPerson(hsa_id=hsa_id):
            return staff.hsa_id == hsa_id
        case ToRole(role=role):
            return holds(staff.roles, role)
