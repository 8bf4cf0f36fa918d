"""Who may send which decision at all: the who-columns of `api.md`, every type by every role."""

import pytest

from routine.chat.decisions import TYPES
from tests.api.bodies import BODIES
from tests.api.wire import Wire, problem


@pytest.mark.parametrize("decision", TYPES)
async def test_whose_decision_it_is(still: Wire, held: str, decision: str) -> None:
    """The who-columns of `api.md`: whoever has no such role is told so first, wherever they work."""
    owners = ("attest_note", "waive_note", "complete_task", "reassign_task")
    for who in ("REC1", "AUD1", "BJ1", "platform24", "K1", "VCH"):
        body = BODIES[decision]
        if who == "VCH" and decision == "release":
            continue  # hers to do, and it would be done
        answer = await still.decision(who, held, decision, **body)
        if who == "VCH" and decision in owners:
            assert answer.json()["code"] not in ("FORBIDDEN_ROLE", "OTHER_UNIT")
        elif who == "K1" and decision in owners:
            problem(answer, 403, "NOT_HOLDER")
        elif who in ("K1", "REC1", "VCH") and decision == "stop_messages":
            assert answer.status_code == 200
        else:
            problem(answer, 403, "FORBIDDEN_ROLE")
    problem(await still.decision("N9", held, decision, **BODIES[decision]), 403, "OTHER_UNIT")
