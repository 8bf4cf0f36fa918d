"""How values leave: plain JSON, instants as Stockholm's clock shows them."""

from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel

from routine.hours import local


def present(value: Any) -> Any:
    """The value as JSON types; models by their public names."""
    match value:
        case BaseModel():
            return present(value.model_dump(by_alias=True))
        case datetime():
            return local(value).isoformat()
        case Enum():
            return value.value
        case dict():
            return {key: present(each) for key, each in value.items()}
        case list() | tuple():
            return [present(each) for each in value]
        case str():
            return str(value)
        case _:
            return value
