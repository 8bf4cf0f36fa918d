"""The API as a process: `vaka api`."""

import asyncio
import os
import signal

import structlog
import uvicorn

from config.observe import leave, observe
from config.settings import Settings
from config.units import load_units
from starter.api.app import create_app
from starter.house import House
from store.database import connect as database
from store.journal import Journal
from store.migrate import migrate
from store.projection import Projection
from workflows.plugin import connect

log = structlog.get_logger(__name__)


async def open_house(settings: Settings, *, tracing: bool = False) -> House:
    """The house as the settings describe it, its stores at this build's schema. Raises ConfigurationError."""
    units = load_units(settings.config_dir)
    readings = database(settings.projection_database, durable=False)
    writings = database(settings.journal_database, durable=True)
    await migrate(readings, "projection")
    await migrate(writings, "journal")
    return House(
        settings=settings,
        units=units,
        projection=Projection(readings, settings.id_secret.get_secret_value()),
        journal=Journal(writings),
        client=await connect(
            settings.engine_address, settings.temporal_namespace, identity=f"api-{os.getpid()}", tracing=tracing
        ),
    )


async def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    tracing = observe(settings, "api")
    house = await open_house(settings, tracing=tracing)
    config = uvicorn.Config(
        create_app(house),
        host=settings.host,
        port=settings.api_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    # uvicorn would raise its signal again when done; a process that was asked to stop has not failed.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    log.info("api.started", port=settings.api_port)
    await server._serve()


def main() -> None:
    """Run the API."""
    asyncio.run(serve(Settings()))
    leave()


if __name__ == "__main__":
    main()
