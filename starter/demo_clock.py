"""Moves the demo's time: every open case forward, in hops from one due instant to the next (findings C, H3)."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from starter.house import House
from store.projection import Stored

OVERSHOOT = timedelta(milliseconds=100)
"""A timer starts when its workflow task ends, so it fires a little after the instant it was meant for (findings A5)."""
BOUND_S = 30.0
ABREAST = 4
RUNNING = 1


class CannotSkip(Exception):
    """The server is not set up to skip time."""


class ClockStuck(Exception):
    """A case did not move within the bound; the message names it."""


@dataclass
class DemoClock:
    """The demo's clock. While it moves, nothing else is let in (`still`)."""

    house: House
    still: asyncio.Event = field(default_factory=asyncio.Event)
    _moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.still.set()

    async def advance(self, target: datetime) -> datetime:
        """Bring the house to `target`, with all that is due by then done; answers the house's time.

        Raises CannotSkip, ClockStuck.
        """
        async with self._moving:
            self.still.clear()
            try:
                await self._through_dues(target)
                # The house may stand past the target already; what was due by then has been waited for all the same.
                if target > await self.house.now():
                    await self._all_to(target)
            finally:
                self.still.set()
            return await self.house.now()

    async def _through_dues(self, target: datetime) -> None:
        while True:
            cases = await self.house.projection.open_cases()
            due = [case for case in cases if case.wake_at is not None and case.wake_at <= target]
            if not due:
                return
            first = min(case.wake_at for case in due if case.wake_at)
            await _abreast([self._over(case) for case in due if case.wake_at == first])

    async def _over(self, case: Stored) -> None:
        """Move one case over its next due instant, and see that the worklist shows what came of it."""
        assert case.wake_at is not None
        reach = case.wake_at + OVERSHOOT
        try:
            async with asyncio.timeout(BOUND_S):
                while True:
                    await self._move(case, reach)
                    now = await self.house.projection.case(case.contact_id)
                    if now is None or now.version != case.version:
                        return
                    reach += OVERSHOOT
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise ClockStuck(case.contact_id) from None

    async def _all_to(self, target: datetime) -> None:
        began = datetime.now(UTC)
        cases = await self.house.projection.open_cases()
        await _abreast([self._move_abreast(case, target, began) for case in cases])
        # Last, so that a clock that could not be moved has not moved, and can be asked for again.
        await self.house.projection.set_offset((target - began).total_seconds())

    async def _move_abreast(self, case: Stored, target: datetime, began: datetime) -> None:
        """To where the house's clock stands by now: it runs on while the others are moved."""
        await self._move(case, target + (datetime.now(UTC) - began))

    async def _move(self, case: Stored, to: datetime) -> None:
        handle = self.house.client.get_workflow_handle(case.contact_id)
        try:
            status, now = await self._time_of(case)
            if status != RUNNING or to <= now:
                return
            skipper = TimeSkipper(
                self.house.client, config=TimeSkippingConfig(enabled=False, max_session_skip_count=5000)
            )
            await asyncio.wait_for(skipper.fast_forward(handle, to - now), BOUND_S)
        except TimeoutError:
            raise ClockStuck(case.contact_id) from None
        except RPCError as error:
            if error.status is RPCStatusCode.UNIMPLEMENTED:
                raise CannotSkip from None
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _time_of(self, case: Stored) -> tuple[int, datetime]:
        """The case's status and house time, by the engine."""
        raw = (await self.house.client.get_workflow_handle(case.contact_id).describe()).raw_description
        info: WorkflowExecutionInfo = raw.workflow_execution_info
        extended = raw.workflow_extended_info
        if extended.HasField("time_skipping_info"):
            virtual = extended.time_skipping_info.current_time.ToDatetime(tzinfo=UTC)
        else:
            virtual = datetime.now(UTC)
        return info.status, virtual + timedelta(seconds=case.offset_s)


async def _abreast(moves: Sequence[Awaitable[None]]) -> None:
    """Run the moves, a few at a time."""
    places = asyncio.Semaphore(ABREAST)

    async def one(move: Awaitable[None]) -> None:
        async with places:
            await move

    await asyncio.gather(*(one(move) for move in moves))
