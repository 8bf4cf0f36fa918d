"""A house whose worker can be taken away and replaced, as by a deployment: the new one remembers nothing."""

from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self

import httpx

from starter.api.app import create_app
from starter.house import House
from starter.watchman import Watchman
from tests.story import Story
from worker import carrying
from workflows.plugin import connect

IMPATIENT = timedelta(milliseconds=200)


class Carried:
    """The house, a story in it, and its worker. The read model and the engine outlive every worker."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.story = Story(httpx.ASGITransport(app=create_app(house)))
        self._worker: AsyncExitStack | None = None
        self._workers = 0

    async def __aenter__(self) -> Self:
        await self.up()
        await self.story.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.story.__aexit__(kind, error, trace)
        if self._worker is not None:
            await self.down()

    async def up(self) -> None:
        """A worker with an empty cache: every case is computed anew from its history."""
        assert self._worker is None, "a worker is there already"
        self._workers += 1
        settings = self.house.settings
        name = f"carried-{self._workers}"
        client = await connect(settings.engine_address, settings.temporal_namespace, identity=name, lazy=False)
        self._worker = AsyncExitStack()
        await self._worker.enter_async_context(carrying(client, settings, self.house.projection, self.house.outbox))

    async def down(self) -> None:
        """Nobody carries the cases."""
        assert self._worker is not None, "there is no worker"
        worker, self._worker = self._worker, None
        await worker.aclose()

    async def restarted(self) -> None:
        """Another worker."""
        await self.down()
        await self.up()

    def watchman(self) -> Watchman:
        """A watchman who waits for nobody: what does not agree between two of his rounds is told."""
        return Watchman(self.house.client, self.house.projection, self.house.journal, agree_within=IMPATIENT)
