"""The HTTP API: its endpoints, its problems, its traces."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from opentelemetry import propagate, trace

from starter.api import callbacks, contacts, decisions, demo, health, problems, reading, stream
from starter.api.identity import Verifier
from starter.demo_clock import DemoClock
from starter.house import House

DESCRIPTION = "Kontakter kommer in, personal fattar beslut, granskare läser. Se design/api.md."
CHANGES = ("/contacts",)
tracer = trace.get_tracer("vaka.api")


def create_app(house: House) -> FastAPI:
    """The API of a house. Demo endpoints exist in the demo profile only."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await house.projection.engine.dispose()
        await house.journal.engine.dispose()

    app = FastAPI(title="Vaka", version="0.1.0", description=DESCRIPTION, lifespan=lifespan)
    app.state.house = house
    app.state.verifier = Verifier(house.settings)
    app.state.clock = DemoClock(house)
    problems.install(app)
    for part in (contacts, callbacks, decisions, reading, stream, health):
        app.include_router(part.router)
    if house.settings.profile == "demo":
        app.include_router(demo.router)
        app.middleware("http")(_while_still)
    app.middleware("http")(_traced)
    return app


async def _while_still(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """While the demo's clock moves, nothing is let in that would change a case."""
    if request.method == "POST" and request.url.path.startswith(CHANGES):
        await request.app.state.clock.still.wait()
    return await call_next(request)


async def _traced(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """A span a request, named by its route: no id, no query, nothing a patient has said."""
    context = propagate.extract(request.headers)
    with tracer.start_as_current_span(request.method, context=context, kind=trace.SpanKind.SERVER) as span:
        response = await call_next(request)
        route = getattr(request.scope.get("route"), "path", "unknown")
        span.update_name(f"{request.method} {route}")
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", response.status_code)
        return response
