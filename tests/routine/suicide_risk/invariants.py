"""What holds after every step, whoever did what and however the mail was lost, doubled and turned round (issue 5)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import get_args

from routine.chat.case import Alert, Chat, Closed, Completed, Grace
from routine.chat.closing import blocks as close_blocks
from routine.chat.elapse import Name as ChatName
from routine.chat.elapse import dues as chat_dues
from routine.chat.elapse import elapse as elapse_chat
from routine.chat.elapse import next_due as chat_next
from routine.chat.foresee import STEPS, Foreseen
from routine.chat.foresee import if_nobody_acts as chat_foresees
from routine.chat.owed import owed as chat_owed
from routine.chat.row import state_of, tier_of
from routine.frozen import as_json
from routine.signs import MENTAL_HEALTH
from routine.suicide_risk import meeting
from routine.suicide_risk.deadlines import deadlines
from routine.suicide_risk.elapse import elapse, next_due
from routine.suicide_risk.foresee import if_nobody_acts
from routine.suicide_risk.owed import owed
from routine.suicide_risk.pathway import Booked, Extended, Left, Pathway, Phoning
from routine.tasks import Kind, Owed
from tests.routine.suicide_risk.ledger import ACK_WITHIN
from tests.routine.suicide_risk.pair import Pair

WATCHED = {"awaiting_patient": ChatName.CLOSING_LIST, "closed_grace": ChatName.GRACE}
LEFT = get_args(Left)


@dataclass(frozen=True)
class Before:
    """The pair as it was before the move."""

    chat: Chat
    pathway: Pathway | None
    chat_waits: tuple[Owed, ...]
    waits: tuple[Owed, ...]
    foreseen: tuple[tuple[Foreseen, ...], tuple[Foreseen, ...]] | None
    delivered: int


def before(pair: Pair, chat_owes: tuple[Owed, ...], owes: tuple[Owed, ...], *, foresee: bool) -> Before:
    """What is kept to compare with."""
    seen = (chat_foresees(pair.chat), if_nobody_acts(pair.pathway) if pair.pathway else ()) if foresee else None
    return Before(pair.chat, pair.pathway, chat_owes, owes, seen, pair.delivered)


# (a) The gate is shut until an allowed exit.


def gate_is_shut_until_an_exit(pair: Pair) -> None:
    """The pathway opens it only by table A10, and the contact only on the pathway's word about all it knows."""
    if pair.gate is not None and not pair.gate.blocks:
        assert pair.ledger.may_be_open, f"the pathway opened the gate as {pair.gate.suicide_state}"
    if _closes(pair.chat) and not pair.contacted.may_close(mental=pair.chat.submission.area == MENTAL_HEALTH):
        raise AssertionError("the contact may close without an exit")


def _closes(chat: Chat) -> bool:
    return not isinstance(chat.state, Closed | Completed) and not close_blocks(chat)


# (b) Somebody owns the next step.


def somebody_owns_the_next_step(pair: Pair, chat_owes: tuple[Owed, ...], owes: tuple[Owed, ...]) -> None:
    """A task with an owner, or a named timer that waits for the patient, or for the instant that was agreed."""
    chat, pathway = pair.chat, pair.pathway
    if not chat.ended:
        watch = WATCHED.get(state_of(chat))
        watched = watch is not None and any(due.name is watch for due in chat_dues(chat))
        # Closed with its record written, it only waits for the letter that says so.
        told = isinstance(chat.state, Closed) and bool(pair.to_chat.waiting)
        assert chat_owes or owes or watched or told, "nobody owes the contact anything"
    if pathway is None:
        return
    state = pathway.state
    if isinstance(state, Extended) and state.until > pathway.as_of:
        return
    if isinstance(state, Booked) and pathway.visit is not None and pathway.visit.start > pathway.as_of:
        return
    if not isinstance(state, LEFT):
        others = [wait for wait in owes if wait.kind not in (Kind.DOC_SUICIDE_ASSESSMENT, Kind.GUARDIAN_NOTE)]
        assert others, f"nobody owes {state.state} anything"
    if pair.gate is not None and pair.gate.blocks and not pathway.contact.ended:
        assert owes, f"the gate is shut as {state.state}, and nobody owes what opens it"


def ladders_lead_somewhere(pair: Pair) -> None:
    """Every task has an owner and somebody who is told next; a case that has not ended wakes by itself."""
    for task in (*chat_owed(pair.chat), *(owed(pair.pathway) if pair.pathway else ())):
        assert task.next_rung is not None
        assert task.next_rung.to
        assert task.due_at >= task.opened_at
    # A closed contact may wait for nothing but what its pathway owes the record.
    assert isinstance(pair.chat.state, Closed | Completed) or chat_next(pair.chat) is not None
    if pair.pathway is not None and not isinstance(pair.pathway.state, LEFT):
        assert next_due(pair.pathway) is not None


# (c) Deadlines never move.


def deadlines_stand(was: Before, pair: Pair, chat_owes: tuple[Owed, ...], owes: tuple[Owed, ...]) -> None:
    """The same task keeps its instants; the moderate risk's is what our own arithmetic says; no ladder restarts."""
    pathway, old = pair.pathway, was.pathway
    if pathway is None:
        return
    # What began at this very instant may be over and begun anew under the same id.
    called = old is not None and isinstance(pathway.state, Phoning) and pathway.state != old.state
    known = [wait for wait in was.waits if wait.opened_at < pair.now]
    _same_tasks([wait for wait in known if not (called and wait.kind is Kind.CALL_PATIENT)], owes)
    assert pathway.due_on == pair.ledger.due, f"due {pathway.due_on}, by our own arithmetic {pair.ledger.due}"
    if old is None or pathway is old:
        return
    if old.wanted is not None and pathway.wanted is not None and not _accepted_since(old, pathway):
        assert pathway.wanted.opened_at == old.wanted.opened_at, "the ladder of a handover began anew"


def _same_tasks(old: list[Owed], new: tuple[Owed, ...]) -> None:
    known = {wait.task_id: wait for wait in old}
    for wait in new:
        if (was := known.get(wait.task_id)) is not None and was.kind is wait.kind:
            assert was.due_at == wait.due_at, f"{wait.task_id} was due {was.due_at}, now {wait.due_at}"
            assert was.opened_at == wait.opened_at


def _accepted_since(old: Pathway, new: Pathway) -> bool:
    def count(pathway: Pathway) -> int:
        return sum(each.accepted_at is not None for each in pathway.handovers)

    return count(new) > count(old) or new.episode_at != old.episode_at


def acknowledgements_stand(pair: Pair) -> None:
    """A handover outside is to be acknowledged so long after it was made, and the moderate visit by its own instant."""
    if pair.pathway is None:
        return
    shown = deadlines(pair.pathway)
    acks = sorted(each.hard_at for each in shown if each.name in ("ack_112", "on_call_ack"))
    assert acks == sorted(each.at + ACK_WITHIN for each in pair.ledger.ever_told.values())
    visits = [each.hard_at for each in shown if each.name == "moderate_visit"]
    assert visits == ([pair.ledger.due] if pair.ledger.due else [])


# (d) The tier never drops, and no algorithm judges.


def tier_and_level_are_peoples(pair: Pair) -> None:
    """In the suicide tier while a suspicion or words stand; the level is the last that an assessor entered."""
    expected = "suicide" if pair.contacted.suspected or pair.contacted.open_hits else "normal"
    assert tier_of(pair.chat) == expected, f"the tier is {tier_of(pair.chat)}, by the log it is {expected}"
    if pair.gate is not None:
        told, known = pair.gate, pair.ledger
        assert told.level == known.level, f"level {told.level} is shown, {known.level} was the last to be entered"
        assert (told.tier == "normal") == (known.exit == "dismissed"), f"tier {told.tier} is told, exit {known.exit}"


# (e) What was foretold came true.


def foretold_came_true(was: Before, pair: Pair, until: datetime) -> None:
    """Who was to be told by then has been told then, and nobody else."""
    if was.foreseen is None or pair.delivered != was.delivered:
        return
    _came_true(was.foreseen[0], was.chat.alerts, pair.chat.alerts, until)
    if was.pathway is not None and pair.pathway is not None:
        _came_true(was.foreseen[1], was.pathway.alerts, pair.pathway.alerts, until)


def _came_true(foreseen: tuple[Foreseen, ...], old: tuple[Alert, ...], new: tuple[Alert, ...], until: datetime) -> None:
    said = [(each.at, each.to, each.what) for each in foreseen if each.to is not None and each.at <= until]
    done = [(each.at, each.to, each.reason) for each in new[len(old) :]]
    if len(foreseen) >= STEPS:
        done = done[: len(said)]
    assert done == said, f"foretold {said}, came {done}"


# (f) They meet.


def they_have_met(pair: Pair) -> None:
    """Once all mail has come each knows the other, and a closed contact has an exit to show."""
    if pair.pathway is not None and not pair.chat.ended and not pair.pathway.ended:
        assert meeting.have_met(pair.chat, pair.pathway), "all mail has come, and they have not met"
    state = pair.chat.state
    if isinstance(state, Grace | Closed | Completed) and getattr(state, "outcome", "closed") != "moved_outside":
        known = pair.contacted.may_close(mental=False)
        assert known, "closed, and a suspicion stands"


# (g), (h), (i): values.


def values_hold(pair: Pair, chance: Random) -> None:
    """Stored and read again they are the same, and time may come in pieces."""
    now, later = pair.now, pair.now + timedelta(minutes=chance.choice((7, 60, 400, 2000, 4000)))
    between = now + (later - now) * chance.random()
    assert elapse_chat(elapse_chat(pair.chat, between), later) == elapse_chat(pair.chat, later)
    assert Chat.model_validate(_kept(pair.chat)) == pair.chat
    if pair.pathway is not None:
        assert elapse(elapse(pair.pathway, between), later) == elapse(pair.pathway, later)
        assert Pathway.model_validate(_kept(pair.pathway)) == pair.pathway


def _kept(case: Chat | Pathway) -> dict[str, object]:
    """The case as the read model keeps it, read again."""
    return {**json.loads(as_json(case, but="unit")), "unit": case.unit}
