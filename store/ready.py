"""Statements of the way each decision takes, without SQLAlchemy's rounds where these cost ten times the statement.

SQLite answers in the event loop (`store.inline`): there a statement is compiled once, and run on a connection that is
kept. A server's answer takes longer than the rounds do: there SQLAlchemy runs the same statement.
"""

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache, partial
from typing import Any, Protocol, cast

from sqlalchemy import Dialect, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store.inline import Connection

Values = Mapping[str, Any]
Rows = Sequence[dict[str, Any]]
"""Values by the names of their columns."""


class Run(Protocol):
    """Runs a statement with the values of its parameters; answers its rows."""

    async def __call__(self, statement: Any, values: Values, /) -> Rows:
        """Raises DBAPIError, which never tells the values."""


class Line(Protocol):
    """A way to a database for statements that are made once."""

    async def read(self, statement: Any, values: Values) -> Rows:
        """What a statement finds, outside of any transaction. Raises DBAPIError."""

    def begin(self, *, lasting: bool = True) -> AbstractAsyncContextManager[Run]:
        """A transaction, one at a time; one that is not `lasting` need not outlive the machine. Raises DBAPIError."""


def line(engine: AsyncEngine) -> Line:
    """A line of one's own; it ends with the engine."""
    return _Kept(engine) if engine.dialect.name == "sqlite" else _Pooled(engine)


class _Pooled:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def read(self, statement: Any, values: Values) -> Rows:
        async with self._engine.connect() as db:
            return await _run(db, statement, values)

    @asynccontextmanager
    async def begin(self, *, lasting: bool = True) -> AsyncIterator[Run]:
        del lasting  # a server lets many commits wait together
        async with self._engine.begin() as db:
            yield partial(_run, db)


async def _run(db: AsyncConnection, statement: Any, values: Values) -> Rows:
    found = await db.execute(statement, values)
    return [dict(each) for each in found.mappings()] if found.returns_rows else []


class _Kept:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._dialect = engine, engine.dialect
        self._connection: Connection | None = None
        event.listen(engine.sync_engine, "engine_disposed", self._close)

    async def read(self, statement: Any, values: Values) -> Rows:
        connection = self._connection or await self._open()
        made = _made(statement, tuple(values), self._dialect)
        try:
            rows = await connection.rows(made.sql, made.bound(values))
        except sqlite3.Error as error:
            raise _told(made.sql, error) from error
        return made.read(rows)

    @asynccontextmanager
    async def begin(self, *, lasting: bool = True) -> AsyncIterator[Run]:
        connection = self._connection or await self._open()
        connection.lasting = lasting
        try:
            yield self.read
            await connection.commit()
        except sqlite3.Error as error:
            await connection.rollback()
            raise _told("COMMIT", error) from error
        except BaseException:
            await connection.rollback()
            raise

    async def _open(self) -> Connection:
        lent = await self._engine.raw_connection()
        opened = cast(Connection, lent.driver_connection)
        lent.detach()
        if self._connection is not None:  # somebody else was faster
            opened.stop()
            return self._connection
        self._connection = opened
        return opened

    def _close(self, _engine: object) -> None:
        if self._connection is not None:
            self._connection.stop()
            self._connection = None


def _told(sql: str, error: sqlite3.Error) -> Exception:
    return DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)


class _Made:
    """A statement in the words of a database, and how its values go in and out."""

    def __init__(self, statement: Any, names: tuple[str, ...], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.sql = str(compiled)
        binds = {name: compiled.binds[name] for name in compiled.positiontup}
        into = {name: each.type.dialect_impl(dialect).bind_processor(dialect) for name, each in binds.items()}
        self._in = [(name, into[name]) for name in compiled.positiontup]
        self._fixed = {name: each.effective_value for name, each in binds.items() if not each.required}
        columns = [(each.key, each.type.dialect_impl(dialect)) for each in statement.exported_columns]
        self._names = [name for name, _ in columns]
        out = ((name, kind.result_processor(dialect, None)) for name, kind in columns)
        self._out = [(name, process) for name, process in out if process is not None]

    def bound(self, values: Values) -> list[Any]:
        """The values in the order the database takes them."""
        known = {**self._fixed, **values} if self._fixed else values
        return [known[name] if process is None else process(known[name]) for name, process in self._in]

    def read(self, rows: list[tuple[Any, ...]]) -> Rows:
        """The rows by the names of their columns."""
        found = [dict(zip(self._names, each, strict=True)) for each in rows]
        for name, process in self._out:
            for each in found:
                each[name] = process(each[name])
        return found


_made = lru_cache(maxsize=100)(_Made)
