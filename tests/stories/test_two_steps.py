"""Closing in two steps: who, in what order, for how long, and what it may not do (R48, R54)."""

from tests.stories.conftest import No
from tests.story import P5, Story, clock_of


async def held(story: Story) -> str:
    """A chat in N1's hands, on a Tuesday at nine."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P5)
    await story.decide("N1", contact, "pick")
    return contact


async def test_the_holder_asks_for_it(story: Story, no: No) -> None:
    """R54: not from the queue, not a colleague, not the manager."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P5)
    assert await no("N1", contact, "request_close") == (403, "NOT_HOLDER")
    await story.decide("N1", contact, "pick")
    assert await no("N2", contact, "request_close") == (403, "NOT_ADDRESSED")
    assert await no("VCH", contact, "request_close") == (403, "FORBIDDEN_ROLE")
    assert await no("N1", contact, "request_close", grace="two_days") == (422, "INVALID")
    begun = await story.decide("N1", contact, "request_close")
    assert clock_of(begun["close_token_expires_at"])[:16] == "2026-11-24 09:10"
    assert (await story.view(contact, "VCH"))["close_token"] is None
    assert await no("N1", contact, "handover", to={"role": "physician"}) == (409, "WRONG_STATE")
    assert await no("N1", contact, "keep_for_slot", note="Inga tider.") == (409, "WRONG_STATE")


async def test_no_day_is_taken_from_who_has_been_asked(story: Story, no: No) -> None:
    """R48: without grace only when nobody waits for the patient's word."""
    contact = await held(story)
    await story.decide("N1", contact, "message", text="Hur mår du?")
    assert await no("N1", contact, "request_close", grace="none") == (409, "WRONG_STATE")
    await story.decide("N1", contact, "message", text="Du är alltid välkommen.", expects_reply=False)
    assert (await story.closes("N1", contact, grace="none"))["state"] == "closed"


async def test_the_second_step_by_the_same_person_in_time(story: Story, no: No) -> None:
    """R54: the token is the holder's, the newest counts, and after ten minutes none does."""
    contact = await held(story)
    assert await no("N1", contact, "confirm_close", token="guess") == (409, "CLOSE_NOT_REQUESTED")
    first = (await story.decide("N1", contact, "request_close"))["close_token"]
    assert await no("N1", contact, "confirm_close") == (422, "MISSING_FIELD")
    assert await no("N2", contact, "confirm_close", token=first) == (403, "NOT_ADDRESSED")
    await story.at("09:01")
    second = (await story.decide("N1", contact, "request_close"))["close_token"]
    assert await no("N1", contact, "confirm_close", token=first) == (409, "TOKEN_EXPIRED")
    await story.at("09:12")
    assert await no("N1", contact, "confirm_close", token=second) == (409, "TOKEN_EXPIRED")
    closed = await story.closes("N1", contact)
    assert closed["state"] == "closed_grace"
    assert await no("N1", contact, "request_close") == (409, "WRONG_STATE")
    assert await no("N1", contact, "confirm_close", token=second) == (409, "WRONG_STATE")


async def test_only_what_was_begun_is_withdrawn(story: Story, no: No) -> None:
    """R54: there must be a dialogue, and it must be one's own."""
    contact = await held(story)
    assert await no("N1", contact, "withdraw_close") == (409, "CLOSE_NOT_REQUESTED")
    await story.decide("N1", contact, "request_close")
    assert await no("N2", contact, "withdraw_close") == (403, "NOT_ADDRESSED")
    assert (await story.decide("N1", contact, "withdraw_close"))["state"] == "in_progress"
    assert await no("N1", contact, "withdraw_close") == (409, "CLOSE_NOT_REQUESTED")


async def test_nothing_to_do_about_a_reply(story: Story, no: No) -> None:
    """R48: only a case that a reply has opened again goes back, with a note, and not once staff have answered."""
    contact = await held(story)
    assert await no("N1", contact, "no_action_needed", note="Ett tack.") == (409, "WRONG_STATE")
    until = next(each for each in (await story.closes("N1", contact))["deadlines"] if each["name"] == "grace")
    assert await no("N1", contact, "no_action_needed", note="Ett tack.") == (409, "WRONG_STATE")
    await story.at("10:00")
    await story.report(contact, "patient_message", text="Tack så mycket.")
    assert await no("N2", contact, "no_action_needed", note="Ett tack.") == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "no_action_needed") == (422, "MISSING_FIELD")
    back = await story.decide("N1", contact, "no_action_needed", note="Ett tack.")
    again = next(each for each in back["deadlines"] if each["name"] == "grace")
    assert (back["state"], again["hard_at"]) == ("closed_grace", until["hard_at"])
    await story.report(contact, "patient_message", text="En fråga till.")
    await story.decide("N1", contact, "message", text="Berätta.")
    assert await no("N1", contact, "no_action_needed", note="Klart.") == (409, "WRONG_STATE")
