"""Keeps one child alive: starts it, waits until it is ready, says when it has died, starts it again."""

import asyncio
import signal
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from starter.supervised.child import Child
from starter.supervised.merged_log import MergedLog
from starter.supervised.process import Process

ASK_EVERY_S: Final = 0.1
ANSWER_WITHIN_S: Final = 5.0


@dataclass(frozen=True)
class Backoff:
    """How long a dead child waits for its restart, and when it has died too often. All times in seconds."""

    first_s: float = 0.5
    most_s: float = 10.0
    deaths: int = 5
    within_s: float = 60.0

    def pause_s(self, deaths: int) -> float:
        """The pause after this many deaths within `within_s`."""
        return min(self.most_s, self.first_s * 2.0 ** (deaths - 1))


class GaveUp(Exception):
    """A child cannot be kept alive, and the house with it. The message is one line for the log."""


class Keeper:
    """One child through all its lives."""

    def __init__(self, child: Child, needs: Mapping[str, "Keeper"], out: MergedLog, backoff: Backoff) -> None:
        """`needs` has the keepers of at least those the child depends on."""
        self.child = child
        self.ready = asyncio.Event()
        """Set once the child has been ready for the first time."""
        self._needs = [needs[name] for name in child.depends_on]
        self._out = out
        self._backoff = backoff
        self._process: Process | None = None
        self._trouble = ""

    async def keep(self) -> NoReturn:
        """Keeps the child alive until cancelled, which leaves the process running. Raises GaveUp."""
        for needed in self._needs:
            await needed.ready.wait()
        deaths: deque[float] = deque()
        while True:
            status = await self._live()
            self._process = None
            now = time.monotonic()
            deaths.append(now)
            while deaths[0] < now - self._backoff.within_s:
                deaths.popleft()
            died = f"{self.child.name} died ({_told(status)})"
            if len(deaths) > self._backoff.deaths:
                raise GaveUp(f"{died}, {len(deaths)} times within {self._backoff.within_s:g} s")
            pause_s = self._backoff.pause_s(len(deaths))
            self._out.own(f"{died}, restarting in {pause_s:g} s")
            await asyncio.sleep(pause_s)

    async def stop(self) -> None:
        """Stops the process, if there is one, kindly first. `keep` must have been cancelled."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(self.child.stop_within_s):
                status = await self._process.gone()
        except TimeoutError:
            self._out.own(f"{self.child.name} did not stop within {self.child.stop_within_s:g} s, killing it")
            self._process.kill()
            status = await self._process.gone()
        self._process = None
        self._out.own(f"{self.child.name} stopped ({_told(status)})")

    def kill(self) -> None:
        """Kills the process, if there is one, without waiting for it."""
        if self._process is not None:
            self._process.kill()

    async def _live(self) -> int:
        """One life, from the start to the end; gives the exit code or minus the signal. Raises GaveUp."""
        try:
            self._process = Process(self.child, lambda text: self._out.line(self.child.name, text))
        except OSError as error:
            raise GaveUp(f"{self.child.name} cannot start: {error.strerror}") from None
        gone = asyncio.create_task(self._process.gone())
        try:
            await self._become_ready(gone)
            return await gone
        finally:
            gone.cancel()

    async def _become_ready(self, gone: asyncio.Task[int]) -> None:
        """Returns when the child is ready, gone, or late in a later life. Raises GaveUp if late in its first."""
        started = time.monotonic()
        while not gone.done():
            if await self._is_ready() and not gone.done():
                took = f"ready after {time.monotonic() - started:.1f} s" if self.child.ready else "started"
                self._out.own(f"{self.child.name} {took}")
                self.ready.set()
                return
            if time.monotonic() - started > self.child.ready_within_s:
                late = f"{self.child.name} was not ready within {self.child.ready_within_s:g} s{self._trouble}"
                if not self.ready.is_set():
                    raise GaveUp(late)
                # The others are at work; a slow recovery is no reason to take them down.
                self._out.own(f"{late}, watching on")
                return
            await asyncio.wait({gone}, timeout=ASK_EVERY_S)

    async def _is_ready(self) -> bool:
        """What the child's probe says. One that fails or hangs says no, and why is kept for the log."""
        if self.child.ready is None:
            return True
        self._trouble = ""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self.child.ready()
        except Exception as error:
            self._trouble = f" ({type(error).__name__})"
            return False


def _told(status: int) -> str:
    """An exit status in words: `exit code 3`, `SIGKILL`."""
    if status >= 0:
        return f"exit code {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
