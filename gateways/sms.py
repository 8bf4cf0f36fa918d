"""SMS through 46elks: one form post per message, and four outcomes that must never be taken for one another.

Accepted: the gateway has it, and its delivery reports will tell how it went. Refused: surely not sent, and the same
again would be refused again. Unavailable: surely not sent, may be tried again. Unknown: perhaps sent, and as 46elks
knows no idempotency key, trying again may send it twice.
"""

import asyncio
from http import HTTPStatus
from typing import Annotated, Final, Literal, Protocol, Self

import httpx
import structlog
from pydantic import ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from gateways.people import E164
from routine.frozen import Frozen

log = structlog.get_logger(__name__)

Sender = Annotated[str, StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9]{2,10}|\+[1-9]\d{6,14})$")]
"""Who it is from: a text of 3-11 letters and digits (nobody can answer it), or a number in E.164."""
Status = Literal["created", "sent", "delivered", "failed"]

NOTHING_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""What fails before the first byte of a request is on its way."""
NOT_NOW: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
"""The client errors that pass by themselves."""
REFUSALS: Final[dict[int, str]] = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.UNAUTHORIZED: "unauthorized",
    HTTPStatus.PAYMENT_REQUIRED: "credit",
    HTTPStatus.FORBIDDEN: "forbidden",
}


class Sms(Frozen):
    """One message to one number. `key` is our own name for it, the same at every try; it says nothing of anybody."""

    to: E164 = Field(repr=False)
    text: str = Field(min_length=1, repr=False)
    key: str
    sender: Sender


class SmsAccepted(Frozen):
    """The gateway has taken it. Its delivery reports name `gateway_id`."""

    gateway_id: str
    status: Status


class SmsNotAccepted(Exception):
    """The gateway did not say yes. The message says why in one word, never to whom."""

    @property
    def reason(self) -> str:
        """Why, in one word."""
        return str(self)


class SmsRefused(SmsNotAccepted):
    """Surely not sent: the gateway refuses the number, the message or us."""


class SmsUnavailable(SmsNotAccepted):
    """Surely not sent: the gateway cannot be reached or takes nothing now. May be tried again."""


class SmsUnknown(SmsNotAccepted):
    """Perhaps sent: the gateway had all of it and gave no answer that can be used. A person decides, no machine."""


class SmsGateway(Protocol):
    """The way out for SMS, as the house sees it."""

    async def send(self, sms: Sms) -> SmsAccepted:
        """Hands it over once, without trying again. Raises SmsRefused, SmsUnavailable or SmsUnknown."""


class _Answer(Frozen):
    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    status: Status


class ElksSmsGateway:
    """46elks over HTTP. Use as an async context manager, or call `aclose`."""

    def __init__(
        self,
        base_url: str,
        *,
        user: str,
        password: SecretStr,
        callback_base: str,
        callback_secret: SecretStr,
        connect_timeout_s: float = 3.0,
        timeout_s: float = 10.0,
    ) -> None:
        """`base_url` as in `Settings.sms_address`, `callback_base` as in `Settings.callback_address`.

        `timeout_s` seconds for the whole call, of which `connect_timeout_s` to reach the gateway.
        """
        self._timeout_s = timeout_s
        self._whendelivered = f"{callback_base.rstrip('/')}/callbacks/sms/{callback_secret.get_secret_value()}"
        self._http = httpx.AsyncClient(
            base_url=base_url,
            auth=httpx.BasicAuth(user, password.get_secret_value()),
            timeout=httpx.Timeout(timeout_s, connect=connect_timeout_s),
            # A connection kept open may be closed from the other side under the next message, and then nobody knows.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections. Nothing can be sent afterwards."""
        await self._http.aclose()

    async def send(self, sms: Sms) -> SmsAccepted:
        """Hands it over once, without trying again. Raises SmsRefused, SmsUnavailable or SmsUnknown."""
        try:
            accepted = _judge(await self._post(sms))
        except SmsNotAccepted as outcome:
            log.warning("sms.not_accepted", key=sms.key, outcome=type(outcome).__name__, reason=outcome.reason)
            raise
        log.info("sms.accepted", key=sms.key, gateway_id=accepted.gateway_id)
        return accepted

    async def _post(self, sms: Sms) -> httpx.Response:
        form = {
            "from": sms.sender,
            "to": sms.to,
            "message": sms.text,
            "whendelivered": self._whendelivered,
            # Or 46elks keeps the text in its history.
            "dontlog": "message",
        }
        try:
            # httpx counts each read by itself, so an answer that trickles in would never time out.
            async with asyncio.timeout(self._timeout_s):
                return await self._http.post("/sms", data=form)
        except NOTHING_SENT as error:
            raise SmsUnavailable(type(error).__name__) from None
        except (TimeoutError, httpx.TimeoutException):
            raise SmsUnknown("timeout") from None
        except httpx.HTTPError as error:
            raise SmsUnknown(type(error).__name__) from None


def _judge(answer: httpx.Response) -> SmsAccepted:
    code = answer.status_code
    if code in NOT_NOW:
        raise SmsUnavailable(f"status_{code}")
    if answer.is_client_error:
        raise SmsRefused(REFUSALS.get(code, f"status_{code}"))
    if not answer.is_success:
        raise SmsUnknown(f"status_{code}")
    try:
        said = _Answer.model_validate_json(answer.content)
    except ValidationError:
        # `from None`: the cause would be kept with the failure, and it knows which answer it failed on.
        raise SmsUnknown("malformed") from None
    return SmsAccepted(gateway_id=said.id, status=said.status)
