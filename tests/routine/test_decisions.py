"""Every decision in every state and from every role: accepted, or refused with exactly this code (R44-R54, R99)."""

import pytest
from pydantic import ValidationError

from routine.actors import Actor, Role
from routine.chat.case import Chat
from routine.chat.decide import allowed, decide
from routine.chat.decisions import TYPES
from routine.chat.owed import waits
from routine.chat.row import state_of
from routine.refusals import CODES, Refusal
from routine.tasks import Kind
from tests.routine.bodies import PLAIN, UNKNOWN, Body, body
from tests.routine.world import (
    AUD1,
    BJ1,
    CHANNEL,
    D1,
    D2,
    K1,
    N1,
    N2,
    N9,
    REC1,
    VCH,
    Y1,
    actor,
    at,
    chat,
    decision,
    hsa,
    play,
    refused,
)

DAY = "2026-11-24"
NOW = f"{DAY} 11:00"
PICK = {"type": "pick"}
ASK = {"type": "message", "text": "Hur länge?"}
TELL = {"type": "message", "text": "Vila.", "expects_reply": False}
CONSENT = {"type": "record_consent", "given": True, "wording": "Ja."}
HAND = {"type": "handover", "to": {"role": "physician"}}
CLOSE = {"type": "request_close"}
CONFIRM = {"type": "confirm_close"}


def story(*bodies: Body, last: str = f"{DAY} 10:20") -> Chat:
    return play(chat(f"{DAY} 10:00"), [(f"{DAY} 10:15", N1, each) for each in bodies[:-1]] + [(last, N1, bodies[-1])])


def closed() -> Chat:
    return story(PICK, TELL, {**CLOSE, "grace": "none"}, CONFIRM)


def completed() -> Chat:
    case = closed()
    return play(case, [(f"{DAY} 10:30", N1, body(case, "waive_note", N1))])


STATES: dict[str, Chat] = {
    "queued": chat(f"{DAY} 10:00"),
    "picked": story(PICK, CONSENT),
    "quiet": story(PICK, TELL, CONSENT),
    "asked": story(PICK, ASK, CONSENT),
    "pending": story(PICK, TELL, CONSENT, HAND),
    "closing": story(PICK, TELL, CLOSE, last="2026-11-24 10:55"),
    "grace": story(PICK, TELL, CLOSE, CONFIRM),
    "closed": closed(),
    "completed": completed(),
    "reopened": play(story(PICK, TELL, CONSENT, CLOSE, CONFIRM), [(f"{DAY} 10:40", None, {"text": "En sak till."})]),
}
COLUMNS = tuple(STATES)

SHORT = {
    "ok": "",
    "WS": "WRONG_STATE",
    "AH": "ALREADY_HELD",
    "NR": "CLOSE_NOT_REQUESTED",
    "NH": "NOT_HOLDER",
    "NA": "NOT_ADDRESSED",
    "FR": "FORBIDDEN_ROLE",
    "OU": "OTHER_UNIT",
}

# N1 holds the case in every state but `queued`, and N2 is a colleague.
BY_STATE = """
                  queued picked quiet asked pending closing grace closed completed reopened
pick                ok     AH    AH    AH     AH      AH     WS     WS      WS        AH
take_over           WS     AH    AH    AH     AH      AH     WS     WS      WS        AH
take_over:N2        WS     ok    ok    ok     ok      ok     WS     WS      WS        ok
message             NH     ok    ok    ok     ok      ok     WS     WS      WS        ok
log_call            NH     ok    ok    ok     ok      ok     WS     WS      WS        ok
internal_note       NH     ok    ok    ok     ok      ok     ok     ok      WS        ok
release             NH     ok    ok    ok     WS      WS     WS     WS      WS        ok
release:VCH         WS     ok    ok    ok     WS      WS     WS     WS      WS        ok
set_urgency         ok     ok    ok    ok     ok      ok     WS     WS      WS        ok
record_consent      NH     ok    ok    ok     ok      ok     WS     WS      WS        ok
handover            NH     ok    ok    ok     WS      WS     WS     WS      WS        ok
accept_handover     WS     WS    WS    WS     NA      WS     WS     WS      WS        WS
accept_handover:D1  WS     NA    NA    NA     ok      NA     NA     NA      NA        NA
decline_handover    WS     WS    WS    WS     NA      WS     WS     WS      WS        WS
decline_handover:D1 WS     NA    NA    NA     ok      NA     NA     NA      NA        NA
recall_handover     NH     WS    WS    WS     ok      WS     WS     WS      WS        WS
request_close       NH     ok    ok    ok     WS      ok     WS     WS      WS        ok
confirm_close       NH     NR    NR    NR     NR      ok     WS     WS      WS        NR
withdraw_close      NH     NR    NR    NR     NR      ok     WS     WS      WS        NR
no_action_needed    NH     WS    WS    WS     WS      WS     WS     WS      WS        ok
attest_note         WS     WS    ok    ok     ok      ok     ok     ok      WS        ok
waive_note          WS     WS    ok    ok     ok      ok     ok     ok      WS        ok
complete_task       WS     WS    ok    WS     WS      ok     WS     WS      WS        WS
reassign_task       ok     ok    ok    ok     ok      ok     ok     ok      WS        ok
reassign_task:VCH   ok     ok    ok    ok     ok      ok     ok     ok      WS        ok
"""

# The case is quiet in N1's hands, except for the two that answer a handover to the physicians, which is pending.
BY_ROLE = """
                  N1 N2 D1 Y1 K1 REC1 VCH AUD1 BJ1 N9 platform24
pick              AH AH AH AH FR  FR   FR  FR   FR OU  FR
take_over         AH ok ok ok FR  FR   FR  FR   FR OU  FR
message           ok NA NA NA FR  FR   FR  FR   FR OU  FR
log_call          ok NA NA NA FR  FR   FR  FR   FR OU  FR
internal_note     ok NA NA NA FR  FR   FR  FR   FR OU  FR
release           ok NA NA NA FR  FR   ok  FR   FR OU  FR
set_urgency       ok ok ok ok FR  FR   FR  FR   FR OU  FR
record_consent    ok NA NA NA FR  FR   FR  FR   FR OU  FR
handover          ok NA NA NA FR  FR   FR  FR   FR OU  FR
accept_handover   NA NA ok NA FR  FR   FR  FR   FR OU  FR
decline_handover  NA NA ok NA FR  FR   FR  FR   FR OU  FR
recall_handover   WS NA NA NA FR  FR   FR  FR   FR OU  FR
request_close     ok NA NA NA FR  FR   FR  FR   FR OU  FR
confirm_close     NR NA NA NA FR  FR   FR  FR   FR OU  FR
withdraw_close    NR NA NA NA FR  FR   FR  FR   FR OU  FR
no_action_needed  WS NA NA NA FR  FR   FR  FR   FR OU  FR
attest_note       ok NH NH NH NH  FR   NH  FR   FR OU  FR
waive_note        ok NH NH NH NH  FR   NH  FR   FR OU  FR
complete_task     ok NH NH NH NH  FR   NH  FR   FR OU  FR
reassign_task     ok NH NH NH NH  FR   ok  FR   FR OU  FR
"""

ACTORS = {each.hsa_id.split("-")[1]: each for each in (N1, N2, D1, Y1, K1, REC1, VCH, AUD1, BJ1, N9, CHANNEL)}


def rows(table: str) -> list[tuple[str, str, str]]:
    """Decision, column and code of every cell."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return [(line[0], column, code) for line in lines for column, code in zip(head, line[1:], strict=True)]


def check(case: Chat, name: str, by: Actor, expected: str) -> None:
    before = case.model_dump_json()
    answer = decide(case, decision(body(case, name, by)), by, at(NOW))
    code = answer.code if isinstance(answer, Refusal) else ""
    assert code == SHORT[expected]
    assert (name in allowed(case, by)) is (expected == "ok")
    assert case.model_dump_json() == before, "a value never changes"
    if isinstance(answer, Refusal):
        assert code in CODES
        assert answer.status == (403 if expected in ("NH", "NA", "FR", "OU") else 409)
        assert answer.rule
        assert answer.detail.endswith(".")


@pytest.mark.parametrize(("name", "column", "expected"), rows(BY_STATE))
def test_every_decision_in_every_state(name: str, column: str, expected: str) -> None:
    name, _, short = name.partition(":")
    check(STATES[column], name, ACTORS[short or "N1"], expected)


@pytest.mark.parametrize(("name", "column", "expected"), rows(BY_ROLE))
def test_every_decision_from_every_role(name: str, column: str, expected: str) -> None:
    case = STATES["pending" if name in ("accept_handover", "decline_handover") else "quiet"]
    check(case, name, ACTORS[column], expected)


def test_the_tables_leave_no_decision_no_state_and_no_role_out() -> None:
    for table in (BY_STATE, BY_ROLE):
        assert {name.partition(":")[0] for name, _, _ in rows(table)} == set(TYPES)
    assert {state_of(case) for case in STATES.values()} == {
        *("queued", "in_progress", "awaiting_patient", "handover_pending"),
        *("close_requested", "closed_grace", "closed", "completed"),
    }
    assert {role for each in ACTORS.values() for role in each.roles} == set(Role) - {
        Role.OTHER_LICENSED,
        Role.ASSESSOR,
        Role.LICENSED,
    }


@pytest.mark.parametrize("name", [*PLAIN, "handover", "confirm_close", "attest_note", "reassign_task"])
def test_order_the_role_is_judged_before_the_unit(name: str) -> None:
    elsewhere = actor("R9", Role.RECEPTIONIST, "MOT-T")
    assert refused(STATES["queued"], NOW, elsewhere, body(STATES["queued"], name, elsewhere)) == "FORBIDDEN_ROLE"


def test_order_the_unit_before_the_right_to_open() -> None:
    assert refused(STATES["completed"], NOW, N9, ASK) == "OTHER_UNIT"


def test_order_the_right_to_open_before_the_holder_before_the_state() -> None:
    case = play(STATES["quiet"], [(f"{DAY} 10:30", D1, {"type": "take_over", "reason": "agreed"})])
    case = play(case, [(f"{DAY} 10:40", D1, CLOSE), (f"{DAY} 10:41", D1, CONFIRM)])
    assert refused(case, NOW, N2, ASK) == "NOT_ADDRESSED"
    assert refused(case, NOW, N1, ASK) == "NOT_HOLDER", "she had it, and may open it"
    assert refused(case, NOW, D1, ASK) == "WRONG_STATE"


def test_order_the_state_before_consent_and_the_receiver_before_consent() -> None:
    case = STATES["pending"]
    assert refused(case, NOW, N1, HAND) == "WRONG_STATE"
    bare = story(PICK, TELL)
    assert refused(bare, NOW, N1, {"type": "handover", "to": {"hsa_id": N9.hsa_id}}) == "OTHER_UNIT"
    assert refused(bare, NOW, N1, {"type": "handover", "to": {"hsa_id": K1.hsa_id}}) == "WRONG_PROFESSION"
    assert refused(bare, NOW, N1, {"type": "handover", "to": {"hsa_id": N1.hsa_id}}) == "WRONG_STATE"
    assert refused(bare, NOW, N1, HAND) == "CONSENT_REQUIRED"


def test_r44_the_second_of_two_nurses_hears_that_it_is_held() -> None:
    picked = play(STATES["queued"], [(f"{DAY} 10:05", N1, PICK)])
    answer = decide(picked, decision(PICK), N2, at(f"{DAY} 10:05"))
    assert isinstance(answer, Refusal)
    assert (answer.status, answer.code, answer.alternatives) == (409, "ALREADY_HELD", ("take_over",))


def test_r53_a_sender_does_not_answer_her_own_handover() -> None:
    to_nurses = play(STATES["quiet"], [(f"{DAY} 10:30", N1, {"type": "handover", "to": {"role": "nurse"}})])
    assert refused(to_nurses, NOW, N1, {"type": "accept_handover"}) == "WRONG_STATE"
    assert "accept_handover" in allowed(to_nurses, N2)


def test_r53_a_group_and_a_named_person_are_addressed_too() -> None:
    group = play(STATES["quiet"], [(f"{DAY} 10:30", N1, {"type": "handover", "to": {"role": "assessor"}})])
    named = play(STATES["quiet"], [(f"{DAY} 10:30", N1, {"type": "handover", "to": {"hsa_id": D2.hsa_id}})])
    assert [("accept_handover" in allowed(group, each)) for each in (D1, Y1, N2)] == [True, True, False]
    assert [("accept_handover" in allowed(named, each)) for each in (D1, D2)] == [False, True]


def test_r84_a_note_is_only_its_documenters_and_is_done_once() -> None:
    case = STATES["quiet"]
    attest = body(case, "attest_note", N1)
    done = play(case, [(f"{DAY} 10:30", N1, attest)])
    assert refused(done, NOW, N1, attest) == "WRONG_STATE"
    assert refused(done, NOW, N2, attest) == "NOT_HOLDER"
    assert refused(done, NOW, N1, {**attest, "task_id": UNKNOWN}) == "WRONG_STATE"


def test_r83_the_note_is_never_shifted_to_the_receiver_of_the_handover() -> None:
    case = play(STATES["pending"], [(f"{DAY} 10:30", D1, {"type": "accept_handover"})])
    give = {"type": "reassign_task", "task_id": case.notes[0].task_id, "reason": "Går hem."}
    assert refused(case, NOW, N1, {**give, "to": {"hsa_id": D1.hsa_id}}) == "WRONG_STATE"
    assert refused(case, NOW, N1, {**give, "to": {"role": "nurse"}}) == "INVALID"
    given = play(case, [(f"{DAY} 10:40", N1, {**give, "to": {"hsa_id": N2.hsa_id}})])
    assert given.notes[0].documenter == N2.hsa_id
    assert "attest_note" in allowed(given, N2)
    assert "attest_note" not in allowed(given, N1)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ({"hsa_id": K1.hsa_id}, "WRONG_PROFESSION"),
        ({"hsa_id": VCH.hsa_id}, "WRONG_PROFESSION"),
        ({"role": "cashier"}, "WRONG_PROFESSION"),
        ({"role": "channel"}, "WRONG_PROFESSION"),
        ({"role": "auditor"}, "WRONG_PROFESSION"),
        ({"hsa_id": hsa("N9")}, "OTHER_UNIT"),
    ],
)
@pytest.mark.parametrize("state", ["queued", "quiet", "closed"])
def test_r45_a_task_goes_to_licensed_staff_of_the_unit_only(state: str, to: Body, code: str) -> None:
    case = STATES[state]
    give = {**body(case, "reassign_task", VCH), "to": to}
    assert refused(case, NOW, VCH, give) == code


def test_r53_a_handover_is_not_reassigned_but_recalled() -> None:
    case = STATES["pending"]
    task = next(wait.task_id for wait in waits(case) if wait.kind is Kind.HANDOVER_ACCEPT)
    give = {"type": "reassign_task", "task_id": task, "to": {"hsa_id": D2.hsa_id}, "reason": "Ledig."}
    assert refused(case, NOW, VCH, give) == "WRONG_STATE"
    assert refused(case, NOW, D1, give) == "WRONG_STATE"
    assert "reassign_task" not in allowed(case, D1)


def test_r58_a_sign_stops_closing() -> None:
    case = play(chat(f"{DAY} 10:00", sign=True), [(f"{DAY} 10:05", N1, PICK), (f"{DAY} 10:06", N1, TELL)])
    assert refused(case, NOW, N1, CLOSE) == "NO_ASSESSMENT"
    assert "request_close" not in allowed(case, N1)


def test_r55_an_unknown_phrase_is_named_as_the_field_that_is_wrong() -> None:
    answer = decide(STATES["quiet"], decision({"type": "message", "phrase": "Hejdå"}), N1, at(NOW))
    assert isinstance(answer, Refusal)
    assert (answer.status, answer.code, answer.field) == (422, "INVALID", "phrase")


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "message"},
        {"type": "message", "text": "a", "phrase": "b"},
        {"type": "message", "text": "  "},
        {"type": "set_urgency", "priority": 2},
        {"type": "set_urgency", "priority": 6, "rationale": "x"},
        {"type": "set_urgency", "priority": True, "rationale": "x"},
        {"type": "record_consent", "given": True},
        {"type": "handover", "to": {"role": "cashier"}},
        {"type": "handover", "to": {"hsa_id": "N1"}},
        {"type": "take_over", "reason": "bored"},
        {"type": "pick", "by": "SE0000000000-N1"},
        {"type": "close"},
    ],
)
def test_a_shape_that_says_too_little_or_too_much_is_no_decision(shape: Body) -> None:
    with pytest.raises(ValidationError):
        decision(shape)
