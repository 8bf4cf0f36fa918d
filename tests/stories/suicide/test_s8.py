"""S8: a suspicion is handed over, assessed as low, and the care goes on online (R58-R62, T2, T4, T5)."""

from tests.story import P3, Story, clock_of

LOW = {
    "level": "low",
    "step": "dodstankar",
    "risk_factors": ["sömnlöshet"],
    "protective_factors": ["familj"],
    "sources": ["anamnesrapport", "chat"],
    "rationale": "Inga planer, söker hjälp.",
}
FORM = {"report": "Nedstämd sedan en månad.", "answers": [], "suicide_sign": True}


async def test_handed_over_assessed_low_and_closed(story: Story) -> None:
    """S8: no consent is asked, the patient is told, and only an assessor assesses."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P3, area="mental_health", triaged=True, priority=3, form=FORM)
    view = await story.view(contact)
    assert (view["tier"], view["suicide_state"], view["state"]) == ("suicide", "suspected", "queued")
    accept = next(task for task in view["tasks"] if task["kind"] == "handover_accept")
    assert (accept["owner"], clock_of(accept["due_at"])) == ({"role": "assessor"}, "2026-12-07 10:15:00")
    await story.at("10:05")
    await story.decide("N1", contact, "pick")
    await story.at("10:08")
    await story.decide("N1", contact, "flag_suspicion", observation="Skriver att livet inte är värt att leva.")
    view = await story.decide("N1", contact, "handover", to={"hsa_id": "SE0000000000-Y1"})
    assert view["suicide_state"] == "handed_over"
    assert await story.refused("N1", contact, "assess", **LOW) == (403, "NOT_ASSESSOR")
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")
    await story.at("10:14")
    view = await story.decide("Y1", contact, "accept_handover")
    assert (view["holder"], view["suicide_state"]) == ("SE0000000000-Y1", "assessing")
    assert [each["consent"] for each in view["handovers"]] == ["not_required_patient_safety"]
    await story.decide("N1", contact, "message", text="Nu tar Y1 vid.", expects_reply=False)
    await story.at("10:38")
    no_step = {name: value for name, value in LOW.items() if name != "step"}
    assert (await story.refused("Y1", contact, "assess", **no_step))[0] == 422
    await story.at("10:40")
    view = await story.decide("Y1", contact, "assess", **LOW)
    assert view["suicide_state"] == "low_ask"
    assert [block["code"] for block in view["blocks_close"]] == ["SAFE_ONLINE_UNANSWERED", "ASSESSMENT_UNDOCUMENTED"]
    await story.at("10:41")
    view = await story.decide("Y1", contact, "ask_safe_online")
    assert view["chat"][-1]["text"].startswith("Känns det tillräckligt tryggt")
    assert view["state"] == "awaiting_patient"
    await story.at("10:44")
    await story.report(contact, "patient_message", text="Ja.")
    view = await story.decide("Y1", contact, "record_safe_online", answer="yes", via="chat")
    assert view["suicide_state"] == "released"
    assert await story.refused("Y1", contact, "request_close") == (409, "ASSESSMENT_UNDOCUMENTED")
    await story.at("11:00")
    await story.attests("Y1", contact)
    view = await story.closes("Y1", contact)
    assert view["state"] == "closed_grace"
    assert [each["template"] for each in view["messages"]] == ["M18", "M16", "M13"]
