"""Stories are told through the HTTP API only, with the demo's clock: who does what at what time, and what is seen."""

import uuid
from datetime import date, datetime, time
from typing import Any, Self

import httpx

from routine.hours import at_local
from starter.desk import Desk, Refused

P1, P2, P3, P4, P5 = "198804202383", "197909212396", "199601012389", "200002292399", "197701172392"
P6, T17, G1 = "199001012385", "200906012380", "198404152384"
CH9, CH13 = "201701012393", "201311232381"


def stockholm(day: str, clock: str) -> datetime:
    """`2026-11-23`, `09:12` on Stockholm's wall."""
    return at_local(date.fromisoformat(day), time.fromisoformat(clock))


class Story(Desk):
    """A desk that moves the clock. Times are Stockholm wall times of the story's current day."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__("http://vaka.test", transport=transport)
        self._day = ""

    async def __aenter__(self) -> Self:
        return self

    async def begins(self, day: str, clock: str, config: dict[str, Any] | None = None) -> None:
        """An empty house, at this time."""
        self._day = day
        await self.call("POST", "/demo/reset", json={"now": stockholm(day, clock).isoformat(), "config": config or {}})

    async def at(self, clock: str, day: str | None = None) -> None:
        """Time passes until then."""
        self._day = day or self._day
        await self.call("POST", "/demo/clock", json={"advance_to": stockholm(self._day, clock).isoformat()})

    async def comes_in(self, person: str = P1, **fields: Any) -> str:
        """A chat is sent in; answers its id."""
        return str((await self.submit(chat(person, **fields)))["contact_id"])

    async def view(self, contact_id: str, who: str = "VCH") -> dict[str, Any]:
        """The case as somebody sees it."""
        return await self.call("GET", f"/contacts/{contact_id}", who=who)  # type: ignore[no-any-return]

    async def refused(self, who: str, contact_id: str, decision: str, **fields: Any) -> tuple[int, str]:
        """The decision is refused; answers status and code."""
        try:
            await self.decide(who, contact_id, decision, **fields)
        except Refused as refused:
            return refused.status, refused.problem["code"]
        raise AssertionError(f"{decision} by {who} was not refused")

    async def closes(self, who: str, contact_id: str, **fields: Any) -> dict[str, Any]:
        """Both steps of closing."""
        token = (await self.decide(who, contact_id, "request_close", **fields))["close_token"]
        return await self.decide(who, contact_id, "confirm_close", token=token)

    async def worklist(self, view: str = "now", unit: str = "VC-T", **params: str) -> list[dict[str, Any]]:
        """The worklist's rows."""
        body = await self.call("GET", "/worklist", who="AUD1", params={"unit": unit, "view": view, **params})
        return body["items"]  # type: ignore[no-any-return]

    async def attests(self, who: str, contact_id: str) -> dict[str, Any]:
        """Everything the person owes the record is written."""
        view: dict[str, Any] = await self.view(contact_id)
        for note in view["documentation"]:
            if note["done_at"] is None and note["owner"] == {"hsa_id": f"SE0000000000-{who}"}:
                words = {"current": "Hosta sedan nio dagar.", "assessment": "Egenvård."}
                await self.decide(who, contact_id, "attest_note", task_id=note["task_id"], **words)
        return await self.view(contact_id)


def chat(person: str = P1, **fields: Any) -> dict[str, Any]:
    """A chat as Platform24 sends it."""
    return {
        "kind": "chat",
        "unit": "VC-T",
        "entry_channel": "1177.se",
        "auth_method": "bankid",
        "person": {"personnummer": person},
        "message": "Hej, jag behöver råd.",
        **fields,
    }


def key() -> str:
    """A fresh Idempotency-Key."""
    return str(uuid.uuid4())


def clock_of(instant: str | None) -> str:
    """`2026-11-23 09:12:00` of an instant the API answered."""
    assert instant is not None
    return datetime.fromisoformat(instant).strftime("%Y-%m-%d %H:%M:%S")
