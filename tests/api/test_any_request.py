"""Whatever is sent: no 5xx, and the answer is one that `/openapi.json` tells of, in status, media type and shape.

Requests are drawn from the description itself, half of them broken on purpose, sent by people of every role and by
nobody, about contacts in several states and about none. The demo's reset and clock are left out: they would end or move
the cases that the other requests are about, and a clock sent to any instant goes on for minutes; the stream has no end.
`test_demo.py` and `test_stream.py` see to those, `test_identity.py` to tokens that are no good.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, CheckFunction, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from starter.api.problems import TITLES
from starter.house import House
from tests.api.test_openapi import PATHS
from tests.api.wire import MONDAY, Wire, problem, wired
from tests.story import G1, P1, P2, P3, P4, P5, P6, T17

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
APART = {"/demo/clock", "/demo/reset", "/events/stream"}
OPERATIONS = sorted((path, method) for path, methods in PATHS.items() for method in methods if path not in APART)
BREAKABLE = [(path, method) for path, method in OPERATIONS if method != "get" or path == "/worklist"]
"""The other reads take nothing that could be wrong."""
USUAL = {"/contacts": "platform24", "/contacts/preview": "platform24", "/contacts/{contact_id}/events": "platform24"}
WHO = ("N1", "platform24", "N2", "D1", "Y1", "VCH", "K1", "REC1", "AUD1", "BJ1", "N9", None)
PEOPLE = (P1, P2, P3, P4, P6, T17, G1)
BASE = "http://vaka.test"
steady = hypothesis.settings(derandomize=True, database=None)


@dataclass(frozen=True)
class Living:
    """A house with contacts that stand where most decisions are about, and its description."""

    wire: Wire
    described: BaseSchema
    contacts: tuple[str, ...]


@pytest.fixture(scope="module")
async def living(house: House) -> AsyncIterator[Living]:
    """One contact in the queue, one in hand, one handed over, one kept for a slot, one in its grace."""
    async with wired(house) as wire:
        await wire.begins(MONDAY, "10:00")
        contacts = [await wire.comes_in(person) for person in (P1, P2, P3, P4, P5)]
        _, held, given, kept, closed = contacts
        for contact in (held, given, kept, closed):
            await wire.decide("N1", contact, "pick")
        await wire.decide("N1", given, "record_consent", given=True, wording="Ja.")
        await wire.decide("N1", given, "handover", to={"role": "physician"})
        await wire.decide("N1", kept, "keep_for_slot", note="Inga tider i dag.")
        await wire.closes("N1", closed)
        text = (await wire.get("/openapi.json")).json()
        for item in text["paths"].values():
            for operation in item.values():
                operation.pop("security", None)
        yield Living(wire, schemathesis.openapi.from_dict(text), tuple(contacts))


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@hypothesis.settings(steady, max_examples=40)
@hypothesis.given(data=st.data())
async def test_a_request_as_described(living: Living, path: str, method: str, data: st.DataObject) -> None:
    """What the description allows may be refused for what it says, never for how it is written."""
    await answered(living, path, method, GenerationMode.POSITIVE, data)


@pytest.mark.parametrize(("path", "method"), BREAKABLE)
@hypothesis.settings(steady, max_examples=40)
@hypothesis.given(data=st.data())
async def test_a_request_that_is_broken(living: Living, path: str, method: str, data: st.DataObject) -> None:
    """What the description does not allow is refused, and as described."""
    await answered(living, path, method, GenerationMode.NEGATIVE, data)


@hypothesis.settings(steady, max_examples=150)
@hypothesis.given(data=st.data())
async def test_a_decision_as_described(living: Living, data: st.DataObject) -> None:
    """More of what staff may send: thirty types, and five states to send them in."""
    await answered(living, "/contacts/{contact_id}/decisions", "post", GenerationMode.POSITIVE, data)


async def answered(living: Living, path: str, method: str, mode: GenerationMode, data: st.DataObject) -> None:
    """Draw a request, send it, and look at the answer: a no is a problem with a code of ours that names no patient."""
    case: Case[Any] = data.draw(living.described[path][method].as_strategy(generation_mode=mode))
    who = data.draw(st.just(USUAL.get(path, "N1")) | st.sampled_from(WHO), label="who")
    if "contact_id" in case.path_parameters:
        there = data.draw(st.sampled_from((*living.contacts, None)), label="contact")
        case.path_parameters["contact_id"] = there or case.path_parameters["contact_id"]
    if "secret" in case.path_parameters:
        case.path_parameters["secret"] = data.draw(st.sampled_from(("demo", "guess")), label="secret")
    if isinstance(case.body, dict):
        case.body = of_the_house(case.body, data.draw(st.sampled_from(PEOPLE), label="person"))
    answer = await sent(living.wire, case, who)
    # To schemathesis 413 is no refusal; a gateway is not refused for what it reports, or it would repeat it for hours.
    lenient = answer.status_code == 413 or path.startswith("/callbacks")
    apart: list[CheckFunction] = [negative_data_rejection] if lenient else []
    case.validate_response(answer, checks=CHECKS, excluded_checks=apart)
    if answer.status_code >= 400:
        problem(answer, answer.status_code, answer.json()["code"])
        assert answer.json()["code"] in TITLES


async def sent(wire: Wire, case: Case[Any], who: str | None) -> httpx.Response:
    """The request as it was drawn, by somebody."""
    drawn = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    url = str(drawn.url).removeprefix(BASE)
    return await wire.send(str(drawn.method), url, who=who, headers=dict(drawn.headers), content=drawn.body)


def of_the_house(value: Any, person: str, key: str = "") -> Any:
    """The value, but for people's numbers (none is made up, B7) and the unit, which is one that is there."""
    match value:
        case dict():
            return {name: of_the_house(each, person, name) for name, each in value.items()}
        case list():
            return [of_the_house(each, person) for each in value]
        case str() if key == "personnummer" and re.fullmatch(r"\d{12}", value):
            return person
        case str() if key == "unit" and value:
            return "VC-T"
        case _:
            return value
