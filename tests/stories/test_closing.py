"""Closing in two steps, its grace, and what a reply does to it (R47, R48, R54)."""

import pytest

from tests.story import P3, P5, Story, clock_of


async def asked(story: Story, day: str, clock: str, config: dict[str, dict[str, object]] | None = None) -> str:
    """N1 has asked P5, who is silent."""
    await story.begins(day, clock, config)
    contact = await story.comes_in(P5, triaged=True, priority=4)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Hur mår du i dag?")
    return contact


async def test_a_patients_word_between_request_and_confirm(story: Story) -> None:
    """R54: the patient writes while the dialogue is open; the token no longer holds, and the reply is owed."""
    contact = await asked(story, "2026-11-23", "10:00")
    token = (await story.decide("N1", contact, "request_close"))["close_token"]
    await story.report(contact, "patient_message", text="Vänta, en sak till.")
    view = await story.view(contact)
    assert (view["state"], view["tasks"][0]["kind"]) == ("in_progress", "reply")
    assert await story.refused("N1", contact, "confirm_close", token=token) == (409, "TOKEN_EXPIRED")
    assert (await story.view(contact))["state"] == "in_progress"
    await story.decide("N1", contact, "message", text="Berätta.", expects_reply=False)
    assert (await story.closes("N1", contact))["state"] == "closed_grace"


async def test_friday_close_sunday_reply(story: Story) -> None:
    """S4 (R48): a reply on Sunday reopens the same case, in the queue since nobody works, with M8; owed on Monday."""
    contact = await asked(story, "2026-11-27", "14:05")
    await story.at("16:30")
    listed = [each for each in (await story.view(contact))["deadlines"] if each["name"] == "closing_list"]
    assert [clock_of(each["hard_at"]) for each in listed] == ["2026-11-30 16:30:00"]
    await story.at("16:40")
    await story.decide("N1", contact, "message", phrase="Stängning")
    await story.at("16:45")
    closed = await story.closes("N1", contact)
    grace = next(each for each in closed["deadlines"] if each["name"] == "grace")
    assert (closed["state"], clock_of(grace["hard_at"])) == ("closed_grace", "2026-11-30 17:00:00")
    await story.at("20:10", "2026-11-29")
    answer = await story.report(contact, "patient_message", text="Det är bättre nu.")
    assert (answer["contact_id"], answer["state"]) == (contact, "queued")
    assert answer["screen"][0]["template"] == "M8"
    assert answer["screen"][0]["numbers"] == ["1177", "112"]
    assert "tidigast måndag 30 november klockan 08.00" in answer["screen"][0]["text"]
    await story.at("08:00", "2026-11-30")
    row = (await story.worklist())[0]
    assert (row["contact_id"], row["state"], row["needs_action"]) == (contact, "queued", True)
    assert clock_of(row["next_due_at"]) == "2026-11-30 12:00:00"
    outbox = await story.call("GET", "/demo/outbox", params={"contact_id": contact})
    assert [(each["template"], each["channel"]) for each in outbox] == [("M5", "chat"), ("M8", "screen")]
    await story.decide("N1", contact, "pick")
    back = await story.decide("N1", contact, "no_action_needed", note="Bara ett tack.")
    assert back["state"] == "closed_grace"
    await story.at("17:00")
    assert (await story.view(contact))["state"] == "closed"


async def test_friday_close_literal_grace(story: Story) -> None:
    """S4, literal mode (R48): one calendar day, to its last second."""
    contact = await asked(story, "2026-11-27", "16:40", {"VC-T": {"grace": "literal"}})
    closed = await story.closes("N1", contact)
    grace = next(each for each in closed["deadlines"] if each["name"] == "grace")
    assert clock_of(grace["hard_at"]) == "2026-11-28 23:59:59"
    await story.at("20:10", "2026-11-29")
    assert (await story.view(contact))["state"] == "closed"


async def test_a_reply_to_who_is_at_work_goes_back_to_her(story: Story) -> None:
    """R48: in grace and with the former holder on duty, the reply is hers at once."""
    contact = await asked(story, "2026-11-23", "14:00")
    await story.closes("N1", contact)
    await story.at("09:00", "2026-11-24")
    answer = await story.report(contact, "patient_message", text="Nu är jag här.")
    assert (answer["state"], answer["screen"]) == ("in_progress", [])
    view = await story.view(contact, "N1")
    assert view["holder"] == "SE0000000000-N1"
    assert view["alerts"][-1]["to"] == {"hsa_id": "SE0000000000-N1"}


async def test_the_wednesday_before_christmas(story: Story) -> None:
    """R48, B6: closed on 23 December 2026, the grace lasts to the next open day's closing, 28 December."""
    contact = await asked(story, "2026-12-23", "15:00")
    closed = await story.closes("N1", contact)
    grace = next(each for each in closed["deadlines"] if each["name"] == "grace")
    assert clock_of(grace["hard_at"]) == "2026-12-28 17:00:00"
    note = closed["documentation"][0]
    assert clock_of(note["due_at"]) == "2026-12-28 17:00:00"
    await story.at("10:00", "2026-12-26")
    answer = await story.report(contact, "patient_message", text="God jul, och en fråga till.")
    assert (answer["contact_id"], answer["state"]) == (contact, "queued")
    assert "tidigast måndag 28 december klockan 08.00" in answer["screen"][0]["text"]


@pytest.mark.parametrize(("second", "same"), [("16:59:50", True), ("17:00:00", False)])
async def test_the_last_ten_seconds_of_grace(story: Story, second: str, same: bool) -> None:
    """R48: half-open to the second; after it, words open a new case that continues the old one."""
    contact = await asked(story, "2026-11-23", "15:00")
    await story.closes("N1", contact)
    await story.at(second, "2026-11-24")
    answer = await story.report(contact, "patient_message", text="Hej igen.")
    assert (answer["contact_id"] == contact) is same
    new = await story.view(answer["contact_id"])
    assert new["continues"] == (None if same else contact)
    assert [line["text"] for line in new["chat"]][-1] == "Hej igen."
    assert (await story.view(contact))["state"] == ("in_progress" if same else "closed")


async def test_words_after_the_end_open_a_linked_case(story: Story) -> None:
    """R48: also once the case is completed and its workflow is gone, no word is lost."""
    contact = await asked(story, "2026-11-23", "15:00")
    await story.decide("N1", contact, "log_call", reached=True, note="Mår bra.")
    await story.closes("N1", contact, grace="none")
    assert (await story.attests("N1", contact))["state"] == "completed"
    answer = await story.report(contact, "patient_message", text="En fråga till.")
    assert answer["contact_id"] != contact
    assert (await story.view(answer["contact_id"]))["continues"] == contact
    assert [row["contact_id"] for row in await story.worklist()] == [answer["contact_id"]]
    assert await story.refused("N1", contact, "pick") == (409, "WRONG_STATE")


async def test_nobody_acts_and_everybody_is_told(story: Story) -> None:
    """R42, the task table: what was foreseen comes true: the responsible at due, the manager at twice that."""
    await story.begins("2026-11-23", "09:00")
    contact = await story.comes_in(P3, triaged=True, priority=1)
    foreseen = (await story.view(contact))["if_nobody_acts"][:4]
    await story.at("10:31")
    alerts = (await story.view(contact))["alerts"][:4]
    assert [(each["at"], each["to"]) for each in foreseen] == [(each["at"], each["to"]) for each in alerts]
    told = [(clock_of(each["at"])[11:16], each["to"]) for each in alerts]
    manager = {"role": "unit_manager"}
    assert told == [
        ("09:15", {"hsa_id": "SE0000000000-N1"}),
        ("09:30", manager),
        ("10:00", manager),
        ("10:30", manager),
    ]
    promise = await story.call("GET", "/health/promise")
    assert (promise["open"], promise["without_owner"]) == (1, 0)
    assert [(each["kind"]) for each in promise["overdue"]] == ["handle"]
