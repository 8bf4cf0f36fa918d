"""What happens to a chat, and who is told, if nobody acts: a fold of `elapse`, which auditors hold against facts."""

from datetime import datetime, timedelta
from itertools import islice

from routine.actors import Addressee
from routine.chat.case import Alert, Chat
from routine.chat.elapse import SUMMARY, Name, climb, dues, ladders, next_due, strike
from routine.frozen import Frozen

STEPS = 8
HORIZON = timedelta(days=14)
RULES = {
    Name.GRACE: "R48",
    Name.CLOSE_TOKEN: "R54",
    Name.CLOSING_LIST: "R47",
}
"""What happens without anybody being told; rungs and returned handovers show as their alerts."""


class Foreseen(Frozen):
    """Something that will happen by itself at an instant, and whom it tells (None: nobody)."""

    at: datetime
    what: str
    to: Addressee | None
    rule: str | None


def if_nobody_acts(chat: Chat, steps: int = STEPS, horizon: timedelta = HORIZON) -> tuple[Foreseen, ...]:
    """The next things the clock will bring about, at most `steps` of them and no further than `horizon` ahead."""
    found: list[Foreseen] = []
    until = chat.as_of + horizon
    while len(found) < steps and (due := next_due(chat)) is not None and due.at <= until:
        # Until something else happens the ladders go on alone: no case is made of each of their steps.
        other = min((each.at for each in dues(chat) if each.name is not Name.RUNG), default=until)
        alone = tuple(islice(ladders(chat, min(other, until)), steps - len(found)))
        if alone:
            found += map(_told, alone)
            chat = climb(chat, alone[-1].at)
            continue
        before, chat = chat, strike(chat, due)
        found += map(_told, chat.alerts[len(before.alerts) :])
        found += [
            Foreseen(at=each.at, what=SUMMARY[each.name], to=None, rule=RULES[each.name])
            for each in dues(before)
            if each.at <= due.at and each.name in RULES
        ]
    return tuple(found[:steps])


def _told(alert: Alert) -> Foreseen:
    return Foreseen(at=alert.at, what=alert.reason, to=alert.to, rule=alert.rule)
