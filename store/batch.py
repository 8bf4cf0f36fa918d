"""Writes that come at the same time are committed together, so that all of them wait for the disk once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[Any]]
MOST = 100
"""How many writes one commit carries."""


class Batch:
    """One writer for a database; work is done in the order it came."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do the work in a transaction, and return once it is committed. Raises what the work raises."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                await self._commit(batch)
            except OperationalError as error:
                # The database is locked or away, for each as for all: waiting again for every one helps nobody.
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            except Exception:
                # One that fails takes the others back with it: each then stands or falls by itself.
                for each in batch:
                    await self._alone(*each)

    async def _commit(self, batch: list[tuple[Work, asyncio.Future[Any]]]) -> None:
        async with self._engine.begin() as db:
            results = [await work(db) for work, _ in batch]
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)

    async def _alone(self, work: Work, done: asyncio.Future[Any]) -> None:
        try:
            async with self._engine.begin() as db:
                result = await work(db)
        except Exception as error:
            if not done.done():
                done.set_exception(error)
            return
        if not done.done():
            done.set_result(result)
