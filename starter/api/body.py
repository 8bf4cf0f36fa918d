"""Request bodies: bounded, JSON, and of the right shape, or a problem that names the field."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from routine.people import InvalidPersonnummer
from starter.api.problems import Problem

LIMIT = 1024 * 1024
T = TypeVar("T")


async def raw(request: Request) -> bytes:
    """The body as it came, at most 1 MiB. Raises Problem (413, 415)."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "NOT_JSON", "Skicka begäran som JSON.")
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > LIMIT:
            raise Problem(413, "TOO_LARGE", "Begäran får vara högst en mebibyte.")
    return bytes(taken)


def parsed(body: bytes, shape: TypeAdapter[T], *, tagged: bool = False) -> T:
    """The body as a value. Raises Problem (400 not parsable, 422 wrong shape); `tagged` for unions told by `type`."""
    try:
        return shape.validate_json(body, strict=True)
    except ValidationError as error:
        if error.errors(include_input=False, include_context=False)[0]["type"] == "json_invalid":
            raise Problem(400, "INVALID", "Begäran går inte att läsa som JSON.") from None
        raise misshapen(error, tagged=tagged) from None


def misshapen(error: ValidationError, *, tagged: bool = False) -> Problem:
    """What is wrong with the shape: the first error, by the most specific code it has."""
    first = error.errors(include_input=False, include_url=False)[0]
    if isinstance(first.get("ctx", {}).get("error"), InvalidPersonnummer):
        return Problem(422, "INVALID_PERSONNUMMER", "Kontrollera siffrorna.", field=_field(first["loc"], tagged=False))
    field = _field(first["loc"], tagged=tagged)
    empty = first["type"] in ("missing", "string_too_short")
    if empty and field == "rationale":
        return Problem(422, "NO_RATIONALE", "Skriv varför.", field=field)
    if first["type"] == "missing":
        return Problem(422, "MISSING_FIELD", f"Fältet {field} behöver fyllas i.", field=field)
    if first["type"] == "extra_forbidden":
        return Problem(422, "INVALID", f"Fältet {field} finns inte.", field=field)
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return Problem(422, "INVALID", "Fältet type anger inget som kan göras här.", field="type")
    where = f"Fältet {field} har ett värde som inte går att använda." if field else "Begäran har fel form."
    return Problem(422, "INVALID", where, field=field or None)


def _field(loc: tuple[Any, ...], *, tagged: bool) -> str:
    return ".".join(str(part) for part in (loc[1:] if tagged else loc))
