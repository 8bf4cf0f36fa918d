"""What goes round every request: a span, and in the demo a wait while the clock moves."""

from opentelemetry import propagate, trace
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from starter.demo_clock import DemoClock

CHANGES = "/contacts"
tracer = trace.get_tracer("vaka.api")


class Traced:
    """A span a request, named by its route: no id, no query, nothing a patient has said."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on inside its span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = propagate.extract(Headers(scope=scope))
        with tracer.start_as_current_span(scope["method"], context=context, kind=trace.SpanKind.SERVER) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = getattr(scope.get("route"), "path", "unknown")
                    span.update_name(f"{scope['method']} {route}")
                    span.set_attribute("http.route", route)
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app(scope, receive, told)


class WhileStill:
    """While the demo's clock moves, nothing is let in that would change a case."""

    def __init__(self, app: ASGIApp, clock: DemoClock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on once time stands still."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(CHANGES):
            await self._clock.still.wait()
        await self._app(scope, receive, send)
