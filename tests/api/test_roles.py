"""Who may send which decision at all: the who-columns of `api.md`, every type by everybody.

Told on contacts that have ended, where whoever may send a decision meets only that (409), and nothing changes.
"""

import pytest

from routine.suicide_risk.meeting import TYPES
from tests.api.bodies import BODIES
from tests.api.wire import Wire, problem

SHORT = {
    "FR": "FORBIDDEN_ROLE",
    "OU": "OTHER_UNIT",
    "NH": "NOT_HOLDER",
    "NA": "NOT_ADDRESSED",
    "NS": "NOT_ASSESSOR",
}
"""`ok`: theirs to send, and too late."""

# N1 had the contact; N2, D1 and Y1 never opened it.
EVERYDAY = """
                      N1 N2 D1 Y1 K1 REC1 VCH AUD1 BJ1 N9 platform24
pick                  ok ok ok ok FR FR   FR  FR   FR  OU FR
take_over             ok ok ok ok FR FR   FR  FR   FR  OU FR
message               ok NA NA NA FR FR   FR  FR   FR  OU FR
log_call              ok NA NA NA FR FR   FR  FR   FR  OU FR
internal_note         ok NA NA NA FR FR   FR  FR   FR  OU FR
release               ok NA NA NA FR FR   ok  FR   FR  OU FR
set_urgency           ok ok ok ok FR FR   FR  FR   FR  OU FR
record_consent        ok NA NA NA FR FR   FR  FR   FR  OU FR
handover              ok NA NA NA FR FR   FR  FR   FR  OU FR
accept_handover       ok NA NA NA FR FR   FR  FR   FR  OU FR
decline_handover      ok NA NA NA FR FR   FR  FR   FR  OU FR
recall_handover       ok NA NA NA FR FR   FR  FR   FR  OU FR
request_close         ok NA NA NA FR FR   FR  FR   FR  OU FR
confirm_close         ok NA NA NA FR FR   FR  FR   FR  OU FR
withdraw_close        ok NA NA NA FR FR   FR  FR   FR  OU FR
no_action_needed      ok NA NA NA FR FR   FR  FR   FR  OU FR
attest_note           ok NH NH NH NH FR   ok  FR   FR  OU FR
waive_note            ok NH NH NH NH FR   ok  FR   FR  OU FR
complete_task         ok NH NH NH NH FR   ok  FR   FR  OU FR
reassign_task         ok NH NH NH NH FR   ok  FR   FR  OU FR
sms_reminder          ok NA NA NA FR FR   FR  FR   FR  OU FR
stop_messages         ok ok ok ok ok ok   ok  FR   FR  OU FR
contact_preference    ok NA NA NA FR FR   FR  FR   FR  OU FR
keep_for_slot         ok NA NA NA FR FR   FR  FR   FR  OU FR
offer_slot            ok NA NA NA FR FR   FR  FR   FR  OU FR
book_slot             ok NA NA NA FR FR   FR  FR   FR  OU FR
resolve_kept          ok NA NA NA FR FR   FR  FR   FR  OU FR
mark_wrong_person     ok NA NA NA FR FR   FR  FR   FR  OU FR
unmark_wrong_person   ok NA NA NA FR FR   FR  FR   FR  OU FR
moved_outside         ok NA NA NA FR FR   FR  FR   FR  OU FR
record_asked          ok NA NA NA FR FR   FR  FR   FR  OU FR
resolve_elsewhere     ok NA ok ok FR FR   ok  FR   FR  OU FR
assess                NS NS ok ok NS NS   NS  FR   FR  OU FR
"""

# A suspicion was flagged on N1's contact and nobody assessed it: no assessor is a participant.
SUICIDE = """
                      N1 N2 D1 Y1 K1 REC1 VCH AUD1 BJ1 N9 platform24
retract_assessment    NS NS ok ok NS NS   NS  FR   FR  OU FR
dismiss_flag          NS NS ok ok NS NS   NS  FR   FR  OU FR
ask_safe_online       ok NH ok ok FR FR   FR  FR   FR  OU FR
record_safe_online    ok NH ok ok FR FR   FR  FR   FR  OU FR
offer_alternative     ok NH ok ok FR FR   FR  FR   FR  OU FR
choose_route          NS NS ok ok NS NS   NS  FR   FR  OU FR
book_physical         ok NH ok ok FR FR   FR  FR   FR  OU FR
decline_booking       ok NH ok ok FR FR   FR  FR   FR  OU FR
set_plan              NS NS ok ok NS NS   NS  FR   FR  OU FR
complete_plan_contact NS NS ok ok FR FR   FR  FR   FR  OU FR
extend                NS NS ok ok NS NS   NS  FR   FR  OU FR
handover_on_call      NS NS ok ok NS NS   NS  FR   FR  OU FR
record_ack            ok ok ok ok ok ok   ok  FR   ok  OU FR
attended              ok NH ok ok FR ok   FR  FR   FR  OU FR
missed                ok NH ok ok FR ok   FR  FR   FR  OU FR
record_guardian_note  NS NS ok ok NS NS   NS  FR   FR  OU FR
close_last_resort     NS NS ok ok NS NS   NS  FR   FR  OU FR
"""
LINKED = ("flag_suspicion", "call_112")
"""Any staff of the unit, in every state: on a contact that has ended they begin a new one that continues it."""


def rows(table: str) -> list[tuple[str, str, str]]:
    """Decision, who and code of every cell."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return [(line[0], who, code) for line in lines for who, code in zip(head, line[1:], strict=True)]


@pytest.fixture(scope="module")
async def ended(still: Wire) -> str:
    """N1's contact, closed and documented."""
    return await closed(still, await held_by_n1(still))


@pytest.fixture(scope="module")
async def once_suspected(still: Wire) -> str:
    """N1's contact with a suspicion that was dismissed, closed and documented: its pathway has ended too."""
    contact = await held_by_n1(still)
    await still.decide("N1", contact, "flag_suspicion", observation="Verkar nere.")
    await still.decide("D1", contact, "dismiss_flag", reason="misclick", rationale="Fel rad.")
    return await closed(still, contact)


async def held_by_n1(wire: Wire) -> str:
    contact = await wire.comes_in()
    await wire.decide("N1", contact, "pick")
    return contact


async def closed(wire: Wire, contact: str) -> str:
    await wire.closes("N1", contact, grace="none")
    view = await wire.attests("N1", contact)
    assert view["state"] == "completed"
    return contact


async def check(wire: Wire, contact: str, decision: str, who: str, expected: str) -> None:
    answer = await wire.decision(who, contact, decision, **BODIES[decision])
    if expected == "ok":
        assert answer.status_code == 409, answer.text
    else:
        problem(answer, 403, SHORT[expected])


@pytest.mark.parametrize(("decision", "who", "expected"), rows(EVERYDAY))
async def test_whose_decision_it_is(still: Wire, ended: str, decision: str, who: str, expected: str) -> None:
    """The who-columns of `api.md`: whoever may not is told so before anything else is looked at."""
    await check(still, ended, decision, who, expected)


@pytest.mark.parametrize(("decision", "who", "expected"), rows(SUICIDE))
async def test_whose_decision_it_is_on_the_pathway(
    still: Wire, once_suspected: str, decision: str, who: str, expected: str
) -> None:
    """The same of the pathway's own; only an assessor assesses, and whoever is staff is told that."""
    await check(still, once_suspected, decision, who, expected)


@pytest.mark.parametrize("who", ["N1", "N2", "D1", "Y1", "K1", "REC1", "VCH"])
@pytest.mark.parametrize("decision", LINKED)
async def test_r59_r73_any_staff_of_the_unit_in_every_state(still: Wire, ended: str, decision: str, who: str) -> None:
    """Also of a contact that has ended, without opening it: the answer is the new one's, reduced for who may not."""
    answer = await still.decision(who, ended, decision, **BODIES[decision])
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["contact_id"] != ended
    assert body["tier"] == "suicide"
    if who in ("K1", "REC1"):
        assert body["reduced"] is True
        assert "chat" not in body


@pytest.mark.parametrize(("who", "code"), [("AUD1", "FR"), ("BJ1", "FR"), ("N9", "OU"), ("platform24", "FR")])
@pytest.mark.parametrize("decision", LINKED)
async def test_r59_and_nobody_elses(still: Wire, ended: str, decision: str, who: str, code: str) -> None:
    """The auditor changes nothing, on-call and another unit's staff are not asked."""
    problem(await still.decision(who, ended, decision, **BODIES[decision]), 403, SHORT[code])


@pytest.mark.parametrize("who", ["N1", "N2", "D1", "Y1", "K1", "REC1", "VCH", "AUD1", "BJ1", "N9", "platform24"])
async def test_what_only_a_pathway_carries_out_is_refused_alike_without_one(still: Wire, ended: str, who: str) -> None:
    """Who may not is told the same, whether or not anything was ever suspected (`api.md`, judged in this order)."""
    expected = {decision: code for decision, column, code in rows(SUICIDE) if column == who}
    for decision, code in expected.items():
        await check(still, ended, decision, who, code)


def test_no_decision_is_left_out() -> None:
    """Every type is in one of the tables."""
    told = [{name for name, _, _ in rows(table)} for table in (EVERYDAY, SUICIDE)]
    assert sorted([*told[0], *told[1], *LINKED]) == sorted(TYPES)
