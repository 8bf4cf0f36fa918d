"""The demo's short morning: contacts come in, somebody takes them, and each step says in Swedish what it means."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from config.settings import ROOT, Settings
from config.units import load_units
from routine.hours import at_local, local, local_date
from starter.carriers import contact_of, running
from starter.desk import Desk
from starter.tables import clock, worklist_table
from workflows.plugin import connect

EXAMPLES = ROOT / "examples"
UNIT = "VC-T"
PATIENCE = timedelta(seconds=10)
console = Console(width=150)


async def greet(settings: Settings) -> None:
    """When the house is up: the morning on a first start, the open cases on a later one; then where everything is."""
    async with Desk(f"http://{settings.host}:{settings.api_port}") as desk:
        found = await _running(settings)
        if settings.profile == "demo":
            if found:
                console.print(f"\n[bold]{found} öppna ärenden från förra gången finns kvar.[/bold] Ingen är glömd.\n")
            else:
                await _morning(desk, settings)
            rows = await desk.call("GET", "/worklist", who="N1", params={"unit": UNIT})
            console.print(worklist_table(rows))
    _addresses(settings)


async def _running(settings: Settings) -> int:
    """How many cases the engine carries. The read model may be lost, and a first start would end them all.

    A contact and its pathway are one case, also where only one of the two is left.
    """
    client = await connect(settings.engine_address, settings.temporal_namespace, identity="morning")
    return len({contact_of(each) for each in await running(client, PATIENCE)})


def _say(what: str) -> None:
    console.print(f"  [cyan]•[/cyan] {what}")


async def _morning(desk: Desk, settings: Settings) -> None:
    day = _last_open_day(settings)
    evening, morning = at_local(day, time(17, 20)), at_local(_next_open_day(settings, day), time(8, 5))
    console.print("\n[bold]En kort morgon i demovärlden[/bold]")
    await desk.call("POST", "/demo/reset", json={"now": evening.isoformat()})
    late = await desk.submit(_example("3-after-closing"))
    _say(f"{_at(evening)}: ett ärende kommer efter stängning. Patienten ser: «{late['screen'][0]['text']}»")
    _say(f"Det ligger kvar hos enheten, som öppnar {clock(late['opens_at'])}. Ingen behöver söka igen.")
    await desk.call("POST", "/demo/clock", json={"advance_to": morning.isoformat()})
    triaged = await desk.submit(_example("1-triaged-chat-with-form"))
    _say(f"{_at(morning)}: ett triagerat ärende med formulär kommer in och läggs i kön efter prioritet.")
    await desk.submit(_example("2-untriaged-message"))
    _say("Strax efter kommer ett meddelande utan triagering. Utan prioritet räknas det som prio 3.")
    contact = triaged["contact_id"]
    await _later(desk, morning, 10)
    await desk.decide("N1", contact, "pick")
    _say("08.15: Nora (N1) tar det triagerade ärendet. Nu är det hon, och ingen annan, som ska svara inom en timme.")
    await desk.decide("N1", contact, "message", text="Hej, jag läser ditt formulär. Får jag fråga en läkare om hostan?")
    _say("Hon svarar och frågar. Nu har patienten ordet; ärendet kommer ändå med på dagens stängningslista.")
    await _later(desk, morning, 25)
    await desk.report(contact, "patient_message", text="Ja, det går bra.")
    await desk.decide("N1", contact, "record_consent", given=True, wording="Får en läkare läsa ditt ärende?")
    _say("08.30: patienten samtycker, och samtycket noteras med ordalydelse. Utan det går ärendet inte att lämna över.")
    view = await desk.decide("N1", contact, "handover", to={"role": "physician"}, note="Hosta nio dagar, ingen feber.")
    accept = next(task for task in view["tasks"] if task["kind"] == "handover_accept")
    _say(
        f"Ärendet lämnas över till läkare, som ska ta emot senast {clock(accept['due_at'])}. Annars får Nora veta det, "
        "och före stängning är det hennes igen."
    )
    console.print()


async def _later(desk: Desk, start: datetime, minutes: int) -> None:
    at = start + timedelta(minutes=minutes)
    await desk.call("POST", "/demo/clock", json={"advance_to": at.isoformat()})


def _example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _at(at: datetime) -> str:
    return local(at).strftime("%H.%M")


def _last_open_day(settings: Settings) -> date:
    """The newest open day that is over, so that the morning after it is near today."""
    now = datetime.now().astimezone()
    unit = load_units(settings.config_dir).snapshot(UNIT, now)
    assert unit is not None
    day = local_date(now) - timedelta(days=1)
    while not unit.hours.is_open_day(day):
        day -= timedelta(days=1)
    return day


def _next_open_day(settings: Settings, day: date) -> date:
    unit = load_units(settings.config_dir).snapshot(UNIT, at_local(day, time(12)))
    assert unit is not None
    return unit.hours.next_open_day(day)


def _addresses(settings: Settings) -> None:
    api = f"http://{settings.host}:{settings.api_port}"
    console.print(f"\n  API, dokumentation  {api}/docs")
    console.print(f"  Hålls löftet?       {api}/health/promise")
    if settings.temporal_address is None:
        console.print(f"  Temporals sidor     http://{settings.host}:{settings.temporal_ui_port}")
    console.print("  Arbetslistan        .venv/bin/vaka worklist")
    console.print("  Varför väntar det?  .venv/bin/vaka why ÄRENDE")
    console.print("  Stoppa med Ctrl-C. Ärendena finns kvar till nästa gång.\n")
