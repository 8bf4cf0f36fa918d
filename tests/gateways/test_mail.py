"""The contract of staff e-mail, through the real adapter against the demo world's real mail server."""

import asyncio
import time
from typing import Any
from unittest.mock import ANY

import httpx
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from config.settings import Settings
from gateways.mail import (
    Mail,
    MailAccepted,
    MailGateway,
    MailNotAccepted,
    MailRefused,
    MailUnavailable,
    MailUnknown,
    SmtpMailGateway,
)
from tests.gateways.strangers import closed_port, mail_server
from world.faults import SLOW_ANSWER_S

SENDER, TO = "vaka@vaka.demo", "n1@region.test"
TEXT = "Ett ärende i Vaka väntar på dig.\n"
M17 = Mail(to=TO, subject="Vaka: ett ärende väntar", text=TEXT, key="c-1:alert:1")


@pytest.fixture
async def smtp_port(control: httpx.AsyncClient) -> int:
    """Where the world takes mail."""
    port: int = (await control.get("/mail/server")).json()["port"]
    return port


@pytest.fixture
def gateway(smtp_port: int) -> SmtpMailGateway:
    return SmtpMailGateway("127.0.0.1", smtp_port, sender=SENDER)


async def received(control: httpx.AsyncClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await control.get("/mail")).json()
    return listed


# What is sent


async def test_a_mail_is_taken(gateway: MailGateway, control: httpx.AsyncClient) -> None:
    accepted = await gateway.send(M17)
    assert await received(control) == [
        {
            "message_id": accepted.message_id,
            "from": SENDER,
            "to": TO,
            "subject": "Vaka: ett ärende väntar",
            "text": TEXT,
            "auto_submitted": "auto-generated",
            "received_at": ANY,
        }
    ]


async def test_the_key_decides_the_message_id_and_cannot_be_read_in_it(gateway: MailGateway) -> None:
    first, again = await gateway.send(M17), await gateway.send(M17)
    other = await gateway.send(M17.model_copy(update={"key": "c-1:alert:2"}))
    assert first == again != other
    assert first.message_id.endswith("@vaka.demo>")
    assert "c-1" not in first.message_id


async def test_a_line_with_a_dot_alone_does_not_end_the_mail(gateway: MailGateway, control: httpx.AsyncClient) -> None:
    text = "Ett\n.\n..två\nQUIT\n" + "lång rad " * 300 + "\n"
    await gateway.send(M17.model_copy(update={"text": text}))
    assert [mail["text"] for mail in await received(control)] == [text]


async def test_address_and_text_are_in_no_log_and_no_repr(gateway: MailGateway) -> None:
    with capture_logs() as logs:
        await gateway.send(M17)
    assert logs == [{"event": "mail.accepted", "log_level": "info", "key": M17.key}]
    assert TO not in repr(M17)
    assert "ärende i Vaka" not in repr(M17)


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "n1"},
        {"to": "n1@region.test, n2@region.test"},
        {"to": "n1@region.test\nBcc: n2@region.test"},
        {"to": "<n1@region.test>"},
        {"to": "nä@region.test"},
        {"subject": "Vaka\r\nBcc: n2@region.test"},
        {"subject": ""},
        {"text": ""},
    ],
)
def test_what_no_server_should_see_cannot_be_written(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Mail.model_validate({**M17.model_dump(), **wrong})


# Refused: surely not sent


async def test_an_address_that_is_nowhere_is_refused(gateway: MailGateway, control: httpx.AsyncClient) -> None:
    with capture_logs() as logs, pytest.raises(MailRefused, match=r"^recipient$"):
        await gateway.send(M17.model_copy(update={"to": "n1@region.invalid"}))
    said = {"key": M17.key, "outcome": "MailRefused", "reason": "recipient"}
    assert logs == [{"event": "mail.not_accepted", "log_level": "warning", **said}]
    assert await received(control) == []


@pytest.mark.parametrize("at", ["hello", "MAIL", "DATA", "text"])
async def test_a_no_for_good_is_a_refusal_wherever_it_comes(at: str) -> None:
    async with mail_server({at: b"554 not you\r\n"}) as port:
        with pytest.raises(MailRefused, match=r"^status_554$"):
            await SmtpMailGateway("127.0.0.1", port, sender=SENDER).send(M17)


# Unavailable: surely not sent, may be tried again


async def test_a_failing_server_is_unavailable_and_then_well(gateway: MailGateway, control: httpx.AsyncClient) -> None:
    await control.put("/faults", json={"mail": "fail"})
    with pytest.raises(MailUnavailable, match=r"^status_451$"):
        await gateway.send(M17)
    assert await received(control) == []
    await control.put("/faults", json={"mail": "ok"})
    await gateway.send(M17)


async def test_a_closed_door_is_unavailable() -> None:
    with pytest.raises(MailUnavailable, match=r"^SMTPConnectError$"):
        await SmtpMailGateway("127.0.0.1", closed_port(), sender=SENDER).send(M17)


@pytest.mark.parametrize("at", ["hello", "MAIL", "RCPT", "DATA", "text"])
async def test_a_no_for_now_is_unavailable_wherever_it_comes(at: str) -> None:
    async with mail_server({at: b"421 busy\r\n"}) as port:
        with pytest.raises(MailUnavailable, match=r"^status_421$"):
            await SmtpMailGateway("127.0.0.1", port, sender=SENDER).send(M17)


@pytest.mark.parametrize("at", ["hello", "EHLO", "MAIL", "RCPT"])
async def test_silence_before_the_text_is_unavailable(at: str) -> None:
    async with mail_server({at: b""}) as port:
        with pytest.raises(MailUnavailable, match=r"^timeout$"):
            await SmtpMailGateway("127.0.0.1", port, sender=SENDER, timeout_s=0.2).send(M17)


@pytest.mark.parametrize("at", ["hello", "EHLO", "MAIL", "RCPT"])
@pytest.mark.parametrize("raw", [b"what?\r\n", b"<html>\r\n\r\n", b"\xff\xfe\r\n", None])
async def test_garbage_before_the_text_is_unavailable(at: str, raw: bytes | None) -> None:
    async with mail_server({at: raw}) as port:
        with pytest.raises(MailUnavailable):
            await SmtpMailGateway("127.0.0.1", port, sender=SENDER, timeout_s=1).send(M17)


# Unknown: perhaps sent


async def test_a_silent_server_leaves_it_unknown_and_has_it(smtp_port: int, control: httpx.AsyncClient) -> None:
    await control.put("/faults", json={"mail": "timeout"})
    with pytest.raises(MailUnknown, match=r"^timeout$"):
        await SmtpMailGateway("127.0.0.1", smtp_port, sender=SENDER, timeout_s=0.3).send(M17)
    assert [mail["to"] for mail in await received(control)] == [TO]


async def test_a_slow_server_is_waited_for(gateway: MailGateway, control: httpx.AsyncClient) -> None:
    await control.put("/faults", json={"mail": "slow"})
    asked = time.monotonic()
    await gateway.send(M17)
    assert time.monotonic() - asked >= SLOW_ANSWER_S


@pytest.mark.parametrize("raw", [b"what?\r\n", b"\xff\xfe\r\n", b"299 hm\r\n", b"25", None])
async def test_an_answer_to_the_text_that_cannot_be_used_leaves_it_unknown(raw: bytes | None) -> None:
    with capture_logs() as logs:
        async with mail_server({"text": raw}) as port:
            with pytest.raises(MailUnknown) as failure:
                await SmtpMailGateway("127.0.0.1", port, sender=SENDER, timeout_s=0.5).send(M17)
    assert failure.value.__cause__ is None
    assert TO not in str(logs)


# Where it goes


@pytest.mark.parametrize(
    ("given", "server"),
    [
        ({}, ("127.0.0.1", 8025)),
        ({"world_smtp_port": 9025}, ("127.0.0.1", 9025)),
        ({"smtp_host": "mail.region.test"}, ("mail.region.test", 25)),
        ({"smtp_host": "mail.region.test", "smtp_port": 587}, ("mail.region.test", 587)),
    ],
)
def test_the_server_is_the_worlds_unless_one_is_named(given: dict[str, Any], server: tuple[str, int]) -> None:
    assert Settings(**given).smtp_server == server


# Once it is accepted


@pytest.mark.parametrize("farewell", [None, b"", b"what?\r\n", b"500 no\r\n"])
async def test_a_bad_farewell_is_no_matter(farewell: bytes | None) -> None:
    async with mail_server({"QUIT": farewell}) as port:
        sent = await SmtpMailGateway("127.0.0.1", port, sender=SENDER).send(M17)
    assert isinstance(sent, MailAccepted)


def test_every_outcome_is_one_of_three() -> None:
    outcomes = {each.__name__ for each in MailNotAccepted.__subclasses__()}
    assert outcomes == {"MailRefused", "MailUnavailable", "MailUnknown"}


async def test_many_at_once(gateway: MailGateway, control: httpx.AsyncClient) -> None:
    alerts = [M17.model_copy(update={"key": f"c-{number}:alert:1"}) for number in range(20)]
    sent = await asyncio.gather(*(gateway.send(alert) for alert in alerts))
    assert sorted(mail["message_id"] for mail in await received(control)) == sorted(one.message_id for one in sent)


async def test_reset_forgets_mail_and_faults(gateway: MailGateway, control: httpx.AsyncClient) -> None:
    await gateway.send(M17)
    await control.put("/faults", json={"mail": "fail"})
    (await control.post("/reset")).raise_for_status()
    assert await received(control) == []
    await gateway.send(M17)
