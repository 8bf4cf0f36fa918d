"""Whom a unit can reach now: its assessors, and the targets of a handover on call (R59, R72, T3, T13)."""

from datetime import datetime

from routine.actors import Role, holds
from routine.on_call import Target
from routine.unit import Unit


def _on_duty(unit: Unit, role: Role, at: datetime) -> bool:
    """Whether the unit is open and somebody on its staff with the role, or of the group, has a shift now."""
    return unit.hours.is_open(at) and any(
        holds(staff.roles, role) and unit.on_duty(staff.hsa_id, at) for staff in unit.staff
    )


def assessors_on_duty(unit: Unit, at: datetime) -> bool:
    """Whether the unit is open and one of its physicians or psychologists is on duty by the roster (R59, T3)."""
    return _on_duty(unit, Role.ASSESSOR, at)


def alternatives(unit: Unit, at: datetime) -> tuple[Target, ...]:
    """The targets that resolve at the instant, in the order to try them.

    Never empty: a psychiatric emergency department and 112 answer round the clock, also where nobody has configured
    them (B3, B8).
    """
    targets: list[Target] = []
    if unit.on_call.on_duty("on_call", at):
        targets.append("on_call")
    if _on_duty(unit, Role.PHYSICIAN, at):
        targets.append("unit_physician")
    return (*targets, "psychiatric_emergency", "emergency_112")


def resolves(unit: Unit, target: Target, at: datetime) -> bool:
    """Whether the target can be handed over to at the instant; if not, it is off duty and `alternatives` are told."""
    return target in alternatives(unit, at)
