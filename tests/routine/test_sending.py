"""What leaves for a patient or for staff, as a function of the case, and what comes of it (R56, R76, B9, M17)."""

from datetime import timedelta

import pytest

from routine.actors import Actor, Role, ToPerson, ToRole
from routine.chat.case import Alert, Chat, PersonFacts, RegisterAway
from routine.chat.decide import decide
from routine.chat.effects import STAFF_TEXT, effects
from routine.chat.elapse import elapse
from routine.chat.events import Event, SmsOutcome, SmsReport, StaffTold
from routine.chat.hear import hear
from routine.chat.owed import owed
from routine.effects import LookUpPerson, SendSms, StaffContact, TellStaff
from routine.phrases import Phrase
from routine.refusals import Refusal
from routine.tasks import ERRANDS, Kind
from routine.tone import findings
from tests.routine.traces import EVENTS, event_of
from tests.routine.world import (
    CLOSING,
    D1,
    K1,
    N1,
    P1,
    VCH,
    Y1,
    at,
    chat,
    decision,
    hsa,
    later,
    play,
    refused,
    unit,
)

DAY = "2026-11-24"
PICK = {"type": "pick"}
ASK = {"type": "message", "text": "Hur mår du i dag?"}
REMIND = {"type": "sms_reminder"}
STOP = {"type": "stop_messages", "reason": "Anhörig har bett om det."}
NO_SMS = {"type": "contact_preference", "sms": False}
KNOWN = PersonFacts(at=at(f"{DAY} 09:00"), name="Test Ett", protected=False, deceased=False)
N1_CONTACT = StaffContact(mobile="+46701740690", email=None)
D1_CONTACT = StaffContact(mobile=None, email="d1@example.com")
VCH_CONTACT = StaffContact(mobile="+46701740691", email="vch@example.com")


def silent() -> Chat:
    """N1 has asked, and the patient is silent; the register knows the person."""
    case = chat(f"{DAY} 09:00").model_copy(update={"person": KNOWN})
    return play(case, [(f"{DAY} 09:10", N1, PICK), (f"{DAY} 09:15", N1, ASK)])


def reminded(*clocks: str) -> Chat:
    return play(silent(), [(f"{DAY} {clock}", N1, REMIND) for clock in clocks or ("10:00",)])


def heard(case: Chat, *events: str, clock: str = "10:05") -> Chat:
    for name in events:
        case = hear(case, event_of(case, name), at(f"{DAY} {clock}"))
    return case


def sms(case: Chat) -> list[SendSms]:
    return [each for each in effects(case) if isinstance(each, SendSms)]


def tell(case: Chat) -> TellStaff | None:
    return next((each for each in effects(case) if isinstance(each, TellStaff)), None)


def statuses(case: Chat) -> list[str]:
    return [each.status for each in case.sent]


def errands(case: Chat) -> list[Kind]:
    return [task.kind for task in owed(case) if task.kind in ERRANDS]


# effects: one for each thing to be done, none once it has an outcome


def test_r56_a_planned_sms_is_an_effect_with_the_messages_own_key() -> None:
    case = reminded()
    (effect,) = effects(case)
    assert effect == SendSms(
        key="K-1:M4:1",
        contact_id="K-1",
        template="M4",
        personnummer=case.submission.person.personnummer,
        text="Du har ett meddelande som väntar på svar. Logga in på mitt.regionhalland.se/vard.",
    )
    assert str(effect.personnummer) == P1
    assert findings(effect.text) == ()


def test_effects_are_a_function_of_the_case() -> None:
    """Asked again, later, or after what has nothing to do with it, it is the same effect with the same key."""
    case = reminded()
    note = {"type": "internal_note", "text": "Ringer i morgon."}
    for same in (case, later(case, f"{DAY} 11:30"), play(case, [(f"{DAY} 10:10", N1, note)]), heard(case, "wrote")):
        assert sms(same) == sms(case)
    assert effects(Chat.model_validate_json(case.model_dump_json())) == effects(case)


def test_each_planned_sms_is_one_effect_and_ids_never_repeat() -> None:
    case = reminded("10:00", "11:00", "12:00")
    assert [each.key for each in sms(case)] == ["K-1:M4:1", "K-1:M4:2", "K-1:M4:3"]
    assert [each.key for each in sms(heard(case, "sms sent", clock="12:05"))] == ["K-1:M4:1", "K-1:M4:2"]


@pytest.mark.parametrize(
    "name",
    [
        *("sms sent", "sms refused", "sms unknown", "sms protected", "sms deceased", "sms without a number"),
        *("sms unchecked", "reported delivered", "reported failed", "protected"),
    ],
)
def test_what_has_an_outcome_is_done_no_more(name: str) -> None:
    assert sms(heard(reminded(), name)) == []


def test_r56_a_units_own_words_are_sent() -> None:
    own = Phrase(name="Påminnelse", template="M4", channel="sms", text="Logga in på mitt.regionhalland.se/vard.")
    case = silent().model_copy(update={"unit": unit(phrases=(CLOSING, own))})
    assert sms(play(case, [(f"{DAY} 10:00", N1, REMIND)]))[0].text == own.text


def test_r76_the_register_is_asked_again_with_a_key_of_its_own_each_time() -> None:
    case = chat(f"{DAY} 09:00")
    asked = case.submission.person.personnummer
    assert effects(case) == (LookUpPerson(key="K-1:person:1", personnummer=asked),)
    silent_register = heard(case, "register silent", clock="09:01")
    assert isinstance(silent_register.person, RegisterAway)
    assert effects(silent_register) == ()
    again = later(silent_register, f"{DAY} 09:11")
    assert effects(again) == (LookUpPerson(key="K-1:person:2", personnummer=asked),)
    assert effects(heard(again, "known", clock="09:12")) == ()


# Outcomes


@pytest.mark.parametrize(
    ("name", "status", "errand", "left"),
    [
        ("sms sent", "sent", None, True),
        ("sms refused", "failed", Kind.SMS_FAILED, False),
        ("sms unchecked", "failed", Kind.SMS_FAILED, False),
        ("sms unknown", "unknown", Kind.SMS_FAILED, True),
        ("sms without a number", "failed", Kind.SMS_IMPOSSIBLE, False),
        ("sms deceased", "suppressed", Kind.SMS_IMPOSSIBLE, False),
        ("sms protected", "suppressed", Kind.MOVE_OUTSIDE, False),
    ],
)
def test_r56_b9_an_outcome_gives_its_status_and_its_task(
    name: str, status: str, errand: Kind | None, left: bool
) -> None:
    """What may have left says when; what failed, or may have, is somebody's task and is never sent again by itself."""
    case = heard(reminded(), name)
    assert statuses(case) == [status]
    assert errands(case) == ([errand] if errand else [])
    assert case.sent[0].sent_at == (at(f"{DAY} 10:05") if left else None)
    assert heard(case, name, clock="10:06") == case.model_copy(update={"as_of": at(f"{DAY} 10:06")}), "once only"
    assert sms(later(case, "2026-11-26 10:00")) == []


def test_r76_sending_finds_out_what_the_register_says_now() -> None:
    case = heard(reminded(), "sms protected")
    assert (case.protected, case.deceased) == (True, False)
    assert refused(case, f"{DAY} 12:00", N1, REMIND) == "PROTECTED"
    case = heard(reminded(), "sms deceased")
    assert (case.protected, case.deceased) == (False, True)
    assert refused(case, f"{DAY} 12:00", N1, REMIND) == "WRONG_STATE"
    assert isinstance(case.person, PersonFacts)
    assert case.person.name == "Test Ett"


@pytest.mark.parametrize("name", ["sms protected", "sms deceased", "protected"])
def test_r76_everything_planned_is_suppressed_at_once(name: str) -> None:
    case = heard(reminded("10:00", "11:00"), name, clock="11:01")
    assert statuses(case) == ["suppressed", "suppressed"]
    assert sms(case) == []


def test_an_outcome_of_another_message_changes_nothing() -> None:
    case = reminded()
    stranger = SmsOutcome(message_id="K-2:M4:1", status="failed", reason="refused")
    assert hear(case, stranger, case.as_of) == case
    assert hear(case, SmsReport(message_id="K-1:M8:9", status="failed"), case.as_of) == case


def test_b9_what_was_given_up_may_have_left_all_the_same() -> None:
    """Stopped while it was being sent: the record says what happened, and protection that was found counts."""
    for give_up in (STOP, NO_SMS):
        stopped = play(reminded(), [(f"{DAY} 10:01", N1, give_up)])
        assert statuses(stopped) == ["cancelled"]
        assert statuses(heard(stopped, "sms sent")) == ["sent"]
        assert statuses(heard(stopped, "sms sent", "reported delivered")) == ["delivered"]
        assert (statuses(heard(stopped, "sms refused")), errands(heard(stopped, "sms refused"))) == (["cancelled"], [])
        found = heard(stopped, "sms protected")
        assert (statuses(found), found.protected, errands(found)) == (["cancelled"], True, [Kind.MOVE_OUTSIDE])


# Delivery reports


@pytest.mark.parametrize(
    ("events", "status", "errand"),
    [
        (("sms sent", "reported sent"), "sent", None),
        (("sms sent", "reported delivered"), "delivered", None),
        (("sms sent", "reported failed"), "failed", Kind.SMS_FAILED),
        (("sms sent", "reported delivered", "reported delivered"), "delivered", None),
        (("sms sent", "reported failed", "reported failed"), "failed", Kind.SMS_FAILED),
        (("sms sent", "reported delivered", "reported failed"), "delivered", None),
        (("sms sent", "reported failed", "reported delivered"), "failed", Kind.SMS_FAILED),
        (("sms unknown", "reported delivered"), "delivered", Kind.SMS_FAILED),
        (("sms refused", "reported delivered"), "failed", Kind.SMS_FAILED),
        (("reported delivered", "sms sent"), "delivered", None),
        (("sms protected", "reported delivered"), "suppressed", Kind.MOVE_OUTSIDE),
        (("reported sent",), "planned", None),
    ],
)
def test_b9_reports_may_come_twice_late_early_and_in_any_order(
    events: tuple[str, ...], status: str, errand: Kind | None
) -> None:
    """The first final word stands; a failure is one task, however often it is reported."""
    case = heard(reminded(), *events)
    assert statuses(case) == [status]
    assert errands(case) == ([errand] if errand else [])
    assert len(case.errands) <= 1


def test_b9_a_report_may_come_when_the_case_is_closed_or_has_ended() -> None:
    """Closed, it is a task that keeps the case from ending; ended, there is nobody left to owe it."""
    close = [(f"{DAY} 10:06", N1, {"type": "request_close"}), (f"{DAY} 10:07", N1, {"type": "confirm_close"})]
    grace = play(heard(reminded(), "sms sent"), close)
    failed = heard(grace, "reported failed", clock="10:30")
    note = {"type": "waive_note", "task_id": failed.notes[0].task_id, "reason": "administrative"}
    closed = later(play(failed, [(f"{DAY} 10:40", N1, note)]), "2026-11-26 08:30")
    assert (closed.state.state, [task.kind for task in owed(closed)]) == ("closed", [Kind.SMS_FAILED])
    task = owed(closed)[0]
    done = {"type": "complete_task", "task_id": task.task_id, "outcome": "phoned", "note": "Nådd."}
    ended = play(closed, [("2026-11-26 08:40", N1, done)])
    assert ended.ended
    ended = later(play(grace, [(f"{DAY} 10:40", N1, note)]), "2026-11-26 08:30")
    assert ended.ended
    for name in ("reported failed", "sms protected", "protected", "sms unknown"):
        assert owed(hear(ended, event_of(ended, name), at("2026-11-26 09:00"))) == ()
    assert effects(ended) == ()


# When a reminder may be asked for


def test_r56_one_reminder_an_hour() -> None:
    case = reminded("10:00")
    for clock, left in (("10:00", 3601), ("10:00:01", 3600), ("10:59:59", 2)):
        answer = decide(case, decision(REMIND), N1, at(f"{DAY} {clock}"))
        assert isinstance(answer, Refusal)
        assert (answer.status, answer.code, answer.rule, answer.retry_after_s) == (429, "RATE_LIMIT", "R56", left)
    assert statuses(play(case, [(f"{DAY} 11:00", N1, REMIND)])) == ["planned", "planned"]


def test_r56_the_hour_counts_by_contact_not_by_person_and_whatever_came_of_it() -> None:
    """Also after a failure: a person looks first. Whoever waited as long as she was told is not refused."""
    case = heard(reminded("10:00"), "sms refused")
    case = play(case, [(f"{DAY} 10:20", D1, {"type": "take_over", "reason": "agreed"})])
    answer = decide(case, decision(REMIND), D1, at(f"{DAY} 10:30"))
    assert isinstance(answer, Refusal)
    assert answer.retry_after_s
    after = at(f"{DAY} 10:30") + timedelta(seconds=answer.retry_after_s)
    assert isinstance(decide(case, decision(REMIND), D1, after), Chat)


@pytest.mark.parametrize(
    ("event", "code"), [("protected", "PROTECTED"), ("sms protected", "PROTECTED"), ("sms deceased", "WRONG_STATE")]
)
def test_r76_no_reminder_to_the_protected_or_the_dead(event: str, code: str) -> None:
    case = heard(reminded(), event)
    assert refused(case, f"{DAY} 12:00", N1, REMIND) == code
    assert play(case, [(f"{DAY} 12:00", N1, ASK)]).lines[-1].text == ASK["text"], "in the logged-in service it may"


def test_r76_protection_is_said_before_the_state_and_the_state_before_the_hour() -> None:
    case = heard(reminded(), "sms protected")
    assert refused(case, f"{DAY} 10:06", N1, REMIND) == "PROTECTED"
    stopped = play(reminded(), [(f"{DAY} 10:01", K1, STOP)])
    assert refused(stopped, f"{DAY} 10:06", N1, REMIND) == "WRONG_STATE"


@pytest.mark.parametrize("by", [N1, K1, VCH, Y1])
def test_r56_any_staff_stop_what_leaves_by_itself(by: Actor) -> None:
    case = play(reminded(), [(f"{DAY} 10:01", by, STOP)])
    assert (case.stopped, statuses(case), sms(case)) == (True, ["cancelled"], [])
    assert case.remarks[-1].about == "stop_messages"
    assert refused(case, f"{DAY} 12:00", N1, REMIND) == "WRONG_STATE"
    again = play(case, [(f"{DAY} 12:00", N1, {"type": "contact_preference", "sms": True})])
    assert refused(again, f"{DAY} 12:00", N1, REMIND) == "WRONG_STATE", "what staff stopped is not undone by a wish"


def test_r56_a_patient_who_wants_no_sms_gets_none_until_she_does() -> None:
    case = play(reminded(), [(f"{DAY} 10:01", N1, NO_SMS)])
    assert (statuses(case), sms(case)) == (["cancelled"], [])
    assert refused(case, f"{DAY} 12:00", N1, REMIND) == "WRONG_STATE"
    wants = play(case, [(f"{DAY} 12:00", N1, {"type": "contact_preference", "sms": True, "note": "Ny mobil."})])
    assert statuses(play(wants, [(f"{DAY} 12:01", N1, REMIND)])) == ["cancelled", "planned"]


def test_closing_gives_up_what_has_not_left() -> None:
    close = [(f"{DAY} 10:01", N1, {"type": "request_close"}), (f"{DAY} 10:02", N1, {"type": "confirm_close"})]
    case = play(reminded(), close)
    assert (statuses(case), sms(case)) == (["cancelled"], [])


# Staff


def alerted(*to: ToPerson | ToRole) -> Chat:
    case = silent()
    alerts = tuple(Alert(at=case.as_of, to=each, reason="Försenat", rule="R42") for each in to)
    return case.model_copy(update={"alerts": alerts})


@pytest.mark.parametrize(
    ("to", "contacts"),
    [
        ((ToPerson(hsa_id=N1.hsa_id),), (N1_CONTACT,)),
        ((ToRole(role=Role.PHYSICIAN),), (D1_CONTACT,)),
        ((ToRole(role=Role.PHYSICIAN), ToRole(role=Role.PSYCHOLOGIST)), (D1_CONTACT,)),
        ((ToRole(role=Role.ASSESSOR),), (D1_CONTACT,)),
        ((ToRole(role=Role.LICENSED),), (N1_CONTACT, D1_CONTACT)),
        ((ToRole(role=Role.UNIT_MANAGER), ToPerson(hsa_id=N1.hsa_id)), (N1_CONTACT, VCH_CONTACT)),
        ((ToPerson(hsa_id=N1.hsa_id), ToRole(role=Role.NURSE)), (N1_CONTACT,)),
        ((ToPerson(hsa_id=Y1.hsa_id),), None),
        ((ToRole(role=Role.CASHIER),), None),
        ((ToPerson(hsa_id=hsa("GONE")),), None),
        ((), None),
    ],
)
def test_m17_those_who_are_told_and_have_asked_to_be_reached(
    to: tuple[ToPerson | ToRole, ...], contacts: tuple[StaffContact, ...] | None
) -> None:
    """Each once, by what she has registered; who has registered nothing sees it in Vaka."""
    found = tell(alerted(*to))
    assert (found.to if found else None) == contacts


def test_m17_says_nothing_about_whom_or_what() -> None:
    found = tell(alerted(ToPerson(hsa_id=N1.hsa_id)))
    assert found is not None
    assert (found.text, found.key, found.alerts) == (STAFF_TEXT, "K-1:M17:1", 1)
    assert findings(found.text) == ()
    own = Phrase(name="Till personal", template="M17", channel="alert", text="Något väntar på dig i Vaka.")
    case = alerted(ToPerson(hsa_id=N1.hsa_id)).model_copy(update={"unit": unit(phrases=(own,))})
    assert (told := tell(case)) is not None
    assert told.text == own.text


def test_m17_the_cursor_covers_what_has_been_told_and_never_goes_back() -> None:
    case = elapse(chat(f"{DAY} 09:00", priority=1), at(f"{DAY} 09:15"))
    first = tell(case)
    assert first is not None
    assert (first.key, first.to) == ("K-1:M17:1", (N1_CONTACT,))
    told = hear(case, StaffTold(alerts=first.alerts), at(f"{DAY} 09:15"))
    assert (told.alerts_told, tell(told)) == (1, None)
    then = later(told, f"{DAY} 09:30")
    second = tell(then)
    assert second is not None
    assert (second.key, second.alerts, second.to) == ("K-1:M17:2", 2, (VCH_CONTACT,))
    done = hear(then, StaffTold(alerts=2), at(f"{DAY} 09:31"))
    assert hear(done, StaffTold(alerts=1), at(f"{DAY} 09:32")).alerts_told == 2
    assert tell(done) is None


def test_m17_tells_nobody_twice_of_what_is_being_told() -> None:
    """What is raised while a message is on its way comes in the next one, which names the first no more."""
    case = elapse(chat(f"{DAY} 09:00", priority=1), at(f"{DAY} 09:15"))
    both = later(case, f"{DAY} 09:30")
    on_its_way, meanwhile = tell(case), tell(both)
    assert on_its_way is not None
    assert meanwhile is not None
    assert meanwhile.key == on_its_way.key
    after = tell(hear(both, StaffTold(alerts=on_its_way.alerts), at(f"{DAY} 09:31")))
    assert after is not None
    assert (after.key, after.to) == ("K-1:M17:2", (VCH_CONTACT,))


def test_m17_goes_to_staff_also_where_nothing_may_leave_for_the_patient() -> None:
    case = play(heard(reminded(), "sms protected"), [(f"{DAY} 10:06", K1, STOP)])
    case = later(case, f"{DAY} 12:30")
    assert sms(case) == []
    assert tell(case) is not None


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_heard_in_every_state_of_an_sms(name: str) -> None:
    """None raises, none makes a planned SMS of what was not, none undoes a stop."""
    for case in (silent(), reminded(), play(reminded(), [(f"{DAY} 10:01", K1, STOP)])):
        event: Event = event_of(case, name)
        after = hear(case, event, at(f"{DAY} 10:30"))
        assert {each.key for each in sms(after)} <= {each.key for each in sms(case)}
        assert after.stopped is case.stopped
