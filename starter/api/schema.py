"""What OpenAPI says of bodies we read ourselves, so that identity is asked before shape."""

from typing import Any

from pydantic import TypeAdapter

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "rule": {"type": ["string", "null"]},
        "field": {"type": "string"},
        "alternatives": {"type": "array", "items": {"type": "string"}},
        "contacts": {"type": "array", "items": {"type": "string"}},
    },
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def takes(shape: TypeAdapter[Any], *, keyed: bool = False) -> dict[str, Any]:
    """The OpenAPI of an operation with a JSON body, and an Idempotency-Key if `keyed`."""
    schema = inlined(shape.json_schema())
    extra: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
    return extra | ({"parameters": [KEY]} if keyed else {})


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of an operation."""
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {status: {"description": "Problem (RFC 9457)", "content": content} for status in statuses}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions in place: OpenAPI knows no `$defs` beside an operation."""
    definitions = schema.pop("$defs", {})

    def resolved(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return resolved(definitions[value["$ref"].rsplit("/", 1)[-1]])
            return {key: resolved(each) for key, each in value.items() if key != "discriminator"}
        return [resolved(each) for each in value] if isinstance(value, list) else value

    return resolved(schema)  # type: ignore[no-any-return]
