"""The read model: one row a case and its tasks. It is never the truth, and can be rebuilt from the open workflows."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from routine.chat.case import Chat
from routine.chat.row import row
from routine.people import PersonId
from routine.record import Record
from store.database import insert
from store.tables import cases, house, tasks

NEW_EPOCH = "first"
"""The epoch of a read model that was just made; only a reset gives it another."""
LAST_SEQ = 2**31 - 1
"""The largest number the counter's column can hold; a client may name a larger one as where it was."""


FRESH_S = 0.5
"""How long the house's one row is taken as read: it changes by reset and demo clock only."""


@dataclass(frozen=True)
class Stored:
    """A case as the read model has it. `seq` orders changes over all cases."""

    contact_id: str
    run_id: str
    version: int
    seq: int
    open: bool
    offset_s: float
    wake_at: datetime | None
    chat: Chat


@dataclass(frozen=True)
class House:
    """The house's clock and epoch: both change only by a reset or the demo clock."""

    epoch: str
    offset_s: float


@dataclass(frozen=True)
class Overdue:
    """A task past its due instant."""

    contact_id: str
    kind: str
    due_at: datetime


class Projection:
    """Reads and writes the read model. `secret` keys the reference that finds a person's other cases."""

    def __init__(self, engine: AsyncEngine, secret: str) -> None:
        self.engine = engine
        self._secret = secret.encode()
        self._house: tuple[House, float] | None = None

    def person_ref(self, number: PersonId) -> str:
        """A keyed hash that stands for the person; the number itself is in no column."""
        return hmac.new(self._secret, f"person/{number}".encode(), hashlib.sha256).hexdigest()

    async def write(self, record: Record) -> None:
        """Keep the record, unless a newer version of the same run is there or the house has been reset since.

        Once begun it is carried through, also when whoever asked has given up: a write that is broken off would
        leave SQLite's lock behind in a connection nobody closes, and no row of anybody's could be written any more.
        """
        writing = asyncio.create_task(self._write(record))
        writing.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(writing)

    async def _write(self, record: Record) -> None:
        line = row(record.chat)
        async with self.engine.begin() as db:
            # The counter's row lock makes commit order the order of `seq`, so that a reader of changes misses none.
            counter = update(house).where(house.c.epoch == record.epoch).values(seq=house.c.seq + 1)
            seq = (await db.execute(counter.returning(house.c.seq))).scalar_one_or_none()
            if seq is None:
                return
            values = {
                "contact_id": record.contact_id,
                "run_id": record.run_id,
                "epoch": record.epoch,
                "version": record.version,
                "seq": seq,
                "unit": line.unit,
                "state": line.state,
                "open": not record.chat.ended,
                "person_ref": self.person_ref(record.chat.submission.person.personnummer),
                "offset_s": record.offset_s,
                "wake_at": record.wake_at,
                "chat": record.chat.model_dump_json(),
            }
            statement = insert(self.engine, cases).values(values)
            newer = (cases.c.run_id != record.run_id) | (cases.c.version < record.version)
            kept = await db.execute(
                statement.on_conflict_do_update(index_elements=["contact_id"], set_=values, where=newer).returning(
                    cases.c.contact_id
                )
            )
            if kept.scalar_one_or_none() is None:
                return
            await db.execute(delete(tasks).where(tasks.c.contact_id == record.contact_id))
            owed = [
                {"contact_id": record.contact_id, "task_id": each.task_id, "kind": each.kind, "due_at": each.due_at}
                for each in line.tasks
            ]
            if owed:
                await db.execute(insert(self.engine, tasks), owed)

    async def case(self, contact_id: str) -> Stored | None:
        """One case, or None."""
        found = await self._read(select(cases).where(cases.c.contact_id == contact_id))
        return _stored(found[0]) if found else None

    async def listed(self, unit: str) -> list[Stored]:
        """Every case of a unit that has not ended, in no order: the order is a rule (`routine.worklist`)."""
        return [_stored(each) for each in await self._read(select(cases).where(cases.c.unit == unit, cases.c.open))]

    async def open_cases(self) -> list[Stored]:
        """Every case that has not ended, what wakes first first."""
        query = select(cases).where(cases.c.open).order_by(cases.c.wake_at)
        return [_stored(each) for each in await self._read(query)]

    async def all_cases(self) -> list[Stored]:
        """Every case, in the order they last changed."""
        return [_stored(each) for each in await self._read(select(cases).order_by(cases.c.seq))]

    async def others_of(self, chat: Chat) -> list[Stored]:
        """The person's other open cases."""
        ref = self.person_ref(chat.submission.person.personnummer)
        query = select(cases).where(cases.c.person_ref == ref, cases.c.open, cases.c.contact_id != chat.contact_id)
        return [_stored(each) for each in await self._read(query)]

    async def changes(self, after: int, unit: str | None) -> list[tuple[int, str, int]]:
        """What changed after the counter stood at `after`: (seq, contact id, version), oldest first."""
        known = min(after, LAST_SEQ)
        query = select(cases.c.seq, cases.c.contact_id, cases.c.version).where(cases.c.seq > known)
        if unit is not None:
            query = query.where(cases.c.unit == unit)
        return [
            (each["seq"], each["contact_id"], each["version"]) for each in await self._read(query.order_by(cases.c.seq))
        ]

    async def seq(self) -> int:
        """The counter of changes as it stands."""
        return int((await self._read(select(house.c.seq)))[0]["seq"])

    async def count_open(self) -> int:
        """How many cases have not ended."""
        return int((await self._read(select(func.count().label("n")).select_from(cases).where(cases.c.open)))[0]["n"])

    async def overdue(self, now: datetime) -> list[Overdue]:
        """Every task whose due instant has passed."""
        query = select(tasks).where(tasks.c.due_at <= now).order_by(tasks.c.due_at)
        return [Overdue(each["contact_id"], each["kind"], each["due_at"]) for each in await self._read(query)]

    async def house(self) -> House:
        """The house's clock and epoch; what another process has changed is seen within `FRESH_S`."""
        if self._house is None or time.monotonic() - self._house[1] > FRESH_S:
            found = (await self._read(select(house)))[0]
            self._house = House(epoch=found["epoch"], offset_s=found["offset_s"]), time.monotonic()
        return self._house[0]

    async def take_up(self, epoch: str, offset_s: float) -> None:
        """A read model that was lost begins empty: it takes up the house's epoch and clock from a case that lives."""
        async with self.engine.begin() as db:
            empty = (house.c.epoch == NEW_EPOCH) & (house.c.seq == 0)
            await db.execute(update(house).where(empty).values(epoch=epoch, offset_s=offset_s))

    async def set_offset(self, offset_s: float) -> None:
        """Move the house's clock (demo only)."""
        async with self.engine.begin() as db:
            await db.execute(update(house).values(offset_s=offset_s))
        self._house = None

    async def reset(self, epoch: str, offset_s: float) -> None:
        """Empty the read model; whatever an older epoch's workflows still write is dropped from now on (demo only)."""
        async with self.engine.begin() as db:
            await db.execute(update(house).values(epoch=epoch, offset_s=offset_s))
            await db.execute(delete(tasks))
            await db.execute(delete(cases))
        self._house = None

    async def _read(self, query: Any) -> Sequence[RowMapping]:
        async with self.engine.connect() as db:
            return (await db.execute(query)).mappings().all()


def _stored(found: RowMapping) -> Stored:
    return Stored(
        contact_id=found["contact_id"],
        run_id=found["run_id"],
        version=found["version"],
        seq=found["seq"],
        open=found["open"],
        offset_s=found["offset_s"],
        wake_at=found["wake_at"],
        chat=Chat.model_validate_json(found["chat"]),
    )
