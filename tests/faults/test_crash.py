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
from temporalio.api.enums.v1 import EventType

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
    assert took < GOES_ON_WITHIN_S


async def _decided(house: Processes, contact: str) -> float:
    """When a new decision was accepted."""
    await Stubborn(house).decide("N1", contact, "set_urgency", priority=2, rationale="Det går vidare.")
    return time.monotonic()


@victims
async def test_in_the_middle_of_decisions(unwatched: Processes, names: tuple[str, ...]) -> None:
    """Contacts come in and are decided about from all sides when the process dies."""
    await unwatched.begins(stockholm("2026-11-23", "09:00"))
    client = Stubborn(unwatched)
    first = await client.submit(chat(P1))
    await client.decide("N1", first, "pick")
    work = [asyncio.create_task(_whole_case(client, number)) for number in range(6)]
    await until("a part of it is answered", lambda: _reached(client, 14), every_s=0.005)
    under_way = client.in_flight
    assert under_way >= 6
    await crash(unwatched, names, first)
    ready = time.monotonic()
    contacts = await asyncio.gather(*work)
    took = time.monotonic() - ready
    sys.stdout.write(f"{'+'.join(names)}: all that was under way is answered {took:.1f} s later\n")
    assert took < GOES_ON_WITHIN_S

    listed = set()
    for shown in ("now", "after_work"):
        items = (await unwatched.get("/worklist", "N1", unit="VC-T", view=shown))["items"]
        listed |= {row["contact_id"] for row in items}
    assert listed >= {first, *contacts}
    for number, contact in enumerate(contacts):
        view = await unwatched.view(contact)
        staff = [line["text"] for line in view["chat"] if line["from"] == "staff"]
        patient = [line["text"] for line in view["chat"] if line["from"] == "patient"]
        assert Counter(staff) == Counter(f"fråga {number}.{each}" for each in range(3))
        assert Counter(patient[1:]) == Counter(f"svar {number}.{each}" for each in range(2))
        assert Counter(call["note"] for call in view["calls"]) == Counter(
            f"samtal {number}.{each}" for each in range(2)
        )
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
async def test_in_the_middle_of_a_timer_and_an_activity(unwatched: Processes, names: tuple[str, ...]) -> None:
    """One reply is due in seconds and the register is being asked about another patient when the process dies.

    The responsible nurse is told once, as of the instant; the other person is known in the end, and heard of once.
    """
    await unwatched.begins(stockholm("2026-11-23", "09:00"))
    client = Stubborn(unwatched)
    timed = await client.submit(chat(P3, triaged=True, priority=1))
    await client.decide("N1", timed, "pick")
    due = datetime.fromisoformat((await unwatched.view(timed))["tasks"][0]["due_at"])
    await _moves(unwatched, due - timedelta(seconds=6))
    asked = await _being_asked_about(unwatched, client, P2)
    assert (await unwatched.view(timed))["alerts"] == [], "too late: the timer has fired before the crash"
    await crash(unwatched, names, asked)

    await until("the register has answered", lambda: _known(unwatched, asked), 20)
    await until("the responsible is told", lambda: _told(unwatched, timed), 20)
    assert (await unwatched.http.put("/demo/faults", json={"people": "ok"})).is_success
    await _moves(unwatched, due + timedelta(minutes=1))
    alerts = [(datetime.fromisoformat(each["at"]), each["to"]) for each in await _told(unwatched, timed)]
    assert alerts == [(due, {"hsa_id": "SE0000000000-N1"})]
    handle = (await unwatched.engine()).get_workflow_handle(asked)
    history = [event.event_type async for event in handle.fetch_history_events()]
    assert history.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 1
    assert history.count(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED) == 1


async def _being_asked_about(house: Processes, client: Stubborn, person: str) -> str:
    """A contact, while the register takes its time to tell who that is."""
    assert (await house.http.put("/demo/faults", json={"people": "slow"})).is_success
    contact = await client.submit(chat(person))
    handle = (await house.engine()).get_workflow_handle(contact)

    async def started() -> bool:
        pending = (await handle.describe()).raw_description.pending_activities
        return bool(pending and pending[0].HasField("last_started_time"))

    await until("the register is being asked", started)
    return contact


async def _moves(house: Processes, to: datetime) -> None:
    moved = await house.post("/demo/clock", None, {"advance_to": to.isoformat()})
    assert moved.is_success, moved.text


async def _known(house: Processes, contact: str) -> bool:
    return (await house.view(contact))["person"]["name"] is not None


async def _told(house: Processes, contact: str) -> list[dict[str, Any]]:
    alerts: list[dict[str, Any]] = (await house.view(contact))["alerts"]
    return alerts
