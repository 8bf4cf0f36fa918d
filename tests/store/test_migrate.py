"""The migrations make exactly the tables the code knows, once, whoever comes first."""

import asyncio
import json
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, column, insert, inspect, table

from config.settings import ROOT
from store import tables
from store.database import connect
from store.migrate import config, migrate
from store.projection import NEW_EPOCH, Projection
from tests.store.conftest import Place
from tests.store.postgresql import Server

METADATA = {"projection": tables.projection, "journal": tables.journal}
PROCESSES = 3
PROGRAM = """
import asyncio, sys
from store.database import connect
from store.migrate import migrate

async def main():
    engine = connect(sys.argv[1], durable=True, patience_s=2)
    print("ready", flush=True)
    sys.stdin.readline()
    await migrate(engine, sys.argv[2])
    await engine.dispose()

asyncio.run(main())
"""


@pytest.mark.parametrize("name", METADATA)
async def test_models_and_migrations_agree(place: Place, name: str) -> None:
    """Tables, columns, types, keys and indexes; nothing is made by hand."""
    engine = place.engine(name)
    await migrate(engine, name)

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA[name]))

    async with engine.connect() as db:
        assert await db.run_sync(differences) == []
        made = set(await db.run_sync(lambda connection: inspect(connection).get_table_names()))
    assert made == {*METADATA[name].tables, "alembic_version"}


@pytest.mark.parametrize("name", METADATA)
async def test_migrating_again_changes_nothing(place: Place, name: str) -> None:
    """Every process does it whenever it starts."""
    engine = place.engine(name)
    for _ in range(2):
        await migrate(engine, name)
    async with engine.connect() as db:
        assert set(await db.run_sync(lambda connection: inspect(connection).get_table_names())) > set()


async def test_processes_that_start_together(place: Place) -> None:
    """Each waits for its turn, and the house has one row."""
    url = place.url("projection")
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-c", PROGRAM, url, "projection"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 90) == b"ready\n"
    ended = await asyncio.gather(*(asyncio.wait_for(process.communicate(b"\n"), 90) for process in started))
    assert [process.returncode for process in started] == [0] * PROCESSES, [errors.decode() for _, errors in ended]
    assert (await place.projection().house()).epoch == NEW_EPOCH


async def test_a_second_process_waits_longer_than_for_an_answer(postgresql: Server) -> None:
    """A migration may take its time: the other's patience for one answer is not what it waits by."""
    url = postgresql.url(postgresql.database())
    first, second = connect(url, durable=False), connect(url, durable=False, patience_s=2)
    async with first.begin() as db:
        await db.exec_driver_sql("SELECT pg_advisory_xact_lock(7265211)")
        waiting = asyncio.create_task(migrate(second, "projection"))
        await asyncio.sleep(2.5)
        assert not waiting.done()
    await waiting
    for engine in (first, second):
        await engine.dispose()


async def test_only_the_read_model_can_be_downgraded(place: Place) -> None:
    """It is rebuilt from the workflows; the access log must be kept for years."""
    for name in METADATA:
        await migrate(place.engine(name), name)

    def down(connection: Connection, name: str) -> None:
        settings = config(name)
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")

    async with place.engine("projection").begin() as db:
        await db.run_sync(down, "projection")
    await migrate(place.engine("projection"), "projection")
    assert await place.projection().all_cases() == []
    async with place.engine("journal").connect() as db:
        with pytest.raises(RuntimeError, match="access log must be kept"):
            await db.run_sync(down, "journal")
    assert await place.journal().entries() == []


async def test_cases_that_are_there_get_their_tier(place: Place) -> None:
    """By what they say of signs."""

    def at_first(connection: Connection) -> None:
        settings = config("projection")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "p001")
        for contact_id, signs in (("K-1", "[]"), ("K-2", '[{"kind": "form"}]')):
            connection.exec_driver_sql(
                "INSERT INTO cases (contact_id, run_id, epoch, version, seq, unit, state, open, person_ref, offset_s,"
                f" chat) VALUES ('{contact_id}', 'r', 'first', 1, 1, 'VC-T', 'queued', true, 'p', 0,"
                f" '{{\"signs\": {signs}}}')"
            )

    engine = place.engine("projection")
    async with engine.begin() as db:
        await db.run_sync(at_first)
    await migrate(engine, "projection")
    async with engine.connect() as db:
        found = await db.exec_driver_sql("SELECT contact_id, tier FROM cases ORDER BY contact_id")
        assert [tuple(each) for each in found] == [("K-1", "normal"), ("K-2", "suicide")]


async def test_nothing_is_migrated_by_being_opened(place: Place) -> None:
    """Only `migrate` changes a schema."""
    engine = connect(place.url("projection"), durable=False)
    assert isinstance(Projection(engine, "secret"), Projection)
    async with engine.connect() as db:
        assert await db.run_sync(lambda connection: inspect(connection).get_table_names()) == []
    await engine.dispose()


async def test_cases_that_are_there_get_their_snapshot(place: Place) -> None:
    """Out of what they say of their unit, which they then say no more; and back."""

    def to(connection: Connection, revision: str) -> None:
        settings = config("projection")
        settings.attributes["connection"] = connection
        (command.upgrade if revision == "p004" or not version(connection) else command.downgrade)(settings, revision)

    def version(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    engine = place.engine("projection")
    whole = {"state": "queued", "unit": {"name": "Vårdcentralen"}}
    async with engine.begin() as db:
        await db.run_sync(to, "p003")
        row = {"contact_id": "K-1", "run_id": "r", "epoch": "first", "version": 1, "seq": 1, "unit": "VC-T"}
        row |= {"state": "queued", "tier": "normal", "open": True, "person_ref": "p", "offset_s": 0}
        old = table("cases", *(column(name) for name in (*row, "chat")))
        await db.execute(insert(old).values(**row, chat=json.dumps(whole)))
    found = []
    for revision in ("p004", "p003"):
        async with engine.begin() as db:
            await db.run_sync(to, revision)
            names = "chat, snapshot" if revision == "p004" else "chat"
            found += [json.loads(each) for each in (await db.exec_driver_sql(f"SELECT {names} FROM cases")).one()]
    assert found == [{"state": "queued"}, {"name": "Vårdcentralen"}, whole]
