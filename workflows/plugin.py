"""One factory for what client, worker, command line and replayer share: converter, encoded failures, sandbox."""

import dataclasses

from temporalio.client import Client, Plugin
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

PURE = ("routine", "workflows.messages", "workflows.options")
"""Our pure code, which the sandbox need not import anew for each case (35 ms -> 3 ms, `architecture.md`)."""

CONVERTER = DataConverter(
    payload_converter_class=PydanticPayloadConverter,
    failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
)


def _runner(runner: WorkflowRunner | None) -> WorkflowRunner:
    runner = runner or SandboxedWorkflowRunner()
    if not isinstance(runner, SandboxedWorkflowRunner):
        return runner
    return dataclasses.replace(runner, restrictions=runner.restrictions.with_passthrough_modules(*PURE))


def house_plugin() -> SimplePlugin:
    """The plugin. Give it to the client only (workers inherit it), and to the replayer."""
    return SimplePlugin("vaka", data_converter=CONVERTER, workflow_runner=_runner)


async def connect(address: str, namespace: str, *, identity: str, tracing: bool = False, lazy: bool = True) -> Client:
    """A client that connects when it is first needed, so that reads work while the engine is away.

    Workers need one that is not `lazy`; it raises RuntimeError while the engine is away.
    """
    plugins: list[Plugin] = [house_plugin()]
    if tracing:
        from temporalio.contrib.opentelemetry import OpenTelemetryPlugin

        plugins.append(OpenTelemetryPlugin(add_temporal_spans=True))
    return await Client.connect(address, namespace=namespace, plugins=plugins, identity=identity, lazy=lazy)
