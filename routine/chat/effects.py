"""What a chat wants done in the world, derived from its state."""

from routine.actors import Addressee, Role, ToPerson, ToRole, holds
from routine.chat.case import Alert, Chat
from routine.effects import Effect, LookUpPerson, SendSms, StaffContact, StartPathway, TellStaff
from routine.phrases import text_of
from routine.recalled import recalled
from routine.unit import Staff, Unit

STAFF_TEXT = "Ett ärende i Vaka väntar på dig."


@recalled
def effects(chat: Chat) -> tuple[Effect, ...]:
    """Everything to be done that has no outcome yet."""
    return () if chat.ended else (*_pathway(chat), *_lookup(chat), *_sms(chat), *_staff(chat))


def _pathway(chat: Chat) -> tuple[StartPathway, ...]:
    return (StartPathway(key=f"{chat.contact_id}:pathway"),) if chat.wants_pathway else ()


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
    key = f"{chat.contact_id}:M17:{chat.alerts_told + 1}"
    return tell_staff(chat.contact_id, key, chat.unit, chat.alerts, chat.alerts_told)


def tell_staff(contact_id: str, key: str, unit: Unit, alerts: tuple[Alert, ...], so_far: int) -> tuple[TellStaff, ...]:
    """One message for the alerts that have not been passed on, to each of those who can be reached.

    The key stays the same until its outcome is heard: what is raised meanwhile waits, and nobody is told twice.
    """
    told = [alert.to for alert in alerts[so_far:]]
    found = [
        StaffContact(mobile=each.mobile, email=each.email) for each in unit.staff if any(_is(each, to) for to in told)
    ]
    if ToRole(role=Role.ON_CALL) in told and (duty := unit.on_call.on_duty("on_call", alerts[-1].at)):
        found.append(StaffContact(mobile=duty.mobile, email=duty.email))
    contacts = tuple(each for each in found if each.mobile or each.email)
    if not contacts:
        return ()
    text = text_of(unit.phrases, "M17") or STAFF_TEXT
    return (TellStaff(key=key, contact_id=contact_id, alerts=len(alerts), to=contacts, text=text),)


def _is(staff: Staff, to: Addressee) -> bool:
    match to:
        case ToPerson(hsa_id=hsa_id):
            return staff.hsa_id == hsa_id
        case ToRole(role=role):
            return holds(staff.roles, role)
