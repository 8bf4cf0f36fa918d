"""The journal: the first answer to a key stays, every access is written down, the watchman's findings are kept."""

import asyncio
import json
from datetime import timedelta

from routine.actors import Actor, Role
from routine.phrases import Screen
from store.journal import Finding, Journal
from tests.routine.world import D1, N1, at
from tests.store.conftest import Place

NOW = at("2026-11-23 09:12:00.123456")
LATER = NOW + timedelta(microseconds=1)
ANSWER = json.dumps(
    {"state": "in_progress", "words": "Åäö \U0001f642", "none": None, "nul": "\x00"}, ensure_ascii=False
)


async def test_a_key_is_taken_before_anything_is_done(journal: Journal) -> None:
    """Another body finds the first one's hash, and when it came; the outcome is not known yet."""
    first = await journal.reserve("scope", "hash-1", NOW)
    assert (first.body_hash, first.at, first.status, first.answer) == ("hash-1", NOW, None, None)
    assert await journal.reserve("scope", "hash-2", LATER) == first
    assert (await journal.reserve("other", "hash-2", LATER)).body_hash == "hash-2"


async def test_the_first_answer_stays(journal: Journal) -> None:
    """Whatever is kept later, the first is what everybody is told."""
    await journal.reserve("scope", "hash-1", NOW)
    assert await journal.keep("scope", 409, ANSWER) == (409, ANSWER)
    assert await journal.keep("scope", 200, "{}") == (409, ANSWER)
    kept = await journal.reserve("scope", "hash-1", LATER)
    assert (kept.status, kept.answer) == (409, ANSWER)


async def test_an_answer_may_be_empty(journal: Journal) -> None:
    """JSON's null is an answer too."""
    await journal.reserve("scope", "hash-1", NOW)
    await journal.keep("scope", 200, "null")
    assert await journal.keep("scope", 500, '"later"') == (200, "null")


async def test_one_of_many_takes_the_key(place: Place, journal: Journal) -> None:
    """Two API processes, the same key with different bodies at once: all see the same body."""
    sides = [journal, place.journal()]
    kept = await asyncio.gather(
        *(sides[n % 2].reserve("scope", f"hash-{n}", NOW + timedelta(seconds=n)) for n in range(20))
    )
    assert len({(each.body_hash, each.at) for each in kept}) == 1
    answers = await asyncio.gather(*(sides[n % 2].keep("scope", 200, str(n)) for n in range(20)))
    assert len({answer for _, answer in answers}) == 1
    assert (await journal.reserve("scope", "any", NOW)).answer == answers[0][1]


async def test_the_access_log(journal: Journal) -> None:
    """Who, when, what, how it went; in the order it happened."""
    await journal.log(NOW, N1, "K-1", "read", "accepted")
    await journal.log(LATER, D1, "K-2", "pick", "refused", "ALREADY_HELD")
    await journal.log(NOW, N1, None, "worklist", "accepted", "VC-T")
    whole = await journal.entries()
    assert [(each["at"], each["hsa_id"], each["contact_id"], each["action"]) for each in whole] == [
        (NOW, N1.hsa_id, "K-1", "read"),
        (LATER, D1.hsa_id, "K-2", "pick"),
        (NOW, N1.hsa_id, None, "worklist"),
    ]
    (entry,) = await journal.entries("K-2")
    assert (entry["name"], entry["roles"], entry["unit"]) == (D1.name, "physician", "VC-T")
    assert (entry["outcome"], entry["detail"]) == ("refused", "ALREADY_HELD")


async def test_no_access_goes_unwritten_for_what_a_token_says(journal: Journal) -> None:
    """However long a name is, or what signs are in it: PostgreSQL minds both."""
    roles = tuple(Role) * 3
    odd = Actor(hsa_id=N1.hsa_id, name="Å\x00" + "n" * 500, roles=roles, unit="V" * 100)
    await journal.log(NOW, odd, "K-1", "read", "accepted", "\x00")
    (entry,) = await journal.entries()
    assert entry["name"].startswith("Å\ufffdnnn")
    assert entry["roles"] == ",".join(Role)
    assert await journal.entries("K\x001") == []


async def test_many_write_the_access_log_at_once(place: Place, journal: Journal) -> None:
    """No line is lost."""
    sides = [journal, place.journal()]
    await asyncio.gather(*(sides[n % 2].log(NOW, N1, f"K-{n}", "read", "accepted") for n in range(40)))
    entries = await journal.entries()
    assert sorted(each["contact_id"] for each in entries) == sorted(f"K-{n}" for n in range(40))
    assert len({each["id"] for each in entries}) == 40


async def test_screens_that_began_no_case(journal: Journal) -> None:
    """They are kept in order; none is no work."""
    await journal.shown(NOW, [])
    await journal.shown(
        NOW,
        [
            Screen(template="M8", text="Ring 1177.", numbers=("1177",)),
            Screen(template="M11", text="Ring 112.", numbers=("112",)),
        ],
    )
    shown = await journal.shown_screens()
    assert [(each["at"], each["template"], each["text"]) for each in shown] == [
        (NOW, "M8", "Ring 1177."),
        (NOW, "M11", "Ring 112."),
    ]


async def test_what_the_watchman_sees(journal: Journal) -> None:
    """What is new is told once, what stays keeps its time, what is over is gone."""
    assert await journal.looked_at() is None
    assert await journal.watched([("K-1", "not_moved"), ("*", "engine_away")], NOW) == [
        Finding("*", "engine_away", NOW),
        Finding("K-1", "not_moved", NOW),
    ]
    assert await journal.watched([("K-1", "not_moved"), ("K-1", "task_failing")], LATER) == [
        Finding("K-1", "task_failing", LATER)
    ]
    assert await journal.findings() == [Finding("K-1", "not_moved", NOW), Finding("K-1", "task_failing", LATER)]
    assert await journal.looked_at() == LATER
    assert await journal.watched([], NOW) == []
    assert await journal.findings() == []


async def test_two_watchmen_do_no_harm(place: Place, journal: Journal) -> None:
    """They see the same at the same time: it is kept once, and told once."""
    sides = [journal, place.journal()]
    for turn in range(10):
        seen = [(f"K-{turn}-{n}", "not_moved") for n in range(5)]
        told = await asyncio.gather(*(side.watched(seen, NOW) for side in sides))
        assert sorted((each.contact_id, each.what) for new in told for each in new) == seen
        assert sorted((each.contact_id, each.what) for each in await journal.findings()) == seen


async def test_reset(journal: Journal) -> None:
    """The demo's journal is empty again, and works."""
    await journal.reserve("scope", "hash-1", NOW)
    await journal.log(NOW, N1, "K-1", "read", "accepted")
    await journal.shown(NOW, [Screen(template="M8", text="Ring 1177.", numbers=("1177",))])
    await journal.watched([("K-1", "not_moved")], NOW)
    await journal.reset()
    assert await journal.entries() == []
    assert await journal.shown_screens() == []
    assert await journal.findings() == []
    assert await journal.looked_at() is None
    assert (await journal.reserve("scope", "hash-2", NOW)).body_hash == "hash-2"
