"""What keeps the contact from closing: the gate opens only by an exit that the routine names (A10, R74)."""

from typing import assert_never

from routine.gate import NO_ASSESSMENT, Block
from routine.suicide_risk.owed import guardian_missing
from routine.suicide_risk.pathway import (
    Acknowledged,
    Assessing,
    Attended,
    Booked,
    Booking,
    Dismissed,
    Exit,
    Extended,
    LowAsk,
    Pathway,
    Phoning,
    Plan,
    Released,
    RouteChoice,
    accepted,
    current,
    open_notes,
    unanswered,
)
from routine.suicide_risk.reach import tried_for

ACK_PENDING = Block(
    code="ACK_PENDING",
    rule="R74",
    text="Överlämningen är inte kvitterad. Notera vem som tog emot, ring igen, eller ring 112.",
)
NO_HANDOVER = Block(
    code="NO_HANDOVER", rule="R72", text="Patienten är inte överlämnad till någon som har tagit emot. Lämna över först."
)
NOT_ATTENDED = Block(
    code="NOT_ATTENDED", rule="R65", text="Det fysiska besöket har inte blivit av. Chatten ska vara öppen tills dess."
)
PLAN_OPEN = Block(
    code="PLAN_OPEN", rule="R67", text="Patienten följs enligt en plan. Det behövs en ny bedömning för att avsluta."
)
NOT_TRIED = Block(
    code="NOT_TRIED_TO_REACH",
    rule="R70",
    text="Försök nå patienten per telefon minst två gånger först, eller skriv varför det inte har gått.",
)
NOT_ASKED = Block(
    code="SAFE_ONLINE_UNANSWERED",
    rule="R62",
    text="Fråga om det känns tryggt nog att fortsätta online, och notera svaret.",
)
NOT_OFFERED = Block(
    code="OFFER_UNANSWERED",
    rule="R62",
    text="Det känns inte tryggt för patienten. Erbjud telefon eller besök, och notera svaret.",
)
UNDOCUMENTED = Block(
    code="ASSESSMENT_UNDOCUMENTED", rule="R60", text="Suicidriskbedömningen behöver dokumenteras innan ärendet stängs."
)
GUARDIAN = Block(
    code="GUARDIAN_NOTE",
    rule="R66",
    text="Patienten är under 18 år. Anteckna vad som gäller för vårdnadshavare innan ärendet stängs.",
)


ELSEWHERE: tuple[Exit, ...] = ("seen_elsewhere", "admitted", "deceased", "other", "moved_outside")
"""Real endings: nothing stops closing any more; what the record is owed stays owed."""


def blocks(pathway: Pathway) -> tuple[Block, ...]:
    """Everything that keeps the gate shut, the first to be told first; nothing while it is open."""
    state = pathway.state
    if isinstance(state, Dismissed) or (isinstance(state, Released) and state.way in ELSEWHERE):
        return ()
    found = [*_of_state(pathway), *_of_record(pathway)]
    return tuple(dict.fromkeys(found))


def _of_record(pathway: Pathway) -> list[Block]:
    """An acknowledged handover waits for no paper; the patient comes first, and the record is owed all the same."""
    found = []
    if guardian_missing(pathway):
        found.append(GUARDIAN)
    if open_notes(pathway) and accepted(pathway) is None:
        found.append(UNDOCUMENTED)
    return found


def _of_state(pathway: Pathway) -> list[Block]:
    state, assessment = pathway.state, current(pathway)
    if isinstance(state, Released):
        return []
    if assessment is None:
        return [NO_ASSESSMENT, *([ACK_PENDING] if unanswered(pathway) else [])]
    match state:
        case Attended() | Acknowledged() | Dismissed():
            return []
        case LowAsk(unsafe=unsafe):
            return [NOT_OFFERED if unsafe else NOT_ASKED]
        case Plan():
            return [ACK_PENDING if unanswered(pathway) else PLAN_OPEN]
        case Booking() | Booked():
            return [ACK_PENDING] if unanswered(pathway) else [NOT_ATTENDED]
        case RouteChoice(why=why):
            if unanswered(pathway):
                return [ACK_PENDING]
            return [NO_HANDOVER if why in ("high", "acute", "unreached") else NOT_ATTENDED]
        case Phoning() if assessment.level in ("none", "low"):
            return (
                [NOT_TRIED] if assessment.reasonable_certainty and not tried_for(pathway, assessment) else [NOT_ASKED]
            )
        case Assessing() | Extended() | Phoning():
            return [ACK_PENDING] if unanswered(pathway) else [NOT_ATTENDED if pathway.visit else NO_ASSESSMENT]
        case _:
            assert_never(state)
