"""The red days against the law's own words, an independent Easter, and the dates looked up by hand (B6)."""

from datetime import date, timedelta

import pytest

from routine.red_days import closed_dates, red_days


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus, so that the library does not vouch for itself."""
    century, year_of_century = divmod(year, 100)
    epact_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * (year % 19) + century - century // 4 - epact_shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year_of_century // 4) - epact - year_of_century % 4) % 7
    correction = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def saturday_from(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)


def by_the_law(year: int) -> dict[str, date]:
    """SFS 1989:253 without ordinary Sundays, computed from its own definitions."""
    sunday = easter(year)
    return {
        "Nyårsdagen": date(year, 1, 1),
        "Trettondedag jul": date(year, 1, 6),
        "Långfredagen": sunday - timedelta(days=2),
        "Påskdagen": sunday,
        "Annandag påsk": sunday + timedelta(days=1),
        "Första maj": date(year, 5, 1),
        "Kristi himmelsfärdsdag": sunday + timedelta(days=39),
        "Pingstdagen": sunday + timedelta(days=49),
        "Nationaldagen": date(year, 6, 6),
        "Midsommardagen": saturday_from(date(year, 6, 20)),
        "Alla helgons dag": saturday_from(date(year, 10, 31)),
        "Juldagen": date(year, 12, 25),
        "Annandag jul": date(year, 12, 26),
    }


def by_custom(year: int) -> dict[str, date]:
    return {
        "Påskafton": easter(year) - timedelta(days=1),
        "Pingstafton": easter(year) + timedelta(days=48),
        "Midsommarafton": saturday_from(date(year, 6, 20)) - timedelta(days=1),
        "Julafton": date(year, 12, 24),
        "Nyårsafton": date(year, 12, 31),
    }


YEARS = range(2026, 2032)


@pytest.mark.parametrize("year", YEARS)
def test_b6_the_law_names_these_days_and_no_others(year: int) -> None:
    assert {red.name: red.date for red in red_days(year) if red.by_law} == by_the_law(year)


@pytest.mark.parametrize("year", YEARS)
def test_b6_eves_are_free_by_custom_and_never_by_law(year: int) -> None:
    assert {red.name: red.date for red in red_days(year) if not red.by_law} == by_custom(year)


@pytest.mark.parametrize("year", YEARS)
def test_b6_the_days_come_in_order(year: int) -> None:
    days = [red.date for red in red_days(year)]
    assert days == sorted(days)


@pytest.mark.parametrize(
    ("day", "name", "by_law"),
    [
        (date(2026, 12, 24), "Julafton", False),
        (date(2026, 12, 25), "Juldagen", True),
        (date(2026, 12, 26), "Annandag jul", True),
        (date(2026, 12, 31), "Nyårsafton", False),
        (date(2027, 1, 1), "Nyårsdagen", True),
        (date(2027, 1, 6), "Trettondedag jul", True),
        (date(2027, 3, 26), "Långfredagen", True),
        (date(2027, 3, 28), "Påskdagen", True),
        (date(2027, 3, 29), "Annandag påsk", True),
        (date(2027, 5, 6), "Kristi himmelsfärdsdag", True),
        (date(2027, 6, 25), "Midsommarafton", False),
    ],
)
def test_b6_the_dates_that_were_looked_up(day: date, name: str, by_law: bool) -> None:
    assert [(red.name, red.by_law) for red in red_days(day.year) if red.date == day] == [(name, by_law)]


@pytest.mark.parametrize(
    "day",
    [date(2027, 5, 7), date(2027, 1, 5), date(2027, 4, 30), date(2026, 11, 29), date(2026, 12, 27)],
    ids=["klämdag", "trettondagsafton", "valborg", "first Sunday of Advent", "Sunday after Christmas"],
)
def test_b6_klamdagar_half_eves_and_ordinary_sundays_are_not_red(day: date) -> None:
    assert day not in closed_dates(day.year, day.year, as_if_free=True)


def test_b6_a_date_with_two_names_is_two_red_days_and_one_closed_date() -> None:
    day = date(2008, 5, 1)
    assert {red.name for red in red_days(2008) if red.date == day} == {"Första maj", "Kristi himmelsfärdsdag"}
    assert closed_dates(2008, 2008, as_if_free=False).count(day) == 1


def test_b6_closed_dates_span_whole_years_sorted_with_or_without_the_eves() -> None:
    law = closed_dates(2026, 2028, as_if_free=False)
    everything = closed_dates(2026, 2028, as_if_free=True)
    assert list(everything) == sorted(set(everything))
    assert (law[0], law[-1], everything[-1]) == (date(2026, 1, 1), date(2028, 12, 26), date(2028, 12, 31))
    assert set(everything) - set(law) == {day for year in (2026, 2027, 2028) for day in by_custom(year).values()}


def test_b6_no_years_no_dates() -> None:
    assert closed_dates(2027, 2026, as_if_free=True) == ()


def test_b6_the_law_before_the_national_day_was_another() -> None:
    with pytest.raises(ValueError, match="2005"):
        red_days(2004)
