"""What may leave by itself: the reminder, the patient's wish, and the stop (R56, R76)."""

from tests.stories.conftest import No
from tests.story import P4, Story


async def held(story: Story) -> str:
    """A chat in N1's hands, on a Tuesday at nine."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P4)
    await story.decide("N1", contact, "pick")
    return contact


async def test_a_reminder_is_the_holders(story: Story, no: No) -> None:
    """R56: by hand, by who has the case, once an hour, while it is open."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P4)
    assert await no("N1", contact, "sms_reminder") == (403, "NOT_HOLDER")
    await story.decide("N1", contact, "pick")
    assert await no("N2", contact, "sms_reminder") == (403, "NOT_ADDRESSED")
    assert await no("VCH", contact, "sms_reminder") == (403, "FORBIDDEN_ROLE")
    await story.decide("N1", contact, "sms_reminder")
    await story.at("09:01")
    assert await no("N1", contact, "sms_reminder") == (429, "RATE_LIMIT")
    await story.closes("N1", contact)
    await story.at("10:30")
    assert await no("N1", contact, "sms_reminder") == (409, "WRONG_STATE")


async def test_the_patients_wish(story: Story, no: No) -> None:
    """R56: noted by the holder while the case is open, yes or no and nothing else; a no stops the reminder."""
    contact = await held(story)
    assert await no("N2", contact, "contact_preference", sms=False) == (403, "NOT_ADDRESSED")
    assert await no("K1", contact, "contact_preference", sms=False) == (403, "FORBIDDEN_ROLE")
    assert await no("N1", contact, "contact_preference") == (422, "MISSING_FIELD")
    assert await no("N1", contact, "contact_preference", sms="nej") == (422, "INVALID")
    wished = await story.decide("N1", contact, "contact_preference", sms=False, note="Vill bli uppringd.")
    assert wished["notes"][-1]["about"] == "contact_preference: sms=nej"
    assert "sms_reminder" not in wished["allowed"]
    assert await no("N1", contact, "sms_reminder") == (409, "WRONG_STATE")
    await story.closes("N1", contact)
    assert await no("N1", contact, "contact_preference", sms=True) == (409, "WRONG_STATE")


async def test_any_staff_may_stop_what_leaves(story: Story, no: No) -> None:
    """R56: whoever of the unit's staff hears that it must stop, stops it, with the reason; no other unit does."""
    contact = await held(story)
    for who in ("platform24", "AUD1", "BJ1"):
        assert await no(who, contact, "stop_messages", reason="Fel nummer.") == (403, "FORBIDDEN_ROLE")
    assert await no("N9", contact, "stop_messages", reason="Fel nummer.") == (403, "OTHER_UNIT")
    assert await no("REC1", contact, "stop_messages") == (422, "MISSING_FIELD")
    for who in ("REC1", "K1", "VCH", "N2"):
        await story.decide(who, contact, "stop_messages", reason="Fel nummer.")
    assert [note["about"] for note in (await story.view(contact))["notes"]] == ["stop_messages"] * 4
    assert await no("N1", contact, "sms_reminder") == (409, "WRONG_STATE")
    await story.closes("N1", contact)
    assert await no("REC1", contact, "stop_messages", reason="Fel nummer.") == (409, "WRONG_STATE")
