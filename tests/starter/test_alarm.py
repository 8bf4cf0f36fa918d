"""The watchman tells a human: once for each finding, again where nobody took it, and never anything about a patient."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from config.settings import Settings
from starter.alarm import Alarm, words
from starter.findings import EVERYBODY, Found, What
from watch import voices

AT_ONCE = timedelta(0)
LOST: Found = {("c-lost", What.WITHOUT_WORKFLOW)}
SHUT: Found = {("c-shut", What.GATE_DISAGREES)}


class Ear:
    """Whoever is told; takes nothing while `away`."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.away = False

    async def hear(self, key: str, text: str) -> bool:
        """A message."""
        assert key.startswith("watch:")
        if not self.away:
            self.heard.append(text)
        return not self.away


async def test_each_finding_once() -> None:
    """What is new is told; what is told stays told until it is gone and comes back."""
    ear = Ear()
    alarm = Alarm("ear", ear.hear, pause=AT_ONCE)
    await alarm.tell(set())
    assert ear.heard == []
    await alarm.tell(LOST)
    await alarm.tell(LOST)
    assert ear.heard == [words(LOST)]
    await alarm.tell(LOST | SHUT)
    assert ear.heard[1:] == [words(SHUT)]
    await alarm.tell(set())
    await alarm.tell(LOST)
    assert ear.heard[2:] == [words(LOST)]


async def test_what_nobody_took_is_told_again() -> None:
    """Nobody knows whether it left: twice does less harm than never."""
    ear = Ear()
    alarm = Alarm("ear", ear.hear, pause=AT_ONCE)
    ear.away = True
    await alarm.tell(LOST)
    ear.away = False
    await alarm.tell(LOST | SHUT)
    assert ear.heard == [words(LOST | SHUT)]


async def test_a_pause_between_messages() -> None:
    """Two hundred contacts that stop one after the other are not two hundred messages."""
    ear = Ear()
    alarm = Alarm("ear", ear.hear, pause=timedelta(hours=1))
    await alarm.tell(LOST)
    await alarm.tell(LOST | SHUT)
    assert ear.heard == [words(LOST)]


def test_the_words() -> None:
    """Ids and names; many are counted; what concerns the house itself has no contact."""
    assert words(LOST).endswith("c-lost without_workflow.")
    assert words({(EVERYBODY, What.ENGINE_AWAY)}).endswith(" engine_away.")
    many = words({(f"c-{number}", What.NOT_MOVED) for number in range(9)})
    assert many.count("not_moved") == 5
    assert many.endswith("och 4 till.")
    assert len(many) < 300


@pytest.fixture
async def named(world_url: str, control: httpx.AsyncClient) -> Settings:
    """Settings that name a human, in the demo world."""
    mail = (await control.get("/mail/server")).json()
    return Settings(
        world_port=int(world_url.rpartition(":")[2]),
        smtp_host=mail["host"],
        smtp_port=mail["port"],
        alarm_email="jour@region.test",
        alarm_mobile="+46701234567",
    )


async def test_by_mail_and_sms(named: Settings, control: httpx.AsyncClient) -> None:
    """Through the real gateways: both are told, each once."""
    async with voices(named) as alarms:
        for alarm in alarms:
            await alarm.tell(LOST)
            await alarm.tell(LOST)
    mails: list[dict[str, Any]] = (await control.get("/mail")).json()
    assert [(each["to"], each["text"].strip()) for each in mails] == [("jour@region.test", words(LOST))]
    texts: list[dict[str, Any]] = (await control.get("/sms")).json()
    assert [(each["to"], each["message"]) for each in texts] == [("+46701234567", words(LOST))]


async def test_a_gateway_that_is_away(named: Settings, control: httpx.AsyncClient) -> None:
    """He goes on with his rounds, and tells it when there is somebody to tell it to."""
    async with voices(named) as alarms:
        (await control.put("/faults", json={"mail": "fail", "sms": "fail"})).raise_for_status()
        for alarm in alarms:
            alarm.pause = AT_ONCE
            await alarm.tell(LOST)
        (await control.put("/faults", json={"mail": "ok", "sms": "ok"})).raise_for_status()
        for alarm in alarms:
            await alarm.tell(LOST)
    assert len((await control.get("/mail")).json()) == len((await control.get("/sms")).json()) == 1


async def test_nobody_is_named() -> None:
    """Then there is the log and `/health/promise`; an empty setting names nobody, and a wrong one is refused."""
    async with voices(Settings(alarm_email="", alarm_mobile="")) as alarms:
        assert alarms == []
    with pytest.raises(ValidationError):
        Settings(alarm_email="jour")
    with pytest.raises(ValidationError):
        Settings(alarm_mobile="0701234567")
