"""The base of every value in the house: frozen, strict about unknown fields, and quiet about patients in errors."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value. Unknown fields are refused; errors never repeat the input (it may be a patient's)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Misfit(ValueError):
    """A value that no field of its own can judge: the field to name, and whether it is missing."""

    def __init__(self, field: str, why: str, *, missing: bool = False) -> None:
        super().__init__(why)
        self.field = field
        self.missing = missing
