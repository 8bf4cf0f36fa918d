"""Delivery reports from the SMS gateway: repeated, late and unknown ones do no harm."""

import hmac

import structlog
from fastapi import APIRouter, Request, Response

from routine.chat.events import SmsReport
from starter import cases
from starter.api.common import TheHouse
from starter.api.problems import Problem
from starter.api.schema import problems

router = APIRouter(tags=["callbacks"])
log = structlog.get_logger(__name__)
STATUSES = ("sent", "delivered", "failed")


REPORT = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {"type": "string"},
        "status": {"type": "string", "enum": list(STATUSES)},
        "delivered": {"type": "string"},
    },
}
FORM = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": REPORT}}}}


@router.post("/callbacks/sms/{secret}", status_code=204, openapi_extra=FORM, responses=problems(400, 404, 422, 503))
async def sms(secret: str, request: Request, house: TheHouse) -> Response:
    """`id`, `status` and `delivered` as form fields; the address itself is the secret."""
    known = house.settings.callback_secret.get_secret_value()
    if not hmac.compare_digest(secret.encode(), known.encode()):
        raise Problem(404, "NOT_FOUND", "Adressen finns inte.")
    async with request.form(max_files=0, max_fields=20) as form:
        gateway_id, status = str(form.get("id", "")), str(form.get("status", ""))
    left = await house.outbox.by_gateway_id(gateway_id) if status in STATUSES else None
    if left is None or left.template == "M17":
        log.info("sms.report_unknown")
    else:
        await cases.report(house, left.contact_id, SmsReport(message_id=left.key, status=status))
    return Response(status_code=204)
