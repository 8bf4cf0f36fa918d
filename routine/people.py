"""Who a person is to the register (B7): personnummer and samordningsnummer in the twelve-digit form."""

import re
from datetime import date, datetime
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidatorFunctionWrapHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from routine.hours import local_date

PATTERN: Final = "^[0-9]{12}$"
SAMORDNING: Final = 60
"""What a samordningsnummer adds to the day of birth."""
LEAP_YEAR: Final = 2000


class InvalidPersonnummer(ValueError):
    """The text is no personnummer. The message says in Swedish what is wrong and never repeats the number."""


class PersonId(str):
    """A personnummer or samordningsnummer, `YYYYMMDDNNNC` and nothing else: a string that has been checked.

    Its repr is masked, so that a log line or a failed assertion does not tell who the patient is; `str()` and f-strings
    give the number. A reserve number is none of these and is refused. Raises InvalidPersonnummer.
    """

    __slots__ = ()

    def __new__(cls, number: str) -> Self:
        if not re.fullmatch(PATTERN, number):
            raise InvalidPersonnummer("Ett personnummer skrivs med tolv siffror: ÅÅÅÅMMDDNNNN.")
        _birth_date(number[:8])
        if not _check_digit_holds(number[2:]):
            raise InvalidPersonnummer("Personnumrets kontrollsiffra stämmer inte.")
        return super().__new__(cls, number)

    @property
    def is_samordningsnummer(self) -> bool:
        """Whether the number belongs to somebody who is not in the population register."""
        return _is_samordning(self[:8])

    @property
    def birth_date(self) -> date | None:
        """The date of birth; None if the register does not know it, and then a human decides: never assume an adult."""
        return _birth_date(self[:8])

    @property
    def masked(self) -> str:
        """The number fit for a screen that others can see: `19880420-****`."""
        return f"{self[:8]}-****"

    def age_on(self, day: date) -> int | None:
        """Age in whole years on a Stockholm date, counted up from the first moment of the birthday (R31).

        A leap-day child's birthday in other years is 1 March. None if the birth date is unknown or still to come: a
        human decides.
        """
        born = self.birth_date
        if born is None or day < born:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def age_at(self, instant: datetime) -> int | None:
        """Age in whole years on the Stockholm date of the instant, as `age_on`. Raises ValueError if it is naive."""
        return self.age_on(local_date(instant))

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self.masked}')"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            cls._checked, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    @classmethod
    def _checked(cls, value: Any, text: ValidatorFunctionWrapHandler) -> Self:
        return value if isinstance(value, cls) else cls(text(value))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core_schema.str_schema(pattern=PATTERN))


def _is_samordning(birth: str) -> bool:
    return int(birth[6:]) >= SAMORDNING


def _birth_date(birth: str) -> date | None:
    """The date in `YYYYMMDD`, None if it is a samordningsnummer's with an unknown month (00) or day (60).

    Raises InvalidPersonnummer.
    """
    year, month, day = int(birth[:4]), int(birth[4:6]), int(birth[6:])
    samordning = _is_samordning(birth)
    if samordning:
        day -= SAMORDNING
    try:
        if samordning and (month == 0 or day == 0):
            # The part that is known must still be possible in some year.
            date(LEAP_YEAR, month or 1, day or 1)
            return None
        return date(year, month, day)
    except ValueError:
        raise InvalidPersonnummer("Personnumrets födelsedatum finns inte.") from None


def _check_digit_holds(digits: str) -> bool:
    """Whether ten digits satisfy Luhn's rule: every other one doubled from the first, digit sums adding up to tens."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
