"""One factory for what client, worker, command line and replayer share: converter, encoded failures, sandbox."""

import dataclasses

from temporalio.client import Client, Plugin
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.plugin import SimplePlugin
from temporalio.service import GrpcCompression
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

PURE = ("routine", "workflows.messages", "workflows.options")
"""Our pure code, which the sandbox need not import anew for each case (35 ms -> 3 ms, `architecture.md`)."""

CONVERTER = DataConverter(
    payload_converter_class=PydanticPayloadConverter,
    failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
)


def _sandboxed(runner: WorkflowRunner | None) -> WorkflowRunner:
    runner = runner or SandboxedWorkflowRunner()
    if not isinstance(runner, SandboxedWorkflowRunner):
        return runner
    return dataclasses.replace(runner, restrictions=runner.restrictions.with_passthrough_modules(*PURE))


def house_plugin(*, sandbox: bool = True) -> SimplePlugin:
    """The plugin. Give it to the client only (workers inherit it), and to the replayer.

    In the `sandbox` workflow code that is not deterministic fails: so it runs in every test. The worker that carries
    patients runs the same code without, since entering it for each payload is a third of what a decision costs.
    """
    runner = _sandboxed if sandbox else UnsandboxedWorkflowRunner()
    return SimplePlugin("vaka", data_converter=CONVERTER, workflow_runner=runner)


async def connect(
    address: str, namespace: str, *, identity: str, tracing: bool = False, lazy: bool = True, sandbox: bool = True
) -> Client:
    """A client that connects when it is first needed, so that reads work while the engine is away.

    Workers need one that is not `lazy`; it raises RuntimeError while the engine is away.
    """
    plugins: list[Plugin] = [house_plugin(sandbox=sandbox)]
    if tracing:
        from temporalio.contrib.opentelemetry import OpenTelemetryPlugin

        plugins.append(OpenTelemetryPlugin(add_temporal_spans=True))
    return await Client.connect(
        address,
        namespace=namespace,
        plugins=plugins,
        identity=identity,
        lazy=lazy,
        grpc_compression=GrpcCompression.NONE,
    )
