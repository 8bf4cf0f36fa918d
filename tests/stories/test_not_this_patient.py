"""Whose case it is, and where it goes on: the wrong person's, and a protected person's (R76, R77, R79-R81)."""

from tests.stories.conftest import No
from tests.story import P1, P2, Story


async def held(story: Story) -> str:
    """A chat in N1's hands, on a Tuesday at nine."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    return contact


async def test_marked_by_who_has_the_case(story: Story, no: No) -> None:
    """R79: the holder marks it, once, and unmarks it with a reason; what was closed as somebody else's stays so."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1, on_behalf_of={"personnummer": P2})
    assert await no("N1", contact, "mark_wrong_person") == (403, "NOT_HOLDER")
    await story.decide("N1", contact, "pick")
    assert await no("N2", contact, "mark_wrong_person") == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "unmark_wrong_person", reason="Läste fel.") == (409, "WRONG_STATE")
    assert await no("N1", contact, "request_close") == (409, "WRONG_PERSON")
    await story.decide("N1", contact, "mark_wrong_person")
    assert await no("N1", contact, "mark_wrong_person") == (409, "WRONG_STATE")
    assert await no("N1", contact, "unmark_wrong_person") == (422, "MISSING_FIELD")
    assert await no("N2", contact, "unmark_wrong_person", reason="Läste fel.") == (403, "NOT_ADDRESSED")
    await story.decide("N1", contact, "unmark_wrong_person", reason="Läste fel.")
    assert await no("N1", contact, "request_close") == (409, "WRONG_PERSON")
    await story.decide("N1", contact, "mark_wrong_person")
    assert (await story.closes("N1", contact))["state"] == "excluded_wrong_person"
    assert await no("N1", contact, "unmark_wrong_person", reason="Läste fel.") == (409, "WRONG_STATE")


async def test_only_a_protected_persons_case_goes_on_outside(story: Story, no: No) -> None:
    """R76: by who has it, how and with a note; then nothing more is decided here."""
    contact = await held(story)
    moved = {"how": "brev", "note": "Kallad till mottagningen."}
    assert await no("N1", contact, "moved_outside", **moved) == (409, "WRONG_STATE")
    await story.call("PUT", "/demo/people", json={"personnummer": P1, "protected": True})
    await story.decide("N1", contact, "sms_reminder")
    await story.at("09:01")
    assert await no("N2", contact, "moved_outside", **moved) == (403, "NOT_ADDRESSED")
    assert await no("D1", contact, "moved_outside", **moved) == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "moved_outside", how="brev") == (422, "MISSING_FIELD")
    assert (await story.decide("N1", contact, "moved_outside", **moved))["state"] == "moved_outside"
    assert await no("N1", contact, "moved_outside", **moved) == (409, "WRONG_STATE")
    assert await no("N2", contact, "pick") == (409, "WRONG_STATE")
