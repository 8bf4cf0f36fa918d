"""SQLite in the event loop: who waits for a lock holds up nobody else."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from store.database import connect


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
