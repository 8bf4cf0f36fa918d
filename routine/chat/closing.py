"""Closing a chat in two steps, its day of grace, and what stops it (R48, R54)."""

import hashlib
from datetime import datetime, time, timedelta

from routine.actors import Actor, member
from routine.chat import suspicion
from routine.chat.case import (
    Asked,
    Chat,
    Closed,
    CloseRequested,
    Grace,
    HandoverPending,
    InHand,
    KeptForSlot,
    Quiet,
    Remark,
)
from routine.chat.decisions import ConfirmClose, NoActionNeeded, RequestClose
from routine.chat.elapse import errands_done, moved, settle
from routine.chat.everyday import held
from routine.chat.notes import with_note
from routine.chat.sending import cancelled
from routine.chat.wrong_person import undocumented
from routine.gate import Block
from routine.hours import at_local, local_date
from routine.refusals import Refusal, conflict
from routine.tasks import next_open_closing
from routine.unit import Unit


def blocks(chat: Chat) -> tuple[Block, ...]:
    """Everything that stops closing, the first to be told first."""
    found = [] if chat.resolved_elsewhere else list(suspicion.blocks(chat))
    if isinstance(chat.state, KeptForSlot):
        text = "Patienten ska erbjudas en tid. Erbjud den, eller anteckna vad som hände."
        found.append(Block(code="KEPT_FOR_SLOT", rule="R57", text=text))
    if chat.foreign and not chat.wrong_person and not chat.resolved_elsewhere:
        text = "Ärendet gäller någon annan än den som är inloggad. Märk det som fel patient och förklara först."
        found.append(Block(code="WRONG_PERSON", rule="R79", text=text))
    return tuple(found)


def _blocked(chat: Chat) -> Refusal | None:
    first = next(iter(blocks(chat)), None)
    return conflict(first.code, first.rule, first.text) if first else None


def may_request(chat: Chat) -> Refusal | None:
    """A case in hand that nothing blocks may be closed; a new request replaces the one before."""
    if isinstance(chat.state, HandoverPending):
        return conflict("WRONG_STATE", "R53", "Återkalla överlämningen först.", ("recall_handover",))
    return held(chat) or _blocked(chat)


def request(chat: Chat, decision: RequestClose, now: datetime) -> Chat | Refusal:
    """The first step: the dialogue opens, for as long as the unit's policy says."""
    state = chat.state
    assert isinstance(state, InHand | CloseRequested)
    if refused := _no_grace(chat, decision.grace, state):
        return refused
    spent = (*chat.spent_tokens, state.token) if isinstance(state, CloseRequested) else chat.spent_tokens
    seed = f"{chat.contact_id}/{len(spent)}/{now.isoformat()}"
    return moved(
        chat.model_copy(update={"spent_tokens": spent}),
        CloseRequested(
            hand=state.hand,
            token=hashlib.sha256(seed.encode()).hexdigest()[:16],
            requested_at=now,
            expires_at=now + timedelta(minutes=chat.unit.policy.close_token),
            grace=decision.grace,
        ),
    )


def _no_grace(chat: Chat, grace: str, state: InHand | CloseRequested) -> Refusal | None:
    if grace == "none" and chat.has_sign:
        detail = "Vid misstänkt självmordsrisk stängs ärendet alltid med en dags svarstid."
        return conflict("WRONG_STATE", "R71", detail)
    if grace == "none" and isinstance(state.hand.word, Asked):
        return conflict("WRONG_STATE", "R48", "Patienten har ordet. Stäng med en dags svarstid i stället.")
    return None


def may_confirm(chat: Chat) -> Refusal | None:
    """There must be a close that was begun, and nothing that has come to stop it since."""
    state = chat.state
    if not isinstance(state, CloseRequested):
        return held(chat) or _not_requested()
    return _blocked(chat) or _no_grace(chat, state.grace, state)


def confirm(chat: Chat, decision: ConfirmClose, by: Actor, now: datetime) -> Chat | Refusal:
    """The second step: closed, with its grace, once nothing blocks (R54)."""
    state = chat.state
    if decision.token in chat.spent_tokens and not isinstance(state, Grace | Closed):
        return _token_expired()
    if isinstance(state, CloseRequested) and decision.token != state.token:
        return _token_expired()
    if refused := may_confirm(chat):
        return refused
    assert isinstance(state, CloseRequested)
    holder = state.hand.holder
    chat = chat.model_copy(
        update={
            "spent_tokens": (*chat.spent_tokens, state.token),
            "first_assessed_at": chat.first_assessed_at or now,
            "reopened_until": None,
        }
    )
    chat = cancelled(chat, "cancelled")
    if chat.wrong_person:
        closed = Closed(holder=holder, closed_at=now, outcome="excluded_wrong_person")
        chat = errands_done(undocumented(chat, now), now, closed.outcome)
        return settle(moved(chat, closed), now)
    chat = with_note(chat, holder, now, even_if_waived=False)
    if state.grace == "none":
        return settle(moved(chat, Closed(holder=holder, closed_at=now)), now)
    grace = Grace(holder=holder, closed_at=now, until=grace_until(chat.unit, now))
    return moved(chat.model_copy(update={"graces": (*chat.graces, grace)}), grace)


def grace_until(unit: Unit, now: datetime) -> datetime:
    """How long a reply reopens the same case: a whole day, and to the end of the next open day (R48, AMB).

    The literal reading is the calendar day after, to its last second.
    """
    if unit.policy.grace == "literal":
        return at_local(local_date(now) + timedelta(days=1), time(23, 59, 59))
    return max(now + timedelta(hours=24), next_open_closing(unit, now))


def _token_expired() -> Refusal:
    return conflict("TOKEN_EXPIRED", "R54", "Stängningen gäller inte längre. Begär den igen.", ("request_close",))


def _not_requested() -> Refusal:
    return conflict("CLOSE_NOT_REQUESTED", "R54", "Begär stängning först, och bekräfta sedan.", ("request_close",))


def may_withdraw(chat: Chat) -> Refusal | None:
    """There must be a close that was begun."""
    return None if isinstance(chat.state, CloseRequested) else held(chat) or _not_requested()


def withdraw(chat: Chat, now: datetime) -> Chat:
    """Leave the dialogue: the case is in hand as it was."""
    state = chat.state
    assert isinstance(state, CloseRequested)
    hand = state.hand
    if isinstance(hand.word, Quiet):
        hand = hand.model_copy(update={"word": Quiet(since=now)})
    return moved(chat.model_copy(update={"spent_tokens": (*chat.spent_tokens, state.token)}), InHand(hand=hand))


def may_need_nothing(chat: Chat) -> Refusal | None:
    """Only a case that a reply reopened goes back to its grace, and nothing that blocks closing may stand."""
    if refused := held(chat):
        return refused
    if chat.has_sign:
        detail = "Vid misstänkt självmordsrisk ska svaret bedömas av en läkare eller psykolog."
        return conflict("NO_ASSESSMENT", "R58", detail)
    if not isinstance(chat.state, InHand) or chat.reopened_until is None:
        return conflict(
            "WRONG_STATE", "R48", "Bara ett ärende som ett svar har öppnat igen kan gå tillbaka. Stäng det i två steg."
        )
    return _blocked(chat)


def need_nothing(chat: Chat, decision: NoActionNeeded, by: Actor, now: datetime) -> Chat:
    """The reply needs nothing: back to the grace it interrupted, or closed if that has run out."""
    state, until = chat.state, chat.reopened_until
    assert isinstance(state, InHand)
    assert until is not None
    remark = Remark(at=now, by=member(by), text=decision.note, about="no_action_needed")
    chat = chat.model_copy(update={"remarks": (*chat.remarks, remark), "reopened_until": None})
    closed_at = chat.graces[-1].closed_at
    if until > now:
        return moved(chat, Grace(holder=state.hand.holder, closed_at=closed_at, until=until))
    return settle(moved(chat, Closed(holder=state.hand.holder, closed_at=closed_at)), now)
