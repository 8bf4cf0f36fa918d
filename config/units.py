"""The units as they are configured, and the snapshot of one that a case carries from its beginning (A15)."""

import tomllib
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationError

from routine.actors import HsaId, Role
from routine.frozen import Frozen
from routine.hours import CalendarException, Interval, OpeningHours, local_date
from routine.phrases import Phrase
from routine.red_days import red_days
from routine.roster import Roster, Shift
from routine.unit import Policy, Staff, Unit

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARS_AHEAD = 5


class ConfigurationError(Exception):
    """The configuration cannot be used; the message names the file and the field."""


def _interval(value: object) -> object:
    """`"08:00-17:00"` as an interval; anything else is left to be refused."""
    if not isinstance(value, str):
        return value
    opens, _, closes = value.partition("-")
    return Interval(open=time.fromisoformat(opens), close=time.fromisoformat(closes))


Span = Annotated[Interval, BeforeValidator(_interval)]


class ExceptionEntry(Frozen):
    """A date that differs: closed, shorter, or open though red."""

    date: date
    intervals: tuple[Span, ...] = ()
    reason: str


class UnitEntry(Frozen):
    """A unit as it is written in `units.toml`."""

    code: str
    name: str
    unit_type: Literal["vardcentral", "other"]
    closed_red_days: Literal["by_law", "none"]
    closed_eves: tuple[str, ...] = ()
    week: dict[str, tuple[Span, ...]]
    exceptions: tuple[ExceptionEntry, ...] = ()
    staff: tuple[Staff, ...]
    roster: tuple[Shift, ...]
    policy: Policy = Policy()


class OtherStaff(Frozen):
    """Somebody who signs in but belongs to no unit's staff."""

    hsa_id: HsaId
    name: str
    roles: tuple[Role, ...]
    unit: str


class UnitsFile(Frozen):
    """The whole of `units.toml`."""

    policy_version: str
    units: tuple[UnitEntry, ...]
    phrases: tuple[Phrase, ...] = ()
    others: tuple[OtherStaff, ...] = ()


class Units:
    """Every configured unit."""

    def __init__(self, file: UnitsFile) -> None:
        self.file = file
        self._entries = {entry.code: entry for entry in file.units}

    @property
    def codes(self) -> tuple[str, ...]:
        """The units' codes, as configured."""
        return tuple(self._entries)

    def snapshot(self, code: str, now: datetime, override: dict[str, object] | None = None) -> Unit | None:
        """The unit as a case that begins now carries it: red days as dates, years ahead; None if there is no such unit.

        `override` replaces keys of table A15 (demo only). Raises ConfigurationError if it cannot be.
        """
        entry = self._entries.get(code)
        if entry is None:
            return None
        year = local_date(now).year
        policy = _overridden(entry.policy, override or {})
        return Unit(
            code=entry.code,
            name=entry.name,
            unit_type=entry.unit_type,
            hours=self._hours(code, year),
            roster=Roster(standard=entry.roster),
            staff=entry.staff,
            phrases=self.file.phrases,
            policy=policy,
            policy_version=self.file.policy_version,
        )

    def staff(self) -> dict[str, tuple[str, tuple[Role, ...], str]]:
        """Everybody who may sign in to the demo: name, roles and unit by HSA-id."""
        own = {who.hsa_id: (who.name, who.roles, entry.code) for entry in self.file.units for who in entry.staff}
        return own | {who.hsa_id: (who.name, who.roles, who.unit) for who in self.file.others}

    @lru_cache(maxsize=256)  # noqa: B019 - one Units lives as long as its process
    def _hours(self, code: str, year: int) -> OpeningHours:
        entry = self._entries[code]
        closed = [
            red.date
            for each in range(year - 1, year + YEARS_AHEAD + 1)
            for red in red_days(each)
            if (red.by_law and entry.closed_red_days == "by_law") or red.name.lower() in entry.closed_eves
        ]
        return OpeningHours(
            week=tuple(entry.week.get(day, ()) for day in WEEKDAYS),
            red_days=tuple(dict.fromkeys(closed)),
            exceptions=tuple(
                CalendarException(date=each.date, intervals=each.intervals, reason=each.reason)
                for each in entry.exceptions
            ),
        )


def _overridden(policy: Policy, override: dict[str, object]) -> Policy:
    try:
        return Policy.model_validate(policy.model_dump() | override)
    except ValidationError as error:
        raise ConfigurationError(_told(error)) from None


def _told(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def load_units(folder: Path) -> Units:
    """Read `units.toml` of a configuration folder. Raises ConfigurationError."""
    path = folder / "units.toml"
    try:
        return Units(UnitsFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))))
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {_told(error)}") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
