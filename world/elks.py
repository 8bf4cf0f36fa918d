"""46elks, the SMS gateway: a form post with Basic auth, a JSON answer, and delivery reports afterwards."""

import asyncio
import re
import secrets
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import Field

from routine.frozen import Frozen
from world.delivery import COURSES, Courier, Plan, Report, Told, utc
from world.faults import Faults

USER: Final = "demo"
PASSWORD: Final = "demo-sms-password"
"""The account of the demo; `Settings` has the same."""

REQUIRED: Final = ("from", "to", "message")
# Not `gateways.people.E164`: the world outside must not share our idea of what is well-formed. No number has a 0 after
# +46, the zero that people forget to take away.
NUMBER: Final = re.compile(r"\+(?!460)[1-9]\d{7,14}", re.ASCII)
SENDER: Final = re.compile(rf"[A-Za-z][A-Za-z0-9]{{2,10}}|{NUMBER.pattern}", re.ASCII)
WEB: Final = re.compile(r"https?://\S+")
PART: Final = 153
COST: Final = 5200
"""Of one part, in ten-thousandths of a krona."""


class ReceivedSms(Frozen):
    """One SMS as it was received, and what has been told about it since."""

    id: str
    from_: str = Field(serialization_alias="from")
    to: str
    message: str
    whendelivered: str | None
    dontlog: str | None
    created: str
    status: str = "created"
    reports: tuple[Report, ...] = ()


class Asked(Frozen):
    """A report somebody wants to see sent now."""

    status: Told = "delivered"


class Elks:
    """46elks as its customers see it (`/46elks/a1`), and as the demo does (`/control/sms`)."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._suffer = faults.of("sms")
        self._plan = Plan()
        self._received: dict[str, ReceivedSms] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._courier = Courier()
        self.router = APIRouter(lifespan=self._open)
        self.router.add_api_route("/46elks/a1/sms", self.send, methods=["POST"], response_model=None)
        self.router.add_api_route("/control/sms", self.received, methods=["GET"])
        self.router.add_api_route("/control/sms/reports", self.plan, methods=["PUT"])
        self.router.add_api_route("/control/sms/{sms_id}/report", self.report, methods=["POST"])

    @asynccontextmanager
    async def _open(self, _: FastAPI) -> AsyncIterator[None]:
        yield
        self.reset()
        await self._courier.aclose()

    async def send(self, request: Request, account: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> Response:
        """Takes an SMS, or says in plain text what is wrong with it.

        When the gateway is slow or silent the SMS is on its way all the same; only its answer is late or never comes.
        """
        if self._faults.now().sms == "fail":
            raise HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR)
        if not _knows(account):
            return PlainTextResponse("API access denied", HTTPStatus.UNAUTHORIZED)
        form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
        if problem := _problem(form):
            return PlainTextResponse(problem, HTTPStatus.BAD_REQUEST)
        sms = self._keep(form)
        try:
            await self._suffer(request)
        finally:
            self._begin(sms)
        return JSONResponse(_answer(sms))

    async def received(self) -> list[ReceivedSms]:
        """Every SMS taken since the last reset, oldest first."""
        return list(self._received.values())

    async def plan(self, plan: Plan) -> Plan:
        """Decides what will be told about the SMS to come."""
        self._plan = plan
        return plan

    async def report(self, sms_id: str, asked: Asked) -> Report:
        """Sends a report now, also one that was sent before, and answers when it was heard or given up."""
        sms = self._received.get(sms_id)
        if sms is None or sms.whendelivered is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await self._tell(sms_id, sms.whendelivered, asked.status)

    def reset(self) -> None:
        """Forgets every SMS, and the reports that were still to come."""
        for task in self._under_way:
            task.cancel()
        self._received.clear()
        self._plan = Plan()

    def _keep(self, form: Mapping[str, str]) -> ReceivedSms:
        sms = ReceivedSms(
            id=f"s{uuid.uuid4().hex}",
            from_=form["from"],
            to=form["to"],
            message=form["message"],
            whendelivered=form.get("whendelivered"),
            dontlog=form.get("dontlog"),
            created=utc(),
        )
        self._received[sms.id] = sms
        return sms

    def _begin(self, sms: ReceivedSms) -> None:
        if sms.whendelivered is None or sms.id not in self._received:
            return
        task = asyncio.create_task(self._follow(sms.id, sms.whendelivered, self._plan))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _follow(self, sms_id: str, url: str, plan: Plan) -> None:
        await asyncio.sleep(plan.wait_s)
        for status in COURSES[plan.report]:
            if plan.report == "unknown-id":
                await self._courier.carry(url, f"s{uuid.uuid4().hex}", status)
            else:
                await self._tell(sms_id, url, status)

    async def _tell(self, sms_id: str, url: str, status: Told) -> Report:
        report = await self._courier.carry(url, sms_id, status)
        if sms := self._received.get(sms_id):
            told = {"status": status, "reports": (*sms.reports, report)}
            self._received[sms_id] = sms.model_copy(update=told)
        return report


def _knows(account: HTTPBasicCredentials) -> bool:
    given, right = f"{account.username}:{account.password}", f"{USER}:{PASSWORD}"
    return secrets.compare_digest(given.encode(), right.encode())


def _problem(form: Mapping[str, str]) -> str | None:
    for key in REQUIRED:
        if not form.get(key):
            return f"Missing key {key}"
    wrong = {
        "from": not SENDER.fullmatch(form["from"]),
        "to": not NUMBER.fullmatch(form["to"]),
        "whendelivered": "whendelivered" in form and not WEB.fullmatch(form["whendelivered"]),
    }
    return next((f"Invalid value for {key}" for key, is_wrong in wrong.items() if is_wrong), None)


def _answer(sms: ReceivedSms) -> dict[str, str | int]:
    parts = -(-len(sms.message) // PART)
    answer: dict[str, str | int] = {
        "id": sms.id,
        "status": sms.status,
        "direction": "outgoing",
        "from": sms.from_,
        "to": sms.to,
        "created": sms.created,
        "parts": parts,
        "cost": parts * COST,
    }
    return answer if sms.dontlog == "message" else {**answer, "message": sms.message}
