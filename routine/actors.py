"""Who acts and who is told: roles, groups, the signed-in actor, and the addressees of tasks and alerts (R5)."""

from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import StringConstraints

from routine.frozen import Frozen

HsaId = Annotated[str, StringConstraints(pattern=r"^SE[0-9]{10}-[A-Za-z0-9]{1,18}$")]
"""HSA-id: `SE`, ten digits of the organisation, a dash, letters and digits (facts B7)."""


class Role(StrEnum):
    """What a token says somebody is, and the two groups a task may be addressed to."""

    NURSE = "nurse"
    PHYSICIAN = "physician"
    PSYCHOLOGIST = "psychologist"
    OTHER_LICENSED = "other_licensed"
    CASHIER = "cashier"
    RECEPTIONIST = "receptionist"
    UNIT_MANAGER = "unit_manager"
    ON_CALL = "on_call"
    AUDITOR = "auditor"
    CHANNEL = "channel"
    ASSESSOR = "assessor"
    LICENSED = "licensed"


LICENSED = (Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST, Role.OTHER_LICENSED)
"""Licensed staff (legitimerad personal), R45."""
ASSESSORS = (Role.PHYSICIAN, Role.PSYCHOLOGIST)
"""Those who may assess suicide risk, R59."""
GROUPS = {Role.ASSESSOR: ASSESSORS, Role.LICENSED: LICENSED}

SWEDISH = {
    Role.NURSE: "sjuksköterska",
    Role.PHYSICIAN: "läkare",
    Role.PSYCHOLOGIST: "psykolog",
    Role.OTHER_LICENSED: "annan legitimerad personal",
    Role.CASHIER: "kassan",
    Role.RECEPTIONIST: "receptionen",
    Role.UNIT_MANAGER: "verksamhetschefen",
    Role.ON_CALL: "beredskapsjouren",
    Role.AUDITOR: "loggkontrollanten",
    Role.CHANNEL: "Platform24",
    Role.ASSESSOR: "läkare eller psykolog",
    Role.LICENSED: "legitimerad personal",
}


def holds(roles: tuple[Role, ...], role: Role) -> bool:
    """Whether somebody with these roles has the role; a group stands for its members."""
    return any(mine in GROUPS.get(role, (role,)) for mine in roles)


@lru_cache(maxsize=1024)
def _hold_any(mine: tuple[Role, ...], roles: tuple[Role, ...]) -> bool:
    return any(holds(mine, role) for role in roles)


class Actor(Frozen):
    """Who is signed in: the token's words, never the body's (R5)."""

    hsa_id: HsaId
    name: str
    roles: tuple[Role, ...]
    unit: str

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds any of the roles; a group stands for its members."""
        return _hold_any(self.roles, roles)


class Member(Frozen):
    """A member of staff as a case remembers her, with the profession she acted in."""

    hsa_id: HsaId
    name: str
    role: Role


def member(actor: Actor) -> Member:
    """The actor as a case remembers her; her licensed profession goes before any other role she has."""
    licensed = [role for role in actor.roles if role in LICENSED]
    return Member(hsa_id=actor.hsa_id, name=actor.name, role=(licensed or list(actor.roles))[0])


class ToRole(Frozen):
    """Addressed to everybody with a role, or to a group."""

    role: Role


class ToPerson(Frozen):
    """Addressed to one named person."""

    hsa_id: HsaId


Addressee = ToRole | ToPerson


def reaches(to: Addressee, actor: Actor) -> bool:
    """Whether something addressed `to` is addressed to this actor."""
    match to:
        case ToRole(role=role):
            return actor.has(role)
        case ToPerson(hsa_id=hsa_id):
            return actor.hsa_id == hsa_id
