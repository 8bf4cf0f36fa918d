"""What the command line prints: the worklist, why a case waits, a unit's calendar, who is on call."""

from datetime import date, datetime, time, timedelta
from typing import Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from routine.actors import SWEDISH, Role
from routine.on_call import SWEDISH as TARGETS
from routine.on_call import Days, DutyWindow
from routine.phrases import MONTHS, WEEKDAYS, Number, Phrase
from routine.unit import Unit

STATES = {
    "queued": "i kön",
    "in_progress": "pågår",
    "awaiting_patient": "patienten har ordet",
    "handover_pending": "överlämnat, väntar på svar",
    "kept_for_slot": "väntar på tid",
    "close_requested": "stängning begärd",
    "closed_grace": "stängt, svar öppnar igen",
    "closed": "stängt, ska dokumenteras",
    "completed": "avslutat",
    "excluded_wrong_person": "avslutat, fel person",
    "moved_outside": "fortsätter utanför",
}

SUICIDE_STATES = {
    "screening_hit": "ord i fritext, ska frågas",
    "suspected": "misstänkt, söker bedömare",
    "handed_over": "lämnad till en namngiven bedömare",
    "assessing": "ska bedömas",
    "low_ask": "låg risk, fråga om det känns tryggt",
    "phoning": "patienten rings",
    "extended": "förlängd",
    "route_choice": "en bedömare väljer väg",
    "booking": "fysiskt besök ska bokas",
    "booked": "fysiskt besök bokat",
    "attended": "besöket har blivit av",
    "plan": "individuell plan",
    "handover_on_call": "lämnad utåt, väntar på kvitto",
    "handover_112": "112 är uppringt, väntar på kvitto",
    "acknowledged": "annan vård har tagit emot",
    "released": "lämnad genom en av rutinens utgångar",
    "dismissed": "ingen misstanke, vanligt ärende",
}
"""How far a suspicion has come; `dismissed` has no name in the API."""


def clock(instant: str | None) -> str:
    """An instant as a member of staff reads it."""
    if not instant:
        return "–"
    at = datetime.fromisoformat(instant)
    return f"{WEEKDAYS[at.weekday()][:3]} {at.day}/{at.month} {at:%H.%M}"


def addressee(to: dict[str, str]) -> str:
    """Whom something is addressed to, in words."""
    return to["hsa_id"].rpartition("-")[2] if "hsa_id" in to else SWEDISH[Role(to["role"])]


def worklist_table(body: dict[str, Any]) -> Table:
    """The worklist as a table, in the API's order."""
    table = Table(title=f"Arbetslistan {clock(body['as_of'])}", title_justify="left")
    for heading in ("Ärende", "Prio", "Läge", "Hos", "Vem", "Väntat sedan", "Vad som ska göras", "Senast"):
        table.add_column(heading, overflow="fold", min_width=4)
    for row in body["items"]:
        owed = ", ".join(f"{task['title']} ({addressee(task['owner'])})" for task in row["tasks"])
        table.add_row(
            row["contact_id"],
            "självmordsrisk" if row["tier"] == "suicide" else str(row["priority"] or "–"),
            STATES.get(row["state"], row["state"]),
            row["holder"].rpartition("-")[2] if row["holder"] else "–",
            row["masked_person"],
            clock(row["waiting_since"]),
            owed or "ingen uppgift",
            clock(row["next_due_at"]),
        )
    return table


def why_tables(view: dict[str, Any]) -> Group:
    """Who owes what, until when, what happens if nobody acts, and what stops closing."""
    owed = Table(title=f"{view['contact_id']}: {STATES.get(view['state'], view['state'])}", title_justify="left")
    for heading in ("Uppgift", "Vem", "Senast", "Sedan får", "klockan", "Regel"):
        owed.add_column(heading)
    for task in view["tasks"]:
        rung = task["next_rung"] or {"to": [], "at": None}
        told = ", ".join(addressee(to) for to in rung["to"])
        owed.add_row(
            task["title"], addressee(task["owner"]), clock(task["due_at"]), told, clock(rung["at"]), task["rule"]
        )
    if not view["tasks"]:
        owed.add_row("Ingen: patienten har ordet", "–", clock(view["next_due_at"]), "–", "–", "–")
    ahead = Table(title="Om ingen gör något", title_justify="left")
    for heading in ("När", "Vad", "Vem får veta", "Regel"):
        ahead.add_column(heading)
    for each in view["if_nobody_acts"]:
        ahead.add_row(
            clock(each["at"]), each["what"], addressee(each["to"]) if each["to"] else "–", each["rule"] or "–"
        )
    blocks = Table(title="Hindrar stängning", title_justify="left")
    for heading in ("Kod", "Regel", "Varför"):
        blocks.add_column(heading)
    for block in view["blocks_close"]:
        blocks.add_row(block["code"], block["rule"], block["text"])
    return Group(owed, ahead, blocks if view["blocks_close"] else "Inget hindrar stängning.")


CHANNELS = {
    "chat": "i chatten",
    "screen": "visas när man skickar",
    "sms": "sms",
    "summons": "i kallelsen",
    "alert": "till personal",
}


def texts_list(unit: str, phrases: tuple[Phrase, ...]) -> Group:
    """A unit's texts word for word, with their versions, and which still wait for the clinic's approval (A9b)."""
    lines: list[str] = [f"[italic]Texterna i {escape(unit)}[/]"]
    for phrase in phrases:
        approved = f"godkänd {phrase.signed_off}" if phrase.signed_off else "[bold yellow]behöver godkännas[/]"
        where, version = CHANNELS[phrase.channel], f"version {phrase.version}"
        lines += ["", f"[bold]{phrase.template} {escape(phrase.name)}[/] ({where}, {version}, {approved})"]
        lines += [f"  {escape(phrase.text)}"]
    waiting = sum(phrase.signed_off is None for phrase in phrases)
    count = f"{waiting} av {len(phrases)} texter behöver godkännas." if waiting else "Alla texter är godkända."
    return Group(*lines, "", count, "")


def numbers_table(numbers: tuple[Number, ...], today: date) -> Table:
    """The numbers residents are told to call, and whether somebody should check them again (B8)."""
    table = Table(title="Nummer i texterna", title_justify="left")
    for heading in ("Nummer", "Namn", "Ses över senast"):
        table.add_column(heading)
    for each in numbers:
        passed = " [bold red]har passerat: kontrollera numret[/]" if each.review_by < today else ""
        table.add_row(each.number, escape(each.name), f"{each.review_by}{passed}")
    return table


DAYS: dict[Days, str] = {
    "weekdays": "vardagar",
    "free_days": "lördagar, söndagar och helgdagar",
    "every_day": "alla dagar",
}


def on_call_tables(units: tuple[Unit, ...]) -> Group:
    """The on-call directories, each once with the units it serves: who answers for what, on which number, when (B3)."""
    tables = []
    for directory in dict.fromkeys(unit.on_call for unit in units):
        codes = ", ".join(unit.code for unit in units if unit.on_call == directory)
        table = Table(title=f"Jourlistan för {escape(codes)}", title_justify="left")
        for heading in ("Jour", "Namn", "Nummer", "När"):
            table.add_column(heading)
        for duty in directory.duties:
            when = "\n".join(_window(each) for each in duty.windows)
            table.add_row(TARGETS[duty.target], escape(duty.name), duty.phone, when)
        tables.append(table)
    return Group(*tables)


def _window(window: DutyWindow) -> str:
    if window.start == window.end == time(0):
        return f"{DAYS[window.days]} hela dygnet"
    until = "" if window.start < window.end else "nästa dag "
    return f"{DAYS[window.days]} {window.start:%H.%M}–{until}{window.end:%H.%M}"


def calendar_table(unit: Unit, year: int) -> Table:
    """A unit's year for a manager to approve: what differs from the ordinary week, and the open days of each month."""
    table = Table(title=f"{unit.name} ({unit.code}) {year}: öppettider att godkänna", title_justify="left")
    for heading in ("Månad", "Öppna dagar", "Stängt utöver helger", "Avvikande tider"):
        table.add_column(heading)
    ordinary = unit.hours.model_copy(update={"red_days": (), "exceptions": ()})
    for month in range(1, 13):
        days = [day for day in _days(year) if day.month == month]
        closed = [day for day in days if ordinary.is_open_day(day) and not unit.hours.is_open_day(day)]
        differs = [each for each in unit.hours.exceptions if each.date in days and each.intervals]
        table.add_row(
            MONTHS[month - 1],
            str(sum(unit.hours.is_open_day(day) for day in days)),
            ", ".join(f"{WEEKDAYS[day.weekday()]} {day.day}" for day in closed) or "–",
            ", ".join(f"{each.date.day}: {_spans(each.intervals)} ({each.reason})" for each in differs) or "–",
        )
    week = "; ".join(
        f"{WEEKDAYS[number]} {_spans(intervals)}" for number, intervals in enumerate(unit.hours.week) if intervals
    )
    table.caption = f"Ordinarie vecka: {week}"
    return table


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [day for number in range(366) if (day := first + timedelta(days=number)).year == year]


def _spans(intervals: Any) -> str:
    return " och ".join(f"{each.open:%H.%M}–{each.close:%H.%M}" for each in intervals)
