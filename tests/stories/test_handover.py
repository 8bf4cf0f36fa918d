"""Handing over (överlämning): consent, return, and what each step leaves owed (R53, R83, R84)."""

from typing import Any

from tests.story import P2, Story, clock_of

ASKED = {"given": True, "wording": "Får en läkare läsa ditt ärende?"}


async def picked(story: Story, clock: str = "10:00", day: str = "2026-11-24") -> str:
    """A chat in N1's hands."""
    await story.begins(day, clock)
    contact = await story.comes_in(P2, triaged=True, priority=3)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Får jag fråga en läkare?")
    return contact


def owed(view: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """What is owed, and by whom."""
    return [(task["kind"], task["owner"]) for task in view["tasks"]]


async def test_accepted_handover_needs_consent_and_leaves_both_their_note(story: Story) -> None:
    """R53: no consent, no handover. R83-R84: the first documents both, the receiver her own assessment."""
    contact = await picked(story)
    to = {"role": "physician"}
    assert await story.refused("N1", contact, "handover", to=to) == (409, "CONSENT_REQUIRED")
    assert await story.refused("D1", contact, "accept_handover") == (403, "NOT_ADDRESSED")
    await story.report(contact, "patient_message", text="Ja, det går bra.")
    await story.decide("N1", contact, "record_consent", **ASKED)
    pending = await story.decide("N1", contact, "handover", to=to, note="Hosta nio dagar.")
    assert pending["state"] == "handover_pending"
    assert ("handover_accept", to) in owed(pending)
    assert ("reply", {"hsa_id": "SE0000000000-N1"}) in owed(pending)
    await story.at("10:18")
    accepted = await story.decide("D1", contact, "accept_handover")
    assert accepted["holder"] == "SE0000000000-D1"
    assert (accepted["handovers"][0]["consent"], accepted["handovers"][0]["outcome"]) == ("given", "accepted")
    await story.decide("D1", contact, "message", text="Egenvård räcker.", expects_reply=False)
    closed = await story.closes("D1", contact, grace="none")
    notes = [(note["owner"]["hsa_id"][-2:], note["keywords"]) for note in closed["documentation"]]
    assert notes == [("N1", ["Anamnes-Aktuellt", "Bedömning"]), ("D1", ["Bedömning"])]
    assert (await story.attests("D1", contact))["state"] == "closed"
    assert (await story.attests("N1", contact))["state"] == "completed"


async def test_refused_consent(story: Story) -> None:
    """R53: the patient says no; the case stays where it is, and a later yes opens the way."""
    contact = await picked(story)
    await story.decide("N1", contact, "record_consent", given=False, wording=ASKED["wording"])
    assert await story.refused("N1", contact, "handover", to={"role": "physician"}) == (409, "CONSENT_REQUIRED")
    view = await story.view(contact)
    assert (view["state"], view["holder"], view["handovers"]) == ("awaiting_patient", "SE0000000000-N1", [])
    await story.decide("N1", contact, "record_consent", **ASKED)
    assert (await story.decide("N1", contact, "handover", to={"role": "physician"}))["state"] == "handover_pending"


async def test_declined_then_recalled(story: Story) -> None:
    """R53: a no comes back with its reason, a recall without one, and each new handover needs a consent of its own."""
    contact = await picked(story)
    await story.decide("N1", contact, "record_consent", **ASKED)
    await story.decide("N1", contact, "handover", to={"hsa_id": "SE0000000000-D1"})
    assert await story.refused("D2", contact, "accept_handover") == (403, "NOT_ADDRESSED")
    await story.decide("D1", contact, "decline_handover", reason="Jag går nu, fråga David.")
    view = await story.view(contact)
    assert (view["holder"], view["handovers"][0]["outcome"]) == ("SE0000000000-N1", "declined")
    assert view["alerts"][-1]["to"] == {"hsa_id": "SE0000000000-N1"}
    refused = await story.refused("N1", contact, "handover", to={"hsa_id": "SE0000000000-D2"})
    assert refused == (409, "CONSENT_REQUIRED")
    await story.decide("N1", contact, "record_consent", **ASKED)
    await story.decide("N1", contact, "handover", to={"hsa_id": "SE0000000000-D2"})
    recalled = await story.decide("N1", contact, "recall_handover")
    assert (recalled["state"], recalled["handovers"][1]["outcome"]) == ("awaiting_patient", "returned")


async def test_unaccepted_handover_returns_before_the_days_sweep(story: Story) -> None:
    """R53 (AMB): nobody accepts; the sender is told after an hour, and has it again at closing -30."""
    contact = await picked(story)
    await story.decide("N1", contact, "record_consent", **ASKED)
    view = await story.decide("N1", contact, "handover", to={"role": "psychologist"})
    foreseen = [(clock_of(each["at"])[:16], each["to"]) for each in view["if_nobody_acts"]]
    assert ("2026-11-24 11:00", {"hsa_id": "SE0000000000-N1"}) in foreseen
    await story.at("16:29")
    assert (await story.view(contact))["state"] == "handover_pending"
    await story.at("16:30")
    view = await story.view(contact)
    assert (view["state"], view["holder"]) == ("awaiting_patient", "SE0000000000-N1")
    assert clock_of(view["handovers"][0]["returned_at"]) == "2026-11-24 16:30:00"
    told = [clock_of(alert["at"])[11:16] for alert in view["alerts"] if alert["to"] == {"hsa_id": "SE0000000000-N1"}]
    assert told[0] == "11:00"
    assert told[-1] == "16:30"


async def test_handover_late_in_the_day_returns_the_next_open_day(story: Story) -> None:
    """R53: made after closing -30, it is the next open day's closing -30 that gives it back."""
    contact = await picked(story, "16:45")
    await story.decide("N1", contact, "record_consent", **ASKED)
    await story.decide("N1", contact, "handover", to={"role": "physician"})
    await story.at("16:29", "2026-11-25")
    assert (await story.view(contact))["state"] == "handover_pending"
    await story.at("16:30")
    assert (await story.view(contact))["holder"] == "SE0000000000-N1"


async def test_a_colleague_taken_ill(story: Story) -> None:
    """R10, R99: taken over from who is absent; the old holder is told and may still read; the wait goes on."""
    contact = await picked(story)
    await story.report(contact, "patient_message", text="Det har blivit värre.")
    await story.at("10:20")
    taken = await story.decide("N2", contact, "take_over", reason="absent", note="Nora har gått hem sjuk.")
    assert taken["holder"] == "SE0000000000-N2"
    reply = next(task for task in taken["tasks"] if task["kind"] == "reply")
    assert (reply["owner"], clock_of(reply["due_at"])[:16]) == ({"hsa_id": "SE0000000000-N2"}, "2026-11-24 11:00")
    assert taken["alerts"][-1]["to"] == {"hsa_id": "SE0000000000-N1"}
    assert await story.refused("N2", contact, "take_over", reason="absent") == (409, "ALREADY_HELD")
    assert await story.refused("N1", contact, "message", text="Hej") == (403, "NOT_HOLDER")
    assert (await story.view(contact, "N1"))["holder"] == "SE0000000000-N2"
