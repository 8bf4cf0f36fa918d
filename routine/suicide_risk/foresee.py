"""What happens on the pathway, and who is told, if nobody acts: a fold of `elapse` (`if_nobody_acts`)."""

from routine.chat.foresee import HORIZON, STEPS, Foreseen
from routine.suicide_risk.elapse import SUMMARY, Name, dues, next_due, strike
from routine.suicide_risk.pathway import Pathway

RULES = {Name.EXTENSION: "R69", Name.VISIT: "R65"}
"""What happens without anybody being told."""


def if_nobody_acts(pathway: Pathway, steps: int = STEPS) -> tuple[Foreseen, ...]:
    """The next things the clock will bring about, at most `steps` of them."""
    found: list[Foreseen] = []
    until = pathway.as_of + HORIZON
    while len(found) < steps and (due := next_due(pathway)) is not None and due.at <= until:
        before, pathway = pathway, strike(pathway, due)
        found += [
            Foreseen(at=alert.at, what=alert.reason, to=alert.to, rule=alert.rule)
            for alert in pathway.alerts[len(before.alerts) :]
        ]
        found += [
            Foreseen(at=each.at, what=SUMMARY[each.name], to=None, rule=RULES[each.name])
            for each in dues(before)
            if each.at <= due.at and each.name in RULES
        ]
    return tuple(found[:steps])
