"""A well-formed body of every decision for a chat as it stands, so that only role, state and rules can refuse it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from routine.actors import ASSESSORS, LICENSED, Actor, Role, reaches
from routine.chat.access import KINDS
from routine.chat.case import Chat, CloseRequested
from routine.chat.decisions import TYPES, CompleteTask
from routine.chat.owed import waits
from routine.tasks import Kind
from tests.routine.world import STAFF

Body = dict[str, Any]
UNKNOWN = "doc_note-99"
"""A task nobody has."""

PLAIN: dict[str, Body] = {
    "pick": {},
    "take_over": {"reason": "absent"},
    "message": {"text": "Hur mår du i dag?"},
    "log_call": {"reached": False, "note": "Inget svar."},
    "internal_note": {"text": "Ringer i morgon."},
    "release": {},
    "set_urgency": {"priority": 2, "rationale": "Tilltagande feber."},
    "record_consent": {"given": True, "wording": "Ja."},
    "accept_handover": {},
    "decline_handover": {"reason": "Fel yrkesgrupp."},
    "recall_handover": {},
    "request_close": {},
    "withdraw_close": {},
    "no_action_needed": {"note": "Patienten tackar."},
    "sms_reminder": {},
    "stop_messages": {"reason": "Anhörig har bett om det."},
    "contact_preference": {"sms": False},
    "keep_for_slot": {"note": "Inga tider i dag."},
    "resolve_kept": {"outcome": "declined", "note": "Vill avvakta."},
    "mark_wrong_person": {},
    "unmark_wrong_person": {"reason": "Det var rätt person."},
    "moved_outside": {"how": "brev", "note": "Kallad till mottagningen."},
    "flag_suspicion": {"observation": "Skriver att allt är meningslöst."},
    "record_asked": {"outcome": "asked_none", "note": "Har inga sådana tankar."},
    "call_112": {},
    "assess": {
        "level": "low",
        "step": "dodstankar",
        "risk_factors": ["ensam"],
        "protective_factors": ["familj"],
        "sources": ["chat"],
        "rationale": "Inga planer, vill leva för barnen.",
    },
}


def body(case: Chat, name: str, by: Actor) -> Body:
    """One body of the decision; a task is the actor's own if she has one, the token is the one that holds."""
    fields = PLAIN[name] if name in PLAIN else MADE[name](case, by)
    return {"type": name, **fields}


def _receiver(case: Chat, by: Actor) -> Body:
    return {"to": {"role": "psychologist" if by.has(LICENSED[1]) else "physician"}}


def _token(case: Chat, by: Actor) -> Body:
    return {"token": case.state.token if isinstance(case.state, CloseRequested) else "0000"}


def _task(case: Chat, by: Actor, *kinds: Kind) -> str:
    """The first open task of the kinds, the actor's own before others'."""
    found = [wait for wait in waits(case) if wait.kind in kinds]
    found.sort(key=lambda wait: not reaches(wait.owner, by))
    return found[0].task_id if found else UNKNOWN


def _attest(case: Chat, by: Actor) -> Body:
    return {"task_id": _task(case, by, Kind.DOC_NOTE), "current": "Hosta i två veckor.", "assessment": "Viros."}


def _waive(case: Chat, by: Actor) -> Body:
    return {"task_id": _task(case, by, Kind.DOC_NOTE), "reason": "administrative"}


def _complete(case: Chat, by: Actor) -> Body:
    return {"task_id": _task(case, by, *KINDS[CompleteTask]), "outcome": "done", "note": "Läst igenom."}


def _reassign(case: Chat, by: Actor) -> Body:
    """To a colleague who has not accepted the case herself: such a one writes her own note only (R83)."""
    given = [kind for kind in Kind if kind is not Kind.HANDOVER_ACCEPT]
    took = [row.accepted_by.hsa_id for row in case.handovers if row.accepted_by]
    roles = ASSESSORS if case.restricted else LICENSED
    to = next(each.hsa_id for each in STAFF if each.has(*roles) and each != by and each.hsa_id not in took)
    return {"task_id": _task(case, by, *given), "to": {"hsa_id": to}, "reason": "Går hem."}


def _start(case: Chat, by: Actor) -> Body:
    """A time that is ahead, however long ago the case was last looked at."""
    return {"start": case.as_of + timedelta(days=400)}


def _elsewhere(case: Chat, by: Actor) -> Body:
    """What is hers to say: the manager says only that the patient has died."""
    outcome = "deceased" if by.has(Role.UNIT_MANAGER) else "seen_elsewhere"
    return {"outcome": outcome, "source": "Region Halland", "rationale": "Läst i journalen."}


MADE: dict[str, Callable[[Chat, Actor], Body]] = {
    "handover": _receiver,
    "confirm_close": _token,
    "attest_note": _attest,
    "waive_note": _waive,
    "complete_task": _complete,
    "reassign_task": _reassign,
    "offer_slot": _start,
    "book_slot": _start,
    "resolve_elsewhere": _elsewhere,
}
assert {*PLAIN, *MADE} == set(TYPES)
