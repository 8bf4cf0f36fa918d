"""SMS reminders: by hand, checked in the act of sending, never twice, and a person's task when they fail (R56, R76)."""

from typing import Any

import pytest

from starter.desk import Refused
from tests.story import P5, Story


async def silent(story: Story, clock: str = "14:05", **fields: Any) -> str:
    """N1 has asked P5, who is silent."""
    await story.begins("2026-11-27", clock)
    contact = await story.comes_in(P5, triaged=True, priority=4, **fields)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Hur mår du i dag?")
    return contact


async def messages(story: Story, contact: str) -> list[tuple[str, str, str]]:
    """Template, channel and status of what the case has sent."""
    view = await story.view(contact)
    return [(each["template"], each["channel"], each["status"]) for each in view["messages"]]


async def settled(story: Story, contact: str, minute: str) -> list[tuple[str, str, str]]:
    """The same, once time has come to the minute: whatever was under way is done."""
    await story.at(minute)
    return await messages(story, contact)


async def reported(story: Story, gateway_id: str, status: str) -> None:
    """The gateway's delivery report."""
    await story.call("POST", "/callbacks/sms/demo", data={"id": gateway_id, "status": status})


async def test_one_reminder_an_hour(story: Story) -> None:
    """S4, R56: M4 to the patient's own mobile, with neutral words; the next one not before an hour has passed."""
    contact = await silent(story)
    await story.at("15:30")
    await story.decide("N1", contact, "sms_reminder")
    assert await settled(story, contact, "15:31") == [("M4", "sms", "sent")]
    outbox = await story.call("GET", "/demo/outbox", params={"contact_id": contact})
    assert [(each["template"], each["to"]) for each in outbox] == [("M4", "+46701740609")]
    assert outbox[0]["text"] == "Du har ett meddelande som väntar på svar. Logga in på mitt.regionhalland.se/vard."
    assert await story.refused("N1", contact, "sms_reminder") == (429, "RATE_LIMIT")
    await reported(story, outbox[0]["gateway_id"], "delivered")
    await reported(story, outbox[0]["gateway_id"], "delivered")
    await reported(story, "unknown-id", "failed")
    assert await settled(story, contact, "15:32") == [("M4", "sms", "delivered")]
    await story.at("16:31")
    await story.decide("N1", contact, "sms_reminder")
    assert (await settled(story, contact, "16:32"))[-1] == ("M4", "sms", "sent")


async def test_a_number_that_stops_working(story: Story) -> None:
    """R56, B9: a failed delivery is a task for the holder; completing it is her word that the patient is reached."""
    contact = await silent(story)
    await story.decide("N1", contact, "sms_reminder")
    await story.at("14:06")
    outbox = await story.call("GET", "/demo/outbox", params={"contact_id": contact})
    await reported(story, outbox[0]["gateway_id"], "failed")
    await story.at("14:07")
    view = await story.view(contact)
    task = next(each for each in view["tasks"] if each["kind"] == "sms_failed")
    assert task["owner"] == {"hsa_id": "SE0000000000-N1"}
    done = await story.decide("N1", contact, "complete_task", task_id=task["task_id"], outcome="phoned", note="Nådd.")
    assert "sms_failed" not in [each["kind"] for each in done["tasks"]]


async def test_unknown_outcome_is_for_a_person_never_sent_again(story: Story) -> None:
    """B9: a time-out may have sent it; the status says so, a task is owed, the gateway got it at most once."""
    contact = await silent(story)
    await story.call("PUT", "/demo/faults", json={"sms": "fail"})
    await story.decide("N1", contact, "sms_reminder")
    assert await settled(story, contact, "14:07") == [("M4", "sms", "unknown")]
    assert "sms_failed" in [each["kind"] for each in (await story.view(contact))["tasks"]]


async def test_no_mobile(story: Story) -> None:
    """R13: nothing can be sent; the holder reaches the patient another way."""
    contact = await silent(story)
    await story.call("PUT", "/demo/people", json={"personnummer": P5, "mobile": None})
    await story.decide("N1", contact, "sms_reminder")
    await story.at("14:07")
    view = await story.view(contact)
    assert "sms_impossible" in [each["kind"] for each in view["tasks"]]
    assert await story.call("GET", "/demo/outbox", params={"contact_id": contact}) == []


async def test_protection_that_appears_overnight(story: Story) -> None:
    """R76: checked in the act of sending: the SMS never leaves, the case is to be moved outside, and then it is."""
    contact = await silent(story)
    await story.at("09:00", "2026-11-30")
    await story.call("PUT", "/demo/people", json={"personnummer": P5, "protected": True})
    await story.decide("N1", contact, "sms_reminder")
    assert await settled(story, contact, "09:01") == [("M4", "sms", "suppressed")]
    assert await story.call("GET", "/demo/outbox", params={"contact_id": contact}) == []
    assert "move_outside" in [each["kind"] for each in (await story.view(contact))["tasks"]]
    assert await story.refused("N1", contact, "sms_reminder") == (409, "PROTECTED")
    await story.decide("N1", contact, "message", text="Vi hörs på annat sätt.")
    moved = await story.decide("N1", contact, "moved_outside", how="brev", note="Kallad till mottagningen.")
    assert moved["state"] == "moved_outside"
    answer = await story.report(contact, "patient_message", text="Hej igen.")
    assert (answer["state"], answer["screen"][0]["template"]) == ("moved_outside", "M11")
    assert await story.worklist("now") == []


async def test_who_has_died_gets_nothing(story: Story) -> None:
    """R76: the register's word suppresses what was to be sent, and the holder is told."""
    contact = await silent(story)
    await story.call("PUT", "/demo/people", json={"personnummer": P5, "deceased": True})
    await story.decide("N1", contact, "sms_reminder")
    assert await settled(story, contact, "14:06") == [("M4", "sms", "suppressed")]
    assert "sms_impossible" in [each["kind"] for each in (await story.view(contact))["tasks"]]
    assert await story.refused("N1", contact, "sms_reminder") == (409, "WRONG_STATE")


async def test_stopped_and_unwanted(story: Story) -> None:
    """R56: any staff may stop messages; a patient who wants no SMS gets none."""
    contact = await silent(story)
    await story.decide("N1", contact, "contact_preference", sms=False, note="Vill bli uppringd.")
    assert await story.refused("N1", contact, "sms_reminder") == (409, "WRONG_STATE")
    await story.decide("N1", contact, "contact_preference", sms=True)
    await story.decide("K1", contact, "stop_messages", reason="Anhörig ringde och bad om det.")
    assert await story.refused("N1", contact, "sms_reminder") == (409, "WRONG_STATE")


async def test_the_register_stays_away(story: Story) -> None:
    """R76: what cannot be checked is not sent; after bounded tries a person gets the task."""
    contact = await silent(story)
    await story.call("PUT", "/demo/faults", json={"people": "fail"})
    await story.decide("N1", contact, "sms_reminder")
    await story.at("14:08")
    view = await story.view(contact)
    assert view["messages"][0]["status"] == "failed"
    assert "sms_failed" in [each["kind"] for each in view["tasks"]]
    assert await story.call("GET", "/demo/outbox", params={"contact_id": contact}) == []


async def test_wrong_callback_secret(story: Story) -> None:
    """The address of delivery reports is a secret."""
    await story.begins("2026-11-27", "10:00")
    with pytest.raises(Refused) as refused:
        await story.call("POST", "/callbacks/sms/guess", data={"id": "x", "status": "failed"})
    assert refused.value.status == 404
