"""The base of every value in the house: frozen, strict about unknown fields, and quiet about patients in errors."""

from operator import attrgetter

import orjson
from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value. Unknown fields are refused; errors never repeat the input (it may be a patient's)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def as_json(value: Frozen, *, but: str) -> str:
    """The value as JSON without one of its fields, three times as fast as pydantic's, which asks Python for each enum.

    For values whose fields go by their own names and recall nothing (`Recalling`).
    """
    fields = {name: each for name, each in value.__dict__.items() if name != but}
    return orjson.dumps(fields, attrgetter("__dict__")).decode()


class Misfit(ValueError):
    """A value that no field of its own can judge: the field to name, and whether it is missing."""

    def __init__(self, field: str, why: str, *, missing: bool = False) -> None:
        super().__init__(why)
        self.field = field
        self.missing = missing
