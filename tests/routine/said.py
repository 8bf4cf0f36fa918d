"""What is said and asked in the stories, in the words of the API, and how an answer is read."""

from typing import Any

from routine.chat.case import Chat
from routine.chat.deadlines import Deadline, deadlines
from routine.chat.elapse import next_due
from routine.chat.owed import owed
from routine.chat.row import row
from routine.handover import Handover

PICK = {"type": "pick"}
ASK = {"type": "message", "text": "Hur länge har du haft besvär?"}
TELL = {"type": "message", "text": "Du behöver inte komma hit.", "expects_reply": False}
YES = {"type": "record_consent", "given": True, "wording": "Ja, gärna."}
NO = {"type": "record_consent", "given": False, "wording": "Nej, helst inte."}
TO_DOCTORS = {"type": "handover", "to": {"role": "physician"}, "note": "Bedöm hostan."}
ACCEPT = {"type": "accept_handover"}
REQUEST = {"type": "request_close"}
CONFIRM = {"type": "confirm_close"}
NOTHING = {"type": "no_action_needed", "note": "Patienten tackar."}


def take_over(reason: str) -> dict[str, Any]:
    return {"type": "take_over", "reason": reason}


def by_name(case: Chat) -> dict[str, Deadline]:
    return {each.name: each for each in deadlines(case)}


def kinds(case: Chat) -> list[str]:
    return [task.kind.value for task in owed(case)]


def handover_of(case: Chat) -> Handover:
    return case.handovers[-1]


def state(case: Chat) -> str:
    return row(case).state


def due_at(case: Chat) -> tuple[str, object]:
    due = next_due(case)
    assert due is not None
    return due.name.value, due.at
