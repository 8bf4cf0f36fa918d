"""The worker: carries every case. Run as many as you like: `python worker.py`."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
import uvloop
from temporalio.client import Client
from temporalio.worker import Worker

from activities.pathway import PathwayActivities
from activities.people import PeopleActivities
from activities.projection import ProjectionActivities
from activities.sms import SendingActivities
from config.memory import settle
from config.observe import leave, observe
from config.process_name import process_name
from config.settings import Settings
from gateways.mail import SmtpMailGateway
from gateways.people import HttpPeopleRegister
from gateways.sms import ElksSmsGateway
from store.database import connect as database
from store.migrate import migrate
from store.outbox import Outbox
from store.projection import Projection
from workflows.chat import ChatContact
from workflows.plugin import connect
from workflows.showing import Showing
from workflows.suicide_risk import SuicideRiskPathway

log = structlog.get_logger(__name__)


@asynccontextmanager
async def carrying(client: Client, settings: Settings, projection: Projection, outbox: Outbox) -> AsyncIterator[Worker]:
    """The worker with everything it carries, running."""
    mail = SmtpMailGateway(*settings.smtp_server, sender=settings.smtp_from)
    async with (
        HttpPeopleRegister(settings.register_address) as register,
        ElksSmsGateway(
            settings.sms_address,
            user=settings.sms_user,
            password=settings.sms_password,
            callback_base=settings.callback_address,
            callback_secret=settings.callback_secret,
        ) as sms,
    ):
        projecting = ProjectionActivities(projection)
        sending = SendingActivities(register, sms, mail, outbox, settings.sms_sender)
        worker = Worker(
            client,
            task_queue=settings.task_queue,
            workflows=[ChatContact, SuicideRiskPathway],
            activities=[
                projecting.project,
                projecting.project_pathway,
                PathwayActivities().start_pathway,
                PeopleActivities(register).look_up_person,
                sending.send_sms,
                sending.tell_staff,
            ],
            interceptors=[Showing(client, projecting.keep)],
            graceful_shutdown_timeout=timedelta(seconds=20),
            # After a kill -9 a cached case's first task waits this long in the dead worker's queue (findings A7).
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
            max_cached_workflows=2000,
        )
        async with worker:
            yield worker


async def _connected(settings: Settings, tracing: bool, stop: asyncio.Event) -> Client | None:
    """The engine's client, as soon as there is an engine; None if told to stop before."""
    identity = process_name("worker")
    while not stop.is_set():
        try:
            return await connect(
                settings.engine_address,
                settings.temporal_namespace,
                identity=identity,
                tracing=tracing,
                lazy=False,
                sandbox=False,
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
    departures = database(settings.departures_database, durable=True)
    await migrate(departures, "departures")
    projection = Projection(engine, settings.id_secret.get_secret_value())
    client = await _connected(settings, tracing, stop)
    if client is not None:
        async with carrying(client, settings, projection, Outbox(departures)):
            settle()
            log.info("worker.started", task_queue=settings.task_queue)
            await stop.wait()
            log.info("worker.stopping")
    await engine.dispose()
    await departures.dispose()


if __name__ == "__main__":
    uvloop.run(main())
    leave()
