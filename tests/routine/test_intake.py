"""Table A11 row by row: what begins, what is shown, which numbers in which order, to the second (R50-R52, R76-R79)."""

from datetime import date
from typing import Any

import pytest

from routine import screens
from routine.actors import Role, ToRole
from routine.chat.effects import effects
from routine.chat.events import PatientMessage, PatientWithdrew
from routine.chat.hear import hear, screens_for_reply
from routine.chat.owed import owed
from routine.chat.row import state_of, suicide_state
from routine.effects import LookUpPerson
from routine.intake import Routed, Standing, route, signs
from routine.people import PersonId
from routine.phrases import Number, Phrase
from routine.tasks import Kind
from routine.tone import findings
from routine.unit import Policy, Unit
from tests.routine.world import (
    CH9,
    CH12,
    CH13,
    D1,
    G1,
    MOT_T,
    N1,
    P1,
    P2,
    P6,
    PROTECTED,
    T17,
    UNBORN,
    VC_T,
    WORDS,
    at,
    chat,
    play,
    submission,
    unit,
)

OPEN, CLOSED = "2026-11-25 10:00", "2026-11-25 18:30"
ACCEPTING = MOT_T.model_copy(update={"policy": Policy(accept_after_hours=True)})
REFUSING = VC_T.model_copy(update={"policy": Policy(accept_after_hours=False)})
UNTRIAGED = {"triaged": False, "priority": None}
YES = {"form": {"report": "", "suicide_sign": True}}
TAKEN_BACK = {
    "form": {
        "report": "",
        "answers": [{"question": "Tankar på att ta ditt liv?", "answer": "Nej", "changed_from": "Ja"}],
    }
}
SAID: dict[str, Any] = {"message": "Jag VILL  dö."}
ANSWERED = {"form": {"report": "", "answers": [{"question": "Övrigt?", "answer": "tankar på självmord"}]}}
CRISIS, YOUNG = "112 90101 1177", "112 90101 116_111 1177"

Row = tuple[Unit, str, dict[str, Any], Standing | None, str, str]
# Unit, when, what is sent, what the register says; then the outcome and what is shown: template and numbers in order.
ROWS: dict[str, Row] = {
    "open": (VC_T, OPEN, {}, None, "accepted", ""),
    "open, priority 1": (VC_T, OPEN, {"priority": 1}, None, "accepted", "M18 112"),
    "open, a yes": (VC_T, OPEN, YES, None, "accepted", "M18 112"),
    "open, words": (VC_T, OPEN, SAID, None, "accepted", "M18 112"),
    "open, untriaged": (VC_T, OPEN, UNTRIAGED, None, "accepted", ""),
    "open, other unit": (MOT_T, OPEN, {}, None, "accepted", ""),
    "protected": (VC_T, CLOSED, {}, PROTECTED, "excluded", "M11 112"),
    "protected, open": (VC_T, OPEN, {"priority": 1}, PROTECTED, "excluded", "M11 112"),
    "protected, untriaged": (MOT_T, OPEN, UNTRIAGED, PROTECTED, "excluded", "M11 112"),
    "protected with a yes": (VC_T, CLOSED, YES, PROTECTED, "restricted", "M11 112 90101"),
    "protected with a yes, open": (VC_T, OPEN, YES, PROTECTED, "restricted", "M11 112 90101"),
    "protected with words": (MOT_T, OPEN, SAID, PROTECTED, "restricted", "M11 112 90101"),
    "protected with a yes taken back": (MOT_T, CLOSED, TAKEN_BACK, PROTECTED, "restricted", "M11 112 90101"),
    "a yes": (VC_T, CLOSED, YES, None, "accepted", f"M15 {CRISIS}"),
    "a yes, other unit": (MOT_T, CLOSED, YES, None, "accepted", f"M15 {CRISIS}"),
    "a yes, priority 1": (MOT_T, CLOSED, {**YES, "priority": 1}, None, "accepted", f"M15 {CRISIS}"),
    "a yes taken back": (MOT_T, CLOSED, TAKEN_BACK, None, "accepted", f"M15 {CRISIS}"),
    "words": (MOT_T, CLOSED, SAID, None, "accepted", f"M15 {CRISIS}"),
    "words in an answer": (MOT_T, CLOSED, ANSWERED, None, "accepted", f"M15 {CRISIS}"),
    "a yes, untriaged": (MOT_T, CLOSED, {**YES, **UNTRIAGED}, None, "accepted", f"M15 {CRISIS}"),
    "a yes at 17": (VC_T, CLOSED, {**YES, "person": {"personnummer": T17}}, None, "accepted", f"M15 {YOUNG}"),
    "a yes, deceased by the register": (VC_T, CLOSED, YES, Standing(deceased=True), "accepted", f"M15 {CRISIS}"),
    "vårdcentral, priority 1": (VC_T, CLOSED, {"priority": 1}, None, "accepted", "M8 112 1177"),
    **{
        f"vårdcentral, priority {priority}": (VC_T, CLOSED, {"priority": priority}, None, "accepted", "M8 1177 112")
        for priority in (2, 3, 4, 5, None)
    },
    "other, priority 1": (MOT_T, CLOSED, {"priority": 1}, None, "redirected", "M8 112 1177"),
    **{
        f"other, priority {priority}": (MOT_T, CLOSED, {"priority": priority}, None, "redirected", "M8 1177 112")
        for priority in (2, 3, 4, 5, None)
    },
    "other that accepts, priority 1": (ACCEPTING, CLOSED, {"priority": 1}, None, "accepted", "M8 112 1177"),
    "vårdcentral that does not, priority 4": (REFUSING, CLOSED, {}, None, "redirected", "M8 1177 112"),
    "vårdcentral that does not, a yes": (REFUSING, CLOSED, YES, None, "accepted", f"M15 {CRISIS}"),
    "untriaged": (VC_T, CLOSED, UNTRIAGED, None, "accepted", "M8 1177 112"),
    "untriaged, other unit": (MOT_T, CLOSED, UNTRIAGED, None, "accepted", "M8 1177 112"),
}


def routed(name: str) -> Routed:
    of, when, fields, standing, _, _ = ROWS[name]
    return route(submission(**fields), of, at(when), standing)


def shown(answer: Routed) -> str:
    """Templates and numbers, as the rows have them."""
    return " ".join(
        word
        for each in answer.screens
        for word in (each.template, *(number.replace(" ", "_") for number in each.numbers))
    )


@pytest.mark.parametrize("name", ROWS)
def test_a11(name: str) -> None:
    *_, outcome, expected = ROWS[name]
    answer = routed(name)
    assert shown(answer) == expected
    assert answer.outcome == {"excluded": "excluded_protected", "restricted": "excluded_protected"}.get(
        outcome, outcome
    )
    assert answer.restricted is (outcome == "restricted")
    assert answer.send_possible is (outcome in ("accepted", "restricted"))


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row[5]])
def test_r55_r57_what_is_shown_keeps_the_tone_and_names_its_numbers_in_order(name: str) -> None:
    """No capitals, exclamation marks, abbreviations, and never "sök igen" in any form."""
    for screen in routed(name).screens:
        assert findings(screen.text) == ()
        assert "{" not in screen.text
        first = [screen.text.index(number) for number in screen.numbers]
        assert first == sorted(first) or screen.template == "M15", "Bris stands last in M15's words"


def test_a11_a_disclosure_is_never_unsendable() -> None:
    """B8: whoever sends, whatever the unit and the hour."""
    for of in (VC_T, MOT_T, REFUSING):
        for when in (OPEN, CLOSED):
            for standing in (None, PROTECTED, Standing(deceased=True)):
                for said in (YES, TAKEN_BACK, SAID, ANSWERED):
                    assert route(submission(**said), of, at(when), standing).send_possible


# Open test: open <= t < close.


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ("2026-11-25 07:59:59", False),
        ("2026-11-25 08:00:00", True),
        ("2026-11-25 16:59:59", True),
        ("2026-11-25 17:00:00", False),
        ("2026-11-25 17:01:00", False),
        ("2026-11-28 10:00", False),
        ("2026-11-29 10:00", False),
        ("2026-12-25 10:00", False),
        ("2026-12-24 10:00", False),
        ("2027-01-06 10:00", False),
        ("2026-12-28 08:00", True),
    ],
)
def test_r50_the_second_of_sending_decides(when: str, open_: bool) -> None:
    """Before opening counts as closed, at every kind of unit and for every kind of chat."""
    plain, severe, yes = (route(submission(**each), VC_T, at(when)) for each in ({}, {"priority": 1}, YES))
    assert [shown(each) for each in (plain, severe, yes)] == (
        ["", "M18 112", "M18 112"] if open_ else ["M8 1177 112", "M8 112 1177", f"M15 {CRISIS}"]
    )
    assert route(submission(), MOT_T, at(when)).outcome == ("accepted" if open_ else "redirected")


def test_r50_opened_at_1658_and_sent_at_1701_is_sent_after_closing() -> None:
    """The form was opened while somebody was there; the moment of sending is what counts."""
    assert shown(route(submission(), VC_T, at("2026-11-25 16:58"))) == ""
    assert shown(route(submission(), VC_T, at("2026-11-25 17:01"))) == "M8 1177 112"


@pytest.mark.parametrize(
    ("when", "read"),
    [
        ("2026-11-25 06:00", "onsdag 25 november klockan 08.00"),
        ("2026-11-25 17:00", "torsdag 26 november klockan 08.00"),
        ("2026-11-27 18:30", "måndag 30 november klockan 08.00"),
        ("2026-12-23 18:30", "måndag 28 december klockan 08.00"),
    ],
)
def test_r51_it_says_when_it_is_read(when: str, read: str) -> None:
    """M8 where it can be sent, and M15; where it cannot be sent nobody reads it."""
    assert f"Vi läser det tidigast {read}." in route(submission(), VC_T, at(when)).screens[0].text
    assert f"Vi läser ditt meddelande tidigast {read}." in route(submission(**YES), VC_T, at(when)).screens[0].text
    assert "läser" not in route(submission(), MOT_T, at(when)).screens[0].text


# M15, M11


def test_b8_m15_has_all_its_points() -> None:
    """Nobody reads now, and when; 112; psychiatric emergency; 90101; 1177; it is kept; and nothing that is unwise."""
    said = routed("a yes").screens[0].text
    points = [
        *("inte bemannad", "läser ditt meddelande tidigast torsdag 26 november klockan 08.00", "ring 112"),
        *("psykiatrisk akutmottagning", "90101 dygnet runt", "ring 1177", "finns kvar hos oss"),
    ]
    places = [said.find(each) for each in points]
    assert -1 not in places
    assert places == sorted(places)
    assert findings(said) == ()
    assert "Bris" not in said
    assert "Bris på 116 111" in routed("a yes at 17").screens[0].text


@pytest.mark.parametrize(
    ("person", "on", "young"),
    [
        (T17, date(2026, 11, 25), True),
        (T17, date(2027, 5, 31), True),
        (T17, date(2027, 6, 1), False),
        (P1, date(2026, 11, 25), False),
        (UNBORN, date(2026, 11, 25), True),
        (UNBORN, date(2025, 12, 30), True),
    ],
)
def test_b8_bris_until_the_18th_birthday_and_where_the_age_is_not_known(person: str, on: date, young: bool) -> None:
    number = PersonId(person)
    assert screens.young(number, on) is young
    answer = route(submission(**YES, person={"personnummer": person}), VC_T, at(f"{on} 18:30"))
    assert shown(answer) == f"M15 {YOUNG if young else CRISIS}"


def test_b7_an_age_that_is_not_known_is_never_an_adults() -> None:
    assert PersonId(UNBORN).age_on(date(2025, 12, 30)) is None


def test_r77_m11_says_neither_why_nor_when_it_is_read() -> None:
    for name in ("protected", "protected with a yes"):
        said = routed(name).screens[0].text.lower()
        assert not [word for word in ("skydd", "sekretess", "läser", "kvar") if word in said]
    assert "psykiatrisk akutmottagning" in routed("protected with a yes").screens[0].text


def test_a_unit_has_its_own_words_and_numbers() -> None:
    """Also in M8, where it cannot be sent."""
    own = {"M8": "Vi har stängt. Ring 1177.", "M8-severe": "Vi har stängt. Ring 112.", "M15": "Vi läser {tid}."}
    phrases = tuple(Phrase(name=each, template=each, text=text, channel="screen") for each, text in own.items())
    line = Number(key="suicide_line", name="Linjen", number="90 101", review_by=date(2027, 1, 1))
    for of in (
        unit(phrases=phrases, numbers=(line,)),
        MOT_T.model_copy(update={"phrases": phrases, "numbers": (line,)}),
    ):
        assert route(submission(**UNTRIAGED), of, at(CLOSED)).screens[0].text.startswith(own["M8"])
        assert route(submission(priority=1), of, at(CLOSED)).screens[0].text.startswith(own["M8-severe"])
        crisis = route(submission(**YES), of, at(CLOSED)).screens[0]
        assert crisis.text == "Vi läser tidigast torsdag 26 november klockan 08.00."
        assert crisis.numbers == ("112", "90 101", "1177")
    assert route(submission(), of, at(CLOSED)).screens[0].text == own["M8"], "no line about sending"


# On behalf of somebody else


@pytest.mark.parametrize(
    ("of", "guardians", "when", "foreign"),
    [
        (CH9, (G1,), OPEN, False),
        (CH9, (), OPEN, True),
        (CH9, (P2,), OPEN, True),
        (CH9, None, OPEN, True),
        (CH12, (G1,), "2026-11-23 23:59:59", False),
        (CH12, (G1,), "2026-11-24 00:00:00", True),
        (CH13, (G1,), "2026-11-22 23:59:59", False),
        (CH13, (G1,), "2026-11-23 00:00:00", True),
        (UNBORN, (G1,), "2025-12-30 10:00", True),
        (P2, (G1,), OPEN, True),
    ],
)
def test_r79_only_a_guardian_for_an_own_child_under_13(
    of: str, guardians: tuple[str, ...] | None, when: str, foreign: bool
) -> None:
    """What the register does not know is not allowed; the words are taken all the same (R79, R31)."""
    child = None if guardians is None else Standing(guardians=tuple(PersonId(each) for each in guardians))
    sent = submission(person={"personnummer": G1}, on_behalf_of={"personnummer": of})
    answer = route(sent, VC_T, at(when), Standing(), child)
    assert (answer.outcome, answer.foreign) == ("accepted", foreign)


def test_r76_protection_of_either_excludes() -> None:
    sent = {"person": {"personnummer": G1}, "on_behalf_of": {"personnummer": CH9}}
    child = Standing(protected=True, guardians=(PersonId(G1),))
    assert route(submission(**sent), VC_T, at(OPEN), Standing(), child).outcome == "excluded_protected"
    assert route(submission(**sent), VC_T, at(OPEN), PROTECTED, Standing()).outcome == "excluded_protected"
    assert route(submission(**sent, **YES), VC_T, at(OPEN), Standing(), child).restricted


# What begins


def test_b8_signs_are_told_apart() -> None:
    """A yes, also one taken back, goes to the assessors; words in free text to the licensed staff; both can be."""

    def kinds(**fields: Any) -> list[str]:
        return [sign.kind for sign in signs(submission(**fields), WORDS, at(OPEN))]

    assert kinds() == []
    assert kinds(**YES) == ["form"]
    assert kinds(**TAKEN_BACK) == ["form"]
    assert kinds(**SAID) == ["text"]
    assert kinds(**ANSWERED) == ["text"]
    assert kinds(form={"report": "Sömn: dålig. Övrigt: tankar på självmord."}) == ["text"]
    assert kinds(**YES, **SAID) == ["form", "text"]
    assert kinds(form=None, **SAID) == ["text"]
    assert kinds(form={"report": "", "answers": [{"question": "Feber?", "answer": "Nej", "changed_from": "Ja"}]}) == []


def test_r77_a_restricted_contact_begins_with_its_review_and_asks_nothing() -> None:
    case = chat(OPEN, sign=True, standing=PROTECTED, person={"personnummer": P6})
    assert (case.restricted, case.protected, case.has_sign) == (True, True, True)
    assert [(task.kind, task.owner) for task in owed(case)] == [(Kind.SAFETY_REVIEW, ToRole(role=Role.ASSESSOR))]
    assert effects(case) == ()
    assert [each.template for each in case.sent] == ["M11"]


def test_r76_the_register_is_asked_by_the_case_only_where_it_did_not_answer_at_entry() -> None:
    assert effects(chat(OPEN, standing=Standing(name="Test Ett"))) == ()
    (asks,) = effects(chat(OPEN))
    assert asks == LookUpPerson(key="K-1:person:1", personnummer=PersonId(P1))


def test_what_was_shown_stands_in_the_case() -> None:
    case = chat(CLOSED, sign=True)
    assert [(each.template, each.channel, each.status, each.sent_at) for each in case.sent] == [
        ("M15", "screen", "sent", at(CLOSED))
    ]
    assert (state_of(case), suicide_state(case)) == ("queued", "suspected")
    assert suicide_state(chat(CLOSED, **SAID)) == "screening_hit"


# A reply in an existing case


def replied(case_of: dict[str, Any], picked: bool, when: str, text: str | None) -> str:
    case = chat("2026-11-25 09:00", **case_of)
    if picked:
        case = play(case, [("2026-11-25 09:10", N1, {"type": "pick"})])
    withdrew, wrote = (
        PatientWithdrew(type="patient_withdrew"),
        text and PatientMessage(type="patient_message", text=text),
    )
    event = wrote or withdrew
    said = screens_for_reply(case, event, at(when))
    after = hear(case, event, at(when))
    assert after.contact_id == case.contact_id
    if text:
        assert [each.text for each in after.sent[len(case.sent) :]] == [each.text for each in said], "it is kept"
        assert len({each.message_id for each in after.sent}) == len(after.sent)
    return shown(Routed(outcome="accepted", screens=said))


@pytest.mark.parametrize(
    ("case_of", "picked", "when", "text", "expected"),
    [
        ({}, False, OPEN, "Hej.", ""),
        ({}, True, OPEN, "Hej.", ""),
        ({"priority": 1}, False, OPEN, "Hej.", ""),
        ({"sign": True}, False, OPEN, "Hej.", "M18 112"),
        ({"sign": True}, True, OPEN, "Hej.", ""),
        ({}, False, OPEN, "Jag vill dö.", "M18 112"),
        ({}, True, OPEN, "Jag vill dö.", ""),
        ({}, True, CLOSED, "Hej.", "M8 1177 112"),
        ({"priority": 1}, True, CLOSED, "Hej.", "M8 1177 112"),
        ({}, True, CLOSED, "Jag vill dö.", f"M15 {CRISIS}"),
        ({"sign": True}, True, CLOSED, "Hej.", f"M15 {CRISIS}"),
        ({"sign": True}, True, CLOSED, None, f"M15 {CRISIS}"),
        ({"person": {"personnummer": T17}}, True, CLOSED, "Jag vill dö.", f"M15 {YOUNG}"),
        ({}, True, "2026-11-25 16:59:59", "Hej.", ""),
        ({}, True, "2026-11-25 17:00:00", "Hej.", "M8 1177 112"),
    ],
)
def test_a11_a_reply_belongs_to_its_case_and_is_answered_by_a_screen(
    case_of: dict[str, Any], picked: bool, when: str, text: str | None, expected: str
) -> None:
    """The M8 line, or M15 in the suicide tier, while nobody is there; the same case whatever the unit accepts."""
    assert replied(case_of, picked, when, text) == expected


def test_b8_every_message_is_looked_through_and_none_is_stopped() -> None:
    """In the queue, in hand, handed over, kept, in grace: a sign is added, the line stands, somebody is told."""
    case = play(chat("2026-11-25 09:00"), [("2026-11-25 09:10", N1, {"type": "pick"})])
    tell = {"type": "message", "text": "Vila.", "expects_reply": False}
    kept = play(case, [("2026-11-25 09:20", N1, {"type": "keep_for_slot", "note": "Inga tider."})])
    grace = play(
        case,
        [
            ("2026-11-25 09:20", N1, tell),
            ("2026-11-25 09:30", N1, {"type": "request_close"}),
            ("2026-11-25 09:31", N1, {"type": "confirm_close"}),
        ],
    )
    after = case
    for each in (chat("2026-11-25 09:00"), case, kept, grace):
        after = play(each, [(OPEN, None, {"text": "Jag vill dö."})])
        assert [sign.kind for sign in after.signs] == ["text"]
        assert after.lines[-1].text == "Jag vill dö."
        assert len(after.alerts) > len(each.alerts)
        assert {Kind.HANDLE} <= {task.kind for task in owed(after)}
    assert play(after, [("2026-11-25 10:10", D1, {"type": "take_over", "reason": "urgent"})]).signs == after.signs
