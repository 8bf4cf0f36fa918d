"""A row is written while its case changes and leaves nothing in the history; one that fails is made durable."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from routine.record import ChatRow, Record, Row
from starter.house import House
from tests.story import Story
from workflows import showing
from workflows.messages import UNSHOWN
from workflows.showing import Showing

OF_A_DECISION = [
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
]


def away() -> OperationalError:
    """What a store says that is away."""
    return OperationalError("INSERT", None, RuntimeError("away"), hide_parameters=True)


async def history(house: House, contact_id: str) -> list[Any]:
    """The case's events."""
    return list((await house.client.get_workflow_handle(contact_id).fetch_history()).events)


async def test_a_decision_leaves_five_events(story: Story, house: House) -> None:
    """The row is there when the answer is, and the history tells of the decision alone (ADR 0013)."""
    await story.begins("2026-11-23", "09:00")
    contact = await story.comes_in()
    await story.decide("N1", contact, "pick")
    before = len(await history(house, contact))
    await story.decide("N1", contact, "internal_note", text="Ring efter lunch.")
    new = [event.event_type for event in (await history(house, contact))[before:]]
    assert new == OF_A_DECISION


async def test_what_could_not_be_written_is_tried_until_it_is(
    story: Story, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is told, writes durably, and whoever asked is answered once the row is there; then all is as before."""
    await story.begins("2026-11-23", "09:00")
    contact = await story.comes_in()
    keep, failures = house.projection.keep, 2

    async def fails_twice(row: ChatRow) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise away()
        await keep(row)

    monkeypatch.setattr(house.projection, "keep", fails_twice)
    seen = await story.decide("N1", contact, "pick")
    assert seen["holder"] == "SE0000000000-N1"
    assert failures == -1
    events = await history(house, contact)
    told = [each.workflow_execution_signaled_event_attributes.signal_name for each in events]
    counted = Counter(each.event_type for each in events)
    assert [name for name in told if name] == [UNSHOWN]
    assert counted[EventType.EVENT_TYPE_MARKER_RECORDED] == 2, "two tries, the second of which wrote it"
    before = len(events)
    await story.decide("N1", contact, "internal_note", text="Som vanligt.")
    assert [each.event_type for each in (await history(house, contact))[before:]] == OF_A_DECISION


async def test_a_case_does_not_end_before_its_row_is_written(
    story: Story, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last row of a case that fails is owed like any other."""
    await story.begins("2026-11-23", "09:00")
    contact = await story.comes_in()
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Vila och drick mycket.")
    await story.closes("N1", contact)
    keep, failures = house.projection.keep, 1

    async def fails_once(row: ChatRow) -> None:
        nonlocal failures
        if not row.open and failures:
            failures = 0
            raise away()
        await keep(row)

    monkeypatch.setattr(house.projection, "keep", fails_once)
    await story.at("18:00")
    await story.attests("N1", contact)
    await story.at("07:00", "2026-11-25")
    stored = await house.projection.case(contact)
    assert stored is not None
    assert failures == 0
    assert stored.chat.ended
    assert not stored.open


class Told:
    """A client that keeps the signals it is to send, or is away."""

    def __init__(self, *, there: bool = True) -> None:
        self.there, self.signals = there, list[tuple[str, str | None, str]]()

    def get_workflow_handle(self, workflow_id: str, *, run_id: str | None = None) -> Any:
        """A handle that only signals."""
        told = self

        class Handle:
            """Of one run."""

            async def signal(self, name: str) -> None:
                """Keep it."""
                if not told.there:
                    raise RuntimeError("away")
                told.signals.append((workflow_id, run_id, name))

        return Handle()


async def shown(client: Told, keep: Callable[[Row], Coroutine[Any, Any, None]], row: Row) -> None:
    """Shown as a workflow does it: from another thread."""
    await asyncio.to_thread(Showing(cast(Client, client), keep).show, "c1", row)


@pytest.fixture
async def row(story: Story, house: House) -> ChatRow:
    """Some row."""
    await story.begins("2026-11-23", "09:00")
    stored = await house.projection.case(await story.comes_in())
    assert stored is not None
    record = Record(contact_id="c1", run_id="r1", epoch="e", version=1, offset_s=0.0, wake_at=None, chat=stored.chat)
    return record.row()


async def test_a_row_that_takes_too_long(row: ChatRow, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task may stand for two seconds: the run itself is told before, and the write is given up."""
    monkeypatch.setattr(showing, "PATIENCE_S", 0.05)
    client, ended = Told(), asyncio.Event()

    async def slow(_row: Row) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()

    await shown(client, slow, row)
    assert client.signals == [("c1", "r1", UNSHOWN)]
    assert ended.is_set()


async def test_neither_written_nor_told(row: ChatRow) -> None:
    """The workflow's task fails, so the engine has it done again: nothing is forgotten."""

    async def fails(_row: Row) -> None:
        raise away()

    with pytest.raises(RuntimeError, match="away"):
        await shown(Told(there=False), fails, row)
