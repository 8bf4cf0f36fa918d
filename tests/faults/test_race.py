"""Two nurses reach for the same patient at the same instant: one gets him, the other is told so, every time.

Two updates can pass their validators before either handler runs (`architecture.md`), so the handler judges again.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from routine.actors import Actor, Role
from routine.chat.decisions import Pick
from starter.desk import Refused
from starter.house import House
from tests.story import P1, Story
from workflows.chat import ChatContact
from workflows.messages import Signed

pytestmark = pytest.mark.xdist_group("faults")

TIMES = 100
ABREAST = 5
"""How many races are run side by side: a loaded server interleaves in more ways than an idle one."""


async def test_two_nurses_pick_at_the_same_instant(story: Story) -> None:
    """Through HTTP: one 200, one 409 ALREADY_HELD, and the holder is who got the 200."""
    await story.begins("2026-11-23", "09:00")
    await _all_races(lambda: _race_through_http(story))


async def test_two_updates_at_the_same_instant(story: Story, house: House) -> None:
    """Straight to the engine: both may be validated before either is handled."""
    await story.begins("2026-11-23", "09:00")
    await _all_races(lambda: _race_of_updates(story, house))


async def _all_races(race: Callable[[], Awaitable[None]]) -> None:
    lanes = asyncio.Semaphore(ABREAST)

    async def one() -> None:
        async with lanes:
            await race()

    await asyncio.gather(*(one() for _ in range(TIMES)))


async def _race_through_http(story: Story) -> None:
    contact = await story.comes_in(P1)
    answers = await asyncio.gather(
        story.decide("N1", contact, "pick"), story.decide("N2", contact, "pick"), return_exceptions=True
    )
    views = [each for each in answers if isinstance(each, dict)]
    noes = [(each.status, each.problem["code"]) for each in answers if isinstance(each, Refused)]
    assert (len(views), noes) == (1, [(409, "ALREADY_HELD")]), answers
    winner = "N1" if isinstance(answers[0], dict) else "N2"
    assert views[0]["holder"] == (await story.view(contact))["holder"] == f"SE0000000000-{winner}"


async def _race_of_updates(story: Story, house: House) -> None:
    contact = await story.comes_in(P1)
    handle = house.client.get_workflow_handle_for(ChatContact.run, contact)
    answers = await asyncio.gather(
        *(
            handle.execute_update(ChatContact.decide, Signed(by=nurse(who), decision=Pick(type="pick")), id=_id())
            for who in ("N1", "N2")
        ),
        return_exceptions=True,
    )
    noes = [each.cause for each in answers if isinstance(each, WorkflowUpdateFailedError)]
    assert len(noes) == 1, answers
    assert isinstance(noes[0], ApplicationError)
    assert noes[0].details[0]["code"] == "ALREADY_HELD"
    winner = "N2" if isinstance(answers[0], WorkflowUpdateFailedError) else "N1"
    assert (await story.view(contact))["holder"] == f"SE0000000000-{winner}"


def nurse(who: str) -> Actor:
    """One of the demo's nurses."""
    return Actor(hsa_id=f"SE0000000000-{who}", name=who, roles=(Role.NURSE,), unit="VC-T")


def _id() -> str:
    return uuid.uuid4().hex
