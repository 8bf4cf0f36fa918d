"""A database that is away, silent or held by another says so in one way, and is there again when it is back."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from store.database import connect
from store.migrate import migrate
from store.projection import Projection
from store.tables import house
from tests.routine.world import chat
from tests.store.conftest import Place
from tests.store.postgresql import Server
from tests.store.test_projection import OPENED, PICKED, record


async def test_another_s_lock_is_waited_for_only_so_long(place: Place, projection: Projection) -> None:
    """The worker's patience is shorter than the activity's: it can say no while somebody listens."""
    impatient = place.projection(patience_s=0.4)
    await impatient.house()
    async with projection.engine.begin() as holder:
        await holder.execute(update(house).values(offset_s=1.0))
        began = time.monotonic()
        with pytest.raises(OperationalError):
            await impatient.write(record(chat(OPENED)))
        assert 0.3 < time.monotonic() - began < 5
    await impatient.write(record(PICKED, version=2))
    stored = await projection.case("K-1")
    assert stored is not None
    assert stored.version == 2


@pytest.fixture
async def lone(postgresql: Server) -> AsyncIterator[Projection]:
    """A read model on PostgreSQL, with a connection in its pool."""
    projection = Projection(connect(postgresql.url(postgresql.database()), durable=False, patience_s=3), "secret")
    await migrate(projection.engine, "projection")
    await projection.house()
    yield projection
    await projection.engine.dispose()


async def test_a_server_that_is_away(postgresql: Server, lone: Projection) -> None:
    """Reads and writes say that the store is away, and work again without a new start."""
    postgresql.stop()
    try:
        for asked in (lone.seq(), lone.write(record(chat(OPENED))), lone.set_offset(1.0)):
            with pytest.raises(OperationalError):
                await asked
    finally:
        postgresql.start()
    await lone.write(record(chat(OPENED)))
    assert await lone.case("K-1") is not None


async def test_a_server_that_goes_in_the_middle(postgresql: Server, lone: Projection) -> None:
    """A statement that waits when the connection breaks is told too."""
    other = connect(str(lone.engine.url.render_as_string(hide_password=False)), durable=False)
    async with other.connect() as holder:
        await holder.execute(update(house).values(offset_s=1.0))
        writing = asyncio.create_task(lone.write(record(chat(OPENED))))
        await asyncio.sleep(0.3)
        victim = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        assert postgresql.psql(victim) == "t"
        with pytest.raises(OperationalError):
            await writing
    await other.dispose()
    assert await lone.case("K-1") is None
    await lone.write(record(chat(OPENED)))
    assert await lone.case("K-1") is not None


async def test_a_wrong_password_tells_nothing(postgresql: Server) -> None:
    """The error is the same, and holds no password."""
    wrong = connect(postgresql.url("postgres", password="never this one"), durable=False)
    with pytest.raises(OperationalError) as told:
        async with wrong.connect():
            pass
    assert "never this one" not in str(told.value)
    assert "tester" not in str(told.value)
    await wrong.dispose()
