"""The rest of a working day: given back, put first, noted, given on, waived, withdrawn; staff told (R10, R44-R46)."""

from typing import Any

import httpx
import pytest

from starter.house import House
from tests.story import P1, P2, P3, Story, clock_of


async def test_given_back_and_put_first(story: Story) -> None:
    """R44, R45: back in the queue with a new wait; put first with a reason, the form's own priority kept beside it."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1, triaged=True, priority=4)
    other = await story.comes_in(P2, triaged=True, priority=2)
    assert [row["contact_id"] for row in await story.worklist()] == [other, contact]
    assert await story.refused("N2", contact, "set_urgency", priority=1) == (422, "NO_RATIONALE")
    await story.decide("N2", contact, "set_urgency", priority=1, rationale="Låter andfådd på telefon.")
    row = (await story.worklist())[0]
    assert (row["contact_id"], row["priority"], row["priority_form"]) == (contact, 1, 4)
    await story.at("09:05")
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "internal_note", text="Ringer efter lunch.")
    back = await story.decide("N1", contact, "release")
    assert (back["state"], back["holder"]) == ("queued", None)
    assert clock_of(back["tasks"][0]["due_at"])[:16] == "2026-11-24 09:20"
    assert [note["about"] for note in back["notes"]] == ["set_urgency: 1", "internal_note"]


async def test_begun_and_withdrawn(story: Story) -> None:
    """R54: leaving the dialogue leaves the case as it was, and the token is worth nothing."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Hur mår du?")
    token = (await story.decide("N1", contact, "request_close"))["close_token"]
    assert (await story.decide("N1", contact, "withdraw_close"))["state"] == "awaiting_patient"
    assert await story.refused("N1", contact, "confirm_close", token=token) == (409, "TOKEN_EXPIRED")


async def test_a_note_given_to_a_colleague_and_one_waived(story: Story) -> None:
    """R10, R83: a note goes to a named colleague; one that nothing was assessed for is waived with its reason."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    closed = await story.closes("N1", contact, grace="none")
    note = closed["documentation"][0]["task_id"]
    to = {"hsa_id": "SE0000000000-N2"}
    await story.decide("VCH", contact, "reassign_task", task_id=note, to=to, reason="Nora är sjuk.")
    assert await story.refused("N1", contact, "waive_note", task_id=note, reason="administrative") == (
        403,
        "NOT_HOLDER",
    )
    done = await story.decide("N2", contact, "waive_note", task_id=note, reason="administrative")
    assert (done["state"], done["tasks"]) == ("completed", [])


async def test_taking_it_back_closes_nothing(story: Story) -> None:
    """R48: who takes the matter back is still looked at, with words and without."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Hur mår du?")
    answer = await story.report(contact, "patient_withdrew")
    assert answer["state"] == "in_progress"
    view = await story.view(contact)
    assert view["tasks"][0]["kind"] == "reply"
    assert "Patienten har dragit tillbaka ärendet" in [note["text"] for note in view["notes"]]
    await story.closes("N1", contact)
    assert (await story.report(contact, "patient_withdrew"))["state"] == "closed_grace"
    assert (await story.report(contact, "patient_withdrew", text="Jag ångrar mig."))["state"] == "in_progress"


async def test_about_somebody_else_ends_what_was_left(story: Story) -> None:
    """R81: excluded, and nothing more is owed about a patient whose case this is not."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P3)
    await story.decide("N1", contact, "pick")
    await story.call("PUT", "/demo/people", json={"personnummer": P3, "mobile": None})
    await story.decide("N1", contact, "sms_reminder")
    await story.at("09:02")
    await story.decide("N1", contact, "mark_wrong_person")
    ended = await story.closes("N1", contact)
    assert (ended["state"], ended["tasks"]) == ("excluded_wrong_person", [])
    assert await story.worklist("after_work") == []


@pytest.fixture
async def reachable(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """N1 has registered a mobile, and the manager an e-mail."""
    contacts = {"N1": {"mobile": "+46701740699"}, "VCH": {"email": "vera.chef@vaka.demo"}}
    snapshot = house.units.snapshot

    def with_contacts(*args: Any) -> Any:
        unit = snapshot(*args)
        assert unit is not None
        staff = [each.model_copy(update=contacts.get(each.hsa_id.rpartition("-")[2], {})) for each in unit.staff]
        return unit.model_copy(update={"staff": tuple(staff)})

    monkeypatch.setattr(house.units, "snapshot", with_contacts)


@pytest.mark.usefixtures("reachable")
async def test_staff_are_told_outside_the_house(story: Story, world_url: str) -> None:
    """M17: the responsible by SMS at due, the manager by e-mail at twice that; neither learns whom it is about."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1, triaged=True, priority=1)
    await story.at("09:31")
    await story.at("09:32")
    outbox = await story.call("GET", "/demo/outbox", params={"contact_id": contact})
    told = [(each["template"], each["channel"], each["to"]) for each in outbox if each["template"] == "M17"]
    assert told == [("M17", "sms", "+46701740699"), ("M17", "email", "vera.chef@vaka.demo")]
    async with httpx.AsyncClient(base_url=world_url) as world:
        sms, mail = (await world.get("/control/sms")).text, (await world.get("/control/mail")).text
    for received in (sms, mail):
        assert "Ett ärende i Vaka väntar på dig" in received
        assert P1 not in received
        assert contact not in received
