"""What the tests of the API speak through: whole HTTP answers, not only their bodies."""

import re
import uuid
from typing import Any

import httpx

from starter.api.app import create_app
from starter.house import House
from tests.story import Story

PROBLEM = "application/problem+json"
NUMBERS = re.compile(r"(?<!\d)\d{8}-?\d{4}(?!\d)")
MONDAY = "2026-11-23"


class Wire(Story):
    """A story's desk that also hands out answers as they came."""

    async def send(
        self, method: str, path: str, *, who: str | None = None, key: str | None = None, **request: Any
    ) -> httpx.Response:
        """One call. `who` is a short name of the demo; headers given by the caller go before ours."""
        headers = {"Authorization": f"Bearer {await self.token(who)}"} if who else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        headers |= request.pop("headers", {})
        return await self._http.request(method, path, headers=headers, **request)

    async def get(self, path: str, who: str | None = None, **params: str) -> httpx.Response:
        """A read."""
        return await self.send("GET", path, who=who, params=params)

    async def decision(
        self, who: str, contact_id: str, decision: str, key: str | None = None, **fields: Any
    ) -> httpx.Response:
        """A decision, with a fresh key if none is given."""
        path, body = f"/contacts/{contact_id}/decisions", {"type": decision, **fields}
        return await self.send("POST", path, who=who, key=key or fresh(), json=body)

    async def event(
        self, contact_id: str, event: str, key: str | None = None, who: str = "platform24", **fields: Any
    ) -> httpx.Response:
        """An event, with a fresh key if none is given."""
        path, body = f"/contacts/{contact_id}/events", {"type": event, **fields}
        return await self.send("POST", path, who=who, key=key or fresh(), json=body)


def wired(house: House) -> Wire:
    """A wire to the API of a house."""
    return Wire(httpx.ASGITransport(app=create_app(house)))


def fresh() -> str:
    """A fresh Idempotency-Key."""
    return str(uuid.uuid4())


def hsa(short: str) -> str:
    """The HSA-id of a short name."""
    return f"SE0000000000-{short}"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an answer that must be this problem, whole and well-behaved (RFC 9457, `api.md` Errors)."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code), body
    assert answer.headers["content-type"] == PROBLEM
    assert body["status"] == status
    assert body["type"]
    assert body["title"]
    assert body["detail"]
    assert "rule" in body
    assert not NUMBERS.search(answer.text)
    for words in (body["title"], body["detail"]):
        assert "!" not in words
    return body
