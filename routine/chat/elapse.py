"""What the clock alone brings about on a chat: rungs are reached, waits run out, graces end."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from routine.actors import Addressee, ToPerson
from routine.chat.case import (
    Alert,
    Asked,
    Chat,
    Climbed,
    Closed,
    CloseRequested,
    Completed,
    Errand,
    Grace,
    Hand,
    HandoverPending,
    InHand,
    Quiet,
    RegisterAway,
    State,
    Unanswered,
    climbed,
    open_errands,
    open_notes,
)
from routine.chat.owed import waits
from routine.recalled import recalled
from routine.tasks import TABLE, Kind, Owed, before_closing, reached, rung_at, task_id


class Name(StrEnum):
    """The instants a chat waits for besides its ladders."""

    RUNG = "rung"
    HANDOVER_RETURN = "handover_accept"
    CLOSE_TOKEN = "close_token"
    GRACE = "grace"
    CLOSING_LIST = "closing_list"
    DUTY = "duty"
    REGISTER = "register"


SUMMARY = {
    Name.RUNG: "Nästa steg i trappan",
    Name.HANDOVER_RETURN: "Överlämningen går tillbaka till avsändaren",
    Name.CLOSE_TOKEN: "Den påbörjade stängningen upphör att gälla",
    Name.GRACE: "Tiden för svar i samma ärende går ut",
    Name.CLOSING_LIST: "Ärendet kommer på dagens stängningslista",
    Name.DUTY: "Arbetspass börjar eller slutar",
    Name.REGISTER: "Folkbokföringen frågas igen",
}


HOLDERS = (
    *(Kind.HANDLE, Kind.REPLY, Kind.FOLLOW_UP, Kind.KEPT_FOR_SLOT),
    *(Kind.SMS_FAILED, Kind.SMS_IMPOSSIBLE, Kind.MOVE_OUTSIDE),
)
"""Kinds that the holder owes, or her profession while she is off duty."""


class Due(NamedTuple):
    """Something that happens by itself at an instant unless somebody acts first."""

    at: datetime
    name: Name
    kind: Kind | None = None

    @property
    def summary(self) -> str:
        """What happens then, for an on-call engineer; nothing about the patient."""
        return f"{SUMMARY[self.name]}: {TABLE[self.kind].title}" if self.kind else SUMMARY[self.name]


@recalled
def dues(chat: Chat) -> tuple[Due, ...]:
    """Everything the clock will bring about, one entry for each cause."""
    found = [Due(rung_at(wait, climbed(chat, wait.task_id), chat.unit), Name.RUNG, wait.kind) for wait in waits(chat)]
    if (state_due := _state_due(chat)) is not None:
        found.append(state_due)
    if (change := _duty_change(chat)) is not None:
        found.append(Due(at=change, name=Name.DUTY))
    if isinstance(chat.person, RegisterAway):
        found.append(Due(at=chat.person.retry_at, name=Name.REGISTER))
    return tuple(found)


@recalled
def next_due(chat: Chat) -> Due | None:
    """What the clock brings about first; None once the case has ended."""
    return None if chat.ended else min(dues(chat), key=attrgetter("at"), default=None)


def _state_due(chat: Chat) -> Due | None:
    match chat.state:
        case CloseRequested(expires_at=at):
            return Due(at=at, name=Name.CLOSE_TOKEN)
        case Grace(until=at):
            return Due(at=at, name=Name.GRACE)
        case HandoverPending(handover_id=handover_id):
            returns_at = next(row.returns_at for row in chat.handovers if row.handover_id == handover_id)
            assert returns_at is not None  # only a suspicion's handover never goes back
            return Due(at=returns_at, name=Name.HANDOVER_RETURN)
        case InHand(hand=Hand(word=Asked() as word)):
            return Due(at=before_closing(chat.unit, word.listed_at or word.since), name=Name.CLOSING_LIST)
        case _:
            return None


def _duty_change(chat: Chat) -> datetime | None:
    """Who owes a holder's task depends on her shift, so the case wakes when it begins or ends."""
    holder = chat.holder
    if holder is None or not any(wait.kind in HOLDERS for wait in waits(chat)):
        return None
    return chat.unit.next_change(holder.hsa_id, chat.as_of)


def elapse(chat: Chat, now: datetime) -> Chat:
    """All that the clock alone has brought about by `now`, each thing at its own instant; the same chat if nothing."""
    while (due := next_due(chat)) is not None and due.at <= now:
        chat = strike(chat, due)
    return chat


def strike(chat: Chat, due: Due) -> Chat:
    """The chat once what falls due first has happened, and everything else that falls due at that instant."""
    at = max(due.at, chat.as_of)
    # Nothing but a shift's begin or end changes whose a task is while time passes.
    if any(each.name is Name.DUTY and each.at <= at for each in dues(chat)):
        chat = chat.model_copy(update={"as_of": at})
    chat = climb(chat, at)
    if (own := _state_due(chat)) is not None and own.at <= at:
        chat = _pass_on(chat, at)
    if isinstance(chat.person, RegisterAway) and chat.person.retry_at <= at:
        chat = chat.model_copy(update={"person": None})
    return settle(chat, at)


def climb(chat: Chat, at: datetime) -> Chat:
    """The chat as of the instant, with every rung reached that is due. Until then no shift may begin or end."""
    alerts, rungs = chat.alerts, chat.climbed
    for wait in waits(chat):
        first = climbed(chat, wait.task_id)
        tell, step = reached(wait, first, chat.unit, at)
        if step > first:
            alerts += tuple(_late(wait, to, at) for to in tell)
            others = (row for row in rungs if row.task_id != wait.task_id)
            rungs = (*others, Climbed(task_id=wait.task_id, rungs=step))
    update = {"as_of": at, "alerts": alerts, "climbed": rungs}
    return waits.unchanged(chat, chat.model_copy(update=update))


def ladders(chat: Chat, before: datetime) -> Iterator[Alert]:
    """Whom the ladders tell before an instant, one step after the other, until which nothing else befalls the chat."""
    steps = {wait.task_id: climbed(chat, wait.task_id) for wait in waits(chat)}
    while True:
        at = min((rung_at(each, steps[each.task_id], chat.unit) for each in waits(chat)), default=before)
        if at >= before:
            return
        at = max(at, chat.as_of)
        for wait in waits(chat):
            tell, steps[wait.task_id] = reached(wait, steps[wait.task_id], chat.unit, at)
            yield from (_late(wait, to, at) for to in tell)


def _late(wait: Owed, to: Addressee, at: datetime) -> Alert:
    row = wait.row
    return Alert(at=at, to=to, reason=f"Försenat: {row.title}", rule=row.rule, task_id=wait.task_id)


def with_errand(chat: Chat, kind: Kind, at: datetime, owner: Addressee | None = None) -> Chat:
    """The chat with an errand, unless one of the kind is open already, or only the record is left of the case."""
    left = chat.ended or (isinstance(chat.state, Closed) and chat.state.outcome != "closed")
    if left or open_errands(chat, kind):
        return chat
    errand = Errand(task_id=task_id(kind, at), kind=kind, owner=owner, opened_at=at)
    return chat.model_copy(update={"errands": (*chat.errands, errand)})


def errands_done(chat: Chat, at: datetime, outcome: str, *kinds: Kind) -> Chat:
    """The chat with its open errands of the kinds named, or all, done."""
    ids = {each.task_id for each in open_errands(chat, *kinds)}
    done = {"done_at": at, "outcome": outcome}
    errands = tuple(each.model_copy(update=done) if each.task_id in ids else each for each in chat.errands)
    return chat.model_copy(update={"errands": errands})


def _pass_on(chat: Chat, at: datetime) -> Chat:
    """The state whose time has run out becomes the one after it."""
    match chat.state:
        case CloseRequested():
            return void_close(chat, at)
        case Grace(holder=holder, closed_at=closed_at):
            return moved(chat, Closed(holder=holder, closed_at=closed_at))
        case HandoverPending():
            return returned(chat, at)
        case InHand(hand=Hand(word=Asked() as word) as hand):
            listed = hand.model_copy(update={"word": word.model_copy(update={"listed_at": at})})
            return moved(chat, InHand(hand=listed))
        case _:
            return chat


def moved(chat: Chat, state: State) -> Chat:
    """The chat in another state."""
    return chat.model_copy(update={"state": state})


def void_close(chat: Chat, at: datetime) -> Chat:
    """The close token no longer holds: in hand again, and the holder is to follow up (R54).

    Also where the patient had the word: whoever began to close believes it is closed, so she is owed a reminder.
    """
    state = chat.state
    assert isinstance(state, CloseRequested)
    word = state.hand.word if isinstance(state.hand.word, Unanswered) else Quiet(since=at)
    spent = (*chat.spent_tokens, state.token)
    chat = chat.model_copy(update={"spent_tokens": spent})
    return moved(chat, InHand(hand=state.hand.model_copy(update={"word": word})))


def returned(chat: Chat, at: datetime) -> Chat:
    """Nobody accepted in time: the case is wholly its sender's again, who is told (R53)."""
    state = chat.state
    assert isinstance(state, HandoverPending)
    alert = Alert(
        at=at,
        to=ToPerson(hsa_id=state.hand.holder.hsa_id),
        reason="Överlämningen togs inte emot och är din igen",
        rule="R53",
    )
    chat = chat.model_copy(update={"alerts": (*chat.alerts, alert)})
    return back_with_sender(chat, at, {"returned_at": at})


def back_with_sender(chat: Chat, at: datetime, how: dict[str, object]) -> Chat:
    """The open handover is over, as `how` tells; its sender goes on."""
    state = chat.state
    assert isinstance(state, HandoverPending)
    handovers = tuple(
        row.model_copy(update=how) if row.handover_id == state.handover_id else row for row in chat.handovers
    )
    hand = state.hand
    if isinstance(hand.word, Quiet):
        hand = hand.model_copy(update={"word": Quiet(since=at)})
    return moved(chat.model_copy(update={"handovers": handovers}), InHand(hand=hand))


def settle(chat: Chat, at: datetime) -> Chat:
    """Closed with nothing left to attest is completed. Ladders of tasks that are no longer owed are forgotten."""
    record_owed = chat.gate is not None and chat.gate.record_owed
    if isinstance(chat.state, Closed) and not open_notes(chat) and not open_errands(chat) and not record_owed:
        state = chat.state
        ended = Completed(holder=state.holder, closed_at=state.closed_at, outcome=state.outcome, completed_at=at)
        chat = moved(chat, ended)
    if not chat.climbed:
        return chat
    owed_ids = {wait.task_id for wait in waits(chat)}
    kept = tuple(row for row in chat.climbed if row.task_id in owed_ids)
    if len(kept) == len(chat.climbed):
        return chat
    return waits.unchanged(chat, chat.model_copy(update={"climbed": kept}))


def moved_outside(chat: Chat, now: datetime) -> Chat:
    """The case as it rests once it goes on outside (R76): what was still owed here is done, but for the record."""
    chat = errands_done(chat, now, "moved_outside")
    return settle(moved(chat, Closed(holder=chat.holder, closed_at=now, outcome="moved_outside")), now)
