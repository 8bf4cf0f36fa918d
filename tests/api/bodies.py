"""A body of the right shape for every decision of the chat."""

from typing import Any

from routine.chat.decisions import TYPES

BODIES: dict[str, dict[str, Any]] = {
    "pick": {},
    "take_over": {"reason": "urgent"},
    "message": {"text": "Hej."},
    "log_call": {"reached": True, "note": "Svarade."},
    "internal_note": {"text": "Ring efter lunch."},
    "release": {},
    "set_urgency": {"priority": 2, "rationale": "Feber i nio dagar."},
    "record_consent": {"given": True, "wording": "Ja."},
    "handover": {"to": {"role": "physician"}},
    "accept_handover": {},
    "decline_handover": {"reason": "Hinner inte."},
    "recall_handover": {},
    "request_close": {},
    "confirm_close": {"token": "x"},
    "withdraw_close": {},
    "no_action_needed": {"note": "Ett tack."},
    "attest_note": {"task_id": "t", "current": "Hosta.", "assessment": "Egenvård."},
    "waive_note": {"task_id": "t", "reason": "administrative"},
    "complete_task": {"task_id": "t", "outcome": "done", "note": "Klart."},
    "reassign_task": {"task_id": "t", "to": {"hsa_id": "SE0000000000-N2"}, "reason": "Sjuk."},
    "sms_reminder": {},
    "stop_messages": {"reason": "Anhörig ringde."},
    "contact_preference": {"sms": False},
    "keep_for_slot": {"note": "Inga tider i dag."},
    "offer_slot": {"start": "2026-12-01T10:30:00+01:00"},
    "book_slot": {"start": "2026-12-01T10:30:00+01:00"},
    "resolve_kept": {"outcome": "not_needed", "note": "Har blivit bra."},
    "mark_wrong_person": {},
    "unmark_wrong_person": {"reason": "Läste fel."},
    "moved_outside": {"how": "telefon", "note": "Nådd."},
}
assert BODIES.keys() == TYPES.keys()
