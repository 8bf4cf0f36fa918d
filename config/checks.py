"""What the keys of `units.toml` must say together: codes once, known people, open days, somebody responsible (R43)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import time

from config.entries import WEEKDAYS, UnitEntry, UnitsFile
from config.errors import Problem
from config.spans import said
from config.toml_lines import Path
from routine.hours import Interval
from routine.phrases import WEEKDAYS as SWEDISH_WEEKDAYS
from routine.roster import Shift


def problems(file: UnitsFile) -> Iterator[Problem]:
    """Every problem, in the order of the file."""
    if not file.units:
        yield (), "det finns ingen enhet"
    yield from _twice(((("units", number, "code"), unit.code) for number, unit in enumerate(file.units)), "enheten")
    vardcentraler = {unit.code for unit in file.units if unit.unit_type == "vardcentral"}
    for number, unit in enumerate(file.units):
        for path, sentence in (*_unit(unit), *_clinics(unit, vardcentraler)):
            yield ("units", number, *path), f"{unit.code}: {sentence}"
    people = [
        *(
            (("units", number, "staff", row, "hsa_id"), who.hsa_id)
            for number, unit in enumerate(file.units)
            for row, who in enumerate(unit.staff)
        ),
        *((("others", row, "hsa_id"), who.hsa_id) for row, who in enumerate(file.others)),
    ]
    yield from _twice(people, "personen")


def _unit(unit: UnitEntry) -> Iterator[Problem]:
    yield from _twice(
        ((("exceptions", row, "date"), str(each.date)) for row, each in enumerate(unit.exceptions)), "undantaget"
    )
    yield from _twice(
        ((("policy", row, "valid_from"), str(each.valid_from or "utan datum")) for row, each in enumerate(unit.policy)),
        "policyn",
    )
    if not any(unit.week.values()):
        yield ("week",), "enheten öppnar aldrig"
    yield from _roster(unit)


def _clinics(unit: UnitEntry, vardcentraler: set[str]) -> Iterator[Problem]:
    if unit.clinics and unit.unit_type == "vardcentral":
        yield ("clinics",), "en vårdcentral bokar fysiska besök hos sig själv, clinics ska inte anges (R63)"
        return
    for row, code in enumerate(unit.clinics):
        if code not in vardcentraler:
            yield ("clinics", row), f"det finns ingen vårdcentral {code}"
    yield from _twice(((("clinics", row), code) for row, code in enumerate(unit.clinics)), "vårdcentralen")


def _roster(unit: UnitEntry) -> Iterator[Problem]:
    known = {who.hsa_id for who in unit.staff}
    for row, shift in enumerate(unit.roster):
        if shift.hsa_id not in known:
            yield ("roster", row, "hsa_id"), f"{shift.hsa_id} står i schemat men hör inte till enhetens personal"
        if shift.start and shift.end and not shift.start < shift.end:
            yield ("roster", row), f"passet {shift.start:%H:%M}-{shift.end:%H:%M} slutar innan det börjar"
    responsible = [shift for shift in unit.roster if shift.responsible]
    if not responsible:
        yield ("roster",), "ingen i schemat är ansvarig för inflödet (R43)"
        return
    days = [
        *((SWEDISH_WEEKDAYS[number], ("week", day), unit.week.get(day, ())) for number, day in enumerate(WEEKDAYS)),
        *((str(each.date), ("exceptions", row), each.intervals) for row, each in enumerate(unit.exceptions)),
    ]
    for name, path, intervals in days:
        for gap in _gaps(intervals, responsible):
            yield path, f"ingen är ansvarig för inflödet {name} {said(gap)} (R43)"


def _gaps(intervals: tuple[Interval, ...], shifts: list[Shift]) -> Iterator[Interval]:
    """The open time of a day that no responsible person's shift covers."""
    if not intervals:
        return
    opening, closing = intervals[0].open, intervals[-1].close
    spans = sorted((shift.start or opening, shift.end or closing) for shift in shifts)
    for interval in intervals:
        yield from _uncovered(interval, spans)


def _uncovered(interval: Interval, spans: list[tuple[time, time]]) -> Iterator[Interval]:
    at = interval.open
    for start, end in spans:
        if start > at and start < interval.close:
            yield Interval(open=at, close=start)
        if start < interval.close:
            at = max(at, end)
    if at < interval.close:
        yield Interval(open=at, close=interval.close)


def _twice(named: Iterable[tuple[Path, str]], what: str) -> Iterator[Problem]:
    """Names that stand more than once, at their second place."""
    seen: Counter[str] = Counter()
    for path, name in named:
        seen[name] += 1
        if seen[name] == 2:
            yield path, f"{what} {name} finns två gånger"
