"""Logs and traces of a process. Tracing is off unless an OTLP endpoint is set."""

import logging
import os
import sys
from typing import NoReturn

import structlog
from opentelemetry import trace

from config.settings import Settings

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def observe(settings: Settings, process: str) -> bool:
    """Set up logging, and tracing if an endpoint is configured; tells whether spans are exported."""
    _log(settings)
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return False
    # Half a second of imports, which a process that exports nothing need not wait for.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from temporalio.contrib.opentelemetry import create_tracer_provider

    # The plugin writes a traceback for every open case that is evicted: harmless, and it would drown what matters (A8).
    logging.getLogger("opentelemetry.context").setLevel(logging.CRITICAL)
    provider = create_tracer_provider(resource=Resource.create({"service.name": f"vaka-{process}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), schedule_delay_millis=500))
    trace.set_tracer_provider(provider)
    return True


def leave() -> NoReturn:
    """End the process in good order. Python's own end would not be.

    Threads of Temporal's core outlive the worker and the client; one that hands something over while the interpreter is
    being taken down aborts the process (seen: SIGABRT in `PyGILState_Release`).
    """
    if shutdown := getattr(trace.get_tracer_provider(), "shutdown", None):
        shutdown()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def _log(settings: Settings) -> None:
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    timestamps = structlog.processors.TimeStamper(fmt="iso")
    shared = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, timestamps]
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), pad_event_to=30)
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],  # type: ignore[list-item]
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s %(name)s %(message)s", force=True)
