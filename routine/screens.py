"""What a resident is shown on sending (table A11): the unit's own texts where it has them, the drafts of A9b else."""

from datetime import date, datetime

from routine.hours import local_date
from routine.people import PersonId
from routine.phrases import Screen, closed_screen, dial, read_at, text_of
from routine.unit import Unit

DRAFTS = {
    "M10": "Vi kan inte handlägga ett ärende som gäller någon annan. Be den som behöver vård att logga in med egen "
    "e-legitimation. Behöver ni råd, ring 1177. Vid livsfara, ring 112.",
    "M11": "Vi kan inte ta emot ärendet här. Sök vård via 1177.se eller besök mottagningen. Vid livsfara, ring 112.",
    "M11-sign": "Är du i fara eller har tankar på att ta ditt liv, ring 112 eller sök psykiatrisk akutmottagning. "
    "Du kan också ringa Självmordslinjen på 90101 dygnet runt.",
    "M15": "Just nu är chatten inte bemannad. Vi läser ditt meddelande {tid}. Är du i fara eller har tankar på att "
    "ta ditt liv, ring 112 eller sök psykiatrisk akutmottagning. Du kan också ringa Självmordslinjen på 90101 dygnet "
    "runt. För råd om vård, ring 1177. Ditt ärende finns kvar hos oss.",
    "M15-young": "Du kan också ringa Bris på 116 111.",
    "M18": "Vid livsfara, ring 112. Vänta inte på svar här.",
}
"""Drafts: wording needs clinical sign-off (Q4). `M11-sign` and `M15-young` are added to the text before them."""
ADULT = 18


def text(unit: Unit, template: str) -> str:
    """The unit's own text for a template, or the draft."""
    return text_of(unit.phrases, template) or DRAFTS[template]


def young(person: PersonId, on: date) -> bool:
    """Whether the person is under 18 on the date; an unknown birth date is never taken for an adult's (B7)."""
    age = person.age_on(on)
    return age is None or age < ADULT


def crisis(unit: Unit, at: datetime, person: PersonId) -> Screen:
    """M15: nobody reads this now, and where help is (B8); Bris too for who is under 18."""
    shown = text(unit, "M15").replace("{tid}", read_at(unit.hours, at))
    if not young(person, local_date(at)):
        return Screen(template="M15", text=shown, numbers=dial(unit.numbers, "sos", "suicide_line", "advice"))
    numbers = dial(unit.numbers, "sos", "suicide_line", "children_line", "advice")
    return Screen(template="M15", text=f"{shown} {text(unit, 'M15-young')}", numbers=numbers)


def crisis_lines(unit: Unit, at: datetime, person: PersonId) -> str:
    """Where help is (M15's lines), for a text of another kind that goes to who may be in danger (A9b)."""
    lines = text(unit, "M11-sign")
    return f"{lines} {text(unit, 'M15-young')}" if young(person, local_date(at)) else lines


def closed(unit: Unit, at: datetime, *, emergency_first: bool, sendable: bool = True) -> Screen:
    """M8: the unit is closed (R50), in the unit's own words and with its numbers."""
    return closed_screen(
        unit.hours,
        at,
        emergency_first=emergency_first,
        sendable=sendable,
        phrases=unit.phrases,
        numbers=unit.numbers,
    )


def urgent(unit: Unit) -> Screen:
    """M18: while queued in open hours with priority 1 or a sign."""
    return Screen(template="M18", text=text(unit, "M18"), numbers=dial(unit.numbers, "sos"))


def protected(unit: Unit, *, sign: bool) -> Screen:
    """M11: cannot be handled here, without saying why (R77); with a sign it goes on where help is."""
    shown = text(unit, "M11")
    if not sign:
        return Screen(template="M11", text=shown, numbers=dial(unit.numbers, "sos"))
    numbers = dial(unit.numbers, "sos", "suicide_line")
    return Screen(template="M11", text=f"{shown} {text(unit, 'M11-sign')}", numbers=numbers)


def wrong_person(unit: Unit, *, guardian: bool = False) -> Screen:
    """M10: not about somebody else (R80); a guardian of a teenager is told the unit's phone number too."""
    own = text_of(unit.phrases, "M10-guardian") if guardian else None
    return Screen(
        template="M10",
        text=" ".join([text(unit, "M10"), *([own] if own else [])]),
        numbers=dial(unit.numbers, "advice", "sos"),
    )


def on_sending(unit: Unit, at: datetime, person: PersonId, *, sign: bool, priority: int | None) -> tuple[Screen, ...]:
    """What is shown with words that are taken: M15 or M8 while nobody is there, M18 while somebody is."""
    severe = sign or priority == 1
    if unit.hours.is_open(at):
        return (urgent(unit),) if severe else ()
    return (crisis(unit, at, person),) if sign else (closed(unit, at, emergency_first=severe),)


__all__ = ["Screen", "closed", "crisis", "on_sending", "protected", "urgent", "wrong_person", "young"]
