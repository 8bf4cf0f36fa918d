"""Questions to the population register."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from gateways.people import PeopleRegister, RegisterUnavailable
from routine.chat.events import PersonKnown
from routine.effects import LookUpPerson


class PeopleActivities:
    """Asks the register; its absence is an error that is tried again, never a guess."""

    def __init__(self, register: PeopleRegister) -> None:
        self._register = register

    @activity.defn
    async def look_up_person(self, effect: LookUpPerson) -> PersonKnown:
        """What the register says of the person (R76). Raises ApplicationError while it cannot be asked."""
        try:
            person = await self._register.lookup(effect.personnummer)
        except RegisterUnavailable:
            raise ApplicationError("the population register did not answer", type="RegisterUnavailable") from None
        if person is None:
            return PersonKnown(found=False, name=None, protected=False, deceased=False)
        return PersonKnown(
            found=True,
            name=f"{person.given_name} {person.surname}",
            protected=person.protected,
            deceased=person.deceased,
        )
