"""The population register: one lookup by personnummer, which travels in the body only, as access logs keep URLs."""

from http import HTTPStatus

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from routine.frozen import Frozen
from world.faults import Faults
from world.people import Change, Population, Record


class Lookup(Frozen):
    """The question. Anything that is not a known number is simply unknown, whatever it looks like."""

    personnummer: str


class Register:
    """The register as outside systems see it (`/register`), and as the demo changes it (`/control/people`)."""

    def __init__(self, population: Population, faults: Faults) -> None:
        self._population = population
        self.router = APIRouter()
        suffer = [Depends(faults.of("people"))]
        self.router.add_api_route(
            "/register/lookup", self.lookup, methods=["POST"], response_model=None, dependencies=suffer
        )
        self.router.add_api_route("/control/people", self.change, methods=["PUT"])

    async def lookup(self, question: Lookup) -> Record | JSONResponse:
        """The person, or 404."""
        record = self._population.find(question.personnummer)
        return record or JSONResponse({"error": "unknown"}, HTTPStatus.NOT_FOUND)

    async def change(self, change: Change) -> Record:
        """Changes or creates one person and answers with the whole record."""
        return self._population.change(change)

    def reset(self) -> None:
        """Restores the fixture people."""
        self._population.restore()
