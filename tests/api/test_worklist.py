"""The worklist (R44, R46, R66): what it lists, for whom, and in which order."""

from tests.api.wire import Wire, hsa, problem
from tests.story import P1, P2, P3, P4, P5

SIGN = {"report": "Anamnes", "answers": [], "suicide_sign": True}
ROW = (
    *("contact_id", "kind", "unit", "tier", "priority", "priority_form", "state", "suicide_state", "holder"),
    *("masked_person", "opened_at", "next_due_at", "next_due_name", "needs_action", "tasks"),
)
TASK = (
    *("task_id", "kind", "title", "rule", "owner", "opened_at", "due_at", "escalation", "next_rung"),
    *("done_at", "outcome"),
)


async def listed(wire: Wire, who: str = "N1", **params: str) -> list[str]:
    """The ids on a worklist, in order."""
    answer = await wire.get("/worklist", who, **params)
    assert answer.status_code == 200, answer.text
    return [row["contact_id"] for row in answer.json()["items"]]


async def test_a_row_has_every_field(wire: Wire) -> None:
    """`CaseRow` and `Task` of `api.md`, instants in Stockholm's offset."""
    contact = await wire.comes_in(P1, triaged=True, priority=4)
    body = (await wire.get("/worklist", "N1")).json()
    row = body["items"][0]
    assert set(ROW) <= row.keys()
    assert (row["contact_id"], row["kind"], row["unit"], row["tier"]) == (contact, "chat", "VC-T", "normal")
    assert (row["priority"], row["priority_form"], row["holder"], row["suicide_state"]) == (4, 4, None, None)
    assert row["masked_person"] == "19880420-****"
    assert row["opened_at"].startswith("2026-11-23T10:00:0")
    task = row["tasks"][0]
    assert set(TASK) <= task.keys()
    assert (task["kind"], task["owner"], task["escalation"]) == ("handle", {"role": "licensed"}, 0)
    assert set(task["next_rung"]) == {"at", "to"}
    instants = (body["as_of"], row["opened_at"], row["next_due_at"], task["due_at"], task["next_rung"]["at"])
    assert all(instant.endswith("+01:00") for instant in instants)
    assert (row["next_due_at"], row["next_due_name"], row["needs_action"]) == (task["due_at"], "handle", True)


async def test_the_order(wire: Wire) -> None:
    """A sign before all; then 1, 2, (none as 3, longest waiting first), 3, 4, 5."""
    arrivals: list[tuple[str, dict[str, object]]] = [
        (P1, {"triaged": True, "priority": 5}),
        (P2, {}),
        (P3, {"triaged": True, "priority": 1}),
        (P4, {"triaged": True, "priority": 3}),
        (P5, {"triaged": True, "priority": 2}),
        (P1, {"triaged": True, "priority": 4}),
        (P2, {}),
        (P3, {"triaged": True, "priority": 4, "form": SIGN}),
    ]
    five, none, one, three, two, four, late, sign = [await wire.comes_in(who, **more) for who, more in arrivals]
    assert await listed(wire) == [sign, one, two, none, three, late, four, five]
    await wire.decide("N1", five, "set_urgency", priority=1, rationale="Andnöd.")
    assert await listed(wire) == [sign, five, one, two, none, three, late, four]
    rows = {row["contact_id"]: row for row in await wire.worklist()}
    assert (rows[five]["priority"], rows[five]["priority_form"]) == (1, 5)
    assert (rows[sign]["tier"], rows[sign]["suicide_state"]) == ("suicide", "suspected")


async def test_who_waits_for_us_comes_before_who_does_not(wire: Wire) -> None:
    """Within equals: the longest since the patient's last unanswered word first; who is waited for, last."""
    first, second, third = [await wire.comes_in(person) for person in (P1, P2, P3)]
    await wire.decide("N1", first, "pick")
    await wire.decide("N1", first, "message", text="Hur länge?")
    assert await listed(wire) == [second, third, first]
    await wire.event(first, "patient_message", text="I nio dagar.")
    await wire.decide("N1", second, "pick")
    await wire.decide("N1", second, "message", text="Ta det lugnt.", expects_reply=False)
    assert await listed(wire) == [third, first, second]


async def test_now_and_after_work(wire: Wire) -> None:
    """`now` is what is worked on, `after_work` what is closed and still owes a task; grace is still `now`."""
    queued, held, grace, closed, done = [await wire.comes_in(person) for person in (P1, P2, P3, P4, P5)]
    for contact in (held, grace, closed, done):
        await wire.decide("N1", contact, "pick")
    for contact in (grace, closed, done):
        await wire.decide("N1", contact, "message", text="Hej.", expects_reply=False)
        await wire.closes("N1", contact, **({} if contact == grace else {"grace": "none"}))
    await wire.attests("N1", done)
    assert set(await listed(wire)) == {queued, held, grace}
    assert await listed(wire) == await listed(wire, view="now")
    assert await listed(wire, view="after_work") == [closed]
    states = {row["contact_id"]: row["state"] for view in ("now", "after_work") for row in await wire.worklist(view)}
    assert states == {queued: "queued", held: "in_progress", grace: "closed_grace", closed: "closed"}


async def test_by_role(wire: Wire) -> None:
    """`role` finds what the role owes, alone or in a group; what a named person owes is nobody's role."""
    queued, held, handed, assessors = [await wire.comes_in(person) for person in (P1, P2, P3, P4)]
    for contact in (held, handed, assessors):
        await wire.decide("N1", contact, "pick")
    for contact, to in ((handed, "physician"), (assessors, "assessor")):
        await wire.decide("N1", contact, "record_consent", given=True, wording="Ja.")
        await wire.decide("N1", contact, "message", text="En kollega svarar.", expects_reply=False)
        await wire.decide("N1", contact, "handover", to={"role": to})
    expected = {
        "nurse": {queued},
        "physician": {queued, handed, assessors},
        "psychologist": {queued, assessors},
        "other_licensed": {queued},
        "cashier": set(),
        "receptionist": set(),
        "unit_manager": set(),
        "on_call": set(),
    }
    for role, contacts in expected.items():
        assert set(await listed(wire, "K1", role=role)) == contacts, role


async def test_by_holder(wire: Wire) -> None:
    """`holder` finds what a person has, and what is hers to do."""
    mine, other, owed = [await wire.comes_in(person) for person in (P1, P2, P3)]
    await wire.decide("N1", mine, "pick")
    await wire.decide("N2", other, "pick")
    await wire.decide("N1", owed, "pick")
    await wire.decide("N1", owed, "message", text="Hej.", expects_reply=False)
    await wire.closes("N1", owed, grace="none")
    assert await listed(wire, holder=hsa("N1")) == [mine]
    assert await listed(wire, holder=hsa("N2")) == [other]
    assert await listed(wire, holder=hsa("N1"), view="after_work") == [owed]
    assert await listed(wire, holder=hsa("D1")) == []
    assert await listed(wire, holder=hsa("N1"), role="nurse") == []


async def test_the_own_unit(wire: Wire) -> None:
    """Staff see their own unit's list, named or not, and no other's."""
    contact = await wire.comes_in()
    await wire.comes_in(P2, unit="MOT-T")
    for who in ("N1", "D1", "Y1", "K1", "REC1", "VCH"):
        assert await listed(wire, who) == await listed(wire, who, unit="VC-T") == [contact]
        problem(await wire.get("/worklist", who, unit="MOT-T"), 403, "OTHER_UNIT")
    problem(await wire.get("/worklist", "N9", unit="VC-T"), 403, "OTHER_UNIT")


async def test_all_units(wire: Wire) -> None:
    """The auditor reads all units, the on-call too; a machine reads none."""
    here, there = await wire.comes_in(), await wire.comes_in(P2, unit="MOT-T")
    for who in ("AUD1", "BJ1"):
        assert await listed(wire, who, unit="VC-T") == [here]
        assert await listed(wire, who, unit="MOT-T") == [there]
    problem(await wire.get("/worklist", "platform24", unit="VC-T"), 403, "FORBIDDEN_ROLE")
