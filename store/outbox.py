"""The outbox: what has left the house or may have. Written before the call, marked after: the world sees once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from store.database import insert
from store.tables import outbox


@dataclass(frozen=True)
class Left:
    """A message that left or may have: `status` is calling, accepted or unknown."""

    key: str
    contact_id: str
    template: str
    channel: str
    to: str
    status: str
    gateway_id: str | None
    at: datetime


class Outbox:
    """Reads and writes the outbox."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def begin(self, key: str, contact_id: str, template: str, channel: str, to: str, at: datetime) -> Left | None:
        """Take the key before the call. None: it is ours to send; else what an earlier attempt left behind."""
        values = {
            "key": key,
            "contact_id": contact_id,
            "template": template,
            "channel": channel,
            "to": to,
            "at": at,
            "status": "calling",
            "gateway_id": None,
        }
        async with self.engine.begin() as db:
            statement = insert(self.engine, outbox).values(values).on_conflict_do_nothing().returning(outbox.c.key)
            if (await db.execute(statement)).scalar_one_or_none() is not None:
                return None
            return _left((await db.execute(select(outbox).where(outbox.c.key == key))).mappings().one())

    async def accepted(self, key: str, gateway_id: str | None) -> None:
        """The gateway took it."""
        await self._mark(key, status="accepted", gateway_id=gateway_id)

    async def unknown(self, key: str) -> None:
        """Nobody can tell whether it left."""
        await self._mark(key, status="unknown", gateway_id=None)

    async def not_sent(self, key: str) -> None:
        """It surely did not leave: the key is free again."""
        async with self.engine.begin() as db:
            await db.execute(delete(outbox).where(outbox.c.key == key))

    async def by_gateway_id(self, gateway_id: str) -> Left | None:
        """The message a delivery report is about, or None."""
        found = await self._read(select(outbox).where(outbox.c.gateway_id == gateway_id))
        return _left(found[0]) if found else None

    async def all(self) -> list[Left]:
        """Everything, oldest first."""
        return [_left(each) for each in await self._read(select(outbox).order_by(outbox.c.at))]

    async def reset(self) -> None:
        """Empty the outbox (demo only)."""
        async with self.engine.begin() as db:
            await db.execute(delete(outbox))

    async def _mark(self, key: str, **values: Any) -> None:
        async with self.engine.begin() as db:
            await db.execute(update(outbox).where(outbox.c.key == key).values(**values))

    async def _read(self, query: Any) -> Sequence[RowMapping]:
        async with self.engine.connect() as db:
            return (await db.execute(query)).mappings().all()


def _left(found: RowMapping) -> Left:
    return Left(**{name: found[name] for name in Left.__dataclass_fields__})
