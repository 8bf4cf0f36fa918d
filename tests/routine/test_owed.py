"""The task table of `api.md`: due instants, ladders, owners, who is told, and what is foreseen."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from routine.actors import Addressee, Role, ToPerson, ToRole
from routine.chat.case import Asked, Chat, CloseRequested, Grace, InHand
from routine.chat.deadlines import deadlines
from routine.chat.elapse import SUMMARY, Name, elapse
from routine.chat.foresee import HORIZON, STEPS, if_nobody_acts
from routine.chat.hear import hear
from routine.chat.owed import owed
from routine.chat.row import row
from routine.chat.view import documentation
from routine.hours import Interval, OpeningHours, local
from routine.roster import DatedRoster, Roster, Shift
from routine.tasks import ERRANDS, Kind, Task
from routine.unit import Unit
from routine.worklist import order
from tests.routine.traces import Trace, event_of, last, traces
from tests.routine.world import D1, HOURS, N1, N2, PROTECTED, ROSTER, VC_T, VCH, Step, at, chat, later, play, unit

PICK = {"type": "pick"}
ASK = {"type": "message", "text": "Hur länge?"}
TELL = {"type": "message", "text": "Vila.", "expects_reply": False}
CONSENT = {"type": "record_consent", "given": True, "wording": "Ja."}
KEEP = {"type": "keep_for_slot", "note": "Inga tider i dag."}
SMS = {"type": "sms_reminder"}
ACCEPT = {"type": "accept_handover"}
HAND = {"type": "handover", "to": {"role": "physician"}}

SPLIT = (Interval(open=time(8), close=time(12)), Interval(open=time(13), close=time(17)))
TWO_SESSIONS = unit(hours=OpeningHours(week=(*[SPLIT] * 5, (), ()), red_days=HOURS.red_days))
NOBODY = unit(roster=Roster(standard=tuple(each for each in ROSTER.standard if not each.responsible)))
RELAY = unit(
    roster=Roster(
        standard=(
            Shift(hsa_id=N1.hsa_id, end=time(12), responsible=True),
            Shift(hsa_id=N2.hsa_id, start=time(12), responsible=True),
        )
    )
)


def task(case: Chat, kind: Kind) -> Task:
    return next(each for each in owed(case) if each.kind is kind)


def short(to: Addressee) -> str:
    return to.hsa_id.split("-")[1] if isinstance(to, ToPerson) else to.role.value


def climb(case: Chat, kind: Kind, rungs: int) -> list[tuple[str, str]]:
    """The next rungs of the task's ladder, when and who, as time passes and nobody acts."""
    found: list[tuple[str, str]] = []
    for step in range(rungs):
        owes = task(case, kind)
        assert owes.next_rung is not None
        assert owes.escalation == step
        told = list(owes.next_rung.to)
        case = elapse(case, owes.next_rung.at)
        alerts = [each for each in case.alerts if each.task_id == owes.task_id and each.at == owes.next_rung.at]
        assert [each.to for each in alerts] == told, "the alert goes to whom the rung named"
        found += [(f"{local(each.at):%m-%d %H:%M}", short(each.to)) for each in alerts]
    return found


def ladder(text: str) -> list[tuple[str, str]]:
    return [(f"{day} {clock}", who) for day, clock, who in (step.split() for step in text.split(", "))]


# handle


@pytest.mark.parametrize(
    ("submitted", "fields", "of", "expected"),
    [
        (
            "2026-11-23 09:00",
            {"priority": 1},
            VC_T,
            "11-23 09:15 N1, 11-23 09:30 unit_manager, 11-23 10:00 unit_manager",
        ),
        (
            "2026-11-23 09:00",
            {"priority": 2},
            VC_T,
            "11-23 10:00 N1, 11-23 11:00 unit_manager, 11-23 11:30 unit_manager",
        ),
        (
            "2026-11-23 09:00",
            {"priority": 3},
            VC_T,
            "11-23 13:00 N1, 11-23 17:00 unit_manager, 11-24 08:30 unit_manager",
        ),
        ("2026-11-23 09:00", {"priority": 5}, VC_T, "11-23 13:00 N1, 11-23 17:00 unit_manager"),
        ("2026-11-23 09:00", {"triaged": False, "priority": None}, VC_T, "11-23 13:00 N1"),
        ("2026-11-23 09:00", {"priority": 5, "sign": True}, VC_T, "11-23 09:15 N1, 11-23 09:30 unit_manager"),
        ("2026-11-23 07:00", {"priority": 1}, VC_T, "11-23 08:15 N1, 11-23 08:30 unit_manager"),
        ("2026-11-23 16:50", {"priority": 1}, VC_T, "11-24 08:05 N1, 11-24 08:20 unit_manager"),
        ("2026-11-23 16:45", {"priority": 1}, VC_T, "11-23 17:00 N1, 11-24 08:15 unit_manager"),
        (
            "2026-11-23 16:40",
            {"priority": 1},
            VC_T,
            "11-23 16:55 N1, 11-24 08:10 unit_manager, 11-24 08:40 unit_manager",
        ),
        ("2026-11-27 21:00", {"priority": 2}, VC_T, "11-30 09:00 N1, 11-30 10:00 unit_manager"),
        ("2026-11-27 16:00", {"priority": 4}, VC_T, "11-30 11:00 N1, 11-30 15:00 unit_manager"),
        ("2026-12-23 16:50", {"priority": 1}, VC_T, "12-28 08:05 N1, 12-28 08:20 unit_manager"),
        ("2026-11-23 11:50", {"priority": 1}, TWO_SESSIONS, "11-23 13:05 N1, 11-23 13:20 unit_manager"),
        ("2026-11-23 11:45", {"priority": 1}, TWO_SESSIONS, "11-23 12:00 N1, 11-23 13:15 unit_manager"),
        ("2026-11-23 12:30", {"priority": 2}, TWO_SESSIONS, "11-23 14:00 N1, 11-23 15:00 unit_manager"),
        ("2026-11-23 09:00", {"priority": 4}, TWO_SESSIONS, "11-23 14:00 N1, 11-24 09:00 unit_manager"),
        ("2026-11-23 09:00", {"priority": 1}, NOBODY, "11-23 09:15 unit_manager, 11-23 09:30 unit_manager"),
        ("2026-11-23 11:44", {"priority": 1}, RELAY, "11-23 11:59 N1"),
        ("2026-11-23 11:45", {"priority": 1}, RELAY, "11-23 12:00 N2"),
    ],
)
def test_r44_handle(submitted: str, fields: dict[str, Any], of: Unit, expected: str) -> None:
    case = chat(submitted, of=of, **fields)
    owes = task(case, Kind.HANDLE)
    assert (owes.owner, owes.opened_at) == (ToRole(role=Role.LICENSED), at(submitted))
    steps = ladder(expected)
    assert f"{local(owes.due_at):%m-%d %H:%M}" == steps[0][0]
    assert climb(case, Kind.HANDLE, len(steps)) == steps


def test_r44_the_last_rung_repeats_every_half_hour_while_the_unit_is_open() -> None:
    case = later(chat("2026-11-23 15:00", priority=1), "2026-11-24 09:20")
    told = [f"{local(each.at):%d %H:%M}" for each in case.alerts]
    # Counted in open time, so a half hour begun at 17:00 goes on at 08:00.
    assert told == [
        *("23 15:15", "23 15:30", "23 16:00", "23 16:30", "23 17:00"),
        *("24 08:30", "24 09:00"),
    ]
    assert task(case, Kind.HANDLE).escalation == 7


def test_r45_urgency_moves_the_due_instant_and_tells_each_once() -> None:
    case = play(
        chat("2026-11-23 08:00", priority=4),
        [("2026-11-23 11:10", N2, {"type": "set_urgency", "priority": 1, "rationale": "Andnöd."})],
    )
    assert task(case, Kind.HANDLE).due_at == at("2026-11-23 08:15")
    case = elapse(case, at("2026-11-23 11:10"))
    assert [(each.at, short(each.to)) for each in case.alerts] == [
        (at("2026-11-23 11:10"), "N1"),
        (at("2026-11-23 11:10"), "unit_manager"),
    ]
    owes = task(case, Kind.HANDLE)
    assert owes.next_rung is not None
    assert owes.next_rung.at == at("2026-11-23 11:30")


def test_r45_no_urgency_moves_the_deadline_of_a_sign() -> None:
    low = {"type": "set_urgency", "priority": 5, "rationale": "Kan vänta."}
    case = play(chat("2026-11-23 09:00", sign=True), [("2026-11-23 09:01", N2, low)])
    assert task(case, Kind.HANDLE).due_at == at("2026-11-23 09:15")


def test_r42_released_it_is_handled_from_when_it_came_into_the_queue() -> None:
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 09:10", N1, PICK)])
    case = play(case, [("2026-11-23 10:00", N1, {"type": "release"})])
    assert task(case, Kind.HANDLE).due_at == at("2026-11-23 14:00")


def test_r42_a_further_word_in_the_queue_moves_nothing() -> None:
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 12:00", None, {"text": "Hallå?"})])
    assert task(case, Kind.HANDLE).due_at == at("2026-11-23 13:00")


# reply, follow_up


@pytest.mark.parametrize(
    ("steps", "kind", "expected"),
    [
        ([("11-23 09:20", N1, PICK)], Kind.REPLY, "11-23 10:20 N1, 11-23 11:20 unit_manager, 11-23 11:50 unit_manager"),
        ([("11-23 16:30", N1, PICK)], Kind.REPLY, "11-24 08:30 N1, 11-24 09:30 unit_manager"),
        ([("11-27 16:30", N1, PICK)], Kind.REPLY, "11-30 08:30 N1, 11-30 09:30 unit_manager"),
        (
            [("11-23 09:20", N1, PICK), ("11-23 09:41", N1, TELL)],
            Kind.FOLLOW_UP,
            "11-23 13:41 N1, 11-24 08:41 unit_manager, 11-24 09:11 unit_manager",
        ),
        (
            [("11-23 09:20", N1, PICK), ("11-27 16:00", N1, TELL)],
            Kind.FOLLOW_UP,
            "11-30 11:00 N1, 11-30 15:00 unit_manager",
        ),
    ],
)
def test_r42_reply_and_follow_up(steps: list[Step], kind: Kind, expected: str) -> None:
    case = play(chat("2026-11-23 09:00"), [(f"2026-{when}", by, what) for when, by, what in steps])
    assert task(case, kind).owner == ToPerson(hsa_id=N1.hsa_id)
    rungs = ladder(expected)
    assert climb(case, kind, len(rungs)) == rungs


def test_r42_the_first_unanswered_word_counts_for_the_wait() -> None:
    case = play(
        chat("2026-11-23 09:00"),
        [
            ("2026-11-23 09:10", N1, PICK),
            ("2026-11-23 09:20", N1, ASK),
            ("2026-11-23 10:00", None, {"text": "Två veckor."}),
            ("2026-11-23 10:50", None, {"text": "Hallå?"}),
        ],
    )
    assert task(case, Kind.REPLY).due_at == at("2026-11-23 11:00")


@pytest.mark.parametrize(
    ("when", "owner"),
    [
        ("2026-11-23 16:59:59", ToPerson(hsa_id=N1.hsa_id)),
        ("2026-11-23 17:00", ToRole(role=Role.NURSE)),
        ("2026-11-24 07:59:59", ToRole(role=Role.NURSE)),
        ("2026-11-24 08:00", ToPerson(hsa_id=N1.hsa_id)),
    ],
)
def test_r42_the_role_owes_it_while_the_holder_has_no_shift(when: str, owner: Addressee) -> None:
    case = play(chat("2026-11-23 16:00"), [("2026-11-23 16:40", N1, PICK)])
    assert task(later(case, when), Kind.REPLY).owner == owner


def test_r42_the_role_is_her_profession_and_her_next_shift_may_be_days_away() -> None:
    """Also where the unit is open so little that no rung wakes the case in between."""
    hour = OpeningHours(week=(*[(Interval(open=time(8), close=time(9)),)] * 5, (), ()))
    wednesday = DatedRoster(date=date(2026, 11, 25), shifts=(Shift(hsa_id=D1.hsa_id),))
    roster = Roster(standard=(Shift(hsa_id=N1.hsa_id, responsible=True),), dated=(wednesday,))
    seldom = unit(hours=hour, roster=roster)
    case = play(chat("2026-11-20 08:10", of=seldom), [("2026-11-20 08:30", D1, PICK), ("2026-11-20 08:35", D1, TELL)])
    waive = {"type": "waive_note", "task_id": case.notes[0].task_id, "reason": "administrative"}
    case = play(case, [("2026-11-20 08:40", D1, waive)])
    for when, owner in (
        ("2026-11-24 23:00", ToRole(role=Role.PHYSICIAN)),
        ("2026-11-25 08:00", ToPerson(hsa_id=D1.hsa_id)),
        ("2026-11-25 09:00", ToRole(role=Role.PHYSICIAN)),
    ):
        assert task(later(case, when), Kind.FOLLOW_UP).owner == owner


# handover_accept, doc_note


def test_r53_handover_accept_tells_the_sender_until_it_is_hers_again() -> None:
    case = play(
        chat("2026-11-23 09:00"),
        [
            ("2026-11-23 09:10", N1, PICK),
            ("2026-11-23 14:40", N1, CONSENT),
            ("2026-11-23 14:45", N1, HAND),
        ],
    )
    owes = task(case, Kind.HANDOVER_ACCEPT)
    assert (owes.owner, owes.due_at) == (ToRole(role=Role.PHYSICIAN), at("2026-11-23 15:45"))
    assert climb(case, Kind.HANDOVER_ACCEPT, 2) == ladder("11-23 15:45 N1, 11-23 16:15 N1")
    assert not [each for each in owed(later(case, "2026-11-23 16:30")) if each.kind is Kind.HANDOVER_ACCEPT]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23 09:41", "11-24 17:00 N1, 11-25 17:00 unit_manager, 11-26 08:30 unit_manager"),
        ("2026-11-27 16:00", "11-30 17:00 N1, 12-01 17:00 unit_manager"),
        ("2026-11-27 23:30", "11-30 17:00 N1, 12-01 17:00 unit_manager"),
        ("2026-12-23 11:00", "12-28 17:00 N1, 12-29 17:00 unit_manager"),
        ("2026-12-30 11:00", "01-04 17:00 N1, 01-05 17:00 unit_manager"),
    ],
)
def test_r83_doc_note(when: str, expected: str) -> None:
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 09:10", N1, PICK), (when, N1, ASK)])
    rungs = ladder(expected)
    assert task(case, Kind.DOC_NOTE).owner == ToPerson(hsa_id=N1.hsa_id)
    assert climb(case, Kind.DOC_NOTE, len(rungs)) == rungs


def test_r84_a_note_that_was_given_away_tells_its_new_owner() -> None:
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 09:10", N1, PICK), ("2026-11-23 09:20", N1, ASK)])
    give = {"type": "reassign_task", "task_id": case.notes[0].task_id, "to": {"hsa_id": N2.hsa_id}, "reason": "Sjuk."}
    case = play(case, [("2026-11-23 10:00", VCH, give)])
    assert climb(case, Kind.DOC_NOTE, 1) == ladder("11-24 17:00 N2")
    assert documentation(case)[0].owner == ToPerson(hsa_id=N2.hsa_id)


def test_r10_a_reassigned_reply_is_owed_by_the_other_at_the_same_instant() -> None:
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 09:10", N1, PICK)])
    owes = task(case, Kind.REPLY)
    give = {"type": "reassign_task", "task_id": owes.task_id, "to": {"role": "physician"}, "reason": "Läkemedel."}
    given = task(play(case, [("2026-11-23 09:30", N1, give)]), Kind.REPLY)
    assert given.owner == ToRole(role=Role.PHYSICIAN)
    assert (given.task_id, given.due_at) == (owes.task_id, owes.due_at)


# kept_for_slot


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23 09:30", "11-24 10:00 unit_manager, 11-24 10:30 unit_manager"),
        ("2026-11-24 07:30", "11-25 10:00 unit_manager"),
        ("2026-11-27 16:30", "11-30 10:00 unit_manager, 11-30 10:30 unit_manager"),
        ("2026-12-23 11:00", "12-28 10:00 unit_manager"),
    ],
)
def test_r57_kept_is_due_when_the_next_open_day_opens(when: str, expected: str) -> None:
    """A time is offered the coming day: due at its opening, the manager is told two open hours later."""
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 09:10", N1, PICK), (when, N1, KEEP)])
    rungs = ladder(expected)
    kept = task(case, Kind.KEPT_FOR_SLOT)
    assert (kept.opened_at, kept.rule) == (at(when), "R57")
    assert local(kept.due_at).strftime("%m-%d %H:%M") == rungs[0][0].replace("10:00", "08:00")
    assert [(each.name, each.hard_at) for each in deadlines(case)][2:] == [("kept_for_slot", kept.due_at)]
    assert climb(case, Kind.KEPT_FOR_SLOT, len(rungs)) == rungs


def test_r57_offering_moves_no_due_instant_and_an_answer_is_owed_beside_it() -> None:
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 09:10", N1, PICK), ("2026-11-23 09:20", N1, KEEP)])
    assert {each.kind for each in owed(case)} == {Kind.KEPT_FOR_SLOT, Kind.REPLY}
    kept = task(case, Kind.KEPT_FOR_SLOT)
    start = {"start": at("2026-11-25 13:00")}
    offered = play(case, [("2026-11-23 10:00", N1, {"type": "offer_slot", **start})])
    assert offered.lines[-1].text == "Vi kan erbjuda dig en tid onsdag 25 november klockan 13.00. Passar den?"
    assert task(offered, Kind.KEPT_FOR_SLOT) == kept
    assert Kind.REPLY not in {each.kind for each in owed(offered)}
    answered = play(offered, [("2026-11-23 10:30", None, {"text": "Ja, tack."})])
    assert task(answered, Kind.REPLY).due_at == at("2026-11-23 11:30")
    booked = play(answered, [("2026-11-23 10:40", N1, {"type": "book_slot", **start})])
    assert {each.kind for each in owed(booked)} == {Kind.REPLY, Kind.DOC_NOTE}


def test_r57_the_role_owes_the_slot_while_the_holder_has_no_shift() -> None:
    case = play(chat("2026-11-23 16:00"), [("2026-11-23 16:40", N1, PICK), ("2026-11-23 16:50", N1, KEEP)])
    assert task(later(case, "2026-11-23 16:59:59"), Kind.KEPT_FOR_SLOT).owner == ToPerson(hsa_id=N1.hsa_id)
    assert task(later(case, "2026-11-23 17:00"), Kind.KEPT_FOR_SLOT).owner == ToRole(role=Role.NURSE)
    assert task(later(case, "2026-11-24 08:00"), Kind.KEPT_FOR_SLOT).owner == ToPerson(hsa_id=N1.hsa_id)


def test_r57_kept_and_due_goes_after_priority_2_and_before_3() -> None:
    """Not due yet it stands where its own priority puts it; a sign goes before everything."""
    kept = play(chat("2026-11-23 08:30", priority=5), [("2026-11-23 09:10", N1, PICK), ("2026-11-23 09:20", N1, KEEP)])
    rows = {name: row(chat("2026-11-23 09:00", priority=priority)) for name, priority in PRIORITIES.items()}
    rows |= {"kept": row(kept), "sign": row(chat("2026-11-23 09:30", priority=5, sign=True))}

    def ordered(now: str) -> list[str]:
        return sorted(rows, key=lambda name: order(rows[name], at(now)))

    assert ordered("2026-11-24 07:59:59") == ["sign", "one", "two", "three", "none", "four", "kept", "five"]
    assert ordered("2026-11-24 08:00") == ["sign", "one", "two", "kept", "three", "none", "four", "five"]


PRIORITIES = {"one": 1, "two": 2, "three": 3, "none": None, "four": 4, "five": 5}


# What an event leaves behind


def reminded() -> Chat:
    steps: list[Step] = [
        (f"2026-11-23 09:{minute}", N1, what) for minute, what in (("10", PICK), ("20", ASK), ("30", SMS))
    ]
    return play(chat("2026-11-23 09:00"), steps)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("sms refused", Kind.SMS_FAILED),
        ("sms unknown", Kind.SMS_FAILED),
        ("sms unchecked", Kind.SMS_FAILED),
        ("reported failed", Kind.SMS_FAILED),
        ("sms without a number", Kind.SMS_IMPOSSIBLE),
        ("sms deceased", Kind.SMS_IMPOSSIBLE),
        ("sms protected", Kind.MOVE_OUTSIDE),
        ("protected", Kind.MOVE_OUTSIDE),
    ],
)
def test_r56_r76_what_an_event_leaves_is_the_holders_within_an_open_hour(event: str, kind: Kind) -> None:
    case = reminded()
    case = hear(case, event_of(case, event), at("2026-11-23 09:40"))
    assert [each.kind for each in owed(case) if each.kind in ERRANDS] == [kind]
    assert task(case, kind).owner == ToPerson(hsa_id=N1.hsa_id)
    expected = "11-23 10:40 N1, 11-23 11:40 unit_manager, 11-23 12:10 unit_manager"
    assert climb(case, kind, 3) == ladder(expected)
    assert task(later(case, "2026-11-23 17:00"), kind).owner == ToRole(role=Role.NURSE)


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        ("2026-11-23 09:00", "11-23 10:00 N1, 11-23 11:00 unit_manager, 11-23 11:30 unit_manager"),
        ("2026-11-27 18:30", "11-30 09:00 N1, 11-30 10:00 unit_manager"),
    ],
)
def test_r77_a_restricted_contact_is_the_assessors_review(submitted: str, expected: str) -> None:
    """Nothing else is owed: it is not handled like a chat, and with the review done it goes on outside."""
    case = chat(submitted, sign=True, standing=PROTECTED)
    assert [each.kind for each in owed(case)] == [Kind.SAFETY_REVIEW]
    review = task(case, Kind.SAFETY_REVIEW)
    assert review.owner == ToRole(role=Role.ASSESSOR)
    assert climb(case, Kind.SAFETY_REVIEW, len(ladder(expected))) == ladder(expected)
    done = {"type": "complete_task", "task_id": review.task_id, "outcome": "reached", "note": "Via socialtjänsten."}
    ended = play(case, [(submitted.replace("18:30", "18:40").replace("09:00", "09:40"), D1, done)])
    assert (ended.ended, row(ended).state) == (True, "moved_outside")


# Words in free text (what a suspicion asks of the assessors is the pathway's: tests/routine/suicide_risk)


def test_b8_words_in_a_message_are_handled_within_fifteen_minutes_of_the_first() -> None:
    """Further words do not put it off, and nobody else is asked: a hit is for the licensed staff."""
    case = play(chat("2026-11-23 09:00"), [("2026-11-23 09:10", N1, PICK), ("2026-11-23 09:20", N1, ASK)])
    case = play(
        case, [("2026-11-23 10:00", None, {"text": "Jag vill dö."}), ("2026-11-23 10:12", None, {"text": "Vill dö"})]
    )
    assert {each.kind: f"{local(each.due_at):%H:%M}" for each in owed(case) if each.kind is not Kind.DOC_NOTE} == {
        Kind.HANDLE: "10:15",
        Kind.REPLY: "11:00",
    }
    assert climb(case, Kind.HANDLE, 2) == ladder("11-23 10:15 N1, 11-23 10:30 unit_manager")
    assert [short(each.to) for each in case.alerts if each.rule == "R59"] == ["N1", "N1"]


# What happens if nobody acts


def test_if_nobody_acts_tells_both_that_grace_ends_and_that_the_note_is_late() -> None:
    case = play(
        chat("2026-11-23 09:00"),
        [
            ("2026-11-23 09:10", N1, PICK),
            ("2026-11-23 09:20", N1, ASK),
            ("2026-11-23 09:30", N1, {"type": "request_close"}),
            ("2026-11-23 09:31", N1, {"type": "confirm_close"}),
        ],
    )
    first = [(each.at, each.what, each.to and short(each.to)) for each in if_nobody_acts(case)[:2]]
    assert first == [
        (at("2026-11-24 17:00"), "Försenat: Dokumentera i journalen", "N1"),
        (at("2026-11-24 17:00"), SUMMARY[Name.GRACE], None),
    ]


def test_if_nobody_acts_a_handover_is_late_and_comes_back() -> None:
    case = play(
        chat("2026-11-23 09:00"),
        [("2026-11-23 09:10", N1, PICK), ("2026-11-23 14:40", N1, CONSENT), ("2026-11-23 15:45", N1, HAND)],
    )
    told = [(f"{local(each.at):%H:%M}", each.rule) for each in if_nobody_acts(case) if each.at.day == 23]
    assert told == [("16:10", "R42"), ("16:30", "R53"), ("16:40", "R42")]


def test_if_nobody_acts_what_is_late_already_is_told_at_once() -> None:
    """An urgency that is raised late: both rungs have passed, and each addressee is told now, once."""
    case = play(
        chat("2026-11-23 09:00"), [("2026-11-23 09:40", N1, {"type": "set_urgency", "priority": 1, "rationale": "x"})]
    )
    told = [(f"{local(each.at):%H:%M}", each.to and short(each.to)) for each in if_nobody_acts(case)[:3]]
    assert told == [("09:40", "N1"), ("09:40", "unit_manager"), ("10:00", "unit_manager")]


@settings(max_examples=120, deadline=None)
@given(traces(longest=14))
def test_if_nobody_acts_is_what_elapse_brings_about(trace: Trace) -> None:
    """Every alert that is foreseen comes, in that order and to that addressee, and none comes that was not foreseen."""
    case, _ = last(trace)
    foreseen = if_nobody_acts(case)
    until = foreseen[-1].at if len(foreseen) == STEPS else case.as_of + HORIZON
    then = elapse(case, until)
    told = [(each.at, each.what, each.to, each.rule) for each in foreseen if each.to is not None]
    come = [(each.at, each.reason, each.to, each.rule) for each in then.alerts[len(case.alerts) :]]
    assert told == come[: len(told)]
    full = len(foreseen) == STEPS
    assert full or len(told) == len(come)
    assert [each.at for each in foreseen] == sorted(each.at for each in foreseen)
    for each in foreseen:
        if each.to is None:
            just_before, after = elapse(case, each.at - timedelta(microseconds=1)), elapse(case, each.at)
            assert _passed(each.what, just_before, after), each
    early = elapse(case, until - timedelta(microseconds=1))
    assert _passes(case, early) <= sum(each.to is None and each.at < until for each in foreseen)


def _listed(case: Chat) -> object:
    state = case.state
    return state.hand.word.listed_at if isinstance(state, InHand) and isinstance(state.hand.word, Asked) else None


def _passed(what: str, before: Chat, after: Chat) -> bool:
    """Whether that which nobody is told of has happened between the two."""
    if what == SUMMARY[Name.GRACE]:
        return isinstance(before.state, Grace) and not isinstance(after.state, Grace)
    if what == SUMMARY[Name.CLOSE_TOKEN]:
        return isinstance(before.state, CloseRequested) and not isinstance(after.state, CloseRequested)
    return what == SUMMARY[Name.CLOSING_LIST] and _listed(before) != _listed(after)


def _passes(before: Chat, after: Chat) -> int:
    """At least how many things nobody is told of have happened between the two."""
    return sum(_passed(SUMMARY[name], before, after) for name in (Name.GRACE, Name.CLOSE_TOKEN, Name.CLOSING_LIST))
