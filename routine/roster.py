"""Who is on duty when, and the one named person responsible for the inflow (R43)."""

from datetime import date, datetime, time

from routine.actors import HsaId
from routine.frozen import Frozen
from routine.hours import OpeningHours, at_local, local_date
from routine.recalled import Recalling, answered

LOOK_AHEAD = 14
"""How many open days ahead a shift is looked for; the next rung of a ladder looks again."""


class Shift(Frozen):
    """One person's duty on a day; without times it lasts from the day's opening to its closing."""

    hsa_id: HsaId
    start: time | None = None
    end: time | None = None
    responsible: bool = False


class DatedRoster(Frozen):
    """The shifts of one date; they replace the standard ones."""

    date: date
    shifts: tuple[Shift, ...]


class Roster(Recalling):
    """The standard shifts of every open day, and the dates that differ."""

    standard: tuple[Shift, ...] = ()
    dated: tuple[DatedRoster, ...] = ()

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """The shifts of a date, in roster order."""
        return next((dated.shifts for dated in self.dated if dated.date == day), self.standard)

    @answered
    def spans(
        self, day: date, hours: OpeningHours, hsa_id: str | None = None
    ) -> tuple[tuple[Shift, datetime, datetime], ...]:
        """Each shift of an open date, or one person's, with its half-open span as UTC instants; none if closed."""
        opening, closing = hours.opening_of(day), hours.closing_of(day)
        if opening is None or closing is None:
            return ()
        return tuple(
            (
                shift,
                at_local(day, shift.start) if shift.start else opening,
                at_local(day, shift.end) if shift.end else closing,
            )
            for shift in self.shifts_on(day)
            if hsa_id is None or shift.hsa_id == hsa_id
        )

    def on_duty(self, hsa_id: str, at: datetime, hours: OpeningHours) -> bool:
        """Whether a shift of the person covers the instant."""
        return any(start <= at < end for _, start, end in self.spans(local_date(at), hours, hsa_id))

    def responsible(self, at: datetime, hours: OpeningHours) -> str | None:
        """The named person responsible at the instant (R43), or None: then the manager is told instead."""
        # A rung that falls due at the very second of closing still belongs to the day's responsible person, one at the
        # change of shift to who has come.
        covering = [row for row in self.spans(local_date(at), hours) if row[0].responsible and row[1] <= at <= row[2]]
        covering.sort(key=lambda row: at == row[2])
        return covering[0][0].hsa_id if covering else None

    def next_change(self, hsa_id: str, at: datetime, hours: OpeningHours) -> datetime | None:
        """The first instant after `at` when the person's being on duty begins or ends; None if that is far off."""
        day, on_duty = local_date(at), self.on_duty(hsa_id, at, hours)
        for _ in range(LOOK_AHEAD):
            instants = [
                instant
                for _, start, end in self.spans(day, hours, hsa_id)
                for instant in (start, end)
                if instant > at and self.on_duty(hsa_id, instant, hours) != on_duty
            ]
            if instants:
                return min(instants)
            day = hours.next_open_day(day)
        return None
