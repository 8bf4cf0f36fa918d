"""In a container every process has pid 1: workers are told apart by their container's host name."""

import socket
import uuid
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from config.process_name import process_name
from config.settings import Settings
from deploy import health
from tests.faults.processes import until
from workflows.chat import ChatContact
from workflows.plugin import connect


@activity.defn
async def nothing() -> None:
    """Nothing."""


def in_container(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """The process is the one of this container."""
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    monkeypatch.setattr("os.getpid", lambda: health.MAIN_PID)


async def test_a_worker_is_not_taken_for_another_containers(
    temporal: WorkflowEnvironment, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hangs beside one that works: its own check says so, and the other's does not."""
    own = settings.model_copy(update={"task_queue": f"containers-{uuid.uuid4().hex}"})
    in_container(monkeypatch, "worker-a")
    identity = process_name("worker")
    client = await connect(own.engine_address, own.temporal_namespace, identity=identity, lazy=False)
    async with Worker(
        client,
        task_queue=own.task_queue,
        workflows=[ChatContact],
        activities=[nothing],
        graceful_shutdown_timeout=timedelta(seconds=1),
    ):
        await until("it has asked for work", lambda: well(own))
        in_container(monkeypatch, "worker-b")
        with pytest.raises(health.Unwell, match="does not know it"):
            await health.worker(own)


async def well(settings: Settings) -> bool:
    """Whether this container's check passes."""
    try:
        await health.worker(settings)
    except health.Unwell:
        return False
    return True
