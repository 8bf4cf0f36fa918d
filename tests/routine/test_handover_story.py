"""Stories of handing over and taking over (R53, R10): S2's first half, and what can go otherwise."""

from datetime import date, time

import pytest

from routine.actors import ToPerson, ToRole
from routine.chat.access import may_open
from routine.chat.case import Chat, InHand
from routine.chat.elapse import Name
from routine.chat.owed import owed
from routine.chat.row import row
from routine.chat.view import view
from routine.roster import DatedRoster, Roster, Shift
from tests.routine.said import (
    ACCEPT,
    ASK,
    NO,
    PICK,
    REQUEST,
    TELL,
    TO_DOCTORS,
    YES,
    by_name,
    due_at,
    handover_of,
    kinds,
    state,
    take_over,
)
from tests.routine.world import (
    D1,
    D2,
    N1,
    N2,
    ROSTER,
    Y1,
    Step,
    at,
    chat,
    later,
    play,
    refused,
    unit,
)

# Handing over (S2's first half)


HANDED: list[Step] = [
    ("2026-11-24 10:05", N1, PICK),
    ("2026-11-24 10:06", N1, ASK),
    ("2026-11-24 10:09", N1, YES),
    ("2026-11-24 10:10", N1, TO_DOCTORS),
]


def handed(*steps: Step) -> Chat:
    return play(chat("2026-11-24 10:00", priority=3), [*HANDED, *steps])


def test_s2_r53_handed_over_with_consent_and_accepted() -> None:
    case = handed(("2026-11-24 10:18", D1, ACCEPT))
    handover = handover_of(case)
    assert (handover.at, handover.accepted_at, handover.consent) == (
        at("2026-11-24 10:10"),
        at("2026-11-24 10:18"),
        "given",
    )
    assert handover.accepted_by is not None
    assert handover.accepted_by.hsa_id == D1.hsa_id
    assert row(case).holder == D1.hsa_id
    assert (case.consents[0].used_for, case.consents[0].wording) == (handover.handover_id, "Ja, gärna.")
    assert may_open(case, N1)
    assert not may_open(case, N2)
    assert by_name(case)["handover_accept"].met_at == at("2026-11-24 10:18")


def test_r53_until_it_is_accepted_only_the_addressees_see_it_and_the_sender_goes_on() -> None:
    case = handed()
    assert state(case) == "handover_pending"
    assert [may_open(case, each) for each in (D1, D2, Y1, N2)] == [True, True, False, False]
    case = play(case, [("2026-11-24 10:12", None, {"text": "Ja?"})])
    assert kinds(case) == ["handover_accept", "reply", "doc_note"]
    case = play(case, [("2026-11-24 10:15", N1, TELL)])
    assert row(case).holder == N1.hsa_id


def test_r53_refused_consent_stops_the_handover() -> None:
    case = play(chat("2026-11-24 10:00"), [HANDED[0], ("2026-11-24 10:09", N1, NO)])
    assert refused(case, "2026-11-24 10:10", N1, TO_DOCTORS) == "CONSENT_REQUIRED"
    assert not any(may_open(case, each) for each in (D1, D2))


def test_r53_a_consent_covers_one_handover_only() -> None:
    case = handed(("2026-11-24 10:20", N1, {"type": "recall_handover"}))
    assert handover_of(case).returned_at == at("2026-11-24 10:20")
    assert refused(case, "2026-11-24 10:21", N1, TO_DOCTORS) == "CONSENT_REQUIRED"
    again = play(case, [("2026-11-24 10:22", N1, YES), ("2026-11-24 10:23", N1, TO_DOCTORS)])
    assert handover_of(again).handover_id == "h2"


def test_r53_a_no_after_a_yes_counts() -> None:
    case = play(chat("2026-11-24 10:00"), [*HANDED[:3], ("2026-11-24 10:10", N1, NO)])
    assert refused(case, "2026-11-24 10:11", N1, TO_DOCTORS) == "CONSENT_REQUIRED"


def test_r53_back_to_a_former_holder_needs_no_consent() -> None:
    back = {"type": "handover", "to": {"hsa_id": N1.hsa_id}}
    case = handed(("2026-11-24 10:18", D1, ACCEPT), ("2026-11-24 10:30", D1, back))
    assert handover_of(case).consent == "not_required_former_holder"
    assert view(case, N1).handovers[-1].consent is None


def test_r53_declined_the_sender_is_told_and_goes_on() -> None:
    case = handed(("2026-11-24 10:30", D1, {"type": "decline_handover", "reason": "Mottagning hela dagen."}))
    handover = handover_of(case)
    assert (handover.declined_at, handover.decline_reason) == (at("2026-11-24 10:30"), "Mottagning hela dagen.")
    assert row(case).holder == N1.hsa_id
    assert (case.alerts[-1].to, case.alerts[-1].at) == (ToPerson(hsa_id=N1.hsa_id), at("2026-11-24 10:30"))
    assert state(case) == "awaiting_patient", "the patient still has the word"
    assert not may_open(case, D1)


def test_r53_recalled_while_nobody_is_asked_it_is_the_senders_to_follow_up() -> None:
    case = play(
        chat("2026-11-24 10:00"),
        [HANDED[0], ("2026-11-24 10:06", N1, TELL), *HANDED[2:], ("2026-11-24 10:40", N1, {"type": "recall_handover"})],
    )
    assert (state(case), kinds(case)) == ("in_progress", ["follow_up", "doc_note"])
    assert refused(case, "2026-11-24 10:41", D1, ACCEPT) == "NOT_ADDRESSED"
    assert refused(case, "2026-11-24 10:41", N1, {"type": "recall_handover"}) == "WRONG_STATE"


def test_r53_unaccepted_the_sender_is_told_in_an_hour_and_has_it_back_before_the_sweep() -> None:
    case = handed()
    assert (handover_of(case).accept_by, handover_of(case).returns_at) == (
        at("2026-11-24 11:10"),
        at("2026-11-24 16:30"),
    )
    told = later(case, "2026-11-24 11:10")
    assert (told.alerts[-1].at, told.alerts[-1].to) == (at("2026-11-24 11:10"), ToPerson(hsa_id=N1.hsa_id))
    assert state(later(case, "2026-11-24 16:29:59")) == "handover_pending"
    case = later(case, "2026-11-24 16:30")
    assert handover_of(case).returned_at == at("2026-11-24 16:30")
    assert row(case).holder == N1.hsa_id
    assert any(each.rule == "R53" and "din igen" in each.reason for each in case.alerts)
    assert view(case, N1).handovers[0].outcome == "returned"


@pytest.mark.parametrize(
    ("when", "returns"),
    [
        ("2026-11-24 16:29:59", "2026-11-24 16:30"),
        ("2026-11-24 16:30", "2026-11-25 16:30"),
        ("2026-11-24 19:00", "2026-11-25 16:30"),
        ("2026-11-27 16:31", "2026-11-30 16:30"),
        ("2026-11-28 11:00", "2026-11-30 16:30"),
        ("2026-12-23 16:45", "2026-12-28 16:30"),
        ("2026-11-25 07:10", "2026-11-25 16:30"),
    ],
)
def test_r53_made_late_it_returns_at_half_past_four_on_the_next_open_day(when: str, returns: str) -> None:
    case = play(chat("2026-11-24 10:00"), [HANDED[0], (when, N1, YES), (when, N1, TO_DOCTORS)])
    assert handover_of(case).returns_at == at(returns)
    assert state(later(case, returns)) == "in_progress"


# A colleague is taken ill


def test_r10_a_colleague_takes_over_and_the_old_holder_is_told() -> None:
    case = handed(("2026-11-24 10:18", D1, ACCEPT))
    case = play(case, [("2026-11-24 13:00", D2, {**take_over("absent"), "note": "D1 är sjuk."})])
    assert row(case).holder == D2.hsa_id
    assert (case.alerts[-1].to, case.alerts[-1].at) == (ToPerson(hsa_id=D1.hsa_id), at("2026-11-24 13:00"))
    assert case.remarks[-1].about == "take_over: absent"
    assert may_open(case, D1)
    assert refused(case, "2026-11-24 13:01", D1, TELL) == "NOT_HOLDER"
    assert refused(case, "2026-11-24 13:01", D2, take_over("agreed")) == "ALREADY_HELD"


def test_r10_what_the_one_taken_ill_owed_is_owed_by_her_profession() -> None:
    ill = Roster(
        standard=ROSTER.standard,
        dated=(
            DatedRoster(
                date=date(2026, 11, 24),
                shifts=(
                    Shift(hsa_id=N1.hsa_id, responsible=True, end=time(12)),
                    *(each for each in ROSTER.standard if each.hsa_id != N1.hsa_id),
                ),
            ),
        ),
    )
    case = play(chat("2026-11-24 10:00", of=unit(roster=ill)), [("2026-11-24 10:05", N1, PICK)])
    assert owed(case)[0].owner == ToPerson(hsa_id=N1.hsa_id)
    assert due_at(later(case, "2026-11-24 11:36")) == (Name.DUTY.value, at("2026-11-24 12:00"))
    assert owed(later(case, "2026-11-24 12:00"))[0].owner == ToRole(role=N1.roles[0])
    assert owed(later(case, "2026-11-25 08:00"))[0].owner == ToPerson(hsa_id=N1.hsa_id)


def test_r54_taking_over_a_case_that_is_being_closed_voids_the_token() -> None:
    when = "2026-11-23 09:41"
    closing: list[Step] = [(when, N1, PICK), (when, N1, TELL), (when, N1, REQUEST)]
    case = play(chat("2026-11-23 09:12"), [*closing, ("2026-11-23 09:42", N2, take_over("urgent"))])
    assert (state(case), row(case).holder) == ("in_progress", N2.hsa_id)
    assert isinstance(case.state, InHand)
    assert kinds(case) == ["follow_up", "doc_note"]


def test_r53_the_one_it_was_handed_to_takes_it_over_and_need_not_accept_it_from_herself() -> None:
    case = handed(("2026-11-24 10:18", D1, take_over("agreed")))
    assert (state(case), row(case).holder) == ("awaiting_patient", D1.hsa_id)
    assert handover_of(case).accepted_at == at("2026-11-24 10:18")
