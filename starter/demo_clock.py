"""Moves the demo's time: every open case forward, in hops from one due instant to the next (findings C, H3)."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.service import RPCError, RPCStatusCode

from starter.house import House
from starter.skipping import skip
from store.projection import Carried

log = structlog.get_logger(__name__)

LET_PASS = timedelta(milliseconds=100)
"""So short a way is waited for. A skip whose target passes while the workflow is at work goes on to its next timer,
however far that is (seen in server 1.32.1, `GateByFastForward`): so only one that rests is skipped, and over no timer.
"""
BOUND_S = 30.0
PAUSE_S = 0.005
ABREAST = 4
RUNNING = 1


class CannotSkip(Exception):
    """The server is not set up to skip time."""


class ClockStuck(Exception):
    """A workflow did not move within the bound; the message is its id, which says nothing about the patient."""


@dataclass(frozen=True)
class Seen:
    """How a workflow stands: whether it runs, its house time, whether anything is being done for it right now."""

    runs: bool
    now: datetime
    busy: bool


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
        gone: set[str] = set()
        while True:
            cases = [case for case in await self.house.projection.carried() if case.workflow_id not in gone]
            due = [case for case in cases if case.wake_at is not None and case.wake_at <= target]
            if not due:
                return
            first = min(case.wake_at for case in due if case.wake_at)
            contacts = {case.contact_id for case in due if case.wake_at == first}
            groups = [[case for case in cases if case.contact_id == contact] for contact in sorted(contacts)]
            await _abreast([self._group(group, first, gone) for group in groups])

    async def _group(self, group: Sequence[Carried], first: datetime, gone: set[str]) -> None:
        """A contact and its pathway tell each other things: all stand at the instant before anything is said.

        A contact that has no pathway, or one that has ended, is a group of one.
        """
        runs = {case.workflow_id: await self._move(case, first) for case in group}
        for case in group:
            if case.wake_at == first and not await self._over(case, runs[case.workflow_id]):
                gone.add(case.workflow_id)
        if len(group) > 1:
            await self._quiet(group)

    async def _quiet(self, group: Sequence[Carried]) -> None:
        """Wait until what one has told the other has been taken in: a signal under way shows in neither, so twice."""
        began, still = time.monotonic(), 0
        while still < 2:
            busy = [case.workflow_id for case in group if (await self._look(case)).busy]
            still = 0 if busy else still + 1
            if busy and time.monotonic() - began > BOUND_S:
                raise ClockStuck(busy[0])
            await asyncio.sleep(PAUSE_S)

    async def _over(self, case: Carried, runs: bool) -> bool:
        """See that the worklist shows what came of the instant that one case now stands at.

        Its timer was started when a workflow task ended, so it fires a little later (findings A5). False for a case
        that no workflow carries any more: its row waits for ever, and the watchman tells of it.
        """
        try:
            async with asyncio.timeout(BOUND_S):
                while True:
                    found = await self.house.projection.carried(case.contact_id)
                    now = next((each for each in found if each.workflow_id == case.workflow_id), None)
                    if now is None or (now.run_id, now.version) != (case.run_id, case.version):
                        return True
                    if not runs:
                        return False
                    await asyncio.sleep(PAUSE_S)
        except TimeoutError:
            raise ClockStuck(case.workflow_id) from None

    async def _all_to(self, target: datetime) -> None:
        began = datetime.now(UTC)
        cases = await self.house.projection.carried()
        await _abreast([self._move_abreast(case, target, began) for case in cases])
        # Last, so that a clock that could not be moved has not moved, and can be asked for again.
        await self.house.projection.set_offset((target - began).total_seconds())

    async def _move_abreast(self, case: Carried, target: datetime, began: datetime) -> None:
        """To where the house's clock stands by now: it runs on while the others are moved."""
        now = target + (datetime.now(UTC) - began)
        await self._move(case, min(now, case.wake_at) if case.wake_at else now)

    async def _move(self, case: Carried, to: datetime) -> bool:
        """Bring one case to an instant before which it has nothing to do; False if it does not run."""
        try:
            async with asyncio.timeout(BOUND_S):
                while True:
                    seen = await self._look(case)
                    if not seen.runs or to <= seen.now:
                        return seen.runs
                    if seen.busy or to - seen.now < LET_PASS:
                        await asyncio.sleep(PAUSE_S)
                    else:
                        await self._skip(case, to - seen.now)
        except TimeoutError:
            raise ClockStuck(case.workflow_id) from None

    async def _skip(self, case: Carried, by: timedelta) -> None:
        try:
            await skip(self.house.client, case.workflow_id, by)
        except RPCError as error:
            if error.status is RPCStatusCode.UNIMPLEMENTED:
                raise CannotSkip from None
            # Ended meanwhile, or the answer was lost: the next look tells.
            log.warning("clock.skip_unanswered", workflow_id=case.workflow_id, status=error.status.name)
            await asyncio.sleep(PAUSE_S)

    async def _look(self, case: Carried) -> Seen:
        """How a case stands, by the engine."""
        try:
            raw = (await self.house.client.get_workflow_handle(case.workflow_id).describe()).raw_description
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return Seen(runs=False, now=datetime.now(UTC), busy=False)
            raise
        extended, now = raw.workflow_extended_info, datetime.now(UTC)
        if extended.HasField("time_skipping_info"):
            now = extended.time_skipping_info.current_time.ToDatetime(tzinfo=UTC)
        # One that waits to be tried again is not at work: its next attempt is an instant like others.
        tries = [each.next_attempt_schedule_time.ToDatetime(tzinfo=UTC) for each in raw.pending_activities]
        return Seen(
            runs=raw.workflow_execution_info.status == RUNNING,
            now=now + timedelta(seconds=case.offset_s),
            busy=raw.HasField("pending_workflow_task") or any(at <= now for at in tries),
        )


async def _abreast(moves: Sequence[Awaitable[None]]) -> None:
    """Run the moves, a few at a time. One that fails does not leave the others behind; then the first error is told."""
    places = asyncio.Semaphore(ABREAST)

    async def one(move: Awaitable[None]) -> None:
        async with places:
            await move

    outcomes = await asyncio.gather(*(one(move) for move in moves), return_exceptions=True)
    if errors := [each for each in outcomes if each is not None]:
        raise errors[0]
