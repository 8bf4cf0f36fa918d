"""The mail server of the demo: speaks SMTP, and keeps what it gets where the demo can read it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Final, assert_never

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter, FastAPI
from pydantic import Field

from routine.frozen import Frozen
from world.faults import HANG_AT_MOST_S, SLOW_ANSWER_S, Faults

NO_SUCH_PLACE: Final = ".invalid"
"""Mail to such a domain is refused; RFC 2606 keeps the name for that."""
ANY_PORT: Final = 0


class ReceivedMail(Frozen):
    """One mail as it was received. `to` and `from` are the envelope's."""

    message_id: str
    from_: str = Field(serialization_alias="from")
    to: str
    subject: str
    text: str
    auto_submitted: str | None
    received_at: datetime


class Door(Frozen):
    """Where the mail server listens."""

    host: str
    port: int


class Mailbox:
    """The mail server as its senders see it (SMTP), and as the demo does (`/control/mail`)."""

    def __init__(self, faults: Faults, host: str, port: int) -> None:
        """`port` may be ANY_PORT; `GET /control/mail/server` tells which it became."""
        self._faults = faults
        self._door = Door(host=host, port=port)
        self._received: list[ReceivedMail] = []
        self.router = APIRouter(lifespan=self._serve)
        self.router.add_api_route("/control/mail", self.received, methods=["GET"])
        self.router.add_api_route("/control/mail/server", self.door, methods=["GET"])

    @asynccontextmanager
    async def _serve(self, _: FastAPI) -> AsyncIterator[None]:
        server = await asyncio.get_running_loop().create_server(self._greet, self._door.host, self._door.port)
        self._door = Door(host=self._door.host, port=server.sockets[0].getsockname()[1])
        try:
            yield
        finally:
            server.close()

    def _greet(self) -> SMTP:
        # It would else look its own name up in the DNS for every caller.
        return SMTP(self, hostname="world.vaka.test", ident="the world outside Vaka")

    async def received(self) -> list[ReceivedMail]:
        """Every mail taken since the last reset, oldest first."""
        return self._received

    async def door(self) -> Door:
        """Where mail can be handed in."""
        return self._door

    def reset(self) -> None:
        """Forgets every mail."""
        self._received.clear()

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for, like the next
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes an addressee, unless there is no such place."""
        if address.endswith(NO_SUCH_PLACE):
            return "550 5.1.2 no such place"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes a mail. When the server is slow or silent it is kept all the same; only the answer is late or missing.

        aiosmtpd cancels this when the sender hangs up.
        """
        fault = self._faults.now().mail
        match fault:
            case "fail":
                return "451 4.3.0 not now"
            case "ok" | "slow" | "timeout":
                self._received.extend(_read(envelope))
            case _:
                assert_never(fault)
        if fault != "ok":
            await asyncio.sleep(SLOW_ANSWER_S if fault == "slow" else HANG_AT_MOST_S)
        return "250 OK"


def _read(envelope: Envelope) -> list[ReceivedMail]:
    content = envelope.content
    assert isinstance(content, bytes)
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain",))
    return [
        ReceivedMail(
            message_id=str(message["Message-ID"]),
            from_=envelope.mail_from or "",
            to=address,
            subject=str(message["Subject"]),
            text=body.get_content().replace("\r\n", "\n") if body else "",
            auto_submitted=message["Auto-Submitted"],
            received_at=datetime.now(UTC),
        )
        for address in envelope.rcpt_tos
    ]
