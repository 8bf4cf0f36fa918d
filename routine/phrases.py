"""Texts to patients: the unit's phrases (frasmallar, R55) and the screens of table A9b, with the instants they name."""

from datetime import datetime

from routine.frozen import Frozen
from routine.hours import OpeningHours, local

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni", "juli"),
    *("augusti", "september", "oktober", "november", "december"),
)


class Phrase(Frozen):
    """A template a unit owns. `name` is what staff call it (`Stängning`); `{tid}` is when somebody reads next."""

    name: str
    template: str
    text: str


class Screen(Frozen):
    """What a resident is shown when sending, in display order; `numbers` in the order they are to be tried."""

    template: str
    text: str
    numbers: tuple[str, ...]


def when(instant: datetime) -> str:
    """An instant as it is said to a patient: `måndag 30 november klockan 08.00`."""
    there = local(instant)
    return f"{WEEKDAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]} klockan {there:%H.%M}"


def read_at(hours: OpeningHours, now: datetime) -> str:
    """`{tid}`: when somebody reads next, at the earliest."""
    return f"tidigast {when(hours.next_opening(now))}"


def render(phrase: Phrase, hours: OpeningHours, now: datetime) -> str:
    """The phrase as it is sent now."""
    return phrase.text.replace("{tid}", read_at(hours, now))


def closed_screen(hours: OpeningHours, now: datetime, *, emergency_first: bool, sendable: bool = True) -> Screen:
    """M8: the unit is closed; 1177 and 112 by severity (R50), and when it is read if it can be sent (R51)."""
    advice, danger = "Behöver du råd om vård, ring 1177.", "Vid livsfara, ring 112."
    lines = [danger, advice] if emergency_first else [advice, danger]
    if sendable:
        lines.append(f"Du kan skicka ärendet ändå. Vi läser det {read_at(hours, now)}.")
    return Screen(
        template="M8",
        text=" ".join(["Mottagningen är stängd just nu.", *lines]),
        numbers=("112", "1177") if emergency_first else ("1177", "112"),
    )
