"""A process as its file has it: lanes from top to bottom, nodes and flows in the order they stand there."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Final

BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
STATE: Final = "state"
SIZES: Final = {"Event": (36, 36), "Gateway": (50, 50), "Task": (100, 80)}


class Unlayable(Exception):
    """Something in the file that this layout does not know. The message names it."""


@dataclass(frozen=True)
class Node:
    """A step, a gateway or an event, in its lane."""

    id: str
    tag: str
    name: str
    lane: str
    state: bool = False
    """Whether the file puts it into the category `state`: the case rests there."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as every BPMN tool draws it. Raises Unlayable."""
        for ending, size in SIZES.items():
            if self.tag.endswith(ending):
                return size
        raise Unlayable(f"{self.id}: no size is known for a {self.tag}")

    @property
    def labelled(self) -> bool:
        """Whether its name stands below it; a task holds its own."""
        return bool(self.name) and not self.tag.endswith("Task")


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str


@dataclass(frozen=True)
class Graph:
    """The process: lanes by id from top to bottom, nodes by id, flows."""

    pool: str
    lanes: tuple[str, ...]
    nodes: dict[str, Node]
    flows: tuple[Flow, ...]

    def into(self, node: str) -> list[Flow]:
        """The flows that end in the node."""
        return [flow for flow in self.flows if flow.target == node]

    def out_of(self, node: str) -> list[Flow]:
        """The flows that leave the node."""
        return [flow for flow in self.flows if flow.source == node]


def graph_of(root: ET.Element) -> Graph:
    """The process of a definitions element with one pool and one process. Raises Unlayable."""
    process, pool = root.find(f"{BPMN}process"), root.find(f"{BPMN}collaboration/{BPMN}participant")
    if process is None or pool is None:
        raise Unlayable("one pool and one process are needed")
    lanes: list[str] = []
    lane_of: dict[str, str] = {}
    for lane in process.iter(f"{BPMN}lane"):
        lanes.append(lane.attrib["id"])
        lane_of |= {(ref.text or "").strip(): lane.attrib["id"] for ref in lane.iter(f"{BPMN}flowNodeRef")}
    nodes: dict[str, Node] = {}
    flows: list[Flow] = []
    for each in process:
        tag, ident = each.tag.removeprefix(BPMN), each.get("id", "")
        if tag == "sequenceFlow":
            flows.append(Flow(ident, each.attrib["sourceRef"], each.attrib["targetRef"]))
        elif tag.endswith(tuple(SIZES)):
            if ident not in lane_of:
                raise Unlayable(f"{ident} is in no lane")
            state = any(ref.text == STATE for ref in each.iter(f"{BPMN}categoryValueRef"))
            nodes[ident] = Node(ident, tag, each.get("name", ""), lane_of[ident], state)
        elif tag not in ("documentation", "laneSet", "extensionElements"):
            raise Unlayable(f"{ident}: a {tag} cannot be laid out")
    for flow in flows:
        if odd := {flow.source, flow.target} - nodes.keys():
            raise Unlayable(f"{flow.id} names {', '.join(sorted(odd))}, which is not there")
    return Graph(pool.attrib["id"], tuple(lanes), nodes, tuple(flows))
