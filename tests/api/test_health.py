"""Whether the house lives, is ready, and keeps its promise; asked by anybody, told without a patient."""

from dataclasses import replace
from datetime import UTC, datetime

from starter.house import House
from tests.api.wire import NUMBERS, Wire, wired
from tests.story import P2, clock_of
from workflows.plugin import connect


async def test_live_and_ready(wire: Wire) -> None:
    """200 while the process answers and the store and the engine are there."""
    assert (await wire.get("/health/live")).json() == {"status": "ok"}
    assert (await wire.get("/health/ready")).json() == {"status": "ok", "store": "ok", "engine": "ok"}


async def test_ready_tells_that_the_engine_is_away(wire: Wire, house: House) -> None:
    """Reads work without the engine, so the house is ready; but it tells."""
    dead = await connect("127.0.0.1:1", "default", identity="cut-off")
    async with wired(replace(house, client=dead)) as cut:
        answer = await cut.get("/health/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "store": "ok", "engine": "away"})
        assert (await cut.get("/health/live")).status_code == 200


async def test_the_promise_in_numbers(wire: Wire, house: House) -> None:
    """Open cases, nobody without an owner, what is overdue by its task and instant, what the watchman found."""
    empty = (await wire.get("/health/promise")).json()
    assert (empty["open"], empty["without_owner"], empty["overdue"], empty["stuck"]) == (0, 0, [], [])
    first = await wire.comes_in(triaged=True, priority=1)
    await wire.comes_in(P2)
    await wire.at("10:20")
    told = await wire.get("/health/promise")
    body = told.json()
    assert (body["open"], body["without_owner"], body["stuck"]) == (2, 0, [])
    (late,) = body["overdue"]
    assert set(late) == {"contact_id", "kind", "due_at"}
    assert (late["contact_id"], late["kind"], clock_of(late["due_at"])[:16]) == (first, "handle", "2026-11-23 10:15")
    assert not NUMBERS.search(told.text)
    await wire.decide("N1", first, "pick")
    assert (await wire.get("/health/promise")).json()["overdue"] == []
    await house.journal.watched([(first, "no_row")], datetime.now(UTC))
    body = (await wire.get("/health/promise")).json()
    assert body["stuck"] == [{"contact_id": first, "what": "no_row"}]
    await house.journal.watched([], datetime.now(UTC))
    assert (await wire.get("/health/promise")).json()["stuck"] == []


async def test_a_silent_watchman_is_told(wire: Wire, house: House) -> None:
    """Nobody looks: the numbers may be fine, and it is told that nobody has looked."""
    assert (await wire.get("/health/promise")).json()["watchman"] == "silent"
    await house.journal.watched([], datetime.now(UTC))
    assert (await wire.get("/health/promise")).json()["watchman"] == "ok"
