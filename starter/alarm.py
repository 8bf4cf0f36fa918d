"""The watchman's voice: tells a human outside the house what he has found, in words that name no patient."""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from starter.findings import EVERYBODY, Found

log = structlog.get_logger(__name__)

NAMED = 5
"""So many findings are named in a message; the rest are counted."""
Way = Callable[[str, str], Awaitable[bool]]
"""Sends a text under a key, and tells whether it was taken."""


@dataclass
class Alarm:
    """One way to one human. What could not be told is told again after the pause: twice does less harm than never."""

    name: str
    way: Way
    pause: timedelta = timedelta(minutes=1)
    _told: Found = field(default_factory=set)
    _last: float | None = field(default=None)

    async def tell(self, found: Found) -> None:
        """Tell what has come since the last message; several findings are one message, and there is a pause between.

        A watchman who has just begun tells all that he sees.
        """
        self._told &= found
        new = found - self._told
        if not new or (self._last is not None and time.monotonic() - self._last < self.pause.total_seconds()):
            return
        self._last = time.monotonic()
        if await self.way(f"watch:{uuid.uuid4().hex}", words(new)):
            self._told |= new
            log.info("alarm.told", way=self.name, findings=len(new))
        else:
            log.error("alarm.not_told", way=self.name, findings=len(new))


def words(found: Found) -> str:
    """The message: contacts by their ids, which say nothing of anybody, and what is the matter."""
    named = [what if who == EVERYBODY else f"{who} {what}" for who, what in sorted(found)]
    more = f" och {len(named) - NAMED} till" if len(named) > NAMED else ""
    return f"Vaka: väktaren ser något som en människa måste se till. {', '.join(named[:NAMED])}{more}."
