"""The journal: idempotency keys with their answers, the access log, and what the watchman sees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from routine.actors import Actor
from routine.phrases import Screen
from store.batch import Batch
from store.database import insert
from store.ready import Rows, Run
from store.tables import access_log, findings, journal, keys, screens, watch

# Made once: making a statement costs as much as running it.
KEPT = select(keys).where(keys.c.scope == bindparam("of"))
KEEP = (
    update(keys)
    .where(keys.c.scope == bindparam("of"), keys.c.status.is_(None))
    .values(status=bindparam("the_status"), answer=bindparam("the_answer"))
    .returning(keys.c.scope)
)


@dataclass(frozen=True)
class Kept:
    """What is kept under an idempotency key; no status while the outcome is unknown."""

    body_hash: str
    at: datetime
    status: int | None
    answer: str | None
    """JSON."""


@dataclass(frozen=True)
class Entry:
    """A line of the access log (R99): who read or changed what, when, and how it went; nothing of what it said."""

    at: datetime
    by: Actor
    contact_id: str | None
    action: str
    outcome: str
    detail: str | None = None

    def values(self) -> dict[str, Any]:
        """The line's columns."""
        return {
            "at": self.at,
            "hsa_id": self.by.hsa_id,
            "name": self.by.name[:200],
            "roles": ",".join(dict.fromkeys(self.by.roles)),
            "unit": self.by.unit[:40],
            "contact_id": self.contact_id,
            "action": self.action,
            "outcome": self.outcome,
            "detail": self.detail,
        }


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
        self._take = insert(engine, keys).on_conflict_do_nothing().returning(keys.c.scope)
        self._log = insert(engine, access_log)

    async def reserve(self, scope: str, body_hash: str, at: datetime) -> Kept:
        """Take the key for this body before anything is done, and tell what is kept under it.

        Should the machine die before it was on disk, the engine still drops a repeat of what was done under it.
        """
        values = {"scope": scope, "body_hash": body_hash, "at": at, "status": None, "answer": None}

        async def work(run: Run) -> Mapping[str, Any]:
            taken = await run(self._take, values)
            return values if taken else (await run(KEPT, {"of": scope}))[0]

        found = await self._batch.run(work, lasting=False)
        return Kept(**{name: found[name] for name in ("body_hash", "at", "status", "answer")})

    async def keep(self, scope: str, status: int, answer: str, entry: Entry | None = None) -> tuple[int, str]:
        """Keep the answer (JSON), and tell which one is kept: the first stays. `entry` is logged in the same commit."""
        values = {"of": scope, "the_status": status, "the_answer": answer}

        async def work(run: Run) -> Rows:
            if entry is not None:
                await run(self._log, entry.values())
            return () if await run(KEEP, values) else await run(KEPT, {"of": scope})

        found = await self._batch.run(work)
        return (found[0]["status"], found[0]["answer"]) if found else (status, answer)

    async def log(
        self, at: datetime, by: Actor, contact_id: str | None, action: str, outcome: str, detail: str | None = None
    ) -> None:
        """Write down who read or changed what (R99); nothing of what it said."""
        await self.enter(Entry(at, by, contact_id, action, outcome, detail))

    async def enter(self, entry: Entry) -> None:
        """Add a line to the access log."""
        await self._batch.run(lambda run: run(self._log, entry.values()))

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
