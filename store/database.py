"""Engines: SQLite files by default, PostgreSQL in production, the same code on both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Dialect, String, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from store.inline import Connection

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970 so that both databases order and compare it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From microseconds, in UTC."""
        return None if value is None else EPOCH + value * MICROSECOND


class Words(TypeDecorator[str]):
    """Text from outside. PostgreSQL takes no NUL and would fail where SQLite does not; both get a sign for it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """NUL to the replacement character."""
        return None if value is None else value.replace("\0", "\ufffd")


def connect(url: str, *, durable: bool, patience_s: float = 10.0) -> AsyncEngine:
    """An engine. `durable` decides whether SQLite waits for the disk at each commit; what can be rebuilt need not.

    `patience_s` is how long to wait for another's lock, or for a server's word. A database that is away or silent is
    an OperationalError, whichever it is. Errors never tell the parameters: they hold patients.
    """
    where = make_url(url)
    if where.get_backend_name() != "sqlite":
        return _server(url, patience_s)
    if where.database:
        _private(Path(where.database))

    async def opened() -> Any:
        return Connection(where.database or ":memory:", durable=durable, patience_s=patience_s)

    engine = create_async_engine(url, async_creator=opened, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=wal")
        cursor.execute(f"PRAGMA synchronous={'full' if durable else 'normal'}")
        cursor.execute("PRAGMA foreign_keys=on")
        cursor.close()

    return engine


def _private(file: Path) -> None:
    """Patients' words lie here in clear: nobody else on the machine reads them, nor what SQLite lays beside them."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)


def _server(url: str, patience_s: float) -> AsyncEngine:
    """An engine for PostgreSQL. Its driver lets errors of the network through as they are."""
    limits = {"timeout": patience_s, "command_timeout": patience_s}
    engine = create_async_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=limits)

    @event.listens_for(engine.sync_engine, "do_connect")
    def reached(dialect: Any, _record: Any, args: Any, options: Any) -> Any:
        dbapi = dialect.loaded_dbapi
        try:
            return dialect.connect(*args, **options)
        except (OSError, dbapi.Error) as error:
            raise dbapi.OperationalError(f"no connection: {type(error).__name__}", error) from error

    @event.listens_for(engine.sync_engine, "handle_error")
    def lost(context: ExceptionContext) -> None:
        error = context.original_exception
        if context.is_pre_ping:  # a connection found dead before it is used: the pool opens another
            return
        if context.is_disconnect or isinstance(error, OSError):
            raise OperationalError(
                context.statement,
                None,
                error,
                hide_parameters=True,
                connection_invalidated=context.is_disconnect,
            ) from error

    return engine


def insert(engine: AsyncEngine, table: Table) -> Any:
    """An insert that knows `on_conflict_*` in the engine's dialect (both spell it alike)."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)
