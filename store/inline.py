"""SQLite without a thread of its own: a statement takes microseconds, handing it to a thread and back far more.

What may wait does not hold up the process: a locked database is asked again until patience ends, and a commit that
waits for the disk waits in a thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from store.aside import aside

AGAIN_S, SLOWEST_S = 0.001, 0.02
"""Between tries for a lock: at first, and at most."""
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY)
"""Another holds the lock. (That what was read has changed since is busy too, and no waiting helps.)"""
T = TypeVar("T")


class Cursor:
    """What SQLAlchemy's asyncio adapter asks of a cursor."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._cursor = connection.raw.cursor()

    async def __aenter__(self) -> "Cursor":
        return self

    @property
    def description(self) -> Any:
        """The columns of the result."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The id of the row that was inserted last."""
        return self._cursor.lastrowid

    async def execute(self, sql: str, parameters: Any = ()) -> "Cursor":
        """Run a statement. Raises sqlite3.Error."""
        await self._connection.patiently(lambda: self._cursor.execute(sql, parameters))
        return self

    async def executemany(self, sql: str, rows: Iterable[Any]) -> "Cursor":
        """Run a statement for each row. Raises sqlite3.Error."""
        known = tuple(rows)
        await self._connection.patiently(lambda: self._cursor.executemany(sql, known))
        return self

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """The next rows."""
        return self._cursor.fetchmany(size or self._cursor.arraysize)

    async def fetchall(self) -> Sequence[Any]:
        """The rows that are left."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Let go of the result."""
        self._cursor.close()


class Connection:
    """What SQLAlchemy's asyncio adapter asks of a connection. `patience_s` is how long to ask for another's lock."""

    def __init__(self, file: str, *, durable: bool, patience_s: float) -> None:
        self.raw = sqlite3.connect(file, timeout=0, check_same_thread=False)
        self._durable, self._patience_s = durable, patience_s
        self._lasting = True
        self._committing: asyncio.Future[None] | None = None

    @property
    def _connection(self) -> sqlite3.Connection:
        """SQLAlchemy looks here whether the connection is open."""
        return self.raw

    @property
    def lasting(self) -> bool:
        """Whether commits of a durable connection wait for the disk. Set between transactions."""
        return self._lasting

    @lasting.setter
    def lasting(self, lasting: bool) -> None:
        if self._durable and lasting != self._lasting:
            self.raw.execute(f"PRAGMA synchronous={'full' if lasting else 'normal'}")
            self._lasting = lasting

    async def patiently(self, call: Callable[[], T]) -> T:
        """The call's result, as soon as nobody else has the lock it needs. Raises sqlite3.Error."""
        until, pause = time.monotonic() + self._patience_s, AGAIN_S
        while True:
            try:
                return call()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in LOCKED or time.monotonic() > until:
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, SLOWEST_S)

    async def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What a statement answers. Raises sqlite3.Error."""
        return await self.patiently(lambda: self.raw.execute(sql, parameters).fetchall())

    def cursor(self) -> Cursor:
        """A new cursor."""
        return Cursor(self)

    async def create_function(self, *told: Any, **options: Any) -> None:
        """A function for SQL to call."""
        self.raw.create_function(*told, **options)

    async def commit(self) -> None:
        """End the transaction; what was written survives the process, and the machine if durable."""
        if not (self._durable and self._lasting and self.raw.in_transaction):
            await self.patiently(self.raw.commit)
            return
        self._committing = aside(self.raw.commit)
        await asyncio.shield(self._committing)

    async def rollback(self) -> None:
        """Take the transaction back, unless its commit is under way: then wait for that."""
        if self._committing is not None and not self._committing.done():
            await asyncio.wait([self._committing])
        self.raw.rollback()

    async def close(self) -> None:
        """Close the file."""
        self.raw.close()

    def stop(self) -> None:
        """Close the file when nobody can wait."""
        self.raw.close()
