"""Who read or changed what (R99): every read, every decision, done or refused, and nothing of what was said."""

from starter.house import House
from tests.api.test_case_view import eventful
from tests.api.test_shapes import JSON
from tests.api.wire import NUMBERS, Wire, fresh, hsa, problem
from tests.story import P1, P3, chat

Row = tuple[str, str, str, str | None]


async def rows(house: House, contact_id: str | None = None) -> list[Row]:
    """Who, what, how it went and why, oldest first."""
    found = await house.journal.entries(contact_id)
    return [(each["hsa_id"], each["action"], each["outcome"], each["detail"]) for each in found]


async def test_reads(wire: Wire, house: House) -> None:
    """A read of a case, one that was refused, and of a worklist: one row each, with name, roles and unit."""
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    for who in ("N1", "AUD1", "K1", "N2", "N9"):
        await wire.get(f"/contacts/{contact}", who)
    assert (await rows(house, contact))[2:] == [
        (hsa("N1"), "read", "accepted", None),
        (hsa("AUD1"), "read", "accepted", None),
        (hsa("K1"), "read", "accepted", None),
        (hsa("N2"), "read", "refused", "NOT_ADDRESSED"),
        (hsa("N9"), "read", "refused", "OTHER_UNIT"),
    ]
    entry = (await house.journal.entries(contact))[3]
    assert (entry["name"], entry["roles"], entry["unit"]) == ("Audrey Logg", "auditor", "REGION")
    assert entry["at"].isoformat().startswith("2026-11-23T09:00")
    await wire.get("/worklist", "N1")
    await wire.get("/worklist", "N9", unit="VC-T")
    assert (await rows(house))[-2:] == [
        (hsa("N1"), "worklist", "accepted", "VC-T"),
        (hsa("N9"), "worklist", "refused", "OTHER_UNIT"),
    ]


async def test_decisions(wire: Wire, house: House) -> None:
    """One row a decision: accepted by its type, refused with the code, misshapen too; a repeat is no new one."""
    contact, key = await wire.comes_in(), fresh()
    await wire.decision("N1", contact, "pick", key)
    await wire.decision("N1", contact, "pick", key)
    await wire.decision("N2", contact, "pick")
    await wire.decision("REC1", contact, "message", text="Hej.")
    await wire.decision("N1", contact, "message")
    await wire.send("POST", f"/contacts/{contact}/decisions", who="N1", key=fresh(), content=b"{", headers=JSON)
    assert await rows(house, contact) == [
        (hsa("platform24"), "submit", "accepted", None),
        (hsa("N1"), "pick", "accepted", None),
        (hsa("N2"), "pick", "refused", "ALREADY_HELD"),
        (hsa("REC1"), "message", "refused", "FORBIDDEN_ROLE"),
        (hsa("N1"), "decision", "refused", "MISSING_FIELD"),
        (hsa("N1"), "decision", "refused", "INVALID"),
    ]


async def test_who_got_no_id(wire: Wire, house: House) -> None:
    """A contact that was referred stands there as `redirected`, with unit and time, and nobody's number."""
    await wire.at("18:00")
    late = chat(P1, unit="MOT-T", triaged=True, priority=3)
    await wire.send("POST", "/contacts/preview", who="platform24", json=late)
    await wire.send("POST", "/contacts", who="platform24", key=fresh(), json=late)
    found = await house.journal.entries()
    assert [(each["action"], each["contact_id"], each["detail"]) for each in found] == [
        ("preview", None, None),
        ("redirected", None, "MOT-T"),
    ]
    assert found[1]["at"].isoformat().startswith("2026-11-23T17:00")


async def test_events(wire: Wire, house: House) -> None:
    """What the channel reports is a change like any other."""
    contact = await wire.comes_in()
    await wire.event(contact, "patient_message", text="En sak till.")
    await wire.event(contact, "patient_withdrew")
    assert [(who, what) for who, what, *_ in await rows(house, contact)] == [
        (hsa("platform24"), "submit"),
        (hsa("platform24"), "patient_message"),
        (hsa("platform24"), "patient_withdrew"),
    ]


async def test_nothing_of_what_was_said(wire: Wire, house: House) -> None:
    """Neither words nor numbers nor names of patients stand in the log, whatever was asked for."""
    contact = await eventful(wire)
    await wire.decision("N1", contact, "message", text="Hemligt")
    await wire.decision("N1", contact, "Hemligt", text="Hemligt")
    await wire.decision("N1", contact, "message", Hemligt=P1)
    await wire.get("/worklist", "AUD1", unit=P1)
    await wire.get("/worklist", "N1", unit=P1)
    problem(await wire.get(f"/contacts/{P1}", "N1"), 404, "NOT_FOUND")
    problem(await wire.decision("N1", P1, "pick"), 404, "NOT_FOUND")
    log = str([dict(each) for each in await house.journal.entries()])
    assert not NUMBERS.search(log)
    for word in ("Hemligt", "hosta", "Hej", "Nio", "Svarade", "sjuk", P3):
        assert word not in log, word
