"""The case's clock: house time, and one durable timer at a time. Workflow code never asks for wall time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from temporalio import workflow


class Instant(Protocol):
    """Something that happens by itself at an instant."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def summary(self) -> str:
        """What, for an on-call engineer; nothing about the patient."""


class Clock:
    """House time is workflow time plus a constant offset in seconds; 0 in production."""

    def __init__(self, offset_s: float) -> None:
        self._offset = timedelta(seconds=offset_s)

    def now(self) -> datetime:
        """The case's instant."""
        return workflow.now() + self._offset

    async def until(self, due: Instant | None, *, unless: Callable[[], bool]) -> None:
        """Return at the due instant, or as soon as `unless` holds; without a due instant, only then."""
        if due is None:
            await workflow.wait_condition(unless)
            return
        left = due.at - self.now()
        if left <= timedelta(0):
            return
        try:
            await workflow.wait_condition(unless, timeout=left, timeout_summary=due.summary)
        except TimeoutError:
            return
