"""Swedish red days (B6): the raw material of a unit's calendar, compiled to dates when configuration is read.

A running case holds dates (`routine.hours.OpeningHours.red_days`) and never asks this module, so that neither a new law
nor a new release of `holidays` moves a deadline that has been promised.
"""

from datetime import date
from typing import Final

from holidays import DE_FACTO, OPTIONAL, PUBLIC
from holidays.countries.sweden import Sweden

from routine.frozen import Frozen

SINCE: Final = 2005
"""The first year of the law's present list, with the national day and without Whit Monday."""

BY_LAW: Final = frozenset(
    {
        "Nyårsdagen",
        "Trettondedag jul",
        "Långfredagen",
        "Påskdagen",
        "Annandag påsk",
        "Första maj",
        "Kristi himmelsfärdsdag",
        "Pingstdagen",
        "Nationaldagen",
        "Midsommardagen",
        "Alla helgons dag",
        "Juldagen",
        "Annandag jul",
    }
)
"""The holidays that SFS 1989:253 names. It makes every Sunday one too; ordinary Sundays are the week's business."""

AS_IF_FREE: Final = frozenset({"Påskafton", "Pingstafton", "Midsommarafton", "Julafton", "Nyårsafton"})
"""Eves the law leaves out and custom keeps free."""


class RedDay(Frozen):
    """A day off by law (`by_law`, SFS 1989:253) or as if free by custom, with its Swedish name."""

    date: date
    name: str
    by_law: bool


def red_days(year: int) -> tuple[RedDay, ...]:
    """The year's red days by date; a date with two names (1 May 2008) stands twice.

    Raises ValueError for years before `SINCE`, when the law's list was another.
    """
    if year < SINCE:
        raise ValueError(f"red days are known from {SINCE} on")
    # `holidays` has moved eves between its categories before, so names decide here and categories do not.
    calendar = Sweden(years=year, language="sv", categories=(PUBLIC, DE_FACTO, OPTIONAL))
    return tuple(
        RedDay(date=day, name=name, by_law=name in BY_LAW)
        for day in sorted(calendar)
        for name in calendar.get_list(day)
        if name in BY_LAW or name in AS_IF_FREE
    )


def closed_dates(first_year: int, last_year: int, *, as_if_free: bool) -> tuple[date, ...]:
    """The red dates of the years from `first_year` through `last_year`, sorted, each once; the eves if `as_if_free`.

    Raises ValueError for years before `SINCE`.
    """
    return tuple(
        sorted(
            {
                red.date
                for year in range(first_year, last_year + 1)
                for red in red_days(year)
                if red.by_law or as_if_free
            }
        )
    )
