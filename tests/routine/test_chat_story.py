"""Whole stories of a chat at core level, with the instants that are recorded (S1, S4 and what can go otherwise)."""

from typing import Any

import pytest

from routine.actors import ToPerson
from routine.chat.access import may_open
from routine.chat.case import Asked, Chat, Closed, CloseRequested, Completed, Grace, InHand, Queued
from routine.chat.decide import allowed
from routine.chat.elapse import Name, next_due
from routine.chat.owed import owed
from routine.chat.row import row
from routine.chat.view import view
from tests.routine.said import ASK, CONFIRM, NOTHING, PICK, REQUEST, TELL, by_name, due_at, kinds, state
from tests.routine.world import (
    LITERAL,
    MOT_T,
    N1,
    N9,
    P5,
    VC_T,
    VCH,
    Step,
    at,
    chat,
    hsa,
    later,
    play,
    refused,
)

# S1: advice that is no visit


S1: list[Step] = [
    ("2026-11-23 09:20", N1, PICK),
    ("2026-11-23 09:41", N1, TELL),
    ("2026-11-23 09:41", N1, {**REQUEST, "grace": "none"}),
]


def test_s1_the_nurse_closes_in_two_steps_without_grace() -> None:
    case = play(chat("2026-11-23 09:12"), [*S1, ("2026-11-23 09:42", N1, CONFIRM)])
    assert isinstance(case.state, Closed)
    assert case.state.closed_at == at("2026-11-23 09:42")
    assert state(case) == "closed"
    assert not case.sent, "no message may be sent"
    (note,) = case.notes
    assert (note.documenter, note.first, note.opened_at) == (N1.hsa_id, True, at("2026-11-23 09:41"))
    shown = view(case, N1).documentation[0]
    assert (shown.record, shown.template) == ("Cosmic, Distansbesök - skriftlig", "Besöksanteckning")
    assert shown.keywords == ("Anamnes-Aktuellt", "Bedömning")
    assert shown.due_at == at("2026-11-24 17:00"), "the next open day's closing time"


def test_s1_r98_the_guarantee_is_met_on_day_zero() -> None:
    case = play(chat("2026-11-23 09:12"), [*S1, ("2026-11-23 09:42", N1, CONFIRM)])
    contact, assessment = by_name(case)["guarantee_contact"], by_name(case)["guarantee_assessment"]
    assert (contact.met_at, contact.hard_at) == (at("2026-11-23 09:41"), at("2026-11-23 23:59:59"))
    assert (assessment.met_at, assessment.hard_at) == (at("2026-11-23 09:42"), at("2026-11-26 23:59:59"))


def test_s1_r83_completed_when_the_note_is_attested_with_history_and_assessment() -> None:
    case = play(chat("2026-11-23 09:12"), [*S1, ("2026-11-23 09:42", N1, CONFIRM)])
    attest = {"type": "attest_note", "task_id": case.notes[0].task_id, "current": "", "assessment": "Viros."}
    assert refused(case, "2026-11-23 09:50", N1, attest) == "MISSING_FIELD"
    done = play(case, [("2026-11-23 09:50", N1, {**attest, "current": "Hosta i två veckor."})])
    assert isinstance(done.state, Completed)
    assert (done.state.closed_at, done.state.completed_at) == (at("2026-11-23 09:42"), at("2026-11-23 09:50"))
    assert done.ended
    assert next_due(done) is None
    assert owed(done) == ()
    assert view(done, N1).allowed == ()


def test_s1_r54_without_confirm_it_stays_open_and_is_followed_up() -> None:
    case = play(chat("2026-11-23 09:12"), S1)
    assert state(case) == "close_requested"
    assert view(case, N1).close_token_expires_at == at("2026-11-23 09:51")
    assert view(case, VCH).close_token is None, "only the holder sees the dialogue"
    assert state(later(case, "2026-11-23 09:50:59")) == "close_requested"
    case = later(case, "2026-11-23 16:30")
    assert state(case) == "in_progress"
    (task, _) = owed(case)
    assert (task.kind.value, task.opened_at, task.due_at) == (
        "follow_up",
        at("2026-11-23 09:51"),
        at("2026-11-23 13:51"),
    )


def test_s1_r54_a_confirm_alone_is_refused() -> None:
    case = play(chat("2026-11-23 09:12"), S1[:2])
    assert refused(case, "2026-11-23 09:42", N1, {**CONFIRM, "token": "0000"}) == "CLOSE_NOT_REQUESTED"
    assert "confirm_close" not in allowed(case, N1)


def test_r54_confirm_at_the_second_the_token_runs_out_is_too_late() -> None:
    case = play(chat("2026-11-23 09:12"), S1)
    assert isinstance(case.state, CloseRequested)
    confirm = {**CONFIRM, "token": case.state.token}
    assert refused(case, "2026-11-23 09:51", N1, confirm) == "TOKEN_EXPIRED"
    assert state(play(case, [("2026-11-23 09:50:59", N1, confirm)])) == "closed"


# S4: Friday closing, grace, a reply on Sunday


S4: list[Step] = [
    ("2026-11-27 14:00", N1, PICK),
    ("2026-11-27 14:05", N1, ASK),
    ("2026-11-27 16:40", N1, {"type": "message", "phrase": "Stängning"}),
    ("2026-11-27 16:44", N1, REQUEST),
    ("2026-11-27 16:45", N1, CONFIRM),
]
SUNDAY: Step = ("2026-11-29 20:10", None, {"text": "Jag såg ert svar nu."})


def friday(**kwargs: Any) -> Chat:
    return chat("2026-11-27 13:55", person={"personnummer": P5}, **kwargs)


def test_s4_r47_the_silent_patient_is_on_the_list_at_half_past_four() -> None:
    case = play(friday(), S4[:2])
    assert state(case) == "awaiting_patient"
    assert by_name(case)["closing_list"].hard_at == at("2026-11-27 16:30")
    listed = later(case, "2026-11-27 16:30")
    assert isinstance(listed.state, InHand)
    assert listed.state.hand.word == Asked(since=at("2026-11-27 14:05"), listed_at=at("2026-11-27 16:30"))
    assert state(listed) == "awaiting_patient", "the list closes nothing"
    assert by_name(listed)["closing_list"].hard_at == at("2026-11-30 16:30"), "and again every open day"


def test_s4_r47_the_closing_phrase_names_the_next_opening() -> None:
    case = play(friday(), S4[:3])
    (sent,) = case.sent
    assert (sent.template, sent.channel, sent.at) == ("M5", "chat", at("2026-11-27 16:40"))
    assert "tidigast måndag 30 november klockan 08.00" in sent.text
    assert case.lines[-1].text == sent.text


@pytest.mark.parametrize(
    ("of", "until"), [(VC_T, "2026-11-30 17:00"), (LITERAL, "2026-11-28 23:59:59")], ids=["open day", "literal"]
)
def test_s4_r48_closed_with_grace(of: Any, until: str) -> None:
    case = play(friday(of=of), S4)
    assert isinstance(case.state, Grace)
    assert (case.state.closed_at, case.state.until) == (at("2026-11-27 16:45"), at(until))
    assert by_name(case)["grace"].hard_at == at(until)
    assert state(case) == "closed_grace"


def test_s4_r48_the_sunday_reply_reopens_the_same_case_in_the_queue() -> None:
    case = play(friday(), [*S4, SUNDAY])
    assert case.contact_id == "K-1"
    assert isinstance(case.state, Queued), "nobody has a shift on a Sunday"
    assert row(case).holder is None
    (task,) = [each for each in owed(case) if each.kind.value == "handle"]
    assert (task.opened_at, task.due_at) == (at("2026-11-29 20:10"), at("2026-11-30 12:00"))
    assert (case.sent[-1].template, case.sent[-1].channel, case.sent[-1].at) == ("M8", "screen", at(SUNDAY[0]))
    assert "tidigast måndag 30 november klockan 08.00" in case.sent[-1].text
    assert row(later(case, "2026-11-30 08:00")).state == "queued", "and it is on the list when the unit opens"
    assert may_open(case, N1), "its former holder may still open it"


def test_s4_literal_the_sunday_reply_is_no_longer_this_case() -> None:
    case = play(friday(of=LITERAL), [*S4, SUNDAY])
    assert isinstance(case.state, Closed)
    assert not case.hears
    assert case.lines[-1].sender == "staff"


# The day of grace


def closed_on(day: str, of: Any = VC_T) -> Chat:
    return play(
        chat(f"{day} 10:00", of=of),
        [
            (f"{day} 10:05", N1, PICK),
            (f"{day} 10:10", N1, ASK),
            (f"{day} 16:44", N1, REQUEST),
            (f"{day} 16:45", N1, CONFIRM),
        ],
    )


def test_r48_grace_from_the_wednesday_before_christmas_lasts_to_the_monday_after() -> None:
    case = closed_on("2026-12-23")
    assert isinstance(case.state, Grace)
    assert case.state.until == at("2026-12-28 17:00")


@pytest.mark.parametrize(
    ("day", "until"),
    [("2026-11-23", "2026-11-24 17:00"), ("2026-12-30", "2027-01-04 17:00"), ("2027-01-05", "2027-01-07 17:00")],
    ids=["Monday", "before New Year", "before Epiphany"],
)
def test_r48_grace_ends_at_the_close_of_the_next_open_day(day: str, until: str) -> None:
    case = closed_on(day)
    assert isinstance(case.state, Grace)
    assert case.state.until == at(until)


def test_r48_grace_is_never_shorter_than_a_day() -> None:
    # Closed late in the evening by somebody who stayed on: the next open day's close is less than 24 hours away.
    case = play(
        chat("2026-11-23 10:00"),
        [
            ("2026-11-23 10:05", N1, PICK),
            ("2026-11-23 18:30", N1, TELL),
            ("2026-11-23 18:30", N1, REQUEST),
            ("2026-11-23 18:31", N1, CONFIRM),
        ],
    )
    assert isinstance(case.state, Grace)
    assert case.state.until == at("2026-11-24 18:31")


def test_r48_a_reply_ten_seconds_before_grace_ends_goes_back_to_its_holder() -> None:
    case = play(closed_on("2026-11-23"), [("2026-11-24 16:59:50", None, {"text": "En sak till."})])
    assert isinstance(case.state, InHand)
    assert case.holder is not None
    assert case.holder.hsa_id == N1.hsa_id
    assert case.alerts[-1].to == ToPerson(hsa_id=N1.hsa_id)
    assert case.alerts[-1].rule == "R48"
    assert owed(case)[0].due_at == at("2026-11-25 08:59:50")


def test_r48_at_the_second_grace_ends_the_case_hears_no_more() -> None:
    case = play(closed_on("2026-11-23"), [("2026-11-24 17:00", None, {"text": "En sak till."})])
    assert isinstance(case.state, Closed)
    assert not case.hears


def test_r48_with_nothing_left_to_attest_grace_ends_in_completed() -> None:
    case = closed_on("2026-11-23")
    waive = {"type": "waive_note", "task_id": case.notes[0].task_id, "reason": "no_assessment_made"}
    case = play(case, [("2026-11-23 16:50", N1, waive)])
    assert state(case) == "closed_grace"
    assert due_at(case) == (Name.GRACE.value, at("2026-11-24 17:00"))
    done = later(case, "2026-11-24 17:00")
    assert isinstance(done.state, Completed)
    assert done.state.completed_at == at("2026-11-24 17:00")


def test_r48_no_action_needed_goes_back_to_the_same_grace() -> None:
    reply: Step = ("2026-11-24 09:00", None, {"text": "Tack."})
    case = play(closed_on("2026-11-23"), [reply, ("2026-11-24 09:10", N1, NOTHING)])
    assert isinstance(case.state, Grace)
    assert (case.state.closed_at, case.state.until) == (at("2026-11-23 16:45"), at("2026-11-24 17:00"))


def test_r48_no_action_needed_after_the_grace_has_run_out_closes() -> None:
    reply: Step = ("2026-11-24 16:59", None, {"text": "Tack."})
    case = play(closed_on("2026-11-23"), [reply, ("2026-11-25 08:10", N1, NOTHING)])
    assert isinstance(case.state, Closed)


def test_r48_a_case_that_was_answered_is_closed_in_two_steps_again() -> None:
    reply: Step = ("2026-11-24 09:00", None, {"text": "Hur tar jag medicinen?"})
    case = play(closed_on("2026-11-23"), [reply, ("2026-11-24 09:10", N1, TELL)])
    assert refused(case, "2026-11-24 09:11", N1, NOTHING) == "WRONG_STATE"
    case = play(case, [("2026-11-24 09:12", N1, REQUEST), ("2026-11-24 09:13", N1, CONFIRM)])
    assert isinstance(case.state, Grace)
    assert case.state.until == at("2026-11-25 17:00"), "a new grace"


def test_r48_a_case_that_was_never_closed_has_no_grace_to_go_back_to() -> None:
    case = play(chat("2026-11-23 09:12"), [("2026-11-23 09:20", N1, PICK)])
    assert refused(case, "2026-11-23 09:21", N1, NOTHING) == "WRONG_STATE"


# A patient's word while somebody closes


def test_r54_a_patients_word_voids_the_token() -> None:
    case = play(chat("2026-11-23 09:12"), S1)
    assert isinstance(case.state, CloseRequested)
    token = case.state.token
    case = play(case, [("2026-11-23 09:41:30", None, {"text": "Vänta, en fråga."})])
    assert state(case) == "in_progress"
    assert (owed(case)[0].kind.value, owed(case)[0].due_at) == ("reply", at("2026-11-23 10:41:30"))
    assert refused(case, "2026-11-23 09:42", N1, {**CONFIRM, "token": token}) == "TOKEN_EXPIRED"


def test_r48_without_grace_is_refused_while_the_patient_has_the_word() -> None:
    case = play(chat("2026-11-23 09:12"), [S1[0], ("2026-11-23 09:41", N1, ASK)])
    assert refused(case, "2026-11-23 09:42", N1, {**REQUEST, "grace": "none"}) == "WRONG_STATE"
    assert state(play(case, [("2026-11-23 09:42", N1, REQUEST)])) == "close_requested"


def test_r48_asking_in_the_dialogue_takes_back_what_was_begun_without_grace() -> None:
    case = play(chat("2026-11-23 09:12"), [*S1, ("2026-11-23 09:42", N1, ASK)])
    assert refused(case, "2026-11-23 09:43", N1, CONFIRM) == "WRONG_STATE"
    assert "confirm_close" not in allowed(case, N1)


def test_r48_a_follow_up_done_in_the_dialogue_leaves_the_patient_the_word() -> None:
    case = play(chat("2026-11-23 09:12"), [S1[0], ("2026-11-23 09:41", N1, ASK), ("2026-11-23 09:42", N1, REQUEST)])
    (task, _) = owed(case)
    done = {"type": "complete_task", "task_id": task.task_id, "outcome": "done", "note": "Läst igenom."}
    case = play(case, [("2026-11-23 09:44", N1, done), ("2026-11-23 09:45", N1, {"type": "withdraw_close"})])
    assert state(case) == "awaiting_patient"
    assert refused(case, "2026-11-23 09:46", N1, {**REQUEST, "grace": "none"}) == "WRONG_STATE"


def test_r54_an_expired_token_leaves_a_follow_up_even_where_the_patient_had_the_word() -> None:
    case = play(chat("2026-11-23 09:12"), [S1[0], ("2026-11-23 09:41", N1, ASK), ("2026-11-23 09:42", N1, REQUEST)])
    assert kinds(case) == ["follow_up", "doc_note"]
    case = later(case, "2026-11-23 09:52")
    assert state(case) == "in_progress"
    assert kinds(case) == ["follow_up", "doc_note"]


def test_r54_withdrawing_restores_what_was() -> None:
    asked = play(chat("2026-11-23 09:12"), [S1[0], ("2026-11-23 09:41", N1, ASK)])
    back = play(asked, [("2026-11-23 09:42", N1, REQUEST), ("2026-11-23 09:43", N1, {"type": "withdraw_close"})])
    assert back.state == asked.state
    assert due_at(back) == due_at(asked)


# Other ways in


def test_r51_a_vardcentral_takes_it_on_a_friday_night_and_handles_it_on_monday() -> None:
    case = chat("2026-11-27 21:00", priority=1)
    assert [each.template for each in case.sent] == ["M8"]
    (task,) = owed(case)
    assert task.due_at == at("2026-11-30 08:15")


def test_r1_every_unit_has_its_own_staff() -> None:
    case = chat("2026-11-24 10:00", of=MOT_T, unit="MOT-T")
    assert refused(case, "2026-11-24 10:05", N1, PICK) == "OTHER_UNIT"
    assert row(play(case, [("2026-11-24 10:05", N9, PICK)])).holder == hsa("N9")
