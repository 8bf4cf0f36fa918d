"""How values leave: plain JSON, instants as Stockholm's clock shows them."""

import json
from datetime import datetime
from enum import Enum
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from routine.hours import local


def text(value: Any) -> str:
    """The value as JSON; models by their public names."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def present(value: Any) -> Any:
    """The value as JSON types."""
    return json.loads(text(value))


def answer(value: Any) -> Response:
    """The value as a 200."""
    return Response(text(value), media_type="application/json")


def _plain(value: object) -> Any:
    match value:
        case BaseModel():
            return value.model_dump(by_alias=True)
        case datetime():
            return local(value).isoformat()
        case Enum():
            return value.value
        case _:
            raise TypeError(type(value).__name__)
