"""The units as they are configured, and the snapshot of one that a case carries from its beginning (A15)."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from config import checks, on_call, texts
from config.entries import WEEKDAYS, UnitEntry, UnitsFile
from config.errors import ConfigurationError, told
from config.policy import BoundPolicy, policy_at
from config.read import read
from config.texts import TextsFile
from routine.actors import Role
from routine.hours import CalendarException, OpeningHours, local_date
from routine.on_call import Directory
from routine.phrases import Number, Phrase
from routine.red_days import closed_dates, red_days
from routine.roster import Roster
from routine.unit import Clinic, Policy, Staff, Unit

YEARS_AHEAD = 5

__all__ = ["ConfigurationError", "Units", "load_units"]


class Units:
    """Every configured unit."""

    def __init__(self, file: UnitsFile, texts_file: TextsFile) -> None:
        self.file = file
        self.texts = texts_file
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
        dated, year = policy_at(entry.policy, now), local_date(now).year
        version = self.file.policy_version
        return Unit(
            code=entry.code,
            name=entry.name,
            unit_type=entry.unit_type,
            hours=self._hours(code, year),
            roster=Roster(standard=entry.roster),
            staff=tuple(Staff.model_validate(who.model_dump()) for who in entry.staff),
            phrases=self.phrases(code),
            policy=_overridden(dated.plain(), override or {}),
            policy_version=f"{version}@{dated.valid_from}" if dated.valid_from else version,
            screening_words=entry.screening_words or self.file.screening_words,
            numbers=self.texts.numbers,
            on_call=self._on_call(code, year),
            clinics=tuple(
                Clinic(code=each, name=self._entries[each].name, hours=self._hours(each, year))
                for each in entry.clinics
            ),
        )

    def snapshots(self, now: datetime) -> tuple[Unit, ...]:
        """Every unit as a case that begins now carries it."""
        return tuple(unit for code in self.codes if (unit := self.snapshot(code, now)))

    def phrases(self, code: str) -> tuple[Phrase, ...]:
        """A unit's texts, as cases that begin now carry them. Raises KeyError if there is no such unit."""
        return texts.phrases_for(self.texts, self._entries[code])

    def due_for_review(self, today: date) -> tuple[Number, ...]:
        """The crisis numbers whose review date has passed (B8)."""
        return texts.due_for_review(self.texts.numbers, today)

    def warnings(self, now: datetime) -> tuple[str, ...]:
        """What each unit lacks to have somebody to turn to, from today on (B3, R63); it can be used all the same."""
        return tuple(said for unit in self.snapshots(now) for said in on_call.warnings(unit, local_date(now)))

    def staff(self) -> dict[str, tuple[str, tuple[Role, ...], str]]:
        """Everybody who may sign in to the demo: name, roles and unit by HSA-id."""
        own = {who.hsa_id: (who.name, who.roles, entry.code) for entry in self.file.units for who in entry.staff}
        return own | {who.hsa_id: (who.name, who.roles, who.unit) for who in self.file.others}

    @lru_cache(maxsize=256)  # noqa: B019 - one Units lives as long as its process
    def _hours(self, code: str, year: int) -> OpeningHours:
        return _calendar(self._entries[code], year)

    @lru_cache(maxsize=256)  # noqa: B019 - as above
    def _on_call(self, code: str, year: int) -> Directory:
        own = self._entries[code].on_call
        return on_call.directory(
            self.file.on_call if own is None else own,
            self.texts.numbers,
            closed_dates(year - 1, year + YEARS_AHEAD, as_if_free=False),
        )


def _calendar(entry: UnitEntry, year: int) -> OpeningHours:
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
            CalendarException(date=each.date, intervals=each.intervals, reason=each.reason) for each in entry.exceptions
        ),
    )


def _overridden(policy: Policy, override: dict[str, object]) -> Policy:
    try:
        return BoundPolicy.model_validate(policy.model_dump() | override).plain()
    except ValidationError as error:
        raise ConfigurationError(*(sentence for _, sentence in told(error))) from None


def load_units(folder: Path) -> Units:
    """Read a configuration folder: `units.toml` and `texts.toml`. Raises ConfigurationError with every problem."""
    file = read(folder / "units.toml", UnitsFile, checks.problems)
    codes = tuple(unit.code for unit in file.units)
    return Units(file, read(folder / "texts.toml", TextsFile, lambda each: texts.problems(each, codes)))
