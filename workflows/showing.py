"""The read model's rows, written straight from the worker while a case changes (ADR 0013)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.worker import Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from routine.record import Row
from workflows.messages import SHOW, UNSHOWN

log = structlog.get_logger(__name__)

PATIENCE_S = 0.8
"""How long a row may take, and after it the word that it could not be written: no task may stand for two seconds."""


class Showing(Interceptor):
    """Gives every workflow of a worker the function that writes its row. Made in the worker's event loop."""

    def __init__(self, client: Client, keep: Callable[[Row], Coroutine[Any, Any, None]]) -> None:
        self._client, self._keep = client, keep
        self._loop = asyncio.get_running_loop()

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 -- the SDK names it so
    ) -> type[WorkflowInboundInterceptor] | None:
        """Nothing is intercepted."""
        input.unsafe_extern_functions[SHOW] = self.show
        return None

    def show(self, workflow_id: str, row: Row) -> None:
        """Write the row, in the thread of the workflow's task. Raises what fails the task: it is done again then."""
        written = asyncio.run_coroutine_threadsafe(self._keep(row), self._loop)
        try:
            written.result(PATIENCE_S)
        except Exception as error:
            written.cancel()
            log.warning("row.unshown", workflow_id=workflow_id, error=type(error).__name__)
            told = self._client.get_workflow_handle(workflow_id, run_id=row.run_id).signal(UNSHOWN)
            asyncio.run_coroutine_threadsafe(told, self._loop).result(PATIENCE_S)
