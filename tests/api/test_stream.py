"""Server-sent events: id and version of whatever changes, and where a reader was."""

import asyncio
import gc
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from starter.api import stream
from starter.api.app import create_app
from starter.house import House
from store.database import connect as database
from store.projection import Projection
from tests.api.served import served
from tests.api.wire import Wire, problem
from tests.story import P2

WITHIN_S = 5.0
A_WHILE = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000) SELECT count(*) FROM n"
"""A statement that takes a tenth of a second or more."""


@pytest.fixture
async def address(house: House) -> AsyncIterator[str]:
    """The API on a port: a stream has no end, and ends come first over ASGI."""
    async with served(create_app(house)) as url:
        yield url


@asynccontextmanager
async def listening(
    wire: Wire, address: str, who: str = "N1", unit: str | None = None, last: str | None = None
) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """The stream's blocks as a reader in the unit gets them; the first is there before anything happens."""
    headers = {"Authorization": f"Bearer {await wire.token(who)}"} | ({"Last-Event-ID": last} if last else {})
    params = {"unit": unit} if unit else {}
    async with (
        httpx.AsyncClient(timeout=WITHIN_S) as http,
        http.stream("GET", f"{address}/events/stream", headers=headers, params=params) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        async with aclosing(_blocks(answer)) as blocks:
            assert await anext(blocks) == {"": "ok"}
            yield blocks


async def _blocks(answer: httpx.Response) -> AsyncGenerator[dict[str, str]]:
    block: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            block[name.rstrip(":")] = value
        elif block:
            yield block
            block = {}


async def changes(blocks: AsyncIterator[dict[str, str]], count: int) -> list[dict[str, str]]:
    """The next changes, heartbeats left out."""
    found: list[dict[str, str]] = []
    async with asyncio.timeout(WITHIN_S):
        while len(found) < count:
            if "data" in (block := await anext(blocks)):
                found.append(block)
    return found


async def told_of(blocks: AsyncIterator[dict[str, str]], contact: str) -> list[str]:
    """Whom the changes are about until this contact's comes, and it; no contact changes for ever."""
    found: list[str] = []
    while contact not in found:
        found.append(json.loads((await changes(blocks, 1))[0]["data"])["contact_id"])
    return found


async def seen(wire: Wire, contact: str) -> dict[str, object]:
    """What the stream says of a contact as it stands."""
    return {"contact_id": contact, "version": (await wire.view(contact))["version"]}


async def test_every_change_as_it_happens(wire: Wire, address: str) -> None:
    """`{contact_id, version}` of the own unit's cases, with an id; nothing of another unit's, nothing of a patient."""
    async with listening(wire, address) as blocks:
        await wire.comes_in(P2, unit="MOT-T")
        contact = await wire.comes_in()
        await wire.decide("N1", contact, "pick")
        expected = await seen(wire, contact)
        found = await changes(blocks, 1)
        while json.loads(found[-1]["data"]) != expected:
            found += await changes(blocks, 1)
        assert {json.loads(each["data"])["contact_id"] for each in found} == {contact}
        assert all(set(json.loads(each["data"])) == {"contact_id", "version"} for each in found)
        ids = [int(each["id"]) for each in found]
        assert ids == sorted(set(ids))


async def test_a_reader_comes_back(wire: Wire, address: str, house: House) -> None:
    """`Last-Event-ID` resumes: what changed meanwhile is told, what was told before is not."""
    old = await wire.comes_in()
    await wire.at("10:01")  # the register has answered: nothing more changes by itself
    left = await house.projection.seq()
    new = await wire.comes_in(P2)
    async with listening(wire, address, last=str(left)) as blocks:
        assert await told_of(blocks, new) == [new]
    async with listening(wire, address, last="0") as blocks:
        assert await told_of(blocks, new) == [old, new]


@pytest.mark.parametrize("last", ["yesterday", "-1", "9" * 30, "9" * 5000, "1.5"])
async def test_an_id_nobody_gave(wire: Wire, address: str, last: str) -> None:
    """A `Last-Event-ID` that is none of ours begins from now, and the stream lives."""
    await wire.comes_in()
    await wire.at("10:01")  # the register has answered: nothing more changes by itself
    async with listening(wire, address, last=last) as blocks:
        contact = await wire.comes_in(P2)
        assert await told_of(blocks, contact) == [contact]


async def test_a_silent_stream_beats(wire: Wire, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat while nothing changes, so that nobody between us hangs up."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.2)
    monkeypatch.setattr(stream, "EVERY_S", 0.05)
    async with listening(wire, address) as blocks, asyncio.timeout(WITHIN_S):
        assert await anext(blocks) == {"": "ok"}
        assert await anext(blocks) == {"": "ok"}


async def test_whose_stream(wire: Wire, address: str) -> None:
    """403 for another unit and for machines; the auditor hears any."""
    problem(await wire.get("/events/stream", "N1", unit="MOT-T"), 403, "OTHER_UNIT")
    problem(await wire.get("/events/stream", "platform24"), 403, "FORBIDDEN_ROLE")
    async with listening(wire, address, "AUD1", "MOT-T") as blocks:
        contact = await wire.comes_in(P2, unit="MOT-T")
        assert await told_of(blocks, contact) == [contact]


async def test_a_reader_leaves_while_a_connection_is_made_ready(
    wire: Wire, address: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The read is finished without the reader: nobody else would close the connection to the store."""
    preparing, read = asyncio.Event(), asyncio.Event()

    def slowly(connection: Any, _record: Any) -> None:
        preparing.set()
        connection.cursor().execute(A_WHILE)

    async def anew(after: int, unit: str) -> list[tuple[int, str, int]]:
        engine = database(house.settings.projection_database, durable=False)
        event.listen(engine.sync_engine, "connect", slowly)
        found = await Projection(engine, "").changes(after, unit)
        await engine.dispose()
        read.set()
        return found

    async with listening(wire, address):
        monkeypatch.setattr(house.projection, "changes", anew)
        await asyncio.wait_for(preparing.wait(), WITHIN_S)
    await asyncio.sleep(1)
    gc.collect()
    assert read.is_set()
