"""What a resident is shown and what begins, by every row of table A11, to the second (R50-R52, R76, B8)."""

from typing import Any

import pytest

from starter.desk import Refused
from tests.story import P1, P6, T17, Story, chat, key

OPEN, CLOSED = ("2026-11-25", "10:00"), ("2026-11-25", "18:30")
YES = {"report": "Anamnesrapport", "answers": [], "suicide_sign": True}
TAKEN_BACK = {
    "report": "Anamnesrapport",
    "answers": [{"question": "Har du tankar på att ta ditt liv?", "answer": "Nej", "changed_from": "Ja"}],
    "suicide_sign": False,
}

ROWS: dict[str, tuple[tuple[str, str], dict[str, Any], str, list[str], list[str]]] = {
    "open, nothing to show": (OPEN, {"triaged": True, "priority": 3}, "accepted", [], []),
    "open, priority 1": (OPEN, {"triaged": True, "priority": 1}, "accepted", ["M18"], ["112"]),
    "open, a yes in the form": (OPEN, {"form": YES}, "accepted", ["M18"], ["112"]),
    "closed, vårdcentral, priority 1": (
        CLOSED,
        {"triaged": True, "priority": 1},
        "accepted",
        ["M8"],
        ["112", "1177"],
    ),
    "closed, vårdcentral, priority 4": (CLOSED, {"triaged": True, "priority": 4}, "accepted", ["M8"], ["1177", "112"]),
    "closed, untriaged": (CLOSED, {}, "accepted", ["M8"], ["1177", "112"]),
    "closed, other unit, priority 1": (
        CLOSED,
        {"unit": "MOT-T", "triaged": True, "priority": 1},
        "redirected",
        ["M8"],
        ["112", "1177"],
    ),
    "closed, other unit, priority 3": (
        CLOSED,
        {"unit": "MOT-T", "triaged": True, "priority": 3},
        "redirected",
        ["M8"],
        ["1177", "112"],
    ),
    "closed, other unit, untriaged": (CLOSED, {"unit": "MOT-T"}, "accepted", ["M8"], ["1177", "112"]),
    "closed, a yes in the form": (CLOSED, {"form": YES}, "accepted", ["M15"], ["112", "90101", "1177"]),
    "closed, a yes taken back": (CLOSED, {"form": TAKEN_BACK}, "accepted", ["M15"], ["112", "90101", "1177"]),
    "closed, words in free text": (
        CLOSED,
        {"message": "Jag orkar inte leva längre."},
        "accepted",
        ["M15"],
        ["112", "90101", "1177"],
    ),
    "closed, other unit, triaged, a yes": (
        CLOSED,
        {"unit": "MOT-T", "triaged": True, "priority": 3, "form": YES},
        "accepted",
        ["M15"],
        ["112", "90101", "1177"],
    ),
    "protected": (OPEN, {"person": P6}, "excluded_protected", ["M11"], ["112"]),
    "protected with a sign": (
        OPEN,
        {"person": P6, "form": YES},
        "excluded_protected",
        ["M11"],
        ["112", "90101"],
    ),
}


@pytest.mark.parametrize("name", ROWS)
async def test_table_a11(story: Story, name: str) -> None:
    """A11: outcome, screens in order, numbers in order; preview and sending say the same."""
    (day, clock), fields, outcome, templates, numbers = ROWS[name]
    await story.begins(day, clock)
    contact = chat(**{"person": P1, **fields})
    seen = await story.call("POST", "/contacts/preview", who="platform24", json=contact)
    answer = await story.submit(contact)
    assert answer["outcome"] == outcome
    assert [screen["template"] for screen in answer["screen"]] == templates
    assert [number for screen in answer["screen"] for number in screen["numbers"]] == numbers
    assert seen["screen"] == answer["screen"]
    sendable = outcome == "accepted" or name == "protected with a sign"
    assert seen["send_possible"] is sendable
    assert (answer["contact_id"] is None) is (outcome != "accepted")
    assert not any("sök igen" in screen["text"].lower() for screen in answer["screen"])


async def test_bris_for_who_is_under_18(story: Story) -> None:
    """B8: under 18 M15 names Bris too, after 90101."""
    await story.begins(*CLOSED)
    answer = await story.submit(chat(T17, form=YES))
    assert answer["screen"][0]["numbers"] == ["112", "90101", "116 111", "1177"]
    assert "Bris på 116 111" in answer["screen"][0]["text"]


async def test_opened_1658_sent_1701(story: Story) -> None:
    """R50: the moment of sending counts, not that of opening the form."""
    await story.begins("2026-11-25", "16:58")
    seen = await story.call("POST", "/contacts/preview", who="platform24", json=chat(P1))
    assert seen["screen"] == []
    await story.at("17:01")
    answer = await story.submit(chat(P1))
    assert [screen["template"] for screen in answer["screen"]] == ["M8"]
    pressed = await story.submit(chat(P1, submitted_at="2026-11-25T16:59:59+01:00"))
    assert (pressed["screen"], pressed["opens_at"]) == ([], None)


async def test_a_yes_asks_the_assessors_and_never_lets_go(story: Story) -> None:
    """R59, R66: on top, the assessors' ladder of 5, 15 and 30 minutes, and no closing."""
    await story.begins(*OPEN)
    await story.comes_in("197909212396", triaged=True, priority=1)
    contact = await story.comes_in(P1, triaged=True, priority=5, form=YES)
    rows = await story.worklist()
    first = rows[0]
    assert (first["contact_id"], first["tier"], first["suicide_state"]) == (contact, "suicide", "suspected")
    owed = {task["kind"]: task["owner"] for task in rows[0]["tasks"]}
    assert owed == {"handover_accept": {"role": "assessor"}, "handle": {"role": "licensed"}}
    await story.decide("N1", contact, "pick")
    await story.at("10:06")
    assert "call_assessor" in [task["kind"] for task in (await story.view(contact))["tasks"]]
    await story.at("10:31")
    told = [alert["to"] for alert in (await story.view(contact))["alerts"] if alert["rule"] == "R59"]
    assert told[:4] == [
        {"hsa_id": "SE0000000000-N1"},
        {"role": "physician"},
        {"role": "psychologist"},
        {"hsa_id": "SE0000000000-N1"},
    ]
    assert {"role": "unit_manager"} in told
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")
    taken = await story.decide("Y1", contact, "accept_handover")
    assert (taken["holder"], taken["suicide_state"]) == ("SE0000000000-Y1", "assessing")
    assert {"handover_accept", "call_assessor"}.isdisjoint(task["kind"] for task in taken["tasks"])
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_words_in_a_message_raise_a_hit_to_people(story: Story) -> None:
    """B8: free text is looked through on every message: on top, fifteen minutes, un-closable; nothing is stopped."""
    await story.begins(*OPEN)
    contact = await story.comes_in(P1)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "message", text="Hur mår du?")
    answer = await story.report(contact, "patient_message", text="Jag vill ta livet av mig.")
    assert answer["state"] == "in_progress"
    view = await story.view(contact)
    assert (view["tier"], view["suicide_state"]) == ("suicide", "screening_hit")
    assert view["alerts"][-1]["to"] == {"hsa_id": "SE0000000000-N1"}
    assert [task["kind"] for task in view["tasks"]][:2] == ["handle", "reply"]
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_a_restricted_contact_is_for_assessors_and_manager(story: Story) -> None:
    """R77: a protected person's disclosure is taken; nobody else sees it, nothing is ever written to the patient."""
    await story.begins(*OPEN)
    answer = await story.submit(chat(P6, form=YES))
    assert answer["contact_id"] is None
    rows = (await story.call("GET", "/worklist", who="D1"))["items"]
    contact = rows[0]["contact_id"]
    assert [task["kind"] for task in rows[0]["tasks"]] == ["safety_review"]
    assert (await story.call("GET", "/worklist", who="N1"))["items"] == []
    with_no_right = await story.refused("N1", contact, "pick")
    assert with_no_right == (403, "NOT_ADDRESSED")
    await story.decide("D1", contact, "pick")
    assert await story.refused("D1", contact, "message", text="Hej") == (409, "PROTECTED")
    ended = await story.decide("D1", contact, "moved_outside", how="telefon", note="Nådd via socialtjänsten.")
    assert ended["state"] == "moved_outside"


async def test_the_register_is_away(story: Story) -> None:
    """R76: the case is let in; the register is asked again every ten minutes, and what it then says is acted on."""
    await story.begins(*OPEN)
    await story.call("PUT", "/demo/faults", json={"people": "fail"})
    contact = await story.comes_in(P6)
    assert (await story.view(contact))["person"]["protected"] is None
    await story.at("10:05")
    await story.call("PUT", "/demo/faults", json={"people": "ok"})
    await story.at("10:17")
    await story.at("10:18")
    view = await story.view(contact)
    assert view["person"]["protected"] is True
    assert "move_outside" in [task["kind"] for task in view["tasks"]]


async def test_unknown_unit_and_stale_time(story: Story) -> None:
    """A11: what cannot be judged is refused, names the field, and begins nothing."""
    await story.begins(*OPEN)
    for fields, field in (({"unit": "X"}, "unit"), ({"submitted_at": "2026-11-25T10:30:00+01:00"}, "submitted_at")):
        with pytest.raises(Refused) as refused:
            await story.submit(chat(P1, **fields), key())
        assert (refused.value.status, refused.value.problem["field"]) == (422, field)
    assert await story.worklist() == []
