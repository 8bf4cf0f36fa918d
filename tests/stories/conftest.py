"""What the stories share: a decision that is refused, and everything that must be true of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from starter.house import House
from tests.story import Story

No = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def no(story: Story, house: House) -> No:
    """`await no("N2", contact, "pick")`: refused, nothing changed, and in the access log; answers status and code."""

    async def seen(contact_id: str) -> dict[str, Any]:
        view = await story.view(contact_id, "AUD1")
        return {name: value for name, value in view.items() if name != "as_of"}

    async def refused(who: str, contact_id: str, decision: str, **fields: Any) -> tuple[int, str]:
        before = await seen(contact_id)
        status, code = await story.refused(who, contact_id, decision, **fields)
        logged = (await house.journal.entries(contact_id))[-1]
        assert (logged["hsa_id"], logged["outcome"], logged["detail"]) == (f"SE0000000000-{who}", "refused", code)
        # What has not the shape of a decision is logged as an attempt at one.
        assert logged["action"] in (decision, "decision")
        assert await seen(contact_id) == before
        return status, code

    return refused
