"""Real endings (`resolve_elsewhere`), and what is considered about a minor's guardians (B5)."""

import pytest

from tests.stories.suicide.acts import (
    FORM,
    HIGH,
    LOW,
    MODERATE,
    accepted,
    assessed,
    codes,
    kinds,
    lasts,
    suspicion,
    task,
    to,
)
from tests.story import P2, P3, T17, Story

WHY = {"source": "journal", "rationale": "Framgår av journalen."}
CONSIDERED = {"informed": "no", "rationale": "Hotbild i hemmet.", "child_protection_considered": True}


@pytest.mark.parametrize("outcome", ["seen_elsewhere", "admitted", "other"])
async def test_an_assessor_resolves(story: Story, outcome: str) -> None:
    """`resolve_elsewhere` lifts the blocks, a screening hit's too; then two steps; a nurse and the manager may not."""
    contact = await suspicion(story, "2026-12-07", "10:00", message="Jag vill inte leva längre.")
    for who in ("N1", "VCH"):
        assert await story.refused(who, contact, "resolve_elsewhere", outcome=outcome, **WHY) == (403, "NOT_ASSESSOR")
    assert await story.refused("REC1", contact, "resolve_elsewhere", outcome=outcome, **WHY) == (403, "FORBIDDEN_ROLE")
    await story.decide("D1", contact, "resolve_elsewhere", outcome=outcome, **WHY)
    view = await story.view(contact)
    assert (view["suicide_state"], codes(view), "handover_accept" in kinds(view)) == ("released", [], False)
    assert (await story.closes("N1", contact))["state"] == "closed_grace"


async def test_deceased(story: Story) -> None:
    """`deceased` is the manager's too, and nothing more is sent."""
    contact = await assessed(story, "2026-12-07", "10:00", MODERATE, P2)
    view = await story.decide("VCH", contact, "resolve_elsewhere", outcome="deceased", **WHY)
    assert (view["suicide_state"], codes(view)) == ("released", [])
    assert (await story.refused("Y1", contact, "sms_reminder"))[0] == 409
    closed = await story.closes("Y1", contact)
    assert (closed["state"], {each["kind"] for each in closed["tasks"]}) == (
        "closed_grace",
        {"doc_note", "doc_suicide_assessment"},
    )


async def test_resolved_and_judged_anew(story: Story) -> None:
    """A new assessment or flag after it shuts the gate again."""
    contact = await assessed(story, "2026-12-07", "10:00", MODERATE, P2)
    await story.decide("Y1", contact, "resolve_elsewhere", outcome="admitted", **WHY)
    view = await story.decide("Y1", contact, "assess", **HIGH)
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NO_HANDOVER")
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_HANDOVER")
    await story.decide("Y1", contact, "resolve_elsewhere", outcome="admitted", **WHY)
    await story.decide("N2", contact, "flag_suspicion", observation="Ringde från avdelningen.")
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_in_an_ordinary_case(story: Story) -> None:
    """In normal cases the holder resolves; a mental-health contact then needs no question."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P2, area="mental_health")
    await story.decide("N1", contact, "pick")
    assert await story.refused("N2", contact, "resolve_elsewhere", outcome="admitted", **WHY) == (403, "NOT_ADDRESSED")
    view = await story.decide("N1", contact, "resolve_elsewhere", outcome="admitted", **WHY)
    assert codes(view) == []
    assert (await story.closes("N1", contact))["state"] == "closed_grace"


async def test_a_minor(story: Story) -> None:
    """B5: a task for the guardian note from acceptance on; it blocks closing until an assessor has written it."""
    contact = await accepted(story, "2026-12-07", "10:00", T17)
    note = task(await story.view(contact), "guardian_note")
    assert (lasts(note).seconds, note["owner"]) == (60 * 60, to("Y1"))
    await story.decide("Y1", contact, "message", text="Hur mår du?")
    await story.report(contact, "patient_message", text="Bättre.")
    await story.decide("Y1", contact, "assess", **LOW)
    await story.decide("Y1", contact, "record_safe_online", answer="yes", via="chat")
    await story.attests("Y1", contact)
    assert await story.refused("Y1", contact, "request_close") == (409, "GUARDIAN_NOTE")
    assert await story.refused("N1", contact, "record_guardian_note", **CONSIDERED) == (403, "NOT_ASSESSOR")
    unsaid = CONSIDERED | {"rationale": ""}
    assert await story.refused("Y1", contact, "record_guardian_note", **unsaid) == (422, "NO_RATIONALE")
    view = await story.decide("Y1", contact, "record_guardian_note", **CONSIDERED)
    assert ("guardian_note" in kinds(view), codes(view)) == (False, [])
    assert (await story.closes("Y1", contact))["state"] == "closed_grace"


async def test_a_minor_handed_to_112(story: Story) -> None:
    """B5: after an acknowledged 112 handover nobody waits for the note; after another handover it is waited for."""
    contact = await assessed(story, "2026-12-07", "10:00", HIGH, T17)
    await story.decide("Y1", contact, "handover_on_call", target="psychiatric_emergency", content="Planer.")
    await story.decide("Y1", contact, "record_ack", received_by="Dr Ek", reference="PA-1")
    assert await story.refused("Y1", contact, "request_close") == (409, "GUARDIAN_NOTE")
    contact = await assessed(story, "2026-12-07", "11:00", HIGH, T17)
    await story.decide("Y1", contact, "call_112", received_by="SOS", reference="S-1")
    assert (await story.closes("Y1", contact))["state"] == "closed_grace"


async def test_an_adult_has_no_guardian(story: Story) -> None:
    """B5: the note is only of a minor."""
    contact = await accepted(story, "2026-12-07", "10:00", P3, form=FORM)
    assert await story.refused("Y1", contact, "record_guardian_note", **CONSIDERED) == (409, "WRONG_STATE")
