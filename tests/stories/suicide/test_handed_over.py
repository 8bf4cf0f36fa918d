"""T2 and T3: a suspicion goes to an assessor at once, nobody lets it lie, and without one the licensed holder acts."""

from tests.stories.suicide.acts import (
    ACUTE,
    EACH_ASSESSOR,
    FORM,
    LOW,
    MANAGER,
    MODERATE,
    SEEN,
    accepted,
    codes,
    deadline,
    kinds,
    lasts,
    minute,
    problem,
    suspicion,
    task,
    to,
    told,
)
from tests.story import P1, P3, Story, clock_of

PSYCHIATRY = {"target": "psychiatric_emergency", "content": "Misstänkt risk, ingen bedömare på enheten."}


async def test_nobody_accepts(story: Story) -> None:
    """T2, R59: after 5 open minutes the sender calls, after 15 all assessors are told, after 30 the manager too."""
    contact = await suspicion(story, "2026-12-07", "10:00")
    view = await story.view(contact)
    assert (view["suicide_state"], view["holder"]) == ("suspected", to("N1")["hsa_id"])
    assert told(view, "10:00") == EACH_ASSESSOR
    accept = task(view, "handover_accept")
    assert (lasts(accept).seconds, accept["owner"], accept["rule"]) == (15 * 60, {"role": "assessor"}, "R59")
    foreseen = [each["to"] for each in view["if_nobody_acts"] if each["rule"] == "R59"]
    assert foreseen[:3] == [to("N1"), *EACH_ASSESSOR]
    assert [line["text"] for line in view["chat"]][-1].startswith("Jag vill att en läkare eller psykolog")
    view = await story.decide("N1", contact, "message", text="Jag är kvar. Är du ensam?")
    assert view["state"] == "awaiting_patient"
    await story.at("10:06")
    call = task(await story.view(contact), "call_assessor")
    assert (call["owner"], lasts(call).seconds) == (to("N1"), 10 * 60)
    assert await story.refused("N2", contact, "complete_task", task_id=call["task_id"], outcome="ja", note="Nej.") == (
        403,
        "NOT_HOLDER",
    )
    done = {"task_id": call["task_id"], "outcome": "reached", "note": "D1 kommer om tio minuter."}
    assert "call_assessor" not in kinds(await story.decide("N1", contact, "complete_task", **done))
    await story.at("10:16")
    assert told(await story.view(contact), "10:15", "handover_accept") == EACH_ASSESSOR
    await story.at("10:31")
    view = await story.view(contact)
    assert told(view, "10:30", "handover_accept") == [MANAGER, {"role": "licensed"}]
    assert codes(view) == ["NO_ASSESSMENT"]
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")
    assert await story.refused("N1", contact, "recall_handover") == (409, "WRONG_STATE")
    view = await story.decide("D2", contact, "accept_handover")
    assert (view["holder"], view["suicide_state"]) == (to("D2")["hsa_id"], "assessing")
    accept = deadline(view, "handover_accept")
    assert (minute(accept["hard_at"]), minute(accept["met_at"])) == ("2026-12-07 10:15", "2026-12-07 10:31")


async def test_a_forms_yes_lies(story: Story) -> None:
    """T2: nobody sent it, so after 5 minutes the responsible person calls; an assessor's `pick` accepts."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P3, triaged=True, priority=4, form=FORM)
    assert (await story.view(contact))["suicide_state"] == "suspected"
    assert await story.refused("N1", contact, "accept_handover") == (403, "NOT_ADDRESSED")
    await story.at("10:17")
    view = await story.view(contact)
    assert task(view, "call_assessor")["owner"] == to("N1")
    assert told(view, "10:05", "handover_accept") == [to("N1")]
    assert told(view, "10:15", "call_assessor") == [to("N1")]
    view = await story.decide("Y1", contact, "pick")
    assert (view["holder"], view["suicide_state"]) == (to("Y1")["hsa_id"], "assessing")
    assert not {"call_assessor", "handover_accept"} & set(kinds(view))
    assert view["handovers"][0]["outcome"] == "accepted"


async def test_named_declined_and_taken(story: Story) -> None:
    """T2: no consent is asked; a name changes only who is told first; her no goes to all, and the ladder goes on."""
    contact = await suspicion(story, "2026-12-07", "10:00")
    for receiver, code in (
        (to("N2"), "WRONG_PROFESSION"),
        ({"role": "nurse"}, "WRONG_PROFESSION"),
        (to("N9"), "OTHER_UNIT"),
    ):
        assert await story.refused("N1", contact, "handover", to=receiver) == (422, code)
    assert await story.refused("N2", contact, "handover", to=to("D1")) == (403, "NOT_HOLDER")
    await story.at("10:04")
    view = await story.decide("N1", contact, "handover", to=to("D1"), note="Ensam hemma.")
    assert (view["suicide_state"], task(view, "handover_accept")["owner"]) == ("handed_over", to("D1"))
    assert told(view, "10:04") == [to("D1")]
    assert view["handovers"][-1]["consent"] == "not_required_patient_safety"
    assert await story.refused("D2", contact, "decline_handover", reason="Nej.") == (403, "NOT_ADDRESSED")
    view = await story.decide("D1", contact, "decline_handover", reason="Är på hembesök.")
    await story.at("10:06")
    view = await story.view(contact)
    assert (view["suicide_state"], task(view, "handover_accept")["owner"]) == ("suspected", {"role": "assessor"})
    assert minute(task(view, "handover_accept")["due_at"]) == "2026-12-07 10:15"
    assert task(view, "call_assessor")["owner"] == to("N1")
    assert await story.refused("Y1", contact, "decline_handover", reason="Nej.") == (409, "WRONG_STATE")
    view = await story.decide("Y1", contact, "accept_handover")
    assert await story.refused("Y1", contact, "accept_handover") == (409, "WRONG_STATE")
    assert [each["outcome"] for each in view["handovers"]] == ["declined", "accepted"]


async def test_a_nurse_may_not_judge_or_lower(story: Story) -> None:
    """T2, R59: a nurse records no level, dismisses nothing and chooses no way; `record_asked` lowers no flag."""
    contact = await suspicion(story, "2026-12-07", "10:00")
    for decision, fields in (
        ("assess", LOW),
        ("dismiss_flag", {"reason": "misclick", "rationale": "Nej."}),
        ("choose_route", {"route": "book", "rationale": "Nej."}),
        ("retract_assessment", {"rationale": "Nej."}),
        ("close_last_resort", {"rationale": "Nej."}),
        ("handover_on_call", PSYCHIATRY),
        ("resolve_elsewhere", {"outcome": "admitted", "source": "journal", "rationale": "Nej."}),
    ):
        assert await story.refused("N1", contact, decision, **fields) == (403, "NOT_ASSESSOR"), decision
    asked = {"outcome": "asked_none", "note": "Nej."}
    assert await story.refused("N1", contact, "record_asked", **asked) == (409, "NO_ASSESSMENT")
    assert await story.refused("REC1", contact, "assess", **LOW) == (403, "NOT_ASSESSOR")
    assert await story.refused("D1", contact, "ask_safe_online") == (409, "WRONG_STATE")
    assert await story.refused("D1", contact, "choose_route", route="book", rationale="Nej.") == (409, "WRONG_STATE")
    assert await story.refused("D1", contact, "attended") == (409, "WRONG_STATE")


async def test_a_unit_without_assessors(story: Story) -> None:
    """T3: the manager is told at once; the holder hands over herself, kept as not assessed, and it stays ours."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P1, unit="MOT-T")
    await story.decide("N9", contact, "flag_suspicion", observation=SEEN)
    assert await story.refused("N9", contact, "handover_on_call", **PSYCHIATRY) == (403, "NOT_ASSESSOR")
    await story.decide("N9", contact, "pick")
    view = await story.view(contact, "AUD1")
    assert MANAGER in told(view, "10:00")
    told_so = await problem(story, "N9", contact, "handover_on_call", content="Misstänkt risk.")
    assert (told_so["code"], told_so["alternatives"]) == ("OFF_DUTY", ["psychiatric_emergency", "emergency_112"])
    view = await story.decide("N9", contact, "handover_on_call", **PSYCHIATRY)
    assert (view["suicide_state"], view["handovers"][-1]["assessed"]) == ("handover_on_call", False)
    view = await story.decide("N9", contact, "record_ack", received_by="Dr Ek", reference="PA-1")
    assert (view["suicide_state"], codes(view)) == ("suspected", ["NO_ASSESSMENT"])
    assert await story.refused("N9", contact, "request_close") == (409, "NO_ASSESSMENT")
    physical = {"start": "2026-12-08T10:00:00+01:00", "profession": "physician", "unit": "VC-T"}
    assert await story.refused("N9", contact, "book_physical", **physical, contact_type="physical") == (
        409,
        "WRONG_STATE",
    )


async def test_none_accepts_in_time(story: Story) -> None:
    """T3: from 15 open minutes the holder may hand over; an assessor still assesses, and then the handover stands."""
    contact = await suspicion(story, "2026-12-07", "10:00")
    await story.at("10:14")
    assert await story.refused("N1", contact, "handover_on_call", **PSYCHIATRY) == (403, "NOT_ASSESSOR")
    await story.at("10:16")
    assert await story.refused("N2", contact, "handover_on_call", **PSYCHIATRY) == (403, "NOT_ASSESSOR")
    assert await story.refused("REC1", contact, "handover_on_call", **PSYCHIATRY) == (403, "NOT_ASSESSOR")
    await story.decide("N1", contact, "handover_on_call", **PSYCHIATRY)
    await story.decide("N1", contact, "record_ack", received_by="Dr Ek", reference="PA-2")
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")
    view = await story.decide("D1", contact, "assess", **MODERATE)
    out = view["handovers"][-1]
    assert (view["suicide_state"], out["assessed"], out["outcome"]) == ("acknowledged", False, "accepted")
    assert (await story.closes("D1", contact))["state"] == "closed_grace"


async def test_sender_and_assessor_both_take_part(story: Story) -> None:
    """R59: after acceptance both write and call; others do not, and `release` asks all assessors anew."""
    contact = await accepted(story, "2026-12-07", "10:00")
    for who in ("N1", "Y1"):
        await story.decide(who, contact, "message", text="Hur är det just nu?")
        await story.decide(who, contact, "log_call", reached=True, note="Svarade.")
    assert await story.refused("N2", contact, "message", text="Hej.") == (403, "NOT_ADDRESSED")
    assert await story.refused("D2", contact, "message", text="Hej.") == (403, "NOT_HOLDER")
    assert await story.refused("N1", contact, "release") == (403, "NOT_HOLDER")
    await story.at("10:10")
    await story.decide("Y1", contact, "release")
    view = await story.view(contact, "D2")
    assert (view["state"], view["suicide_state"], view["holder"]) == ("queued", "suspected", None)
    assert told(view, "10:10") == EACH_ASSESSOR
    assert minute(task(view, "handover_accept")["due_at"]) == "2026-12-07 10:25"
    view = await story.decide("D2", contact, "pick")
    assert (view["suicide_state"], view["holder"]) == ("assessing", to("D2")["hsa_id"])


async def test_a_nurse_takes_over(story: Story) -> None:
    """R59: the assessor stays a participant and assesses; who held it is told."""
    contact = await accepted(story, "2026-12-07", "10:00")
    view = await story.decide("N2", contact, "take_over", reason="urgent")
    assert (view["holder"], view["suicide_state"]) == (to("N2")["hsa_id"], "assessing")
    assert told(view, "10:00")[-1] == to("Y1")
    await story.decide("Y1", contact, "message", text="Jag är kvar.")
    await story.decide("N2", contact, "message", text="Jag också.")
    assert await story.refused("N2", contact, "assess", **LOW) == (403, "NOT_ASSESSOR")
    view = await story.decide("Y1", contact, "assess", **ACUTE)
    assert (view["holder"], view["level"]) == (to("N2")["hsa_id"], "acute")
    assert await story.refused("N2", contact, "take_over", reason="urgent") == (409, "ALREADY_HELD")
    view = await story.decide("D1", contact, "take_over", reason="agreed")
    assert view["holder"] == to("D1")["hsa_id"]


async def test_not_assessed(story: Story) -> None:
    """R60, the task table: 30 open minutes after the last word; then all assessors, and the manager at twice that."""
    contact = await accepted(story, "2026-12-07", "10:00")
    await story.at("10:05")
    view = await story.decide("Y1", contact, "message", text="Jag läser nu.", expects_reply=False)
    wait = task(view, "assess")
    assert (lasts(wait).seconds, wait["owner"], minute(wait["due_at"])) == (30 * 60, to("Y1"), "2026-12-07 10:35")
    await story.at("11:06")
    view = await story.view(contact)
    assert told(view, "10:35", "assess") == EACH_ASSESSOR
    assert told(view, "11:05", "assess") == [MANAGER]
    assert clock_of(view["handovers"][0]["accepted_at"])[:16] == "2026-12-07 10:00"
