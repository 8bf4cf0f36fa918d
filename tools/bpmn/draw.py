"""From cells and tracks to coordinates: boxes, labels, lanes and bends, all in whole pixels."""

from dataclasses import dataclass

from tools.bpmn.graph import Graph, Node
from tools.bpmn.place import Placed, placed
from tools.bpmn.route import Channel, Lane, Way, ways

COLUMN, ROW, LABELLED_ROW = 110, 90, 124
TRACK, EDGE = 12, 14
"""Between two tracks; between the outermost track and what stands beside the channel."""
HEADER, PAGE = 30, 40
BAND, BETWEEN = 60, 60
"""A pool of which only the name is shown; the room between two pools."""
MESSAGE_LABEL = 150
LABEL_GAP, LINE, LETTER = 4, 14, 6.2


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: int
    y: int
    width: int
    height: int

    def meets(self, other: "Box") -> bool:
        """Whether the two overlap; touching is not overlapping."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


Point = tuple[int, int]


@dataclass(frozen=True)
class Drawing:
    """Everything the diagram interchange says."""

    pool: Box
    lanes: dict[str, Box]
    nodes: dict[str, Box]
    labels: dict[str, Box]
    flows: dict[str, tuple[Point, ...]]
    pools: dict[str, Box]
    """The other pools."""
    messages: dict[str, tuple[Point, ...]]
    message_labels: dict[str, Box]


def drawing(graph: Graph) -> Drawing:
    """The process, laid out."""
    where = placed(graph)
    found, channels = ways(graph, where)
    return _Sheet(graph, where, channels).drawn(found)


class _Sheet:
    def __init__(self, graph: Graph, where: Placed, channels: dict[Lane, Channel]) -> None:
        self._graph = graph
        self._where = where
        self._tracks = {lane: channel.tracks() for lane, channel in channels.items()}
        columns = 1 + max(column for column, _ in where.cells.values())
        rows = sum(height for _, height in where.rows)
        self._start = PAGE + (BAND + BETWEEN) * len(graph.above)
        self._left = self._offsets("v", columns, [COLUMN] * columns, PAGE + 2 * HEADER)
        self._top = self._offsets("h", rows, [self._row_height(row) for row in range(rows)], self._start)

    def _row_height(self, row: int) -> int:
        there = [self._graph.nodes[node] for node, (_, at) in self._where.cells.items() if at == row]
        return LABELLED_ROW if any(node.labelled for node in there) else ROW

    def _offsets(self, kind: str, count: int, sizes: list[int], start: int) -> list[tuple[int, int]]:
        """For each channel where it begins, and where the cells after it begin; the last has no cells."""
        found, at = [], start
        for nth in range(count + 1):
            numbers = self._tracks.get((kind, nth), {}).values()
            width = 2 * EDGE + TRACK * max(numbers, default=0)
            found.append((at, at + width))
            at += width + (sizes[nth] if nth < count else 0)
        return found

    def _track(self, lane: Lane, number: int) -> int:
        kind, nth = lane
        return (self._left if kind == "v" else self._top)[nth][0] + EDGE + TRACK * number

    def _middle(self, node: str) -> Point:
        column, row = self._where.cells[node]
        return self._left[column][1] + COLUMN // 2, (self._top[row][1] + self._top[row + 1][0]) // 2

    def _box(self, node: Node) -> Box:
        (x, y), (width, height) = self._middle(node.id), node.size
        return Box(x - width // 2, y - height // 2, width, height)

    def drawn(self, found: list[Way]) -> Drawing:
        nodes = {node.id: self._box(node) for node in self._graph.nodes.values()}
        labels = {node.id: _label(node, nodes[node.id]) for node in self._graph.nodes.values() if node.labelled}
        right, bottom = self._left[-1][1], self._top[-1][1]
        lanes, row = {}, 0
        for lane, height in self._where.rows:
            top = self._border(row)
            row += height
            lanes[lane] = Box(PAGE + HEADER, top, right - PAGE - HEADER, self._border(row) - top)
        pool = Box(PAGE, self._start, right - PAGE, bottom - self._start)
        pools = self._pools(pool)
        sent = {message.id for message in self._graph.messages}
        flows = {way.flow.id: self._bends(way, nodes) for way in found if way.flow.id not in sent}
        messages, apart = {}, 0
        for way in found:
            if way.flow.id in sent:
                apart += not way.tracks
                messages[way.flow.id] = self._message(way, nodes, pool, pools, apart)
        named = {
            message.id: _message_label(message.name, messages[message.id], pool)
            for message in self._graph.messages
            if message.name
        }
        return Drawing(pool, lanes, nodes, labels, flows, pools, messages, named)

    def _pools(self, pool: Box) -> dict[str, Box]:
        """The other pools, as wide as the process's own."""
        step = BAND + BETWEEN
        found = {each: PAGE + nth * step for nth, each in enumerate(self._graph.above)}
        below = pool.y + pool.height + BETWEEN
        found |= {each: below + nth * step for nth, each in enumerate(self._graph.below)}
        return {each: Box(PAGE, y, pool.width, BAND) for each, y in found.items()}

    def _message(
        self, way: Way, nodes: dict[str, Box], pool: Box, pools: dict[str, Box], apart: int
    ) -> tuple[Point, ...]:
        """From or to the edge of the other pool; one of the pool's own stands near its right end."""
        flow = way.flow
        other = pools[flow.source if flow.source in pools else flow.target]
        over = other.y < pool.y
        edge = other.y + other.height if over else other.y
        if not way.tracks:
            x, own = pool.x + pool.width - apart * (MESSAGE_LABEL + 2 * EDGE), pool.y if over else pool.y + pool.height
            points = ((x, own), (x, edge))
            return points if flow.target in pools else points[::-1]
        ((lane, key),) = way.tracks
        x = self._track(lane, self._tracks[lane][key])
        if flow.source in nodes:
            box, y = nodes[flow.source], self._middle(flow.source)[1]
            return ((box.x + box.width, y), (x, y), (x, edge))
        y = self._middle(flow.target)[1]
        return ((x, edge), (x, y), (nodes[flow.target].x, y))

    def _border(self, row: int) -> int:
        """The line between two lanes: below the tracks of the channel above the row, which belong to the upper lane."""
        outer = row in (0, len(self._top) - 1)
        return (self._start if row == 0 else self._top[row][1]) if outer else self._top[row][1] - EDGE // 2

    def _bends(self, way: Way, nodes: dict[str, Box]) -> tuple[Point, ...]:
        source, target = nodes[way.flow.source], nodes[way.flow.target]
        start = (source.x + source.width, self._middle(way.flow.source)[1])
        end = (target.x, self._middle(way.flow.target)[1])
        points = [start]
        for lane, key in way.tracks:
            at = self._track(lane, self._tracks[lane][key])
            points.append((at, points[-1][1]) if lane[0] == "v" else (points[-1][0], at))
        if way.tracks:
            points.append((points[-1][0], end[1]))
        return (*points, end)


def _label(node: Node, box: Box) -> Box:
    """Room for the name below the node, in as many lines as it needs."""
    x = box.x + box.width // 2 - COLUMN // 2
    return Box(x, box.y + box.height + LABEL_GAP, COLUMN, LINE * _lines(node.name, COLUMN))


def _message_label(name: str, points: tuple[Point, ...], pool: Box) -> Box:
    """Room for the name of a message beside its arrow, between the pools."""
    above = min(y for _, y in points) < pool.y
    x = next(x for x, y in points if not pool.y < y < pool.y + pool.height)
    height = LINE * _lines(name, MESSAGE_LABEL)
    middle = pool.y - BETWEEN // 2 if above else pool.y + pool.height + BETWEEN // 2
    return Box(x + LABEL_GAP, middle - height // 2, MESSAGE_LABEL, height)


def _lines(name: str, wide: int) -> int:
    lines, left = 1, float(wide)
    for word in name.split():
        width = LETTER * (len(word) + 1)
        if width > left and left < wide:
            lines, left = lines + 1, float(wide)
        left -= width
    return lines
