"""SMS and staff messages: whether one may leave is asked in the act of sending; what may have left is not repeated."""

from datetime import UTC, datetime

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from gateways.mail import Mail, MailGateway, MailNotAccepted
from gateways.people import PeopleRegister, RegisterUnavailable
from gateways.sms import Sms, SmsGateway, SmsRefused, SmsUnavailable, SmsUnknown
from routine.chat.events import SmsOutcome
from routine.effects import SendSms, StaffContact, TellStaff
from store.outbox import Left, Outbox

log = structlog.get_logger(__name__)


class SendingActivities:
    """Sends, with the outbox's row written before the call and marked after."""

    def __init__(
        self, register: PeopleRegister, sms: SmsGateway, mail: MailGateway, outbox: Outbox, sender: str
    ) -> None:
        self._register = register
        self._sms = sms
        self._mail = mail
        self._outbox = outbox
        self._sender = sender

    @activity.defn
    async def send_sms(self, effect: SendSms) -> SmsOutcome:
        """Send it, unless the person is protected, has died or has no mobile. Raises ApplicationError to try again."""
        try:
            person = await self._register.lookup(effect.personnummer)
        except RegisterUnavailable:
            if _is_tried_again():
                raise ApplicationError("the population register did not answer", type="RegisterUnavailable") from None
            return SmsOutcome(message_id=effect.key, status="failed", reason="register_away")
        if person is not None and person.protected:
            return SmsOutcome(message_id=effect.key, status="suppressed", reason="protected")
        if person is not None and person.deceased:
            return SmsOutcome(message_id=effect.key, status="suppressed", reason="deceased")
        if person is None or person.mobile is None:
            return SmsOutcome(message_id=effect.key, status="failed", reason="no_mobile")
        return await self._send(effect, person.mobile)

    async def _send(self, effect: SendSms, to: str) -> SmsOutcome:
        now = datetime.now(UTC)
        before = await self._outbox.begin(effect.key, effect.contact_id, effect.template, "sms", to, now)
        if before is not None:
            return SmsOutcome(message_id=effect.key, status="sent" if before.status == "accepted" else "unknown")
        try:
            accepted = await self._sms.send(Sms(to=to, text=effect.text, key=effect.key, sender=self._sender))
        except SmsRefused:
            await self._outbox.not_sent(effect.key)
            return SmsOutcome(message_id=effect.key, status="failed", reason="refused")
        except SmsUnavailable:
            await self._outbox.not_sent(effect.key)
            if _is_tried_again():
                raise ApplicationError("the gateway takes nothing now", type="SmsUnavailable") from None
            return SmsOutcome(message_id=effect.key, status="failed", reason="refused")
        except SmsUnknown:
            await self._outbox.unknown(effect.key)
            return SmsOutcome(message_id=effect.key, status="unknown")
        await self._outbox.accepted(effect.key, accepted.gateway_id)
        return SmsOutcome(message_id=effect.key, status="sent")

    @activity.defn
    async def tell_staff(self, effect: TellStaff) -> None:
        """Tell each by e-mail or SMS that a case waits (M17); one who cannot be reached holds up no other."""
        for number, contact in enumerate(effect.to, 1):
            await self._tell(effect, f"{effect.key}:{number}", contact)

    async def _tell(self, effect: TellStaff, key: str, contact: StaffContact) -> None:
        to, channel = (contact.email, "email") if contact.email else (contact.mobile or "", "sms")
        now = datetime.now(UTC)
        before: Left | None = await self._outbox.begin(key, effect.contact_id, "M17", channel, to, now)
        if before is not None:
            return
        try:
            if contact.email:
                await self._mail.send(Mail(to=contact.email, subject=effect.text, text=effect.text, key=key))
                await self._outbox.accepted(key, None)
            else:
                accepted = await self._sms.send(Sms(to=to, text=effect.text, key=key, sender=self._sender))
                await self._outbox.accepted(key, accepted.gateway_id)
        except (SmsUnknown, SmsRefused, SmsUnavailable, MailNotAccepted) as error:
            await self._outbox.unknown(key)
            log.error("staff.not_told", contact_id=effect.contact_id, channel=channel, reason=error.reason)


def _is_tried_again() -> bool:
    """Whether the workflow's table of options leaves this activity another try."""
    info = activity.info()
    return info.retry_policy is not None and info.attempt < info.retry_policy.maximum_attempts
