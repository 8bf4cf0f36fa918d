"""Two nurses reach for the same patient at the same instant: one gets him, the other is told so, every time.

Two updates can pass their validators before either handler runs (`architecture.md`), so the handler judges again.
"""

import asyncio
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

    async def race(contact: str) -> str:
        answers = await asyncio.gather(
            story.decide("N1", contact, "pick"), story.decide("N2", contact, "pick"), return_exceptions=True
        )
        views = [each for each in answers if isinstance(each, dict)]
        noes = [(each.status, each.problem["code"]) for each in answers if isinstance(each, Refused)]
        assert (len(views), noes) == (1, [(409, "ALREADY_HELD")]), answers
        winner = "N1" if isinstance(answers[0], dict) else "N2"
        assert views[0]["holder"] == f"SE0000000000-{winner}"
        return winner

    await _a_hundred_times(story, race)


async def test_two_updates_at_the_same_instant(story: Story, house: House) -> None:
    """Straight to the engine, past the API: both may be validated before either is handled."""

    async def race(contact: str) -> str:
        handle = house.client.get_workflow_handle_for(ChatContact.run, contact)
        answers = await asyncio.gather(
            *(
                handle.execute_update(ChatContact.decide, Signed(by=nurse(who), decision=Pick(type="pick")))
                for who in ("N1", "N2")
            ),
            return_exceptions=True,
        )
        noes = [each.cause for each in answers if isinstance(each, WorkflowUpdateFailedError)]
        assert len(noes) == 1, answers
        assert isinstance(noes[0], ApplicationError)
        assert noes[0].details[0]["code"] == "ALREADY_HELD"
        return "N2" if isinstance(answers[0], WorkflowUpdateFailedError) else "N1"

    await _a_hundred_times(story, race)


async def _a_hundred_times(story: Story, race: Callable[[str], Awaitable[str]]) -> None:
    """Race after race, each patient put back into the queue in between, several patients side by side."""
    await story.begins("2026-11-23", "09:00")

    async def lane() -> None:
        contact = await story.comes_in(P1)
        for _ in range(TIMES // ABREAST):
            winner = await race(contact)
            assert (await story.decide(winner, contact, "release"))["state"] == "queued"

    await asyncio.gather(*(lane() for _ in range(ABREAST)))


def nurse(who: str) -> Actor:
    """One of the demo's nurses."""
    return Actor(hsa_id=f"SE0000000000-{who}", name=who, roles=(Role.NURSE,), unit="VC-T")
