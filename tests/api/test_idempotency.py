"""The first answer to an Idempotency-Key is the answer, down to the byte, by caller and contact (`api.md` 2)."""

import asyncio

from starter.house import House
from tests.api.wire import Wire, fresh, problem
from tests.story import P2, chat


def same(answers: list[bytes]) -> bool:
    """Whether all of them are one."""
    return len(set(answers)) == 1


async def test_an_accepted_decision(wire: Wire, house: House) -> None:
    """The same key again is the same view, though the case has gone on; it is done and logged once."""
    contact, key = await wire.comes_in(), fresh()
    first = await wire.decision("N1", contact, "pick", key)
    await wire.decide("N1", contact, "message", text="Hej.")
    again = [await wire.decision("N1", contact, "pick", key) for _ in range(3)]
    assert {answer.status_code for answer in (first, *again)} == {200}
    assert same([answer.content for answer in (first, *again)])
    assert first.json()["state"] == "in_progress"
    entries = await house.journal.entries(contact)
    assert [each["action"] for each in entries if each["action"] == "pick"] == ["pick"]


async def test_a_refused_decision(wire: Wire) -> None:
    """403, 409 and 422 of a rule are kept as they were, though the reason is gone by now."""
    contact = await wire.comes_in()
    await wire.decide("N2", contact, "pick")
    keys = [fresh(), fresh()]
    forbidden = await wire.decision("N1", contact, "message", keys[0], text="Hej.")
    problem(forbidden, 403, "NOT_ADDRESSED")
    conflict = await wire.decision("N1", contact, "pick", keys[1])
    problem(conflict, 409, "ALREADY_HELD")
    await wire.decide("N2", contact, "release")
    await wire.decide("N1", contact, "pick")
    again = await wire.decision("N1", contact, "message", keys[0], text="Hej.")
    assert (again.status_code, again.content, again.headers["content-type"]) == (
        *(403, forbidden.content),
        forbidden.headers["content-type"],
    )
    assert (await wire.decision("N1", contact, "pick", keys[1])).content == conflict.content
    unknown, key = {"phrase": "Finns inte"}, fresh()
    invalid = await wire.decision("N1", contact, "message", key, **unknown)
    problem(invalid, 422, "INVALID")
    assert (await wire.decision("N1", contact, "message", key, **unknown)).content == invalid.content


async def test_a_contact_that_came_in(wire: Wire) -> None:
    """201 and the same contact again, also when it has been taken or a day has gone."""
    key = fresh()
    first = await wire.send("POST", "/contacts", who="platform24", key=key, json=chat())
    await wire.decide("N1", first.json()["contact_id"], "pick")
    await wire.at("09:00", "2026-11-24")
    again = await wire.send("POST", "/contacts", who="platform24", key=key, json=chat())
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert len(await wire.worklist()) == 1


async def test_a_contact_that_was_referred(wire: Wire) -> None:
    """200 `redirected` is kept too: the screens were shown once, and opening time changes nothing of it."""
    await wire.at("17:00")
    key, late = fresh(), chat(unit="MOT-T", triaged=True, priority=3)
    first = await wire.send("POST", "/contacts", who="platform24", key=key, json=late)
    assert (first.status_code, first.json()["outcome"], first.json()["contact_id"]) == (200, "redirected", None)
    await wire.at("08:30", "2026-11-24")
    again = await wire.send("POST", "/contacts", who="platform24", key=key, json=late)
    assert (again.status_code, again.content) == (200, first.content)
    assert len(await wire.call("GET", "/demo/outbox")) == len(first.json()["screen"])


async def test_an_event(wire: Wire) -> None:
    """A patient's words sent twice are said once."""
    contact, key = await wire.comes_in(), fresh()
    first = await wire.event(contact, "patient_message", key, text="En sak till.")
    again = await wire.event(contact, "patient_message", key, text="En sak till.")
    assert first.content == again.content
    said = [line["text"] for line in (await wire.view(contact))["chat"]]
    assert said.count("En sak till.") == 1


async def test_another_body(wire: Wire) -> None:
    """422 `INVALID`: a key that was used for something else, accepted or refused, and nothing is done."""
    contact, key = await wire.comes_in(), fresh()
    first = await wire.decision("N1", contact, "pick", key)
    problem(await wire.decision("N1", contact, "message", key, text="Hej."), 422, "INVALID")
    assert (await wire.decision("N1", contact, "pick", key)).content == first.content
    refused = fresh()
    problem(await wire.decision("N1", contact, "confirm_close", refused, token="a"), 409, "CLOSE_NOT_REQUESTED")
    problem(await wire.decision("N1", contact, "confirm_close", refused, token="b"), 422, "INVALID")
    sent = fresh()
    await wire.send("POST", "/contacts", who="platform24", key=sent, json=chat())
    problem(await wire.send("POST", "/contacts", who="platform24", key=sent, json=chat(P2)), 422, "INVALID")
    said = fresh()
    await wire.event(contact, "patient_message", said, text="Ja.")
    problem(await wire.event(contact, "patient_message", said, text="Nej."), 422, "INVALID")
    assert [line["text"] for line in (await wire.view(contact))["chat"]][1:] == ["Ja."]


async def test_the_scope_is_caller_and_contact(wire: Wire) -> None:
    """The same key is another's own affair, and on another contact too."""
    one, other, key = await wire.comes_in(), await wire.comes_in(P2), fresh()
    assert (await wire.decision("N1", one, "pick", key)).json()["contact_id"] == one
    assert (await wire.decision("N1", other, "pick", key)).json()["contact_id"] == other
    problem(await wire.decision("N2", one, "pick", key), 409, "ALREADY_HELD")
    assert (await wire.decision("D1", one, "take_over", key, reason="urgent")).json()["holder"] == "SE0000000000-D1"
    heard = await wire.event(one, "patient_message", key, text="Hej.")
    assert heard.json()["contact_id"] == one


async def test_what_was_no_request_takes_no_key(wire: Wire) -> None:
    """A body of the wrong shape was never judged: the key is still free for the right one."""
    contact, key = await wire.comes_in(), fresh()
    problem(await wire.decision("N1", contact, "message", key), 422, "MISSING_FIELD")
    assert (await wire.decision("N1", contact, "pick", key)).status_code == 200


async def test_ten_at_once(wire: Wire, house: House) -> None:
    """Repeats that overtake the first answer wait for it: one deed, one line in the access log, one answer."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    key, refused = fresh(), fresh()
    answers = await asyncio.gather(
        *(wire.decision("N1", contact, "message", key, text="Hej.") for _ in range(10)),
        *(wire.decision("N1", contact, "internal_note", text=f"Nummer {number}") for number in range(5)),
    )
    assert {answer.status_code for answer in answers} == {200}
    assert same([answer.content for answer in answers[:10]])
    refusals = await asyncio.gather(*(wire.decision("N2", contact, "message", refused, text="x") for _ in range(10)))
    assert {answer.status_code for answer in refusals} == {403}
    view = await wire.view(contact)
    assert [line["text"] for line in view["chat"]].count("Hej.") == 1
    assert len(view["notes"]) == 5
    logged = [(each["action"], each["outcome"]) for each in await house.journal.entries(contact)]
    assert logged.count(("message", "accepted")) == 1
    assert logged.count(("message", "refused")) == 1


async def test_ten_contacts_at_once(wire: Wire, house: House) -> None:
    """One contact, however often Platform24 sends it at the same time."""
    key = fresh()
    answers = await asyncio.gather(
        *(wire.send("POST", "/contacts", who="platform24", key=key, json=chat()) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert same([answer.content for answer in answers])
    contact = answers[0].json()["contact_id"]
    assert [row["contact_id"] for row in await wire.worklist()] == [contact]
    assert [each["action"] for each in await house.journal.entries(contact)] == ["submit"]


async def test_ten_bodies_under_one_key(wire: Wire) -> None:
    """One of them is done; the others are told that the key is taken."""
    contact, key = await wire.comes_in(), fresh()
    await wire.decide("N1", contact, "pick")
    answers = await asyncio.gather(
        *(wire.decision("N1", contact, "message", key, text=f"Nummer {number}") for number in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 9
    assert len((await wire.view(contact))["chat"]) == 2


async def test_an_id_tells_nothing(wire: Wire) -> None:
    """A contact's id is no word of the client's: not its key, not the patient."""
    key = "198804202383-mitt-ärende"
    answer = await wire.send(
        "POST", "/contacts", who="platform24", headers={"Idempotency-Key": key.encode()}, json=chat()
    )
    assert answer.status_code == 201
    assert "1988" not in answer.text
