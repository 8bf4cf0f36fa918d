"""S1: an advice chat that is no visit (R45, R54, R83, R98), and what happens when its closing is not confirmed."""

from tests.story import P1, Story, clock_of

FORM = {"report": "Anamnesrapport", "answers": [{"question": "Feber?", "answer": "Nej"}], "suicide_sign": False}


async def test_s1_advice_chat(story: Story) -> None:
    """S1: picked, answered, closed in two steps without grace, completed when attested."""
    await story.begins("2026-11-23", "09:12")
    contact = await story.comes_in(P1, triaged=True, priority=4, form=FORM)
    await story.at("09:20")
    picked = await story.decide("N1", contact, "pick")
    assert (picked["state"], picked["holder"]) == ("in_progress", "SE0000000000-N1")
    await story.at("09:41")
    await story.decide("N1", contact, "message", text="Hostan går oftast över.", expects_reply=False)
    requested = await story.decide("N1", contact, "request_close", grace="none")
    assert requested["state"] == "close_requested"
    await story.at("09:42")
    closed = await story.decide("N1", contact, "confirm_close", token=requested["close_token"])
    assert closed["state"] == "closed"
    assert [task["kind"] for task in closed["tasks"]] == ["doc_note"]
    assert closed["documentation"][0]["keywords"] == ["Anamnes-Aktuellt", "Bedömning"]
    assert closed["documentation"][0]["record"] == "Cosmic, Distansbesök - skriftlig"
    assert clock_of(closed["documentation"][0]["due_at"]) == "2026-11-24 17:00:00"
    assert [row["contact_id"] for row in await story.worklist("after_work")] == [contact]
    assert await story.worklist("now") == []
    done = await story.attests("N1", contact)
    assert done["state"] == "completed"
    met = {each["name"]: clock_of(each["met_at"]) for each in done["deadlines"]}
    assert met["guarantee_contact"].startswith("2026-11-23 09:41")
    assert met["guarantee_assessment"].startswith("2026-11-23 09:42")
    assert done["messages"] == []
    assert await story.call("GET", "/demo/outbox", params={"contact_id": contact}) == []
    assert await story.worklist("after_work") == []


async def test_s1_not_confirmed_is_still_open(story: Story) -> None:
    """S1, variant (R54): nobody confirmed; the case is in hand again, owed, and its holder is told in time."""
    await story.begins("2026-11-23", "09:12")
    contact = await story.comes_in(P1, triaged=True, priority=4, form=FORM)
    await story.at("09:20")
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Hostan går oftast över.", expects_reply=False)
    await story.at("09:41")
    await story.decide("N1", contact, "request_close", grace="none")
    await story.at("09:52")
    view = await story.view(contact)
    assert view["state"] == "in_progress"
    assert view["close_token"] is None
    assert ("follow_up", "2026-11-23 13:51") in [(t["kind"], clock_of(t["due_at"])[:16]) for t in view["tasks"]]
    await story.at("13:52")
    view = await story.view(contact)
    told = [(alert["to"], clock_of(alert["at"])[:16]) for alert in view["alerts"]]
    assert told == [({"hsa_id": "SE0000000000-N1"}, "2026-11-23 13:51")]


async def test_s1_confirm_alone_is_refused(story: Story) -> None:
    """S1, variant (R54): closing is never one step."""
    await story.begins("2026-11-23", "09:12")
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    assert await story.refused("N1", contact, "confirm_close", token="x") == (409, "CLOSE_NOT_REQUESTED")
