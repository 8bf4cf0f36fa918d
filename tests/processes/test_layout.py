"""The diagrams are tidy in any BPMN tool: everything is drawn, nothing overlaps, arrows are orthogonal."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from config.settings import ROOT
from tools.bpmn.__main__ import main
from tools.bpmn.draw import Box, Drawing, Point, drawing
from tools.bpmn.graph import BPMN, Graph, Unlayable, graph_of
from tools.bpmn.write import DC, DD, DI, laid_out

FILES = sorted((ROOT / "processes").glob("*.bpmn"))
Line = tuple[Point, Point]

files = pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)


@cache
def root(file: Path) -> ET.Element:
    return ET.parse(file).getroot()


@cache
def graph(file: Path) -> Graph:
    return graph_of(root(file))


@cache
def drawn(file: Path) -> Drawing:
    return drawing(graph(file))


def lines(points: tuple[Point, ...]) -> Iterator[Line]:
    for one, other in pairwise(points):
        yield min(one, other), max(one, other)


def crosses(line: Line, box: Box) -> bool:
    (x, y), (to_x, to_y) = line
    return Box(x, y, max(to_x - x, 1), max(to_y - y, 1)).meets(box)


@files
def test_is_laid_out(file: Path) -> None:
    """What `python -m tools.bpmn` would write is what is there."""
    text = file.read_text(encoding="utf-8")
    assert laid_out(text) == text, "run python -m tools.bpmn"


@files
def test_everything_is_drawn(file: Path) -> None:
    """Each element has one shape with bounds, each flow one edge whose ends touch the two it joins."""
    shapes = {each.attrib["bpmnElement"]: each for each in root(file).iter(f"{DI}BPMNShape")}
    edges = {each.attrib["bpmnElement"]: each for each in root(file).iter(f"{DI}BPMNEdge")}
    of = graph(file)
    assert set(shapes) == {of.pool, *of.above, *of.below, *of.lanes, *of.nodes}
    assert set(edges) == {flow.id for flow in (*of.flows, *of.messages)}
    for flow in of.flows:
        points = [(int(each.attrib["x"]), int(each.attrib["y"])) for each in edges[flow.id].iter(f"{DD}waypoint")]
        source, target = drawn(file).nodes[flow.source], drawn(file).nodes[flow.target]
        assert points[0] == (source.x + source.width, source.y + source.height // 2)
        assert points[-1] == (target.x, target.y + target.height // 2)
    for shape in shapes.values():
        bounds = shape.find(f"{DC}Bounds")
        assert bounds is not None
        assert int(bounds.attrib["width"]) > 0


@files
def test_messages_go_from_pool_to_pool(file: Path) -> None:
    """One end at the edge of the other pool, the other at the node, or at the edge of this one."""
    of, sheet = graph(file), drawn(file)
    assert of.messages
    for message in of.messages:
        points = sheet.messages[message.id]
        for at, end in ((points[0], message.source), (points[-1], message.target)):
            node = sheet.nodes.get(end)
            if node is None:
                box = sheet.pools.get(end, sheet.pool)
                assert at[1] in (box.y, box.y + box.height)
                assert box.x <= at[0] <= box.x + box.width
            else:
                assert at == (node.x if end == message.target else node.x + node.width, node.y + node.height // 2)


@files
def test_nodes_name_their_flows(file: Path) -> None:
    """`incoming` and `outgoing`, without which some tools draw no arrow."""
    process = root(file).find(f"{BPMN}process")
    assert process is not None
    for each in process:
        if (ident := each.get("id", "")) in graph(file).nodes:
            named = [sorted(ref.text or "" for ref in each.findall(f"{BPMN}{way}")) for way in ("incoming", "outgoing")]
            assert named[0] == sorted(flow.id for flow in graph(file).into(ident))
            assert named[1] == sorted(flow.id for flow in graph(file).out_of(ident))


@files
def test_nothing_overlaps(file: Path) -> None:
    """No two nodes or labels, no lanes, and every node in its own lane."""
    of = drawn(file)
    boxes = [*of.nodes.values(), *of.labels.values(), *of.message_labels.values()]
    assert [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])] == []
    assert [pair for pair in combinations(of.lanes.values(), 2) if pair[0].meets(pair[1])] == []
    pools = [of.pool, *of.pools.values()]
    for pair in combinations(pools, 2):
        assert not pair[0].meets(pair[1])
    assert [label for label in of.message_labels.values() if any(label.meets(pool) for pool in pools)] == []
    for node in graph(file).nodes.values():
        lane, box = of.lanes[node.lane], of.nodes[node.id]
        assert lane.y <= box.y
        assert box.y + box.height <= lane.y + lane.height
        assert lane.x <= box.x
        assert box.x + box.width <= lane.x + lane.width


@files
def test_arrows_are_orthogonal_and_cross_no_box(file: Path) -> None:
    of = drawn(file)
    boxes = (*of.nodes.values(), *of.labels.values(), *of.message_labels.values())
    for flow, points in (of.flows | of.messages).items():
        for line in lines(points):
            (x, y), (to_x, to_y) = line
            assert x == to_x or y == to_y, flow
            crossed = [box for box in boxes if crosses(line, box)]
            assert crossed == [], flow


@files
def test_arrows_lie_on_each_other_only_as_forks_and_joins(file: Path) -> None:
    """Two that share neither source nor target may cross, but never run along the same line."""
    along: dict[tuple[str, int], list[tuple[int, int, str]]] = defaultdict(list)
    of = graph(file)
    ends = {flow.id: {("from", flow.source), ("to", flow.target)} for flow in (*of.flows, *of.messages)}
    for flow, points in (drawn(file).flows | drawn(file).messages).items():
        for (x, y), (to_x, to_y) in lines(points):
            if x == to_x and y != to_y:
                along["x", x].append((y, to_y, flow))
            elif x != to_x:
                along["y", y].append((x, to_x, flow))
    odd = [
        (one[2], other[2])
        for there in along.values()
        for one, other in combinations(there, 2)
        if one[0] < other[1] and other[0] < one[1] and not ends[one[2]] & ends[other[2]]
    ]
    assert odd == []


@files
def test_reads_in_bpmn_io(file: Path) -> None:
    """bpmn-moddle, which knows the schema, has nothing to complain of; skipped where Node does not find it."""
    node = shutil.which("node")
    script = (
        "const {BpmnModdle} = require('bpmn-moddle'); const text = require('fs').readFileSync(process.argv[1], 'utf8');"
        "new BpmnModdle().fromXML(text).then(read => { for (const each of read.warnings) console.log(each.message); });"
    )
    known = node and subprocess.run([node, "-e", "require.resolve('bpmn-moddle')"], capture_output=True, check=False)
    if not node or not known or known.returncode:
        pytest.skip("needs Node and bpmn-moddle (NODE_PATH)")
    read = subprocess.run([node, "-e", script, str(file)], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stdout) == (0, ""), read.stderr


SMALL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
<collaboration id="c"><participant id="p" processRef="x"/></collaboration>
<process id="x"><laneSet id="l"><lane id="one"><flowNodeRef>a</flowNodeRef></lane></laneSet>
<startEvent id="a"/>{more}</process></definitions>"""


class TestUnlayable:
    @pytest.mark.parametrize(
        ("more", "why"),
        [
            ('<userTask id="b"/>', "b is in no lane"),
            ('<subProcess id="b"/>', "a subProcess cannot be laid out"),
            ('<sequenceFlow id="f" sourceRef="a" targetRef="b"/>', "f names b"),
            (
                '</process><collaboration><messageFlow id="m" sourceRef="a" targetRef="a"/></collaboration><process>',
                "m ",
            ),
        ],
    )
    def test_named(self, more: str, why: str) -> None:
        with pytest.raises(Unlayable, match=why):
            laid_out(SMALL.format(more=more))

    def test_without_pool(self) -> None:
        with pytest.raises(Unlayable, match="one pool"):
            laid_out("<definitions/>")


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "small.bpmn").write_text(SMALL.format(more=""), encoding="utf-8")
        return tmp_path

    def test_check_changes_nothing(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--check"], folder) == 1
        assert "run python -m tools.bpmn" in capsys.readouterr().err
        assert "BPMNDiagram" not in (folder / "small.bpmn").read_text(encoding="utf-8")

    def test_lays_out(self, folder: Path) -> None:
        assert main([], folder) == 0
        assert "BPMNDiagram" in (folder / "small.bpmn").read_text(encoding="utf-8")
        assert main(["--check"], folder) == 0

    def test_says_what_it_cannot_do(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "odd.bpmn").write_text("<definitions/>", encoding="utf-8")
        assert main([], folder) == 1
        assert "odd.bpmn" in capsys.readouterr().err

    def test_wrong_argument(self, folder: Path) -> None:
        assert main(["--draw"], folder) == 2
