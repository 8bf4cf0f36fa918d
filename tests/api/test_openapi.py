"""What `/openapi.json` tells outside systems, and the words every no is said in."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from routine.refusals import CODES
from routine.suicide_risk.meeting import TYPES
from starter.api.problems import TITLES
from tests.api.wire import Wire

METHODS = {"get", "post", "put", "delete", "patch"}
PATHS = {
    "/contacts": {"post"},
    "/contacts/preview": {"post"},
    "/contacts/{contact_id}": {"get"},
    "/contacts/{contact_id}/events": {"post"},
    "/contacts/{contact_id}/decisions": {"post"},
    "/callbacks/sms/{secret}": {"post"},
    "/worklist": {"get"},
    "/events/stream": {"get"},
    "/health/live": {"get"},
    "/health/ready": {"get"},
    "/health/promise": {"get"},
    "/demo/login": {"post"},
    "/demo/clock": {"get", "post"},
    "/demo/reset": {"post"},
    "/demo/outbox": {"get"},
    "/demo/people": {"put"},
    "/demo/faults": {"put"},
}
KEYED = ("/contacts", "/contacts/{contact_id}/events", "/contacts/{contact_id}/decisions")


@pytest.fixture(scope="module")
async def described(still: Wire) -> dict[str, Any]:
    """The description, as anybody may read it."""
    answer = await still.get("/openapi.json")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every path, method and operation."""
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in the description."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from nodes(each)


async def test_every_path_is_there(described: dict[str, Any]) -> None:
    """OpenAPI 3.1 of every endpoint and no other, each with words and an id of its own."""
    assert described["openapi"].startswith("3.1")
    assert described["info"]["title"] == "Vaka"
    assert {path: set(item) & METHODS for path, item in described["paths"].items()} == PATHS
    ids = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(ids) == len(set(ids))
    assert all(operation["description"] for _, _, operation in operations(described))


async def test_it_is_whole(described: dict[str, Any]) -> None:
    """Every reference leads somewhere, every path parameter is declared and required, every answer described."""
    for node in nodes(described):
        if isinstance(ref := node.get("$ref"), str):
            target: Any = described
            for part in ref.removeprefix("#/").split("/"):
                target = target[part]
    for path, method, operation in operations(described):
        declared = {
            each["name"] for each in operation.get("parameters", []) if each["in"] == "path" and each["required"]
        }
        assert declared == set(re.findall(r"\{(\w+)\}", path)), (path, method)
        assert operation["responses"]
        assert all(answer["description"] for answer in operation["responses"].values())


async def test_refusals_are_problems(described: dict[str, Any]) -> None:
    """Every 4xx and 5xx that is told of is `application/problem+json`, never the framework's own form."""
    for path, method, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert set(answer["content"]) == {"application/problem+json"}, (path, method, status)


async def test_bodies_are_described(described: dict[str, Any]) -> None:
    """Bodies and the Idempotency-Key where one is needed, though we read them ourselves."""
    for path, method, operation in operations(described):
        if path.startswith("/callbacks"):
            assert operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        elif method in ("post", "put"):
            content = operation["requestBody"]["content"]["application/json"]["schema"]
            assert content, path
            keys = [each for each in operation.get("parameters", []) if each["name"] == "Idempotency-Key"]
            assert [each["required"] for each in keys] == ([True] if path in KEYED else []), path
            assert {"400", "415", "422"} <= operation["responses"].keys(), path
            assert "413" in operation["responses"], path


async def test_answers_are_described(described: dict[str, Any]) -> None:
    """`api.md`: OpenAPI describes all of it, so what is answered has a shape too."""
    for path, method, operation in operations(described):
        good = {status: answer for status, answer in operation["responses"].items() if status < "300"}
        assert good, path
        for status, answer in good.items():
            if status == "204":
                continue
            schemas = [each.get("schema") for each in answer.get("content", {}).values()]
            assert schemas, (path, method, status)
            assert all(schemas), (path, method, status)


async def test_every_decision_is_described(described: dict[str, Any]) -> None:
    """Each decision type with its fields, as it is judged."""
    schema = described["paths"]["/contacts/{contact_id}/decisions"]["post"]["requestBody"]["content"]
    kinds = {each["properties"]["type"]["const"]: each for each in schema["application/json"]["schema"]["oneOf"]}
    assert kinds.keys() == TYPES.keys()
    for name, kind in kinds.items():
        assert set(kind["properties"]) == set(TYPES[name].model_fields)
        assert kind["additionalProperties"] is False
        required = {field for field, info in TYPES[name].model_fields.items() if info.is_required()}
        assert set(kind["required"]) == required


async def test_identity_is_described(described: dict[str, Any]) -> None:
    """Who must sign in can read it: a bearer token on all but health, demo and the gateway's secret address."""
    schemes = described["components"]["securitySchemes"]
    assert [(each["type"], each["scheme"]) for each in schemes.values()] == [("http", "bearer")]
    for path, _, operation in operations(described):
        assert bool(operation.get("security")) == (not path.startswith(("/health", "/demo", "/callbacks"))), path


def test_every_code_has_a_title() -> None:
    """No refusal of the routine leaves without Swedish words."""
    assert set(CODES) <= set(TITLES)


def test_titles_are_calm() -> None:
    """Swedish, short, no exclamation marks, no capitals to shout with, no question, no full stop."""
    for code, title in TITLES.items():
        assert 0 < len(title) < 60, code
        assert not re.search(r"[!?.]", title), code
        assert not re.search(r"\b[A-ZÅÄÖ]{3,}\b", title), code
        assert title[0].isupper(), code
