"""What the pathway tells the contact: its gate, and how far the suspicion has come by its name in `api.md`."""

from datetime import datetime
from typing import assert_never

from routine.gate import Gate
from routine.suicide_risk.exits import ELSEWHERE, blocks
from routine.suicide_risk.pathway import (
    Acknowledged,
    Assessing,
    Attended,
    Booked,
    Booking,
    Dismissed,
    Exit,
    Extended,
    Left,
    LowAsk,
    Pathway,
    Phoning,
    Plan,
    Released,
    RouteChoice,
    current,
    open_notes,
    unanswered,
)


def gate(pathway: Pathway, version: int) -> Gate:
    """The gate as it stands; `version` counts the pathway's changes."""
    judged = current(pathway)
    return Gate(
        version=version,
        signs=len(pathway.contact.signs),
        tier="normal" if isinstance(pathway.state, Dismissed) else "suicide",
        suicide_state=suicide_state(pathway),
        level=judged.level if judged else None,
        taken=pathway.taken,
        assessed_at=judged.at if judged else None,
        assessed_by=judged.by if judged else None,
        blocks=blocks(pathway),
        posts=pathway.posts,
        participants=pathway.participants,
        record_owed=bool(open_notes(pathway)),
        resolved_at=_left_at(pathway, *ELSEWHERE),
        unreached_at=_left_at(pathway, "unreachable_low"),
        sends_stopped=pathway.sends_stopped,
        close_asked=pathway.close_asked,
    )


def _left_at(pathway: Pathway, *ways: Exit) -> datetime | None:
    """When the pathway was left by one of the ways; None if it was not."""
    state = pathway.state
    return state.since if isinstance(state, Released) and state.way in ways else None


def suicide_state(pathway: Pathway) -> str | None:
    """The state by its name in `api.md`; a handover that waits for its acknowledgement goes before the rest."""
    state = pathway.state
    waiting = unanswered(pathway)
    if waiting and not isinstance(state, Left):
        newest = max(waiting, key=lambda each: each.at)
        return "handover_112" if newest.target == "emergency_112" else "handover_on_call"
    match state:
        case Assessing() if pathway.taken is None:
            named = pathway.wanted is not None and pathway.wanted.named
            return "handed_over" if named else "suspected"
        case Dismissed():
            return None
        case (
            Assessing()
            | LowAsk()
            | RouteChoice()
            | Booking()
            | Booked()
            | Attended()
            | Plan()
            | Extended()
            | Phoning()
            | Acknowledged()
            | Released()
        ):
            return state.state
        case _:
            assert_never(state)
