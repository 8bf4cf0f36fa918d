"""What every endpoint begins with: the house, the case, and whether the caller is who it is for."""

from typing import Annotated

from fastapi import Depends, Request

from routine.actors import Actor, Role
from starter.api.problems import Problem, not_found
from starter.house import House
from store.projection import Stored


async def _house(request: Request) -> House:
    # Not a plain function: FastAPI would ask a thread for it.
    house: House = request.app.state.house
    return house


TheHouse = Annotated[House, Depends(_house)]


async def stored_case(house: House, contact_id: str) -> Stored:
    """The case, or a 404."""
    stored = await house.projection.case(contact_id)
    if stored is None:
        raise not_found()
    return stored


async def known(house: House, contact_id: str) -> None:
    """There is such a case, or a 404."""
    if not await house.projection.knows(contact_id):
        raise not_found()


def require(by: Actor, *roles: Role) -> None:
    """The caller has one of the roles, or a 403."""
    if not by.has(*roles):
        raise Problem(403, "FORBIDDEN_ROLE", "Din roll får inte göra detta.", rule="R5")
