"""The population register: who somebody is, whether their identity is protected, and whose child they are."""

import asyncio
from datetime import date
from http import HTTPStatus
from typing import Annotated, Protocol, Self

import httpx
import structlog
from pydantic import ConfigDict, StringConstraints, ValidationError

from routine.frozen import Frozen
from routine.people import PersonId

log = structlog.get_logger(__name__)

E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]


class RegisterUnavailable(Exception):
    """The register gave no answer that can be used. The message says why in one word, never about whom."""


class FreeCard(Frozen):
    """A frikort: its number and the last day it is valid."""

    # A register that learns to tell more must not stop the house.
    model_config = ConfigDict(extra="ignore")

    number: str
    valid_to: date


class Person(Frozen):
    """What the register knows about one person. `mobile` is E.164."""

    model_config = ConfigDict(extra="ignore")

    personnummer: PersonId
    given_name: str
    surname: str
    protected: bool
    deceased: bool
    mobile: E164 | None
    guardians: tuple[PersonId, ...]
    free_card: FreeCard | None


class PeopleRegister(Protocol):
    """The population register as the house sees it."""

    async def lookup(self, personnummer: PersonId) -> Person | None:
        """The person now; None if the register has nobody with the number. Raises RegisterUnavailable."""


class HttpPeopleRegister:
    """The register over HTTP. Use as an async context manager, or call `aclose`."""

    def __init__(self, base_url: str, *, timeout_s: float = 3.0) -> None:
        """`base_url` as in `Settings.register_address`; `timeout_s` seconds for a whole lookup."""
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections. No lookup works afterwards."""
        await self._http.aclose()

    async def lookup(self, personnummer: PersonId) -> Person | None:
        """The person now; None if the register has nobody with the number. Raises RegisterUnavailable."""
        answer = await self._ask(personnummer)
        if answer.status_code == HTTPStatus.NOT_FOUND and _says_unknown(answer):
            return None
        if answer.status_code != HTTPStatus.OK:
            raise _unavailable(f"status_{answer.status_code}")
        try:
            person = Person.model_validate_json(answer.content)
        except ValidationError:
            # `from None`: the cause would be kept with the failure, and it knows which answer it failed on.
            raise _unavailable("malformed") from None
        if person.personnummer != personnummer:
            raise _unavailable("somebody_else")
        return person

    async def _ask(self, personnummer: PersonId) -> httpx.Response:
        try:
            # httpx counts each read by itself, so an answer that trickles in would never time out.
            async with asyncio.timeout(self._timeout_s):
                return await self._http.post("/lookup", json={"personnummer": str(personnummer)})
        except (TimeoutError, httpx.TimeoutException):
            raise _unavailable("timeout") from None
        except httpx.HTTPError as error:
            raise _unavailable(type(error).__name__) from None


def _says_unknown(answer: httpx.Response) -> bool:
    """Whether the register itself says so: a 404 from a wrong address or a proxy is no word about anybody."""
    try:
        said = answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("error") == "unknown"


def _unavailable(reason: str) -> RegisterUnavailable:
    log.warning("register.lookup_failed", reason=reason)
    return RegisterUnavailable(reason)
