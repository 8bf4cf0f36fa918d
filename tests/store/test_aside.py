"""What waits for the disk waits beside the loop."""

import asyncio
import time
from functools import partial

import pytest

from store.aside import aside


async def test_the_loop_goes_on_meanwhile() -> None:
    """Others are served while a call waits."""
    slow, began = aside(lambda: time.sleep(0.2)), time.monotonic()
    await asyncio.sleep(0)
    assert time.monotonic() - began < 0.1
    assert not slow.done()
    await slow
    assert time.monotonic() - began >= 0.2


async def test_a_call_that_fails_fails_for_who_waits_alone() -> None:
    """The thread lives on."""
    failing = aside(lambda: [][0])
    with pytest.raises(IndexError):
        await failing
    await aside(lambda: None)


async def test_one_after_the_other() -> None:
    """In the order they came, also when one is no longer waited for."""
    seen: list[int] = []
    calls = [aside(partial(seen.append, number)) for number in range(5)]
    calls[1].cancel()
    await calls[-1]
    assert seen == [0, 1, 2, 3, 4]


def test_a_loop_that_has_ended_is_told_nothing() -> None:
    """The next loop's calls are made all the same."""

    async def leave() -> None:
        aside(lambda: time.sleep(0.1))

    async def wait() -> None:
        await aside(lambda: None)

    asyncio.run(leave())
    asyncio.run(wait())
