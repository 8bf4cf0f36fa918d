"""Who outside the unit answers when: the on-call directory (beredskapsjour) with its duty windows (R72, X8, B3).

The on-call physician has no duty on weekdays in office hours, which is when chats are staffed: whoever asks for a
target must be told so, never left to wait until 17:00. `routine.reachable` says what resolves for a unit.
"""

from datetime import date, datetime, time
from typing import Literal, Self

from pydantic import model_validator

from routine.actors import HsaId
from routine.frozen import Frozen
from routine.hours import DAY, Span, at_local, local_date

Target = Literal["on_call", "unit_physician", "psychiatric_emergency", "emergency_112"]
"""To whom a handover on call can be addressed (`handover_on_call.target`)."""
Days = Literal["weekdays", "free_days", "every_day"]
"""Free days are Saturdays, Sundays and the holidays of SFS 1989:253; eves are weekdays in law (B6)."""

SATURDAY = 5
SWEDISH: dict[Target, str] = {
    "on_call": "beredskapsjouren",
    "unit_physician": "enhetens läkare",
    "psychiatric_emergency": "psykiatriska akutmottagningen",
    "emergency_112": "112",
}


class DutyWindow(Frozen):
    """Local wall times from `start` up to but not including `end`, to the second, beginning on each of the `days`.

    One whose end is not after its start lasts into the next date: 17:00 to 08:00 is a night, 08:00 to 08:00 a day and
    night, 00:00 to 00:00 the whole date.
    """

    days: Days
    start: time
    end: time

    @model_validator(mode="after")
    def _is_a_stretch_of_wall_time(self) -> Self:
        if any(wall.tzinfo is not None or wall.microsecond for wall in (self.start, self.end)):
            raise ValueError("a duty window is wall times to the second, without a time zone")
        return self

    def begun_on(self, day: date) -> Span:
        """The half-open span of the window that begins on the date, as UTC instants, whatever kind of day it is."""
        last = day if self.start < self.end else day + DAY
        return at_local(day, self.start), at_local(last, self.end)


class Duty(Frozen):
    """Somebody who answers for a target, by what number, and in which windows; without any, never."""

    target: Target
    name: str
    phone: str
    """As it is dialled by people, `035-13 10 00`."""
    hsa_id: HsaId | None = None
    mobile: str | None = None
    """E.164; where to be told that a case waits."""
    email: str | None = None
    windows: tuple[DutyWindow, ...] = ()


class Directory(Frozen):
    """The on-call directory as a case carries it.

    `holidays` are explicit dates, as a unit's red days are (ADR 0006). They are the law's alone: an eve that the unit
    keeps closed is a weekday to those on call.
    """

    duties: tuple[Duty, ...] = ()
    holidays: tuple[date, ...] = ()

    def is_free(self, day: date) -> bool:
        """Whether the date is free in law: a Saturday, a Sunday or a holiday of SFS 1989:253."""
        return day.weekday() >= SATURDAY or day in self.holidays

    def has(self, target: Target) -> bool:
        """Whether anybody at all is configured for the target, on duty or not."""
        return any(duty.target == target for duty in self.duties)

    def on_duty(self, target: Target, at: datetime) -> Duty | None:
        """Who answers for the target at the instant, the first in the directory's order; None if nobody does.

        Raises ValueError if `at` is naive.
        """
        today = local_date(at)
        # A window lasts into the next date at most.
        return next(
            (
                duty
                for duty in self.duties
                if duty.target == target
                for day in (today - DAY, today)
                for start, end in self._spans(duty, day)
                if start <= at < end
            ),
            None,
        )

    def spans(self, target: Target, day: date) -> tuple[Span, ...]:
        """When somebody answers for the target, as the windows that begin on the date, in order; they may overlap."""
        return tuple(sorted(span for duty in self.duties if duty.target == target for span in self._spans(duty, day)))

    def _spans(self, duty: Duty, day: date) -> tuple[Span, ...]:
        kinds = ("every_day", "free_days" if self.is_free(day) else "weekdays")
        return tuple(window.begun_on(day) for window in duty.windows if window.days in kinds)
