"""What a chat wants done in the world, derived from its state."""

from routine.chat.case import Chat
from routine.effects import LookUpPerson


def effects(chat: Chat) -> tuple[LookUpPerson, ...]:
    """Everything to be done that has no outcome yet."""
    if chat.person is not None or chat.ended:
        return ()
    number = chat.submission.person.personnummer
    key = f"{chat.contact_id}:person:{chat.lookups + 1}"
    return (LookUpPerson(key=key, personnummer=number),)
