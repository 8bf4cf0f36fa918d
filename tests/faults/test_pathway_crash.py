"""kill -9 between a suspicion and its pathway, and a store that is away: one pathway, and the gate stays shut."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from config.settings import ROOT
from routine.record import PathwayRecord
from routine.suicide_risk.start import pathway_id
from tests.faults.processes import GOES_ON_WITHIN_S, Processes, Stubborn, locked, until
from tests.faults.test_lost_things import is_well
from tests.stories.suicide.acts import SEEN
from tests.story import P3, chat, stockholm

pytestmark = pytest.mark.xdist_group("faults")

MORNING = stockholm("2026-12-07", "10:00")


async def held(house: Processes) -> tuple[Stubborn, str]:
    """A contact that N1 holds."""
    await house.begins(MORNING)
    client = Stubborn(house)
    contact = await client.submit(chat(P3))
    await client.decide("N1", contact, "pick")
    return client, contact


async def shut(house: Processes, contact: str) -> None:
    """Closing is refused, or its outcome is unknown while nobody carries the case: never accepted."""
    answer = await house.post(f"/contacts/{contact}/decisions", "N1", {"type": "request_close"})
    assert answer.status_code in (409, 503), answer.text


async def events(house: Processes, workflow_id: str) -> Counter[int]:
    """How many events of each type its history has."""
    handle = (await house.engine()).get_workflow_handle(workflow_id)
    return Counter([event.event_type async for event in handle.fetch_history_events()])


async def one_pathway(house: Processes, contact: str) -> dict[str, Any]:
    """There is one pathway, begun once, which has heard of each suspicion once; the contact is in its care."""

    async def begun() -> dict[str, Any] | None:
        view = await house.view(contact)
        return view if any(each["kind"] == "handover_accept" for each in view["tasks"]) else None

    view: dict[str, Any] = await until("the pathway is on the worklist", begun)
    assert (view["tier"], view["suicide_state"]) == ("suicide", "suspected")
    assert [block["code"] for block in view["blocks_close"]] == ["NO_ASSESSMENT"]
    engine = await house.engine()
    found = [each async for each in engine.list_workflows(f'WorkflowId = "{pathway_id(contact)}"')]
    assert len(found) == 1
    record = await engine.get_workflow_handle(pathway_id(contact)).query("record", result_type=PathwayRecord)
    assert [sign.kind for sign in record.pathway.contact.signs] == ["staff"]
    await shut(house, contact)
    return view


@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_worker_dies_between_suspicion_and_pathway(watched: Processes, when: str) -> None:
    """Killed in the activity that begins the pathway, before it has and when it has: the next one does it, once."""
    client, contact = await held(watched)
    watched.kill9("worker")
    watched.instead["worker"] = (sys.executable, "-m", "tests.faults.dying_worker", when)
    try:
        await watched.up("worker")
        body = {"type": "flag_suspicion", "observation": SEEN}
        flagging = asyncio.create_task(client.send(f"/contacts/{contact}/decisions", "N1", body))
        await watched.died("worker")
    finally:
        del watched.instead["worker"]
    await shut(watched, contact)
    await watched.up("worker")
    ready = time.monotonic()
    while not flagging.done():
        await shut(watched, contact)
        await asyncio.wait([flagging], timeout=0.2)
    assert (await flagging).status_code == 200, flagging.result().text
    await one_pathway(watched, contact)
    took = time.monotonic() - ready
    sys.stdout.write(f"{when}: the pathway is there {took:.1f} s after the restart, {dict(client.troubles)}\n")
    assert took < GOES_ON_WITHIN_S
    seen = await events(watched, contact)
    # However often it was tried, it was asked for once and done once.
    assert seen[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED] == 1
    assert seen[EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED] == 1
    await is_well(watched)


async def test_the_store_is_away_while_somebody_flags(watched: Processes) -> None:
    """The suspicion stands and its pathway runs though no row can be written; the same flag again is the same one."""
    client, contact = await held(watched)
    body = {"type": "flag_suspicion", "observation": SEEN}
    with locked(watched.settings.data_dir / "projection.db"):
        flagging = asyncio.create_task(client.send(f"/contacts/{contact}/decisions", "N1", body))

        async def repeated() -> bool:
            assert not flagging.done(), flagging.result().text
            return bool(client.troubles)

        await until("it was answered 503", repeated)
        handle = (await watched.engine()).get_workflow_handle(pathway_id(contact))
        assert (await handle.describe()).status is not None, "the pathway runs already"
        await shut(watched, contact)
    assert (await flagging).status_code == 200
    await one_pathway(watched, contact)
    await is_well(watched)


async def test_rebuild_from_the_command_line(watched: Processes) -> None:
    """`vaka rebuild` writes every row anew while the house runs, and says how many of which."""
    client, contact = await held(watched)
    await client.decide("N1", contact, "flag_suspicion", observation=SEEN)
    before = await one_pathway(watched, contact)
    await watched.stop("watch")
    done = await asyncio.to_thread(
        subprocess.run,
        (sys.executable, "-m", "starter.cli", "rebuild"),
        cwd=ROOT,
        env=watched.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1 ärenden och 1 suicidriskvägar är skrivna på nytt."), done
    after = await watched.view(contact)
    assert (after["tasks"], after["deadlines"]) == (before["tasks"], before["deadlines"])
