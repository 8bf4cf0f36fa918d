"""The HTTP API: its endpoints, its problems, its traces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from starter.api import callbacks, contacts, decisions, demo, health, problems, reading, stream
from starter.api.identity import Verifier
from starter.api.middleware import Traced, WhileStill
from starter.demo_clock import DemoClock
from starter.house import House

DESCRIPTION = "Kontakter kommer in, personal fattar beslut, granskare läser. Se design/api.md."


def create_app(house: House) -> FastAPI:
    """The API of a house. Demo endpoints exist in the demo profile only."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await house.close()

    # FastAPI's own spans would tell whole paths: the callback's secret stands in one.
    quiet: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
    app = FastAPI(title="Vaka", version="0.1.0", description=DESCRIPTION, lifespan=lifespan, telemetry=quiet)
    app.state.house = house
    app.state.verifier = Verifier(house.settings)
    app.state.clock = DemoClock(house)
    problems.install(app)
    # What is asked most often first: they are tried in this order.
    for part in (decisions, reading, contacts, callbacks, stream, health):
        app.include_router(part.router)
    if house.settings.profile == "demo":
        app.include_router(demo.router)
        app.add_middleware(WhileStill, clock=app.state.clock)
    app.add_middleware(Traced)
    return app
