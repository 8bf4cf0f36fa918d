"""How a decision is judged, in this order: identity, existence, shape, role, unit, right to open, holder, rule."""

from typing import Any

from tests.api.wire import Wire, fresh, problem


async def held_by_n1_once_by_n2(wire: Wire) -> str:
    """N2 had it, N1 has it."""
    contact = await wire.comes_in()
    await wire.decide("N2", contact, "pick")
    await wire.decide("N1", contact, "take_over", reason="agreed")
    return contact


async def test_the_order_of_judgement(wire: Wire) -> None:
    """`api.md`, How the pieces meet: each no comes before all that would also be wrong."""
    contact = await held_by_n1_once_by_n2(wire)
    here, nowhere = f"/contacts/{contact}/decisions", "/contacts/c0/decisions"
    before = await wire.view(contact)
    unknown = {"type": "message", "phrase": "Finns inte"}

    problem(await wire.send("POST", nowhere, content=b"{"), 401, "UNAUTHENTICATED")
    problem(await wire.send("POST", nowhere, who="REC1", content=b"{"), 404, "NOT_FOUND")
    problem(await wire.send("POST", here, who="REC1", content=b"{"), 415, "NOT_JSON")
    json = {"Content-Type": "application/json"}
    problem(await wire.send("POST", here, who="REC1", content=b"{", headers=json), 400, "INVALID")
    problem(await wire.send("POST", here, who="REC1", key=fresh(), json={"type": "dance"}), 422, "INVALID")
    problem(await wire.send("POST", here, who="REC1", json=unknown), 400, "INVALID")
    problem(await wire.send("POST", here, who="REC1", key=fresh(), json=unknown), 403, "FORBIDDEN_ROLE")
    problem(await wire.send("POST", here, who="AUD1", key=fresh(), json=unknown), 403, "FORBIDDEN_ROLE")
    problem(await wire.send("POST", here, who="N9", key=fresh(), json=unknown), 403, "OTHER_UNIT")
    problem(await wire.send("POST", here, who="D1", key=fresh(), json=unknown), 403, "NOT_ADDRESSED")
    problem(await wire.send("POST", here, who="N2", key=fresh(), json=unknown), 403, "NOT_HOLDER")
    problem(await wire.send("POST", here, who="N1", key=fresh(), json=unknown), 422, "INVALID")
    problem(await wire.decision("N2", contact, "confirm_close", token="x"), 403, "NOT_HOLDER")
    problem(await wire.decision("N1", contact, "confirm_close", token="x"), 409, "CLOSE_NOT_REQUESTED")
    assert (await wire.view(contact))["version"] == before["version"]


async def test_the_rule_comes_last(wire: Wire) -> None:
    """R53: consent and addressee are asked of the holder only; a colleague elsewhere is a 422 `OTHER_UNIT`."""
    contact = await held_by_n1_once_by_n2(wire)
    elsewhere: dict[str, Any] = {"to": {"hsa_id": "SE0000000000-N9"}}
    problem(await wire.decision("N2", contact, "handover", **elsewhere), 403, "NOT_HOLDER")
    problem(await wire.decision("N1", contact, "handover", to={"role": "physician"}), 409, "CONSENT_REQUIRED")
    await wire.decide("N1", contact, "record_consent", given=True, wording="Ja.")
    problem(await wire.decision("N1", contact, "handover", **elsewhere), 422, "OTHER_UNIT")


async def test_the_manager_gives_back(wire: Wire) -> None:
    """`release` is the holder's, and the unit manager's too."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    assert (await wire.decide("VCH", contact, "release"))["state"] == "queued"


async def test_a_lost_pick_is_a_conflict(wire: Wire) -> None:
    """`pick` asks for no right to open: whoever comes second is told that it is taken (R45)."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    for who in ("N2", "D1"):
        problem(await wire.decision(who, contact, "pick"), 409, "ALREADY_HELD")
        problem(await wire.get(f"/contacts/{contact}", who), 403, "NOT_ADDRESSED")
    problem(await wire.decision("N1", contact, "take_over", reason="urgent"), 409, "ALREADY_HELD")


async def test_the_actor_is_the_tokens(wire: Wire) -> None:
    """R5: a body that names an actor is no body we know, and what is done is done by whoever holds the token."""
    contact = await wire.comes_in()
    for name in ("by", "actor", "hsa_id"):
        problem(await wire.decision("N1", contact, "pick", **{name: "SE0000000000-N2"}), 422, "INVALID")
    assert (await wire.decide("N1", contact, "pick"))["holder"] == "SE0000000000-N1"


async def test_what_is_done_without_the_right_to_open_is_answered_in_part(wire: Wire) -> None:
    """`api.md`, Who may open: `set_urgency` by a colleague is done, and answered with the case's line only."""
    contact = await wire.comes_in(message="Jag mår så illa.")
    await wire.decide("N1", contact, "pick")
    answer = await wire.decision("N2", contact, "set_urgency", priority=2, rationale="Feber.")
    assert answer.status_code == 200
    assert answer.json()["priority"] == 2
    assert answer.json()["reduced"] is True
    assert not {"chat", "form", "person", "notes"} & answer.json().keys()
    assert "illa" not in answer.text
    taken = await wire.decide("N2", contact, "take_over", reason="agreed")
    assert taken["chat"][0]["text"] == "Jag mår så illa."
