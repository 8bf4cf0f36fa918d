"""Answers that say no (RFC 9457): Swedish words a nurse can act on, a code for machines, the rule, and no patient."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from routine.refusals import Refusal
from starter.cases import EngineAway

log = structlog.get_logger(__name__)

TITLES = {
    "INVALID": "Något i begäran är fel",
    "MISSING_FIELD": "En uppgift saknas",
    "NO_RATIONALE": "En motivering saknas",
    "WRONG_PROFESSION": "Fel yrkesgrupp",
    "INVALID_PERSONNUMMER": "Personnumret är inte giltigt",
    "UNAUTHENTICATED": "Du behöver logga in",
    "FORBIDDEN_ROLE": "Din roll får inte göra detta",
    "NOT_ASSESSOR": "Bara läkare eller psykolog får göra detta",
    "NOT_HOLDER": "Ärendet är inte ditt",
    "NOT_ADDRESSED": "Du får inte öppna ärendet",
    "OTHER_UNIT": "Fel enhet",
    "NOT_FOUND": "Det finns inte",
    "CONSENT_REQUIRED": "Samtycke saknas",
    "ALREADY_HELD": "Ärendet är redan taget",
    "CLOSE_NOT_REQUESTED": "Stängning är inte begärd",
    "TOKEN_EXPIRED": "Stängningen gäller inte längre",
    "NO_ASSESSMENT": "Bedömning saknas",
    "WRONG_STATE": "Det går inte just nu",
    "BEYOND_DUE": "Tiden ligger för sent",
    "BEYOND_LIMIT": "Tiden ligger för långt fram",
    "NOT_PHYSICAL": "Besöket ska vara fysiskt",
    "NO_WATCHER": "Ingen vakar över patienten",
    "UNIT_CLOSED": "Mottagningen är stängd då",
    "ASSESSMENT_UNDOCUMENTED": "Bedömningen är inte dokumenterad",
    "SAFE_ONLINE_UNANSWERED": "Frågan om trygghet är obesvarad",
    "OFFER_UNANSWERED": "Erbjudandet är obesvarat",
    "GUARDIAN_NOTE": "Anteckning om vårdnadshavare saknas",
    "NOT_ATTENDED": "Besöket har inte blivit av",
    "PLAN_OPEN": "Patienten följs enligt en plan",
    "NOT_TRIED_TO_REACH": "Patienten är inte uppringd",
    "NO_HANDOVER": "Patienten är inte överlämnad",
    "ACK_PENDING": "Överlämningen är inte kvitterad",
    "OFF_DUTY": "Ingen svarar där just nu",
    "PROTECTED": "Skyddade uppgifter",
    "KEPT_FOR_SLOT": "Patienten väntar på en tid",
    "WRONG_PERSON": "Fel patient",
    "RATE_LIMIT": "För tätt",
    "TOO_LARGE": "Begäran är för stor",
    "NOT_JSON": "Fel format",
    "ENGINE_UNAVAILABLE": "Systemet svarar inte just nu",
    "INTERNAL": "Något gick fel hos oss",
}


class Problem(Exception):
    """A no, on its way out."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        rule: str | None = None,
        field: str | None = None,
        alternatives: tuple[str, ...] = (),
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s
        self.body: dict[str, Any] = {
            "type": f"https://vaka.example/problem/{code.lower()}",
            "title": TITLES[code],
            "status": status,
            "detail": detail,
            "code": code,
            "rule": rule,
        }
        if field is not None:
            self.body["field"] = field
        if alternatives:
            self.body["alternatives"] = list(alternatives)

    @classmethod
    def of(cls, refusal: Refusal) -> "Problem":
        """A rule's refusal as an answer."""
        return cls(
            refusal.status,
            refusal.code,
            refusal.detail,
            rule=refusal.rule,
            field=refusal.field,
            alternatives=refusal.alternatives,
            retry_after_s=refusal.retry_after_s,
        )


def answer(problem: Problem) -> JSONResponse:
    """The problem as a response."""
    headers = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else None
    if problem.status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return JSONResponse(problem.body, problem.status, headers, media_type="application/problem+json")


def engine_away() -> Problem:
    """The engine or every worker is away; the outcome may be unknown."""
    return Problem(
        503,
        "ENGINE_UNAVAILABLE",
        "Vi vet inte om det blev gjort. Skicka samma sak igen om en stund; inget görs två gånger.",
        retry_after_s=2,
    )


def not_found() -> Problem:
    """Nothing by that id."""
    return Problem(404, "NOT_FOUND", "Det finns inget ärende med den beteckningen.")


def install(app: FastAPI) -> None:
    """Every error leaves as a problem; the unforeseen is logged by its kind, never by its words."""

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> JSONResponse:
        return answer(error)

    @app.exception_handler(EngineAway)
    async def away(_request: Request, _error: EngineAway) -> JSONResponse:
        return answer(engine_away())

    @app.exception_handler(RequestValidationError)
    async def asked(_request: Request, error: RequestValidationError) -> JSONResponse:
        field = str(error.errors()[0]["loc"][-1])
        told = f"Parametern {field} har ett värde som inte går att använda."
        return answer(Problem(422, "INVALID", told, field=field))

    @app.exception_handler(OperationalError)
    async def store_away(_request: Request, _error: OperationalError) -> JSONResponse:
        log.error("store.away")
        return answer(engine_away())

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 405:
            refused = answer(Problem(405, "INVALID", "Adressen tar inte emot den sortens anrop."))
            refused.headers.update(error.headers or {})
            return refused
        if error.status_code == 404:
            return answer(Problem(404, "NOT_FOUND", "Adressen finns inte."))
        return answer(Problem(error.status_code, "INVALID", "Begäran kunde inte tas emot."))

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, error: Exception) -> JSONResponse:
        log.error("api.failed", error=type(error).__name__)
        return answer(Problem(500, "INTERNAL", "Felet är noterat. Försök igen, eller ring om det brådskar."))
