"""S9: a moderate risk is booked to a physical visit within two days, and the chat is kept until it has happened."""

from tests.stories.suicide.acts import (
    MANAGER,
    MODERATE,
    accepted,
    codes,
    deadline,
    instant,
    kinds,
    lasts,
    minute,
    no_sms_tells,
    sent,
    task,
    told,
)
from tests.story import P1, P2, P4, Story, clock_of

VISIT = {"profession": "physician", "unit": "VC-T", "contact_type": "physical"}


async def test_moderate_booked_attended_closed(story: Story) -> None:
    """S9 (R63-R66, T8): who, where and when are refused one by one; the due date stands, and the chat is kept."""
    contact = await accepted(story, "2026-12-07", "13:15", P4, "D1")
    await story.decide("D1", contact, "message", text="Hur har du det just nu?")
    await story.report(contact, "patient_message", text="Jag tänker på att dö.")
    urgent = await story.comes_in(P1, triaged=True, priority=1)
    await story.at("13:20")
    view = await story.decide("D1", contact, "assess", **MODERATE)
    assert (view["suicide_state"], view["state"], view["tier"]) == ("booking", "in_progress", "suicide")
    due = deadline(view, "moderate_visit")
    assert minute(due["soft_at"]) == "2026-12-09 13:20"
    assert (clock_of(due["hard_at"]), due["rule"], due["met_at"]) == ("2026-12-09 23:59:59", "R64", None)
    book = task(view, "book_physical")
    assert (minute(book["due_at"]), lasts(book).seconds) == ("2026-12-07 15:20", 120 * 60)
    assert [row["contact_id"] for row in await story.worklist()] == [contact, urgent]
    for fields, code in (
        ({"start": instant("2026-12-10", "09:00")}, "BEYOND_DUE"),
        ({"start": instant("2026-12-08", "10:00"), "profession": "nurse"}, "WRONG_PROFESSION"),
        ({"start": instant("2026-12-08", "10:00"), "contact_type": "video"}, "NOT_PHYSICAL"),
        ({"start": instant("2026-12-08", "10:00"), "unit": "MOT-T"}, "OTHER_UNIT"),
        ({"start": instant("2026-12-08", "18:00")}, "UNIT_CLOSED"),
        ({"start": instant("2026-12-07", "13:00")}, "INVALID"),
    ):
        assert await story.refused("D1", contact, "book_physical", **(VISIT | fields)) == (422, code)
    assert await story.refused("N2", contact, "book_physical", **VISIT, start=instant("2026-12-08", "15:00")) == (
        403,
        "NOT_HOLDER",
    )
    view = await story.decide("D1", contact, "book_physical", **VISIT, start=instant("2026-12-08", "15:00"))
    assert (view["suicide_state"], view["booking"]["state"]) == ("booked", "booked")
    await story.attests("D1", contact)
    await story.at("14:00")
    assert await story.refused("D1", contact, "request_close") == (409, "NOT_ATTENDED")
    assert await story.refused("REC1", contact, "attended") == (409, "WRONG_STATE")
    assert await story.refused("REC1", contact, "missed") == (409, "WRONG_STATE")
    await story.decide("D1", contact, "message", text="Vi ses i morgon. Skriv när du vill.", expects_reply=False)
    await story.report(contact, "patient_message", text="Tack, jag kommer.")
    await story.at("15:40", "2026-12-08")
    view = await story.view(contact)
    assert "follow_up" in kinds(view)
    assert codes(view) == ["NOT_ATTENDED"]
    assert await story.refused("K1", contact, "attended") == (403, "FORBIDDEN_ROLE")
    assert await story.refused("N2", contact, "attended") == (403, "NOT_HOLDER")
    reduced = await story.decide("REC1", contact, "attended")
    assert (reduced["reduced"], reduced["suicide_state"], "chat" in reduced) == (True, "attended", False)
    await story.at("15:50")
    view = await story.closes("D1", contact)
    assert view["state"] == "closed_grace"
    assert minute(deadline(view, "moderate_visit")["met_at"]) == "2026-12-08 15:40"
    assert sent(view) == []
    await story.at("14:00", "2026-12-09")
    assert told(await story.view(contact), "12-09 13:20") == []
    await no_sms_tells(story, contact)


async def test_the_visit_is_not_booked(story: Story) -> None:
    """R64, the task table: 48 hours on, the assessor and the manager; at the last second, all; the date never moves."""
    contact = await accepted(story, "2026-12-07", "10:00", P2, "D1")
    await story.decide("D1", contact, "message", text="Hur har du det just nu?")
    await story.report(contact, "patient_message", text="Tungt.")
    await story.decide("D1", contact, "assess", **MODERATE)
    await story.at("12:01")
    assert told(await story.view(contact), "12:00", "book_physical") == [{"hsa_id": "SE0000000000-D1"}, MANAGER]
    await story.at("08:01", "2026-12-09")
    view = await story.view(contact)
    assert told(view, "2026-12-09 08:00", "book_physical") == [{"hsa_id": "SE0000000000-D1"}, MANAGER]
    await story.at("10:01")
    soft = [each for each in (await story.view(contact))["alerts"] if each["reason"].startswith("48 timmar")]
    assert [(minute(each["at"]), each["to"]) for each in soft] == [
        ("2026-12-09 10:00", {"hsa_id": "SE0000000000-D1"}),
        ("2026-12-09 10:00", MANAGER),
    ]
    await story.at("00:00", "2026-12-10")
    view = await story.view(contact)
    assert [each["reason"] for each in view["alerts"] if clock_of(each["at"]) == "2026-12-09 23:59:59"] == [
        "Två dagar har gått och besöket har inte blivit av"
    ] * 3
    await story.at("09:00")
    late = instant("2026-12-10", "11:00")
    assert await story.refused("D1", contact, "book_physical", **VISIT, start=late) == (422, "BEYOND_DUE")
