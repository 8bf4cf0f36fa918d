"""What every case's durable shell does alike: become, show, wait for the clock, have effects done, go on as new."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

from routine.record import Row
from routine.refusals import Refusal
from routine.tasks import Owed
from workflows.clock import Clock, Instant
from workflows.messages import SHOW, UNSHOWN
from workflows.options import PROJECTION

SHORTEST, LONGEST = timedelta(milliseconds=500), timedelta(minutes=1)
"""Between tries to write the read model: a store that is away for a night must not fill the case's history."""
RECENT = 50
"""How many update ids are carried over when a history is continued as new."""
C = TypeVar("C")
S = TypeVar("S")


class Keyed(Protocol):
    """An effect with its stable key."""

    @property
    def key(self) -> str:
        """The same for the same effect, however often it is derived."""


class Recorded(Protocol):
    """What the read model keeps of a case."""

    @property
    def version(self) -> int:
        """Counts the case's changes."""

    def row(self) -> Row:
        """It as it is written."""


class Durable(Generic[C, S]):
    """A state machine made durable. Subclasses say what their case does; none of it is decided here."""

    projecting: str
    """The local activity that writes the case's row."""

    def __init__(self, case: C, offset_s: float, version: int, recent: tuple[tuple[str, int], ...]) -> None:
        self._clock = Clock(offset_s)
        self._case = case
        self._version = version
        self._unshown = False
        self._asides: set[asyncio.Task[None]] = set()
        self._mail = asyncio.Lock()
        self._telling: set[asyncio.Task[None]] = set()
        self._begun: set[str] = set()
        self._recent = dict(recent)
        self._last: tuple[str, datetime, C, C | Refusal] | None = None

    # What a subclass fills in.

    def _judged(self, signed: S, now: datetime) -> C | Refusal:
        raise NotImplementedError

    def _ended(self) -> bool:
        raise NotImplementedError

    def _elapsed(self) -> C:
        raise NotImplementedError

    def _next(self) -> Instant | None:
        raise NotImplementedError

    def _effects(self) -> tuple[Keyed, ...]:
        raise NotImplementedError

    async def _perform(self, effect: Any) -> None:
        raise NotImplementedError

    def _record(self) -> Recorded:
        raise NotImplementedError

    def _card(self) -> str:
        raise NotImplementedError

    def _changed(self) -> None:
        """Something of the case is another: a subclass tells whom it concerns."""

    def _unheard(self) -> None:
        """The other case is gone: should it be revived, the next change tells it anew."""

    def _go_on_as_new(self, recent: tuple[tuple[str, int], ...]) -> None:
        raise NotImplementedError

    # What all do alike.

    def _may(self, signed: S) -> None:
        """What the validator of a decision asks. Raises the refusal; a repeat of what is done is never refused."""
        if update_id() not in self._recent:
            self._decided(signed)

    def _decide(self, signed: S) -> int:
        """Carry out a decision, once; answers the version it led to. Raises the refusal.

        It is judged again: another decision may have come between the validator and here (two nurses, one patient).
        """
        update = update_id()
        if update not in self._recent:
            self._become(self._decided(signed))
            self._remember(update)
        return self._recent[update]

    def _decided(self, signed: S) -> C:
        update, now, case = update_id(), self._clock.now(), self._case
        last = self._last
        # Nearly always nothing has come between, and what the validator was told holds for the handler.
        if last is None or last[:2] != (update, now) or last[2] is not case:
            last = self._last = (update, now, case, self._judged(signed, now))
        answer = last[3]
        if isinstance(answer, Refusal):
            raise refused(answer)
        return answer

    async def _carry(self) -> None:
        """Watch until the case has ended: whatever falls due by itself happens here."""
        self._show()
        self._changed()
        while not self._ended():
            self._begin_effects()
            due = self._next()
            await self._clock.until(due, unless=lambda due=due: self._turned(due))  # type: ignore[misc]
            self._become(self._elapsed())
            if workflow.info().is_continue_as_new_suggested():
                await self._settled()
                self._go_on_as_new(tuple(self._recent.items()))
        await self._settled()

    def _turned(self, due: Instant | None) -> bool:
        """Whether the run must look up before `due`: a timer is not set anew for each change."""
        begun = all(effect.key in self._begun for effect in self._effects())
        return not begun or self._next() != due or workflow.info().is_continue_as_new_suggested()

    def _become(self, case: C) -> None:
        if case is self._case:
            return
        self._case = case
        self._version += 1
        self._show()
        self._changed()

    def _remember(self, update: str) -> None:
        self._recent[update] = self._version
        while len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]

    def _show(self) -> None:
        """Have the worker write the read model's row, before anybody is answered (ADR 0013).

        Nothing comes of it for the case, so nothing of it is in the history. What the worker cannot write it sends
        back as the signal `unshown`.
        """
        workflow.set_current_details(self._card())
        show = workflow.extern_functions().get(SHOW)
        if show is not None and not self._unshown and not workflow.unsafe.is_replaying():
            show(workflow.info().workflow_id, self._record().row())

    @workflow.signal(name=UNSHOWN)
    async def unshown(self) -> None:
        """The row could not be written: it is tried for as long as it takes, whoever carries the case by then."""
        if self._unshown:
            return
        self._unshown, patience, written = True, SHORTEST, -1
        while written < self._version:
            record = self._record()
            try:
                await workflow.execute_local_activity(self.projecting, record.row(), **PROJECTION)
            except FailureError:  # a local activity's own error comes as it is, only its timeout as an ActivityError
                await workflow.sleep(patience, summary="Arbetslistan kunde inte skrivas; försöker igen")
                patience = min(2 * patience, LONGEST)
            else:
                written = record.version
        self._unshown = False

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    def _tell(self, workflow_id: str, signal: str, word: object) -> None:
        """Tell another case something, in the order it came about."""

        async def work() -> None:
            # One that is gone is for the watchman to see; here everything goes on.
            async with self._mail:
                try:
                    await workflow.get_external_workflow_handle(workflow_id).signal(signal, word)
                except ApplicationError:
                    self._unheard()

        task = asyncio.create_task(work())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _heard(self) -> None:
        """Return once every word to another case is in its history: whoever asks it next sees it."""
        await workflow.wait_condition(lambda: not self._telling)

    async def _settled(self) -> None:
        await self._heard()
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _begin_effects(self) -> None:
        for effect in self._effects():
            if effect.key not in self._begun:
                self._begun.add(effect.key)
                self._aside(self._perform(effect))


def refused(refusal: Refusal) -> ApplicationError:
    """A refusal as the client receives it; it leaves nothing in the history."""
    return ApplicationError("refused", refusal.model_dump(mode="json"), type="Refusal", non_retryable=True)


def update_id() -> str:
    """The id of the update that is being handled."""
    info = workflow.current_update_info()
    assert info is not None
    return info.id


def card(state: str, unit: str, waits: tuple[Owed, ...], due: Instant | None) -> str:
    """The case on one screen for an on-call engineer: states and instants, nothing about the patient."""
    owed = "\n".join(
        f"- {each.row.title} ({each.row.rule}), senast {each.due_at.isoformat(timespec='minutes')}" for each in waits
    )
    upcoming = f"\n\nHärnäst: {due.summary}" if due else ""
    return f"**{state}** i {unit}\n\n{owed or 'Ingen uppgift: patienten har ordet.'}{upcoming}"
