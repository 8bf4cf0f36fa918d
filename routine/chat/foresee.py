"""What happens to a chat, and who is told, if nobody acts: a fold of `elapse`, which auditors hold against facts."""

from datetime import datetime, timedelta

from routine.actors import Addressee
from routine.chat.case import Chat
from routine.chat.elapse import SUMMARY, Name, elapse, next_due
from routine.frozen import Frozen

STEPS = 12
HORIZON = timedelta(days=14)
UNSEEN = (Name.DUTY, Name.REGISTER)
RULES = {
    Name.GRACE: "R48",
    Name.CLOSE_TOKEN: "R54",
    Name.HANDOVER_RETURN: "R53",
    Name.CLOSING_LIST: "R47",
}


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
        before, chat = chat, elapse(chat, due.at)
        told = [
            Foreseen(at=alert.at, what=alert.reason, to=alert.to, rule=alert.rule)
            for alert in chat.alerts[len(before.alerts) :]
        ]
        if told:
            found += told
        elif due.name not in UNSEEN:
            found.append(Foreseen(at=due.at, what=SUMMARY[due.name], to=None, rule=RULES.get(due.name)))
    return tuple(found[:steps])
