"""R66: the suicide tier goes before everything else, in the order of the risk."""

from tests.stories.suicide.acts import ACUTE, FORM, HIGH, LOW, MODERATE, SEEN, no_sms_tells
from tests.story import CH13, G1, P1, P2, P3, P4, P5, T17, Story


async def test_by_risk(story: Story) -> None:
    """R66: acute, high, then what is moderate, not assessed or a hit, then low; all before an ordinary priority 1."""
    await story.begins("2026-12-07", "10:00")
    urgent = await story.comes_in(P1, triaged=True, priority=1)
    judged = {}
    for person, body in ((P2, LOW), (P3, MODERATE), (P4, HIGH), (P5, ACUTE)):
        contact = await story.comes_in(person, triaged=True, priority=5)
        await story.decide("D1", contact, "pick")
        judged[body["level"]] = contact
        await story.decide("D1", contact, "assess", **body)
    hit = await story.comes_in(G1, message="Jag vill inte leva längre.")
    form = await story.comes_in(T17, form=FORM)
    flagged = await story.comes_in(CH13)
    await story.decide("REC1", flagged, "flag_suspicion", observation=SEEN)
    rows = [row["contact_id"] for row in await story.worklist()]
    assert rows[:2] == [judged["acute"], judged["high"]]
    assert set(rows[2:6]) == {judged["moderate"], hit, form, flagged}
    assert rows[6:] == [judged["low"], urgent]
    mine = await story.worklist(role="psychologist")
    assert {row["contact_id"] for row in mine} == {hit, form, flagged, urgent}
    await story.decide("N1", urgent, "set_urgency", priority=1, rationale="Feber.")
    refused = await story.decide("N1", judged["low"], "set_urgency", priority=5, rationale="Lugnt.")
    assert refused["tier"] == "suicide"


async def test_no_sms_tells_of_it(story: Story) -> None:
    """R76, B4: the SMS of a suicide case is as neutral as any other."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P1, form=FORM)
    await story.decide("Y1", contact, "pick")
    await story.decide("Y1", contact, "message", text="Hur är det?")
    await story.decide("Y1", contact, "sms_reminder")
    await story.at("10:01")
    outbox = await story.call("GET", "/demo/outbox", params={"contact_id": contact})
    assert [each["template"] for each in outbox if each["channel"] == "sms"] == ["M4"]
    await no_sms_tells(story, contact)
