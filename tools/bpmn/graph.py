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
    """A sequence flow, or between pools a message flow."""

    id: str
    source: str
    target: str
    name: str = ""


@dataclass(frozen=True)
class Graph:
    """The process: lanes by id from top to bottom, nodes by id, flows; other pools and messages."""

    pool: str
    lanes: tuple[str, ...]
    nodes: dict[str, Node]
    flows: tuple[Flow, ...]
    above: tuple[str, ...] = ()
    """Pools that stand before the process's own in the file."""
    below: tuple[str, ...] = ()
    messages: tuple[Flow, ...] = ()
    """Between one of the other pools and a node, or the process's own pool."""

    def into(self, node: str) -> list[Flow]:
        """The flows that end in the node."""
        return [flow for flow in self.flows if flow.target == node]

    def out_of(self, node: str) -> list[Flow]:
        """The flows that leave the node."""
        return [flow for flow in self.flows if flow.source == node]


def graph_of(root: ET.Element) -> Graph:
    """The process of a definitions element with one process, its pool, and pools beside it. Raises Unlayable."""
    process, pools = root.find(f"{BPMN}process"), root.findall(f"{BPMN}collaboration/{BPMN}participant")
    own = [nth for nth, each in enumerate(pools) if each.get("processRef")]
    if process is None or len(own) != 1:
        raise Unlayable("one pool and one process are needed")
    idents = [each.attrib["id"] for each in pools]
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
    messages = tuple(_message(each) for each in root.iterfind(f"{BPMN}collaboration/{BPMN}messageFlow"))
    pool, others = idents[own[0]], {*idents[: own[0]], *idents[own[0] + 1 :]}
    for message in messages:
        ends = {message.source, message.target}
        if len(ends & others) != 1 or not ends - others <= {pool, *nodes}:
            raise Unlayable(f"{message.id} does not join another pool with this one")
    return Graph(
        pool, tuple(lanes), nodes, tuple(flows), tuple(idents[: own[0]]), tuple(idents[own[0] + 1 :]), messages
    )


def _message(each: ET.Element) -> Flow:
    return Flow(each.get("id", ""), each.attrib["sourceRef"], each.attrib["targetRef"], each.get("name", ""))
