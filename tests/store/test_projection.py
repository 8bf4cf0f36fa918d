"""The read model: what is kept, what is dropped, and that who follows the changes misses none."""

import asyncio
import json
from datetime import timedelta

import pytest

from routine.chat.case import Chat
from routine.record import Record
from store.projection import NEW_EPOCH, Projection
from tests.routine.world import MOT_T, N1, P2, VC_T, at, chat, play
from tests.store.conftest import Place

OPENED = "2026-11-23 09:12"
PICKED = play(chat(OPENED), [("2026-11-23 09:20", N1, {"type": "pick"})])
DONE = play(
    PICKED,
    [
        ("2026-11-23 09:41", N1, {"type": "message", "text": "Det går över.", "expects_reply": False}),
        ("2026-11-23 09:41", N1, {"type": "request_close", "grace": "none"}),
        ("2026-11-23 09:42", N1, {"type": "confirm_close"}),
    ],
)


def named(case: Chat, contact_id: str) -> Chat:
    """The same case under another id."""
    return case.model_copy(update={"contact_id": contact_id})


def record(case: Chat, version: int = 1, run_id: str = "run-1", epoch: str = NEW_EPOCH) -> Record:
    """What the case's workflow would write."""
    wake_at = None if case.ended else at("2026-11-23 10:00") + timedelta(microseconds=version)
    return Record(
        contact_id=case.contact_id,
        run_id=run_id,
        epoch=epoch,
        version=version,
        offset_s=0.25,
        wake_at=wake_at,
        chat=case,
    )


async def test_a_case_is_kept_as_it_was_written(projection: Projection) -> None:
    """Nothing of a record is lost on the way."""
    written = record(chat(OPENED, message="Åäö \U0001f642 'citat' \\ \x00."), version=3)
    await projection.write(written)
    stored = await projection.case("K-1")
    assert stored is not None
    assert stored.chat == written.chat
    assert (stored.run_id, stored.version, stored.offset_s) == ("run-1", 3, 0.25)
    assert stored.wake_at == written.wake_at
    assert (stored.seq, stored.open) == (1, True)
    assert await projection.case("K-2") is None


async def test_an_older_version_changes_nothing(projection: Projection) -> None:
    """Writes come late and more than once; the newest version of a run stays."""
    await projection.write(record(PICKED, version=2))
    before = await projection.case("K-1")
    await projection.write(record(chat(OPENED), version=1))
    assert await projection.case("K-1") == before


async def test_the_same_version_told_anew_replaces_what_never_was(projection: Projection) -> None:
    """A row is written before the engine keeps what it tells; a task that is done again may tell it otherwise."""
    await projection.write(record(PICKED, version=2))
    await projection.write(record(chat(OPENED), version=2))
    stored = await projection.case("K-1")
    assert stored is not None
    assert stored.chat.holder is None


async def test_another_run_replaces_whatever_was_there(projection: Projection) -> None:
    """After a reset of a workflow its versions begin anew."""
    await projection.write(record(PICKED, version=9, run_id="run-1"))
    await projection.write(record(chat(OPENED), version=1, run_id="run-2"))
    stored = await projection.case("K-1")
    assert stored is not None
    assert (stored.run_id, stored.version, stored.chat) == ("run-2", 1, chat(OPENED))


async def test_another_epoch_is_dropped(projection: Projection) -> None:
    """What was begun before a reset writes to nobody, and is no change."""
    await projection.write(record(chat(OPENED), epoch="other"))
    assert await projection.case("K-1") is None
    assert await projection.seq() == 0


async def test_a_person_s_other_open_cases(projection: Projection) -> None:
    """The same person's, open, and not the case itself; the number is in no column."""
    mine, other = chat(OPENED), named(PICKED, "K-2")
    ended = named(DONE.model_copy(update={"state": DONE.state}), "K-3")
    await projection.write(record(mine))
    await projection.write(record(other))
    await projection.write(record(ended))
    await projection.write(record(named(chat(OPENED, person={"personnummer": P2}), "K-4")))
    expected = {"K-2"} | ({"K-3"} if not ended.ended else set())
    told = json.loads(json.dumps(await projection.others_of(mine)))
    assert sorted(told, key=str) == [{"contact_id": each, "tier": "normal"} for each in sorted(expected)]
    number = mine.submission.person.personnummer
    assert str(number) not in projection.person_ref(number)
    assert projection.person_ref(number) != Projection(projection.engine, "another secret").person_ref(number)


async def test_lists(projection: Projection) -> None:
    """A unit's open cases; all open ones, what wakes first first; all, as they last changed; how many."""
    await projection.write(record(chat(OPENED), version=3))
    await projection.write(record(named(chat(OPENED, of=MOT_T, unit="MOT-T"), "K-2"), version=1))
    await projection.write(record(named(PICKED, "K-3"), version=2))
    await projection.write(record(chat(OPENED), version=4))
    assert sorted(each.contact_id for each in await projection.listed(VC_T.code)) == ["K-1", "K-3"]
    assert [each.contact_id for each in await projection.listed(MOT_T.code)] == ["K-2"]
    assert [each.contact_id for each in await projection.open_cases()] == ["K-2", "K-3", "K-1"]
    assert [each.contact_id for each in await projection.all_cases()] == ["K-2", "K-3", "K-1"]
    assert await projection.count_open() == 3
    assert await projection.changes(1, None) == [(2, "K-2", 1), (3, "K-3", 2), (4, "K-1", 4)]
    assert await projection.changes(1, MOT_T.code) == [(2, "K-2", 1)]


async def test_signs_no_database_takes(projection: Projection) -> None:
    """An id or a unit with a NUL is nobody's, and a number beyond all numbers is after every change."""
    await projection.write(record(chat(OPENED)))
    assert await projection.case("K\x001") is None
    assert await projection.case("x" * 5000) is None
    assert await projection.listed("\x00") == []
    assert await projection.changes(10**30, None) == []


@pytest.mark.parametrize("units", [None, VC_T.code])
async def test_who_follows_the_changes_misses_none(place: Place, projection: Projection, units: str | None) -> None:
    """Four processes write at once. Whatever a reader sees after `seq`, nothing comes later with a smaller one."""
    writers = [projection, *(place.projection() for _ in range(3))]
    contacts = [f"K-{number}" for number in range(40)]
    reader = place.projection()
    seen: list[tuple[int, str, int]] = []
    done = asyncio.Event()

    async def follow() -> None:
        while True:
            last = done.is_set()
            seen.extend(await reader.changes(seen[-1][0] if seen else 0, units))
            if last:
                return
            await asyncio.sleep(0)

    async def write(writer: Projection, mine: list[str]) -> None:
        # Each contact once: a row that is never written again can be missed for good.
        await asyncio.gather(*(writer.write(record(named(PICKED, contact_id))) for contact_id in mine))

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(writer, contacts[n :: len(writers)]) for n, writer in enumerate(writers)))
    done.set()
    await following
    assert [each[0] for each in seen] == list(range(1, len(contacts) + 1))
    assert sorted(each[1] for each in seen) == sorted(contacts)


async def test_the_newest_of_versions_that_race_stays(place: Place, projection: Projection) -> None:
    """A repeated activity may run on two workers at once."""
    other = place.projection()
    versions = [record(PICKED, version=version) for version in range(1, 11)]
    await asyncio.gather(*(side.write(each) for each in reversed(versions) for side in (projection, other)))
    stored = await projection.case("K-1")
    assert stored is not None
    assert stored.version == 10


async def test_a_write_that_is_given_up_is_carried_through(projection: Projection) -> None:
    """Whoever asked has gone; the row is written and nothing stays locked."""
    writing = asyncio.create_task(projection.write(record(chat(OPENED))))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await projection.write(record(PICKED, version=2))
    stored = await projection.case("K-1")
    assert stored is not None
    assert stored.version == 2
    assert await projection.seq() == 2


async def test_reset(projection: Projection) -> None:
    """Everything is gone, the clock is set, the old epoch is dropped, and `seq` goes on: nobody waits for it twice."""
    await projection.write(record(chat(OPENED)))
    await projection.reset("second", 3600.5)
    assert await projection.all_cases() == []
    house = await projection.house()
    assert (house.epoch, house.offset_s) == ("second", 3600.5)
    await projection.write(record(chat(OPENED), version=9))
    assert await projection.all_cases() == []
    await projection.write(record(chat(OPENED), epoch="second"))
    assert [each[:2] for each in await projection.changes(1, None)] == [(2, "K-1")]


async def test_writing_while_the_house_is_reset(place: Place, projection: Projection) -> None:
    """Neither waits for the other for ever, and no row of the old epoch survives."""
    writer = place.projection()
    writes = (writer.write(record(named(PICKED, f"K-{n}"))) for n in range(20))
    await asyncio.gather(*writes, projection.reset("second", 0.0))
    assert await projection.all_cases() == []


async def test_the_clock_moves(projection: Projection) -> None:
    """To a fraction of a second."""
    await projection.set_offset(-86_400.125)
    assert (await projection.house()).offset_s == -86_400.125


async def test_only_a_lost_read_model_takes_up_a_case_s_epoch(projection: Projection) -> None:
    """An empty one that was never reset; then it holds on to what it has."""
    await projection.take_up("alive", 60.0)
    assert (await projection.house()).epoch == "alive"
    await projection.take_up("another", 1.0)
    house = await projection.house()
    assert (house.epoch, house.offset_s) == ("alive", 60.0)
