"""The on-call directory as a case carries it, and when a unit is closed and nobody on call answers (B3)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from config.entries import DutyEntry
from routine.hours import DAY, Span, at_local, local
from routine.on_call import Directory, Duty, DutyWindow
from routine.phrases import WEEKDAYS, Number, dial
from routine.unit import Unit

AHEAD = timedelta(days=366)
MANY = 3
"""How many kinds of stretches are named."""


def directory(entries: tuple[DutyEntry, ...], numbers: tuple[Number, ...], holidays: tuple[date, ...]) -> Directory:
    """The configured duties, and 112, whose number stands among those residents are told to call."""
    round_the_clock = DutyWindow(days="every_day", start=time(0), end=time(0))
    name = next((each.name for each in numbers if each.key == "sos"), "SOS Alarm")
    emergency = Duty(target="emergency_112", name=name, phone=dial(numbers, "sos")[0], windows=(round_the_clock,))
    return Directory(
        duties=(*(Duty.model_validate(entry.model_dump()) for entry in entries), emergency), holidays=holidays
    )


def warnings(unit: Unit, today: date) -> Iterator[str]:
    """What the unit should have and has not, a sentence each: somebody on call whenever it is closed, a vårdcentral."""
    if not unit.on_call.has("psychiatric_emergency"):
        yield f"{unit.code}: ingen psykiatrisk akutmottagning finns i jourlistan"
    if unit.unit_type == "other" and not unit.clinics:
        yield f"{unit.code}: ingen vårdcentral att boka fysiska besök på (clinics, R63)"
    if not unit.on_call.has("on_call"):
        yield f"{unit.code}: ingen beredskapsjour finns i jourlistan (R72)"
    elif found := tuple(gaps(unit, today, today + AHEAD)):
        yield f"{unit.code}: stängt och ingen beredskapsjour {_brief(found)}"


def gaps(unit: Unit, first: date, last: date) -> Iterator[Span]:
    """The stretches from the first date up to the last when the unit is closed and nobody on call is on duty."""
    at, end = at_local(first, time(0)), at_local(last, time(0))
    days = [first + DAY * number for number in range(-1, (last - first).days)]
    covered = [span for day in days for span in (*unit.hours.intervals_on(day), *unit.on_call.spans("on_call", day))]
    for start, until in (*sorted(span for span in covered if span[0] < span[1]), (end, end)):
        if start > at:
            yield at, start
        at = max(at, until)


def _brief(found: tuple[Span, ...]) -> str:
    """The commonest stretches by weekday and wall time, each with its first date."""
    counts = Counter(_named(span) for span in found)
    first = {_named(span): local(span[0]).date() for span in reversed(found)}
    said = [
        f"{name} ({first[name]})" if count == 1 else f"{name} ({count} gånger, först {first[name]})"
        for name, count in counts.most_common(MANY)
    ]
    others = [f"och {len(counts) - MANY} till"] if len(counts) > MANY else []
    return ", ".join((*said, *others))


def _named(span: Span) -> str:
    start, end = (local(bound) for bound in span)
    return f"{_at(start)}–{end:%H.%M}" if start.date() == end.date() else f"{_at(start)}–{_at(end)}"


def _at(wall: datetime) -> str:
    return f"{WEEKDAYS[wall.weekday()]} {wall:%H.%M}"
