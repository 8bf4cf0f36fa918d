"""A case as it is read: every field of `api.md`, who may open it, what is left out for whom, who may decide what."""

import re
from datetime import datetime
from typing import Any

from routine.suicide_risk.meeting import TYPES
from tests.api.test_worklist import ROW, SIGN
from tests.api.wire import Wire, hsa, problem
from tests.story import P1, P2

VIEW = (
    *("person", "form", "chat", "images", "guests", "relative", "other_open_contacts", "continues", "deadlines"),
    *("alerts", "if_nobody_acts", "blocks_close", "messages", "documentation", "registration", "handovers"),
    *("assessments", "booking", "plan", "calls", "notes", "allowed"),
)
SHAPES = {
    "chat": {"from", "at", "text"},
    "images": {"image_id", "media_type", "state"},
    "deadlines": {"name", "soft_at", "hard_at", "rule", "met_at"},
    "alerts": {"at", "to", "reason", "rule"},
    "if_nobody_acts": {"at", "what", "to", "rule"},
    "messages": {"template", "channel", "direction", "to_masked", "text", "planned_at", "sent_at", "status"},
    "calls": {"at", "by", "reached", "note"},
    "handovers": {
        *("handover_id", "kind", "from", "to", "at", "consent", "content", "assessed", "accepted_at", "declined_at"),
        *("returned_at", "received_by", "reference", "outcome", "acked_at"),
    },
}
FORM = {
    "report": "Anamnes: hosta.",
    "answers": [{"question": "Feber?", "answer": "Nej", "changed_from": "Ja"}],
    "suicide_sign": False,
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def instants(value: Any) -> list[str]:
    """Every instant in an answer."""
    if isinstance(value, dict):
        return [each for inner in value.values() for each in instants(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in instants(inner)]
    return [value] if isinstance(value, str) and INSTANT.match(value) else []


async def eventful(wire: Wire) -> str:
    """A contact to which much has happened."""
    images = [{"image_id": "bild-1", "media_type": "image/jpeg"}]
    contact = await wire.comes_in(P1, triaged=True, priority=3, form=FORM, area="infection", images=images)
    await wire.decide("N1", contact, "pick")
    await wire.decide("N1", contact, "message", text="Hur länge?")
    await wire.event(contact, "patient_message", text="Nio dagar.")
    await wire.decide("N1", contact, "log_call", reached=False, note="Svarade inte.")
    await wire.decide("N1", contact, "record_consent", given=True, wording="Ja.")
    await wire.decide("N1", contact, "handover", to={"role": "physician"}, note="Bedöm hostan.")
    await wire.decide("D1", contact, "accept_handover")
    await wire.decide("D1", contact, "message", phrase="Stängning")
    await wire.decide("N2", contact, "take_over", reason="absent", note="D1 blev sjuk.")
    return contact


async def test_every_field(wire: Wire) -> None:
    """The case view is the row and all of `api.md`'s fields, with their own fields."""
    view = await wire.view(await eventful(wire))
    assert {*ROW, *VIEW} <= view.keys()
    for name, fields in SHAPES.items():
        assert view[name], name
        assert all(fields <= each.keys() for each in view[name]), name
    assert view["person"]["personnummer"] == P1
    assert view["form"] == FORM
    assert [line["text"] for line in view["chat"]][:3] == ["Hej, jag behöver råd.", "Hur länge?", "Nio dagar."]
    assert {line["from"] for line in view["chat"]} == {"patient", "staff"}
    assert view["images"][0]["image_id"] == "bild-1"
    handover = view["handovers"][0]
    assert (handover["kind"], handover["from"], handover["to"]) == ("colleague", hsa("N1"), {"role": "physician"})
    assert (handover["consent"], handover["content"], handover["received_by"]) == ("given", "Bedöm hostan.", hsa("D1"))
    assert (view["calls"][0]["by"], view["calls"][0]["reached"]) == (hsa("N1"), False)
    assert view["messages"][0]["template"] == "M5"
    assert P1 not in view["messages"][0]["to_masked"]
    assert view["alerts"][-1]["to"] == {"hsa_id": hsa("D1")}
    assert (view["relative"], view["registration"], view["booking"], view["plan"], view["continues"]) == (None,) * 5


async def test_stockholms_offset(wire: Wire) -> None:
    """Instants are answered with Stockholm's offset, in winter and in summer; `opens_at` too."""
    await wire.begins("2026-11-23", "19:00")
    answer = await wire.send("POST", "/contacts", who="platform24", key="k", json={**_chat(), "triaged": False})
    assert answer.json()["opens_at"] == "2026-11-24T08:00:00+01:00"
    seen = instants(await wire.view(answer.json()["contact_id"]))
    assert len(seen) > 3
    assert {datetime.fromisoformat(each).utcoffset() for each in seen} == {datetime.fromisoformat(seen[0]).utcoffset()}
    assert all(each.endswith("+01:00") for each in seen)
    await wire.begins("2026-07-01", "10:00")
    seen = instants(await wire.view(await wire.comes_in()))
    assert all(each.endswith("+02:00") for each in seen if each < "2026-10-25")


def _chat() -> dict[str, Any]:
    return {
        "kind": "chat",
        "unit": "VC-T",
        "entry_channel": "1177.se",
        "auth_method": "freja",
        "person": {"personnummer": P1},
        "message": "Hej.",
    }


async def opens(wire: Wire, contact: str) -> set[str]:
    """Whoever of the demo's people may open the case in full."""
    people = ("N1", "N2", "D1", "D2", "Y1", "K1", "REC1", "VCH", "BJ1", "AUD1", "N9", "platform24")
    may = set()
    for who in people:
        answer = await wire.get(f"/contacts/{contact}", who)
        if answer.status_code == 200 and "chat" in answer.json():
            may.add(who)
    return may


async def test_who_may_open(wire: Wire) -> None:
    """Licensed staff while queued; then holder, former holders, addressees; the manager and the auditor always."""
    always = {"VCH", "AUD1"}
    contact = await wire.comes_in()
    assert await opens(wire, contact) == {"N1", "N2", "D1", "D2", "Y1"} | always
    await wire.decide("N2", contact, "pick")
    assert await opens(wire, contact) == {"N2"} | always
    await wire.decide("N1", contact, "take_over", reason="agreed")
    assert await opens(wire, contact) == {"N1", "N2"} | always
    await wire.decide("N1", contact, "record_consent", given=True, wording="Ja.")
    assert await opens(wire, contact) == {"N1", "N2"} | always
    await wire.decide("N1", contact, "handover", to={"role": "physician"})
    assert await opens(wire, contact) == {"N1", "N2", "D1", "D2"} | always
    await wire.decide("D1", contact, "accept_handover")
    assert await opens(wire, contact) == {"N1", "N2", "D1"} | always
    await wire.decide("D1", contact, "message", text="Hej.", expects_reply=False)
    await wire.closes("D1", contact, grace="none")
    assert await opens(wire, contact) == {"N1", "N2", "D1"} | always


async def test_a_sign_opens_it_to_every_assessor(wire: Wire) -> None:
    """In the suicide tier every physician and psychologist of the unit may open it, whoever holds it."""
    contact = await wire.comes_in(form=SIGN)
    await wire.decide("N1", contact, "pick")
    assert await opens(wire, contact) == {"N1", "D1", "D2", "Y1", "VCH", "AUD1"}


async def test_how_it_is_refused(wire: Wire) -> None:
    """403 with the reason: not addressed, another unit, or no role that reads; 404 for nothing there."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    for who, code in (
        ("N2", "NOT_ADDRESSED"),
        ("BJ1", "NOT_ADDRESSED"),
        ("N9", "OTHER_UNIT"),
        ("platform24", "FORBIDDEN_ROLE"),
    ):
        problem(await wire.get(f"/contacts/{contact}", who), 403, code)
    problem(await wire.get("/contacts/c0", "N1"), 404, "NOT_FOUND")
    elsewhere = await wire.comes_in(unit="MOT-T")
    problem(await wire.get(f"/contacts/{elsewhere}", "N1"), 403, "OTHER_UNIT")
    assert (await wire.get(f"/contacts/{elsewhere}", "AUD1")).status_code == 200


async def test_the_reduced_view(wire: Wire) -> None:
    """Cash desk and reception see the case's line, and no word a patient or a clinician has said."""
    contact = await eventful(wire)
    for who in ("K1", "REC1"):
        answer = await wire.get(f"/contacts/{contact}", who)
        body = answer.json()
        assert set(ROW) <= body.keys()
        assert (body["allowed"], body["masked_person"]) == ([], "19880420-****")
        assert not {"chat", "form", "notes", "calls", "handovers", "person", "images", "messages"} & body.keys()
        for word in ("Hej", "hosta", "Nio", "sjuk", "Svarade", P1):
            assert word not in answer.text, word


async def test_other_open_contacts(wire: Wire) -> None:
    """The person's other open contacts in the unit: id and tier, nothing of their contents, nobody else's."""
    first = await wire.comes_in(P1, message="Hemligt ett.")
    second = await wire.comes_in(P1, form=SIGN)
    await wire.comes_in(P2)
    await wire.comes_in(P1, unit="MOT-T")
    view = await wire.view(second)
    assert view["other_open_contacts"] == [{"contact_id": first, "tier": "normal"}]
    assert (await wire.view(first))["other_open_contacts"] == [{"contact_id": second, "tier": "suicide"}]
    assert "Hemligt" not in str(view)


async def test_allowed_is_the_callers_own(wire: Wire) -> None:
    """`allowed` lists what this caller may send now; sending what is missing from it is refused."""
    contact = await wire.comes_in()
    seen = {who: (await wire.view(contact, who))["allowed"] for who in ("N1", "D1", "VCH", "AUD1")}
    assert {"pick", "set_urgency"} <= set(seen["N1"])
    assert not {"message", "take_over", "request_close", "confirm_close", "accept_handover"} & set(seen["N1"])
    assert set(seen["D1"]) - set(seen["N1"]) == {"assess", "resolve_elsewhere"}
    assert set(seen["N1"]) <= set(seen["D1"])
    assert seen["AUD1"] == []
    assert "pick" not in seen["VCH"]
    await wire.decide("N1", contact, "pick")
    held = (await wire.view(contact, "N1"))["allowed"]
    assert {"message", "log_call", "internal_note", "release", "record_consent", "request_close"} <= set(held)
    assert not {"pick", "take_over", "confirm_close", "withdraw_close", "recall_handover"} & set(held)
    assert "release" in (await wire.view(contact, "VCH"))["allowed"]
    await wire.decide("N1", contact, "request_close")
    assert {"confirm_close", "withdraw_close"} <= set((await wire.view(contact, "N1"))["allowed"])
    assert all(set(each) <= set(TYPES) for each in (*seen.values(), held))


async def test_the_token_is_the_holders(wire: Wire) -> None:
    """R54: the closing token is shown to the holder only, with when it ends."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    own = await wire.decide("N1", contact, "request_close")
    assert own["close_token"]
    assert own["close_token_expires_at"].startswith("2026-11-23T10:10:0")
    for who in ("VCH", "AUD1"):
        seen = await wire.view(contact, who)
        assert (seen["close_token"], seen["close_token_expires_at"]) == (None, None)
        assert own["close_token"] not in str(seen)
