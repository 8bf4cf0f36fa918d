"""Opening hours as they are written: `"08:00-17:00"`, several a day, sorted and apart; and single times of day."""

from contextlib import suppress
from datetime import time
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from routine.hours import Interval


def _interval(value: object) -> object:
    """`"08:00-17:00"` as an interval; anything else is left to be refused."""
    if not isinstance(value, str):
        return value
    opens, _, closes = value.partition("-")
    try:
        first, last = time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError:
        raise ValueError(f'"{value}" är inga öppettider, skriv som "08:00-17:00"') from None
    if first.tzinfo or last.tzinfo or first.microsecond or last.microsecond:
        raise ValueError(f'"{value}" är inga öppettider, skriv som "08:00-17:00"')
    if not first < last:
        raise ValueError(f'"{value}" stänger innan det öppnar')
    return Interval(open=first, close=last)


def said(interval: Interval) -> str:
    """The interval as it is written."""
    return f"{interval.open:%H:%M}-{interval.close:%H:%M}"


def _apart(intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
    # Intervals that touch are refused too: the later one would count as an opening although nothing was closed.
    for earlier, later in pairwise(intervals):
        if later.open <= earlier.close:
            raise ValueError(f"tiderna {said(earlier)} och {said(later)} överlappar, möts eller står i fel ordning")
    return intervals


def _clock(value: object) -> object:
    """`"17:00"` as a wall time, to the second. A bare number is none: 17 would be read as seconds."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = time.fromisoformat(value.strip())
    if not isinstance(value, time) or value.tzinfo or value.microsecond:
        raise ValueError(f'"{value}" är inget klockslag, skriv som "17:00"')
    return value


Span = Annotated[Interval, BeforeValidator(_interval)]
DaySpans = Annotated[tuple[Span, ...], AfterValidator(_apart)]
"""The intervals of one day; empty means closed."""
Clock = Annotated[time, BeforeValidator(_clock)]
