"""What the patient does (role `channel`): never refused, never lost, and it closes nothing (R48)."""

import pytest

from tests.api.wire import Wire, fresh, problem
from tests.story import P1, Story


async def test_words(wire: Wire) -> None:
    """`patient_message` is said in the chat, and the answer tells where the case stands."""
    contact = await wire.comes_in()
    answer = await wire.event(contact, "patient_message", text="En sak till.", images=[image("b1")])
    assert answer.status_code == 200
    assert answer.json() == {"contact_id": contact, "state": "queued", "screen": []}
    await wire.decide("N1", contact, "pick")
    asked = await wire.decide("N1", contact, "message", text="Hur länge?")
    assert asked["state"] == "awaiting_patient"
    answer = await wire.event(contact, "patient_message", text="I nio dagar.")
    assert answer.json()["state"] == "in_progress"
    view = await wire.view(contact)
    assert [line["text"] for line in view["chat"]][1:] == ["En sak till.", "Hur länge?", "I nio dagar."]
    assert [each["image_id"] for each in view["images"]] == ["b1"]


def image(image_id: str) -> dict[str, str]:
    """A reference to an image."""
    return {"image_id": image_id, "media_type": "image/png"}


async def test_words_when_closed_for_the_day(wire: Wire) -> None:
    """A word after hours is heard, and answered with what the resident must be shown."""
    contact = await wire.comes_in()
    await wire.at("18:00")
    body = (await wire.event(contact, "patient_message", text="Hallå?")).json()
    assert body["screen"]
    assert {"template", "text", "numbers"} <= body["screen"][0].keys()
    assert "112" in body["screen"][0]["numbers"]


async def test_taking_it_back_closes_nothing(wire: Wire) -> None:
    """`patient_withdrew` never closes, queued or in hand, with words or without."""
    contact = await wire.comes_in()
    assert (await wire.event(contact, "patient_withdrew")).json()["state"] == "queued"
    await wire.decide("N1", contact, "pick")
    assert (await wire.event(contact, "patient_withdrew", text="Det gick över.")).json()["state"] == "in_progress"
    view = await wire.view(contact)
    assert [task["kind"] for task in view["tasks"]] != []
    assert "Det gick över." in [line["text"] for line in view["chat"]]


async def completed(wire: Story) -> str:
    """A contact of P1's that has run its course."""
    contact = await wire.comes_in(P1, area="infection")
    await wire.decide("N1", contact, "pick")
    await wire.decide("N1", contact, "message", text="Hej.", expects_reply=False)
    await wire.closes("N1", contact, grace="none")
    assert (await wire.attests("N1", contact))["state"] == "completed"
    return contact


async def test_words_after_the_end_open_a_new_contact(wire: Wire) -> None:
    """R48: after grace a word is a contact of its own that `continues` the old, and the answer carries its id."""
    old, key = await completed(wire), fresh()
    answer = await wire.event(old, "patient_message", key, text="Nu är det värre.", images=[image("b2")])
    new = answer.json()["contact_id"]
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    assert new != old
    view = await wire.view(new)
    assert (view["continues"], view["person"]["personnummer"], view["area"]) == (old, P1, "infection")
    assert [line["text"] for line in view["chat"]] == ["Nu är det värre."]
    assert [each["image_id"] for each in view["images"]] == ["b2"]
    assert (await wire.view(old))["state"] == "completed"
    assert (await wire.event(old, "patient_message", key, text="Nu är det värre.", images=[image("b2")])).json() == (
        answer.json()
    )
    assert [row["contact_id"] for row in await wire.worklist()] == [new]


async def test_closed_but_not_attested_is_after_grace_too(wire: Wire) -> None:
    """R48: `closed` is after grace, though a note is still owed."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    await wire.decide("N1", contact, "message", text="Hej.", expects_reply=False)
    assert (await wire.closes("N1", contact, grace="none"))["state"] == "closed"
    new = (await wire.event(contact, "patient_message", text="Tack.")).json()["contact_id"]
    assert new != contact
    assert (await wire.view(new))["continues"] == contact
    assert (await wire.view(contact))["state"] == "closed"


async def test_taking_it_back_after_the_end(wire: Wire) -> None:
    """A silent withdrawal after the end opens nothing; one with words is heard."""
    old = await completed(wire)
    assert (await wire.event(old, "patient_withdrew")).json() == {"contact_id": old, "state": "completed", "screen": []}
    assert await wire.worklist() == []
    assert (await wire.event(old, "patient_withdrew", text="Glöm det.")).json()["contact_id"] != old


@pytest.mark.parametrize(
    ("event", "code", "field"),
    [
        ({}, "INVALID", "type"),
        ({"type": "patient_sang"}, "INVALID", "type"),
        ({"type": "person_known", "found": True}, "INVALID", "type"),
        ({"type": "patient_message"}, "MISSING_FIELD", "text"),
        ({"type": "patient_message", "text": ""}, "INVALID", "text"),
        ({"type": "patient_message", "text": "Hej", "images": [{"image_id": 7}]}, "INVALID", "images.0.image_id"),
        ({"type": "patient_withdrew", "images": []}, "INVALID", "images"),
        ({"type": "patient_message", "text": "Hej", "from": "N1"}, "INVALID", "from"),
    ],
)
async def test_events_nobody_knows(still: Wire, waiting: str, event: dict[str, object], code: str, field: str) -> None:
    """422 names the field; a machine's own reports do not come this way."""
    answer = await still.send("POST", f"/contacts/{waiting}/events", who="platform24", key=fresh(), json=event)
    assert problem(answer, 422, code)["field"] == field


@pytest.fixture(scope="module")
async def waiting(still: Wire) -> str:
    """A contact in the queue."""
    return await still.comes_in()


@pytest.mark.parametrize("who", ["N1", "D1", "VCH", "K1", "REC1", "BJ1", "AUD1", "N9"])
async def test_only_the_channel_reports(still: Wire, waiting: str, who: str) -> None:
    """403: nobody of the staff speaks for a patient, or sends a contact in."""
    problem(await still.event(waiting, "patient_message", who=who, text="Hej."), 403, "FORBIDDEN_ROLE")
    problem(await still.event("c0", "patient_message", who=who, text="Hej."), 404, "NOT_FOUND")
    body = {"kind": "chat", "unit": "VC-T", "entry_channel": "1177.se", "auth_method": "bankid"}
    whole = body | {"person": {"personnummer": P1}}
    problem(await still.send("POST", "/contacts", who=who, key=fresh(), json=whole), 403, "FORBIDDEN_ROLE")
    problem(await still.send("POST", "/contacts/preview", who=who, json=whole), 403, "FORBIDDEN_ROLE")
