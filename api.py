"""The API as a process, with the population register it asks at entry: `python api.py`, `vaka api`."""

import asyncio
import signal
from datetime import UTC, datetime

import structlog
import uvicorn
import uvloop

from config.memory import settle
from config.observe import leave, observe
from config.settings import Settings
from gateways.people import HttpPeopleRegister, PeopleRegister, RegisterUnavailable
from routine.hours import local_date
from routine.intake import Standing
from routine.people import PersonId
from starter.api.app import create_app
from starter.house import Lookup, open_house

REGISTER_TIMEOUT_S = 2.0
"""A resident waits for this: a register that is slower counts as away, and the case asks it again."""
log = structlog.get_logger(__name__)


def asks(register: PeopleRegister) -> Lookup:
    """What the register says of somebody at entry; None while it cannot be asked: the case is let in all the same."""

    async def lookup(number: PersonId) -> Standing | None:
        try:
            person = await register.lookup(number)
        except RegisterUnavailable:
            return None
        if person is None:
            return Standing()
        return Standing(
            name=f"{person.given_name} {person.surname}",
            protected=person.protected,
            deceased=person.deceased,
            mobile=person.mobile,
            guardians=person.guardians,
        )

    return lookup


async def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    tracing = observe(settings, "api")
    register = HttpPeopleRegister(settings.register_address, timeout_s=REGISTER_TIMEOUT_S)
    house = await open_house(settings, tracing=tracing, lookup=asks(register))
    now = datetime.now(UTC)
    for each in house.units.due_for_review(local_date(now)):
        log.warning("texts.number_due_for_review", number=each.number, review_by=str(each.review_by))
    for said in house.units.warnings(now):
        log.warning("units.incomplete", what=said)
    config = uvicorn.Config(
        create_app(house),
        host=settings.host,
        port=settings.api_port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    # Not `serve()`: it would raise its signal again when done; a process that was asked to stop has not failed.
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    settle()
    log.info("api.started", port=settings.api_port)
    await server._serve()
    await register.aclose()


def main() -> None:
    """Run the API."""
    uvloop.run(serve(Settings()))
    leave()


if __name__ == "__main__":
    main()
