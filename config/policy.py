"""The numbers of table A15 as a unit may set them: typed, within what is possible, and from a date on."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, ValidationInfo, field_validator

from routine.hours import local_date
from routine.unit import Policy

A_WEEK = 7 * 24 * 60
BOUNDS = {
    "repeat": (5, A_WEEK),
    "closing_lead": (0, 4 * 60),
    "close_token": (1, 60),
    "guarantee_assessment_days": (1, 90),
    "register_retry": (1, 24 * 60),
    "calls": (1, 10),
    "calls_min": (1, 10),
    "call_pause": (1, 24 * 60),
    "on_call_ack": (1, 24 * 60),
    "moderate_days": (1, 7),
    "moderate_soft_hours": (1, 7 * 24),
}
"""Lowest and highest value where another is possible than from one minute to a week."""


class BoundPolicy(Policy):
    """A policy of which every value is of its own type and possible. Nothing is guessed: `"15"` is no number."""

    # The table's own values too: one may be impossible beside what a unit has set.
    model_config = ConfigDict(strict=True, validate_default=True)

    @field_validator("*")
    @classmethod
    def _possible(cls, value: Any, info: ValidationInfo) -> Any:
        if type(value) is int:
            low, high = BOUNDS.get(info.field_name or "", (1, A_WEEK))
            if not low <= value <= high:
                raise ValueError(f"{info.field_name} ska vara mellan {low} och {high}")
        return value

    @field_validator("calls_min")
    @classmethod
    def _can_be_called(cls, value: int, info: ValidationInfo) -> int:
        if value > (most := info.data.get("calls", value)):
            raise ValueError(f"calls_min ska vara högst calls, som är {most}")
        return value

    @field_validator("moderate_soft_hours")
    @classmethod
    def _before_it_is_too_late(cls, value: int, info: ValidationInfo) -> int:
        if value > (most := 24 * info.data.get("moderate_days", A_WEEK)):
            raise ValueError(f"moderate_soft_hours ska vara högst {most}, som är moderate_days i timmar")
        return value

    def plain(self) -> Policy:
        """The policy as the core knows it."""
        return Policy.model_validate(self.model_dump(include=set(Policy.model_fields)))


class DatedPolicy(BoundPolicy):
    """A `[[units.policy]]` block. It stands alone: what it does not name is the table's own value."""

    valid_from: date | None = None
    """The first date on which cases begin under it; without it, from the beginning."""


def policy_at(blocks: tuple[DatedPolicy, ...], now: datetime) -> DatedPolicy:
    """The block under which a case that begins now begins: the latest that is valid; table A15 if there is none."""
    today = local_date(now)
    valid = [block for block in blocks if block.valid_from is None or block.valid_from <= today]
    return max(valid, key=lambda block: block.valid_from or date.min, default=DatedPolicy())
