"""What Temporal's own page shows an on-call engineer of a case: states, tasks and instants, nothing of the patient."""

from temporalio.api.sdk.v1 import WorkflowMetadata

from starter.house import House
from tests.story import P1, Story


async def card(house: House, contact_id: str) -> str:
    """The current details of the contact's workflow."""
    handle = house.client.get_workflow_handle(contact_id)
    told = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return str(told.current_details)


async def test_the_card_follows_the_case(story: Story, house: House) -> None:
    """It names the state, each task that is owed with its rule and instant, and what the clock does next."""
    await story.begins("2026-11-23", "09:00")
    contact = await story.comes_in(P1, message="Hemliga ord")
    queued = await card(house, contact)
    assert queued.startswith("**queued** i VC-T")
    assert "- Ta hand om ärendet (R42), senast 2026-11-23T" in queued
    assert "Härnäst: Nästa steg i trappan: Ta hand om ärendet" in queued
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Hemligt svar?")
    asked = await card(house, contact)
    assert asked.startswith("**awaiting_patient** i VC-T")
    for secret in (P1, "Hemliga", "Hemligt"):
        assert secret not in queued + asked
