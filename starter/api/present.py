"""How values leave: plain JSON, instants as Stockholm's clock shows them."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from fastapi import Response
from pydantic import BaseModel

from routine.hours import local


def text(value: Any) -> str:
    """The value as JSON; models by their public names."""
    return orjson.dumps(value, _plain, orjson.OPT_PASSTHROUGH_DATETIME).decode()


def present(value: Any) -> Any:
    """The value as JSON types."""
    return orjson.loads(text(value))


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
        case _:
            raise TypeError(type(value).__name__)
