"""Writes that come at the same time are committed together, so that all of them wait for the disk once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from store.ready import Run, line

T = TypeVar("T")
Work = Callable[[Run], Awaitable[Any]]
MOST = 100
"""How many writes one commit carries."""


class _Waiting(NamedTuple):
    work: Work
    done: asyncio.Future[Any]
    lasting: bool


class Batch:
    """One writer for a database; work is done in the order it came."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._line = line(engine)
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[Run], Awaitable[T]], *, lasting: bool = True) -> T:
        """Do the work in a transaction, and return once it is committed. Raises what the work raises.

        What is not `lasting` outlives the process, and need not outlive the machine.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, done, lasting))
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
                for each in batch:
                    if not each.done.done():
                        each.done.set_exception(error)
            except Exception:
                # One that fails takes the others back with it: each then stands or falls by itself.
                for each in batch:
                    await self._alone(each)

    async def _commit(self, batch: list[_Waiting]) -> None:
        async with self._line.begin(lasting=any(each.lasting for each in batch)) as run:
            results = [await each.work(run) for each in batch]
        for each, result in zip(batch, results, strict=True):
            if not each.done.done():
                each.done.set_result(result)

    async def _alone(self, one: _Waiting) -> None:
        try:
            await self._commit([one])
        except Exception as error:
            if not one.done.done():
                one.done.set_exception(error)
