"""Updates at the edges of a workflow's life: before its first line, twice, after its end, across continue-as-new."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from temporalio.client import WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from config.settings import Settings
from routine.chat.decisions import Pick, SetUrgency
from routine.chat.events import PatientMessage
from routine.intake import Submission
from starter.api.app import create_app
from starter.house import House, open_house
from tests.faults.processes import Processes, Stubborn, until
from tests.faults.test_race import nurse
from tests.story import P1, P3, Story, chat, stockholm
from worker import carrying
from workflows.chat import ChatContact
from workflows.messages import Answer, ChatStart, Reported, Signed
from workflows.plugin import connect

pytestmark = pytest.mark.xdist_group("faults")

EVENTS = 60
"""The engine of these tests suggests to continue as new after so many events; an ordinary one after 4096."""
Handle = WorkflowHandle[ChatContact, str]


@pytest.fixture(scope="module")
async def brief(engine_binary: str, tmp_path_factory: pytest.TempPathFactory, world_url: str) -> AsyncIterator[House]:
    """A house whose engine keeps histories brief. It has no worker of its own: see `carried`."""
    flags = ["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={EVENTS}"]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=engine_binary, dev_server_log_level="error", dev_server_extra_args=flags
    ) as environment:
        settings = Settings(
            data_dir=tmp_path_factory.mktemp("brief"),
            temporal_address=environment.client.service_client.config.target_host,
            world_port=int(world_url.rpartition(":")[2]),
        )
        opened = await open_house(settings)
        yield opened
        await opened.close()


@asynccontextmanager
async def carried(house: House) -> AsyncIterator[None]:
    """A worker at work."""
    client = await connect(house.settings.engine_address, "default", identity="brief-worker", lazy=False)
    async with carrying(client, house.settings, house.projection, house.outbox):
        yield


@asynccontextmanager
async def telling(house: House) -> AsyncIterator[Story]:
    """A story in that house."""
    async with carried(house), Story(httpx.ASGITransport(app=create_app(house))) as story:
        await story.begins("2026-11-23", "09:00")
        yield story


async def start_of(house: House, contact_id: str) -> ChatStart:
    """What a chat of P1 starts with."""
    state, now = await house.projection.house(), await house.now()
    unit = house.unit("VC-T", now)
    assert unit is not None
    return ChatStart(
        contact_id=contact_id,
        epoch=state.epoch,
        offset_s=state.offset_s,
        submission=Submission.model_validate(chat(P1)),
        unit=unit,
        opened_at=now,
    )


def picks(who: str = "N1") -> Signed:
    """A nurse picks."""
    return Signed(by=nurse(who), decision=Pick(type="pick"))


def urges(why: str) -> Signed:
    """N1 sets the urgency and says why: anybody may, at any time, as often as she likes."""
    return Signed(by=nurse("N1"), decision=SetUrgency(type="set_urgency", priority=2, rationale=why))


async def texts(house: House, contact_id: str) -> Counter[str]:
    """Every remark and every line of the case."""
    stored = await house.projection.case(contact_id)
    assert stored is not None
    return Counter([*(each.text for each in stored.chat.remarks), *(each.text for each in stored.chat.lines)])


async def test_a_decision_that_comes_with_the_start(brief: House) -> None:
    """Update-with-start: the decision is handled before the first line of `run`, on the case as it was opened."""
    async with telling(brief):
        start = await start_of(brief, "with-start")
        operation = WithStartWorkflowOperation(
            ChatContact.run,
            start,
            id=start.contact_id,
            task_queue=brief.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
        await brief.client.execute_update_with_start_workflow(
            ChatContact.decide, picks(), start_workflow_operation=operation, id="first"
        )
        stored = await brief.projection.case(start.contact_id)
        assert stored is not None
        assert stored.chat.holder is not None
        assert stored.chat.holder.hsa_id == "SE0000000000-N1"


async def test_everything_is_there_before_the_first_worker(brief: House) -> None:
    """Start, patient's words and decisions wait together for a worker: all of it is in the case, once."""
    async with telling(brief):
        pass
    start = await start_of(brief, "before-worker")
    handle = await brief.client.start_workflow(
        ChatContact.run, start, id=start.contact_id, task_queue=brief.settings.task_queue
    )
    words = Reported(by=nurse("N1"), event=PatientMessage(type="patient_message", text="Är någon där?"))
    waiting: list[asyncio.Task[Answer]] = [
        asyncio.create_task(handle.execute_update(ChatContact.hear, words, id="words")),
        *(
            asyncio.create_task(handle.execute_update(ChatContact.decide, urges(f"tidig {each}"), id=f"early-{each}"))
            for each in range(4)
        ),
    ]
    async with carried(brief):
        await asyncio.wait_for(asyncio.gather(*waiting), 20)
        found = await texts(brief, start.contact_id)
        assert [found[text] for text in ("Är någon där?", *(f"tidig {each}" for each in range(4)))] == [1] * 5


async def test_the_same_decision_twice(brief: House) -> None:
    """One id, sent at once and again later: done once, and every answer is the first."""
    async with telling(brief) as story:
        contact = await story.comes_in(P1)
        handle = brief.client.get_workflow_handle_for(ChatContact.run, contact)
        at_once = [handle.execute_update(ChatContact.decide, urges("en gång"), id="same") for _ in range(5)]
        answers = await asyncio.gather(*at_once)
        await handle.execute_update(ChatContact.decide, urges("en annan"), id="other")
        answers.append(await handle.execute_update(ChatContact.decide, urges("en gång"), id="same"))
        assert len({answer.version for answer in answers}) == 1
        assert (await texts(brief, contact))["en gång"] == 1


async def test_a_decision_after_the_end(brief: House) -> None:
    """The workflow is gone: the case is judged where it rests, by the same rules; an old id still has its answer."""
    async with telling(brief) as story:
        contact = await story.comes_in(P1)
        handle = brief.client.get_workflow_handle_for(ChatContact.run, contact)
        picked = await handle.execute_update(ChatContact.decide, picks(), id="picked")
        await story.decide("N1", contact, "log_call", reached=True, note="Mår bra.")
        await story.closes("N1", contact, grace="none")
        await story.attests("N1", contact)
        assert await asyncio.wait_for(handle.result(), 20) == "completed"
        for decision in ("pick", "release", "request_close"):
            assert await story.refused("N1", contact, decision) == (409, "WRONG_STATE")
        assert await handle.execute_update(ChatContact.decide, picks(), id="picked") == picked
        with pytest.raises(RPCError) as gone:
            await handle.execute_update(ChatContact.decide, picks(), id="new")
        assert gone.value.status is RPCStatusCode.NOT_FOUND


async def _run_of(handle: Handle) -> str:
    run = (await handle.describe()).run_id
    assert run is not None
    return run


async def _until_new_run(handle: Handle, prefix: str, sent: dict[str, Answer]) -> None:
    """Decide, several at a time, until the history has been continued as new; what was answered is kept by id."""
    first = await _run_of(handle)
    for number in range(60):
        ids = [f"{prefix}-{number}-{each}" for each in range(3)]
        answers = await asyncio.gather(
            *(handle.execute_update(ChatContact.decide, urges(each), id=each) for each in ids)
        )
        sent |= dict(zip(ids, answers, strict=True))
        if await _run_of(handle) != first:
            return
    raise AssertionError("the history was never continued as new")


async def test_continue_as_new(brief: House) -> None:
    """State, deadlines and recent ids go over into the new run: nothing is lost, moved, or done twice."""
    async with telling(brief) as story:
        contact = await story.comes_in(P3, triaged=True, priority=1)
        handle: Handle = brief.client.get_workflow_handle_for(ChatContact.run, contact)
        await story.at("09:04")
        await story.decide("N1", contact, "pick")
        await story.at("09:05")
        before = await story.view(contact)
        sent: dict[str, Answer] = {}
        for lap in range(2):
            await _until_new_run(handle, f"lap-{lap}", sent)
        versions = [answer.version for answer in sent.values()]
        assert len(set(versions)) == len(versions), "two decisions led to the same version"

        recent = list(sent)[-20:]
        again = await asyncio.gather(
            *(handle.execute_update(ChatContact.decide, urges(each), id=each) for each in recent[:10]),
        )
        again += await asyncio.gather(
            *(handle.execute_update(ChatContact.decide, urges(each), id=each) for each in recent[10:]),
        )
        assert [answer.version for answer in again] == [sent[each].version for each in recent]
        found = await texts(brief, contact)
        assert {each: found[each] for each in sent} == dict.fromkeys(sent, 1)

        after = await story.view(contact)
        for part in ("deadlines", "if_nobody_acts", "holder", "state", "waiting_since", "next_due_at"):
            assert after[part] == before[part], part
        assert [(task["task_id"], task["due_at"]) for task in after["tasks"]] == [
            (task["task_id"], task["due_at"]) for task in before["tasks"]
        ]
        await _the_foreseen_comes_true(story, contact, before["if_nobody_acts"][0])
        opened = [line["at"] for line in (await story.view(contact))["chat"]]
        assert opened == [line["at"] for line in before["chat"]]


async def _the_foreseen_comes_true(story: Story, contact: str, foreseen: dict[str, Any]) -> None:
    """The timer of the new run fires when the old one's would have."""
    at = foreseen["at"][11:16]
    await story.at(at)

    async def told() -> list[dict[str, Any]]:
        alerts: list[dict[str, Any]] = (await story.view(contact))["alerts"]
        return alerts

    alerts = await until("the responsible is told", told)
    assert [(each["at"], each["to"]) for each in alerts] == [(foreseen["at"], foreseen["to"])]


async def test_continue_as_new_while_everybody_writes(brief: House) -> None:
    """Decisions and words that arrive while the history is being exchanged: each is in the case once."""
    async with telling(brief) as story:
        contact = await story.comes_in(P1)
        await story.decide("N1", contact, "pick")
        handle: Handle = brief.client.get_workflow_handle_for(ChatContact.run, contact)
        first = await _run_of(handle)

        async def writes(who: int) -> None:
            for each in range(12):
                text = f"{who}/{each}"
                if who % 2:
                    await story.report(contact, "patient_message", text=text)
                else:
                    await story.decide("N1", contact, "message", text=text)

        await asyncio.gather(*(writes(who) for who in range(6)))
        assert await _run_of(handle) != first
        found = await texts(brief, contact)
        expected = [f"{who}/{each}" for who in range(6) for each in range(12)]
        assert {each: found[each] for each in expected} == dict.fromkeys(expected, 1)


async def test_a_worker_that_is_asked_to_stop(unwatched: Processes) -> None:
    """SIGTERM amid decisions: it ends what it has in hand and exits 0, and the next worker goes on."""
    await unwatched.begins(stockholm("2026-11-23", "09:00"))
    client = Stubborn(unwatched)
    contact = await client.submit(chat(P1))
    await client.decide("N1", contact, "pick")
    work = [
        asyncio.create_task(client.decide("N1", contact, "internal_note", text=f"anteckning {each}"))
        for each in range(8)
    ]
    assert await unwatched.stop("worker") == 0
    await unwatched.up("worker")
    await asyncio.gather(*work)
    found = Counter(note["text"] for note in (await unwatched.view(contact))["notes"])
    assert found == Counter(f"anteckning {each}" for each in range(8))
