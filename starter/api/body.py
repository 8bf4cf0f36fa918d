"""Request bodies: bounded, JSON, and of the right shape, or a problem that names the field."""

import re
from itertools import takewhile
from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from routine.frozen import Misfit
from routine.people import InvalidPersonnummer
from starter.api.problems import Problem

LIMIT = 1024 * 1024
PLAIN = re.compile("[a-z][a-z0-9_]{0,39}")
"""What a field of ours may be called. Other names are a client's own words, which no answer repeats."""
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
        from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Problem(400, "INVALID", "Begäran går inte att läsa som JSON.") from None
    try:
        return shape.validate_json(body, strict=True)
    except ValidationError as error:
        raise misshapen(error, tagged=tagged) from None


def misshapen(error: ValidationError, *, tagged: bool = False) -> Problem:
    """What is wrong with the shape: the first error, by the most specific code it has."""
    first = error.errors(include_input=False, include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    field = cause.field if isinstance(cause, Misfit) else _field(first["loc"], tagged=tagged)
    if isinstance(cause, InvalidPersonnummer):
        return Problem(422, "INVALID_PERSONNUMMER", "Kontrollera siffrorna.", field=field)
    told = bool(first["loc"]) and field.endswith(str(first["loc"][-1]))
    missing = cause.missing if isinstance(cause, Misfit) else told and first["type"] == "missing"
    if field == "rationale" and (missing or first["type"] in ("string_too_short", "string_type")):
        return Problem(422, "NO_RATIONALE", "Skriv varför.", field=field)
    if field == "watcher" and (missing or first["type"] == "string_type"):
        return Problem(422, "NO_WATCHER", "Skriv vem som vakar över patienten.", field=field)
    if missing:
        return Problem(422, "MISSING_FIELD", f"Fältet {field} behöver fyllas i.", field=field)
    if told and first["type"] == "extra_forbidden":
        return Problem(422, "INVALID", f"Fältet {field} finns inte.", field=field)
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return Problem(422, "INVALID", "Fältet type anger inget som kan göras här.", field="type")
    where = f"Fältet {field} har ett värde som inte går att använda." if field else "Begäran har fel form."
    return Problem(422, "INVALID", where, field=field or None)


def _field(loc: tuple[Any, ...], *, tagged: bool) -> str:
    """The field by the name its sender knows: nothing of theirs repeated, and nothing of our classes told."""
    of_ours = takewhile(lambda part: isinstance(part, int) or PLAIN.fullmatch(part), loc[1:] if tagged else loc)
    return ".".join(str(part) for part in of_ours)
