"""The demo profile (`api.md` 4): sign in as anybody, move the clock, begin anew, see what left the house."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from starter.house import House
from tests.api.wire import Wire, fresh, problem, wired
from tests.story import P1, P2, chat, clock_of
from workflows.plugin import connect


async def now(wire: Wire) -> datetime:
    """The house's time."""
    answered = (await wire.call("GET", "/demo/clock"))["now"]
    assert answered[-6:] in ("+01:00", "+02:00")
    return datetime.fromisoformat(answered)


@pytest.mark.parametrize(
    ("who", "unit"),
    [
        *((who, "VC-T") for who in ("N1", "N2", "D1", "D2", "Y1", "K1", "REC1", "VCH")),
        *(("N9", "MOT-T"), ("BJ1", "VC-T"), ("AUD1", "VC-T")),
    ],
)
async def test_everybody_signs_in(still: Wire, who: str, unit: str) -> None:
    """Short names and whole HSA-ids are accepted, and the token is let in."""
    for sub in (who, f"SE0000000000-{who}"):
        token = (await still.call("POST", "/demo/login", json={"sub": sub}))["access_token"]
        answer = await still.send("GET", f"/worklist?unit={unit}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200


async def test_signing_in_as_nobody(still: Wire) -> None:
    """422 for a stranger; a token that has run out by the wall clock is 401, whatever the house's time."""
    problem(await still.send("POST", "/demo/login", json={"sub": "N7"}), 422, "INVALID")
    problem(await still.send("POST", "/demo/login", json={}), 422, "MISSING_FIELD")
    old = (await still.call("POST", "/demo/login", json={"sub": "N1", "expires_in": -60}))["access_token"]
    answer = await still.send("GET", "/worklist", headers={"Authorization": f"Bearer {old}"})
    problem(answer, 401, "UNAUTHENTICATED")


async def test_the_clock_moves_and_runs_on(wire: Wire) -> None:
    """What is due at the instant has happened when it answers, and time goes on from there."""
    contact = await wire.comes_in(triaged=True, priority=1)
    assert (await wire.view(contact))["alerts"] == []
    await wire.at("10:15")
    assert len((await wire.view(contact))["alerts"]) == 0
    due = (await wire.view(contact))["tasks"][0]["due_at"]
    moved = await wire.call("POST", "/demo/clock", json={"advance_to": due})
    assert timedelta(0) <= datetime.fromisoformat(moved["now"]) - datetime.fromisoformat(due) < timedelta(seconds=20)
    (alert,) = (await wire.view(contact))["alerts"]
    assert alert["at"] == due
    assert await now(wire) >= datetime.fromisoformat(moved["now"])


async def test_the_same_instant_again_changes_nothing(wire: Wire) -> None:
    """Neither does an earlier one: the clock never goes back, and no case moves."""
    contact = await wire.comes_in(triaged=True, priority=1)
    await wire.at("11:10")
    before = await wire.view(contact)
    for clock in ("11:10", "10:00", "11:10"):
        await wire.at(clock)
        assert await now(wire) >= datetime.fromisoformat("2026-11-23T11:10:00+01:00")
    assert (await wire.view(contact)) | {"as_of": ""} == before | {"as_of": ""}


async def test_what_happens_sees_the_world_of_its_own_time(wire: Wire) -> None:
    """In hops: a leap over days tells each rung at its own instant."""
    contact = await wire.comes_in(triaged=True, priority=1)
    await wire.at("09:00", "2026-11-25")
    told = [clock_of(alert["at"])[:16] for alert in (await wire.view(contact))["alerts"]]
    assert told[:3] == ["2026-11-23 10:15", "2026-11-23 10:30", "2026-11-23 11:00"]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("body", [{}, {"advance_to": "2026-11-23T12:00:00"}, {"advance_to": "noon"}, {"advance_to": 1}])
async def test_a_time_that_is_none(still: Wire, body: dict[str, Any]) -> None:
    """422: an instant with its offset, or nothing."""
    answer = await still.send("POST", "/demo/clock", json=body)
    assert problem(answer, 422, "INVALID" if body else "MISSING_FIELD")["field"] == "advance_to"


@pytest.mark.parametrize(
    "instant",
    ["2019-03-31T01:30:00+01:00", "2026-06-20T12:00:00Z", "2031-10-26T02:30:00+01:00"],
)
async def test_any_date(wire: Wire, instant: str) -> None:
    """A reset sets the clock to any instant, past or future, and a case begins there."""
    wanted = datetime.fromisoformat(instant)
    await wire.call("POST", "/demo/reset", json={"now": instant})
    assert timedelta(0) <= await now(wire) - wanted < timedelta(seconds=20)
    contact = await wire.comes_in()
    opened = datetime.fromisoformat((await wire.view(contact))["opened_at"])
    assert timedelta(0) <= opened - wanted < timedelta(seconds=20)


@pytest.mark.parametrize("instant", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
async def test_a_date_without_a_calendar(still: Wire, instant: str) -> None:
    """422 where the red days are not known, and the house stays where it was."""
    before = await now(still)
    assert problem(await still.send("POST", "/demo/reset", json={"now": instant}), 422, "INVALID")["field"] == "now"
    assert await now(still) - before < timedelta(minutes=1)


async def test_a_reset_empties_everything(wire: Wire, house: House) -> None:
    """Cases, keys, screens, people, faults and overrides are as in the beginning; old ids are gone."""
    key = fresh()
    first = await wire.send("POST", "/contacts", who="platform24", key=key, json=chat())
    await wire.call("PUT", "/demo/people", json={"personnummer": P1, "protected": True})
    await wire.call("PUT", "/demo/faults", json={"people": "fail"})
    await wire.begins("2026-11-24", "10:00", {"VC-T": {"grace": "literal"}})
    assert await wire.worklist() == []
    assert await wire.call("GET", "/demo/outbox") == []
    problem(await wire.get(f"/contacts/{first.json()['contact_id']}", "VCH"), 404, "NOT_FOUND")
    assert not [each async for each in house.client.list_workflows('ExecutionStatus="Running"')]
    again = await wire.send("POST", "/contacts", who="platform24", key=key, json=chat())
    assert again.status_code == 201
    assert again.json()["contact_id"] != first.json()["contact_id"]
    await wire.at("10:01")
    person = (await wire.view(again.json()["contact_id"]))["person"]
    assert (person["name"], person["protected"]) == ("Test Ett", False)


async def test_a_unit_by_its_own_rules(wire: Wire) -> None:
    """`config` overrides A15 by unit, for that reset only, and for that unit only."""

    async def grace(person: str, who: str, unit: str) -> str:
        contact = await wire.comes_in(person, unit=unit)
        await wire.decide(who, contact, "pick")
        await wire.decide(who, contact, "message", text="Hej.", expects_reply=False)
        closed = await wire.closes(who, contact)
        return clock_of(next(each["hard_at"] for each in closed["deadlines"] if each["name"] == "grace"))

    await wire.begins("2026-11-27", "10:00", {"VC-T": {"grace": "literal"}})
    assert await grace(P1, "N1", "VC-T") == "2026-11-28 23:59:59"
    assert await grace(P2, "N9", "MOT-T") == "2026-11-30 17:00:00"
    await wire.begins("2026-11-27", "10:00")
    assert await grace(P1, "N1", "VC-T") == "2026-11-30 17:00:00"


@pytest.mark.parametrize(
    "config",
    [
        {"VC-X": {"grace": "literal"}},
        {"VC-T": {"grace": "eternal"}},
        {"VC-T": {"colour": "blue"}},
        {"VC-T": {"page_after_hours": "often"}},
        {"VC-T": "literal"},
        ["VC-T"],
    ],
)
async def test_a_rule_that_is_none(wire: Wire, config: Any) -> None:
    """422, and nothing has been emptied."""
    contact = await wire.comes_in()
    answer = await wire.send("POST", "/demo/reset", json={"now": "2026-11-23T10:00:00+01:00", "config": config})
    body = problem(answer, 422, "INVALID")
    assert body["field"].startswith("config")
    assert "Input should" not in body["detail"]
    assert (await wire.view(contact))["state"] == "queued"


@pytest.mark.parametrize("key", ["grace", "page_after_hours", "accept_after_hours"])
async def test_the_overrides_of_the_contract(wire: Wire, key: str) -> None:
    """`api.md`, Exact values: these three are known by these names."""
    value = "open_day" if key == "grace" else True
    answer = await wire.send(
        "POST", "/demo/reset", json={"now": "2026-11-23T10:00:00Z", "config": {"MOT-T": {key: value}}}
    )
    assert answer.status_code == 200, answer.text


async def test_accept_after_hours(wire: Wire) -> None:
    """`accept_after_hours`: a unit that only refers after hours takes a triaged chat all the same."""
    late = chat(unit="MOT-T", triaged=True, priority=3)
    for config, status in (({}, 200), ({"MOT-T": {"accept_after_hours": True}}, 201)):
        await wire.begins("2026-11-23", "18:00", config)
        answer = await wire.send("POST", "/contacts", who="platform24", key=fresh(), json=late)
        assert answer.status_code == status


async def test_people_reach_the_world(wire: Wire) -> None:
    """What the register says of a person is what the next case shows; a new person is known from then on."""
    contact = await wire.comes_in()
    assert (await wire.view(contact))["person"]["protected"] is False
    await wire.call("PUT", "/demo/people", json={"personnummer": P1, "protected": True})
    answer = await wire.submit(chat(P1))
    assert (answer["contact_id"], answer["outcome"]) == (None, "excluded_protected")
    for body in ({}, {"personnummer": "x"}, {"personnummer": P1, "hat": 1}):
        problem(await wire.send("PUT", "/demo/people", json=body), 422, "INVALID")


async def test_faults_reach_the_world(wire: Wire, world_url: str) -> None:
    """A system that is told to fail fails; `ok` heals it; what is no fault is refused."""
    async with httpx.AsyncClient(base_url=world_url) as world:
        await wire.call("PUT", "/demo/faults", json={"sms": "fail", "people": "slow"})
        faults = (await world.get("/control/faults")).json()
        assert (faults["sms"], faults["cosmic"], faults["people"]) == ("fail", "ok", "slow")
        await wire.call("PUT", "/demo/faults", json={"people": "ok"})
        faults = (await world.get("/control/faults")).json()
        assert (faults["sms"], faults["cosmic"], faults["people"]) == ("fail", "ok", "ok")
    for body in ({"sms": "ill"}, {"fax": "fail"}):
        problem(await wire.send("PUT", "/demo/faults", json=body), 422, "INVALID")


async def test_the_outbox(wire: Wire) -> None:
    """Everything that left for a person: a phrase, a screen on submit, one with no contact; oldest first."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    await wire.decide("N1", contact, "message", phrase="Stängning")
    await wire.at("18:00")
    other = await wire.comes_in(P2)
    referred = chat(unit="MOT-T", triaged=True, priority=3)
    await wire.send("POST", "/contacts", who="platform24", key=fresh(), json=referred)
    rows = await wire.call("GET", "/demo/outbox")
    assert [(row["contact_id"], row["channel"]) for row in rows] == [
        (contact, "chat"),
        (other, "screen"),
        (None, "screen"),
    ]
    fields = {"contact_id", "template", "channel", "to", "text", "planned_at", "sent_at", "status"}
    assert all(fields <= row.keys() for row in rows)
    assert (rows[0]["template"], rows[0]["status"]) == ("M5", "sent")
    assert "{tid}" not in rows[0]["text"]
    assert all(row["sent_at"].endswith("+01:00") for row in rows)
    own = await wire.call("GET", "/demo/outbox", params={"contact_id": contact})
    assert own == rows[:1]


async def test_without_an_engine(wire: Wire, house: House) -> None:
    """503 with when to come again: the clock and a reset need the engine, and have done nothing without it."""
    contact = await wire.comes_in()
    dead = await connect("127.0.0.1:1", "default", identity="cut-off")
    async with wired(replace(house, client=dead)) as cut:
        before = await now(cut)
        for path, body in (
            ("clock", {"advance_to": "2026-11-23T12:00:00+01:00"}),
            ("reset", {"now": "2026-11-24T10:00:00Z"}),
        ):
            answer = await cut.send("POST", f"/demo/{path}", json=body)
            problem(answer, 503, "ENGINE_UNAVAILABLE")
            assert int(answer.headers["retry-after"]) >= 1
        assert await now(cut) - before < timedelta(minutes=1)
    assert (await wire.view(contact))["state"] == "queued"
