"""Kept for a slot (R57), and a case about somebody else (R79-R81)."""

from tests.story import CH9, CH13, G1, P1, P2, P3, Story, clock_of


async def test_kept_until_a_time_is_offered(story: Story) -> None:
    """R57: kept, owed at the next opening, un-closable, offered in the chat, booked, and then closed like any other."""
    await story.begins("2026-11-26", "15:00")
    contact = await story.comes_in(P1, triaged=True, priority=4)
    await story.decide("N1", contact, "pick")
    kept = await story.decide("N1", contact, "keep_for_slot", note="Inga tider kvar i dag.")
    task = next(each for each in kept["tasks"] if each["kind"] == "kept_for_slot")
    assert (kept["state"], clock_of(task["due_at"])) == ("kept_for_slot", "2026-11-27 08:00:00")
    assert await story.refused("N1", contact, "request_close") == (409, "KEPT_FOR_SLOT")
    await story.at("10:01", "2026-11-27")
    late = await story.view(contact)
    assert late["alerts"][-1]["to"] == {"role": "unit_manager"}
    assert clock_of(late["alerts"][-1]["at"]) == "2026-11-27 10:00:00"
    await story.comes_in(P2, triaged=True, priority=3)
    await story.comes_in(P3, triaged=True, priority=2)
    assert [row["priority"] for row in await story.worklist()] == [2, 4, 3]
    offered = await story.decide("N1", contact, "offer_slot", start="2026-11-30T10:30:00+01:00")
    assert offered["messages"][-1]["template"] == "M14"
    assert "måndag 30 november klockan 10.30" in offered["messages"][-1]["text"]
    await story.report(contact, "patient_message", text="Ja tack.")
    booked = await story.decide("N1", contact, "book_slot", start="2026-11-30T10:30:00+01:00")
    assert booked["state"] == "in_progress"
    assert (await story.closes("N1", contact))["state"] == "closed_grace"


async def test_kept_and_not_needed(story: Story) -> None:
    """R57: what came of it is said; a time that has passed is not offered."""
    await story.begins("2026-11-26", "15:00")
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "keep_for_slot", note="Inga tider.")
    past = "2026-11-26T10:00:00+01:00"
    assert await story.refused("N1", contact, "offer_slot", start=past) == (422, "INVALID")
    assert await story.refused("N1", contact, "keep_for_slot", note="Igen") == (409, "WRONG_STATE")
    done = await story.decide("N1", contact, "resolve_kept", outcome="not_needed", note="Har blivit bra.")
    assert done["state"] == "in_progress"
    assert await story.refused("N1", contact, "resolve_kept", outcome="booked", note="x") == (409, "WRONG_STATE")


async def test_about_somebody_else(story: Story) -> None:
    """R79-R81: blocked until marked; explained (M10), noted (M9), excluded; no note in Cosmic, new words a new case."""
    await story.begins("2026-11-26", "10:00")
    contact = await story.comes_in(P1, on_behalf_of={"personnummer": P2})
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Vem gäller det?")
    assert await story.refused("N1", contact, "request_close") == (409, "WRONG_PERSON")
    marked = await story.decide("N1", contact, "mark_wrong_person")
    assert marked["messages"][-1]["template"] == "M10"
    assert "OBS FEL PATIENT" in [note["text"] for note in marked["notes"]]
    await story.decide("N1", contact, "message", text="Be din make logga in själv.")
    ended = await story.closes("N1", contact)
    assert ended["state"] == "excluded_wrong_person"
    assert [note["outcome"] for note in ended["documentation"]] == ["waived: wrong_person"]
    assert await story.worklist("now") == []
    assert await story.worklist("after_work") == []
    answer = await story.report(contact, "patient_message", text="Nu gäller det mig.")
    assert answer["contact_id"] != contact


async def test_marked_by_mistake(story: Story) -> None:
    """R79: undone with a reason, before closing only."""
    await story.begins("2026-11-26", "10:00")
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    assert await story.refused("N1", contact, "unmark_wrong_person", reason="x") == (409, "WRONG_STATE")
    await story.decide("N1", contact, "mark_wrong_person")
    assert await story.refused("N1", contact, "mark_wrong_person") == (409, "WRONG_STATE")
    await story.decide("N1", contact, "unmark_wrong_person", reason="Läste fel.")
    assert (await story.closes("N1", contact))["state"] == "closed_grace"


async def test_a_guardian_speaks_for_an_own_child_under_13(story: Story) -> None:
    """R31, R79: for a child of nine by the register's word, nothing blocks; for one who turns 13 that day, it does."""
    await story.begins("2026-11-23", "10:00")
    own = await story.comes_in(G1, on_behalf_of={"personnummer": CH9})
    assert (await story.view(own))["blocks_close"] == []
    teen = await story.comes_in(G1, on_behalf_of={"personnummer": CH13})
    assert [block["code"] for block in (await story.view(teen))["blocks_close"]] == ["WRONG_PERSON"]
