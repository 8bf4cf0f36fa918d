"""Once, however often it is sent: the first answer to an Idempotency-Key is the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from fastapi import Request, Response

from routine.actors import Actor
from starter.api.present import text
from starter.api.problems import Problem
from starter.house import House
from starter.ids import body_hash
from store.journal import Entry

MAX_KEY = 255


class Answered(NamedTuple):
    """Status and body of an answer, and the line of the access log to keep with it, unless that is written already."""

    status: int
    body: Any
    entry: Entry | None = None


Deed = Callable[[str, datetime], Awaitable[Answered]]
_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


def required_key(request: Request) -> str:
    """The client's key. Raises Problem (400)."""
    key = request.headers.get("idempotency-key", "").strip()
    if not key or len(key) > MAX_KEY:
        raise Problem(400, "INVALID", "Begäran behöver huvudet Idempotency-Key, högst 255 tecken.")
    return key


async def once(house: House, by: Actor, where: str, key: str, body: bytes, do: Deed) -> Response:
    """Do it, or answer what was answered before: refusals too, an unknown outcome never.

    The key is taken for this body before anything is done, so that another body cannot ride on an outcome nobody
    knows yet. `do` gets the id under which the engine drops repeats, and the instant the key was first sent at.
    Repeats that come at the same time take turns.
    """
    epoch = (await house.projection.house()).epoch
    scope, sent = house.id("key", epoch, by.hsa_id, where, key), body_hash(body)
    async with _turns.setdefault(scope, asyncio.Lock()):
        kept = await house.journal.reserve(scope, sent, await house.now())
        if kept.body_hash != sent:
            raise Problem(422, "INVALID", "Samma Idempotency-Key har redan använts för något annat.")
        if kept.status is not None:
            return _response(kept.status, kept.answer)
        try:
            answered = await do(scope, kept.at)
        except Problem as problem:
            if problem.status >= 500:
                raise
            answered = Answered(problem.status, problem.body)
        return _response(*await house.journal.keep(scope, answered.status, text(answered.body), answered.entry))


def _response(status: int, answer: str | None) -> Response:
    return Response(answer, status, media_type="application/problem+json" if status >= 400 else "application/json")
