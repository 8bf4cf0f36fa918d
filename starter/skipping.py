"""Skips a workflow's time, once: the SDK's own `TimeSkipper` lets its request be repeated, which skips twice.

A skip is a duration from wherever the workflow stands, so whoever asks and gets no answer looks at the clock again.
"""

import uuid
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import FastForwardConfig, TimeSkippingConfig, WorkflowExecution
from temporalio.api.enums.v1 import FastForwardPollingResult
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    PollWorkflowExecutionTimeSkippingRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import Client

OVER = (
    FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED,
    FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_FAILED,
)
"""Anything else is a long poll that has run out."""
MOST_SKIPS = 5000
"""The server's default of 200 leaves a long way short of its target."""


async def skip(client: Client, workflow_id: str, by: timedelta) -> None:
    """Return when the skip is over, one way or another: look at the clock. Raises RPCError."""
    execution, ident = WorkflowExecution(workflow_id=workflow_id), str(uuid.uuid4())
    duration = Duration()
    duration.FromTimedelta(by)
    config = TimeSkippingConfig(
        enabled=True,
        fast_forward_config=FastForwardConfig(id=ident, duration=duration),
        max_session_skip_count=MOST_SKIPS,
    )
    asked = UpdateWorkflowExecutionOptionsRequest(
        namespace=client.namespace,
        workflow_execution=execution,
        workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=config),
        update_mask=FieldMask(paths=["time_skipping_config"]),
        identity=client.identity,
    )
    await client.workflow_service.update_workflow_execution_options(asked, retry=False)
    poll = PollWorkflowExecutionTimeSkippingRequest(
        namespace=client.namespace, workflow_execution=execution, fast_forward_id=ident
    )
    result = 0
    while result not in OVER:
        answer = await client.workflow_service.poll_workflow_execution_time_skipping(poll, retry=True)
        result = answer.fast_forward_polling_result
