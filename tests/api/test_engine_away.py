"""Temporal or every worker is away: reads work, decisions are 503, and a repeat gives the true answer (`api.md`)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from config.settings import Settings
from routine.actors import Actor, Role
from routine.chat.decisions import AttestNote, Pick
from starter import cases
from starter.house import House
from tests.api.wire import Wire, fresh, problem, wired
from tests.story import P2, chat
from worker import carrying
from workflows.plugin import connect


def unknown(answer: httpx.Response) -> None:
    """A 503 that tells when to come again."""
    body = problem(answer, 503, "ENGINE_UNAVAILABLE")
    assert int(answer.headers["retry-after"]) >= 1
    assert "två gånger" in body["detail"]


@pytest.fixture
async def cut(house: House, wire: Wire) -> AsyncIterator[Wire]:
    """The same house, to which the engine does not answer."""
    dead = await connect("127.0.0.1:1", "default", identity="cut-off")
    settings = house.settings.model_copy(update={"engine_timeout_s": 0.3})
    async with wired(replace(house, settings=settings, client=dead)) as cut:
        yield cut


@asynccontextmanager
async def worked(house: House) -> AsyncIterator[None]:
    """A worker on the house's queue."""
    settings: Settings = house.settings
    carrier = await connect(settings.engine_address, settings.temporal_namespace, identity="late", lazy=False)
    async with (
        carrying(carrier, settings, house.projection, house.outbox),
    ):
        yield


async def test_reads_work_without_the_engine(cut: Wire, wire: Wire) -> None:
    """`api.md`, Reading: worklist, case, outbox, clock and promise come from the store."""
    contact = await wire.comes_in()
    paths = ("/worklist", f"/contacts/{contact}", "/demo/outbox", "/demo/clock", "/health/promise", "/health/live")
    for path in paths:
        assert (await cut.get(path, "N1")).status_code == 200, path
    shown = (await cut.get(f"/contacts/{contact}", "N1")).json()
    assert "pick" in shown["allowed"]
    assert datetime.fromisoformat(shown["as_of"]).tzinfo


async def test_decisions_are_503_and_a_repeat_tells_the_truth(cut: Wire, wire: Wire, house: House) -> None:
    """503 is never kept; the same key later does it, once; nothing of a 503 stands in the access log as done."""
    contact, key = await wire.comes_in(), fresh()
    unknown(await cut.decision("N1", contact, "pick", key))
    unknown(await cut.decision("N1", contact, "pick", key))
    assert (await wire.view(contact))["state"] == "queued"
    assert not [each for each in await house.journal.entries(contact) if each["action"] == "pick"]
    done = await wire.decision("N1", contact, "pick", key)
    assert (done.status_code, done.json()["state"]) == (200, "in_progress")
    assert (await cut.decision("N1", contact, "pick", key)).content == done.content


async def test_contacts_and_words_are_503_too(cut: Wire, wire: Wire) -> None:
    """A contact and a patient's words that cannot reach the engine can be sent again safely."""
    contact, sent, said = await wire.comes_in(), fresh(), fresh()
    unknown(await cut.send("POST", "/contacts", who="platform24", key=sent, json=chat(P2)))
    unknown(await cut.event(contact, "patient_message", said, text="Hej igen."))
    assert len(await wire.worklist()) == 1
    answer = await wire.send("POST", "/contacts", who="platform24", key=sent, json=chat(P2))
    assert answer.status_code == 201
    assert (await wire.event(contact, "patient_message", said, text="Hej igen.")).status_code == 200
    assert len(await wire.worklist()) == 2
    assert [line["text"] for line in (await wire.view(contact))["chat"]][1:] == ["Hej igen."]


async def test_a_key_is_taken_though_nobody_knows_the_outcome(cut: Wire, wire: Wire) -> None:
    """422: another body must not ride on a key whose first body may still be carried out."""
    contact, key = await wire.comes_in(), fresh()
    unknown(await cut.decision("N1", contact, "pick", key))
    for side in (cut, wire):
        problem(await side.decision("N1", contact, "set_urgency", key, priority=2, rationale="x"), 422, "INVALID")
    assert (await wire.decision("N1", contact, "pick", key)).status_code == 200


async def test_refusals_that_need_no_engine_come_first(cut: Wire, wire: Wire) -> None:
    """401, 404, 415 and 422 of the shape are told though the engine is away."""
    contact = await wire.comes_in()
    problem(await cut.send("POST", f"/contacts/{contact}/decisions", json={}), 401, "UNAUTHENTICATED")
    problem(await cut.decision("N1", "c0", "pick"), 404, "NOT_FOUND")
    problem(await cut.decision("N1", contact, "dance"), 422, "INVALID")
    late = chat(unit="MOT-T", triaged=True, priority=3)
    await wire.at("17:00")
    answer = await cut.send("POST", "/contacts", who="platform24", key=fresh(), json=late)
    assert answer.json()["outcome"] == "redirected"


async def test_no_worker(house: House, wire: Wire) -> None:
    """The engine takes it and nobody carries it: 503, and when a worker comes it is done once and told truly."""
    idle = house.settings.model_copy(update={"task_queue": "vaka-idle", "engine_timeout_s": 0.5})
    alone = replace(house, settings=idle)
    sent, picked, said = fresh(), fresh(), fresh()
    async with wired(alone) as late:
        unknown(await late.send("POST", "/contacts", who="platform24", key=sent, json=chat()))
        async with worked(alone):
            answer = await late.send("POST", "/contacts", who="platform24", key=sent, json=chat())
            assert answer.status_code == 201
        contact = answer.json()["contact_id"]
        unknown(await late.decision("N1", contact, "pick", picked))
        unknown(await late.event(contact, "patient_message", said, text="Hallå?"))
        assert (await late.view(contact))["state"] == "queued"
        async with worked(alone):
            done = await wire.decision("N1", contact, "pick", picked)
            assert (done.status_code, done.json()["holder"]) == (200, "SE0000000000-N1")
            assert (await wire.event(contact, "patient_message", said, text="Hallå?")).status_code == 200
            assert [line["text"] for line in (await wire.view(contact))["chat"]][1:] == ["Hallå?"]
            problem(await late.decision("N2", contact, "pick"), 409, "ALREADY_HELD")
        assert len(await wire.worklist()) == 1


N1 = Actor(hsa_id="SE0000000000-N1", name="Nora Nilsson", roles=(Role.NURSE,), unit="VC-T")


async def lost(house: House, contact: str, key: str, decision: Pick | AttestNote) -> None:
    """The decision reaches the engine under its key, and the API dies before it can write down the answer."""
    epoch = (await house.projection.house()).epoch
    await cases.decide(house, contact, decision, N1, house.id("key", epoch, N1.hsa_id, contact, key))


async def test_a_lost_answer_is_found_again(wire: Wire, house: House) -> None:
    """The engine knows what it was asked: the repeat is answered 200 though `pick` would be refused by now."""
    contact, key = await wire.comes_in(), fresh()
    await lost(house, contact, key, Pick(type="pick"))
    assert (await wire.view(contact))["state"] == "in_progress"
    again = await wire.decision("N1", contact, "pick", key)
    assert (again.status_code, again.json()["holder"]) == (200, "SE0000000000-N1")


async def test_a_lost_answer_is_found_again_after_the_end(wire: Wire, house: House) -> None:
    """So it is when the lost decision was the case's last: it ended the case, and was not refused by its end."""
    contact, key = await wire.comes_in(), fresh()
    await wire.decide("N1", contact, "pick")
    await wire.decide("N1", contact, "message", text="Egenvård.", expects_reply=False)
    closed = await wire.closes("N1", contact, grace="none")
    words = {"task_id": closed["documentation"][0]["task_id"], "current": "Hosta.", "assessment": "Egenvård."}
    await lost(house, contact, key, AttestNote(type="attest_note", **words))
    assert (await wire.view(contact))["state"] == "completed"
    again = await wire.decision("N1", contact, "attest_note", key, **words)
    assert (again.status_code, again.json()["state"]) == (200, "completed")
    problem(await wire.decision("N1", contact, "attest_note", **words), 409, "WRONG_STATE")


async def test_a_contact_is_judged_by_when_it_was_first_sent(cut: Wire, wire: Wire) -> None:
    """The truth about a contact is of the moment it was sent: a repeat after closing time is not judged anew.

    Neither is `submitted_at` too old because the engine was away for longer than five minutes.
    """
    await wire.at("16:58")
    now = datetime.fromisoformat((await wire.call("GET", "/demo/clock"))["now"])
    keys = [fresh(), fresh()]
    bodies = [
        chat(unit="MOT-T", triaged=True, priority=3),
        chat(P2, submitted_at=(now - timedelta(minutes=4)).isoformat()),
    ]
    for key, body in zip(keys, bodies, strict=True):
        unknown(await cut.send("POST", "/contacts", who="platform24", key=key, json=body))
    await wire.at("17:10")
    for key, body in zip(keys, bodies, strict=True):
        answer = await wire.send("POST", "/contacts", who="platform24", key=key, json=body)
        assert (answer.status_code, answer.json()["opens_at"], answer.json()["screen"]) == (201, None, [])
