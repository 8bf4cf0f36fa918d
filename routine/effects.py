"""What the world must see or be asked: data with a stable key, done by activities, heard of like any event."""

from routine.frozen import Frozen
from routine.people import PersonId


class LookUpPerson(Frozen):
    """Ask the population register about the person (R76); nothing is sent before it has answered."""

    key: str
    personnummer: PersonId
