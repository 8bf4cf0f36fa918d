"""The demo world: one server that speaks the outside systems' own protocols, so that the adapters never know."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from config.settings import ROOT
from world.control import OutsideSystem, control_router
from world.elks import Elks
from world.faults import Faults
from world.mailbox import ANY_PORT, Mailbox
from world.people import Population
from world.register import Register

DEMO_PEOPLE: Final = ROOT / "config" / "demo" / "people.json"


def create_app(people: Path = DEMO_PEOPLE, *, smtp_host: str = "127.0.0.1", smtp_port: int = ANY_PORT) -> FastAPI:
    """The world with the people of a file, and its mail server on a port of its own while the app is served.

    Raises OSError or ValueError if the file cannot be used.
    """
    faults = Faults()
    systems: list[OutsideSystem] = [
        Register(Population.from_file(people), faults),
        Elks(faults),
        Mailbox(faults, smtp_host, smtp_port),
    ]
    app = FastAPI(title="The world outside Vaka", openapi_url=None)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.get("/health")(_health)
    for system in systems:
        app.include_router(system.router)
    app.include_router(control_router(faults, systems))
    return app


async def _health() -> dict[str, str]:
    return {"status": "ok"}


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """422 with the names of the fields only: FastAPI's own answer repeats the input, which may be a personnummer."""
    assert isinstance(error, RequestValidationError)
    fields = [".".join(str(part) for part in problem["loc"]) for problem in error.errors()]
    return JSONResponse({"error": "invalid", "fields": fields}, HTTPStatus.UNPROCESSABLE_ENTITY)
