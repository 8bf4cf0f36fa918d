"""`units.toml` as it is written, key by key. What several keys say together is judged in `config.checks`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from config.policy import DatedPolicy
from config.spans import Clock, DaySpans
from routine.actors import GROUPS, HsaId, Role
from routine.frozen import Frozen
from routine.on_call import DutyWindow
from routine.red_days import AS_IF_FREE, BY_LAW
from routine.roster import Shift
from routine.unit import Staff

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RED_DAYS = frozenset(name.lower() for name in AS_IF_FREE | BY_LAW)
SHORTEST_OPEN_WORD = 4
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Phone = Annotated[str, StringConstraints(pattern=r"^0[0-9]{1,3}-[0-9][0-9 ]{4,10}[0-9]$")]
Mobile = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


def _red(name: str) -> str:
    if name.lower() not in RED_DAYS:
        raise ValueError(f"{name} är ingen röd dag eller afton")
    return name.lower()


def _searchable(word: str) -> str:
    """A word that could not miss, or would hit almost anything, is a slip of the pen."""
    plain = word.strip()
    if not plain.strip("*"):
        raise ValueError("ett sökord får inte vara tomt")
    if "*" in plain[:-1]:
        raise ValueError(f'"{word}": stjärnan får bara stå sist')
    if plain.endswith("*") and len(plain) <= SHORTEST_OPEN_WORD:
        raise ValueError(f'"{word}" är för kort för att fortsätta, minst {SHORTEST_OPEN_WORD} bokstäver före stjärnan')
    if not (plain[0].isalnum() and plain.rstrip("*")[-1].isalnum()):
        raise ValueError(f'"{word}" ska börja och sluta med en bokstav')
    return plain


def _some(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words:
        raise ValueError("screening_words är tom: då söks ingen fritext igenom")
    return words


def _answers(windows: tuple[DutyWindow, ...]) -> tuple[DutyWindow, ...]:
    if not windows:
        raise ValueError("windows är tom: då svarar ingen")
    return windows


def _personal(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if not roles or any(role in GROUPS for role in roles):
        raise ValueError("roles ska vara en eller flera yrkesroller")
    return roles


Words = Annotated[tuple[Annotated[str, AfterValidator(_searchable)], ...], AfterValidator(_some)]
"""What is looked for in free text (B8); docs/screening.md."""


class StaffEntry(Staff):
    """A member of a unit's staff; groups such as `assessor` are nobody's own role."""

    roles: Annotated[tuple[Role, ...], AfterValidator(_personal)]


class ExceptionEntry(Frozen):
    """A date that differs: closed, shorter, or open though red (B6)."""

    date: date
    intervals: DaySpans = ()
    reason: Name


class WindowEntry(DutyWindow):
    """When somebody on call answers; it begins on such days and may last into the next date."""

    start: Clock
    end: Clock


class DutyEntry(Frozen):
    """Somebody who can be turned to when the unit cannot (B3).

    The unit's own physicians stand in its roster, and 112 is the number `sos` in `texts.toml`.
    """

    target: Literal["on_call", "psychiatric_emergency"]
    name: Name
    phone: Phone
    hsa_id: HsaId | None = None
    mobile: Mobile | None = None
    email: Email | None = None
    windows: Annotated[tuple[WindowEntry, ...], AfterValidator(_answers)]


class UnitEntry(Frozen):
    """A unit as it is written in `units.toml`."""

    code: Name
    name: Name
    phone: Phone | None = None
    unit_type: Literal["vardcentral", "other"]
    closed_red_days: Literal["by_law", "none"]
    closed_eves: tuple[Annotated[str, AfterValidator(_red)], ...] = ()
    week: dict[Weekday, DaySpans]
    exceptions: tuple[ExceptionEntry, ...] = ()
    staff: tuple[StaffEntry, ...]
    roster: tuple[Shift, ...]
    policy: tuple[DatedPolicy, ...] = ()
    screening_words: Words | None = None
    """The unit's own list instead of the file's."""
    on_call: tuple[DutyEntry, ...] | None = None
    """The unit's own directory instead of the file's."""
    clinics: tuple[Name, ...] = ()
    """The vårdcentraler where its patients may be booked for a physical visit; a vårdcentral has its own (R63)."""


class OtherStaff(Frozen):
    """Somebody who signs in but belongs to no unit's staff."""

    hsa_id: HsaId
    name: Name
    roles: Annotated[tuple[Role, ...], AfterValidator(_personal)]
    unit: Name


class UnitsFile(Frozen):
    """The whole of `units.toml`."""

    policy_version: Name
    screening_words: Words
    on_call: tuple[DutyEntry, ...] = ()
    units: tuple[UnitEntry, ...]
    others: tuple[OtherStaff, ...] = ()
