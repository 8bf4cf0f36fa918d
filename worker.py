"""The worker: carries every case. Run as many as you like: `python worker.py`."""

import asyncio
import contextlib
import os
import signal
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities.people import PeopleActivities
from activities.projection import ProjectionActivities
from config.observe import leave, observe
from config.settings import Settings
from gateways.people import HttpPeopleRegister, PeopleRegister
from store.database import connect as database
from store.migrate import migrate
from store.projection import Projection
from workflows.chat import ChatContact
from workflows.plugin import connect

log = structlog.get_logger(__name__)


def make_worker(client: Client, settings: Settings, projection: Projection, register: PeopleRegister) -> Worker:
    """The worker with everything it carries, ready to run."""
    people = PeopleActivities(register)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[ChatContact],
        activities=[ProjectionActivities(projection).project, people.look_up_person],
        graceful_shutdown_timeout=timedelta(seconds=20),
        # After a kill -9 a cached case's first task waits this long in the dead worker's queue (findings A7).
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        max_cached_workflows=2000,
    )


async def _connected(settings: Settings, tracing: bool, stop: asyncio.Event) -> Client | None:
    """The engine's client, as soon as there is an engine; None if told to stop before."""
    identity = f"worker-{os.getpid()}"
    while not stop.is_set():
        try:
            return await connect(
                settings.engine_address, settings.temporal_namespace, identity=identity, tracing=tracing, lazy=False
            )
        except RuntimeError:
            log.warning("worker.engine_away", address=settings.engine_address)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
    return None


async def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    tracing = observe(settings, "worker")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Less patience than the activity that writes has time: the store says no before the engine gives up on it.
    engine = database(settings.projection_database, durable=False, patience_s=1)
    await migrate(engine, "projection")
    projection = Projection(engine, settings.id_secret.get_secret_value())
    client = await _connected(settings, tracing, stop)
    if client is None:
        return
    async with (
        HttpPeopleRegister(settings.register_address) as register,
        make_worker(client, settings, projection, register),
    ):
        log.info("worker.started", task_queue=settings.task_queue)
        await stop.wait()
        log.info("worker.stopping")
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
    leave()
