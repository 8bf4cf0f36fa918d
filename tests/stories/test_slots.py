"""A time to be offered: kept, offered, booked, or what else came of it (R57, R76)."""

import pytest

from tests.stories.conftest import No
from tests.story import P3, Story

TOMORROW, EARLIER = "2026-11-25T10:30:00+01:00", "2026-11-24T08:30:00+01:00"


async def held(story: Story) -> str:
    """A chat in N1's hands, on a Tuesday at nine."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P3)
    await story.decide("N1", contact, "pick")
    return contact


async def test_kept_by_its_holder_with_a_note(story: Story, no: No) -> None:
    """R57: the holder's word, with a note; not from the queue, and not twice."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P3)
    assert await no("N1", contact, "keep_for_slot", note="Inga tider.") == (403, "NOT_HOLDER")
    await story.decide("N1", contact, "pick")
    assert await no("N2", contact, "keep_for_slot", note="Inga tider.") == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "keep_for_slot") == (422, "MISSING_FIELD")
    assert (await story.decide("N1", contact, "keep_for_slot", note="Inga tider."))["state"] == "kept_for_slot"
    assert await no("N1", contact, "keep_for_slot", note="Inga tider.") == (409, "WRONG_STATE")
    assert await no("N1", contact, "request_close") == (409, "KEPT_FOR_SLOT")
    assert await no("N1", contact, "handover", to={"role": "physician"}) == (409, "WRONG_STATE")


@pytest.mark.parametrize("decision", ["offer_slot", "book_slot"])
async def test_a_time_that_can_still_be_kept(story: Story, no: No, decision: str) -> None:
    """R57: an instant with its offset, ahead of now, in a case that is kept, by who has it."""
    contact = await held(story)
    assert await no("N1", contact, decision, start=TOMORROW) == (409, "WRONG_STATE")
    await story.decide("N1", contact, "keep_for_slot", note="Inga tider.")
    assert await no("N2", contact, decision, start=TOMORROW) == (403, "NOT_ADDRESSED")
    assert await no("REC1", contact, decision, start=TOMORROW) == (403, "FORBIDDEN_ROLE")
    assert await no("N1", contact, decision) == (422, "MISSING_FIELD")
    for start in (EARLIER, "2026-11-25T10:30:00", "i morgon"):
        assert await no("N1", contact, decision, start=start) == (422, "INVALID")
    done = await story.decide("N1", contact, decision, start=TOMORROW)
    assert done["state"] == ("kept_for_slot" if decision == "offer_slot" else "in_progress")


@pytest.mark.parametrize("outcome", ["booked", "declined", "not_needed", "offered_no_answer"])
async def test_what_came_of_it(story: Story, no: No, outcome: str) -> None:
    """R57: one of four words and a note; the case is in hand again, and closed in two steps like any other."""
    contact = await held(story)
    words = {"outcome": outcome, "note": "Ringde patienten."}
    assert await no("N1", contact, "resolve_kept", **words) == (409, "WRONG_STATE")
    await story.decide("N1", contact, "keep_for_slot", note="Inga tider.")
    assert await no("N2", contact, "resolve_kept", **words) == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "resolve_kept", outcome="forgotten", note="?") == (422, "INVALID")
    assert await no("N1", contact, "resolve_kept", outcome=outcome) == (422, "MISSING_FIELD")
    done = await story.decide("N1", contact, "resolve_kept", **words)
    assert (done["state"], done["notes"][-1]["about"]) == ("in_progress", f"resolve_kept: {outcome}")
    assert (await story.closes("N1", contact))["state"] == "closed_grace"


async def test_no_time_for_a_protected_person(story: Story, no: No) -> None:
    """R76: protection that is found meanwhile stops every offer and booking."""
    contact = await held(story)
    await story.decide("N1", contact, "keep_for_slot", note="Inga tider.")
    await story.call("PUT", "/demo/people", json={"personnummer": P3, "protected": True})
    await story.decide("N1", contact, "sms_reminder")
    await story.at("09:01")
    assert (await story.view(contact))["messages"][-1]["status"] == "suppressed"
    assert await no("N1", contact, "offer_slot", start=TOMORROW) == (409, "PROTECTED")
    assert await no("N1", contact, "book_slot", start=TOMORROW) == (409, "PROTECTED")
