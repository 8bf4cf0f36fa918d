"""The journal: idempotency keys with their answers, the access log, and what the watchman sees."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from routine.actors import Actor
from routine.phrases import Screen
from store.batch import Batch
from store.database import insert
from store.tables import access_log, findings, journal, keys, screens, watch


@dataclass(frozen=True)
class Kept:
    """What is kept under an idempotency key; no status while the outcome is unknown."""

    body_hash: str
    at: datetime
    status: int | None
    answer: Any


@dataclass(frozen=True)
class Finding:
    """Something the watchman sees: a case, what is the matter with it, since when."""

    contact_id: str
    what: str
    found_at: datetime


class Journal:
    """Reads and writes the journal."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._batch = Batch(engine)

    async def reserve(self, scope: str, body_hash: str, at: datetime) -> Kept:
        """Take the key for this body before anything is done, and tell what is kept under it."""
        values = {"scope": scope, "body_hash": body_hash, "at": at, "status": None, "answer": None}

        async def work(db: AsyncConnection) -> RowMapping:
            await db.execute(insert(self.engine, keys).values(values).on_conflict_do_nothing())
            return (await db.execute(select(keys).where(keys.c.scope == scope))).mappings().one()

        found = await self._batch.run(work)
        answer = json.loads(found["answer"]) if found["answer"] is not None else None
        return Kept(body_hash=found["body_hash"], at=found["at"], status=found["status"], answer=answer)

    async def keep(self, scope: str, status: int, answer: Any) -> tuple[int, Any]:
        """Keep the answer, and tell which one is kept: the first one stays."""
        values = {"status": status, "answer": json.dumps(answer, ensure_ascii=False)}

        async def work(db: AsyncConnection) -> RowMapping | None:
            await db.execute(update(keys).where(keys.c.scope == scope, keys.c.status.is_(None)).values(values))
            return (await db.execute(select(keys).where(keys.c.scope == scope))).mappings().one_or_none()

        found = await self._batch.run(work)
        return (found["status"], json.loads(found["answer"])) if found else (status, answer)

    async def log(
        self, at: datetime, by: Actor, contact_id: str | None, action: str, outcome: str, detail: str | None = None
    ) -> None:
        """Write down who read or changed what (R99); nothing of what it said."""
        values = {
            "at": at,
            "hsa_id": by.hsa_id,
            "name": by.name[:200],
            "roles": ",".join(dict.fromkeys(by.roles)),
            "unit": by.unit[:40],
            "contact_id": contact_id,
            "action": action,
            "outcome": outcome,
            "detail": detail,
        }
        await self._batch.run(lambda db: db.execute(insert(self.engine, access_log).values(values)))

    async def entries(self, contact_id: str | None = None) -> Sequence[RowMapping]:
        """The access log, oldest first."""
        query = select(access_log).order_by(access_log.c.id)
        return await self._read(query.where(access_log.c.contact_id == contact_id) if contact_id else query)

    async def shown(self, at: datetime, screen: Iterable[Screen]) -> None:
        """Keep what a resident was shown whose contact began no case."""
        rows = [{"at": at, "template": each.template, "text": each.text} for each in screen]
        if rows:
            async with self.engine.begin() as db:
                await db.execute(insert(self.engine, screens), rows)

    async def shown_screens(self) -> Sequence[RowMapping]:
        """Those screens, oldest first."""
        return await self._read(select(screens).order_by(screens.c.id))

    async def watched(self, found: Iterable[tuple[str, str]], at: datetime) -> list[Finding]:
        """Replace what the watchman saw by what he sees now, and tell what is new; the rest keeps its time."""
        now = set(found)
        async with self.engine.begin() as db:
            # The row of the last look is written first: two watchmen then go one after the other.
            looked = insert(self.engine, watch).values(id=1, looked_at=at)
            await db.execute(looked.on_conflict_do_update(index_elements=["id"], set_={"looked_at": at}))
            before = {(each["contact_id"], each["what"]) for each in (await db.execute(select(findings))).mappings()}
            for contact_id, what in before - now:
                gone = (findings.c.contact_id == contact_id) & (findings.c.what == what)
                await db.execute(delete(findings).where(gone))
            new = [Finding(contact_id, what, at) for contact_id, what in sorted(now - before)]
            if new:
                await db.execute(insert(self.engine, findings), [asdict(each) for each in new])
        return new

    async def findings(self) -> list[Finding]:
        """What the watchman sees right now."""
        found = await self._read(select(findings).order_by(findings.c.found_at))
        return [Finding(each["contact_id"], each["what"], each["found_at"]) for each in found]

    async def looked_at(self) -> datetime | None:
        """When the watchman last finished a round, by the wall clock."""
        found = await self._read(select(watch.c.looked_at))
        return found[0]["looked_at"] if found else None

    async def reset(self) -> None:
        """Empty the journal (demo only)."""
        async with self.engine.begin() as db:
            for table in reversed(journal.sorted_tables):
                await db.execute(delete(table))

    async def _read(self, query: Any) -> Sequence[RowMapping]:
        async with self.engine.connect() as db:
            return (await db.execute(query)).mappings().all()
