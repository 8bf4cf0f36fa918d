"""Fail safe: whatever dies between a contact and its pathway, the gate stays shut, the ladders go on, a human is told.

The two workflows are wedged, ended and robbed of each other's words here, one at a time, under the real engine.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import ActivityEnvironment

from activities.pathway import PathwayActivities
from routine.gate import Gate
from routine.record import PathwayRecord, Record
from routine.suicide_risk.start import PathwayStart, pathway_id
from starter.demo_clock import ClockStuck, DemoClock
from starter.findings import What
from starter.promise import promise
from starter.skipping import skip
from starter.watchman import Watchman
from tests.faults.broken import BrokenChat
from tests.faults.carried import Carried
from tests.faults.processes import until
from tests.stories.suicide.acts import LOW, MODERATE, SEEN
from tests.story import P3, Story, stockholm
from workflows.chat import ChatContact
from workflows.suicide_risk import SuicideRiskPathway

pytestmark = pytest.mark.xdist_group("faults")

DAY = "2026-12-07"
Found = set[tuple[str, str]]


async def flagged(carried: Carried, clock: str = "10:00") -> str:
    """N1 holds a chat and has flagged a suspicion."""
    await carried.story.begins(DAY, clock)
    contact = await carried.story.comes_in(P3, triaged=True, priority=3)
    await carried.story.decide("N1", contact, "pick")
    await carried.story.decide("N1", contact, "flag_suspicion", observation=SEEN)
    return contact


async def tells(watchman: Watchman, *expected: tuple[str, What]) -> Found:
    """The watchman finds it, sooner or later, and the promise says so to whoever asks."""

    async def seen() -> Found:
        found = await watchman.round()
        return found if found >= set(expected) else set()

    found: Found = await until(f"{expected} is told", seen, 15)
    body = await promise(watchman.projection, watchman.journal, datetime.now(UTC))
    assert {(each["contact_id"], each["what"]) for each in body["stuck"]} >= set(expected)
    return found


async def is_well(watchman: Watchman) -> None:
    """He finds nothing, and goes on finding nothing for longer than he bears with."""

    async def nothing() -> bool:
        return not await watchman.round()

    await until("nothing is found", nothing, 15)
    await asyncio.sleep(2 * watchman.agree_within.total_seconds())
    assert await watchman.round() == set()


def ladder(view: dict[str, Any]) -> list[tuple[timedelta, str]]:
    """Who was told of the assessors' task, by time since the suspicion, exactly."""
    (accept,) = [
        each for each in view["handovers"] if each["kind"] != "colleague" or each["to"] == {"role": "assessor"}
    ]
    since = datetime.fromisoformat(accept["at"])
    return [
        (datetime.fromisoformat(each["at"]) - since, each["to"].get("role") or each["to"]["hsa_id"][-2:])
        for each in view["alerts"]
        if (each["task_id"] or "").startswith("handover_accept")
    ]


QUARTER = [(timedelta(minutes=5), "N1"), *((timedelta(minutes=15), each) for each in ("physician", "psychologist"))]


async def shut(story: Story, contact: str, status: int = 409) -> None:
    """Nobody can close the contact, whoever tries."""
    for who in ("N1", "Y1"):
        answer = await story.refused(who, contact, "request_close")
        assert answer[0] in (status, 403), answer
    assert (await story.view(contact))["state"] not in ("close_requested", "closed_grace", "closed", "completed")


def of_pathway(carried: Carried, contact: str) -> WorkflowHandle[SuicideRiskPathway, str]:
    """The pathway's workflow."""
    return carried.house.client.get_workflow_handle_for(SuicideRiskPathway.run, pathway_id(contact))


def of_contact(carried: Carried, contact: str) -> WorkflowHandle[ChatContact, str]:
    """The contact's own workflow."""
    return carried.house.client.get_workflow_handle_for(ChatContact.run, contact)


async def test_the_contact_is_wedged(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that cannot carry contacts: the pathway hears, judges and climbs; the next good build heals all."""
    contact = await flagged(carried)
    story, watchman = carried.story, carried.watchman()
    with monkeypatch.context() as bad_build:
        bad_build.setattr("worker.ChatContact", BrokenChat)
        await carried.restarted()
        # Nobody can move the contact's clock; the pathway's own goes on as it would in production.
        await skip(carried.house.client, pathway_id(contact), timedelta(minutes=16))

        async def told() -> bool:
            return len(ladder(await story.view(contact))) == len(QUARTER)

        await until("the ladder has been climbed", told)
        assert ladder(await story.view(contact)) == QUARTER
        view = await story.decide("Y1", contact, "accept_handover")
        assert (view["holder"], view["suicide_state"]) == ("SE0000000000-Y1", "assessing")
        view = await story.decide("Y1", contact, "assess", **MODERATE)
        assert (view["suicide_state"], view["level"]) == ("booking", "moderate")
        await shut(story, contact, 503)
        found = await tells(watchman, (contact, What.TASK_FAILING), (contact, What.GATE_DISAGREES))
        assert {what for _, what in found} <= {What.TASK_FAILING, What.GATE_DISAGREES, What.NOT_MOVED}
    await carried.restarted()
    # The contact's clock is behind by what was skipped for the pathway alone.
    await skip(carried.house.client, contact, timedelta(minutes=16))
    await is_well(watchman)
    await shut(story, contact)
    stored = await carried.house.projection.case(contact)
    assert stored is not None
    assert stored.chat.gate is not None
    assert stored.chat.holder is not None
    assert (stored.chat.gate.level, stored.chat.holder.hsa_id) == ("moderate", "SE0000000000-Y1")


async def test_the_contact_is_ended(carried: Carried) -> None:
    """Terminated by hand: the pathway goes on alone, at the same instants, and its words to nobody do it no harm."""
    contact = await flagged(carried)
    story, watchman = carried.story, carried.watchman()
    await of_contact(carried, contact).terminate()
    await story.at("10:16")
    assert ladder(await story.view(contact)) == QUARTER
    view = await story.decide("Y1", contact, "accept_handover")
    assert (view["holder"], view["suicide_state"]) == ("SE0000000000-Y1", "assessing")
    view = await story.decide("Y1", contact, "assess", **MODERATE)
    assert view["level"] == "moderate"
    await shut(story, contact, 503)
    assert await story.refused("N1", contact, "flag_suspicion", observation=SEEN) == (503, "ENGINE_UNAVAILABLE")
    await tells(watchman, (contact, What.WITHOUT_WORKFLOW), (contact, What.GATE_DISAGREES))
    assert contact in [row["contact_id"] for row in await story.worklist()]
    described = await of_pathway(carried, contact).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert not described.raw_description.HasField("pending_workflow_task")


async def test_the_contact_is_revived(carried: Carried) -> None:
    """What it was told while it was dead is lost; the next word between the two heals it. The gate stays shut."""
    contact = await flagged(carried)
    story, watchman = carried.story, carried.watchman()
    await of_contact(carried, contact).terminate()
    await story.decide("Y1", contact, "accept_handover")
    await carried.house.client.workflow_service.reset_workflow_execution(await _reset_of(carried, contact))
    await shut(story, contact)
    await story.decide("N1", contact, "message", text="En kollega tar vid.")
    await is_well(watchman)
    assert (await story.view(contact))["holder"] == "SE0000000000-Y1"
    await shut(story, contact)


async def _reset_of(carried: Carried, contact: str) -> Any:
    from temporalio.api.common.v1 import WorkflowExecution
    from temporalio.api.enums.v1 import EventType
    from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

    handle = of_contact(carried, contact)
    events = [event async for event in handle.fetch_history_events()]
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    return ResetWorkflowExecutionRequest(
        namespace=carried.house.client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=contact, run_id=(await handle.describe()).run_id),
        reason="revived",
        workflow_task_finish_event_id=max(event.event_id for event in events if event.event_type == done),
        request_id="revived",
    )


async def test_the_pathway_is_ended(carried: Carried) -> None:
    """Terminated by hand: the gate stays shut, its decisions are 503, a suspicion is still taken, and it is told."""
    contact = await flagged(carried)
    story, watchman = carried.story, carried.watchman()
    await of_pathway(carried, contact).terminate()
    await shut(story, contact)
    assert await story.refused("Y1", contact, "accept_handover") == (503, "ENGINE_UNAVAILABLE")
    assert await story.refused("Y1", contact, "assess", **MODERATE) == (503, "ENGINE_UNAVAILABLE")
    await tells(watchman, (contact, What.PATHWAY_WITHOUT_WORKFLOW))
    view = await story.decide("N1", contact, "flag_suspicion", observation="En gång till.")
    assert view["tier"] == "suicide"
    await shut(story, contact)
    await tells(watchman, (contact, What.PATHWAY_WITHOUT_WORKFLOW), (contact, What.GATE_DISAGREES))
    # The contact's own clock and duties go on, and the demo's clock does not stand still for the dead.
    await story.at("11:30")
    await story.decide("N1", contact, "message", text="Hur mår du nu?")
    await carried.house.projection.forget(contact, pathway=True)
    await tells(watchman, (contact, What.PATHWAY_MISSING))


async def test_an_open_gate_shuts_without_its_pathway(carried: Carried) -> None:
    """Released, then the pathway dies, then a new suspicion: nobody has judged it, so nobody can close."""
    contact = await flagged(carried)
    story = carried.story
    await story.decide("Y1", contact, "accept_handover")
    await story.decide("Y1", contact, "message", text="Berätta mer.")
    await story.report(contact, "patient_message", text="Det är bättre nu.")
    await story.decide("Y1", contact, "assess", **LOW)
    await story.decide("Y1", contact, "record_safe_online", answer="yes", via="chat")
    view = await story.attests("Y1", contact)
    assert view["blocks_close"] == []
    await of_pathway(carried, contact).terminate()
    await story.decide("N1", contact, "flag_suspicion", observation="Hen skriver om att dö igen.")
    await shut(story, contact)
    await tells(carried.watchman(), (contact, What.PATHWAY_WITHOUT_WORKFLOW), (contact, What.GATE_DISAGREES))


async def test_words_that_come_twice_and_out_of_order(carried: Carried) -> None:
    """Each signal again, an older one late, an open gate from long ago: nothing changes, and the gate stays shut."""
    contact = await flagged(carried)
    story = carried.story
    await story.decide("Y1", contact, "accept_handover")
    chat, pathway = of_contact(carried, contact), of_pathway(carried, contact)
    before: Record = await chat.query(ChatContact.record)
    known: PathwayRecord = await pathway.query(SuicideRiskPathway.record)
    gate = before.chat.gate
    assert gate is not None
    newest = known.pathway.contact
    older = newest.model_copy(update={"version": newest.version - 1, "signs": (), "holder": None, "ended": True})
    opened = Gate(version=gate.version - 1, signs=1, tier="normal", suicide_state="released", blocks=())
    for _ in range(2):
        await pathway.signal(SuicideRiskPathway.contact_changed, newest)
        await pathway.signal(SuicideRiskPathway.contact_changed, older)
        await chat.signal(ChatContact.pathway_changed, gate)
        await chat.signal(ChatContact.pathway_changed, opened)
    after: Record = await chat.query(ChatContact.record)
    heard: PathwayRecord = await pathway.query(SuicideRiskPathway.record)
    assert (after.chat.gate, after.chat.state, after.chat.lines) == (gate, before.chat.state, before.chat.lines)
    assert after.chat.alerts == before.chat.alerts
    assert (heard.pathway.state, heard.pathway.taken) == (known.pathway.state, known.pathway.taken)
    assert (heard.pathway.alerts, heard.pathway.handovers) == (known.pathway.alerts, known.pathway.handovers)
    await shut(story, contact)
    await is_well(carried.watchman())


@pytest.mark.parametrize("comes_in_at", ["08:10", "13:00"])
async def test_a_case_whose_clock_was_moved(carried: Carried, comes_in_at: str) -> None:
    """The pathway begins at the house's time, however far its contact was moved, and climbs at the same instants."""
    story, house = carried.story, carried.house
    await story.begins(DAY, comes_in_at)
    contact = await story.comes_in(P3, triaged=True, priority=3)
    await story.at("13:00")
    await story.decide("N1", contact, "pick")
    before = await house.now()
    await story.decide("N1", contact, "flag_suspicion", observation=SEEN)
    after = await house.now()
    stored = await house.projection.case(contact)
    assert stored is not None
    assert stored.pathway is not None
    sign = stored.chat.suspicions[-1].at
    slack = timedelta(seconds=1)
    assert before - slack <= sign <= stored.pathway.pathway.opened_at <= after + slack
    moved = stored.pathway.offset_s - stored.offset_s
    expected = (stockholm(DAY, "13:00") - stockholm(DAY, comes_in_at)).total_seconds()
    assert abs(moved - expected) < 5
    assert moved == 0 or expected > 0, "production starts stay clean"
    pathway = await of_pathway(carried, contact).query(SuicideRiskPathway.record)
    await story.at("13:16")
    assert ladder(await story.view(contact)) == QUARTER
    assert abs(pathway.pathway.opened_at - sign) < slack


async def test_the_start_is_tried_again_after_the_pathway_has_ended(carried: Carried) -> None:
    """A dead worker's attempt is repeated when all is over: that is a success, and there is no second pathway."""
    contact = await flagged(carried)
    handle = of_pathway(carried, contact)
    record: PathwayRecord = await handle.query(SuicideRiskPathway.record)
    start = PathwayStart(
        contact_id=contact,
        epoch=record.epoch,
        offset_s=record.offset_s,
        unit=record.pathway.unit,
        person=record.pathway.person,
        contact=record.pathway.contact,
        begun_at=record.pathway.opened_at,
    )
    attempt = ActivityEnvironment(client=carried.house.client)
    attempt.info = replace(attempt.info, task_queue=carried.house.settings.task_queue, started_time=datetime.now(UTC))
    await attempt.run(PathwayActivities().start_pathway, start)
    assert (await handle.describe()).run_id == record.run_id
    await handle.terminate()
    await attempt.run(PathwayActivities().start_pathway, start)
    described = await handle.describe()
    assert (described.run_id, described.status) == (record.run_id, WorkflowExecutionStatus.TERMINATED)


async def test_lost_rows_are_rebuilt(carried: Carried) -> None:
    """The pathway's row alone, then both: the watchman asks each workflow and writes it anew."""
    contact = await flagged(carried)
    story, projection, watchman = carried.story, carried.house.projection, carried.watchman()
    await is_well(watchman)
    before = await story.view(contact)
    for lost in ((True,), (False, True)):
        for pathway in lost:
            await projection.forget(contact, pathway=pathway)
        await until("the rows are back", lambda: _has_rows(watchman, contact))
        assert {**await story.view(contact), "as_of": None} == {**before, "as_of": None}
    await is_well(watchman)


async def _has_rows(watchman: Watchman, contact: str) -> bool:
    await watchman.round()
    stored = await watchman.projection.case(contact)
    return stored is not None and stored.pathway is not None


async def test_a_pathway_alone(carried: Carried) -> None:
    """The contact's row and workflow are both gone: no list shows the patient, and he who looks at pathways tells."""
    contact = await flagged(carried)
    await of_contact(carried, contact).terminate()
    await carried.house.projection.forget(contact, pathway=False)
    await tells(carried.watchman(), (contact, What.WITHOUT_ROW))


async def test_the_demo_clock_names_what_does_not_move(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workflow that never comes to rest is named by its id within the bound; the others have been moved."""
    contact = await flagged(carried)
    with monkeypatch.context() as bad_build:
        bad_build.setattr("worker.ChatContact", BrokenChat)
        bad_build.setattr("starter.demo_clock.BOUND_S", 2.0)
        await carried.restarted()
        await of_contact(carried, contact).signal(
            "pathway_changed", Gate(version=0, signs=0, tier="suicide", suicide_state=None)
        )
        with pytest.raises(ClockStuck) as stuck:
            await DemoClock(carried.house).advance(stockholm(DAY, "10:30"))
        assert str(stuck.value) == contact
    await carried.restarted()
    await carried.story.at("10:31")
    assert ladder(await carried.story.view(contact))[:3] == QUARTER


async def test_the_two_are_one_case_in_the_promise(carried: Carried) -> None:
    """Whichever of the two waits, somebody owes something or a named timer watches; both together are one open case."""
    story, house = carried.story, carried.house

    async def kept() -> tuple[int, int]:
        body = await promise(house.projection, house.journal, await house.now())
        return body["open"], body["without_owner"]

    contact = await flagged(carried)
    assert await kept() == (1, 0)
    await story.decide("Y1", contact, "accept_handover")
    await story.decide("Y1", contact, "message", text="Berätta mer.")
    assert await kept() == (1, 0), "the patient has the word"
    await story.report(contact, "patient_message", text="Det är tungt.")
    await story.decide("Y1", contact, "assess", **MODERATE)
    visit = {"profession": "physician", "unit": "VC-T", "contact_type": "physical"}
    await story.decide("Y1", contact, "book_physical", start=stockholm("2026-12-08", "15:00").isoformat(), **visit)
    for who in ("N1", "Y1"):
        await story.attests(who, contact)
    await story.decide("Y1", contact, "message", text="Vi ses i morgon.")
    assert (await story.view(contact))["tasks"] == []
    assert await kept() == (1, 0), "the booked visit watches, and so does today's closing list"


async def test_a_reset_ends_pathways_too(carried: Carried) -> None:
    """The demo begins anew: nothing of the old house runs on, also where only the pathway is left."""
    contact = await flagged(carried)
    await of_contact(carried, contact).terminate()
    await carried.story.begins(DAY, "10:00")
    assert (await of_pathway(carried, contact).describe()).status is WorkflowExecutionStatus.TERMINATED
    assert await carried.house.projection.carried() == []
    assert await carried.watchman().round() == set()
