"""The API over ASGI, with the house's real engine and worker behind it."""

from collections.abc import AsyncIterator

import pytest

from starter.house import House
from tests.api.wire import MONDAY, Wire, wired


@pytest.fixture
async def wire(house: House) -> AsyncIterator[Wire]:
    """The API of an empty house, on a Monday at ten."""
    async with wired(house) as wire:
        await wire.begins(MONDAY, "10:00")
        yield wire


@pytest.fixture(scope="module")
async def still(house: House) -> AsyncIterator[Wire]:
    """The same for tests that change nothing: one empty house for all of a file."""
    async with wired(house) as wire:
        await wire.begins(MONDAY, "10:00")
        yield wire


@pytest.fixture(scope="module")
async def held(still: Wire) -> str:
    """A contact that N1 has, in the house that nothing changes."""
    contact = await still.comes_in()
    await still.decide("N1", contact, "pick")
    return contact
