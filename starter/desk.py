"""A client of our own API, as any outside system would write it: what the command line and the demo's morning use."""

import os
import uuid
from types import TracebackType
from typing import Any, Self

import httpx


class Refused(Exception):
    """The API said no; the message is its own."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('code', status)}: {problem.get('detail', 'inget svar')}")
        self.status = status
        self.problem = problem


class Desk:
    """Talks to the API as a named person of the demo, or with the token in `VAKA_TOKEN`."""

    def __init__(self, base_url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=60, transport=transport)
        self._tokens: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def token(self, who: str) -> str:
        """A token: `VAKA_TOKEN`, or the demo's for `who`."""
        if given := os.environ.get("VAKA_TOKEN"):
            return given
        if who not in self._tokens:
            self._tokens[who] = (await self.call("POST", "/demo/login", json={"sub": who}))["access_token"]
        return self._tokens[who]

    async def call(
        self, method: str, path: str, *, who: str | None = None, key: str | None = None, **request: Any
    ) -> Any:
        """One call; answers its JSON. Raises Refused."""
        headers = {"Authorization": f"Bearer {await self.token(who)}"} if who else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        answer = await self._http.request(method, path, headers=headers, **request)
        body = answer.json() if answer.content else None
        if answer.status_code >= 400:
            raise Refused(answer.status_code, body if isinstance(body, dict) else {})
        return body

    async def submit(self, contact: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        """A contact comes in from Platform24."""
        return await self.call("POST", "/contacts", who="platform24", key=key or str(uuid.uuid4()), json=contact)  # type: ignore[no-any-return]

    async def decide(self, who: str, contact_id: str, decision: str, **fields: Any) -> dict[str, Any]:
        """A member of staff decides."""
        path, body = f"/contacts/{contact_id}/decisions", {"type": decision, **fields}
        return await self.call("POST", path, who=who, key=str(uuid.uuid4()), json=body)  # type: ignore[no-any-return]

    async def report(self, contact_id: str, event: str, **fields: Any) -> dict[str, Any]:
        """A patient does something."""
        path, body = f"/contacts/{contact_id}/events", {"type": event, **fields}
        return await self.call("POST", path, who="platform24", key=str(uuid.uuid4()), json=body)  # type: ignore[no-any-return]
