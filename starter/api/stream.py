"""Server-sent events: every change of a case, as it happens; ids and versions only."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from starter.api.common import TheHouse
from starter.api.identity import Caller
from starter.api.reading import staff_of
from starter.api.schema import problems
from starter.house import House

router = APIRouter(tags=["reading"])
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
MAX_ID = 15
"""Digits of the longest id we give."""
EVERY_S = 0.25
HEARTBEAT_S = 15.0


class EventStream(StreamingResponse):
    """A stream of server-sent events."""

    media_type = "text/event-stream"


@router.get("/events/stream", response_class=EventStream, responses=STREAM | problems(401, 403, 422))
async def stream(request: Request, house: TheHouse, by: Caller, unit: str | None = None) -> EventStream:
    """`{contact_id, version}` on every change from now on; with `Last-Event-ID`, from where the reader was."""
    code = unit or by.unit
    staff_of(by, code)
    last = request.headers.get("last-event-id", "")
    given = last.isascii() and last.isdigit() and len(last) <= MAX_ID
    after = int(last) if given else await house.projection.seq()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventStream(_changes(request, house, code, after), headers=headers)


async def _changes(request: Request, house: House, unit: str, after: int) -> AsyncIterator[str]:
    yield ": ok\n\n"
    silent_s = 0.0
    while not await request.is_disconnected():
        # A reader who leaves in the middle does not cut it off: nobody would close a connection that is being opened.
        for seq, contact_id, version in await asyncio.shield(house.projection.changes(after, unit)):
            yield f"id: {seq}\ndata: {json.dumps({'contact_id': contact_id, 'version': version})}\n\n"
            after, silent_s = seq, 0.0
        if silent_s >= HEARTBEAT_S:
            yield ": ok\n\n"
            silent_s = 0.0
        await asyncio.sleep(EVERY_S)
        silent_s += EVERY_S
