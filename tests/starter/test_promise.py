"""The one promise in numbers: what is overdue, of a contact and of its pathway."""

from datetime import timedelta

from starter.pathways import Together
from starter.promise import overdue
from tests.routine.suicide_risk.together import flagged
from tests.routine.world import N1, at, chat

OPENED = "2026-11-23 09:12"
INSTANT = timedelta(microseconds=1)


def test_a_task_is_overdue_from_its_due_instant_on() -> None:
    """To the microsecond (R42: four open hours to take a case on)."""
    case, due = Together(chat(OPENED), None, 1), at("2026-11-23 13:12")
    assert overdue(case, due - INSTANT) == []
    assert overdue(case, due) == [(due, "K-1", "handle")]


def test_a_pathway_s_tasks_are_its_contact_s() -> None:
    """R59: fifteen minutes for the assessors, told under the contact."""
    pair = flagged(OPENED, N1, "2026-11-23 09:20")
    found = overdue(Together(*pair.met(), version=1), at("2026-11-24 09:00"))
    assert "handover_accept" in [kind for _, _, kind in found]
    assert {contact for _, contact, _ in found} == {pair.chat.contact_id}
