"""Where each node stands: its column by how far the process has come, its row within its lane.

A loop of side steps (a join, its fork, and steps that only lead from the fork back to the join) is folded into a row of
its own at the bottom of its lane: as one column it would make the lane as high as it has steps.
"""

from collections import defaultdict
from dataclasses import dataclass

from tools.bpmn.graph import Flow, Graph

SWEEPS = 12
Cell = tuple[int, int]
"""Column and row, both from 0."""


@dataclass(frozen=True)
class Loop:
    """A join that leads to its fork, and the side steps between fork and join."""

    join: str
    fork: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """The cell of each node, and how many rows each lane has, from top to bottom."""

    cells: dict[str, Cell]
    rows: tuple[tuple[str, int], ...]


def placed(graph: Graph) -> Placed:
    """A cell for every node."""
    loops = loops_of(graph)
    column = _columns(graph, loops)
    side = {node for loop in loops for node in (loop.join, loop.fork, *loop.steps)}
    main = {node for node in graph.nodes if node not in side}
    row_in_lane, heights = _rows(graph, column, main)
    for loop in loops:
        lane = graph.nodes[loop.fork].lane
        row = heights[lane]
        heights[lane] += 1
        for nth, each in enumerate((loop.join, loop.fork, *loop.steps)):
            column[each] = column[loop.join] + nth
            row_in_lane[each] = row
    cells, rows, top = {}, [], 0
    for lane in graph.lanes:
        height = max(heights[lane], 1)
        for node in graph.nodes.values():
            if node.lane == lane:
                cells[node.id] = (column[node.id], top + row_in_lane[node.id])
        rows.append((lane, height))
        top += height
    return Placed(cells, tuple(rows))


def loops_of(graph: Graph) -> list[Loop]:
    """The loops of side steps, in the file's order."""
    found = []
    for flow in graph.flows:
        join, fork = flow.source, flow.target
        if len(graph.out_of(join)) != 1 or len(graph.into(fork)) != 1:
            continue
        ends = [each.target for each in graph.out_of(fork)]
        steps = [
            node
            for node in ends
            if len(graph.into(node)) == 1 and [each.target for each in graph.out_of(node)] == [join]
            if graph.nodes[node].lane == graph.nodes[fork].lane
        ]
        if len(steps) > 1:
            found.append(Loop(join, fork, tuple(steps)))
    return found


def _columns(graph: Graph, loops: list[Loop]) -> dict[str, int]:
    """The longest way from a start, along the flows that lead on: those that lead back are left out."""
    leading = _leading(graph, _without_loops(graph, loops))
    column = dict.fromkeys(graph.nodes, 0)
    for _ in graph.nodes:
        for flow in leading:
            column[flow.target] = max(column[flow.target], column[flow.source] + 1)
    return column


def _without_loops(graph: Graph, loops: list[Loop]) -> list[Flow]:
    """The flows, but for those of a loop that do not say how far the process has come."""
    dropped: set[str] = set()
    for loop in loops:
        dropped |= {flow.id for flow in graph.into(loop.join)[1:]}
        dropped |= {flow.id for flow in graph.out_of(loop.fork) if flow.target not in loop.steps}
    return [flow for flow in graph.flows if flow.id not in dropped]


def _leading(graph: Graph, flows: list[Flow]) -> list[Flow]:
    """The flows without those that lead back to where a walk in the file's order has come from."""
    leaving: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        leaving[flow.source].append(flow)
    back: set[str] = set()
    done: set[str] = set()

    def walk(node: str, path: frozenset[str]) -> None:
        for flow in leaving[node]:
            if flow.target in path:
                back.add(flow.id)
            elif flow.target not in done:
                walk(flow.target, path | {flow.target})
        done.add(node)

    for node in graph.nodes:
        if node not in done and not graph.into(node):
            walk(node, frozenset({node}))
    return [flow for flow in flows if flow.id not in back]


def _rows(graph: Graph, column: dict[str, int], main: set[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Each node's row in its lane, near to those it is joined with, and each lane's height."""
    near: dict[str, list[str]] = defaultdict(list)
    for flow in graph.flows:
        if flow.source in main and flow.target in main:
            near[flow.source].append(flow.target)
            near[flow.target].append(flow.source)
    stacks: dict[tuple[str, int], list[str]] = defaultdict(list)
    for node in graph.nodes.values():
        if node.id in main:
            stacks[node.lane, column[node.id]].append(node.id)
    heights = {
        lane: max([len(each) for (of, _), each in stacks.items() if of == lane], default=0) for lane in graph.lanes
    }
    tops, top = {}, 0
    for lane in graph.lanes:
        tops[lane], top = top, top + heights[lane]
    row = {node: float(nth) for stack in stacks.values() for nth, node in enumerate(stack)}
    for sweep in range(SWEEPS):
        for (lane, _), stack in sorted(stacks.items(), key=lambda each: each[0][1], reverse=sweep % 2 == 1):
            wanted = {node: _middle(node, near, row, tops, graph) - tops[lane] for node in stack}
            stack.sort(key=lambda node: (wanted[node], row[node]))
            for each, at in zip(stack, _spread([wanted[node] for node in stack], heights[lane]), strict=True):
                row[each] = at
    return {node: int(at) for node, at in row.items()}, heights


def _middle(node: str, near: dict[str, list[str]], row: dict[str, float], tops: dict[str, int], graph: Graph) -> float:
    """The middle of the rows of those it is joined with, over all lanes."""
    rows = sorted(row[each] + tops[graph.nodes[each].lane] for each in near[node])
    if not rows:
        return row[node] + tops[graph.nodes[node].lane]
    half = len(rows) // 2
    return rows[half] if len(rows) % 2 else (rows[half - 1] + rows[half]) / 2


def _spread(wanted: list[float], height: int) -> list[int]:
    """Whole rows in the same order, each its own, as near as can be to what is wanted."""
    rows: list[int] = []
    for nth, want in enumerate(wanted):
        lowest = rows[-1] + 1 if rows else 0
        highest = height - (len(wanted) - nth)
        rows.append(min(max(round(want), lowest), highest))
    return rows
