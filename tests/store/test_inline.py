"""SQLite in the event loop: who waits for a lock holds up nobody else."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from store.aside import aside as really
from store.database import connect
from store.inline import Connection
from store.journal import Journal
from store.migrate import migrate


def made(file: Path) -> sqlite3.Connection:
    """A database with a table, and a connection beside ours."""
    beside = sqlite3.connect(file, isolation_level=None)
    beside.execute("PRAGMA journal_mode=wal")
    beside.execute("CREATE TABLE words (word TEXT)")
    return beside


@pytest.mark.parametrize("durable", [True, False])
async def test_a_lock_is_waited_for_while_others_go_on(tmp_path: Path, durable: bool) -> None:
    """The write is done once the lock is free; meanwhile the loop runs and reads are answered."""
    beside = made(tmp_path / "a.db")
    engine = connect(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", durable=durable, patience_s=5)
    beside.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with engine.begin() as db:
            await db.execute(text("INSERT INTO words VALUES ('ett')"))

    writing, began = asyncio.create_task(write()), time.monotonic()
    await asyncio.sleep(0.1)
    async with engine.connect() as db:
        assert await db.scalar(text("SELECT count(*) FROM words")) == 0
    assert time.monotonic() - began < 3
    assert not writing.done()
    beside.execute("COMMIT")
    await writing
    assert beside.execute("SELECT word FROM words").fetchall() == [("ett",)]
    await engine.dispose()
    beside.close()


async def test_patience_ends(tmp_path: Path) -> None:
    """As an OperationalError, as everywhere a database is away."""
    beside = made(tmp_path / "a.db")
    engine = connect(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", durable=False, patience_s=0.05)
    beside.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        async with engine.begin() as db:
            await db.execute(text("INSERT INTO words VALUES ('ett')"))
    beside.execute("COMMIT")
    await engine.dispose()
    beside.close()


async def test_a_commit_that_is_given_up_leaves_no_lock(tmp_path: Path) -> None:
    """Whoever asked has gone while the disk was waited for: the next writer is let in."""
    beside = made(tmp_path / "a.db")
    engine = connect(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", durable=True, patience_s=1)

    async def write(word: str) -> None:
        async with engine.begin() as db:
            await db.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})

    for _ in range(20):
        given_up = asyncio.create_task(write("ett"))
        for _ in range(3):
            await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait([given_up])
    await write("två")
    assert beside.execute("SELECT word FROM words WHERE word = 'två'").fetchall() == [("två",)]
    await engine.dispose()
    beside.close()


async def test_only_a_durable_connection_can_be_told_to_last(tmp_path: Path) -> None:
    """What may be lost with the machine commits without waiting; what was opened not to wait never waits."""
    for durable, modes in ((True, [1, 2, 2]), (False, [1, 1, 1])):
        connection = Connection(str(tmp_path / f"{durable}.db"), durable=durable, patience_s=1)
        connection.raw.execute(f"PRAGMA synchronous={'full' if durable else 'normal'}")
        seen = []
        for lasting in (False, True, True):
            connection.lasting = lasting
            seen.append(connection.raw.execute("PRAGMA synchronous").fetchone()[0])
        assert seen == modes
        connection.stop()


async def test_a_key_is_taken_at_once_and_an_answer_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reservation need not outlive the machine (ADR 0010), an answer must; together both wait."""
    waited = 0

    def aside(what: Callable[[], object]) -> asyncio.Future[None]:
        nonlocal waited
        waited += 1
        return really(what)

    monkeypatch.setattr("store.inline.aside", aside)
    engine = connect(f"sqlite+aiosqlite:///{tmp_path / 'journal.db'}", durable=True)
    await migrate(engine, "journal")
    journal, now, before = Journal(engine), datetime.now(UTC), waited
    await journal.reserve("a", "hash", now)
    assert waited == before
    await journal.keep("a", 200, "{}")
    assert waited == before + 1
    await asyncio.gather(journal.reserve("b", "hash", now), journal.keep("a", 200, "{}"))
    assert waited == before + 2
    await engine.dispose()
