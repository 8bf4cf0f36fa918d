"""The contract of the SMS gateway, through the real adapter against the demo world's real 46elks."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import ANY

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from config.settings import Settings
from gateways.sms import (
    ElksSmsGateway,
    Sms,
    SmsAccepted,
    SmsGateway,
    SmsNotAccepted,
    SmsRefused,
    SmsUnavailable,
    SmsUnknown,
)
from tests.gateways.strangers import Heard, closed_port, reply, web
from world.faults import SLOW_ANSWER_S

NUMBER, TEXT = "+46701740605", "Du har ett meddelande som väntar på svar."
M4 = Sms(to=NUMBER, text=TEXT, key="c-1:reminder:1", sender="Region")
DEMO = Settings()
NO_CONTENT = (reply(status="204 No Content"),)
CREATED = b'{"id": "s1", "status": "created", "to": "+46701740605", "new": {"in": 2027}}'


def gateway_at(base_url: str, callback_base: str = "http://127.0.0.1:9", **changes: Any) -> ElksSmsGateway:
    account = {"user": DEMO.sms_user, "password": DEMO.sms_password, "callback_secret": SecretStr("s3")}
    return ElksSmsGateway(base_url, callback_base=callback_base, **{**account, **changes})


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    """The delivery reports our API would get."""
    async with web(NO_CONTENT) as heard:
        yield heard


@pytest.fixture
async def gateway(world_url: str, control: httpx.AsyncClient, heard: Heard) -> AsyncIterator[ElksSmsGateway]:
    async with gateway_at(f"{world_url}/46elks/a1", heard.url) as adapter:
        yield adapter


async def received(control: httpx.AsyncClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await control.get("/sms")).json()
    return listed


async def plan(control: httpx.AsyncClient, report: str, after_s: float = 0.0) -> None:
    (await control.put("/sms/reports", json={"report": report, "after_s": after_s})).raise_for_status()


async def once_told(control: httpx.AsyncClient, reports: int) -> dict[str, Any]:
    """The one SMS, as soon as so many reports of it are done."""
    for _ in range(500):
        sms = (await received(control))[0]
        if len(sms["reports"]) == reports:
            return sms
        await asyncio.sleep(0.02)
    pytest.fail(f"never {reports} reports")


# What is sent


async def test_an_sms_is_taken(gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard) -> None:
    await plan(control, "none")
    accepted = await gateway.send(M4)
    assert accepted == SmsAccepted(gateway_id=accepted.gateway_id, status="created")
    assert await received(control) == [
        {
            "id": accepted.gateway_id,
            "from": "Region",
            "to": NUMBER,
            "message": TEXT,
            "whendelivered": f"{heard.url}/callbacks/sms/s3",
            "dontlog": "message",
            "created": ANY,
            "status": "created",
            "reports": [],
        }
    ]


async def test_each_sms_has_an_id_of_its_own(gateway: SmsGateway) -> None:
    assert (await gateway.send(M4)).gateway_id != (await gateway.send(M4)).gateway_id


async def test_number_and_text_are_in_no_log_and_no_repr(gateway: SmsGateway) -> None:
    with capture_logs() as logs:
        accepted = await gateway.send(M4)
    assert logs == [{"event": "sms.accepted", "log_level": "info", "key": M4.key, "gateway_id": accepted.gateway_id}]
    assert repr(M4) == "Sms(key='c-1:reminder:1', sender='Region')"


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "0701740605"},
        {"to": "+46701740605\n"},
        {"text": ""},
        {"sender": "Re"},
        {"sender": "Region Halland"},
        {"sender": "1177"},
    ],
)
def test_what_no_gateway_would_take_cannot_be_written(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Sms.model_validate({**M4.model_dump(), **wrong})
    assert NUMBER[1:] not in str(refused.value)


# Refused: surely not sent


@pytest.mark.parametrize("wrong", [{"user": "demi"}, {"password": SecretStr("guess")}, {"user": "å"}])
async def test_wrong_credentials_are_refused(world_url: str, control: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    async with gateway_at(f"{world_url}/46elks/a1", **wrong) as gateway:
        with pytest.raises(SmsRefused, match=r"^unauthorized$"):
            await gateway.send(M4)
    assert await received(control) == []


async def test_an_invalid_number_is_refused(gateway: SmsGateway, control: httpx.AsyncClient) -> None:
    with pytest.raises(SmsRefused, match=r"^invalid$"):
        await gateway.send(M4.model_copy(update={"to": "+460701740605"}))
    assert await received(control) == []


async def test_an_address_that_takes_no_reports_is_refused(world_url: str, control: httpx.AsyncClient) -> None:
    async with gateway_at(f"{world_url}/46elks/a1", "localhost") as gateway:
        with pytest.raises(SmsRefused, match=r"^invalid$"):
            await gateway.send(M4)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"to": NUMBER, "message": "x"}, "Missing key from"),
        ({"from": "Region", "message": "x"}, "Missing key to"),
        ({"from": "Region", "to": NUMBER, "message": ""}, "Missing key message"),
        ({"from": "R", "to": NUMBER, "message": "x"}, "Invalid value for from"),
    ],
)
async def test_the_world_says_what_is_wrong_with_a_form(
    world_url: str, control: httpx.AsyncClient, form: dict[str, str], says: str
) -> None:
    account = (DEMO.sms_user, DEMO.sms_password.get_secret_value())
    async with httpx.AsyncClient(auth=account) as http:
        answer = await http.post(f"{world_url}/46elks/a1/sms", data=form)
    assert (answer.status_code, answer.text) == (400, says)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("400 Bad Request", "invalid"),
        ("401 Unauthorized", "unauthorized"),
        ("402 Payment Required", "credit"),
        ("403 Forbidden", "forbidden"),
        ("404 Not Found", "status_404"),
        ("413 Content Too Large", "status_413"),
    ],
)
async def test_a_client_error_is_a_refusal_in_one_word(status: str, reason: str) -> None:
    async with web((reply(NUMBER.encode(), status),)) as elks, gateway_at(elks.url) as gateway:
        with pytest.raises(SmsRefused, match=f"^{reason}$"):
            await gateway.send(M4)


# Unavailable: surely not sent, may be tried again


async def test_a_closed_door_is_unavailable() -> None:
    async with gateway_at(f"http://127.0.0.1:{closed_port()}/a1") as gateway:
        with pytest.raises(SmsUnavailable, match=r"^ConnectError$"):
            await gateway.send(M4)


async def test_a_door_that_does_not_open_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    async with gateway_at("http://127.0.0.1:9/a1", connect_timeout_s=0.1) as gateway:
        with pytest.raises(SmsUnavailable, match=r"^ConnectTimeout$"):
            await gateway.send(M4)


@pytest.mark.parametrize("status", ["408 Request Timeout", "429 Too Many Requests"])
async def test_what_passes_by_itself_is_unavailable(status: str) -> None:
    async with web((reply(status=status),)) as elks, gateway_at(elks.url) as gateway:
        with pytest.raises(SmsUnavailable, match=f"^status_{status[:3]}$"):
            await gateway.send(M4)


# Unknown: perhaps sent


async def test_a_failing_gateway_leaves_it_unknown_and_is_then_well(
    gateway: SmsGateway, control: httpx.AsyncClient
) -> None:
    await control.put("/faults", json={"sms": "fail"})
    with pytest.raises(SmsUnknown, match=r"^status_500$"):
        await gateway.send(M4)
    await control.put("/faults", json={"sms": "ok"})
    await gateway.send(M4)


async def test_a_silent_gateway_leaves_it_unknown_and_has_sent_it(world_url: str, control: httpx.AsyncClient) -> None:
    """The reason why nobody may simply try again."""
    await control.put("/faults", json={"sms": "timeout"})
    async with web(NO_CONTENT) as heard:
        async with gateway_at(f"{world_url}/46elks/a1", heard.url, timeout_s=0.3) as gateway:
            with pytest.raises(SmsUnknown, match=r"^timeout$"):
                await gateway.send(M4)
        reports = await heard.until(2)
    assert [(sms["to"], sms["id"]) for sms in await received(control)] == [(NUMBER, reports[0]["id"])]


async def test_a_slow_gateway_is_waited_for(gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard) -> None:
    await control.put("/faults", json={"sms": "slow"})
    await plan(control, "delivered")
    asked = time.monotonic()
    sending = asyncio.create_task(gateway.send(M4))
    await asyncio.sleep(SLOW_ANSWER_S / 2)
    assert not heard, "a report came before the id it names"
    accepted = await sending
    assert time.monotonic() - asked >= SLOW_ANSWER_S
    assert (await heard.until(1))[0]["id"] == accepted.gateway_id


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"what?\r\n\r\n", "RemoteProtocolError"),
        (b"", "RemoteProtocolError"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + CREATED[:20], "RemoteProtocolError"),
        (reply(), "malformed"),
        (reply(b"<html>"), "malformed"),
        (reply(b"\xff\xfe"), "malformed"),
        (reply(b"[]"), "malformed"),
        (reply(CREATED[:-1]), "malformed"),
        (reply(b'{"id": "", "status": "created"}'), "malformed"),
        (reply(b'{"id": 1, "status": "created"}'), "malformed"),
        (reply(b'{"id": "s1"}'), "malformed"),
        (reply(b'{"id": "s1", "status": "lost"}'), "malformed"),
        (reply(status="302 Found"), "status_302"),
        (reply(NUMBER.encode(), "500 Internal Server Error"), "status_500"),
        (reply(status="502 Bad Gateway"), "status_502"),
        (reply(status="503 Service Unavailable"), "status_503"),
    ],
)
async def test_an_answer_that_cannot_be_used_leaves_it_unknown_and_names_nobody(raw: bytes, reason: str) -> None:
    with capture_logs() as logs:
        async with web((raw,)) as elks, gateway_at(elks.url) as gateway:
            with pytest.raises(SmsUnknown, match=f"^{reason}$") as failure:
                await gateway.send(M4)
    said = {"key": M4.key, "outcome": "SmsUnknown", "reason": reason}
    assert logs == [{"event": "sms.not_accepted", "log_level": "warning", **said}]
    assert failure.value.__cause__ is None
    assert len(elks) == 1, "sent twice"


async def test_an_answer_that_trickles_in_is_given_up() -> None:
    trickle = (b"HTTP/1.1 200 OK\r\n", *[b"X-Wait: on\r\n"] * 100)
    async with web(trickle, pause_s=0.05) as elks, gateway_at(elks.url, timeout_s=0.3) as gateway:
        with pytest.raises(SmsUnknown, match=r"^timeout$"):
            await gateway.send(M4)


async def test_a_gateway_that_tells_more_is_understood() -> None:
    async with web((reply(CREATED),)) as elks, gateway_at(elks.url) as gateway:
        assert await gateway.send(M4) == SmsAccepted(gateway_id="s1", status="created")


def test_every_outcome_is_one_of_three() -> None:
    assert {each.__name__ for each in SmsNotAccepted.__subclasses__()} == {"SmsRefused", "SmsUnavailable", "SmsUnknown"}


# What is told afterwards


async def test_a_delivered_sms_is_reported(gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard) -> None:
    await plan(control, "delivered")
    sent = await gateway.send(M4)
    assert await heard.until(2) == [
        {"id": sent.gateway_id, "status": "sent"},
        {"id": sent.gateway_id, "status": "delivered", "delivered": ANY},
    ]
    assert (await once_told(control, 2))["status"] == "delivered"


async def test_a_number_that_does_not_work_is_reported(
    gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard
) -> None:
    await plan(control, "failed")
    sent = await gateway.send(M4)
    assert await heard.until(1) == [{"id": sent.gateway_id, "status": "failed"}]
    assert (await once_told(control, 1))["status"] == "failed"


async def test_a_report_may_come_three_times(gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard) -> None:
    await plan(control, "repeat")
    sent = await gateway.send(M4)
    assert await heard.until(3) == [{"id": sent.gateway_id, "status": "delivered", "delivered": ANY}] * 3


async def test_a_report_may_come_late(gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard) -> None:
    await plan(control, "late", after_s=0.5)
    await gateway.send(M4)
    await asyncio.sleep(0.2)
    assert not heard
    await heard.until(1)


async def test_a_report_may_name_an_sms_that_never_was(
    gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard
) -> None:
    await plan(control, "unknown-id")
    sent = await gateway.send(M4)
    assert (await heard.until(1))[0]["id"] != sent.gateway_id
    assert (await received(control))[0]["status"] == "created"


async def test_nobody_may_tell_anything(gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard) -> None:
    await plan(control, "none")
    sent = await gateway.send(M4)
    await asyncio.sleep(0.2)
    assert not heard
    told = await control.post(f"/sms/{sent.gateway_id}/report", json={"status": "failed"})
    assert told.json() == {
        "id": sent.gateway_id,
        "status": "failed",
        "delivered": None,
        "tries": 1,
        "answered": 204,
    }
    assert heard == [{"id": sent.gateway_id, "status": "failed"}]


async def test_a_report_can_be_had_again(gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard) -> None:
    await plan(control, "delivered")
    sent = await gateway.send(M4)
    await once_told(control, 2)
    (await control.post(f"/sms/{sent.gateway_id}/report", json={})).raise_for_status()
    assert [form["status"] for form in heard] == ["sent", "delivered", "delivered"]


async def test_a_report_that_is_not_heard_comes_again(world_url: str, control: httpx.AsyncClient) -> None:
    await plan(control, "failed")
    async with (
        web((reply(status="503 Service Unavailable"),), (b"",), NO_CONTENT) as heard,
        gateway_at(f"{world_url}/46elks/a1", heard.url) as gateway,
    ):
        await gateway.send(M4)
        await heard.until(3)
        report = (await once_told(control, 1))["reports"][0]
    assert (report["tries"], report["answered"]) == (3, 204)


async def test_nobody_to_tell_is_given_up(world_url: str, control: httpx.AsyncClient) -> None:
    await plan(control, "failed")
    async with gateway_at(f"{world_url}/46elks/a1", f"http://127.0.0.1:{closed_port()}") as gateway:
        await gateway.send(M4)
    report = (await once_told(control, 1))["reports"][0]
    assert (report["tries"], report["answered"]) == (5, None)


async def test_no_report_of_an_unknown_sms(control: httpx.AsyncClient) -> None:
    assert (await control.post("/sms/s0/report", json={})).status_code == 404


@pytest.mark.parametrize("wrong", [{"report": "lost"}, {"after_s": -1}, {"after_s": 601}, {"number": NUMBER}])
async def test_a_malformed_plan_is_refused_without_repeating_it(
    control: httpx.AsyncClient, wrong: dict[str, object]
) -> None:
    refused = await control.put("/sms/reports", json=wrong)
    assert refused.status_code == 422
    assert NUMBER not in refused.text


async def test_reset_forgets_sms_reports_and_faults(
    gateway: SmsGateway, control: httpx.AsyncClient, heard: Heard
) -> None:
    await plan(control, "failed", after_s=0.4)
    await gateway.send(M4)
    await control.put("/faults", json={"sms": "fail"})
    (await control.post("/reset")).raise_for_status()
    assert await received(control) == []
    await asyncio.sleep(0.6)
    assert not heard, "a report outlived the reset"
    await gateway.send(M4)
    assert [form["status"] for form in await heard.until(2)] == ["sent", "delivered"]
