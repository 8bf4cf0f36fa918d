"""When a unit is staffed (R42), and how much staffed time passes between two instants (R50, A11, A15).

Dates and wall times are Stockholm's, instants are aware and returned in UTC, durations are timedeltas, and intervals
are half-open: 08:00:00 is open, 17:00:00 is closed. Only the unit's own calendar decides what is open; an eve, a
"klämdag" or a long weekend means nothing until it stands there (B6). Residents may write at any time (R41): these are
the hours of the staff.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from routine.frozen import Frozen
from routine.recalled import Recalling, answered

TIMEZONE = ZoneInfo("Europe/Stockholm")
HORIZON = timedelta(days=400)
"""How long a calendar may stay closed before it counts as one that never opens."""

DAY = timedelta(days=1)

Span = tuple[datetime, datetime]
"""One open interval of one day as UTC instants, half-open."""


class NeverOpens(Exception):
    """The calendar holds no open interval within `HORIZON` of the day asked about."""

    def __init__(self, after: date) -> None:
        super().__init__(f"nothing opens within {HORIZON.days} days of {after}")


def local(at: datetime) -> datetime:
    """The instant on Stockholm's clock. Raises ValueError if `at` is naive."""
    return _aware(at).astimezone(TIMEZONE)


@lru_cache(maxsize=4096)
def local_date(at: datetime) -> date:
    """The date on Stockholm's wall at the instant. Raises ValueError if `at` is naive."""
    return local(at).date()


@lru_cache(maxsize=4096)
def at_local(day: date, wall: time) -> datetime:
    """The UTC instant of a Stockholm wall time; later wall times never give earlier instants.

    A wall time that daylight saving skips moves forward to the end of the gap, one that occurs twice is the first.
    Raises ValueError if `wall` carries a time zone.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no time zone")
    asked = datetime.combine(day, wall.replace(fold=0))
    instant = asked.replace(tzinfo=TIMEZONE).astimezone(UTC)
    shown = instant.astimezone(TIMEZONE)
    if shown.replace(tzinfo=None) == asked:
        return instant
    # Stockholm's gaps are one whole hour, so a skipped time lands in the hour that begins where the gap ends.
    return shown.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


class Interval(Frozen):
    """Local wall times from `open` up to but not including `close`, to the second, within one day."""

    open: time
    close: time

    @model_validator(mode="after")
    def _is_a_stretch_of_wall_time(self) -> Self:
        if any(wall.tzinfo is not None or wall.microsecond for wall in (self.open, self.close)):
            raise ValueError("opening hours are wall times to the second, without a time zone")
        if not self.open < self.close:
            raise ValueError("an interval must open before it closes")
        return self


def _in_order(intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
    # Intervals that touch are refused too: the later one would count as an opening although nothing was closed.
    if any(later.open <= earlier.close for earlier, later in pairwise(intervals)):
        raise ValueError("the intervals of a day must be sorted, with closed time between them")
    return intervals


DayIntervals = Annotated[tuple[Interval, ...], AfterValidator(_in_order)]
"""The intervals of one day, sorted and apart; empty means closed."""


class CalendarException(Frozen):
    """What holds on one date whatever law and weekday say: closed, shortened, or open on a red day (B6)."""

    date: date
    intervals: DayIntervals
    reason: str


class OpeningHours(Recalling):
    """A unit's calendar (R42): exceptions win over red days, red days over the week.

    `week` runs Monday to Sunday. `red_days` are explicit dates, so that no upgrade of a holiday library changes a case
    that runs already. Instants given to the methods must be aware, otherwise they raise ValueError.
    """

    week: Annotated[tuple[DayIntervals, ...], Field(min_length=7, max_length=7)]
    red_days: tuple[date, ...] = ()
    exceptions: tuple[CalendarException, ...] = ()

    @model_validator(mode="after")
    def _rules_each_date_once(self) -> Self:
        if len({exception.date for exception in self.exceptions}) != len(self.exceptions):
            raise ValueError("a date has more than one exception")
        return self

    @answered
    def intervals_on(self, day: date) -> tuple[Span, ...]:
        """The open intervals of a day, in order. Wall time that daylight saving skips is left out."""
        wall = self._deviations.get(day, self.week[day.weekday()])
        bounds = ((at_local(day, interval.open), at_local(day, interval.close)) for interval in wall)
        return tuple((opens, closes) for opens, closes in bounds if opens < closes)

    @answered
    def is_open(self, at: datetime) -> bool:
        """Whether the unit is staffed at the instant: open <= at < close (A11)."""
        return any(opens <= at < closes for opens, closes in self.intervals_on(local_date(at)))

    def is_open_day(self, day: date) -> bool:
        """Whether the unit opens at all on the day."""
        return bool(self.intervals_on(day))

    def opening_of(self, day: date) -> datetime | None:
        """The first opening of the day, None if it is closed."""
        spans = self.intervals_on(day)
        return spans[0][0] if spans else None

    def closing_of(self, day: date) -> datetime | None:
        """The last closing of the day, None if it is closed."""
        spans = self.intervals_on(day)
        return spans[-1][1] if spans else None

    def next_opening(self, at: datetime) -> datetime:
        """The first instant at or after `at` when an interval opens: 06:00 gives today 08:00, 08:00:01 a later opening.

        Raises NeverOpens.
        """
        at = _aware(at)
        return next(opens for opens, _ in self._spans_from(local_date(at)) if opens >= at)

    @answered
    def next_open_day(self, day: date) -> date:
        """The first open day strictly after `day` ("kommande vardag", R51). Raises NeverOpens."""
        opens, _ = next(self._spans_from(day + DAY))
        return local_date(opens)

    @answered
    def add_open(self, at: datetime, amount: timedelta) -> datetime:
        """The earliest instant by which `amount` of open time has passed since `at`.

        An amount that fits exactly ends at closing, not at the next opening. Nothing at all is owed from the first
        open instant: `at` itself if open, otherwise the next opening. Raises NeverOpens, and ValueError if `amount`
        is negative.
        """
        if amount < timedelta(0):
            raise ValueError("open time cannot be taken back")
        at = _aware(at)
        spans = self._spans_from(local_date(at))
        while True:
            opens, closes = next(spans)
            start = max(at, opens)
            if start >= closes:
                continue
            if amount <= closes - start:
                return start + amount
            amount -= closes - start

    @answered
    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        """The earliest instant by which so many open minutes have passed since `at` (`add_open`)."""
        return self.add_open(at, timedelta(minutes=minutes))

    @answered
    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` up to `end`; zero if `end` does not come after `start`."""
        start, end = _aware(start), _aware(end)
        total = timedelta(0)
        day, last = local_date(start), local_date(end)
        while day <= last:
            for opens, closes in self.intervals_on(day):
                total += max(min(closes, end) - max(opens, start), timedelta(0))
            day += DAY
        return total

    def _spans_from(self, day: date) -> Iterator[Span]:
        """Every open interval from the day on, without end. Raises NeverOpens after `HORIZON` of closed days."""
        last_open = day
        while day - last_open <= HORIZON:
            for span in self.intervals_on(day):
                last_open = day
                yield span
            day += DAY
        raise NeverOpens(last_open)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """A roster is asked with its unit's hours at every turn: they are hashed once."""
        return hash((self.week, self.red_days, self.exceptions))

    @cached_property
    def _deviations(self) -> dict[date, tuple[Interval, ...]]:
        """The dates on which the weekday does not decide."""
        closed: dict[date, tuple[Interval, ...]] = dict.fromkeys(self.red_days, ())
        return closed | {exception.date: exception.intervals for exception in self.exceptions}


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("an instant must carry its UTC offset")
    return at if at.tzinfo is UTC else at.astimezone(UTC)
