"""The way of each arrow: out to the right, along channels between rows and columns, in from the left.

Channels hold parallel tracks. Arrows from one source, or to one target, may share a track, as a fork or a join does;
others never do, so that no two lie on each other. Nodes stand in cells between the channels, so that none is crossed.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tools.bpmn.graph import Flow, Graph
from tools.bpmn.place import Placed

Key = tuple[int, str]
"""Which part of a channel (0 leaving, 1 passing, 2 arriving), and whose track it is."""
Lane = tuple[str, int]
"""A channel: `v` left of a column, or `h` above a row, and which."""


@dataclass(frozen=True)
class Way:
    """An arrow's bends: the tracks it follows, in turn; none for a straight one."""

    flow: Flow
    tracks: tuple[tuple[Lane, Key], ...]


@dataclass
class Channel:
    """The tracks that are asked for in a channel, each with how far it reaches along it."""

    reach: dict[Key, tuple[int, int]] = field(default_factory=dict)
    before: set[tuple[Key, Key]] = field(default_factory=set)

    def ask(self, key: Key, one: int, other: int) -> None:
        """A track for `key` from one end to the other."""
        low, high = self.reach.get(key, (one, one))
        self.reach[key] = (min(low, one, other), max(high, one, other))

    def tracks(self) -> dict[Key, int]:
        """A number for each track, from the channel's left or upper side; what never meets shares one."""
        number: dict[Key, int] = {}
        first = 0
        for part in (0, 1, 2):
            keys = self._in_order([key for key in self.reach if key[0] == part])
            taken: list[list[tuple[int, int]]] = []
            for key in keys:
                low, high = self.reach[key]
                floor = max(
                    [number[a] - first + 1 for a, b in self.before if b == key and a in number and a[0] == part],
                    default=0,
                )
                nth = next((n for n in range(floor, len(taken)) if all(high < a or low > b for a, b in taken[n])), None)
                if nth is None:
                    nth = max(len(taken), floor)
                    taken += [[] for _ in range(nth + 1 - len(taken))]
                taken[nth].append((low, high))
                number[key] = first + nth
            first += len(taken)
        return number

    def _in_order(self, keys: list[Key]) -> list[Key]:
        """Short tracks first, but none before those that must lie before it."""
        waiting = sorted(keys, key=lambda key: (self.reach[key][1] - self.reach[key][0], self.reach[key], key))
        ordered: list[Key] = []
        while waiting:
            free = [key for key in waiting if not any(b == key and a in waiting for a, b in self.before)]
            ordered.append((free or waiting)[0])
            waiting.remove(ordered[-1])
        return ordered


def ways(graph: Graph, where: Placed) -> tuple[list[Way], dict[Lane, Channel]]:
    """The way of every flow and message, and the channels with what is asked of them."""
    channels: dict[Lane, Channel] = defaultdict(Channel)
    entered = Counter(flow.target for flow in graph.flows)
    found = [_way(flow, where, channels, alone=entered[flow.target] == 1) for flow in graph.flows]
    found += [_out_of_pool(message, graph, where, channels) for message in graph.messages]
    _keep_apart(found, where, channels)
    return found, channels


def _out_of_pool(message: Flow, graph: Graph, where: Placed, channels: dict[Lane, Channel]) -> Way:
    """A message's way: straight up or down along the channel beside its node; of the pool's own there is none."""
    leaves = message.source in graph.nodes
    node = message.source if leaves else message.target
    if node not in graph.nodes:
        return Way(message, ())
    column, row = where.cells[node]
    end = -1 if {message.source, message.target} & {*graph.above} else 2 * sum(height for _, height in where.rows) + 1
    lane, key = (("v", column + 1), (0, node)) if leaves else (("v", column), (2, node))
    channels[lane].ask(key, 2 * row + 1, end)
    return Way(message, ((lane, key),))


def _way(flow: Flow, where: Placed, channels: dict[Lane, Channel], *, alone: bool) -> Way:
    """One arrow's way. `alone`: nothing else ends there, so that along the rows it goes with those from its source."""
    (from_column, from_row), (to_column, to_row) = where.cells[flow.source], where.cells[flow.target]
    if from_row == to_row and _free_between(where, from_row, from_column, to_column):
        return Way(flow, ())
    out, into = ("v", from_column + 1), ("v", to_column)
    if out == into:
        key = (1, flow.source)
        channels[out].ask(key, 2 * from_row + 1, 2 * to_row + 1)
        return Way(flow, ((out, key),))
    if from_row == to_row:
        height = to_row if to_column > from_column else to_row + 1
    else:
        height = to_row if from_row < to_row else to_row + 1
    along = ("h", height)
    leaving, arriving = (0, flow.source), (2, flow.target)
    along_key = (0, flow.source) if alone else (1, flow.target)
    channels[out].ask(leaving, 2 * from_row + 1, 2 * height)
    channels[along].ask(along_key, 2 * from_column + 2, 2 * to_column)
    channels[into].ask(arriving, 2 * height, 2 * to_row + 1)
    return Way(flow, ((out, leaving), (along, along_key), (into, arriving)))


def _free_between(where: Placed, row: int, start: int, end: int) -> bool:
    return start < end and not any(at == row and start < column < end for column, at in where.cells.values())


def _keep_apart(found: list[Way], where: Placed, channels: dict[Lane, Channel]) -> None:
    """Where one arrow leaves a row by which another arrives, the leaving one turns first."""
    passing = [(way, *way.tracks[0]) for way in found if len(way.tracks) == 1 and way.tracks[0][1][0] == 1]
    for one, lane, key in passing:
        for other, lane_too, key_too in passing:
            meets = where.cells[one.flow.source][1] == where.cells[other.flow.target][1]
            if meets and lane == lane_too and key != key_too:
                channels[lane].before.add((key, key_too))
