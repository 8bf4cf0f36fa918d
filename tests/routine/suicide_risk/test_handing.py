"""Asking the assessors: whom it goes to, by when, who is told if nobody comes, and who has the patient then (R59)."""

import pytest

from routine.actors import Role, ToPerson, ToRole
from routine.gate import Level
from routine.roster import Roster
from routine.suicide_risk.foresee import if_nobody_acts
from routine.suicide_risk.pathway import Assessing
from routine.suicide_risk.summary import suicide_state
from routine.tasks import Kind
from routine.unit import Unit
from tests.routine.suicide_risk.pair import Pair
from tests.routine.suicide_risk.together import (
    climbed,
    flagged,
    kinds,
    ladder,
    later,
    play,
    refused,
    sent_in,
    short,
    task,
    the,
    told,
)
from tests.routine.world import D1, D2, K1, N1, N2, N9, ROSTER, VC_T, VCH, Y1, at, unit

PICK = {"type": "pick"}
ASK = {"type": "message", "text": "Hur mår du?"}
ACCEPT = {"type": "accept_handover"}
RELEASE = {"type": "release"}
FLAG = {"type": "flag_suspicion", "observation": "Vill inte leva."}
NO = {"type": "decline_handover", "reason": "Hinner inte."}
TO_Y1 = {"type": "handover", "to": {"hsa_id": Y1.hsa_id}, "note": "Orolig."}
TAKE = {"type": "take_over", "reason": "agreed"}
NOBODY = unit(roster=Roster(standard=tuple(each for each in ROSTER.standard if not each.responsible)))
ALONE = unit(roster=Roster(standard=tuple(each for each in ROSTER.standard if each.hsa_id in (N1.hsa_id, N2.hsa_id))))
DAY = "2026-11-23"


def low(level: Level = "low") -> dict[str, object]:
    return {
        "type": "assess",
        "level": level,
        "step": "dodstankar",
        "risk_factors": ["ensam"],
        "protective_factors": ["familj"],
        "sources": ["chat"],
        "rationale": "Inga planer.",
    }


# A form's yes


@pytest.mark.parametrize(
    ("submitted", "of", "opened", "due", "until", "expected"),
    [
        (
            "2026-11-23 09:00",
            VC_T,
            "2026-11-23 09:00",
            "2026-11-23 09:15",
            "2026-11-23 10:00",
            "11-23 09:05 N1, 11-23 09:15 physician, 11-23 09:15 psychologist, 11-23 09:30 unit_manager, "
            "11-23 09:30 licensed, 11-23 10:00 unit_manager, 11-23 10:00 licensed",
        ),
        (
            "2026-11-23 16:58",
            VC_T,
            "2026-11-23 16:58",
            "2026-11-24 08:13",
            "2026-11-24 08:28",
            "11-24 08:03 N1, 11-24 08:13 physician, 11-24 08:13 psychologist, 11-24 08:28 unit_manager, "
            "11-24 08:28 licensed",
        ),
        (
            "2026-11-23 17:00",
            VC_T,
            "2026-11-24 08:00",
            "2026-11-24 08:15",
            "2026-11-24 08:30",
            "11-24 08:05 N1, 11-24 08:15 physician, 11-24 08:15 psychologist, 11-24 08:30 unit_manager, "
            "11-24 08:30 licensed",
        ),
        (
            "2026-11-24 07:59:59",
            VC_T,
            "2026-11-24 08:00",
            "2026-11-24 08:15",
            "2026-11-24 08:15",
            "11-24 08:05 N1, 11-24 08:15 physician, 11-24 08:15 psychologist",
        ),
        ("2026-11-27 18:30", VC_T, "2026-11-30 08:00", "2026-11-30 08:15", "2026-11-30 08:05", "11-30 08:05 N1"),
        ("2026-12-23 18:30", VC_T, "2026-12-28 08:00", "2026-12-28 08:15", "2026-12-28 08:05", "12-28 08:05 N1"),
        (
            "2026-11-23 09:00",
            NOBODY,
            "2026-11-23 09:00",
            "2026-11-23 09:15",
            "2026-11-23 09:05",
            "11-23 09:05 unit_manager",
        ),
    ],
)
def test_r59_a_forms_yes_asks_the_assessors(
    submitted: str, of: Unit, opened: str, due: str, until: str, expected: str
) -> None:
    """5: the responsible has a call to make; 15: both roles; 30: the manager and the licensed. Closed: from opening."""
    pair = sent_in(submitted, of=of, sign=True)
    asks = task(pair, Kind.HANDOVER_ACCEPT)
    assert (asks.owner, asks.rule) == (ToRole(role=Role.ASSESSOR), "R59")
    assert (asks.opened_at, asks.due_at) == (at(opened), at(due))
    assert [(row.at, row.accept_by) for row in the(pair).handovers] == [(at(opened), at(due))]
    assert pair.chat.holder is None
    assert climbed(pair, Kind.HANDOVER_ACCEPT, until) == ladder(expected)


def test_r59_what_is_foreseen_is_what_comes() -> None:
    """`if_nobody_acts` tells each rung before it is reached."""
    pair = sent_in(f"{DAY} 09:00", sign=True)
    foreseen = [(each.at, short(each.to)) for each in if_nobody_acts(the(pair), steps=6) if each.to is not None]
    come = [(each.at, short(each.to)) for each in the(later(pair, f"{DAY} 09:30")).alerts]
    assert come[: len(foreseen)] == foreseen
    assert len(foreseen) == 6


def test_r59_the_first_rung_leaves_a_call_to_make_and_accepting_ends_both() -> None:
    assert kinds(later(sent_in(f"{DAY} 09:00", sign=True), f"{DAY} 09:04:59")) == {Kind.HANDOVER_ACCEPT}
    pair = later(sent_in(f"{DAY} 09:00", sign=True), f"{DAY} 09:05")
    call = task(pair, Kind.CALL_ASSESSOR)
    assert (call.owner, call.due_at) == (ToPerson(hsa_id=N1.hsa_id), at(f"{DAY} 09:15"))
    assert climbed(pair, Kind.CALL_ASSESSOR, f"{DAY} 09:55") == ladder(
        "11-23 09:15 N1, 11-23 09:25 unit_manager, 11-23 09:55 unit_manager"
    )
    for how in (ACCEPT, PICK, low()):
        taken = play(later(sent_in(f"{DAY} 09:00", sign=True), f"{DAY} 09:05"), [(f"{DAY} 09:10", D1, how)])
        assert not {Kind.CALL_ASSESSOR, Kind.HANDOVER_ACCEPT} & kinds(taken)
        assert taken.chat.holder is not None
        assert taken.chat.holder.hsa_id == D1.hsa_id
        assert [row.accepted_at for row in the(taken).handovers] == [at(f"{DAY} 09:10")]
        asked = [each for each in the(later(taken, "2026-11-24 17:00")).alerts if each.rule == "R59"]
        assert {each.at for each in asked} == {at(f"{DAY} 09:05")}


def test_r59_neither_a_nurse_nor_a_call_that_was_made_stops_or_restarts_the_ladder() -> None:
    pair = play(sent_in(f"{DAY} 09:00", sign=True), [(f"{DAY} 09:02", N1, PICK)])
    later(pair, f"{DAY} 09:06")
    call = task(pair, Kind.CALL_ASSESSOR).task_id
    called = {"type": "complete_task", "task_id": call, "outcome": "no answer", "note": "Upptaget."}
    play(pair, [(f"{DAY} 09:07", N1, called), (f"{DAY} 09:20", N1, RELEASE), (f"{DAY} 09:25", N2, PICK)])
    owes = task(pair, Kind.HANDOVER_ACCEPT)
    assert owes.due_at == at(f"{DAY} 09:15")
    assert Kind.CALL_ASSESSOR not in kinds(later(pair, f"{DAY} 09:30"))
    assert told(each for each in the(pair).alerts if each.task_id == owes.task_id) == ladder(
        "11-23 09:05 N1, 11-23 09:15 physician, 11-23 09:15 psychologist, 11-23 09:30 unit_manager, "
        "11-23 09:30 licensed"
    )


# A flag by staff


def test_r59_a_flag_asks_at_once_and_the_call_is_the_senders() -> None:
    """Its holder, else a licensed flagger, is the sender: hers is the call after five minutes. No consent is asked."""
    held = play(sent_in(f"{DAY} 09:00"), [(f"{DAY} 09:10", N2, PICK), (f"{DAY} 09:20", N1, FLAG)])
    queued = flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20")
    unlicensed = flagged(f"{DAY} 09:00", K1, f"{DAY} 09:20")
    for pair, sender in ((held, "N2"), (queued, "N1"), (unlicensed, None)):
        row = the(pair).handovers[-1]
        assert (row.consent, row.returns_at) == ("not_required_patient_safety", None)
        assert told(the(pair).alerts) == ladder("11-23 09:20 physician, 11-23 09:20 psychologist")
        assert (row.sender.hsa_id.split("-")[1] if row.sender else None) == sender
        later(pair, f"{DAY} 09:25")
        assert short(task(pair, Kind.CALL_ASSESSOR).owner) == (sender or "N1"), "nobody sent it: the responsible"


def test_r59_a_flag_in_closed_hours_asks_from_then_and_is_due_after_opening() -> None:
    pair = play(sent_in(f"{DAY} 16:00"), [(f"{DAY} 16:10", N1, PICK), (f"{DAY} 18:00", N1, FLAG)])
    asks = task(pair, Kind.HANDOVER_ACCEPT)
    assert (asks.opened_at, asks.due_at) == (at(f"{DAY} 18:00"), at("2026-11-24 08:15"))


def test_r59_without_an_assessor_on_duty_the_manager_is_told_at_once() -> None:
    pair = flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20", of=ALONE)
    assert ladder("11-23 09:20 unit_manager")[0] in told(the(pair).alerts)


def test_r59_a_named_addressee_changes_whom_it_tells_first_and_restarts_nothing() -> None:
    pair = play(flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20"), [(f"{DAY} 09:24", N1, TO_Y1)])
    assert suicide_state(the(pair)) == "handed_over"
    asks = task(pair, Kind.HANDOVER_ACCEPT)
    assert (asks.owner, asks.opened_at, asks.due_at) == (
        ToPerson(hsa_id=Y1.hsa_id),
        at(f"{DAY} 09:20"),
        at(f"{DAY} 09:35"),
    )
    assert climbed(pair, Kind.HANDOVER_ACCEPT, f"{DAY} 09:50") == ladder(
        "11-23 09:25 N1, 11-23 09:35 physician, 11-23 09:35 psychologist, 11-23 09:50 unit_manager, "
        "11-23 09:50 licensed"
    )
    accepted = play(pair, [(f"{DAY} 09:51", D2, ACCEPT)])
    assert the(accepted).assessor is not None, "whoever was named, any assessor may take the patient on"


def test_r59_only_the_named_one_may_say_no_and_then_all_are_asked() -> None:
    """What a suspicion asks for is no offer to one person: the ladder goes on until somebody accepts."""
    pair = flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20")
    assert refused(pair, f"{DAY} 09:21", D1, NO) in ("WRONG_STATE", "NOT_ADDRESSED")
    play(pair, [(f"{DAY} 09:22", N1, TO_Y1)])
    assert refused(pair, f"{DAY} 09:23", D1, NO) == "NOT_ADDRESSED"
    play(pair, [(f"{DAY} 09:24", Y1, NO)])
    asks = task(pair, Kind.HANDOVER_ACCEPT)
    assert (asks.owner, asks.due_at) == (ToRole(role=Role.ASSESSOR), at(f"{DAY} 09:35"))
    assert [(row.to, row.declined_at) for row in the(pair).handovers] == [
        (ToPerson(hsa_id=Y1.hsa_id), at(f"{DAY} 09:24")),
        (ToRole(role=Role.ASSESSOR), None),
    ]
    assert ladder("11-23 09:24 N1")[0] in told(the(pair).alerts)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ({"role": "nurse"}, "WRONG_PROFESSION"),
        ({"role": "licensed"}, "WRONG_PROFESSION"),
        ({"hsa_id": N2.hsa_id}, "WRONG_PROFESSION"),
        ({"hsa_id": K1.hsa_id}, "WRONG_PROFESSION"),
        ({"hsa_id": N9.hsa_id}, "OTHER_UNIT"),
        ({"hsa_id": N1.hsa_id}, "WRONG_STATE"),
    ],
)
def test_r59_a_suspicion_goes_to_an_assessor_of_the_unit(to: dict[str, str], code: str) -> None:
    pair = flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20")
    assert refused(pair, f"{DAY} 09:21", N1, {"type": "handover", "to": to}) == code


def test_r59_it_is_not_recalled() -> None:
    pair = play(sent_in(f"{DAY} 09:00"), [(f"{DAY} 09:10", N1, PICK), (f"{DAY} 09:20", N1, FLAG)])
    play(pair, [(f"{DAY} 09:22", N1, TO_Y1)])
    assert refused(pair, f"{DAY} 09:23", N1, {"type": "recall_handover"}) == "WRONG_STATE"


# Taken on


@pytest.mark.parametrize("how", [ACCEPT, TAKE, low()], ids=["accept_handover", "take_over", "assess"])
def test_r59_an_assessor_who_takes_the_case_has_accepted(how: dict[str, object]) -> None:
    """By whichever of the three: she holds the contact and assesses, and who handed over takes part."""
    pair = play(sent_in(f"{DAY} 09:00"), [(f"{DAY} 09:10", N1, PICK), (f"{DAY} 09:20", N1, FLAG)])
    play(pair, [(f"{DAY} 09:30", D1, how)])
    for taken in (the(pair).taken, pair.chat.gate.taken if pair.chat.gate else None):
        assert taken is not None
        assert (taken.by.hsa_id, taken.at) == (D1.hsa_id, at(f"{DAY} 09:30"))
    assert pair.chat.holder is not None
    assert pair.chat.holder.hsa_id == D1.hsa_id
    assert N1.hsa_id in the(pair).participants
    play(pair, [(f"{DAY} 09:40", N1, ASK), (f"{DAY} 09:41", D1, ASK)])


def test_r59_who_flagged_a_queued_contact_takes_part_once_it_is_taken_on() -> None:
    """She handed the patient over, though she never held the contact."""
    pair = play(flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20"), [(f"{DAY} 09:30", D1, ACCEPT), (f"{DAY} 09:40", N1, ASK)])
    assert refused(pair, f"{DAY} 09:41", N2, ASK) == "NOT_ADDRESSED"


def test_r59_an_assessors_own_contact_is_hers_to_assess_from_the_flag() -> None:
    """Nobody is asked; if a colleague flagged it she is told."""
    pair = play(sent_in(f"{DAY} 09:00"), [(f"{DAY} 09:10", D1, PICK), (f"{DAY} 09:20", N1, FLAG)])
    assert Kind.HANDOVER_ACCEPT not in kinds(pair)
    assert isinstance(the(pair).state, Assessing)
    assert short(task(pair, Kind.ASSESS).owner) == "D1"
    assert told(the(pair).alerts) == ladder("11-23 09:20 D1")
    own = play(sent_in(f"{DAY} 09:00"), [(f"{DAY} 09:10", D1, PICK), (f"{DAY} 09:20", D1, FLAG)])
    assert the(own).alerts == ()


def test_r59_a_further_flag_is_a_row_and_an_alert_to_who_assesses() -> None:
    """No new handover, and state and M16 are as they were."""
    pair = play(flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20"), [(f"{DAY} 09:30", D1, ACCEPT)])
    before, m16 = the(pair), [each.template for each in pair.chat.sent]
    play(pair, [(f"{DAY} 09:40", K1, FLAG)])
    assert the(pair).handovers == before.handovers
    assert the(pair).state == before.state
    assert len(pair.chat.suspicions) == 2
    assert told(the(pair).alerts[len(before.alerts) :]) == ladder("11-23 09:40 D1")
    assert [each.template for each in pair.chat.sent] == m16


def test_r59_released_by_the_assessor_all_are_asked_anew() -> None:
    pair = play(
        flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20"), [(f"{DAY} 09:30", D1, ACCEPT), (f"{DAY} 10:00", D1, RELEASE)]
    )
    asks = task(pair, Kind.HANDOVER_ACCEPT)
    assert (asks.owner, asks.due_at) == (ToRole(role=Role.ASSESSOR), at(f"{DAY} 10:15"))
    assert pair.chat.holder is None
    assert the(pair).assessor is None


def test_r59_a_nurse_who_takes_over_holds_and_the_assessor_goes_on_assessing() -> None:
    pair = play(flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20"), [(f"{DAY} 09:30", D1, ACCEPT), (f"{DAY} 10:00", N2, TAKE)])
    assert pair.chat.holder is not None
    assert pair.chat.holder.hsa_id == N2.hsa_id
    assert the(pair).assessor is not None
    assert Kind.HANDOVER_ACCEPT not in kinds(pair)
    play(pair, [(f"{DAY} 10:01", D1, ASK), (f"{DAY} 10:02", D1, low())])


def test_r10_what_asks_for_an_assessor_is_given_to_an_assessor_only() -> None:
    """And what nobody has accepted is handed over, not reassigned."""
    pair = play(flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20"), [(f"{DAY} 09:25", N1, TO_Y1)])
    give = {"type": "reassign_task", "to": {"hsa_id": D2.hsa_id}, "reason": "Ledig."}
    waiting = task(pair, Kind.HANDOVER_ACCEPT).task_id
    assert refused(pair, f"{DAY} 09:26", VCH, {**give, "task_id": waiting}) == "WRONG_STATE"
    play(pair, [(f"{DAY} 09:30", D1, ACCEPT)])
    assess = task(pair, Kind.ASSESS).task_id
    nurse = {**give, "task_id": assess, "to": {"hsa_id": N2.hsa_id}}
    assert refused(pair, f"{DAY} 09:31", VCH, nurse) == "WRONG_PROFESSION"
    play(pair, [(f"{DAY} 09:32", VCH, {**give, "task_id": assess})])
    assert short(task(pair, Kind.ASSESS).owner) == "D2"


def test_r58_a_flag_dismissed_leaves_an_ordinary_contact_and_a_new_one_asks_again() -> None:
    pair = play(sent_in(f"{DAY} 09:00"), [(f"{DAY} 09:10", N1, PICK), (f"{DAY} 09:20", N1, FLAG)])
    drop = {"type": "dismiss_flag", "reason": "misclick", "rationale": "Fel patient."}
    play(pair, [(f"{DAY} 09:25", D1, drop)])
    assert (pair.chat.has_sign, kinds(pair), suicide_state(the(pair))) == (False, set(), None)
    assert pair.chat.holder is not None
    assert pair.chat.holder.hsa_id == N1.hsa_id
    play(pair, [(f"{DAY} 09:40", N1, FLAG)])
    assert (pair.chat.has_sign, task(pair, Kind.HANDOVER_ACCEPT).due_at) == (True, at(f"{DAY} 09:55"))


def test_r59_the_two_views_name_who_has_the_patient_whoever_took_it_last() -> None:
    """Of a pick on the contact and an accept on the pathway the later one counts on both sides (ADR 0011)."""
    pair: Pair = flagged(f"{DAY} 09:00", N1, f"{DAY} 09:20")
    for when, by, how in ((f"{DAY} 09:30", D1, ACCEPT), (f"{DAY} 09:40", D2, TAKE), (f"{DAY} 09:50", Y1, low("high"))):
        play(pair, [(when, by, how)])
        assert pair.chat.holder is not None
        assessor = the(pair).assessor
        assert assessor is not None
        assert (pair.chat.holder.hsa_id, assessor.hsa_id) == (by.hsa_id, by.hsa_id)
