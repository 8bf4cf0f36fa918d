"""From cells and tracks to coordinates: boxes, labels, lanes and bends, all in whole pixels."""

from dataclasses import dataclass

from tools.bpmn.graph import Graph, Node
from tools.bpmn.place import Placed, placed
from tools.bpmn.route import Channel, Lane, Way, ways

COLUMN, ROW, LABELLED_ROW = 110, 90, 124
TRACK, EDGE = 12, 14
"""Between two tracks; between the outermost track and what stands beside the channel."""
HEADER, PAGE = 30, 40
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
        self._left = self._offsets("v", columns, [COLUMN] * columns, PAGE + 2 * HEADER)
        self._top = self._offsets("h", rows, [self._row_height(row) for row in range(rows)], PAGE)

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
        pool = Box(PAGE, PAGE, right - PAGE, bottom - PAGE)
        return Drawing(pool, lanes, nodes, labels, {way.flow.id: self._bends(way, nodes) for way in found})

    def _border(self, row: int) -> int:
        """The line between two lanes: below the tracks of the channel above the row, which belong to the upper lane."""
        outer = row in (0, len(self._top) - 1)
        return (PAGE if row == 0 else self._top[row][1]) if outer else self._top[row][1] - EDGE // 2

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
    lines, left = 1, float(COLUMN)
    for word in node.name.split():
        width = LETTER * (len(word) + 1)
        if width > left and left < COLUMN:
            lines, left = lines + 1, float(COLUMN)
        left -= width
    x = box.x + box.width // 2 - COLUMN // 2
    return Box(x, box.y + box.height + LABEL_GAP, COLUMN, LINE * lines)
