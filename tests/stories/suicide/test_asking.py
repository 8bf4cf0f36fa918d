"""R58: the question is put in the mental-health area; words in free text are a hit that licensed staff look at."""

import pytest

from tests.stories.suicide.acts import FORM, LOW, SEEN, assessed, codes, kinds, suspicion, task, to, told
from tests.story import P1, P2, P3, Story

NONE = {"outcome": "asked_none", "note": "Har inga sådana tankar."}
NOT_ASKED = {"outcome": "not_asked", "reason": "Gäller ett intyg", "note": "Har nyligen bedömts."}
HIT = "Jag vill inte leva längre."


async def held(story: Story, **fields: str) -> str:
    """A chat in N1's hands."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P1, **fields)
    await story.decide("N1", contact, "pick")
    return contact


@pytest.mark.parametrize("asked", [NONE, NOT_ASKED])
async def test_the_mental_health_area(story: Story, asked: dict[str, str]) -> None:
    """R58: nothing closes before the question has been put, or it is said why not; that is its licensed holder's."""
    contact = await held(story, area="mental_health")
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")
    assert await story.refused("REC1", contact, "record_asked", **asked) == (403, "FORBIDDEN_ROLE")
    assert await story.refused("N2", contact, "record_asked", **asked) == (403, "NOT_ADDRESSED")
    bare = {"outcome": "not_asked", "note": "Nej."}
    assert await story.refused("N1", contact, "record_asked", **bare) == (422, "MISSING_FIELD")
    assert codes(await story.decide("N1", contact, "record_asked", **asked)) == []
    assert (await story.closes("N1", contact))["state"] == "closed_grace"


async def test_a_hit_is_cleared(story: Story) -> None:
    """R58, B8: words on submit are a hit: the suicide tier, 15 minutes, no assessor; the question clears it."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P1, message=HIT)
    view = await story.view(contact)
    assert (view["tier"], view["suicide_state"], kinds(view)) == ("suicide", "screening_hit", ["handle"])
    assert view["messages"][0]["template"] == "M18"
    await story.decide("N1", contact, "pick")
    assert await story.refused("N1", contact, "record_asked", **NOT_ASKED) == (409, "NO_ASSESSMENT")
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")
    assert await story.refused("D1", contact, "dismiss_flag", reason="misclick", rationale="Nej.") == (
        409,
        "WRONG_STATE",
    )
    view = await story.decide("N1", contact, "record_asked", **NONE)
    assert (view["tier"], view["suicide_state"], codes(view)) == ("normal", None, [])


async def test_a_hit_in_a_later_word(story: Story) -> None:
    """R58: every message is read; the holder is told, and what was asked before it clears nothing."""
    contact = await held(story)
    await story.decide("N1", contact, "record_asked", **NONE)
    token = (await story.decide("N1", contact, "request_close"))["close_token"]
    await story.at("10:05")
    await story.report(contact, "patient_message", text=HIT)
    view = await story.view(contact)
    assert (view["suicide_state"], told(view, "10:05"), task(view, "handle")["owner"]) == (
        "screening_hit",
        [to("N1")],
        to("N1"),
    )
    assert await story.refused("N1", contact, "confirm_close", token=token) == (409, "TOKEN_EXPIRED")
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_a_hit_is_raised(story: Story) -> None:
    """R58, R59: a flag raises it; from then on only an assessor lowers it."""
    contact = await held(story, message=HIT)
    view = await story.decide("N1", contact, "flag_suspicion", observation=SEEN)
    assert view["suicide_state"] == "suspected"
    assert await story.refused("N1", contact, "record_asked", **NONE) == (409, "NO_ASSESSMENT")


async def test_a_hit_in_an_assessors_hands(story: Story) -> None:
    """R60: an assessor may assess at once what nobody has flagged."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P1, message=HIT)
    await story.decide("D1", contact, "pick")
    view = await story.decide("D1", contact, "assess", **LOW)
    assert (view["suicide_state"], view["assessments"][0]["by"]) == ("low_ask", to("D1")["hsa_id"])
    assert codes(view)[0] == "SAFE_ONLINE_UNANSWERED"


async def test_words_after_a_low_risk(story: Story) -> None:
    """R58, R66: a hit after the assessment blocks closing and sorts as what is not assessed."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW, P2)
    await story.decide("Y1", contact, "record_safe_online", answer="yes", via="chat")
    await story.attests("Y1", contact)
    await story.report(contact, "patient_message", text=HIT)
    view = await story.view(contact)
    assert (view["level"], codes(view)) == (None, ["NO_ASSESSMENT"])
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")
    await story.decide("Y1", contact, "record_asked", **NONE)
    assert codes(await story.view(contact)) == []


async def test_a_yes_is_never_asked_away(story: Story) -> None:
    """R58: `not_asked` is refused with a form's yes, also one taken back, and with a flag."""
    await story.begins("2026-12-07", "10:00")
    back = {"question": "Har du tankar på att ta ditt liv?", "answer": "Nej", "changed_from": "Ja"}
    for form in (FORM, FORM | {"suicide_sign": False, "answers": [back]}):
        contact = await story.comes_in(P3, area="mental_health", form=form)
        await story.decide("N1", contact, "pick")
        for asked in (NONE, NOT_ASKED):
            assert await story.refused("N1", contact, "record_asked", **asked) == (409, "NO_ASSESSMENT")
    contact = await suspicion(story, "2026-12-07", "11:00")
    assert await story.refused("N1", contact, "record_asked", **NOT_ASKED) == (409, "NO_ASSESSMENT")
