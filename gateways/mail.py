"""E-mail to staff over SMTP. Never to a patient, and never with anything about one.

The outcomes are those of `gateways.sms`. The dividing line is the text: until the server has been given it, nothing can
have been sent; afterwards only the server's own word counts (RFC 5321, 4.2.5: what it answers 4yz or 5yz, it drops).
"""

import asyncio
import contextlib
import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from typing import Annotated, NoReturn, Protocol

import aiosmtplib
import structlog
from pydantic import Field, StringConstraints

from routine.frozen import Frozen

log = structlog.get_logger(__name__)

Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,253}$")]
Line = Annotated[str, StringConstraints(pattern=r"^[^\r\n]{1,200}$")]


class Mail(Frozen):
    """One message to one colleague. `key` is our own name for it, the same at every try; the Message-ID comes of it."""

    to: Address = Field(repr=False)
    subject: Line
    text: str = Field(min_length=1, repr=False)
    key: str


class MailAccepted(Frozen):
    """The server has taken it, under this Message-ID. A mail tried twice has the same, so that readers show one."""

    message_id: str


class MailNotAccepted(Exception):
    """The server did not say yes. The message says why in one word, never to whom."""

    @property
    def reason(self) -> str:
        """Why, in one word."""
        return str(self)


class MailRefused(MailNotAccepted):
    """Surely not sent, and the same again would be refused again."""


class MailUnavailable(MailNotAccepted):
    """Surely not sent: the server cannot be reached or takes nothing now. May be tried again."""


class MailUnknown(MailNotAccepted):
    """Perhaps sent: the server had all of it and gave no answer that can be used."""


class MailGateway(Protocol):
    """The way out for staff e-mail, as the house sees it."""

    async def send(self, mail: Mail) -> MailAccepted:
        """Hands it over once, without trying again. Raises MailRefused, MailUnavailable or MailUnknown."""


class SmtpMailGateway:
    """A mail server over SMTP, a connection for each message; encrypted if the server offers it (STARTTLS)."""

    def __init__(self, host: str, port: int, *, sender: str, timeout_s: float = 10.0) -> None:
        """`sender` is an address, `timeout_s` seconds for handing over one message."""
        self._host, self._port = host, port
        self._sender = sender
        self._domain = sender.rpartition("@")[2]
        self._timeout_s = timeout_s

    async def send(self, mail: Mail) -> MailAccepted:
        """Hands it over once, without trying again. Raises MailRefused, MailUnavailable or MailUnknown."""
        message_id = f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:32]}@{self._domain}>"
        try:
            await self._hand_over(mail.to, self._written(mail, message_id))
        except MailNotAccepted as outcome:
            log.warning("mail.not_accepted", key=mail.key, outcome=type(outcome).__name__, reason=outcome.reason)
            raise
        log.info("mail.accepted", key=mail.key)
        return MailAccepted(message_id=message_id)

    async def _hand_over(self, to: str, message: bytes) -> None:
        # The name it greets with would else be looked up in the DNS, which has no time limit.
        client = aiosmtplib.SMTP(
            hostname=self._host, port=self._port, timeout=self._timeout_s, local_hostname=self._domain
        )
        given = False
        try:
            async with asyncio.timeout(self._timeout_s):
                await client.connect()
                await client.mail(self._sender)
                await client.rcpt(to)
                given = True
                await client.data(message)
            # It has been accepted, so a bad farewell is no matter.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=1)
        except aiosmtplib.SMTPResponseException as answer:
            _judge(answer, given)
        except TimeoutError:
            raise _lost("timeout", given) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _lost(type(error).__name__, given) from None
        finally:
            client.close()

    def _written(self, mail: Mail, message_id: str) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = message_id
        # RFC 3834: so that nobody's out-of-office answers it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text, cte="quoted-printable")
        return message.as_bytes()


def _judge(answer: aiosmtplib.SMTPResponseException, given: bool) -> NoReturn:
    if isinstance(answer, aiosmtplib.SMTPRecipientRefused) and 500 <= answer.code < 600:
        raise MailRefused("recipient") from None
    match answer.code // 100:
        case 5:
            raise MailRefused(f"status_{answer.code}") from None
        case 4:
            raise MailUnavailable(f"status_{answer.code}") from None
        case _:
            raise _lost("malformed", given) from None


def _lost(reason: str, given: bool) -> MailNotAccepted:
    return MailUnknown(reason) if given else MailUnavailable(reason)
