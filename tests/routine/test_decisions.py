"""Every decision in every state and from every role: accepted, or refused with exactly this code (R44-R54, R99)."""

import pytest
from pydantic import ValidationError

from routine.actors import Actor, Role
from routine.chat.access import ROLES, WHO, may_open
from routine.chat.case import Chat
from routine.chat.closing import blocks
from routine.chat.decide import allowed, decide
from routine.chat.decisions import TYPES
from routine.chat.hear import hear
from routine.chat.owed import waits
from routine.chat.row import state_of
from routine.phrases import Phrase
from routine.refusals import CODES, Refusal
from routine.tasks import Kind
from tests.routine.bodies import UNKNOWN, Body, body
from tests.routine.traces import EVENTS
from tests.routine.world import (
    AUD1,
    BJ1,
    CHANNEL,
    CLOSING,
    D1,
    D2,
    K1,
    N1,
    N2,
    N9,
    P2,
    PROTECTED,
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
    unit,
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
KEEP = {"type": "keep_for_slot", "note": "Inga tider i dag."}
MARK = {"type": "mark_wrong_person"}


def story(*bodies: Body, last: str = f"{DAY} 10:20") -> Chat:
    return play(chat(f"{DAY} 10:00"), [(f"{DAY} 10:15", N1, each) for each in bodies[:-1]] + [(last, N1, bodies[-1])])


def closed() -> Chat:
    return story(PICK, TELL, {**CLOSE, "grace": "none"}, CONFIRM)


def completed() -> Chat:
    case = closed()
    return play(case, [(f"{DAY} 10:30", N1, body(case, "waive_note", N1))])


def protected() -> Chat:
    """Found out while N1 has it."""
    return hear(story(PICK, TELL, CONSENT), EVENTS["protected"], at(f"{DAY} 10:30"))


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
    "kept": story(PICK, TELL, CONSENT, KEEP),
    "marked": story(PICK, TELL, CONSENT, MARK),
    "protected": protected(),
    "yes": play(chat(f"{DAY} 10:00", sign=True), [(f"{DAY} 10:10", N1, each) for each in (PICK, TELL, CONSENT)]),
    "hit": play(story(PICK, ASK, CONSENT), [(f"{DAY} 10:50", None, {"text": "Jag vill dö."})]),
    "moved": play(protected(), [(f"{DAY} 10:40", N1, {"type": "moved_outside", "how": "brev", "note": "Kallad."})]),
    "excluded": story(PICK, TELL, MARK, CLOSE, CONFIRM),
}
RESTRICTED_QUEUED = chat(f"{DAY} 10:00", sign=True, standing=PROTECTED)
RESTRICTED_HELD = play(RESTRICTED_QUEUED, [(f"{DAY} 10:10", D1, PICK), (f"{DAY} 10:11", D1, CONSENT)])

SHORT = {
    "ok": "",
    "WS": "WRONG_STATE",
    "AH": "ALREADY_HELD",
    "NR": "CLOSE_NOT_REQUESTED",
    "NH": "NOT_HOLDER",
    "NA": "NOT_ADDRESSED",
    "FR": "FORBIDDEN_ROLE",
    "OU": "OTHER_UNIT",
    "PR": "PROTECTED",
    "KS": "KEPT_FOR_SLOT",
    "AS": "NO_ASSESSMENT",
    "NS": "NOT_ASSESSOR",
}

# N1 holds the case in every state but `queued`, and N2 is a colleague.
BY_STATE = """
                    queued picked quiet asked pending closing grace closed completed reopened
pick                ok     AH     AH    AH    AH      AH      WS    WS     WS        AH
take_over           WS     AH     AH    AH    AH      AH      WS    WS     WS        AH
take_over:N2        WS     ok     ok    ok    ok      ok      WS    WS     WS        ok
message             NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
log_call            NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
internal_note       NH     ok     ok    ok    ok      ok      ok    ok     WS        ok
release             NH     ok     ok    ok    WS      WS      WS    WS     WS        ok
release:VCH         WS     ok     ok    ok    WS      WS      WS    WS     WS        ok
set_urgency         ok     ok     ok    ok    ok      ok      WS    WS     WS        ok
record_consent      NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
handover            NH     ok     ok    ok    WS      WS      WS    WS     WS        ok
accept_handover     WS     WS     WS    WS    NA      WS      WS    WS     WS        WS
accept_handover:D1  WS     NA     NA    NA    ok      NA      NA    NA     NA        NA
decline_handover    WS     WS     WS    WS    NA      WS      WS    WS     WS        WS
decline_handover:D1 WS     NA     NA    NA    ok      NA      NA    NA     NA        NA
recall_handover     NH     WS     WS    WS    ok      WS      WS    WS     WS        WS
request_close       NH     ok     ok    ok    WS      ok      WS    WS     WS        ok
confirm_close       NH     NR     NR    NR    NR      ok      WS    WS     WS        NR
withdraw_close      NH     NR     NR    NR    NR      ok      WS    WS     WS        NR
no_action_needed    NH     WS     WS    WS    WS      WS      WS    WS     WS        ok
attest_note         WS     WS     ok    ok    ok      ok      ok    ok     WS        ok
waive_note          WS     WS     ok    ok    ok      ok      ok    ok     WS        ok
complete_task       WS     WS     ok    WS    WS      ok      WS    WS     WS        WS
reassign_task       ok     ok     ok    ok    ok      ok      ok    ok     WS        ok
reassign_task:VCH   ok     ok     ok    ok    ok      ok      ok    ok     WS        ok
sms_reminder        NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
stop_messages       ok     ok     ok    ok    ok      ok      WS    WS     WS        ok
stop_messages:K1    ok     ok     ok    ok    ok      ok      WS    WS     WS        ok
contact_preference  NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
keep_for_slot       NH     ok     ok    ok    WS      WS      WS    WS     WS        ok
offer_slot          NH     WS     WS    WS    WS      WS      WS    WS     WS        WS
book_slot           NH     WS     WS    WS    WS      WS      WS    WS     WS        WS
resolve_kept        NH     WS     WS    WS    WS      WS      WS    WS     WS        WS
mark_wrong_person   NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
unmark_wrong_person NH     WS     WS    WS    WS      WS      WS    WS     WS        WS
moved_outside       NH     WS     WS    WS    WS      WS      WS    WS     WS        WS
flag_suspicion      ok     ok     ok    ok    ok      ok      ok    ok     WS        ok
flag_suspicion:K1   ok     ok     ok    ok    ok      ok      ok    ok     WS        ok
record_asked        NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
resolve_elsewhere   NH     ok     ok    ok    ok      ok      WS    WS     WS        ok
assess              NS     NS     NS    NS    NS      NS      NS    NS     NS        NS
assess:D1           ok     ok     ok    ok    ok      ok      ok    ok     WS        ok
call_112            ok     ok     ok    ok    ok      ok      ok    ok     WS        ok
call_112:REC1       ok     ok     ok    ok    ok      ok      ok    ok     WS        ok
"""

# The states that came with slots, the wrong person, protection and signs.
BY_STATE_TOO = """
                    kept marked protected yes hit moved excluded
pick                AH   AH     AH        AH  AH  WS    WS
take_over           AH   AH     AH        AH  AH  WS    WS
take_over:N2        ok   ok     ok        ok  ok  WS    WS
message             ok   ok     ok        ok  ok  WS    WS
log_call            ok   ok     ok        ok  ok  WS    WS
internal_note       ok   ok     ok        ok  ok  ok    WS
release             WS   ok     ok        ok  ok  WS    WS
release:VCH         WS   ok     ok        ok  ok  WS    WS
set_urgency         ok   ok     ok        ok  ok  WS    WS
record_consent      ok   ok     ok        ok  ok  WS    WS
handover            WS   ok     ok        ok  ok  WS    WS
accept_handover     WS   WS     WS        WS  WS  WS    WS
accept_handover:D1  NA   NA     NA        WS  WS  NA    NA
decline_handover    WS   WS     WS        WS  WS  WS    WS
decline_handover:D1 NA   NA     NA        WS  WS  NA    NA
recall_handover     WS   WS     WS        WS  WS  WS    WS
request_close       KS   ok     ok        AS  AS  WS    WS
confirm_close       NR   NR     NR        NR  NR  WS    WS
withdraw_close      NR   NR     NR        NR  NR  WS    WS
no_action_needed    WS   WS     WS        AS  AS  WS    WS
attest_note         ok   ok     ok        ok  ok  ok    WS
waive_note          ok   ok     ok        ok  ok  ok    WS
complete_task       WS   ok     ok        ok  WS  WS    WS
reassign_task       ok   ok     ok        ok  ok  ok    WS
reassign_task:VCH   ok   ok     ok        ok  ok  ok    WS
sms_reminder        ok   ok     PR        ok  ok  PR    WS
stop_messages       ok   ok     ok        ok  ok  WS    WS
stop_messages:K1    ok   ok     ok        ok  ok  WS    WS
contact_preference  ok   ok     ok        ok  ok  WS    WS
keep_for_slot       WS   ok     ok        ok  ok  WS    WS
offer_slot          ok   WS     PR        WS  WS  PR    WS
book_slot           ok   WS     PR        WS  WS  PR    WS
resolve_kept        ok   WS     WS        WS  WS  WS    WS
mark_wrong_person   ok   WS     ok        ok  ok  WS    WS
unmark_wrong_person WS   ok     WS        WS  WS  WS    WS
moved_outside       WS   WS     ok        WS  WS  WS    WS
flag_suspicion      ok   ok     ok        ok  ok  WS    WS
flag_suspicion:K1   ok   ok     ok        ok  ok  WS    WS
record_asked        ok   ok     ok        AS  ok  WS    WS
resolve_elsewhere   ok   ok     ok        NS  NS  WS    WS
resolve_elsewhere:D1 ok  ok     ok        WS  ok  WS    WS
assess              NS   NS     NS        NS  NS  NS    NS
assess:D1           ok   ok     ok        ok  ok  WS    WS
call_112            ok   ok     ok        ok  ok  WS    WS
call_112:REC1       ok   ok     ok        ok  ok  WS    WS
"""

# The case is quiet in N1's hands, except for what `IN` puts elsewhere.
BY_ROLE = """
                    N1 N2 D1 Y1 K1 REC1 VCH AUD1 BJ1 N9 platform24
pick                AH AH AH AH FR FR   FR  FR   FR  OU FR
take_over           AH ok ok ok FR FR   FR  FR   FR  OU FR
message             ok NA NA NA FR FR   FR  FR   FR  OU FR
log_call            ok NA NA NA FR FR   FR  FR   FR  OU FR
internal_note       ok NA NA NA FR FR   FR  FR   FR  OU FR
release             ok NA NA NA FR FR   ok  FR   FR  OU FR
set_urgency         ok ok ok ok FR FR   FR  FR   FR  OU FR
record_consent      ok NA NA NA FR FR   FR  FR   FR  OU FR
handover            ok NA NA NA FR FR   FR  FR   FR  OU FR
accept_handover     NA NA ok NA FR FR   FR  FR   FR  OU FR
decline_handover    NA NA ok NA FR FR   FR  FR   FR  OU FR
recall_handover     WS NA NA NA FR FR   FR  FR   FR  OU FR
request_close       ok NA NA NA FR FR   FR  FR   FR  OU FR
confirm_close       NR NA NA NA FR FR   FR  FR   FR  OU FR
withdraw_close      NR NA NA NA FR FR   FR  FR   FR  OU FR
no_action_needed    WS NA NA NA FR FR   FR  FR   FR  OU FR
attest_note         ok NH NH NH NH FR   NH  FR   FR  OU FR
waive_note          ok NH NH NH NH FR   NH  FR   FR  OU FR
complete_task       ok NH NH NH NH FR   NH  FR   FR  OU FR
reassign_task       ok NH NH NH NH FR   ok  FR   FR  OU FR
sms_reminder        ok NA NA NA FR FR   FR  FR   FR  OU FR
stop_messages       ok ok ok ok ok ok   ok  FR   FR  OU FR
contact_preference  ok NA NA NA FR FR   FR  FR   FR  OU FR
keep_for_slot       ok NA NA NA FR FR   FR  FR   FR  OU FR
offer_slot          ok NA NA NA FR FR   FR  FR   FR  OU FR
book_slot           ok NA NA NA FR FR   FR  FR   FR  OU FR
resolve_kept        ok NA NA NA FR FR   FR  FR   FR  OU FR
mark_wrong_person   ok NA NA NA FR FR   FR  FR   FR  OU FR
unmark_wrong_person ok NA NA NA FR FR   FR  FR   FR  OU FR
moved_outside       ok NA NA NA FR FR   FR  FR   FR  OU FR
flag_suspicion      ok ok ok ok ok ok   ok  FR   FR  OU FR
record_asked        ok NA NA NA FR FR   FR  FR   FR  OU FR
resolve_elsewhere   ok NA ok ok FR FR   ok  FR   FR  OU FR
assess              NS NS ok ok NS NS   NS  FR   FR  OU FR
call_112            ok ok ok ok ok ok   ok  FR   FR  OU FR
"""

# A protected person's disclosure, in D1's hands. What everybody else meets is below.
RESTRICTED = """
                    D1 Y1 VCH
pick                AH AH FR
take_over           AH ok FR
message             PR NH FR
log_call            ok NH FR
internal_note       ok NH FR
release             ok NH ok
set_urgency         ok ok FR
record_consent      ok NH FR
handover            ok NH FR
accept_handover     WS WS FR
decline_handover    WS WS FR
recall_handover     WS NH FR
request_close       AS NH FR
confirm_close       NR NH FR
withdraw_close      NR NH FR
no_action_needed    AS NH FR
attest_note         WS WS WS
waive_note          WS WS WS
complete_task       ok ok NH
reassign_task       ok ok ok
sms_reminder        PR NH FR
stop_messages       ok ok ok
contact_preference  ok NH FR
keep_for_slot       ok NH FR
offer_slot          PR NH FR
book_slot           PR NH FR
resolve_kept        WS NH FR
mark_wrong_person   PR NH FR
unmark_wrong_person WS NH FR
moved_outside       ok ok FR
flag_suspicion      ok ok ok
record_asked        AS NH FR
resolve_elsewhere   WS WS WS
assess              ok ok NS
call_112            ok ok ok
"""

IN = {
    **dict.fromkeys(("accept_handover", "decline_handover"), "pending"),
    **dict.fromkeys(("offer_slot", "book_slot", "resolve_kept"), "kept"),
    "unmark_wrong_person": "marked",
    "moved_outside": "protected",
}

ACTORS = {each.hsa_id.split("-")[1]: each for each in (N1, N2, D1, Y1, K1, REC1, VCH, AUD1, BJ1, N9, CHANNEL)}

OTHER = actor("O1", Role.OTHER_LICENSED)


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
        assert answer.status == (403 if expected in ("NH", "NA", "FR", "OU", "NS") else 409)
        assert answer.rule
        assert answer.detail.endswith(".")


@pytest.mark.parametrize(("name", "column", "expected"), [*rows(BY_STATE), *rows(BY_STATE_TOO)])
def test_every_decision_in_every_state(name: str, column: str, expected: str) -> None:
    name, _, short = name.partition(":")
    check(STATES[column], name, ACTORS[short or "N1"], expected)


@pytest.mark.parametrize(("name", "column", "expected"), rows(BY_ROLE))
def test_every_decision_from_every_role(name: str, column: str, expected: str) -> None:
    check(STATES[IN.get(name, "quiet")], name, ACTORS[column], expected)


@pytest.mark.parametrize(("name", "column", "expected"), rows(RESTRICTED))
def test_r77_every_decision_on_a_restricted_contact(name: str, column: str, expected: str) -> None:
    check(RESTRICTED_HELD, name, ACTORS[column], expected)


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("case", [RESTRICTED_QUEUED, RESTRICTED_HELD], ids=["queued", "held"])
def test_r77_a_restricted_contact_is_addressed_to_nobody_else(case: Chat, name: str) -> None:
    """Whoever may send the decision at all is not addressed, also where it needs no right to open; 112 is anybody's."""
    for by in (*ACTORS.values(), OTHER):
        if by.unit != "VC-T" or by.has(Role.ASSESSOR, Role.UNIT_MANAGER):
            continue
        heard = by.has(*ROLES[WHO[TYPES[name]]])
        expected = ("ok" if name == "call_112" else "NA") if heard else "FR"
        check(case, name, by, expected)
        assert not may_open(case, by) or by.has(Role.AUDITOR)


def test_the_tables_leave_no_decision_no_state_and_no_role_out() -> None:
    for table in (BY_STATE, BY_STATE_TOO, BY_ROLE, RESTRICTED):
        assert {name.partition(":")[0] for name, _, _ in rows(table)} == set(TYPES)
    assert {state_of(case) for case in STATES.values()} == {
        *("queued", "in_progress", "awaiting_patient", "handover_pending"),
        *("kept_for_slot", "close_requested", "closed_grace", "closed", "completed"),
        *("moved_outside", "excluded_wrong_person"),
    }
    assert {role for each in ACTORS.values() for role in each.roles} == set(Role) - {
        Role.OTHER_LICENSED,
        Role.ASSESSOR,
        Role.LICENSED,
    }


ANYBODYS = {"stop_messages", "flag_suspicion", "call_112", "assess"}
"""Any staff of the unit is heard; that only an assessor assesses is told as that."""


@pytest.mark.parametrize("name", sorted(set(TYPES) - ANYBODYS))
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


@pytest.mark.parametrize("name", ["offer_slot", "book_slot"])
def test_r57_a_time_that_has_passed_is_no_time(name: str) -> None:
    answer = decide(STATES["kept"], decision({"type": name, "start": at(NOW)}), N1, at(NOW))
    assert isinstance(answer, Refusal)
    assert (answer.status, answer.code, answer.field) == (422, "INVALID", "start")


@pytest.mark.parametrize("name", ["offer_slot", "book_slot"])
def test_order_protection_before_the_fields(name: str) -> None:
    """The state and the rule are judged before what was sent with it."""
    kept = hear(STATES["kept"], EVENTS["protected"], at(f"{DAY} 10:50"))
    assert refused(kept, NOW, N1, {"type": name, "start": at(f"{DAY} 09:00")}) == "PROTECTED"


def test_order_the_right_to_open_a_restricted_contact_before_the_state_and_after_the_unit() -> None:
    assert refused(RESTRICTED_HELD, NOW, N1, PICK) == "NOT_ADDRESSED"
    assert refused(RESTRICTED_HELD, NOW, N9, PICK) == "OTHER_UNIT"
    assert refused(RESTRICTED_HELD, NOW, K1, PICK) == "FORBIDDEN_ROLE"
    assert refused(RESTRICTED_HELD, NOW, Y1, PICK) == "ALREADY_HELD"


@pytest.mark.parametrize("to", [{"hsa_id": N1.hsa_id}, {"role": "nurse"}, {"role": "licensed"}])
def test_r77_what_a_restricted_contact_owes_stays_with_who_may_open_it(to: Body) -> None:
    """A task or a handover that its owner may not open would wait for nobody."""
    task = body(RESTRICTED_HELD, "reassign_task", D1)
    assert refused(RESTRICTED_HELD, NOW, D1, {**task, "to": to}) == "WRONG_PROFESSION"
    assert refused(RESTRICTED_HELD, NOW, D1, {"type": "handover", "to": to}) == "WRONG_PROFESSION"
    for fits in ({"hsa_id": Y1.hsa_id}, {"role": "assessor"}, {"role": "psychologist"}):
        play(RESTRICTED_HELD, [(NOW, D1, {**task, "to": fits})])
        play(RESTRICTED_HELD, [(NOW, D1, {"type": "handover", "to": fits})])


def test_order_of_blocks_a_sign_a_slot_then_the_wrong_person() -> None:
    """`request_close` tells the first; all of them are shown."""
    case = chat(f"{DAY} 10:00", sign=True, on_behalf_of={"personnummer": P2})
    case = play(case, [(f"{DAY} 10:10", N1, PICK), (f"{DAY} 10:11", N1, KEEP)])
    assert [block.code for block in blocks(case)] == ["NO_ASSESSMENT", "KEPT_FOR_SLOT", "WRONG_PERSON"]
    assert refused(case, NOW, N1, CLOSE) == "NO_ASSESSMENT"
    foreign = chat(f"{DAY} 10:00", on_behalf_of={"personnummer": P2})
    foreign = play(foreign, [(f"{DAY} 10:10", N1, PICK)])
    assert refused(foreign, NOW, N1, CLOSE) == "WRONG_PERSON"
    marked = play(foreign, [(f"{DAY} 10:20", N1, MARK), (f"{DAY} 10:21", N1, CLOSE), (f"{DAY} 10:22", N1, CONFIRM)])
    assert state_of(marked) == "excluded_wrong_person"
    unmark = {"type": "unmark_wrong_person", "reason": "Fel."}
    back = play(foreign, [(f"{DAY} 10:20", N1, MARK), (f"{DAY} 10:21", N1, unmark)])
    assert refused(back, NOW, N1, CLOSE) == "WRONG_PERSON"


def test_r81_nothing_is_documented_about_the_wrong_person() -> None:
    """M10 stands in the chat, M9 among the notes; the note that was owed is waived, and no word reopens it."""
    case = STATES["excluded"]
    assert [note.outcome for note in case.notes] == ["waived: wrong_person"]
    assert [(each.template, each.text) for each in case.sent] == [("M10", case.lines[-1].text)]
    assert [each.text for each in case.remarks if each.about == "mark_wrong_person"] == ["OBS FEL PATIENT"]
    assert (case.ended, case.hears) == (True, False)


def test_r76_protection_found_after_closing_is_moved_from_there() -> None:
    """Otherwise the task could be done by nothing, and the case would never end."""
    for name in ("grace", "closed"):
        case = hear(STATES[name], EVENTS["protected"], at(f"{DAY} 10:40"))
        assert Kind.MOVE_OUTSIDE in [wait.kind for wait in waits(case)]
        moved = play(case, [(NOW, N1, body(case, "moved_outside", N1))])
        assert state_of(moved) == "moved_outside"
        done = play(moved, [(NOW, N1, body(moved, each, N1)) for each in ["waive_note"]])
        assert done.ended
    ended = hear(STATES["completed"], EVENTS["protected"], at(f"{DAY} 10:40"))
    assert waits(ended) == ()


def test_r76_protection_that_was_found_is_not_forgotten() -> None:
    """A register that answered before, or not at all, does not undo what sending found out since."""
    for name in ("known", "register silent"):
        assert hear(STATES["protected"], EVENTS[name], at(f"{DAY} 10:40")).protected


def test_r55_only_a_phrase_without_blanks_is_sent_by_its_name() -> None:
    blank = Phrase(name="Erbjuden tid", template="M14", text="Vi kan erbjuda en tid {veckodag} klockan {kl}.")
    sms = Phrase(name="Påminnelse", template="M4", channel="sms", text="Du har ett meddelande.")
    case = STATES["quiet"].model_copy(update={"unit": unit(phrases=(CLOSING, blank, sms))})
    assert refused(case, NOW, N1, {"type": "message", "phrase": blank.name}) == "INVALID"
    assert refused(case, NOW, N1, {"type": "message", "phrase": sms.name}) == "INVALID"
    assert play(case, [(NOW, N1, {"type": "message", "phrase": CLOSING.name})]).sent[-1].template == "M5"


def test_a9b_the_closing_phrase_says_where_help_is_in_the_suicide_tier() -> None:
    """A9b: with M15's lines where a sign has been seen, and without them elsewhere."""
    said = {
        name: play(STATES[name], [(NOW, N1, {"type": "message", "phrase": CLOSING.name})]).sent[-1].text
        for name in ("quiet", "hit")
    }
    assert "90101" not in said["quiet"]
    assert said["hit"].startswith(said["quiet"])
    assert said["hit"].endswith("Du kan också ringa Självmordslinjen på 90101 dygnet runt.")


def test_only_the_record_is_left_of_what_was_excluded_or_moved_outside() -> None:
    """What was owed is done with it, and nothing that comes later makes a task that nobody could do."""
    case = hear(STATES["marked"], EVENTS["protected"], at(f"{DAY} 10:30"))
    excluded = play(case, [(f"{DAY} 10:40", N1, CLOSE), (f"{DAY} 10:41", N1, CONFIRM)])
    assert (state_of(excluded), excluded.ended, waits(excluded)) == ("excluded_wrong_person", True, ())
    moved = STATES["moved"]
    again = hear(moved, EVENTS["protected"], at(f"{DAY} 10:50"))
    assert [wait.kind for wait in waits(again)] == [wait.kind for wait in waits(moved)] == [Kind.DOC_NOTE]
