"""How a rule says no: a code outside systems know, the rule it stands on, and a sentence a nurse can act on."""

from functools import lru_cache
from typing import Literal, get_args

from routine.frozen import Frozen

Invalid = Literal[
    "INVALID",
    "MISSING_FIELD",
    "NO_RATIONALE",
    "WRONG_PROFESSION",
    "INVALID_PERSONNUMMER",
    "BEYOND_DUE",
    "BEYOND_LIMIT",
    "NOT_PHYSICAL",
    "NO_WATCHER",
    "UNIT_CLOSED",
]
Forbidden = Literal["FORBIDDEN_ROLE", "NOT_ASSESSOR", "NOT_HOLDER", "NOT_ADDRESSED", "OTHER_UNIT"]
Conflict = Literal[
    "CONSENT_REQUIRED",
    "ALREADY_HELD",
    "CLOSE_NOT_REQUESTED",
    "TOKEN_EXPIRED",
    "NO_ASSESSMENT",
    "PROTECTED",
    "KEPT_FOR_SLOT",
    "WRONG_PERSON",
    "ASSESSMENT_UNDOCUMENTED",
    "SAFE_ONLINE_UNANSWERED",
    "OFFER_UNANSWERED",
    "GUARDIAN_NOTE",
    "NOT_ATTENDED",
    "PLAN_OPEN",
    "NOT_TRIED_TO_REACH",
    "NO_HANDOVER",
    "ACK_PENDING",
    "OFF_DUTY",
    "WRONG_STATE",
]


MOST = 256
"""So many refusals are made once: what an actor may decide is found by asking for each decision why not."""


class Refusal(Frozen):
    """A no. `status` is the HTTP status of `api.md`; `detail` is Swedish and holds nothing about a patient."""

    status: int
    code: str
    rule: str | None
    detail: str
    field: str | None = None
    alternatives: tuple[str, ...] = ()
    retry_after_s: int | None = None


def invalid(code: Invalid | Literal["OTHER_UNIT"], rule: str | None, detail: str, field: str | None = None) -> Refusal:
    """What was asked for is not possible as it was asked (422)."""
    return Refusal(status=422, code=code, rule=rule, detail=detail, field=field)


@lru_cache(maxsize=MOST)
def forbidden(code: Forbidden, rule: str | None, detail: str) -> Refusal:
    """Not for this person (403)."""
    return Refusal(status=403, code=code, rule=rule, detail=detail)


@lru_cache(maxsize=MOST)
def conflict(code: Conflict, rule: str | None, detail: str, alternatives: tuple[str, ...] = ()) -> Refusal:
    """Not now: the state or a rule forbids it (409)."""
    return Refusal(status=409, code=code, rule=rule, detail=detail, alternatives=alternatives)


CODES: tuple[str, ...] = tuple(dict.fromkeys(get_args(Invalid) + get_args(Forbidden) + get_args(Conflict)))
