"""From a suspicion to the end of its pathway: staff told outside the house, a task given on, everything written."""

import pytest

from starter.house import House
from tests.stories.suicide.acts import LOW, suspicion, task, to
from tests.story import Story


@pytest.fixture
def reachable(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """N1 has asked to be told by SMS."""
    snapshot = house.units.snapshot

    def with_contacts(*args: object) -> object:
        unit = snapshot(*args)  # type: ignore[arg-type]
        assert unit is not None
        staff = [
            each.model_copy(update={"mobile": "+46701740699"}) if each.hsa_id.endswith("-N1") else each
            for each in unit.staff
        ]
        return unit.model_copy(update={"staff": tuple(staff)})

    monkeypatch.setattr(house.units, "snapshot", with_contacts)


@pytest.mark.usefixtures("reachable")
async def test_a_pathway_comes_to_its_end(story: Story) -> None:
    """R59, R60, R62, M17: N1 is told to phone an assessor; the manager gives a task on; the last note ends both."""
    contact = await suspicion(story, "2026-12-07", "10:00")
    await story.at("10:06")
    await story.at("10:07")
    outbox = await story.call("GET", "/demo/outbox", params={"contact_id": contact})
    assert [each["to"] for each in outbox if each["template"] == "M17"] == ["+46701740699"]
    await story.decide("Y1", contact, "accept_handover")
    given = task(await story.view(contact), "assess")
    view = await story.decide(
        "VCH", contact, "reassign_task", task_id=given["task_id"], to=to("D1"), reason="Y1 har patient."
    )
    assert task(view, "assess")["owner"] == to("D1")
    await story.decide("D1", contact, "assess", **LOW)
    await story.decide("D1", contact, "ask_safe_online")
    await story.report(contact, "patient_message", text="Ja.")
    await story.decide("D1", contact, "record_safe_online", answer="yes", via="chat")
    for who in ("N1", "Y1", "D1"):
        await story.attests(who, contact)
    await story.closes("D1", contact)
    for who in ("N1", "Y1", "D1"):
        await story.attests(who, contact)
    await story.at("17:01", "2026-12-08")
    view = await story.view(contact)
    assert (view["state"], view["suicide_state"], view["tasks"]) == ("completed", "released", [])
