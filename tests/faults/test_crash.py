"""kill -9 of worker, API and Temporal server, one by one and together, while something is going on.

Afterwards: every accepted contact is on the worklist, every accepted decision stands in its case exactly once, and the
cases go on within ten seconds of the restart.
"""

import asyncio
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.faults.processes import GOES_ON_WITHIN_S, Processes, Stubborn, until
from tests.story import P1, P2, P3, P4, P5, chat, stockholm

pytestmark = pytest.mark.xdist_group("faults")

VICTIMS = (("worker",), ("api",), ("engine",), ("engine", "worker", "api"))
PERSONS = (P1, P2, P3, P4, P5)
victims = pytest.mark.parametrize("names", VICTIMS, ids="+".join)


async def crash(house: Processes, names: tuple[str, ...], contact: str) -> None:
    """Kill and start again; then a new decision about the contact is accepted within ten seconds."""
    house.kill9(*names)
    began = time.monotonic()
    house.start(*names)
    goes_on = asyncio.create_task(_decided(house, contact))
    await house.ready(*names)
    ready = time.monotonic()
    took = await goes_on - ready
    sys.stdout.write(f"{'+'.join(names)}: ready after {ready - began:.1f} s, goes on {took:.1f} s later\n")
    if took > 5:
        h = (await house.engine()).get_workflow_handle(contact)
        async for e in h.fetch_history_events():
            sys.stdout.write(f"{e.event_id} {e.event_type} {e.event_time.ToDatetime()} {str(e)[:0]}\n")
    assert took < GOES_ON_WITHIN_S


async def _decided(house: Processes, contact: str) -> float:
    """When a new decision was accepted."""
    await Stubborn(house).decide("N1", contact, "internal_note", text="Det går vidare.")
    return time.monotonic()


@victims
async def test_in_the_middle_of_decisions(house: Processes, names: tuple[str, ...]) -> None:
    """Contacts come in and are decided about from all sides when the process dies."""
    await house.begins(stockholm("2026-11-23", "09:00"))
    client = Stubborn(house)
    first = await client.submit(chat(P1))
    await client.decide("N1", first, "pick")
    work = [asyncio.create_task(_whole_case(client, number)) for number in range(6)]
    await until("a part of it is answered", lambda: _reached(client, 14), every_s=0.005)
    under_way = client.in_flight
    assert under_way >= 6
    await crash(house, names, first)
    ready = time.monotonic()
    contacts = await asyncio.gather(*work)
    sys.stdout.write(f"all that was under way is answered {time.monotonic() - ready:.1f} s later\n")

    listed = [row["contact_id"] for row in (await house.get("/worklist", "N1", unit="VC-T"))["items"]]
    listed += [row["contact_id"] for row in (await house.get("/worklist", "N1", unit="VC-T", view="after_work"))["items"]]
    assert set(listed) >= {first, *contacts}
    for number, contact in enumerate(contacts):
        view = await house.view(contact)
        staff = [line["text"] for line in view["chat"] if line["from"] == "staff"]
        patient = [line["text"] for line in view["chat"] if line["from"] == "patient"]
        assert Counter(staff) == Counter(f"fråga {number}.{each}" for each in range(3))
        assert Counter(patient[1:]) == Counter(f"svar {number}.{each}" for each in range(2))
        assert Counter(call["note"] for call in view["calls"]) == Counter(f"samtal {number}.{each}" for each in range(2))
        notes = Counter(note["text"] for note in view["notes"] if note["about"] == "internal_note")
        assert notes == Counter(f"anteckning {number}.{each}" for each in range(2))
        assert view["holder"] == "SE0000000000-N1"
    sys.stdout.write(f"{'+'.join(names)}: {under_way} under way, repeated {dict(client.troubles)}\n")


async def _reached(client: Stubborn, answers: int) -> bool:
    return client.answered >= answers


async def _whole_case(client: Stubborn, number: int) -> str:
    """A contact with everything at once; its id."""
    contact = await client.submit(chat(PERSONS[number % 5]))
    await client.decide("N1", contact, "pick")
    events = f"/contacts/{contact}/events"
    await asyncio.gather(
        *(client.decide("N1", contact, "message", text=f"fråga {number}.{each}") for each in range(3)),
        *(client.decide("N1", contact, "log_call", reached=True, note=f"samtal {number}.{each}") for each in range(2)),
        *(client.decide("N1", contact, "internal_note", text=f"anteckning {number}.{each}") for each in range(2)),
        *(
            client.send(events, "platform24", {"type": "patient_message", "text": f"svar {number}.{each}"})
            for each in range(2)
        ),
    )
    return contact


@victims
async def test_in_the_middle_of_an_activity(house: Processes, names: tuple[str, ...]) -> None:
    """The register is slow to answer when the process dies: the person is known in the end, and heard of once."""
    await house.begins(stockholm("2026-11-23", "09:00"))
    client = Stubborn(house)
    assert (await house.http.put("/demo/faults", json={"people": "slow"})).is_success
    contact = await client.submit(chat(P2))
    await client.decide("N1", contact, "pick")
    engine = await house.engine()
    handle = engine.get_workflow_handle(contact)

    async def asked() -> bool:
        pending = (await handle.describe()).raw_description.pending_activities
        return bool(pending and pending[0].HasField("last_started_time"))

    await until("the register is being asked", asked)
    await crash(house, names, contact)

    async def known() -> bool:
        return (await house.view(contact))["person"]["name"] is not None

    await until("the register has answered", known, 20)
    assert (await house.http.put("/demo/faults", json={"people": "ok"})).is_success
    history = [event.event_type async for event in (await house.engine()).get_workflow_handle(contact).fetch_history_events()]
    ACTIVITY_TASK_SCHEDULED, ACTIVITY_TASK_COMPLETED = 10, 12
    assert history.count(ACTIVITY_TASK_SCHEDULED) == history.count(ACTIVITY_TASK_COMPLETED) == 1
    assert (await house.view(contact))["alerts"] == []


@victims
async def test_in_the_middle_of_a_timer(house: Processes, names: tuple[str, ...]) -> None:
    """The reply is due in seconds when the process dies: the responsible nurse is told, once, as of its instant."""
    due = stockholm("2026-11-23", "09:15")
    await house.begins(stockholm("2026-11-23", "09:00"))
    client = Stubborn(house)
    contact = await client.submit(chat(P3, triaged=True, priority=1))
    await client.decide("N1", contact, "pick")
    task = (await house.view(contact))["tasks"][0]
    due = datetime.fromisoformat(task["due_at"])
    moved = await house.post("/demo/clock", None, {"advance_to": (due - timedelta(seconds=4)).isoformat()})
    assert moved.is_success, moved.text
    assert (await house.view(contact))["alerts"] == []
    await crash(house, names, contact)

    async def told() -> Any:
        return (await house.view(contact))["alerts"]

    await until("the responsible is told", told, 20)
    alerts = (await house.view(contact))["alerts"]
    assert [(datetime.fromisoformat(each["at"]), each["to"]) for each in alerts] == [
        (due, {"hsa_id": "SE0000000000-N1"})
    ]
    later = await house.post("/demo/clock", None, {"advance_to": (due + timedelta(minutes=1)).isoformat()})
    assert later.is_success, later.text
    assert len((await house.view(contact))["alerts"]) == 1
