"""How values leave: plain JSON, instants as Stockholm's clock shows them."""

import json
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from routine.hours import local


def text(value: Any) -> str:
    """The value as JSON; models by their public names."""
    return ENCODER.encode(value)


def present(value: Any) -> Any:
    """The value as JSON types."""
    return json.loads(text(value))


def answer(value: Any) -> Response:
    """The value as a 200."""
    return Response(text(value), media_type="application/json")


# A case's view tells the same instants each time it is shown.
@lru_cache(maxsize=4096)
def _on_the_clock(at: datetime) -> str:
    return local(at).isoformat()


def _plain(value: object) -> Any:
    match value:
        case datetime():
            return _on_the_clock(value)
        case BaseModel():
            return value.model_dump(by_alias=True)
        case Enum():
            return value.value
        case _:
            raise TypeError(type(value).__name__)


ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain, check_circular=False
)
