"""A thread beside the event loop, for what waits for the disk: the way to a pool of threads and back costs more."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple


class _Call(NamedTuple):
    what: Callable[[], object]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


def aside(what: Callable[[], object]) -> asyncio.Future[None]:
    """Done once the call has returned; it fails as the call fails. Calls are made one after the other."""
    loop = asyncio.get_running_loop()
    call = _Call(what, loop, loop.create_future())
    _calls().put(call)
    return call.done


@cache
def _calls() -> "SimpleQueue[_Call]":
    calls: SimpleQueue[_Call] = SimpleQueue()
    # A daemon: a process that ends need not wait for what nobody waits for.
    Thread(target=_work, args=(calls,), name="aside", daemon=True).start()
    return calls


def _work(calls: "SimpleQueue[_Call]") -> None:
    while True:
        what, loop, done = calls.get()
        error: Exception | None = None
        try:
            what()
        except Exception as raised:
            error = raised
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(_tell, done, error)


def _tell(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
