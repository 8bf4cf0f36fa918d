"""The contract of the population register, through the real adapter against the demo world's real server."""

import json
import time
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from structlog.testing import capture_logs

from gateways.people import FreeCard, HttpPeopleRegister, PeopleRegister, Person, RegisterUnavailable
from routine.people import PersonId
from tests.gateways.strangers import closed_port, reply, web
from world.app import DEMO_PEOPLE
from world.faults import SLOW_ANSWER_S

P1, P6 = PersonId("198804202383"), PersonId("199001012385")
CH9, G1, G2 = PersonId("201701012393"), PersonId("198404152384"), PersonId("198404152392")
NOBODY = PersonId("202601612381")

ANSWER = {
    "personnummer": P1,
    "given_name": "Test",
    "surname": "Ett",
    "protected": False,
    "deceased": False,
    "mobile": None,
    "guardians": [],
    "free_card": None,
}


@pytest.fixture
async def register(world_url: str, control: httpx.AsyncClient) -> AsyncIterator[HttpPeopleRegister]:
    async with HttpPeopleRegister(f"{world_url}/register") as adapter:
        yield adapter


async def found(register: PeopleRegister, personnummer: PersonId) -> Person:
    person = await register.lookup(personnummer)
    assert person is not None
    return person


# Who somebody is


async def test_a_person_is_found(register: HttpPeopleRegister) -> None:
    assert await register.lookup(P1) == Person(
        personnummer=P1,
        given_name="Test",
        surname="Ett",
        protected=False,
        deceased=False,
        mobile="+46701740605",
        guardians=(),
        free_card=None,
    )


async def test_an_unknown_person_is_none(register: HttpPeopleRegister) -> None:
    assert await register.lookup(NOBODY) is None


async def test_protected_identity_is_told(register: HttpPeopleRegister) -> None:
    assert (await found(register, P6)).protected


async def test_a_child_names_its_guardians(register: HttpPeopleRegister) -> None:
    assert (await found(register, CH9)).guardians == (G1, G2)


async def test_every_fixture_person_is_in_the_register(register: HttpPeopleRegister) -> None:
    people = json.loads(DEMO_PEOPLE.read_text("utf-8"))["people"]
    mobiles = set()
    for fixture in people.values():
        person = await found(register, PersonId(fixture["personnummer"]))
        mobiles.add(person.mobile)
        for guardian in person.guardians:
            await found(register, guardian)
    assert mobiles == {f"+467017406{last:02}" for last in range(5, 5 + len(people))}


# What the demo changes


async def test_only_the_named_fields_change(register: HttpPeopleRegister, control: httpx.AsyncClient) -> None:
    before = await found(register, CH9)
    card = {"number": "F1", "valid_to": "2027-01-31"}
    (await control.put("/people", json={"personnummer": CH9, "protected": True, "free_card": card})).raise_for_status()
    expected = {"protected": True, "free_card": FreeCard(number="F1", valid_to=date(2027, 1, 31))}
    assert await found(register, CH9) == before.model_copy(update=expected)


async def test_null_takes_the_mobile_away(register: HttpPeopleRegister, control: httpx.AsyncClient) -> None:
    (await control.put("/people", json={"personnummer": P1, "mobile": None})).raise_for_status()
    assert (await found(register, P1)).mobile is None


async def test_a_new_person_comes_to_exist(register: HttpPeopleRegister, control: httpx.AsyncClient) -> None:
    (await control.put("/people", json={"personnummer": NOBODY, "deceased": True})).raise_for_status()
    person = await found(register, NOBODY)
    assert person.deceased
    assert not person.protected


async def test_reset_restores_people_and_health(register: HttpPeopleRegister, control: httpx.AsyncClient) -> None:
    (await control.put("/people", json={"personnummer": P1, "mobile": None})).raise_for_status()
    (await control.put("/people", json={"personnummer": NOBODY})).raise_for_status()
    (await control.put("/faults", json={"people": "fail", "sms": "slow"})).raise_for_status()
    (await control.post("/reset")).raise_for_status()
    assert (await found(register, P1)).mobile == "+46701740605"
    assert await register.lookup(NOBODY) is None
    assert (await control.get("/faults")).json() == {"sms": "ok", "cosmic": "ok", "people": "ok", "mail": "ok"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"people": "sulks"}),
        ("/faults", {"fax": "fail"}),
        ("/faults", {"people": None}),
        ("/people", {"protected": True}),
        ("/people", {"personnummer": P1, "mobile": "070-174 06 05"}),
        ("/people", {"personnummer": P1, "protected": None}),
        ("/people", {"personnummer": P1, "shoe_size": 38}),
    ],
)
async def test_a_malformed_command_is_refused_without_repeating_it(
    control: httpx.AsyncClient, path: str, body: dict[str, object]
) -> None:
    refused = await control.put(path, json=body)
    assert refused.status_code == 422
    assert P1 not in refused.text


async def test_a_fault_of_another_system_is_none_of_ours(
    register: HttpPeopleRegister, control: httpx.AsyncClient
) -> None:
    (await control.put("/faults", json={"sms": "fail", "cosmic": "timeout"})).raise_for_status()
    await found(register, P1)


async def test_faults_left_out_stay(control: httpx.AsyncClient) -> None:
    await control.put("/faults", json={"people": "fail"})
    assert (await control.put("/faults", json={"sms": "slow"})).json() == {
        "sms": "slow",
        "cosmic": "ok",
        "people": "fail",
        "mail": "ok",
    }


# When the register does not answer


async def test_a_failing_register_is_unavailable_and_then_well(
    register: HttpPeopleRegister, control: httpx.AsyncClient
) -> None:
    await control.put("/faults", json={"people": "fail"})
    with pytest.raises(RegisterUnavailable, match=r"^status_500$"):
        await register.lookup(P1)
    await control.put("/faults", json={"people": "ok"})
    await found(register, P1)


async def test_a_hanging_register_is_given_up(world_url: str, control: httpx.AsyncClient) -> None:
    await control.put("/faults", json={"people": "timeout"})
    async with HttpPeopleRegister(f"{world_url}/register", timeout_s=0.2) as register:
        with pytest.raises(RegisterUnavailable, match=r"^timeout$"):
            await register.lookup(P1)


async def test_a_slow_register_is_waited_for(register: HttpPeopleRegister, control: httpx.AsyncClient) -> None:
    await control.put("/faults", json={"people": "slow"})
    asked = time.monotonic()
    await found(register, P1)
    assert time.monotonic() - asked >= SLOW_ANSWER_S


async def test_a_closed_door_is_unavailable() -> None:
    async with HttpPeopleRegister(f"http://127.0.0.1:{closed_port()}/register") as register:
        with pytest.raises(RegisterUnavailable, match=r"^ConnectError$"):
            await register.lookup(P1)


async def test_an_answer_that_trickles_in_is_given_up() -> None:
    trickle = (b"HTTP/1.1 200 OK\r\n", *[b"X-Wait: on\r\n"] * 100)
    async with web(trickle, pause_s=0.05) as there, HttpPeopleRegister(there.url, timeout_s=0.3) as register:
        with pytest.raises(RegisterUnavailable, match=r"^timeout$"):
            await register.lookup(P1)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"what?\r\n\r\n", "RemoteProtocolError"),
        (b"", "RemoteProtocolError"),
        (reply(b"<html>"), "malformed"),
        (reply(b"\xff\xfe"), "malformed"),
        (reply(b"[]"), "malformed"),
        (reply(json.dumps({**ANSWER, "guardians": ["Test Ett"]}).encode()), "malformed"),
        (reply(json.dumps({**ANSWER, "mobile": "0701740605"}).encode()), "malformed"),
        (reply(json.dumps({key: ANSWER[key] for key in ANSWER if key != "protected"}).encode()), "malformed"),
        (reply(json.dumps({**ANSWER, "personnummer": P6}).encode()), "somebody_else"),
        (reply(status="302 Found"), "status_302"),
        (reply(status="503 Service Unavailable"), "status_503"),
        (reply(b'{"detail":"Not Found"}', "404 Not Found"), "status_404"),
        (reply(b"<html>", "404 Not Found"), "status_404"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_unavailable_and_names_nobody(raw: bytes, reason: str) -> None:
    with capture_logs() as logs:
        async with web((raw,)) as there, HttpPeopleRegister(there.url) as register:
            with pytest.raises(RegisterUnavailable, match=f"^{reason}$") as failure:
                await register.lookup(P1)
    assert logs == [{"event": "register.lookup_failed", "log_level": "warning", "reason": reason}]
    assert failure.value.__cause__ is None


async def test_a_register_that_tells_more_is_understood() -> None:
    raw = reply(json.dumps({**ANSWER, "municipality": "0180"}).encode())
    async with web((raw,)) as there, HttpPeopleRegister(there.url) as register:
        assert (await found(register, P1)).surname == "Ett"
