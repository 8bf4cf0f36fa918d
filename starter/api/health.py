"""Whether the house lives, is ready, and keeps its promise. No identity: nothing about a patient is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from starter.api.answers import Promise, Status, answers
from starter.api.common import TheHouse
from starter.api.present import present
from starter.promise import promise

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", responses=answers(Status))
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready", responses=answers(Status))
async def ready(house: TheHouse) -> JSONResponse:
    """Contacts can be read; whether the engine is there too is told, since reads work without it."""
    try:
        await house.projection.house()
        await house.journal.looked_at()
    except SQLAlchemyError:
        return JSONResponse({"status": "away", "store": "away"}, 503)
    try:
        alive = await house.client.service_client.check_health(timeout=timedelta(seconds=1), retry=False)
    except Exception:  # whatever the transport says, the engine is away
        alive = False
    return JSONResponse({"status": "ok", "store": "ok", "engine": "ok" if alive else "away"})


@router.get("/promise", responses=answers(Promise))
async def kept(house: TheHouse) -> JSONResponse:
    """No patient is forgotten: how many cases are open, who owes nothing to nobody, what is late, what is stuck."""
    found: dict[str, Any] = present(await promise(house.projection, house.journal, await house.now()))
    looked_at = await house.journal.looked_at()
    silent = looked_at is None or datetime.now(UTC) - looked_at > timedelta(seconds=30)
    return JSONResponse(found | {"watchman": "silent" if silent else "ok"})
