"""Every step that a core lets a case take, from every state: what a diagram is held against, besides the stories."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

from audit.steps import C, Step, Walked

Next = Callable[[C, datetime, dict[Step, Walked[C]]], Iterable[tuple[Walked[C], datetime]]]
"""What may follow on a case at an instant, given one example of each step that was found."""


def walk(
    first: Walked[C], now: datetime, following: Next[C], key: Callable[[C, datetime], Hashable], bound: int
) -> list[Walked[C]]:
    """Everything that can become of the case, one entry for each kind of step from each kind of case.

    Cases with the same `key` count as the same. More of them than `bound`, and something grows without end.
    """
    waiting, seen = deque([(first.case, now)]), {key(first.case, now)}
    found: dict[Step, Walked[C]] = dict.fromkeys(first.steps, first)
    while waiting:
        case, now = waiting.popleft()
        for each, then in following(case, now, found):
            for taken in each.steps:
                found.setdefault(taken, each)
            if (one := key(each.case, then)) not in seen:
                seen.add(one)
                assert len(seen) <= bound, one
                waiting.append((each.case, then))
    return list(found.values())
