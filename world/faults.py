"""Outside systems on a bad day: each can be told to fail, to hang or to be slow."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, Literal, assert_never

from fastapi import HTTPException, Request

from routine.frozen import Frozen

Fault = Literal["ok", "fail", "timeout", "slow"]
System = Literal["sms", "cosmic", "people", "mail"]

SLOW_ANSWER_S: Final = 2.0
HANG_AT_MOST_S: Final = 30.0


class FaultsChange(Frozen):
    """New faults. A system left out keeps the one it has."""

    sms: Fault = "ok"
    cosmic: Fault = "ok"
    people: Fault = "ok"
    mail: Fault = "ok"


class Faults:
    """Which system suffers from what right now."""

    def __init__(self) -> None:
        self._suffered: dict[str, Fault] = {}

    def change(self, change: FaultsChange) -> None:
        """Sets the faults the change names."""
        self._suffered.update({system: getattr(change, system) for system in change.model_fields_set})

    def clear(self) -> None:
        """All systems are well again; a call that hangs already goes on hanging."""
        self._suffered.clear()

    def now(self) -> FaultsChange:
        """The fault of every system."""
        return FaultsChange.model_validate(self._suffered)

    def of(self, system: System) -> Callable[[Request], Awaitable[None]]:
        """A FastAPI dependency: a call to the system suffers its fault before it is answered.

        Raises HTTPException, 500 for `fail`, 504 for `timeout` when nobody gave up within HANG_AT_MOST_S seconds.
        """

        async def suffer(request: Request) -> None:
            fault = self._suffered.get(system, "ok")
            match fault:
                case "ok":
                    return
                case "slow":
                    await asyncio.sleep(SLOW_ANSWER_S)
                case "fail":
                    raise HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR)
                case "timeout":
                    await _hang(request)
                    raise HTTPException(HTTPStatus.GATEWAY_TIMEOUT)
                case _:
                    assert_never(fault)

        return suffer


async def _hang(request: Request) -> None:
    """Returns when the client has hung up, at the latest after HANG_AT_MOST_S seconds or when the world stops."""
    try:
        async with asyncio.timeout(HANG_AT_MOST_S):
            # FastAPI has read the body before a dependency runs, so all that can still come is the hang-up.
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except (TimeoutError, asyncio.CancelledError):
        # Only a stopping server cancels a request, and a call that hangs on purpose is no error to show a trace for.
        return
