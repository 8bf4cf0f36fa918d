"""Who has a case: picked, taken over, given back (R10, R44, R45)."""

import pytest

from starter.house import House
from tests.stories.conftest import No
from tests.story import P1, Story

N1, N2 = "SE0000000000-N1", "SE0000000000-N2"


async def queued(story: Story) -> str:
    """A chat in the queue, on a Tuesday at nine."""
    await story.begins("2026-11-24", "09:00")
    return await story.comes_in(P1, triaged=True, priority=3)


async def test_picked_by_one_licensed_person_of_the_unit(story: Story, no: No) -> None:
    """R44, R45: one person has it; a colleague, another role and another unit are told why not."""
    contact = await queued(story)
    for who in ("K1", "REC1", "VCH", "AUD1", "BJ1"):
        assert await no(who, contact, "pick") == (403, "FORBIDDEN_ROLE")
    assert await no("N9", contact, "pick") == (403, "OTHER_UNIT")
    assert (await story.decide("N1", contact, "pick"))["holder"] == N1
    assert await no("N2", contact, "pick") == (409, "ALREADY_HELD")
    assert await no("N1", contact, "pick") == (409, "ALREADY_HELD")
    await story.closes("N1", contact)
    assert await no("N2", contact, "pick") == (409, "WRONG_STATE")


@pytest.mark.parametrize("reason", ["absent", "shift_end", "urgent", "agreed"])
async def test_taken_over_for_a_reason(story: Story, no: No, house: House, reason: str) -> None:
    """R10: the old holder is told and the access log marks it; who has it already or nobody has is another matter."""
    contact = await queued(story)
    assert await no("N2", contact, "take_over", reason=reason) == (409, "WRONG_STATE")
    await story.decide("N1", contact, "pick")
    assert await no("N1", contact, "take_over", reason=reason) == (409, "ALREADY_HELD")
    assert await no("REC1", contact, "take_over", reason=reason) == (403, "FORBIDDEN_ROLE")
    assert await no("N9", contact, "take_over", reason=reason) == (403, "OTHER_UNIT")
    assert await no("N2", contact, "take_over") == (422, "MISSING_FIELD")
    assert await no("N2", contact, "take_over", reason="bored") == (422, "INVALID")
    taken = await story.decide("N2", contact, "take_over", reason=reason)
    assert (taken["holder"], taken["alerts"][-1]["to"]) == (N2, {"hsa_id": N1})
    assert taken["notes"][-1]["about"] == f"take_over: {reason}"
    logged = (await house.journal.entries(contact))[-1]
    assert (logged["hsa_id"], logged["action"], logged["outcome"]) == (N2, "take_over", "accepted")


async def test_taken_over_in_the_middle_of_closing(story: Story, no: No) -> None:
    """R54: the dialogue was the old holder's; her token closes nothing, and a closed case is nobody's to take."""
    contact = await queued(story)
    await story.decide("N1", contact, "pick")
    token = (await story.decide("N1", contact, "request_close"))["close_token"]
    assert (await story.decide("N2", contact, "take_over", reason="urgent"))["state"] == "in_progress"
    assert await no("N1", contact, "confirm_close", token=token) == (403, "NOT_HOLDER")
    assert await no("N2", contact, "confirm_close", token=token) == (409, "TOKEN_EXPIRED")
    await story.closes("N2", contact)
    assert await no("N1", contact, "take_over", reason="urgent") == (409, "WRONG_STATE")


async def test_given_back_by_its_holder_or_the_manager(story: Story, no: No) -> None:
    """R10: the holder gives it back, the manager too; nobody else, and not from the middle of something."""
    contact = await queued(story)
    assert await no("VCH", contact, "release") == (409, "WRONG_STATE")
    assert await no("N1", contact, "release") == (403, "NOT_HOLDER")
    await story.decide("N1", contact, "pick")
    assert await no("N2", contact, "release") == (403, "NOT_ADDRESSED")
    assert await no("K1", contact, "release") == (403, "FORBIDDEN_ROLE")
    given = await story.decide("VCH", contact, "release")
    assert (given["state"], given["holder"]) == ("queued", None)
    await story.decide("N2", contact, "pick")
    await story.decide("N2", contact, "keep_for_slot", note="Inga tider.")
    assert await no("N2", contact, "release") == (409, "WRONG_STATE")
    await story.decide("N2", contact, "resolve_kept", outcome="declined", note="Vill inte ha tid.")
    await story.decide("N2", contact, "request_close")
    assert await no("N2", contact, "release") == (409, "WRONG_STATE")
    await story.decide("N2", contact, "withdraw_close")
    assert (await story.decide("N2", contact, "release"))["state"] == "queued"
