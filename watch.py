"""The watchman's process: `python watch.py`. One is enough; two do no harm."""

import asyncio
import contextlib
import os
import signal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.observe import leave, observe
from config.settings import Settings
from starter.house import open_house
from starter.watchman import Watchman

log = structlog.get_logger(__name__)


async def main() -> None:
    """Go round after round until told to stop."""
    settings = Settings()
    observe(settings, "watch")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    house = await open_house(settings)
    watchman = Watchman(house.client, house.projection, house.journal)
    log.info("watch.started", pid=os.getpid(), every_s=settings.watch_every_s)
    while not stop.is_set():
        try:
            await watchman.round()
        except SQLAlchemyError as error:
            # Without the store he sees nothing, and says so; he does not leave his post.
            log.error("watch.blind", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), settings.watch_every_s)
    log.info("watch.stopping")


if __name__ == "__main__":
    asyncio.run(main())
    leave()
