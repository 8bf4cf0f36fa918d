"""The read model: one row a case. It is never the truth, and can be rebuilt from the open workflows."""

import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict

import orjson
from sqlalchemy import RowMapping, Table, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from routine.chat.case import Chat
from routine.people import PersonId
from routine.record import ChatRow, PathwayRecord, Record, Row
from routine.suicide_risk.pathway import Pathway
from routine.suicide_risk.start import pathway_id
from routine.unit import from_text
from store.batch import Batch
from store.database import insert
from store.ready import Run, line
from store.tables import cases, house, pathways

NEW_EPOCH = "first"
"""The epoch of a read model that was just made; only a reset gives it another."""
LAST_SEQ = 2**31 - 1
"""The largest number the counter's column can hold; a client may name a larger one as where it was."""


FRESH_S = 0.5
"""How long the house's one row is taken as read: it changes by reset and demo clock only."""


# Statements of the way each decision takes are made once: making one costs as much as running it.
COUNT = update(house).where(house.c.epoch == bindparam("of")).values(seq=house.c.seq + 1).returning(house.c.seq)
KEPT = ("contact_id", "run_id", "epoch", "version", "unit", "open", "offset_s", "wake_at", "snapshot")
OF_PATHWAY = ("run_id", "version", "seq", "open", "offset_s", "wake_at")
BOTH = select(
    cases, pathways.c.pathway, *(pathways.c[name].label(f"pathway_{name}") for name in (*OF_PATHWAY, "snapshot"))
).select_from(cases.outerjoin(pathways, cases.c.contact_id == pathways.c.contact_id))
"""A contact with its suicide-risk pathway, if it has one."""
GOES_ON = cases.c.open | func.coalesce(pathways.c.open, False)
HOUSE = select(house)
ONE = BOTH.where(cases.c.contact_id == bindparam("of"))
KNOWN = select(cases.c.contact_id).where(cases.c.contact_id == bindparam("of"))
OTHERS = select(cases.c.contact_id, cases.c.tier).where(
    (cases.c.person_ref == bindparam("ref")) & cases.c.open & (cases.c.unit == bindparam("of_unit")),
    cases.c.contact_id != bindparam("but"),
)


@dataclass(frozen=True)
class StoredPathway:
    """A suicide-risk pathway as the read model has it."""

    run_id: str
    version: int
    seq: int
    open: bool
    offset_s: float
    wake_at: datetime | None
    pathway: Pathway


@dataclass(frozen=True)
class Carried:
    """A workflow that has not ended, as the clock and the watchman need it."""

    workflow_id: str
    contact_id: str
    run_id: str
    version: int
    offset_s: float
    wake_at: datetime | None


@dataclass(frozen=True)
class Stored:
    """A case as the read model has it, with its pathway. `seq` orders changes over all cases."""

    contact_id: str
    run_id: str
    version: int
    seq: int
    open: bool
    offset_s: float
    wake_at: datetime | None
    chat: Chat
    pathway: StoredPathway | None = None

    @property
    def shown_version(self) -> int:
        """Counts every change that shows, the pathway's too."""
        return self.version + (self.pathway.version if self.pathway else 0)


class Other(TypedDict):
    """Another open case of the same person."""

    contact_id: str
    tier: Literal["suicide", "normal"]


@dataclass(frozen=True)
class House:
    """The house's clock and epoch: both change only by a reset or the demo clock."""

    epoch: str
    offset_s: float


class Projection:
    """Reads and writes the read model. `secret` keys the reference that finds a person's other cases."""

    def __init__(self, engine: AsyncEngine, secret: str) -> None:
        self.engine = engine
        self._keyed = hmac.new(secret.encode(), digestmod="sha256")
        self._house: tuple[House, float] | None = None
        self._batch, self._line = Batch(engine), line(engine)
        self._newest_case, self._newest_pathway = _newest(engine, cases), _newest(engine, pathways)

    def person_ref(self, number: PersonId) -> str:
        """A keyed hash that stands for the person; the number itself is in no column."""
        mine = self._keyed.copy()  # five times as fast as taking up the key anew
        mine.update(f"person/{number}".encode())
        return mine.hexdigest()

    async def write(self, record: Record) -> None:
        """Keep the record, unless a newer version of the same run is there or the house has been reset since.

        Once asked for it is carried through, also when whoever asked has given up. Raises OperationalError.
        """
        await self.keep(record.row())

    async def write_pathway(self, record: PathwayRecord) -> None:
        """Keep a pathway's record, as `write` keeps a case's. Raises OperationalError."""
        await self.keep_pathway(record.row())

    async def keep(self, row: ChatRow) -> None:
        """`write` for a row that is ready."""
        more = {
            "state": row.state,
            "tier": row.tier,
            "person_ref": self.person_ref(row.person),
            "chat": row.case,
        }
        await self._batch.run(lambda run: _write(run, row, more, self._newest_case))

    async def keep_pathway(self, row: Row) -> None:
        """`write_pathway` for a row that is ready."""
        await self._batch.run(lambda run: _write(run, row, {"pathway": row.case}, self._newest_pathway))

    async def case(self, contact_id: str) -> Stored | None:
        """One case, or None."""
        found = await self._line.read(ONE, {"of": contact_id})
        return _stored(found[0]) if found else None

    async def knows(self, contact_id: str) -> bool:
        """Whether there is such a case."""
        return bool(await self._line.read(KNOWN, {"of": contact_id}))

    async def listed(self, unit: str) -> list[Stored]:
        """Every case of a unit that has not ended, in no order: the order is a rule (`routine.worklist`)."""
        return [_stored(each) for each in await self._read(BOTH.where(cases.c.unit == unit, GOES_ON))]

    async def open_cases(self) -> list[Stored]:
        """Every case that has not ended, what wakes first first."""
        return [_stored(each) for each in await self._read(BOTH.where(GOES_ON).order_by(cases.c.wake_at))]

    async def carried(self, contact_id: str | None = None) -> list[Carried]:
        """Every workflow that has not ended, or those of one contact: nothing of what its case says is read."""
        found = []
        for table, name in ((cases, str), (pathways, pathway_id)):
            query = select(*(table.c[each] for each in ("contact_id", "run_id", "version", "offset_s", "wake_at")))
            query = query.where(table.c.open if contact_id is None else table.c.contact_id == contact_id)
            found += [Carried(name(each["contact_id"]), **dict(each)) for each in await self._read(query)]
        return found

    async def all_cases(self) -> list[Stored]:
        """Every case, in the order they last changed."""
        return [_stored(each) for each in await self._read(BOTH.order_by(cases.c.seq))]

    async def others_of(self, chat: Chat) -> list[Other]:
        """The person's other open cases at the same unit."""
        ref = self.person_ref(chat.submission.person.personnummer)
        found = await self._line.read(OTHERS, {"ref": ref, "of_unit": chat.unit.code, "but": chat.contact_id})
        return [Other(contact_id=each["contact_id"], tier=each["tier"]) for each in found]

    async def changes(self, after: int, unit: str | None) -> list[tuple[int, str, int]]:
        """What changed after the counter stood at `after`: (seq, contact id, version), oldest first."""
        known = min(after, LAST_SEQ)
        columns = (cases.c.seq, cases.c.contact_id, cases.c.version)
        theirs = [func.coalesce(pathways.c[name], 0).label(f"pathway_{name}") for name in ("seq", "version")]
        query = select(*columns, *theirs).select_from(
            cases.outerjoin(pathways, cases.c.contact_id == pathways.c.contact_id)
        )
        query = query.where((cases.c.seq > known) | (pathways.c.seq > known))
        if unit is not None:
            query = query.where(cases.c.unit == unit)
        found = [
            (max(each["seq"], each["pathway_seq"]), each["contact_id"], each["version"] + each["pathway_version"])
            for each in await self._read(query)
        ]
        return sorted(found)

    async def seq(self) -> int:
        """The counter of changes as it stands."""
        return int((await self._read(select(house.c.seq)))[0]["seq"])

    async def count_open(self) -> int:
        """How many cases have not ended."""
        return int((await self._read(select(func.count().label("n")).select_from(cases).where(cases.c.open)))[0]["n"])

    async def house(self) -> House:
        """The house's clock and epoch; what another process has changed is seen within `FRESH_S`."""
        if self._house is None or time.monotonic() - self._house[1] > FRESH_S:
            found = (await self._line.read(HOUSE, {}))[0]
            self._house = House(epoch=found["epoch"], offset_s=found["offset_s"]), time.monotonic()
        return self._house[0]

    async def take_up(self, epoch: str, offset_s: float) -> None:
        """A read model that was lost begins empty: it takes up the house's epoch and clock from a case that lives."""
        async with self.engine.begin() as db:
            empty = (house.c.epoch == NEW_EPOCH) & (house.c.seq == 0)
            await db.execute(update(house).where(empty).values(epoch=epoch, offset_s=offset_s))

    async def forget(self, contact_id: str, *, pathway: bool) -> None:
        """Drop one row: only for a rebuild, which writes it anew at once."""
        table = pathways if pathway else cases
        async with self.engine.begin() as db:
            await db.execute(delete(table).where(table.c.contact_id == contact_id))

    async def set_offset(self, offset_s: float) -> None:
        """Move the house's clock (demo only)."""
        async with self.engine.begin() as db:
            await db.execute(update(house).values(offset_s=offset_s))
        self._house = None

    async def reset(self, epoch: str, offset_s: float) -> None:
        """Empty the read model; whatever an older epoch's workflows still write is dropped from now on (demo only)."""
        async with self.engine.begin() as db:
            await db.execute(update(house).values(epoch=epoch, offset_s=offset_s))
            for table in (cases, pathways):
                await db.execute(delete(table))
        self._house = None

    async def _read(self, query: Any) -> Sequence[RowMapping]:
        async with self.engine.connect() as db:
            return (await db.execute(query)).mappings().all()


def _newest(engine: AsyncEngine, table: Table) -> Any:
    """Keeps a row, unless a newer version of the same run is there.

    The same version again is kept: the engine may have had it done anew, and otherwise (ADR 0013).
    """
    new = insert(engine, table)
    newer = (table.c.run_id != new.excluded.run_id) | (table.c.version <= new.excluded.version)
    return new.on_conflict_do_update(index_elements=["contact_id"], set_=dict(new.excluded), where=newer)


async def _write(run: Run, row: Row, more: dict[str, Any], keep: Any) -> None:
    # The counter's row lock makes commit order the order of `seq`, so that a reader of changes misses none.
    counted = await run(COUNT, {"of": row.epoch})
    if not counted:
        return
    values = {name: getattr(row, name) for name in KEPT} | more | {"seq": counted[0]["seq"]}
    await run(keep, values)


def _stored(found: Mapping[Any, Any]) -> Stored:
    return Stored(
        contact_id=found["contact_id"],
        run_id=found["run_id"],
        version=found["version"],
        seq=found["seq"],
        open=found["open"],
        offset_s=found["offset_s"],
        wake_at=found["wake_at"],
        chat=Chat.model_validate(_case(found["chat"], found["snapshot"])),
        pathway=_pathway(found),
    )


def _pathway(found: Mapping[Any, Any]) -> StoredPathway | None:
    if found["pathway"] is None:
        return None
    rest = {name: found[f"pathway_{name}"] for name in OF_PATHWAY}
    return StoredPathway(**rest, pathway=Pathway.model_validate(_case(found["pathway"], found["pathway_snapshot"])))


def _case(text: str, snapshot: str) -> dict[str, Any]:
    """What a case was written as. Its unit is not read again where it has been read before."""
    return {**orjson.loads(text), "unit": from_text(snapshot)}
