"""What the demo API tells the world: which systems are ill, and to start over."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Protocol

from fastapi import APIRouter

from world.faults import Faults, FaultsChange


class OutsideSystem(Protocol):
    """One outside system: its own protocol, plus its part of the control plane under `/control`."""

    router: APIRouter

    def reset(self) -> None:
        """Forgets everything that has happened to it."""


def control_router(faults: Faults, systems: Sequence[OutsideSystem]) -> APIRouter:
    """The part of the control plane that concerns all systems."""
    router = APIRouter(prefix="/control")

    @router.get("/faults")
    async def show() -> FaultsChange:
        return faults.now()

    @router.put("/faults")
    async def change(change: FaultsChange) -> FaultsChange:
        faults.change(change)
        return faults.now()

    @router.post("/reset", status_code=HTTPStatus.NO_CONTENT)
    async def reset() -> None:
        faults.clear()
        for system in systems:
            system.reset()

    return router
