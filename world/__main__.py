"""`python -m world`: the demo world on `VAKA_WORLD_PORT` and `VAKA_WORLD_SMTP_PORT`, until SIGINT or SIGTERM."""

import signal
import sys
from types import FrameType
from typing import Final

import uvicorn

from config.settings import Settings
from world.app import create_app

STOP_WITHIN_S: Final = 2
"""How long a call that hangs on purpose may hold up the stop, in seconds."""


def main() -> None:
    """Runs the world. Exits 0 when told to stop, 1 if its port is taken, 3 if the mail server's is."""
    # uvicorn repeats the signal it stopped on, to whoever had it before; left to the system, that is death by signal.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    settings = Settings()
    uvicorn.run(
        create_app(settings.config_dir / "people.json", smtp_host=settings.host, smtp_port=settings.world_smtp_port),
        host=settings.host,
        port=settings.world_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


def _leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
