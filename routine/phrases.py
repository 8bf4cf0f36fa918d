"""Texts to patients: the unit's phrases (frasmallar, R55) and the screens of table A9b, with the instants they name."""

import re
from datetime import date, datetime
from typing import Literal

from routine.frozen import Frozen
from routine.hours import OpeningHours, local

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni", "juli"),
    *("augusti", "september", "oktober", "november", "december"),
)
_BLANK = re.compile(r"\{[^}]*\}")


Channel = Literal["chat", "screen", "sms", "summons", "alert"]
"""Where a text stands: written in the chat, shown on sending, by SMS, in the summons (R15), or to staff."""
Line = Literal["sos", "advice", "suicide_line", "children_line"]
"""The numbers a resident in need is given: 112, 1177, Självmordslinjen, and Bris for who is under 18 (B8)."""


class Phrase(Frozen):
    """A template a unit owns. `name` is what staff call it (`Stängning`); `{tid}` is when somebody reads next."""

    name: str
    template: str
    text: str
    version: int = 1
    signed_off: date | None = None
    """When the clinic approved this very version; None is a reviewed draft that still needs sign-off (A9b)."""
    channel: Channel = "chat"

    @property
    def by_hand(self) -> bool:
        """Whether staff may send it as it stands: a text for the chat whose blanks are filled by themselves."""
        return self.channel == "chat" and set(_BLANK.findall(self.text)) <= {"{tid}"}


class Number(Frozen):
    """A number residents are told to call, and the last day its opening hours count as checked (B8)."""

    key: Line
    name: str
    number: str
    review_by: date


NUMBERS: dict[Line, str] = {"sos": "112", "advice": "1177", "suicide_line": "90101", "children_line": "116 111"}
"""What holds where a unit has configured nothing else."""


def dial(numbers: tuple[Number, ...], *keys: Line) -> tuple[str, ...]:
    """The numbers behind the keys, in the order asked for, as the unit has them."""
    own = {each.key: each.number for each in numbers}
    return tuple(own.get(key, NUMBERS[key]) for key in keys)


def text_of(phrases: tuple[Phrase, ...], template: str) -> str | None:
    """The unit's text for a template of A9b, or None."""
    return next((phrase.text for phrase in phrases if phrase.template == template), None)


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


M8 = "Mottagningen är stängd just nu. Behöver du råd om vård, ring 1177. Vid livsfara, ring 112."
M8_SEVERE = "Mottagningen är stängd just nu. Vid livsfara, ring 112. Behöver du råd om vård, ring 1177."
M8_SENDABLE = "Du kan skicka ärendet ändå. Vi läser det {tid}."
"""The drafts of A9b, for a unit without texts of its own."""


def closed_screen(
    hours: OpeningHours,
    now: datetime,
    *,
    emergency_first: bool,
    sendable: bool = True,
    phrases: tuple[Phrase, ...] = (),
    numbers: tuple[Number, ...] = (),
) -> Screen:
    """M8: the unit is closed; 1177 and 112 by severity (R50), and when it is read if it can be sent (R51)."""
    template, draft = ("M8-severe", M8_SEVERE) if emergency_first else ("M8", M8)
    lines = [text_of(phrases, template) or draft]
    if sendable:
        lines.append((text_of(phrases, "M8-sendable") or M8_SENDABLE).replace("{tid}", read_at(hours, now)))
    order: tuple[Line, ...] = ("sos", "advice") if emergency_first else ("advice", "sos")
    return Screen(template="M8", text=" ".join(lines), numbers=dial(numbers, *order))
