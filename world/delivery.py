"""What 46elks tells about an SMS afterwards: delivery reports, posted to whoever asked for them."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import httpx
from pydantic import Field

from routine.frozen import Frozen

Told = Literal["sent", "delivered", "failed"]
Course = Literal["delivered", "failed", "none", "late", "repeat", "unknown-id"]

COURSES: Final[dict[Course, tuple[Told, ...]]] = {
    "delivered": ("sent", "delivered"),
    "failed": ("failed",),
    "none": (),
    "late": ("delivered",),
    "repeat": ("delivered", "delivered", "delivered"),
    "unknown-id": ("delivered",),
}
"""The reports of an SMS, in order."""
SOON_S: Final = 0.3
LATE_S: Final = 15.0
TRY_AGAIN_AFTER_S: Final = (0.2, 0.5, 1.0, 2.0)
"""The real one goes on for six hours; a demo does not."""
ANSWER_WITHIN_S: Final = 5.0
HEARD: Final = range(200, 205)


class Plan(Frozen):
    """What will be told about every SMS from now on, and how many seconds after it was taken."""

    report: Course = "delivered"
    after_s: Annotated[float, Field(ge=0, le=600)] | None = None

    @property
    def wait_s(self) -> float:
        """Seconds until the first report."""
        if self.after_s is not None:
            return self.after_s
        return LATE_S if self.report == "late" else SOON_S


class Report(Frozen):
    """One report as it was sent, and what came of it: how often it was tried, and the last answer's status if any."""

    id: str
    status: Told
    delivered: str | None
    tries: int
    answered: int | None


class Courier:
    """Carries reports, and tries again while nobody says that they were heard."""

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(timeout=ANSWER_WITHIN_S, trust_env=False)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def carry(self, url: str, sms_id: str, status: Told) -> Report:
        """Posts one report until it was heard, five times at most."""
        form = {"id": sms_id, "status": status}
        if status == "delivered":
            form["delivered"] = utc()
        tries, answered = 0, None
        for pause_s in (*TRY_AGAIN_AFTER_S, None):
            tries += 1
            answered = await self._post(url, form)
            if answered in HEARD or pause_s is None:
                break
            await asyncio.sleep(pause_s)
        return Report(id=sms_id, status=status, delivered=form.get("delivered"), tries=tries, answered=answered)

    async def _post(self, url: str, form: dict[str, str]) -> int | None:
        try:
            return (await self._http.post(url, data=form)).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None


def utc() -> str:
    """Now, as 46elks writes it: UTC without saying so."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat()
