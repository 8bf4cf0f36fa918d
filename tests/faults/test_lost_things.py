"""What no workflow can tell of itself: lost rows, lost workflows, cases that stand still, stores and engines away.

The watchman tells it in `/health/promise`, and what was accepted is there when things are well again.
"""

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta

import pytest
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.faults.broken import BrokenChat
from tests.faults.processes import Processes, Stubborn, locked, until
from tests.story import P1, P2, P3, chat, stockholm

pytestmark = pytest.mark.xdist_group("faults")

MORNING = stockholm("2026-11-23", "09:00")
HOUSE = "*"


def in_projection(house: Processes, *statements: str) -> None:
    """Do something to the read model behind everybody's back."""
    with closing(sqlite3.connect(house.settings.data_dir / "projection.db", timeout=10)) as db, db:
        for statement in statements:
            db.execute(statement)


def forget_findings(house: Processes) -> None:
    """What a watchman saw who is gone."""
    with closing(sqlite3.connect(house.settings.data_dir / "journal.db", timeout=10)) as db, db:
        db.execute("DELETE FROM findings")


async def is_stuck(house: Processes, contact_id: str, what: str) -> None:
    """The promise says so, sooner or later."""

    async def seen() -> bool:
        return (contact_id, what) in await house.stuck()

    await until(f"{what} is told", seen)


async def is_well(house: Processes) -> None:
    """The promise is kept: nothing is stuck."""

    async def seen() -> bool:
        return not await house.stuck()

    await until("nothing is stuck", seen)


async def listed(house: Processes) -> set[str]:
    """The contacts on the worklist."""
    return {row["contact_id"] for row in (await house.get("/worklist", "N1", unit="VC-T"))["items"]}


async def test_a_lost_row_is_rebuilt(watched: Processes) -> None:
    """The read model's row is gone: the watchman asks the workflow and writes it anew."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contact = await client.submit(chat(P1))
    await client.decide("N1", contact, "pick")
    before = await watched.view(contact)
    in_projection(watched, "DELETE FROM cases")

    async def back() -> bool:
        return contact in await listed(watched)

    await until("the row is rebuilt", back)
    after = await watched.view(contact)
    assert {**after, "as_of": None} == {**before, "as_of": None}
    await client.decide("N1", contact, "internal_note", text="Det går vidare.")
    await is_well(watched)


async def test_a_lost_read_model_is_rebuilt(watched: Processes) -> None:
    """The whole file is gone, and the house has been reset before: every open case is back on the worklist."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contacts = {await client.submit(chat(person)) for person in (P1, P2)}
    watched.kill9("worker", "api", "watch")
    for file in watched.settings.data_dir.glob("projection.db*"):
        file.unlink()
    await watched.up("worker", "api", "watch")

    async def back() -> bool:
        return await listed(watched) == contacts

    await until("every row is rebuilt", back)
    for contact in contacts:
        await client.decide("N1", contact, "pick")
    assert await listed(watched) == contacts
    await is_well(watched)


async def test_a_row_that_nobody_carries(watched: Processes) -> None:
    """The workflow was terminated and its row stands open: named, and no decision is lost in silence."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    lost, kept = await client.submit(chat(P1)), await client.submit(chat(P2))
    await (await watched.engine()).get_workflow_handle(lost).terminate()
    await is_stuck(watched, lost, "without_workflow")
    assert await watched.stuck() == {(lost, "without_workflow")}
    assert {lost, kept} <= await listed(watched)
    answer = await watched.post(f"/contacts/{lost}/decisions", "N1", {"type": "pick"})
    assert (answer.status_code, answer.json()["code"]) == (503, "ENGINE_UNAVAILABLE")
    assert "without_workflow" in watched.tail("watch")


async def test_a_case_that_does_not_move(watched: Processes) -> None:
    """Its instant has passed and no worker is there: named; with a worker it moves, as of that instant."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contact = await client.submit(chat(P3, triaged=True, priority=1))
    due = datetime.fromisoformat((await watched.view(contact))["tasks"][0]["due_at"])
    watched.kill9("worker")
    jump = due - MORNING + timedelta(minutes=1)
    async with _moved(watched, contact, jump):
        in_projection(watched, f"UPDATE house SET offset_s = offset_s + {jump.total_seconds()}")
        await is_stuck(watched, contact, "not_moved")
        assert (await watched.view(contact))["alerts"] == []
        await watched.up("worker")
        await is_well(watched)
    alerts = (await watched.view(contact))["alerts"]
    assert [datetime.fromisoformat(each["at"]) for each in alerts] == [due]


@asynccontextmanager
async def _moved(house: Processes, contact: str, jump: timedelta) -> AsyncIterator[None]:
    """The case's own clock has gone on; the move ends when a worker has done what fell due."""
    engine = await house.engine()
    handle = engine.get_workflow_handle(contact)
    skipper = TimeSkipper(engine, config=TimeSkippingConfig(enabled=False, max_session_skip_count=5000))
    moving = asyncio.create_task(skipper.fast_forward(handle, jump))

    async def waits() -> bool:
        return (await handle.describe()).raw_description.HasField("pending_workflow_task")

    await until("the timer has fired", waits)
    try:
        yield
        await asyncio.wait_for(moving, 30)
    finally:
        moving.cancel()


async def test_a_build_that_cannot_carry_its_cases(watched: Processes) -> None:
    """Every workflow task fails: named; the decision is unknown (503), and done once by the next good build."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contact = await client.submit(chat(P1))
    assert await watched.stop("worker") == 0
    key = str(uuid.uuid4())
    async with Worker(
        await watched.engine(),
        task_queue=watched.settings.task_queue,
        workflows=[BrokenChat],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        answer = await watched.post(f"/contacts/{contact}/decisions", "N1", {"type": "pick"}, key)
        assert (answer.status_code, answer.json()["code"]) == (503, "ENGINE_UNAVAILABLE")
        await is_stuck(watched, contact, "task_failing")
    await watched.up("worker")
    again = await until("the same decision again", lambda: _accepted(watched, contact, key))
    assert again["holder"] == "SE0000000000-N1"
    await is_well(watched)


async def _accepted(house: Processes, contact: str, key: str) -> dict[str, object] | None:
    answer = await house.post(f"/contacts/{contact}/decisions", "N1", {"type": "pick"}, key)
    body: dict[str, object] = answer.json()
    return body if answer.status_code == 200 else None


async def test_the_read_model_is_locked(watched: Processes) -> None:
    """For longer than a decision waits: 503 then, and done exactly once when it is asked for again."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contact = await client.submit(chat(P1))
    await client.decide("N1", contact, "pick")
    with locked(watched.settings.data_dir / "projection.db"):
        asked = asyncio.create_task(client.decide("N1", contact, "message", text="en gång"))
        await until("it was answered 503", lambda: _repeated(client, asked))
        assert contact in await listed(watched)
    await asked
    chat_lines = [line["text"] for line in (await watched.view(contact))["chat"]]
    assert chat_lines.count("en gång") == 1
    assert client.troubles.keys() == {"503"}
    assert "database is locked" in watched.log_of("worker").read_text(), "the worker never met the lock"
    assert not [name for name in ("worker", "api") if P1 in watched.log_of(name).read_text()], "a patient in a log"


async def test_whoever_carries_the_case_next_writes_its_row(watched: Processes) -> None:
    """The store is away, the decision stands, and the worker that could not write it dies: the next one writes it.

    Nobody asks again, and the watchman has gone: the case itself remembers that its row is owed (ADR 0013).
    """
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contact = await client.submit(chat(P1))
    watched.kill9("watch")
    with locked(watched.settings.data_dir / "projection.db"):
        answer = await watched.post(f"/contacts/{contact}/decisions", "N1", {"type": "pick"})
        assert (answer.status_code, answer.json()["code"]) == (503, "ENGINE_UNAVAILABLE")
        watched.kill9("worker")
    assert (await watched.view(contact))["holder"] is None
    await watched.up("worker")

    async def held() -> bool:
        return bool((await watched.view(contact))["holder"] == "SE0000000000-N1")

    await until("the row is written", held)


async def _repeated(client: Stubborn, asked: asyncio.Task[object]) -> bool:
    if asked.done():
        raise AssertionError(f"answered while the store was away: {asked.result()}")
    return bool(client.troubles)


async def test_the_journal_is_locked(watched: Processes) -> None:
    """Briefly: a decision waits. For longer: 503, and done exactly once when it is asked for again."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contact = await client.submit(chat(P1))
    await client.decide("N1", contact, "pick")
    journal = watched.settings.data_dir / "journal.db"
    with locked(journal):
        waiting = asyncio.create_task(client.decide("N1", contact, "message", text="väntar"))
        await asyncio.sleep(1)
        assert not waiting.done()
    await waiting
    assert not client.troubles
    with locked(journal):
        asked = asyncio.create_task(client.decide("N1", contact, "message", text="en gång"))
        await until("it was answered 503", lambda: _repeated(client, asked))
    await asked
    texts = [line["text"] for line in (await watched.view(contact))["chat"]]
    assert (texts.count("väntar"), texts.count("en gång")) == (1, 1)
    assert client.troubles.keys() == {"503"}
    assert watched.runs("watch")


async def test_the_engine_is_away(watched: Processes) -> None:
    """Reads work, decisions are 503 with Retry-After, the watchman says so: also where both started meanwhile."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    contact = await client.submit(chat(P1))
    watched.kill9("engine")
    await asyncio.gather(is_stuck(watched, HOUSE, "engine_away"), _reads_but_does_not_decide(watched, contact))
    watched.kill9("api", "watch")
    forget_findings(watched)
    await watched.up("api", "watch")
    await asyncio.gather(is_stuck(watched, HOUSE, "engine_away"), _reads_but_does_not_decide(watched, contact))
    assert watched.runs("watch")
    await watched.up("engine")
    assert (await client.decide("N1", contact, "pick"))["holder"] == "SE0000000000-N1"
    await is_well(watched)


async def _reads_but_does_not_decide(house: Processes, contact: str) -> None:
    assert contact in await listed(house)
    assert (await house.view(contact))["state"] == "queued"
    assert (await house.http.get("/health/ready")).json()["engine"] == "away"
    answer = await house.post(f"/contacts/{contact}/decisions", "N1", {"type": "pick"})
    assert (answer.status_code, answer.json()["code"]) == (503, "ENGINE_UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_read_model_that_outlived_its_engine(watched: Processes) -> None:
    """A new engine, an old read model: new cases are taken, and those that nobody carries any more are named."""
    await watched.begins(MORNING)
    client = Stubborn(watched)
    orphans = {await client.submit(chat(person)) for person in (P1, P2)}
    watched.kill9("engine")
    for file in watched.settings.data_dir.glob("temporal.db*"):
        file.unlink()
    await watched.up("engine")
    new = await client.submit(chat(P3))
    await client.decide("N1", new, "pick")
    for orphan in orphans:
        await is_stuck(watched, orphan, "without_workflow")
    assert await watched.stuck() == {(orphan, "without_workflow") for orphan in orphans}
    assert await listed(watched) == {new, *orphans}
