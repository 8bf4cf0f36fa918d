"""The watchman's process: `python watch.py`. One is enough; two do no harm."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.observe import leave, observe
from config.settings import Settings
from gateways.mail import Mail, MailGateway, MailNotAccepted, SmtpMailGateway
from gateways.sms import ElksSmsGateway, Sms, SmsGateway, SmsNotAccepted
from starter.alarm import Alarm, Way
from starter.house import open_house
from starter.watchman import Watchman

log = structlog.get_logger(__name__)

SUBJECT = "Vaka: väktaren ser något"
TELL_WITHIN_S = 5.0
"""He does not stand still for a gateway that does not answer: he tries again after the pause."""


@asynccontextmanager
async def voices(settings: Settings) -> AsyncIterator[list[Alarm]]:
    """The ways to a human that the settings name; none says anything about a patient."""
    async with contextlib.AsyncExitStack() as stack:
        found = []
        if settings.alarm_email is not None:
            mail = SmtpMailGateway(*settings.smtp_server, sender=settings.smtp_from, timeout_s=TELL_WITHIN_S)
            found.append(Alarm("email", _by_mail(mail, settings.alarm_email)))
        if settings.alarm_mobile is not None:
            sms = ElksSmsGateway(
                settings.sms_address,
                user=settings.sms_user,
                password=settings.sms_password,
                callback_base=settings.callback_address,
                callback_secret=settings.callback_secret,
                timeout_s=TELL_WITHIN_S,
            )
            way = _by_sms(await stack.enter_async_context(sms), settings.alarm_mobile, settings.sms_sender)
            found.append(Alarm("sms", way))
        yield found


def _by_mail(gateway: MailGateway, to: str) -> Way:
    async def send(key: str, text: str) -> bool:
        # Where nobody knows whether it left, it did not.
        try:
            await gateway.send(Mail(to=to, subject=SUBJECT, text=text, key=key))
        except MailNotAccepted:
            return False
        return True

    return send


def _by_sms(gateway: SmsGateway, to: str, sender: str) -> Way:
    async def send(key: str, text: str) -> bool:
        try:
            await gateway.send(Sms(to=to, text=text, key=key, sender=sender))
        except SmsNotAccepted:
            return False
        return True

    return send


async def main() -> None:
    """Go round after round until told to stop."""
    settings = Settings()
    observe(settings, "watch")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    house = await open_house(settings)
    async with voices(settings) as alarms:
        watchman = Watchman(house.client, house.projection, house.journal, alarms)
        log.info("watch.started", pid=os.getpid(), every_s=settings.watch_every_s, ways=[each.name for each in alarms])
        if not alarms and settings.profile == "production":
            log.warning("watch.mute", missing="VAKA_ALARM_EMAIL or VAKA_ALARM_MOBILE")
        while not stop.is_set():
            try:
                await watchman.round()
            except SQLAlchemyError as error:
                # Without the store he sees nothing, and says so; he does not leave his post.
                log.error("watch.blind", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), settings.watch_every_s)
    log.info("watch.stopping")
    await house.close()


if __name__ == "__main__":
    asyncio.run(main())
    leave()
