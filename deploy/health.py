"""The health checks of our containers: `python -m deploy.health api|worker|watchman`.

Exit code 0 is well; 1 is not, and one line says why. Each asks somebody else than the process itself: who hangs
cannot be asked how it is.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError

from config.process_name import process_name
from config.settings import Settings
from store.database import connect as database
from store.journal import Journal
from workflows.plugin import connect

MAIN_PID: Final = 1
"""The process the container was started for."""
ASKED_WITHIN: Final = timedelta(seconds=90)
"""A worker asks for work again at the latest when the engine has let it wait for a minute."""
LOOKED_WITHIN: Final = timedelta(seconds=30)
"""As `/health/promise` counts."""
PATIENCE: Final = timedelta(seconds=5)


class Unwell(Exception):
    """Not well, and why."""


async def api(settings: Settings) -> None:
    """Contacts can be read: it answers, and its stores answer it. Raises Unwell."""
    try:
        async with httpx.AsyncClient(timeout=PATIENCE.total_seconds()) as http:
            answer = await http.get(f"http://127.0.0.1:{settings.api_port}/health/ready")
    except httpx.HTTPError as error:
        raise Unwell(f"no answer: {type(error).__name__}") from None
    if answer.status_code != 200:
        raise Unwell(f"answers {answer.status_code}: {answer.text}")


async def worker(settings: Settings, pid: int = MAIN_PID) -> None:
    """The engine has seen this worker ask for work within the last minute and a half. Raises Unwell."""
    request = DescribeTaskQueueRequest(
        namespace=settings.temporal_namespace,
        task_queue=TaskQueue(name=settings.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        client = await connect(settings.engine_address, settings.temporal_namespace, identity="health", lazy=False)
        described = await client.workflow_service.describe_task_queue(request, timeout=PATIENCE)
    except (RPCError, RuntimeError) as error:
        raise Unwell(f"the engine does not answer: {type(error).__name__}") from None
    name = process_name("worker", pid)
    asked = [poller.last_access_time.ToDatetime(UTC) for poller in described.pollers if poller.identity == name]
    if not asked or datetime.now(UTC) - max(asked) > ASKED_WITHIN:
        raise Unwell(f"the engine last saw it ask for work at {max(asked)}" if asked else "the engine does not know it")


async def watchman(settings: Settings) -> None:
    """The watchman has finished a round within the last half minute. Raises Unwell."""
    engine = database(settings.journal_database, durable=True, patience_s=PATIENCE.total_seconds())
    try:
        looked_at = await Journal(engine).looked_at()
    except SQLAlchemyError as error:
        raise Unwell(f"the journal does not answer: {type(error).__name__}") from None
    finally:
        await engine.dispose()
    if looked_at is None or datetime.now(UTC) - looked_at > LOOKED_WITHIN:
        raise Unwell(f"the last round was finished at {looked_at}")


CHECKS: Final[dict[str, Callable[[Settings], Awaitable[None]]]] = {"api": api, "worker": worker, "watchman": watchman}


async def main(arguments: list[str]) -> int:
    """Check one; the exit code."""
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        sys.stderr.write(f"which one: {', '.join(CHECKS)}\n")
        return 2
    try:
        await CHECKS[arguments[0]](Settings())
    except Unwell as unwell:
        sys.stdout.write(f"{arguments[0]}: {unwell}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
