"""The whole house under one supervisor: `vaka run`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError

from config.settings import ROOT, Settings
from config.units import ConfigurationError
from starter.engine import Engine, EngineError, Program, find_engine
from starter.house import open_house
from starter.morning import greet
from starter.supervise import Child, supervise
from workflows.plugin import connect

Ready = Callable[[], Awaitable[bool]]
PATIENCE = timedelta(seconds=2)


def run_house(settings: Settings) -> int:
    """Run until stopped; the exit code."""
    try:
        engine = find_engine(settings)
        asyncio.run(_prepare(settings))
    except (EngineError, ConfigurationError) as error:
        sys.stderr.write(f"vaka: {error}\n")
        return 1
    return asyncio.run(supervise(children(settings, engine), on_ready=lambda: greet(settings)))


async def _prepare(settings: Settings) -> None:
    """Both stores at this build's schema before anybody opens them, and the configuration read once."""
    house = await open_house(settings)
    await house.close()


def children(settings: Settings, engine: Engine) -> list[Child]:
    """The house's processes, each ready by its own word.

    They bear each other's absence, so all but the engine start at once: on two cores that halves the start.
    """
    own = [_engine(settings, engine)] if isinstance(engine, Program) else []
    needs = ("engine",) if own else ()
    world = Child(
        "world",
        (sys.executable, "-m", "world"),
        ready=_answers(f"{settings.world_address}/health"),
        port=settings.world_port,
        port_setting="VAKA_WORLD_PORT",
        more_ports={"VAKA_WORLD_SMTP_PORT": settings.world_smtp_port},
        host=settings.host,
    )
    worker = Child(
        "worker",
        (sys.executable, str(ROOT / "worker.py")),
        ready=_polled(settings),
        depends_on=needs,
        stop_within_s=25,
    )
    # Started last: on two cores each process that imports at the same time makes the others wait for readiness.
    watch = Child("watch", (sys.executable, str(ROOT / "watch.py")), depends_on=("api", "worker"))
    api = Child(
        "api",
        (sys.executable, str(ROOT / "api.py")),
        ready=_answers(f"http://{settings.host}:{settings.api_port}/health/ready"),
        port=settings.api_port,
        port_setting="VAKA_API_PORT",
        host=settings.host,
        depends_on=needs,
    )
    return [*own, *([world] if settings.profile == "demo" else []), worker, watch, api]


def _engine(settings: Settings, program: Program) -> Child:
    return Child(
        "engine",
        program.command(
            port=settings.temporal_port,
            ui_port=settings.temporal_ui_port,
            file=settings.data_dir / "temporal.db",
            ip=settings.host,
            namespace=settings.temporal_namespace,
            log_level="error",
        ),
        ready=_serving(settings),
        port=settings.temporal_port,
        port_setting="VAKA_TEMPORAL_PORT",
        more_ports={"VAKA_TEMPORAL_UI_PORT": settings.temporal_ui_port},
        host=settings.host,
        ready_within_s=60,
    )


def _answers(url: str) -> Ready:
    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(timeout=2) as http:
                return (await http.get(url)).is_success
        except httpx.HTTPError:
            return False

    return ready


def _serving(settings: Settings) -> Ready:
    """The engine serves our namespace."""

    async def ready() -> bool:
        client = await connect(settings.engine_address, settings.temporal_namespace, identity="supervisor")
        try:
            await client.count_workflows("", rpc_timeout=PATIENCE)
        except (RPCError, RuntimeError):
            return False
        return True

    return ready


def _polled(settings: Settings) -> Ready:
    """Some worker asks for our cases."""

    async def ready() -> bool:
        client = await connect(settings.engine_address, settings.temporal_namespace, identity="supervisor")
        asked = DescribeTaskQueueRequest(
            namespace=settings.temporal_namespace,
            task_queue=TaskQueue(name=settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        try:
            return bool((await client.workflow_service.describe_task_queue(asked, timeout=PATIENCE)).pollers)
        except (RPCError, RuntimeError):
            return False

    return ready
