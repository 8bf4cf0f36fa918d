"""Statements made once answer alike on both databases, and fail as all others do."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.inline import Connection
from store.journal import Journal
from store.ready import line
from store.tables import keys

AT = datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=UTC)
TAKE = insert(keys)
KEPT = select(keys).where(keys.c.scope == bindparam("of"))
RAISE = (
    update(keys)
    .where(keys.c.scope == bindparam("of"))
    .values(status=keys.c.status + 1)
    .returning(keys.c.status, keys.c.at)
)
TAKEN = {"scope": "Åsa\0", "body_hash": "h", "at": AT, "status": 200, "answer": None}


async def test_values_go_in_and_out_alike(journal: Journal) -> None:
    """Instants, what is missing, and signs no database takes; a number that stands in the statement too."""
    own = line(journal.engine)
    async with own.begin() as run:
        assert not await run(TAKE, TAKEN)
        assert await run(RAISE, {"of": "Åsa\ufffd"}) == [{"status": 201, "at": AT}]
    assert await own.read(KEPT, {"of": "Åsa\0"}) == [TAKEN | {"scope": "Åsa\ufffd", "status": 201}]


async def test_what_fails_is_taken_back_and_tells_no_values(journal: Journal) -> None:
    """The transaction as a whole; and the line can be used again."""
    own = line(journal.engine)
    said = TAKEN | {"answer": "Hej, jag mår inte bra."}

    async def write() -> None:
        async with own.begin() as run:
            await run(TAKE, TAKEN | {"scope": "first"})
            await run(TAKE, said)
            await run(TAKE, said)

    with pytest.raises(IntegrityError) as told:
        await write()
    assert "mår" not in str(told.value)
    assert await own.read(select(keys), {}) == []
    async with own.begin() as run:
        await run(TAKE, TAKEN)
    assert len(await own.read(select(keys), {})) == 1


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_line_ends_with_its_engine(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept open is closed; whoever asks once more gets a new one."""
    closed: list[Connection] = []

    def stop(connection: Connection) -> None:
        connection.raw.close()
        closed.append(connection)

    monkeypatch.setattr(Connection, "stop", stop)
    own = line(journal.engine)
    await own.read(KEPT, {"of": "x"})
    await journal.engine.dispose()
    assert len(closed) == 1
    assert await own.read(KEPT, {"of": "x"}) == []
