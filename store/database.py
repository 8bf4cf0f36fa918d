"""Engines: SQLite files by default, PostgreSQL in production, the same code on both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Dialect, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

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


def connect(url: str, *, durable: bool, patience_s: float = 10.0) -> AsyncEngine:
    """An engine. `durable` decides whether SQLite waits for the disk at each commit; what can be rebuilt need not.

    `patience_s` is how long SQLite waits for another's lock. Errors never tell the parameters: they hold patients.
    """
    where = make_url(url)
    if where.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    if where.database:
        Path(where.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, connect_args={"timeout": patience_s}, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=wal")
        cursor.execute(f"PRAGMA synchronous={'full' if durable else 'normal'}")
        cursor.execute("PRAGMA foreign_keys=on")
        cursor.close()

    return engine


def insert(engine: AsyncEngine, table: Table) -> Any:
    """An insert that knows `on_conflict_*` in the engine's dialect (both spell it alike)."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)
