"""Bring both databases to the schema of this build, once, whichever process comes first."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_265_211
"""The number of our advisory lock in PostgreSQL."""


def config(database: str) -> Config:
    """Alembic's configuration for `projection` or `journal`."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("version_locations", str(MIGRATIONS / database))
    settings.set_main_option("path_separator", "os")
    settings.attributes["database"] = database
    return settings


async def migrate(engine: AsyncEngine, database: str) -> None:
    """Upgrade one database to its newest revision. Processes that start together wait for each other."""
    with _alone(engine):
        async with engine.begin() as db:
            await _turn(db)
            await db.run_sync(_upgrade, database)


async def _turn(db: AsyncConnection) -> None:
    """Wait for our turn in PostgreSQL. A migration may take longer than a connection waits for one answer."""
    if db.dialect.name == "postgresql":
        while not await db.scalar(text(f"SELECT pg_try_advisory_xact_lock({LOCK})")):  # noqa: ASYNC110 another process holds it
            await asyncio.sleep(0.1)


def _upgrade(connection: Connection, database: str) -> None:
    settings = config(database)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


@contextmanager
def _alone(engine: AsyncEngine) -> Iterator[None]:
    """SQLite has no lock that spans a schema change, so a file beside the database is one."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database:
        yield
        return
    with Path(f"{database}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
