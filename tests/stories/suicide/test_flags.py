"""A flag counts in every state, from anybody on the staff, and only an assessor lowers it (R59, T2)."""

from tests.stories.suicide.acts import (
    EACH_ASSESSOR,
    LOW,
    SEEN,
    accepted,
    assessed,
    codes,
    kinds,
    sent,
    suspicion,
    task,
    to,
    told,
)
from tests.story import P1, P2, P3, Story

FLAG = {"observation": SEEN}


async def test_anybody_flags(story: Story) -> None:
    """R59: the reception and the cash desk flag without opening the case; other units, auditors and machines do not."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P2)
    assert await story.refused("N9", contact, "flag_suspicion", **FLAG) == (403, "OTHER_UNIT")
    for who in ("AUD1", "BJ1", "platform24"):
        assert await story.refused(who, contact, "flag_suspicion", **FLAG) == (403, "FORBIDDEN_ROLE"), who
    assert (await story.refused("REC1", contact, "flag_suspicion", observation=" "))[0] == 422
    reduced = await story.decide("REC1", contact, "flag_suspicion", **FLAG)
    assert (reduced["reduced"], reduced["suicide_state"], "chat" in reduced) == (True, "suspected", False)
    view = await story.view(contact)
    assert ("flag_suspicion", SEEN) in [(each["about"], each["text"]) for each in view["notes"]]
    assert [each["template"] for each in view["messages"]] == ["M18"]
    assert told(view, "10:00") == EACH_ASSESSOR
    await story.at("10:06")
    assert task(await story.view(contact), "call_assessor")["owner"] == to("N1")
    await story.decide("K1", contact, "flag_suspicion", **FLAG)
    assert len([each for each in (await story.view(contact))["notes"] if each["about"] == "flag_suspicion"]) == 2


async def test_a_nurse_flags_from_the_queue(story: Story) -> None:
    """R59: M16 is hers, so she takes the case and writes until it is accepted."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P2)
    await story.decide("N2", contact, "flag_suspicion", **FLAG)
    view = await story.decide("N2", contact, "handover", to=to("D1"))
    assert (view["suicide_state"], view["chat"][-1]["by"]) == ("handed_over", to("N2")["hsa_id"])
    await story.decide("N2", contact, "pick")
    await story.decide("N2", contact, "message", text="Jag är kvar.")
    view = await story.decide("D1", contact, "accept_handover")
    await story.decide("N2", contact, "message", text="Nu är D1 här.")
    assert view["holder"] == to("D1")["hsa_id"]


async def test_one_more_flag(story: Story) -> None:
    """R59: with an assessor it is a row and an alert to her: no new handover, state and M16 as they were."""
    contact = await accepted(story, "2026-12-07", "10:00")
    await story.at("10:20")
    await story.decide("REC1", contact, "flag_suspicion", **FLAG)
    view = await story.view(contact)
    assert (view["suicide_state"], len(view["handovers"]), told(view, "10:20")) == ("assessing", 1, [to("Y1")])
    assert [each["template"] for each in view["messages"]].count("M16") == 1
    assert "handover_accept" not in kinds(view)


async def test_flagged_while_it_is_being_closed(story: Story) -> None:
    """R54, R59: the token no longer holds, and the gate is shut."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P2)
    await story.decide("N1", contact, "pick")
    token = (await story.decide("N1", contact, "request_close"))["close_token"]
    await story.decide("REC1", contact, "flag_suspicion", **FLAG)
    assert await story.refused("N1", contact, "confirm_close", token=token) == (409, "TOKEN_EXPIRED")
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_flagged_after_closing(story: Story) -> None:
    """R59: grace and closed reopen with who held it; a completed one goes on in a new, linked contact."""
    await story.begins("2026-12-07", "10:00")
    graced, rests = [await story.comes_in(person) for person in (P1, P2)]
    for contact in (graced, rests):
        await story.decide("N1", contact, "pick")
        await story.decide("N1", contact, "message", text="Egenvård räcker.", expects_reply=False)
    await story.closes("N1", graced)
    assert (await story.closes("N1", rests, grace="none"))["state"] == "closed"
    for contact in (graced, rests):
        await story.decide("REC1", contact, "flag_suspicion", **FLAG)
        view = await story.view(contact)
        assert (view["state"], view["holder"]) == ("in_progress", to("N1")["hsa_id"])
        assert (view["suicide_state"], codes(view)) == ("suspected", ["NO_ASSESSMENT"])


async def test_flagged_once_completed(story: Story) -> None:
    """R59: the new contact continues the old one, in the suicide tier."""
    await story.begins("2026-12-07", "10:00")
    old = await story.comes_in(P2)
    await story.decide("N1", old, "pick")
    await story.closes("N1", old, grace="none")
    assert (await story.attests("N1", old))["state"] == "completed"
    assert await story.refused("N9", old, "flag_suspicion", **FLAG) == (403, "OTHER_UNIT")
    for decision, fields in (("flag_suspicion", FLAG), ("call_112", {})):
        new = await story.decide("REC1", old, decision, **fields)
        view = await story.view(new["contact_id"])
        assert (view["continues"], view["tier"], view["state"]) == (old, "suicide", "queued")
    assert (await story.view(old))["state"] == "completed"


async def test_flagged_after_an_exit(story: Story) -> None:
    """R59: after a safe answer a new suspicion begins anew: what was judged before it counts no more."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW)
    await story.decide("Y1", contact, "record_safe_online", answer="yes", via="chat")
    await story.attests("Y1", contact)
    await story.decide("N2", contact, "flag_suspicion", **FLAG)
    view = await story.view(contact)
    assert (view["suicide_state"], view["level"], codes(view)) == ("assessing", None, ["NO_ASSESSMENT"])
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_words_after_a_suspicion_has_ended(story: Story) -> None:
    """R48: after grace the words open a new contact that continues the old one, in the suicide tier."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW)
    await story.decide("Y1", contact, "record_safe_online", answer="yes", via="chat")
    await story.attests("Y1", contact)
    await story.closes("Y1", contact)
    await story.at("17:01", "2026-12-08")
    answer = await story.report(contact, "patient_message", text="Hej igen.")
    assert (answer["continues"], answer["screen"][0]["template"]) == (contact, "M15")
    view = await story.view(answer["contact_id"])
    assert (view["tier"], view["suicide_state"]) == ("suicide", "suspected")


async def test_dismissed(story: Story) -> None:
    """R59: an assessor lowers it; the case is with its holder and closes as any other."""
    contact = await suspicion(story, "2026-12-07", "10:00", P3)
    no = {"reason": "wrong_contact", "rationale": "Gällde ett annat ärende."}
    assert (await story.refused("D1", contact, "dismiss_flag", **(no | {"reason": "other"})))[0] == 422
    await story.decide("D1", contact, "dismiss_flag", **no)
    view = await story.view(contact)
    assert (view["tier"], view["suicide_state"], view["holder"]) == ("normal", None, to("N1")["hsa_id"])
    assert not {"handover_accept", "call_assessor"} & set(kinds(view))
    assert await story.refused("D1", contact, "dismiss_flag", **no) == (409, "WRONG_STATE")
    assert (await story.closes("N1", contact))["state"] == "closed_grace"
    assert sent(await story.view(contact)) == []


async def test_dismissed_in_the_queue_and_not_once_assessed(story: Story) -> None:
    """R59: where nobody holds it, it stays queued; what was assessed is retracted or judged anew."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P1)
    await story.decide("REC1", contact, "flag_suspicion", **FLAG)
    no = {"reason": "not_about_patient", "rationale": "Skrev om en film."}
    await story.decide("D1", contact, "dismiss_flag", **no)
    view = await story.view(contact)
    assert (view["state"], view["tier"]) == ("queued", "normal")
    await story.decide("N2", contact, "flag_suspicion", **FLAG)
    view = await story.decide("D1", contact, "assess", **LOW)
    assert (view["suicide_state"], view["holder"]) == ("low_ask", to("D1")["hsa_id"])
    assert await story.refused("D1", contact, "dismiss_flag", **no) == (409, "WRONG_STATE")
