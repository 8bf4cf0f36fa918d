"""The supervisor under `vaka run`: starts the house's processes in order, keeps them alive, stops them in reverse."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, NoReturn, TextIO

from starter.supervised.child import Child, obstacles, start_order
from starter.supervised.keeper import Backoff, GaveUp, Keeper
from starter.supervised.merged_log import MergedLog

__all__ = ["Backoff", "Child", "supervise"]

HANGUP: Final = signal.SIGHUP
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, HANGUP)
USUAL: Final = Backoff()


async def supervise(
    children: Sequence[Child],
    *,
    on_ready: Callable[[], Awaitable[None]] | None = None,
    log: TextIO | None = None,
    backoff: Backoff = USUAL,
) -> int:
    """Runs the children until SIGINT, SIGTERM or SIGHUP; gives the exit code: 0 if asked to stop, else 1.

    `on_ready` runs once, when all are ready. Main thread only (it takes the signals). Cancelled, it stops the children
    too. Raises ValueError if the children cannot be put in order.
    """
    order = start_order(children)
    out = MergedLog(log or sys.stdout, [child.name for child in order])
    if trouble := tuple(obstacles(order)):
        for line in trouble:
            out.own(line)
        return 1
    return await _House(order, out, on_ready, backoff).run()


class _House:
    """The children while they run."""

    def __init__(
        self,
        order: Sequence[Child],
        out: MergedLog,
        on_ready: Callable[[], Awaitable[None]] | None,
        backoff: Backoff,
    ) -> None:
        self._out = out
        self._on_ready = on_ready
        self._asked_to_stop = asyncio.Event()
        self._keepers: dict[str, Keeper] = {}
        for child in order:
            self._keepers[child.name] = Keeper(child, self._keepers, out, backoff)

    async def run(self) -> int:
        """Until somebody stops it or a child cannot be kept alive; gives the exit code."""
        with self._signals():
            keeping = [asyncio.create_task(keeper.keep()) for keeper in self._keepers.values()]
            greeting = asyncio.create_task(self._greet())
            asked = asyncio.create_task(self._asked_to_stop.wait())
            try:
                await asyncio.wait({asked, *keeping}, return_when=asyncio.FIRST_COMPLETED)
                return self._verdict(keeping)
            finally:
                await self._stop(asked, greeting, *keeping)

    def _verdict(self, keeping: Sequence[asyncio.Task[NoReturn]]) -> int:
        """The exit code. Raises what a keeper raised, if it was a fault of ours."""
        for keeper in keeping:
            if keeper.done():
                try:
                    keeper.result()
                except GaveUp as reason:
                    self._out.own(f"{reason}; stopping everything")
                    return 1
        return 0

    async def _greet(self) -> None:
        """Says when all are ready, and does once what is to be done then."""
        for keeper in self._keepers.values():
            await keeper.ready.wait()
        self._out.own("everything is ready")
        if self._on_ready is None:
            return
        try:
            await self._on_ready()
        except Exception as error:
            reason = " ".join(str(error).split())
            self._out.own(f"everything runs, but the step after it failed: {type(error).__name__}: {reason}")

    async def _stop(self, *tasks: asyncio.Task[Any]) -> None:
        """Ends the watching, then the children in reverse order. Leaves no child behind, whatever happens."""
        self._asked_to_stop.set()
        try:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for keeper in reversed(self._keepers.values()):
                await keeper.stop()
        except BaseException:
            self._kill()
            raise

    def _kill(self) -> None:
        for keeper in reversed(self._keepers.values()):
            keeper.kill()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Listens to the signals that stop the house."""
        loop = asyncio.get_running_loop()
        # Started with nohup, the house is to outlive its terminal.
        heard = [
            number for number in STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN or number != HANGUP
        ]
        for number in heard:
            loop.add_signal_handler(number, self._hear, number)
        try:
            yield
        finally:
            for number in heard:
                loop.remove_signal_handler(number)

    def _hear(self, number: signal.Signals) -> None:
        if not self._asked_to_stop.is_set():
            self._out.own(f"{number.name}: stopping, once more kills at once")
            self._asked_to_stop.set()
        elif number != HANGUP:
            self._out.own(f"{number.name} again: killing everything")
            self._kill()
