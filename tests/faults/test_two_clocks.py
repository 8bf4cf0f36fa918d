"""Two clocks meet: a pathway outlives closing time, weekends, Christmas and both DST changes, and its workers.

Each crossing is lived through three times: with one worker all along, with a new one at every stage, and with none
while the instants fall due. The instants are the same, and computed here by hand, not by the house's own calendar.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.faults.carried import Carried
from tests.stories.suicide.acts import MODERATE, SEEN, deadline, to
from tests.story import P3, stockholm

pytestmark = pytest.mark.xdist_group("faults")

Told = list[tuple[timedelta, str, str]]
On = Callable[[], Coroutine[None, None, None]]
Life = Callable[[Carried, On], Awaitable[None]]
LICENSED, MANAGER = "licensed", "unit_manager"
ASSESSORS = ("physician", "psychologist")
CROSSINGS = {
    "a weekend": ("2026-12-11", "2026-12-14"),
    "Christmas": ("2026-12-23", "2026-12-28"),
    "Easter, when summer time begins": ("2027-03-25", "2027-03-30"),
    "when summer time ends": ("2027-10-29", "2027-11-01"),
}
"""The last open day before, and the first after."""


async def steady(carried: Carried, on: On) -> None:
    """The same worker goes on."""
    await on()


async def restarted(carried: Carried, on: On) -> None:
    """A new worker, and another one after."""
    await carried.restarted()
    await on()
    await carried.restarted()


async def away(carried: Carried, on: On) -> None:
    """What falls due finds no worker, and waits for the next one."""
    await carried.down()
    moving = asyncio.create_task(on())
    await asyncio.wait([moving], timeout=0.5)
    await carried.up()
    await moving


LIVES = (steady, restarted, away)


async def flagged(carried: Carried, day: str, clock: str) -> str:
    """N1 holds a chat and flags."""
    story = carried.story
    await story.begins(day, clock)
    contact = await story.comes_in(P3, triaged=True, priority=3)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "flag_suspicion", observation=SEEN)
    return contact


def at(each: dict[str, Any]) -> datetime:
    """When somebody was told."""
    return datetime.fromisoformat(each["at"])


def who(each: dict[str, Any]) -> str:
    """Who was told."""
    name: str = each["to"].get("role") or each["to"]["hsa_id"][-2:]
    return name


@pytest.mark.parametrize(("last", "first"), CROSSINGS.values(), ids=CROSSINGS.keys())
async def test_the_assessors_ladder(carried: Carried, last: str, first: str) -> None:
    """R59: asked twenty minutes before closing; the clock of the ladder stands still until the next opening."""
    lives = [await _ladder(carried, life, last, first) for life in LIVES]
    assert lives[0] == lives[1] == lives[2]
    minutes = [(told.total_seconds() / 60, name) for told, name, kind in lives[0] if kind == "handover_accept"]
    assert minutes == [
        (5, "N1"),
        *((15, name) for name in ASSESSORS),
        *((30, name) for name in (MANAGER, LICENSED)),
        *((60, name) for name in (MANAGER, LICENSED)),
    ]


async def _ladder(carried: Carried, life: Life, last: str, first: str) -> Told:
    """Who was told, by open time since the suspicion, exactly."""
    story = carried.story
    contact = await flagged(carried, last, "16:40")
    before = await story.view(contact)
    await life(carried, lambda: story.at("16:50"))
    await life(carried, lambda: story.at("23:30"))
    foreseen = await _ahead(carried, contact)
    await life(carried, lambda: story.at("03:30", first))
    assert await _ahead(carried, contact) == foreseen, "nothing changes while the unit is closed"
    await life(carried, lambda: story.at("08:50"))
    after = await story.view(contact)

    (accept,) = [each for each in before["tasks"] if each["kind"] == "handover_accept"]
    since, closing, opening = (
        datetime.fromisoformat(accept["opened_at"]),
        stockholm(last, "17:00"),
        stockholm(first, "08:00"),
    )
    came_true = [(at(each), who(each)) for each in after["alerts"]]
    for each in before["if_nobody_acts"]:
        if each["to"] is not None and at(each) <= stockholm(first, "08:50"):
            assert (at(each), who(each)) in came_true, each
    (task,) = [each for each in after["tasks"] if each["kind"] == "handover_accept"]
    assert (task["due_at"], task["task_id"]) == (accept["due_at"], accept["task_id"])
    assert after["blocks_close"] == before["blocks_close"] != []
    return [
        (
            min(at(each), closing) - since + max(at(each) - opening, timedelta(0)),
            who(each),
            each["task_id"].split("-")[0],
        )
        for each in after["alerts"]
        if each["task_id"] and each["task_id"].split("-")[0] in ("handover_accept", "call_assessor")
    ]


async def _ahead(carried: Carried, contact: str) -> tuple[Any, ...]:
    view = await carried.story.view(contact)
    return tuple(view[part] for part in ("if_nobody_acts", "deadlines", "next_due_at", "suicide_state", "blocks_close"))


MODERATES = {
    "Christmas": ("2026-12-23", "2026-12-25T23:59:59+01:00"),
    "Easter, when summer time begins": ("2027-03-26", "2027-03-28T23:59:59+02:00"),
    "when summer time ends": ("2027-10-29", "2027-10-31T23:59:59+01:00"),
}
"""When a risk is judged moderate, and the end of the second day after by the wall clock of that day (R64)."""


@pytest.mark.parametrize(("day", "hard"), MODERATES.values(), ids=MODERATES.keys())
async def test_a_moderate_risk(carried: Carried, day: str, hard: str) -> None:
    """R64: forty-eight hours by the clock, and the second day's last second by the calendar, also on closed days."""
    for life in LIVES:
        await _moderate(carried, life, day, datetime.fromisoformat(hard))


async def _moderate(carried: Carried, life: Life, day: str, hard: datetime) -> None:
    story = carried.story
    contact = await flagged(carried, day, "16:30")
    await story.decide("D1", contact, "accept_handover")
    await story.decide("D1", contact, "message", text="Berätta mer.")
    await story.report(contact, "patient_message", text="Det är tungt.")
    await life(carried, lambda: story.at("16:50"))
    view = await story.decide("D1", contact, "assess", **MODERATE)
    soft = datetime.fromisoformat(view["assessments"][0]["at"]) + timedelta(hours=48)
    due = deadline(view, "moderate_visit")
    assert (datetime.fromisoformat(due["soft_at"]), datetime.fromisoformat(due["hard_at"])) == (soft, hard)
    await life(carried, lambda: story.at("15:00", str(hard.date())))
    await life(carried, lambda: story.at("04:00", str(hard.date() + timedelta(days=1))))
    view = await story.view(contact)
    warned = [(at(each), each["to"]) for each in view["alerts"] if each["rule"] == "R64"]
    roles = [{"role": each} for each in (*ASSESSORS, MANAGER)]
    assert warned == [(soft, to("D1")), (soft, roles[-1]), *((hard, each) for each in roles)]
    assert deadline(view, "moderate_visit") == due
