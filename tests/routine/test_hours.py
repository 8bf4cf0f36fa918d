"""The unit's calendar (R42, R50, B6): tables for the dates that hurt, properties for the arithmetic."""

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from routine.hours import (
    TIMEZONE,
    CalendarException,
    Interval,
    NeverOpens,
    OpeningHours,
    at_local,
    local,
    local_date,
)

OFFICE = (Interval(open=time(8), close=time(17)),)
RED = (
    *(date(2026, 12, day) for day in (24, 25, 26, 31)),
    *(date(2027, 1, day) for day in (1, 6)),
    *(date(2027, 3, day) for day in (26, 28, 29)),
    date(2027, 5, 6),
)
UNIT = OpeningHours(week=(*[OFFICE] * 5, (), ()), red_days=RED)
ROUND_THE_WEEK = OpeningHours(week=((Interval(open=time(0), close=time(23, 59, 59)),),) * 7)


def wall(text: str) -> datetime:
    """`2026-11-23 08:00` or `… 08:00:01` on Stockholm's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(*bounds: tuple[int, int]) -> tuple[Interval, ...]:
    return tuple(Interval(open=time(opens), close=time(closes)) for opens, closes in bounds)


def with_exception(day: date, *intervals: Interval, base: OpeningHours = UNIT) -> OpeningHours:
    exception = CalendarException(date=day, intervals=intervals, reason="enhetens beslut")
    return OpeningHours(week=base.week, red_days=base.red_days, exceptions=(*base.exceptions, exception))


# Tables: open and closed


@pytest.mark.parametrize(
    ("clock", "open_"),
    [("07:59:59", False), ("08:00:00", True), ("16:59:59", True), ("17:00:00", False), ("00:00:00", False)],
)
def test_r50_open_to_the_second_half_open(clock: str, open_: bool) -> None:
    assert UNIT.is_open(wall(f"2026-11-23 {clock}")) is open_
    assert not UNIT.is_open(wall(f"2026-11-22 {clock}"))


def test_r50_open_to_the_microsecond() -> None:
    assert UNIT.is_open(wall("2026-11-23 16:59:59.999999"))


@pytest.mark.parametrize(
    ("first", "last", "before", "after"),
    [
        (date(2026, 12, 24), date(2026, 12, 27), date(2026, 12, 23), date(2026, 12, 28)),
        (date(2026, 12, 31), date(2027, 1, 3), date(2026, 12, 30), date(2027, 1, 4)),
        (date(2027, 1, 6), date(2027, 1, 6), date(2027, 1, 5), date(2027, 1, 7)),
        (date(2027, 3, 26), date(2027, 3, 29), date(2027, 3, 25), date(2027, 3, 30)),
    ],
    ids=["Christmas", "New Year", "Epiphany", "Easter and DST"],
)
def test_b6_closed_runs(first: date, last: date, before: date, after: date) -> None:
    run = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert [UNIT.is_open_day(day) for day in (before, *run, after)] == [True, *[False] * len(run), True]
    assert UNIT.next_open_day(before) == after
    assert UNIT.next_opening(at_local(first, time(0))) == at_local(after, time(8))
    assert UNIT.add_open(at_local(before, time(16, 30)), timedelta(hours=1)) == at_local(after, time(8, 30))
    assert all(UNIT.opening_of(day) is None and UNIT.closing_of(day) is None for day in run)


def test_r42_an_open_day_tells_first_opening_and_last_closing() -> None:
    split = OpeningHours(week=(hours((8, 12), (13, 17)), *[()] * 6))
    assert split.opening_of(date(2026, 11, 23)) == utc("2026-11-23 07:00")
    assert split.closing_of(date(2026, 11, 23)) == utc("2026-11-23 16:00")


# Tables: exceptions win


def test_b6_a_klamdag_is_open_unless_the_unit_says_otherwise() -> None:
    klamdag = date(2027, 5, 7)
    assert UNIT.next_open_day(date(2027, 5, 5)) == klamdag
    assert with_exception(klamdag).next_open_day(date(2027, 5, 5)) == date(2027, 5, 10)


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2026, 12, 27)], ids=["red day", "Sunday"])
def test_b6_an_exception_opens_a_closed_day(day: date) -> None:
    unit = with_exception(day, *hours((10, 14)))
    assert unit.intervals_on(day) == ((at_local(day, time(10)), at_local(day, time(14))),)


def test_b6_an_exception_shortens_a_day() -> None:
    unit = with_exception(date(2026, 12, 23), *hours((8, 12)))
    assert unit.is_open(wall("2026-12-23 11:59:59"))
    assert not unit.is_open(wall("2026-12-23 12:00"))
    assert unit.add_open(wall("2026-12-23 11:30"), timedelta(hours=1)) == wall("2026-12-28 08:30")


def test_b6_an_exception_closes_a_day() -> None:
    unit = with_exception(date(2026, 11, 23))
    assert not unit.is_open_day(date(2026, 11, 23))
    assert unit.next_opening(wall("2026-11-23 06:00")) == wall("2026-11-24 08:00")


# Tables: what comes next


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-11-23 06:00", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-23 08:00"),
        ("2026-11-23 08:00:01", "2026-11-24 08:00"),
        ("2026-11-23 12:00", "2026-11-24 08:00"),
        ("2026-11-23 17:00", "2026-11-24 08:00"),
        ("2026-11-27 17:00", "2026-11-30 08:00"),
        ("2026-11-29 20:10", "2026-11-30 08:00"),
    ],
)
def test_a11_next_opening(at: str, opening: str) -> None:
    assert UNIT.next_opening(wall(at)) == wall(opening)


def test_a11_next_opening_after_the_lunch_break() -> None:
    split = OpeningHours(week=(hours((8, 12), (13, 17)), *[()] * 6))
    assert split.next_opening(wall("2026-11-23 08:00:01")) == wall("2026-11-23 13:00")
    assert split.next_opening(wall("2026-11-23 12:00")) == wall("2026-11-23 13:00")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), date(2026, 11, 24)),
        (date(2026, 11, 27), date(2026, 11, 30)),
        (date(2026, 11, 28), date(2026, 11, 30)),
    ],
)
def test_r51_the_coming_weekday_is_never_the_day_itself(day: date, expected: date) -> None:
    assert UNIT.next_open_day(day) == expected


@pytest.mark.parametrize(
    ("at", "minutes", "due"),
    [
        ("2026-11-23 16:00", 60, "2026-11-23 17:00"),
        ("2026-11-27 16:30", 60, "2026-11-30 08:30"),
        ("2026-11-23 06:00", 15, "2026-11-23 08:15"),
        ("2026-11-23 17:00", 15, "2026-11-24 08:15"),
        ("2026-11-23 09:00", 3 * 9 * 60, "2026-11-26 09:00"),
        ("2026-11-23 10:00", 0, "2026-11-23 10:00"),
        ("2026-11-23 08:00", 0, "2026-11-23 08:00"),
        ("2026-11-23 17:00", 0, "2026-11-24 08:00"),
        ("2026-11-28 10:00", 0, "2026-11-30 08:00"),
        ("2027-03-25 16:30", 60, "2027-03-30 08:30"),
        ("2027-10-29 16:30", 60, "2027-11-01 08:30"),
    ],
)
def test_a15_open_minutes_end_here(at: str, minutes: int, due: str) -> None:
    assert UNIT.add_open(wall(at), timedelta(minutes=minutes)) == wall(due)


def test_a15_open_minutes_bridge_the_lunch_break() -> None:
    split = OpeningHours(week=(hours((8, 12), (13, 17)), *[()] * 6))
    assert split.add_open(wall("2026-11-23 11:30"), timedelta(minutes=30)) == wall("2026-11-23 12:00")
    assert split.add_open(wall("2026-11-23 11:30"), timedelta(minutes=31)) == wall("2026-11-23 13:01")


@pytest.mark.parametrize(
    ("start", "end", "open_hours"),
    [
        ("2026-11-23 08:00", "2026-11-23 17:00", 9),
        ("2026-11-27 16:00", "2026-11-30 09:00", 2),
        ("2026-11-28 00:00", "2026-11-29 23:59", 0),
        ("2026-11-23 10:00", "2026-11-23 10:00", 0),
        ("2026-11-24 10:00", "2026-11-23 10:00", 0),
        ("2026-12-21 00:00", "2027-01-04 00:00", 6 * 9),
    ],
)
def test_a15_open_time_between(start: str, end: str, open_hours: int) -> None:
    assert UNIT.open_between(wall(start), wall(end)) == timedelta(hours=open_hours)


# Tables: daylight saving

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


@pytest.mark.parametrize(
    ("day", "clock", "instant"),
    [
        (SPRING, time(1, 59, 59), "2027-03-28 00:59:59"),
        (SPRING, time(2, 0), "2027-03-28 01:00"),
        (SPRING, time(2, 30), "2027-03-28 01:00"),
        (SPRING, time(2, 59, 59), "2027-03-28 01:00"),
        (SPRING, time(3, 0), "2027-03-28 01:00"),
        (SPRING, time(8, 0), "2027-03-28 06:00"),
        (AUTUMN, time(1, 59, 59), "2027-10-30 23:59:59"),
        (AUTUMN, time(2, 0), "2027-10-31 00:00"),
        (AUTUMN, time(2, 59, 59), "2027-10-31 00:59:59"),
        (AUTUMN, time(2, 30, fold=1), "2027-10-31 00:30"),
        (AUTUMN, time(3, 0), "2027-10-31 02:00"),
        (AUTUMN, time(8, 0), "2027-10-31 07:00"),
    ],
)
def test_b6_skipped_wall_time_moves_to_the_end_of_the_gap_and_doubled_is_the_first(
    day: date, clock: time, instant: str
) -> None:
    assert at_local(day, clock) == utc(instant)


@pytest.mark.parametrize(
    ("day", "bounds", "spans"),
    [
        (SPRING, [(1, 4)], [("2027-03-28 00:00", "2027-03-28 02:00")]),
        (SPRING, [(2, 5)], [("2027-03-28 01:00", "2027-03-28 03:00")]),
        (SPRING, [(2, 3)], []),
        (SPRING, [(2, 3), (8, 9)], [("2027-03-28 06:00", "2027-03-28 07:00")]),
        (AUTUMN, [(1, 4)], [("2027-10-30 23:00", "2027-10-31 03:00")]),
        (AUTUMN, [(2, 3)], [("2027-10-31 00:00", "2027-10-31 02:00")]),
    ],
)
def test_b6_night_hours_lose_the_skipped_hour_and_keep_the_doubled_one(
    day: date, bounds: list[tuple[int, int]], spans: list[tuple[str, str]]
) -> None:
    unit = with_exception(day, *hours(*bounds))
    expected = tuple((utc(opens), utc(closes)) for opens, closes in spans)
    assert unit.intervals_on(day) == expected
    assert unit.is_open_day(day) is bool(expected)


def test_b6_a_close_inside_the_gap_keeps_to_the_wall_clock() -> None:
    """01:00 to 02:30 on the night that ends at 02:00: 03:10 on the wall is past closing."""
    unit = with_exception(SPRING, Interval(open=time(1), close=time(2, 30)))
    assert unit.is_open(utc("2027-03-28 00:59:59"))
    assert not unit.is_open(utc("2027-03-28 01:10"))


@pytest.mark.parametrize(("day", "length"), [(SPRING, 23), (AUTUMN, 25), (date(2027, 3, 27), 24)])
def test_b6_a_whole_day_has_23_24_or_25_hours(day: date, length: int) -> None:
    start, end = at_local(day, time(0)), at_local(day + timedelta(days=1), time(0))
    assert ROUND_THE_WEEK.open_between(start, end) == timedelta(hours=length) - timedelta(seconds=1)


def test_b6_the_house_date_changes_at_stockholm_midnight() -> None:
    assert local_date(utc("2026-11-22 22:59:59")) == date(2026, 11, 22)
    assert local_date(utc("2026-11-22 23:00")) == date(2026, 11, 23)
    assert local_date(utc("2027-06-30 22:00")) == date(2027, 7, 1)
    assert local(utc("2026-11-23 07:00")).time() == time(8)


# Refusals and shape


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        (time(8), time(8)),
        (time(17), time(8)),
        (time(8, 0, 0, 1), time(17)),
        (time(8), time(17, 0, 0, 1)),
        (time(8, tzinfo=UTC), time(17, tzinfo=UTC)),
    ],
)
def test_r42_an_interval_is_a_stretch_of_wall_time(opens: time, closes: time) -> None:
    with pytest.raises(ValidationError):
        Interval(open=opens, close=closes)


@pytest.mark.parametrize("bounds", [[(8, 12), (11, 17)], [(13, 17), (8, 12)], [(8, 17), (8, 17)], [(8, 12), (12, 17)]])
def test_r42_intervals_of_a_day_are_sorted_and_apart(bounds: list[tuple[int, int]]) -> None:
    with pytest.raises(ValidationError, match="sorted"):
        CalendarException(date=SPRING, intervals=hours(*bounds), reason="")
    with pytest.raises(ValidationError, match="sorted"):
        OpeningHours(week=(hours(*bounds), *[()] * 6))


@pytest.mark.parametrize("days", [0, 6, 8])
def test_r42_a_week_has_seven_days(days: int) -> None:
    with pytest.raises(ValidationError):
        OpeningHours(week=(OFFICE,) * days)


def test_b6_a_date_has_one_exception_at_most() -> None:
    once = with_exception(SPRING, *OFFICE)
    with pytest.raises(ValidationError, match="more than one"):
        with_exception(SPRING, base=once)


def test_r42_a_calendar_that_never_opens_says_so() -> None:
    closed = OpeningHours(week=((),) * 7)
    now = wall("2026-11-23 10:00")
    with pytest.raises(NeverOpens):
        closed.next_opening(now)
    with pytest.raises(NeverOpens):
        closed.next_open_day(now.date())
    with pytest.raises(NeverOpens):
        closed.add_open(now, timedelta(0))
    assert closed.open_between(now, now + timedelta(days=7)) == timedelta(0)


def test_r42_closed_for_400_days_is_long_but_not_never() -> None:
    closed, day = OpeningHours(week=((),) * 7), date(2026, 11, 23)
    far = with_exception(day + timedelta(days=400), *OFFICE, base=closed)
    too_far = with_exception(day + timedelta(days=401), *OFFICE, base=closed)
    assert local_date(far.next_opening(at_local(day, time(6)))) == day + timedelta(days=400)
    with pytest.raises(NeverOpens, match="2026-11-23"):
        too_far.next_opening(at_local(day, time(6)))


def test_a15_naive_instants_and_negative_amounts_are_refused() -> None:
    naive, aware = datetime(2026, 11, 23, 10), wall("2026-11-23 10:00")  # noqa: DTZ001 - naive on purpose
    for ask in (UNIT.is_open, UNIT.next_opening, local, local_date):
        with pytest.raises(ValueError, match="UTC offset"):
            ask(naive)
    for start, end in ((naive, aware), (aware, naive)):
        with pytest.raises(ValueError, match="UTC offset"):
            UNIT.open_between(start, end)
    with pytest.raises(ValueError, match="UTC offset"):
        UNIT.add_open(naive, timedelta(0))
    with pytest.raises(ValueError, match="taken back"):
        UNIT.add_open(aware, timedelta(seconds=-1))
    with pytest.raises(ValueError, match="time zone"):
        at_local(SPRING, time(8, tzinfo=UTC))


def test_r42_the_calendar_survives_json_copy_and_pickle_after_use() -> None:
    unit = with_exception(SPRING, *hours((8, 12), (13, 17)))
    unit.next_opening(wall("2026-11-23 10:00"))
    for clone in (
        OpeningHours.model_validate_json(unit.model_dump_json()),
        copy.deepcopy(unit),
        pickle.loads(pickle.dumps(unit)),
    ):
        assert clone == unit
        assert hash(clone) == hash(unit)
        assert clone.intervals_on(SPRING) == unit.intervals_on(SPRING)


@pytest.mark.parametrize("deep", [True, False])
def test_b6_a_changed_copy_forgets_what_the_old_calendar_had_looked_up(deep: bool) -> None:
    day = date(2026, 11, 23)
    assert UNIT.is_open_day(day)
    changed = UNIT.model_copy(update={"red_days": (day,)}, deep=deep)
    assert not changed.is_open_day(day)
    assert UNIT.is_open_day(day)


# Properties

seconds_of_day = st.integers(0, 24 * 3600 - 1)


@st.composite
def days(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Up to three intervals, at any second of the day and so often enough inside the hours that DST moves."""
    bounds = sorted(draw(st.sets(st.one_of(seconds_of_day, st.integers(3600, 4 * 3600)), max_size=6)))
    walls = [time(second // 3600, second // 60 % 60, second % 60) for second in bounds]
    return tuple(Interval(open=opens, close=closes) for opens, closes in zip(walls[::2], walls[1::2], strict=False))


dates = st.one_of(
    st.dates(date(2026, 12, 15), date(2027, 1, 15)),
    st.dates(SPRING - timedelta(days=3), SPRING + timedelta(days=3)),
    st.dates(AUTUMN - timedelta(days=3), AUTUMN + timedelta(days=3)),
)


@st.composite
def calendars(draw: st.DrawFn) -> OpeningHours:
    """Calendars that open at least every Tuesday, whatever else they do."""
    week = draw(st.tuples(*[days()] * 7))
    exceptions = draw(st.dictionaries(dates, days(), max_size=6))
    return OpeningHours(
        week=(week[0], week[1] or OFFICE, *week[2:]),
        red_days=tuple(draw(st.lists(dates, max_size=4))),
        exceptions=tuple(CalendarException(date=day, intervals=cut, reason="") for day, cut in exceptions.items()),
    )


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    midnight = at_local(draw(dates), time(0))
    return midnight + timedelta(seconds=draw(st.one_of(seconds_of_day, st.integers(0, 4 * 3600))))


amounts = st.one_of(st.just(timedelta(0)), st.timedeltas(timedelta(0), timedelta(days=5)))
later = st.timedeltas(timedelta(0), timedelta(days=10))


@given(calendars(), instants(), amounts)
def test_a15_exactly_the_amount_passes_and_not_a_moment_earlier(
    unit: OpeningHours, at: datetime, amount: timedelta
) -> None:
    due = unit.add_open(at, amount)
    assert due >= at
    assert unit.open_between(at, due) == amount
    if amount:
        assert unit.open_between(at, due - timedelta(microseconds=1)) < amount
    else:
        assert unit.is_open(due)


@given(calendars(), instants(), later, amounts)
def test_a15_whoever_starts_later_is_never_due_earlier(
    unit: OpeningHours, at: datetime, shift: timedelta, amount: timedelta
) -> None:
    assert unit.add_open(at, amount) <= unit.add_open(at + shift, amount)


@given(calendars(), instants(), amounts, amounts)
def test_a15_more_time_is_never_due_earlier(
    unit: OpeningHours, at: datetime, amount: timedelta, extra: timedelta
) -> None:
    assert unit.add_open(at, amount) <= unit.add_open(at, amount + extra)


@given(calendars(), instants(), later, later)
def test_a15_open_time_adds_up(unit: OpeningHours, at: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = at + first, at + first + second
    assert unit.open_between(at, middle) + unit.open_between(middle, end) == unit.open_between(at, end)


@given(calendars(), instants())
def test_r42_open_is_what_the_wall_clock_says(unit: OpeningHours, at: datetime) -> None:
    """The calendar read off the wall, without UTC; only the second round of the doubled hour cannot be told so."""
    shown = local(at)
    if shown.fold:
        return
    day, clock = shown.date(), shown.time()
    ruled = dict.fromkeys(unit.red_days, ()) | {exception.date: exception.intervals for exception in unit.exceptions}
    cut: tuple[Interval, ...] = ruled.get(day, unit.week[day.weekday()])
    assert unit.is_open(at) is any(interval.open <= clock < interval.close for interval in cut)


@given(calendars(), instants())
def test_a11_the_next_opening_is_the_first_there_is(unit: OpeningHours, at: datetime) -> None:
    opening = unit.next_opening(at)
    assert opening >= at
    assert unit.is_open(opening)
    assert opening in {opens for opens, _ in unit.intervals_on(local_date(opening))}
    assert unit.next_opening(opening) == opening
    if not unit.is_open(at):
        assert unit.open_between(at, opening) == timedelta(0)


@given(calendars(), dates)
def test_r51_between_a_day_and_the_next_open_one_all_is_closed(unit: OpeningHours, day: date) -> None:
    found = unit.next_open_day(day)
    assert found > day
    assert unit.is_open_day(found)
    assert not any(unit.is_open_day(day + timedelta(days=n)) for n in range(1, (found - day).days))


@given(calendars(), dates)
def test_r42_a_days_intervals_lie_in_the_day_in_order_and_in_utc(unit: OpeningHours, day: date) -> None:
    bounds = [bound for span in unit.intervals_on(day) for bound in span]
    assert bounds == sorted(bounds)
    assert {local_date(bound) for bound in bounds} <= {day}
    assert all(bound.tzinfo is UTC for bound in bounds)
    assert (unit.opening_of(day), unit.closing_of(day)) == ((bounds[0], bounds[-1]) if bounds else (None, None))


@given(dates, st.times(), st.times())
def test_b6_a_later_wall_time_is_never_an_earlier_instant(day: date, one: time, other: time) -> None:
    first, second = sorted((one, other))
    assert at_local(day, first) <= at_local(day, second)


@given(calendars())
def test_r42_every_calendar_survives_json(unit: OpeningHours) -> None:
    assert OpeningHours.model_validate_json(unit.model_dump_json()) == unit
