"""How a rule says no: a code outside systems know, the rule it stands on, and a sentence a nurse can act on."""

from typing import Literal, get_args

from routine.frozen import Frozen

Invalid = Literal["INVALID", "MISSING_FIELD", "NO_RATIONALE", "WRONG_PROFESSION", "INVALID_PERSONNUMMER"]
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
    "WRONG_STATE",
]


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


def forbidden(code: Forbidden, rule: str | None, detail: str) -> Refusal:
    """Not for this person (403)."""
    return Refusal(status=403, code=code, rule=rule, detail=detail)


def conflict(code: Conflict, rule: str | None, detail: str, alternatives: tuple[str, ...] = ()) -> Refusal:
    """Not now: the state or a rule forbids it (409)."""
    return Refusal(status=409, code=code, rule=rule, detail=detail, alternatives=alternatives)


CODES: tuple[str, ...] = tuple(dict.fromkeys(get_args(Invalid) + get_args(Forbidden) + get_args(Conflict)))
