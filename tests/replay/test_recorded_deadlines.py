"""Replay checks the order of commands, not what they say: here the recorded timers are held against the routine.

Each row is a timer as the engine keeps it: its summary, and when it was to fire by the house's clock, Stockholm time.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from routine.chat.elapse import SUMMARY, Name
from routine.hours import local
from routine.suicide_risk.elapse import SUMMARY as OF_PATHWAY
from routine.suicide_risk.elapse import Name as OnPathway
from routine.tasks import TABLE, Kind
from tests.replay.recording import Recorded, recorded

STORIES = {each.story: each for each in recorded()}


def rung(kind: Kind) -> str:
    """A ladder's timer."""
    return f"{SUMMARY[Name.RUNG]}: {TABLE[kind].title}"


def on_pathway(kind: Kind) -> str:
    """A ladder's timer on the suicide-risk pathway."""
    return f"{OF_PATHWAY[OnPathway.RUNG]}: {TABLE[kind].title}"


HANDLE, REPLY, FOLLOW_UP = rung(Kind.HANDLE), rung(Kind.REPLY), rung(Kind.FOLLOW_UP)
ACCEPT, NOTE = rung(Kind.HANDOVER_ACCEPT), rung(Kind.DOC_NOTE)
RETURN, TOKEN = SUMMARY[Name.HANDOVER_RETURN], SUMMARY[Name.CLOSE_TOKEN]
GRACE, LIST, DUTY = SUMMARY[Name.GRACE], SUMMARY[Name.CLOSING_LIST], SUMMARY[Name.DUTY]
ACCEPTED_BY, ASSESSED, SILENT = (on_pathway(each) for each in (Kind.HANDOVER_ACCEPT, Kind.ASSESS, Kind.SILENCE))
ASKING, SHIFT = on_pathway(Kind.FOLLOW_UP), OF_PATHWAY[OnPathway.DUTY]

EXPECTED: dict[str, list[tuple[str, str]]] = {
    # Priority 4: 240 open minutes; the reply 60; the follow-up 240; the dialogue 10; the note the next day's closing.
    "s1-advice-chat-1": [
        (HANDLE, "2026-11-23 13:12"),
        (REPLY, "2026-11-23 10:20"),
        (FOLLOW_UP, "2026-11-23 13:41"),
        (TOKEN, "2026-11-23 09:51"),
        (NOTE, "2026-11-24 17:00"),
    ],
    # Due and 2x due after 15 and 30 minutes, then each half hour (R44).
    "nobody-acts-and-everybody-is-told-1": [
        (HANDLE, "2026-11-23 09:15"),
        (HANDLE, "2026-11-23 09:30"),
        (HANDLE, "2026-11-23 10:00"),
        (HANDLE, "2026-11-23 10:30"),
        (HANDLE, "2026-11-23 11:00"),
    ],
    # The closing list on Friday and Monday; grace and note end together, on Monday at closing (R47, R48).
    "friday-close-sunday-reply-1": [
        (HANDLE, "2026-11-30 09:05"),
        (REPLY, "2026-11-27 15:05"),
        (LIST, "2026-11-27 16:30"),
        (LIST, "2026-11-30 16:30"),
        (TOKEN, "2026-11-27 16:55"),
        (NOTE, "2026-11-30 17:00"),
        (HANDLE, "2026-11-30 12:00"),
        (REPLY, "2026-11-30 09:00"),
        (NOTE, "2026-11-30 17:00"),
        (NOTE, "2026-12-01 17:00"),
    ],
    # Literal grace: the next calendar day's last second (R48).
    "friday-close-literal-grace-1": [
        (HANDLE, "2026-11-30 11:40"),
        (DUTY, "2026-11-27 17:00"),
        (LIST, "2026-11-30 16:30"),
        (TOKEN, "2026-11-27 16:50"),
        (GRACE, "2026-11-28 23:59"),
        (NOTE, "2026-11-30 17:00"),
    ],
    # 23 December to 28 December: nothing falls due while the unit is closed (B6).
    "the-wednesday-before-christmas-1": [
        (HANDLE, "2026-12-28 10:00"),
        (REPLY, "2026-12-23 16:00"),
        (LIST, "2026-12-23 16:30"),
        (TOKEN, "2026-12-23 15:10"),
        (NOTE, "2026-12-28 17:00"),
        (HANDLE, "2026-12-28 12:00"),
    ],
    # Told after an hour and each half hour, then back at closing -30, then on the next day's list (R53, R47).
    "unaccepted-handover-returns-before-the-days-sweep-1": [
        (HANDLE, "2026-11-24 14:00"),
        (REPLY, "2026-11-24 11:00"),
        (LIST, "2026-11-24 16:30"),
        *[(ACCEPT, f"2026-11-24 {hour}:{minute}") for hour in range(11, 16) for minute in ("00", "30")],
        (ACCEPT, "2026-11-24 16:00"),
        (RETURN, "2026-11-24 16:30"),
        (LIST, "2026-11-25 16:30"),
    ],
    # A reply that changes hands is due when it was: nobody's absence moves a deadline (R10).
    "a-colleague-taken-ill-1": [
        (HANDLE, "2026-11-24 14:00"),
        (REPLY, "2026-11-24 11:00"),
        (LIST, "2026-11-24 16:30"),
        (REPLY, "2026-11-24 11:00"),
    ],
    # S8's pathway: 5 and 15 minutes from the form's yes (R59); 30 to assess from Y1's taking her on; 240 for the
    # question; once it is put, an answer 60 minutes from the first word to her, and a quarter (R68); then her words.
    "handed-over-assessed-low-and-closed-1-pathway": [
        (ACCEPTED_BY, "2026-12-07 10:05"),
        (ACCEPTED_BY, "2026-12-07 10:15"),
        (ASSESSED, "2026-12-07 10:44"),
        (ASKING, "2026-12-07 14:40"),
        (ASKING, "2026-12-07 14:41"),
        (SILENT, "2026-12-07 11:29"),
        (ASKING, "2026-12-07 14:44"),
        (SHIFT, "2026-12-07 17:00"),
    ],
}


def timers(story: Recorded) -> list[tuple[str, datetime]]:
    """The timers of a history by the house's clock; one that was only started anew counts once."""
    events = story.history.events
    start = json.loads(events[0].workflow_execution_started_event_attributes.input.payloads[0].data)
    offset = timedelta(seconds=start["offset_s"])
    found: list[tuple[str, datetime]] = []
    for event in events:
        if event.HasField("timer_started_event_attributes"):
            length = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            due = event.event_time.ToDatetime(tzinfo=UTC) + offset + length
            summary = json.loads(event.user_metadata.summary.data)
            if not found or (summary, _minute(due)) != (found[-1][0], _minute(found[-1][1])):
                found.append((summary, due))
    return found


def _minute(due: datetime) -> str:
    return f"{local(due):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("name", EXPECTED)
def test_recorded_timers(name: str) -> None:
    """R42, R47, R48, R53, R54: what the engine was told to wait for is what the routine says."""
    found = timers(STORIES[name])
    assert [(summary, _minute(due)) for summary, due in found] == EXPECTED[name]


@pytest.mark.parametrize("name", ["s1-advice-chat-1", "friday-close-literal-grace-1"])
def test_timers_are_to_the_second(name: str) -> None:
    """R48: a timer's instant is the deadline's own second, not one computed from when the code happened to run."""
    own_seconds = {GRACE: 59.0, NOTE: 0.0, LIST: 0.0, DUTY: 0.0}
    for summary, due in timers(STORIES[name]):
        if summary in own_seconds:
            late = timedelta(seconds=due.second + due.microsecond / 1e6 - own_seconds[summary])
            assert timedelta(0) <= late < timedelta(seconds=1), (summary, due)
