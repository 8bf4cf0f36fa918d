"""T11, T12 and T13: a patient who is silent, or never answers: assess on what is known, extend, phone, decide."""

from datetime import timedelta

from tests.stories.suicide.acts import (
    CERTAIN,
    EACH_ASSESSOR,
    LOW,
    MANAGER,
    MODERATE,
    OUT,
    UNMET,
    accepted,
    assessed,
    codes,
    deadline,
    denied,
    instant,
    kinds,
    lasts,
    minute,
    phoned,
    sent,
    task,
    to,
    told,
)
from tests.story import P1, P2, P4, Story, clock_of

PSYCHIATRY = OUT | {"target": "psychiatric_emergency"}


async def test_never_answers(story: Story) -> None:
    """T11, R68: 60 open minutes after the first staff message; then all assessors at +15, the manager at +30."""
    contact = await accepted(story, "2026-12-07", "10:00")
    view = await story.decide("Y1", contact, "message", text="Hej, hur är det?")
    silence = task(view, "silence")
    assert (lasts(silence), silence["owner"]) == (timedelta(hours=1), to("Y1"))
    assert deadline(view, "never_answered")["hard_at"] == silence["due_at"]
    assert "assess" not in kinds(view)
    await story.at("11:31")
    view = await story.view(contact)
    assert told(view, "11:15", "silence") == EACH_ASSESSOR
    assert told(view, "11:30", "silence") == [MANAGER]
    assert view["state"] == "awaiting_patient"
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_never_answers_late_in_the_day(story: Story) -> None:
    """R68: the silence is seen at closing −30 the same day."""
    contact = await accepted(story, "2026-12-07", "15:50")
    view = await story.decide("Y1", contact, "message", text="Hej, hur är det?")
    assert clock_of(task(view, "silence")["due_at"]) == "2026-12-07 16:30:00"


async def test_three_calls(story: Story) -> None:
    """R70: 30 minutes apart by the clock, all assessors at +15; after the third it is to be assessed as is."""
    contact = await accepted(story, "2026-12-07", "10:00")
    await story.decide("Y1", contact, "message", text="Hej, hur är det?")
    assert await story.refused("N2", contact, "log_call", reached=False, note="Nej.") == (403, "NOT_ADDRESSED")
    view = await phoned(story, contact, "N1", "11:05")
    assert (view["suicide_state"], minute(deadline(view, "next_call")["hard_at"])) == ("phoning", "2026-12-07 11:35")
    await story.at("11:51")
    assert told(await story.view(contact), "11:50", "call_patient") == EACH_ASSESSOR
    await story.decide("Y1", contact, "log_call", reached=False, note="Inget svar.")
    view = await phoned(story, contact, "Y1", "12:22")
    assert (view["suicide_state"], "assess" in kinds(view), "call_patient" in kinds(view)) == ("assessing", True, False)
    assert [each["reached"] for each in view["calls"]] == [False] * 3
    await story.report(contact, "patient_message", text="Förlåt, jag sov.")
    view = await story.decide("Y1", contact, "assess", **MODERATE)
    assert view["suicide_state"] == "booking"


async def test_the_extension_ends(story: Story) -> None:
    """R69: a person decides: nothing closes; all assessors at +15, the manager at +30; a word ends it too."""
    contact = await accepted(story, "2026-12-07", "10:00")
    await story.decide("Y1", contact, "message", text="Hej, hur är det?")
    until = {"until": instant("2026-12-07", "12:00"), "rationale": "Arbetar på förmiddagen."}
    await story.decide("Y1", contact, "extend", **until)
    past = until | {"until": instant("2026-12-07", "09:00")}
    assert await story.refused("Y1", contact, "extend", **past) == (422, "INVALID")
    await story.at("12:31")
    view = await story.view(contact)
    assert (view["suicide_state"], view["state"]) == ("extended", "awaiting_patient")
    assert told(view, "12:15", "extension_expired") == EACH_ASSESSOR
    assert told(view, "12:30", "extension_expired") == [MANAGER]
    assert codes(view) == ["NO_ASSESSMENT"]
    await story.decide("Y1", contact, "extend", **(until | {"until": instant("2026-12-08", "17:00")}))
    await story.report(contact, "patient_message", text="Nu är jag här.")
    view = await story.view(contact)
    assert (view["suicide_state"], "assess" in kinds(view)) == ("assessing", True)


async def test_low_with_reasonable_certainty(story: Story) -> None:
    """T12, R71: two calls or why not, a rationale and the record; grace follows, and a reply is assessed anew."""
    contact = await accepted(story, "2026-12-07", "10:00", P2)
    await phoned(story, contact, "Y1", "10:10")
    assert await story.refused("Y1", contact, "assess", **(CERTAIN | {"rationale": ""})) == (422, "NO_RATIONALE")
    sure = MODERATE | {"reasonable_certainty": True}
    assert (await story.refused("Y1", contact, "assess", **sure))[0] == 422
    await story.decide("Y1", contact, "assess", **CERTAIN)
    await story.attests("Y1", contact)
    assert await story.refused("Y1", contact, "request_close") == (409, "NOT_TRIED_TO_REACH")
    view = await phoned(story, contact, "Y1", "10:40")
    assert (view["suicide_state"], codes(view)) == ("released", [])
    closed = await story.closes("Y1", contact)
    assert (closed["state"], sent(closed)) == ("closed_grace", [])
    await story.at("10:00", "2026-12-08")
    answer = await story.report(contact, "patient_message", text="Hej igen.")
    assert (answer["contact_id"], answer["state"]) == (contact, "in_progress")
    view = await story.view(contact)
    assert (view["tier"], view["suicide_state"], codes(view)) == ("suicide", "assessing", ["NO_ASSESSMENT"])
    assert await story.refused("Y1", contact, "no_action_needed", note="Nej.") == (409, "NO_ASSESSMENT")


async def test_certainty_and_a_reason(story: Story) -> None:
    """T12: a stated reason stands for the calls; a word before it is closed takes its ground away."""
    contact = await accepted(story, "2026-12-07", "10:00", P4)
    view = await story.decide("Y1", contact, "assess", **CERTAIN, not_called_because="Inlagd enligt journalen.")
    assert view["suicide_state"] == "released"
    await story.attests("Y1", contact)
    await story.report(contact, "patient_message", text="Jag är hemma igen.")
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_certainty_is_of_the_unreached(story: Story) -> None:
    """T4 before T12: a patient who answers is asked whether it feels safe, however certain the assessor is."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW | {"reasonable_certainty": True})
    view = await story.view(contact)
    assert (view["suicide_state"], codes(view)[0]) == ("low_ask", "SAFE_ONLINE_UNANSWERED")


async def test_the_on_call_route_asks_for_calls(story: Story) -> None:
    """T13, R72: at least moderate and unreached; two calls or a stated reason open the way, a yes lets go."""
    contact = await accepted(story, "2026-12-07", "10:00", P1)
    await story.decide("Y1", contact, "assess", **UNMET)
    assert await story.refused("Y1", contact, "handover_on_call", **PSYCHIATRY) == (409, "NOT_TRIED_TO_REACH")
    view = await story.decide("Y1", contact, "handover_on_call", **PSYCHIATRY, not_called_because="Saknar nummer.")
    assert (view["suicide_state"], codes(view)[0]) == ("handover_on_call", "ACK_PENDING")
    assert await story.refused("N2", contact, "record_ack", received_by="A", reference="1") == (403, "NOT_ASSESSOR")
    view = await story.decide("Y1", contact, "record_ack", received_by="Dr Ek", reference="PA-7")
    assert (view["suicide_state"], codes(view)) == ("acknowledged", [])


async def test_unreached_with_a_reason(story: Story) -> None:
    """T13: an assessment that says why nobody was called opens the choice of route, not a booking."""
    contact = await accepted(story, "2026-12-07", "10:00", P1)
    view = await story.decide("Y1", contact, "assess", **UNMET, not_called_because="Saknar nummer.")
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NO_HANDOVER")
    view = await story.decide("Y1", contact, "handover_on_call", **PSYCHIATRY)
    assert view["suicide_state"] == "handover_on_call"


async def test_on_call_reads_while_it_is_asked(story: Story) -> None:
    """R72: on-call opens the case while a handover to it is open, and not before or after."""
    contact = await accepted(story, "2026-12-07", "16:30", P1)
    assert (await denied(story, "BJ1", contact)) == (403, "NOT_ADDRESSED")
    await story.decide("Y1", contact, "assess", **UNMET, not_called_because="Saknar nummer.")
    await story.at("17:01")
    await story.decide("Y1", contact, "handover_on_call", **OUT)
    assert (await story.view(contact, "BJ1"))["person"]["personnummer"] == P1
    assert await story.refused("BJ1", contact, "message", text="Hej.") == (403, "FORBIDDEN_ROLE")
    await story.decide("BJ1", contact, "record_ack", received_by="Björn Jour", reference="J-1", outcome="advice_only")
    assert (await denied(story, "BJ1", contact)) == (403, "NOT_ADDRESSED")
    view = await story.view(contact)
    assert (view["suicide_state"], codes(view)[0], told(view, "17:01")[-1]) == ("route_choice", "NO_HANDOVER", to("Y1"))
