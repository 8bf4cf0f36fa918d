"""One whole trace: from the HTTP request to the case that judges and decides (off unless an OTLP endpoint is set)."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.contrib.opentelemetry import create_tracer_provider

from config.observe import ENDPOINTS, observe
from config.settings import Settings
from starter.api.app import create_app
from starter.house import open_house
from tests.story import P1, Story
from worker import carrying
from workflows.plugin import connect

BOUND_S = 10.0


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    """Every span of this process from now on."""
    exporter = InMemorySpanExporter()
    provider = create_tracer_provider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    yield exporter
    exporter.shutdown()


@pytest.fixture
async def traced(settings: Settings, spans: InMemorySpanExporter) -> AsyncIterator[Story]:
    """A story in a house whose client and worker trace."""
    own = settings.model_copy(update={"task_queue": f"{settings.task_queue}-traced"})
    house = await open_house(own, tracing=True)
    carrier = await connect(own.engine_address, own.temporal_namespace, identity="traced", tracing=True, lazy=False)
    async with (
        carrying(carrier, own, house.projection, house.outbox),
        Story(httpx.ASGITransport(app=create_app(house))) as story,
    ):
        yield story
    await house.close()
    gc.collect()  # the traced workflows' spans complain when they are let go of: here, and in nobody else's test


async def test_one_trace_from_request_to_case(traced: Story, spans: InMemorySpanExporter) -> None:
    """A decision's spans hang together: request, update, validator, handler; none tells of the patient."""
    await traced.begins("2026-11-23", "09:12")
    contact = await traced.comes_in(P1, message="Hemliga ord")
    spans.clear()
    await traced.decide("N1", contact, "pick")
    found = await _trace_of("POST /contacts/{contact_id}/decisions", spans)
    names = [span.name for span in found]
    for expected in ("StartWorkflowUpdate:decide", "ValidateUpdate:decide", "HandleUpdate:decide"):
        assert expected in names, names
    root = next(span for span in found if span.parent is None)
    assert root.name == "POST /contacts/{contact_id}/decisions"
    ids = {span.context.span_id for span in found if span.context}
    assert all(span.parent.span_id in ids for span in found if span.parent)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert P1 not in told
    assert "Hemliga ord" not in told


async def _trace_of(name: str, spans: InMemorySpanExporter) -> Sequence[ReadableSpan]:
    """The spans of the request's trace, once its handler has ended."""
    async with asyncio.timeout(BOUND_S):
        while True:
            finished = spans.get_finished_spans()
            root = next((span for span in finished if span.name == name and span.context), None)
            if root is not None and root.context is not None:
                own = [span for span in finished if span.context and span.context.trace_id == root.context.trace_id]
                if any(span.name == "HandleUpdate:decide" for span in own):
                    return own
            await asyncio.sleep(0.02)


def test_off_unless_an_endpoint_is_set(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an OTLP endpoint nothing is exported."""
    for name in ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    assert observe(settings, "test") is False
