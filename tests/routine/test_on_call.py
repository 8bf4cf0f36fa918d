"""Who answers when, to the second, over red days and both DST nights; what resolves for a unit (R72, X8, B3, S16)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from routine.hours import Interval, OpeningHours, at_local, local, local_date
from routine.on_call import SWEDISH, Days, Directory, Duty, DutyWindow, Target
from routine.reachable import alternatives, assessors_on_duty, resolves
from routine.red_days import closed_dates
from routine.roster import DatedRoster, Roster, Shift
from routine.unit import Unit
from tests.routine.world import BJ1, D1, HOURS, MOT_T, N1, VC_T, Y1, at, unit

HOLIDAYS = closed_dates(2026, 2027, as_if_free=False)
WHOLE_DATE = DutyWindow(days="every_day", start=time(0), end=time(0))
NIGHTS = DutyWindow(days="weekdays", start=time(17), end=time(8))
FREE_DAYS = DutyWindow(days="free_days", start=time(8), end=time(8))
JOUR = Duty(
    target="on_call",
    name="Beredskapsjouren",
    phone="035-13 10 00",
    hsa_id=BJ1.hsa_id,
    windows=(NIGHTS, FREE_DAYS),
)
PSYCHIATRY = Duty(target="psychiatric_emergency", name="Psykakuten", phone="040-628 04 30", windows=(WHOLE_DATE,))
DIRECTORY = Directory(duties=(JOUR, PSYCHIATRY), holidays=HOLIDAYS)
EVES = set(closed_dates(2026, 2027, as_if_free=True)) - set(HOLIDAYS)
ALWAYS = ("psychiatric_emergency", "emergency_112")
OURS = unit(on_call=DIRECTORY)


def just(*windows: DutyWindow) -> Directory:
    """A directory with one on-call duty in these windows."""
    return Directory(duties=(JOUR.model_copy(update={"windows": windows}),), holidays=HOLIDAYS)


# Tables: the windows of the demo's on-call physician


@pytest.mark.parametrize(
    ("when", "on_duty"),
    [
        # an ordinary weekday
        ("2026-11-24 07:59:59", True),
        ("2026-11-24 08:00", False),
        ("2026-11-24 16:59:59", False),
        ("2026-11-24 17:00", True),
        ("2026-11-24 23:59:59", True),
        ("2026-11-25 00:00", True),
        # into the weekend and out of it
        ("2026-11-27 16:59:59", False),
        ("2026-11-27 17:00", True),
        ("2026-11-28 07:59:59", True),
        ("2026-11-28 08:00", True),
        ("2026-11-28 12:00", True),
        ("2026-11-29 12:00", True),
        ("2026-11-30 07:59:59", True),
        ("2026-11-30 08:00", False),
        # Christmas: Thursday the 24th is a weekday in law, 25 and 26 are holidays, the 27th a Sunday
        ("2026-12-24 07:59:59", True),
        ("2026-12-24 08:00", False),
        ("2026-12-24 16:59:59", False),
        ("2026-12-24 17:00", True),
        ("2026-12-25 12:00", True),
        ("2026-12-26 12:00", True),
        ("2026-12-27 12:00", True),
        ("2026-12-28 07:59:59", True),
        ("2026-12-28 08:00", False),
        # New Year's eve is a weekday in law
        ("2026-12-31 12:00", False),
        ("2026-12-31 17:00", True),
        ("2027-01-01 12:00", True),
        # Epiphany, a Wednesday
        ("2027-01-05 16:59:59", False),
        ("2027-01-06 12:00", True),
        ("2027-01-07 07:59:59", True),
        ("2027-01-07 08:00", False),
        # Good Friday to Easter Monday
        ("2027-03-26 12:00", True),
        ("2027-03-29 12:00", True),
        ("2027-03-30 08:00", False),
        # Ascension, and the Friday after it, which no law makes free
        ("2027-05-06 08:00", True),
        ("2027-05-06 16:59:59", True),
        ("2027-05-07 07:59:59", True),
        ("2027-05-07 08:00", False),
        # Midsummer eve
        ("2027-06-25 12:00", False),
        ("2027-06-26 12:00", True),
    ],
)
def test_b3_when_the_on_call_physician_answers(when: str, on_duty: bool) -> None:
    assert DIRECTORY.on_duty("on_call", at(when)) == (JOUR if on_duty else None)


def test_b3_a_whole_free_date_would_leave_the_night_to_monday_empty() -> None:
    whole = just(NIGHTS, DutyWindow(days="free_days", start=time(0), end=time(0)))
    assert whole.on_duty("on_call", at("2026-11-29 23:59:59"))
    assert whole.on_duty("on_call", at("2026-11-30 00:00")) is None
    assert DIRECTORY.on_duty("on_call", at("2026-11-30 00:00"))


@pytest.mark.parametrize(
    ("day", "free"),
    [
        (date(2026, 11, 27), False),
        (date(2026, 11, 28), True),
        (date(2026, 11, 29), True),
        (date(2026, 12, 24), False),
        (date(2026, 12, 25), True),
        (date(2026, 12, 31), False),
        (date(2027, 5, 6), True),
        (date(2027, 5, 7), False),
    ],
)
def test_b6_free_days_are_saturdays_and_what_the_law_says(day: date, free: bool) -> None:
    assert DIRECTORY.is_free(day) is free


@pytest.mark.parametrize(
    ("start", "end", "when", "inside"),
    [
        (time(9), time(12), "2026-11-24 08:59:59", False),
        (time(9), time(12), "2026-11-24 09:00", True),
        (time(9), time(12), "2026-11-24 11:59:59", True),
        (time(9), time(12), "2026-11-24 12:00", False),
        (time(9), time(12), "2026-11-25 10:00", False),
        (time(9), time(9), "2026-11-24 08:59:59", False),
        (time(9), time(9), "2026-11-25 08:59:59", True),
        (time(9), time(9), "2026-11-25 09:00", False),
        (time(0), time(0), "2026-11-23 23:59:59", False),
        (time(0), time(0), "2026-11-24 00:00", True),
        (time(0), time(0), "2026-11-24 23:59:59", True),
        (time(0), time(0), "2026-11-25 00:00", False),
    ],
)
def test_a15_a_window_is_half_open_and_lasts_into_the_next_date_at_most(
    start: time, end: time, when: str, inside: bool
) -> None:
    opens, closes = DutyWindow(days="every_day", start=start, end=end).begun_on(date(2026, 11, 24))
    assert (opens <= at(when) < closes) is inside


# Tables: daylight saving. Summer time begins on Sunday 2027-03-28 and ends on Sunday 2027-10-31, at 01:00 UTC.


@pytest.mark.parametrize(
    ("day", "window", "hours"),
    [
        (date(2027, 3, 27), FREE_DAYS, 23),
        (date(2027, 3, 28), FREE_DAYS, 24),
        (date(2027, 3, 28), WHOLE_DATE, 23),
        (date(2027, 3, 27), NIGHTS, 14),
        (date(2027, 10, 30), FREE_DAYS, 25),
        (date(2027, 10, 31), WHOLE_DATE, 25),
        (date(2027, 10, 30), NIGHTS, 16),
        (date(2026, 11, 24), NIGHTS, 15),
    ],
)
def test_b6_the_wall_decides_how_long_a_duty_lasts(day: date, window: DutyWindow, hours: int) -> None:
    start, end = window.begun_on(day)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize("midnight", [datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)])
def test_b6_somebody_answers_through_both_nights(midnight: datetime) -> None:
    for quarter in range(4 * 8):
        assert DIRECTORY.on_duty("on_call", midnight + timedelta(minutes=15 * quarter)) == JOUR


def test_b6_a_shift_change_within_the_changed_hour() -> None:
    until = just(DutyWindow(days="every_day", start=time(0), end=time(2, 30)))
    # The skipped 02:30 is 03:00 on the wall, the doubled one its first.
    assert until.on_duty("on_call", datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC))
    assert until.on_duty("on_call", datetime(2027, 3, 28, 1, tzinfo=UTC)) is None
    assert until.on_duty("on_call", datetime(2027, 10, 31, 0, 29, 59, tzinfo=UTC))
    assert until.on_duty("on_call", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)) is None


# The directory


def test_r72_the_first_on_duty_answers() -> None:
    later = JOUR.model_copy(update={"name": "Bakjouren", "windows": (WHOLE_DATE,)})
    both = Directory(duties=(PSYCHIATRY, JOUR, later), holidays=HOLIDAYS)
    assert both.on_duty("on_call", at("2026-11-24 18:00")) == JOUR
    assert both.on_duty("on_call", at("2026-11-24 12:00")) == later
    assert both.on_duty("emergency_112", at("2026-11-24 12:00")) is None


def test_r72_who_is_configured_may_be_off_duty() -> None:
    assert (DIRECTORY.has("on_call"), DIRECTORY.has("unit_physician")) == (True, False)
    assert not Directory().has("on_call")
    never = just()
    assert never.has("on_call")
    assert never.on_duty("on_call", at("2026-11-24 18:00")) is None


def test_b3_the_windows_of_a_date_in_order() -> None:
    three = just(NIGHTS, DutyWindow(days="weekdays", start=time(12), end=time(13)), FREE_DAYS)
    tuesday = date(2026, 11, 24)
    assert three.spans("on_call", tuesday) == (
        (at("2026-11-24 12:00"), at("2026-11-24 13:00")),
        (at("2026-11-24 17:00"), at("2026-11-25 08:00")),
    )
    assert three.spans("emergency_112", tuesday) == ()


@pytest.mark.parametrize("wall", [time(8, 0, 0, 1), time(8, tzinfo=UTC)])
def test_a15_a_window_is_wall_time_to_the_second(wall: time) -> None:
    for bounds in ({"start": wall, "end": time(17)}, {"start": time(7), "end": wall}):
        with pytest.raises(ValidationError, match="wall times"):
            DutyWindow.model_validate({"days": "weekdays", **bounds})


def test_a15_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        DIRECTORY.on_duty("on_call", datetime(2026, 11, 24, 18))  # noqa: DTZ001 - naive on purpose


def test_a15_a_case_carries_the_directory() -> None:
    assert Unit.model_validate_json(OURS.model_dump_json()) == OURS
    assert hash(Directory.model_validate_json(DIRECTORY.model_dump_json())) == hash(DIRECTORY)
    assert VC_T.on_call == Directory()


# What resolves for a unit


@pytest.mark.parametrize(
    ("when", "first"),
    [
        # S16 (a), (b), (d) and S12
        ("2026-12-28 16:40", ("unit_physician",)),
        ("2026-12-28 17:02", ("on_call",)),
        ("2026-12-30 10:40", ("unit_physician",)),
        ("2026-12-31 10:00", ()),
        ("2026-12-31 17:00", ("on_call",)),
        ("2026-12-15 14:31", ("unit_physician",)),
        ("2026-12-28 07:59:59", ("on_call",)),
        ("2026-12-28 08:00", ("unit_physician",)),
        ("2026-12-28 16:59:59", ("unit_physician",)),
        ("2026-12-28 17:00", ("on_call",)),
        ("2026-11-28 12:00", ("on_call",)),
    ],
)
def test_s16_what_can_be_turned_to(when: str, first: tuple[Target, ...]) -> None:
    assert alternatives(OURS, at(when)) == (*first, *ALWAYS)


def test_r72_on_call_goes_before_the_units_own() -> None:
    round_the_clock = unit(on_call=just(WHOLE_DATE))
    assert alternatives(round_the_clock, at("2026-11-24 10:00")) == ("on_call", "unit_physician", *ALWAYS)


def test_r72_a_physician_of_the_unit_must_be_on_duty() -> None:
    afternoon = Roster(standard=(Shift(hsa_id=N1.hsa_id), Shift(hsa_id=D1.hsa_id, start=time(13), end=time(18))))
    ill = DatedRoster(date=date(2026, 11, 25), shifts=(Shift(hsa_id=N1.hsa_id), Shift(hsa_id=Y1.hsa_id)))
    ours = unit(on_call=DIRECTORY, roster=afternoon.model_copy(update={"dated": (ill,)}))
    assert not resolves(ours, "unit_physician", at("2026-11-24 12:59:59"))
    assert resolves(ours, "unit_physician", at("2026-11-24 13:00"))
    assert not resolves(ours, "unit_physician", at("2026-11-24 17:30")), "the unit is closed, whoever stays"
    assert not resolves(ours, "unit_physician", at("2026-11-25 14:00"))


def test_b3_without_a_directory_the_emergency_services_are_left() -> None:
    assert alternatives(MOT_T, at("2026-11-24 10:00")) == ALWAYS
    assert alternatives(VC_T, at("2026-11-24 18:00")) == ALWAYS


@pytest.mark.parametrize(
    ("when", "on_duty"),
    [
        ("2026-11-24 08:00", True),
        ("2026-11-24 07:59:59", False),
        ("2026-11-24 17:00", False),
        ("2026-11-28 12:00", False),
        ("2026-12-31 12:00", False),
    ],
)
def test_t3_assessors_are_on_duty_in_open_hours(when: str, on_duty: bool) -> None:
    assert assessors_on_duty(VC_T, at(when)) is on_duty


def test_r59_a_psychologist_is_enough_and_a_nurse_is_not() -> None:
    psychologist = unit(roster=Roster(standard=(Shift(hsa_id=Y1.hsa_id, end=time(12)),)))
    assert assessors_on_duty(psychologist, at("2026-11-24 11:59:59"))
    assert not assessors_on_duty(psychologist, at("2026-11-24 12:00"))
    assert not assessors_on_duty(MOT_T, at("2026-11-24 10:00"))
    stranger = unit(staff=MOT_T.staff)
    assert not assessors_on_duty(stranger, at("2026-11-24 10:00")), "a shift of nobody on the staff counts for nothing"


def test_r42_nobody_is_on_duty_while_the_unit_has_lunch() -> None:
    lunch = (Interval(open=time(8), close=time(12)), Interval(open=time(13), close=time(17)))
    split = unit(hours=OpeningHours(week=(*[lunch] * 5, (), ())), on_call=DIRECTORY)
    assert alternatives(split, at("2026-11-24 12:30")) == ALWAYS
    assert not assessors_on_duty(split, at("2026-11-24 12:30"))


# Properties

dates = st.one_of(
    st.dates(date(2026, 12, 20), date(2027, 1, 8)),
    st.dates(date(2027, 3, 24), date(2027, 4, 1)),
    st.dates(date(2027, 10, 28), date(2027, 11, 3)),
    st.dates(date(2026, 11, 23), date(2027, 11, 23)),
)
walls = st.one_of(
    st.integers(0, 24 * 3600 - 1),
    st.integers(3600, 4 * 3600),
    st.sampled_from((0, 8 * 3600, 17 * 3600)),
).map(lambda second: time(second // 3600, second // 60 % 60, second % 60))
kinds: st.SearchStrategy[Days] = st.sampled_from(("weekdays", "free_days", "every_day"))
windows = st.builds(DutyWindow, days=kinds, start=walls, end=walls)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    offset = draw(st.one_of(st.integers(0, 24 * 3600), st.integers(0, 4 * 3600)))
    return at_local(draw(dates), time(0)) + timedelta(seconds=offset)


@given(instants())
def test_b3_somebody_is_always_there_but_in_the_daytime_of_an_eve(instant: datetime) -> None:
    """Open, or on call, never both; the eves that the unit keeps closed have nobody from 08 to 17 (S16 d)."""
    there = local(instant)
    closed_eve = there.date() in EVES and not DIRECTORY.is_free(there.date()) and time(8) <= there.time() < time(17)
    attended = (HOURS.is_open(instant), DIRECTORY.on_duty("on_call", instant) is not None)
    assert sum(attended) == (0 if closed_eve else 1)


def test_b3_every_quarter_of_a_week_is_attended() -> None:
    monday = at("2026-11-23 00:00")
    for instant in (monday + timedelta(minutes=15 * quarter) for quarter in range(7 * 24 * 4)):
        assert HOURS.is_open(instant) is not (DIRECTORY.on_duty("on_call", instant) is not None)


@given(windows, instants())
def test_a15_on_duty_is_what_the_wall_clock_says(window: DutyWindow, instant: datetime) -> None:
    """The window read off the wall, without UTC; only the second round of the doubled hour cannot be told so."""
    there = local(instant)
    if there.fold:
        return
    day, clock = there.date(), there.time()
    past_midnight = window.end <= window.start

    def begins_on(date_: date) -> bool:
        free = date_.weekday() >= 5 or date_ in HOLIDAYS
        return window.days in ("every_day", "free_days" if free else "weekdays")

    begun_today = begins_on(day) and window.start <= clock and (past_midnight or clock < window.end)
    begun_yesterday = begins_on(day - timedelta(days=1)) and past_midnight and clock < window.end
    assert (just(window).on_duty("on_call", instant) is not None) is (begun_today or begun_yesterday)


@given(windows, dates)
def test_a15_a_window_is_never_backwards_and_begins_on_its_date(window: DutyWindow, day: date) -> None:
    start, end = window.begun_on(day)
    assert start <= end <= start + timedelta(hours=25)
    assert local_date(start) == day
    assert (start.tzinfo, end.tzinfo) == (UTC, UTC)


@given(instants())
def test_x8_something_resolves_at_every_instant_for_every_unit(instant: datetime) -> None:
    for ours in (OURS, VC_T, MOT_T):
        offered = alternatives(ours, instant)
        assert offered[-2:] == ALWAYS
        assert [target for target in SWEDISH if resolves(ours, target, instant)] == list(offered)
        if "unit_physician" in offered:
            assert assessors_on_duty(ours, instant)
